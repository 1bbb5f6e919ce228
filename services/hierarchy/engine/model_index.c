/* The index from facts to organs: guards are worked out from the leaves up, then hung on the parents. */
#include "core/memory.h"
#include "model.h"

#include <stdlib.h>
#include <string.h>

typedef enum GuardState {
  GUARD_UNKNOWN,
  GUARD_IN_PROGRESS, /* being worked out: seen again, it stands below itself at another time */
  GUARD_DONE
} GuardState;

/* One line of the index before it is sorted. */
typedef struct Entry {
  OrganIndex parent;
  ModelKey key;
  OrganIndex child;
} Entry;

typedef struct Indexer {
  Model *model;
  void *scratch;
  ModelGuard *guards;
  GuardState *states;
  ModelEdge *by_parent; /* edges sorted by parent */
  Span *children;       /* of by_parent, for each organ */
  Entry *entries;
  uint32_t entry_count;
  ModelEdge *open; /* child and parent of an edge whose child must always be visited */
  uint32_t open_count;
} Indexer;

static void
add_key (void *scratch, ModelGuard *guard, ModelKey key)
{
  if (guard->keys == NULL)
    guard->keys = memory_array (scratch, ModelKey, 4);
  else if (guard->key_count == talloc_array_length (guard->keys))
    guard->keys =
        memory_must (talloc_realloc (scratch, guard->keys, ModelKey, (unsigned)(2 * guard->key_count)));
  guard->keys[guard->key_count++] = key;
}

static void
add_range (void *scratch, ModelGuard *guard, ModelKeyRange range)
{
  guard->ranges = memory_must (
      talloc_realloc (scratch, guard->ranges, ModelKeyRange, (unsigned)(guard->range_count + 1)));
  guard->ranges[guard->range_count++] = range;
}

/* Widens `guard` by everything that passes `other`. */
static void
unite (void *scratch, ModelGuard *guard, const ModelGuard *other)
{
  guard->open |= other->open;
  for (uint32_t i = 0; i < other->key_count && !guard->open; i++)
    add_key (scratch, guard, other->keys[i]);
  for (uint32_t i = 0; i < other->range_count && !guard->open; i++)
    add_range (scratch, guard, other->ranges[i]);
}

static uint32_t
width (const ModelGuard *guard)
{
  return guard->key_count + 16 * guard->range_count;
}

static ModelGuard
leaf_guard (Indexer *indexer, const Condition *condition)
{
  ModelGuard guard = {0};
  const uint32_t *values = indexer->model->book->values + condition->first;
  if (condition->kind == FACT_KIND__FACT_KIND_BIRTH_DATE)
    guard.open = true;
  else if (condition->op == RULE_OP__RULE_OP_BETWEEN)
    add_range (indexer->scratch, &guard, (ModelKeyRange){values[0], values[1]});
  else if (condition->op == RULE_OP__RULE_OP_ADMITTED)
    add_key (indexer->scratch, &guard, (ModelKey){condition->kind, values[0]});
  else if (condition->count == 0)
    add_key (indexer->scratch, &guard, (ModelKey){condition->kind, SYMBOL_NONE});
  else
    for (uint32_t i = 0; i < condition->count; i++)
      add_key (indexer->scratch, &guard, (ModelKey){condition->kind, values[i]});
  return guard;
}

static ModelGuard
condition_guard (Indexer *indexer, uint32_t first)
{
  const Condition *conditions = indexer->model->book->conditions;
  const Condition *condition = &conditions[first];
  if (condition->op == RULE_OP__RULE_OP_NOT)
    return (ModelGuard){.open = true};
  if (condition->op != RULE_OP__RULE_OP_ALL && condition->op != RULE_OP__RULE_OP_ANY)
    return leaf_guard (indexer, condition);
  bool all = condition->op == RULE_OP__RULE_OP_ALL;
  ModelGuard guard = {.open = all};
  for (uint32_t at = first + 1; at < condition->end; at = conditions[at].end) {
    ModelGuard operand = condition_guard (indexer, at);
    if (!all)
      unite (indexer->scratch, &guard, &operand);
    else if (!operand.open && (guard.open || width (&operand) < width (&guard)))
      guard = operand;
  }
  return guard;
}

/* True when a general rule is in force on every day of a life, by what was known at the end of `known`. */
static bool
ruled_as_known (Model *model, const ModelOrgan *organ, const ModelLife *life, Day known)
{
  bool ruled = true;
  if (!period_holds (life->known, known))
    return true;
  model_know (model, known);
  for (Day day = life->valid.from; ruled && day < life->valid.to;) {
    Day until = life->valid.to;
    ruled = model_version (model, organ->general, day, &until) != NULL;
    day = until;
  }
  model_know (model, MODEL_NOW);
  return ruled;
}

