/* One connection over time: deadlines, slow and endless clients, later answers, streams, clients that go
 * away. */
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST(path, headers) "POST " path " HTTP/1.1\r\nHost: a\r\n" headers "\r\n\r\n"

static Bytes
bytes_of (const char *text)
{
  return (Bytes){(const uint8_t *)text, strlen (text)};
}

static World *
start (void)
{
  World *world = world_new ();
  world_start (world);
  return world;
}

static bool
put (World *world, int client, const char *text)
{
  return world_send (world, client, text, strlen (text));
}

/* ---- deadlines ---- */

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
  assert_true (put (world, used, GET ("/echo")));
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
  assert_true (put (world, client, POST ("/echo", "Content-Length: 1000")));
  for (int i = 0; i < 20 && http_server_counts (world->server)->faults[HTTP_BODY_TOO_SLOW] == 0; i++) {
    (void)put (world, client, "x");
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
  assert_true (put (world, client, POST ("/echo", "Content-Length: 1000")));
  for (int i = 0; i < 90; i++)
    assert_true (put (world, client, "0123456789"));
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
  assert_true (put (world, client, POST ("/echo", "Content-Length: 160")));
  for (int i = 0; i < 16; i++) {
    assert_true (put (world, client, "0123456789"));
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
  assert_true (put (world, client, POST ("/echo", "Content-Length: 1000000")));
  for (int i = 0; i < 50 && http_server_counts (world->server)->faults[HTTP_BODY_TOO_SLOW] == 0; i++) {
    (void)put (world, client, "0123456789");
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
  assert_true (put (world, client, POST ("/echo", "Transfer-Encoding: chunked")));
  unsigned sent = 0;
  while (http_server_counts (world->server)->faults[HTTP_BODY_TOO_LARGE] == 0 && put (world, client, chunk))
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

/* ---- later answers ---- */

static void
later_answers_in_order (void **state)
{
  (void)state;
  World *world = start ();
  int client = world_connect (world);
  assert_true (put (world, client, GET ("/later") GET ("/b") GET ("/c")));
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
  World *world = start ();
  int client = world_connect (world);
  assert_true (put (world, client, GET ("/later") GET ("/b")));
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
  World *world = start ();
  int client = world_connect (world);
  assert_true (put (world, client, GET ("/later")));
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
    World *world = start ();
    int client = world_connect (world);
    assert_true (put (world, client, POST ("/later", "Content-Length: 5") "hello"));
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
  World *world = start ();
  Received received = world_exchange (world, BYTES (GET ("/abandon")), 0);
  assert_int_equal (received.length, 0);
  assert_int_equal (received.end, CLOSED_BY_SERVER);
  world_free (world);
}

static void
server_freed_with_requests_open (void **state)
{
  (void)state;
  World *world = start ();
  int later = world_connect (world), body = world_connect (world), head = world_connect (world);
  assert_true (put (world, later, GET ("/later")));
  assert_true (put (world, body, POST ("/echo", "Content-Length: 100") "half"));
  assert_true (put (world, head, "GET /"));
  world_turn (world, 5);
  world_free (world);
  close (later);
  close (body);
  close (head);
}

/* ---- bodies ---- */

static void
continue_is_sent_when_wanted (void **state)
{
  (void)state;
  World *world = start ();
  int client = world_connect (world);
  assert_true (put (world, client, POST ("/echo", "Expect: 100-continue\r\nContent-Length: 5")));
  world_turn (world, 5);
  char text[64] = "";
  assert_true (recv (client, text, sizeof text - 1, 0) > 0);
  assert_string_equal (text, "HTTP/1.1 100 Continue\r\n\r\n");
  assert_true (put (world, client, "hello"));
  Received received = world_receive (world, client, 1);
  assert_non_null (strstr (received.text, "POST /echo hello"));
  close (client);
  world_free (world);
}

static void
continue_is_not_sent_for_what_is_refused (void **state)
{
  (void)state;
  World *world = start ();
  Received received =
      world_exchange (world, BYTES (POST ("/echo", "Expect: 100-continue\r\nContent-Length: 2000000")), 0);
  assert_int_equal (received.status, 413);
  assert_null (strstr (received.text, "100 Continue"));
  world_free (world);
}

static char *
large_text (size_t length)
{
  char *text = malloc (length + 1);
  memset (text, 'y', length);
  text[length] = 0;
  return text;
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
  assert_true (put (world, client, POST ("/echo", "Content-Length: 2500000")));
  assert_true (put (world, client, text));
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
  assert_true (put (world, client, POST ("/pieces", "Content-Length: 3000000")));
  assert_true (put (world, client, text));
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
  assert_true (put (world, client, POST ("/pieces", "Content-Length: 2000000")));
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
  World *world = start ();
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
  World *world = start ();
  int streamed = world_connect (world), buffered = world_connect (world);
  assert_true (put (world, streamed, POST ("/pieces", "Content-Length: 10") "hello"));
  assert_true (put (world, buffered, POST ("/echo", "Content-Length: 10") "hello"));
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
  (void)put (world, client, POST ("/echo", "Content-Length: 90000000"));
  (void)world_send (world, client, text, 900000);
  Received received = world_receive (world, client, 0);
  assert_int_equal (received.status, 413);
  assert_int_equal (received.end, CLOSED_BY_SERVER);
  free (text);
  close (client);
  world_free (world);
}

/* ---- sending ---- */

static void
large_answer_to_a_slow_reader (void **state)
{
  (void)state;
  World *world = world_new ();
  world->big = 5000000;
  world_start (world);
  int client = world_connect (world);
  assert_true (put (world, client, GET ("/big") GET ("/b")));
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
  assert_true (put (world, client, GET ("/big")));
  world_turn (world, 200);
  assert_int_equal (http_server_counts (world->server)->connections_open, 0);
  close (client);
  world_free (world);
}

/* ---- unusual orders ---- */

/* The application answers a streamed body before its end, while it pauses: the rest is skipped. */
static void
answer_while_paused (void **state)
{
  (void)state;
  World *world = world_new ();
  world->pauses = true;
  world_start (world);
  int client = world_connect (world);
  assert_true (put (world, client, POST ("/pieces", "Content-Length: 10") "hello"));
  world_turn (world, 5);
  assert_non_null (world->paused);
  http_respond (world->paused, 200, NULL, 0, bytes_of ("enough"));
  assert_true (put (world, client, "world" GET ("/b")));
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
  World *world = start ();
  int client = world_connect (world);
  assert_true (put (world, client, GET ("/later")));
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
  World *world = start ();
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
  assert_true (put (world, client, GET ("/big")));
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
  assert_true (put (world, client, POST ("/head", "Content-Length: 5")));
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
    World *world = start ();
    int client = world_connect (world);
    assert_true (put (world, client, GET ("/later")));
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
  assert_true (put (world, client, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  assert_int_equal (world_receive (world, client, 0).end, CLOSED_BY_SERVER);
  assert_int_equal (http_server_counts (world->server)->connections_open, 1);
  world_turn (world, 60);
  assert_int_equal (http_server_counts (world->server)->connections_open, 0);
  close (client);
  world_free (world);
}

/* ---- streams ---- */

static void
stream_with_a_field_that_cannot_be_sent (void **state)
{
  (void)state;
  static const HttpField bad[] = {{"X", "a\nb"}};
  World *world = start ();
  int client = world_connect (world);
  assert_true (put (world, client, GET ("/later") GET ("/b")));
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
  World *world = start ();
  int client = world_connect (world);
  assert_true (put (world, client, GET ("/stream") GET ("/b")));
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
  World *world = start ();
  int client = world_connect (world);
  assert_true (put (world, client, "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
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
  World *world = start ();
  int client = world_connect (world);
  assert_true (put (world, client, "HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n" GET ("/b")));
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
  assert_true (put (world, client, GET ("/stream")));
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
  assert_true (put (world, client, GET ("/stream")));
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
  assert_true (put (world, client, GET ("/stream")));
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
  assert_true (put (world, client, GET ("/stream")));
  world_turn (world, 100);
  assert_non_null (world->later);
  assert_int_equal (http_server_counts (world->server)->requests_in_flight, 0); /* not counted as work */
  assert_int_equal (http_stream_write (world->later, bytes_of ("x")), HTTP_WRITE_MORE);
  close (client);
  world_turn (world, 5);
  assert_int_equal (world->gone, 1);
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
      cmocka_unit_test (slow_drip),
      cmocka_unit_test (idle_connections_end_in_silence),
      cmocka_unit_test (body_below_the_minimum_rate),
      cmocka_unit_test (body_that_stalls_after_a_fast_start),
      cmocka_unit_test (body_above_the_minimum_rate),
      cmocka_unit_test (body_beyond_the_total_time),
      cmocka_unit_test (endless_body),
      cmocka_unit_test (answer_too_late),
      cmocka_unit_test (later_answers_in_order),
      cmocka_unit_test (answering_does_not_call_back),
      cmocka_unit_test (client_goes_away),
      cmocka_unit_test (answer_to_nobody),
      cmocka_unit_test (abandoned_requests_close),
      cmocka_unit_test (server_freed_with_requests_open),
      cmocka_unit_test (continue_is_sent_when_wanted),
      cmocka_unit_test (continue_is_not_sent_for_what_is_refused),
      cmocka_unit_test (plan_raises_the_body_limit),
      cmocka_unit_test (streamed_body),
      cmocka_unit_test (back_pressure),
      cmocka_unit_test (streamed_body_that_breaks),
      cmocka_unit_test (client_goes_away_in_the_body),
      cmocka_unit_test (refused_while_sending),
      cmocka_unit_test (large_answer_to_a_slow_reader),
      cmocka_unit_test (reader_that_stalls),
      cmocka_unit_test (answer_while_paused),
      cmocka_unit_test (paused_beyond_the_total_time),
      cmocka_unit_test (pause_without_a_body),
      cmocka_unit_test (end_at_every_place),
      cmocka_unit_test (half_closed_while_sending),
      cmocka_unit_test (discarding_has_a_pace),
      cmocka_unit_test (answer_into_a_closed_socket),
      cmocka_unit_test (linger_has_an_end),
      cmocka_unit_test (stream_with_a_field_that_cannot_be_sent),
      cmocka_unit_test (stream_in_chunks),
      cmocka_unit_test (stream_to_http_1_0),
      cmocka_unit_test (stream_for_head),
      cmocka_unit_test (stream_that_is_not_read),
      cmocka_unit_test (stream_paced_by_its_reader),
      cmocka_unit_test (stream_beyond_its_time),
      cmocka_unit_test (stream_without_a_deadline),
      cmocka_unit_test (requests_per_connection),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
