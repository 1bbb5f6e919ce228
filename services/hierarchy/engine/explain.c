/* Building an explanation: the membership from the evaluator, the lines from the rules on the way from the
 * root, the stretches by walking the days of the period. */
#include "explain.h"

#include "core/memory.h"

#include <string.h>

typedef struct Explaining {
  ExplainResult *result;
  const ExplainQuestion *question;
  const Model *model;
  OrganIndex organ;
  uint32_t type;
  uint64_t bit;
  PersonRecord record; /* what was known of the person when the day is judged */
  uint32_t *fact_of;   /* by position in record: position in the question's person */
  uint32_t *exception_of;
  const PersonRecord *person; /* record */
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
  result->facts[result->fact_count++] = explaining->fact_of[fact];
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

/* What was known of the person at the end of `known`, with the way back to everything ever known. */
static void
know (Explaining *explaining, void *owner, Day known)
{
  const KnownPerson *person = explaining->question->person;
  PersonFact *facts = memory_array (owner, PersonFact, person->fact_count + 1);
  PersonException *exceptions = memory_array (owner, PersonException, person->exception_count + 1);
  explaining->fact_of = memory_array (owner, uint32_t, person->fact_count + 1);
  explaining->exception_of = memory_array (owner, uint32_t, person->exception_count + 1);
  explaining->record = (PersonRecord){.facts = facts, .exceptions = exceptions};
  for (size_t i = 0; i < person->fact_count; i++) {
    if (!period_holds (person->facts[i].known, known))
      continue;
    explaining->fact_of[explaining->record.fact_count] = (uint32_t)i;
    facts[explaining->record.fact_count++] = person->facts[i].fact;
  }
  for (size_t i = 0; i < person->exception_count; i++) {
    if (!period_holds (person->exceptions[i].known, known))
      continue;
    explaining->exception_of[explaining->record.exception_count] = (uint32_t)i;
    exceptions[explaining->record.exception_count++] = person->exceptions[i].exception;
  }
  explaining->person = &explaining->record;
  model_know (explaining->question->history.model, known);
}

/* The exception about this organ, this type and this day: its position in the question's person. */
static uint32_t
find_exception (const Explaining *explaining, Symbol organ, Day day)
{
  Symbol type = explaining->model->types[explaining->type].id;
  for (size_t i = 0; i < explaining->record.exception_count; i++) {
    const PersonException *exception = &explaining->record.exceptions[i];
    if (exception->organ == organ && exception->type == type && period_holds (exception->valid, day))
      return explaining->exception_of[i];
  }
  return EXPLAIN_NO_EXCEPTION;
}

/* Why the organ has the person on one day. */
typedef struct Cause {
  bool member;
  Origin origin;
  OrganIndex source; /* the nearest organ that has the person itself */
  uint32_t exception;
} Cause;

/* The nearest organ at or below `organ` that has the person itself, by a rule or by an exception. */
static void
find_source (const Explaining *explaining, const Placement *placements, uint32_t count, Day day, Cause *cause)
{
  uint32_t nearest = UINT32_MAX;
  for (uint32_t i = 0; i < count; i++) {
    Symbol id = explaining->model->organs[placements[i].organ].id;
    uint32_t exception = EXPLAIN_NO_EXCEPTION;
    if (cause->origin == ORIGIN_EXCEPTION)
      exception = find_exception (explaining, id, day);
    bool has = cause->origin == ORIGIN_EXCEPTION ? exception != EXPLAIN_NO_EXCEPTION
                                                 : (placements[i].rule & explaining->bit) != 0;
    uint32_t steps =
        has ? distance (explaining->model, placements[i].organ, explaining->organ, day) : UINT32_MAX;
    if (steps >= nearest)
      continue;
    nearest = steps;
    cause->source = placements[i].organ;
    cause->exception = exception;
  }
}

/* Judges a day by what is known in `explaining`; lowers *until. */
static Cause
judge (const Explaining *explaining, Day day, Day *until)
{
  uint32_t count;
  uint64_t bit = explaining->bit;
  Cause cause = {.source = explaining->organ, .exception = EXPLAIN_NO_EXCEPTION};
  const Placement *placements = evaluate_day (explaining->question->history.evaluator,
                                              explaining->model->organs[explaining->organ].organisation,
                                              &explaining->record, day, &count, until);
  for (uint32_t i = 0; i < count; i++) {
    if (placements[i].organ != explaining->organ ||
        ((placements[i].rule | placements[i].below | placements[i].exception) & bit) == 0)
      continue;
    cause.member = true;
    cause.origin = (placements[i].rule & bit) != 0    ? ORIGIN_RULE
                   : (placements[i].below & bit) != 0 ? ORIGIN_BELOW
                                                      : ORIGIN_EXCEPTION;
  }
  if (cause.member)
    find_source (explaining, placements, count, day, &cause);
  return cause;
}

/* ---- stretches ---- */

static void
add_basis (ExplainResult *result, ExplainStretch *stretch, uint32_t basis)
{
  result->bases =
      memory_must (talloc_realloc (result, result->bases, uint32_t, (unsigned)(result->base_count + 1)));
  result->bases[result->base_count++] = basis;
  stretch->basis_count++;
}

static void
add_basis_version (Explaining *explaining, ExplainStretch *stretch, Span versions, Day day)
{
  Day until = DAY_MAX;
  const ModelVersion *version = model_version (explaining->model, versions, day, &until);
  if (version != NULL)
    add_basis (explaining->result, stretch, version->id);
}

/* The rule versions on the way from the source up, then the type's. */
static void
add_bases (Explaining *explaining, ExplainStretch *stretch, const Cause *cause, Day day)
{
  const Model *model = explaining->model;
  OrganIndex root = model->organisations[model->organs[cause->source].organisation].root;
  Day until = DAY_MAX;
  stretch->basis = explaining->result->base_count;
  if (cause->origin == ORIGIN_EXCEPTION) {
    add_basis (explaining->result, stretch, cause->exception);
    return;
  }
  uint8_t type = model_type_bit (model, explaining->type);
  for (OrganIndex at = cause->source; at != ORGAN_NONE; at = model_parent (model, at, day, &until)) {
    const ModelOrgan *organ = &model->organs[at];
    add_basis_version (explaining, stretch, organ->general, day);
    for (uint32_t i = organ->typed.first; i < organ->typed.first + organ->typed.count; i++)
      if (model->versions[i].type == type && model_in_force (model, &model->versions[i], day))
        add_basis (explaining->result, stretch, model->versions[i].id);
    if (at == root)
      break;
  }
  add_basis_version (explaining, stretch, model->types[explaining->type].versions, day);
}

static bool
same_stretch (const ExplainResult *result, const ExplainStretch *a, const ExplainStretch *b)
{
  return a->valid.to == b->valid.from && a->origin == b->origin && a->below == b->below &&
         a->basis_count == b->basis_count &&
         memcmp (result->bases + a->basis, result->bases + b->basis,
                 a->basis_count * sizeof *result->bases) == 0;
}

/* Adds the days of a piece, joined with those before when they rest on the same. */
static void
add_stretch (Explaining *explaining, const Cause *cause, Period piece)
{
  ExplainResult *result = explaining->result;
  ExplainStretch stretch = {.valid = piece, .origin = cause->origin};
  if (cause->source != explaining->organ)
    stretch.below = explaining->model->organs[cause->source].id;
  add_bases (explaining, &stretch, cause, piece.from);
  if (result->stretch_count > 0) {
    ExplainStretch *last = &result->stretches[result->stretch_count - 1];
    if (same_stretch (result, last, &stretch)) {
      last->valid.to = piece.to;
      result->base_count = stretch.basis;
      return;
    }
  }
  result->stretches = memory_must (
      talloc_realloc (result, result->stretches, ExplainStretch, (unsigned)(result->stretch_count + 1)));
  result->stretches[result->stretch_count++] = stretch;
}

/* Walks the days of the period, window of knowledge by window. */
static void
add_stretches (Explaining *explaining)
{
  const ExplainQuestion *question = explaining->question;
  ExplainResult *result = explaining->result;
  uint32_t organisation = explaining->model->organs[explaining->organ].organisation;
  size_t count;
  const DatingWindow *windows = dating_windows (result, &question->history, organisation, question->person,
                                                DAY_MIN, question->known, &count);
  for (size_t i = 0; i < count; i++) {
    Period days = {windows[i].days.from > result->valid.from ? windows[i].days.from : result->valid.from,
                   windows[i].days.to < result->valid.to ? windows[i].days.to : result->valid.to};
    if (days.from >= days.to)
      continue;
    know (explaining, result, windows[i].known);
    for (Day day = days.from; day < days.to;) {
      Day until = days.to;
      Cause cause = judge (explaining, day, &until);
      add_stretch (explaining, &cause, (Period){day, until});
      day = until;
    }
  }
}

static void
add_period (Explaining *explaining)
{
  const ExplainQuestion *question = explaining->question;
  Periods *periods = periods_new (explaining->result);
  dating_evaluate (&question->history, explaining->model->organs[explaining->organ].organisation,
                   question->person, DAY_MIN, question->known, periods);
  for (uint32_t i = 0; i < periods->count; i++)
    if (periods->rows[i].organ == question->organ && periods->rows[i].type == question->type &&
        period_holds (periods->rows[i].valid, explaining->day))
      explaining->result->valid = periods->rows[i].valid;
}

/* ---- where the organ stands ---- */

/* How an organ that does not live on the day does not. */
static void
describe_life (ExplainResult *result, const Model *model, OrganIndex organ, Day day)
{
  Span span = model->organs[organ].lives;
  Day before = DAY_MIN, after = DAY_MAX;
  for (uint32_t i = span.first; i < span.first + span.count; i++) {
    const ModelLife *life = &model->lives[i];
    if (!period_holds (life->known, model->known))
      continue;
    if (life->valid.to <= day && life->valid.to > before)
      before = life->valid.to;
    if (life->valid.from > day && life->valid.from < after)
      after = life->valid.from;
  }
  result->outside = model->organs[organ].id;
  result->turn = after != DAY_MAX ? after : before == DAY_MIN ? DAY_MIN : before - 1;
  result->tree = after != DAY_MAX    ? (before == DAY_MIN ? EXPLAIN_BEGINS : EXPLAIN_CLOSED)
                 : before == DAY_MIN ? EXPLAIN_UNKNOWN
                                     : EXPLAIN_ENDED;
}

/* The first organ on the way up that is not there. */
static void
describe_tree (ExplainResult *result, const Model *model, OrganIndex organ, Day day)
{
  OrganIndex root = model->organisations[model->organs[organ].organisation].root;
  for (uint32_t steps = 0; steps <= model->organ_count; steps++) {
    Day until = DAY_MAX;
    if (!model_lives (model, organ, day, &until)) {
      describe_life (result, model, organ, day);
      return;
    }
    if (organ == root)
      return;
    OrganIndex parent = model_parent (model, organ, day, &until);
    if (parent == ORGAN_NONE) {
      result->outside = model->organs[organ].id;
      result->tree = EXPLAIN_NO_PLACE;
      return;
    }
    organ = parent;
  }
}

/* The day of knowledge by which the day is judged. */
static Day
knowledge_of (const ExplainQuestion *question, OrganIndex organ)
{
  const Model *model = question->history.model;
  bool dated = model->organisations[model->organs[organ].organisation].policy == MODEL_EVALUATION_DATED;
  return dated && question->day < question->known ? question->day : question->known;
}

static Explaining
begin (ExplainResult *result, const ExplainQuestion *question)
{
  const Model *model = question->history.model;
  Explaining explaining = {.result = result, .question = question, .model = model, .day = question->day};
  explaining.organ = model_organ (model, question->organ);
  explaining.type = model_type (model, question->type);
  if (explaining.type != ORGAN_NONE)
    explaining.bit = 1ULL << model_type_bit (model, explaining.type);
  return explaining;
}

ExplainResult *
explain (void *owner, const ExplainQuestion *question)
{
  ExplainResult *result = memory_new (owner, ExplainResult);
  Explaining explaining = begin (result, question);
  const Model *model = question->history.model;
  Day until = DAY_MAX, known = knowledge_of (question, explaining.organ);
  know (&explaining, result, known);
  describe_tree (result, model, explaining.organ, question->day);
  Cause cause = judge (&explaining, question->day, &until);
  result->member = cause.member;
  result->origin = cause.origin;
  result->exception = cause.exception;
  if (cause.source != explaining.organ)
    result->below = model->organs[cause.source].id;
  explaining.facts = evaluate_facts (question->history.evaluator, &explaining.record, question->day, &until);
  add_type (&explaining, explaining.type);
  if (result->tree == EXPLAIN_IN_TREE)
    add_organ (&explaining, cause.source, model_type_bit (model, explaining.type));
  if (result->member) {
    add_period (&explaining);
    add_stretches (&explaining);
  }
  model_know (question->history.model, MODEL_NOW);
  return result;
}

Symbol
explain_type (const ExplainQuestion *question)
{
  void *scratch = memory_context (question->history.model);
  Explaining explaining = begin (NULL, question);
  const Model *model = question->history.model;
  const ModelOrganisation *organisation = &model->organisations[model->organs[explaining.organ].organisation];
  know (&explaining, scratch, knowledge_of (question, explaining.organ));
  uint32_t count;
  Day until = DAY_MAX;
  Symbol type = SYMBOL_NONE;
  const Placement *placements =
      evaluate_day (question->history.evaluator, model->organs[explaining.organ].organisation,
                    &explaining.record, question->day, &count, &until);
  for (uint32_t i = 0; i < count; i++) {
    uint64_t types = placements[i].rule | placements[i].below | placements[i].exception;
    if (placements[i].organ == explaining.organ && types != 0)
      type = model->types[organisation->types[__builtin_ctzll (types)]].id;
  }
  model_know (question->history.model, MODEL_NOW);
  talloc_free (scratch);
  return type;
}
