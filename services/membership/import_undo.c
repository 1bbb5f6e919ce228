/* Taking an import back: persons it made are withdrawn, persons it changed get what it replaced, as new rows.
 * A person whom somebody has changed since is left as they are and told. The cursor is the position of the
 * last row. */
#include "import_plan.h"
#include "membership_sql.h"
#include "runs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { UNDO_ROWS = 500 };

/* One step. */
typedef struct Undoing {
  Call *call;
  RunStep *step;
  const char *import_id;
  const char *apply_run_id;
  DbResult *rows;
  const char **ids; /* to be taken back, with whether the import made them */
  bool *created;
  size_t count;
} Undoing;

static DbValue
federation (const Call *call)
{
  return db_text ("federation_id", call->federation_id);
}

/* When the import was applied: what others recorded from then on is in the way. */
static Status
find_start (Undoing *undoing, const char **since)
{
  DbResult *result;
  Call *call = undoing->call;
  Status status = db_run (call->db, call, &sql_import_run_start,
                          DB_VALUES (federation (call), db_text ("run_id", undoing->apply_run_id)), &result);
  if (!status_failed (status))
    status = membership_found (call, result, "RUN_NOT_FOUND", "run");
  if (!status_failed (status))
    *since = db_value (result, 0, "create_time");
  return status;
}

static Status
load_rows (Undoing *undoing, const char *after, const char *since)
{
  Call *call = undoing->call;
  return db_run (call->db, call, &sql_import_undo_rows,
                 DB_VALUES (federation (call), db_text ("import_id", undoing->import_id),
                            db_text ("after", after), db_integer ("limit", UNDO_ROWS),
                            db_text ("run_id", undoing->apply_run_id), db_text ("since", since),
                            db_text ("undo_run_id", undoing->step->run->run_id)),
                 &undoing->rows);
}

static void
choose (Undoing *undoing)
{
  size_t count = db_row_count (undoing->rows);
  undoing->ids = memory_array (undoing->call, const char *, count + 1);
  undoing->created = memory_array (undoing->call, bool, count + 1);
  for (size_t i = 0; i < count; i++) {
    const char *line = db_value (undoing->rows, i, "line");
    if (db_number (undoing->rows, i, "applied") == 0) {
      undoing->step->skipped++;
      continue;
    }
    if (db_number (undoing->rows, i, "changed") != 0) {
      run_outcome (undoing->step, strtoull (line, NULL, 10), line, "failed", "", "CHANGED_SINCE_IMPORT",
                   "The person has been changed since; undo that first, or leave it");
      undoing->step->failed++;
      continue;
    }
    undoing->created[undoing->count] = db_number (undoing->rows, i, "action") == ROW_CREATE;
    undoing->ids[undoing->count++] = db_value (undoing->rows, i, "person_id");
  }
}

static bool
was_created (const Undoing *undoing, const char *person_id)
{
  for (size_t i = 0; i < undoing->count; i++)
    if (strcmp (undoing->ids[i], person_id) == 0)
      return undoing->created[i];
  return false;
}

/* Takes back the guardianships that the import recorded of these persons, as guardians or as wards; both
 * sides change, also those who are not taken back in this step. */
static Status
take_back_guardians (Undoing *undoing, Card *const *saved, size_t saved_count)
{
  Call *call = undoing->call;
  DbResult *pairs;
  Status status = db_run (call->db, call, &sql_import_undo_guardians,
                          DB_VALUES (federation (call), db_text ("record_time", call_time_text (call)),
                                     db_text ("undo_run_id", undoing->step->run->run_id),
                                     db_text ("run_id", undoing->apply_run_id),
                                     db_texts ("person_ids", undoing->ids, undoing->count)),
                          &pairs);
  if (status_failed (status))
    return status;
  size_t count = db_row_count (pairs);
  const char **persons = memory_array (call, const char *, 2 * count + 1);
  for (size_t i = 0; i < count; i++) {
    persons[2 * i] = db_value (pairs, i, "person_id");
    persons[2 * i + 1] = db_value (pairs, i, "other_id");
  }
  return import_touch_others (call, saved, saved_count, persons, 2 * count);
}

static Status
take_back (Undoing *undoing)
{
  Call *call = undoing->call;
  Card **cards, **changed;
  size_t found, restored = 0;
  Status status = cards_load (call, undoing->ids, undoing->count, &cards, &found);
  if (status_failed (status))
    return status;
  changed = memory_array (call, Card *, found + 1);
  for (size_t i = 0; i < found; i++)
    if (was_created (undoing, cards[i]->person_id))
      card_withdraw (cards[i]);
    else
      changed[restored++] = cards[i];
  status = cards_restore (call, changed, restored, undoing->apply_run_id);
  if (!status_failed (status)) /* first: what the cards take back of it would not be told to the other side */
    status = take_back_guardians (undoing, cards, found);
  if (!status_failed (status))
    status = cards_save (call, cards, found, undoing->step->run->run_id);
  undoing->step->succeeded = found;
  return status;
}

Status
undo_step (Call *call, RunStep *step)
{
  ImportPlan plan;
  const char *since, *after = step->cursor[0] == '\0' ? "0" : step->cursor;
  Undoing undoing = {.call = call, .step = step, .import_id = step->run->subject};
  Status status = import_plan_load (call, undoing.import_id, &plan);
  if (status_failed (status))
    return status;
  undoing.apply_run_id = plan.import.apply_run_id;
  status = find_start (&undoing, &since);
  if (!status_failed (status))
    status = load_rows (&undoing, after, since);
  if (status_failed (status))
    return status;
  choose (&undoing);
  status = take_back (&undoing);
  size_t count = db_row_count (undoing.rows);
  step->total = plan.import.created + plan.import.updated + plan.import.unchanged;
  step->processed = count;
  step->done = count < UNDO_ROWS;
  if (count > 0)
    step->cursor = db_value (undoing.rows, count - 1, "position");
  return status;
}

Status
undo_ended (Call *call, const Run *run, RunState state)
{
  int64_t import_state = state == RUN_STATE__RUN_STATE_SUCCEEDED ? IMPORT_STATE__IMPORT_STATE_UNDONE
                                                                 : IMPORT_STATE__IMPORT_STATE_STOPPED;
  return db_run (
      call->db, call, &sql_import_end,
      DB_VALUES (federation (call), db_text ("import_id", run->subject), db_integer ("state", import_state)),
      NULL);
}
