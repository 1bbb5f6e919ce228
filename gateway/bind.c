/* Binding: the body first, then the query, then the path, which has the last word. */
#include "gateway/bind.h"

#include "core/validate.h"
#include "gateway/json/json.h"

#include <string.h>

typedef struct Binding {
  void *owner;
  const BindInput *input;
  const ApiMessage *table;
  ProtobufCMessage *message;
  Status status;
} Binding;

static bool
is_reserved (const BindInput *input, const char *name)
{
  for (size_t i = 0; input->reserved != NULL && input->reserved[i] != NULL; i++) {
    if (strcmp (input->reserved[i], name) == 0)
      return true;
  }
  return false;
}

/* "person.givenName" to indexes; false when there is no such field, or it is not for clients to set. */
static bool
find_path (const ApiMessage *table, const char *name, ApiFieldPath *path)
{
  *path = (ApiFieldPath){.name = name};
  for (const char *at = name; table != NULL && path->depth < 3;) {
    size_t length = strcspn (at, ".");
    int field = api_find_field (table, at, length);
    if (field < 0 || table->fields[field].output_only || table->fields[field].map)
      return false;
    path->fields[path->depth++] = (uint16_t)field;
    bool message = table->fields[field].message != NULL;
    bool repeated = table->descriptor->fields[field].label == PROTOBUF_C_LABEL_REPEATED;
    if (at[length] == '\0')
      return !message;
    if (!message || repeated)
      return false;
    table = table->fields[field].message;
    at += length + 1;
  }
  return false;
}

static bool
same_path (const ApiFieldPath *one, const ApiFieldPath *other)
{
  return one->depth == other->depth &&
         memcmp (one->fields, other->fields, one->depth * sizeof one->fields[0]) == 0;
}

static bool
is_path_variable (const ApiMatch *match, const ApiFieldPath *path)
{
  for (size_t i = 0; i < match->value_count; i++) {
    if (same_path (match->values[i].field, path))
      return true;
  }
  return false;
}

static bool
is_repeated (const ApiMessage *table, const ApiFieldPath *path)
{
  for (unsigned level = 0; level + 1 < path->depth; level++)
    table = table->fields[path->fields[level]].message;
  return table->descriptor->fields[path->fields[path->depth - 1]].label == PROTOBUF_C_LABEL_REPEATED;
}

/* The same field may have been given before, under this name or its other form. */
static bool
was_given (const Binding *binding, size_t until, const ApiFieldPath *path)
{
  for (size_t i = 0; i < until; i++) {
    ApiFieldPath other;
    if (find_path (binding->table, binding->input->parameters[i].name.data, &other) &&
        same_path (&other, path))
      return true;
  }
  return false;
}

/* Which parameters a method has: all fields that are neither in the path nor in the body. */
static const char *
set_parameter (Binding *binding, size_t index)
{
  const ApiRoute *route = binding->input->match->route;
  const HttpParameter *parameter = &binding->input->parameters[index];
  ApiFieldPath path;
  if (route->body == API_BODY_REQUEST || !find_path (binding->table, parameter->name.data, &path))
    return "UNKNOWN_PARAMETER";
  if (route->body == API_BODY_FIELD && path.fields[0] == route->body_field)
    return "UNKNOWN_PARAMETER";
  if (is_path_variable (binding->input->match, &path))
    return "UNKNOWN_PARAMETER";
  if (!is_repeated (binding->table, &path) && was_given (binding, index, &path))
    return "DUPLICATE_PARAMETER";
  return json_set_path (binding->owner, binding->table, binding->message, &path, parameter->value.data,
                        parameter->value.length);
}

static void
bind_query (Binding *binding)
{
  for (size_t i = 0; i < binding->input->parameter_count; i++) {
    const char *name = binding->input->parameters[i].name.data;
    if (is_reserved (binding->input, name))
      continue;
    const char *reason = set_parameter (binding, i);
    if (reason != NULL)
      status_add_violation (&binding->status, binding->owner, name, reason, "%s", json_reason_text (reason));
  }
}

