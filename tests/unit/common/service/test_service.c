/* The skeleton as a whole: a small service in a process of its own, a real PostgreSQL, real sockets, and kill
 * -9.
 *
 * The service has two methods borrowed from the membership contract, follows itself, and has one kind of run.
 * Its "thing" table is the state, "seen" what the follower did, "counted" what the run did.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "../../support/database.h"
#include "bus/bus.h"
#include "core/id.h"
#include "heimo/common/v1/status.pb-c.h"
#include "heimo/membership/v1/membership_events.pb-c.h"
#include "heimo/membership/v1/membership_service.pb-c.h"
#include "heimo/operations/v1/operations_service.pb-c.h"
#include "heimo_api.h"
#include "service/service.h"
#include "test_service_sql.h"

#define FEDERATION "01890000-0000-7000-8000-0000000000f0"
#define STEPS 60

static TestDatabase *database;

/* The service. */

static Status
create_thing (Call *call, const ProtobufCMessage *message, ProtobufCMessage *reply_message)
{
  const CreatePersonRequest *request = (const CreatePersonRequest *)message;
  Person *reply = (Person *)reply_message;
  PersonChanged event = PERSON_CHANGED__INIT;
  reply->person_id = id_new_text (call, call->now);
  reply->given_name = request->person->given_name;
  event.person_id = reply->person_id;
  event.record_time = call_time_text (call);
  if (strcmp (reply->given_name, "broken") == 0)
    return status_error (call, STATUS_INTERNAL, "BROKEN", "secret detail");
  call_raise_event (call, strcmp (reply->given_name, "poison") == 0 ? "poisoned" : reply->person_id,
                    &event.base);
  if (strcmp (reply->given_name, "run") == 0) {
    Status status = call_start_run (call, "count", "", "", "", "0", &reply->key);
    if (status_failed (status))
      return status;
  }
  return db_run (call->db, call, &sql_thing_insert,
                 DB_VALUES (db_text ("thing_id", reply->person_id), db_text ("name", reply->given_name)),
                 NULL);
}

static const char *
gate (void *owner)
{
  return memory_format (owner, "%s.gate", getenv ("HEIMO_TEST_LOG"));
}

static Status
be_slow (Call *call)
{
  Status status = db_run (call->db, call, &sql_counted_insert, DB_VALUES (db_integer ("n", -1)), NULL);
  while (!status_failed (status) && access (gate (call), F_OK) == 0)
    usleep (2000);
  return status;
}

/* A thing called "slow" keeps the worker busy while the gate is closed. */
static Status
get_thing (Call *call, const ProtobufCMessage *message, ProtobufCMessage *reply)
{
  const GetPersonRequest *request = (const GetPersonRequest *)message;
  Status status = db_run_one (call->db, call, &sql_thing_get,
                              DB_VALUES (db_text ("thing_id", request->person_id)), "THING_NOT_FOUND", reply);
  bool slow = !status_failed (status) && strcmp (((Person *)reply)->given_name, "slow") == 0;
  return slow ? be_slow (call) : status;
}

/* The same for several. Replies tell that it was this one, for whom and where. With one called "spoiler"
 * nobody is answered. */
static Status
get_things (Call *call, BatchItem *items, size_t count)
{
  DbResult *result;
  const char **ids = memory_array (call, const char *, count);
  for (size_t i = 0; i < count; i++) {
    ids[i] = ((const GetPersonRequest *)items[i].request)->person_id;
    items[i].status =
        status_error (items[i].call, STATUS_NOT_FOUND, "THING_NOT_FOUND", "There is no such row");
  }
  Status status =
      db_run (call->db, call, &sql_thing_get_batch, DB_VALUES (db_texts ("thing_ids", ids, count)), &result);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (result); row++) {
    BatchItem *item = &items[db_number (result, row, "position") - 1];
    Person *reply = (Person *)item->reply;
    db_read_row (item->call, result, row, &reply->base);
    reply->key = memory_format (item->call, "%zu together", count);
    reply->email = item->call->principal->subject;
    reply->phone = call->federation_id;
    item->status = STATUS_SUCCESS;
    if (strcmp (reply->given_name, "spoiler") == 0)
      status = status_error (call, STATUS_INTERNAL, "SPOILED", "secret detail");
  }
  assert_string_equal (call->principal->subject, "");
  return status;
}

/* While this file is there, what was poisoned can be applied. */
static const char *
cure (void *owner)
{
  return memory_format (owner, "%s.cure", getenv ("HEIMO_TEST_LOG"));
}

