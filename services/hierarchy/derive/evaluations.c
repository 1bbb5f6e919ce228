/* Runs that derive everyone's memberships anew: after a change of organs, types or rules, every night as a
 * proof, and on request. A step is some thousands of persons in order of their ids, streamed and compared
 * without a lock; those that differ are locked and derived. The cursor is the last id and how many persons
 * the next step looks at: few where many differ, so that nobody is compared again and again.
 */
#include "actions/actions.h"
#include "derive/derive.h"
#include "erase.h"
#include "plans/plans.h"
#include "store/load.h"
#include "store/pass.h"

#include <stdlib.h>
#include <string.h>

#include "heimo_hierarchy_handlers.h"

enum {
  DIFFERING_MAX = 2000, /* of them derived in a step; the next one compares the rest again */
  STEP_PERSONS = 500,   /* derived at once */
  OUTCOMES_MAX = 1000   /* of one run; more differences are counted only */
};

#define RE_EVALUATION "re-evaluation"
#define EVALUATION "evaluation"
#define EVALUATION_CORRECTION "evaluation-correction"
#define NIGHTLY_EVALUATION "nightly-evaluation"
#define MEMBER_COUNT "member-count"

/* Where a run is. */
typedef struct Place {
  const char *after; /* id of the last person seen to; "": none yet */
  uint32_t limit;    /* persons that the step looks at */
} Place;

/* Reads "", "ID" or "ID LIMIT". */
static Place
read_place (Call *call, const char *cursor)
{
  const char *space = strchr (cursor, ' ');
  if (space == NULL)
    return (Place){cursor, ROSTER_PERSONS};
  return (Place){memory_string_n (call, cursor, (size_t)(space - cursor)),
                 (uint32_t)strtoul (space, NULL, 10)};
}

static const char *
write_place (Call *call, Place place)
{
  uint32_t limit = place.limit < ROSTER_PERSONS ? place.limit : ROSTER_PERSONS;
  return memory_format (call, "%s %u", place.after, limit);
}

/* What a kind of run does with a difference. */
typedef struct Purpose {
  bool reports;
  bool writes;
} Purpose;

static Purpose
purpose_of (const Run *run)
{
  bool re_evaluation = strcmp (run->type, RE_EVALUATION) == 0;
  return (Purpose){.reports = !re_evaluation,
                   .writes = re_evaluation || strcmp (run->type, EVALUATION_CORRECTION) == 0};
}

static DerivePerson *
read_persons (Call *call, const DbResult *rows)
{
  size_t count = db_row_count (rows);
  DerivePerson *persons = memory_array (call, DerivePerson, count + 1);
  for (size_t row = 0; row < count; row++)
    persons[row] = (DerivePerson){
        .person_id = db_value (rows, row, "person_id"),
        .sort_key = db_byte_value (call, rows, row, "sort_key"),
        .withdrawn = *db_value (rows, row, "withdrawn") == 't',
        .recorded_at = INT64_MIN,
        .since = DAY_MIN,
    };
  return persons;
}

/* Locks persons that differ and compares again: what was read without a lock may have been of two moments. */
static Status
derive_locked (Call *call, const char *const *ids, size_t count, DeriveMode mode, DerivePerson **persons,
               size_t *found)
{
  *found = 0;
  if (count == 0)
    return STATUS_SUCCESS;
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_person_lock,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("person_ids", ids, count)), &rows);
  if (status_failed (status))
    return status;
  *persons = read_persons (call, rows);
  *found = db_row_count (rows);
  return derive (call, *persons, *found, DERIVE_SLOT_RUNS, mode);
}

static Status
derive_again (Call *call, const DerivePerson *persons, size_t count, DeriveMode mode, DerivePerson **again,
              size_t *again_count)
{
  const char **ids = memory_array (call, const char *, count + 1);
  size_t differing = 0;
  for (size_t i = 0; i < count; i++)
    if (persons[i].gone + persons[i].began > 0)
      ids[differing++] = persons[i].person_id;
  return derive_locked (call, ids, differing, mode, again, again_count);
}

