/* The evaluator: see evaluate.h for the walk over days; here is the descent of one day. */
#include "evaluate.h"

#include "core/memory.h"

#include <string.h>

struct Evaluator {
  const Model *model;
  PersonFact *held; /* facts of the day by kind; talloc array */
  DayFacts facts;
  Placement *placements; /* talloc array, one place for each organ */
  uint32_t placement_count;
  uint32_t *placed;  /* by organ: position in placements, meaningful when stamp is current */
  uint32_t *stamped; /* by organ: the last descent that placed it */
  uint32_t *visited; /* by organ: the last descent that came by */
  uint32_t stamp;
};

/* One descent. */
typedef struct Descent {
  Evaluator *evaluator;
  const Model *model;
  Day day;
  Day *until;
} Descent;

Evaluator *
evaluator_new (void *owner, const Model *model)
{
  Evaluator *evaluator = memory_new (owner, Evaluator);
  evaluator->model = model;
  evaluator->held = memory_array (evaluator, PersonFact, 32);
  evaluator->placements = memory_array (evaluator, Placement, model->organ_count + 1);
  evaluator->placed = memory_array (evaluator, uint32_t, model->organ_count + 1);
  evaluator->stamped = memory_array (evaluator, uint32_t, model->organ_count + 1);
  evaluator->visited = memory_array (evaluator, uint32_t, model->organ_count + 1);
  return evaluator;
}

const Model *
evaluator_model (const Evaluator *evaluator)
{
  return evaluator->model;
}

static void
lower (Day *until, Day day, Period period)
{
  Day next = period_next (period, day);
  if (next > day && next < *until)
    *until = next;
}

const DayFacts *
evaluate_facts (Evaluator *evaluator, const PersonRecord *person, Day day, Day *until)
{
  DayFacts *facts = &evaluator->facts;
  *facts = (DayFacts){.day = day};
  if (person->fact_count > talloc_array_length (evaluator->held))
    evaluator->held =
        memory_must (talloc_realloc (evaluator, evaluator->held, PersonFact, (unsigned)person->fact_count));
  uint32_t start[FACT_KINDS + 1] = {0};
  for (size_t i = 0; i < person->fact_count; i++) {
    const PersonFact *fact = &person->facts[i];
    lower (until, day, fact->valid);
    if (period_holds (fact->valid, day))
      start[fact->kind + 1]++;
  }
  for (uint32_t kind = 0; kind < FACT_KINDS; kind++)
    start[kind + 1] += start[kind];
  for (size_t i = 0; i < person->fact_count; i++) {
    const PersonFact *fact = &person->facts[i];
    if (period_holds (fact->valid, day))
      evaluator->held[start[fact->kind] + facts->count[fact->kind]++] = *fact;
  }
  for (uint32_t kind = 0; kind < FACT_KINDS; kind++)
    facts->facts[kind] = &evaluator->held[start[kind]];
  return facts;
}

/* The placement of an organ in this descent, made now if it has none. */
static Placement *
place (Evaluator *evaluator, OrganIndex organ)
{
  if (evaluator->stamped[organ] != evaluator->stamp) {
    evaluator->stamped[organ] = evaluator->stamp;
    evaluator->placed[organ] = evaluator->placement_count;
    evaluator->placements[evaluator->placement_count++] = (Placement){.organ = organ};
  }
  return &evaluator->placements[evaluator->placed[organ]];
}

/* True when a version is in force and its rule holds; *in_force tells the former. */
static bool
version_holds (Descent *descent, Span versions, bool *in_force)
{
  const ModelVersion *version = model_version (descent->model, versions, descent->day, descent->until);
  *in_force = version != NULL;
  return version != NULL &&
         rule_holds (descent->model->book, version->rule, &descent->evaluator->facts, descent->until);
}

/* Applies the organ's rules for types: takes the types whose rule fails out of `types`, and returns the types
 * for which the organ has a rule of its own for that type. */
static uint64_t
ask_typed (Descent *descent, const ModelOrgan *organ, uint64_t *types)
{
  uint64_t own = 0;
  const ModelVersion *versions = descent->model->versions;
  uint32_t end = organ->typed.first + organ->typed.count;
  for (uint32_t at = organ->typed.first; at < end;) {
    uint32_t next = at + 1;
    while (next < end && versions[next].type == versions[at].type)
      next++;
    bool in_force;
    uint64_t bit = 1ULL << versions[at].type;
    if ((*types & bit) != 0) {
      bool holds = version_holds (descent, (Span){at, next - at}, &in_force);
      own |= in_force ? bit : 0;
      *types &= in_force && !holds ? ~bit : ~0ULL;
    }
    at = next;
  }
  return own;
}