static Status
see (Call *call, EventRecord *const *events, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    Status status =
        db_run (call->db, call, &sql_seen_insert,
                DB_VALUES (db_text ("event_id", events[i]->event_id), db_integer ("lane", events[i]->log_id),
                           db_integer ("seq", (int64_t)events[i]->seq)),
                NULL);
    if (status_failed (status))
      return status;
    if (strcmp (events[i]->aggregate_id, "poisoned") == 0 && access (cure (call), F_OK) != 0)
      return status_error (call, STATUS_FAILED_PRECONDITION, "POISON", "cannot be applied");
  }
  return STATUS_SUCCESS;
}

static Status
count_step (Call *call, RunStep *step)
{
  int at = atoi (step->cursor);
  step->total = STEPS;
  step->processed = step->succeeded = 1;
  step->cursor = memory_format (call, "%d", at + 1);
  step->done = at + 1 == STEPS;
  run_outcome (step, (uint64_t)at, "step", "succeeded", "", "", "");
  usleep (5000);
  return db_run (call->db, call, &sql_counted_insert, DB_VALUES (db_integer ("n", at)), NULL);
}

/* Tells every thing again: the snapshot. */
static Status
tell_again (Call *call, RunStep *step)
{
  DbResult *result;
  Status status = db_run (call->db, call, &sql_thing_list, NULL, 0, &result);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (result); row++) {
    PersonChanged event = PERSON_CHANGED__INIT;
    event.person_id = db_value (result, row, "thing_id");
    event.complete = true;
    call_raise_event (call, event.person_id, &event.base);
  }
  step->done = true;
  return status;
}

static ServiceMethod methods[] = {{NULL, create_thing}, {NULL, get_thing}};
static const BatchMethod batches[] = {{"heimo.membership.v1.MembershipService/GetPerson", get_things},
                                      {NULL, NULL}};
static const char *const followed[] = {"heimo.membership.v1.PersonChanged", NULL};
static const Follower followers[] = {{"maker", followed, 20, see}, {NULL, NULL, 0, NULL}};
static const RunType run_types[] = {
    {"count", count_step, NULL}, {"republish", tell_again, NULL}, {NULL, NULL, NULL}};
static const Service maker = {
    .name = "maker",
    .summary = "A service for tests.",
    .methods = methods,
    .method_count = 2,
    .batches = batches,
    .run_types = run_types,
    .republish_run = "republish",
    .followers = followers,
};

/* The test's side. */

typedef struct Fixture {
  void *root;
  pid_t child;
  struct event_base *base;
  Bus *bus;
  BusClient *client;
  Principal principal;
} Fixture;

/* Becomes the service: this program again, for after fork only exec is safe where there are threads. */
static void
become_service (const char *option, const char *value)
{
  execl ("/proc/self/exe", "maker", "--serve", option, value, NULL);
  _exit (3);
}

static void
start_service (Fixture *fixture)
{
  fflush (NULL);
  fixture->child = fork ();
  if (fixture->child == 0) {
    char *arguments[] = {(char *)(uintptr_t) "maker", NULL};
    if (freopen (getenv ("HEIMO_TEST_LOG"), "a", stdout) == NULL)
      _exit (3);
    _exit (service_main (&maker, 1, arguments));
  }
}

static int
end_service (Fixture *fixture, int how)
{
  int code = 0;
  kill (fixture->child, how);
  waitpid (fixture->child, &code, 0);
  return WIFEXITED (code) ? WEXITSTATUS (code) : -WTERMSIG (code);
}

static const char *roles[] = {"registrar"};

static int
open_fixture (void **state)
{
  Fixture *fixture = memory_new (NULL, Fixture);
  char *folder = memory_format (fixture, "%s/bus", database->folder);
  mkdir (folder, 0700);
  setenv ("HEIMO_DATABASE", database->conninfo, 1);
  setenv ("HEIMO_BUS_DIR", folder, 1);
  setenv ("HEIMO_FEDERATION", FEDERATION, 1);
  setenv ("HEIMO_HEALTH", memory_format (fixture, "unix:%s/health", folder), 1);
  setenv ("HEIMO_TEST_LOG", memory_format (fixture, "%s/log", folder), 1);
  /* A service that was killed leaves backends that finish what they had begun: they would be in the way. */
  test_query (
      fixture, database,
      "SELECT count (pg_terminate_backend (pid, 10000)) FROM pg_stat_activity "
      "WHERE datname = current_database () AND pid <> pg_backend_pid () AND backend_type = 'client backend'");
  test_query (
      fixture, database,
      "DROP TABLE IF EXISTS thing, seen, counted; CREATE TABLE thing (thing_id uuid PRIMARY KEY, name text); "
      "CREATE TABLE seen (event_id uuid, lane int, seq bigint, n serial); CREATE TABLE counted (n int); "
      "TRUNCATE event_log, event_cursor, event_parked, event_dropped, idempotency, run, run_outcome; "
      "UPDATE event_head SET last_seq = 0");
  start_service (fixture);
  fixture->base = event_base_new ();
  BusOptions options = {.name = "test", .directory = folder};
  assert_success (bus_open (fixture, &options, &fixture->bus));
  fixture->client = bus_client_new (fixture, fixture->bus, fixture->base, NULL);
  assert_success (bus_client_add_service (fixture->client, "maker", NULL));
  principal__init (&fixture->principal);
  fixture->principal.subject = "local";
  fixture->principal.federation_id = FEDERATION;
  fixture->principal.roles = roles;
  fixture->principal.n_roles = 1;
  *state = fixture;
  return 0;
}

