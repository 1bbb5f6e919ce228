/* The calling side: replica choice, windows, deadlines, liveness, one careful retry.
 *
 * A client belongs to one event_base and one thread. The gateway has one per I/O thread and uses
 * bus_client_call; a service's own threads (followers, handlers that ask another service) have an event_base
 * that nobody runs and use bus_client_call_wait.
 */
#ifndef HEIMO_BUS_CLIENT_H
#define HEIMO_BUS_CLIENT_H

#include "bus/bus.h"

typedef struct BusClient BusClient;
typedef struct BusPending BusPending;

/* Zero means the default. */
typedef struct BusClientOptions {
  unsigned window;        /* calls in flight per replica until it says otherwise; 8 */
  unsigned queue_length;  /* calls of one service that wait for a replica with room; 256 */
  unsigned queue_ms;      /* how long they wait; 1,000 */
  unsigned ping_ms;       /* silence after which a PING goes out; 1,000 */
  unsigned silence_ms;    /* silence after which a replica is down; 3,000 */
  unsigned backoff_ms;    /* first back-off before a lost replica is tried again, doubled up to 5,000; 100 */
  unsigned retry_percent; /* retries allowed per hundred calls; 10 */
} BusClientOptions;

/* A call to make. Everything is copied. */
typedef struct BusRequest {
  const char *service;             /* as named in bus_client_add_service */
  const char *method;              /* "heimo.membership.v1.MembershipService/GetPerson" */
  const ProtobufCMessage *message; /* the request; or */
  Bytes body;                      /* the same, packed */
  unsigned timeout_ms;             /* 1 to BUS_TIMEOUT_MAX_MS; 0 means BUS_TIMEOUT_DEFAULT_MS */
  bool idempotent;                 /* may be sent twice: a read, or a write with an idempotency key */
  const Principal *principal;      /* on whose behalf; NULL for none */
  const char *idempotency_key;     /* these three may be NULL */
  const char *traceparent;
  const char *if_match;
} BusRequest;

/* What came of it. */
typedef struct BusReply {
  Status status;             /* the service's, or one of the reasons in bus.h */
  const ReplyHeader *header; /* NULL when no replica answered */
  Bytes body; /* packed reply message, when the status is a success; validate after the unpack */
} BusReply;

/* `reply` and all in it are valid during the function only. */
typedef void (*BusReplyFunction) (void *arg, const BusReply *reply);

/* A client on `base`. talloc_free, on the thread of `base`, ends it: calls in flight end without their
 * function being called. */
BusClient *bus_client_new (void *owner, Bus *bus, struct event_base *base, const BusClientOptions *options);

/* Tells where a service is: NULL for NAME.sock and NAME.1.sock, NAME.2.sock … in the bus' directory, else a
 * comma-separated list of "ipc://PATH" and "tcp://HOST:PORT", where every address of HOST is a replica. With
 * CURVE the service's public keys are in KEYS/NAME.public (several lines while keys are rotated). */
Status bus_client_add_service (BusClient *client, const char *name, const char *endpoint) MUST_CHECK;

/* The endpoint of a service in a list like "membership=tcp://membership:7001 hierarchy=tcp://…"; NULL when it
 * is not in there. On `owner`. */
const char *bus_peer_endpoint (void *owner, const char *peers, const char *name);

/* Starts a call. `function` is called exactly once, never before this returns, unless the call is cancelled.
 * The handle is valid until then. */
BusPending *bus_client_call (BusClient *client, const BusRequest *request, BusReplyFunction function,
                             void *arg);

/* The answer is no longer wanted: the function will not be called, the server is told. */
void bus_client_cancel (BusPending *pending);

/* Makes a call and waits, running the client's event_base meanwhile; the reply and its parts are owned by
 * `owner`. For threads whose base nobody else runs. */
const BusReply *bus_client_call_wait (void *owner, BusClient *client, const BusRequest *request);

/* Replicas of a service that are up now; for readiness pages and tests. */
unsigned bus_client_replicas_up (const BusClient *client, const char *service);

#endif
