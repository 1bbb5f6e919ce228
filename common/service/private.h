/* Private to common/service: the process, its threads, and one transaction's effects.
 *
 * Threads: the front thread runs the event loop with the bus server, health and signals; K workers run
 * handlers; one thread per follower pulls events; run threads take runs. Each of the latter owns one Db and
 * one talloc root. What they share is read-only, atomic, or guarded by the one mutex of the part it belongs
 * to.
 */
#ifndef HEIMO_SERVICE_PRIVATE_H
#define HEIMO_SERVICE_PRIVATE_H

#include <event2/event.h>
#include <pthread.h>
#include <stdatomic.h>

#include "bus/bus.h"
#include "core/metrics.h"
#include "service/service.h"

/* Number of lanes of every event log; the same as in the migration, constant for life. */
#define LANE_COUNT 8

/* The skeleton's own configuration. */
typedef struct Settings {
  const char *database;
  const char *bus_directory;
  const char *keys;
  const char *endpoint;
  const char *events_endpoint;
  const char *peers;
  const char *health;
  const char *time_zone;
  const char *federation;
  const char *log_level;
  int64_t workers;
  int64_t run_threads;
  int64_t queue;
  int64_t drain_ms;
  int64_t retention_days;
  int64_t replica;
  Bytes secret;
} Settings;

extern const ConfigKey settings_keys[];
extern const size_t settings_key_count;

typedef struct Worker Worker;
typedef struct FollowerThread FollowerThread;
typedef struct RunThread RunThread;
typedef struct RunOutcomes RunOutcomes;

/* What one method has been doing. */
typedef struct MethodMetrics {
  Metric duration;
  Metric failed;
} MethodMetrics;

/* Calls that are answered together at most. Larger batches cost the database little less for each, and the
 * processes on the way then take turns instead of working side by side. */
enum { BATCH_MAX = 16 };

/* A call that waits for a worker; lives on the call. */
typedef struct Job {
  BusCall *call;
  const ServiceMethod *method; /* NULL: unknown */
  const BatchMethod *batch;    /* NULL: answered on its own */
  size_t index;                /* of the method, in the process's tables */
  struct Job *next;
} Job;

typedef struct JobList {
  Job *first, *last;
} JobList;

/* See queue.c. */
typedef struct JobQueue {
  JobList gathered; /* front thread: since the turn began */
  struct event *turn_end;
  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t filled;
  JobList waiting;
  unsigned idle;         /* workers that wait */
  unsigned batching;     /* workers that are busy with methods that have a batch */
  unsigned batching_max; /* no more of them than this */
  bool waking;           /* a worker has been woken and not come yet */
  bool closed;
} JobQueue;

JobQueue *queue_new (void *owner, struct event_base *base, unsigned workers);

/* Front thread: hands a job to the workers when the turn of the loop ends. */
void queue_add (JobQueue *queue, Job *job);

/* What a worker is busy with. */
typedef enum WorkerTask { TASK_NONE, TASK_SINGLE, TASK_BATCH } WorkerTask;

/* A worker, done with *task: waits for work and takes it, one job or a batch of one method and federation. 0:
 * closed and empty. */
size_t queue_take (JobQueue *queue, WorkerTask *task, Job *jobs[BATCH_MAX]);

/* How many workers wait for work, and how many calls wait for a worker. Any thread. */
void queue_measure (JobQueue *queue, unsigned *idle_workers, unsigned *waiting_calls);

/* Lets the workers go when nothing waits any more. */
void queue_close (JobQueue *queue);

/* The federation that a job's caller speaks for, not yet checked. */
const char *job_federation (const Job *job);

/* The process. Made by service_main, freed at its end. */
typedef struct Process Process;
struct Process {
  const Service *service;
  const Settings *settings;
  const void *config;
  void *state;
  Clock *clock;
  PageTokenKey page_key;
  struct event_base *base;
  Bus *bus;
  BusServer *server;
  BusPublisher *publisher;
  struct evhttp *health;         /* NULL: no health port */
  const ServiceMethod **methods; /* the service's and the common ones */
  size_t method_count;
  MethodMetrics *metrics; /* parallel to methods */
  Metric batched;         /* calls answered in company */
  atomic_bool stopping;
  atomic_bool database_ok;
  atomic_bool draining;
  atomic_uint_fast64_t follower_lag[16];   /* by follower */
  atomic_uint_fast64_t follower_heard[16]; /* by follower: when its source last answered, monotonic */
  int64_t start_us;                        /* monotonic */

  const BatchMethod **batches; /* parallel to methods; NULL for those without */
  JobQueue *queue;
  Worker *workers;

  pthread_mutex_t run_mutex; /* guards run_wakeups */
  pthread_cond_t run_wake;
  unsigned run_wakeups;
  RunThread *runs;
  FollowerThread *followers;
  size_t follower_count;
};

/* What a transaction will do besides its SQL. */
typedef struct CallEffects {
  size_t event_count;
  struct PendingEvent *events; /* talloc array on the call */
  const char *traceparent;
  bool run_started;
  uint64_t lane_heads[LANE_COUNT]; /* set by call_append_events; 0: nothing in that lane */
} CallEffects;

/* A call for a thread that has a Db: today, now and deadline are set, effects are empty. On `owner`. */
Call *call_new (void *owner, Process *process, Db *db, const Principal *principal, unsigned timeout_ms);

/* Appends the raised events, lane by lane in ascending order, and commits; then tells followers and run
 * threads. */
Status call_commit (Call *call, Process *process) MUST_CHECK;

/* Milliseconds until the call's deadline, at least 1. */
unsigned call_time_left_ms (const Call *call);

/* True for failures that may pass by themselves. */
bool status_is_transient (Status status);

/* Worker threads. start returns when they run; stop waits for them. */
void workers_start (Process *process);
void workers_stop (Process *process);
void workers_submit (Process *process, BusCall *call);
bool process_knows_method (void *process, const char *method);

/* Follower threads. */
Status followers_start (Process *process) MUST_CHECK;
void followers_stop (Process *process);

/* The outcomes of one step while they are gathered, and their way into the database; tests of runs use them
 * too. */
RunOutcomes *run_outcomes_new (void *owner);
Status run_outcomes_store (Call *call, const char *run_id, const RunOutcomes *rows) MUST_CHECK;

/* Run threads; the first is also the scheduler and the housekeeper. */
void runs_start (Process *process);
void runs_stop (Process *process);
void runs_wake (Process *process);

/* The health port: /healthz, /readyz, /metrics. */
Status health_start (Process *process) MUST_CHECK;

/* Asks the health port of a running instance; the exit status of --health-check. */
int health_check (const char *address);

/* Names the thread for the debugger and gives it a talloc root. */
void *thread_root (const char *name);

#endif
