/* Parsing path templates and checking them against the messages, the method names and each other. */
#include "routes.h"

#include "names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *const verb_names[] = {"GET", "POST", "PATCH", "DELETE"};

static bool
starts (const char *text, const char *start)
{
  return strncmp (text, start, strlen (start)) == 0;
}

#define PROBLEM(route, ...)                                                                                  \
  problem_add (problems, (route)->method->place.file, (route)->method->http_line, __VA_ARGS__)

/* --- the template ------------------------------------------------------------------------------------------
 */

static bool
good_literal (const char *text)
{
  if (text[0] == '\0')
    return false;
  for (const char *at = text; *at != '\0'; at++)
    if (!isalnum ((unsigned char)*at) && *at != '-' && *at != '_')
      return false;
  return true;
}

static bool
path_scalar (const ModelField *field)
{
  switch (field->proto->type) {
  case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_MESSAGE:
  case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_GROUP:
  case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_BYTES:
  case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_FLOAT:
  case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_DOUBLE: return false;
  default: return !field->repeated;
  }
}

/* "person.person_id": each step is a field, all but the last are messages. */
static bool
resolve_variable (void *owner, Route *route, RouteSegment *segment, Problems *problems)
{
  const ModelMessage *message = route->method->request;
  const char *request = name_last (message->full_name);
  char *rest = memory_string (owner, segment->variable), *save = NULL;
  for (char *step = strtok_r (rest, ".", &save); step != NULL; step = strtok_r (NULL, ".", &save)) {
    const ModelField *field = message == NULL ? NULL : model_field (message, step);
    if (field == NULL || segment->depth == ROUTE_DEPTH_MAX) {
      PROBLEM (route, "path variable {%s} is not a field of %s", segment->variable, request);
      return false;
    }
    segment->fields[segment->depth++] = field;
    message = field->repeated ? NULL : field->message;
  }
  if (segment->depth == 0 || !path_scalar (segment->fields[segment->depth - 1])) {
    PROBLEM (route, "path variable {%s} must be a single string, number, boolean or enum", segment->variable);
    return false;
  }
  return true;
}

static bool
parse_segment (void *owner, Route *route, char *text, Problems *problems)
{
  if (route->segment_count == API_SEGMENTS_MAX) {
    PROBLEM (route, "path %s has more than %d segments", route->path, API_SEGMENTS_MAX);
    return false;
  }
  RouteSegment *segment = &route->segments[route->segment_count++];
  size_t length = strlen (text);
  if (text[0] != '{') {
    segment->literal = text;
    if (!good_literal (text))
      PROBLEM (route, "path %s: segment \"%s\" is neither letters, digits, \"-\" and \"_\" nor a {variable}",
               route->path, text);
    return good_literal (text);
  }
  if (text[length - 1] != '}' || strchr (text, '=') != NULL || strchr (text, '*') != NULL) {
    PROBLEM (route, "path %s: \"%s\" is no {variable}; patterns are not supported", route->path, text);
    return false;
  }
  segment->variable = memory_string_n (owner, text + 1, length - 2);
  for (size_t i = 0; i + 1 < route->segment_count; i++)
    if (route->segments[i].variable != NULL && strcmp (route->segments[i].variable, segment->variable) == 0) {
      PROBLEM (route, "path variable {%s} occurs twice", segment->variable);
      return false;
    }
  return resolve_variable (owner, route, segment, problems);
}

static size_t
variable_count (const Route *route)
{
  size_t count = 0;
  for (size_t i = 0; i < route->segment_count; i++)
    count += route->segments[i].variable != NULL;
  return count;
}

static bool
parse_path (void *owner, Route *route, Problems *problems)
{
  if (route->path[0] != '/') {
    PROBLEM (route, "path %s does not start with \"/\"", route->path);
    return false;
  }
  char *text = memory_string (owner, route->path + 1);
  char *colon = strrchr (text, ':');
  if (colon != NULL && strchr (colon, '/') == NULL) {
    *colon = '\0';
    route->custom_verb = colon + 1;
    if (!good_literal (route->custom_verb)) {
      PROBLEM (route, "path %s: \":%s\" is no custom verb", route->path, route->custom_verb);
      return false;
    }
  }
  for (char *at = text, *slash; at != NULL; at = slash == NULL ? NULL : slash + 1) {
    slash = strchr (at, '/');
    if (slash != NULL)
      *slash = '\0';
    if (!parse_segment (owner, route, at, problems))
      return false;
  }
  if (variable_count (route) > API_VARIABLES_MAX) {
    PROBLEM (route, "path %s has more than %d variables", route->path, API_VARIABLES_MAX);
    return false;
  }
  const char *version = strrchr (route->method->service->file->package, '.');
  if (route->segments[0].literal == NULL || version == NULL ||
      strcmp (route->segments[0].literal, version + 1) != 0) {
    PROBLEM (route, "path %s does not start with the version of its package, \"/%s/\"", route->path,
             version == NULL ? "v1" : version + 1);
    return false;
  }
  return true;
}