static int
close_fixture (void **state)
{
  Fixture *fixture = *state;
  if (fixture->child > 0)
    end_service (fixture, SIGKILL);
  talloc_free (fixture->client);
  talloc_free (fixture->bus);
  event_base_free (fixture->base);
  talloc_free (fixture);
  return 0;
}

static const BusReply *
call_raw (Fixture *fixture, const char *method, const ProtobufCMessage *message, const char *key)
{
  return bus_client_call_wait (fixture, fixture->client,
                               &(BusRequest){.service = "maker",
                                             .method = method,
                                             .message = message,
                                             .timeout_ms = 8000,
                                             .idempotent = key != NULL,
                                             .principal = &fixture->principal,
                                             .idempotency_key = key});
}

static const BusReply *
create (Fixture *fixture, const char *name, const char *key)
{
  Person person = PERSON__INIT;
  CreatePersonRequest request = CREATE_PERSON_REQUEST__INIT;
  person.given_name = name;
  person.family_name = "x";
  request.person = &person;
  return call_raw (fixture, "heimo.membership.v1.MembershipService/CreatePerson", &request.base, key);
}

/* Creates until it is answered with success: a client that retries with its key. */
static Person *
create_surely (Fixture *fixture, const char *name, const char *key)
{
  for (int attempt = 0; attempt < 100; attempt++) {
    const BusReply *reply = create (fixture, name, key);
    if (!status_failed (reply->status))
      return (Person *)memory_unpack (fixture, &person__descriptor, reply->body);
    usleep (50000);
  }
  fail_msg ("no success in 100 attempts");
  return NULL;
}

/* Waits until the query gives the value; at most 20 s. */
static void
wait_until (Fixture *fixture, const char *sql, const char *value)
{
  const char *last = "";
  for (int i = 0; i < 400; i++) {
    last = test_query (fixture, database, sql);
    if (strcmp (last, value) == 0)
      return;
    usleep (50000);
  }
  fail_msg ("%s is %s, not %s", sql, last, value);
}

static void
a_command_is_stored_with_its_event (void **state)
{
  Fixture *fixture = *state;
  Person *person = create_surely (fixture, "a", NULL);
  GetPersonRequest request = GET_PERSON_REQUEST__INIT;
  request.person_id = person->person_id;
  const BusReply *reply =
      call_raw (fixture, "heimo.membership.v1.MembershipService/GetPerson", &request.base, NULL);
  assert_success (reply->status);
  assert_string_equal (((Person *)memory_unpack (fixture, &person__descriptor, reply->body))->given_name,
                       "a");
  wait_until (fixture, "SELECT count(*) FROM seen", "1");
}

static void
refusals_say_why (void **state)
{
  Fixture *fixture = *state;
  create_surely (fixture, "up", NULL);
  GetPersonRequest request = GET_PERSON_REQUEST__INIT;
  request.person_id = "nonsense";
  const char *get = "heimo.membership.v1.MembershipService/GetPerson";
  assert_failure (call_raw (fixture, get, &request.base, NULL)->status, STATUS_INVALID_ARGUMENT,
                  "INVALID_UUID");
  request.person_id = FEDERATION;
  assert_failure (call_raw (fixture, get, &request.base, NULL)->status, STATUS_NOT_FOUND, "THING_NOT_FOUND");
  Status internal = create (fixture, "broken", NULL)->status;
  assert_failure (internal, STATUS_INTERNAL, "INTERNAL");
  assert_null (strstr (internal.detail->message, "secret"));
  assert_failure (
      call_raw (fixture, "heimo.membership.v1.MembershipService/EndPerson", &request.base, NULL)->status,
      STATUS_UNIMPLEMENTED, "UNKNOWN_METHOD");
  ListEventsRequest events = LIST_EVENTS_REQUEST__INIT;
  assert_failure (call_raw (fixture, "heimo.bus.v1.EventLogService/ListEvents", &events.base, NULL)->status,
                  STATUS_PERMISSION_DENIED, "ACCESS_DENIED");
  fixture->principal.n_roles = 0;
  assert_failure (call_raw (fixture, get, &request.base, NULL)->status, STATUS_PERMISSION_DENIED,
                  "ACCESS_DENIED");
  fixture->principal.n_roles = 1;
  fixture->principal.federation_id = "";
  assert_failure (call_raw (fixture, get, &request.base, NULL)->status, STATUS_INVALID_ARGUMENT, "PRINCIPAL");
  fixture->principal.federation_id = FEDERATION;
}

