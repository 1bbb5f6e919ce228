/* Paths, operations, parameters, headers and responses; schemas are in schema.c. */
#include "openapi.h"

#include "names.h"
#include "output.h"
#include "tables.h"

#include <stdlib.h>
#include <string.h>

static const char *const verb_keys[] = {"get", "post", "patch", "delete"};

/* The first sentence of a comment. */
static const char *
summary_of (void *owner, const char *comment)
{
  const char *text = schema_text (owner, comment);
  const char *end = strstr (text, ". "), *line = strchr (text, '\n');
  if (end == NULL || (line != NULL && line < end))
    end = line;
  size_t length = end == NULL ? strlen (text) : (size_t)(end - text);
  while (length > 0 && (text[length - 1] == '.' || text[length - 1] == ' '))
    length--;
  return memory_string_n (owner, text, length);
}

/* --- parameters --------------------------------------------------------------------------------------------
 */

static json_t *
make_parameter (void *owner, const char *name, const char *in, bool required, const char *comment,
                json_t *schema)
{
  json_t *parameter = json_pack ("{s:s, s:s}", "name", name, "in", in);
  if (required)
    json_object_set_new (parameter, "required", json_true ());
  if (comment[0] != '\0')
    json_object_set_new (parameter, "description", json_string (schema_text (owner, comment)));
  json_object_del (schema, "description");
  json_object_del (schema, "readOnly");
  json_object_set_new (parameter, "schema", schema);
  return parameter;
}

static json_t *
service_names (const Routes *routes)
{
  json_t *names = json_array ();
  for (size_t i = 0; i < routes->service_count; i++)
    json_array_append_new (names, json_string (routes->services[i]));
  return json_pack ("{s:s, s:o}", "type", "string", "enum", names);
}

static void
add_path_parameters (Schemas *schemas, const Routes *routes, const Route *route, json_t *parameters)
{
  for (size_t i = 0; i < route->segment_count; i++) {
    const RouteSegment *segment = &route->segments[i];
    if (segment->variable == NULL)
      continue;
    const ModelField *field = segment->fields[segment->depth - 1];
    bool service = route->method->service->common && strcmp (segment->variable, "service") == 0;
    json_t *schema = service ? service_names (routes) : schema_field (schemas, field, SCHEMA_INPUT, false);
    json_array_append_new (parameters, make_parameter (schemas->owner, segment->variable, "path", true,
                                                       field->place.comment, schema));
  }
}

static void
add_query_parameters (Schemas *schemas, const Route *route, json_t *parameters)
{
  const ModelMessage *request = route->method->request;
  for (size_t i = 0; i < request->field_count; i++) {
    const ModelField *field = &request->fields[i];
    if (!route_in_query (route, field) || field->rule->output_only || field->message != NULL)
      continue;
    json_array_append_new (parameters, make_parameter (schemas->owner, field->json_name, "query",
                                                       field->rule->required, field->place.comment,
                                                       schema_field (schemas, field, SCHEMA_INPUT, false)));
  }
}

static bool
takes_etag (const Route *route)
{
  return route->verb == API_PATCH || route->verb == API_DELETE ||
         (route->verb == API_POST && model_field (route->method->request, "etag") != NULL);
}

static void
add_header_parameters (const Route *route, json_t *parameters)
{
  if (route->verb != API_GET)
    json_array_append_new (parameters, json_pack ("{s:s}", "$ref", "#/components/parameters/IdempotencyKey"));
  if (takes_etag (route))
    json_array_append_new (parameters, json_pack ("{s:s}", "$ref", "#/components/parameters/IfMatch"));
  if (route->follow_field != NULL)
    json_array_append_new (parameters, json_pack ("{s:s}", "$ref", "#/components/parameters/LastEventId"));
}

/* --- bodies ------------------------------------------------------------------------------------------------
 */

static json_t *
json_content (json_t *schema)
{
  return json_pack ("{s:{s:o}}", "application/json", "schema", schema);
}

