/* One page is asked for, turned into text and written in slices; when the output is full the rest waits for
 * room, and only when all of it has been taken the next page is asked for. A failure before the first byte is
 * a problem; after it the connection is cut, so that a client never takes half a list for a whole one. */
#include "gateway/export.h"

#include "core/log.h"
#include "gateway/accept.h"
#include "gateway/calls.h"
#include "gateway/rows.h"
#include "gateway/visit.h"

#include <string.h>

enum {
  PAGE_ROWS = 500,
  SLICE_BYTES = 32 * 1024,
  EXPORT_TEXT_BYTES = 64 * 1024,
  ATTEMPTS = 5 /* of a page that is unavailable */
};

/* Where an export stands. */
typedef enum ExportState {
  EXPORT_ASKING,  /* a page is on its way */
  EXPORT_WRITING, /* `text` is being written */
  EXPORT_WAITING  /* the output is full */
} ExportState;

typedef struct Export {
  ExportState state;
  ExportFormat format;
  char separator;
  bool mark;
  bool started;   /* the head of the answer is out */
  bool last_page; /* there is no page after `text` */
  ProtobufCMessage *request;
  char *token; /* the page_token of `request`, from the second page on */
  void *page;  /* memory of the current page: reply and text */
  JsonBuffer *text;
  size_t written; /* of text */
  unsigned attempts;
  struct event *retry;
} Export;

static const char *const reserved[] = {"alt", "bom", "separator", NULL};

static void ask (Visit *visit);

ExportFormat
export_format (const HttpRequest *request)
{
  const char *alt = http_request_parameter (request, "alt");
  if (alt != NULL)
    return strcmp (alt, "csv") == 0 ? EXPORT_CSV : strcmp (alt, "ndjson") == 0 ? EXPORT_NDJSON : EXPORT_NONE;
  const char *accept = http_request_header (request, "Accept");
  if (accept == NULL)
    return EXPORT_NONE;
  int json = accept_weight (accept, "application/json");
  int csv = accept_weight (accept, "text/csv");
  int ndjson = accept_weight (accept, "application/x-ndjson");
  if (csv > json && csv >= ndjson)
    return EXPORT_CSV;
  return ndjson > json ? EXPORT_NDJSON : EXPORT_NONE;
}

static char **
text_slot (const ApiMessage *table, ProtobufCMessage *message, const char *name)
{
  int field = api_find_field (table, name, strlen (name));
  return field < 0 ? NULL : (char **)((char *)message + table->descriptor->fields[field].offset);
}

/* Pages as large as the method allows, up to ours, unless the client named a size. */
static void
set_page_size (const ApiMessage *table, ProtobufCMessage *message)
{
  int field = api_find_field (table, "page_size", strlen ("page_size"));
  if (field < 0)
    return;
  const ApiField *rule = &table->fields[field];
  uint32_t *size = (uint32_t *)((char *)message + table->descriptor->fields[field].offset);
  uint32_t most = rule->bounded && rule->maximum < PAGE_ROWS ? (uint32_t)rule->maximum : PAGE_ROWS;
  if (*size == 0)
    *size = most;
}

/* "persons.csv" from ".../persons". */
static const char *
file_name (Visit *visit, ExportFormat format)
{
  const char *path = visit->match.route->path;
  const char *ending = format == EXPORT_CSV ? "csv" : "ndjson";
  return memory_format (visit, "attachment; filename=\"%s.%s\"", strrchr (path, '/') + 1, ending);
}

static void write_on (Visit *visit);

static void
on_writable (HttpRequest *http)
{
  Visit *visit = http->data;
  Export *export = visit->state;
  if (export->state == EXPORT_WAITING)
    write_on (visit);
}

static void
start (Visit *visit)
{
  Export *export = visit->state;
  VisitFields fields = {.count = 0};
  visit_add_api_fields (visit, &fields,
                        export->format == EXPORT_CSV ? "text/csv; charset=utf-8" : "application/x-ndjson");
  visit_add_field (&fields, "Content-Disposition", file_name (visit, export->format));
  visit_add_field (&fields, "X-Accel-Buffering", "no");
  visit_count (visit, 200);
  export->started = true;
  http_stream_start (visit->http, 200, fields.list, fields.count, on_writable);
}

static void
write_on (Visit *visit)
{
  Export *export = visit->state;
  export->state = EXPORT_WRITING;
  while (export->written < export->text->length) {
    size_t left = export->text->length - export->written;
    Bytes slice = {(const uint8_t *)export->text->data + export->written,
                   left < SLICE_BYTES ? left : SLICE_BYTES};
    HttpWrite result = http_stream_write (visit->http, slice);
    if (result == HTTP_WRITE_GONE)
      return;
    export->written += slice.length;
    if (result == HTTP_WRITE_FULL) {
      export->state = EXPORT_WAITING;
      return;
    }
  }
  if (export->last_page)
    http_stream_finish (visit->http);
  else
    ask (visit);
}