/* --- one route ---------------------------------------------------------------------------------------------
 */

static bool
choose_verb (Route *route, Problems *problems)
{
  const HttpRule *rule = route->method->http;
  const char *const paths[] = {rule->get, rule->post, rule->patch, rule->delete_};
  size_t count = 0;
  for (size_t i = 0; i < API_VERB_COUNT; i++)
    if (paths[i][0] != '\0') {
      route->verb = (ApiVerb)i;
      route->path = paths[i];
      count++;
    }
  if (count != 1)
    PROBLEM (route, "%s has %zu verbs in (heimo.http); exactly one of get, post, patch, delete is set",
             route->method->name, count);
  return count == 1;
}

bool
route_in_path (const Route *route, const ModelField *field)
{
  for (size_t i = 0; i < route->segment_count; i++)
    if (route->segments[i].depth == 1 && route->segments[i].fields[0] == field)
      return true;
  return false;
}

/* The fields of heimo.common.v1.UploadPart that the gateway fills in. */
static const char *const upload_fields[] = {"upload_id", "part", "data", "last"};
enum { UPLOAD_FIELD_COUNT = sizeof upload_fields / sizeof *upload_fields };

static bool
is_upload_field (const ModelField *field)
{
  for (size_t i = 0; i < UPLOAD_FIELD_COUNT; i++)
    if (strcmp (field->name, upload_fields[i]) == 0)
      return true;
  return false;
}

bool
route_in_query (const Route *route, const ModelField *field)
{
  if (route->body == API_BODY_REQUEST || field == route->body_field || route_in_path (route, field))
    return false;
  return route->body != API_BODY_UPLOAD || !is_upload_field (field);
}

static void
check_upload (Route *route, Problems *problems)
{
  const HttpRule *rule = route->method->http;
  route->body = API_BODY_UPLOAD;
  if (rule->body[0] != '\0' || route->verb != API_POST)
    PROBLEM (route, "%s: an upload is a post without \"body\"", route->method->name);
  for (size_t i = 0; i < rule->n_upload; i++)
    if (strchr (rule->upload[i], '/') == NULL)
      PROBLEM (route, "%s: \"%s\" is no media type", route->method->name, rule->upload[i]);
  for (size_t i = 0; i < UPLOAD_FIELD_COUNT; i++)
    if (model_field (route->method->request, upload_fields[i]) == NULL)
      PROBLEM (route, "%s: the request of an upload has the field \"%s\", see UploadPart",
               route->method->name, upload_fields[i]);
}

static void
check_body (Route *route, Problems *problems)
{
  const HttpRule *rule = route->method->http;
  const ModelMessage *request = route->method->request;
  bool has_body = rule->body[0] != '\0';
  if (rule->n_upload > 0) {
    check_upload (route, problems);
    return;
  }
  if (has_body && (route->verb == API_GET || route->verb == API_DELETE))
    PROBLEM (route, "%s: a %s has no body", route->method->name, route->verb == API_GET ? "get" : "delete");
  if (!has_body && route->verb == API_PATCH)
    PROBLEM (route, "%s: a patch needs a body", route->method->name);
  if (strcmp (rule->body, "*") == 0) {
    route->body = API_BODY_REQUEST;
  } else if (has_body) {
    route->body = API_BODY_FIELD;
    route->body_field = model_field (request, rule->body);
    if (route->body_field == NULL)
      PROBLEM (route, "%s: body field \"%s\" is not a field of %s", route->method->name, rule->body,
               name_last (request->full_name));
    else if (route->body_field->message == NULL || route->body_field->repeated)
      PROBLEM (route, "%s: body field \"%s\" must be a single message", route->method->name, rule->body);
  }
}

static void
check_query (const Route *route, Problems *problems)
{
  const ModelMessage *request = route->method->request;
  for (size_t i = 0; i < request->field_count; i++) {
    const ModelField *field = &request->fields[i];
    if (route_in_query (route, field) && field->message != NULL)
      PROBLEM (route, "%s: field \"%s\" is a message and can be neither in the path nor in the query",
               route->method->name, field->name);
  }
}