static void
add_request_body (Schemas *schemas, const Route *route, json_t *operation)
{
  json_t *content = NULL;
  bool required = true;
  switch (route->body) {
  case API_BODY_NONE: return;
  case API_BODY_REQUEST: content = json_content (schema_body_ref (schemas, route)); break;
  case API_BODY_FIELD:
    required = route->body_field->rule->required;
    content = json_content (schema_ref (schemas, route->body_field->message,
                                        route->verb == API_PATCH ? SCHEMA_UPDATE : SCHEMA_INPUT));
    break;
  case API_BODY_UPLOAD:
    content = json_object ();
    for (size_t i = 0; i < route->method->http->n_upload; i++)
      json_object_set_new (content, route->method->http->upload[i],
                           json_pack ("{s:{s:s, s:s}}", "schema", "type", "string", "format", "binary"));
    break;
  }
  json_t *body = json_pack ("{s:o}", "content", content);
  if (required)
    json_object_set_new (body, "required", json_true ());
  json_object_set_new (operation, "requestBody", body);
}

static json_t *
text_content (const char *description)
{
  return json_pack ("{s:{s:s, s:s}}", "schema", "type", "string", "description", description);
}

static json_t *
success_response (Schemas *schemas, const Route *route)
{
  const ModelMessage *reply = route->method->reply;
  json_t *content = json_content (schema_ref (schemas, reply, SCHEMA_REPLY));
  if (route->stream_field != NULL) {
    const char *row = name_last (route->stream_field->message->full_name);
    json_object_set_new (
        content, "text/csv",
        text_content (memory_format (schemas->owner, "All pages as CSV: one %s a line.", row)));
    json_object_set_new (
        content, "application/x-ndjson",
        text_content (memory_format (schemas->owner, "All pages as JSON: one %s a line.", row)));
  }
  if (route->watch_field != NULL)
    json_object_set_new (content, "text/event-stream",
                         text_content ("Server-sent events: the same object again whenever it changes."));
  if (route->follow_field != NULL)
    json_object_set_new (content, "text/event-stream",
                         text_content ("Server-sent events: what follows, as it comes; resumable."));
  const char *text = schema_text (schemas->owner, reply->place.comment);
  json_t *response =
      json_pack ("{s:s, s:o}", "description", text[0] == '\0' ? "Done." : text, "content", content);
  if (model_field (reply, "etag") != NULL)
    json_object_set_new (response, "headers",
                         json_pack ("{s:{s:s}}", "ETag", "$ref", "#/components/headers/ETag"));
  return response;
}

/* --- responses ---------------------------------------------------------------------------------------------
 */

/* When a response of this kind can occur. */
typedef enum When { ALWAYS, WITH_VARIABLE, WITH_CHANGE, WITH_ETAG, WITH_BODY } When;

typedef struct ErrorRow {
  const char *status;
  const char *name;
  const char *description;
  When when;
} ErrorRow;

static const ErrorRow error_rows[] = {
    {"400", "BadRequest", "The request is not valid; violations names each member that is wrong.", ALWAYS},
    {"404", "NotFound", "There is no such thing.", WITH_VARIABLE},
    {"409", "Conflict", "It exists already, or somebody else was faster.", WITH_CHANGE},
    {"412", "PreconditionFailed", "The resource has changed since the ETag in If-Match was read.", WITH_ETAG},
    {"413", "ContentTooLarge", "The body is larger than is accepted here.", WITH_BODY},
    {"415", "UnsupportedMediaType", "The body has a media type that is not accepted here.", WITH_BODY},
    {"422", "IdempotencyKeyReused", "The Idempotency-Key was used before for another request.", WITH_CHANGE},
    {"429", "TooManyRequests", "A limit is reached; try again after the time in Retry-After.", ALWAYS},
    {"503", "Unavailable", "Nothing was done; try again after the time in Retry-After.", ALWAYS},
    {"default", "Unexpected", "Any other failure.", ALWAYS},
};
enum { ERROR_COUNT = sizeof error_rows / sizeof *error_rows };

static bool
occurs (const ErrorRow *row, const Route *route, size_t variables)
{
  switch (row->when) {
  case WITH_VARIABLE: return variables > 0;
  case WITH_CHANGE: return route->verb != API_GET;
  case WITH_ETAG: return takes_etag (route);
  case WITH_BODY: return route->body != API_BODY_NONE;
  default: return true;
  }
}

