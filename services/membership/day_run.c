/* The day's run: persons whose future-dated change has come get their row of today. */
#include "runs.h"

#include "card.h"
#include "membership_sql.h"
#include "persons.h"

enum { BATCH = 200 };

Status
day_step (Call *call, RunStep *step)
{
  DbResult *result;
  Card **cards;
  size_t found;
  Status status = db_run (call->db, call, &sql_person_due,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("today", call_today_text (call)), db_integer ("limit", BATCH)),
                          &result);
  if (status_failed (status))
    return status;
  size_t count = db_row_count (result);
  const char **ids = memory_array (call, const char *, count + 1);
  for (size_t i = 0; i < count; i++)
    ids[i] = db_value (result, i, "person_id");
  status = cards_load (call, ids, count, &cards, &found);
  for (size_t i = 0; i < found; i++)
    cards[i]->due = true;
  if (!status_failed (status))
    status = cards_save (call, cards, found, "");
  step->processed = step->succeeded = found;
  step->done = count < BATCH;
  return status;
}
