/* events: the end of the services' event logs. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "heimo/bus/v1/event_log.pb-c.h"
#include "services/ctl/diagnosis.h"

enum { POLL_MS = 1000, PAGE = 1000 };

/* A lane of a service, and how far it has been read. */
typedef struct Tail {
  const char *service;
  uint32_t log_id;
  uint64_t seq;
} Tail;

/* An event with its service. */
typedef struct EventRow {
  const char *service;
  EventRecord *event;
} EventRow;

/* Events gathered in one round. */
typedef struct EventRows {
  void *owner;
  EventRow *rows;
  size_t count;
} EventRows;

/* ---- columns ---- */

static const char *
event_time (void *owner, const void *row)
{
  return ctl_short_time (owner, ((const EventRow *)row)->event->record_time);
}

static const char *
event_service (void *owner, const void *row)
{
  (void)owner;
  return ((const EventRow *)row)->service;
}

static const char *
event_position (void *owner, const void *row)
{
  const EventRecord *event = ((const EventRow *)row)->event;
  return memory_format (owner, "%u/%" PRIu64, event->log_id, event->seq);
}

static const char *
event_type (void *owner, const void *row)
{
  (void)owner;
  return ((const EventRow *)row)->event->type;
}

static const char *
event_aggregate (void *owner, const void *row)
{
  (void)owner;
  return ((const EventRow *)row)->event->aggregate_id;
}

static const Column event_columns[] = {
    {"RECORDED (UTC)", SIDE_LEFT, event_time},     {"SERVICE", SIDE_LEFT, event_service},
    {"LANE/POSITION", SIDE_RIGHT, event_position}, {"TYPE", SIDE_LEFT, event_type},
    {"AGGREGATE", SIDE_LEFT, event_aggregate},
};
static const TableForm event_form = {event_columns, sizeof event_columns / sizeof *event_columns, NULL};

/* ---- reading lanes ---- */

static void
keep (EventRows *rows, const char *service, EventRecord *event)
{
  event->payload = (ProtobufCBinaryData){0, NULL}; /* personal */
  rows->rows = memory_must (talloc_realloc (rows->owner, rows->rows, EventRow, (unsigned)(rows->count + 1)));
  rows->rows[rows->count++] = (EventRow){service, event};
}

/* Reads a lane from where it was left to its end. Events that are no longer kept are passed over. */
static Status
read_tail (Ctl *ctl, Tail *tail, EventRows *rows)
{
  const char *type = ctl->arguments->type;
  ListEventsRequest request = LIST_EVENTS_REQUEST__INIT;
  request.log_id = tail->log_id;
  request.max_events = PAGE;
  request.types = &type;
  request.n_types = *type == '\0' ? 0 : 1;
  for (;;) {
    request.after_seq = tail->seq;
    Answer answer =
        ctl_ask (rows->owner, ctl, tail->service, "heimo.bus.v1.EventLogService/ListEvents", &request.base);
    if (answer.status.code == STATUS_OUT_OF_RANGE)
      return STATUS_SUCCESS;
    if (status_failed (answer.status))
      return answer.status;
    const ListEventsResponse *page = (const ListEventsResponse *)answer.reply;
    for (size_t i = 0; i < page->n_events; i++)
      keep (rows, tail->service, page->events[i]);
    if (page->next_seq <= tail->seq)
      return STATUS_SUCCESS;
    tail->seq = page->next_seq;
    if (tail->seq >= page->head_seq)
      return STATUS_SUCCESS;
  }
}

static int
compare_rows (const void *left, const void *right)
{
  const EventRow *one = left, *other = right;
  int order = strcmp (one->event->record_time, other->event->record_time);
  return order != 0 ? order : strcmp (one->event->event_id, other->event->event_id);
}

/* One round over all lanes; writes the last `limit` events of it. */
static CtlExit
write_round (Ctl *ctl, Tail *tails, size_t count, size_t limit, Output *output)
{
  EventRows rows = {.owner = memory_context (NULL)};
  CtlExit code = CTL_GOOD;
  for (size_t i = 0; i < count && code == CTL_GOOD; i++) {
    Status status = read_tail (ctl, &tails[i], &rows);
    if (status_failed (status))
      code = ctl_complain (tails[i].service, status);
  }
  if (rows.count > 1)
    qsort (rows.rows, rows.count, sizeof *rows.rows, compare_rows);
  for (size_t i = rows.count > limit ? rows.count - limit : 0; i < rows.count; i++)
    ctl_output_row (output, &rows.rows[i], &rows.rows[i].event->base);
  ctl_output_end (output);
  talloc_free (rows.owner);
  return code;
}

/* Where to begin: `limit` events before the end of each lane of the services that answer. */
static Tail *
find_tails (void *owner, Ctl *ctl, size_t *count, CtlExit *code)
{
  const Told *told = ask_diagnoses (owner, ctl);
  uint64_t limit = (uint64_t)ctl->arguments->limit;
  Tail *tails = NULL;
  *count = 0;
  for (size_t i = 0; i < ctl->service_count; i++) {
    const ServiceDiagnosis *service = told[i].diagnosis;
    if (status_failed (told[i].answer.status))
      *code = ctl_worse (*code, ctl_complain (told[i].answer.service, told[i].answer.status));
    else if (*service->problem != '\0') {
      fprintf (stderr, "heimoctl: %s: %s\n", service->service, service->problem);
      *code = ctl_worse (*code, CTL_FOUND);
    }
    tails = memory_must (talloc_realloc (owner, tails, Tail, (unsigned)(*count + service->n_lanes + 1)));
    for (size_t j = 0; j < service->n_lanes; j++) {
      uint64_t head = service->lanes[j]->head_seq;
      tails[(*count)++] =
          (Tail){told[i].answer.service, service->lanes[j]->log_id, head > limit ? head - limit : 0};
    }
  }
  return tails;
}

CtlExit
run_events (Ctl *ctl)
{
  void *owner = memory_context (NULL);
  Output output = ctl_output (owner, ctl, &event_form);
  CtlExit code = CTL_GOOD;
  size_t count;
  Tail *tails = find_tails (owner, ctl, &count, &code);
  code = ctl_worse (code, write_round (ctl, tails, count, (size_t)ctl->arguments->limit, &output));
  while (ctl->arguments->follow && code == CTL_GOOD) {
    ctl_wait (ctl, POLL_MS);
    code = write_round (ctl, tails, count, SIZE_MAX, &output);
  }
  talloc_free (owner);
  return code;
}
