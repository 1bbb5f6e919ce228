/* The bus: request/reply and nudges between the processes of Heimo, on ZeroMQ.
 *
 * Include this header only. One Bus per process owns the one ZeroMQ context, the keys, the allow-list with
 * its ZAP thread, and the resolver thread. Servers, clients, publishers and subscribers hang on it; each
 * belongs to one event_base and must be freed, on its own thread, before the Bus. The README tells why things
 * are as they are.
 */
#ifndef HEIMO_BUS_BUS_H
#define HEIMO_BUS_BUS_H

#include "core/memory.h"
#include "core/metrics.h"
#include "core/status.h"
#include "heimo/bus/v1/envelope.pb-c.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

/* Limits of what may be on the wire; larger frames close the connection they came on. */
enum {
  BUS_HEADER_MAX = 16 * 1024,
  BUS_BODY_MAX = 1024 * 1024 + 64 * 1024, /* one event of 1 MiB and what surrounds it */
  BUS_REQUEST_ID_SIZE = 16,
  BUS_TIMEOUT_MAX_MS = 600000,
  BUS_TIMEOUT_DEFAULT_MS = 5000,
  BUS_LANES_MAX = 64
};

/* clang-format off */
/* Reasons that the bus itself puts into a Status; a service's own reasons are passed on untouched. Executed:
 * "no" means that the call may be made again, "perhaps" that only its idempotency key makes that safe.
 *
 * | code               | reason             | executed? | meaning
 * | UNAVAILABLE        | NO_REPLICA         | no        | no replica had room in time (retry_after is set)
 * | UNAVAILABLE        | DRAINING           | no        | the replica is going away
 * | UNAVAILABLE        | OUTCOME_UNKNOWN    | perhaps   | the replica was lost after the request was sent
 * | DEADLINE_EXCEEDED  | DEADLINE_EXCEEDED  | no        | time ran out before the request was sent or begun
 * | DEADLINE_EXCEEDED  | OUTCOME_UNKNOWN    | perhaps   | time ran out after it was sent
 * | RESOURCE_EXHAUSTED | OVERLOADED         | no        | the server's or the client's queue is full (retry_after)
 * | UNIMPLEMENTED      | UNKNOWN_METHOD     | no        | the service has no such method
 * | PERMISSION_DENIED  | CALLER_NOT_ALLOWED | no        | the allow-list does not let this caller call it
 * | INVALID_ARGUMENT   | BAD_HEADER         | no        | a header field breaks its rule
 * | INVALID_ARGUMENT   | TOO_LARGE          | no        | the request is larger than BUS_BODY_MAX
 * | INTERNAL           | REPLY_TOO_LARGE    | yes       | the reply is
 * | INTERNAL           | UNKNOWN_SERVICE    | no        | the client was never told where that service is
 */
/* clang-format on */

typedef struct Bus Bus;

/* How a process takes part. Strings are copied. */
typedef struct BusOptions {
  const char *name;      /* the process: "gateway", "membership" */
  const char *directory; /* folder of the ipc sockets, 0700 and ours; made when missing; NULL: tcp only */
  const char *keys;      /* folder with NAME.secret, *.public and "allow"; NULL: no CURVE, and then no tcp */
} BusOptions;

/* Opens the bus. With keys: reads them, starts the ZAP handler, and proves by connecting to itself with a
 * wrong key that strangers are refused. Fails with FAILED_PRECONDITION / BUS_CONFIGURATION. */
Status bus_open (void *owner, const BusOptions *options, Bus **bus) MUST_CHECK;

/* Reads the allow-list again (on SIGHUP); the old one stays in force when the new one is wrong. Any thread.
 */
Status bus_reload (Bus *bus, void *owner) MUST_CHECK;

/* Microseconds on the monotonic clock; never goes back, has no relation to the time of day. */
uint64_t bus_now_us (void);

/* The bus' counters, for metrics_print. They live as long as the bus. Any thread. */
Metric *bus_metrics (Bus *bus, size_t *count);

#include "bus/client.h"
#include "bus/nudge.h"
#include "bus/server.h"

#endif
