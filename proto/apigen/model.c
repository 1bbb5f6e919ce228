/* Building the model: three passes over the files (declare, resolve types, attach methods). */
#include "model.h"

#include "names.h"

#include <stdlib.h>
#include <string.h>

/* Field numbers of descriptor.proto that occur in source paths. */
enum {
  FILE_MESSAGE = 4,
  FILE_ENUM = 5,
  FILE_SERVICE = 6,
  MESSAGE_FIELD = 2,
  MESSAGE_NESTED = 3,
  MESSAGE_ENUM = 4,
  FIELD_JSON_NAME = 10,
  ENUM_VALUE = 2,
  SERVICE_METHOD = 2,
  METHOD_OPTIONS = 4,
  PATH_MAX_LENGTH = 16
};

typedef struct Path {
  int parts[PATH_MAX_LENGTH + 2]; /* room for what callers add */
  size_t length;
} Path;

typedef struct Builder {
  Model *model;
  const char *error;
} Builder;

static Path
path_with (Path path, int number, size_t index)
{
  if (path.length + 2 <= PATH_MAX_LENGTH) {
    path.parts[path.length++] = number;
    path.parts[path.length++] = (int)index;
  }
  return path;
}

static const Location *
find_location (const ModelFile *file, const int *path, size_t length)
{
  if (file->proto->source_code_info == NULL)
    return NULL;
  for (size_t i = 0; i < file->proto->source_code_info->n_location; i++) {
    const Location *location = file->proto->source_code_info->location[i];
    if (location->n_path == length && memcmp (location->path, path, length * sizeof *path) == 0)
      return location;
  }
  return NULL;
}

/* Comment lines lose the one space after the comment sign, and white space at both ends. */
static const char *
clean_comment (void *owner, const char *text)
{
  char *clean = memory_string (owner, text);
  size_t length = 0;
  bool line_start = true;
  for (const char *at = text; *at != '\0'; at++) {
    if (line_start && *at == ' ') {
      line_start = false;
      continue;
    }
    line_start = *at == '\n';
    clean[length++] = *at;
  }
  while (length > 0 && (clean[length - 1] == '\n' || clean[length - 1] == ' '))
    length--;
  clean[length] = '\0';
  return clean;
}

Place
model_place (void *owner, const ModelFile *file, const int *path, size_t length)
{
  const Location *location = find_location (file, path, length);
  Place place = {.file = file->name, .line = 1, .comment = ""};
  if (location == NULL)
    return place;
  if (location->n_span > 0)
    place.line = location->span[0] + 1;
  if (location->leading_comments != NULL)
    place.comment = clean_comment (owner, location->leading_comments);
  else if (location->trailing_comments != NULL)
    place.comment = clean_comment (owner, location->trailing_comments);
  return place;
}

static Place
place_of (void *owner, const ModelFile *file, Path path)
{
  return model_place (owner, file, path.parts, path.length);
}

bool
model_has_option (const ProtobufCMessage *options, uint32_t number)
{
  if (options == NULL)
    return false;
  for (unsigned i = 0; i < options->n_unknown_fields; i++)
    if (options->unknown_fields[i].tag == number)
      return true;
  return false;
}

/* protobuf-c keeps the length prefix in front of the payload of a length-delimited unknown field. */
static Bytes
payload_of (const ProtobufCMessageUnknownField *field)
{
  size_t prefix = 0;
  while (prefix < field->len && (field->data[prefix] & 0x80) != 0)
    prefix++;
  prefix = prefix < field->len ? prefix + 1 : field->len;
  return (Bytes){field->data + prefix, field->len - prefix};
}

Bytes
model_option_bytes (void *owner, const ProtobufCMessage *options, uint32_t number)
{
  uint8_t *joined = memory_must (talloc_size (owner, 1));
  size_t length = 0;
  for (unsigned i = 0; options != NULL && i < options->n_unknown_fields; i++) {
    if (options->unknown_fields[i].tag != number)
      continue;
    Bytes payload = payload_of (&options->unknown_fields[i]);
    joined = memory_must (talloc_realloc_size (owner, joined, length + payload.length + 1));
    memcpy (joined + length, payload.data, payload.length);
    length += payload.length;
  }
  return (Bytes){joined, length};
}

