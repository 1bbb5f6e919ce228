/* Keys: who is let in, who may call what, and that the start-up proof can fail. */
#include "world.h"

#include "bus/selftest.h"
#include "bus/socket.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

/* ---- what libzmq does: the table on which the rules rest, measured again on every run ---- */

typedef struct ZapRow {
  const char *handler; /* the code it answers with; NULL: there is none */
  const char *domain;
  int enforce;
  bool delivered;
  bool identified;
} ZapRow;

typedef struct ZapScript {
  void *socket;
  const char *code;
} ZapScript;

static void *
run_handler (void *argument)
{
  ZapScript *script = argument;
  char frame[256];
  char request[256] = "";
  for (;;) {
    int more = 1;
    size_t size = sizeof more;
    int length = 0;
    for (int i = 0; more != 0; i++) {
      int count = zmq_recv (script->socket, frame, sizeof frame, 0);
      if (count < 0) {
        zmq_close (script->socket);
        return NULL;
      }
      if (i == 1) {
        memcpy (request, frame, (size_t)count);
        length = count;
      }
      zmq_getsockopt (script->socket, ZMQ_RCVMORE, &more, &size);
    }
    zmq_send (script->socket, "1.0", 3, ZMQ_SNDMORE);
    zmq_send (script->socket, request, (size_t)length, ZMQ_SNDMORE);
    zmq_send (script->socket, script->code, 3, ZMQ_SNDMORE);
    zmq_send (script->socket, "", 0, ZMQ_SNDMORE);
    zmq_send (script->socket, "someone", 7, ZMQ_SNDMORE);
    zmq_send (script->socket, "", 0, 0);
  }
}

/* Sends one message as a stranger; tells whether it came through and with a User-Id. */
static void
run_zap_row (const ZapRow *row, bool *delivered, bool *identified)
{
  char public[KEY_TEXT_SIZE], secret[KEY_TEXT_SIZE], own_public[KEY_TEXT_SIZE], own_secret[KEY_TEXT_SIZE];
  char endpoint[128];
  size_t size = sizeof endpoint;
  const int on = 1;
  const int wait_ms = row->delivered ? 3000 : 250;
  pthread_t thread = 0;
  void *context = zmq_ctx_new ();
  ZapScript script = {NULL, row->handler};
  if (row->handler != NULL) {
    script.socket = zmq_socket (context, ZMQ_REP);
    assert_int_equal (zmq_bind (script.socket, "inproc://zeromq.zap.01"), 0);
    pthread_create (&thread, NULL, run_handler, &script);
  }
  zmq_curve_keypair (public, secret);
  zmq_curve_keypair (own_public, own_secret);
  void *server = zmq_socket (context, ZMQ_ROUTER);
  void *stranger = zmq_socket (context, ZMQ_DEALER);
  zmq_setsockopt (server, ZMQ_CURVE_SERVER, &on, sizeof on);
  zmq_setsockopt (server, ZMQ_CURVE_SECRETKEY, secret, KEY_TEXT_SIZE);
  if (row->domain != NULL)
    zmq_setsockopt (server, ZMQ_ZAP_DOMAIN, row->domain, strlen (row->domain));
  zmq_setsockopt (server, 93 /* ZMQ_ZAP_ENFORCE_DOMAIN */, &row->enforce, sizeof row->enforce);
  zmq_setsockopt (server, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms);
  zmq_setsockopt (stranger, ZMQ_CURVE_SERVERKEY, public, KEY_TEXT_SIZE);
  zmq_setsockopt (stranger, ZMQ_CURVE_PUBLICKEY, own_public, KEY_TEXT_SIZE);
  zmq_setsockopt (stranger, ZMQ_CURVE_SECRETKEY, own_secret, KEY_TEXT_SIZE);
  assert_int_equal (zmq_bind (server, "tcp://127.0.0.1:*"), 0);
  zmq_getsockopt (server, ZMQ_LAST_ENDPOINT, endpoint, &size);
  zmq_connect (stranger, endpoint);
  zmq_send (stranger, "x", 1, 0);
  zmq_msg_t message;
  zmq_msg_init (&message);
  *delivered = zmq_msg_recv (&message, server, 0) >= 0;
  *identified =
      *delivered && zmq_msg_recv (&message, server, 0) >= 0 && zmq_msg_gets (&message, "User-Id") != NULL;
  zmq_msg_close (&message);
  const int none = 0;
  zmq_setsockopt (stranger, ZMQ_LINGER, &none, sizeof none);
  zmq_close (stranger);
  zmq_close (server);
  zmq_ctx_shutdown (context);
  if (row->handler != NULL)
    pthread_join (thread, NULL);
  zmq_ctx_term (context);
}

