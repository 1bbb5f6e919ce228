/* Who is let in: connection limits, idle connections, descriptors that run out, listening, draining. */
#include "world.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void
put (World *world, int client, const char *text)
{
  assert_true (world_send (world, client, text, strlen (text)));
}

static void
listen_on_loopback (World *world)
{
  Status status = http_server_listen (world->server, "127.0.0.1:0", false);
  assert_false (status_failed (status));
  assert_int_not_equal (http_server_port (world->server), 0);
}

/* ---- listening ---- */

static void
addresses (void **state)
{
  (void)state;
  static const struct {
    const char *name;
    const char *reason; /* NULL: listens */
  } table[] = {
      {"127.0.0.1:0", NULL},
      {"[::1]:0", NULL},
      {"127.0.0.1", "BAD_ADDRESS"},
      {"127.0.0.1:", "BAD_ADDRESS"},
      {":80", "BAD_ADDRESS"},
      {"127.0.0.1:65536", "BAD_ADDRESS"},
      {"127.0.0.1:8x", "BAD_ADDRESS"},
      {"host:80", "BAD_ADDRESS"},
      {"192.0.2.1:0", "CANNOT_LISTEN"},
      {"127.0.0.1:0000080", "BAD_ADDRESS"},
      {"", "BAD_ADDRESS"},
  };
  for (size_t i = 0; i < ROWS (table); i++) {
    World *world = world_new ();
    world_start (world);
    Status status = http_server_listen (world->server, table[i].name, false);
    const char *reason = status_failed (status) ? status.detail->reason : NULL;
    /* A machine without IPv6 cannot listen there. */
    if (strcmp (table[i].name, "[::1]:0") != 0 && ((reason == NULL) != (table[i].reason == NULL) ||
                                                   (reason != NULL && strcmp (reason, table[i].reason) != 0)))
      ROW_FAIL (&table[i], "%s", reason == NULL ? "listens" : reason);
    world_free (world);
  }
}

static void
over_tcp (void **state)
{
  (void)state;
  World *world = world_new ();
  world_start (world);
  assert_int_equal (http_server_port (world->server), 0);
  listen_on_loopback (world);
  int client = world_connect_tcp (world);
  world_turn (world, 5);
  put (world, client, GET ("/later"));
  world_turn (world, 5);
  assert_string_equal (world->later->client, "127.0.0.1");
  http_respond (world->later, 200, NULL, 0, (Bytes){NULL, 0});
  assert_int_equal (world_receive (world, client, 1).status, 200);
  close (client);
  world_free (world);
}

