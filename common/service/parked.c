/* Events that could not be applied: listed, tried again, given up.
 *
 * An event is tried again together with all that are parked of its aggregate, in their order and in one
 * transaction. The lane's cursor is locked first, as the follower does it: so nothing of the aggregate is
 * parked or applied meanwhile, and none of its later events overtakes it.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "db_sql.h"
#include "heimo/operations/v1/operations_service.pb-c.h"
#include "heimo_operations_handlers.h"
#include "service/private.h"

/* A row of event_parked: what is told of it, and the event itself. */
typedef struct ParkedRow {
  ParkedEvent *told;
  EventRecord *event; /* NULL: the stored bytes are no event */
} ParkedRow;

static ParkedRow
read_parked (Call *call, const char *service, const DbResult *result, size_t row)
{
  ParkedRow parked = {.told = memory_new (call, ParkedEvent)};
  parked_event__init (parked.told);
  db_read_row (call, result, row, &parked.told->base);
  parked.told->service = service;
  parked.event = (EventRecord *)memory_unpack (call, &event_record__descriptor,
                                               db_byte_value (call, result, row, "event"));
  if (parked.event == NULL)
    return parked;
  parked.told->event_id = parked.event->event_id;
  parked.told->type = parked.event->type;
  parked.told->federation_id = parked.event->federation_id;
  parked.told->record_time = parked.event->record_time;
  parked.told->payload_bytes = parked.event->payload.len;
  return parked;
}

Status
list_parked_events (Call *call, const ListParkedEventsRequest *request, ListParkedEventsResponse *reply)
{
  size_t page = request->page_size == 0 ? 100 : request->page_size;
  const char *const *after;
  DbResult *result;
  Status status = call_open_page (call, &request->base, request->page_token, 3, &after);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_parked_list,
                     DB_VALUES (db_text ("source", request->source),
                                db_text ("after_source", after == NULL ? "" : after[0]),
                                db_text ("after_log_id", after == NULL ? "-1" : after[1]),
                                db_text ("after_seq", after == NULL ? "0" : after[2]),
                                db_integer ("limit", (int64_t)page + 1)),
                     &result);
  if (status_failed (status))
    return status;
  size_t rows = db_row_count (result);
  if (rows > page) {
    const char *last[] = {db_value (result, page - 1, "source"), db_value (result, page - 1, "log_id"),
                          db_value (result, page - 1, "seq")};
    reply->next_page_token = call_seal_page (call, &request->base, last, 3);
    rows = page;
  }
  reply->events = memory_array (call, ParkedEvent *, rows + 1);
  for (; reply->n_events < rows; reply->n_events++)
    reply->events[reply->n_events] = read_parked (call, request->service, result, reply->n_events).told;
  return status;
}

/* Finds one row; NOT_FOUND / NOT_PARKED. */
static Status
find_parked_event (Call *call, const char *service, const char *source, uint32_t log_id, uint64_t seq,
                   ParkedRow *parked)
{
  DbResult *result;
  Status status = db_run (
      call->db, call, &sql_parked_get,
      DB_VALUES (db_text ("source", source), db_integer ("log_id", log_id), db_integer ("seq", (int64_t)seq)),
      &result);
  if (status_failed (status))
    return status;
  if (db_row_count (result) == 0)
    return status_error (call, STATUS_NOT_FOUND, "NOT_PARKED",
                         "No event of %s in lane %u at position %llu is parked", source, log_id,
                         (unsigned long long)seq);
  *parked = read_parked (call, service, result, 0);
  return status;
}

Status
get_parked_event (Call *call, const GetParkedEventRequest *request, ParkedEvent *reply)
{
  ParkedRow parked = {NULL, NULL};
  Status status =
      find_parked_event (call, request->service, request->source, request->log_id, request->seq, &parked);
  if (status_failed (status))
    return status;
  assert (parked.told != NULL);
  *reply = *parked.told;
  return status;
}

static const Follower *
find_follower (const Service *service, const char *source)
{
  for (const Follower *follower = service->followers; follower != NULL && follower->source != NULL;
       follower++)
    if (strcmp (follower->source, source) == 0)
      return follower;
  return NULL;
}

/* Keeps the follower away from the lane until COMMIT. */
static Status
lock_lane (Call *call, const char *source, uint32_t log_id)
{
  return db_run (call->db, call, &sql_parked_lane_lock,
                 DB_VALUES (db_text ("source", source), db_integer ("log_id", log_id)), NULL);
}

