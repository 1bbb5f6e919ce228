/* Members of an organ on a day: pages by name are one range of an index; other orders, other knowledge and
 * searches with few hits are sorted. */
#include "engine/periods.h"
#include "hierarchy.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "answers/stretches.h"
#include "heimo_hierarchy_handlers.h"

enum {
  PAGE_DEFAULT = 50,
  HITS_MAX = 2000, /* persons that a search may find to be worth looking up one by one */
  HITS_LETTERS = 3 /* fewer letters have no index */
};

/* What one request asks. */
typedef struct MemberList {
  Call *call;
  const ListMembersRequest *request;
  Day on;
  const char *on_text;
  const char *known_at;
  const char *pattern;
  const char *order;
  size_t size;
  const char *const *after; /* two values of the last row seen (person, type), or offset and "" */
  int64_t offset;
} MemberList;

static Status
check_order (MemberList *list)
{
  static const char *const orders[] = {"name", "memberNumber", "validFrom"};
  const char *order = list->request->order_by;
  list->order = *order == '\0' ? "name" : order;
  const char *bare = *list->order == '-' ? list->order + 1 : list->order;
  for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
    if (strcmp (bare, orders[i]) == 0)
      return STATUS_SUCCESS;
  return status_field (list->call, "orderBy", "UNKNOWN_ORDER", "Is none of name, memberNumber and validFrom");
}

/* Pages by name, known now, of everyone: read from the index in order. */
static bool
is_by_index (const MemberList *list)
{
  return strcmp (list->known_at, "infinity") == 0 &&
         (strcmp (list->order, "name") == 0 || strcmp (list->order, "-name") == 0);
}

static Status
open_list (Call *call, const ListMembersRequest *request, MemberList *list)
{
  *list = (MemberList){
      .call = call,
      .request = request,
      .on = hierarchy_day (request->on, call->today),
      .known_at = hierarchy_known_at (call, request->as_known_on),
      .pattern = hierarchy_pattern (call, request->query),
      .size = request->page_size == 0 ? PAGE_DEFAULT : request->page_size,
  };
  list->on_text = hierarchy_sql_day (call, list->on);
  Status status = check_order (list);
  if (!status_failed (status))
    status = call_open_page (call, &request->base, request->page_token, 3, &list->after);
  if (!status_failed (status) && list->after != NULL)
    list->offset = strtoll (list->after[2], NULL, 10);
  return status;
}

static Status
run_list (MemberList *list, const DbQuery *query, const char *const *ids, size_t id_count, DbResult **rows)
{
  Call *call = list->call;
  const char *after_person = list->after == NULL ? NULL : list->after[0];
  const char *after_type = list->after == NULL ? NULL : list->after[1];
  return db_run (call->db, call, query,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_text ("organ_id", list->request->organ_id),
                            db_text ("type_id", list->request->type_id), db_text ("on", list->on_text),
                            db_text ("known_at", list->known_at), db_text ("pattern", list->pattern),
                            db_text ("order", list->order), db_texts ("person_ids", ids, id_count),
                            db_text_or_null ("after_person", after_person),
                            db_text_or_null ("after_type", after_type), db_integer ("offset", list->offset),
                            db_integer ("limit", (int64_t)list->size + 1)),
                 rows);
}

/* The persons that a search finds, if they are few; *ids stays NULL when they are many. */
static Status
find_hits (MemberList *list, const char ***ids, size_t *count)
{
  *ids = NULL;
  if (list->pattern == NULL || strlen (list->pattern) < HITS_LETTERS + 2)
    return STATUS_SUCCESS;
  DbResult *rows;
  Call *call = list->call;
  Status status = db_run (call->db, call, &sql_member_hits,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("pattern", list->pattern), db_integer ("limit", HITS_MAX + 1)),
                          &rows);
  if (status_failed (status) || db_row_count (rows) > HITS_MAX)
    return status;
  *count = db_row_count (rows);
  *ids = memory_array (call, const char *, *count + 1);
  for (size_t row = 0; row < *count; row++)
    (*ids)[row] = db_value (rows, row, "person_id");
  return STATUS_SUCCESS;
}

