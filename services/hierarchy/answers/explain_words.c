/* An explanation in sentences: what a member's membership rests on, or the first conditions that fail and
 * what the person has instead. */
#include "answers/explain_private.h"

#include <string.h>

enum {
  FAILURES_TOLD = 4, /* conditions; the rest is counted */
  FACTS_TOLD = 3     /* of one kind */
};

static void
add (char **text, const char *separator, const char *more)
{
  if (**text != '\0')
    *text = memory_must (talloc_strdup_append_buffer (*text, separator));
  *text = memory_must (talloc_strdup_append_buffer (*text, more));
}

static const char *
say_day (const Why *why, Day day)
{
  return words_day (why->call, why->language, day);
}

/* The day of an instant, by the federation's clock. */
static Day
day_of (const Why *why, const char *time)
{
  int64_t instant;
  return clock_parse (time, &instant) ? clock_day_of (why->call->clock, instant) : DAY_MIN;
}

/* ---- lines ---- */

static const RuleNode *
node_of (const Why *why, const ExplainLine *line)
{
  const Rule *rule = why_rule (why, line->version);
  return rule != NULL && line->node < rule->n_nodes ? rule->nodes[line->node] : NULL;
}

static const char *
say_condition (const Why *why, const ExplainLine *line, WordsSense sense)
{
  const char *organ = line->organ == SYMBOL_NONE ? NULL : why_organ_symbol (why, line->organ);
  const RuleNode *node = node_of (why, line);
  return node == NULL ? "" : words_node (why->call, why->language, node, organ, sense);
}

const char *
why_line (const Why *why, const ExplainLine *line)
{
  const Rule *rule = why_rule (why, line->version);
  if (rule == NULL)
    return WORDS (why->call, why->language, PHRASE_NO_TYPE_RULE, why->type_name);
  if (line->kind == EXPLAIN_CONDITION)
    return say_condition (why, line, WORDS_SAID);
  return words_rule (why->call, why->language, rule->nodes, rule->n_nodes);
}

static FactKind
kind_of (const RuleNode *node)
{
  switch (node->op) {
  case RULE_OP__RULE_OP_SUBSCRIPTION: return FACT_KIND__FACT_KIND_SUBSCRIPTION;
  case RULE_OP__RULE_OP_ADMITTED: return FACT_KIND__FACT_KIND_ADMISSION;
  case RULE_OP__RULE_OP_POSITION: return FACT_KIND__FACT_KIND_POSITION;
  default: return rule_field_kind (node->field);
  }
}

/* ---- facts ---- */

/* "since 1 March 2026, recorded 3 March 2026"; the recording only where it came later. A birth date is told
 * itself. */
static const char *
say_since (const Why *why, const Fact *fact)
{
  Day birth, since = hierarchy_day (fact->valid_from, DAY_MIN), recorded = day_of (why, fact->record_time);
  if (fact->kind == FACT_KIND__FACT_KIND_BIRTH_DATE && day_parse (fact->value, &birth) == DAY_OK)
    return WORDS (why->call, why->language, PHRASE_BORN, say_day (why, birth));
  if (since == DAY_MIN)
    return WORDS (why->call, why->language, PHRASE_RECORDED, say_day (why, recorded));
  if (recorded <= since)
    return WORDS (why->call, why->language, PHRASE_SINCE, say_day (why, since));
  return WORDS (why->call, why->language, PHRASE_SINCE_RECORDED, say_day (why, since),
                say_day (why, recorded));
}

/* A fact as the condition that it satisfies, with its day. */
static const char *
say_fact (const Why *why, const Fact *fact, const RuleNode *node)
{
  bool age = node->field == RULE_FIELD__RULE_FIELD_AGE;
  const char *words = words_fact (why->call, why->language, fact->kind, fact->value,
                                  why_organ (why, fact->organ_id), age ? &why->on : NULL);
  if (fact->kind == FACT_KIND__FACT_KIND_BIRTH_DATE && !age)
    return words;
  return memory_format (why->call, "%s (%s)", words, say_since (why, fact));
}