static void
report (RunStep *step, const DerivePerson *persons, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    if (persons[i].gone + persons[i].began == 0)
      continue;
    step->failed++;
    if (step->run->failed + step->failed > OUTCOMES_MAX)
      continue;
    char text[100];
    snprintf (text, sizeof text, "%zu rows on record are not derived, %zu derived are not on record",
              persons[i].gone, persons[i].began);
    run_outcome (step, step->run->failed + step->failed, persons[i].person_id, "failed", "", "DIFFERENCE",
                 text);
  }
}

static Status
take_persons (Call *call, const DbQuery *query, const char *after, DbResult **rows)
{
  return db_run (call->db, call, query,
                 DB_VALUES (db_text ("federation_id", call->federation_id), db_text_or_null ("after", after),
                            db_integer ("limit", STEP_PERSONS)),
                 rows);
}

static Status
count_persons (Call *call, RunStep *step)
{
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_evaluation_count,
                          DB_VALUES (db_text ("federation_id", call->federation_id)), &rows);
  if (!status_failed (status))
    step->total = (uint64_t)db_number (rows, 0, "persons");
  return status;
}

/* A step where an organisation's past is what was believed then: derived from the record, a few hundred at
 * once. Evaluating after a change locks everyone; a proof only those that seem to differ, so that nobody
 * waits for it. */
static Status
record_step (Call *call, RunStep *step, Place place, Purpose purpose)
{
  DbResult *rows;
  Status status = take_persons (call, purpose.reports ? &sql_evaluation_persons : &sql_evaluation_lock,
                                place.after, &rows);
  if (status_failed (status))
    return status;
  size_t count = db_row_count (rows);
  DerivePerson *persons = read_persons (call, rows);
  status = derive (call, persons, count, DERIVE_SLOT_RUNS, purpose.reports ? DERIVE_COMPARE : DERIVE_WRITE);
  if (!status_failed (status) && purpose.reports) {
    DerivePerson *again = NULL;
    size_t again_count;
    status = derive_again (call, persons, count, purpose.writes ? DERIVE_WRITE : DERIVE_COMPARE, &again,
                           &again_count);
    if (!status_failed (status))
      report (step, again, again_count);
  }
  if (status_failed (status))
    return status;
  step->processed = count;
  step->done = count < STEP_PERSONS;
  if (count > 0)
    step->cursor = memory_string (call, persons[count - 1].person_id);
  return STATUS_SUCCESS;
}

/* Compares the next persons. *pass is NULL when the model cannot be judged that way. The model is given back
 * before those that differ are derived. */
static Status
compare_next (Call *call, Place place, Pass **pass)
{
  Call *reading = memory_copy (call, call, sizeof *call);
  Compiled *compiled;
  *pass = NULL;
  Status status = compiled_take (reading, &compiled);
  if (!status_failed (status) && pass_can_judge (compiled->model))
    status = pass_over (reading, compiled, place.after, place.limit, pass);
  status = status_copy (call, status);
  if (!status_failed (status) && *pass != NULL)
    talloc_steal (call, *pass);
  talloc_free (reading);
  return status;
}

/* Derives those that differ, as many as a step may. */
static Status
derive_differing (Call *call, RunStep *step, Place place, Purpose purpose, const Pass *pass)
{
  uint32_t count = pass->differing_count < DIFFERING_MAX ? pass->differing_count : DIFFERING_MAX;
  Status status = STATUS_SUCCESS;
  for (uint32_t first = 0; first < count && !status_failed (status); first += STEP_PERSONS) {
    DerivePerson *persons = NULL;
    size_t left = count - first, found;
    status = derive_locked (call, pass->differing + first, left < STEP_PERSONS ? left : STEP_PERSONS,
                            purpose.writes ? DERIVE_WRITE : DERIVE_COMPARE, &persons, &found);
    if (!status_failed (status) && purpose.reports)
      report (step, persons, found);
  }
  if (status_failed (status) || pass->count == 0)
    return status;
  bool all = count == pass->differing_count;
  step->processed = all ? pass->count : pass->positions[count - 1] + 1;
  step->cursor = write_place (call, all ? (Place){pass->last, 2 * place.limit}
                                        : (Place){pass->differing[count - 1], DIFFERING_MAX});
  step->done = all && pass->done;
  return STATUS_SUCCESS;
}