/* Applies one event as its follower would: on behalf of the follower, in the event's federation. What it
 * raises is the call's. */
static Status
apply_parked (Call *call, const Follower *follower, EventRecord *event)
{
  Principal *principal = memory_must (talloc_memdup (call, call->principal, sizeof *call->principal));
  principal->federation_id = event->federation_id;
  Call *inner = call_new (call, call->process, call->db, principal, call_time_left_ms (call));
  inner->effects = call->effects;
  EventRecord *events[] = {event};
  Status status = follower->apply (inner, events, 1);
  return status_failed (status) ? status_copy (call, status) : status;
}

/* Those of the aggregate that stand before or behind it, and it. */
static Status
apply_aggregate (Call *call, const Follower *follower, const ParkedEvent *parked,
                 RetryParkedEventResponse *reply)
{
  DbResult *result;
  Status status =
      db_run (call->db, call, &sql_parked_of_aggregate,
              DB_VALUES (db_text ("source", parked->source), db_text ("aggregate_id", parked->aggregate_id)),
              &result);
  if (status_failed (status))
    return status;
  size_t rows = db_row_count (result);
  reply->events = memory_array (call, ParkedEvent *, rows + 1);
  for (size_t row = 0; row < rows && !status_failed (status); row++) {
    ParkedRow one = read_parked (call, parked->service, result, row);
    if (one.event == NULL)
      return status_error (call, STATUS_DATA_LOSS, "NOT_AN_EVENT",
                           "What is stored at position %llu is not an event: drop it",
                           (unsigned long long)one.told->seq);
    reply->events[reply->n_events++] = one.told;
    status = apply_parked (call, follower, one.event);
  }
  if (status_failed (status))
    return status;
  return db_run (
      call->db, call, &sql_parked_remove,
      DB_VALUES (db_text ("source", parked->source), db_text ("aggregate_id", parked->aggregate_id)), NULL);
}

/* An internal reason would be kept to the log; whoever tries a parked event again has to know it. */
static Status
still_parked (Call *call, Status status)
{
  if (!status_failed (status) || status_is_transient (status))
    return status;
  return status_error (call, STATUS_FAILED_PRECONDITION, status.detail->reason,
                       "It still cannot be applied: %s", status.detail->message);
}

Status
retry_parked_event (Call *call, const RetryParkedEventRequest *request, RetryParkedEventResponse *reply)
{
  ParkedRow parked = {NULL, NULL};
  const Follower *follower = find_follower (call->process->service, request->source);
  if (follower == NULL)
    return status_field (call, "source", "NOT_FOLLOWED", "is no service that this one follows");
  Status status = lock_lane (call, request->source, request->log_id);
  if (!status_failed (status))
    status =
        find_parked_event (call, request->service, request->source, request->log_id, request->seq, &parked);
  if (status_failed (status))
    return status;
  assert (parked.told != NULL);
  status = still_parked (call, apply_aggregate (call, follower, parked.told, reply));
  if (!status_failed (status))
    log_write (LOG_INFO_LEVEL, "parked events applied", "source", request->source, "event",
               parked.told->event_id, "actor", call->principal->subject, NULL);
  return status;
}

Status
drop_parked_event (Call *call, const DropParkedEventRequest *request, ParkedEvent *reply)
{
  static const char nothing[] = "00000000-0000-0000-0000-000000000000";
  ParkedRow parked = {NULL, NULL};
  Status status = lock_lane (call, request->source, request->log_id);
  if (!status_failed (status))
    status =
        find_parked_event (call, request->service, request->source, request->log_id, request->seq, &parked);
  if (status_failed (status))
    return status;
  assert (parked.told != NULL);
  *reply = *parked.told;
  status =
      db_run (call->db, call, &sql_parked_drop,
              DB_VALUES (db_text ("event_id", parked.event == NULL ? nothing : reply->event_id),
                         db_text ("federation_id", parked.event == NULL ? nothing : reply->federation_id),
                         db_text ("type", reply->type), db_text ("actor", call->principal->subject),
                         db_message (&request->base)),
              NULL);
  if (!status_failed (status))
    log_write (LOG_WARNING_LEVEL, "parked event dropped", "source", reply->source, "type", reply->type,
               "event", reply->event_id, "actor", call->principal->subject, NULL);
  return status;
}
