/* Reports: members by organ and type on a day, joined and left in a period, who is behind a number, and what
 * was recorded about an organ when. */
#include "hierarchy.h"
#include "tree/rules.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "heimo_hierarchy_handlers.h"

enum { COUNTS_DEFAULT = 200, CHANGES_DEFAULT = 50, HISTORY_DEFAULT = 100 };

/* The organisation of an organ; NOT_FOUND / ORGAN_NOT_FOUND. */
static Status
find_organisation (Call *call, const char *organ_id, const char **organisation_id)
{
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_report_organ,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("organ_id", organ_id)), &rows);
  if (status_failed (status))
    return status;
  if (db_row_count (rows) == 0)
    return status_error (call, STATUS_NOT_FOUND, "ORGAN_NOT_FOUND", "There is no such organ");
  *organisation_id = db_value (rows, 0, "organisation_id");
  return STATUS_SUCCESS;
}

/* ---- counts ---- */

/* What the two reports of counts have in common. */
typedef struct Counting {
  Call *call;
  const ProtobufCMessage *request;
  const char *organ_id, *type_id, *page_token;
  Day on;   /* the tree of which day; of a period its last */
  Day from; /* first day of the period */
  const char *known_at;
  uint32_t page_size;
  MemberCount **counts; /* out */
  size_t count;
  const char *next;
} Counting;

static Status
count_members (Counting *counting)
{
  Call *call = counting->call;
  const char *organisation_id = "", *const *after = NULL;
  size_t size = counting->page_size == 0 ? COUNTS_DEFAULT : counting->page_size;
  Status status = find_organisation (call, counting->organ_id, &organisation_id);
  if (!status_failed (status))
    status = call_open_page (call, counting->request, counting->page_token, 1, &after);
  if (status_failed (status))
    return status;
  int64_t offset = after == NULL ? 0 : strtoll (after[0], NULL, 10);
  bool now = strcmp (counting->known_at, "infinity") == 0;
  DbResult *rows;
  status = db_run (
      call->db, call, now ? &sql_report_members : &sql_report_members_known,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("organ_id", counting->organ_id),
                 db_text ("organisation_id", organisation_id), db_text ("type_id", counting->type_id),
                 db_text ("on", hierarchy_sql_day (call, counting->on)),
                 db_text ("from", hierarchy_sql_day (call, counting->from)),
                 db_text ("known_at", counting->known_at), db_integer ("offset", offset),
                 db_integer ("limit", (int64_t)size + 1)),
      &rows);
  if (status_failed (status))
    return status;
  counting->counts = db_read_rows (call, rows, &member_count__descriptor, &counting->count);
  if (counting->count > size) {
    const char *values[] = {memory_format (call, "%" PRId64, offset + (int64_t)size)};
    counting->count = size;
    counting->next = call_seal_page (call, counting->request, values, 1);
  }
  return STATUS_SUCCESS;
}

Status
list_member_counts (Call *call, const ListMemberCountsRequest *request, ListMemberCountsResponse *reply)
{
  Day on = hierarchy_day (request->on, call->today);
  Counting counting = {.call = call,
                       .request = &request->base,
                       .organ_id = request->organ_id,
                       .type_id = request->type_id,
                       .page_token = request->page_token,
                       .on = on,
                       .from = on,
                       .known_at = hierarchy_known_at (call, request->as_known_on),
                       .page_size = request->page_size,
                       .next = ""};
  Status status = count_members (&counting);
  for (size_t i = 0; i < counting.count; i++) /* a day has no period */
    counting.counts[i]->before = counting.counts[i]->joined = counting.counts[i]->left = 0;
  reply->counts = counting.counts;
  reply->n_counts = counting.count;
  reply->next_page_token = counting.next;
  return status;
}

static Status
check_period (Call *call, const char *from, const char *to)
{
  if (hierarchy_day (from, DAY_MIN) < hierarchy_day (to, DAY_MIN))
    return STATUS_SUCCESS;
  return status_field (call, "to", "PERIOD_REVERSED", "The period ends before it begins");
}

Status
list_change_counts (Call *call, const ListChangeCountsRequest *request, ListChangeCountsResponse *reply)
{
  Counting counting = {.call = call,
                       .request = &request->base,
                       .organ_id = request->organ_id,
                       .type_id = request->type_id,
                       .page_token = request->page_token,
                       .on = hierarchy_day (request->to, call->today) - 1,
                       .from = hierarchy_day (request->from, call->today),
                       .known_at = hierarchy_known_at (call, request->as_known_on),
                       .page_size = request->page_size,
                       .next = ""};
  Status status = check_period (call, request->from, request->to);
  if (!status_failed (status))
    status = count_members (&counting);
  reply->counts = counting.counts;
  reply->n_counts = counting.count;
  reply->next_page_token = counting.next;
  return status;
}

