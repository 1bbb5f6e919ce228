/* Merging an organ into another, splitting one into parts: both end it, and lead elsewhere what led to it. */
#include "plans/changes_private.h"

#include <string.h>

/* The days of a row from `on` on. */
static Period
from_day (Period valid, Day on)
{
  return (Period){valid.from > on ? valid.from : on, valid.to};
}

/* From `on` on, an edge leads to another parent. */
static void
lead_edge (Image *image, uint32_t edge, uint32_t parent, Day on)
{
  ImageRow row = image->rows[edge];
  Period valid = from_day (row.valid, on);
  image_cut (image, edge, on);
  image_add (
      image, ROW_NEW,
      (ImageRow){.kind = RECORD_EDGE, .organ = row.organ, .other = parent, .valid = valid, .carried = true});
  image_happened (image, row.organ, HAPPENING_MOVED, valid.from, parent);
}

/* From `on` on, the exceptions of an organ hold in another one, or nowhere (IMAGE_NONE). */
static void
lead_exceptions (Image *image, uint32_t organ, uint32_t target, Day on)
{
  uint32_t at;
  IMAGE_EACH (image, at, image->organs[organ].first[RECORD_EXCEPTION])
  {
    ImageRow row = image->rows[at];
    if (row.valid.to <= on)
      continue;
    image_cut (image, at, on);
    if (target != IMAGE_NONE)
      image_add (image, ROW_NEW,
                 (ImageRow){.kind = RECORD_EXCEPTION,
                            .organ = target,
                            .other = row.other,
                            .valid = from_day (row.valid, on),
                            .content = row.content});
  }
}

static Status
check_merge (ChangeSet *set, uint32_t organ, uint32_t target, Day on)
{
  const Image *image = set->image;
  if (organ == target)
    return REFUSE (set, "target", "MERGE_WITH_ITSELF", "An organ is not merged with itself");
  if (image_way_up (image, target, on, NULL, NULL) != WAY_TO_ROOT)
    return REFUSE (set, "target", "PARENT_NOT_IN_TREE",
                   "The organ that takes over does not stand in the tree on this day");
  if (image_is_above (image, target, organ, on) || image_is_above (image, organ, target, on))
    return REFUSE (set, "target", "MERGE_WITH_RELATIVE",
                   "An organ is not merged with one above or below it on this day");
  return STATUS_SUCCESS;
}

/* An edge that leads here since this change. */
static bool
is_led_here (const ImageRow *row, Day on)
{
  return row->state == ROW_NEW && row->valid.from >= on;
}

/* Where the child lives on the first day of an edge, the parent is in the tree. */
static bool
begins_well (const Image *image, const ImageRow *edge)
{
  Day first = edge->valid.from;
  return image_row_on (image, image->organs[edge->organ].first[RECORD_LIFE], first, NULL) == IMAGE_NONE ||
         image_way_up (image, edge->other, first, NULL, NULL) == WAY_TO_ROOT;
}

/* Every edge that has come to lead to the organ from `on` on closes no cycle and begins in the tree. */
static Status
check_below (ChangeSet *set, const char *field, uint32_t organ, Day on)
{
  const Image *image = set->image;
  Status status = STATUS_SUCCESS;
  uint32_t at;
  IMAGE_EACH_BELOW (image, at, organ)
  if (is_led_here (&image->rows[at], on) && !status_failed (status))
    status = change_check_above (set, field, image->rows[at].organ, image->rows[at].valid);
  IMAGE_EACH_BELOW (image, at, organ)
  if (is_led_here (&image->rows[at], on) && !status_failed (status) && !begins_well (image, &image->rows[at]))
    status =
        REFUSE (set, field, "PARENT_NOT_IN_TREE",
                "On the first day of the organ with the code %s below it, it would not stand in the tree",
                image->organs[image->rows[at].organ].code);
  return status;
}

Status
change_merge (ChangeSet *set, const OrganChange *change, Day on)
{
  Image *image = set->image;
  uint32_t organ, target, at;
  Status status = change_branch (set, "organ", change->organ, &organ);
  if (!status_failed (status))
    status = change_organ (set, "target", change->target, &target);
  if (!status_failed (status))
    status = check_merge (set, organ, target, on);
  if (!status_failed (status))
    status = change_end_life (set, organ, on);
  if (status_failed (status))
    return status;
  IMAGE_EACH_BELOW (image, at, organ)
  {
    if (image->rows[at].valid.to <= on)
      continue;
    if (image->rows[at].organ == target)
      return REFUSE (set, "target", "CYCLE", "On some day the organ would stand below itself");
    lead_edge (image, at, target, on);
  }
  lead_exceptions (image, organ, target, on);
  return check_below (set, "target", target, on);
}

/* The parts of a split: their organs, and for each organ below the part that names it. */
typedef struct Parts {
  uint32_t *organs;     /* by part */
  uint32_t *part_of;    /* by organ: part + 1, 0 for none */
  uint32_t organ_count; /* of part_of */
} Parts;

static Status
assign_child (ChangeSet *set, Parts *parts, size_t part, size_t index, const char *reference)
{
  uint32_t child;
  const char *field = memory_format (set->call, "parts[%zu].children[%zu]", part, index);
  Status status = change_organ (set, field, reference, &child);
  if (status_failed (status))
    return status;
  if (parts->part_of[child] != 0)
    return REFUSE (set, field, "CHILD_ASSIGNED_TWICE", "The organ is named twice");
  parts->part_of[child] = (uint32_t)part + 1;
  return STATUS_SUCCESS;
}

