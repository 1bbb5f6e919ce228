/* Groups as they are asked for: which are open, who is in them, what rights they give a person. */
#include "actions/actions.h"

#include <string.h>

#include "heimo_hierarchy_handlers.h"

enum { GROUPS_PAGE = 200, MEMBERS_PAGE = 50 };

static Status
find_groups (Call *call, const ListOrganGroupsRequest *request, const char *group_id, const char *after,
             size_t limit, OrganGroup ***groups, size_t *count)
{
  DbResult *rows;
  Day on = hierarchy_day (request->on, call->today);
  Status status = db_run (
      call->db, call, &sql_group_list,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text_or_null ("group_id", group_id),
                 db_text_or_null ("organ_id", request->organ_id),
                 db_text_or_null ("action_id", request->action_id),
                 db_text ("on", hierarchy_sql_day (call, on)), db_boolean ("closed", request->closed),
                 db_text ("after", after), db_integer ("limit", (int64_t)limit)),
      &rows);
  if (status_failed (status))
    return status;
  *groups = db_read_rows (call, rows, &organ_group__descriptor, count);
  for (size_t row = 0; row < *count; row++)
    (*groups)[row]->rights =
        actions_split (call, db_value (rows, row, "rights_text"), &(*groups)[row]->n_rights);
  return STATUS_SUCCESS;
}

Status
list_organ_groups (Call *call, const ListOrganGroupsRequest *request, ListOrganGroupsResponse *reply)
{
  size_t size = request->page_size == 0 ? GROUPS_PAGE : request->page_size;
  const char *const *after;
  Status status = call_open_page (call, &request->base, request->page_token, 1, &after);
  if (!status_failed (status))
    status = find_groups (call, request, "", after == NULL ? NULL : after[0], size + 1, &reply->groups,
                          &reply->n_groups);
  if (!status_failed (status) && reply->n_groups > size) {
    reply->n_groups = size;
    const char *last = reply->groups[size - 1]->group_id;
    reply->next_page_token = call_seal_page (call, &request->base, &last, 1);
  }
  return status;
}

/* Reads the persons of a page and their names. */
static Status
read_members (Call *call, const ListGroupMembersRequest *request, const OrganGroup *group, const char *after,
              size_t size, ListGroupMembersResponse *reply)
{
  bool members = group->kind == ACTION_KIND__ACTION_KIND_MEMBER_GROUP;
  Day on = hierarchy_day (request->on, call->today);
  DbResult *rows, *names;
  Status status =
      db_run (call->db, call, members ? &sql_group_members : &sql_group_holders,
              DB_VALUES (db_text ("federation_id", call->federation_id),
                         db_text ("organ_id", group->organ_id), db_text_or_null ("type_id", group->type_id),
                         db_text ("position", group->position), db_text ("on", hierarchy_sql_day (call, on)),
                         db_text ("after", after), db_integer ("limit", (int64_t)size + 1)),
              &rows);
  if (status_failed (status))
    return status;
  reply->members = db_read_rows (call, rows, &group_member__descriptor, &reply->n_members);
  const char **ids = memory_array (call, const char *, reply->n_members + 1);
  for (size_t i = 0; i < reply->n_members; i++)
    ids[i] = reply->members[i]->person_id;
  status = db_run (call->db, call, &sql_group_names,
                   DB_VALUES (db_text ("federation_id", call->federation_id),
                              db_texts ("person_ids", ids, reply->n_members)),
                   &names);
  for (size_t i = 0; !status_failed (status) && i < reply->n_members && i < db_row_count (names); i++)
    db_read_row (call, names, i, &reply->members[i]->base);
  return status;
}

Status
list_group_members (Call *call, const ListGroupMembersRequest *request, ListGroupMembersResponse *reply)
{
  size_t size = request->page_size == 0 ? MEMBERS_PAGE : request->page_size;
  const char *const *after;
  OrganGroup **groups = NULL;
  size_t count = 0;
  ListOrganGroupsRequest group = LIST_ORGAN_GROUPS_REQUEST__INIT;
  group.on = request->on;
  group.closed = true;
  Status status = call_open_page (call, &request->base, request->page_token, 1, &after);
  if (!status_failed (status))
    status = find_groups (call, &group, request->group_id, NULL, 1, &groups, &count);
  if (status_failed (status))
    return status;
  if (count == 0)
    return status_error (call, STATUS_NOT_FOUND, "GROUP_NOT_FOUND", "There is no such group");
  if (!groups[0]->open)
    return STATUS_SUCCESS;
  status = read_members (call, request, groups[0], after == NULL ? NULL : after[0], size, reply);
  if (!status_failed (status) && reply->n_members > size) {
    reply->n_members = size;
    const char *last = reply->members[size - 1]->person_id;
    reply->next_page_token = call_seal_page (call, &request->base, &last, 1);
  }
  return status;
}

Status
list_person_rights (Call *call, const ListPersonRightsRequest *request, ListPersonRightsResponse *reply)
{
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_person_exists,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("person_id", request->person_id)),
      &rows);
  if (status_failed (status))
    return status;
  if (db_row_count (rows) == 0 || *db_value (rows, 0, "withdrawn") == 't')
    return status_error (call, STATUS_NOT_FOUND, "PERSON_NOT_FOUND", "There is no such person");
  Day on = hierarchy_day (request->on, call->today);
  status = db_run (call->db, call, &sql_person_rights,
                   DB_VALUES (db_text ("federation_id", call->federation_id),
                              db_text ("person_id", request->person_id),
                              db_text ("on", hierarchy_sql_day (call, on))),
                   &rows);
  if (!status_failed (status))
    reply->rights = db_read_rows (call, rows, &person_right__descriptor, &reply->n_rights);
  return status;
}
