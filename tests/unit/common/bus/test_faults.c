/* What the network and dying processes do: every call ends with an answer or an honest error, at most once
 * executed unless it may be executed twice, and nobody aborts. */
#include "relay.h"

#include "bus/frames.h"
#include "bus/socket.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALLS = 400 };

/* ---- a bad network ---- */

static bool
all_done (const Outcome *outcomes, unsigned count)
{
  for (unsigned i = 0; i < count; i++)
    if (!outcomes[i].done)
      return false;
  return true;
}

/* How often the request ids of two servers hold the same id. */
static unsigned
executed_twice (const Echo *left, const Echo *right)
{
  unsigned twice = 0;
  for (unsigned i = 0; i < left->executed; i++) {
    for (unsigned j = i + 1; j < left->executed; j++)
      twice += memcmp (left->ids[i], left->ids[j], BUS_REQUEST_ID_SIZE) == 0;
    for (unsigned j = 0; right != NULL && j < right->executed; j++)
      twice += memcmp (left->ids[i], right->ids[j], BUS_REQUEST_ID_SIZE) == 0;
  }
  return twice;
}

/* The honest ends of a call whose messages may have been lost. */
static bool
honest (const Outcome *outcome, const char *sent)
{
  if (outcome->times != 1)
    return false;
  if (outcome->code == STATUS_OK)
    return strcmp (outcome->body, sent) == 0;
  return (outcome->code == STATUS_DEADLINE_EXCEEDED || outcome->code == STATUS_UNAVAILABLE) &&
         strcmp (outcome->reason, "OUTCOME_UNKNOWN") == 0;
}

static void
run_bad_network (uint64_t seed)
{
  static Outcome outcomes[CALLS];
  static char texts[CALLS][16];
  World world;
  const RelayScript script = {.seed = seed, .lose = 10, .twice = 10, .delay = 30, .delay_ms = 20};
  world_open (&world);
  Echo *first = echo_start (&world, &(BusServerOptions){.replica = 1});
  Echo *second = echo_start (&world, &(BusServerOptions){.replica = 2});
  Relay *left = relay_start (&world, "left.relay", "echo.1.sock", &script);
  Relay *right = relay_start (&world, "right.relay", "echo.2.sock", &script);
  BusClient *client = client_start (
      &world, memory_format (world.root, "%s,%s", relay_endpoint (left), relay_endpoint (right)), 2);
  unsigned answered = 0;
  for (unsigned begun = 0; begun < CALLS || !all_done (outcomes, CALLS);) {
    for (unsigned i = 0; i < 10 && begun < CALLS; i++, begun++) {
      snprintf (texts[begun], sizeof texts[begun], "call %u", begun);
      call_start (client, "Echo", texts[begun], false, 300, &outcomes[begun]);
    }
    world_run_for (&world, 10);
  }
  for (unsigned i = 0; i < CALLS; i++) {
    if (!honest (&outcomes[i], texts[i]))
      fail_msg ("seed %lu: call %u ended %u times with %d %s \"%s\"", (unsigned long)seed, i,
                outcomes[i].times, (int)outcomes[i].code, outcomes[i].reason, outcomes[i].body);
    answered += outcomes[i].code == STATUS_OK;
  }
  assert_int_equal (executed_twice (first, second), 0);
  assert_int_equal (executed_twice (second, NULL), 0);
  assert_true (answered > CALLS / 2);
  assert_true (relay_lost (left) > 0 && relay_doubled (right) > 0);
  assert_true (counter_value (world.bus, COUNTER_DUPLICATE) > 0);
  talloc_free (client);
  talloc_free (left);
  talloc_free (right);
  echo_stop (first);
  echo_stop (second);
  world_close (&world);
}

static void
test_bad_network (void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= 3; seed++)
    run_bad_network (seed);
}

/* ---- dying processes ---- */