/* ---- who joined and left ---- */

static Status
check_change (Call *call, const char *change)
{
  if (*change == '\0' || strcmp (change, "joined") == 0 || strcmp (change, "left") == 0)
    return STATUS_SUCCESS;
  return status_field (call, "change", "UNKNOWN_CHANGE", "Is neither joined nor left");
}

Status
list_member_changes (Call *call, const ListMemberChangesRequest *request, ListMemberChangesResponse *reply)
{
  const char *organisation_id = "", *const *after = NULL;
  size_t size = request->page_size == 0 ? CHANGES_DEFAULT : request->page_size;
  Status status = check_period (call, request->from, request->to);
  if (!status_failed (status))
    status = check_change (call, request->change);
  if (!status_failed (status))
    status = find_organisation (call, request->organ_id, &organisation_id);
  if (!status_failed (status))
    status = call_open_page (call, &request->base, request->page_token, 4, &after);
  if (status_failed (status))
    return status;
  DbResult *rows;
  const char *known_at = hierarchy_known_at (call, request->as_known_on);
  bool now = strcmp (known_at, "infinity") == 0;
  status = db_run (call->db, call, now ? &sql_report_changes : &sql_report_changes_known,
                   DB_VALUES (db_text ("federation_id", call->federation_id),
                              db_text ("organ_id", request->organ_id), db_text ("type_id", request->type_id),
                              db_text ("from", request->from), db_text ("to", request->to),
                              db_text ("change", request->change), db_text ("known_at", known_at),
                              db_text_or_null ("after_person", after == NULL ? NULL : after[0]),
                              db_text_or_null ("after_type", after == NULL ? NULL : after[1]),
                              db_text_or_null ("after_day", after == NULL ? NULL : after[2]),
                              db_text_or_null ("after_change", after == NULL ? NULL : after[3]),
                              db_integer ("limit", (int64_t)size + 1)),
                   &rows);
  if (status_failed (status))
    return status;
  reply->changes = db_read_rows (call, rows, &member_change__descriptor, &reply->n_changes);
  if (reply->n_changes > size) {
    const MemberChange *last = reply->changes[size - 1];
    const char *values[] = {last->person_id, last->type_id, last->on, last->change};
    reply->n_changes = size;
    reply->next_page_token = call_seal_page (call, &request->base, values, 4);
  }
  return STATUS_SUCCESS;
}

/* ---- an organ's history ---- */

Status
list_organ_history (Call *call, const ListOrganHistoryRequest *request, ListOrganHistoryResponse *reply)
{
  const char *organisation_id = "", *const *before = NULL;
  size_t size = request->page_size == 0 ? HISTORY_DEFAULT : request->page_size;
  Status status = find_organisation (call, request->organ_id, &organisation_id);
  if (!status_failed (status))
    status = call_open_page (call, &request->base, request->page_token, 2, &before);
  if (status_failed (status))
    return status;
  DbResult *rows;
  status = db_run (call->db, call, &sql_report_history,
                   DB_VALUES (db_text ("federation_id", call->federation_id),
                              db_text ("organ_id", request->organ_id),
                              db_text_or_null ("before", before == NULL ? NULL : before[0]),
                              db_text_or_null ("before_time", before == NULL ? NULL : before[1]),
                              db_integer ("limit", (int64_t)size + 1)),
                   &rows);
  if (status_failed (status))
    return status;
  reply->records = db_read_rows (call, rows, &organ_record__descriptor, &reply->n_records);
  for (size_t row = 0; row < reply->n_records; row++) {
    if (strcmp (reply->records[row]->kind, "rule") != 0)
      continue;
    const Rule *rule = rules_unpack (call, db_byte_value (call, rows, row, "nodes"));
    reply->records[row]->text = words_rule (call, hierarchy_language (call), rule->nodes, rule->n_nodes);
  }
  if (reply->n_records > size) {
    const OrganRecord *last = reply->records[size - 1];
    const char *values[] = {last->record_id, last->record_time};
    reply->n_records = size;
    reply->next_page_token = call_seal_page (call, &request->base, values, 2);
  }
  return STATUS_SUCCESS;
}
