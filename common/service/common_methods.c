/* The methods that every service has: events, runs, status, changes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db_sql.h"
#include "heimo/bus/v1/event_log.pb-c.h"
#include "heimo/common/v1/run.pb-c.h"
#include "heimo/common/v1/status.pb-c.h"
#include "heimo_event_log_handlers.h"
#include "heimo_run_handlers.h"
#include "heimo_status_handlers.h"
#include "service/private.h"

#define EVENT_BYTES_MAX ((size_t)512 * 1024)
#define CHANGES_MAX 500

/* ListEvents. */

static bool
type_wanted (const ListEventsRequest *request, const char *type)
{
  for (size_t i = 0; i < request->n_types; i++)
    if (strcmp (request->types[i], type) == 0)
      return true;
  return request->n_types == 0;
}

/* Keeps the wanted events up to the size limit, and says where to go on. */
static void
choose_events (const ListEventsRequest *request, EventRecord **events, size_t count,
               ListEventsResponse *reply)
{
  size_t bytes = 0;
  reply->next_seq = request->after_seq;
  for (size_t i = 0; i < count; i++) {
    EventRecord *event = events[i];
    if (type_wanted (request, event->type)) {
      bytes += event->payload.len + 300;
      if (reply->n_events > 0 && bytes > EVENT_BYTES_MAX)
        return;
      reply->events[reply->n_events++] = event;
    }
    reply->next_seq = event->seq;
  }
}

Status
list_events (Call *call, const ListEventsRequest *request, ListEventsResponse *reply)
{
  DbResult *result;
  uint32_t limit = request->max_events == 0 ? 100 : request->max_events;
  reply->lane_count = LANE_COUNT;
  Status status =
      db_run (call->db, call, &sql_event_head, DB_VALUES (db_integer ("log_id", request->log_id)), &result);
  if (status_failed (status))
    return status;
  if (db_row_count (result) == 0)
    return status_field (call, "logId", "UNKNOWN_LANE", "there are %d lanes", LANE_COUNT);
  reply->head_seq = (uint64_t)db_number (result, 0, "last_seq");
  if (request->after_seq + 1 < (uint64_t)db_number (result, 0, "first_seq"))
    return status_error (call, STATUS_OUT_OF_RANGE, "EVENTS_EXPIRED", "These events are no longer kept");
  if (request->after_seq >= reply->head_seq) {
    reply->next_seq = request->after_seq;
    return STATUS_SUCCESS;
  }
  status = db_run (call->db, call, &sql_event_list,
                   DB_VALUES (db_integer ("max_events", limit), db_message (&request->base)), &result);
  if (status_failed (status))
    return status;
  size_t count;
  EventRecord **events = db_read_rows (call, result, &event_record__descriptor, &count);
  reply->events = memory_array (call, EventRecord *, count + 1);
  choose_events (request, events, count, reply);
  return STATUS_SUCCESS;
}

static Status
read_heads (Call *call, uint64_t heads[LANE_COUNT])
{
  DbResult *result;
  Status status = db_run (call->db, call, &sql_event_heads, NULL, 0, &result);
  if (status_failed (status))
    return status;
  for (size_t row = 0; row < db_row_count (result); row++) {
    size_t lane = (size_t)db_number (result, row, "log_id");
    if (lane < LANE_COUNT)
      heads[lane] = (uint64_t)db_number (result, row, "last_seq");
  }
  return status;
}

Status
republish_events (Call *call, const RepublishEventsRequest *request, RepublishEventsResponse *reply)
{
  (void)request;
  const char *type = call->process->service->republish_run;
  if (type == NULL)
    return status_error (call, STATUS_FAILED_PRECONDITION, "NO_SNAPSHOT", "This service cannot publish anew");
  reply->heads = memory_array (call, uint64_t, LANE_COUNT);
  reply->n_heads = LANE_COUNT;
  Status status = read_heads (call, reply->heads);
  return status_failed (status) ? status : call_start_run (call, type, "", "", "", "", &reply->run_id);
}

/* Runs. */

static Status
read_run (Call *call, const char *run_id, Run *reply)
{
  return db_run_one (call->db, call, &sql_run_get,
                     DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("run_id", run_id)),
                     "RUN_NOT_FOUND", &reply->base);
}

Status
get_run (Call *call, const GetRunRequest *request, Run *reply)
{
  reply->service = request->service;
  return read_run (call, request->run_id, reply);
}

Status
list_runs (Call *call, const ListRunsRequest *request, ListRunsResponse *reply)
{
  size_t page = request->page_size == 0 ? 50 : request->page_size;
  const char *const *after;
  DbResult *result;
  Status status = call_open_page (call, &request->base, request->page_token, 1, &after);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_run_list,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("before", after == NULL ? NULL : after[0]),
                                db_integer ("limit", (int64_t)page + 1), db_message (&request->base)),
                     &result);
  if (status_failed (status))
    return status;
  reply->runs = db_read_rows (call, result, &run__descriptor, &reply->n_runs);
  if (reply->n_runs > page) {
    reply->n_runs = page;
    reply->next_page_token = call_seal_page (call, &request->base, &reply->runs[page - 1]->run_id, 1);
  }
  for (size_t i = 0; i < reply->n_runs; i++)
    reply->runs[i]->service = request->service;
  return STATUS_SUCCESS;
}

