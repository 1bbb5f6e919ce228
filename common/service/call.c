/* Calls: what handlers use, and the events a transaction leaves behind. */
#include <assert.h>
#include <string.h>

#include "core/id.h"
#include "db_sql.h"
#include "service/private.h"

/* An event raised and not yet appended. */
typedef struct PendingEvent {
  const char *event_id;
  const char *type;
  const char *aggregate_id;
  Bytes payload;
  unsigned lane;
} PendingEvent;

Call *
call_new (void *owner, Process *process, Db *db, const Principal *principal, unsigned timeout_ms)
{
  Call *call = memory_new (owner, Call);
  call->db = db;
  call->process = process;
  call->principal = principal;
  call->federation_id = principal->federation_id;
  call->if_match = "";
  call->clock = process->clock;
  call->now = clock_now (process->clock);
  call->today = clock_day_of (process->clock, call->now);
  call->deadline = clock_monotonic (process->clock) + (int64_t)timeout_ms * 1000;
  call->config = process->config;
  call->state = process->state;
  call->page_key = &process->page_key;
  call->effects = memory_new (call, CallEffects);
  call->effects->traceparent = "";
  return call;
}

void
call_stamp (Call *call)
{
  call->now = clock_now (call->clock);
  call->today = clock_day_of (call->clock, call->now);
}

const char *
call_time_text (Call *call)
{
  char buffer[CLOCK_TEXT_SIZE];
  return memory_string (call, clock_format (call->now, buffer));
}

unsigned
call_time_left_ms (const Call *call)
{
  int64_t left = (call->deadline - clock_monotonic (call->clock)) / 1000;
  return left < 1 ? 1 : (unsigned)left;
}

/* FNV-1a: any spread will do, but it must never change, for a lane keeps the order of an aggregate. */
static unsigned
lane_of (const char *aggregate_id)
{
  uint32_t hash = 2166136261u;
  for (const unsigned char *at = (const unsigned char *)aggregate_id; *at != '\0'; at++)
    hash = (hash ^ *at) * 16777619u;
  return (hash ^ (hash >> 16)) % LANE_COUNT;
}

void
call_raise_event (Call *call, const char *aggregate_id, const ProtobufCMessage *event)
{
  CallEffects *effects = call->effects;
  size_t count = effects->event_count;
  size_t capacity = effects->events == NULL ? 0 : talloc_array_length (effects->events);
  if (count == capacity)
    effects->events = memory_must (
        talloc_realloc (call, effects->events, PendingEvent, (unsigned)(capacity == 0 ? 16 : capacity * 2)));
  assert (effects->events != NULL);
  effects->events[count] = (PendingEvent){
      .event_id = id_new_text (call, call->now),
      .type = event->descriptor->name,
      .aggregate_id = memory_string (call, aggregate_id),
      .payload = memory_pack (call, event),
      .lane = lane_of (aggregate_id),
  };
  effects->event_count = count + 1;
}

typedef Status RunFunction (Db *, void *, const DbQuery *, const DbValue *, size_t, DbResult **);

static Status
append_one (Call *call, void *scratch, const PendingEvent *event, RunFunction *run, DbResult **result)
{
  return run (call->db, scratch, &sql_event_append_one,
              DB_VALUES (db_integer ("log_id", event->lane), db_text ("event_id", event->event_id),
                         db_text ("federation_id", call->federation_id), db_text ("type", event->type),
                         db_text ("aggregate_id", event->aggregate_id), db_bytes ("payload", event->payload),
                         db_text ("traceparent", call->effects->traceparent),
                         db_text ("record_time", call_time_text (call))),
              result);
}

/* The last lane is appended together with COMMIT: nobody may wait for a lane while this thread waits for its
 * turn. */
