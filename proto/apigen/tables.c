/* Printing the constant that core/api.h describes. Everything is sorted as api.h promises. */
#include "tables.h"

#include "names.h"
#include "output.h"

#include <stdlib.h>
#include <string.h>

bool
in_api (const ModelFile *file)
{
  return file->ours && !file->options;
}

size_t
message_position (const Model *model, const ModelMessage *message)
{
  size_t position = 0;
  for (const ModelMessage *at = model->messages; at < message; at++)
    position += in_api (at->file);
  return position;
}

static size_t
service_position (const Model *model, const ModelService *service)
{
  size_t position = 0;
  for (const ModelService *at = model->services; at < service; at++)
    position += in_api (at->file);
  return position;
}

void
print_includes (Output *output, const Model *model)
{
  for (size_t i = 0; i < model->file_count; i++)
    if (in_api (&model->files[i])) {
      const char *name = model->files[i].name;
      output_print (output, "#include \"%.*s.pb-c.h\"\n", (int)(strlen (name) - strlen (".proto")), name);
    }
}

/* --- fields and messages -----------------------------------------------------------------------------------
 */

typedef struct Limits {
  uint32_t min_length, max_length, min_count, max_count;
} Limits;

static Limits
limits_of (const ModelField *field)
{
  const FieldRule *rule = field->rule;
  bool bytes = field->proto->type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_BYTES;
  Limits limits = {.max_length = bytes ? API_BYTES_MAX : API_TEXT_MAX, .max_count = 1};
  if (field->repeated) {
    limits.min_count = rule->min_length;
    limits.max_count = rule->max_length != 0 ? rule->max_length : API_COUNT_MAX;
  } else {
    limits.min_length = rule->min_length;
    if (rule->max_length != 0)
      limits.max_length = rule->max_length;
  }
  return limits;
}

static void
print_flag (Output *output, bool set, const char *name)
{
  if (set)
    output_print (output, ", .%s = true", name);
}

static void
print_field (Output *output, const Model *model, const char *name, const ModelField *field)
{
  const FieldRule *rule = field->rule;
  Limits limits = limits_of (field);
  output_print (output, "  {.json_name = ");
  output_quote (output, field->json_name);
  if (field->message != NULL && in_api (field->message->file))
    output_print (output, ", .message = &%s_messages[%zu]", name, message_position (model, field->message));
  print_flag (output, field->map, "map");
  print_flag (output, rule->required, "required");
  print_flag (output, rule->output_only, "output_only");
  print_flag (output, rule->immutable, "immutable");
  print_flag (output, rule->personal, "personal");
  if (rule->bounded)
    output_print (output, ", .bounded = true, .minimum = INT64_C (%lld), .maximum = INT64_C (%lld)",
                  (long long)rule->minimum, (long long)rule->maximum);
  if (rule->format != 0)
    output_print (output, ", .format = (ApiFormat)%d", (int)rule->format);
  output_print (output, ", .min_length = %u, .max_length = %u, .min_count = %u, .max_count = %u},\n",
                limits.min_length, limits.max_length, limits.min_count, limits.max_count);
}

/* A field in an array that is sorted. */
typedef struct FieldRef {
  const ModelField *field;
} FieldRef;

static int
compare_json (const void *left, const void *right)
{
  return strcmp (((const FieldRef *)left)->field->json_name, ((const FieldRef *)right)->field->json_name);
}

static void
print_by_json (Output *output, const ModelMessage *message, size_t position)
{
  void *scratch = memory_context (NULL);
  FieldRef *sorted = memory_array (scratch, FieldRef, message->field_count);
  for (size_t i = 0; i < message->field_count; i++)
    sorted[i].field = &message->fields[i];
  qsort (sorted, message->field_count, sizeof *sorted, compare_json);
  output_print (output, "static const uint16_t by_json_%zu[] = {", position);
  for (size_t i = 0; i < message->field_count; i++)
    output_print (output, "%s%zu", i == 0 ? "" : ", ", model_field_index (sorted[i].field));
  output_print (output, "};\n");
  talloc_free (scratch);
}

static void
print_messages (Output *output, const Model *model, const char *name)
{
  for (size_t i = 0; i < model->message_count; i++) {
    const ModelMessage *message = &model->messages[i];
    if (!in_api (message->file) || message->field_count == 0)
      continue;
    size_t position = message_position (model, message);
    output_print (output, "\n/* %s */\nstatic const ApiField fields_%zu[] = {\n", message->full_name,
                  position);
    for (size_t j = 0; j < message->field_count; j++)
      print_field (output, model, name, &message->fields[j]);
    output_print (output, "};\n");
    print_by_json (output, message, position);
  }
  output_print (output, "\nconst ApiMessage %s_messages[] = {\n", name);
  for (size_t i = 0; i < model->message_count; i++) {
    const ModelMessage *message = &model->messages[i];
    if (!in_api (message->file))
      continue;
    output_print (output, "  {.descriptor = &%s__descriptor", message->c_name);
    if (message->field_count > 0)
      output_print (output, ", .fields = fields_%zu, .by_json_name = by_json_%zu",
                    message_position (model, message), message_position (model, message));
    print_flag (output, message->event, "event");
    output_print (output, "},\n");
  }
  output_print (output, "};\n");
}

