/* Nudges: they arrive, bursts become one, loss and rubbish are harmless. */
#include "world.h"

#include "bus/socket.h"

#include <string.h>
#include <unistd.h>
#include <zmq.h>

typedef struct Heard {
  unsigned times;
  uint64_t heads[BUS_LANES_MAX];
  bool enough;
  uint64_t wanted; /* of lane 3 */
} Heard;

static void
on_nudge (void *arg, const char *source, unsigned lane, uint64_t seq)
{
  Heard *heard = arg;
  assert_string_equal (source, "echo");
  assert_true (lane < BUS_LANES_MAX && seq > heard->heads[lane]);
  heard->heads[lane] = seq;
  heard->times++;
  heard->enough = heard->heads[3] >= heard->wanted;
}

/* A subscription takes a moment to arrive: nudge until something is heard. */
static void
nudge_until_heard (World *world, BusPublisher *publisher, Heard *heard, uint64_t from)
{
  for (uint64_t seq = from; heard->heads[3] == 0 && seq < from + 500; seq++) {
    bus_publisher_nudge (publisher, 3, seq);
    world_run_for (world, 10);
  }
  assert_true (heard->heads[3] > 0);
}

static void
test_nudges (void **state)
{
  World world;
  BusPublisher *publisher;
  Heard heard = {0};
  (void)state;
  world_open (&world);
  assert_false (status_failed (bus_publisher_new (world.root, world.bus, world.base, NULL, 0, &publisher)));
  BusSubscriber *subscriber = bus_subscriber_new (world.root, world.bus, world.base, on_nudge, &heard);
  assert_false (status_failed (bus_subscriber_add (subscriber, "echo", NULL)));
  nudge_until_heard (&world, publisher, &heard, 1);
  unsigned before = heard.times;
  heard.wanted = 10000;
  heard.enough = false;
  for (uint64_t seq = 1000; seq <= 10000; seq++)
    bus_publisher_nudge (publisher, 3, seq);
  bus_publisher_nudge (publisher, 3, 5);  /* old news */
  bus_publisher_nudge (publisher, 64, 5); /* no such lane */
  world_run_until (&world, &heard.enough);
  assert_int_equal (heard.heads[3], 10000);
  assert_true (heard.times - before < 10); /* conflated */
  talloc_free (subscriber);
  talloc_free (publisher);
  world_close (&world);
}

/* A replica of the publisher that appears later is found and heard. */
static void
test_second_replica (void **state)
{
  World world;
  BusPublisher *first;
  BusPublisher *second;
  Heard heard = {0};
  (void)state;
  world_open_with_keys (&world);
  assert_false (status_failed (bus_publisher_new (world.root, world.bus, world.base, NULL, 0, &first)));
  BusSubscriber *subscriber = bus_subscriber_new (world.root, world.bus, world.base, on_nudge, &heard);
  assert_false (status_failed (bus_subscriber_add (subscriber, "echo", NULL)));
  nudge_until_heard (&world, first, &heard, 1);
  assert_false (status_failed (bus_publisher_new (world.root, world.bus, world.base, NULL, 1, &second)));
  talloc_free (first);
  memset (&heard, 0, sizeof heard);
  nudge_until_heard (&world, second, &heard, 1000);
  talloc_free (subscriber);
  talloc_free (second);
  world_close (&world);
}

static void
test_rubbish_is_ignored (void **state)
{
  static const char *const topics[] = {"",         "echo",    "echo/",  "echo/x", "echo/64",
                                       "echo/123", "other/1", "echo//", "echo/-1"};
  World world;
  Heard heard = {.wanted = 7};
  (void)state;
  world_open (&world);
  void *publisher = socket_open (world.bus, SOCKET_PUB, NULL);
  const char *endpoint = memory_format (world.root, "ipc://%s/rubbish", world.folder);
  assert_int_equal (zmq_bind (publisher, endpoint), 0);
  BusSubscriber *subscriber = bus_subscriber_new (world.root, world.bus, world.base, on_nudge, &heard);
  assert_false (status_failed (bus_subscriber_add (subscriber, "echo", endpoint)));
  while (counter_value (world.bus, COUNTER_NUDGES_HEARD) < 100) {
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
      zmq_send (publisher, topics[i], strlen (topics[i]), ZMQ_SNDMORE);
      zmq_send (publisher, "\0\0\0\0\0\0\0\1", 8, 0);
    }
    zmq_send (publisher, "echo/3", 6, 0);
    zmq_send (publisher, "echo/3", 6, ZMQ_SNDMORE);
    zmq_send (publisher, "short", 5, 0);
    zmq_send (publisher, "echo/3", 6, ZMQ_SNDMORE);
    zmq_send (publisher, "123456789", 9, 0);
    world_run_for (&world, 10);
  }
  assert_int_equal (heard.times, 0);
  zmq_send (publisher, "echo/3", 6, ZMQ_SNDMORE);
  zmq_send (publisher, "\0\0\0\0\0\0\0\7", 8, 0);
  world_run_until (&world, &heard.enough);
  assert_int_equal (heard.heads[3], 7);
  talloc_free (subscriber);
  socket_close (publisher, 0);
  world_close (&world);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_nudges),
      cmocka_unit_test (test_second_replica),
      cmocka_unit_test (test_rubbish_is_ignored),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
