/* Every request passes here when its head has arrived. What is wrong with it is answered at once, before a
 * body is read; what is right gets a kind, which decides how the body comes in and what happens then. */
#include "gateway/router.h"

#include "gateway/accept.h"
#include "gateway/calls.h"
#include "gateway/export.h"
#include "gateway/follow.h"
#include "gateway/guard.h"
#include "gateway/pages.h"
#include "gateway/site.h"
#include "gateway/upload.h"
#include "gateway/visit.h"

#include <string.h>

ApiText
router_raw_path (const HttpRequest *request)
{
  HttpText target = request->head->target;
  const char *start = target.data;
  if (request->target->form == HTTP_ABSOLUTE_FORM) {
    const char *authority = strstr (start, "://");
    start = authority == NULL ? start : authority + 3 + strcspn (authority + 3, "/?");
  }
  return (ApiText){start, strcspn (start, "?")};
}

const char *
router_allow (void *owner, unsigned verbs)
{
  char *text = memory_string (owner, "");
  for (unsigned verb = 0; verb < API_VERB_COUNT; verb++) {
    if ((verbs >> verb & 1) != 0)
      text = talloc_asprintf_append (text, verb == API_GET ? "GET, HEAD, " : "%s, ",
                                     api_verb_name ((ApiVerb)verb));
  }
  return memory_must (talloc_asprintf_append (text, "OPTIONS"));
}

static void
not_allowed (Visit *visit, unsigned verbs)
{
  VisitFields fields = {.count = 0};
  visit_add_field (&fields, "Allow", router_allow (visit, verbs));
  if (visit->http->head->method == HTTP_OPTIONS) {
    visit_answer (visit, 204, NULL, &fields, (Bytes){NULL, 0});
    return;
  }
  Status status = status_error (visit, STATUS_INVALID_ARGUMENT, "METHOD_NOT_ALLOWED",
                                "This path has no method %s", http_method_name (visit->http->head->method));
  visit_fail_with (visit, status, &fields);
}

/* ---- checks of every request ---- */

static Status
check_headers (Visit *visit)
{
  const HttpRequest *http = visit->http;
  static const struct {
    const char *name;
    bool (*is_valid) (const char *text);
  } checks[] = {{"Idempotency-Key", guard_is_key}, {"If-Match", guard_is_etag}};
  for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
    const char *value = http_request_header (http, checks[i].name);
    size_t count = http_head_count (http->head, checks[i].name);
    if (count > 1 || (value != NULL && !checks[i].is_valid (value)))
      return status_error (visit, STATUS_INVALID_ARGUMENT, "INVALID_HEADER",
                           "The field %s is malformed or doubled", checks[i].name);
  }
  visit->idempotency_key = http_request_header (http, "Idempotency-Key");
  visit->if_match = http_request_header (http, "If-Match");
  return STATUS_SUCCESS;
}

static bool
is_safe (HttpMethod method)
{
  return method == HTTP_GET || method == HTTP_HEAD || method == HTTP_OPTIONS;
}

static Status
check_sender (Visit *visit)
{
  const HttpRequest *http = visit->http;
  const Settings *settings = visit->thread->gateway->settings;
  const char *authority = http->target->authority.data;
  if (authority == NULL || !guard_host_is_ours (authority, settings->hosts))
    return status_error (visit, STATUS_INVALID_ARGUMENT, "UNKNOWN_HOST",
                         "This gateway does not serve under the name in Host");
  bool ours =
      is_safe (http->head->method) ||
      guard_origin_is_ours (http_request_header (http, "Origin"),
                            http_request_header (http, "Sec-Fetch-Site"), authority, settings->origins);
  if (!ours)
    return status_error (visit, STATUS_PERMISSION_DENIED, "CROSS_ORIGIN",
                         "A page of another site may not change anything here");
  return check_headers (visit);
}

/* ---- methods ---- */

/* Which answer the client wants of a route that offers several; NULL: none of them. */
static const VisitKind *
choose_kind (Visit *visit)
{
  const ApiRoute *route = visit->match.route;
  const char *accept = http_request_header (visit->http, "Accept");
  if (route->body == API_BODY_UPLOAD)
    return &upload_kind;
  if (route->stream_field >= 0 && export_format (visit->http) != EXPORT_NONE)
    return &export_kind;
  int json = accept_weight (accept, "application/json");
  bool head = visit->http->head->method == HTTP_HEAD;
  bool followed = !head && (route->watch_field >= 0 || route->follow_field >= 0);
  if (followed && accept_weight (accept, "text/event-stream") > (accept == NULL ? 1000 : json))
    return &follow_kind;
  bool problem = accept_weight (accept, "application/problem+json") > 0;
  return json > 0 || problem ? &call_kind : NULL;
}

