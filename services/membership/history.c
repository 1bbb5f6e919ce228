/* The history of a person. */
#include "heimo_membership_handlers.h"
#include "membership.h"
#include "membership_sql.h"
#include "persons.h"

Status
list_person_history (Call *call, const ListPersonHistoryRequest *request, ListPersonHistoryResponse *reply)
{
  const char *const *after;
  DbResult *result;
  size_t count, size = request->page_size == 0 ? 100 : request->page_size;
  Status status = call_open_page (call, &request->base, request->page_token, 2, &after);
  if (!status_failed (status))
    status = person_must_exist (call, request->person_id);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_person_history,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("person_id", request->person_id),
                                db_text ("after_time", after == NULL ? "infinity" : after[0]),
                                db_text ("after_tie", after == NULL ? "" : after[1]),
                                db_integer ("limit", (int64_t)size + 1)),
                     &result);
  if (status_failed (status))
    return status;
  reply->entries = db_read_rows (call, result, &history_entry__descriptor, &count);
  reply->n_entries = count > size ? size : count;
  if (count > size)
    reply->next_page_token = call_seal_page (
        call, &request->base,
        (const char *[]){db_value (result, size - 1, "time_text"), db_value (result, size - 1, "tie")}, 2);
  return STATUS_SUCCESS;
}