/* One of several calls that are under way at once. */
typedef struct Asked {
  Fixture *fixture;
  Status status;
  Person *person; /* NULL after a failure */
  bool answered;
} Asked;

static void
on_asked (void *arg, const BusReply *reply)
{
  Asked *asked = arg;
  asked->answered = true;
  asked->status = status_copy (asked->fixture, reply->status);
  if (!status_failed (reply->status))
    asked->person = (Person *)memory_unpack (asked->fixture, &person__descriptor, reply->body);
}

static void
ask (Fixture *fixture, const char *id, const Principal *principal, Asked *asked)
{
  GetPersonRequest request = GET_PERSON_REQUEST__INIT;
  request.person_id = id;
  *asked = (Asked){.fixture = fixture};
  bus_client_call (fixture->client,
                   &(BusRequest){.service = "maker",
                                 .method = "heimo.membership.v1.MembershipService/GetPerson",
                                 .message = &request.base,
                                 .timeout_ms = 8000,
                                 .principal = principal},
                   on_asked, asked);
}

static void
await (Fixture *fixture, const Asked *asked, size_t count)
{
  for (size_t i = 0; i < count; i++)
    while (!asked[i].answered)
      event_base_loop (fixture->base, EVLOOP_ONCE);
}

/* Keeps both workers that take batches busy until the gate is opened, so that what is asked now waits. */
static void
close_gate (Fixture *fixture, const Person *slow, Asked busy[2])
{
  static const char *const counts[] = {"1", "2"};
  FILE *file = fopen (gate (fixture), "w");
  assert_non_null (file);
  fclose (file);
  for (size_t i = 0; i < 2; i++) {
    ask (fixture, slow->person_id, &fixture->principal, &busy[i]);
    event_base_loop (fixture->base, EVLOOP_NONBLOCK); /* the turn in which it is sent */
    wait_until (fixture, "SELECT count(*) FROM counted", counts[i]);
  }
}

/* A call that another worker answers was sent behind those that wait: when it is answered, all of them are
 * there. */
static void
open_gate (Fixture *fixture)
{
  create_surely (fixture, "behind", NULL);
  unlink (gate (fixture));
}

static void
calls_that_wait_are_answered_together (void **state)
{
  Fixture *fixture = *state;
  Principal own = fixture->principal, other = own, powerless = own, abroad = own;
  other.subject = "somebody-else";
  powerless.n_roles = 0;
  abroad.federation_id = "01890000-0000-7000-8000-0000000000f1";
  const Person *slow = create_surely (fixture, "slow", NULL), *thing = create_surely (fixture, "a", NULL),
               *thing2 = create_surely (fixture, "b", NULL);
  const struct {
    const char *id;
    const Principal *principal;
    const char *reason; /* "": answered, with this name and company */
    const char *name, *company;
  } rows[] = {
      {thing->person_id, &own, "", "a", "5 together"},
      {"nonsense", &own, "INVALID_FIELD", "", ""},
      {thing2->person_id, &own, "", "b", "5 together"},
      {FEDERATION, &own, "THING_NOT_FOUND", "", ""},
      {thing->person_id, &abroad, "", "a", "2 together"},
      {thing->person_id, &powerless, "ACCESS_DENIED", "", ""},
      {thing->person_id, &other, "", "a", "5 together"},
      {thing2->person_id, &abroad, "", "b", "2 together"},
      {thing->person_id, &own, "", "a", "5 together"},
  };
  enum { COUNT = sizeof rows / sizeof *rows };
  Asked busy[2], asked[COUNT];
  close_gate (fixture, slow, busy);
  for (size_t i = 0; i < COUNT; i++)
    ask (fixture, rows[i].id, rows[i].principal, &asked[i]);
  open_gate (fixture);
  await (fixture, busy, 2);
  await (fixture, asked, COUNT);
  for (size_t i = 0; i < COUNT; i++) {
    if (rows[i].reason[0] != '\0') {
      assert_string_equal (asked[i].status.detail->reason, rows[i].reason);
      continue;
    }
    assert_success (asked[i].status);
    assert_string_equal (asked[i].person->given_name, rows[i].name);
    assert_string_equal (asked[i].person->key, rows[i].company);
    assert_string_equal (asked[i].person->email, rows[i].principal->subject);
    assert_string_equal (asked[i].person->phone, rows[i].principal->federation_id);
  }
}

