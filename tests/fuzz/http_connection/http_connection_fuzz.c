/* Any bytes as a client: a whole connection with an application that answers at once, later, in a stream or
 * never. Whatever happens, nothing is left over when the client has gone.
 */
#include "gateway/http/http.h"

#include <assert.h>
#include <event2/event.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const HttpLimits limits = {
    .head = {.bytes = 2048, .target = 512, .headers = 20},
    .body_bytes = 500,
    .discard_bytes = 50,
    .output_bytes = 1000,
    .requests_per_connection = 20,
    .head_ms = 1000,
    .body_interval_ms = 1000,
    .idle_ms = 1000,
    .total_ms = 1000,
    .stall_ms = 1000,
    .linger_ms = 1000,
};

typedef struct Application {
  HttpRequest *waiting;
  size_t content;
} Application;

static void
forget (HttpRequest *request)
{
  ((Application *)request->data)->waiting = NULL;
  http_abandon (request);
}

static void
take (HttpRequest *request, Bytes piece)
{
  Application *application = request->data;
  application->content += piece.length;
  if (piece.length == 7) {
    application->waiting = request;
    http_body_pause (request);
  }
}

static void
on_head (HttpRequest *request, HttpPlan *plan, void *data)
{
  request->data = data;
  http_on_gone (request, forget);
  switch (request->target->path.data[1]) {
  case 'h': http_respond (request, 200, NULL, 0, (Bytes){(const uint8_t *)"early", 5}); break;
  case 'p': plan->on_piece = take; break;
  case 'n': plan->total_ms = HTTP_NO_DEADLINE; break;
  default: break;
  }
}

static void
on_request (HttpRequest *request, void *data)
{
  Application *application = data;
  switch (request->target->path.data[1]) {
  case 'l': application->waiting = request; break;
  case 'r': http_refuse (request, HTTP_OVERLOADED); break;
  case 'a': http_abandon (request); break;
  case 's':
    http_stream_start (request, 200, NULL, 0, NULL);
    (void)!http_stream_write (request, request->body);
    http_stream_finish (request);
    break;
  default: http_respond (request, 200, NULL, 0, request->body); break;
  }
}

static void
turn (struct event_base *base, Application *application, int client)
{
  char answer[4096];
  event_base_loop (base, EVLOOP_NONBLOCK);
  if (recv (client, answer, sizeof answer, MSG_DONTWAIT) > 0)
    event_base_loop (base, EVLOOP_NONBLOCK);
  HttpRequest *waiting = application->waiting;
  application->waiting = NULL;
  if (waiting != NULL && waiting->target->path.data[1] == 'p')
    http_body_resume (waiting);
  else if (waiting != NULL)
    http_respond (waiting, 200, NULL, 0, (Bytes){(const uint8_t *)"later", 5});
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  void *memory = memory_context (NULL);
  struct event_base *base = event_base_new ();
  Application application = {0};
  HttpOptions options = {
      .limits = &limits, .handler = {.on_head = on_head, .on_request = on_request}, .data = &application};
  HttpServer *server = http_server_new (memory, base, &options);
  int pair[2];
  assert (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
  http_server_adopt (server, pair[0]);
  size_t step = size > 0 ? 1 + data[0] : 1; /* the first byte says in what pieces the rest arrives */
  for (size_t at = 1; at < size; at += step) {
    (void)!send (pair[1], data + at, size - at < step ? size - at : step, MSG_NOSIGNAL);
    turn (base, &application, pair[1]);
  }
  for (int i = 0; i < 4; i++)
    turn (base, &application, pair[1]);
  close (pair[1]);
  for (int i = 0; i < 4; i++)
    turn (base, &application, pair[1]);
  assert (http_server_counts (server)->connections_open == 0);
  assert (http_server_counts (server)->requests_in_flight == 0);
  talloc_free (server);
  event_base_free (base);
  talloc_free (memory);
  return 0;
}
