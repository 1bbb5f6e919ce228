/* Followers: one thread per followed service. It pulls each lane's events in order and applies them together
 * with the cursor in one transaction, so that each takes effect once however often it is delivered, and
 * however many replicas follow. A nudge makes it pull at once; without one it asks every two seconds.
 *
 * A failure that may pass (database away, conflict) is tried again. One that will not is narrowed down to a
 * single event, which after five attempts is parked; later events of the same aggregate are parked behind it,
 * others go on.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/validate.h"
#include "db_sql.h"
#include "heimo_api.h"
#include "service/private.h"

#define POLL_MS 2000
#define PULL_TIMEOUT_MS 5000
#define APPLY_TIMEOUT_MS 60000
#define ATTEMPTS_BEFORE_PARKING 5

/* Where this replica stands in one lane. */
typedef struct Lane {
  uint64_t seq;      /* the cursor, as last read or moved */
  uint64_t head;     /* as the source last told */
  unsigned attempts; /* at the event after seq, alone */
  bool single;       /* the last batch failed for good: take events one by one */
} Lane;

struct FollowerThread {
  pthread_t thread;
  Process *process;
  const Follower *follower;
  size_t index;
  void *root;
  Db *db;
  struct event_base *base;
  BusClient *client;
  BusSubscriber *subscriber;
  Principal principal;
  const char *service_subject;
  Lane lanes[LANE_COUNT];
  uint64_t nudged; /* bit mask of lanes to pull */
  bool cursors_known;
  unsigned backoff_ms;
};

static void
on_nudge (void *arg, const char *source, unsigned lane, uint64_t seq)
{
  FollowerThread *thread = arg;
  (void)source;
  if (lane >= LANE_COUNT || seq <= thread->lanes[lane].seq)
    return;
  thread->nudged |= UINT64_C (1) << lane;
  event_base_loopbreak (thread->base);
}

static Status
load_cursors (FollowerThread *thread, void *scratch)
{
  DbResult *result;
  Status status = db_run (thread->db, scratch, &sql_cursor_list,
                          DB_VALUES (db_text ("source", thread->follower->source)), &result);
  if (status_failed (status))
    return status;
  for (size_t row = 0; row < db_row_count (result); row++) {
    size_t lane = (size_t)db_number (result, row, "log_id");
    if (lane < LANE_COUNT)
      thread->lanes[lane].seq = (uint64_t)db_number (result, row, "seq");
  }
  for (int lane = 0; lane < LANE_COUNT && !status_failed (status); lane++)
    status =
        db_run (thread->db, scratch, &sql_cursor_create,
                DB_VALUES (db_text ("source", thread->follower->source), db_integer ("log_id", lane)), NULL);
  thread->cursors_known = !status_failed (status);
  return status;
}

static size_t
count_types (const char *const *types)
{
  size_t count = 0;
  while (types[count] != NULL)
    count++;
  return count;
}

static Status
pull (FollowerThread *thread, void *scratch, unsigned lane, ListEventsResponse **response)
{
  ListEventsRequest request = LIST_EVENTS_REQUEST__INIT;
  request.log_id = lane;
  request.after_seq = thread->lanes[lane].seq;
  request.max_events = thread->lanes[lane].single ? 1 : thread->follower->batch;
  request.types = (const char **)(uintptr_t)thread->follower->types;
  request.n_types = count_types (thread->follower->types);
  const BusReply *reply = bus_client_call_wait (scratch, thread->client,
                                                &(BusRequest){
                                                    .service = thread->follower->source,
                                                    .method = "heimo.bus.v1.EventLogService/ListEvents",
                                                    .message = &request.base,
                                                    .timeout_ms = PULL_TIMEOUT_MS,
                                                    .idempotent = true,
                                                    .principal = &thread->principal,
                                                });
  if (status_failed (reply->status))
    return reply->status;
  ProtobufCMessage *message = NULL;
  Status status = validate_unpack (&heimo_api, scratch, &list_events_response__descriptor, reply->body,
                                   VALIDATE_REPLY, &message);
  *response = (ListEventsResponse *)message;
  return status;
}

