/* Building a model from rows, and asking it for a day. The index is in model_index.c. */
#include "model.h"

#include "core/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for one more element of a talloc array. */
#define RESERVE(model, array, count, Type)                                                                   \
  do {                                                                                                       \
    if ((count) == talloc_array_length (array))                                                              \
      (array) = memory_must (talloc_realloc ((model), (array), Type, (unsigned)(2 * (count))));              \
  } while (0)

enum { FIRST_CAPACITY = 16 };

Model *
model_new (void *owner, Symbols *symbols)
{
  Model *model = memory_new (owner, Model);
  model->symbols = symbols;
  model->book = rulebook_new (model, symbols);
  model->organisations = memory_array (model, ModelOrganisation, FIRST_CAPACITY);
  model->organs = memory_array (model, ModelOrgan, FIRST_CAPACITY);
  model->types = memory_array (model, ModelType, FIRST_CAPACITY);
  model->lives = memory_array (model, ModelLife, FIRST_CAPACITY);
  model->edges = memory_array (model, ModelEdge, FIRST_CAPACITY);
  model->versions = memory_array (model, ModelVersion, FIRST_CAPACITY);
  model->organ_of = memory_array (model, uint32_t, FIRST_CAPACITY);
  model->type_of = memory_array (model, uint32_t, FIRST_CAPACITY);
  model->symbol_count = FIRST_CAPACITY;
  model->known = MODEL_NOW;
  model->added = (Period){DAY_MIN, DAY_MAX};
  return model;
}

void
model_know (Model *model, Day known)
{
  model->known = known;
}

void
model_believed (Model *model, Period known)
{
  model->added = known;
}

/* Makes the maps from symbols large enough for `symbol`. */
static void
reserve_symbol (Model *model, Symbol symbol)
{
  if (symbol < model->symbol_count)
    return;
  uint32_t count = 2 * symbol;
  model->organ_of = memory_must (talloc_realloc (model, model->organ_of, uint32_t, (unsigned)count));
  model->type_of = memory_must (talloc_realloc (model, model->type_of, uint32_t, (unsigned)count));
  size_t fresh = (count - model->symbol_count) * sizeof (uint32_t);
  memset (model->organ_of + model->symbol_count, 0, fresh);
  memset (model->type_of + model->symbol_count, 0, fresh);
  model->symbol_count = count;
}

OrganIndex
model_organ (const Model *model, Symbol id)
{
  return id < model->symbol_count && model->organ_of[id] != 0 ? model->organ_of[id] - 1 : ORGAN_NONE;
}

uint32_t
model_type (const Model *model, Symbol id)
{
  return id < model->symbol_count && model->type_of[id] != 0 ? model->type_of[id] - 1 : ORGAN_NONE;
}

uint8_t
model_type_bit (const Model *model, uint32_t type)
{
  const ModelOrganisation *organisation = &model->organisations[model->types[type].organisation];
  uint8_t bit = 0;
  while (organisation->types[bit] != type)
    bit++;
  return bit;
}

static bool
add_organ (Model *model, Symbol id, uint32_t organisation)
{
  reserve_symbol (model, id);
  if (id == SYMBOL_NONE || model->organ_of[id] != 0)
    return false;
  RESERVE (model, model->organs, model->organ_count, ModelOrgan);
  model->organs[model->organ_count] = (ModelOrgan){.id = id, .organisation = organisation};
  model->organ_of[id] = ++model->organ_count;
  return true;
}

bool
model_add_organisation (Model *model, Symbol id)
{
  if (!add_organ (model, id, model->organisation_count))
    return false;
  RESERVE (model, model->organisations, model->organisation_count, ModelOrganisation);
  model->organisations[model->organisation_count++] =
      (ModelOrganisation){.id = id, .policy = MODEL_ATTRIBUTE_DATED, .root = model->organ_count - 1};
  return true;
}

void
model_set_policy (Model *model, Symbol organisation, ModelPolicy policy)
{
  model->organisations[model->organs[model_organ (model, organisation)].organisation].policy = policy;
}

bool
model_add_organ (Model *model, Symbol id, Symbol organisation)
{
  OrganIndex root = model_organ (model, organisation);
  return root != ORGAN_NONE && add_organ (model, id, model->organs[root].organisation);
}

