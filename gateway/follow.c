/* Event streams. Two sorts share one loop of asking and pausing:
 *
 *   watch   GET of a resource with an etag; an event, whose id is the etag, whenever the etag is new; the
 * stream ends after the reply whose "done" field is true follow  GET of a list with a cursor; an event, whose
 * id is the cursor, for every reply that has rows
 */
#include "gateway/follow.h"

#include "core/log.h"
#include "gateway/calls.h"
#include "gateway/json/json.h"
#include "gateway/visit.h"

#include <string.h>

enum {
  PAUSE_LEAST_MS = 250,
  PAUSE_MOST_MS = 1000,
  COMMENT_US = 15000000, /* a sign of life, so that proxies and clients keep the connection */
  FAILURES_MAX = 60      /* in a row, a second apart; then the client is sent away */
};

typedef struct Follow {
  ProtobufCMessage *request;
  char *last_id; /* etag or cursor told last; NULL before the first */
  struct event *timer;
  unsigned pause_ms;
  unsigned failures;
  int64_t last_write;
  bool started;
} Follow;

static void ask (Visit *visit);

static int64_t
now_of (const Visit *visit)
{
  return clock_monotonic (visit->thread->gateway->clock);
}

/* False when the client has gone; nothing may follow then. */
static bool
write_text (Visit *visit, Bytes text)
{
  Follow *follow = visit->state;
  follow->last_write = now_of (visit);
  return http_stream_write (visit->http, text) != HTTP_WRITE_GONE;
}

static void
start (Visit *visit)
{
  Follow *follow = visit->state;
  VisitFields fields = {.count = 0};
  visit_add_api_fields (visit, &fields, "text/event-stream");
  visit_add_field (&fields, "X-Accel-Buffering", "no");
  visit_count (visit, 200);
  counts_add (visit->thread->gateway->counts, COUNT_EVENT_STREAMS, 1);
  TAILQ_INSERT_TAIL (&visit->thread->streams, visit, entry);
  visit->listed = true;
  follow->started = true;
  http_stream_start (visit->http, 200, fields.list, fields.count, NULL);
}

/* The id is the last line but one, so a client has it only together with the data. */
static bool
write_event (Visit *visit, void *owner, const char *name, const char *id, Bytes data)
{
  JsonBuffer *out = json_buffer_new (owner, data.length + 256);
  if (name != NULL) {
    json_append_raw (out, "event: ");
    json_append_raw (out, name);
    json_append (out, "\n", 1);
  }
  if (data.length != 0) {
    json_append_raw (out, "data: ");
    json_append (out, (const char *)data.data, data.length);
    json_append (out, "\n", 1);
  }
  if (id != NULL) {
    json_append_raw (out, "id: ");
    json_append_raw (out, id);
    json_append (out, "\n", 1);
  }
  json_append (out, "\n", 1);
  return write_text (visit, json_buffer_bytes (out));
}

static bool
read_flag (const ApiMessage *table, const ProtobufCMessage *message, int field)
{
  size_t offset = table->descriptor->fields[field].offset;
  return *(const protobuf_c_boolean *)((const char *)message + offset) != 0;
}

static void
remember (Follow *follow, const char *id)
{
  talloc_free (follow->last_id);
  follow->last_id = memory_string (follow, id);
}

static void
pause_then_ask (Visit *visit, unsigned pause_ms)
{
  struct timeval pause = {.tv_sec = pause_ms / 1000, .tv_usec = (suseconds_t)(pause_ms % 1000) * 1000};
  Follow *follow = visit->state;
  evtimer_add (follow->timer, &pause);
}

/* What a reply means: whether it is news, what its id is, whether it is the last. */
typedef struct News {
  const char *id;
  bool fresh;
  bool last;
} News;

static News
read_watch (Visit *visit, const ProtobufCMessage *reply)
{
  const ApiRoute *route = visit->match.route;
  const Follow *follow = visit->state;
  const char *etag = calls_text_field (route->method->reply, reply, "etag");
  return (News){.id = etag,
                .fresh = follow->last_id == NULL || strcmp (follow->last_id, etag) != 0,
                .last = read_flag (route->method->reply, reply, route->watch_field)};
}

static bool
has_rows (const ApiMessage *table, const ProtobufCMessage *reply)
{
  for (unsigned i = 0; i < table->descriptor->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &table->descriptor->fields[i];
    if (field->label == PROTOBUF_C_LABEL_REPEATED &&
        *(const size_t *)((const char *)reply + field->quantifier_offset) != 0)
      return true;
  }
  return false;
}

/* The next question starts at the new cursor, also when there were no rows. */
static News
read_follow (Visit *visit, const ProtobufCMessage *reply)
{
  const ApiRoute *route = visit->match.route;
  Follow *follow = visit->state;
  const ApiMessage *table = route->method->reply;
  const char *cursor =
      *(char *const *)((const char *)reply + table->descriptor->fields[route->cursor_field].offset);
  bool moved = follow->last_id == NULL || strcmp (follow->last_id, cursor) != 0;
  remember (follow, cursor);
  size_t offset = route->method->request->descriptor->fields[route->follow_field].offset;
  *(char **)((char *)follow->request + offset) = follow->last_id;
  return (News){.id = moved ? follow->last_id : NULL, .fresh = has_rows (table, reply)};
}