/* An IPv6 client is counted by its /64. A machine without IPv6 passes. */
static void
over_ip6 (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.connections_per_client = 1;
  world_start (world);
  if (status_failed (http_server_listen (world->server, "[::1]:0", false))) {
    world_free (world);
    return;
  }
  struct sockaddr_in6 address = {.sin6_family = AF_INET6,
                                 .sin6_port = htons ((uint16_t)http_server_port (world->server)),
                                 .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  int clients[2];
  for (int i = 0; i < 2; i++) {
    clients[i] = socket (AF_INET6, SOCK_STREAM, 0);
    assert_int_equal (connect (clients[i], (struct sockaddr *)&address, sizeof address), 0);
    evutil_make_socket_nonblocking (clients[i]);
    world_turn (world, 5);
  }
  put (world, clients[0], GET ("/later"));
  world_turn (world, 5);
  assert_string_equal (world->later->client, "::1");
  assert_int_equal (world_receive (world, clients[1], 0).status, 429);
  close (clients[0]), close (clients[1]);
  world_free (world);
}

static void
two_servers_share_an_address (void **state)
{
  (void)state;
  World *one = world_new (), *two = world_new ();
  char address[32];
  world_start (one);
  world_start (two);
  assert_false (status_failed (http_server_listen (one->server, "127.0.0.1:0", true)));
  snprintf (address, sizeof address, "127.0.0.1:%u", http_server_port (one->server));
  assert_false (status_failed (http_server_listen (two->server, address, true)));
  int clients[64];
  for (size_t i = 0; i < ROWS (clients); i++)
    clients[i] = world_connect_tcp (one);
  world_turn (one, 10);
  world_turn (two, 10);
  unsigned first = http_server_counts (one->server)->connections_open,
           second = http_server_counts (two->server)->connections_open;
  assert_int_equal (first + second, ROWS (clients));
  assert_true (first > 0 && second > 0);
  for (size_t i = 0; i < ROWS (clients); i++)
    close (clients[i]);
  world_free (one);
  world_free (two);
}

/* ---- limits ---- */

/* Three hundred idle connections stay, and one more request is answered as ever. */
static void
many_idle_connections (void **state)
{
  (void)state;
  World *world = world_new ();
  world_start (world);
  int clients[300];
  for (size_t i = 0; i < ROWS (clients); i++)
    clients[i] = world_connect (world);
  world_turn (world, 5);
  assert_int_equal (http_server_counts (world->server)->connections_idle, 300);
  assert_int_equal (world_exchange (world, BYTES (GET ("/echo")), 1).status, 200);
  assert_int_equal (http_server_counts (world->server)->connections_idle, 300);
  for (size_t i = 0; i < ROWS (clients); i++)
    close (clients[i]);
  world_turn (world, 5);
  assert_int_equal (http_server_counts (world->server)->connections_open, 0);
  assert_int_equal (http_server_counts (world->server)->connections_idle, 0);
  world_free (world);
}

/* At the limit the longest idle makes room; whoever is busy stays. */
static void
idle_connections_make_room (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.connections = 3;
  world_start (world);
  int busy = world_connect (world), used = world_connect (world), idle = world_connect (world);
  put (world, busy, GET ("/later"));
  put (world, used, GET ("/echo"));
  assert_int_equal (world_receive (world, used, 1).status, 200); /* now `idle` is the longest idle */
  int fourth = world_connect (world);
  put (world, fourth, GET ("/echo"));
  assert_int_equal (world_receive (world, fourth, 1).status, 200);
  assert_int_equal (world_receive (world, idle, 0).end, CLOSED_BY_SERVER);
  put (world, used, GET ("/echo"));
  assert_int_equal (world_receive (world, used, 1).status, 200);
  assert_int_equal (http_server_counts (world->server)->idle_evicted, 1);
  assert_int_equal (world->gone, 0);
  close (busy), close (used), close (idle), close (fourth);
  world_free (world);
}

static void
all_busy (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.connections = 2;
  world_start (world);
  int one = world_connect (world), two = world_connect (world);
  put (world, one, "GET /");
  put (world, two, "GET /");
  world_turn (world, 5);
  Received received = world_exchange (world, BYTES (GET ("/echo")), 0);
  assert_int_equal (received.status, 503);
  assert_true (has_reason (&received, "OVERLOADED"));
  assert_non_null (strstr (received.text, "Retry-After: 1\r\n"));
  assert_int_not_equal (received.end, STILL_OPEN);
  close (one), close (two);
  world_free (world);
}

static void
connections_per_client (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.connections_per_client = 2;
  world_start (world);
  listen_on_loopback (world);
  int one = world_connect_tcp (world), two = world_connect_tcp (world);
  world_turn (world, 5);
  int three = world_connect_tcp (world);
  Received received = world_receive (world, three, 0);
  assert_int_equal (received.status, 429);
  assert_true (has_reason (&received, "TOO_MANY_CONNECTIONS"));
  close (one);
  world_turn (world, 5);
  int four = world_connect_tcp (world);
  world_turn (world, 5);
  put (world, four, GET ("/echo"));
  assert_int_equal (world_receive (world, four, 1).status, 200);
  /* Another address is not concerned: the socket pair has none. */
  assert_int_equal (world_exchange (world, BYTES (GET ("/echo")), 1).status, 200);
  close (two), close (three), close (four);
  world_free (world);
}

static void
requests_in_flight (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.requests = 1;
  world_start (world);
  int one = world_connect (world), two = world_connect (world);
  put (world, one, GET ("/later"));
  put (world, two, GET ("/echo"));
  Received received = world_receive (world, two, 1);
  assert_int_equal (received.status, 503);
  assert_true (has_reason (&received, "OVERLOADED"));
  assert_int_equal (received.end, STILL_OPEN); /* it may come again on the same connection */
  http_respond (world->later, 200, NULL, 0, (Bytes){NULL, 0});
  put (world, two, GET ("/echo"));
  assert_int_equal (world_receive (world, two, 1).status, 200);
  close (one), close (two);
  world_free (world);
}

/* Bodies that are being collected are bounded together: the one that does not fit gets 503, the others go on.
 */
static void
bodies_held_together (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.held_bytes = 100000;
  world_start (world);
  char *text = malloc (60001);
  memset (text, 'y', 60000);
  text[60000] = 0;
  int one = world_connect (world), two = world_connect (world);
  put (world, one, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60001\r\n\r\n");
  put (world, one, text);
  put (world, two, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60001\r\n\r\n");
  (void)world_send (world, two, text, 60000);
  Received received = world_receive (world, two, 0);
  assert_int_equal (received.status, 503);
  assert_true (has_reason (&received, "OVERLOADED"));
  put (world, one, "z");
  assert_int_equal (world_receive (world, one, 1).status, 200);
  close (two);
  put (world, one, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n");
  put (world, one, text);
  assert_int_equal (world_receive (world, one, 1).status, 200); /* what was held is free again */
  free (text);
  close (one);
  world_free (world);
}

/* Answers that nobody reads are bounded together: the connection with most unsent is cut, the others go on.
 */
static void
answers_held_together (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.held_bytes = 1100000;
  world_start (world);
  char *text = malloc (1000001);
  memset (text, 'y', 1000000);
  text[1000000] = 0;
  int clients[2];
  for (int i = 0; i < 2; i++) {
    clients[i] = world_connect (world);
    put (world, clients[i], "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
    world_turn (world, 5);
    http_respond (world->later, 200, NULL, 0, (Bytes){(const uint8_t *)text, i == 0 ? 1000000 : 900000});
    world_turn (world, 5);
  }
  assert_int_equal (http_server_counts (world->server)->held_cut, 1);
  assert_int_equal (http_server_counts (world->server)->connections_open, 1);
  assert_true (world_receive (world, clients[0], 0).length < 1000000);
  Received received = world_receive (world, clients[1], 1);
  while (received.length < 900000 && received.end == STILL_OPEN)
    received.length += world_receive (world, clients[1], 1).length;
  assert_true (received.length > 900000);
  /* All was sent, so nothing is held: there is room for as much again. */
  put (world, clients[1], "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  world_turn (world, 5);
  http_respond (world->later, 200, NULL, 0, (Bytes){(const uint8_t *)text, 1000000});
  world_turn (world, 5);
  assert_int_equal (http_server_counts (world->server)->held_cut, 1);
  free (text);
  close (clients[0]), close (clients[1]);
  world_free (world);
}

/* Without descriptors the server pauses instead of spinning, and closes idle connections to get some. */
static void
descriptors_run_out (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.accept_pause_ms = 20;
  world_start (world);
  listen_on_loopback (world);
  int idle = world_connect_tcp (world);
  world_turn (world, 5);
  assert_int_equal (http_server_counts (world->server)->connections_idle, 1);
  int client = world_connect_tcp (world);
  struct rlimit old, low;
  assert_int_equal (getrlimit (RLIMIT_NOFILE, &old), 0);
  int next = dup (0); /* the lowest free number */
  close (next);
  low = (struct rlimit){.rlim_cur = (rlim_t)next, .rlim_max = old.rlim_max};
  assert_int_equal (setrlimit (RLIMIT_NOFILE, &low), 0);
  world_turn (world, 5);
  assert_int_equal (http_server_counts (world->server)->accept_pauses, 1);
  assert_int_equal (http_server_counts (world->server)->idle_evicted, 1);
  assert_int_equal (setrlimit (RLIMIT_NOFILE, &old), 0);
  world_turn (world, 40);
  put (world, client, GET ("/echo"));
  assert_int_equal (world_receive (world, client, 1).status, 200);
  assert_in_range (http_server_counts (world->server)->accept_pauses, 1, 2);
  close (idle), close (client);
  world_free (world);
}

/* ---- draining ---- */

static void
note_drained (void *data)
{
  ((World *)data)->drained++;
}

static void
draining (void **state)
{
  (void)state;
  World *world = world_new ();
  world->limits.head_ms = 100;
  world_start (world);
  listen_on_loopback (world);
  int used = world_connect_tcp (world), busy = world_connect_tcp (world), fresh = world_connect_tcp (world);
  world_turn (world, 5);
  put (world, used, GET ("/echo"));
  assert_int_equal (world_receive (world, used, 1).status, 200);
  put (world, busy, GET ("/later") GET ("/second"));
  world_turn (world, 5);
  int waiting = world_connect_tcp (world); /* in the kernel's queue only */
  http_server_drain (world->server, note_drained, world);
  http_server_drain (world->server, note_drained, world);
  assert_int_equal (http_server_port (world->server), 0);
  assert_int_equal (world_receive (world, used, 0).end, CLOSED_BY_SERVER);
  put (world, waiting, GET ("/waiting"));
  Received received = world_receive (world, waiting, 0);
  assert_non_null (strstr (received.text, "GET /waiting"));
  assert_non_null (strstr (received.text, "Connection: close\r\n"));
  close (waiting);
  assert_int_equal (world->drained, 0);
  http_respond (world->later, 200, NULL, 0, (Bytes){NULL, 0});
  received = world_receive (world, busy, 0);
  assert_int_equal (received.responses, 1);
  assert_non_null (strstr (received.text, "Connection: close\r\n"));
  close (busy);
  world_turn (world, 120); /* the fresh one has had its time */
  assert_int_equal (world_receive (world, fresh, 0).end, CLOSED_BY_SERVER);
  assert_int_equal (world->drained, 1);
  assert_int_equal (http_server_counts (world->server)->connections_open, 0);
  close (used), close (fresh);
  world_free (world);
}

static void
draining_an_empty_server (void **state)
{
  (void)state;
  World *world = world_new ();
  world_start (world);
  http_server_drain (world->server, note_drained, world);
  assert_int_equal (world->drained, 0);
  world_turn (world, 0);
  assert_int_equal (world->drained, 1);
  world_free (world);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (addresses),
      cmocka_unit_test (over_tcp),
      cmocka_unit_test (over_ip6),
      cmocka_unit_test (two_servers_share_an_address),
      cmocka_unit_test (many_idle_connections),
      cmocka_unit_test (idle_connections_make_room),
      cmocka_unit_test (all_busy),
      cmocka_unit_test (connections_per_client),
      cmocka_unit_test (requests_in_flight),
      cmocka_unit_test (bodies_held_together),
      cmocka_unit_test (answers_held_together),
      cmocka_unit_test (descriptors_run_out),
      cmocka_unit_test (draining),
      cmocka_unit_test (draining_an_empty_server),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
