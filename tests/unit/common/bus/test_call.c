/* Calls that go well, and calls that are refused: each refusal has its own reason and nothing is executed. */
#include "world.h"

#include "bus/frames.h"
#include "bus/socket.h"
#include "bus/wire.h"

#include <string.h>

static void
test_echo (void **state)
{
  World world;
  Outcome outcome;
  (void)state;
  world_open (&world);
  Echo *echo = echo_start (&world, NULL);
  BusClient *client = client_start (&world, NULL, 1);
  call_and_wait (&world, client, "Echo", "hello", &outcome);
  assert_int_equal (outcome.code, STATUS_OK);
  assert_string_equal (outcome.body, "hello");
  assert_int_equal (outcome.window, 8);
  call_and_wait (&world, client, "Echo", "", &outcome);
  assert_int_equal (outcome.code, STATUS_OK);
  assert_int_equal (echo->executed, 2);
  talloc_free (client);
  echo_stop (echo);
  world_close (&world);
}

static void
test_status_travels_whole (void **state)
{
  World world;
  Outcome outcome;
  (void)state;
  world_open (&world);
  Echo *echo = echo_start (&world, NULL);
  BusClient *client = client_start (&world, NULL, 1);
  call_and_wait (&world, client, "Fail", "x", &outcome);
  assert_int_equal (outcome.code, STATUS_NOT_FOUND);
  assert_int_equal (outcome.violations, 1);
  assert_string_equal (outcome.body, "");
  call_and_wait (&world, client, "Away", "x", &outcome);
  assert_int_equal (outcome.code, STATUS_UNAVAILABLE);
  assert_string_equal (outcome.reason, "DATABASE_AWAY");
  assert_int_equal (outcome.retry_after_ms, 1234);
  talloc_free (client);
  echo_stop (echo);
  world_close (&world);
}

/* Refusals that need no server, or a server that refuses. */
static void
test_refusals (void **state)
{
  static uint8_t large[BUS_BODY_MAX + 1];
  static const struct {
    const char *service;
    const char *method;
    size_t size;
    StatusCode code;
    const char *reason;
  } cases[] = {
      {"echo", "test.v1.Echo/Unknown", 1, STATUS_UNIMPLEMENTED, "UNKNOWN_METHOD"},
      {"echo", "no-slash", 1, STATUS_INVALID_ARGUMENT, "BAD_HEADER"},
      {"echo", "test.v1.Echo/Bad Method", 1, STATUS_INVALID_ARGUMENT, "BAD_HEADER"},
      {"echo", "test.v1.Echo/Echo", sizeof large, STATUS_INVALID_ARGUMENT, "TOO_LARGE"},
      {"nowhere", "test.v1.Echo/Echo", 1, STATUS_INTERNAL, "UNKNOWN_SERVICE"},
  };
  World world;
  (void)state;
  world_open (&world);
  Echo *echo = echo_start (&world, NULL);
  BusClient *client = client_start (&world, NULL, 1);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Outcome outcome = {0};
    const BusRequest request = {
        .service = cases[i].service, .method = cases[i].method, .body = {large, cases[i].size}};
    bus_client_call (client, &request, outcome_take, &outcome);
    world_run_until (&world, &outcome.done);
    assert_int_equal (outcome.code, cases[i].code);
    assert_string_equal (outcome.reason, cases[i].reason);
  }
  assert_int_equal (echo->executed, 0);
  talloc_free (client);
  echo_stop (echo);
  world_close (&world);
}

static void
test_largest_body_passes (void **state)
{
  World world;
  Outcome outcome = {0};
  (void)state;
  world_open (&world);
  Echo *echo = echo_start (&world, NULL);
  BusClient *client = client_start (&world, NULL, 1);
  uint8_t *bytes = memory_array (world.root, uint8_t, BUS_BODY_MAX);
  const BusRequest request = {
      .service = "echo", .method = "test.v1.Echo/Echo", .body = {bytes, BUS_BODY_MAX}};
  bus_client_call (client, &request, outcome_take, &outcome);
  world_run_until (&world, &outcome.done);
  assert_int_equal (outcome.code, STATUS_OK);
  talloc_free (client);
  echo_stop (echo);
  world_close (&world);
}