static void
what_spoils_a_batch_spoils_one_call (void **state)
{
  Fixture *fixture = *state;
  const Person *slow = create_surely (fixture, "slow", NULL), *thing = create_surely (fixture, "a", NULL),
               *spoiler = create_surely (fixture, "spoiler", NULL);
  Asked busy[2], asked[3];
  close_gate (fixture, slow, busy);
  ask (fixture, thing->person_id, &fixture->principal, &asked[0]);
  ask (fixture, spoiler->person_id, &fixture->principal, &asked[1]);
  ask (fixture, FEDERATION, &fixture->principal, &asked[2]);
  open_gate (fixture);
  await (fixture, busy, 2);
  await (fixture, asked, 3);
  assert_success (asked[0].status);
  assert_string_equal (asked[0].person->key, ""); /* by the ordinary handler */
  assert_success (asked[1].status);
  assert_string_equal (asked[1].person->given_name, "spoiler");
  assert_failure (asked[2].status, STATUS_NOT_FOUND, "THING_NOT_FOUND");
}

static void
a_key_takes_effect_once (void **state)
{
  Fixture *fixture = *state;
  Person *first = create_surely (fixture, "once", "key-1");
  const BusReply *again = create (fixture, "once", "key-1");
  assert_success (again->status);
  assert_true (again->header->replayed);
  assert_string_equal (((Person *)memory_unpack (fixture, &person__descriptor, again->body))->person_id,
                       first->person_id);
  assert_failure (create (fixture, "other", "key-1")->status, STATUS_INVALID_ARGUMENT,
                  "IDEMPOTENCY_KEY_REUSED");
  assert_failure (create (fixture, "broken", "key-2")->status, STATUS_INTERNAL, "INTERNAL");
  assert_string_equal (test_query (fixture, database, "SELECT count(*) FROM idempotency"), "1");
  assert_string_equal (test_query (fixture, database, "SELECT count(*) FROM thing"), "1");
}

/* Dense numbers, and every event seen exactly once and in order within its lane. */
static void
check_events (Fixture *fixture)
{
  wait_until (fixture, "SELECT (SELECT count(*) FROM event_log) - (SELECT count(*) FROM seen)", "0");
  assert_string_equal (test_query (fixture, database,
                                   "SELECT count(*) FROM event_head h WHERE last_seq <> (SELECT count(*) "
                                   "FROM event_log l WHERE l.log_id = "
                                   "h.log_id) OR last_seq <> coalesce((SELECT max(seq) FROM event_log l "
                                   "WHERE l.log_id = h.log_id), 0)"),
                       "0");
  assert_string_equal (test_query (fixture, database, "SELECT count(*) - count(DISTINCT event_id) FROM seen"),
                       "0");
  assert_string_equal (
      test_query (fixture, database,
                  "SELECT count(*) FROM (SELECT seq - lag(seq) OVER (PARTITION BY lane ORDER BY n) AS d "
                  "FROM seen) s WHERE d <> 1"),
      "0");
}

static void
nothing_is_lost_or_doubled_when_it_is_killed (void **state)
{
  Fixture *fixture = *state;
  char key[32];
  for (int i = 0; i < 60; i++) {
    snprintf (key, sizeof key, "kill-%d", i);
    if (i % 6 == 5) {
      end_service (fixture, SIGKILL);
      start_service (fixture);
    }
    create_surely (fixture, "k", key);
  }
  assert_string_equal (test_query (fixture, database, "SELECT count(*) FROM thing"), "60");
  assert_string_equal (test_query (fixture, database, "SELECT count(*) FROM event_log"), "60");
  check_events (fixture);
}

static void
nothing_is_lost_when_postgresql_crashes (void **state)
{
  Fixture *fixture = *state;
  char key[32];
  for (int i = 0; i < 30; i++) {
    snprintf (key, sizeof key, "crash-%d", i);
    if (i % 10 == 5)
      test_database_crash (database);
    create_surely (fixture, "c", key);
  }
  assert_string_equal (test_query (fixture, database, "SELECT count(*) FROM thing"), "30");
  check_events (fixture);
}

static void
a_run_goes_on_where_it_was_killed (void **state)
{
  Fixture *fixture = *state;
  create_surely (fixture, "run", "run-key");
  wait_until (fixture, "SELECT count(*) > 10 FROM counted", "t");
  end_service (fixture, SIGKILL);
  test_query (fixture, database, "UPDATE run SET lease_until = now()"); /* as when half a minute has passed */
  start_service (fixture);
  wait_until (fixture, "SELECT state FROM run", "3");
  assert_string_equal (
      test_query (fixture, database, "SELECT count(*) || '/' || count(DISTINCT n) FROM counted"), "60/60");
  assert_string_equal (
      test_query (fixture, database, "SELECT processed || '/' || total || '/' || succeeded FROM run"),
      "60/60/60");
  assert_string_equal (test_query (fixture, database, "SELECT count(*) FROM run_outcome"), "60");
}

