/* Run threads: they take runs that nobody works on and carry them out step by step.
 *
 * A step is one transaction: the work, the cursor, the counts, the outcomes and the events. A replica holds a
 * run by a lease; when it dies, another goes on from the last committed step. The first run thread is also
 * the scheduler (a row for each name and day decides which replica starts the work) and the housekeeper of
 * the common tables.
 */
#include <malloc.h>
#include <string.h>
#include <time.h>

#include "core/id.h"
#include "core/log.h"
#include "db_sql.h"
#include "service/private.h"

#define STEP_TIMEOUT_MS 60000
#define IDLE_MS 1000
#define SCHEDULE_EVERY_US INT64_C (20000000)
#define STATISTICS_EVERY_US INT64_C (10000000)
#define HOUSEKEEPING_EVERY_US INT64_C (600000000)

struct RunThread {
  pthread_t thread;
  Process *process;
  size_t index;
  void *root;
  Db *db;
  const char *worker; /* who holds the lease */
  int64_t next_schedule, next_statistics, next_housekeeping;
};

/* Outcomes of one step, column by column, for one insert. */
struct RunOutcomes {
  size_t count;
  int64_t *positions, *parts;
  const char **subjects, **results, **fields, **reasons, **descriptions;
};

static void
grow (RunOutcomes *rows)
{
  size_t capacity = rows->positions == NULL ? 0 : talloc_array_length (rows->positions);
  if (rows->count < capacity)
    return;
  unsigned size = capacity == 0 ? 64 : (unsigned)capacity * 2;
  const char ***columns[] = {&rows->subjects, &rows->results, &rows->fields, &rows->reasons,
                             &rows->descriptions};
  rows->positions = memory_must (talloc_realloc (rows, rows->positions, int64_t, size));
  rows->parts = memory_must (talloc_realloc (rows, rows->parts, int64_t, size));
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    *columns[i] = memory_must (talloc_realloc (rows, *columns[i], const char *, size));
}

void
run_outcome (RunStep *step, uint64_t position, const char *subject, const char *result, const char *field,
             const char *reason, const char *description)
{
  RunOutcomes *rows = step->outcomes;
  grow (rows);
  size_t n = rows->count++;
  bool same = n > 0 && rows->positions[n - 1] == (int64_t)position;
  rows->positions[n] = (int64_t)position;
  rows->parts[n] = same ? rows->parts[n - 1] + 1 : 0;
  rows->subjects[n] = memory_string (rows, subject);
  rows->results[n] = memory_string (rows, result);
  rows->fields[n] = memory_string (rows, field);
  rows->reasons[n] = memory_string (rows, reason);
  rows->descriptions[n] = memory_string (rows, description);
}

RunOutcomes *
run_outcomes_new (void *owner)
{
  return memory_new (owner, RunOutcomes);
}

Status
run_outcomes_store (Call *call, const char *run_id, const RunOutcomes *rows)
{
  if (rows->count == 0)
    return STATUS_SUCCESS;
  size_t n = rows->count;
  return db_run (call->db, call, &sql_run_outcome_insert,
                 DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("run_id", run_id),
                            db_integers ("positions", rows->positions, n),
                            db_integers ("parts", rows->parts, n), db_texts ("subjects", rows->subjects, n),
                            db_texts ("results", rows->results, n), db_texts ("fields", rows->fields, n),
                            db_texts ("reasons", rows->reasons, n),
                            db_texts ("descriptions", rows->descriptions, n)),
                 NULL);
}

static const RunType *
find_type (const Process *process, const char *name)
{
  for (const RunType *type = process->service->run_types; type != NULL && type->name != NULL; type++)
    if (strcmp (type->name, name) == 0)
      return type;
  return NULL;
}

/* A run taken by this thread. */
typedef struct Taken {
  const char *federation_id;
  const char *run_id;
} Taken;

static Status
end_run (Call *call, const RunType *type, const Run *run, RunState state, Status why)
{
  Status status = STATUS_SUCCESS;
  if (type->ended != NULL)
    status = type->ended (call, run, state);
  if (status_failed (status))
    return status;
  return db_run (call->db, call, &sql_run_end,
                 DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("run_id", run->run_id),
                            db_integer ("state", state),
                            db_text ("error", status_failed (why) ? why.detail->message : ""),
                            db_text ("error_reason", status_failed (why) ? why.detail->reason : "")),
                 NULL);
}