/* A server in a process of its own; it holds calls of Hold for ever. */
static pid_t
fork_server (const char *folder, unsigned replica)
{
  pid_t child = fork ();
  if (child != 0)
    return child;
  World world = {.root = memory_context (NULL), .base = event_base_new ()};
  snprintf (world.folder, sizeof world.folder, "%s", folder);
  const BusOptions options = {.name = "echo", .directory = folder};
  if (!status_failed (bus_open (world.root, &options, &world.bus))) {
    echo_start (&world, &(BusServerOptions){.replica = replica});
    event_base_dispatch (world.base);
  }
  _exit (1);
}

static void
kill_now (pid_t child)
{
  int status;
  kill (child, SIGKILL);
  assert_int_equal (waitpid (child, &status, 0), child);
}

static void
test_replica_killed_in_flight (void **state)
{
  World world;
  Outcome reads[6];
  Outcome writes[2];
  (void)state;
  char folder[64] = "/tmp/heimo-bus-XXXXXX";
  assert_non_null (mkdtemp (folder));
  pid_t child = fork_server (folder, 1);
  world_open (&world);
  BusClient *client = bus_client_new (world.root, world.bus, world.base, NULL);
  const char *endpoint =
      memory_format (world.root, "ipc://%s/echo.1.sock,ipc://%s/echo.sock", folder, world.folder);
  assert_false (status_failed (bus_client_add_service (client, "echo", endpoint)));
  client_wait_up (&world, client, 1);
  for (unsigned i = 0; i < 6; i++)
    call_start (client, "Hold", "read", true, 5000, &reads[i]);
  for (unsigned i = 0; i < 2; i++)
    call_start (client, "Hold", "write", false, 5000, &writes[i]);
  Echo *echo = echo_start (&world, NULL);
  client_wait_up (&world, client, 2);
  kill_now (child);
  world_run_until (&world, &writes[0].done);
  world_run_until (&world, &writes[1].done);
  assert_string_equal (writes[0].reason, "OUTCOME_UNKNOWN");
  assert_int_equal (writes[1].code, STATUS_UNAVAILABLE);
  echo_wait_held (echo, 6);
  echo_release (echo);
  for (unsigned i = 0; i < 6; i++) {
    world_run_until (&world, &reads[i].done);
    assert_int_equal (reads[i].code, STATUS_OK);
  }
  assert_int_equal (echo->executed, 6);
  assert_int_equal (counter_value (world.bus, COUNTER_CLIENT_RETRIES), 6);
  talloc_free (client);
  echo_stop (echo);
  assert_int_equal (system (memory_format (world.root, "rm -rf %s", folder)), 0);
  world_close (&world);
}

/* The only replica dies and is started again by its supervisor: the read is not lost. */
static void
test_only_replica_restarted (void **state)
{
  World world;
  Outcome outcome;
  (void)state;
  char folder[64] = "/tmp/heimo-bus-XXXXXX";
  assert_non_null (mkdtemp (folder));
  pid_t child = fork_server (folder, 0);
  world_open (&world);
  BusClient *client = client_start (&world, memory_format (world.root, "ipc://%s/echo.sock", folder), 1);
  call_start (client, "Hold", "read", true, 5000, &outcome);
  world_run_for (&world, 20);
  kill_now (child);
  world_wait_counter (&world, COUNTER_CLIENT_LOST_REPLICAS, 1);
  child = fork_server (folder, 0);
  client_wait_up (&world, client, 1);
  world_wait_counter (&world, COUNTER_CLIENT_RETRIES, 1);
  world_run_for (&world, 50);
  assert_false (outcome.done); /* held by the new process */
  kill_now (child);
  world_run_until (&world, &outcome.done);
  assert_string_equal (outcome.reason, "OUTCOME_UNKNOWN"); /* at most one retry */
  talloc_free (client);
  assert_int_equal (system (memory_format (world.root, "rm -rf %s", folder)), 0);
  world_close (&world);
}