static void
a_run_can_be_stopped (void **state)
{
  Fixture *fixture = *state;
  Person *person = create_surely (fixture, "run", "run-key");
  CancelRunRequest request = CANCEL_RUN_REQUEST__INIT;
  request.service = "maker";
  request.run_id = person->key;
  wait_until (fixture, "SELECT count(*) > 3 FROM counted", "t");
  assert_success (call_raw (fixture, "heimo.common.v1.RunService/CancelRun", &request.base, NULL)->status);
  wait_until (fixture, "SELECT state FROM run", "5");
  assert_string_equal (test_query (fixture, database, "SELECT count(*) < 60 FROM counted"), "t");
}

static void
an_event_that_cannot_be_applied_is_parked_alone (void **state)
{
  Fixture *fixture = *state;
  create_surely (fixture, "before", NULL);
  create_surely (fixture, "poison", NULL);
  create_surely (fixture, "poison", NULL); /* behind it, same aggregate */
  for (int i = 0; i < 20; i++)
    create_surely (fixture, "after", NULL);
  wait_until (fixture, "SELECT count(*) FROM seen", "21");
  wait_until (fixture, "SELECT count(*) FROM event_parked", "2");
  assert_string_equal (
      test_query (fixture, database, "SELECT string_agg(reason, ',' ORDER BY seq) FROM event_parked"),
      "CANNOT_BE_APPLIED,BEHIND_PARKED");
}

/* Asks one of the operators' methods; the reply, or NULL with *status. */
static ProtobufCMessage *
operate (Fixture *fixture, const char *method, const ProtobufCMessage *request,
         const ProtobufCMessageDescriptor *descriptor, Status *status)
{
  static const char *operator_roles[] = {"operator"};
  fixture->principal.roles = operator_roles;
  const BusReply *reply = call_raw (
      fixture, memory_format (fixture, "heimo.operations.v1.OperationsService/%s", method), request, NULL);
  fixture->principal.roles = roles;
  *status = reply->status;
  return status_failed (*status) ? NULL : memory_unpack (fixture, descriptor, reply->body);
}

static Status
retry (Fixture *fixture, const ParkedEvent *event, RetryParkedEventResponse **response)
{
  Status status;
  RetryParkedEventRequest request = RETRY_PARKED_EVENT_REQUEST__INIT;
  request.service = "maker";
  request.source = event->source;
  request.log_id = event->log_id;
  request.seq = event->seq;
  *response = (RetryParkedEventResponse *)operate (fixture, "RetryParkedEvent", &request.base,
                                                   &retry_parked_event_response__descriptor, &status);
  return status;
}

/* The parked events, by pages of one. */
static size_t
list_parked (Fixture *fixture, ParkedEvent *events[4])
{
  ListParkedEventsRequest request = LIST_PARKED_EVENTS_REQUEST__INIT;
  size_t count = 0;
  request.service = "maker";
  request.page_size = 1;
  do {
    Status status;
    const ListParkedEventsResponse *page = (const ListParkedEventsResponse *)operate (
        fixture, "ListParkedEvents", &request.base, &list_parked_events_response__descriptor, &status);
    assert_success (status);
    assert_true (page->n_events <= 1 && count + page->n_events <= 4);
    if (page->n_events == 1)
      events[count++] = page->events[0];
    request.page_token = page->next_page_token;
  } while (*request.page_token != '\0');
  return count;
}

static void
parked_events_are_applied_again_in_their_order (void **state)
{
  Fixture *fixture = *state;
  ParkedEvent *parked[4];
  RetryParkedEventResponse *response;
  create_surely (fixture, "poison", NULL);
  create_surely (fixture, "poison", NULL);
  wait_until (fixture, "SELECT count(*) FROM event_parked", "2");
  assert_int_equal (list_parked (fixture, parked), 2);
  assert_string_equal (parked[1]->reason, "BEHIND_PARKED");
  assert_string_equal (parked[1]->aggregate_id, "poisoned");
  assert_failure (retry (fixture, parked[1], &response), STATUS_FAILED_PRECONDITION, "POISON");
  assert_string_equal (test_query (fixture, database, "SELECT count(*) FROM seen"), "0");
  assert_int_equal (list_parked (fixture, parked), 2);

  fclose (fopen (cure (fixture), "w"));
  assert_success (retry (fixture, parked[1], &response)); /* the one before it goes first */
  assert_int_equal (response->n_events, 2);
  assert_string_equal (
      test_query (fixture, database, "SELECT string_agg(seq::text, ',' ORDER BY n) FROM seen"), "1,2");
  assert_failure (retry (fixture, parked[0], &response), STATUS_NOT_FOUND, "NOT_PARKED");
  create_surely (fixture, "poison", NULL); /* nothing stands before it any more */
  wait_until (fixture, "SELECT count(*) FROM seen", "3");
  assert_int_equal (list_parked (fixture, parked), 0);
  unlink (cure (fixture));
}

