/* JSON to protobuf. Three steps: a scan that bounds the depth before anything recurses, jansson for the
 * syntax, and a walk over the tree that collects every wrong member with its path. Values are never repeated
 * in what is reported, for they may be personal. */
#include "gateway/json/field.h"

#include <assert.h>
#include <jansson.h>
#include <string.h>

/* Where the walk stands, innermost first; rendered only when something is wrong. */
typedef struct Place {
  const struct Place *outer;
  const char *name; /* NULL: an element, at `index` */
  size_t index;
} Place;

typedef struct Reader {
  void *owner;
  size_t violations;
  Status status;
} Reader;

static const struct {
  const char *reason;
  const char *text;
} reason_texts[] = {
    {"DUPLICATE_MEMBER", "The member is given twice"},
    {"DUPLICATE_PARAMETER", "The parameter is given twice"},
    {"INVALID_BASE64", "The value is not base64"},
    {"NOT_AN_INTEGER", "The value is not an integer"},
    {"NOT_A_BOOLEAN", "The value is neither true nor false"},
    {"NOT_A_NUMBER", "The value is not a number"},
    {"ONEOF_CONFLICT", "Another member that excludes this one is given too"},
    {"OUT_OF_RANGE", "The number does not fit"},
    {"UNKNOWN_FIELD", "There is no such member"},
    {"UNKNOWN_PARAMETER", "There is no such parameter"},
    {"UNKNOWN_VALUE", "The value is none of those that are defined"},
    {"WRONG_TYPE", "The value has the wrong JSON type"},
};

const char *
json_reason_text (const char *reason)
{
  for (size_t i = 0; i < sizeof reason_texts / sizeof reason_texts[0]; i++) {
    if (strcmp (reason_texts[i].reason, reason) == 0)
      return reason_texts[i].text;
  }
  return "The value is not accepted";
}

static char *
render (void *owner, const Place *place)
{
  if (place->name == NULL)
    return memory_format (owner, "%s[%zu]", render (owner, place->outer), place->index);
  if (place->outer == NULL)
    return memory_string (owner, place->name);
  return memory_format (owner, "%s.%s", render (owner, place->outer), place->name);
}

static void
complain (Reader *reader, const Place *place, const char *reason)
{
  if (reader->violations++ >= JSON_VIOLATION_LIMIT)
    return;
  status_add_violation (&reader->status, reader->owner, render (reader->owner, place), reason, "%s",
                        json_reason_text (reason));
}

static void read_object (Reader *reader, const ApiMessage *table, ProtobufCMessage *message,
                         const Place *outer, json_t *object, JsonPresence *present);

static const char *
read_number (const ProtobufCFieldDescriptor *field, const json_t *json, FieldValue *value)
{
  if (json_is_real (json))
    return field_from_real (field, json_real_value (json), value);
  json_int_t number = json_integer_value (json);
  uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  return field_from_integer (field, number < 0, magnitude, value);
}

/* Strings stand for strings, bytes, enums and (quoted) numbers; booleans only for themselves. */
static const char *
read_scalar (Reader *reader, const ProtobufCFieldDescriptor *field, const json_t *json, FieldValue *value)
{
  bool boolean = field->type == PROTOBUF_C_TYPE_BOOL;
  if (json_is_boolean (json)) {
    value->boolean = json_is_true (json);
    return boolean ? NULL : "WRONG_TYPE";
  }
  if (boolean)
    return "WRONG_TYPE";
  if (json_is_string (json))
    return field_from_text (reader->owner, field, json_string_value (json), json_string_length (json), value);
  if (json_is_number (json))
    return read_number (field, json, value);
  return "WRONG_TYPE";
}

/* Reads one value and puts it in its place. */
static void
read_value (Reader *reader, const ApiMessage *table, ProtobufCMessage *message, unsigned field,
            const Place *place, json_t *json)
{
  const ProtobufCFieldDescriptor *descriptor = &table->descriptor->fields[field];
  FieldValue value = {0};
  const char *reason = NULL;
  if (descriptor->type != PROTOBUF_C_TYPE_MESSAGE) {
    reason = read_scalar (reader, descriptor, json, &value);
  } else if (!json_is_object (json)) {
    reason = "WRONG_TYPE";
  } else {
    const ApiMessage *inner = table->fields[field].message;
    value.message = json_new_message (reader->owner, inner->descriptor);
    read_object (reader, inner, value.message, place, json, NULL);
  }
  if (reason != NULL)
    complain (reader, place, reason);
  else
    field_store (reader->owner, message, descriptor, &value);
}

static void
read_array (Reader *reader, const ApiMessage *table, ProtobufCMessage *message, unsigned field,
            const Place *place, json_t *json)
{
  if (!json_is_array (json)) {
    complain (reader, place, "WRONG_TYPE");
    return;
  }
  for (size_t i = 0; i < json_array_size (json); i++) {
    Place element = {.outer = place, .index = i};
    read_value (reader, table, message, field, &element, json_array_get (json, i));
  }
}

/* A map is an object whose members become entries {key = 1, value = 2}. */
static void
read_map (Reader *reader, const ApiMessage *table, ProtobufCMessage *message, unsigned field,
          const Place *place, json_t *json)
{
  if (!json_is_object (json)) {
    complain (reader, place, "WRONG_TYPE");
    return;
  }
  const ApiMessage *entry_table = table->fields[field].message;
  const char *key;
  json_t *member;
  json_object_foreach (json, key, member)
  {
    Place inner = {.outer = place, .name = key};
    FieldValue entry = {.message = json_new_message (reader->owner, entry_table->descriptor)};
    const char *reason = json_set_text (reader->owner, entry_table, entry.message, 0, key, strlen (key));
    if (reason != NULL)
      complain (reader, &inner, reason);
    else
      read_value (reader, entry_table, entry.message, 1, &inner, member);
    field_store (reader->owner, message, &table->descriptor->fields[field], &entry);
  }
}

