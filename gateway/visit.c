/* Visits: identifiers, answers, calls. */
#include "gateway/visit.h"

#include "core/id.h"
#include "core/log.h"
#include "core/random.h"
#include "core/validate.h"
#include "gateway/accept.h"
#include "gateway/guard.h"
#include "gateway/problem.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
  LOGGED_A_SECOND = 20,
  REFUSAL_PAUSE_US = 200000 /* before a refusal for overload */
};

/* A visit dies with its request. Whatever it still holds goes back here, in whichever way it ended. */
static int
release_visit (Visit *visit)
{
  if (visit->pending != NULL)
    bus_client_cancel (visit->pending);
  if (visit->pause != NULL)
    event_free (visit->pause);
  if (visit->client != NULL)
    limiter_release (visit->thread->limiter, visit->client, visit->hold);
  if (visit->listed)
    TAILQ_REMOVE (&visit->thread->streams, visit, entry);
  return 0;
}

static void
set_trace (Visit *visit, const char *incoming)
{
  uint8_t random[24];
  char span[17];
  random_bytes (random, sizeof random);
  sodium_bin2hex (visit->trace_id, sizeof visit->trace_id, random, 16);
  sodium_bin2hex (span, sizeof span, random + 16, 8);
  bool given = incoming != NULL && guard_is_traceparent (incoming);
  if (given)
    memcpy (visit->trace_id, incoming + 3, 32);
  snprintf (visit->traceparent, sizeof visit->traceparent, "00-%s-%s-%s", visit->trace_id, span,
            given ? incoming + 53 : "01");
}

/* The client has gone, or was cut: nothing can be answered any more. The call in flight is cancelled by
 * release_visit. */
static void
on_gone (HttpRequest *http)
{
  http_abandon (http);
}

/* The first is for those who ask for none of them. */
static const char *const languages[] = {"en", "fi", "sv", "nl", NULL};

Visit *
visit_new (GatewayThread *thread, HttpRequest *http)
{
  Visit *visit = memory_new (http, Visit);
  talloc_set_destructor (visit, release_visit);
  visit->thread = thread;
  visit->http = http;
  visit->start = clock_monotonic (thread->gateway->clock);
  set_trace (visit, http_request_header (http, "traceparent"));
  const char *id = http_request_header (http, "X-Request-Id");
  visit->request_id =
      id != NULL && guard_is_request_id (id) ? id : id_new_text (visit, clock_now (thread->gateway->clock));
  visit->locale = accept_language (http_request_header (http, "Accept-Language"), languages);
  http->data = visit;
  http_on_gone (http, on_gone);
  return visit;
}

void
visit_add_field (VisitFields *fields, const char *name, const char *value)
{
  assert (fields->count < VISIT_FIELDS_MAX);
  fields->list[fields->count++] = (HttpField){name, value};
}

