#include "service_world.h"

#include "core/id.h"
#include "service/private.h"

#include <sodium.h>

static const HierarchyConfig config = {.language = "fi", .store_idle = 600};

ServiceWorld *
service_world_new (void *owner)
{
  static const uint8_t key[32] = {1, 2, 3};
  ServiceWorld *world = memory_new (owner, ServiceWorld);
  if (sodium_init () < 0)
    fail_msg ("no sodium");
  world->database = test_database (world, "hierarchy");
  world->db = test_connect (world, world->database, hierarchy_constraints);
  assert_success (clock_manual (world, "Europe/Helsinki", 0, &world->clock));
  principal__init (&world->principal);
  world->principal.subject = "user:test";
  service_world_federation (world, FEDERATION);
  world->process = memory_new (world, Process);
  world->process->clock = world->clock;
  world->process->config = &config;
  world->process->page_key = page_token_key ((Bytes){key, sizeof key});
  service_world_restart (world);
  service_world_day (world, "2026-11-21");
  return world;
}

void
service_world_federation (ServiceWorld *world, const char *federation)
{
  world->federation = world->principal.federation_id = federation;
}

void
service_world_restart (ServiceWorld *world)
{
  talloc_free (world->process->state);
  assert_success (compiled_open (world, &config, world->clock, &world->process->state));
}

void
service_world_day (ServiceWorld *world, const char *text)
{
  Day day;
  assert_int_equal (day_parse (text, &day), DAY_OK);
  clock_set (world->clock, clock_midnight (world->clock, day) + INT64_C (43200000000));
}

Call *
service_world_call (void *owner, ServiceWorld *world)
{
  clock_set (world->clock, clock_now (world->clock) + 1000); /* time passes between commands */
  Call *call = call_new (owner, world->process, world->db, &world->principal, 30000);
  assert_success (db_begin (world->db, call, 30000));
  return call;
}

Status
service_world_end (ServiceWorld *world, Call *call, Status status)
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
  for (const RunType *type = hierarchy_run_types; type->name != NULL; type++)
    if (strcmp (type->name, name) == 0)
      return type;
  fail_msg ("no run type %s", name);
  return NULL;
}

static const char *const put_parameters[] = {"federation_id", "run_id", "cursor", "done", "failed"};
static const DbQuery next = {"test_next_run",
                             "SELECT v.*, r.cursor FROM run_view v JOIN run r USING (federation_id, run_id) "
                             "WHERE v.state IN (1, 2) ORDER BY v.run_id LIMIT 1",
                             0, NULL};
static const DbQuery put = {
    "test_advance",
    "UPDATE run SET cursor = $3, state = CASE WHEN $4 THEN 3 ELSE 2 END, failed = failed + $5 "
    "WHERE federation_id = $1 AND run_id = $2",
    5, put_parameters};

/* One step of the oldest run; false when none is left. */
static bool
one_step (ServiceWorld *world, bool commit, uint64_t *differences)
{
  void *context = memory_context (NULL);
  Call *call = service_world_call (context, world);
  Run run = RUN__INIT;
  DbResult *result;
  assert_success (db_run (world->db, call, &next, NULL, 0, &result));
  bool found = db_row_count (result) > 0;
  Status status = STATUS_SUCCESS;
  if (found) {
    db_read_row (call, result, 0, &run.base);
    RunStep step = {
        .run = &run, .cursor = db_value (result, 0, "cursor"), .outcomes = run_outcomes_new (call)};
    status = find_type (run.type)->step (call, &step);
    if (!status_failed (status))
      status = run_outcomes_store (call, run.run_id, step.outcomes);
    if (!status_failed (status))
      status =
          db_run (world->db, call, &put,
                  DB_VALUES (db_text ("federation_id", world->federation), db_text ("run_id", run.run_id),
                             db_text ("cursor", step.cursor), db_boolean ("done", step.done),
                             db_integer ("failed", (int64_t)step.failed)),
                  NULL);
    if (commit)
      *differences += step.failed;
  }
  if (commit && found)
    assert_success (service_world_end (world, call, status));
  else
    db_rollback (world->db);
  talloc_free (context);
  return found;
}

uint64_t
service_world_runs (ServiceWorld *world, bool crash)
{
  uint64_t differences = 0;
  do {
    if (crash)
      one_step (world, false, &differences);
  } while (one_step (world, true, &differences));
  return differences;
}

static EventRecord *
record_of (Call *call, ServiceWorld *world, const ProtobufCMessage *event, const char *record_time)
{
  EventRecord *record = memory_new (call, EventRecord);
  event_record__init (record);
  Bytes packed = memory_pack (call, event);
  record->seq = ++world->seq;
  record->event_id = id_new_text (call, call->now);
  record->type = event->descriptor->name;
  record->record_time = record_time;
  record->payload = (ProtobufCBinaryData){packed.length, memory_copy (call, packed.data, packed.length)};
  record->federation_id = world->federation;
  return record;
}

Status
service_world_follow (ServiceWorld *world, PersonChanged *const *events, size_t count)
{
  void *context = memory_context (NULL);
  Call *call = service_world_call (context, world);
  EventRecord **records = memory_array (call, EventRecord *, count);
  for (size_t i = 0; i < count; i++)
    records[i] = record_of (call, world, &events[i]->base, events[i]->record_time);
  Status status = service_world_end (world, call, followers_apply (call, records, count));
  talloc_free (context);
  return status;
}

Status
service_world_places (ServiceWorld *world, PlacesRecorded *event)
{
  void *context = memory_context (NULL);
  Call *call = service_world_call (context, world);
  EventRecord *record = record_of (call, world, &event->base, call_time_text (call));
  Status status = service_world_end (world, call, followers_apply (call, &record, 1));
  talloc_free (context);
  return status;
}

char *
service_world_value (ServiceWorld *world, const char *sql)
{
  return test_query (world, world->database, sql);
}