static json_t *
make_responses (Schemas *schemas, const Route *route)
{
  /* The gateway answers 201 to a POST that is no custom method: something was created. */
  bool creates = route->verb == API_POST && route->custom_verb == NULL;
  json_t *responses = json_pack ("{s:o}", creates ? "201" : "200", success_response (schemas, route));
  size_t variables = 0;
  for (size_t i = 0; i < route->segment_count; i++)
    variables += route->segments[i].variable != NULL;
  for (size_t i = 0; i < ERROR_COUNT; i++)
    if (occurs (&error_rows[i], route, variables))
      json_object_set_new (
          responses, error_rows[i].status,
          json_pack ("{s:s}", "$ref",
                     memory_format (schemas->owner, "#/components/responses/%s", error_rows[i].name)));
  return responses;
}

static json_t *
make_operation (Schemas *schemas, const Routes *routes, const Route *route)
{
  const ModelMethod *method = route->method;
  json_t *operation =
      json_pack ("{s:s, s:s, s:s, s:[s]}", "operationId", name_lower_camel (schemas->owner, method->name),
                 "summary", summary_of (schemas->owner, method->place.comment), "description",
                 schema_text (schemas->owner, method->place.comment), "tags",
                 service_identifier (schemas->owner, method->service));
  json_t *parameters = json_array ();
  add_path_parameters (schemas, routes, route, parameters);
  if (route->body != API_BODY_REQUEST)
    add_query_parameters (schemas, route, parameters);
  add_header_parameters (route, parameters);
  if (json_array_size (parameters) > 0)
    json_object_set (operation, "parameters", parameters);
  json_decref (parameters);
  add_request_body (schemas, route, operation);
  json_object_set_new (operation, "responses", make_responses (schemas, route));
  if (method->rule != NULL)
    json_object_set_new (operation, "x-heimo-access", json_string (method->rule->access));
  return operation;
}

static json_t *
make_paths (Schemas *schemas, const Routes *routes)
{
  json_t *paths = json_object ();
  for (size_t i = 0; i < routes->count; i++) {
    const Route *route = &routes->list[i];
    json_t *item = json_object_get (paths, route->path);
    if (item == NULL) {
      item = json_object ();
      json_object_set_new (paths, route->path, item);
    }
    json_object_set_new (item, verb_keys[route->verb], make_operation (schemas, routes, route));
  }
  return paths;
}

/* --- the whole ---------------------------------------------------------------------------------------------
 */

static json_t *
make_error_responses (void)
{
  json_t *responses = json_object ();
  for (size_t i = 0; i < ERROR_COUNT; i++) {
    json_t *response =
        json_pack ("{s:s, s:{s:{s:{s:s}}}}", "description", error_rows[i].description, "content",
                   "application/problem+json", "schema", "$ref", "#/components/schemas/Problem");
    if (strcmp (error_rows[i].status, "429") == 0 || strcmp (error_rows[i].status, "503") == 0)
      json_object_set_new (response, "headers",
                           json_pack ("{s:{s:s}}", "Retry-After", "$ref", "#/components/headers/RetryAfter"));
    json_object_set_new (responses, error_rows[i].name, response);
  }
  return responses;
}

static json_t *
make_shared (const char *text)
{
  return memory_must (json_loads (text, 0, NULL));
}

static json_t *
make_parameters (void)
{
  return make_shared ("{\"IdempotencyKey\": {\"name\": \"Idempotency-Key\", \"in\": \"header\", "
                      "\"description\": \"A request with the "
                      "same key takes effect once; a repetition gets the first answer. Visible ASCII.\", "
                      "\"schema\": {\"type\": "
                      "\"string\", \"minLength\": 1, \"maxLength\": 255, \"pattern\": \"^[!-~]+$\"}},"
                      "\"IfMatch\": {\"name\": \"If-Match\", \"in\": \"header\", \"description\": \"The ETag "
                      "that the resource must "
                      "still have.\", \"schema\": {\"type\": \"string\", \"maxLength\": 102}},"
                      "\"LastEventId\": {\"name\": \"Last-Event-ID\", \"in\": \"header\", \"description\": "
                      "\"With text/event-stream: "
                      "the id of the last event that was received.\", \"schema\": {\"type\": \"string\", "
                      "\"maxLength\": 1000}}}");
}