/* Unpacks an annotation; NULL when it is absent. Several occurrences merge, as protobuf says. */
static const ProtobufCMessage *
find_option (void *owner, const ProtobufCMessage *options, uint32_t number,
             const ProtobufCMessageDescriptor *descriptor)
{
  if (!model_has_option (options, number))
    return NULL;
  return memory_unpack (owner, descriptor, model_option_bytes (owner, options, number));
}

static const char *
join (void *owner, const char *scope, const char *dot, const char *name)
{
  return scope[0] == '\0' ? memory_string (owner, name) : memory_format (owner, "%s%s%s", scope, dot, name);
}

static const char *
domain_of (void *owner, const char *package)
{
  const char *version = strrchr (package, '.');
  if (version == NULL)
    return "";
  const char *start = version;
  while (start > package && start[-1] != '.')
    start--;
  return memory_string_n (owner, start, (size_t)(version - start));
}

static bool
starts (const char *text, const char *start)
{
  return strncmp (text, start, strlen (start)) == 0;
}

static void
declare_enum (Model *model, const ModelFile *file, const EnumProto *proto, const char *scope, Path path)
{
  model->enums =
      memory_must (talloc_realloc (model, model->enums, ModelEnum, (unsigned)(model->enum_count + 1)));
  ModelEnum *result = &model->enums[model->enum_count++];
  *result = (ModelEnum){.proto = proto,
                        .file = file,
                        .full_name = join (model, scope, ".", proto->name),
                        .place = place_of (model, file, path),
                        .values = memory_array (model, Place, proto->n_value)};
  for (size_t i = 0; i < proto->n_value; i++)
    result->values[i] = place_of (model, file, path_with (path, ENUM_VALUE, i));
}

static ModelField
make_field (Model *model, const ModelFile *file, const FieldProto *proto, Path path)
{
  static const FieldRule no_rule = FIELD_RULE__INIT;
  ModelField field = {
      .proto = proto,
      .name = proto->name,
      .json_name = proto->json_name != NULL ? proto->json_name : name_json (model, proto->name),
      .place = place_of (model, file, path),
      .rule = &no_rule,
      .repeated = proto->label == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED};
  path.parts[path.length] = FIELD_JSON_NAME;
  field.explicit_json_name = find_location (file, path.parts, path.length + 1) != NULL;
  if (proto->options != NULL) {
    const ProtobufCMessage *rule =
        find_option (model, &proto->options->base, OPTION_FIELD, &field_rule__descriptor);
    if (rule != NULL)
      field.rule = (const FieldRule *)rule;
  }
  return field;
}

static int
compare_fields (const void *left, const void *right)
{
  const ModelField *a = left, *b = right;
  return a->proto->number < b->proto->number ? -1 : a->proto->number > b->proto->number;
}

/* "Outer__Inner" -> "outer__inner", part by part as protoc-c does it. */
static const char *
name_of_scope (void *owner, const char *c_scope)
{
  const char *result = "";
  for (const char *at = c_scope; *at != '\0';) {
    const char *end = strstr (at, "__");
    size_t length = end == NULL ? strlen (at) : (size_t)(end - at);
    result = join (owner, result, "__", name_snake (owner, memory_string_n (owner, at, length)));
    at += length + (end == NULL ? 0 : 2);
  }
  return result;
}