/* A silent replica (stopped, not dead) is found by its silence. */
static void
test_silent_replica (void **state)
{
  World world;
  Outcome outcome;
  (void)state;
  char folder[64] = "/tmp/heimo-bus-XXXXXX";
  assert_non_null (mkdtemp (folder));
  pid_t child = fork_server (folder, 0);
  world_open (&world);
  BusClient *client = client_start (&world, memory_format (world.root, "ipc://%s/echo.sock", folder), 1);
  kill (child, SIGSTOP);
  call_start (client, "Echo", "x", false, 5000, &outcome);
  world_run_until (&world, &outcome.done);
  assert_string_equal (outcome.reason, "OUTCOME_UNKNOWN");
  assert_int_equal (bus_client_replicas_up (client, "echo"), 0);
  kill (child, SIGCONT);
  client_wait_up (&world, client, 1);
  kill_now (child);
  talloc_free (client);
  assert_int_equal (system (memory_format (world.root, "rm -rf %s", folder)), 0);
  world_close (&world);
}

/* What the caller gave up is not delivered when the server comes back. */
static void
test_no_late_delivery (void **state)
{
  World world;
  Outcome outcomes[20];
  (void)state;
  world_open (&world);
  BusClient *client = client_start (&world, NULL, 0);
  for (unsigned i = 0; i < 20; i++)
    call_start (client, "Echo", "late", true, 50, &outcomes[i]);
  for (unsigned i = 0; i < 20; i++) {
    world_run_until (&world, &outcomes[i].done);
    assert_string_equal (outcomes[i].reason, "DEADLINE_EXCEEDED");
  }
  Echo *echo = echo_start (&world, NULL);
  client_wait_up (&world, client, 1);
  world_run_for (&world, 200);
  assert_int_equal (echo->executed, 0);
  talloc_free (client);
  echo_stop (echo);
  world_close (&world);
}

/* Fills the queues of a peer that does not read, until nothing more is taken for 200 ms. */
static void
flood (void *socket)
{
  for (unsigned refused = 0; refused < 20;) {
    if (zmq_send (socket, "0123456789012345678901234567890123456789", 40, ZMQ_DONTWAIT) >= 0) {
      refused = 0;
    } else {
      refused++;
      usleep (10000);
    }
  }
}

/* The scenario in which libzmq's own heartbeats abort the process (#3596 and others): the peer of a full
 * queue is killed. With our socket options the process lives and can serve the next one. Run in a child,
 * because the failure is an abort. */
static void
test_peer_killed_at_full_queue (void **state)
{
  World world;
  int tell[2];
  char byte = 0;
  (void)state;
  assert_int_equal (pipe (tell), 0);
  char folder[64] = "/tmp/heimo-bus-XXXXXX";
  assert_non_null (mkdtemp (folder));
  pid_t child = fork ();
  if (child == 0) {
    const BusOptions options = {.name = "client", .directory = folder};
    World own = {.root = memory_context (NULL)};
    if (status_failed (bus_open (own.root, &options, &own.bus)))
      _exit (1);
    void *socket = socket_open (own.bus, SOCKET_DEALER, NULL);
    zmq_connect (socket, memory_format (own.root, "ipc://%s/full", folder));
    flood (socket);
    if (write (tell[1], "x", 1) == 1)
      pause ();
    _exit (1);
  }
  world_open (&world);
  void *router = socket_open (world.bus, SOCKET_ROUTER, NULL);
  assert_int_equal (zmq_bind (router, memory_format (world.root, "ipc://%s/full", folder)), 0);
  assert_int_equal (read (tell[0], &byte, 1), 1);
  kill_now (child);
  usleep (
      1500000); /* longer than a heartbeat would be: with ZMQ_HEARTBEAT_IVL on, this process aborts here */
  FrameSet set;
  unsigned received = 0;
  for (; frames_receive (router, &set); received++)
    frames_close (&set);
  assert_true (received >= 1000); /* the queue was full indeed */
  socket_close (router, 0);
  close (tell[0]);
  close (tell[1]);
  assert_int_equal (system (memory_format (world.root, "rm -rf %s", folder)), 0);
  world_close (&world);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_peer_killed_at_full_queue),
      cmocka_unit_test (test_bad_network),
      cmocka_unit_test (test_replica_killed_in_flight),
      cmocka_unit_test (test_only_replica_restarted),
      cmocka_unit_test (test_silent_replica),
      cmocka_unit_test (test_no_late_delivery),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
