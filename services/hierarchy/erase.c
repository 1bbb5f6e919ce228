/* See erase.h. */
#include "erase.h"

#include "heimo/hierarchy/v1/hierarchy_events.pb-c.h"

static Status
run_for_all (const Erasure *erasure, const DbQuery *query, DbResult **rows)
{
  Call *call = erasure->call;
  return db_run (call->db, call, query,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_texts ("person_ids", erasure->person_ids, erasure->count)),
                 rows);
}

Status
erase_begin (Erasure *erasure)
{
  if (erasure->count == 0)
    return STATUS_SUCCESS;
  Status status = run_for_all (erasure, &sql_erase_names, &erasure->names);
  return status_failed (status) ? status : run_for_all (erasure, &sql_erase_known, NULL);
}

Status
erase_end (Erasure *erasure)
{
  Call *call = erasure->call;
  const char *run_id;
  if (erasure->count == 0)
    return STATUS_SUCCESS;
  Status status = run_for_all (erasure, &sql_erase_persons, NULL);
  for (size_t row = 0; row < db_row_count (erasure->names) && !status_failed (status); row++)
    status = plans_erase (call, db_value (erasure->names, row, "person_id"),
                          db_value (erasure->names, row, "given_name"),
                          db_value (erasure->names, row, "family_name"));
  for (size_t i = 0; i < erasure->count && !status_failed (status); i++)
    status =
        call_start_run (call, "person-erase", erasure->person_ids[i], "", "", call_time_text (call), &run_id);
  return status;
}

Status
erase_step (Call *call, RunStep *step)
{
  MembershipsChanged event = MEMBERSHIPS_CHANGED__INIT;
  event.person_id = step->run->subject;
  event.record_time = step->cursor;
  step->done = true;
  step->total = step->processed = step->succeeded = 1;
  return db_run (call->db, call, &sql_erase_events,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_text ("person_id", step->run->subject), db_text ("before", step->cursor),
                            db_bytes ("payload", memory_pack (call, &event.base))),
                 NULL);
}
