/* A bare server of the codec: every request is answered "hello". The baseline beside which the gateway is
 * measured.
 *
 * usage: hello_http [PORT [THREADS]]   — listens on 127.0.0.1, prints the port, serves until SIGTERM or
 * SIGINT. Every thread has its own event base and its own listener on the same port.
 */
#include "gateway/http/http.h"

#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS_MAX 16

static void
hello (HttpRequest *request, void *data)
{
  static const HttpField fields[] = {{"Content-Type", "text/plain"}};
  static const char text[] = "hello\n";
  (void)data;
  http_respond_static (request, 200, fields, 1, (Bytes){(const uint8_t *)text, sizeof text - 1});
}

typedef struct Worker {
  pthread_t thread;
  unsigned port;
  unsigned bound;
  struct event_base *base;
  HttpServer *server;
} Worker;

static void
start (void *memory, Worker *worker, unsigned port)
{
  static const HttpOptions options = {.handler = {.on_request = hello}, .problem_base = "/problems/"};
  char address[32];
  snprintf (address, sizeof address, "127.0.0.1:%u", port);
  worker->base = event_base_new ();
  worker->server = http_server_new (memory, worker->base, &options);
  Status status = http_server_listen (worker->server, address, true);
  if (status_failed (status)) {
    fprintf (stderr, "hello_http: %s\n", status.detail->message);
    exit (1);
  }
}

static void *
serve (void *data)
{
  event_base_dispatch (((Worker *)data)->base);
  return NULL;
}

int
main (int argc, char **argv)
{
  unsigned port = argc > 1 ? (unsigned)atoi (argv[1]) : 0;
  unsigned threads = argc > 2 ? (unsigned)atoi (argv[2]) : 1;
  Worker workers[THREADS_MAX];
  sigset_t signals;
  int signal = 0;
  if (threads < 1 || threads > THREADS_MAX)
    threads = 1;
  sigemptyset (&signals);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGINT);
  pthread_sigmask (SIG_BLOCK, &signals, NULL);
  for (unsigned i = 0; i < threads; i++) {
    /* A memory root of its own: talloc contexts are not shared between threads. */
    start (memory_context (NULL), &workers[i], port);
    port = http_server_port (workers[i].server);
  }
  printf ("%u\n", port);
  fflush (stdout);
  for (unsigned i = 0; i < threads; i++)
    pthread_create (&workers[i].thread, NULL, serve, &workers[i]);
  sigwait (&signals, &signal);
  return 0;
}