static uint64_t visit_children (Descent *descent, OrganIndex organ, uint64_t types);

/* Visits an organ that hangs under a visited one and lives: `types` are those for which every rule above
 * holds. Returns the types by which the organ has the person, by its own rules or from below. */
static uint64_t
visit (Descent *descent, OrganIndex index, uint64_t types)
{
  const ModelOrgan *organ = &descent->model->organs[index];
  bool general;
  bool holds = version_holds (descent, organ->general, &general);
  if (general && !holds)
    return 0;
  uint64_t own = ask_typed (descent, organ, &types);
  if (types == 0)
    return 0;
  uint64_t rule = types & (general ? ~0ULL : own);
  uint64_t below = visit_children (descent, index, types);
  if ((rule | below) != 0) {
    Placement *placement = place (descent->evaluator, index);
    placement->rule = rule;
    placement->below = below & ~rule;
  }
  return rule | below;
}

/* Visits a child that the index names, if it hangs here on the day and has not been visited. */
static uint64_t
visit_child (Descent *descent, OrganIndex parent, OrganIndex child, uint64_t types)
{
  Evaluator *evaluator = descent->evaluator;
  if (evaluator->visited[child] == evaluator->stamp ||
      model_parent (descent->model, child, descent->day, descent->until) != parent ||
      !model_lives (descent->model, child, descent->day, descent->until))
    return 0;
  evaluator->visited[child] = evaluator->stamp;
  return visit (descent, child, types);
}

static uint64_t
visit_span (Descent *descent, OrganIndex parent, Span children, uint64_t types)
{
  uint64_t found = 0;
  for (uint32_t i = 0; i < children.count; i++)
    found |= visit_child (descent, parent, descent->model->children[children.first + i], types);
  return found;
}

/* Children whose range of postal codes holds `code`: of those that begin at or before it, from the last to
 * the first whose predecessors all end before it. */
static uint64_t
visit_ranges (Descent *descent, OrganIndex parent, Symbol code, uint64_t types)
{
  const Model *model = descent->model;
  Span span = model->organs[parent].ranges;
  const ModelRange *ranges = model->ranges + span.first;
  const char *text = symbols_text (model->symbols, code);
  uint32_t low = 0, high = span.count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (strcmp (symbols_text (model->symbols, ranges[middle].low), text) <= 0)
      low = middle + 1;
    else
      high = middle;
  }
  uint64_t found = 0;
  while (low-- > 0) {
    const ModelRange *range = &ranges[low];
    if (range->greatest != SYMBOL_NONE && strcmp (symbols_text (model->symbols, range->greatest), text) < 0)
      break;
    if (range->high == SYMBOL_NONE || strcmp (text, symbols_text (model->symbols, range->high)) <= 0)
      found |= visit_child (descent, parent, range->child, types);
  }
  return found;
}

/* Visits the children that the person's facts lead to, and those that no fact excludes. */
static uint64_t
visit_children (Descent *descent, OrganIndex index, uint64_t types)
{
  const Model *model = descent->model;
  const ModelOrgan *organ = &model->organs[index];
  const DayFacts *facts = &descent->evaluator->facts;
  uint64_t found = visit_span (descent, index, organ->open, types);
  for (uint32_t kinds = organ->kinds; kinds != 0; kinds &= kinds - 1) {
    uint32_t kind = (uint32_t)__builtin_ctz (kinds);
    for (uint32_t i = 0; i < facts->count[kind]; i++) {
      const PersonFact *fact = &facts->facts[kind][i];
      uint32_t value = kind == FACT_KIND__FACT_KIND_ADMISSION ? fact->organ : fact->value;
      found |= visit_span (descent, index, model_lookup (model, index, kind, value), types);
    }
    if (kind == FACT_KIND__FACT_KIND_POSITION && facts->count[kind] > 0)
      found |= visit_span (descent, index, model_lookup (model, index, kind, SYMBOL_NONE), types);
  }
  if (organ->ranges.count > 0)
    for (uint32_t i = 0; i < facts->count[FACT_KIND__FACT_KIND_POSTAL_CODE]; i++)
      found |= visit_ranges (descent, index, facts->facts[FACT_KIND__FACT_KIND_POSTAL_CODE][i].value, types);
  return found;
}