/* Which events of the batch have an aggregate with a parked event before them. */
static Status
find_parked (FollowerThread *thread, Call *call, EventRecord *const *events, size_t count, bool *parked)
{
  const char **aggregates = memory_array (call, const char *, count);
  for (size_t i = 0; i < count; i++)
    aggregates[i] = events[i]->aggregate_id;
  DbResult *result;
  Status status = db_run (
      thread->db, call, &sql_parked_aggregates,
      DB_VALUES (db_text ("source", thread->follower->source), db_texts ("aggregate_ids", aggregates, count)),
      &result);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (result); row++)
    for (size_t i = 0; i < count; i++)
      if (strcmp (events[i]->aggregate_id, db_value (result, row, "aggregate_id")) == 0)
        parked[i] = true;
  return status;
}

static Status
park (FollowerThread *thread, Call *call, const EventRecord *event, const char *reason)
{
  log_write (LOG_ERROR_LEVEL, "event parked", "source", thread->follower->source, "type", event->type,
             "event", event->event_id, "reason", reason, NULL);
  return db_run (thread->db, call, &sql_parked_insert,
                 DB_VALUES (db_text ("source", thread->follower->source),
                            db_integer ("log_id", event->log_id), db_integer ("seq", (int64_t)event->seq),
                            db_text ("aggregate_id", event->aggregate_id),
                            db_bytes ("event", memory_pack (call, &event->base)), db_text ("reason", reason)),
                 NULL);
}

/* 0 rows: another replica is ahead; the cursors are read again. */
static Status
move_cursor (FollowerThread *thread, Call *call, unsigned lane, uint64_t to)
{
  DbResult *result;
  Status status =
      db_run (thread->db, call, &sql_cursor_move,
              DB_VALUES (db_text ("source", thread->follower->source), db_integer ("log_id", lane),
                         db_integer ("old_seq", (int64_t)thread->lanes[lane].seq),
                         db_integer ("new_seq", (int64_t)to)),
              &result);
  if (status_failed (status) || db_row_count (result) == 1)
    return status;
  thread->cursors_known = false;
  return status_error (call, STATUS_ABORTED, "ANOTHER_REPLICA", "Another replica has applied these events");
}

/* Applies what is not parked; parks what stands behind a parked event. */
static Status
apply_events (FollowerThread *thread, Call *call, EventRecord **events, size_t count, bool park_all)
{
  bool *parked = memory_array (call, bool, count);
  EventRecord **rest = memory_array (call, EventRecord *, count);
  size_t rest_count = 0;
  Status status = find_parked (thread, call, events, count, parked);
  for (size_t i = 0; i < count && !status_failed (status); i++) {
    if (park_all || parked[i])
      status = park (thread, call, events[i], parked[i] ? "BEHIND_PARKED" : "CANNOT_BE_APPLIED");
    else
      rest[rest_count++] = events[i];
  }
  if (status_failed (status) || rest_count == 0)
    return status;
  return thread->follower->apply (call, rest, rest_count);
}

/* One transaction: cursor, effects, events raised. `to` is where the cursor goes. */
static Status
apply_batch (FollowerThread *thread, void *scratch, unsigned lane, EventRecord **events, size_t count,
             uint64_t to, bool park_all)
{
  Principal *principal = memory_must (talloc_memdup (scratch, &thread->principal, sizeof thread->principal));
  if (count > 0)
    principal->federation_id = events[0]->federation_id;
  Call *call = call_new (scratch, thread->process, thread->db, principal, APPLY_TIMEOUT_MS);
  if (count > 0)
    call->effects->traceparent = events[count - 1]->traceparent;
  Status status = db_begin (thread->db, call, APPLY_TIMEOUT_MS);
  if (!status_failed (status))
    status = move_cursor (thread, call, lane, to);
  if (!status_failed (status) && count > 0)
    status = apply_events (thread, call, events, count, park_all);
  if (!status_failed (status))
    status = call_commit (call, thread->process);
  db_rollback (thread->db);
  if (!status_failed (status)) {
    thread->lanes[lane].seq = to;
    thread->lanes[lane].attempts = 0;
  } else if (strcmp (status.detail->reason, "OUTCOME_UNKNOWN") == 0)
    thread->cursors_known = false;
  return status;
}