static Status
advance (Call *call, const RunType *type, const RunStep *step)
{
  Status status = run_outcomes_store (call, step->run->run_id, step->outcomes);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_run_advance,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("run_id", step->run->run_id), db_text ("cursor", step->cursor),
                                db_integer ("total", (int64_t)step->total),
                                db_integer ("processed", (int64_t)step->processed),
                                db_integer ("succeeded", (int64_t)step->succeeded),
                                db_integer ("skipped", (int64_t)step->skipped),
                                db_integer ("failed", (int64_t)step->failed)),
                     NULL);
  if (!status_failed (status) && step->done) {
    Run after = *step->run; /* the counts as they are now, for the end function */
    after.total = step->total > after.total ? step->total : after.total;
    after.processed += step->processed;
    after.succeeded += step->succeeded;
    after.skipped += step->skipped;
    after.failed += step->failed;
    status = end_run (call, type, &after, RUN_STATE__RUN_STATE_SUCCEEDED, STATUS_SUCCESS);
  }
  return status;
}

/* Locks the run and reads it; *held is false when it is no longer ours. */
static Status
lock_run (RunThread *thread, Call *call, const Taken *taken, Run *run, const char **cursor, bool *cancel,
          bool *held)
{
  DbResult *result;
  Status status = db_run (thread->db, call, &sql_run_lock,
                          DB_VALUES (db_text ("federation_id", taken->federation_id),
                                     db_text ("run_id", taken->run_id), db_text ("worker", thread->worker)),
                          &result);
  *held = !status_failed (status) && db_row_count (result) == 1;
  if (!*held)
    return status;
  *cursor = db_value (result, 0, "cursor");
  *cancel = db_number (result, 0, "cancel_requested") != 0;
  return db_run_one (
      thread->db, call, &sql_run_get,
      DB_VALUES (db_text ("federation_id", taken->federation_id), db_text ("run_id", taken->run_id)),
      "RUN_NOT_FOUND", &run->base);
}

typedef enum StepEnd { STEP_MORE, STEP_ENDED, STEP_LOST } StepEnd;

/* A principal for the run's actor. */
static Principal *
run_principal (void *owner, const Process *process, const char *federation_id)
{
  Principal *principal = memory_new (owner, Principal);
  principal__init (principal);
  principal->subject = memory_format (principal, "service:%s", process->service->name);
  principal->federation_id = federation_id;
  return principal;
}

static Status
step_once (RunThread *thread, void *scratch, const Taken *taken, StepEnd *end)
{
  Principal *principal = run_principal (scratch, thread->process, taken->federation_id);
  Call *call = call_new (scratch, thread->process, thread->db, principal, STEP_TIMEOUT_MS);
  Run run = RUN__INIT;
  RunStep step = {.run = &run, .outcomes = run_outcomes_new (call)};
  bool cancel = false, held = false;
  *end = STEP_LOST;
  Status status = db_begin (thread->db, call, STEP_TIMEOUT_MS);
  if (!status_failed (status))
    status = lock_run (thread, call, taken, &run, &step.cursor, &cancel, &held);
  if (status_failed (status) || !held)
    return status;
  principal->subject = run.actor;
  const RunType *type = find_type (thread->process, run.type);
  step.total = run.total;
  if (cancel)
    status = end_run (call, type, &run, RUN_STATE__RUN_STATE_CANCELLED, STATUS_SUCCESS);
  else {
    status = type->step (call, &step);
    if (!status_failed (status))
      status = advance (call, type, &step);
  }
  if (!status_failed (status))
    status = call_commit (call, thread->process);
  if (!status_failed (status))
    *end = cancel || step.done ? STEP_ENDED : STEP_MORE;
  return status;
}

/* Stores why the run failed, in a transaction of its own. */
static Status
fail_run (RunThread *thread, void *scratch, const Taken *taken, Status why)
{
  Principal *principal = run_principal (scratch, thread->process, taken->federation_id);
  Call *call = call_new (scratch, thread->process, thread->db, principal, STEP_TIMEOUT_MS);
  Run run = RUN__INIT;
  const char *cursor;
  bool cancel, held = false;
  Status status = db_begin (thread->db, call, STEP_TIMEOUT_MS);
  if (!status_failed (status))
    status = lock_run (thread, call, taken, &run, &cursor, &cancel, &held);
  if (!status_failed (status) && held) {
    principal->subject = run.actor;
    status = end_run (call, find_type (thread->process, run.type), &run, RUN_STATE__RUN_STATE_FAILED, why);
  }
  if (!status_failed (status) && held)
    status = call_commit (call, thread->process);
  db_rollback (thread->db);
  return status;
}

