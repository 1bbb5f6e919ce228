/* Answers that go out piece by piece on one connection: chunks, pace, readers that stall, deadlines. */
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void
stream_with_a_field_that_cannot_be_sent (void **state)
{
  (void)state;
  static const HttpField bad[] = {{"X", "a\nb"}};
  World *world = world_started ();
  int client = world_connect (world);
  assert_true (world_put (world, client, GET ("/later") GET ("/b")));
  world_turn (world, 5);
  http_stream_start (world->later, 200, bad, 1, NULL);
  assert_int_equal (http_stream_write (world->later, bytes_of ("nowhere")), HTTP_WRITE_MORE);
  http_stream_finish (world->later);
  Received received = world_receive (world, client, 2);
  assert_int_equal (received.status, 500);
  assert_true (has_reason (&received, "BAD_ANSWER"));
  assert_null (strstr (received.text, "nowhere"));
  assert_int_equal (received.responses, 2);
  close (client);
  world_free (world);
}

static void
stream_in_chunks (void **state)
{
  (void)state;
  World *world = world_started ();
  int client = world_connect (world);
  assert_true (world_put (world, client, GET ("/stream") GET ("/b")));
  world_turn (world, 5);
  assert_int_equal (http_stream_write (world->later, bytes_of ("data: 1\n\n")), HTTP_WRITE_MORE);
  assert_int_equal (http_stream_write (world->later, bytes_of ("")), HTTP_WRITE_MORE);
  Received received = world_receive (world, client, 1);
  assert_non_null (strstr (received.text, "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n"));
  http_stream_finish (world->later);
  received = world_receive (world, client, 1);
  assert_memory_equal (received.text, "0\r\n\r\nHTTP/1.1 200", 17);
  assert_non_null (strstr (received.text, "GET /b"));
  close (client);
  world_free (world);
}

static void
stream_to_http_1_0 (void **state)
{
  (void)state;
  World *world = world_started ();
  int client = world_connect (world);
  assert_true (world_put (world, client, "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  world_turn (world, 5);
  assert_int_equal (http_stream_write (world->later, bytes_of ("data")), HTTP_WRITE_MORE);
  http_stream_finish (world->later);
  Received received = world_receive (world, client, 0);
  assert_non_null (strstr (received.text, "Connection: close\r\n\r\ndata"));
  assert_null (strstr (received.text, "chunked"));
  assert_int_equal (received.end, CLOSED_BY_SERVER);
  close (client);
  world_free (world);
}

static void
stream_for_head (void **state)
{
  (void)state;
  World *world = world_started ();
  int client = world_connect (world);
  assert_true (world_put (world, client, "HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n" GET ("/b")));
  world_turn (world, 5);
  assert_int_equal (http_stream_write (world->later, bytes_of ("data")), HTTP_WRITE_MORE);
  http_stream_finish (world->later);
  Received received = world_receive (world, client, 2);
  assert_non_null (strstr (received.text, "chunked\r\n\r\nHTTP/1.1 200 OK"));
  close (client);
  world_free (world);
}

/* A reader that falls behind: FULL, then cut; the application hears of it in the next turn, not inside the
 * call. */
static void
stream_that_is_not_read (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.output_bytes = 100000;
  world_start (world);
  int client = world_connect (world);
  assert_true (world_put (world, client, GET ("/stream")));
  world_turn (world, 5);
  char *text = large_text (20000);
  HttpWrite result = HTTP_WRITE_MORE;
  unsigned full = 0;
  for (int i = 0; i < 1000 && result != HTTP_WRITE_GONE; i++) {
    result = http_stream_write (world->later, bytes_of (text));
    full += result == HTTP_WRITE_FULL;
  }
  assert_int_equal (result, HTTP_WRITE_GONE);
  assert_in_range (full, 1, 4);
  assert_int_equal (world->gone, 0);
  assert_int_equal (http_stream_write (world->later, bytes_of ("x")), HTTP_WRITE_GONE);
  world_turn (world, 5);
  assert_int_equal (world->gone, 1);
  assert_int_equal (http_server_counts (world->server)->connections_open, 0);
  free (text);
  close (client);
  world_free (world);
}

static void
stream_paced_by_its_reader (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.output_bytes = 100000;
  world_start (world);
  int client = world_connect (world);
  assert_true (world_put (world, client, GET ("/stream")));
  world_turn (world, 5);
  char *text = large_text (10000);
  while (http_stream_write (world->later, bytes_of (text)) == HTTP_WRITE_MORE)
    continue;
  world_turn (world, 5);
  assert_int_equal (world->writable, 0);
  for (int i = 0; i < 1000 && world->writable == 0; i++) {
    char part[65536];
    (void)!recv (client, part, sizeof part, 0);
    world_turn (world, 0);
  }
  assert_int_equal (world->writable, 1);
  assert_int_equal (http_stream_write (world->later, bytes_of (text)), HTTP_WRITE_MORE);
  http_stream_finish (world->later);
  free (text);
  close (client);
  world_free (world);
}

static void
stream_beyond_its_time (void **state)
{
  (void)state;
  World *world = world_new ();
  world->total_ms = 50;
  world_start (world);
  int client = world_connect (world);
  assert_true (world_put (world, client, GET ("/stream")));
  Received received = world_receive (world, client, 0);
  assert_int_equal (received.responses, 1);
  assert_null (strstr (received.text, "\r\n0\r\n\r\n")); /* cut short, and the client can see it */
  assert_int_equal (received.end, CLOSED_BY_SERVER);
  assert_int_equal (world->gone, 1);
  close (client);
  world_free (world);
}

static void
stream_without_a_deadline (void **state)
{
  (void)state;
  World *world = world_new ();
  world->total_ms = HTTP_NO_DEADLINE;
  world->limits.total_ms = 20;
  world->limits.idle_ms = 20;
  world_start (world);
  int client = world_connect (world);
  assert_true (world_put (world, client, GET ("/stream")));
  world_turn (world, 100);
  assert_non_null (world->later);
  assert_int_equal (http_server_counts (world->server)->requests_in_flight, 0); /* not counted as work */
  assert_int_equal (http_stream_write (world->later, bytes_of ("x")), HTTP_WRITE_MORE);
  close (client);
  world_turn (world, 5);
  assert_int_equal (world->gone, 1);
  world_free (world);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (stream_with_a_field_that_cannot_be_sent),
      cmocka_unit_test (stream_in_chunks),
      cmocka_unit_test (stream_to_http_1_0),
      cmocka_unit_test (stream_for_head),
      cmocka_unit_test (stream_that_is_not_read),
      cmocka_unit_test (stream_paced_by_its_reader),
      cmocka_unit_test (stream_beyond_its_time),
      cmocka_unit_test (stream_without_a_deadline),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
