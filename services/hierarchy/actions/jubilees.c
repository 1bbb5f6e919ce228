/* Jubilees: awarded by a daily run when a membership has gone on without a break for the years an action
 * names, and withdrawn when a correction takes its ground away. The day counts from the first day of the
 * period, so a gap of one day begins anew.
 */
#include "actions/actions.h"

#include "core/id.h"

#include "heimo/hierarchy/v1/hierarchy_events.pb-c.h"
#include "heimo_hierarchy_handlers.h"

enum { STEP_JUBILEES = 500, PAGE_DEFAULT = 50 };

static Status
find_rows (Call *call, const DbQuery *query, const char *action_id, DbResult **rows)
{
  return db_run (call->db, call, query,
                 DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("action_id", action_id),
                            db_text ("today", hierarchy_sql_day (call, call->today)),
                            db_integer ("limit", STEP_JUBILEES)),
                 rows);
}

static void
raise_jubilee (Call *call, const DbResult *rows, size_t row, const char *jubilee_id, const char *action_id,
               bool withdrawn)
{
  JubileeReached event = JUBILEE_REACHED__INIT;
  event.jubilee_id = jubilee_id;
  event.action_id = action_id;
  event.person_id = db_value (rows, row, "person_id");
  event.organ_id = db_value (rows, row, "organ_id");
  event.type_id = db_value (rows, row, "type_id");
  event.years = (uint32_t)db_number (rows, row, "years");
  event.reached_on = db_value (rows, row, "reached_on");
  event.withdrawn = withdrawn;
  event.record_time = call_time_text (call);
  call_raise_event (call, event.person_id, &event.base);
}

/* Withdraws jubilees without ground, at most a step's worth. */
static Status
withdraw (Call *call, const char *action_id, size_t *count)
{
  DbResult *rows;
  Status status = find_rows (call, &sql_jubilee_groundless, action_id, &rows);
  *count = status_failed (status) ? 0 : db_row_count (rows);
  if (*count == 0)
    return status;
  const char **ids = memory_array (call, const char *, *count);
  for (size_t row = 0; row < *count; row++) {
    ids[row] = db_value (rows, row, "jubilee_id");
    raise_jubilee (call, rows, row, ids[row], action_id, true);
  }
  return db_run (call->db, call, &sql_jubilee_withdraw,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_text ("now", call_time_text (call)), db_texts ("jubilee_ids", ids, *count)),
                 NULL);
}

/* Awards those that are due, at most a step's worth. */
static Status
award (Call *call, const char *action_id, size_t *count)
{
  DbResult *rows;
  Status status = find_rows (call, &sql_jubilee_due, action_id, &rows);
  *count = status_failed (status) ? 0 : db_row_count (rows);
  if (*count == 0)
    return status;
  static const char *const names[] = {"person_id", "organ_id", "type_id", "reached_on"};
  const char **columns[4], **ids = memory_array (call, const char *, *count);
  int64_t *years = memory_array (call, int64_t, *count);
  for (size_t i = 0; i < 4; i++)
    columns[i] = memory_array (call, const char *, *count);
  for (size_t row = 0; row < *count; row++) {
    ids[row] = id_new_text (call, call->now);
    years[row] = db_number (rows, row, "years");
    for (size_t i = 0; i < 4; i++)
      columns[i][row] = db_value (rows, row, names[i]);
    raise_jubilee (call, rows, row, ids[row], action_id, false);
  }
  return db_run (call->db, call, &sql_jubilee_insert,
                 DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("action_id", action_id),
                            db_text ("now", call_time_text (call)), db_texts ("jubilee_ids", ids, *count),
                            db_texts ("person_ids", columns[0], *count),
                            db_texts ("organ_ids", columns[1], *count),
                            db_texts ("type_ids", columns[2], *count), db_integers ("years", years, *count),
                            db_texts ("reached_on", columns[3], *count)),
                 NULL);
}

/* The action after `after`; NULL when it was the last, or the run is about one. */
static Status
next_action (Call *call, const RunStep *step, const char *after, const char **action_id)
{
  DbResult *rows;
  *action_id = NULL;
  if (*step->run->subject != '\0') {
    *action_id = *after == '\0' ? step->run->subject : NULL;
    return STATUS_SUCCESS;
  }
  Status status = db_run (
      call->db, call, &sql_jubilee_actions,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text_or_null ("after", after)), &rows);
  if (!status_failed (status) && db_row_count (rows) > 0)
    *action_id = db_value (rows, 0, "action_id");
  return status;
}

/* The cursor is the last action that is finished. */
Status
jubilees_step (Call *call, RunStep *step)
{
  const char *action_id;
  size_t withdrawn = 0, awarded = 0;
  Status status = db_run (call->db, call, &sql_group_lock,
                          DB_VALUES (db_text ("federation_id", call->federation_id)), NULL);
  call_stamp (call);
  if (!status_failed (status))
    status = next_action (call, step, step->cursor, &action_id);
  if (status_failed (status))
    return status;
  step->done = action_id == NULL;
  if (step->done)
    return STATUS_SUCCESS;
  status = withdraw (call, action_id, &withdrawn);
  if (!status_failed (status))
    status = award (call, action_id, &awarded);
  step->processed = step->succeeded = withdrawn + awarded;
  if (withdrawn < STEP_JUBILEES && awarded < STEP_JUBILEES)
    step->cursor = memory_string (call, action_id);
  return status;
}

Status
list_jubilees (Call *call, const ListJubileesRequest *request, ListJubileesResponse *reply)
{
  size_t size = request->page_size == 0 ? PAGE_DEFAULT : request->page_size;
  const char *const *after;
  Status status = call_open_page (call, &request->base, request->page_token, 1, &after);
  if (status_failed (status))
    return status;
  DbResult *rows;
  status = db_run (call->db, call, &sql_jubilee_list,
                   DB_VALUES (db_text ("federation_id", call->federation_id),
                              db_text ("after", after == NULL ? NULL : after[0]),
                              db_integer ("limit", (int64_t)size + 1), db_message (&request->base)),
                   &rows);
  if (status_failed (status))
    return status;
  reply->jubilees = db_read_rows (call, rows, &jubilee__descriptor, &reply->n_jubilees);
  if (reply->n_jubilees > size) {
    reply->n_jubilees = size;
    const char *last = reply->jubilees[size - 1]->jubilee_id;
    reply->next_page_token = call_seal_page (call, &request->base, &last, 1);
  }
  return STATUS_SUCCESS;
}