/* Where the condition alone does not tell what the person has. */
static bool
is_told_by_fact (const RuleNode *node)
{
  return (node->op == RULE_OP__RULE_OP_IN && node->n_values > 1) ||
         (node->op == RULE_OP__RULE_OP_POSITION && node->n_values != 1);
}

static const char *
say_held (const Why *why, const ExplainLine *line)
{
  const RuleNode *node = node_of (why, line);
  const Fact *fact = line->fact_count == 0 ? NULL : why->facts[why->result->facts[line->fact]];
  if (node == NULL || fact == NULL)
    return say_condition (why, line, WORDS_SAID);
  if (is_told_by_fact (node))
    return say_fact (why, fact, node);
  bool code = node->op == RULE_OP__RULE_OP_BETWEEN && fact->kind == FACT_KIND__FACT_KIND_POSTAL_CODE;
  return memory_format (why->call, "%s (%s%s%s)", say_condition (why, line, WORDS_SAID),
                        code ? fact->value : "", code ? ", " : "", say_since (why, fact));
}

/* ---- walking a rule's conditions ---- */

/* What is done with a leaf; `negated`: it stands below an odd number of NOTs. */
typedef void (*LeafFunction) (const Why *why, const ExplainLine *line, bool negated, void *context);

/* Visits the leaves below line `index` whose truth is what their place asks for (`wanted`), and is needed: a
 * group that is as it should be hides those of its leaves that are not. Returns the index after the subtree.
 */
static uint32_t
visit_leaves (const Why *why, uint32_t index, bool negated, bool wanted, LeafFunction function, void *context)
{
  const ExplainLine *lines = why->result->lines, *line = &lines[index];
  uint32_t count = why->result->line_count, next = index + 1;
  bool group = next < count && lines[next].depth > line->depth;
  bool shown = (line->holds != negated) == wanted;
  if (!group && shown)
    function (why, line, negated, context);
  const RuleNode *node = node_of (why, line);
  bool not = group && node != NULL && node->op == RULE_OP__RULE_OP_NOT;
  while (group && next < count && lines[next].depth > line->depth) {
    if (shown)
      next = visit_leaves (why, next, not ? !negated : negated, wanted, function, context);
    else
      next++;
  }
  return next;
}

/* ---- members ---- */

static void
add_held (const Why *why, const ExplainLine *line, bool negated, void *context)
{
  char **text = context;
  add (text, ", ", negated ? say_condition (why, line, WORDS_DENIED) : say_held (why, line));
}

/* The conditions of the rules that `organ` carries (SYMBOL_NONE: the type's), as they hold. */
static void
add_rules_of (const Why *why, Symbol organ, char **text)
{
  const ExplainResult *result = why->result;
  for (uint32_t i = 0; i < result->line_count; i++)
    if (result->lines[i].kind != EXPLAIN_CONDITION && result->lines[i].organ == organ &&
        i + 1 < result->line_count && result->lines[i + 1].kind == EXPLAIN_CONDITION)
      visit_leaves (why, i + 1, false, true, add_held, text);
}

/* What is inherited, from the nearest organ up to the root. */
static void
add_inherited (const Why *why, Symbol source, char **text)
{
  const ExplainResult *result = why->result;
  Symbol last = source;
  for (uint32_t i = result->line_count; i-- > 0;) {
    Symbol organ = result->lines[i].organ;
    if (organ == SYMBOL_NONE || organ == source || organ == last)
      continue;
    char *rules = memory_string (why->call, "");
    add_rules_of (why, organ, &rules);
    last = organ;
    if (*rules != '\0')
      add (text, "; ",
           WORDS (why->call, why->language, PHRASE_INHERITED, why_organ_symbol (why, organ), rules));
  }
}

