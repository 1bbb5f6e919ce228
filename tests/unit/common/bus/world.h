/* What the bus tests share: a folder, a bus, an event loop, a server that does as the method's name says, and
 * a way to wait for outcomes without sleeping. */
#ifndef HEIMO_TESTS_BUS_WORLD_H
#define HEIMO_TESTS_BUS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bus/internal.h"

enum { HELD_MAX = 256 };

typedef struct World {
  void *root;
  char folder[64];
  struct event_base *base;
  Bus *bus;
} World;

/* A fresh folder and an open bus called "echo", on ipc without keys, or with keys made for it. */
void world_open (World *world);
void world_open_with_keys (World *world);
void world_close (World *world);

/* A path in the folder; owned by the world. */
const char *world_path (World *world, const char *name);

/* Runs the loop until *flag is true; fails the test after ten seconds. */
void world_run_until (World *world, const bool *flag);

/* Runs the loop for some time. */
void world_run_for (World *world, unsigned ms);

/* Runs the loop until a counter has reached a value; fails the test after ten seconds or when it has passed
 * it. */
void world_wait_counter (World *world, CounterId id, int64_t value);

/* A server whose methods are test.v1.Echo/…: Echo answers with the request; Hold waits for echo_release; Fail
 * answers NOT_FOUND with a violation; Away answers UNAVAILABLE; Ignore… anything else is unknown. */
typedef struct Echo {
  World *world;
  BusServer *server;
  unsigned executed; /* calls taken */
  unsigned cancelled;
  bool drained;
  BusCall *held[HELD_MAX];
  unsigned held_count;
  uint8_t ids[4096][BUS_REQUEST_ID_SIZE]; /* of the first calls taken */
  unsigned idempotent_keys;               /* calls that carried an idempotency key */
} Echo;

Echo *echo_start (World *world, const BusServerOptions *options);

/* Answers all held calls with their own bodies. */
void echo_release (Echo *echo);

/* Runs the loop until so many calls are held, and a little longer: no more may come. */
void echo_wait_held (Echo *echo, unsigned count);

/* Releases what is held and frees it. */
void echo_stop (Echo *echo);

/* What came of a call. */
typedef struct Outcome {
  bool done;
  unsigned times; /* how often the function was called */
  StatusCode code;
  char reason[64];
  unsigned retry_after_ms;
  size_t violations;
  uint32_t window;
  char body[256];
} Outcome;

/* A BusReplyFunction that fills an Outcome. */
void outcome_take (void *arg, const BusReply *reply);

/* Calls test.v1.Echo/METHOD of service "echo" with a body of text. */
BusPending *call_start (BusClient *client, const char *method, const char *text, bool idempotent,
                        unsigned timeout_ms, Outcome *outcome);

/* The same, and waits. */
void call_and_wait (World *world, BusClient *client, const char *method, const char *text, Outcome *outcome);

/* A client that knows service "echo" at `endpoint`, with times short enough for tests; waits until `up`
 * replicas are up. */
BusClient *client_start (World *world, const char *endpoint, unsigned up);

/* Waits until so many replicas are up. */
void client_wait_up (World *world, BusClient *client, unsigned up);

#endif