/* After a change of the model, everyone who may have begun to derive with the old one is waited for first;
 * whoever begins later takes the new one. */
static Status
begin_step (Call *call, RunStep *step, Purpose purpose)
{
  Status status = STATUS_SUCCESS;
  if (!purpose.reports && *step->cursor == '\0')
    status = db_run (call->db, call, &sql_evaluation_barrier,
                     DB_VALUES (db_text ("federation_id", call->federation_id)), NULL);
  if (!status_failed (status))
    status = derive_begin (call);
  if (!status_failed (status) && *step->cursor == '\0')
    status = count_persons (call, step);
  return status;
}

static Status
evaluation_step (Call *call, RunStep *step)
{
  Purpose purpose = purpose_of (step->run);
  Place place = read_place (call, step->cursor);
  Pass *pass = NULL;
  Status status = begin_step (call, step, purpose);
  if (!status_failed (status))
    status = compare_next (call, place, &pass);
  if (status_failed (status))
    return status;
  step->done = true;
  status = pass == NULL ? record_step (call, step, place, purpose)
                        : derive_differing (call, step, place, purpose, pass);
  step->succeeded = step->processed - step->failed;
  return status;
}

/* Counts the members of every organ anew, for today. */
static Status
count_step (Call *call, RunStep *step)
{
  const char *today = hierarchy_sql_day (call, call->today);
  static const DbQuery *const queries[] = {&sql_count_lock, &sql_count_clear, &sql_count_all, &sql_count_day,
                                           &sql_store_prune};
  Status status = STATUS_SUCCESS;
  for (size_t i = 0; i < sizeof queries / sizeof (void *) && !status_failed (status); i++)
    status = db_run (call->db, call, queries[i],
                     DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("today", today),
                                db_integer ("slot", DERIVE_SLOT_RUNS)),
                     NULL);
  step->done = true;
  return status;
}

const RunType hierarchy_run_types[] = {
    {.name = RE_EVALUATION, .step = evaluation_step},
    {.name = EVALUATION, .step = evaluation_step},
    {.name = EVALUATION_CORRECTION, .step = evaluation_step},
    {.name = NIGHTLY_EVALUATION, .step = evaluation_step},
    {.name = MEMBER_COUNT, .step = count_step},
    {.name = PLAN_APPLY, .step = plan_apply_step, .ended = plan_apply_ended},
    {.name = PLAN_UNDO, .step = plan_undo_step, .ended = plan_undo_ended},
    {.name = "actions", .step = actions_step},
    {.name = "jubilees", .step = jubilees_step},
    {.name = "person-erase", .step = erase_step},
    {0},
};

/* A run that still waits will see this change too; one that has begun may be past the persons concerned. */
Status
evaluations_start (Call *call)
{
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_evaluation_waiting,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("type", RE_EVALUATION)), &rows);
  if (status_failed (status) || db_row_count (rows) > 0)
    return status;
  const char *run_id;
  return call_start_run (call, RE_EVALUATION, "", "", "", "", &run_id);
}

Status
create_evaluation (Call *call, const CreateEvaluationRequest *request, Run *reply)
{
  const char *run_id;
  Status status = call_start_run (call, request->correct ? EVALUATION_CORRECTION : EVALUATION, "",
                                  hierarchy_sql_day (call, call->today), "", "", &run_id);
  if (!status_failed (status))
    status =
        db_run_one (call->db, call, &sql_evaluation_run,
                    DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("run_id", run_id)),
                    "RUN_NOT_FOUND", &reply->base);
  reply->service = "hierarchy";
  return status;
}