static const char *
say_exception (const Why *why, uint32_t position)
{
  const MembershipException *exception = why->exceptions[position];
  return WORDS (why->call, why->language, PHRASE_EXCEPTION, exception->reason,
                say_day (why, day_of (why, exception->record_time)), exception->author);
}

static const char *
say_reasons (const Why *why)
{
  const ExplainResult *result = why->result;
  char *text = memory_string (why->call, "");
  if (result->below != SYMBOL_NONE)
    add (&text, ", ",
         WORDS (why->call, why->language, PHRASE_THROUGH, why_organ_symbol (why, result->below)));
  if (result->exception != EXPLAIN_NO_EXCEPTION) {
    add (&text, ", ", say_exception (why, result->exception));
    return text;
  }
  Symbol source = result->below != SYMBOL_NONE ? result->below : why->question.organ;
  add_rules_of (why, source, &text);
  add_rules_of (why, SYMBOL_NONE, &text);
  add_inherited (why, source, &text);
  return text;
}

const char *
why_stretch (const Why *why, const ExplainStretch *stretch)
{
  char *text = memory_string (why->call, "");
  const uint32_t *bases = why->result->bases + stretch->basis;
  if (stretch->below != SYMBOL_NONE)
    add (&text, ", ",
         WORDS (why->call, why->language, PHRASE_THROUGH, why_organ_symbol (why, stretch->below)));
  if (stretch->origin == ORIGIN_EXCEPTION) {
    add (&text, ", ", say_exception (why, bases[0]));
    return text;
  }
  for (uint32_t i = 0; i < stretch->basis_count; i++) {
    const Rule *rule = why_rule (why, bases[i]);
    if (rule != NULL)
      add (&text, ", ", words_rule (why->call, why->language, rule->nodes, rule->n_nodes));
  }
  return text;
}

/* ---- non-members ---- */

/* A condition that fails, denied, and what the person has instead: facts of its kind; NULL for a condition
 * that should not hold. */
typedef struct Failure {
  const char *condition, *instead;
  FactKind kind;
} Failure;

typedef struct Failures {
  Failure told[FAILURES_TOLD];
  size_t count;
} Failures;

/* Facts of the condition's kind; "" when there is none. */
static const char *
say_instead (const Why *why, const ExplainLine *line, const RuleNode *node)
{
  const char *facts[FACTS_TOLD];
  size_t count = 0;
  for (; count < line->fact_count && count < FACTS_TOLD; count++)
    facts[count] = say_fact (why, why->facts[why->result->facts[line->fact + count]], node);
  return words_list (why->call, why->language, facts, count, PHRASE_AND);
}

static void
add_failure (const Why *why, const ExplainLine *line, bool negated, void *context)
{
  Failures *failures = context;
  const RuleNode *node = node_of (why, line);
  if (failures->count++ >= FAILURES_TOLD || node == NULL)
    return;
  const char *condition = negated ? say_held (why, line) : say_condition (why, line, WORDS_DENIED);
  failures->told[failures->count - 1] = (Failure){
      .condition = line->organ == SYMBOL_NONE
                       ? WORDS (why->call, why->language, PHRASE_RULE_OF_TYPE, condition, why->type_name)
                       : WORDS (why->call, why->language, PHRASE_RULE_OF, condition,
                                why_organ_symbol (why, line->organ)),
      .instead = negated ? NULL : say_instead (why, line, node),
      .kind = kind_of (node)};
}

/* What several conditions in a row would say in the same words is said once, after the last. */
static const char *
say_failure (const Why *why, const Failure *failure, const Failure *next)
{
  const char *instead = failure->instead;
  if (instead == NULL || (next != NULL && next->instead != NULL && next->kind == failure->kind &&
                          strcmp (next->instead, instead) == 0))
    return failure->condition;
  if (*instead == '\0')
    return memory_format (why->call, "%s, %s", failure->condition,
                          words_nothing (why->language, failure->kind));
  return WORDS (why->call, why->language, PHRASE_BUT, failure->condition, instead);
}

