/* Bodies that come in on one connection: "100 Continue", limits, pieces, back pressure, clients that break
 * off. */
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void
continue_is_sent_when_wanted (void **state)
{
  (void)state;
  World *world = world_started ();
  int client = world_connect (world);
  assert_true (world_put (world, client, POST ("/echo", "Expect: 100-continue\r\nContent-Length: 5")));
  world_turn (world, 5);
  char text[64] = "";
  assert_true (recv (client, text, sizeof text - 1, 0) > 0);
  assert_string_equal (text, "HTTP/1.1 100 Continue\r\n\r\n");
  assert_true (world_put (world, client, "hello"));
  Received received = world_receive (world, client, 1);
  assert_non_null (strstr (received.text, "POST /echo hello"));
  close (client);
  world_free (world);
}

static void
continue_is_not_sent_for_what_is_refused (void **state)
{
  (void)state;
  World *world = world_started ();
  Received received =
      world_exchange (world, BYTES (POST ("/echo", "Expect: 100-continue\r\nContent-Length: 2000000")), 0);
  assert_int_equal (received.status, 413);
  assert_null (strstr (received.text, "100 Continue"));
  world_free (world);
}

static void
plan_raises_the_body_limit (void **state)
{
  (void)state;
  World *world = world_new ();
  world->body_bytes = 3000000;
  world_start (world);
  int client = world_connect (world);
  char *text = large_text (2500000);
  assert_true (world_put (world, client, POST ("/echo", "Content-Length: 2500000")));
  assert_true (world_put (world, client, text));
  Received received = world_receive (world, client, 1);
  assert_int_equal (received.status, 200);
  while (received.length < 2500000 && received.end == STILL_OPEN)
    received.length += world_receive (world, client, 1).length;
  assert_true (received.length > 2500000);
  free (text);
  close (client);
  world_free (world);
}

static void
streamed_body (void **state)
{
  (void)state;
  World *world = world_new ();
  world->body_bytes = 1u << 30;
  world_start (world);
  int client = world_connect (world);
  char *text = large_text (3000000);
  assert_true (world_put (world, client, POST ("/pieces", "Content-Length: 3000000")));
  assert_true (world_put (world, client, text));
  Received received = world_receive (world, client, 1);
  assert_non_null (strstr (received.text, "3000000 bytes"));
  assert_in_range (world->piece_largest, 1, 65536 + 16384);
  free (text);
  close (client);
  world_free (world);
}

/* While the application pauses, the client fills the buffers and then waits: memory stays bounded. */
static void
back_pressure (void **state)
{
  (void)state;
  World *world = world_new ();
  world->body_bytes = 1u << 30;
  world->pauses = true;
  world->limits.body_interval_ms = 20;
  world_start (world);
  int client = world_connect (world);
  assert_true (world_put (world, client, POST ("/pieces", "Content-Length: 2000000")));
  char *text = large_text (2000000);
  size_t sent = 0;
  while (sent < 2000000) {
    ssize_t now = send (client, text + sent, 2000000 - sent, MSG_NOSIGNAL);
    world_turn (world, 1);
    if (now <= 0)
      break;
    sent += (size_t)now;
  }
  assert_true (sent < 1500000);
  assert_non_null (world->paused);
  size_t before = world->piece_bytes;
  world_turn (world, 60); /* longer than the interval of the minimum rate, which does not count now */
  assert_int_equal (world->piece_bytes, before);
  while (sent < 2000000 || world->paused != NULL) {
    HttpRequest *paused = world->paused;
    world->paused = NULL;
    if (paused != NULL)
      http_body_resume (paused);
    ssize_t now = sent < 2000000 ? send (client, text + sent, 2000000 - sent, MSG_NOSIGNAL) : 0;
    sent += now > 0 ? (size_t)now : 0;
    world_turn (world, 0);
  }
  Received received = world_receive (world, client, 1);
  assert_non_null (strstr (received.text, "2000000 bytes"));
  free (text);
  close (client);
  world_free (world);
}

static void
streamed_body_that_breaks (void **state)
{
  (void)state;
  World *world = world_started ();
  Received received =
      world_exchange (world, BYTES (POST ("/pieces", "Transfer-Encoding: chunked") "5\r\nhello\r\nx\r\n"), 0);
  assert_int_equal (received.status, 400);
  assert_true (has_reason (&received, "BAD_CHUNK_SIZE"));
  assert_int_equal (world->piece_bytes, 5);
  assert_int_equal (world->gone, 1);
  assert_int_equal (world->requests, 0);
  world_free (world);
}

static void
client_goes_away_in_the_body (void **state)
{
  (void)state;
  World *world = world_started ();
  int streamed = world_connect (world), buffered = world_connect (world);
  assert_true (world_put (world, streamed, POST ("/pieces", "Content-Length: 10") "hello"));
  assert_true (world_put (world, buffered, POST ("/echo", "Content-Length: 10") "hello"));
  close (streamed);
  close (buffered);
  world_turn (world, 5);
  assert_int_equal (world->gone, 1); /* the buffered one was never the application's */
  assert_int_equal (http_server_counts (world->server)->gone, 2);
  assert_int_equal (http_server_counts (world->server)->requests_in_flight, 0);
  world_free (world);
}

/* A client that is still sending gets the whole answer, not a reset. */
static void
refused_while_sending (void **state)
{
  (void)state;
  World *world = world_new ();
  world_start (world);
  Status status = http_server_listen (world->server, "127.0.0.1:0", false);
  assert_false (status_failed (status));
  int client = world_connect_tcp (world);
  char *text = large_text (900000);
  world_turn (world, 5);
  (void)world_put (world, client, POST ("/echo", "Content-Length: 90000000"));
  (void)world_send (world, client, text, 900000);
  Received received = world_receive (world, client, 0);
  assert_int_equal (received.status, 413);
  assert_int_equal (received.end, CLOSED_BY_SERVER);
  free (text);
  close (client);
  world_free (world);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (continue_is_sent_when_wanted),
      cmocka_unit_test (continue_is_not_sent_for_what_is_refused),
      cmocka_unit_test (plan_raises_the_body_limit),
      cmocka_unit_test (streamed_body),
      cmocka_unit_test (back_pressure),
      cmocka_unit_test (streamed_body_that_breaks),
      cmocka_unit_test (client_goes_away_in_the_body),
      cmocka_unit_test (refused_while_sending),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
