/* Drain: a replica goes away under load and no call fails, also those that must not be executed twice. */
#include "world.h"

#include <string.h>

enum { MANY = 300 };

static void
test_drain_under_load (void **state)
{
  static Outcome outcomes[MANY];
  World world;
  (void)state;
  world_open (&world);
  Echo *replicas[3] = {echo_start (&world, &(BusServerOptions){.replica = 1}),
                       echo_start (&world, &(BusServerOptions){.replica = 2}), NULL};
  BusClient *client = client_start (&world, NULL, 2);
  for (unsigned i = 0; i < MANY; i++) {
    call_start (client, "Echo", "x", false, 5000, &outcomes[i]);
    if (i % 5 == 0)
      world_run_for (&world, 1);
    if (i == MANY / 3)
      bus_server_drain (replicas[0]->server);
    if (i == MANY / 2)
      replicas[2] = echo_start (&world, &(BusServerOptions){.replica = 3});
  }
  for (unsigned i = 0; i < MANY; i++) {
    world_run_until (&world, &outcomes[i].done);
    assert_int_equal (outcomes[i].code, STATUS_OK);
  }
  unsigned executed = replicas[0]->executed + replicas[1]->executed + replicas[2]->executed;
  assert_int_equal (executed, MANY);
  assert_true (replicas[0]->executed > 0 && replicas[1]->executed > replicas[0]->executed);
  assert_true (replicas[0]->drained);
  talloc_free (client);
  for (unsigned i = 0; i < 3; i++)
    echo_stop (replicas[i]);
  world_close (&world);
}

/* What is in flight is finished, and only then is the server drained. */
static void
test_in_flight_is_finished (void **state)
{
  World world;
  Outcome held;
  Outcome other;
  (void)state;
  world_open (&world);
  Echo *first = echo_start (&world, &(BusServerOptions){.replica = 1});
  BusClient *client = client_start (&world, NULL, 1);
  call_start (client, "Hold", "precious", false, 5000, &held);
  echo_wait_held (first, 1);
  bus_server_drain (first->server);
  bus_server_drain (first->server); /* twice is once */
  assert_int_equal (bus_server_state (first->server), BUS_SERVER_DRAINING);
  client_wait_up (&world, client, 0);
  assert_false (first->drained);
  Echo *second = echo_start (&world, &(BusServerOptions){.replica = 2});
  call_and_wait (&world, client, "Echo", "elsewhere", &other);
  assert_string_equal (other.body, "elsewhere");
  echo_release (first);
  world_run_until (&world, &held.done);
  assert_string_equal (held.body, "precious");
  world_run_until (&world, &first->drained);
  assert_int_equal (bus_server_state (first->server), BUS_SERVER_DRAINED);
  assert_int_equal (first->executed, 1);
  talloc_free (client);
  echo_stop (first);
  echo_stop (second);
  world_close (&world);
}

/* A client that missed the GOAWAY is refused with DRAINING and goes elsewhere by itself. */
static void
test_late_request_moves (void **state)
{
  World world;
  Outcome outcomes[4];
  (void)state;
  world_open (&world);
  Echo *first = echo_start (&world, &(BusServerOptions){.replica = 1});
  BusClient *client = client_start (&world, NULL, 1);
  for (unsigned i = 0; i < 4; i++) /* sent, but not yet read by the server: it drains first */
    call_start (client, "Echo", "x", false, 5000, &outcomes[i]);
  bus_server_drain (first->server);
  Echo *second = echo_start (&world, &(BusServerOptions){.replica = 2});
  for (unsigned i = 0; i < 4; i++) {
    world_run_until (&world, &outcomes[i].done);
    assert_int_equal (outcomes[i].code, STATUS_OK);
  }
  assert_int_equal (first->executed, 0);
  assert_int_equal (second->executed, 4);
  assert_int_equal (counter_value (world.bus, COUNTER_CLIENT_MOVED), 4);
  assert_int_equal (counter_value (world.bus, COUNTER_CLIENT_RETRIES), 0); /* costs no budget */
  talloc_free (client);
  echo_stop (first);
  echo_stop (second);
  world_close (&world);
}

static void
test_idle_server_drains_at_once (void **state)
{
  World world;
  (void)state;
  world_open (&world);
  Echo *echo = echo_start (&world, NULL);
  bus_server_drain (echo->server);
  assert_false (echo->drained); /* told from the loop */
  world_run_until (&world, &echo->drained);
  echo_stop (echo);
  world_close (&world);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_drain_under_load),
      cmocka_unit_test (test_in_flight_is_finished),
      cmocka_unit_test (test_late_request_moves),
      cmocka_unit_test (test_idle_server_drains_at_once),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
