/* Changes of the tree: an organ begins, moves, ends, is reopened. */
#include "plans/changes_private.h"

#include <string.h>

/* PARENT_NOT_IN_TREE unless the organ is in the tree. */
static Status
check_parent (ChangeSet *set, const char *field, uint32_t parent, Day on)
{
  if (image_way_up (set->image, parent, on, NULL, NULL) != WAY_TO_ROOT)
    return REFUSE (set, field, "PARENT_NOT_IN_TREE",
                   "The organ above does not stand in the tree on this day");
  return STATUS_SUCCESS;
}

Status
change_create (ChangeSet *set, const OrganChange *change, Day on)
{
  uint32_t organ, parent;
  Status status = change_organ (set, "parent", change->parent, &parent);
  if (!status_failed (status))
    status = check_parent (set, "parent", parent, on);
  if (!status_failed (status))
    status = change_new_organ (set, "", change->code, change->name, change->organ_kind, on, &organ);
  if (!status_failed (status))
    status = change_first_rule (set, "", change->rule, change->n_rule, organ, on);
  if (status_failed (status))
    return status;
  image_add (set->image, ROW_NEW,
             (ImageRow){.kind = RECORD_EDGE, .organ = organ, .other = parent, .valid = {on, DAY_MAX}});
  image_happened (set->image, organ, HAPPENING_CREATED, on, parent);
  return change_check_above (set, "parent", organ, (Period){on, DAY_MAX});
}

/* The edge that holds the day is cut; the new one holds until the next on record. */
Status
change_move (ChangeSet *set, const OrganChange *change, Day on)
{
  Image *image = set->image;
  uint32_t organ, parent;
  Status status = change_branch (set, "organ", change->organ, &organ);
  if (!status_failed (status))
    status = change_organ (set, "parent", change->parent, &parent);
  if (status_failed (status))
    return status;
  if (image_row_on (image, image->organs[organ].first[RECORD_LIFE], on, NULL) == IMAGE_NONE)
    return REFUSE (set, "on", "EDGE_OUTSIDE_LIFE", "The organ does not live on this day");
  status = check_parent (set, "parent", parent, on);
  if (status_failed (status))
    return status;
  uint32_t first = image->organs[organ].first[RECORD_EDGE];
  Period window = {on, image_next_start (image, first, on)};
  uint32_t before = image_row_on (image, first, on, NULL);
  if (before != IMAGE_NONE)
    image_cut (image, before, on);
  image_add (image, ROW_NEW,
             (ImageRow){.kind = RECORD_EDGE, .organ = organ, .other = parent, .valid = window});
  image_happened (image, organ, HAPPENING_MOVED, on, parent);
  return change_check_above (set, "parent", organ, window);
}

Status
change_end (ChangeSet *set, const OrganChange *change, Day on)
{
  uint32_t organ;
  Status status = change_organ (set, "organ", change->organ, &organ);
  return status_failed (status) ? status : change_end_life (set, organ, on);
}

static bool
has_lived_before (const Image *image, uint32_t organ, Day day)
{
  uint32_t at;
  IMAGE_EACH (image, at, image->organs[organ].first[RECORD_LIFE])
  if (image->rows[at].valid.from < day)
    return true;
  return false;
}

Status
change_reopen (ChangeSet *set, const OrganChange *change, Day on)
{
  Image *image = set->image;
  uint32_t organ;
  Status status = change_organ (set, "organ", change->organ, &organ);
  if (status_failed (status))
    return status;
  uint32_t first = image->organs[organ].first[RECORD_LIFE];
  if (image_row_on (image, first, on, NULL) != IMAGE_NONE)
    return REFUSE (set, "on", "ALREADY_LIVES", "The organ lives on this day");
  if (!has_lived_before (image, organ, on))
    return REFUSE (set, "on", "NOT_ENDED", "The organ has not ended before this day");
  Period window = {on, image_next_start (image, first, on)};
  image_add (image, ROW_NEW,
             (ImageRow){.kind = RECORD_LIFE, .organ = organ, .other = IMAGE_NONE, .valid = window});
  image_happened (image, organ, HAPPENING_REOPENED, on, IMAGE_NONE);
  return change_check_above (set, "on", organ, window);
}