void
visit_add_api_fields (Visit *visit, VisitFields *fields, const char *type)
{
  if (type != NULL)
    visit_add_field (fields, "Content-Type", type);
  visit_add_field (fields, "Cache-Control", "no-store");
  visit_add_field (fields, "X-Request-Id", visit->request_id);
  visit_add_field (fields, "Traceresponse", visit->traceparent);
  visit_add_field (fields, "X-Content-Type-Options", "nosniff");
  visit_add_field (fields, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  visit_add_field (fields, "Cross-Origin-Resource-Policy", "same-origin");
  visit_add_field (fields, "Referrer-Policy", "no-referrer");
}

void
visit_count (Visit *visit, unsigned status)
{
  Gateway *gateway = visit->thread->gateway;
  int64_t duration = clock_monotonic (gateway->clock) - visit->start;
  const ApiRoute *route = visit->match.route;
  counts_answer (gateway->counts, route, status, duration);
  if (!gateway->log_requests)
    return;
  char code[8], took[24];
  snprintf (code, sizeof code, "%u", status);
  snprintf (took, sizeof took, "%lld", (long long)duration);
  log_write (LOG_DEBUG_LEVEL, "request", "request", visit->request_id, "trace", visit->trace_id, "method",
             http_method_name (visit->http->head->method), "route", route == NULL ? "other" : route->path,
             "status", code, "us", took, NULL);
}

void
visit_answer (Visit *visit, unsigned status, const char *type, const VisitFields *extra, Bytes body)
{
  VisitFields fields = {.count = 0};
  visit_add_api_fields (visit, &fields, type);
  for (size_t i = 0; extra != NULL && i < extra->count; i++)
    visit_add_field (&fields, extra->list[i].name, extra->list[i].value);
  visit_count (visit, status);
  http_respond (visit->http, status, fields.list, fields.count, body);
}

Bytes
visit_problem (Visit *visit, Status status)
{
  const ApiRoute *route = visit->match.route;
  const char *prefix = NULL;
  if (route != NULL && route->body == API_BODY_FIELD)
    prefix = memory_format (visit, "%s.", route->method->request->fields[route->body_field].json_name);
  ProblemPlace place = {visit->request_id, visit->trace_id, prefix};
  return problem_body (visit, status, &place);
}

/* A service that is away fails every request; the log must not grow with the load. */
static bool
may_log (GatewayThread *thread, int64_t now)
{
  if (now / 1000000 != thread->log_second) {
    char count[16];
    snprintf (count, sizeof count, "%u", thread->unlogged);
    if (thread->unlogged != 0)
      log_write (LOG_WARNING_LEVEL, "failures left out of the log", "count", count, NULL);
    thread->log_second = now / 1000000;
    thread->logged = 0;
    thread->unlogged = 0;
  }
  if (thread->logged < LOGGED_A_SECOND) {
    thread->logged++;
    return true;
  }
  thread->unlogged++;
  return false;
}

/* Faults of ours are logged here, where the request ends; what clients do wrong is not. */
static void
log_failure (const Visit *visit, unsigned http, Status status)
{
  if (http < 500 || !may_log (visit->thread, visit->start))
    return;
  const ApiRoute *route = visit->match.route;
  log_status (status.code == STATUS_UNAVAILABLE ? LOG_WARNING_LEVEL : LOG_ERROR_LEVEL, "request failed",
              status, "request", visit->request_id, "trace", visit->trace_id, "method",
              route == NULL ? NULL : route->method->full_name, NULL);
}

void
visit_fail_with (Visit *visit, Status status, const VisitFields *extra)
{
  VisitFields fields = extra == NULL ? (VisitFields){.count = 0} : *extra;
  unsigned http = problem_status (status);
  unsigned seconds = problem_retry_after (status);
  if (seconds != 0)
    visit_add_field (&fields, "Retry-After", memory_format (visit, "%u", seconds));
  log_failure (visit, http, status);
  visit_answer (visit, http, PROBLEM_TYPE, &fields, visit_problem (visit, status));
}

static void
on_pause_over (evutil_socket_t socket, short what, void *arg)
{
  (void)socket;
  (void)what;
  Visit *visit = arg;
  visit_fail_with (visit, visit->refusal, NULL);
}

/* A client that is refused at once asks again at once, and soon refusing is all that is done. The pause costs
 * us nothing but the open request, and leaves the processor to those who are served. */
static void
refuse_later (Visit *visit)
{
  visit->pause = evtimer_new (visit->thread->base, on_pause_over, visit);
  evtimer_add (visit->pause, &(struct timeval){.tv_usec = REFUSAL_PAUSE_US});
}

static const VisitKind refused_kind = {.name = "refused", .begin = refuse_later};

void
visit_fail (Visit *visit, Status status)
{
  bool overload = status.detail != NULL && strcmp (status.detail->reason, "OVERLOADED") == 0;
  if (!overload || visit->pause != NULL) {
    visit_fail_with (visit, status, NULL);
    return;
  }
  visit->refusal = status_copy (visit, status);
  refuse_later (visit);
}

static Status
refusal (void *owner, LimiterVerdict verdict, unsigned retry_ms)
{
  Status status;
  if (verdict == LIMITER_FULL)
    return status_unavailable (owner, 1000, "OVERLOADED", "The gateway has as many requests as it can hold");
  if (verdict == LIMITER_TOO_MANY_STREAMS)
    status = status_error (owner, STATUS_RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS",
                           "This client has as many streams open as it may");
  else
    status = status_error (owner, STATUS_RESOURCE_EXHAUSTED, "TOO_MANY_REQUESTS",
                           "This client sends more requests than it may");
  status.detail->retry_after_ms = retry_ms == 0 ? 1000 : retry_ms;
  return status;
}

bool
visit_admit (Visit *visit, LimiterHold hold)
{
  Gateway *gateway = visit->thread->gateway;
  char buffer[64];
  const char *address =
      guard_client (visit->http->client, http_request_header (visit->http, "X-Forwarded-For"),
                    gateway->settings->trusted_proxies, buffer);
  unsigned retry_ms = 0;
  LimiterVerdict verdict =
      limiter_admit (visit->thread->limiter, address, hold, visit->start, &visit->client, &retry_ms);
  visit->hold = hold;
  if (verdict == LIMITER_ADMITTED)
    return true;
  counts_add (gateway->counts, verdict == LIMITER_FULL ? COUNT_REFUSED_LOAD : COUNT_REFUSED_CLIENT, 1);
  Status status = refusal (visit, verdict, retry_ms);
  if (verdict != LIMITER_FULL || visit->match.route->body == API_BODY_UPLOAD) {
    visit_fail_with (visit, status, NULL); /* at once: nobody waits here with a whole file */
    return false;
  }
  visit->refusal = status;
  visit->kind = &refused_kind;
  return true;
}

void
visit_call (Visit *visit, const ProtobufCMessage *message, const char *key, const char *if_match,
            BusReplyFunction function)
{
  const ApiMethod *method = visit->match.route->method;
  if (method->read_only) /* nothing to repeat, nothing to protect */
    key = if_match = NULL;
  Principal principal = visit->thread->gateway->principal;
  principal.locale = visit->locale;
  BusRequest request = {.service = visit->match.service,
                        .method = method->full_name,
                        .message = message,
                        .timeout_ms = method->timeout_ms,
                        .idempotent = method->idempotent || key != NULL,
                        .principal = &principal,
                        .idempotency_key = key,
                        .traceparent = visit->traceparent,
                        .if_match = if_match};
  visit->pending = bus_client_call (visit->thread->client, &request, function, visit);
}

Status
visit_reply (Visit *visit, void *owner, const BusReply *reply, ProtobufCMessage **message)
{
  visit->pending = NULL;
  if (status_failed (reply->status))
    return status_copy (owner, reply->status);
  const ApiMessage *table = visit->match.route->method->reply;
  Status status = validate_unpack (visit->thread->gateway->api, owner, table->descriptor, reply->body,
                                   VALIDATE_REPLY, message);
  if (!status_failed (status))
    return status;
  log_status (LOG_ERROR_LEVEL, "reply is not valid", status, "method", visit->match.route->method->full_name,
              NULL);
  return status_error (owner, STATUS_INTERNAL, "INVALID_REPLY", "The reply of the service is not valid");
}