Status
list_run_outcomes (Call *call, const ListRunOutcomesRequest *request, ListRunOutcomesResponse *reply)
{
  size_t page = request->page_size == 0 ? 100 : request->page_size;
  const char *const *after;
  DbResult *result;
  Status status = call_open_page (call, &request->base, request->page_token, 2, &after);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_run_outcomes,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("after_position", after == NULL ? "-1" : after[0]),
                                db_text ("after_part", after == NULL ? "0" : after[1]),
                                db_integer ("limit", (int64_t)page + 1), db_message (&request->base)),
                     &result);
  if (status_failed (status))
    return status;
  reply->outcomes = db_read_rows (call, result, &run_outcome__descriptor, &reply->n_outcomes);
  if (reply->n_outcomes > page) {
    const char *last[] = {db_value (result, page - 1, "position"), db_value (result, page - 1, "part")};
    reply->n_outcomes = page;
    reply->next_page_token = call_seal_page (call, &request->base, last, 2);
  }
  return STATUS_SUCCESS;
}

Status
cancel_run (Call *call, const CancelRunRequest *request, Run *reply)
{
  call->effects->run_started = true; /* wakes the run threads: a queued run ends at once */
  Status status = db_run (
      call->db, call, &sql_run_cancel,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("run_id", request->run_id)), NULL);
  reply->service = request->service;
  return status_failed (status) ? status : read_run (call, request->run_id, reply);
}

/* Status and changes. */

Status
get_service_status (Call *call, const GetServiceStatusRequest *request, ServiceStatus *reply)
{
  const Process *process = call->process;
  uint64_t heads[LANE_COUNT] = {0};
  char day[DAY_TEXT_SIZE];
  DbResult *result;
  (void)request;
  reply->service = process->service->name;
  reply->version = HEIMO_VERSION;
  reply->ready = !atomic_load (&process->draining);
  reply->today = memory_string (call, day_format (call->today, day));
  Status status = read_heads (call, heads);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_cursor_status, NULL, 0, &result);
  if (status_failed (status))
    return status;
  for (int lane = 0; lane < LANE_COUNT; lane++)
    reply->event_count += heads[lane];
  reply->followers = db_read_rows (call, result, &follower_status__descriptor, &reply->n_followers);
  for (size_t i = 0; i < reply->n_followers; i++)
    for (size_t j = 0; j < process->follower_count; j++)
      if (strcmp (process->service->followers[j].source, reply->followers[i]->source) == 0)
        reply->followers[i]->lag_events = atomic_load (&process->follower_lag[j]);
  return STATUS_SUCCESS;
}

/* A cursor is the position in every lane: "12.0.7.…". False when it is not that. */
static bool
parse_cursor (const char *text, uint64_t positions[LANE_COUNT])
{
  for (int lane = 0; lane < LANE_COUNT; lane++) {
    char *end;
    positions[lane] = strtoull (text, &end, 10);
    if (end == text || *end != (lane == LANE_COUNT - 1 ? '\0' : '.'))
      return false;
    text = end + 1;
  }
  return true;
}

static const char *
format_cursor (Call *call, const uint64_t positions[LANE_COUNT])
{
  char *text = memory_string (call, "");
  for (int lane = 0; lane < LANE_COUNT; lane++)
    text = memory_must (
        talloc_asprintf_append_buffer (text, lane == 0 ? "%" PRIu64 : ".%" PRIu64, positions[lane]));
  return text;
}

static Status
list_lane_changes (Call *call, int lane, uint64_t *position, ListChangesResponse *reply)
{
  DbResult *result;
  Status status =
      db_run (call->db, call, &sql_event_list,
              DB_VALUES (db_integer ("log_id", lane), db_integer ("after_seq", (int64_t)*position),
                         db_integer ("max_events", CHANGES_MAX - (int64_t)reply->n_changes)),
              &result);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (result); row++) {
    *position = (uint64_t)db_number (result, row, "seq");
    if (strcmp (db_value (result, row, "federation_id"), call->federation_id) != 0)
      continue;
    Change *change = memory_new (call, Change);
    change__init (change);
    change->type = db_value (result, row, "type");
    change->subject = db_value (result, row, "aggregate_id");
    reply->changes[reply->n_changes++] = change;
  }
  return status;
}

Status
list_changes (Call *call, const ListChangesRequest *request, ListChangesResponse *reply)
{
  uint64_t heads[LANE_COUNT] = {0}, positions[LANE_COUNT];
  Status status = read_heads (call, heads);
  memcpy (positions, heads, sizeof positions);
  if (!status_failed (status) && *request->after != '\0' && !parse_cursor (request->after, positions))
    status = status_field (call, "after", "CURSOR", "is not a cursor of this list");
  reply->changes = memory_array (call, Change *, CHANGES_MAX);
  for (int lane = 0; lane < LANE_COUNT && !status_failed (status); lane++)
    if (positions[lane] < heads[lane] && reply->n_changes < CHANGES_MAX)
      status = list_lane_changes (call, lane, &positions[lane], reply);
  reply->cursor = format_cursor (call, positions);
  return status;
}