static Status
append_lane (Call *call, unsigned lane, size_t count, bool last)
{
  CallEffects *effects = call->effects;
  void *scratch = memory_context (call);
  const char **ids = memory_array (scratch, const char *, count),
             **types = memory_array (scratch, const char *, count);
  const char **aggregates = memory_array (scratch, const char *, count);
  const char **federations = memory_array (scratch, const char *, count);
  Bytes *payloads = memory_array (scratch, Bytes, count);
  size_t n = 0;
  for (size_t i = 0; i < effects->event_count; i++) {
    const PendingEvent *event = &effects->events[i];
    if (event->lane != lane)
      continue;
    ids[n] = event->event_id;
    types[n] = event->type;
    aggregates[n] = event->aggregate_id;
    federations[n] = call->federation_id;
    payloads[n++] = event->payload;
  }
  DbResult *result;
  RunFunction *run = last ? db_run_and_commit : db_run;
  Status status =
      effects->event_count == 1
          ? append_one (call, scratch, &effects->events[0], run, &result)
          : run (call->db, scratch, &sql_event_append,
                 DB_VALUES (db_integer ("log_id", lane), db_texts ("event_ids", ids, n),
                            db_texts ("federation_ids", federations, n), db_texts ("types", types, n),
                            db_texts ("aggregate_ids", aggregates, n),
                            db_byte_strings ("payloads", payloads, n),
                            db_text ("traceparent", effects->traceparent),
                            db_text ("record_time", call_time_text (call))),
                 &result);
  if (status_failed (status))
    status = status_copy (call, status);
  else {
    assert (db_row_count (result) == 1);
    effects->lane_heads[lane] = (uint64_t)db_number (result, 0, "last_seq");
  }
  talloc_free (scratch);
  return status;
}

static Status
append_and_commit (Call *call)
{
  size_t counts[LANE_COUNT] = {0};
  unsigned last = LANE_COUNT;
  for (size_t i = 0; i < call->effects->event_count; i++)
    counts[call->effects->events[i].lane]++;
  for (unsigned lane = 0; lane < LANE_COUNT; lane++)
    last = counts[lane] == 0 ? last : lane;
  for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
    Status status = counts[lane] == 0 ? STATUS_SUCCESS : append_lane (call, lane, counts[lane], lane == last);
    if (status_failed (status))
      return status;
  }
  return last < LANE_COUNT ? STATUS_SUCCESS : db_commit (call->db, call);
}

Status
call_commit (Call *call, Process *process)
{
  Status status = append_and_commit (call);
  if (status_failed (status))
    return status;
  for (unsigned lane = 0; lane < LANE_COUNT; lane++)
    if (call->effects->lane_heads[lane] != 0 && process->publisher != NULL)
      bus_publisher_nudge (process->publisher, lane, call->effects->lane_heads[lane]);
  if (call->effects->run_started)
    runs_wake (process);
  return STATUS_SUCCESS;
}

Status
call_start_run (Call *call, const char *type, const char *subject, const char *target, const char *plan_hash,
                const char *cursor, const char **run_id)
{
  *run_id = id_new_text (call, call->now);
  call->effects->run_started = true;
  return db_run (call->db, call, &sql_run_insert,
                 DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("run_id", *run_id),
                            db_text ("type", type), db_text ("subject", subject), db_text ("target", target),
                            db_text ("actor", call->principal->subject), db_text ("plan_hash", plan_hash),
                            db_text ("cursor", cursor)),
                 NULL);
}

Status
call_check_etag (Call *call, const char *requested, const char *current)
{
  const char *wanted[] = {requested, call->if_match};
  for (size_t i = 0; i < 2; i++)
    if (wanted[i] != NULL && *wanted[i] != '\0' && strcmp (wanted[i], "*") != 0 &&
        strcmp (wanted[i], current) != 0)
      return status_error (call, STATUS_ABORTED, "ETAG_MISMATCH",
                           "It has been changed in the meantime; get it again");
  return STATUS_SUCCESS;
}

Status
call_open_page (Call *call, const ProtobufCMessage *request, const char *token, size_t expected,
                const char *const **values)
{
  PageScope scope = page_token_scope (call->principal->subject, request);
  return page_token_open (call, call->page_key, scope, token, expected, call->now / 1000000, values);
}

char *
call_seal_page (Call *call, const ProtobufCMessage *request, const char *const *values, size_t count)
{
  PageScope scope = page_token_scope (call->principal->subject, request);
  return page_token_seal (call, call->page_key, scope, values, count, call->now / 1000000);
}

bool
status_is_transient (Status status)
{
  return status.code == STATUS_UNAVAILABLE || status.code == STATUS_ABORTED ||
         status.code == STATUS_DEADLINE_EXCEEDED || status.code == STATUS_CANCELLED ||
         status.code == STATUS_RESOURCE_EXHAUSTED;
}

ProtobufCMessage *
event_payload (void *owner, const EventRecord *event, const ProtobufCMessageDescriptor *descriptor)
{
  if (strcmp (event->type, descriptor->name) != 0)
    return NULL;
  return memory_unpack (owner, descriptor, (Bytes){event->payload.data, event->payload.len});
}
