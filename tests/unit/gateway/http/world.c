/* The world of world.h. */
#include "world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 3000

/* ---- the application ---- */

static bool
at (const HttpRequest *request, const char *path)
{
  return strcmp (request->target->path.data, path) == 0;
}

static void
note_gone (HttpRequest *request)
{
  World *world = request->data;
  world->gone++;
  if (world->later == request)
    world->later = NULL;
  if (world->paused == request)
    world->paused = NULL;
  http_abandon (request);
}

static void
note_writable (HttpRequest *request)
{
  ((World *)request->data)->writable++;
}

static void
respond_text (HttpRequest *request, const char *text)
{
  static const HttpField fields[] = {{"Content-Type", "text/plain"}};
  http_respond (request, 200, fields, 1, (Bytes){(const uint8_t *)text, strlen (text)});
}

static void
take_piece (HttpRequest *request, Bytes piece)
{
  World *world = request->data;
  world->piece_bytes += piece.length;
  if (piece.length > world->piece_largest)
    world->piece_largest = piece.length;
  if (world->pauses) {
    world->paused = request;
    http_body_pause (request);
  }
}

static void
on_head (HttpRequest *request, HttpPlan *plan, void *data)
{
  World *world = data;
  world->heads++;
  request->data = world;
  if (world->total_ms != 0)
    plan->total_ms = world->total_ms;
  if (world->body_bytes != 0)
    plan->body_bytes = world->body_bytes;
  http_on_gone (request, note_gone);
  if (at (request, "/head"))
    respond_text (request, "early");
  else if (at (request, "/pieces"))
    plan->on_piece = take_piece;
}

static void
answer_big (World *world, HttpRequest *request)
{
  uint8_t *text = memory_must (talloc_size (world->memory, world->big + 1));
  memset (text, 'x', world->big);
  http_respond_static (request, 200, NULL, 0, (Bytes){text, world->big});
}

static void
answer_stream (World *world, HttpRequest *request)
{
  static const HttpField fields[] = {{"Content-Type", "text/event-stream"}};
  http_stream_start (request, 200, fields, 1, note_writable);
  world->later = request;
}

static void
on_request (HttpRequest *request, void *data)
{
  World *world = data;
  static const HttpField injected[] = {{"X", "a\r\nX-Injected: b"}};
  world->requests++;
  if (at (request, "/later"))
    world->later = request;
  else if (at (request, "/big"))
    answer_big (world, request);
  else if (at (request, "/stream"))
    answer_stream (world, request);
  else if (at (request, "/pieces"))
    respond_text (request, memory_format (request, "%zu bytes", world->piece_bytes));
  else if (at (request, "/injected"))
    http_respond (request, 200, injected, 1, (Bytes){NULL, 0});
  else if (at (request, "/empty"))
    http_respond (request, 204, NULL, 0, (Bytes){(const uint8_t *)"no", 2});
  else if (at (request, "/unchanged"))
    http_respond (request, 304, NULL, 0, (Bytes){(const uint8_t *)"no", 2});
  else if (at (request, "/busy"))
    http_refuse (request, HTTP_OVERLOADED);
  else if (at (request, "/abandon"))
    http_abandon (request);
  else
    respond_text (request, memory_format (request, "%s %s %s", http_method_name (request->head->method),
                                          request->target->path.data,
                                          request->body.length == 0 ? "" : (const char *)request->body.data));
}

/* ---- the world ---- */

World *
world_new (void)
{
  void *memory = memory_context (NULL);
  World *world = memory_new (memory, World);
  world->memory = memory;
  world->base = event_base_new ();
  world->limits = http_default_limits;
  return world;
}

void
world_start (World *world)
{
  world->options = (HttpOptions){.limits = &world->limits,
                                 .handler = {.on_head = on_head, .on_request = on_request},
                                 .data = world,
                                 .problem_base = "/problems/"};
  world->server = http_server_new (world->memory, world->base, &world->options);
}

