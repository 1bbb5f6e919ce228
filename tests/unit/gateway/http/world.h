/* A world for tests of connections: one server in this thread, clients on socket pairs, an application whose
 * answers depend on the path. Nothing waits for the wall clock but the deadlines under test, which are a few
 * milliseconds.
 *
 *   /echo    answers "METHOD PATH BODY"
 *   /big     answers world->big bytes of "x"
 *   /later   keeps the request in world->later until the test answers it
 *   /head    answers in on_head, before the body
 *   /pieces  takes a streamed body, counts it, answers "N bytes"; pauses after each piece when world->pauses
 *   /stream  starts a stream and keeps it in world->later
 *   /injected answers with a field that cannot be sent
 */
#ifndef HEIMO_TESTS_HTTP_WORLD_H
#define HEIMO_TESTS_HTTP_WORLD_H

#include "cases.h"

#include "gateway/http/http.h"

#include <event2/event.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST(path, headers) "POST " path " HTTP/1.1\r\nHost: a\r\n" headers "\r\n\r\n"

typedef struct World {
  void *memory;
  struct event_base *base;
  HttpLimits limits;
  HttpOptions options;
  HttpServer *server;
  HttpRequest *later;
  const char *wanted_fault;
  size_t big;
  size_t piece_bytes;
  size_t piece_largest;
  bool pauses;
  HttpRequest *paused;
  uint32_t total_ms;
  uint64_t body_bytes;
  unsigned heads, requests, gone, writable, drained;
} World;

/* So many letters, for the caller to free; and a text without its end. */
char *large_text (size_t length);
Bytes bytes_of (const char *text);

/* A world with the default limits, for the caller to change before world_start. */
World *world_new (void);
void world_start (World *world);

/* A world with the default limits, started. */
World *world_started (void);

/* Ends it and everything in it. */
void world_free (World *world);

/* A connected client: its end of a socket pair. */
int world_connect (World *world);

/* The same over TCP on the loopback, when the server listens. */
int world_connect_tcp (World *world);

/* Sends all the bytes, turning the loop while the socket is full; false when the server closed. */
bool world_send (World *world, int client, const char *bytes, size_t length);

/* The same for a text. */
bool world_put (World *world, int client, const char *text);

/* Turns the loop for that long. */
void world_turn (World *world, unsigned milliseconds);

/* What arrived until the server closed (or `responses` answers are complete, when not 0), or 3 seconds have
 * passed. On world->memory, NUL-terminated. */
typedef struct Received {
  char *text;
  size_t length;
  unsigned responses; /* final ones */
  unsigned status;    /* of the first final one */
  enum { STILL_OPEN, CLOSED_BY_SERVER, RESET_BY_SERVER } end;
} Received;
Received world_receive (World *world, int client, unsigned responses);

/* Connects, sends, receives, closes. */
Received world_exchange (World *world, const char *bytes, size_t length, unsigned responses);

/* True when the answer names that reason. */
bool has_reason (const Received *received, const char *reason);

#endif