/* The rows of a reply as text, and where the list goes on. */
static void
take_page (Visit *visit, const ProtobufCMessage *reply)
{
  Export *export = visit->state;
  const ApiRoute *route = visit->match.route;
  const ApiMessage *table = route->method->reply;
  const ProtobufCFieldDescriptor *field = &table->descriptor->fields[route->stream_field];
  const ApiMessage *row = table->fields[route->stream_field].message;
  size_t count = *(const size_t *)((const char *)reply + field->quantifier_offset);
  ProtobufCMessage *const *rows = *(ProtobufCMessage *const *const *)((const char *)reply + field->offset);
  export->text = json_buffer_new (export->page, EXPORT_TEXT_BYTES);
  export->written = 0;
  if (!export->started && export->format == EXPORT_CSV)
    rows_append_csv_header (export->text, row, export->separator, export->mark);
  for (size_t i = 0; i < count; i++) {
    if (export->format == EXPORT_CSV)
      rows_append_csv (export->text, row, rows[i], export->separator);
    else
      rows_append_ndjson (export->text, row, rows[i]);
  }
  char **token = text_slot (route->method->request, export->request, "page_token");
  const char *next = calls_text_field (table, reply, "next_page_token");
  export->last_page = token == NULL || next[0] == '\0' || strcmp (next, *token) == 0;
  if (!export->last_page) {
    talloc_free (export->token);
    export->token = memory_string (export, next);
    *token = export->token;
  }
}

static void
on_retry (evutil_socket_t socket, short what, void *arg)
{
  (void)socket;
  (void)what;
  ask (arg);
}

static int
free_retry (Export *export)
{
  event_free (export->retry);
  return 0;
}

/* A service that restarts in the middle of a long export is worth waiting for. */
static void
page_failed (Visit *visit, Status status)
{
  Export *export = visit->state;
  if (export->started && status.code == STATUS_UNAVAILABLE && export->attempts < ATTEMPTS) {
    struct timeval pause = {.tv_sec = 1 << export->attempts++};
    evtimer_add (export->retry, &pause);
    return;
  }
  if (!export->started) {
    visit_fail (visit, status);
    return;
  }
  log_status (LOG_WARNING_LEVEL, "export cut short", status, "request", visit->request_id, "method",
              visit->match.route->method->full_name, NULL);
  http_abandon (visit->http);
}

static void
on_page (void *arg, const BusReply *reply)
{
  Visit *visit = arg;
  Export *export = visit->state;
  ProtobufCMessage *message = NULL;
  Status status = visit_reply (visit, export->page, reply, &message);
  if (status_failed (status)) {
    page_failed (visit, status);
    return;
  }
  export->attempts = 0;
  take_page (visit, message);
  if (!export->started)
    start (visit);
  if (visit->http->head->method == HTTP_HEAD)
    http_stream_finish (visit->http);
  else
    write_on (visit);
}

static void
ask (Visit *visit)
{
  Export *export = visit->state;
  export->state = EXPORT_ASKING;
  talloc_free (export->page);
  export->page = memory_context (export);
  visit_call (visit, export->request, NULL, NULL, on_page);
}

static bool
is_one_of (const char *value, const char *one, const char *other)
{
  return value == NULL || strcmp (value, one) == 0 || strcmp (value, other) == 0;
}

static Status
read_options (Visit *visit, Export *export)
{
  const char *mark = http_request_parameter (visit->http, "bom");
  const char *separator = http_request_parameter (visit->http, "separator");
  if (!is_one_of (mark, "true", "false"))
    return status_field (visit, "bom", "NOT_A_BOOLEAN", "This is true or false");
  if (!is_one_of (separator, ",", ";"))
    return status_field (visit, "separator", "UNKNOWN_VALUE", "This is a comma or a semicolon");
  export->format = export_format (visit->http);
  export->mark = mark != NULL && strcmp (mark, "true") == 0;
  export->separator = (char)(separator == NULL ? ',' : separator[0]);
  return STATUS_SUCCESS;
}

static void
begin (Visit *visit)
{
  Export *export = memory_new (visit, Export);
  export->retry = evtimer_new (visit->thread->base, on_retry, visit);
  talloc_set_destructor (export, free_retry);
  visit->state = export;
  Status status = read_options (visit, export);
  if (!status_failed (status))
    status = calls_bind (visit, reserved, &export->request);
  if (status_failed (status)) {
    visit_fail (visit, status);
    return;
  }
  set_page_size (visit->match.route->method->request, export->request);
  ask (visit);
}

static void
plan (Visit *visit, HttpPlan *http_plan)
{
  (void)visit;
  http_plan->total_ms = HTTP_NO_DEADLINE;
}

const VisitKind export_kind = {.name = "export", .hold = LIMITER_STREAM, .begin = begin, .plan = plan};
