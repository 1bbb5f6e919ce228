/* service_main: configuration, threads, signals, drain. The front thread runs the event loop of this file. */
#include "service/service.h"

#include <assert.h>
#include <event2/http.h>
#include <event2/thread.h>
#include <malloc.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/log.h"
#include "db_sql.h"
#include "heimo_event_log_handlers.h"
#include "heimo_operations_handlers.h"
#include "heimo_run_handlers.h"
#include "heimo_status_handlers.h"
#include "service/private.h"

/* Calls one client may have here at once, for each worker: so many that what waits can be answered together.
 */
enum { CALLS_PER_WORKER = 8 };

/* What is freed at the end of the heap and kept: else every burst of calls takes and gives back its pages. */
enum { HEAP_KEPT = 4 << 20 };

#define KEY(member, NAME, kind, unit, fallback, low, high, comment)                                          \
  {                                                                                                          \
    NAME, kind, unit, fallback, low, high, offsetof (Settings, member), comment                              \
  }

const ConfigKey settings_keys[] = {
    KEY (database, "HEIMO_DATABASE", CONFIG_TEXT, "", NULL, 0, 0,
         "The service's own database: libpq's key=value form or a URI."),
    KEY (bus_directory, "HEIMO_BUS_DIR", CONFIG_TEXT, "", "", 0, 0,
         "Folder of the ipc sockets, mode 0700; empty: tcp only."),
    KEY (keys, "HEIMO_KEYS", CONFIG_TEXT, "", "", 0, 0,
         "Folder of the CURVE keys and the allow-list; needed for tcp."),
    KEY (endpoint, "HEIMO_ENDPOINT", CONFIG_TEXT, "", "", 0, 0,
         "Where calls are taken: tcp://0.0.0.0:7001; empty: in HEIMO_BUS_DIR."),
    KEY (events_endpoint, "HEIMO_EVENTS_ENDPOINT", CONFIG_TEXT, "", "", 0, 0,
         "Where nudges are published: tcp://0.0.0.0:7002; empty: in HEIMO_BUS_DIR."),
    KEY (peers, "HEIMO_PEERS", CONFIG_TEXT, "", "", 0, 0,
         "Where the others are: 'membership=tcp://membership:7001 membership.events=tcp://membership:7002'; "
         "empty: in HEIMO_BUS_DIR."),
    KEY (health, "HEIMO_HEALTH", CONFIG_TEXT, "", "", 0, 0,
         "Health port: unix:/path or 127.0.0.1:9001; empty: none."),
    KEY (time_zone, "HEIMO_TIME_ZONE", CONFIG_TEXT, "", "Europe/Helsinki", 0, 0,
         "The federation's time zone: whose midnight begins a day."),
    KEY (federation, "HEIMO_FEDERATION", CONFIG_TEXT, "", "", 0, 0,
         "The federation for scheduled work, a UUID; empty: none is scheduled."),
    KEY (log_level, "HEIMO_LOG_LEVEL", CONFIG_TEXT, "", "info", 0, 0, "debug, info, warning or error."),
    KEY (workers, "HEIMO_WORKERS", CONFIG_NUMBER, "threads", "4", 1, 64,
         "Threads that work on calls, each with a connection to the database."),
    KEY (run_threads, "HEIMO_RUN_THREADS", CONFIG_NUMBER, "threads", "2", 1, 16,
         "Threads that carry out runs, each with a connection."),
    KEY (queue, "HEIMO_QUEUE", CONFIG_NUMBER, "calls", "128", 1, 10000,
         "Calls in hand at once; more are answered RESOURCE_EXHAUSTED."),
    KEY (drain_ms, "HEIMO_DRAIN_MS", CONFIG_NUMBER, "ms", "0", 0, 60000,
         "How long a stopping replica still takes calls, for others to learn of it."),
    KEY (retention_days, "HEIMO_RETENTION_DAYS", CONFIG_NUMBER, "days", "3650", 1, 36500,
         "How long events are kept."),
    KEY (replica, "HEIMO_REPLICA", CONFIG_NUMBER, "", "0", 0, 99,
         "Number of this replica among those that share HEIMO_BUS_DIR."),
    KEY (secret, "HEIMO_SECRET", CONFIG_SECRET, "", "", 0, 0,
         "Seals page tokens; the same for all replicas. Without it a random one is made and tokens end with "
         "the process."),
};
const size_t settings_key_count = sizeof settings_keys / sizeof *settings_keys;