/* The same for every life, whenever asked: knowledge changes where a row begins or ends to be believed. */
static bool
always_ruled (Model *model, const ModelOrgan *organ)
{
  for (uint32_t i = organ->lives.first; i < organ->lives.first + organ->lives.count; i++) {
    const ModelLife *life = &model->lives[i];
    if (!ruled_as_known (model, organ, life, life->known.from))
      return false;
    for (uint32_t j = organ->general.first; j < organ->general.first + organ->general.count; j++)
      if (!ruled_as_known (model, organ, life, model->versions[j].known.from) ||
          !ruled_as_known (model, organ, life, model->versions[j].known.to))
        return false;
  }
  return true;
}

static void
unite_versions (Indexer *indexer, ModelGuard *guard, Span versions)
{
  for (uint32_t i = versions.first; i < versions.first + versions.count; i++) {
    ModelGuard version = condition_guard (indexer, indexer->model->versions[i].rule);
    unite (indexer->scratch, guard, &version);
  }
}

/* The guard of an organ: its general rule's. While it has none it can hold whom its rules for types or the
 * organs below it hold. */
static const ModelGuard *
organ_guard (Indexer *indexer, OrganIndex index)
{
  static const ModelGuard open = {.open = true};
  if (indexer->states[index] == GUARD_IN_PROGRESS)
    return &open;
  ModelGuard *guard = &indexer->guards[index];
  if (indexer->states[index] == GUARD_DONE)
    return guard;
  indexer->states[index] = GUARD_IN_PROGRESS;
  const ModelOrgan *organ = &indexer->model->organs[index];
  unite_versions (indexer, guard, organ->general);
  if (!always_ruled (indexer->model, organ)) {
    unite_versions (indexer, guard, organ->typed);
    Span children = indexer->children[index];
    for (uint32_t i = children.first; i < children.first + children.count; i++)
      unite (indexer->scratch, guard, organ_guard (indexer, indexer->by_parent[i].child));
  }
  indexer->states[index] = GUARD_DONE;
  return guard;
}

static int
compare_parents (const void *left, const void *right)
{
  const ModelEdge *a = left, *b = right;
  if (a->parent != b->parent)
    return a->parent < b->parent ? -1 : 1;
  return (a->child > b->child) - (a->child < b->child);
}

/* Edges by parent; several edges of a pair become one. */
static void
sort_edges (Indexer *indexer)
{
  const Model *model = indexer->model;
  indexer->children = memory_array (indexer->scratch, Span, model->organ_count + 1);
  indexer->by_parent = memory_array (indexer->scratch, ModelEdge, model->edge_count + 1);
  memcpy (indexer->by_parent, model->edges, model->edge_count * sizeof *model->edges);
  qsort (indexer->by_parent, model->edge_count, sizeof *indexer->by_parent, compare_parents);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < model->edge_count; i++) {
    ModelEdge edge = indexer->by_parent[i];
    if (kept > 0 && compare_parents (&indexer->by_parent[kept - 1], &edge) == 0)
      continue;
    indexer->by_parent[kept] = edge;
    Span *span = &indexer->children[edge.parent];
    if (span->count++ == 0)
      span->first = kept;
    kept++;
  }
}

static int
compare_entries (const void *left, const void *right)
{
  const Entry *a = left, *b = right;
  if (a->parent != b->parent)
    return a->parent < b->parent ? -1 : 1;
  if (a->key.kind != b->key.kind)
    return a->key.kind < b->key.kind ? -1 : 1;
  if (a->key.value != b->key.value)
    return a->key.value < b->key.value ? -1 : 1;
  return (a->child > b->child) - (a->child < b->child);
}

static void
add_child_range (Indexer *indexer, const ModelEdge *edge, ModelKeyRange range)
{
  Model *model = indexer->model;
  if (model->range_count == talloc_array_length (model->ranges))
    model->ranges =
        memory_must (talloc_realloc (model, model->ranges, ModelRange, (unsigned)(2 * model->range_count)));
  model->ranges[model->range_count++] =
      (ModelRange){.low = range.low, .high = range.high, .parent = edge->parent, .child = edge->child};
}

static void
hang (Indexer *indexer, const ModelEdge *edge)
{
  const ModelGuard *guard = &indexer->guards[edge->child];
  if (guard->open) {
    indexer->open[indexer->open_count++] = *edge;
    return;
  }
  uint32_t capacity = (uint32_t)talloc_array_length (indexer->entries);
  if (indexer->entry_count + guard->key_count > capacity)
    indexer->entries = memory_must (talloc_realloc (indexer->scratch, indexer->entries, Entry,
                                                    (unsigned)(2 * (capacity + guard->key_count))));
  for (uint32_t i = 0; i < guard->key_count; i++)
    indexer->entries[indexer->entry_count++] = (Entry){edge->parent, guard->keys[i], edge->child};
  for (uint32_t i = 0; i < guard->range_count; i++)
    add_child_range (indexer, edge, guard->ranges[i]);
}

static uint32_t
hash_key (OrganIndex parent, uint32_t kind, uint32_t value)
{
  uint64_t hash = ((uint64_t)parent << 32 | value) * 0x9e3779b97f4a7c15ULL + kind * 0xff51afd7ed558ccdULL;
  hash ^= hash >> 29;
  return (uint32_t)((hash * 0xbf58476d1ce4e5b9ULL) >> 32);
}

