/* One connection over time: later answers, clients that go away, unusual orders of events. */
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void
later_answers_in_order (void **state)
{
  (void)state;
  World *world = world_started ();
  int client = world_connect (world);
  assert_true (world_put (world, client, GET ("/later") GET ("/b") GET ("/c")));
  world_turn (world, 5);
  assert_int_equal (world->requests, 1);
  http_respond (world->later, 200, NULL, 0, bytes_of ("first"));
  Received received = world_receive (world, client, 3);
  const char *first = strstr (received.text, "first"), *b = strstr (received.text, "GET /b"),
             *c = strstr (received.text, "GET /c");
  assert_true (first != NULL && b != NULL && c != NULL && first < b && b < c);
  assert_int_equal (world->gone, 0);
  close (client);
  world_free (world);
}

/* Answering calls nothing of the application: the next request arrives in the next turn. */
static void
answering_does_not_call_back (void **state)
{
  (void)state;
  World *world = world_started ();
  int client = world_connect (world);
  assert_true (world_put (world, client, GET ("/later") GET ("/b")));
  world_turn (world, 5);
  http_respond (world->later, 200, NULL, 0, bytes_of ("first"));
  assert_int_equal (world->requests, 1);
  world_turn (world, 5);
  assert_int_equal (world->requests, 2);
  close (client);
  world_free (world);
}

static void
client_goes_away (void **state)
{
  (void)state;
  World *world = world_started ();
  int client = world_connect (world);
  assert_true (world_put (world, client, GET ("/later")));
  world_turn (world, 5);
  assert_non_null (world->later);
  close (client);
  world_turn (world, 5);
  assert_int_equal (world->gone, 1);
  assert_null (world->later);
  assert_int_equal (http_server_counts (world->server)->connections_open, 0);
  assert_int_equal (http_server_counts (world->server)->requests_in_flight, 0);
  world_free (world);
}

static void
keep_request (HttpRequest *request)
{
  ((World *)request->data)->gone++;
}

/* A request outlives its client until it is ended, and ending it is harmless. */
static void
answer_to_nobody (void **state)
{
  (void)state;
  for (int way = 0; way < 4; way++) {
    World *world = world_started ();
    int client = world_connect (world);
    assert_true (world_put (world, client, POST ("/later", "Content-Length: 5") "hello"));
    world_turn (world, 5);
    HttpRequest *request = world->later;
    http_on_gone (request, keep_request);
    close (client);
    world_turn (world, 5);
    assert_int_equal (world->gone, 1);
    assert_true (http_is_gone (request));
    assert_string_equal ((const char *)request->body.data, "hello");
    assert_string_equal (http_request_header (request, "HOST"), "a");
    assert_int_equal (http_server_counts (world->server)->requests_in_flight, 1);
    if (way == 0)
      http_respond (request, 200, NULL, 0, bytes_of ("nobody"));
    if (way == 1)
      http_refuse (request, HTTP_OVERLOADED);
    if (way == 2)
      http_abandon (request);
    if (way == 3) {
      http_stream_start (request, 200, NULL, 0, NULL);
      assert_int_equal (http_stream_write (request, bytes_of ("x")), HTTP_WRITE_GONE);
      http_stream_finish (request);
    }
    assert_int_equal (http_server_counts (world->server)->requests_in_flight, 0);
    world_free (world);
  }
}

static void
abandoned_requests_close (void **state)
{
  (void)state;
  World *world = world_started ();
  Received received = world_exchange (world, BYTES (GET ("/abandon")), 0);
  assert_int_equal (received.length, 0);
  assert_int_equal (received.end, CLOSED_BY_SERVER);
  world_free (world);
}

static void
server_freed_with_requests_open (void **state)
{
  (void)state;
  World *world = world_started ();
  int later = world_connect (world), body = world_connect (world), head = world_connect (world);
  assert_true (world_put (world, later, GET ("/later")));
  assert_true (world_put (world, body, POST ("/echo", "Content-Length: 100") "half"));
  assert_true (world_put (world, head, "GET /"));
  world_turn (world, 5);
  world_free (world);
  close (later);
  close (body);
  close (head);
}

/* The application answers a streamed body before its end, while it pauses: the rest is skipped. */
static void
answer_while_paused (void **state)
{
  (void)state;
  World *world = world_new ();
  world->pauses = true;
  world_start (world);
  int client = world_connect (world);
  assert_true (world_put (world, client, POST ("/pieces", "Content-Length: 10") "hello"));
  world_turn (world, 5);
  assert_non_null (world->paused);
  http_respond (world->paused, 200, NULL, 0, bytes_of ("enough"));
  assert_true (world_put (world, client, "world" GET ("/b")));
  Received received = world_receive (world, client, 2);
  assert_non_null (strstr (received.text, "enough"));
  assert_non_null (strstr (received.text, "GET /b"));
  assert_int_equal (world->piece_bytes, 5);
  close (client);
  world_free (world);
}

/* It pauses for longer than the request may take: that is its own fault, not the client's. */
static void
paused_beyond_the_total_time (void **state)
{
  (void)state;
  World *world = world_new ();
  world->pauses = true;
  world->total_ms = 50;
  world_start (world);
  Received received = world_exchange (world, BYTES (POST ("/pieces", "Content-Length: 10") "hello"), 0);
  assert_int_equal (received.status, 504);
  assert_int_equal (world->gone, 1);
  world_free (world);
}

