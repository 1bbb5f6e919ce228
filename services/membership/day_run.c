/* The day's run: persons whose future-dated change has come get their row of today; faces whose days are over
 * are looked up again; uploads that nobody can need any more are removed. */
#include "runs.h"

#include "card.h"
#include "import_plan.h"
#include "membership_sql.h"
#include "persons.h"

enum { BATCH = 200, FACES = 2000, EXPIRE_PARTS = 200, EXPIRE_ROWS = 5000 };

/* Removes a bounded number of parts and rows of old imports; *removed says how many. */
static Status
expire_imports (Call *call, size_t *removed)
{
  static const struct {
    const DbQuery *query;
    int64_t limit;
  } kinds[] = {{&sql_import_expire_parts, EXPIRE_PARTS}, {&sql_import_expire_rows, EXPIRE_ROWS}};
  char before[CLOCK_TEXT_SIZE];
  clock_format (call->now - (IMPORT_DAYS + 1) * INT64_C (86400000000), before);
  *removed = 0;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    DbResult *result;
    Status status = db_run (call->db, call, kinds[i].query,
                            DB_VALUES (db_text ("federation_id", call->federation_id),
                                       db_text ("before", before), db_integer ("limit", kinds[i].limit)),
                            &result);
    if (status_failed (status))
      return status;
    *removed += db_row_count (result);
  }
  return STATUS_SUCCESS;
}

/* Not a change of the person: nobody is told, and the version stays. */
static Status
refresh_faces (Call *call, size_t *refreshed)
{
  DbResult *result;
  Status status = db_run (call->db, call, &sql_person_refresh_faces,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("today", call_today_text (call)), db_integer ("limit", FACES)),
                          &result);
  *refreshed = status_failed (status) ? 0 : db_row_count (result);
  return status;
}

Status
day_step (Call *call, RunStep *step)
{
  size_t removed = 0, refreshed = 0;
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
  if (!status_failed (status))
    status = refresh_faces (call, &refreshed);
  if (!status_failed (status))
    status = expire_imports (call, &removed);
  step->done = !status_failed (status) && count < BATCH && refreshed < FACES && removed == 0;
  return status;
}