/* The types of the organisation that recognise the person on the day. */
static uint64_t
recognised_types (Descent *descent, const ModelOrganisation *organisation)
{
  uint64_t types = 0;
  for (uint32_t bit = 0; bit < organisation->type_count; bit++) {
    bool in_force;
    Span versions = descent->model->types[organisation->types[bit]].versions;
    if (version_holds (descent, versions, &in_force))
      types |= 1ULL << bit;
  }
  return types;
}

/* Marks the organ of an exception and every organ above it. */
static void
place_exception (Descent *descent, const ModelOrganisation *organisation, const PersonException *exception)
{
  const Model *model = descent->model;
  OrganIndex organ = model_organ (model, exception->organ);
  uint32_t type = model_type (model, exception->type);
  lower (descent->until, descent->day, exception->valid);
  if (organ == ORGAN_NONE || type == ORGAN_NONE || !period_holds (exception->valid, descent->day) ||
      model->organs[organ].organisation != model->organs[organisation->root].organisation ||
      model->types[type].organisation != model->organs[organ].organisation ||
      !model_in_tree (model, organ, descent->day, descent->until))
    return;
  uint64_t bit = 1ULL << model_type_bit (model, type);
  for (;;) {
    Placement *placement = place (descent->evaluator, organ);
    placement->exception |= bit & ~(placement->rule | placement->below);
    if (organ == organisation->root)
      return;
    organ = model_parent (model, organ, descent->day, descent->until);
  }
}

const Placement *
evaluate_day (Evaluator *evaluator, uint32_t organisation_index, const PersonRecord *person, Day day,
              uint32_t *count, Day *until)
{
  const Model *model = evaluator->model;
  const ModelOrganisation *organisation = &model->organisations[organisation_index];
  Descent descent = {evaluator, model, day, until};
  evaluator->placement_count = 0;
  if (++evaluator->stamp == 0) {
    memset (evaluator->stamped, 0, talloc_get_size (evaluator->stamped));
    memset (evaluator->visited, 0, talloc_get_size (evaluator->visited));
    evaluator->stamp = 1;
  }
  if (model_lives (model, organisation->root, day, until)) {
    evaluate_facts (evaluator, person, day, until);
    uint64_t types = recognised_types (&descent, organisation);
    if (types != 0)
      visit (&descent, organisation->root, types);
    for (size_t i = 0; i < person->exception_count; i++)
      place_exception (&descent, organisation, &person->exceptions[i]);
  }
  *count = evaluator->placement_count;
  return evaluator->placements;
}

static void
add_placement (const Model *model, const Placement *placement, Period piece, Periods *periods)
{
  const ModelOrgan *organ = &model->organs[placement->organ];
  const ModelOrganisation *organisation = &model->organisations[organ->organisation];
  uint64_t types = placement->rule | placement->below | placement->exception;
  for (; types != 0; types &= types - 1) {
    uint32_t bit = (uint32_t)__builtin_ctzll (types);
    Origin origin = (placement->rule >> bit & 1) != 0    ? ORIGIN_RULE
                    : (placement->below >> bit & 1) != 0 ? ORIGIN_BELOW
                                                         : ORIGIN_EXCEPTION;
    periods_add (periods, organ->id, model->types[organisation->types[bit]].id, piece, origin);
  }
}

void
evaluate_in (Evaluator *evaluator, uint32_t organisation, const PersonRecord *person, Period window,
             Periods *periods)
{
  for (Day day = window.from; day < window.to;) {
    Day until = window.to;
    uint32_t count;
    const Placement *placements = evaluate_day (evaluator, organisation, person, day, &count, &until);
    for (uint32_t i = 0; i < count; i++)
      add_placement (evaluator->model, &placements[i], (Period){day, until}, periods);
    day = until;
  }
}

void
evaluate (Evaluator *evaluator, const PersonRecord *person, Period window, Periods *periods)
{
  for (uint32_t organisation = 0; organisation < evaluator->model->organisation_count; organisation++)
    evaluate_in (evaluator, organisation, person, window, periods);
}