static Status
drop (Fixture *fixture, const ParkedEvent *event, const char *reason)
{
  Status status;
  DropParkedEventRequest request = DROP_PARKED_EVENT_REQUEST__INIT;
  request.service = "maker";
  request.source = event->source;
  request.log_id = event->log_id;
  request.seq = event->seq;
  request.reason = reason;
  operate (fixture, "DropParkedEvent", &request.base, &parked_event__descriptor, &status);
  return status;
}

static void
a_dropped_event_leaves_who_and_why (void **state)
{
  Fixture *fixture = *state;
  ParkedEvent *parked[4] = {NULL};
  create_surely (fixture, "poison", NULL);
  create_surely (fixture, "poison", NULL);
  wait_until (fixture, "SELECT count(*) FROM event_parked", "2");
  assert_int_equal (list_parked (fixture, parked), 2);
  if (parked[0] == NULL)
    return; /* it has failed already */
  assert_failure (drop (fixture, parked[0], ""), STATUS_INVALID_ARGUMENT, "REQUIRED");
  assert_failure (drop (fixture, &(ParkedEvent){.source = "other", .seq = 1}, "no such source"),
                  STATUS_NOT_FOUND, "NOT_PARKED");
  assert_success (drop (fixture, parked[0], "cannot be mended"));
  assert_failure (drop (fixture, parked[0], "cannot be mended"), STATUS_NOT_FOUND, "NOT_PARKED");
  assert_string_equal (
      test_query (fixture, database,
                  "SELECT string_agg(concat_ws(' ', source, aggregate_id, actor, reason), ',') "
                  "FROM event_dropped"),
      "maker poisoned local cannot be mended");
  assert_int_equal (list_parked (fixture, parked), 1);
}

static void
operators_methods_are_for_operators (void **state)
{
  Fixture *fixture = *state;
  static const char *const names[] = {"GetServiceDiagnosis", "ListParkedEvents", "GetParkedEvent",
                                      "RetryParkedEvent", "DropParkedEvent"};
  create_surely (fixture, "a", NULL);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    GetServiceDiagnosisRequest request = GET_SERVICE_DIAGNOSIS_REQUEST__INIT;
    request.service = "maker";
    const char *method = memory_format (fixture, "heimo.operations.v1.OperationsService/%s", names[i]);
    assert_failure (call_raw (fixture, method, &request.base, NULL)->status, STATUS_PERMISSION_DENIED,
                    "ACCESS_DENIED");
  }
}

static const ServiceDiagnosis *
diagnose (Fixture *fixture)
{
  Status status;
  GetServiceDiagnosisRequest request = GET_SERVICE_DIAGNOSIS_REQUEST__INIT;
  request.service = "maker";
  const ServiceDiagnosis *told = (const ServiceDiagnosis *)operate (
      fixture, "GetServiceDiagnosis", &request.base, &service_diagnosis__descriptor, &status);
  assert_success (status);
  return told;
}

static void
it_tells_how_it_is_without_its_database (void **state)
{
  Fixture *fixture = *state;
  create_surely (fixture, "a", NULL);
  wait_until (fixture, "SELECT count(*) FROM seen", "1");
  const ServiceDiagnosis *told = diagnose (fixture);
  assert_int_equal (told->state, SERVICE_STATE__SERVICE_STATE_READY);
  assert_true (told->database->answers && told->database->size_bytes > 0);
  assert_int_equal (told->workers, 4);
  assert_int_equal (told->n_lanes, 8);
  assert_int_equal (told->n_followers, 1);
  assert_true (told->followers[0]->silent_ms <= told->uptime_ms);
  assert_int_equal (told->n_findings, 1); /* HEIMO_SECRET_FILE is not set */
  assert_string_equal (told->findings[0]->subject, "HEIMO_SECRET_FILE");
  test_database_stop (database);
  told = diagnose (fixture);
  assert_int_equal (told->state, SERVICE_STATE__SERVICE_STATE_NO_DATABASE);
  assert_false (told->database->answers);
  assert_string_not_equal (told->problem, "");
  assert_int_equal (told->n_findings, 1);
  test_database_start (database);
}

