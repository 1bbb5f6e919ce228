/* Too much: windows hold calls back, queues are bounded, overload is answered, retries stay in their budget.
 */
#include "world.h"

static void
test_window_holds_back (void **state)
{
  World world;
  Outcome outcomes[10];
  (void)state;
  world_open (&world);
  Echo *echo = echo_start (&world, &(BusServerOptions){.window = 2});
  BusClient *client = client_start (&world, NULL, 1);
  for (unsigned i = 0; i < 10; i++)
    call_start (client, "Hold", "x", false, 5000, &outcomes[i]);
  for (unsigned answered = 0; answered < 10; answered += 2) {
    echo_wait_held (echo, 2);
    assert_int_equal (bus_server_in_hand (echo->server), 2);
    echo_release (echo);
  }
  for (unsigned i = 0; i < 10; i++) {
    world_run_until (&world, &outcomes[i].done);
    assert_int_equal (outcomes[i].code, STATUS_OK);
  }
  talloc_free (client);
  echo_stop (echo);
  world_close (&world);
}

static void
test_server_overload_is_answered (void **state)
{
  enum { MANY = 50, ROOM = 4 };
  World world;
  Outcome outcomes[MANY];
  unsigned refused = 0;
  (void)state;
  world_open (&world);
  Echo *echo = echo_start (&world, &(BusServerOptions){.window = 1000, .max_calls = ROOM});
  BusClient *client = client_start (&world, NULL, 1);
  for (unsigned i = 0; i < MANY; i++)
    call_start (client, "Hold", "x", true, 5000, &outcomes[i]);
  echo_wait_held (echo, ROOM);
  world_wait_counter (&world, COUNTER_OVERLOADED, MANY - ROOM);
  world_run_for (&world, 20);
  for (unsigned i = 0; i < MANY; i++)
    if (outcomes[i].done) {
      refused++;
      assert_int_equal (outcomes[i].code, STATUS_RESOURCE_EXHAUSTED);
      assert_string_equal (outcomes[i].reason, "OVERLOADED");
      assert_true (outcomes[i].retry_after_ms > 0);
    }
  assert_int_equal (refused, MANY - ROOM);
  assert_int_equal (echo->executed, ROOM);
  echo_release (echo);
  for (unsigned i = 0; i < MANY; i++)
    world_run_until (&world, &outcomes[i].done);
  talloc_free (client);
  echo_stop (echo);
  world_close (&world);
}

static void
test_client_queue_is_bounded (void **state)
{
  enum { MANY = 30 };
  World world;
  Outcome outcomes[MANY];
  unsigned full = 0;
  (void)state;
  world_open (&world);
  Echo *echo = echo_start (&world, &(BusServerOptions){.window = 1});
  const BusClientOptions options = {.ping_ms = 100, .silence_ms = 400, .queue_length = 10, .queue_ms = 200};
  BusClient *client = bus_client_new (world.root, world.bus, world.base, &options);
  assert_false (status_failed (bus_client_add_service (client, "echo", NULL)));
  client_wait_up (&world, client, 1);
  for (unsigned i = 0; i < MANY; i++)
    call_start (client, "Hold", "x", false, 5000, &outcomes[i]);
  world_run_for (&world, 20); /* all are refused in the next turn of the loop */
  for (unsigned i = 0; i < MANY; i++)
    full += outcomes[i].done;
  assert_int_equal (full, MANY - 10 - 1); /* ten wait, one is in flight */
  assert_int_equal (counter_value (world.bus, COUNTER_CLIENT_QUEUE_FULL), full);
  for (unsigned i = 1; i < MANY; i++) {
    world_run_until (&world, &outcomes[i].done); /* the age limit */
    assert_int_equal (outcomes[i].code, STATUS_RESOURCE_EXHAUSTED);
    assert_string_equal (outcomes[i].reason, "OVERLOADED");
  }
  assert_false (outcomes[0].done);
  echo_release (echo);
  world_run_until (&world, &outcomes[0].done);
  talloc_free (client);
  echo_stop (echo);
  world_close (&world);
}

/* Calls go where fewer are outstanding: a stuck replica gets its window full and no more. */
static void
test_load_goes_to_the_free_replica (void **state)
{
  World world;
  Outcome held[4];
  Outcome outcome;
  (void)state;
  world_open (&world);
  Echo *first = echo_start (&world, &(BusServerOptions){.replica = 1, .window = 4});
  BusClient *client = client_start (&world, NULL, 1);
  for (unsigned i = 0; i < 4; i++)
    call_start (client, "Hold", "x", false, 5000, &held[i]);
  Echo *second = echo_start (&world, &(BusServerOptions){.replica = 2, .window = 4});
  client_wait_up (&world, client, 2); /* found by scanning the folder */
  for (unsigned i = 0; i < 20; i++) {
    call_and_wait (&world, client, "Echo", "x", &outcome);
    assert_int_equal (outcome.code, STATUS_OK);
  }
  assert_int_equal (first->executed, 4);
  assert_int_equal (second->executed, 20);
  echo_release (first);
  for (unsigned i = 0; i < 4; i++)
    world_run_until (&world, &held[i].done);
  talloc_free (client);
  echo_stop (first);
  echo_stop (second);
  world_close (&world);
}

/* UNAVAILABLE is tried once more on the other replica, if idempotent, within ten per cent. */
static void
test_retry_budget (void **state)
{
  enum { MANY = 200 };
  World world;
  Outcome outcome;
  (void)state;
  world_open (&world);
  Echo *first = echo_start (&world, &(BusServerOptions){.replica = 1});
  Echo *second = echo_start (&world, &(BusServerOptions){.replica = 2});
  BusClient *client = client_start (&world, NULL, 2);
  for (unsigned i = 0; i < 20; i++) {
    call_and_wait (&world, client, "Away", "x", &outcome); /* not idempotent */
    assert_string_equal (outcome.reason, "DATABASE_AWAY");
  }
  assert_int_equal (first->executed + second->executed, 20);
  call_start (client, "Away", "x", true, 5000, &outcome);
  world_run_until (&world, &outcome.done);
  assert_int_equal (first->executed + second->executed, 22);
  for (unsigned i = 0; i < MANY; i++) {
    call_start (client, "Away", "x", true, 5000, &outcome);
    world_run_until (&world, &outcome.done);
    assert_string_equal (outcome.reason, "DATABASE_AWAY"); /* the service's own reason */
  }
  unsigned retries = first->executed + second->executed - 22 - MANY;
  assert_in_range (retries, MANY / 10, MANY / 10 + 10);
  assert_true (counter_value (world.bus, COUNTER_CLIENT_RETRIES_DENIED) > MANY / 2);
  talloc_free (client);
  echo_stop (first);
  echo_stop (second);
  world_close (&world);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_window_holds_back),
      cmocka_unit_test (test_server_overload_is_answered),
      cmocka_unit_test (test_client_queue_is_bounded),
      cmocka_unit_test (test_load_goes_to_the_free_replica),
      cmocka_unit_test (test_retry_budget),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