/* Sends what is new. False when the stream has ended. */
static bool
tell (Visit *visit, void *owner, const ProtobufCMessage *reply)
{
  Follow *follow = visit->state;
  bool watch = visit->match.route->watch_field >= 0;
  bool first = !follow->started;
  if (first)
    start (visit);
  if (first && !write_text (visit, (Bytes){(const uint8_t *)"retry: 2000\n\n", 13}))
    return false;
  News news = watch ? read_watch (visit, reply) : read_follow (visit, reply);
  bool alive = true;
  if (news.fresh) {
    JsonBuffer *json = json_buffer_new (owner, 1024);
    json_append_message (json, visit->match.route->method->reply, reply);
    alive = write_event (visit, owner, NULL, news.id, json_buffer_bytes (json));
    follow->pause_ms = PAUSE_LEAST_MS;
    if (watch)
      remember (follow, news.id);
  } else {
    follow->pause_ms = follow->pause_ms * 3 / 2 < PAUSE_MOST_MS ? follow->pause_ms * 3 / 2 : PAUSE_MOST_MS;
    if (news.id != NULL && !watch)
      alive = write_event (visit, owner, NULL, news.id, (Bytes){NULL, 0});
    else if (now_of (visit) - follow->last_write > COMMENT_US)
      alive = write_text (visit, (Bytes){(const uint8_t *)":\n\n", 3});
  }
  if (alive && news.last)
    http_stream_finish (visit->http);
  return alive && !news.last;
}

/* Before the stream has begun a failure is an ordinary problem. Later one that may pass is waited out; any
 * other is told as an event of its own, and ends the stream. */
static void
failed (Visit *visit, Status status)
{
  Follow *follow = visit->state;
  if (!follow->started) {
    visit_fail (visit, status);
    return;
  }
  bool passes = status.code == STATUS_UNAVAILABLE || status.code == STATUS_DEADLINE_EXCEEDED ||
                status.code == STATUS_RESOURCE_EXHAUSTED;
  if (passes && ++follow->failures < FAILURES_MAX) {
    bool alive = now_of (visit) - follow->last_write < COMMENT_US ||
                 write_text (visit, (Bytes){(const uint8_t *)":\n\n", 3});
    if (alive)
      pause_then_ask (visit, PAUSE_MOST_MS);
    return;
  }
  log_status (LOG_WARNING_LEVEL, "event stream ended", status, "request", visit->request_id, NULL);
  if (write_event (visit, visit, "problem", NULL, visit_problem (visit, status)))
    http_stream_finish (visit->http);
}

static void
on_reply (void *arg, const BusReply *reply)
{
  Visit *visit = arg;
  Follow *follow = visit->state;
  void *owner = memory_context (NULL);
  ProtobufCMessage *message = NULL;
  Status status = visit_reply (visit, owner, reply, &message);
  if (status_failed (status)) {
    failed (visit, status);
  } else {
    follow->failures = 0;
    if (tell (visit, owner, message))
      pause_then_ask (visit, follow->pause_ms);
  }
  talloc_free (owner);
}

static void
ask (Visit *visit)
{
  Follow *follow = visit->state;
  visit_call (visit, follow->request, NULL, NULL, on_reply);
}

static void
on_timer (evutil_socket_t socket, short what, void *arg)
{
  (void)socket;
  (void)what;
  ask (arg);
}

static int
free_timer (Follow *follow)
{
  event_free (follow->timer);
  return 0;
}

/* A client that comes back says where it was. Our ids are short visible ASCII; anything else is not ours. */
static Status
take_last_id (Visit *visit)
{
  Follow *follow = visit->state;
  const char *id = http_request_header (visit->http, "Last-Event-ID");
  if (id == NULL || id[0] == '\0')
    return STATUS_SUCCESS;
  if (strlen (id) > 1000)
    return status_error (visit, STATUS_INVALID_ARGUMENT, "INVALID_HEADER", "Last-Event-ID is too long");
  remember (follow, id);
  const ApiRoute *route = visit->match.route;
  if (route->follow_field < 0)
    return STATUS_SUCCESS;
  size_t offset = route->method->request->descriptor->fields[route->follow_field].offset;
  *(char **)((char *)follow->request + offset) = follow->last_id;
  return STATUS_SUCCESS;
}

static void
begin (Visit *visit)
{
  Follow *follow = memory_new (visit, Follow);
  follow->timer = evtimer_new (visit->thread->base, on_timer, visit);
  follow->pause_ms = PAUSE_LEAST_MS;
  talloc_set_destructor (follow, free_timer);
  visit->state = follow;
  Status status = calls_bind (visit, NULL, &follow->request);
  if (!status_failed (status))
    status = take_last_id (visit);
  if (status_failed (status))
    visit_fail (visit, status);
  else
    ask (visit);
}

static void
plan (Visit *visit, HttpPlan *http_plan)
{
  (void)visit;
  http_plan->total_ms = HTTP_NO_DEADLINE;
}

const VisitKind follow_kind = {.name = "follow", .hold = LIMITER_STREAM, .begin = begin, .plan = plan};

void
follow_end_all (GatewayThread *thread)
{
  while (!TAILQ_EMPTY (&thread->streams)) {
    Visit *visit = TAILQ_FIRST (&thread->streams);
    TAILQ_REMOVE (&thread->streams, visit, entry);
    visit->listed = false;
    http_stream_finish (visit->http);
  }
}