static void
test_deadline (void **state)
{
  World world;
  Outcome outcome;
  (void)state;
  world_open (&world);
  Echo *echo = echo_start (&world, NULL);
  BusClient *client = client_start (&world, NULL, 1);
  call_start (client, "Hold", "x", false, 50, &outcome);
  world_run_until (&world, &outcome.done);
  assert_int_equal (outcome.code, STATUS_DEADLINE_EXCEEDED);
  assert_string_equal (outcome.reason, "OUTCOME_UNKNOWN");
  world_wait_counter (&world, COUNTER_CANCELLED, 1);
  assert_int_equal (echo->cancelled, 1); /* the server is told that nobody waits */
  assert_int_equal (bus_call_time_left_us (echo->held[0]), 0);
  echo_release (echo);
  world_wait_counter (&world, COUNTER_CLIENT_LATE_REPLIES, 1);
  assert_int_equal (counter_value (world.bus, COUNTER_EXPIRED), 1);
  assert_int_equal (outcome.times, 1);
  talloc_free (client);
  echo_stop (echo);
  world_close (&world);
}

static void
test_cancel (void **state)
{
  World world;
  Outcome held;
  Outcome waiting;
  (void)state;
  world_open (&world);
  Echo *echo = echo_start (&world, &(BusServerOptions){.window = 1});
  BusClient *client = client_start (&world, NULL, 1);
  BusPending *first = call_start (client, "Hold", "x", false, 5000, &held);
  BusPending *second = call_start (client, "Echo", "x", false, 5000, &waiting);
  echo_wait_held (echo, 1);
  bus_client_cancel (second);
  bus_client_cancel (first);
  world_wait_counter (&world, COUNTER_CANCELLED, 1);
  assert_int_equal (echo->cancelled, 1);
  assert_int_equal (echo->executed, 1);
  assert_false (held.done || waiting.done);
  echo_stop (echo);
  talloc_free (client);
  world_close (&world);
}

/* Calls of one turn go together; one that is given up before the turn ends is never sent. */
static void
test_many_in_a_turn (void **state)
{
  enum { CALLS = 21, GIVEN_UP = 20 };
  World world;
  Outcome outcomes[CALLS];
  BusPending *pending[CALLS];
  (void)state;
  world_open (&world);
  Echo *echo = echo_start (&world, &(BusServerOptions){.window = CALLS});
  BusClient *client = client_start (&world, NULL, 1);
  for (size_t i = 0; i < CALLS; i++)
    pending[i] = call_start (client, "Echo", "x", false, 5000, &outcomes[i]);
  bus_client_cancel (pending[GIVEN_UP]);
  for (size_t i = 0; i < CALLS; i++) {
    if (i == GIVEN_UP)
      continue;
    world_run_until (&world, &outcomes[i].done);
    assert_int_equal (outcomes[i].code, STATUS_OK);
  }
  assert_int_equal (echo->executed, CALLS - 1);
  assert_int_equal (counter_value (world.bus, COUNTER_CANCELLED), 0);
  assert_false (outcomes[GIVEN_UP].done);
  echo_stop (echo);
  talloc_free (client);
  world_close (&world);
}

/* No replica at all: the call waits a while, then fails honestly. */
static void
test_no_replica (void **state)
{
  World world;
  Outcome outcome;
  (void)state;
  world_open (&world);
  BusClient *client = client_start (&world, NULL, 0);
  call_and_wait (&world, client, "Echo", "x", &outcome);
  assert_int_equal (outcome.code, STATUS_UNAVAILABLE);
  assert_string_equal (outcome.reason, "NO_REPLICA");
  assert_true (outcome.retry_after_ms > 0);
  call_start (client, "Echo", "x", false, 50, &outcome);
  world_run_until (&world, &outcome.done);
  assert_int_equal (outcome.code, STATUS_DEADLINE_EXCEEDED);
  assert_string_equal (outcome.reason, "DEADLINE_EXCEEDED");
  talloc_free (client);
  world_close (&world);
}