World *
world_started (void)
{
  World *world = world_new ();
  world_start (world);
  return world;
}

void
world_free (World *world)
{
  struct event_base *base = world->base;
  talloc_free (world->server);
  event_base_loop (base, EVLOOP_NONBLOCK);
  event_base_free (base);
  talloc_free (world->memory);
}

static uint64_t
now_ms (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
turn_once (World *world)
{
  event_base_loop (world->base, EVLOOP_NONBLOCK);
}

bool
world_put (World *world, int client, const char *text)
{
  return world_send (world, client, text, strlen (text));
}

char *
large_text (size_t length)
{
  char *text = malloc (length + 1);
  memset (text, 'y', length);
  text[length] = 0;
  return text;
}

Bytes
bytes_of (const char *text)
{
  return (Bytes){(const uint8_t *)text, strlen (text)};
}

void
world_turn (World *world, unsigned milliseconds)
{
  uint64_t end = now_ms () + milliseconds;
  do {
    turn_once (world);
    if (milliseconds > 0)
      usleep (500);
  } while (now_ms () < end);
}

int
world_connect (World *world)
{
  int pair[2];
  assert_int_equal (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
  http_server_adopt (world->server, pair[0]);
  return pair[1];
}

int
world_connect_tcp (World *world)
{
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons ((uint16_t)http_server_port (world->server)),
                                .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  int client = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (connect (client, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS) {
    close (client);
    return -1;
  }
  return client;
}

bool
world_send (World *world, int client, const char *bytes, size_t length)
{
  uint64_t end = now_ms () + PATIENCE_MS;
  while (length > 0 && now_ms () < end) {
    ssize_t sent = send (client, bytes, length, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN)
      return false;
    if (sent > 0) {
      bytes += sent;
      length -= (size_t)sent;
    }
    turn_once (world);
  }
  return length == 0;
}

/* Counts the final answers in the text, by their status lines: no test body has that text. */
static void
count_responses (Received *received)
{
  received->responses = received->status = 0;
  for (const char *line = received->text; (line = strstr (line, "HTTP/1.1 ")) != NULL; line += 9) {
    unsigned status = (unsigned)atoi (line + 9);
    if (status < 200)
      continue;
    if (received->responses++ == 0)
      received->status = status;
  }
}

Received
world_receive (World *world, int client, unsigned responses)
{
  Received received = {.text = memory_string (world->memory, "")};
  uint64_t end = now_ms () + PATIENCE_MS;
  unsigned quiet = 0;
  while (now_ms () < end && received.end == STILL_OPEN) {
    char part[65536];
    turn_once (world);
    ssize_t got = recv (client, part, sizeof part - 1, 0);
    if (got == 0) {
      received.end = CLOSED_BY_SERVER;
    } else if (got > 0) {
      part[got] = 0;
      received.text =
          memory_must (talloc_realloc_size (world->memory, received.text, received.length + (size_t)got + 1));
      memcpy (received.text + received.length, part, (size_t)got + 1);
      received.length += (size_t)got;
      count_responses (&received);
      quiet = 0;
    } else if (errno != EAGAIN && errno != EINTR && errno != EINPROGRESS) {
      received.end = RESET_BY_SERVER;
    } else if (responses != 0 && received.responses >= responses && quiet++ > 5) {
      break;
    } else {
      usleep (200);
    }
  }
  return received;
}

Received
world_exchange (World *world, const char *bytes, size_t length, unsigned responses)
{
  int client = world_connect (world);
  (void)world_send (world, client, bytes, length);
  Received received = world_receive (world, client, responses);
  close (client);
  world_turn (world, 0);
  return received;
}

bool
has_reason (const Received *received, const char *reason)
{
  char wanted[80];
  snprintf (wanted, sizeof wanted, "\"type\":\"/problems/%s\"", reason);
  return strstr (received->text, wanted) != NULL &&
         strstr (received->text, "Content-Type: application/problem+json\r\n") != NULL;
}