static void
postpone (RunThread *thread, void *scratch, const Taken *taken)
{
  Status status = db_run (thread->db, scratch, &sql_run_postpone,
                          DB_VALUES (db_text ("federation_id", taken->federation_id),
                                     db_text ("run_id", taken->run_id), db_text ("worker", thread->worker)),
                          NULL);
  if (status_failed (status))
    log_status (LOG_WARNING_LEVEL, "run not postponed", status, "run", taken->run_id,
                NULL); /* the lease will end */
}

static void
carry_out (RunThread *thread, const Taken *taken)
{
  StepEnd end = STEP_MORE;
  while (end == STEP_MORE && !atomic_load (&thread->process->stopping)) {
    void *scratch = memory_context (thread->root);
    Status status = step_once (thread, scratch, taken, &end);
    db_rollback (thread->db);
    if (status_failed (status)) {
      end = STEP_LOST;
      log_status (LOG_WARNING_LEVEL, "run step failed", status, "run", taken->run_id, NULL);
      Status recorded = STATUS_SUCCESS;
      if (status_is_transient (status))
        postpone (thread, scratch, taken);
      else
        recorded = fail_run (thread, scratch, taken, status);
      if (status_failed (recorded)) /* its lease runs out, and somebody tries again */
        log_status (LOG_WARNING_LEVEL, "run cannot be ended", recorded, "run", taken->run_id, NULL);
    }
    talloc_free (scratch);
  }
  if (end == STEP_ENDED)
    log_write (LOG_INFO_LEVEL, "run ended", "run", taken->run_id, NULL);
  if (end == STEP_MORE) { /* stopping: let another replica go on at once */
    void *scratch = memory_context (thread->root);
    postpone (thread, scratch, taken);
    talloc_free (scratch);
  }
}

static Status
take_run (RunThread *thread, void *scratch, Taken *taken, bool *found)
{
  const char *types[32];
  size_t count = 0;
  for (const RunType *type = thread->process->service->run_types;
       type != NULL && type->name != NULL && count < 32; type++)
    types[count++] = type->name;
  DbResult *result;
  *found = false;
  Status status =
      db_run (thread->db, scratch, &sql_run_take,
              DB_VALUES (db_text ("worker", thread->worker), db_texts ("types", types, count)), &result);
  if (status_failed (status) || db_row_count (result) == 0)
    return status;
  *taken = (Taken){db_value (result, 0, "federation_id"), db_value (result, 0, "run_id")};
  *found = true;
  return status;
}

static Status
start_scheduled (RunThread *thread, void *scratch, const Schedule *schedule)
{
  Principal principal = PRINCIPAL__INIT;
  principal.subject = "automatic";
  principal.federation_id = thread->process->settings->federation;
  Call *call = call_new (scratch, thread->process, thread->db, &principal, STEP_TIMEOUT_MS);
  int64_t due = clock_midnight (call->clock, call->today) +
                ((int64_t)schedule->hour * 60 + schedule->minute) * 60000000;
  if (call->now < due)
    return STATUS_SUCCESS;
  char day[DAY_TEXT_SIZE];
  day_format (call->today, day);
  DbResult *result;
  const char *run_id;
  Status status = db_begin (thread->db, call, STEP_TIMEOUT_MS);
  if (!status_failed (status))
    status = db_run (thread->db, call, &sql_schedule_claim,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("name", schedule->name), db_text ("day", day)),
                     &result);
  if (!status_failed (status) && db_row_count (result) == 1) {
    status = call_start_run (call, schedule->run_type, "", day, "", "", &run_id);
    if (!status_failed (status))
      status = call_commit (call, thread->process);
  }
  db_rollback (thread->db);
  return status;
}

