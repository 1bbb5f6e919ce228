/* A whole gateway thread with a scripted service behind it, for black-box tests: requests go in as bytes
 * through a real socket, calls come out on a real bus, and the test says what the service answers. */
#ifndef HEIMO_TESTS_GATEWAY_WORLD_H
#define HEIMO_TESTS_GATEWAY_WORLD_H

#include "gateway/gateway.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct World World;

/* What the service does with a call, on the world's thread: answers it now (world_answer, world_refuse) or
 * keeps it for later. */
typedef void (*Script) (World *world, BusCall *call);

/* A call as the service heard it. */
typedef struct Heard {
  char *method; /* without the name of the service */
  char *key;
  char *if_match;
  char *traceparent;
  char *principal; /* "subject federation role locale" */
  Bytes body;
} Heard;

#define WORLD_FEDERATION "01936e00-0000-7000-8000-000000000001"

/* Settings like the defaults, but on a free port. */
Settings world_settings (void);

/* Starts gateway and service; `data` is for the script. */
World *world_start (const Settings *settings, Script script, void *data);

/* Ends both. */
void world_stop (World *world);

void *world_data (World *world);
GatewayThread *world_thread (World *world);

/* Answers of the script. */
void world_answer (World *world, BusCall *call, const ProtobufCMessage *reply);
void world_refuse (World *world, BusCall *call, StatusCode code, const char *reason);

/* Runs a function on the world's thread and waits until it has run. */
void world_run (World *world, void (*function) (World *world));

/* How many calls were heard, and one of them; copies on `owner`. */
size_t world_heard_count (World *world);
Heard world_heard (World *world, void *owner, size_t index);

/* Waits until that many calls have been heard, at most 5 s. */
void world_await (World *world, size_t count);

/* A connection of our own; times out after 10 s. */
int world_connect (World *world);
void world_send (int peer, const char *bytes, size_t length);

/* Everything up to the end of the connection, on `owner`; terminated. `*length` may be NULL. */
char *world_read_all (void *owner, int peer, size_t *length);

/* Reads until `text` has been seen; everything so far. */
char *world_read_until (void *owner, int peer, const char *text);

/* One request: "GET /v1/persons", header lines ("Accept: text/csv\r\n"), body. The answer whole, on `owner`.
 */
char *world_ask (World *world, void *owner, const char *line, const char *fields, const char *body);

/* Parts of an answer. */
int answer_status (const char *answer);
char *answer_field (void *owner, const char *answer, const char *name); /* "" when it is not there */
char *answer_body (void *owner, const char *answer);                    /* chunks put together */
bool answer_is_whole (const char *answer);                              /* a chunked one has its end */

#endif
