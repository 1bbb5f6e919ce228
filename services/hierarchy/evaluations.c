/* Runs that derive everyone's memberships anew: after a change of organs, types or rules, every night as a
 * proof, and on request. A step is a few hundred persons in order of their ids; the cursor is the last id.
 */
#include "actions/actions.h"
#include "derive.h"
#include "plans.h"

#include <string.h>

#include "heimo_hierarchy_handlers.h"

enum {
  STEP_PERSONS = 500,
  OUTCOMES_MAX = 1000 /* of one run; more differences are counted only */
};

#define RE_EVALUATION "re-evaluation"
#define EVALUATION "evaluation"
#define EVALUATION_CORRECTION "evaluation-correction"
#define NIGHTLY_EVALUATION "nightly-evaluation"
#define MEMBER_COUNT "member-count"

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

/* Locks those that differ and compares again: what was read without a lock may have been of two moments. */
static Status
derive_again (Call *call, DerivePerson *persons, size_t count, DeriveMode mode, DerivePerson **again,
              size_t *again_count)
{
  const char **ids = memory_array (call, const char *, count + 1);
  size_t differing = 0;
  for (size_t i = 0; i < count; i++)
    if (persons[i].gone + persons[i].began > 0)
      ids[differing++] = persons[i].person_id;
  *again_count = 0;
  if (differing == 0)
    return STATUS_SUCCESS;
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_person_lock,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("person_ids", ids, differing)),
      &rows);
  if (status_failed (status))
    return status;
  *again = read_persons (call, rows);
  *again_count = db_row_count (rows);
  return derive (call, *again, *again_count, DERIVE_SLOT_RUNS, mode);
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

/* Evaluating after a change locks everyone, so that whoever still works with the old model is waited for; a
 * proof only locks those that seem to differ, so that nobody waits for it. */
static Status
evaluation_step (Call *call, RunStep *step)
{
  Purpose purpose = purpose_of (step->run);
  Status status = derive_begin (call);
  if (!status_failed (status) && *step->cursor == '\0')
    status = count_persons (call, step);
  if (status_failed (status))
    return status;
  DbResult *rows;
  status = take_persons (call, purpose.reports ? &sql_evaluation_persons : &sql_evaluation_lock, step->cursor,
                         &rows);
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
  step->succeeded = count - step->failed;
  step->done = count < STEP_PERSONS;
  if (count > 0)
    step->cursor = memory_string (call, persons[count - 1].person_id);
  return STATUS_SUCCESS;
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
