/* Socket options: what libzmq says they are, and that nobody else sets any. */
#include "world.h"

#include "bus/socket.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

static void
test_options (void **state)
{
  static const struct {
    SocketRole role;
    int option;
    int value;
  } cases[] = {
      /* Heartbeats abort the process when a peer of a full queue dies. */
      {SOCKET_ROUTER, ZMQ_HEARTBEAT_IVL, 0},    {SOCKET_DEALER, ZMQ_HEARTBEAT_IVL, 0},
      {SOCKET_PUB, ZMQ_HEARTBEAT_IVL, 0},       {SOCKET_SUB, ZMQ_HEARTBEAT_IVL, 0},
      {SOCKET_DEALER, ZMQ_IMMEDIATE, 1},        {SOCKET_DEALER, ZMQ_LINGER, 0},
      {SOCKET_ROUTER, ZMQ_LINGER, 0},           {SOCKET_DEALER, ZMQ_SNDHWM, 1000},
      {SOCKET_ROUTER, ZMQ_RCVHWM, 1000},        {SOCKET_SUB, ZMQ_RCVHWM, 100},
      {SOCKET_MONITOR, ZMQ_RCVHWM, 0},          {SOCKET_ROUTER, ZMQ_TCP_MAXRT, 10000},
      {SOCKET_ROUTER, ZMQ_TCP_KEEPALIVE, 1},    {SOCKET_DEALER, ZMQ_CONNECT_TIMEOUT, 2000},
      {SOCKET_ROUTER, ZMQ_HANDSHAKE_IVL, 5000},
  };
  World world;
  (void)state;
  world_open (&world);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int value = -1;
    size_t size = sizeof value;
    void *socket = socket_open (world.bus, cases[i].role, NULL);
    assert_int_equal (zmq_getsockopt (socket, cases[i].option, &value, &size), 0);
    assert_int_equal (value, cases[i].value);
    socket_close (socket, 0);
  }
  int64_t largest = 0;
  size_t size = sizeof largest;
  void *router = socket_open (world.bus, SOCKET_ROUTER, NULL);
  assert_int_equal (zmq_getsockopt (router, ZMQ_MAXMSGSIZE, &largest, &size), 0);
  assert_true (largest == BUS_BODY_MAX);
  /* MANDATORY: an unknown peer is an error, not a silent drop. */
  assert_int_equal (zmq_send (router, "nobody", 6, ZMQ_SNDMORE | ZMQ_DONTWAIT), -1);
  assert_int_equal (zmq_errno (), EHOSTUNREACH);
  socket_close (router, 0);
  world_close (&world);
}

/* True when the file contains the word. */
static bool
mentions (const char *path, const char *word)
{
  char line[1024];
  bool found = false;
  FILE *file = fopen (path, "r");
  assert_non_null (file);
  while (!found && fgets (line, sizeof line, file) != NULL)
    found = strstr (line, word) != NULL;
  fclose (file);
  return found;
}

static void
test_options_are_set_in_one_place (void **state)
{
  static const char *const words[] = {"zmq_setsockopt", "HEARTBEAT_IVL", "zmq_ctx_new", "ZMQ_FD)", "ZMQ_FD,"};
  static const char *const places[] = {"socket.c", "socket.c", "bus.c", "watch.c", "watch.c"};
  const char *source = getenv ("HEIMO_SOURCE_DIR");
  if (source == NULL)
    skip ();
  char folder[512];
  (void)state;
  snprintf (folder, sizeof folder, "%s/common/bus", source);
  DIR *files = opendir (folder);
  assert_non_null (files);
  for (struct dirent *entry; (entry = readdir (files)) != NULL;) {
    char path[1024];
    size_t length = strlen (entry->d_name);
    if (length < 2 || strcmp (entry->d_name + length - 2, ".c") != 0)
      continue;
    snprintf (path, sizeof path, "%s/%s", folder, entry->d_name);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
      if (strcmp (entry->d_name, places[i]) != 0 && mentions (path, words[i]))
        fail_msg ("%s mentions %s", path, words[i]);
  }
  closedir (files);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_options),
      cmocka_unit_test (test_options_are_set_in_one_place),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