static const char *
say_failures (const Why *why)
{
  const ExplainResult *result = why->result;
  Failures failures = {.count = 0};
  char *text = memory_string (why->call, "");
  for (uint32_t i = 0; i < result->line_count; i++) {
    const ExplainLine *line = &result->lines[i];
    if (line->kind == EXPLAIN_TYPE && line->version == SYMBOL_NONE)
      add (&text, "; ", why_line (why, line));
    else if (line->kind != EXPLAIN_CONDITION && !line->holds && i + 1 < result->line_count)
      visit_leaves (why, i + 1, false, false, add_failure, &failures);
  }
  size_t told = failures.count < FAILURES_TOLD ? failures.count : FAILURES_TOLD;
  for (size_t i = 0; i < told; i++)
    add (&text, "; ", say_failure (why, &failures.told[i], i + 1 < told ? &failures.told[i + 1] : NULL));
  if (told < failures.count)
    text = WORDS (why->call, why->language, PHRASE_MORE, text,
                  memory_format (why->call, "%zu", failures.count - told));
  if (*text == '\0')
    return WORDS (why->call, why->language, PHRASE_NO_OWN_RULE, why_organ_symbol (why, why->question.organ));
  return text;
}

static const char *
say_outside (const Why *why)
{
  static const Phrase phrases[] = {[EXPLAIN_BEGINS] = PHRASE_BEGINS,
                                   [EXPLAIN_ENDED] = PHRASE_ENDED,
                                   [EXPLAIN_CLOSED] = PHRASE_CLOSED,
                                   [EXPLAIN_NO_PLACE] = PHRASE_NO_PLACE,
                                   [EXPLAIN_UNKNOWN] = PHRASE_NOT_ON_RECORD};
  const ExplainResult *result = why->result;
  return WORDS (why->call, why->language, phrases[result->tree], why_organ_symbol (why, result->outside),
                say_day (why, result->turn));
}

/* ---- the sentence ---- */

/* The organ, with the type where there are several. */
static const char *
say_where (const Why *why)
{
  const Model *model = why->question.history.model;
  const ModelOrgan *organ = &model->organs[model_organ (model, why->question.organ)];
  const char *name = why_organ_symbol (why, why->question.organ);
  if (model->organisations[organ->organisation].type_count < 2)
    return name;
  return memory_format (why->call, "%s (%s)", name, why->type_name);
}

/* Was, is or will be, seen from today or from the day of knowledge. */
static const char *
say_head (const Why *why)
{
  const ExplainResult *result = why->result;
  Day present = why->known < why->call->today ? why->known : why->call->today;
  if (!result->member)
    return WORDS (why->call, why->language, PHRASE_NOT_MEMBER, say_where (why), say_day (why, why->on));
  bool ends = result->valid.to != DAY_MAX;
  Phrase phrase = ends && result->valid.to <= present ? PHRASE_MEMBER_WAS
                  : result->valid.from > present      ? (ends ? PHRASE_MEMBER_WILL_UNTIL : PHRASE_MEMBER_WILL)
                                                      : (ends ? PHRASE_MEMBER_UNTIL : PHRASE_MEMBER);
  return WORDS (why->call, why->language, phrase, say_where (why), say_day (why, result->valid.from),
                ends ? say_day (why, result->valid.to - 1) : "");
}

const char *
why_sentence (const Why *why)
{
  const ExplainResult *result = why->result;
  const char *reasons = result->member                    ? say_reasons (why)
                        : result->tree == EXPLAIN_IN_TREE ? say_failures (why)
                                                          : say_outside (why);
  const char *sentence =
      memory_format (why->call, "%s%s%s", say_head (why), *reasons == '\0' ? "" : ": ", reasons);
  if (why->known == MODEL_NOW)
    return sentence;
  return WORDS (why->call, why->language, PHRASE_AS_KNOWN, say_day (why, why->known), sentence);
}