/* What a failure means for the lane: wait, take events singly, or park the one event. */
static void
note_failure (FollowerThread *thread, unsigned lane, size_t count, Status status)
{
  Lane *state = &thread->lanes[lane];
  if (strcmp (status.detail->reason, "ANOTHER_REPLICA") == 0)
    return;
  log_status (LOG_WARNING_LEVEL, "events not applied", status, "source", thread->follower->source, NULL);
  if (status_is_transient (status)) {
    thread->backoff_ms = thread->backoff_ms == 0     ? 50
                         : thread->backoff_ms < 2000 ? thread->backoff_ms * 2
                                                     : 2000;
    return;
  }
  if (count > 1)
    state->single = true;
  else
    state->attempts++;
}

/* Applies a pulled response; batches end where the federation changes. */
static Status
apply_response (FollowerThread *thread, void *scratch, unsigned lane, ListEventsResponse *response)
{
  size_t at = 0;
  if (response->n_events == 0 && response->next_seq > thread->lanes[lane].seq)
    return apply_batch (thread, scratch, lane, NULL, 0, response->next_seq, false);
  while (at < response->n_events) {
    size_t count = 1;
    while (at + count < response->n_events &&
           strcmp (response->events[at + count]->federation_id, response->events[at]->federation_id) == 0)
      count++;
    bool last = at + count == response->n_events;
    uint64_t to = last ? response->next_seq : response->events[at + count - 1]->seq;
    bool park_all = count == 1 && thread->lanes[lane].attempts >= ATTEMPTS_BEFORE_PARKING;
    Status status = apply_batch (thread, scratch, lane, response->events + at, count, to, park_all);
    if (status_failed (status)) {
      note_failure (thread, lane, count, status);
      return status;
    }
    at += count;
  }
  thread->lanes[lane].single = false;
  return STATUS_SUCCESS;
}

/* The source no longer keeps the events after the cursor: asks it to tell everything anew, and goes on behind
 * what it had told before. */
static Status
start_over (FollowerThread *thread, void *scratch)
{
  RepublishEventsRequest request = REPUBLISH_EVENTS_REQUEST__INIT;
  const BusReply *reply = bus_client_call_wait (scratch, thread->client,
                                                &(BusRequest){
                                                    .service = thread->follower->source,
                                                    .method = "heimo.bus.v1.EventLogService/RepublishEvents",
                                                    .message = &request.base,
                                                    .timeout_ms = PULL_TIMEOUT_MS,
                                                    .principal = &thread->principal,
                                                });
  ProtobufCMessage *message = NULL;
  Status status = reply->status;
  if (!status_failed (status))
    status = validate_unpack (&heimo_api, scratch, &republish_events_response__descriptor, reply->body,
                              VALIDATE_REPLY, &message);
  if (status_failed (status))
    return status;
  const RepublishEventsResponse *response = (RepublishEventsResponse *)message;
  log_write (LOG_WARNING_LEVEL, "events expired: starting over from a snapshot", "source",
             thread->follower->source, "run", response->run_id, NULL);
  for (unsigned lane = 0; lane < LANE_COUNT && lane < response->n_heads && !status_failed (status); lane++)
    if (response->heads[lane] > thread->lanes[lane].seq)
      status = apply_batch (thread, scratch, lane, NULL, 0, response->heads[lane], false);
  return status;
}

/* Pulls and applies one lane; true when there was something. */
static bool
follow_lane (FollowerThread *thread, unsigned lane)
{
  void *scratch = memory_context (thread->root);
  ListEventsResponse *response = NULL;
  bool progress = false;
  Status status = thread->cursors_known ? STATUS_SUCCESS : load_cursors (thread, scratch);
  if (!status_failed (status))
    status = pull (thread, scratch, lane, &response);
  if (status.code == STATUS_OUT_OF_RANGE)
    status = start_over (thread, scratch);
  if (status_failed (status) || response == NULL) {
    if (status_failed (status) && !status_is_transient (status))
      log_status (LOG_ERROR_LEVEL, "events cannot be listed", status, "source", thread->follower->source,
                  NULL);
    thread->backoff_ms = thread->backoff_ms == 0 ? 100 : 1000;
  } else {
    atomic_store (&thread->process->follower_heard[thread->index], bus_now_us ());
    thread->lanes[lane].head = response->head_seq;
    progress = response->next_seq > thread->lanes[lane].seq;
    if (progress && !status_failed (apply_response (thread, scratch, lane, response)))
      thread->backoff_ms = 0;
  }
  talloc_free (scratch);
  return progress;
}