static void
look_at_schedule (RunThread *thread, void *scratch)
{
  int64_t now = clock_monotonic (thread->process->clock);
  const Schedule *schedules = thread->process->service->schedules;
  if (thread->index != 0 || now < thread->next_schedule || *thread->process->settings->federation == '\0')
    return;
  thread->next_schedule = now + SCHEDULE_EVERY_US;
  for (const Schedule *schedule = schedules; schedule != NULL && schedule->name != NULL; schedule++) {
    Status status = start_scheduled (thread, scratch, schedule);
    if (status_failed (status))
      log_status (LOG_WARNING_LEVEL, "schedule not looked at", status, "schedule", schedule->name, NULL);
  }
}

/* Often, for a table without statistics makes its readers slow. Replicas may do it at the same time: the
 * second waits for the first and finds nothing left, or does it again. */
static void
gather_statistics (RunThread *thread, void *scratch)
{
  int64_t now = clock_monotonic (thread->process->clock);
  if (thread->index != 0 || now < thread->next_statistics)
    return;
  thread->next_statistics = now + STATISTICS_EVERY_US;
  Status status = db_run (thread->db, scratch, &sql_statistics_gather, NULL, 0, NULL);
  if (status_failed (status))
    log_status (LOG_WARNING_LEVEL, "statistics not gathered", status, NULL);
}

static void
keep_house (RunThread *thread, void *scratch)
{
  int64_t now = clock_monotonic (thread->process->clock);
  if (thread->index != 0 || now < thread->next_housekeeping)
    return;
  thread->next_housekeeping = now + HOUSEKEEPING_EVERY_US;
  char before[CLOCK_TEXT_SIZE];
  clock_format (clock_now (thread->process->clock) -
                    thread->process->settings->retention_days * INT64_C (86400000000),
                before);
  Status status = db_run (thread->db, scratch, &sql_idempotency_expire, NULL, 0, NULL);
  if (!status_failed (status))
    status = db_run (thread->db, scratch, &sql_event_expire, DB_VALUES (db_text ("before", before)), NULL);
  if (status_failed (status))
    log_status (LOG_WARNING_LEVEL, "housekeeping failed", status, NULL);
}

static void
wait_for_run (Process *process)
{
  struct timespec until;
  clock_gettime (CLOCK_REALTIME, &until);
  until.tv_sec += IDLE_MS / 1000;
  pthread_mutex_lock (&process->run_mutex);
  if (process->run_wakeups == 0 && !atomic_load (&process->stopping))
    pthread_cond_timedwait (&process->run_wake, &process->run_mutex, &until);
  if (process->run_wakeups > 0)
    process->run_wakeups--;
  pthread_mutex_unlock (&process->run_mutex);
}

static void *
run_main (void *arg)
{
  RunThread *thread = arg;
  Process *process = thread->process;
  thread->root = thread_root ("run");
  thread->db = db_new (thread->root, process->settings->database, process->service->constraints);
  thread->worker = id_new_text (thread->root, clock_now (process->clock));
  while (!atomic_load (&process->stopping)) {
    void *scratch = memory_context (thread->root);
    Taken taken;
    bool found = false;
    Status status = take_run (thread, scratch, &taken, &found);
    atomic_store (&process->database_ok, !status_failed (status));
    if (found) {
      carry_out (thread, &taken);
      malloc_trim (0); /* a run may have needed much more than what comes after it */
    }
    if (!status_failed (status)) {
      look_at_schedule (thread, scratch);
      gather_statistics (thread, scratch);
      keep_house (thread, scratch);
    }
    talloc_free (scratch);
    if (!found)
      wait_for_run (process);
  }
  talloc_free (thread->root);
  return NULL;
}

void
runs_wake (Process *process)
{
  pthread_mutex_lock (&process->run_mutex);
  process->run_wakeups++;
  pthread_cond_broadcast (&process->run_wake);
  pthread_mutex_unlock (&process->run_mutex);
}

void
runs_start (Process *process)
{
  size_t count = (size_t)process->settings->run_threads;
  process->runs = memory_array (process, RunThread, count);
  for (size_t i = 0; i < count; i++) {
    process->runs[i].process = process;
    process->runs[i].index = i;
    pthread_create (&process->runs[i].thread, NULL, run_main, &process->runs[i]);
  }
}

void
runs_stop (Process *process)
{
  runs_wake (process);
  for (int64_t i = 0; i < process->settings->run_threads; i++)
    pthread_join (process->runs[i].thread, NULL);
}