/* --- methods and services ----------------------------------------------------------------------------------
 */

/* A method in an array that is sorted. */
typedef struct MethodRef {
  const ModelMethod *method;
} MethodRef;

static int
compare_methods (const void *left, const void *right)
{
  return strcmp (((const MethodRef *)left)->method->name, ((const MethodRef *)right)->method->name);
}

/* The methods of a service by name. Since full names start with the service's, and services are sorted, the
 * array of all methods is sorted by full name. */
static MethodRef *
sorted_methods (void *owner, const ModelService *service)
{
  MethodRef *sorted = memory_array (owner, MethodRef, service->method_count);
  for (size_t i = 0; i < service->method_count; i++)
    sorted[i].method = &service->methods[i];
  qsort (sorted, service->method_count, sizeof *sorted, compare_methods);
  return sorted;
}

size_t
method_position (const Model *model, const ModelMethod *method)
{
  size_t position = 0;
  for (const ModelService *at = model->services; at < method->service; at++)
    position += in_api (at->file) ? at->method_count : 0;
  for (size_t i = 0; i < method->service->method_count; i++)
    position += strcmp (method->service->methods[i].name, method->name) < 0;
  return position;
}

static const char *
access_name (const char *access)
{
  static const char *const names[][2] = {{"public", "API_ACCESS_PUBLIC"},
                                         {"member", "API_ACCESS_MEMBER"},
                                         {"registrar", "API_ACCESS_REGISTRAR"},
                                         {"operator", "API_ACCESS_OPERATOR"},
                                         {"service", "API_ACCESS_SERVICE"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp (names[i][0], access) == 0)
      return names[i][1];
  return "API_ACCESS_SERVICE";
}

static void
print_method (Output *output, const Model *model, const char *name, const ModelMethod *method)
{
  static const MethodRule no_rule = METHOD_RULE__INIT;
  const MethodRule *rule = method->rule != NULL ? method->rule : &no_rule;
  output_print (output, "  {.full_name = \"%s\", .name = \"%s\", .service = &%s_services[%zu],\n",
                method->full_name, method->name, name, service_position (model, method->service));
  output_print (output, "   .request = &%s_messages[%zu], .reply = &%s_messages[%zu], .access = %s,\n", name,
                message_position (model, method->request), name, message_position (model, method->reply),
                access_name (rule->access));
  output_print (output, "   .timeout_ms = %u", rule->timeout_ms == 0 ? API_TIMEOUT_MS : rule->timeout_ms);
  print_flag (output, rule->read_only, "read_only");
  print_flag (output, rule->idempotent, "idempotent");
  print_flag (output, rule->own_transactions, "own_transactions");
  output_print (output, "},\n");
}

static void
print_services (Output *output, const Model *model, const char *name)
{
  void *scratch = memory_context (NULL);
  size_t count = 0;
  output_print (output, "\nconst ApiMethod %s_methods[] = {\n", name);
  for (size_t i = 0; i < model->service_count; i++) {
    const ModelService *service = &model->services[i];
    if (!in_api (service->file))
      continue;
    const MethodRef *sorted = sorted_methods (scratch, service);
    for (size_t j = 0; j < service->method_count; j++)
      print_method (output, model, name, sorted[j].method);
    count += service->method_count;
  }
  output_print (output, "%s};\n\nconst ApiService %s_services[] = {\n", count == 0 ? "  {0}\n" : "", name);
  size_t first = 0;
  for (size_t i = 0; i < model->service_count; i++) {
    const ModelService *service = &model->services[i];
    if (!in_api (service->file))
      continue;
    output_print (output, "  {.full_name = \"%s\", ", service->full_name);
    if (service->common)
      output_print (output, ".common = true, ");
    else
      output_print (output, ".name = \"%s\", ", service->file->domain);
    output_print (output, ".methods = &%s_methods[%zu], .method_count = %zu},\n", name, first,
                  service->method_count);
    first += service->method_count;
  }
  output_print (output, "%s};\n", first == 0 ? "  {0}\n" : "");
  talloc_free (scratch);
}

/* --- routes ------------------------------------------------------------------------------------------------
 */

static void
print_path (Output *output, const RouteSegment *segment)
{
  output_print (output, "{.name = \"%s\", .depth = %zu, .fields = {", segment->variable, segment->depth);
  for (size_t i = 0; i < segment->depth; i++)
    output_print (output, "%s%zu", i == 0 ? "" : ", ", model_field_index (segment->fields[i]));
  output_print (output, "}}");
}

static void
print_segments (Output *output, const Route *route, size_t number)
{
  output_print (output, "\n/* %s */\nstatic const ApiSegment segments_%zu[] = {", route->path, number);
  for (size_t i = 0; i < route->segment_count; i++) {
    const RouteSegment *segment = &route->segments[i];
    output_print (output, "%s{", i == 0 ? "" : ", ");
    if (segment->literal != NULL)
      output_print (output, ".literal = \"%s\"", segment->literal);
    else {
      output_print (output, ".variable = ");
      print_path (output, segment);
    }
    output_print (output, "}");
  }
  output_print (output, "};\n");
  const HttpRule *rule = route->method->http;
  if (rule->n_upload == 0)
    return;
  output_print (output, "static const char *const upload_%zu[] = {", number);
  for (size_t i = 0; i < rule->n_upload; i++) {
    output_quote (output, rule->upload[i]);
    output_print (output, ", ");
  }
  output_print (output, "NULL};\n");
}

static int
index_or_none (const ModelField *field)
{
  return field == NULL ? -1 : (int)model_field_index (field);
}

static void
print_route (Output *output, const Model *model, const char *name, const Route *route, size_t number)
{
  static const char *const verbs[] = {"API_GET", "API_POST", "API_PATCH", "API_DELETE"};
  static const char *const bodies[] = {"API_BODY_NONE", "API_BODY_REQUEST", "API_BODY_FIELD",
                                       "API_BODY_UPLOAD"};
  output_print (output, "  {.verb = %s, .path = \"%s\", .method = &%s_methods[%zu],\n", verbs[route->verb],
                route->path, name, method_position (model, route->method));
  if (!route->method->service->common)
    output_print (output, "   .service = \"%s\",\n", route->method->service->file->domain);
  output_print (output, "   .segments = segments_%zu, .segment_count = %zu, .body = %s,\n", number,
                route->segment_count, bodies[route->body]);
  if (route->custom_verb != NULL)
    output_print (output, "   .custom_verb = \"%s\",\n", route->custom_verb);
  if (route->body_field != NULL)
    output_print (output, "   .body_field = %zu,\n", model_field_index (route->body_field));
  if (route->method->http->n_upload > 0)
    output_print (output, "   .upload = upload_%zu,\n", number);
  output_print (output,
                "   .stream_field = %d, .watch_field = %d, .follow_field = %d, .cursor_field = %d},\n",
                index_or_none (route->stream_field), index_or_none (route->watch_field),
                index_or_none (route->follow_field), index_or_none (route->cursor_field));
}

static void
print_routes (Output *output, const Model *model, const Routes *routes, const char *name)
{
  for (size_t i = 0; i < routes->count; i++)
    print_segments (output, &routes->list[i], i);
  output_print (output, "\nstatic const ApiRoute routes[] = {\n");
  for (size_t i = 0; i < routes->count; i++)
    print_route (output, model, name, &routes->list[i], i);
  output_print (output, "%s};\n\nstatic const char *const service_names[] = {",
                routes->count == 0 ? "  {0}\n" : "");
  for (size_t i = 0; i < routes->service_count; i++)
    output_print (output, "\"%s\", ", routes->services[i]);
  output_print (output, "NULL};\n");
}

/* --- the whole ---------------------------------------------------------------------------------------------
 */

static bool
write_header (const char *name, const char *folder)
{
  Output *output = output_new (NULL);
  output_print (output,
                "/* Generated by apigen from the proto files. */\n#ifndef HEIMO_GEN_%s_API_H\n"
                "#define HEIMO_GEN_%s_API_H\n\n#include \"core/api.h\"\n\n"
                "/* Everything; hand it down as const Api *. */\nextern const Api %s_api;\n\n"
                "/* What generated code refers to by position. */\nextern const ApiMessage %s_messages[];\n"
                "extern const ApiService %s_services[];\nextern const ApiMethod %s_methods[];\n\n#endif\n",
                name, name, name, name, name, name);
  bool done = output_write (output, folder, memory_format (output, "%s_api.h", name));
  talloc_free (output);
  return done;
}

static size_t
count_messages (const Model *model)
{
  return message_position (model, model->messages + model->message_count);
}

static void
print_api (Output *output, const Model *model, const Routes *routes, const char *name)
{
  size_t methods = 0, services = 0;
  for (size_t i = 0; i < model->service_count; i++)
    if (in_api (model->services[i].file)) {
      services++;
      methods += model->services[i].method_count;
    }
  output_print (
      output,
      "\nconst Api %s_api = {.messages = %s_messages, .message_count = %zu,\n"
      "  .services = %s_services, .service_count = %zu, .methods = %s_methods, .method_count = %zu,\n"
      "  .routes = routes, .route_count = %zu, .service_names = service_names, "
      ".service_name_count = %zu};\n",
      name, name, count_messages (model), name, services, name, methods, routes->count,
      routes->service_count);
}

bool
tables_write (const Model *model, const Routes *routes, const char *name, const char *folder)
{
  Output *output = output_new (NULL);
  output_print (output, "/* Generated by apigen from the proto files. */\n#include \"%s_api.h\"\n\n", name);
  print_includes (output, model);
  print_messages (output, model, name);
  print_services (output, model, name);
  print_routes (output, model, routes, name);
  print_api (output, model, routes, name);
  bool done = output_write (output, folder, memory_format (output, "%s_api.c", name));
  talloc_free (output);
  return done && write_header (name, folder);
}