void *
thread_root (const char *name)
{
  prctl (PR_SET_NAME, name);
  return memory_context (NULL);
}

static const char *
or_null (const char *text)
{
  return *text == '\0' ? NULL : text;
}

static int
compare_methods (const void *a, const void *b)
{
  const ServiceMethod *const *left = a, *const *right = b;
  return strcmp ((*left)->method->full_name, (*right)->method->full_name);
}

/* The tables of common methods, which every process has. */
typedef struct MethodTable {
  const ServiceMethod *methods;
  size_t count;
} MethodTable;

static const BatchMethod *
find_batch (const Service *service, const ApiMethod *method)
{
  for (const BatchMethod *batch = service->batches; batch != NULL && batch->method != NULL; batch++)
    if (strcmp (batch->method, method->full_name) == 0) {
      assert (method->read_only);
      return batch;
    }
  return NULL;
}

/* Everything that can be called: the service's own methods and the common ones. */
static void
collect_methods (Process *process)
{
  const MethodTable tables[] = {
      {process->service->methods, process->service->method_count},
      {event_log_methods, EVENT_LOG_METHOD_COUNT},
      {run_methods, RUN_METHOD_COUNT},
      {status_methods, STATUS_METHOD_COUNT},
      {operations_methods, OPERATIONS_METHOD_COUNT},
  };
  size_t total = 0;
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
    total += tables[i].count;
  process->methods = memory_array (process, const ServiceMethod *, total);
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
    for (size_t j = 0; j < tables[i].count; j++)
      process->methods[process->method_count++] = &tables[i].methods[j];
  qsort (process->methods, process->method_count, sizeof *process->methods, compare_methods);
  process->batches = memory_array (process, const BatchMethod *, process->method_count);
  for (size_t i = 0; i < process->method_count; i++)
    process->batches[i] = find_batch (process->service, process->methods[i]->method);
  process->batched = (Metric){.name = "heimo_calls_batched_total",
                              .kind = METRIC_COUNTER,
                              .labels = "",
                              .help = "Calls that were answered together with others."};
  process->metrics = memory_array (process, MethodMetrics, process->method_count);
  for (size_t i = 0; i < process->method_count; i++) {
    const char *labels = memory_format (process, "method=\"%s\"", process->methods[i]->method->name);
    process->metrics[i].duration = (Metric){.name = "heimo_call_duration_seconds",
                                            .kind = METRIC_HISTOGRAM,
                                            .labels = labels,
                                            .help = "Time a worker spent on a call."};
    process->metrics[i].failed = (Metric){.name = "heimo_calls_failed_total",
                                          .kind = METRIC_COUNTER,
                                          .labels = labels,
                                          .help = "Calls that ended with a failure."};
  }
}

static void
on_call (void *arg, BusCall *call)
{
  workers_submit (arg, call);
}

static void
on_drained (void *arg)
{
  Process *process = arg;
  event_base_loopbreak (process->base);
}

static void
begin_drain (evutil_socket_t fd, short what, void *arg)
{
  Process *process = arg;
  (void)fd;
  (void)what;
  static const struct timeval longest = {.tv_sec = 10};
  bus_server_drain (process->server);
  event_base_loopexit (process->base, &longest); /* calls in hand get this long */
  if (bus_server_state (process->server) == BUS_SERVER_DRAINED)
    event_base_loopbreak (process->base);
}

