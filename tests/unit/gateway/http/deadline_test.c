/* Time on one connection: slow and endless clients, and answers that come too late or are not read. */
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* One byte at a time, each well within the head's time, all of them not: the deadline is absolute. */
static void
slow_drip (void **state)
{
  (void)state;
  static const char request[] = GET ("/echo-with-a-long-name-so-that-the-head-does-not-end-in-time");
  World *world = world_new ();
  world->limits.head_ms = 100;
  world_start (world);
  int client = world_connect (world);
  for (size_t i = 0; i < sizeof request - 1; i++) {
    if (send (client, request + i, 1, MSG_NOSIGNAL) != 1)
      break;
    world_turn (world, 10);
    if (http_server_counts (world->server)->faults[HTTP_HEAD_TOO_SLOW] != 0)
      break;
  }
  Received received = world_receive (world, client, 0);
  assert_int_equal (received.status, 408);
  assert_int_equal (received.responses, 1);
  assert_true (has_reason (&received, "HEAD_TOO_SLOW"));
  assert_int_equal (received.end, CLOSED_BY_SERVER);
  assert_int_equal (world->requests, 0);
  close (client);
  world_free (world);
}

static void
idle_connections_end_in_silence (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.idle_ms = 50;
  world_start (world);
  int fresh = world_connect (world), used = world_connect (world);
  assert_true (world_put (world, used, GET ("/echo")));
  Received first = world_receive (world, used, 0);
  assert_int_equal (first.responses, 1);
  assert_int_equal (first.end, CLOSED_BY_SERVER);
  Received second = world_receive (world, fresh, 0);
  assert_int_equal (second.length, 0);
  assert_int_equal (second.end, CLOSED_BY_SERVER);
  close (fresh);
  close (used);
  world_free (world);
}

static void
body_below_the_minimum_rate (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.body_interval_ms = 50;
  world->limits.body_rate = 1000;
  world_start (world);
  int client = world_connect (world);
  assert_true (world_put (world, client, POST ("/echo", "Content-Length: 1000")));
  for (int i = 0; i < 20 && http_server_counts (world->server)->faults[HTTP_BODY_TOO_SLOW] == 0; i++) {
    (void)world_put (world, client, "x");
    world_turn (world, 10);
  }
  Received received = world_receive (world, client, 0);
  assert_int_equal (received.status, 408);
  assert_true (has_reason (&received, "BODY_TOO_SLOW"));
  assert_int_equal (world->requests, 0);
  close (client);
  world_free (world);
}

/* A fast start does not pay for a stall later: every interval counts for itself. */
static void
body_that_stalls_after_a_fast_start (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.body_interval_ms = 50;
  world->limits.body_rate = 100;
  world_start (world);
  int client = world_connect (world);
  assert_true (world_put (world, client, POST ("/echo", "Content-Length: 1000")));
  for (int i = 0; i < 90; i++)
    assert_true (world_put (world, client, "0123456789"));
  Received received = world_receive (world, client, 0);
  assert_int_equal (received.status, 408);
  assert_true (has_reason (&received, "BODY_TOO_SLOW"));
  close (client);
  world_free (world);
}

static void
body_above_the_minimum_rate (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.body_interval_ms = 50;
  world->limits.body_rate = 100;
  world_start (world);
  int client = world_connect (world);
  assert_true (world_put (world, client, POST ("/echo", "Content-Length: 160")));
  for (int i = 0; i < 16; i++) {
    assert_true (world_put (world, client, "0123456789"));
    world_turn (world, 15);
  }
  Received received = world_receive (world, client, 1);
  assert_int_equal (received.status, 200);
  close (client);
  world_free (world);
}

/* Fast enough for the rate, but without an end: the total deadline ends it. */
static void
body_beyond_the_total_time (void **state)
{
  (void)state;
  World *world = world_new ();
  world->total_ms = 100;
  world_start (world);
  int client = world_connect (world);
  assert_true (world_put (world, client, POST ("/echo", "Content-Length: 1000000")));
  for (int i = 0; i < 50 && http_server_counts (world->server)->faults[HTTP_BODY_TOO_SLOW] == 0; i++) {
    (void)world_put (world, client, "0123456789");
    world_turn (world, 10);
  }
  Received received = world_receive (world, client, 0);
  assert_int_equal (received.status, 408);
  assert_int_equal (received.end, CLOSED_BY_SERVER);
  close (client);
  world_free (world);
}

/* An endless chunked body is cut at the limit, not collected. */
static void
endless_body (void **state)
{
  (void)state;
  World *world = world_new ();
  world->body_bytes = 100000;
  world_start (world);
  int client = world_connect (world);
  char filler[1024 + 1], chunk[1024 + 16];
  memset (filler, 'x', 1024);
  filler[1024] = 0;
  snprintf (chunk, sizeof chunk, "400\r\n%s\r\n", filler);
  assert_true (world_put (world, client, POST ("/echo", "Transfer-Encoding: chunked")));
  unsigned sent = 0;
  while (http_server_counts (world->server)->faults[HTTP_BODY_TOO_LARGE] == 0 &&
         world_put (world, client, chunk))
    sent++;
  assert_in_range (sent, 97, 99);
  Received received = world_receive (world, client, 0);
  assert_int_equal (received.status, 413);
  assert_int_equal (received.end, CLOSED_BY_SERVER);
  assert_int_equal (world->requests, 0);
  close (client);
  world_free (world);
}

static void
answer_too_late (void **state)
{
  (void)state;
  World *world = world_new ();
  world->total_ms = 50;
  world_start (world);
  Received received = world_exchange (world, BYTES (GET ("/later")), 0);
  assert_int_equal (received.status, 504);
  assert_true (has_reason (&received, "ANSWER_TOO_SLOW"));
  assert_int_equal (world->gone, 1);
  assert_int_equal (http_server_counts (world->server)->requests_in_flight, 0);
  world_free (world);
}

static void
large_answer_to_a_slow_reader (void **state)
{
  (void)state;
  World *world = world_new ();
  world->big = 5000000;
  world_start (world);
  int client = world_connect (world);
  assert_true (world_put (world, client, GET ("/big") GET ("/b")));
  world_turn (world, 20);
  assert_int_equal (world->requests, 1); /* the second waits until the first is sent */
  Received received = world_receive (world, client, 2);
  assert_int_equal (world->requests, 2);
  assert_true (received.length > 5000000);
  assert_non_null (strstr (received.text, "GET /b"));
  close (client);
  world_free (world);
}

static void
reader_that_stalls (void **state)
{
  (void)state;
  World *world = world_new ();
  world->big = 5000000;
  world->limits.stall_ms = 50;
  world_start (world);
  int client = world_connect (world);
  assert_true (world_put (world, client, GET ("/big")));
  world_turn (world, 200);
  assert_int_equal (http_server_counts (world->server)->connections_open, 0);
  close (client);
  world_free (world);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (slow_drip),
      cmocka_unit_test (idle_connections_end_in_silence),
      cmocka_unit_test (body_below_the_minimum_rate),
      cmocka_unit_test (body_that_stalls_after_a_fast_start),
      cmocka_unit_test (body_above_the_minimum_rate),
      cmocka_unit_test (body_beyond_the_total_time),
      cmocka_unit_test (endless_body),
      cmocka_unit_test (answer_too_late),
      cmocka_unit_test (large_answer_to_a_slow_reader),
      cmocka_unit_test (reader_that_stalls),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
