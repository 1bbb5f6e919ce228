/* Building an explanation: the membership from the evaluator, the lines from the rules on the way from the
 * root. */
#include "explain.h"

#include "core/memory.h"

typedef struct Explaining {
  ExplainResult *result;
  const Model *model;
  const PersonRecord *person;
  const DayFacts *facts;
  Day day;
} Explaining;

enum { FACTS_OF_A_LINE = 20 };

static ExplainLine *
add_line (Explaining *explaining, ExplainLine line)
{
  ExplainResult *result = explaining->result;
  result->lines =
      memory_must (talloc_realloc (result, result->lines, ExplainLine, (unsigned)(result->line_count + 1)));
  result->lines[result->line_count] = line;
  return &result->lines[result->line_count++];
}

static void
add_fact (Explaining *explaining, ExplainLine *line, size_t fact)
{
  ExplainResult *result = explaining->result;
  result->facts =
      memory_must (talloc_realloc (result, result->facts, uint32_t, (unsigned)(result->fact_count + 1)));
  result->facts[result->fact_count++] = (uint32_t)fact;
  line->fact_count++;
}

/* Names the facts that decided a leaf: those that satisfy it, or, when none does, all of its kind. */
static void
add_facts (Explaining *explaining, ExplainLine *line, const Condition *condition)
{
  line->fact = explaining->result->fact_count;
  for (size_t i = 0; i < explaining->person->fact_count && line->fact_count < FACTS_OF_A_LINE; i++) {
    const PersonFact *fact = &explaining->person->facts[i];
    if ((uint8_t)fact->kind != condition->kind || !period_holds (fact->valid, explaining->day))
      continue;
    if (!line->holds || rule_fact_satisfies (explaining->model->book, condition, fact, explaining->day))
      add_fact (explaining, line, i);
  }
}

static void
add_conditions (Explaining *explaining, const ModelVersion *version, uint32_t at, uint32_t depth)
{
  const Rulebook *book = explaining->model->book;
  const Condition *condition = &book->conditions[at];
  Day until = DAY_MAX;
  ExplainLine *line = add_line (explaining, (ExplainLine){
                                                .depth = depth,
                                                .kind = EXPLAIN_CONDITION,
                                                .holds = rule_holds (book, at, explaining->facts, &until),
                                                .version = version->id,
                                                .version_valid = version->valid,
                                                .node = at - version->rule,
                                            });
  if (version->organ != ORGAN_NONE)
    line->organ = explaining->model->organs[version->organ].id;
  if (condition->kind != 0)
    add_facts (explaining, line, condition);
  for (uint32_t operand = at + 1; operand < condition->end; operand = book->conditions[operand].end)
    add_conditions (explaining, version, operand, depth + 1);
}

static void
add_version (Explaining *explaining, ExplainKind kind, const ModelVersion *version)
{
  Day until = DAY_MAX;
  const Model *model = explaining->model;
  add_line (explaining,
            (ExplainLine){
                .kind = kind,
                .holds = rule_holds (model->book, version->rule, explaining->facts, &until),
                .organ = version->organ == ORGAN_NONE ? SYMBOL_NONE : model->organs[version->organ].id,
                .version = version->id,
                .version_valid = version->valid,
            });
  add_conditions (explaining, version, version->rule, 1);
}

static void
add_type (Explaining *explaining, uint32_t type)
{
  Day until = DAY_MAX;
  const ModelVersion *version =
      model_version (explaining->model, explaining->model->types[type].versions, explaining->day, &until);
  if (version == NULL)
    add_line (explaining, (ExplainLine){.kind = EXPLAIN_TYPE});
  else
    add_version (explaining, EXPLAIN_TYPE, version);
}

/* The rules of an organ, the ones above first. */
static void
add_organ (Explaining *explaining, OrganIndex index, uint8_t bit)
{
  const Model *model = explaining->model;
  const ModelOrgan *organ = &model->organs[index];
  Day until = DAY_MAX;
  if (index != model->organisations[organ->organisation].root)
    add_organ (explaining, model_parent (model, index, explaining->day, &until), bit);
  const ModelVersion *general = model_version (model, organ->general, explaining->day, &until);
  if (general != NULL)
    add_version (explaining, EXPLAIN_ORGAN, general);
  for (uint32_t i = organ->typed.first; i < organ->typed.first + organ->typed.count; i++)
    if (model->versions[i].type == bit && model_in_force (model, &model->versions[i], explaining->day))
      add_version (explaining, EXPLAIN_ORGAN, &model->versions[i]);
}

