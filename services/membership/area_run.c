/* The runs of area changes. Applying: first the gazetteer from the day on, then the addresses of everyone who
 * lives there, 200 persons a step; an address recorded in between is right by itself, see area_cards.c.
 * Undoing: the other way round, person by person what the run replaced, then what was recorded since under
 * the new names. The cursor is the last person, behind SINCE in the second part.
 */
#include "area.h"

#include "heimo/membership/v1/membership_events.pb-c.h"
#include "membership_sql.h"
#include "runs.h"

#include <string.h>

#define SINCE "since:"

enum { STEP_PERSONS = 200, EVENT_PLACES = 500, ALL_PLACES = 10000 };

static Status
load_area (Call *call, const RunStep *step, AreaChange *area)
{
  area_change__init (area);
  return db_run_one (call->db, call, &sql_area_get,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("area_change_id", step->run->subject)),
                     "AREA_CHANGE_NOT_FOUND", &area->base);
}

/* Tells followers the new names, so that rules may name them. */
static Status
raise_places (Call *call, const AreaChange *area)
{
  DbResult *rows;
  Status status =
      db_run (call->db, call, &sql_area_places,
              DB_VALUES (db_text ("federation_id", call->federation_id),
                         db_text ("area_change_id", area->area_change_id), db_text ("after_country", ""),
                         db_text ("after_postal_code", ""), db_integer ("limit", ALL_PLACES)),
              &rows);
  if (status_failed (status))
    return status;
  size_t count;
  Place **places = db_read_rows (call, rows, &place__descriptor, &count);
  for (size_t i = 0; i < count; i++)
    places[i]->valid_from = area->on;
  for (size_t i = 0; i < count; i += EVENT_PLACES) {
    PlacesRecorded event = PLACES_RECORDED__INIT;
    event.places = places + i;
    event.n_places = count - i < EVENT_PLACES ? count - i : EVENT_PLACES;
    call_raise_event (call, "gazetteer", &event.base);
  }
  return STATUS_SUCCESS;
}

static Status
put_gazetteer (Call *call, RunStep *step, const AreaChange *area)
{
  step->total = area->person_count;
  Status status = db_run (call->db, call, &sql_area_gazetteer_put,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("area_change_id", area->area_change_id)),
                          NULL);
  return status_failed (status) ? status : raise_places (call, area);
}

static const char **
persons_of (Call *call, const DbResult *rows)
{
  const char **ids = memory_array (call, const char *, db_row_count (rows) + 1);
  for (size_t row = 0; row < db_row_count (rows); row++)
    ids[row] = db_value (rows, row, "person_id");
  return ids;
}

static void
end_step (RunStep *step, const DbResult *rows)
{
  size_t count = db_row_count (rows);
  step->processed = count;
  step->done = count < STEP_PERSONS;
  if (count > 0)
    step->cursor = db_value (rows, count - 1, "person_id");
}

Status
area_apply_step (Call *call, RunStep *step)
{
  AreaChange area;
  DbResult *rows;
  Card **cards;
  size_t found = 0;
  Status status = load_area (call, step, &area);
  if (!status_failed (status) && *step->cursor == '\0')
    status = put_gazetteer (call, step, &area);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_area_persons,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("area_change_id", area.area_change_id), db_text ("on", area.on),
                                db_text_or_null ("after", step->cursor), db_integer ("limit", STEP_PERSONS)),
                     &rows);
  if (status_failed (status))
    return status;
  status = cards_load (call, persons_of (call, rows), db_row_count (rows), &cards, &found);
  if (!status_failed (status))
    status = area_place_cards (call, cards, found, true);
  if (!status_failed (status))
    status = cards_save (call, cards, found, step->run->run_id);
  step->succeeded = found;
  end_step (step, rows);
  return status;
}

