/* Changes that say who belongs: versions of rules, exceptions. */
#include "plans/changes_private.h"

#include "tree/rules.h"

#include <string.h>

static Status
check_nodes (ChangeSet *set, const char *part, RuleNode *const *nodes, size_t count, bool on_organ)
{
  const char *path = change_field (set, memory_format (set->call, "%srule", part));
  RuleScope scope = place_check_scope (set->places, path, on_organ);
  return rule_check (set->call, nodes, count, &scope);
}

Status
change_first_rule (ChangeSet *set, const char *part, RuleNode *const *nodes, size_t count, uint32_t organ,
                   Day on)
{
  Status status = check_nodes (set, part, nodes, count, true);
  if (!status_failed (status) && count > 0)
    image_add (set->image, ROW_NEW,
               (ImageRow){.kind = RECORD_RULE,
                          .organ = organ,
                          .other = IMAGE_NONE,
                          .valid = {on, DAY_MAX},
                          .content = rules_content (set->call, nodes, count)});
  return status;
}

static Status
find_type (ChangeSet *set, const char *type_id, uint32_t *type)
{
  *type = image_type (set->image, type_id);
  if (*type == IMAGE_NONE)
    return REFUSE (set, "typeId", "UNKNOWN_TYPE", "The organisation has no such membership type");
  return STATUS_SUCCESS;
}

/* The organ and the type that carry the rule; IMAGE_NONE for none. */
static Status
find_carrier (ChangeSet *set, const OrganChange *change, uint32_t *organ, uint32_t *type)
{
  *organ = *type = IMAGE_NONE;
  if (*change->organ == '\0' && *change->type_id == '\0')
    return REFUSE (set, "organ", "REQUIRED", "A rule belongs to an organ or to a membership type");
  Status status = STATUS_SUCCESS;
  if (*change->organ != '\0')
    status = change_organ (set, "organ", change->organ, organ);
  if (!status_failed (status) && *change->type_id != '\0')
    status = find_type (set, change->type_id, type);
  return status;
}

/* The version that holds the day is cut; the new one holds until the next on record. */
Status
change_rule (ChangeSet *set, const OrganChange *change, Day on)
{
  Image *image = set->image;
  uint32_t organ, type, at, before = IMAGE_NONE;
  Status status = find_carrier (set, change, &organ, &type);
  if (!status_failed (status))
    status = check_nodes (set, "", change->rule, change->n_rule, organ != IMAGE_NONE);
  if (status_failed (status))
    return status;
  uint32_t first =
      organ == IMAGE_NONE ? image->types[type].first_rule : image->organs[organ].first[RECORD_RULE];
  Period window = {on, DAY_MAX};
  IMAGE_EACH (image, at, first)
  {
    const ImageRow *row = &image->rows[at];
    if (row->other != type)
      continue;
    if (period_holds (row->valid, on))
      before = at;
    if (row->valid.from > on && row->valid.from < window.to)
      window.to = row->valid.from;
  }
  if (before != IMAGE_NONE)
    image_cut (image, before, on);
  image_add (image, ROW_NEW,
             (ImageRow){.kind = RECORD_RULE,
                        .organ = organ,
                        .other = type,
                        .valid = window,
                        .content = rules_content (set->call, change->rule, change->n_rule)});
  return STATUS_SUCCESS;
}

Status
change_add_exception (ChangeSet *set, const OrganChange *change, Day on)
{
  uint32_t organ, type;
  Day to = hierarchy_day (change->valid_to, DAY_MAX);
  Status status = change_organ (set, "organ", change->organ, &organ);
  if (status_failed (status))
    return status;
  if (*change->type_id == '\0' || *change->person_id == '\0' || *change->reason == '\0')
    return REFUSE (set,
                   *change->type_id == '\0'     ? "typeId"
                   : *change->person_id == '\0' ? "personId"
                                                : "reason",
                   "REQUIRED", "An exception names a person, a type and a reason");
  status = find_type (set, change->type_id, &type);
  if (status_failed (status))
    return status;
  if (symbols_find (set->persons, change->person_id) == SYMBOL_NONE)
    return REFUSE (set, "personId", "UNKNOWN_PERSON", "There is no such person");
  if (to <= on)
    return REFUSE (set, "validTo", "EMPTY_PERIOD", "The exception ends before it begins");
  RecordContent *content = memory_new (set->call, RecordContent);
  content->person_id = change->person_id;
  content->reason = change->reason;
  image_add (
      set->image, ROW_NEW,
      (ImageRow){
          .kind = RECORD_EXCEPTION, .organ = organ, .other = type, .valid = {on, to}, .content = content});
  return STATUS_SUCCESS;
}

/* True when a merge or a split has parted one exception into these two: one ends where the other begins. */
static bool
is_continued (const ImageRow *before, const ImageRow *after)
{
  return before->kind == RECORD_EXCEPTION && after->kind == RECORD_EXCEPTION &&
         before->valid.to == after->valid.from && before->organ != after->organ &&
         before->other == after->other &&
         strcmp (before->content->person_id, after->content->person_id) == 0 &&
         strcmp (before->content->reason, after->content->reason) == 0;
}

/* The row that goes on where `at` ends, or that `at` goes on from; IMAGE_NONE for none. */
static uint32_t
neighbour (const Image *image, uint32_t at, bool later)
{
  for (uint32_t i = 0; i < image->row_count; i++) {
    const ImageRow *row = &image->rows[i], *own = &image->rows[at];
    if (image_counts (row) && (later ? is_continued (own, row) : is_continued (row, own)))
      return i;
  }
  return IMAGE_NONE;
}

/* Ends the exception in all its parts. */
static Status
end_parts (ChangeSet *set, uint32_t at, Day on)
{
  Image *image = set->image;
  uint32_t first = at, last = at;
  for (uint32_t next; (next = neighbour (image, first, false)) != IMAGE_NONE;)
    first = next;
  for (uint32_t next; (next = neighbour (image, last, true)) != IMAGE_NONE;)
    last = next;
  if (image->rows[last].valid.to <= on)
    return REFUSE (set, "on", "ALREADY_ENDED", "The exception has ended before this day");
  if (image->rows[first].valid.from >= on)
    return REFUSE (set, "on", "END_ON_FIRST_DAY", "An exception ends after its first day");
  for (uint32_t part = last;;) {
    uint32_t before = part == first ? IMAGE_NONE : neighbour (image, part, false);
    image->organs[image->rows[part].organ].concerned = true;
    if (image->rows[part].valid.to > on)
      image_cut (image, part, on);
    if (before == IMAGE_NONE)
      return STATUS_SUCCESS;
    part = before;
  }
}

Status
change_end_exception (ChangeSet *set, const OrganChange *change, Day on)
{
  const Image *image = set->image;
  if (*change->exception_id == '\0')
    return REFUSE (set, "exceptionId", "REQUIRED", "The change names no exception");
  for (uint32_t i = 0; i < image->row_count; i++) {
    const ImageRow *row = &image->rows[i];
    if (row->kind == RECORD_EXCEPTION && row->state == ROW_KEPT &&
        strcmp (row->id, change->exception_id) == 0)
      return end_parts (set, i, on);
  }
  return REFUSE (set, "exceptionId", "UNKNOWN_EXCEPTION", "There is no such exception on record");
}