static ModelSlot *
slot_of (const Model *model, OrganIndex parent, uint32_t kind, uint32_t value)
{
  uint32_t at = hash_key (parent, kind, value) & model->slot_mask;
  for (;; at = (at + 1) & model->slot_mask) {
    ModelSlot *slot = &model->slots[at];
    if (slot->parent == ORGAN_NONE || (slot->parent == parent && slot->kind == kind && slot->value == value))
      return slot;
  }
}

Span
model_lookup (const Model *model, OrganIndex parent, uint32_t kind, uint32_t value)
{
  return slot_of (model, parent, kind, value)->children;
}

/* Writes the sorted entries into children and slots, and the open edges behind them. */
static void
fill_slots (Indexer *indexer)
{
  Model *model = indexer->model;
  uint32_t size = 16;
  while (size < 2 * indexer->entry_count)
    size *= 2;
  model->slot_mask = size - 1;
  model->slots = memory_array (model, ModelSlot, size);
  for (uint32_t i = 0; i < size; i++)
    model->slots[i].parent = ORGAN_NONE;
  model->children = memory_array (model, OrganIndex, indexer->entry_count + indexer->open_count + 1);
  for (uint32_t i = 0; i < indexer->entry_count; i++) {
    const Entry *entry = &indexer->entries[i];
    if (i > 0 && compare_entries (entry - 1, entry) == 0)
      continue;
    ModelSlot *slot = slot_of (model, entry->parent, entry->key.kind, entry->key.value);
    if (slot->children.count++ == 0)
      *slot = (ModelSlot){entry->parent, entry->key.kind, entry->key.value, {model->child_count, 1}};
    model->children[model->child_count++] = entry->child;
    model->organs[entry->parent].kinds |= 1U << entry->key.kind;
  }
  for (uint32_t i = 0; i < indexer->open_count; i++) {
    Span *span = &model->organs[indexer->open[i].parent].open;
    if (span->count++ == 0)
      span->first = model->child_count;
    model->children[model->child_count++] = indexer->open[i].child;
  }
}

/* qsort_r with the symbols: by parent, then by the text of low. */
static int
compare_ranges (const void *left, const void *right, void *symbols)
{
  const ModelRange *a = left, *b = right;
  if (a->parent != b->parent)
    return a->parent < b->parent ? -1 : 1;
  return strcmp (symbols_text (symbols, a->low), symbols_text (symbols, b->low));
}

static void
fill_ranges (Model *model)
{
  qsort_r (model->ranges, model->range_count, sizeof *model->ranges, compare_ranges, model->symbols);
  for (uint32_t i = 0; i < model->range_count; i++) {
    ModelRange *range = &model->ranges[i];
    Span *span = &model->organs[range->parent].ranges;
    range->greatest = range->high;
    if (span->count++ == 0) {
      span->first = i;
      continue;
    }
    Symbol before = model->ranges[i - 1].greatest;
    bool open = before == SYMBOL_NONE || range->high == SYMBOL_NONE;
    if (open)
      range->greatest = SYMBOL_NONE;
    else if (strcmp (symbols_text (model->symbols, before), symbols_text (model->symbols, range->high)) > 0)
      range->greatest = before;
  }
}

/* Ready to work out guards. */
static void
begin (Indexer *indexer, Model *model, void *scratch)
{
  *indexer = (Indexer){.model = model, .scratch = scratch};
  indexer->guards = memory_array (scratch, ModelGuard, model->organ_count + 1);
  indexer->states = memory_array (scratch, GuardState, model->organ_count + 1);
  sort_edges (indexer);
}

ModelGuard
model_guard (void *owner, Model *model, const OrganIndex *organs, uint32_t organ_count, const uint32_t *types,
             uint32_t type_count)
{
  Indexer indexer;
  begin (&indexer, model, memory_context (owner));
  ModelGuard guard = {0};
  for (uint32_t i = 0; i < organ_count; i++)
    unite (indexer.scratch, &guard, organ_guard (&indexer, organs[i]));
  for (uint32_t i = 0; i < type_count; i++)
    unite_versions (&indexer, &guard, model->types[types[i]].versions);
  return guard;
}

void
model_index (Model *model)
{
  Indexer indexer;
  begin (&indexer, model, memory_context (model));
  indexer.entries = memory_array (indexer.scratch, Entry, 64);
  indexer.open = memory_array (indexer.scratch, ModelEdge, model->edge_count + 1);
  model->ranges = memory_array (model, ModelRange, 16);
  for (OrganIndex organ = 0; organ < model->organ_count; organ++)
    organ_guard (&indexer, organ);
  for (OrganIndex organ = 0; organ < model->organ_count; organ++)
    for (uint32_t i = 0; i < indexer.children[organ].count; i++)
      hang (&indexer, &indexer.by_parent[indexer.children[organ].first + i]);
  qsort (indexer.entries, indexer.entry_count, sizeof *indexer.entries, compare_entries);
  fill_slots (&indexer);
  fill_ranges (model);
  talloc_free (indexer.scratch);
}