static void
declare_message (Model *model, const ModelFile *file, const MessageProto *proto, const char *scope,
                 const char *c_scope, Path path)
{
  ModelMessage message = {.proto = proto,
                          .file = file,
                          .full_name = join (model, scope, ".", proto->name),
                          .c_type = join (model, c_scope, "__", proto->name),
                          .place = place_of (model, file, path),
                          .fields = memory_array (model, ModelField, proto->n_field),
                          .field_count = proto->n_field};
  if (proto->options != NULL) {
    message.map_entry = proto->options->map_entry != 0;
    const ProtobufCMessage *rule =
        find_option (model, &proto->options->base, OPTION_MESSAGE, &message_rule__descriptor);
    message.event = rule != NULL && ((const MessageRule *)rule)->event;
  }
  message.c_name = join (model, name_of_scope (model, c_scope), "__", name_snake (model, proto->name));
  for (size_t i = 0; i < proto->n_field; i++)
    message.fields[i] = make_field (model, file, proto->field[i], path_with (path, MESSAGE_FIELD, i));
  qsort (message.fields, message.field_count, sizeof *message.fields, compare_fields);
  model->messages = memory_must (
      talloc_realloc (model, model->messages, ModelMessage, (unsigned)(model->message_count + 1)));
  model->messages[model->message_count++] = message;
  for (size_t i = 0; i < proto->n_nested_type; i++)
    declare_message (model, file, proto->nested_type[i], message.full_name, message.c_type,
                     path_with (path, MESSAGE_NESTED, i));
  for (size_t i = 0; i < proto->n_enum_type; i++)
    declare_enum (model, file, proto->enum_type[i], message.full_name, path_with (path, MESSAGE_ENUM, i));
}

static void
declare_method (Model *model, const ModelService *service, ModelMethod *method, const MethodProto *proto,
                Path path)
{
  *method = (ModelMethod){.proto = proto,
                          .name = proto->name,
                          .full_name = memory_format (model, "%s/%s", service->full_name, proto->name),
                          .place = place_of (model, service->file, path)};
  path.parts[path.length] = METHOD_OPTIONS;
  path.parts[path.length + 1] = OPTION_HTTP;
  const Location *location = find_location (service->file, path.parts, path.length + 2);
  method->http_line = location != NULL && location->n_span > 0 ? location->span[0] + 1 : method->place.line;
  if (proto->options == NULL)
    return;
  const ProtobufCMessage *options = &proto->options->base;
  method->http = (const HttpRule *)find_option (model, options, OPTION_HTTP, &http_rule__descriptor);
  method->rule = (const MethodRule *)find_option (model, options, OPTION_METHOD, &method_rule__descriptor);
}

static void
declare_service (Model *model, const ModelFile *file, const ServiceProto *proto, Path path)
{
  model->services = memory_must (
      talloc_realloc (model, model->services, ModelService, (unsigned)(model->service_count + 1)));
  ModelService *service = &model->services[model->service_count++];
  *service = (ModelService){.proto = proto,
                            .file = file,
                            .full_name = join (model, file->package, ".", proto->name),
                            .place = place_of (model, file, path),
                            .methods = memory_array (model, ModelMethod, proto->n_method),
                            .method_count = proto->n_method};
  if (proto->options != NULL) {
    const ProtobufCMessage *rule =
        find_option (model, &proto->options->base, OPTION_SERVICE, &service_rule__descriptor);
    service->common = rule != NULL && ((const ServiceRule *)rule)->common;
  }
  for (size_t i = 0; i < proto->n_method; i++)
    declare_method (model, service, &service->methods[i], proto->method[i],
                    path_with (path, SERVICE_METHOD, i));
}

static void
declare_file (Model *model, ModelFile *file, const FileProto *proto)
{
  *file = (ModelFile){.proto = proto,
                      .name = proto->name,
                      .package = proto->package == NULL ? "" : proto->package,
                      .options = strcmp (proto->name, "heimo/options.proto") == 0,
                      .ours = !starts (proto->name, "google/") && !starts (proto->name, "protobuf-c/")};
  file->domain = domain_of (model, file->package);
  for (size_t i = 0; i < proto->n_message_type; i++)
    declare_message (model, file, proto->message_type[i], file->package, "",
                     path_with ((Path){0}, FILE_MESSAGE, i));
  for (size_t i = 0; i < proto->n_enum_type; i++)
    declare_enum (model, file, proto->enum_type[i], file->package, path_with ((Path){0}, FILE_ENUM, i));
  for (size_t i = 0; i < proto->n_service; i++)
    declare_service (model, file, proto->service[i], path_with ((Path){0}, FILE_SERVICE, i));
}

/* Messages, enums and services all have the name at the same place of their sort key. */
#define COMPARE(function, Type)                                                                              \
  static int function (const void *left, const void *right)                                                  \
  {                                                                                                          \
    return strcmp (((const Type *)left)->full_name, ((const Type *)right)->full_name);                       \
  }
COMPARE (compare_messages, ModelMessage)
COMPARE (compare_enums, ModelEnum)
COMPARE (compare_services, ModelService)

