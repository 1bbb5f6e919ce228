/* Memberships of a person over time. */
#include "compiled.h"

#include <stdlib.h>
#include <string.h>

#include "heimo_hierarchy_handlers.h"
#include "stretches.h"

static Status
check_person (Call *call, const char *person_id)
{
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_person_exists,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("person_id", person_id)), &rows);
  if (!status_failed (status) && db_row_count (rows) == 0)
    status = status_error (call, STATUS_NOT_FOUND, "PERSON_NOT_FOUND", "There is no such person");
  return status;
}

/* Steps from the organ to its root on a day. */
static uint32_t
depth_of (const Compiled *compiled, const char *organ_id, Day day)
{
  const Model *model = compiled->model;
  OrganIndex organ = model_organ (model, symbols_find (compiled->symbols, organ_id));
  uint32_t depth = 0;
  Day until = DAY_MAX;
  while (organ != ORGAN_NONE && depth < model->organ_count) {
    organ = model_parent (model, organ, day, &until);
    depth += organ != ORGAN_NONE;
  }
  return depth;
}

/* By depth within an organisation; the rest is as the query has it. */
static int
compare_depths (const void *left, const void *right)
{
  const Membership *a = *(Membership *const *)left, *b = *(Membership *const *)right;
  int order = strcmp (a->organisation_id, b->organisation_id);
  if (order != 0)
    return order;
  if (a->depth != b->depth)
    return a->depth < b->depth ? -1 : 1;
  order = strcmp (a->valid_from, b->valid_from);
  return order != 0 ? order : strcmp (a->membership_id, b->membership_id);
}

/* Sorts the rows of each organisation by depth; organisations stay in their order. */
static void
sort_by_depth (ListMembershipsResponse *reply)
{
  for (size_t first = 0; first < reply->n_memberships;) {
    size_t next = first + 1;
    while (next < reply->n_memberships && strcmp (reply->memberships[next]->organisation_id,
                                                  reply->memberships[first]->organisation_id) == 0)
      next++;
    qsort (&reply->memberships[first], next - first, sizeof (void *), compare_depths);
    first = next;
  }
}

Status
list_memberships (Call *call, const ListMembershipsRequest *request, ListMembershipsResponse *reply)
{
  Compiled *compiled;
  DbResult *rows;
  Status status = check_person (call, request->person_id);
  if (!status_failed (status))
    status = compiled_take (call, &compiled);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_membership_list,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("person_id", request->person_id), db_text ("on", request->on),
                                db_text ("known_at", hierarchy_known_at (call, request->as_known_on)),
                                db_boolean ("organisations_only", request->organisations_only)),
                     &rows);
  if (status_failed (status))
    return status;
  reply->memberships = db_read_rows (call, rows, &membership__descriptor, &reply->n_memberships);
  for (size_t row = 0; row < reply->n_memberships; row++) {
    Membership *membership = reply->memberships[row];
    Day from = hierarchy_day (membership->valid_from, DAY_MIN);
    Day on = hierarchy_day (request->on, call->today);
    membership->depth = depth_of (compiled, membership->organ_id, from);
    membership->origin = (MembershipOrigin)stretches_origin (db_value (rows, row, "stretches"),
                                                             (int)membership->origin, on > from ? on : from);
  }
  sort_by_depth (reply);
  return STATUS_SUCCESS;
}