static json_t *
make_headers (void)
{
  return make_shared ("{\"ETag\": {\"description\": \"Changes with the resource; for If-Match.\", "
                      "\"schema\": {\"type\": \"string\"}},"
                      "\"RetryAfter\": {\"description\": \"Seconds to wait.\", \"schema\": {\"type\": "
                      "\"integer\", \"minimum\": 0}}}");
}

static json_t *
make_tags (Schemas *schemas, const Model *model)
{
  json_t *tags = json_array ();
  for (size_t i = 0; i < model->service_count; i++) {
    const ModelService *service = &model->services[i];
    bool reachable = false;
    for (size_t j = 0; j < service->method_count; j++)
      reachable = reachable || service->methods[j].http != NULL;
    if (reachable && in_api (service->file))
      json_array_append_new (tags,
                             json_pack ("{s:s, s:s}", "name", service_identifier (schemas->owner, service),
                                        "description", schema_text (schemas->owner, service->place.comment)));
  }
  return tags;
}

static json_t *
make_document (Schemas *schemas, const Routes *routes)
{
  json_t *document = make_shared (
      "{\"openapi\": \"3.1.0\", \"info\": {\"title\": \"Heimo\", \"version\": \"" HEIMO_VERSION "\", "
      "\"summary\": \"Membership for federations\", \"description\": \"Persons, organs and the memberships "
      "that "
      "rules make of them. Names are lowerCamelCase; lower_snake_case is understood too. 64-bit numbers are "
      "strings. "
      "Days are YYYY-MM-DD, instants RFC 3339 in UTC. Unknown members are refused. Failures are RFC 9457 "
      "problems; "
      "programs rely on reason, people read detail. Sentences in answers follow Accept-Language: en, fi, sv, "
      "nl.\", \"license\": {\"name\": \"Apache-2.0\", "
      "\"identifier\": "
      "\"Apache-2.0\"}}, \"servers\": [{\"url\": \"/\", \"description\": \"This gateway\"}], \"security\": "
      "[{}]}");
  json_object_set_new (document, "tags", make_tags (schemas, schemas->model));
  json_object_set_new (document, "paths", make_paths (schemas, routes));
  schemas_add_problem (schemas);
  json_object_set_new (document, "components",
                       json_pack ("{s:O, s:o, s:o, s:o}", "schemas", schemas->by_name, "responses",
                                  make_error_responses (), "parameters", make_parameters (), "headers",
                                  make_headers ()));
  return document;
}

/* The document as bytes of a C array: string literals have a limit of length. */
static bool
write_constant (const char *text, size_t length, const char *name, const char *folder)
{
  Output *source = output_new (NULL), *header = output_new (source);
  output_print (header,
                "/* Generated by apigen: openapi.json as a constant. */\n#ifndef HEIMO_GEN_%s_OPENAPI_H\n"
                "#define HEIMO_GEN_%s_OPENAPI_H\n\n#include <stddef.h>\n\nextern const char %s_openapi[];\n"
                "extern const size_t %s_openapi_length;\n\n#endif\n",
                name, name, name, name);
  output_print (source,
                "/* Generated by apigen. */\n#include \"%s_openapi.h\"\n\nconst char %s_openapi[] = {", name,
                name);
  for (size_t i = 0; i < length; i++)
    output_print (source, "%s%d,", i % 24 == 0 ? "\n" : "", text[i]);
  output_print (source, "0};\nconst size_t %s_openapi_length = %zu;\n", name, length);
  bool done = output_write (header, folder, memory_format (source, "%s_openapi.h", name)) &&
              output_write (source, folder, memory_format (source, "%s_openapi.c", name));
  talloc_free (source);
  return done;
}

bool
openapi_write (const Model *model, const Routes *routes, const char *name, const char *folder)
{
  void *owner = memory_context (NULL);
  Schemas *schemas = schemas_new (owner, model);
  json_t *document = make_document (schemas, routes);
  char *pretty = memory_must (json_dumps (document, JSON_INDENT (2)));
  char *compact = memory_must (json_dumps (document, JSON_COMPACT));
  Output *file = output_new (owner);
  output_print (file, "%s\n", pretty);
  bool done =
      output_write (file, folder, "openapi.json") && write_constant (compact, strlen (compact), name, folder);
  free (pretty);
  free (compact);
  json_decref (document);
  json_decref (schemas->by_name);
  talloc_free (owner);
  return done;
}
