/* A change set from its first change to its last: what all changes share. */
#include "plans/changes_private.h"

#include "core/id.h"

#include <string.h>

typedef Status CarryOut (ChangeSet *set, const OrganChange *change, Day on);

static CarryOut *const kinds[] = {
    [CHANGE_KIND__CHANGE_KIND_CREATE] = change_create,
    [CHANGE_KIND__CHANGE_KIND_MOVE] = change_move,
    [CHANGE_KIND__CHANGE_KIND_MERGE] = change_merge,
    [CHANGE_KIND__CHANGE_KIND_SPLIT] = change_split,
    [CHANGE_KIND__CHANGE_KIND_END] = change_end,
    [CHANGE_KIND__CHANGE_KIND_REOPEN] = change_reopen,
    [CHANGE_KIND__CHANGE_KIND_RULE] = change_rule,
    [CHANGE_KIND__CHANGE_KIND_ADD_EXCEPTION] = change_add_exception,
    [CHANGE_KIND__CHANGE_KIND_END_EXCEPTION] = change_end_exception,
};

const char *
change_field (const ChangeSet *set, const char *field)
{
  return memory_format (set->call, "%s.%s", set->path, field);
}

/* Only an organ whose creation was undone has none: nobody knows it any more. */
static bool
has_life (const Image *image, uint32_t organ)
{
  uint32_t at;
  IMAGE_EACH (image, at, image->organs[organ].first[RECORD_LIFE])
  return true;
  return false;
}

Status
change_organ (ChangeSet *set, const char *field, const char *reference, uint32_t *organ)
{
  if (*reference == '\0')
    return REFUSE (set, field, "REQUIRED", "The change names no organ here");
  *organ = image_organ (set->image, reference);
  if (*organ == IMAGE_NONE || !has_life (set->image, *organ))
    return REFUSE (set, field, "UNKNOWN_ORGAN",
                   "No organ of the organisation, and none that an earlier change creates, has this name");
  set->image->organs[*organ].concerned = true;
  return STATUS_SUCCESS;
}

Status
change_branch (ChangeSet *set, const char *field, const char *reference, uint32_t *organ)
{
  Status status = change_organ (set, field, reference, organ);
  if (!status_failed (status) && *organ == set->image->root)
    return REFUSE (set, field, "ROOT_FIXED", "The organisation itself never moves, merges or splits");
  return status;
}

/* An organ that an undone plan had created stays without any life: it may be created again. Nothing of before
 * counts any more. */
static void
clear_organ (Image *image, uint32_t organ)
{
  uint32_t at;
  for (RecordKind kind = 0; kind < RECORD_KINDS; kind++)
    IMAGE_EACH (image, at, image->organs[organ].first[kind])
  image_drop (image, at);
  IMAGE_EACH_BELOW (image, at, organ)
  image_drop (image, at);
}

/* The id of an organ that is created: the one it had at the preview, or a new one. */
static const char *
id_for_code (const ChangeSet *set, const char *code)
{
  Symbol symbol =
      set->order->created_codes == NULL ? SYMBOL_NONE : symbols_find (set->order->created_codes, code);
  return symbol == SYMBOL_NONE ? id_new_text (set->call, set->call->now) : set->order->created_ids[symbol];
}

Status
change_new_organ (ChangeSet *set, const char *part, const char *code, const char *name, const char *kind,
                  Day on, uint32_t *organ)
{
  Image *image = set->image;
  if (*code == '\0' || *name == '\0')
    return REFUSE (set, memory_format (set->call, "%s%s", part, *code == '\0' ? "code" : "name"), "REQUIRED",
                   "A new organ has a code and a name");
  *organ = image_organ (image, memory_format (set->call, "code:%s", code));
  if (*organ != IMAGE_NONE && has_life (image, *organ))
    return REFUSE (set, memory_format (set->call, "%scode", part), "CODE_TAKEN",
                   "Another organ of the organisation has this code");
  if (*organ == IMAGE_NONE)
    *organ = image_add_organ (image, id_for_code (set, code), code, name, kind);
  clear_organ (image, *organ);
  image->organs[*organ].name = name;
  image->organs[*organ].kind = kind;
  image->organs[*organ].created = image->organs[*organ].concerned = true;
  image_add (image, ROW_NEW,
             (ImageRow){.kind = RECORD_LIFE, .organ = *organ, .other = IMAGE_NONE, .valid = {on, DAY_MAX}});
  return STATUS_SUCCESS;
}

/* A period of the life ends on the day. */
static bool
has_end_on (const Image *image, uint32_t first, Day day)
{
  uint32_t at;
  IMAGE_EACH (image, at, first)
  if (image->rows[at].valid.to == day)
    return true;
  return false;
}