static void
on_terminate (evutil_socket_t signal_number, short what, void *arg)
{
  Process *process = arg;
  (void)signal_number;
  (void)what;
  if (atomic_exchange (&process->draining, true))
    return;
  log_write (LOG_INFO_LEVEL, "draining", NULL);
  struct timeval delay = {.tv_sec = process->settings->drain_ms / 1000,
                          .tv_usec = process->settings->drain_ms % 1000 * 1000};
  event_base_once (process->base, -1, EV_TIMEOUT, begin_drain, process, &delay);
}

static void
on_hangup (evutil_socket_t signal_number, short what, void *arg)
{
  Process *process = arg;
  (void)signal_number;
  (void)what;
  Status status = bus_reload (process->bus, process);
  if (status_failed (status))
    log_status (LOG_ERROR_LEVEL, "allow-list not read", status, NULL);
  else
    log_write (LOG_INFO_LEVEL, "allow-list read again", NULL);
}

static Status
open_bus (Process *process)
{
  const Settings *settings = process->settings;
  BusOptions options = {.name = process->service->name,
                        .directory = or_null (settings->bus_directory),
                        .keys = or_null (settings->keys)};
  Status status = bus_open (process, &options, &process->bus);
  if (status_failed (status))
    return status;
  BusServerOptions server = {.endpoint = or_null (settings->endpoint),
                             .replica = (unsigned)settings->replica,
                             .window = (unsigned)settings->workers * CALLS_PER_WORKER,
                             .max_calls = (unsigned)settings->queue};
  BusServerHandlers handlers = {
      .on_call = on_call, .knows_method = process_knows_method, .on_drained = on_drained, .arg = process};
  status = bus_publisher_new (process, process->bus, process->base, or_null (settings->events_endpoint),
                              (unsigned)settings->replica, &process->publisher);
  if (!status_failed (status))
    status = bus_server_new (process, process->bus, process->base, &server, &handlers, &process->server);
  return status;
}

static void
make_page_key (Process *process)
{
  uint8_t random[32];
  Bytes secret = process->settings->secret;
  if (secret.length == 0) {
    randombytes_buf (random, sizeof random);
    secret = (Bytes){random, sizeof random};
    log_write (LOG_WARNING_LEVEL, "HEIMO_SECRET_FILE is not set: page tokens end with this process", NULL);
  }
  process->page_key = page_token_key (secret);
}

static Status
open_process (Process *process, const Service *service)
{
  Settings *settings = memory_new (process, Settings);
  void *config = memory_must (talloc_zero_size (process, service->config_size + 1));
  Status status = config_read (process, settings_keys, settings_key_count, settings);
  Status own = config_read (process, service->config_keys, service->config_key_count, config);
  for (size_t i = 0; status_failed (own) && i < own.detail->violation_count; i++)
    status_add_violation (&status, process, own.detail->violations[i].field, own.detail->violations[i].reason,
                          "%s", own.detail->violations[i].description);
  if (status_failed (status))
    return status;
  process->service = service;
  process->settings = settings;
  process->config = config;
  log_open (service->name, settings->log_level);
  status = clock_system (process, settings->time_zone, &process->clock);
  if (!status_failed (status) && service->open != NULL)
    status = service->open (process, config, process->clock, &process->state);
  if (status_failed (status))
    return status;
  process->start_us = clock_monotonic (process->clock);
  make_page_key (process);
  collect_methods (process);
  process->base = event_base_new ();
  process->queue = queue_new (process, process->base, (unsigned)settings->workers);
  pthread_mutex_init (&process->run_mutex, NULL);
  pthread_cond_init (&process->run_wake, NULL);
  return STATUS_SUCCESS;
}

static void
complain (const Service *service, Status status)
{
  const StatusDetail *detail = status.detail;
  fprintf (stderr, "heimo-%s: %s\n", service->name, detail->message);
  for (size_t i = 0; i < detail->violation_count; i++)
    fprintf (stderr, "  %s %s\n", detail->violations[i].field, detail->violations[i].description);
}

