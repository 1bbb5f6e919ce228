/* parked: events that could not be applied. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "heimo/operations/v1/operations_service.pb-c.h"
#include "services/ctl/ctl.h"

#define METHOD(name) "heimo.operations.v1.OperationsService/" name

enum { LANES_MAX = 64 };

/* Which event is meant: "hierarchy/membership/3/120". */
typedef struct EventName {
  const char *service;
  const char *source;
  uint32_t log_id;
  uint64_t seq;
} EventName;

/* ---- columns ---- */

static const char *
parked_name (void *owner, const void *row)
{
  const ParkedEvent *event = row;
  return memory_format (owner, "%s/%s/%u/%" PRIu64, event->service, event->source, event->log_id, event->seq);
}

static const char *
parked_type (void *owner, const void *row)
{
  (void)owner;
  return ((const ParkedEvent *)row)->type;
}

static const char *
parked_aggregate (void *owner, const void *row)
{
  (void)owner;
  return ((const ParkedEvent *)row)->aggregate_id;
}

static const char *
parked_reason (void *owner, const void *row)
{
  (void)owner;
  return ((const ParkedEvent *)row)->reason;
}

static const char *
parked_time (void *owner, const void *row)
{
  return ctl_short_time (owner, ((const ParkedEvent *)row)->park_time);
}

static const Column parked_columns[] = {
    {"EVENT", SIDE_LEFT, parked_name},          {"TYPE", SIDE_LEFT, parked_type},
    {"AGGREGATE", SIDE_LEFT, parked_aggregate}, {"REASON", SIDE_LEFT, parked_reason},
    {"PARKED (UTC)", SIDE_LEFT, parked_time},
};
static const TableForm parked_form = {parked_columns, sizeof parked_columns / sizeof *parked_columns, NULL};

/* ---- the list ---- */

/* Parked events of a service, at most `wanted`, as they come. */
static Status
list_service (void *owner, Ctl *ctl, const char *service, size_t wanted, Output *output, size_t *found)
{
  ListParkedEventsRequest request = LIST_PARKED_EVENTS_REQUEST__INIT;
  do {
    request.page_size = wanted - *found < 1000 ? (uint32_t)(wanted - *found) : 1000;
    Answer answer = ctl_ask (owner, ctl, service, METHOD ("ListParkedEvents"), &request.base);
    if (status_failed (answer.status))
      return answer.status;
    const ListParkedEventsResponse *page = (const ListParkedEventsResponse *)answer.reply;
    for (size_t i = 0; i < page->n_events; i++, ++*found)
      ctl_output_row (output, page->events[i], &page->events[i]->base);
    request.page_token = page->next_page_token;
  } while (*found < wanted && *request.page_token != '\0');
  return STATUS_SUCCESS;
}

CtlExit
run_parked (Ctl *ctl)
{
  void *owner = memory_context (NULL);
  Output output = ctl_output (owner, ctl, &parked_form);
  CtlExit code = CTL_GOOD;
  size_t found = 0, wanted = (size_t)ctl->arguments->limit;
  for (size_t i = 0; i < ctl->service_count && found < wanted; i++) {
    Status status = list_service (owner, ctl, ctl->services[i], wanted, &output, &found);
    if (status_failed (status))
      code = ctl_worse (code, ctl_complain (ctl->services[i], status));
  }
  ctl_output_end (&output);
  talloc_free (owner);
  return ctl_worse (code, found > 0 ? CTL_FOUND : CTL_GOOD);
}

/* ---- one event ---- */

static bool
read_whole_number (const char *text, uint64_t limit, uint64_t *number)
{
  char *end;
  if (text == NULL || *text < '0' || *text > '9')
    return false;
  *number = strtoull (text, &end, 10);
  return *end == '\0' && *number <= limit;
}

static const char *
find_service (const Ctl *ctl, const char *name)
{
  for (size_t i = 0; name != NULL && i < ctl->service_count; i++)
    if (strcmp (ctl->services[i], name) == 0)
      return ctl->services[i];
  return NULL;
}

/* Reads the operand. */
static bool
read_event_name (void *owner, const Ctl *ctl, EventName *name)
{
  uint64_t lane;
  char *rest = memory_string (owner, ctl->arguments->operand);
  name->service = find_service (ctl, strsep (&rest, "/"));
  name->source = strsep (&rest, "/");
  const char *lane_text = strsep (&rest, "/");
  if (name->service != NULL && name->source != NULL && read_whole_number (lane_text, LANES_MAX - 1, &lane) &&
      read_whole_number (rest, INT64_MAX, &name->seq) && name->seq > 0) {
    name->log_id = (uint32_t)lane;
    return true;
  }
  fprintf (stderr, "heimoctl: EVENT '%s' is not SERVICE/SOURCE/LANE/POSITION, as heimoctl parked writes it\n",
           ctl->arguments->operand);
  return false;
}

