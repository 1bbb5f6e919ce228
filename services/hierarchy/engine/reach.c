/* Finding what differs between two models, and turning its guards into bits by symbol and by place. */
#include "reach.h"

#include "core/memory.h"

#include <string.h>

struct Reach {
  bool everyone;
  bool exceptions;            /* everyone with an exception */
  uint8_t *kinds[FACT_KINDS]; /* by symbol: a key; NULL: no keys of the kind */
  uint32_t symbol_count;      /* length of each of them */
  uint8_t *places;            /* by place: has a key or lies in a range */
  bool any_position;
  bool empty;
};

/* What differs, in each of the two models. */
typedef struct Differing {
  OrganIndex *organs;
  uint32_t organ_count;
  uint32_t *types;
  uint32_t type_count;
} Differing;

static bool
same_rule (const Rulebook *left, uint32_t a, const Rulebook *right, uint32_t b)
{
  uint32_t length = left->conditions[a].end - a;
  if (right->conditions[b].end - b != length)
    return false;
  for (uint32_t i = 0; i < length; i++) {
    const Condition *x = &left->conditions[a + i], *y = &right->conditions[b + i];
    if (x->op != y->op || x->field != y->field || x->operands != y->operands || x->count != y->count ||
        memcmp (left->values + x->first, right->values + y->first, x->count * sizeof *left->values) != 0)
      return false;
  }
  return true;
}

static Symbol
type_symbol (const Model *model, const ModelVersion *version)
{
  return version->type == TYPE_NONE
             ? SYMBOL_NONE
             : model->types[model->organisations[version->organisation].types[version->type]].id;
}

static bool
same_days (Period left, Period right)
{
  return left.from == right.from && left.to == right.to;
}

static bool
same_versions (const Model *left, Span a, const Model *right, Span b)
{
  if (a.count != b.count)
    return false;
  for (uint32_t i = 0; i < a.count; i++) {
    const ModelVersion *x = &left->versions[a.first + i], *y = &right->versions[b.first + i];
    if (!same_days (x->valid, y->valid) || type_symbol (left, x) != type_symbol (right, y) ||
        !same_rule (left->book, x->rule, right->book, y->rule))
      return false;
  }
  return true;
}

/* Lives and edges: where the organ is in the tree. */
static bool
same_place (const Model *left, const ModelOrgan *a, const Model *right, const ModelOrgan *b)
{
  if (a->lives.count != b->lives.count || a->edges.count != b->edges.count)
    return false;
  for (uint32_t i = 0; i < a->lives.count; i++)
    if (!same_days (left->lives[a->lives.first + i].valid, right->lives[b->lives.first + i].valid))
      return false;
  for (uint32_t i = 0; i < a->edges.count; i++) {
    const ModelEdge *x = &left->edges[a->edges.first + i], *y = &right->edges[b->edges.first + i];
    if (!same_days (x->valid, y->valid) || left->organs[x->parent].id != right->organs[y->parent].id)
      return false;
  }
  return true;
}

/* Collects what one model has that the other has not or has otherwise. */
static Differing
differing_from (Reach *reach, void *scratch, const Model *model, const Model *other)
{
  Differing differing = {memory_array (scratch, OrganIndex, model->organ_count + 1), 0,
                         memory_array (scratch, uint32_t, model->type_count + 1), 0};
  for (OrganIndex i = 0; i < model->organ_count; i++) {
    const ModelOrgan *organ = &model->organs[i];
    OrganIndex there = model_organ (other, organ->id);
    const ModelOrgan *twin = there == ORGAN_NONE ? NULL : &other->organs[there];
    bool placed = twin != NULL && same_place (model, organ, other, twin);
    reach->exceptions |= !placed;
    if (!placed || !same_versions (model, organ->general, other, twin->general) ||
        !same_versions (model, organ->typed, other, twin->typed))
      differing.organs[differing.organ_count++] = i;
  }
  for (uint32_t i = 0; i < model->type_count; i++) {
    uint32_t there = model_type (other, model->types[i].id);
    reach->exceptions |= there == ORGAN_NONE;
    if (there == ORGAN_NONE ||
        !same_versions (model, model->types[i].versions, other, other->types[there].versions))
      differing.types[differing.type_count++] = i;
  }
  return differing;
}

static void
add_key (Reach *reach, ModelKey key)
{
  reach->empty = false;
  if (key.kind == FACT_KIND__FACT_KIND_POSITION && key.value == SYMBOL_NONE) {
    reach->any_position = true;
    return;
  }
  if (reach->kinds[key.kind] == NULL)
    reach->kinds[key.kind] = memory_array (reach, uint8_t, reach->symbol_count);
  reach->kinds[key.kind][key.value] = 1;
}