bool
model_add_type (Model *model, Symbol id, Symbol organisation_id)
{
  OrganIndex root = model_organ (model, organisation_id);
  reserve_symbol (model, id);
  if (root == ORGAN_NONE || id == SYMBOL_NONE || model->type_of[id] != 0)
    return false;
  ModelOrganisation *organisation = &model->organisations[model->organs[root].organisation];
  if (organisation->type_count == MODEL_TYPES_MAX)
    return false;
  RESERVE (model, model->types, model->type_count, ModelType);
  model->types[model->type_count] = (ModelType){.id = id, .organisation = model->organs[root].organisation};
  organisation->types[organisation->type_count++] = model->type_count;
  model->type_of[id] = ++model->type_count;
  return true;
}

bool
model_add_life (Model *model, Symbol organ, Period valid)
{
  OrganIndex index = model_organ (model, organ);
  if (index == ORGAN_NONE)
    return false;
  RESERVE (model, model->lives, model->life_count, ModelLife);
  model->lives[model->life_count++] = (ModelLife){index, valid, model->added};
  return true;
}

bool
model_add_edge (Model *model, Symbol child, Symbol parent, Period valid)
{
  OrganIndex below = model_organ (model, child), above = model_organ (model, parent);
  if (below == ORGAN_NONE || above == ORGAN_NONE ||
      model->organs[below].organisation != model->organs[above].organisation)
    return false;
  RESERVE (model, model->edges, model->edge_count, ModelEdge);
  model->edges[model->edge_count++] = (ModelEdge){below, above, valid, model->added};
  return true;
}

bool
model_add_version (Model *model, Symbol id, Symbol organ, Symbol type, Period valid, RuleNode *const *nodes,
                   size_t count)
{
  OrganIndex organ_index = model_organ (model, organ);
  uint32_t type_index = model_type (model, type);
  if ((organ != SYMBOL_NONE && organ_index == ORGAN_NONE) ||
      (type != SYMBOL_NONE && type_index == ORGAN_NONE) || (organ == SYMBOL_NONE && type == SYMBOL_NONE))
    return false;
  if (count == 0)
    return true;
  RESERVE (model, model->versions, model->version_count, ModelVersion);
  model->versions[model->version_count++] = (ModelVersion){
      .id = id,
      .organ = organ_index,
      .type = type_index == ORGAN_NONE ? TYPE_NONE : model_type_bit (model, type_index),
      .organisation = organ_index == ORGAN_NONE ? model->types[type_index].organisation
                                                : model->organs[organ_index].organisation,
      .valid = valid,
      .known = model->added,
      .rule = rulebook_add (model->book, nodes, count, organ),
  };
  return true;
}

static int
compare_numbers (int64_t left, int64_t right)
{
  return (left > right) - (left < right);
}

static int
compare_lives (const void *left, const void *right)
{
  const ModelLife *a = left, *b = right;
  int order = compare_numbers (a->organ, b->organ);
  return order != 0 ? order : compare_numbers (a->valid.from, b->valid.from);
}

static int
compare_edges (const void *left, const void *right)
{
  const ModelEdge *a = left, *b = right;
  int order = compare_numbers (a->child, b->child);
  return order != 0 ? order : compare_numbers (a->valid.from, b->valid.from);
}

/* By organisation for types' rules (organ ORGAN_NONE comes last), by organ, general first, type, day. */
static int
compare_versions (const void *left, const void *right)
{
  const ModelVersion *a = left, *b = right;
  int order = compare_numbers (a->organ, b->organ);
  if (order == 0 && a->organ == ORGAN_NONE)
    order = compare_numbers (a->organisation, b->organisation);
  if (order == 0)
    order = compare_numbers ((uint8_t)(a->type + 1), (uint8_t)(b->type + 1));
  return order != 0 ? order : compare_numbers (a->valid.from, b->valid.from);
}

/* Counts one more element, at `position`, into a span. */
static void
extend (Span *span, uint32_t position)
{
  if (span->count++ == 0)
    span->first = position;
}

static int
compare_days (const void *left, const void *right)
{
  return compare_numbers (*(const Day *)left, *(const Day *)right);
}

static void
add_turns (ModelOrganisation *organisation, Period known)
{
  if (known.from != DAY_MIN)
    organisation->turns[organisation->turn_count++] = known.from;
  if (known.to != DAY_MAX)
    organisation->turns[organisation->turn_count++] = known.to;
}