CtlExit
run_parked_show (Ctl *ctl)
{
  EventName name;
  GetParkedEventRequest request = GET_PARKED_EVENT_REQUEST__INIT;
  void *owner = memory_context (NULL);
  CtlExit code = CTL_USAGE;
  if (read_event_name (owner, ctl, &name)) {
    request.source = name.source;
    request.log_id = name.log_id;
    request.seq = name.seq;
    Answer answer = ctl_ask (owner, ctl, name.service, METHOD ("GetParkedEvent"), &request.base);
    code = status_failed (answer.status) ? ctl_complain (name.service, answer.status) : CTL_GOOD;
    if (code == CTL_GOOD)
      ctl_output_message (ctl, answer.reply);
  }
  talloc_free (owner);
  return code;
}

CtlExit
run_parked_drop (Ctl *ctl)
{
  EventName name;
  DropParkedEventRequest request = DROP_PARKED_EVENT_REQUEST__INIT;
  void *owner = memory_context (NULL);
  CtlExit code = CTL_USAGE;
  if (read_event_name (owner, ctl, &name)) {
    request.source = name.source;
    request.log_id = name.log_id;
    request.seq = name.seq;
    request.reason = ctl->arguments->reason;
    Answer answer = ctl_ask (owner, ctl, name.service, METHOD ("DropParkedEvent"), &request.base);
    code = status_failed (answer.status) ? ctl_complain (name.service, answer.status) : CTL_GOOD;
    if (code == CTL_GOOD)
      ctl_output_message (ctl, answer.reply);
  }
  talloc_free (owner);
  return code;
}

/* ---- trying again ---- */

/* Tries one event, and with it its aggregate; what was applied is told. */
static Status
retry (void *owner, Ctl *ctl, const EventName *name, Output *output)
{
  RetryParkedEventRequest request = RETRY_PARKED_EVENT_REQUEST__INIT;
  request.source = name->source;
  request.log_id = name->log_id;
  request.seq = name->seq;
  Answer answer = ctl_ask (owner, ctl, name->service, METHOD ("RetryParkedEvent"), &request.base);
  if (status_failed (answer.status))
    return answer.status;
  const RetryParkedEventResponse *applied = (const RetryParkedEventResponse *)answer.reply;
  for (size_t i = 0; i < applied->n_events; i++)
    ctl_output_row (output, applied->events[i], &applied->events[i]->base);
  return answer.status;
}

/* One of the list. Those of its aggregate are tried with it, so it may have gone already: NOT_PARKED. */
static CtlExit
retry_listed (void *owner, Ctl *ctl, const ParkedEvent *event, Output *output)
{
  EventName name = {event->service, event->source, event->log_id, event->seq};
  Status status = retry (owner, ctl, &name, output);
  if (!status_failed (status) || strcmp (status.detail->reason, "NOT_PARKED") == 0)
    return CTL_GOOD;
  return ctl_complain (parked_name (owner, event), status);
}

static CtlExit
retry_all (void *owner, Ctl *ctl, const char *service, Output *output)
{
  ListParkedEventsRequest request = LIST_PARKED_EVENTS_REQUEST__INIT;
  CtlExit code = CTL_GOOD;
  do {
    Answer answer = ctl_ask (owner, ctl, service, METHOD ("ListParkedEvents"), &request.base);
    if (status_failed (answer.status))
      return ctl_worse (code, ctl_complain (service, answer.status));
    const ListParkedEventsResponse *page = (const ListParkedEventsResponse *)answer.reply;
    for (size_t i = 0; i < page->n_events && code != CTL_UNREACHABLE; i++)
      code = ctl_worse (code, retry_listed (owner, ctl, page->events[i], output));
    request.page_token = page->next_page_token;
  } while (*request.page_token != '\0' && code != CTL_UNREACHABLE);
  return code;
}

CtlExit
run_parked_retry (Ctl *ctl)
{
  EventName name;
  void *owner = memory_context (NULL);
  Output output = ctl_output (owner, ctl, &parked_form);
  CtlExit code = CTL_GOOD;
  if (ctl->arguments->all)
    for (size_t i = 0; i < ctl->service_count; i++)
      code = ctl_worse (code, retry_all (owner, ctl, ctl->services[i], &output));
  else if (!read_event_name (owner, ctl, &name))
    code = CTL_USAGE;
  else {
    Status status = retry (owner, ctl, &name, &output);
    code = status_failed (status) ? ctl_complain (name.service, status) : CTL_GOOD;
  }
  ctl_output_end (&output);
  talloc_free (owner);
  return code;
}