static bool
in_range (const Symbols *symbols, ModelKeyRange range, Symbol code)
{
  const char *text = symbols_text (symbols, code);
  return code != SYMBOL_NONE &&
         (range.low == SYMBOL_NONE || strcmp (symbols_text (symbols, range.low), text) <= 0) &&
         (range.high == SYMBOL_NONE || strcmp (text, symbols_text (symbols, range.high)) <= 0);
}

/* Adds the guard's keys, and the places that lie in its ranges. */
static void
add_guard (Reach *reach, const Symbols *symbols, const ModelGuard *guard, const Population *population)
{
  reach->everyone |= guard->open;
  if (reach->everyone) {
    reach->empty = false;
    return;
  }
  for (uint32_t i = 0; i < guard->key_count; i++)
    add_key (reach, guard->keys[i]);
  uint32_t count;
  const PopulationPlace *places = population_places (population, &count);
  for (uint32_t i = 0; i < guard->range_count; i++) {
    reach->empty = false;
    for (uint32_t at = 0; at < count; at++)
      reach->places[at] |= in_range (symbols, guard->ranges[i], places[at].values[0]);
  }
}

/* Marks the places that have a key; after all guards. */
static void
mark_places (Reach *reach, const Population *population)
{
  uint32_t count;
  const PopulationPlace *places = population_places (population, &count);
  for (uint32_t value = 0; value < PLACE_VALUES; value++) {
    const uint8_t *keys = reach->kinds[FACT_KIND__FACT_KIND_POSTAL_CODE + value];
    for (uint32_t at = 0; keys != NULL && at < count; at++)
      reach->places[at] |= keys[places[at].values[value]];
  }
}

static Reach *
reach_new (void *owner, const Model *model, const Population *population)
{
  Reach *reach = memory_new (owner, Reach);
  uint32_t places;
  population_places (population, &places);
  reach->symbol_count = symbols_count (model->symbols);
  reach->places = memory_array (reach, uint8_t, places + 1);
  reach->empty = true;
  return reach;
}

Reach *
reach_of_guard (void *owner, const Model *model, const ModelGuard *guard, const Population *population)
{
  Reach *reach = reach_new (owner, model, population);
  add_guard (reach, model->symbols, guard, population);
  mark_places (reach, population);
  return reach;
}

Reach *
reach_of_change (void *owner, Model *before, Model *after, const Population *population)
{
  Reach *reach = reach_new (owner, after, population);
  void *scratch = memory_context (owner);
  Model *models[] = {before, after};
  for (size_t i = 0; i < 2; i++) {
    Differing differing = differing_from (reach, scratch, models[i], models[1 - i]);
    ModelGuard guard = model_guard (scratch, models[i], differing.organs, differing.organ_count,
                                    differing.types, differing.type_count);
    add_guard (reach, after->symbols, &guard, population);
  }
  reach->empty &= !reach->exceptions;
  mark_places (reach, population);
  talloc_free (scratch);
  return reach;
}

bool
reach_is_empty (const Reach *reach)
{
  return reach->empty;
}

static bool
entry_matches (const Reach *reach, const PopulationEntry *entry, const PopulationEntry *more)
{
  uint32_t kind = entry_kind (entry);
  switch (kind) {
  case ENTRY_PLACE: return reach->places[entry_value (entry)];
  case ENTRY_EXCEPTION: return reach->exceptions;
  case ENTRY_MORE: return false;
  case FACT_KIND__FACT_KIND_ADMISSION:
    return reach->kinds[kind] != NULL && more != NULL && entry_kind (more) == ENTRY_MORE &&
           reach->kinds[kind][entry_value (more)];
  case FACT_KIND__FACT_KIND_POSITION:
    if (reach->any_position)
      return true;
    __attribute__ ((fallthrough));
  default:
    return reach->kinds[kind] != NULL && kind != FACT_KIND__FACT_KIND_BIRTH_DATE &&
           reach->kinds[kind][entry_value (entry)];
  }
}

bool
reach_holds (const Reach *reach, const Population *population, PersonIndex person)
{
  if (reach->everyone) /* also those without facts: a rule may ask that something is not so */
    return !population_withdrawn (population, person);
  uint32_t count;
  const PopulationEntry *entries = population_entries (population, person, &count);
  for (uint32_t i = 0; i < count; i++)
    if (entry_matches (reach, &entries[i], i + 1 < count ? &entries[i + 1] : NULL))
      return true;
  return false;
}