/* Steps from `organ` up to `above` on the day; UINT32_MAX when it does not stand below it. */
static uint32_t
distance (const Model *model, OrganIndex organ, OrganIndex above, Day day)
{
  Day until = DAY_MAX;
  for (uint32_t steps = 0; organ != ORGAN_NONE && steps <= model->organ_count; steps++) {
    if (organ == above)
      return steps;
    organ = model_parent (model, organ, day, &until);
  }
  return UINT32_MAX;
}

/* True when the exception is about this organ, this type and this day. */
static bool
is_excepted (const PersonRecord *person, Symbol organ, Symbol type, Day day)
{
  for (size_t i = 0; i < person->exception_count; i++) {
    const PersonException *exception = &person->exceptions[i];
    if (exception->organ == organ && exception->type == type && period_holds (exception->valid, day))
      return true;
  }
  return false;
}

/* Fills in whether, why and from where; the nearest organ below is the one that has the person itself. */
static void
add_membership (Explaining *explaining, Evaluator *evaluator, OrganIndex organ, uint32_t type)
{
  const Model *model = explaining->model;
  ExplainResult *result = explaining->result;
  uint64_t bit = 1ULL << model_type_bit (model, type);
  Symbol type_id = model->types[type].id;
  uint32_t count;
  Day until = DAY_MAX;
  const Placement *placements = evaluate_day (evaluator, model->organs[organ].organisation,
                                              explaining->person, explaining->day, &count, &until);
  for (uint32_t i = 0; i < count; i++)
    if (placements[i].organ == organ &&
        ((placements[i].rule | placements[i].below | placements[i].exception) & bit) != 0) {
      result->member = true;
      result->origin = (placements[i].rule & bit) != 0    ? ORIGIN_RULE
                       : (placements[i].below & bit) != 0 ? ORIGIN_BELOW
                                                          : ORIGIN_EXCEPTION;
    }
  bool itself = result->origin == ORIGIN_RULE ||
                (result->origin == ORIGIN_EXCEPTION &&
                 is_excepted (explaining->person, model->organs[organ].id, type_id, explaining->day));
  uint32_t nearest = UINT32_MAX;
  for (uint32_t i = 0; i < count && result->member && !itself; i++) {
    Symbol id = model->organs[placements[i].organ].id;
    bool source = result->origin == ORIGIN_BELOW
                      ? (placements[i].rule & bit) != 0
                      : is_excepted (explaining->person, id, type_id, explaining->day);
    uint32_t steps = source ? distance (model, placements[i].organ, organ, explaining->day) : UINT32_MAX;
    if (steps < nearest) {
      nearest = steps;
      result->below = id;
    }
  }
}

static void
add_period (Explaining *explaining, Evaluator *evaluator, OrganIndex organ, Symbol type)
{
  Periods *periods = periods_new (explaining->result);
  const ModelOrgan *model_organ = &explaining->model->organs[organ];
  evaluate_in (evaluator, model_organ->organisation, explaining->person, EVALUATE_ALWAYS, periods);
  for (uint32_t i = 0; i < periods->count; i++)
    if (periods->rows[i].organ == model_organ->id && periods->rows[i].type == type &&
        period_holds (periods->rows[i].valid, explaining->day))
      explaining->result->valid = periods->rows[i].valid;
}

ExplainResult *
explain (void *owner, Evaluator *evaluator, const PersonRecord *person, Symbol organ_id, Symbol type_id,
         Day day)
{
  const Model *model = evaluator_model (evaluator);
  ExplainResult *result = memory_new (owner, ExplainResult);
  OrganIndex organ = model_organ (model, organ_id);
  uint32_t type = model_type (model, type_id);
  Explaining explaining = {.result = result, .model = model, .person = person, .day = day};
  Day until = DAY_MAX;
  result->tree = model_in_tree (model, organ, day, &until) ? EXPLAIN_IN_TREE : EXPLAIN_NOT_IN_TREE;
  add_membership (&explaining, evaluator, organ, type);
  if (result->member)
    add_period (&explaining, evaluator, organ, type_id);
  explaining.facts = evaluate_facts (evaluator, person, day, &until);
  add_type (&explaining, type);
  if (result->tree == EXPLAIN_IN_TREE)
    add_organ (&explaining, organ, model_type_bit (model, type));
  return result;
}