static int
hex_digit (char character)
{
  if (character >= '0' && character <= '9')
    return character - '0';
  character = (char)(character | 0x20);
  return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

/* The codec has decoded the whole path once and found it well-formed, so what is malformed cannot get here.
 */
static char *
decode (void *owner, ApiText value, size_t *length)
{
  char *text = memory_string_n (owner, value.text, value.length);
  *length = 0;
  for (size_t i = 0; i < value.length; i++) {
    int high = i + 2 < value.length && text[i] == '%' ? hex_digit (text[i + 1]) : -1;
    int low = high >= 0 ? hex_digit (text[i + 2]) : -1;
    if (low >= 0) {
      text[(*length)++] = (char)(high << 4 | low);
      i += 2;
    } else {
      text[(*length)++] = text[i];
    }
  }
  text[*length] = '\0';
  return text;
}

static void
bind_path (Binding *binding)
{
  const ApiMatch *match = binding->input->match;
  for (size_t i = 0; i < match->value_count; i++) {
    size_t length;
    char *text = decode (binding->owner, match->values[i].value, &length);
    const char *reason = json_set_path (binding->owner, binding->table, binding->message,
                                        match->values[i].field, text, length);
    if (reason != NULL)
      status_add_violation (&binding->status, binding->owner, match->values[i].field->name, reason, "%s",
                            json_reason_text (reason));
  }
}

/* A PATCH without a mask changes the members that its body has, as RFC 7396 does: null clears. The etag is a
 * condition, not a value. */
static void
derive_mask (Binding *binding, const ApiMessage *body, JsonPresence present)
{
  int field = api_find_field (binding->table, "update_mask", strlen ("update_mask"));
  if (field < 0)
    return;
  char **mask = (char **)((char *)binding->message + binding->table->descriptor->fields[field].offset);
  if (*mask != NULL && (*mask)[0] != '\0')
    return;
  char *text = memory_string (binding->owner, "");
  for (unsigned i = 0; i < body->descriptor->n_fields && i < JSON_FIELD_LIMIT; i++) {
    bool named = (present >> i & 1) != 0 && strcmp (body->fields[i].json_name, "etag") != 0;
    if (named)
      text = talloc_asprintf_append (text, "%s%s", text[0] == '\0' ? "" : ",", body->fields[i].json_name);
  }
  *mask = memory_must (text);
}

static Status
bind_body (Binding *binding, const ApiMessage **body, JsonPresence *present)
{
  const ApiRoute *route = binding->input->match->route;
  Bytes text = binding->input->body;
  if (text.length == 0 || (route->body != API_BODY_REQUEST && route->body != API_BODY_FIELD))
    return STATUS_SUCCESS;
  if (route->body == API_BODY_REQUEST)
    return json_read_message (binding->owner, binding->table, text, binding->message, NULL);
  *body = binding->table->fields[route->body_field].message;
  ProtobufCMessage *inner = json_new_message (binding->owner, (*body)->descriptor);
  size_t offset = binding->table->descriptor->fields[route->body_field].offset;
  *(ProtobufCMessage **)((char *)binding->message + offset) = inner;
  return json_read_message (binding->owner, *body, text, inner, present);
}

Status
bind_request (const Api *api, void *owner, const BindInput *input, ProtobufCMessage **message)
{
  const ApiRoute *route = input->match->route;
  Binding binding = {
      .owner = owner, .input = input, .table = route->method->request, .status = STATUS_SUCCESS};
  binding.message = json_new_message (owner, binding.table->descriptor);
  const ApiMessage *body = NULL;
  JsonPresence present = 0;
  binding.status = bind_body (&binding, &body, &present);
  if (status_failed (binding.status))
    return binding.status;
  bind_query (&binding);
  bind_path (&binding);
  if (status_failed (binding.status))
    return binding.status;
  if (route->verb == API_PATCH && body != NULL)
    derive_mask (&binding, body, present);
  *message = binding.message;
  return validate_message (api, owner, binding.message);
}