static void
check_stream (Route *route, Problems *problems)
{
  const HttpRule *rule = route->method->http;
  const ModelMessage *reply = route->method->reply, *request = route->method->request;
  if (rule->stream[0] != '\0') {
    route->stream_field = model_field (reply, rule->stream);
    if (route->stream_field == NULL || !route->stream_field->repeated ||
        route->stream_field->message == NULL || route->stream_field->map)
      PROBLEM (route, "%s: stream field \"%s\" is not a repeated message field of %s", route->method->name,
               rule->stream, name_last (reply->full_name));
    if (route->verb != API_GET || model_field (reply, "next_page_token") == NULL ||
        model_field (request, "page_token") == NULL)
      PROBLEM (route, "%s: only a get with page_token and next_page_token can be streamed",
               route->method->name);
  }
}

static void
check_watch (Route *route, Problems *problems)
{
  const HttpRule *rule = route->method->http;
  const ModelMessage *reply = route->method->reply;
  if (rule->watch[0] != '\0') {
    route->watch_field = model_field (reply, rule->watch);
    if (route->watch_field == NULL || route->watch_field->repeated ||
        route->watch_field->proto->type != GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_BOOL)
      PROBLEM (route, "%s: watch field \"%s\" is not a boolean field of %s", route->method->name, rule->watch,
               name_last (reply->full_name));
    if (route->verb != API_GET || model_field (reply, "etag") == NULL)
      PROBLEM (route, "%s: only a get whose reply has an etag can be watched", route->method->name);
  }
}

static bool
is_string (const ModelField *field)
{
  return field != NULL && !field->repeated &&
         field->proto->type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_STRING;
}

static void
check_follow (Route *route, Problems *problems)
{
  const char *name = route->method->http->follow;
  if (name[0] == '\0')
    return;
  route->follow_field = model_field (route->method->request, name);
  route->cursor_field = model_field (route->method->reply, "cursor");
  if (!is_string (route->follow_field))
    PROBLEM (route, "%s: follow field \"%s\" is not a string field of %s", route->method->name, name,
             name_last (route->method->request->full_name));
  if (route->verb != API_GET || !is_string (route->cursor_field))
    PROBLEM (route, "%s: only a get whose reply has a string \"cursor\" can be followed",
             route->method->name);
}

/* AIP-131 to 135: the first word of the name decides the verb. */
typedef struct StandardMethod {
  const char *prefix;
  ApiVerb verb;
  bool custom_verb_allowed;
} StandardMethod;

static const StandardMethod standard_methods[] = {
    {"Get", API_GET, false},     {"List", API_GET, true},      {"Search", API_GET, true},
    {"Create", API_POST, false}, {"Update", API_PATCH, false}, {"Delete", API_DELETE, false},
};

static void
check_standard (const Route *route, Problems *problems)
{
  const char *name = route->method->name;
  const MethodRule *rule = route->method->rule;
  const StandardMethod *standard = NULL;
  for (size_t i = 0; i < sizeof standard_methods / sizeof *standard_methods; i++) {
    size_t length = strlen (standard_methods[i].prefix);
    if (starts (name, standard_methods[i].prefix) && isupper ((unsigned char)name[length]))
      standard = &standard_methods[i];
  }
  if (standard != NULL && standard->verb != route->verb)
    PROBLEM (route, "%s is a %s method and must be a %s, not a %s", name, standard->prefix,
             verb_names[standard->verb], verb_names[route->verb]);
  if (standard != NULL && !standard->custom_verb_allowed && route->custom_verb != NULL)
    PROBLEM (route, "%s is a standard method and has no custom verb \":%s\"", name, route->custom_verb);
  if (standard == NULL && (route->verb == API_PATCH || route->verb == API_DELETE))
    PROBLEM (route, "%s: only %s methods are a %s", name, route->verb == API_PATCH ? "Update" : "Delete",
             verb_names[route->verb]);
  if (rule != NULL && rule->read_only != (route->verb == API_GET) &&
      !(rule->read_only && route->verb == API_POST && route->custom_verb != NULL))
    PROBLEM (route, "%s: a get changes nothing, everything else does: read_only and %s contradict", name,
             verb_names[route->verb]);
  if (rule != NULL && strcmp (rule->access, "service") == 0)
    PROBLEM (route, "%s is for services only (access) and cannot have an HTTP binding", name);
}