static Status
check_body (Visit *visit)
{
  const HttpHead *head = visit->http->head;
  ApiBody body = visit->match.route->body;
  bool any = head->framing == HTTP_CHUNKED || (head->framing == HTTP_LENGTH && head->content_length > 0);
  const char *type = http_request_header (visit->http, "Content-Type");
  const char *coding = http_request_header (visit->http, "Content-Encoding");
  if (!any || body == API_BODY_UPLOAD)
    return STATUS_SUCCESS;
  if (body == API_BODY_NONE)
    return status_error (visit, STATUS_INVALID_ARGUMENT, "UNEXPECTED_BODY", "This method takes no body");
  bool json = type != NULL && (calls_is_media_type (type, "application/json") ||
                               calls_is_media_type (type, "application/merge-patch+json"));
  if (!json || (coding != NULL && strcasecmp (coding, "identity") != 0))
    return status_error (visit, STATUS_INVALID_ARGUMENT, "UNSUPPORTED_MEDIA_TYPE",
                         "The body must be application/json without a content coding");
  return STATUS_SUCCESS;
}

static void
route_method (Visit *visit, HttpPlan *plan)
{
  static const int verbs[HTTP_METHOD_COUNT] = {
      [HTTP_GET] = API_GET,       [HTTP_HEAD] = API_GET, [HTTP_POST] = API_POST, [HTTP_PATCH] = API_PATCH,
      [HTTP_DELETE] = API_DELETE, [HTTP_PUT] = -1,       [HTTP_OPTIONS] = -1};
  int verb = verbs[visit->http->head->method];
  ApiText path = router_raw_path (visit->http);
  const Api *api = visit->thread->gateway->api;
  bool found =
      api_find_route (api, verb < 0 ? API_GET : (ApiVerb)verb, path.text, path.length, &visit->match);
  if (visit->match.allowed == 0) {
    visit_fail (visit,
                status_error (visit, STATUS_NOT_FOUND, "NO_SUCH_PATH", "There is nothing at this path"));
    return;
  }
  if (!found || verb < 0) {
    visit->match.route = NULL;
    not_allowed (visit, visit->match.allowed);
    return;
  }
  const VisitKind *kind = choose_kind (visit);
  Status status = kind == NULL ? status_error (visit, STATUS_INVALID_ARGUMENT, "NOT_ACCEPTABLE",
                                               "This method answers with application/json")
                               : check_body (visit);
  if (status_failed (status)) {
    visit_fail (visit, status);
    return;
  }
  visit->kind = kind;
  if (visit_admit (visit, kind->hold) && visit->kind->plan != NULL)
    visit->kind->plan (visit, plan);
}

static bool
begins_with (HttpText text, const char *prefix)
{
  size_t length = strlen (prefix);
  return text.length >= length && memcmp (text.data, prefix, length) == 0;
}

static void
on_head (HttpRequest *http, HttpPlan *plan, void *data)
{
  Visit *visit = visit_new (data, http);
  Status status = check_sender (visit);
  if (status_failed (status)) {
    visit_fail (visit, status);
    return;
  }
  if (begins_with (http->target->path, "/v1/")) {
    route_method (visit, plan);
    return;
  }
  if (http->head->method != HTTP_GET && http->head->method != HTTP_HEAD)
    not_allowed (visit, 1u << API_GET);
  else if (!pages_answer (visit))
    site_answer (visit);
}

static void
on_request (HttpRequest *http, void *data)
{
  (void)data;
  Visit *visit = http->data;
  visit->kind->begin (visit);
}

const HttpHandler router_handler = {.on_head = on_head, .on_request = on_request};

/* ---- the internal port ---- */

static void
on_internal_head (HttpRequest *http, HttpPlan *plan, void *data)
{
  (void)plan;
  Visit *visit = visit_new (data, http);
  if (http->head->method != HTTP_GET && http->head->method != HTTP_HEAD)
    not_allowed (visit, 1u << API_GET);
  else
    pages_answer_internal (visit);
}

const HttpHandler router_internal_handler = {.on_head = on_internal_head, .on_request = on_request};