static void
test_zap_table (void **state)
{
  static const ZapRow rows[] = {
      {NULL, NULL, 0, true, false},    {NULL, "heimo", 0, true, false},   {NULL, "heimo", 1, false, false},
      {"200", NULL, 0, true, true},    {"400", NULL, 0, false, false},    {"200", NULL, 1, true, false},
      {"200", "heimo", 1, true, true}, {"400", "heimo", 1, false, false}, {"300", "heimo", 1, false, false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bool delivered;
    bool identified;
    run_zap_row (&rows[i], &delivered, &identified);
    if (delivered != rows[i].delivered || identified != rows[i].identified)
      fail_msg ("row %zu: delivered %d, User-Id %d", i, delivered, identified);
  }
}

/* ---- the start-up proof ---- */

static void
test_selftest_passes_with_keys (void **state)
{
  World world;
  (void)state;
  world_open_with_keys (&world);
  assert_int_equal (counter_value (world.bus, COUNTER_ZAP_REFUSED), 1);
  world_close (&world);
}

static void
test_selftest_fails_without_protection (void **state)
{
  World world;
  (void)state;
  world_open (&world); /* no keys at all: the stranger's message arrives */
  Status status = selftest_strangers_are_refused (world.bus, world.root);
  assert_string_equal (status.detail->reason, "BUS_CONFIGURATION");
  world_close (&world);
}

/* A key that is not on the list gets nothing through, with our own socket options. */
static void
test_stranger (void **state)
{
  World world;
  (void)state;
  world_open_with_keys (&world);
  Echo *echo = echo_start (&world, &(BusServerOptions){.endpoint = "tcp://127.0.0.1:*"});
  Bus stranger = {.zmq = world.bus->zmq, .keys = world.bus->keys};
  zmq_curve_keypair (stranger.public_key, stranger.secret_key);
  void *socket = socket_open (&stranger, SOCKET_DEALER, world.bus->public_key);
  zmq_connect (socket, bus_server_endpoint (echo->server));
  for (unsigned i = 0; i < 30; i++) {
    zmq_send (socket, "HB1", 3, ZMQ_DONTWAIT);
    world_run_for (&world, 10);
  }
  assert_true (counter_value (world.bus, COUNTER_ZAP_REFUSED) >= 2);
  assert_true (counter_value (world.bus, COUNTER_HANDSHAKE_FAILED) >= 1);
  assert_int_equal (counter_value (world.bus, COUNTER_TRUNCATED), 0); /* nothing arrived */
  socket_close (socket, 0);
  echo_stop (echo);
  world_close (&world);
}

/* Many strangers, and many who connect and say nothing: friends are served meanwhile. */
static void
test_crowd_of_strangers (void **state)
{
  enum { STRANGERS = 40, SILENT = 60, CALLS = 50 };
  World world;
  Outcome outcome;
  void *strangers[STRANGERS];
  int silent[SILENT];
  (void)state;
  world_open_with_keys (&world);
  Echo *echo = echo_start (&world, &(BusServerOptions){.endpoint = "tcp://127.0.0.1:*"});
  const char *endpoint = bus_server_endpoint (echo->server);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  address.sin_port = htons ((uint16_t)strtoul (strrchr (endpoint, ':') + 1, NULL, 10));
  for (unsigned i = 0; i < SILENT; i++) {
    silent[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal (connect (silent[i], (struct sockaddr *)&address, sizeof address), 0);
    if (i % 2 == 0)
      assert_int_equal (write (silent[i], "\xff\0\0\0\0\0\0\0\1\x7f", 10), 10); /* half a greeting */
  }
  Bus stranger = {.zmq = world.bus->zmq, .keys = world.bus->keys};
  zmq_curve_keypair (stranger.public_key, stranger.secret_key);
  for (unsigned i = 0; i < STRANGERS; i++) {
    strangers[i] = socket_open (&stranger, SOCKET_DEALER, world.bus->public_key);
    zmq_connect (strangers[i], endpoint);
  }
  BusClient *client = client_start (&world, endpoint, 1);
  for (unsigned i = 0; i < CALLS; i++) {
    call_and_wait (&world, client, "Echo", "friend", &outcome);
    assert_int_equal (outcome.code, STATUS_OK);
  }
  assert_int_equal (echo->executed, CALLS);
  assert_true (counter_value (world.bus, COUNTER_ZAP_REFUSED) >= STRANGERS);
  for (unsigned i = 0; i < STRANGERS; i++)
    socket_close (strangers[i], 0);
  for (unsigned i = 0; i < SILENT; i++)
    close (silent[i]);
  talloc_free (client);
  echo_stop (echo);
  world_close (&world);
}

/* ---- who may call what ---- */

static void
call_other (World *world, BusClient *client, const char *method, Outcome *outcome)
{
  const BusRequest request = {.service = "echo", .method = method, .timeout_ms = 1000};
  memset (outcome, 0, sizeof *outcome);
  bus_client_call (client, &request, outcome_take, outcome);
  world_run_until (world, &outcome->done);
}

static void
write_allow (World *world, const char *line)
{
  const char *path = world_path (world, "allow");
  chmod (path, 0644);
  FILE *file = fopen (path, "w");
  fputs (line, file);
  fclose (file);
}

static void
test_callers_and_methods (void **state)
{
  World world;
  Outcome outcome;
  (void)state;
  world_open_with_keys (&world);
  Echo *echo = echo_start (&world, &(BusServerOptions){.endpoint = "tcp://127.0.0.1:*"});
  const char *port = strrchr (bus_server_endpoint (echo->server), ':');
  BusClient *client = client_start (&world, memory_format (world.root, "tcp://localhost%s", port), 1);
  call_and_wait (&world, client, "Echo", "hello", &outcome);
  assert_string_equal (outcome.body, "hello");
  call_other (&world, client, "test.v1.Other/Secret", &outcome);
  assert_int_equal (outcome.code, STATUS_PERMISSION_DENIED);
  assert_string_equal (outcome.reason, "CALLER_NOT_ALLOWED");
  call_other (&world, client, "test.v1.Other/Known", &outcome);
  assert_string_equal (outcome.reason, "UNKNOWN_METHOD"); /* allowed, but there is none */
  assert_int_equal (echo->executed, 1);

  /* A wrong list is not taken; the old one stays in force. */
  write_allow (&world, "echo too-short test.v1.Echo/*\n");
  Status status = bus_reload (world.bus, world.root);
  assert_string_equal (status.detail->reason, "BUS_CONFIGURATION");
  call_and_wait (&world, client, "Echo", "still", &outcome);
  assert_string_equal (outcome.body, "still");

  /* Off the list: the next message on the same connection is refused. */
  write_allow (&world, "# nobody\n");
  assert_false (status_failed (bus_reload (world.bus, world.root)));
  call_other (&world, client, "test.v1.Echo/Echo", &outcome);
  assert_int_not_equal (outcome.code, STATUS_OK);
  assert_int_equal (echo->executed, 2);
  assert_true (counter_value (world.bus, COUNTER_UNAUTHORISED) > 0);

  /* And on again. */
  write_allow (&world, memory_format (world.root, "echo %s *\n", world.bus->public_key));
  assert_false (status_failed (bus_reload (world.bus, world.root)));
  client_wait_up (&world, client, 1);
  call_and_wait (&world, client, "Echo", "again", &outcome);
  assert_string_equal (outcome.body, "again");
  talloc_free (client);
  echo_stop (echo);
  world_close (&world);
}

/* The public key file has the wrong key first, as in a rotation: the client finds the right one. */
static void
test_key_rotation (void **state)
{
  World world;
  char public[KEY_TEXT_SIZE], secret[KEY_TEXT_SIZE];
  (void)state;
  world_open_with_keys (&world);
  zmq_curve_keypair (public, secret);
  const char *path = world_path (&world, "echo.public");
  chmod (path, 0644);
  FILE *file = fopen (path, "w");
  fprintf (file, "%s\n%s\n", public, world.bus->public_key);
  fclose (file);
  Echo *echo = echo_start (&world, &(BusServerOptions){.endpoint = "tcp://127.0.0.1:*"});
  BusClient *client = client_start (&world, bus_server_endpoint (echo->server), 1);
  assert_true (counter_value (world.bus, COUNTER_CLIENT_LOST_REPLICAS) >= 1);
  talloc_free (client);
  echo_stop (echo);
  world_close (&world);
}

static void
test_secret_must_be_secret (void **state)
{
  World world;
  Bus *second;
  (void)state;
  world_open_with_keys (&world);
  chmod (world_path (&world, "echo.secret"), 0444);
  const BusOptions options = {.name = "echo", .keys = world.folder};
  Status status = bus_open (world.root, &options, &second);
  assert_string_equal (status.detail->reason, "BUS_CONFIGURATION");
  assert_null (strstr (status.detail->message, world.bus->secret_key));
  const BusOptions missing = {.name = "nobody", .keys = world.folder};
  status = bus_open (world.root, &missing, &second);
  assert_string_equal (status.detail->reason, "BUS_CONFIGURATION");
  chmod (world.folder, 0755);
  const BusOptions open_folder = {.name = "echo", .directory = world.folder};
  status = bus_open (world.root, &open_folder, &second);
  assert_string_equal (status.detail->reason, "BUS_CONFIGURATION");
  world_close (&world);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_zap_table),
      cmocka_unit_test (test_selftest_passes_with_keys),
      cmocka_unit_test (test_selftest_fails_without_protection),
      cmocka_unit_test (test_stranger),
      cmocka_unit_test (test_crowd_of_strangers),
      cmocka_unit_test (test_callers_and_methods),
      cmocka_unit_test (test_key_rotation),
      cmocka_unit_test (test_secret_must_be_secret),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
