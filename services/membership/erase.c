/* Erasing persons: everything on record of them goes, of the past too. In the transaction of the call: the
 * service's own tables, and the event that lets followers do the same. In a run after it: the events that
 * were published before, which are looked for in the whole log. Uploaded files go by their age.
 */
#include "card.h"
#include "heimo/membership/v1/membership_events.pb-c.h"
#include "heimo_membership_handlers.h"
#include "membership_sql.h"
#include "runs.h"

/* All that events say of somebody who is erased. */
static void
fill_event (PersonChanged *event, const char *person_id, const char *record_time)
{
  person_changed__init (event);
  event->person_id = person_id;
  event->record_time = record_time;
  event->complete = true;
  event->erased = true;
}

void
erase_raise_event (Call *call, const char *person_id)
{
  PersonChanged event;
  fill_event (&event, person_id, call_time_text (call));
  call_raise_event (call, person_id, &event.base);
}

/* Locks the person, who may have been withdrawn. */
static Status
take_person (Call *call, const ErasePersonRequest *request)
{
  Card **cards;
  size_t found;
  Status status = cards_load (call, &request->person_id, 1, &cards, &found);
  if (status_failed (status))
    return status;
  if (found == 0)
    return status_error (call, STATUS_NOT_FOUND, "PERSON_NOT_FOUND", "There is no such person");
  return call_check_etag (call, request->etag,
                          memory_format (call, "\"%lld\"", (long long)cards[0]->version));
}

/* Guardians and wards have changed, too. */
static Status
touch_related (Call *call, const char *person_id)
{
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_erase_related,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("person_id", person_id)), &rows);
  if (status_failed (status))
    return status;
  const char **ids = memory_array (call, const char *, db_row_count (rows) + 1);
  for (size_t row = 0; row < db_row_count (rows); row++)
    ids[row] = db_value (rows, row, "person_id");
  return persons_touch (call, ids, db_row_count (rows));
}

Status
erase_person (Call *call, const ErasePersonRequest *request, ErasePersonResponse *reply)
{
  Status status = take_person (call, request);
  if (!status_failed (status))
    status = touch_related (call, request->person_id);
  if (!status_failed (status))
    status = db_run (
        call->db, call, &sql_erase_person,
        DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("person_id", request->person_id),
                   db_text ("reason", request->reason), db_text ("record_time", call_time_text (call)),
                   db_text ("actor", call->principal->subject)),
        NULL);
  if (!status_failed (status))
    status = call_start_run (call, "person-erase", request->person_id, "", "", call_time_text (call),
                             &reply->run_id);
  if (!status_failed (status))
    erase_raise_event (call, request->person_id);
  return status;
}

/* The cursor is the time of the erasure. */
Status
erase_step (Call *call, RunStep *step)
{
  PersonChanged event;
  fill_event (&event, step->run->subject, step->cursor);
  step->done = true;
  step->total = step->processed = step->succeeded = 1;
  return db_run (call->db, call, &sql_erase_events,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_text ("person_id", step->run->subject), db_text ("before", step->cursor),
                            db_bytes ("payload", memory_pack (call, &event.base))),
                 NULL);
}
