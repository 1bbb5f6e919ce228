/* Calls by hand. */
#include "world.h"

#include "core/id.h"
#include "membership_sql.h"
#include "service/private.h"

#include <sodium.h>

World *
world_new (void *owner)
{
  World *world = memory_new (owner, World);
  if (sodium_init () < 0)
    fail_msg ("no sodium");
  world->database = test_database (world, "membership");
  world->db = test_connect (world, world->database, membership_constraints);
  assert_success (clock_manual (world, "Europe/Helsinki", 0, &world->clock));
  principal__init (&world->principal);
  world->principal.subject = "user:test";
  world->principal.federation_id = FEDERATION;
  static const uint8_t key[32] = {1, 2, 3};
  const MembershipConfig config = {.data_key = {key, sizeof key}, .collation = "fi"};
  void *state;
  assert_success (membership_open (world, &config, world->clock, &state));
  world->process = memory_new (world, Process);
  world->process->clock = world->clock;
  world->process->state = state;
  world->process->page_key = page_token_key ((Bytes){key, sizeof key});
  world_day (world, "2026-11-21");
  return world;
}

void
world_day (World *world, const char *text)
{
  Day day;
  assert_int_equal (day_parse (text, &day), DAY_OK);
  clock_set (world->clock, clock_midnight (world->clock, day) + 12 * INT64_C (3600000000));
}

Call *
world_call (void *owner, World *world)
{
  /* Time passes between commands. */
  clock_set (world->clock, clock_now (world->clock) + 1000);
  Call *call = call_new (owner, world->process, world->db, &world->principal, 30000);
  assert_success (db_begin (world->db, call, 30000));
  return call;
}

Status
world_end (World *world, Call *call, Status status)
{
  world->events = call->effects->event_count;
  if (!status_failed (status))
    status = call_commit (call, world->process);
  else
    db_rollback (world->db);
  return status_copy (world, status);
}

static const RunType *
find_type (const char *name)
{
  for (const RunType *type = membership_run_types; type->name != NULL; type++)
    if (strcmp (type->name, name) == 0)
      return type;
  fail_msg ("no run type %s", name);
  return NULL;
}

static const char *const get_parameters[] = {"federation_id", "run_id"};
static const char *const put_parameters[] = {"federation_id", "run_id", "cursor", "done"};
static const DbQuery get = {"test_run",
                            "SELECT *, (SELECT cursor FROM run r WHERE r.run_id = v.run_id) AS cursor "
                            "FROM run_view v WHERE federation_id = $1 AND run_id = $2",
                            2, get_parameters};
static const DbQuery put = {"test_advance",
                            "UPDATE run SET cursor = $3, state = CASE WHEN $4 THEN 4 ELSE 2 END "
                            "WHERE federation_id = $1 AND run_id = $2",
                            4, put_parameters};

static Status
one_step (World *world, const char *run_id, bool commit, RunStep *total, bool *done)
{
  void *context = memory_context (world);
  Call *call = world_call (context, world);
  Run run = RUN__INIT;
  DbResult *result;
  const DbValue federation = db_text ("federation_id", FEDERATION), id = db_text ("run_id", run_id);
  assert_success (db_run (world->db, call, &get, DB_VALUES (federation, id), &result));
  db_read_row (call, result, 0, &run.base);
  RunStep step = {.run = &run, .cursor = db_value (result, 0, "cursor"), .outcomes = run_outcomes_new (call)};
  const RunType *type = find_type (run.type);
  Status status = type->step (call, &step);
  if (!status_failed (status))
    status = run_outcomes_store (call, run_id, step.outcomes);
  if (!status_failed (status))
    status = db_run (
        world->db, call, &put,
        DB_VALUES (federation, id, db_text ("cursor", step.cursor), db_boolean ("done", step.done)), NULL);
  *done = step.done || status_failed (status);
  if (!status_failed (status) && step.done && type->ended != NULL)
    status = type->ended (call, &run, RUN_STATE__RUN_STATE_SUCCEEDED);
  if (commit && total != NULL) {
    total->processed += step.processed;
    total->succeeded += step.succeeded;
    total->skipped += step.skipped;
    total->failed += step.failed;
    total->total = step.total > total->total ? step.total : total->total;
  }
  if (commit)
    status = world_end (world, call, status);
  else
    db_rollback (world->db);
  talloc_free (context);
  return status;
}

Status
world_run (World *world, const char *run_id, bool crash, RunStep *total)
{
  bool done = false;
  Status status = STATUS_SUCCESS;
  while (!done) {
    if (crash)
      (void)one_step (world, run_id, false, NULL, &done).code;
    status = one_step (world, run_id, true, total, &done);
  }
  return status;
}

char *
world_value (World *world, const char *sql)
{
  return test_query (world, world->database, sql);
}

const char *
reason_of (Status status)
{
  if (!status_failed (status))
    return "OK";
  return status.detail->violation_count > 0 ? status.detail->violations[0].reason : status.detail->reason;
}