/* Pausing and resuming at the wrong time does nothing. */
static void
pause_without_a_body (void **state)
{
  (void)state;
  World *world = world_started ();
  int client = world_connect (world);
  assert_true (world_put (world, client, GET ("/later")));
  world_turn (world, 5);
  http_body_pause (world->later);
  http_body_resume (world->later);
  http_respond (world->later, 200, NULL, 0, bytes_of ("x"));
  assert_int_equal (world_receive (world, client, 1).status, 200);
  close (client);
  world_free (world);
}

/* The client ends its side at every possible place; nothing is left over. */
static void
end_at_every_place (void **state)
{
  (void)state;
  static const char text[] =
      POST ("/echo", "Content-Length: 5") "hello" POST ("/head", "Content-Length: 5") "hello" POST (
          "/pieces", "Transfer-Encoding: chunked") "5\r\nhello\r\n0\r\n\r\n" GET ("/");
  World *world = world_started ();
  for (size_t length = 0; length < sizeof text; length++) {
    int client = world_connect (world);
    assert_true (world_send (world, client, text, length));
    shutdown (client, SHUT_WR);
    Received received = world_receive (world, client, 0);
    assert_int_equal (received.end, CLOSED_BY_SERVER);
    close (client);
  }
  assert_int_equal (http_server_counts (world->server)->connections_open, 0);
  assert_int_equal (http_server_counts (world->server)->requests_in_flight, 0);
  world_free (world);
}

/* Half closed is gone, but an answer that is under way arrives. */
static void
half_closed_while_sending (void **state)
{
  (void)state;
  World *world = world_new ();
  world->big = 3000000;
  world_start (world);
  int client = world_connect (world);
  assert_true (world_put (world, client, GET ("/big")));
  world_turn (world, 5);
  shutdown (client, SHUT_WR);
  Received received = world_receive (world, client, 0);
  assert_true (received.length > 3000000);
  assert_int_equal (received.end, CLOSED_BY_SERVER);
  close (client);
  world_free (world);
}

/* The rest of a body that was answered early, but never arrives. */
static void
discarding_has_a_pace (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.body_interval_ms = 30;
  world_start (world);
  int client = world_connect (world);
  assert_true (world_put (world, client, POST ("/head", "Content-Length: 5")));
  Received received = world_receive (world, client, 0);
  assert_int_equal (received.status, 200);
  assert_int_equal (received.responses, 1);
  assert_int_equal (received.end, CLOSED_BY_SERVER);
  close (client);
  world_free (world);
}

/* The client is gone when the answer is written, and the server has not seen it yet. */
static void
answer_into_a_closed_socket (void **state)
{
  (void)state;
  for (int way = 0; way < 2; way++) {
    World *world = world_started ();
    int client = world_connect (world);
    assert_true (world_put (world, client, GET ("/later")));
    world_turn (world, 5);
    close (client);
    if (way == 0) {
      http_respond (world->later, 200, NULL, 0, bytes_of ("x"));
    } else {
      http_stream_start (world->later, 200, NULL, 0, NULL);
      assert_int_equal (http_stream_write (world->later, bytes_of ("x")), HTTP_WRITE_GONE);
    }
    world_turn (world, 5);
    assert_int_equal (world->gone, way);
    assert_int_equal (http_server_counts (world->server)->connections_open, 0);
    world_free (world);
  }
}

static void
linger_has_an_end (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.linger_ms = 30;
  world_start (world);
  int client = world_connect (world);
  assert_true (world_put (world, client, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  assert_int_equal (world_receive (world, client, 0).end, CLOSED_BY_SERVER);
  assert_int_equal (http_server_counts (world->server)->connections_open, 1);
  world_turn (world, 60);
  assert_int_equal (http_server_counts (world->server)->connections_open, 0);
  close (client);
  world_free (world);
}

static void
requests_per_connection (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.requests_per_connection = 2;
  world_start (world);
  Received received = world_exchange (world, BYTES (GET ("/a") GET ("/b") GET ("/c")), 0);
  assert_int_equal (received.responses, 2);
  assert_non_null (strstr (strstr (received.text, "GET /a"), "Connection: close"));
  assert_int_equal (received.end, CLOSED_BY_SERVER);
  world_free (world);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (later_answers_in_order),
      cmocka_unit_test (answering_does_not_call_back),
      cmocka_unit_test (client_goes_away),
      cmocka_unit_test (answer_to_nobody),
      cmocka_unit_test (abandoned_requests_close),
      cmocka_unit_test (server_freed_with_requests_open),
      cmocka_unit_test (answer_while_paused),
      cmocka_unit_test (paused_beyond_the_total_time),
      cmocka_unit_test (pause_without_a_body),
      cmocka_unit_test (end_at_every_place),
      cmocka_unit_test (half_closed_while_sending),
      cmocka_unit_test (discarding_has_a_pace),
      cmocka_unit_test (answer_into_a_closed_socket),
      cmocka_unit_test (linger_has_an_end),
      cmocka_unit_test (requests_per_connection),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