const ModelMessage *
model_message (const Model *model, const char *full_name)
{
  ModelMessage key = {.full_name = full_name};
  return model->message_count == 0
             ? NULL
             : bsearch (&key, model->messages, model->message_count, sizeof key, compare_messages);
}

const ModelEnum *
model_enum (const Model *model, const char *full_name)
{
  ModelEnum key = {.full_name = full_name};
  return model->enum_count == 0 ? NULL
                                : bsearch (&key, model->enums, model->enum_count, sizeof key, compare_enums);
}

const ModelService *
model_service (const Model *model, const char *full_name)
{
  ModelService key = {.full_name = full_name};
  return model->service_count == 0
             ? NULL
             : bsearch (&key, model->services, model->service_count, sizeof key, compare_services);
}

const ModelFile *
model_file (const Model *model, const char *name)
{
  for (size_t i = 0; i < model->file_count; i++)
    if (strcmp (model->files[i].name, name) == 0)
      return &model->files[i];
  return NULL;
}

const ModelField *
model_field (const ModelMessage *message, const char *name)
{
  for (size_t i = 0; i < message->field_count; i++)
    if (strcmp (message->fields[i].name, name) == 0)
      return &message->fields[i];
  return NULL;
}

size_t
model_field_index (const ModelField *field)
{
  return (size_t)(field - field->owner->fields);
}

/* Type names in descriptors are absolute: ".heimo.membership.v1.Person". */
static const char *
absolute (const char *type_name)
{
  return type_name == NULL ? "" : type_name[0] == '.' ? type_name + 1 : type_name;
}

static void
resolve_fields (Builder *builder, ModelMessage *message)
{
  for (size_t i = 0; i < message->field_count; i++) {
    ModelField *field = &message->fields[i];
    field->owner = message;
    if (field->proto->type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_MESSAGE) {
      field->message = model_message (builder->model, absolute (field->proto->type_name));
      field->map = field->message != NULL && field->message->map_entry;
      if (field->message == NULL)
        builder->error = memory_format (builder->model, "type %s is missing", field->proto->type_name);
    }
    if (field->proto->type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_ENUM) {
      field->enumeration = model_enum (builder->model, absolute (field->proto->type_name));
      if (field->enumeration == NULL)
        builder->error = memory_format (builder->model, "type %s is missing", field->proto->type_name);
    }
  }
}

static void
resolve_methods (Builder *builder, ModelService *service)
{
  for (size_t i = 0; i < service->method_count; i++) {
    ModelMethod *method = &service->methods[i];
    method->service = service;
    method->request = model_message (builder->model, absolute (method->proto->input_type));
    method->reply = model_message (builder->model, absolute (method->proto->output_type));
    if (method->request == NULL || method->reply == NULL)
      builder->error = memory_format (builder->model, "a type of %s is missing", method->full_name);
  }
}

const Model *
model_load (void *owner, Bytes bytes, const char **error)
{
  const ProtobufCMessage *set =
      memory_unpack (owner, &google__protobuf__file_descriptor_set__descriptor, bytes);
  if (set == NULL) {
    *error = "not a descriptor set";
    return NULL;
  }
  const SetProto *files = (const SetProto *)set;
  Model *model = memory_new (owner, Model);
  Builder builder = {.model = model};
  model->file_count = files->n_file;
  model->files = memory_array (model, ModelFile, files->n_file);
  for (size_t i = 0; i < files->n_file; i++)
    declare_file (model, &model->files[i], files->file[i]);
  if (model->message_count > 1)
    qsort (model->messages, model->message_count, sizeof *model->messages, compare_messages);
  if (model->enum_count > 1)
    qsort (model->enums, model->enum_count, sizeof *model->enums, compare_enums);
  if (model->service_count > 1)
    qsort (model->services, model->service_count, sizeof *model->services, compare_services);
  for (size_t i = 0; i < model->message_count; i++)
    resolve_fields (&builder, &model->messages[i]);
  for (size_t i = 0; i < model->service_count; i++)
    resolve_methods (&builder, &model->services[i]);
  *error = builder.error;
  return builder.error == NULL ? model : NULL;
}
