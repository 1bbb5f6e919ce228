/* bus_echo [SECONDS [OUTSTANDING]]: echo calls per second over ipc between two processes, through the bus,
 * and, as the limit to stand beside, the same frames over bare ZeroMQ sockets with blocking loops. Prints one
 * JSON line. */
#include "bus/bus.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

enum { BODY = 100, HEADER = 150 };

typedef struct Bench {
  BusServer *server;
  BusClient *client;
  unsigned outstanding;
  uint64_t end_us;
  unsigned calls;
  unsigned failed;
  unsigned under_way;
} Bench;

static void
echo (void *arg, BusCall *call)
{
  Bench *bench = arg;
  const BusAnswer answer = {.body = call->body};
  bus_server_answer (bench->server, call, &answer);
}

static void
serve (const char *folder)
{
  void *root = memory_context (NULL);
  struct event_base *base = event_base_new ();
  Bus *bus;
  Bench bench = {0};
  const BusServerHandlers handlers = {.on_call = echo, .arg = &bench};
  const BusOptions options = {.name = "echo", .directory = folder};
  const BusServerOptions wide = {.window = 1000, .max_calls = 1000};
  if (status_failed (bus_open (root, &options, &bus)) ||
      status_failed (bus_server_new (root, bus, base, &wide, &handlers, &bench.server)))
    _exit (1);
  event_base_dispatch (base);
  _exit (0);
}

static void take (void *arg, const BusReply *reply);

static void
call (Bench *bench)
{
  static const uint8_t body[BODY];
  const Principal principal = {.base = PROTOBUF_C_MESSAGE_INIT (&principal__descriptor),
                               .subject = "local",
                               .federation_id = "0190a0b0-0000-7000-8000-000000000000",
                               .locale = "fi"};
  const BusRequest request = {.service = "echo",
                              .method = "heimo.membership.v1.MembershipService/GetPerson",
                              .body = {body, BODY},
                              .idempotent = true,
                              .principal = &principal};
  bench->under_way++;
  bus_client_call (bench->client, &request, take, bench);
}

static void
take (void *arg, const BusReply *reply)
{
  Bench *bench = arg;
  bench->calls++;
  bench->under_way--;
  bench->failed += status_failed (reply->status);
  if (bus_now_us () < bench->end_us)
    call (bench);
}

static double
measure_bus (const char *folder, unsigned seconds, unsigned outstanding, unsigned *failed)
{
  void *root = memory_context (NULL);
  struct event_base *base = event_base_new ();
  Bus *bus;
  Bench bench = {.outstanding = outstanding};
  const BusOptions options = {.name = "bench", .directory = folder};
  if (status_failed (bus_open (root, &options, &bus)))
    exit (1);
  bench.client = bus_client_new (root, bus, base, &(BusClientOptions){.window = outstanding});
  if (status_failed (bus_client_add_service (bench.client, "echo", NULL)))
    exit (1);
  while (bus_client_replicas_up (bench.client, "echo") == 0)
    event_base_loop (base, EVLOOP_ONCE);
  uint64_t begin = bus_now_us ();
  bench.end_us = begin + (uint64_t)seconds * 1000000u;
  for (unsigned i = 0; i < outstanding; i++)
    call (&bench);
  while (bench.under_way > 0)
    event_base_loop (base, EVLOOP_ONCE);
  double rate = bench.calls * 1e6 / (double)(bus_now_us () - begin);
  *failed = bench.failed;
  talloc_free (bench.client);
  talloc_free (bus);
  event_base_free (base);
  talloc_free (root);
  return rate;
}

/* ---- bare sockets ---- */

static void
bare_serve (const char *endpoint)
{
  void *context = zmq_ctx_new ();
  void *router = zmq_socket (context, ZMQ_ROUTER);
  zmq_bind (router, endpoint);
  for (;;) {
    zmq_msg_t frame;
    zmq_msg_init (&frame);
    if (zmq_msg_recv (&frame, router, 0) < 0)
      _exit (1);
    int more = zmq_msg_more (&frame);
    zmq_msg_send (&frame, router, more ? ZMQ_SNDMORE : 0);
  }
}

static double
measure_bare (const char *endpoint, unsigned seconds, unsigned outstanding)
{
  static char bytes[HEADER];
  void *context = zmq_ctx_new ();
  void *dealer = zmq_socket (context, ZMQ_DEALER);
  unsigned calls = 0;
  zmq_connect (dealer, endpoint);
  uint64_t begin = bus_now_us ();
  for (unsigned under_way = 0; bus_now_us () < begin + (uint64_t)seconds * 1000000u; under_way--, calls++) {
    for (; under_way < outstanding; under_way++) {
      zmq_send (dealer, "HB1", 3, ZMQ_SNDMORE);
      zmq_send (dealer, bytes, HEADER, ZMQ_SNDMORE);
      zmq_send (dealer, bytes, BODY, 0);
    }
    for (int i = 0; i < 3; i++)
      zmq_recv (dealer, bytes, sizeof bytes, 0);
  }
  double rate = calls * 1e6 / (double)(bus_now_us () - begin);
  zmq_close (dealer);
  return rate;
}

static void
end (pid_t child)
{
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);
}

int
main (int argc, char **argv)
{
  unsigned seconds = argc > 1 ? (unsigned)strtoul (argv[1], NULL, 10) : 2;
  unsigned outstanding = argc > 2 ? (unsigned)strtoul (argv[2], NULL, 10) : 32;
  char folder[] = "/tmp/heimo-bench-XXXXXX";
  char text[128];
  unsigned failed;
  if (mkdtemp (folder) == NULL)
    return EXIT_FAILURE;
  snprintf (text, sizeof text, "ipc://%s/bare", folder);
  pid_t child = fork ();
  if (child == 0)
    bare_serve (text);
  double bare = measure_bare (text, seconds, outstanding);
  end (child);
  child = fork ();
  if (child == 0)
    serve (folder);
  double rate = measure_bus (folder, seconds, outstanding, &failed);
  end (child);
  printf ("{\"name\":\"bus echo, %u outstanding\",\"value\":%.0f,\"unit\":\"1/s\",\"baseline\":%.0f,"
          "\"ratio\":%.2f,\"target\":0.15,\"ok\":%s}\n",
          outstanding, rate, bare, rate / bare, failed == 0 && rate >= 0.15 * bare ? "true" : "false");
  snprintf (text, sizeof text, "rm -rf '%s'", folder);
  return system (text) == 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
