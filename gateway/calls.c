/* HTTP request -> bus call -> HTTP reply. */
#include "gateway/calls.h"

#include "gateway/bind.h"
#include "gateway/json/json.h"
#include "gateway/router.h"
#include "gateway/visit.h"

#include <string.h>
#include <strings.h>

bool
calls_is_media_type (const char *content_type, const char *media_type)
{
  size_t length = strcspn (content_type, "; \t");
  return length == strlen (media_type) && strncasecmp (content_type, media_type, length) == 0;
}

const char *
calls_text_field (const ApiMessage *table, const ProtobufCMessage *message, const char *name)
{
  int field = api_find_field (table, name, strlen (name));
  if (field < 0)
    return "";
  const ProtobufCFieldDescriptor *descriptor = &table->descriptor->fields[field];
  if (descriptor->type != PROTOBUF_C_TYPE_STRING || descriptor->label == PROTOBUF_C_LABEL_REPEATED)
    return "";
  const char *text = *(char *const *)((const char *)message + descriptor->offset);
  return text == NULL ? "" : text;
}

Status
calls_bind (Visit *visit, const char *const *reserved, ProtobufCMessage **message)
{
  const HttpTarget *target = visit->http->target;
  BindInput input = {.match = &visit->match,
                     .parameters = target->parameters,
                     .parameter_count = target->parameter_count,
                     .reserved = reserved,
                     .body = visit->http->body};
  return bind_request (visit->thread->gateway->api, visit, &input, message);
}

/* ---- the answer ---- */

/* The entity tag with quotes, whether the service gives them or not; NULL when the reply has none. */
static const char *
etag_of (Visit *visit, const ProtobufCMessage *message)
{
  const char *etag = calls_text_field (visit->match.route->method->reply, message, "etag");
  if (etag[0] == '\0')
    return NULL;
  bool quoted = etag[0] == '"' || strncmp (etag, "W/\"", 3) == 0;
  return quoted ? etag : memory_format (visit, "\"%s\"", etag);
}

/* If-None-Match compares weakly (RFC 9110 13.1.2), over a list of tags. */
static bool
none_match_has (const char *header, const char *etag)
{
  if (header == NULL || etag == NULL)
    return false;
  if (strcmp (header, "*") == 0)
    return true;
  const char *plain = strncmp (etag, "W/", 2) == 0 ? etag + 2 : etag;
  size_t length = strlen (plain);
  for (const char *at = strstr (header, plain); at != NULL; at = strstr (at + 1, plain)) {
    if (at[length] == '\0' || at[length] == ',' || at[length] == ' ')
      return true;
  }
  return false;
}

/* A creation is a POST without a custom verb. It has a Location when a route reads what it returned: the same
 * path and one variable more, named like a field of the reply. */
static const char *
location_of (Visit *visit, const ProtobufCMessage *message)
{
  const Api *api = visit->thread->gateway->api;
  const ApiRoute *created = visit->match.route;
  size_t length = strlen (created->path);
  for (size_t i = 0; i < api->route_count; i++) {
    const ApiRoute *route = &api->routes[i];
    bool below = route->verb == API_GET && route->segment_count == created->segment_count + 1 &&
                 route->custom_verb == NULL && strncmp (route->path, created->path, length) == 0 &&
                 route->path[length] == '/' && route->segments[created->segment_count].literal == NULL;
    if (!below)
      continue;
    const char *name = route->segments[created->segment_count].variable.name;
    const char *id = calls_text_field (created->method->reply, message, name);
    ApiText path = router_raw_path (visit->http);
    return id[0] == '\0' ? NULL : memory_format (visit, "%.*s/%s", (int)path.length, path.text, id);
  }
  return NULL;
}

static bool
is_creation (const ApiRoute *route)
{
  return route->verb == API_POST && route->custom_verb == NULL;
}

void
calls_answer (Visit *visit, const BusReply *reply, const ProtobufCMessage *message)
{
  VisitFields fields = {.count = 0};
  const char *etag = etag_of (visit, message);
  if (etag != NULL)
    visit_add_field (&fields, "ETag", etag);
  if (reply->header != NULL && reply->header->replayed)
    visit_add_field (&fields, "Idempotent-Replayed", "true");
  bool get = visit->match.route->verb == API_GET;
  if (get && none_match_has (http_request_header (visit->http, "If-None-Match"), etag)) {
    visit_answer (visit, 304, NULL, &fields, (Bytes){NULL, 0});
    return;
  }
  unsigned status = 200;
  if (is_creation (visit->match.route)) {
    const char *location = location_of (visit, message);
    if (location != NULL)
      visit_add_field (&fields, "Location", location);
    status = 201;
  }
  JsonBuffer *json = json_buffer_new (visit, reply->body.length * 2 + 256);
  json_append_message (json, visit->match.route->method->reply, message);
  visit_answer (visit, status, "application/json", &fields, json_buffer_bytes (json));
}

static void
on_reply (void *arg, const BusReply *reply)
{
  Visit *visit = arg;
  ProtobufCMessage *message = NULL;
  Status status = visit_reply (visit, visit, reply, &message);
  if (status_failed (status))
    visit_fail (visit, status);
  else
    calls_answer (visit, reply, message);
}

static void
begin (Visit *visit)
{
  ProtobufCMessage *message = NULL;
  Status status = calls_bind (visit, NULL, &message);
  if (status_failed (status)) {
    visit_fail (visit, status);
    return;
  }
  bool any = visit->if_match == NULL || strcmp (visit->if_match, "*") == 0;
  visit_call (visit, message, visit->idempotency_key, any ? NULL : visit->if_match, on_reply);
}

/* The codec's own deadline is behind the method's, so that the client hears of the latter. */
static void
plan (Visit *visit, HttpPlan *http_plan)
{
  uint32_t timeout = visit->match.route->method->timeout_ms + 5000;
  if (http_plan->total_ms < timeout)
    http_plan->total_ms = timeout;
}

const VisitKind call_kind = {.name = "call", .hold = LIMITER_CALL, .begin = begin, .plan = plan};