/* Those whose address nothing else has changed since. The others follow with the addresses recorded since. */
static const char **
choose (Call *call, RunStep *step, const DbResult *rows, size_t *count)
{
  const char **ids = persons_of (call, rows);
  *count = 0;
  for (size_t row = 0; row < db_row_count (rows); row++)
    if (*db_value (rows, row, "undone") == 't' || *db_value (rows, row, "changed") == 't')
      step->skipped++;
    else
      ids[(*count)++] = ids[row];
  return ids;
}

/* What the run replaced comes back, person by person. */
static Status
restore_persons (Call *call, RunStep *step, const AreaChange *area, DbResult **rows)
{
  Card **cards;
  size_t count, found;
  Status status =
      db_run (call->db, call, &sql_area_undo_persons,
              DB_VALUES (db_text ("federation_id", call->federation_id),
                         db_text ("run_id", area->apply_run_id), db_text ("undo_run_id", step->run->run_id),
                         db_text_or_null ("after", step->cursor), db_integer ("limit", STEP_PERSONS)),
              rows);
  if (status_failed (status))
    return status;
  const char **ids = choose (call, step, *rows, &count);
  status = cards_load (call, ids, count, &cards, &found);
  if (!status_failed (status))
    status = cards_restore (call, cards, found, area->apply_run_id);
  if (!status_failed (status))
    status = cards_save (call, cards, found, step->run->run_id);
  step->succeeded = found;
  return status;
}

/* Then the addresses that were recorded since, under the names of the change. */
static Status
replace_since (Call *call, RunStep *step, const AreaChange *area, DbResult **rows)
{
  Card **cards;
  size_t found;
  Status status = db_run (call->db, call, &sql_area_since_persons,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("area_change_id", area->area_change_id),
                                     db_text_or_null ("after", step->cursor + strlen (SINCE)),
                                     db_integer ("limit", STEP_PERSONS)),
                          rows);
  if (!status_failed (status))
    status = cards_load (call, persons_of (call, *rows), db_row_count (*rows), &cards, &found);
  if (!status_failed (status))
    status = area_replace_cards (call, cards, found, area->area_change_id);
  if (!status_failed (status))
    status = cards_save (call, cards, found, step->run->run_id);
  step->succeeded = status_failed (status) ? 0 : found;
  return status;
}

Status
area_undo_step (Call *call, RunStep *step)
{
  AreaChange area;
  DbResult *rows;
  bool since = strncmp (step->cursor, SINCE, strlen (SINCE)) == 0;
  Status status = load_area (call, step, &area);
  if (!status_failed (status) && *step->cursor == '\0') {
    step->total = area.person_count;
    status = db_run (call->db, call, &sql_area_gazetteer_take,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("area_change_id", area.area_change_id)),
                     NULL);
  }
  if (!status_failed (status))
    status = since ? replace_since (call, step, &area, &rows) : restore_persons (call, step, &area, &rows);
  if (status_failed (status))
    return status;
  end_step (step, rows);
  if (since && !step->done)
    step->cursor = memory_format (call, "%s%s", SINCE, step->cursor);
  if (!since && step->done) {
    step->cursor = SINCE;
    step->done = false;
  }
  return status;
}

static Status
end_area (Call *call, const Run *run, RunState state, AreaChangeState succeeded)
{
  bool done = state == RUN_STATE__RUN_STATE_SUCCEEDED;
  return db_run (
      call->db, call, &sql_area_state,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("area_change_id", run->subject),
                 db_integer ("state", done ? succeeded : AREA_CHANGE_STATE__AREA_CHANGE_STATE_STOPPED),
                 db_text ("apply_run_id", NULL), db_text ("undo_run_id", NULL)),
      NULL);
}

Status
area_apply_ended (Call *call, const Run *run, RunState state)
{
  return end_area (call, run, state, AREA_CHANGE_STATE__AREA_CHANGE_STATE_APPLIED);
}

Status
area_undo_ended (Call *call, const Run *run, RunState state)
{
  return end_area (call, run, state, AREA_CHANGE_STATE__AREA_CHANGE_STATE_UNDONE);
}
