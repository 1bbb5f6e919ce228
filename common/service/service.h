/* The skeleton that every service's main calls: service_main (&membership, argc, argv).
 *
 * It owns signals, configuration, logging, health, metrics, sockets, worker threads, event followers, runs,
 * the scheduler and the drain. A service is a table of what it offers; a handler is straight-line code on a
 * worker thread.
 */
#ifndef HEIMO_SERVICE_SERVICE_H
#define HEIMO_SERVICE_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/api.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/memory.h"
#include "core/status.h"
#include "db/db.h"
#include "heimo/bus/v1/envelope.pb-c.h"
#include "heimo/bus/v1/event_log.pb-c.h"
#include "heimo/common/v1/run.pb-c.h"
#include "service/page_token.h"

/* One call, one event batch or one step of a run while it is being worked on. It is a talloc context: what a
 * handler allocates, it allocates on the call. */
struct Call {
  Db *db;                       /* inside a transaction, except for read-only methods */
  const Principal *principal;   /* on whose behalf */
  const char *federation_id;    /* whose data; every query is bound to it */
  const char *if_match;         /* the entity tag the caller requires, "" for none */
  Clock *clock;                 /* the federation's */
  int64_t now;                  /* the recorded time of what this call writes, microseconds; see call_stamp */
  Day today;                    /* the date in the federation's time zone */
  int64_t deadline;             /* monotonic microseconds */
  const void *config;           /* the service's own configuration struct */
  void *state;                  /* what the service's open function made; shared by all threads */
  const PageTokenKey *page_key; /* of this service */
  struct CallEffects *effects;  /* events raised, runs started: the skeleton's business */
  struct Process *process;      /* the skeleton's business */
};

/* Reads the clock again, after the rows to be changed have been locked, so that recorded times of one
 * aggregate follow the order of its changes. */
void call_stamp (Call *call);

/* call->now as RFC 3339, on the call. */
const char *call_time_text (Call *call);

/* Raises an event about an aggregate; it is appended to the event log by the last statements before COMMIT.
 * The event is packed at once. */
void call_raise_event (Call *call, const char *aggregate_id, const ProtobufCMessage *event);

/* Queues a run in the call's transaction; a replica takes it after COMMIT. `cursor` is the text the first
 * step gets. Returns the new run's id, on the call. */
Status call_start_run (Call *call, const char *type, const char *subject, const char *target,
                       const char *plan_hash, const char *cursor, const char **run_id) MUST_CHECK;

/* ABORTED / ETAG_MISMATCH unless `etag` satisfies both the request's own etag (may be "") and If-Match. */
Status call_check_etag (Call *call, const char *requested, const char *current) MUST_CHECK;

/* Opens the page token of a list request, bound to everything else it asks for. *values is NULL on the first
 * page, else the `expected` values of the last row seen. */
Status call_open_page (Call *call, const ProtobufCMessage *request, const char *token, size_t expected,
                       const char *const **values) MUST_CHECK;

/* Seals the values of the last row of a page, on the call. */
char *call_seal_page (Call *call, const ProtobufCMessage *request, const char *const *values, size_t count);

/* One step of a run: bounded work in one transaction, at most about a second. The skeleton stores the cursor,
 * the counts and the outcomes in the same transaction; after a crash the next step starts from them. */
typedef struct RunStep {
  const Run *run;     /* as it was before this step */
  const char *cursor; /* in: where to go on; out: where the next step goes on (on the call) */
  bool done;          /* out: no further step */
  uint64_t total;     /* out: units of work in all, when it becomes known */
  uint64_t processed; /* out: units done by this step, added to the run's; likewise the next three */
  uint64_t succeeded;
  uint64_t skipped;
  uint64_t failed;
  struct RunOutcomes *outcomes; /* the skeleton's business */
} RunStep;

/* Records what happened to one subject. `result`: "succeeded", "skipped", "warning" or "failed". Texts are
 * copied. */
void run_outcome (RunStep *step, uint64_t position, const char *subject, const char *result,
                  const char *field, const char *reason, const char *description);

/* A kind of run. A failed status ends the run as FAILED, except UNAVAILABLE, ABORTED and DEADLINE_EXCEEDED,
 * after which the step is tried again later. */
typedef struct RunType {
  const char *name;
  Status (*step) (Call *call, RunStep *step);
  /* Called in the transaction that ends the run, whatever the final state; may be NULL. */
  Status (*ended) (Call *call, const Run *run, RunState state);
} RunType;

/* Work that starts by itself every day, once in the whole federation however many replicas there are. */
typedef struct Schedule {
  const char *name;
  const char *run_type;
  int hour, minute; /* in the federation's time zone */
} Schedule;

/* Whose events the service follows, and what it does with them. Events come in order of seq within a lane; a
 * batch is of one lane and one federation. Applied in one transaction together with the cursor: each event
 * takes effect once. */
typedef struct Follower {
  const char *source;       /* service name */
  const char *const *types; /* full event names, NULL-terminated */
  unsigned batch;           /* most events at once, 1 to 1,000 */
  Status (*apply) (Call *call, EventRecord *const *events, size_t count);
} Follower;

/* One of several calls that are answered together. */
typedef struct BatchItem {
  Call *call; /* its own: who asks, until when; what the reply needs is allocated on it */
  const ProtobufCMessage *request; /* checked, like a request to the method itself */
  ProtobufCMessage *reply;
  Status status; /* out: how this call ends; success to begin with */
} BatchItem;

/* A second way to answer a read-only method: several calls at once, for less than each would cost on its own.
 * Only calls that wait already are taken together, and only those of one federation; they may come from
 * different callers. `call` is nobody's: it has the database, the federation and the shortest of the
 * deadlines. A failure that is one item's own goes into its status. When the handler itself fails, every call
 * is answered on its own by the method's ordinary handler, so whatever spoils a batch spoils one call only.
 */
typedef struct BatchMethod {
  const char *method; /* "heimo.membership.v1.MembershipService/GetPerson" */
  Status (*handle) (Call *call, BatchItem *items, size_t count);
} BatchMethod;

/* A service. All members are static data. */
typedef struct Service {
  const char *name; /* "membership" */
  const char *summary;
  const ServiceMethod *methods; /* generated */
  size_t method_count;
  const BatchMethod *batches;    /* ends with method NULL; may be NULL */
  const DbQuery *const *queries; /* generated; ends with NULL */
  const DbConstraint *constraints;
  const char *const
      *migrations;           /* generated: versions the program was built with; ends with NULL; may be NULL */
  const RunType *run_types;  /* ends with name NULL; may be NULL */
  const char *republish_run; /* the run type that raises an event with the whole state of every aggregate; may
                                be NULL */
  const Schedule *schedules;
  const Follower *followers;
  const ConfigKey *config_keys;
  size_t config_key_count;
  size_t config_size; /* of the service's configuration struct */
  /* Makes the shared state before threads start; may be NULL. */
  Status (*open) (void *owner, const void *config, Clock *clock, void **state);
} Service;

/* Runs the service until SIGTERM or SIGINT. Returns the exit status of the process. `--help` prints the
 * configuration,
 * `--health-check` asks a running instance and exits 0 when it is ready; `--rebuild SOURCE` makes a stopped
 * service follow SOURCE from the beginning of its log when it is started again. */
int service_main (const Service *service, int argc, char **argv);

/* Unpacks the payload of an event; NULL when its type is not `descriptor`'s or the bytes are not that. On
 * `owner`. */
ProtobufCMessage *event_payload (void *owner, const EventRecord *event,
                                 const ProtobufCMessageDescriptor *descriptor);

#endif
