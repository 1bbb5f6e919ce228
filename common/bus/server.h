/* The serving side: one ROUTER on the front thread's event_base. Calls go out to worker threads, answers come
 * back from them; everything else (frames, versions, keys, limits, overload, liveness, drain) is dealt with
 * here. */
#ifndef HEIMO_BUS_SERVER_H
#define HEIMO_BUS_SERVER_H

#include "bus/bus.h"

#include <stdatomic.h>

typedef struct BusServer BusServer;

/* One call in hand. A talloc context of its own, without parent: it moves to a worker thread, which may
 * allocate on it, and comes back with bus_server_answer, which ends it. */
typedef struct BusCall {
  const RequestHeader *header; /* checked */
  const char *caller;          /* the workload's principal from the allow-list; "local" without CURVE */
  Bytes body;                  /* packed request, not yet checked: validate before and after the unpack */
  uint64_t arrived_us;         /* monotonic, see bus_now_us */
  uint64_t deadline_us;        /* monotonic */
  atomic_bool cancelled;       /* the client no longer wants the answer; may become true at any time */
  void *user;                  /* the skeleton's own */
} BusCall;

/* What a call is answered with. */
typedef struct BusAnswer {
  BusCall *call; /* for bus_server_answer_all */
  Status status;
  const ProtobufCMessage *reply; /* on success; or */
  Bytes body;                    /* the packed reply, when it was stored by an earlier call */
  uint32_t queue_us;             /* time spent waiting for a worker */
  uint32_t work_us;              /* time the worker spent */
  bool replayed;                 /* stored by an earlier call with the same idempotency key */
} BusAnswer;

/* Callbacks run on the front thread and must not block. */
typedef struct BusServerHandlers {
  /* Takes the call over; must lead to exactly one bus_server_answer. */
  void (*on_call) (void *arg, BusCall *call);
  /* call->cancelled has just become true; optional. The call must still be answered. */
  void (*on_cancel) (void *arg, BusCall *call);
  /* Is there such a method? Optional; without it on_call gets every name. */
  bool (*knows_method) (void *arg, const char *method);
  /* Draining, and the last call in hand has been answered; optional. */
  void (*on_drained) (void *arg);
  void *arg;
} BusServerHandlers;

/* Zero means the default. */
typedef struct BusServerOptions {
  const char *endpoint; /* "tcp://0.0.0.0:7001"; NULL: ipc://DIRECTORY/NAME.sock */
  unsigned replica; /* ipc only: 1, 2 … makes it NAME.1.sock …; such replicas are found by every client */
  unsigned window; /* calls it takes from one client at once, told in every reply; 8 (2 x workers is right) */
  unsigned max_calls; /* calls in hand at once; more are answered RESOURCE_EXHAUSTED; 64 */
} BusServerOptions;

/* Where a server stands. */
typedef enum BusServerState {
  BUS_SERVER_SERVING,  /* takes calls */
  BUS_SERVER_DRAINING, /* peers have been told GOAWAY; new calls are answered UNAVAILABLE / DRAINING */
  BUS_SERVER_DRAINED   /* draining, and nothing is in hand */
} BusServerState;

/* Binds and serves. Freeing the server (talloc_free, front thread) unbinds and leaves replies 2 s to go out;
 * all calls must have been answered. Fails with FAILED_PRECONDITION / BUS_CONFIGURATION or ALREADY_RUNNING.
 */
Status bus_server_new (void *owner, Bus *bus, struct event_base *base, const BusServerOptions *options,
                       const BusServerHandlers *handlers, BusServer **server) MUST_CHECK;

/* Answers a call and ends it (the caller must not touch it, nor anything on it, afterwards). Any thread. */
void bus_server_answer (BusServer *server, BusCall *call, const BusAnswer *answer);

/* The same for several calls at once: the front thread is woken once. `call` is set in each. */
void bus_server_answer_all (BusServer *server, const BusAnswer *answers, size_t count);

/* Tells every peer seen in the last 30 s to go elsewhere and takes no more calls. Front thread. */
void bus_server_drain (BusServer *server);

/* Front thread. */
BusServerState bus_server_state (const BusServer *server);

/* Calls taken and not yet answered. Front thread. */
unsigned bus_server_in_hand (const BusServer *server);

/* The endpoint it is bound to, with the real port when it asked for "*". */
const char *bus_server_endpoint (const BusServer *server);

/* Microseconds left until the deadline; 0 when it has passed. Any thread. */
uint64_t bus_call_time_left_us (const BusCall *call);

#endif
