/* How much one client may ask of one thread: a token bucket for the rate, and counts of what it has open.
 * Each thread has a limiter of its own, because threads share nothing; a client whose connections fall on
 * several threads therefore gets the rate on each. */
#ifndef HEIMO_GATEWAY_LIMITER_H
#define HEIMO_GATEWAY_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Limiter Limiter;
typedef struct LimiterClient LimiterClient;

/* 0 means no limit. */
typedef struct LimiterRules {
  unsigned rate;  /* requests a second, in the long run */
  unsigned burst; /* at once, after a pause */
  unsigned calls; /* in flight, all clients together */
  unsigned calls_per_client;
  unsigned streams; /* event streams and exports, all clients together */
  unsigned streams_per_client;
} LimiterRules;

/* What a client holds while its request is being answered. */
typedef enum LimiterHold { LIMITER_CALL, LIMITER_STREAM } LimiterHold;

/* Whether a request may go on. */
typedef enum LimiterVerdict {
  LIMITER_ADMITTED,
  LIMITER_TOO_FAST,         /* the bucket is empty */
  LIMITER_TOO_MANY_CALLS,   /* the client has too many in flight */
  LIMITER_TOO_MANY_STREAMS, /* the client has too many open */
  LIMITER_FULL              /* all clients together have too many */
} LimiterVerdict;

Limiter *limiter_new (void *owner, const LimiterRules *rules);

/* Asks for a client (an address; IPv6 counts by /64; "" and loopback addresses are not limited by rate nor
 * per client) at `now_us` monotonic. When admitted, *client must be given back with limiter_release; when too
 * fast, *retry_ms says when the next token comes. */
LimiterVerdict limiter_admit (Limiter *limiter, const char *address, LimiterHold hold, int64_t now_us,
                              LimiterClient **client, unsigned *retry_ms);

void limiter_release (Limiter *limiter, LimiterClient *client, LimiterHold hold);

/* Clients remembered; they are forgotten when they hold nothing and their bucket is full. For tests. */
unsigned limiter_clients (const Limiter *limiter);

#endif