/* Whether the page was sorted: its successor goes on by offset. A page of hits keeps to it even if there are
 * many by then, so the token says which way it was. */
static Status
read_page (MemberList *list, DbResult **rows, bool *sorted)
{
  const char **ids = NULL;
  size_t count = 0;
  bool by_index = is_by_index (list);
  *sorted = list->after != NULL ? list->offset > 0 : !by_index;
  if (list->after != NULL && !*sorted)
    return run_list (list, *list->order == '-' ? &sql_member_page_down : &sql_member_page_up, NULL, 0, rows);
  Status status = find_hits (list, &ids, &count);
  if (status_failed (status))
    return status;
  if (ids != NULL) {
    *sorted = true;
    return run_list (list, &sql_member_page_hits, ids, count, rows);
  }
  if (*sorted)
    return run_list (list, &sql_member_page_any, NULL, 0, rows);
  return run_list (list, *list->order == '-' ? &sql_member_page_down : &sql_member_page_up, NULL, 0, rows);
}

/* Names and facts of the members of the page. */
static Status
read_details (MemberList *list, ListMembersResponse *reply)
{
  Call *call = list->call;
  const char **persons = memory_array (call, const char *, reply->n_members + 1);
  const char **types = memory_array (call, const char *, reply->n_members + 1);
  for (size_t i = 0; i < reply->n_members; i++) {
    persons[i] = reply->members[i]->person_id;
    types[i] = reply->members[i]->type_id;
  }
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_member_details,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_texts ("person_ids", persons, reply->n_members),
                                     db_texts ("type_ids", types, reply->n_members),
                                     db_text ("on", list->on_text), db_text ("known_at", list->known_at)),
                          &rows);
  if (status_failed (status))
    return status;
  for (size_t row = 0; row < reply->n_members && row < db_row_count (rows); row++)
    db_read_row (call, rows, row, &reply->members[row]->base);
  return STATUS_SUCCESS;
}

static const char *
seal_next (MemberList *list, const Member *last, bool sorted)
{
  const char *offset =
      sorted ? memory_format (list->call, "%" PRId64, list->offset + (int64_t)list->size) : "0";
  const char *values[] = {last->person_id, last->type_id, offset};
  return call_seal_page (list->call, &list->request->base, values, sizeof values / sizeof *values);
}

static Status
check_organ (Call *call, const char *organ_id)
{
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_organ_names,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("organ_ids", &organ_id, 1)),
      &rows);
  if (!status_failed (status) && db_row_count (rows) == 0)
    status = status_error (call, STATUS_NOT_FOUND, "ORGAN_NOT_FOUND", "There is no such organ");
  return status;
}

Status
list_members (Call *call, const ListMembersRequest *request, ListMembersResponse *reply)
{
  MemberList list;
  DbResult *rows;
  bool sorted;
  Status status = open_list (call, request, &list);
  if (!status_failed (status))
    status = check_organ (call, request->organ_id);
  if (!status_failed (status))
    status = read_page (&list, &rows, &sorted);
  if (status_failed (status))
    return status;
  reply->members = db_read_rows (call, rows, &member__descriptor, &reply->n_members);
  for (size_t row = 0; row < reply->n_members; row++)
    reply->members[row]->origin = (MembershipOrigin)stretches_origin (db_value (rows, row, "stretches"),
                                                                      reply->members[row]->origin, list.on);
  if (reply->n_members > list.size) {
    reply->n_members = list.size;
    reply->next_page_token = seal_next (&list, reply->members[list.size - 1], sorted);
  }
  return reply->n_members == 0 ? STATUS_SUCCESS : read_details (&list, reply);
}