static void
report_lag (FollowerThread *thread)
{
  uint64_t lag = 0;
  for (int lane = 0; lane < LANE_COUNT; lane++)
    if (thread->lanes[lane].head > thread->lanes[lane].seq)
      lag += thread->lanes[lane].head - thread->lanes[lane].seq;
  atomic_store (&thread->process->follower_lag[thread->index], lag);
}

/* Waits for a nudge, at most the poll time with jitter, or for the back-off to pass. */
static void
wait_for_news (FollowerThread *thread)
{
  unsigned ms = thread->backoff_ms != 0 ? thread->backoff_ms : POLL_MS - 250 + (unsigned)(random () % 500);
  struct timeval timeout = {.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000};
  event_base_loopexit (thread->base, &timeout);
  event_base_loop (thread->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

static void
follow (FollowerThread *thread)
{
  const uint64_t all = (UINT64_C (1) << LANE_COUNT) - 1;
  uint64_t wanted = all;
  bool busy = false;
  while (!atomic_load (&thread->process->stopping)) {
    uint64_t again = 0;
    for (unsigned lane = 0; lane < LANE_COUNT && !atomic_load (&thread->process->stopping); lane++)
      if ((wanted >> lane & 1) != 0 && follow_lane (thread, lane))
        again |= UINT64_C (1) << lane;
    report_lag (thread);
    again |= thread->nudged;
    thread->nudged = 0;
    if (again != 0 && thread->backoff_ms == 0) {
      wanted = again;
      busy = true;
      continue;
    }
    if (busy && again == 0)
      malloc_trim (0); /* it has caught up */
    busy = false;
    wait_for_news (thread);
    wanted = thread->nudged != 0 && thread->backoff_ms == 0 ? thread->nudged : all;
    if (thread->nudged == 0)
      thread->cursors_known = false; /* another replica, or --rebuild, may have moved them */
    thread->nudged = 0;
  }
}

static void *
follower_main (void *arg)
{
  FollowerThread *thread = arg;
  Process *process = thread->process;
  thread->root = thread_root ("follower");
  thread->db = db_new (thread->root, process->settings->database, process->service->constraints);
  thread->base = event_base_new ();
  thread->client = bus_client_new (thread->root, process->bus, thread->base, NULL);
  thread->subscriber = bus_subscriber_new (thread->root, process->bus, thread->base, on_nudge, thread);
  principal__init (&thread->principal);
  const char *role = "operator";
  thread->principal.subject = memory_format (thread->root, "service:%s", process->service->name);
  thread->principal.roles = &role;
  thread->principal.n_roles = 1;
  thread->principal.federation_id = process->settings->federation;

  const char *source = thread->follower->source;
  const char *endpoint = bus_peer_endpoint (thread->root, process->settings->peers, source);
  const char *events = memory_format (thread->root, "%s.events", source);
  Status status = bus_client_add_service (thread->client, source, endpoint);
  if (!status_failed (status))
    status = bus_subscriber_add (thread->subscriber, source,
                                 bus_peer_endpoint (thread->root, process->settings->peers, events));
  if (status_failed (status))
    log_status (LOG_ERROR_LEVEL, "cannot follow", status, "source", source, NULL);
  else
    follow (thread);
  talloc_free (thread->subscriber);
  talloc_free (thread->client);
  talloc_free (thread->root);
  event_base_free (thread->base);
  return NULL;
}

Status
followers_start (Process *process)
{
  const Follower *followers = process->service->followers;
  size_t count = 0;
  while (followers != NULL && followers[count].source != NULL)
    count++;
  process->follower_count = count;
  process->followers = memory_array (process, FollowerThread, count + 1);
  for (size_t i = 0; i < count; i++) {
    FollowerThread *thread = &process->followers[i];
    thread->process = process;
    thread->follower = &followers[i];
    thread->index = i;
    pthread_create (&thread->thread, NULL, follower_main, thread);
  }
  return STATUS_SUCCESS;
}

void
followers_stop (Process *process)
{
  for (size_t i = 0; i < process->follower_count; i++)
    pthread_join (process->followers[i].thread, NULL);
}
