/* The gateway's own types: what the process shares (read-only after start), what a thread owns, and one
 * request on its way from HTTP to the bus and back.
 *
 *   http/ ──▶ router.c ──▶ guard.c, limiter.c ──▶ calls.c │ export.c │ follow.c │ upload.c ──▶ bus
 *                     └──▶ site.c, pages.c
 */
#ifndef HEIMO_GATEWAY_GATEWAY_H
#define HEIMO_GATEWAY_GATEWAY_H

#include "bus/bus.h"
#include "core/api.h"
#include "core/clock.h"
#include "gateway/counts.h"
#include "gateway/http/http.h"
#include "gateway/limiter.h"

#include <sys/queue.h>

typedef struct Site Site; /* site.h */
typedef struct Visit Visit;

/* What the gateway is told at start; see the table in settings.c. */
typedef struct Settings {
  const char *bind;
  int64_t port;
  bool allow_unauthenticated_bind;
  const char *health; /* "unix:/path" or "127.0.0.1:9000" of the internal pages; "" for none */
  int64_t threads;
  const char *federation;
  const char *hosts;           /* further names it serves under, comma separated */
  const char *origins;         /* further origins whose pages may change things */
  const char *trusted_proxies; /* networks whose X-Forwarded-For is believed */
  const char *web_dir;         /* "" for none */
  const char *bus_directory;
  const char *bus_keys;
  const char *peers; /* "membership=tcp://… hierarchy=…"; "" for sockets in the bus directory */
  const char *log_level;
  int64_t body_bytes;
  int64_t upload_bytes;
  int64_t calls;            /* in flight per thread */
  int64_t calls_per_client; /* 0: no limit */
  int64_t rate;             /* requests per second and client; 0: no limit */
  int64_t burst;
  int64_t streams;
  int64_t streams_per_client;
  int64_t drain_ms;
  int64_t grace_ms;
} Settings;

/* The process. Nothing changes after the threads have started, but the counts and `draining`, which are
 * atomic. */
typedef struct Gateway {
  const Settings *settings;
  const Api *api;
  Clock *clock;
  Bus *bus;
  const Site *site; /* NULL: no web application */
  Principal principal;
  unsigned port; /* to listen on; 0: the first thread takes a free one, the others join it */
  Bytes openapi; /* empty: none */
  HttpLimits limits;
  _Atomic bool draining;
  bool log_requests; /* at level debug */
  Counts *counts;
} Gateway;

TAILQ_HEAD (VisitList, Visit);

/* One event loop. Everything here belongs to its thread. */
typedef struct GatewayThread {
  Gateway *gateway;
  struct event_base *base;
  HttpServer *server;
  BusClient *client;
  Limiter *limiter;
  struct VisitList streams; /* event streams, ended at drain */
  unsigned number;
  int64_t log_second; /* failures are logged at most LOGGED_A_SECOND times a second: */
  unsigned logged;    /* so many in this one, */
  unsigned unlogged;  /* and so many left out since it began */
} GatewayThread;

/* What kind of answer a request gets; decided when its head has arrived. */
typedef struct VisitKind {
  const char *name;
  LimiterHold hold;                            /* what it takes a place of */
  void (*plan) (Visit *visit, HttpPlan *plan); /* the head is complete; may be NULL */
  void (*begin) (Visit *visit);                /* the request is complete */
} VisitKind;

/* One request being answered. Lives on the HttpRequest, dies with it. */
struct Visit {
  GatewayThread *thread;
  HttpRequest *http; /* NULL after the answer */
  const VisitKind *kind;
  ApiMatch match;
  const char *request_id;
  char trace_id[33];
  char traceparent[56];
  const char *idempotency_key; /* NULL without */
  const char *if_match;        /* NULL without, or "*" */
  const char *locale;          /* the language of texts in the answer */
  LimiterClient *client;       /* NULL until admitted */
  LimiterHold hold;
  BusPending *pending;
  void *state;         /* of the kind */
  Status refusal;      /* what is answered after a pause; success: nothing */
  struct event *pause; /* NULL: no pause */
  int64_t start;
  TAILQ_ENTRY (Visit) entry; /* of thread->streams, when it is a stream */
  bool listed;
};

#endif