/* A service that has been away for long is not waited for as long as one that has just gone. */
static void
test_long_absence_is_told_soon (void **state)
{
  World world;
  Outcome outcome;
  (void)state;
  world_open (&world);
  const BusClientOptions options = {.queue_ms = 400};
  BusClient *client = bus_client_new (world.root, world.bus, world.base, &options);
  assert_false (status_failed (bus_client_add_service (client, "echo", NULL)));
  uint64_t begin = bus_now_us ();
  call_and_wait (&world, client, "Echo", "x", &outcome);
  assert_true (bus_now_us () - begin >= 390000);
  world_run_for (&world, 500);
  begin = bus_now_us ();
  call_and_wait (&world, client, "Echo", "x", &outcome);
  assert_string_equal (outcome.reason, "NO_REPLICA");
  assert_true (bus_now_us () - begin < 390000);
  talloc_free (client);
  world_close (&world);
}

/* A call made before the server starts is answered when it has. */
static void
test_server_starts_late (void **state)
{
  World world;
  Outcome outcome;
  (void)state;
  world_open (&world);
  BusClient *client = client_start (&world, NULL, 0);
  call_start (client, "Echo", "patience", false, 5000, &outcome);
  world_run_for (&world, 100);
  assert_false (outcome.done);
  Echo *echo = echo_start (&world, NULL);
  world_run_until (&world, &outcome.done);
  assert_string_equal (outcome.body, "patience");
  talloc_free (client);
  echo_stop (echo);
  world_close (&world);
}

/* Two servers of one name: the second is refused instead of taking the socket over. */
static void
test_already_running (void **state)
{
  World world;
  BusServer *second;
  (void)state;
  world_open (&world);
  Echo *echo = echo_start (&world, NULL);
  const BusServerHandlers handlers = {0};
  Status status =
      bus_server_new (world.root, world.bus, world.base, &(BusServerOptions){0}, &handlers, &second);
  assert_string_equal (status.detail->reason, "ALREADY_RUNNING");
  echo_stop (echo);
  world_close (&world);
}

static void
test_wrong_configuration (void **state)
{
  World world;
  BusServer *server;
  (void)state;
  world_open (&world);
  BusClient *client = bus_client_new (world.root, world.bus, world.base, NULL);
  const BusServerHandlers handlers = {0};
  static const char *const endpoints[] = {"tcp://127.0.0.1:*", "inproc://x", "ipc://", "nonsense",
                                          "ipc:///tmp/x,tcp://host:1"};
  for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
    Status status = bus_client_add_service (client, "echo", endpoints[i]);
    assert_string_equal (status.detail->reason, "BUS_CONFIGURATION");
    if (i >= 2)
      continue;
    status = bus_server_new (world.root, world.bus, world.base, &(BusServerOptions){.endpoint = endpoints[i]},
                             &handlers, &server);
    assert_string_equal (status.detail->reason, "BUS_CONFIGURATION"); /* tcp without keys above all */
  }
  char long_path[200] = "ipc:///tmp/";
  memset (long_path + strlen (long_path), 'x', 150);
  Status status = bus_server_new (world.root, world.bus, world.base,
                                  &(BusServerOptions){.endpoint = long_path}, &handlers, &server);
  assert_string_equal (status.detail->reason, "BUS_CONFIGURATION");
  talloc_free (client);
  world_close (&world);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_echo),
      cmocka_unit_test (test_status_travels_whole),
      cmocka_unit_test (test_refusals),
      cmocka_unit_test (test_largest_body_passes),
      cmocka_unit_test (test_deadline),
      cmocka_unit_test (test_cancel),
      cmocka_unit_test (test_many_in_a_turn),
      cmocka_unit_test (test_no_replica),
      cmocka_unit_test (test_long_absence_is_told_soon),
      cmocka_unit_test (test_server_starts_late),
      cmocka_unit_test (test_already_running),
      cmocka_unit_test (test_wrong_configuration),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