static void
it_tells_how_it_is_and_stops_cleanly (void **state)
{
  Fixture *fixture = *state;
  create_surely (fixture, "a", NULL);
  GetServiceStatusRequest request = GET_SERVICE_STATUS_REQUEST__INIT;
  request.service = "maker";
  const BusReply *reply =
      call_raw (fixture, "heimo.common.v1.StatusService/GetServiceStatus", &request.base, NULL);
  assert_success (reply->status);
  const ServiceStatus *told =
      (ServiceStatus *)memory_unpack (fixture, &service_status__descriptor, reply->body);
  assert_string_equal (told->service, "maker");
  assert_int_equal (told->event_count, 1);
  assert_int_equal (told->n_followers, 1);
  pid_t check = fork ();
  if (check == 0)
    become_service ("--health-check", NULL);
  int code;
  waitpid (check, &code, 0);
  assert_int_equal (WEXITSTATUS (code), 0);
  assert_int_equal (end_service (fixture, SIGTERM), 0);
  fixture->child = 0;
}

static void
a_projection_is_made_anew_from_the_log (void **state)
{
  Fixture *fixture = *state;
  for (int i = 0; i < 25; i++)
    create_surely (fixture, "a", NULL);
  wait_until (fixture, "SELECT count(*) FROM seen", "25");
  test_query (fixture, database, "TRUNCATE seen");
  pid_t child = fork ();
  if (child == 0)
    become_service ("--rebuild", "maker");
  int code;
  waitpid (child, &code, 0);
  assert_int_equal (WEXITSTATUS (code), 0);
  check_events (fixture); /* the running service notices that its cursors were moved */
}

static void
a_follower_behind_the_retention_starts_over (void **state)
{
  Fixture *fixture = *state;
  for (int i = 0; i < 25; i++)
    create_surely (fixture, "a", NULL);
  wait_until (fixture, "SELECT count(*) FROM seen", "25");
  test_query (fixture, database,
              "BEGIN; TRUNCATE seen; DELETE FROM event_log; UPDATE event_cursor SET seq = 0; COMMIT");
  wait_until (fixture, "SELECT count(*) FROM seen", "25");
  wait_until (fixture, "SELECT count(*) FROM run WHERE type = 'republish' AND state = 3", "1");
  wait_until (fixture,
              "SELECT count(*) FROM event_cursor c JOIN event_head h USING (log_id) WHERE c.seq = h.last_seq",
              "8");
}

static void
the_log_holds_no_personal_data (void **state)
{
  Fixture *fixture = *state;
  create_surely (fixture, "Canarybird", NULL);
  create (fixture, "Canarybird", "same");
  create (fixture, "Canarybirdie", "same");
  end_service (fixture, SIGTERM);
  fixture->child = 0;
  char command[600];
  snprintf (command, sizeof command, "! grep -q Canary %s && grep -q serving %s", getenv ("HEIMO_TEST_LOG"),
            getenv ("HEIMO_TEST_LOG"));
  assert_int_equal (system (command), 0);
}

static int
set_up (void **state)
{
  (void)state;
  if (sodium_init () < 0)
    return 1;
  methods[0].method = api_find_method (&heimo_api, "heimo.membership.v1.MembershipService/CreatePerson");
  methods[1].method = api_find_method (&heimo_api, "heimo.membership.v1.MembershipService/GetPerson");
  database = test_database (NULL, NULL);
  return 0;
}

static int
tear_down (void **state)
{
  (void)state;
  talloc_free (database);
  return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown (function, open_fixture, close_fixture)

int
main (int argc, char **argv)
{
  methods[0].method = api_find_method (&heimo_api, "heimo.membership.v1.MembershipService/CreatePerson");
  methods[1].method = api_find_method (&heimo_api, "heimo.membership.v1.MembershipService/GetPerson");
  if (argc > 1 && strcmp (argv[1], "--serve") == 0)
    return service_main (&maker, argc - 1, argv + 1);
  const struct CMUnitTest tests[] = {
      TEST (a_command_is_stored_with_its_event),
      TEST (refusals_say_why),
      TEST (calls_that_wait_are_answered_together),
      TEST (what_spoils_a_batch_spoils_one_call),
      TEST (a_key_takes_effect_once),
      TEST (nothing_is_lost_or_doubled_when_it_is_killed),
      TEST (nothing_is_lost_when_postgresql_crashes),
      TEST (a_run_goes_on_where_it_was_killed),
      TEST (a_run_can_be_stopped),
      TEST (an_event_that_cannot_be_applied_is_parked_alone),
      TEST (parked_events_are_applied_again_in_their_order),
      TEST (a_dropped_event_leaves_who_and_why),
      TEST (operators_methods_are_for_operators),
      TEST (it_tells_how_it_is_without_its_database),
      TEST (it_tells_how_it_is_and_stops_cleanly),
      TEST (a_projection_is_made_anew_from_the_log),
      TEST (a_follower_behind_the_retention_starts_over),
      TEST (the_log_holds_no_personal_data),
  };
  return cmocka_run_group_tests (tests, set_up, tear_down);
}
