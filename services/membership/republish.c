/* The snapshot: every person told again, with every fact ever known of them. For a follower that is behind
 * the retention of events, or whose copy is in doubt. */
#include "heimo/membership/v1/membership_events.pb-c.h"
#include "membership_sql.h"
#include "runs.h"

#include <string.h>

#define PERSONS_A_STEP 200
#define PLACES_A_STEP 500

/* The facts of the persons of a step, sorted by person. */
typedef struct Told {
  DbResult *persons;
  DbResult *facts;
} Told;

static Status
load (Call *call, const char *after, Told *told)
{
  DbValue federation = db_text ("federation_id", call->federation_id);
  Status status =
      db_run (call->db, call, &sql_republish_persons,
              DB_VALUES (federation, db_text_or_null ("after", after), db_integer ("limit", PERSONS_A_STEP)),
              &told->persons);
  if (status_failed (status))
    return status;
  size_t count = db_row_count (told->persons);
  const char **ids = memory_array (call, const char *, count + 1);
  for (size_t row = 0; row < count; row++)
    ids[row] = db_value (told->persons, row, "person_id");
  return db_run (call->db, call, &sql_republish_facts,
                 DB_VALUES (federation, db_texts ("person_ids", ids, count)), &told->facts);
}

/* Raises the event of one person; `fact_row` moves over the rows of the person's facts. */
static void
tell_person (Call *call, const Told *told, size_t row, size_t *fact_row)
{
  void *scratch = memory_context (call);
  PersonChanged event = PERSON_CHANGED__INIT;
  PersonDisplay display = PERSON_DISPLAY__INIT;
  db_read_row (scratch, told->persons, row, &display.base);
  event.person_id = db_value (told->persons, row, "person_id");
  event.record_time = call_time_text (call);
  event.display = &display;
  event.complete = true;
  size_t first = *fact_row, end = first, count = db_row_count (told->facts);
  while (end < count && strcmp (db_value (told->facts, end, "person_id"), event.person_id) == 0)
    end++;
  event.recorded = memory_array (scratch, Fact *, end - first + 1);
  for (size_t i = first; i < end; i++) {
    Fact *fact = event.recorded[event.n_recorded++] = memory_new (scratch, Fact);
    fact__init (fact);
    db_read_row (scratch, told->facts, i, &fact->base);
  }
  *fact_row = end;
  call_raise_event (call, event.person_id, &event.base);
  talloc_free (scratch);
}

/* Who has been erased since the follower looked. They go with the gazetteer: there are few. */
static Status
tell_erased (Call *call)
{
  DbResult *rows;
  const char *after = "";
  do {
    Status status =
        db_run (call->db, call, &sql_erase_list,
                DB_VALUES (db_text ("federation_id", call->federation_id), db_text_or_null ("after", after),
                           db_integer ("limit", PERSONS_A_STEP)),
                &rows);
    if (status_failed (status))
      return status;
    for (size_t row = 0; row < db_row_count (rows); row++)
      erase_raise_event (call, after = db_value (rows, row, "person_id"));
  } while (db_row_count (rows) == PERSONS_A_STEP);
  return STATUS_SUCCESS;
}

/* The gazetteer goes first, in one step: it is small. */
static Status
tell_places (Call *call)
{
  DbResult *rows;
  size_t count;
  Status status = db_run (call->db, call, &sql_republish_places,
                          DB_VALUES (db_text ("federation_id", call->federation_id)), &rows);
  if (status_failed (status))
    return status;
  Place **places = db_read_rows (call, rows, &place__descriptor, &count);
  for (size_t first = 0; first < count; first += PLACES_A_STEP) {
    PlacesRecorded event = PLACES_RECORDED__INIT;
    event.places = places + first;
    event.n_places = count - first < PLACES_A_STEP ? count - first : PLACES_A_STEP;
    call_raise_event (call, "gazetteer", &event.base);
  }
  return STATUS_SUCCESS;
}

Status
republish_step (Call *call, RunStep *step)
{
  Told told;
  Status status = *step->cursor == '\0' ? tell_places (call) : STATUS_SUCCESS;
  if (!status_failed (status) && *step->cursor == '\0')
    status = tell_erased (call);
  if (!status_failed (status))
    status = load (call, step->cursor, &told);
  if (status_failed (status))
    return status;
  size_t fact_row = 0, count = db_row_count (told.persons);
  for (size_t row = 0; row < count; row++)
    tell_person (call, &told, row, &fact_row);
  if (count > 0)
    step->cursor = db_value (told.persons, count - 1, "person_id");
  step->processed = step->succeeded = count;
  step->done = count < PERSONS_A_STEP;
  return STATUS_SUCCESS;
}