/* Gathers the days on which knowledge changed, organisation by organisation. */
static void
gather_turns (Model *model)
{
  size_t most = 2 * ((size_t)model->life_count + model->edge_count + model->version_count) + 1;
  for (uint32_t i = 0; i < model->organisation_count; i++)
    model->organisations[i].turns = memory_array (model, Day, most);
  for (uint32_t i = 0; i < model->life_count; i++)
    add_turns (&model->organisations[model->organs[model->lives[i].organ].organisation],
               model->lives[i].known);
  for (uint32_t i = 0; i < model->edge_count; i++)
    add_turns (&model->organisations[model->organs[model->edges[i].child].organisation],
               model->edges[i].known);
  for (uint32_t i = 0; i < model->version_count; i++)
    add_turns (&model->organisations[model->versions[i].organisation], model->versions[i].known);
  for (uint32_t i = 0; i < model->organisation_count; i++) {
    ModelOrganisation *organisation = &model->organisations[i];
    uint32_t count = 0;
    qsort (organisation->turns, organisation->turn_count, sizeof (Day), compare_days);
    for (uint32_t turn = 0; turn < organisation->turn_count; turn++)
      if (count == 0 || organisation->turns[count - 1] != organisation->turns[turn])
        organisation->turns[count++] = organisation->turns[turn];
    organisation->turn_count = count;
    organisation->turns = memory_must (talloc_realloc (model, organisation->turns, Day, count + 1));
  }
}

void
model_compile (Model *model)
{
  gather_turns (model);
  qsort (model->lives, model->life_count, sizeof *model->lives, compare_lives);
  qsort (model->edges, model->edge_count, sizeof *model->edges, compare_edges);
  qsort (model->versions, model->version_count, sizeof *model->versions, compare_versions);
  for (uint32_t i = 0; i < model->life_count; i++)
    extend (&model->organs[model->lives[i].organ].lives, i);
  for (uint32_t i = 0; i < model->edge_count; i++)
    extend (&model->organs[model->edges[i].child].edges, i);
  for (uint32_t i = 0; i < model->version_count; i++) {
    const ModelVersion *version = &model->versions[i];
    if (version->organ == ORGAN_NONE) {
      const ModelOrganisation *organisation = &model->organisations[version->organisation];
      extend (&model->types[organisation->types[version->type]].versions, i);
    } else {
      ModelOrgan *organ = &model->organs[version->organ];
      extend (version->type == TYPE_NONE ? &organ->general : &organ->typed, i);
    }
  }
  model_index (model);
}

static void
lower (Day *until, Day day, Period period)
{
  Day next = period_next (period, day);
  if (next > day && next < *until)
    *until = next;
}

bool
model_lives (const Model *model, OrganIndex organ, Day day, Day *until)
{
  Span span = model->organs[organ].lives;
  bool lives = false;
  for (uint32_t i = span.first; i < span.first + span.count; i++) {
    if (!period_holds (model->lives[i].known, model->known))
      continue;
    lower (until, day, model->lives[i].valid);
    lives |= period_holds (model->lives[i].valid, day);
  }
  return lives;
}

OrganIndex
model_parent (const Model *model, OrganIndex organ, Day day, Day *until)
{
  Span span = model->organs[organ].edges;
  OrganIndex parent = ORGAN_NONE;
  for (uint32_t i = span.first; i < span.first + span.count; i++) {
    if (!period_holds (model->edges[i].known, model->known))
      continue;
    lower (until, day, model->edges[i].valid);
    if (period_holds (model->edges[i].valid, day))
      parent = model->edges[i].parent;
  }
  return parent;
}

const ModelVersion *
model_version (const Model *model, Span versions, Day day, Day *until)
{
  const ModelVersion *found = NULL;
  for (uint32_t i = versions.first; i < versions.first + versions.count; i++) {
    if (!period_holds (model->versions[i].known, model->known))
      continue;
    lower (until, day, model->versions[i].valid);
    if (period_holds (model->versions[i].valid, day))
      found = &model->versions[i];
  }
  return found;
}

bool
model_in_force (const Model *model, const ModelVersion *version, Day day)
{
  return period_holds (version->known, model->known) && period_holds (version->valid, day);
}

bool
model_in_tree (const Model *model, OrganIndex organ, Day day, Day *until)
{
  OrganIndex root = model->organisations[model->organs[organ].organisation].root;
  for (uint32_t steps = 0; steps <= model->organ_count; steps++) {
    if (!model_lives (model, organ, day, until))
      return false;
    if (organ == root)
      return true;
    organ = model_parent (model, organ, day, until);
    if (organ == ORGAN_NONE)
      return false;
  }
  return false;
}