Status
change_end_life (ChangeSet *set, uint32_t organ, Day on)
{
  Image *image = set->image;
  uint32_t first = image->organs[organ].first[RECORD_LIFE];
  uint32_t life = image_row_on (image, first, on, NULL), at;
  if (life == IMAGE_NONE)
    return REFUSE (set, "on", "NOT_ALIVE", "The organ does not live on this day");
  if (image->rows[life].valid.from == on && !has_end_on (image, first, on)) /* reopened without a break */
    return REFUSE (set, "on", "END_ON_FIRST_DAY", "A life ends after its first day");
  IMAGE_EACH (image, at, first)
  if (image->rows[at].valid.to > on || (image->rows[at].valid.to == on && !image->rows[at].ended))
    image_cut (image, at, on);
  image_happened (image, organ, HAPPENING_ENDED, on, IMAGE_NONE);
  return STATUS_SUCCESS;
}

Status
change_check_above (ChangeSet *set, const char *field, uint32_t organ, Period window)
{
  for (Day day = window.from, until; day < window.to; day = until) {
    uint32_t depth;
    until = DAY_MAX;
    ImageWay way = image_way_up (set->image, organ, day, &until, &depth);
    if (way == WAY_IN_CYCLE)
      return REFUSE (set, field, "CYCLE", "On some day the organ would stand below itself");
    if (way == WAY_TO_ROOT &&
        (depth > TREE_DEPTH_MAX ||
         depth + image_height (set->image, organ, day, TREE_DEPTH_MAX) > TREE_DEPTH_MAX))
      return REFUSE (set, field, "TREE_TOO_DEEP", "A tree has at most %d levels", TREE_DEPTH_MAX);
  }
  return STATUS_SUCCESS;
}

/* Asks for the places that all rules of the set name. */
static Status
ask_places (ChangeSet *set)
{
  set->places = place_check_new (set->call);
  for (size_t i = 0; i < set->order->count; i++) {
    const OrganChange *change = set->order->changes[i];
    place_check_add (set->places, change->rule, change->n_rule);
    for (size_t j = 0; j < change->n_parts; j++)
      place_check_add (set->places, change->parts[j]->rule, change->parts[j]->n_rule);
  }
  return place_check_ask (set->places, set->call);
}

/* Asks which of the persons that exceptions name are known. */
static Status
ask_persons (ChangeSet *set)
{
  Call *call = set->call;
  const char **ids = memory_array (call, const char *, set->order->count + 1);
  size_t count = 0;
  set->persons = symbols_new (call);
  for (size_t i = 0; i < set->order->count; i++)
    if (*set->order->changes[i]->person_id != '\0')
      ids[count++] = set->order->changes[i]->person_id;
  if (count == 0)
    return STATUS_SUCCESS;
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_image_persons,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("person_ids", ids, count)), &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++)
    symbols_intern (set->persons, db_value (rows, row, "person_id"));
  return status;
}

static bool
is_about_exceptions (const ChangeOrder *order)
{
  for (size_t i = 0; i < order->count; i++)
    switch (order->changes[i]->kind) {
    case CHANGE_KIND__CHANGE_KIND_CREATE: /* of an organ that had been there */
    case CHANGE_KIND__CHANGE_KIND_MERGE:
    case CHANGE_KIND__CHANGE_KIND_SPLIT:
    case CHANGE_KIND__CHANGE_KIND_END_EXCEPTION: return true;
    default: break;
    }
  return false;
}

static Status
carry_out_one (ChangeSet *set, const OrganChange *change)
{
  Day on;
  size_t kind = (size_t)change->kind;
  if (kind >= sizeof kinds / sizeof *kinds || kinds[kind] == NULL)
    return REFUSE (set, "kind", "REQUIRED", "A change says what it does");
  if (*change->on == '\0')
    return REFUSE (set, "on", "REQUIRED", "A change has a day");
  if (day_parse (change->on, &on) != DAY_OK)
    return REFUSE (set, "on", "INVALID_DATE", "This is no date like 2026-03-01");
  if (set->image->policy == DATING_POLICY__DATING_POLICY_EVALUATION_DATED && on < set->call->today)
    return REFUSE (set, "on", "PAST_DATE",
                   "In this organisation a day is judged by what was known then: nothing can be dated in "
                   "the past");
  return kinds[kind](set, change, on);
}

Status
changes_carry_out (Call *call, const ChangeOrder *order, Image **image)
{
  ChangeSet set = {.call = call, .order = order};
  if (order->count == 0)
    return status_field (call, "changes", "REQUIRED", "A change set has at least one change");
  if (order->count > CHANGES_MAX)
    return status_field (call, "changes", "TOO_MANY_CHANGES", "A change set has at most %d changes",
                         CHANGES_MAX);
  Status status =
      image_load (call, order->organisation_id,
                  is_about_exceptions (order) ? IMAGE_WITH_EXCEPTIONS : IMAGE_WITHOUT_EXCEPTIONS, &set.image);
  if (!status_failed (status))
    status = ask_places (&set);
  if (!status_failed (status))
    status = ask_persons (&set);
  for (size_t i = 0; i < order->count && !status_failed (status); i++) {
    set.path = memory_format (call, "changes[%zu]", i);
    status = carry_out_one (&set, order->changes[i]);
  }
  *image = set.image;
  return status;
}