static bool
is_service_variable (const Route *route, size_t segment)
{
  return route->method->service->common && route->segments[segment].variable != NULL &&
         strcmp (route->segments[segment].variable, "service") == 0;
}

static void
check_common (const Route *route, Problems *problems)
{
  bool at_second = route->segment_count > 1 && is_service_variable (route, 1);
  if (route->method->service->common && !at_second)
    PROBLEM (route, "%s belongs to a common service: its path must start with \"/v1/{service}\"",
             route->method->name);
}

static bool
load_route (void *owner, Route *route, Problems *problems)
{
  if (!choose_verb (route, problems) || !parse_path (owner, route, problems))
    return false;
  check_body (route, problems);
  check_query (route, problems);
  check_stream (route, problems);
  check_watch (route, problems);
  check_follow (route, problems);
  check_standard (route, problems);
  check_common (route, problems);
  return true;
}

/* --- all routes --------------------------------------------------------------------------------------------
 */

static int
compare_routes (const void *left, const void *right)
{
  const Route *a = left, *b = right;
  if (a->verb != b->verb)
    return a->verb < b->verb ? -1 : 1;
  if (a->segment_count != b->segment_count)
    return a->segment_count < b->segment_count ? -1 : 1;
  return strcmp (a->path, b->path);
}

static bool
is_service_name (const Routes *routes, const char *name)
{
  for (size_t i = 0; i < routes->service_count; i++)
    if (strcmp (routes->services[i], name) == 0)
      return true;
  return false;
}

/* Can one text be both segments? {service} of a common service takes names of processes only. */
static bool
segments_overlap (const Routes *routes, const Route *a, const Route *b, size_t i)
{
  const char *left = a->segments[i].literal, *right = b->segments[i].literal;
  if (left != NULL && right != NULL)
    return strcmp (left, right) == 0;
  if (left == NULL && right == NULL)
    return true;
  const Route *variable = left == NULL ? a : b;
  return !is_service_variable (variable, i) || is_service_name (routes, left == NULL ? right : left);
}

static bool
routes_overlap (const Routes *routes, const Route *a, const Route *b)
{
  if (a->verb != b->verb || a->segment_count != b->segment_count)
    return false;
  if ((a->custom_verb == NULL) != (b->custom_verb == NULL))
    return false;
  if (a->custom_verb != NULL && strcmp (a->custom_verb, b->custom_verb) != 0)
    return false;
  for (size_t i = 0; i < a->segment_count; i++)
    if (!segments_overlap (routes, a, b, i))
      return false;
  return true;
}

static void
check_overlaps (const Routes *routes, Problems *problems)
{
  for (size_t i = 0; i < routes->count; i++)
    for (size_t j = i + 1; j < routes->count; j++) {
      const Route *a = &routes->list[i], *b = &routes->list[j];
      if (routes_overlap (routes, a, b))
        PROBLEM (b, "%s %s (%s) can match the same request as %s (%s, %s:%d)", verb_names[b->verb], b->path,
                 b->method->name, a->path, a->method->name, a->method->place.file, a->method->http_line);
    }
}

static int
compare_names (const void *left, const void *right)
{
  return strcmp (*(const char *const *)left, *(const char *const *)right);
}

static void
collect_services (Routes *routes, const Model *model)
{
  routes->services = memory_array (routes, const char *, model->service_count);
  for (size_t i = 0; i < model->service_count; i++) {
    const ModelService *service = &model->services[i];
    if (!service->common && !is_service_name (routes, service->file->domain))
      routes->services[routes->service_count++] = service->file->domain;
  }
  qsort (routes->services, routes->service_count, sizeof *routes->services, compare_names);
}

const Routes *
routes_load (void *owner, const Model *model, Problems *problems)
{
  Routes *routes = memory_new (owner, Routes);
  size_t most = 0;
  for (size_t i = 0; i < model->service_count; i++)
    most += model->services[i].method_count;
  routes->list = memory_array (routes, Route, most);
  for (size_t i = 0; i < model->service_count; i++)
    for (size_t j = 0; j < model->services[i].method_count; j++) {
      Route route = {.method = &model->services[i].methods[j]};
      if (route.method->http != NULL && load_route (routes, &route, problems))
        routes->list[routes->count++] = route;
    }
  qsort (routes->list, routes->count, sizeof *routes->list, compare_routes);
  collect_services (routes, model);
  check_overlaps (routes, problems);
  return routes;
}
