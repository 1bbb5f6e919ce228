/* What the files of this folder share and nobody else sees: the Bus itself and its counters. */
#ifndef HEIMO_BUS_INTERNAL_H
#define HEIMO_BUS_INTERNAL_H

#include "bus/bus.h"

#include <pthread.h>
#include <stdatomic.h>

/* Bytes that most calls get along with, so that they cost one malloc: a call with its header and what its
 * handler allocates, and the scratch of one frame set. */
enum { CALL_POOL = 24 * 1024, SCRATCH_POOL = 4 * 1024 };

typedef struct AllowBook AllowBook;
typedef struct Resolver Resolver;
typedef struct Zap Zap;

enum { KEY_TEXT_SIZE = 41 /* a CURVE key in Z85 and its NUL */, LOCKS_MAX = 16 };

/* One row per counter; the names and explanations are in counters.c, in the same order. */
typedef enum CounterId {
  COUNTER_UNKNOWN_VERSION,
  COUNTER_TRUNCATED,
  COUNTER_MALFORMED,
  COUNTER_UNAUTHORISED,
  COUNTER_NOT_ALLOWED,
  COUNTER_UNKNOWN_METHOD,
  COUNTER_DUPLICATE,
  COUNTER_EXPIRED,
  COUNTER_OVERLOADED,
  COUNTER_DRAINING,
  COUNTER_CALLS,
  COUNTER_CANCELLED,
  COUNTER_DROPPED_REPLIES,
  COUNTER_GOAWAYS,
  COUNTER_HANDSHAKE_FAILED,
  COUNTER_ZAP_ACCEPTED,
  COUNTER_ZAP_REFUSED,
  COUNTER_CLIENT_CALLS,
  COUNTER_CLIENT_RETRIES,
  COUNTER_CLIENT_RETRIES_DENIED,
  COUNTER_CLIENT_MOVED,
  COUNTER_CLIENT_LATE_REPLIES,
  COUNTER_CLIENT_BAD_REPLIES,
  COUNTER_CLIENT_QUEUE_FULL,
  COUNTER_CLIENT_LOST_REPLICAS,
  COUNTER_NUDGES_SENT,
  COUNTER_NUDGES_HEARD,
  COUNTER_COUNT
} CounterId;

struct Bus {
  void *zmq; /* the one context of the process */
  const char *name;
  const char *directory; /* NULL without ipc */
  const char *keys;      /* NULL without CURVE */
  char secret_key[KEY_TEXT_SIZE];
  char public_key[KEY_TEXT_SIZE];
  AllowBook *allow;     /* NULL without CURVE */
  Zap *zap;             /* NULL without CURVE */
  Resolver *resolver;   /* always */
  atomic_uint monitors; /* number for the next monitor's inproc name */
  pthread_mutex_t locks_mutex;
  int locks[LOCKS_MAX]; /* lock files of bound ipc sockets, closed after the context has ended */
  size_t lock_count;
  Metric counters[COUNTER_COUNT];
};

/* Sets all to nought, with their names. */
void counters_start (Bus *bus);

/* Adds one. Any thread. */
void counter_add (Bus *bus, CounterId id);

/* The value now. */
int64_t counter_value (Bus *bus, CounterId id);

/* A FAILED_PRECONDITION / BUS_CONFIGURATION. */
Status bus_misconfigured (void *owner, const char *format, ...) PRINTF_LIKE (2, 3) MUST_CHECK;

/* Holds PATH.lock for the life of the Bus, so that a second process cannot take the socket over unnoticed
 * (libzmq unlinks whatever is in the way). FAILED_PRECONDITION / ALREADY_RUNNING when another process has it.
 */
Status bus_lock (Bus *bus, void *owner, const char *path) MUST_CHECK;

/* The endpoint of a socket that this process binds: `given`, or ipc://DIRECTORY/NAME[.REPLICA][SUFFIX].sock.
 * Checks it, and locks it when it is ipc. */
Status bus_bind_endpoint (Bus *bus, void *owner, const char *given, unsigned replica, const char *suffix,
                          const char **endpoint) MUST_CHECK;

#endif