static void
read_member (Reader *reader, const ApiMessage *table, ProtobufCMessage *message, unsigned field,
             const Place *place, json_t *json)
{
  const ProtobufCFieldDescriptor *descriptor = &table->descriptor->fields[field];
  bool oneof = (descriptor->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
  if (oneof && *(const uint32_t *)((const char *)message + descriptor->quantifier_offset) != 0)
    complain (reader, place, "ONEOF_CONFLICT");
  else if (table->fields[field].map)
    read_map (reader, table, message, field, place, json);
  else if (descriptor->label == PROTOBUF_C_LABEL_REPEATED)
    read_array (reader, table, message, field, place, json);
  else
    read_value (reader, table, message, field, place, json);
}

enum { FIELDS_MAX = 256 };

/* null means the default, as in proto3; in a partial update the field is thereby cleared, as in RFC 7396. */
static void
read_object (Reader *reader, const ApiMessage *table, ProtobufCMessage *message, const Place *outer,
             json_t *object, JsonPresence *present)
{
  bool seen[FIELDS_MAX] = {false};
  assert (table->descriptor->n_fields <= FIELDS_MAX);
  const char *name;
  json_t *member;
  json_object_foreach (object, name, member)
  {
    Place place = {.outer = outer, .name = name};
    int field = api_find_field (table, name, strlen (name));
    if (field < 0) {
      complain (reader, &place, "UNKNOWN_FIELD");
      continue;
    }
    if (seen[field]) {
      complain (reader, &place, "DUPLICATE_MEMBER");
      continue;
    }
    seen[field] = true;
    if (table->fields[field].output_only)
      continue;
    if (present != NULL && field < JSON_FIELD_LIMIT)
      *present |= (JsonPresence)1 << field;
    if (!json_is_null (member))
      read_member (reader, table, message, (unsigned)field, &place, member);
  }
}

/* What a look at the bytes tells before they are parsed. */
typedef struct Scan {
  size_t depth; /* the greatest nesting */
  bool blank;   /* nothing but white space */
  bool nul;
} Scan;

static Scan
scan_text (Bytes text)
{
  Scan scan = {.blank = true};
  size_t depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.length; i++) {
    uint8_t byte = text.data[i];
    scan.nul = scan.nul || byte == 0;
    scan.blank = scan.blank && (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r');
    if (quoted && byte == '\\')
      i++;
    else if (byte == '"')
      quoted = !quoted;
    else if (!quoted && (byte == '{' || byte == '['))
      scan.depth = ++depth > scan.depth ? depth : scan.depth;
    else if (!quoted && (byte == '}' || byte == ']') && depth != 0)
      depth--;
  }
  return scan;
}

/* jansson's error to a reason of ours. Its text quotes the input, so it is not passed on. */
static Status
syntax_error (void *owner, const json_error_t *error)
{
  static const struct {
    enum json_error_code code;
    const char *reason;
    const char *text;
  } rows[] = {
      {json_error_invalid_utf8, "INVALID_UTF8", "The body is not UTF-8"},
      {json_error_null_character, "NUL_CHARACTER", "The body has a NUL character"},
      {json_error_null_byte_in_key, "NUL_CHARACTER", "The body has a NUL character"},
      {json_error_duplicate_key, "DUPLICATE_MEMBER", "An object has the same member twice"},
      {json_error_numeric_overflow, "NUMBER_OUT_OF_RANGE", "A number is too large"},
      {json_error_stack_overflow, "TOO_DEEP", "The body is nested too deeply"},
      {json_error_premature_end_of_input, "INVALID_JSON", "The JSON of the body ends too early"},
      {json_error_end_of_input_expected, "INVALID_JSON", "Something follows the JSON of the body"},
  };
  const char *reason = "INVALID_JSON";
  const char *text = "The body is not JSON";
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (rows[i].code == json_error_code (error)) {
      reason = rows[i].reason;
      text = rows[i].text;
    }
  }
  return status_error (owner, STATUS_INVALID_ARGUMENT, reason, "%s (line %d, column %d)", text, error->line,
                       error->column);
}

Status
json_read_message (void *owner, const ApiMessage *table, Bytes text, ProtobufCMessage *message,
                   JsonPresence *present)
{
  Scan scan = scan_text (text);
  if (scan.blank)
    return status_error (owner, STATUS_INVALID_ARGUMENT, "EMPTY_BODY", "The request needs a JSON body");
  if (scan.nul)
    return status_error (owner, STATUS_INVALID_ARGUMENT, "NUL_CHARACTER", "The body has a NUL byte");
  if (scan.depth > JSON_DEPTH_LIMIT)
    return status_error (owner, STATUS_INVALID_ARGUMENT, "TOO_DEEP",
                         "The body is nested deeper than %d levels", JSON_DEPTH_LIMIT);
  json_error_t error;
  json_t *json =
      json_loadb ((const char *)text.data, text.length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
  if (json == NULL)
    return syntax_error (owner, &error);
  Reader reader = {.owner = owner, .status = STATUS_SUCCESS};
  if (json_is_object (json))
    read_object (&reader, table, message, NULL, json, present);
  else
    reader.status =
        status_error (owner, STATUS_INVALID_ARGUMENT, "NOT_AN_OBJECT", "The body is not a JSON object");
  json_decref (json);
  return reader.status;
}
