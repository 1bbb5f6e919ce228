/* Exceptions end with their person; and their list. */
#include "tree/exceptions.h"

#include "tree/record.h"

#include "heimo_hierarchy_handlers.h"

enum { PAGE_DEFAULT = 50 };

/* The rows that are left of those cut; their number in *count. */
static RecordRow *
cut_rows (Call *call, const char *person_id, Day end, const DbResult *rows, size_t *count)
{
  RecordRow *cut = memory_array (call, RecordRow, db_row_count (rows) + 1);
  for (size_t row = 0; row < db_row_count (rows); row++) {
    Day from = db_day (rows, row, "valid_from", DAY_MIN);
    if (from >= end)
      continue;
    RecordContent *content = memory_new (call, RecordContent);
    content->person_id = person_id;
    content->reason = db_value (rows, row, "reason");
    content->author = db_value (rows, row, "author");
    cut[(*count)++] = (RecordRow){.organ_id = db_value (rows, row, "organ_id"),
                                  .other_id = db_value (rows, row, "type_id"),
                                  .valid = {from, end},
                                  .content = content};
  }
  return cut;
}

Status
exceptions_end (Call *call, const char *person_id, const char *end_date, const char *time)
{
  DbResult *rows;
  Day end = hierarchy_day (end_date, DAY_MAX);
  Status status =
      db_run (call->db, call, &sql_exception_of_ended,
              DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("person_id", person_id),
                         db_text ("end_date", hierarchy_sql_day (call, end)), db_text ("time", time)),
              &rows);
  if (status_failed (status) || db_row_count (rows) == 0)
    return status;
  const char **ids = memory_array (call, const char *, db_row_count (rows));
  for (size_t row = 0; row < db_row_count (rows); row++)
    ids[row] = db_value (rows, row, "exception_id");
  size_t count = 0;
  const RecordRow *cut = cut_rows (call, person_id, end, rows, &count);
  Call *then = memory_copy (call, call, sizeof *call); /* recorded when the person's end was */
  if (!clock_parse (time, &then->now))
    return status_error (call, STATUS_INVALID_ARGUMENT, "MALFORMED_EVENT", "The event has no recorded time");
  status = record_supersede (then, RECORD_EXCEPTION, NULL, ids, db_row_count (rows));
  if (!status_failed (status))
    status = record_insert (then, RECORD_EXCEPTION, cut, count);
  return status_copy (call, status);
}

Status
list_membership_exceptions (Call *call, const ListMembershipExceptionsRequest *request,
                            ListMembershipExceptionsResponse *reply)
{
  size_t size = request->page_size == 0 ? PAGE_DEFAULT : request->page_size;
  const char *const *after;
  DbResult *rows;
  Status status = call_open_page (call, &request->base, request->page_token, 1, &after);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_exception_list,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("before", after == NULL ? NULL : after[0]),
                                db_integer ("limit", (int64_t)size + 1), db_message (&request->base)),
                     &rows);
  if (status_failed (status))
    return status;
  reply->exceptions = db_read_rows (call, rows, &membership_exception__descriptor, &reply->n_exceptions);
  if (reply->n_exceptions > size) {
    reply->n_exceptions = size;
    reply->next_page_token =
        call_seal_page (call, &request->base, &(const char *){reply->exceptions[size - 1]->exception_id}, 1);
  }
  return STATUS_SUCCESS;
}
