/* Protobuf to JSON: walks the descriptor and the generated table side by side. The message has been
 * validated, so its strings are UTF-8 and its depth is bounded by the schema (no message type is recursive).
 */
#include "gateway/json/field.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The shortest decimal that reads back as the same number. Infinity and NaN have no number in JSON. */
static void
append_double (JsonBuffer *buffer, double number, int digits, int digits_max)
{
  if (isnan (number)) {
    json_append_raw (buffer, "\"NaN\"");
    return;
  }
  if (isinf (number)) {
    json_append_raw (buffer, number < 0 ? "\"-Infinity\"" : "\"Infinity\"");
    return;
  }
  char text[40];
  for (; digits <= digits_max; digits++) {
    snprintf (text, sizeof text, "%.*g", digits, number);
    bool same = digits_max == 17 ? strtod (text, NULL) == number : strtof (text, NULL) == (float)number;
    if (same)
      break;
  }
  json_append_raw (buffer, text);
}

/* An unknown number (a newer service) is printed as a number, as proto3 says. */
static void
append_enum (JsonBuffer *buffer, const ProtobufCEnumDescriptor *type, int number)
{
  const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value (type, number);
  if (value == NULL) {
    json_append_signed (buffer, number);
    return;
  }
  json_append (buffer, "\"", 1);
  json_append_raw (buffer, value->name);
  json_append (buffer, "\"", 1);
}

static void
append_quoted_signed (JsonBuffer *buffer, int64_t number)
{
  json_append (buffer, "\"", 1);
  json_append_signed (buffer, number);
  json_append (buffer, "\"", 1);
}

static void
append_quoted_unsigned (JsonBuffer *buffer, uint64_t number)
{
  json_append (buffer, "\"", 1);
  json_append_unsigned (buffer, number);
  json_append (buffer, "\"", 1);
}

static void
append_bytes (JsonBuffer *buffer, const ProtobufCBinaryData *bytes)
{
  json_append (buffer, "\"", 1);
  json_append_base64 (buffer, bytes->data, bytes->len);
  json_append (buffer, "\"", 1);
}

static void
append_text (JsonBuffer *buffer, const char *text)
{
  json_append_string (buffer, text == NULL ? "" : text);
}

void
json_append_value (JsonBuffer *buffer, const ApiMessage *table, unsigned field, const void *value)
{
  const ProtobufCFieldDescriptor *descriptor = &table->descriptor->fields[field];
  switch (descriptor->type) {
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_SINT32:
  case PROTOBUF_C_TYPE_SFIXED32: json_append_signed (buffer, *(const int32_t *)value); break;
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_FIXED32: json_append_unsigned (buffer, *(const uint32_t *)value); break;
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64: append_quoted_signed (buffer, *(const int64_t *)value); break;
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64: append_quoted_unsigned (buffer, *(const uint64_t *)value); break;
  case PROTOBUF_C_TYPE_FLOAT: append_double (buffer, *(const float *)value, 6, 9); break;
  case PROTOBUF_C_TYPE_DOUBLE: append_double (buffer, *(const double *)value, 15, 17); break;
  case PROTOBUF_C_TYPE_BOOL:
    json_append_raw (buffer, *(const protobuf_c_boolean *)value ? "true" : "false");
    break;
  case PROTOBUF_C_TYPE_ENUM: append_enum (buffer, descriptor->descriptor, *(const int *)value); break;
  case PROTOBUF_C_TYPE_STRING: append_text (buffer, *(char *const *)value); break;
  case PROTOBUF_C_TYPE_BYTES: append_bytes (buffer, value); break;
  case PROTOBUF_C_TYPE_MESSAGE:
    json_append_message (buffer, table->fields[field].message, *(ProtobufCMessage *const *)value);
    break;
  }
}

/* A map key is always a string in JSON; numbers and booleans are put between quotes. */
static void
append_map_entry (JsonBuffer *buffer, const ApiMessage *table, const ProtobufCMessage *entry)
{
  const char *base = (const char *)entry;
  const ProtobufCFieldDescriptor *fields = table->descriptor->fields;
  size_t start = buffer->length;
  json_append_value (buffer, table, 0, base + fields[0].offset);
  if (buffer->data[start] != '"') {
    json_append (buffer, "\"\"", 2);
    memmove (buffer->data + start + 1, buffer->data + start, buffer->length - start - 2);
    buffer->data[start] = '"';
  }
  json_append (buffer, ":", 1);
  json_append_value (buffer, table, 1, base + fields[1].offset);
}

static void
append_repeated (JsonBuffer *buffer, const ApiMessage *table, unsigned field, const char *base)
{
  const ProtobufCFieldDescriptor *descriptor = &table->descriptor->fields[field];
  bool map = table->fields[field].map;
  size_t count = *(const size_t *)(base + descriptor->quantifier_offset);
  const char *values = *(char *const *)(base + descriptor->offset);
  size_t size = json_value_size (descriptor->type);
  json_append (buffer, map ? "{" : "[", 1);
  for (size_t i = 0; i < count; i++) {
    if (i != 0)
      json_append (buffer, ",", 1);
    const char *value = values + i * size;
    if (map)
      append_map_entry (buffer, table->fields[field].message, *(ProtobufCMessage *const *)value);
    else
      json_append_value (buffer, table, field, value);
  }
  json_append (buffer, map ? "}" : "]", 1);
}

bool
json_is_present (const ProtobufCFieldDescriptor *field, const ProtobufCMessage *message)
{
  const char *base = (const char *)message;
  if (field->label == PROTOBUF_C_LABEL_REPEATED)
    return true;
  if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
    return *(const uint32_t *)(base + field->quantifier_offset) == field->id;
  return field->type != PROTOBUF_C_TYPE_MESSAGE || *(void *const *)(base + field->offset) != NULL;
}

void
json_append_message (JsonBuffer *buffer, const ApiMessage *table, const ProtobufCMessage *message)
{
  const char *base = (const char *)message;
  const char *separator = "{\"";
  for (unsigned i = 0; i < table->descriptor->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &table->descriptor->fields[i];
    if (!json_is_present (field, message))
      continue;
    json_append (buffer, separator, 2);
    separator = ",\"";
    json_append_raw (buffer, table->fields[i].json_name);
    json_append (buffer, "\":", 2);
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
      append_repeated (buffer, table, i, base);
    else
      json_append_value (buffer, table, i, base + field->offset);
  }
  json_append_raw (buffer, separator[0] == '{' ? "{}" : "}");
}
