/* From a difference, whose rows come person by person, to rows for each organ and type. */
#include "plans/plan_effects.h"

#include "core/id.h"
#include "plans/plan_persons.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* One organ and type while it is being worked out. */
typedef struct Effect {
  PlanEffectRow row;
  uint64_t lost_on_day, gained_on_day; /* on the last day of the plan */
  PersonPacker packer;
  Bytes sort_key;
} Effect;

typedef struct Work {
  Image *image;
  const Difference *difference;
  Day last_day;
  Effect *effects; /* talloc array */
  size_t count;
  uint32_t *effect_of; /* by organ and type: position + 1 */
  PlanEffects *out;
} Work;

/* True when some day of the first list is not in the second. Both are in order, without overlaps. */
static bool
has_more_days (const Period *left, uint32_t left_count, const Period *right, uint32_t right_count)
{
  uint32_t at = 0;
  for (uint32_t i = 0; i < left_count; i++) {
    Day from = left[i].from;
    while (at < right_count && right[at].to <= from)
      at++;
    for (uint32_t j = at; j < right_count && right[j].from <= from && from < left[i].to; j++)
      from = right[j].to > from ? right[j].to : from;
    if (from < left[i].to)
      return true;
  }
  return false;
}

static bool
holds_day (const Period *periods, uint32_t count, Day day)
{
  for (uint32_t i = 0; i < count; i++)
    if (period_holds (periods[i], day))
      return true;
  return false;
}

static Effect *
effect_for (Work *work, uint32_t organ, uint32_t type)
{
  uint32_t *place = &work->effect_of[(size_t)organ * work->image->type_count + type];
  if (*place == 0) {
    if (work->count == talloc_array_length (work->effects))
      work->effects = memory_must (
          talloc_realloc (work->image->call, work->effects, Effect, (unsigned)(2 * work->count)));
    work->effects[work->count] = (Effect){.row = {.organ = organ, .type = type}};
    person_packer_begin (&work->effects[work->count].packer, work->image->call);
    *place = (uint32_t)++work->count;
  }
  return &work->effects[*place - 1];
}

/* One row of the difference; what happens in it, 0 when only what the periods rest on changes. */
static int
note_row (Work *work, const DifferenceRow *row)
{
  const Difference *difference = work->difference;
  const Period *before = difference->periods + row->before, *after = difference->periods + row->after;
  bool gains = has_more_days (after, row->after_count, before, row->before_count);
  bool loses = has_more_days (before, row->before_count, after, row->after_count);
  uint32_t organ = image_organ (work->image, symbols_text (difference->symbols, row->organ));
  uint32_t type = image_type (work->image, symbols_text (difference->symbols, row->type));
  if ((!gains && !loses) || organ == IMAGE_NONE || type == IMAGE_NONE)
    return 0; /* of another organisation: nothing that this plan does */
  Effect *effect = effect_for (work, organ, type);
  effect->row.joins += gains;
  effect->row.leaves += loses;
  bool was = holds_day (before, row->before_count, work->last_day);
  bool will = holds_day (after, row->after_count, work->last_day);
  effect->lost_on_day += was && !will;
  effect->gained_on_day += will && !was;
  int what = (gains ? PERSON_JOINS : 0) | (loses ? PERSON_LEAVES : 0);
  person_packer_add (&effect->packer, difference->person_ids[row->person], (PersonEffect)what, before,
                     row->before_count, after, row->after_count);
  return what;
}

static void
note_rows (Work *work)
{
  const Difference *difference = work->difference;
  PlanEffects *out = work->out;
  for (uint32_t i = 0; i < difference->row_count;) {
    uint32_t person = difference->rows[i].person;
    int what = 0;
    for (; i < difference->row_count && difference->rows[i].person == person; i++)
      what |= note_row (work, &difference->rows[i]);
    out->persons += what != 0;
    out->joining += what == PERSON_JOINS;
    out->leaving += what == PERSON_LEAVES;
    out->moving += what == PERSON_CHANGES;
  }
}

static int
compare_bytes (Bytes left, Bytes right)
{
  size_t length = left.length < right.length ? left.length : right.length;
  int order = length == 0 ? 0 : memcmp (left.data, right.data, length);
  return order != 0 ? order : (left.length > right.length) - (left.length < right.length);
}

/* What names are compared by; set for the time of the sort. */
static int
compare_by_name (const void *left, const void *right, void *context)
{
  const Effect *a = left, *b = right;
  const Image *image = context;
  int order = compare_bytes (a->sort_key, b->sort_key);
  if (order == 0)
    order = strcmp (image->organs[a->row.organ].id, image->organs[b->row.organ].id);
  if (order == 0)
    order = strcmp (image->types[a->row.type].name, image->types[b->row.type].name);
  return order != 0 ? order : strcmp (image->types[a->row.type].id, image->types[b->row.type].id);
}