/* Each organ with an edge to the one split on the day or later is named once, and no other. */
static Status
assign_children (ChangeSet *set, const OrganChange *change, uint32_t organ, Day on, Parts *parts)
{
  const Image *image = set->image;
  uint32_t at;
  bool *below = memory_array (set->call, bool, image->organ_count);
  parts->organ_count = image->organ_count;
  parts->part_of = memory_array (set->call, uint32_t, image->organ_count);
  for (size_t i = 0; i < change->n_parts; i++)
    for (size_t j = 0; j < change->parts[i]->n_children; j++) {
      Status status = assign_child (set, parts, i, j, change->parts[i]->children[j]);
      if (status_failed (status))
        return status;
    }
  IMAGE_EACH_BELOW (image, at, organ)
  below[image->rows[at].organ] |= image->rows[at].valid.to > on;
  for (uint32_t i = 0; i < image->organ_count; i++) {
    if (below[i] && parts->part_of[i] == 0)
      return REFUSE (set, "parts", "CHILD_UNASSIGNED", "No part names the organ below with the code %s",
                     image->organs[i].code);
    if (!below[i] && parts->part_of[i] != 0)
      return REFUSE (set, "parts", "NOT_A_CHILD",
                     "The organ with the code %s is not below the one that is split", image->organs[i].code);
  }
  return STATUS_SUCCESS;
}

/* A part stands where the organ would have stood. */
static void
add_part_edges (Image *image, uint32_t organ, uint32_t part, Day on)
{
  uint32_t at;
  IMAGE_EACH (image, at, image->organs[organ].first[RECORD_EDGE])
  {
    ImageRow row = image->rows[at];
    if (row.valid.to <= on)
      continue;
    Period valid = from_day (row.valid, on);
    image_add (image, ROW_NEW,
               (ImageRow){.kind = RECORD_EDGE,
                          .organ = part,
                          .other = row.other,
                          .valid = valid,
                          .carried = valid.from != on});
    if (valid.from == on)
      image_happened (image, part, HAPPENING_CREATED, on, row.other);
  }
}

static Status
add_parts (ChangeSet *set, const OrganChange *change, uint32_t organ, Day on, Parts *parts)
{
  Image *image = set->image;
  Status status = STATUS_SUCCESS;
  parts->organs = memory_array (set->call, uint32_t, change->n_parts);
  for (size_t i = 0; i < change->n_parts && !status_failed (status); i++) {
    const SplitPart *part = change->parts[i];
    const char *path = memory_format (set->call, "parts[%zu].", i);
    status = change_new_organ (set, path, part->code, part->name,
                               *part->organ_kind == '\0' ? image->organs[organ].kind : part->organ_kind, on,
                               &parts->organs[i]);
    if (!status_failed (status))
      status = change_first_rule (set, path, part->rule, part->n_rule, parts->organs[i], on);
    if (!status_failed (status))
      add_part_edges (image, organ, parts->organs[i], on);
  }
  return status;
}

/* The part that takes the exceptions. */
static Status
find_exception_part (ChangeSet *set, const OrganChange *change, const Parts *parts, uint32_t *target)
{
  *target = IMAGE_NONE;
  if (*change->exceptions_to == '\0')
    return STATUS_SUCCESS;
  for (size_t i = 0; i < change->n_parts; i++)
    if (strcmp (change->parts[i]->code, change->exceptions_to) == 0)
      *target = parts->organs[i];
  if (*target == IMAGE_NONE)
    return REFUSE (set, "exceptionsTo", "UNKNOWN_PART", "No part has this code");
  return STATUS_SUCCESS;
}

/* The parts begin where the organ ends: below one in the tree. */
static Status
check_split (ChangeSet *set, uint32_t organ, Day on)
{
  const Image *image = set->image;
  uint32_t edge = image_row_on (image, image->organs[organ].first[RECORD_EDGE], on, NULL);
  if (edge == IMAGE_NONE || image_way_up (image, image->rows[edge].other, on, NULL, NULL) != WAY_TO_ROOT)
    return REFUSE (set, "on", "PARENT_NOT_IN_TREE", "The organ does not stand in the tree on this day");
  return STATUS_SUCCESS;
}

Status
change_split (ChangeSet *set, const OrganChange *change, Day on)
{
  Image *image = set->image;
  Parts parts = {0};
  uint32_t organ, target, at;
  Status status = change_branch (set, "organ", change->organ, &organ);
  if (!status_failed (status) && change->n_parts < PARTS_MIN)
    return REFUSE (set, "parts", "TOO_FEW_PARTS", "An organ is split into %d parts at least", PARTS_MIN);
  if (!status_failed (status))
    status = assign_children (set, change, organ, on, &parts);
  if (!status_failed (status))
    status = change_end_life (set, organ, on);
  if (!status_failed (status))
    status = check_split (set, organ, on);
  if (!status_failed (status))
    status = add_parts (set, change, organ, on, &parts);
  if (!status_failed (status))
    status = find_exception_part (set, change, &parts, &target);
  if (status_failed (status))
    return status;
  IMAGE_EACH_BELOW (image, at, organ)
  if (image->rows[at].valid.to > on)
    lead_edge (image, at, parts.organs[parts.part_of[image->rows[at].organ] - 1], on);
  lead_exceptions (image, organ, target, on);
  for (size_t i = 0; i < change->n_parts && !status_failed (status); i++) {
    status = change_check_above (set, "parts", parts.organs[i], (Period){on, DAY_MAX});
    if (!status_failed (status))
      status = check_below (set, "parts", parts.organs[i], on);
  }
  return status;
}