/* Serves until drained; then stops the threads in the order in which they need each other. */
static void
serve (Process *process)
{
  struct event *signals[] = {
      evsignal_new (process->base, SIGTERM, on_terminate, process),
      evsignal_new (process->base, SIGINT, on_terminate, process),
      evsignal_new (process->base, SIGHUP, on_hangup, process),
  };
  for (size_t i = 0; i < 3; i++)
    event_add (signals[i], NULL);
  workers_start (process);
  runs_start (process);
  Status status = followers_start (process);
  if (!status_failed (status)) {
    log_write (LOG_INFO_LEVEL, "serving", "endpoint", bus_server_endpoint (process->server), NULL);
    event_base_loop (process->base, EVLOOP_NO_EXIT_ON_EMPTY);
  }
  atomic_store (&process->stopping, true);
  workers_stop (process);
  runs_stop (process);
  followers_stop (process);
  event_base_loop (process->base, EVLOOP_NONBLOCK); /* lets the last answers out */
  for (size_t i = 0; i < 3; i++)
    event_free (signals[i]);
}

static void
close_process (Process *process)
{
  if (process->health != NULL)
    evhttp_free (process->health);
  talloc_free (process->server);
  talloc_free (process->publisher);
  talloc_free (process->bus);
  talloc_free (process->queue);
  if (process->base != NULL)
    event_base_free (process->base);
  talloc_free (process);
}

static void
print_help (const Service *service)
{
  char name[64];
  snprintf (name, sizeof name, "heimo-%s", service->name);
  printf ("%s\n\n", service->summary);
  config_help (stdout, name, service->config_keys, service->config_key_count);
  config_help (stdout, name, settings_keys, settings_key_count);
}

/* --rebuild SOURCE: sets the cursors of a followed service back to the beginning of its log. */
static int
rebuild (const Service *service, const char *source)
{
  Process *process = memory_new (NULL, Process);
  Status status = open_process (process, service);
  bool known = false;
  for (const Follower *follower = service->followers; follower != NULL && follower->source != NULL;
       follower++)
    known = known || strcmp (follower->source, source) == 0;
  if (!status_failed (status) && !known)
    status = status_error (process, STATUS_INVALID_ARGUMENT, "SOURCE", "It does not follow '%s'", source);
  if (!status_failed (status)) {
    Db *db = db_new (process, process->settings->database, NULL);
    status = db_run (db, process, &sql_cursor_reset, DB_VALUES (db_text ("source", source)), NULL);
  }
  int code = status_failed (status) ? 1 : 0;
  if (status_failed (status))
    complain (service, status);
  close_process (process);
  return code;
}

int
service_main (const Service *service, int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "--help") == 0) {
    print_help (service);
    return 0;
  }
  if (argc == 2 && strcmp (argv[1], "--health-check") == 0)
    return health_check (getenv ("HEIMO_HEALTH") == NULL ? "" : getenv ("HEIMO_HEALTH"));
  /* Seeded by the kernel once: every id would cost a system call. */
  randombytes_set_implementation (&randombytes_internal_implementation);
  if (sodium_init () < 0)
    return 1;
  if (argc == 3 && strcmp (argv[1], "--rebuild") == 0)
    return rebuild (service, argv[2]);
  if (argc != 1) {
    fprintf (stderr, "usage: heimo-%s [--help | --health-check | --rebuild SOURCE]\n", service->name);
    return 2;
  }
  mallopt (M_ARENA_MAX, 2); /* many threads, little memory */
  mallopt (M_TRIM_THRESHOLD, HEAP_KEPT);
  signal (SIGPIPE, SIG_IGN);
  evthread_use_pthreads ();

  Process *process = memory_new (NULL, Process);
  Status status = open_process (process, service);
  if (!status_failed (status))
    status = open_bus (process);
  if (!status_failed (status))
    status = health_start (process);
  if (status_failed (status))
    complain (service, status);
  else
    serve (process);
  int code = status_failed (status) ? 1 : 0;
  close_process (process);
  return code;
}