static int
compare_by_id (const void *left, const void *right, void *context)
{
  const Effect *a = left, *b = right;
  const Image *image = context;
  int order = strcmp (image->organs[a->row.organ].id, image->organs[b->row.organ].id);
  return order != 0 ? order : strcmp (image->types[a->row.type].id, image->types[b->row.type].id);
}

/* Over the changes, the day where it matters, and the effects in an order that no name changes. */
static void
make_hash (Work *work, Bytes changes, bool day_matters)
{
  Image *image = work->image;
  uint8_t digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init (&state);
  crypto_hash_sha256_update (&state, changes.data, changes.length);
  if (day_matters) {
    char day[DAY_TEXT_SIZE];
    crypto_hash_sha256_update (&state, (const uint8_t *)day_format (image->call->today, day), DAY_TEXT_SIZE);
  }
  qsort_r (work->effects, work->count, sizeof *work->effects, compare_by_id, image);
  for (size_t i = 0; i < work->count; i++) {
    const PlanEffectRow *row = &work->effects[i].row;
    const char *organ = image->organs[row->organ].id, *type = image->types[row->type].id;
    crypto_hash_sha256_update (&state, (const uint8_t *)organ, strlen (organ) + 1);
    crypto_hash_sha256_update (&state, (const uint8_t *)type, strlen (type) + 1);
    crypto_hash_sha256_update (&state, row->persons.data, row->persons.length);
  }
  crypto_hash_sha256_final (&state, digest);
  sodium_bin2hex (work->out->hash, sizeof work->out->hash, digest, sizeof digest);
}

/* Members of the organs on the last day, as it is on record. */
static Status
count_before (Work *work)
{
  Image *image = work->image;
  Call *call = image->call;
  const char **organs = memory_array (call, const char *, work->count + 1);
  const char **types = memory_array (call, const char *, work->count + 1);
  for (size_t i = 0; i < work->count; i++) {
    organs[i] = image->organs[work->effects[i].row.organ].id;
    types[i] = image->types[work->effects[i].row.type].id;
  }
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_plan_members,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_texts ("organ_ids", organs, work->count),
                                     db_texts ("type_ids", types, work->count),
                                     db_text ("on", hierarchy_sql_day (call, work->last_day))),
                          &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++)
    work->effects[db_number (rows, row, "n") - 1].row.before = (uint64_t)db_number (rows, row, "members");
  return status;
}

/* Completes the rows and puts them in the order they are shown. */
static Status
finish (Work *work)
{
  Image *image = work->image;
  PlanEffects *out = work->out;
  Status status = work->count == 0 ? STATUS_SUCCESS : count_before (work);
  if (status_failed (status))
    return status;
  uint32_t organ = IMAGE_NONE;
  for (size_t i = 0; i < work->count; i++) { /* by organ: each is counted once */
    Effect *effect = &work->effects[i];
    uint64_t before = effect->row.before, lost = effect->lost_on_day;
    effect->row.stays = before > lost ? before - lost : 0; /* an evaluation may be under way */
    effect->row.after = effect->row.stays + effect->gained_on_day;
    effect->sort_key = hierarchy_sort_key (image->call, image->organs[effect->row.organ].name);
    out->organs += effect->row.organ != organ;
    organ = effect->row.organ;
  }
  qsort_r (work->effects, work->count, sizeof *work->effects, compare_by_name, image);
  out->count = work->count;
  out->rows = memory_array (image->call, PlanEffectRow, work->count + 1);
  for (size_t i = 0; i < work->count; i++)
    out->rows[i] = work->effects[i].row;
  return STATUS_SUCCESS;
}

Status
plan_effects_of (Image *image, const Difference *difference, Bytes changes, Day last_day, bool day_matters,
                 PlanEffects *effects)
{
  *effects = (PlanEffects){0};
  Work work = {.image = image,
               .difference = difference,
               .last_day = last_day,
               .effects = memory_array (image->call, Effect, 16),
               .effect_of =
                   memory_array (image->call, uint32_t, (size_t)image->organ_count * image->type_count + 1),
               .out = effects};
  note_rows (&work);
  for (size_t i = 0; i < work.count; i++)
    work.effects[i].row.persons = person_packer_end (&work.effects[i].packer);
  make_hash (&work, changes, day_matters);
  return finish (&work);
}
