/* The one setter behind JSON members, path variables and query parameters: text or number to a value of the
 * field's type, with range checks, and the value into its place in the message. */
#include "gateway/json/field.h"

#include <assert.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t
json_value_size (ProtobufCType type)
{
  switch (type) {
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64:
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
  case PROTOBUF_C_TYPE_DOUBLE: return 8;
  case PROTOBUF_C_TYPE_STRING: return sizeof (char *);
  case PROTOBUF_C_TYPE_BYTES: return sizeof (ProtobufCBinaryData);
  case PROTOBUF_C_TYPE_MESSAGE: return sizeof (ProtobufCMessage *);
  default: return 4;
  }
}

/* The array doubles whenever its length is a power of two, so nobody needs to remember a capacity. */
static void
append_element (void *owner, char *base, const ProtobufCFieldDescriptor *field, const FieldValue *value)
{
  size_t *count = (size_t *)(base + field->quantifier_offset);
  char **array = (char **)(base + field->offset);
  size_t size = json_value_size (field->type);
  if ((*count & (*count - 1)) == 0)
    *array = memory_must (talloc_realloc_size (owner, *array, size * (*count == 0 ? 1 : 2 * *count)));
  memcpy (*array + *count * size, value, size);
  *count += 1;
}

void
field_store (void *owner, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
             const FieldValue *value)
{
  assert (message != NULL);
  char *base = (char *)message;
  if (field->label == PROTOBUF_C_LABEL_REPEATED) {
    append_element (owner, base, field, value);
    return;
  }
  memcpy (base + field->offset, value, json_value_size (field->type));
  if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
    *(uint32_t *)(base + field->quantifier_offset) = field->id;
}

typedef enum NumberKind {
  SIGNED_32,
  UNSIGNED_32,
  SIGNED_64,
  UNSIGNED_64,
  SINGLE,
  REAL,
  NO_NUMBER
} NumberKind;

static NumberKind
number_kind (ProtobufCType type)
{
  switch (type) {
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_SINT32:
  case PROTOBUF_C_TYPE_SFIXED32: return SIGNED_32;
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_FIXED32: return UNSIGNED_32;
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64: return SIGNED_64;
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64: return UNSIGNED_64;
  case PROTOBUF_C_TYPE_FLOAT: return SINGLE;
  case PROTOBUF_C_TYPE_DOUBLE: return REAL;
  default: return NO_NUMBER;
  }
}

static const char *
enum_from_integer (const ProtobufCFieldDescriptor *field, bool negative, uint64_t magnitude,
                   FieldValue *value)
{
  if (magnitude > INT32_MAX)
    return "UNKNOWN_VALUE";
  int number = negative ? -(int)magnitude : (int)magnitude;
  if (protobuf_c_enum_descriptor_get_value (field->descriptor, number) == NULL)
    return "UNKNOWN_VALUE";
  value->enumeration = number;
  return NULL;
}

const char *
field_from_integer (const ProtobufCFieldDescriptor *field, bool negative, uint64_t magnitude,
                    FieldValue *value)
{
  if (field->type == PROTOBUF_C_TYPE_ENUM)
    return enum_from_integer (field, negative, magnitude, value);
  uint64_t least = negative ? magnitude : 0; /* how far below zero */
  bool fits = true;
  switch (number_kind (field->type)) {
  case SIGNED_32:
    fits = negative ? least <= (uint64_t)INT32_MAX + 1 : magnitude <= INT32_MAX;
    value->signed32 = (int32_t)(negative ? 0 - magnitude : magnitude);
    break;
  case UNSIGNED_32:
    fits = least == 0 && magnitude <= UINT32_MAX;
    value->unsigned32 = (uint32_t)magnitude;
    break;
  case SIGNED_64:
    fits = negative ? least <= (uint64_t)INT64_MAX + 1 : magnitude <= INT64_MAX;
    value->signed64 = (int64_t)(negative ? 0 - magnitude : magnitude);
    break;
  case UNSIGNED_64:
    fits = least == 0;
    value->unsigned64 = magnitude;
    break;
  case SINGLE: value->single = negative ? -(float)magnitude : (float)magnitude; break;
  case REAL: value->real = negative ? -(double)magnitude : (double)magnitude; break;
  case NO_NUMBER: return "WRONG_TYPE";
  }
  return fits ? NULL : "OUT_OF_RANGE";
}

/* Above 2^53 a double no longer tells one integer from the next, so such a number is not taken for one. */
const char *
field_from_real (const ProtobufCFieldDescriptor *field, double number, FieldValue *value)
{
  switch (number_kind (field->type)) {
  case NO_NUMBER: return "WRONG_TYPE";
  case REAL: value->real = number; return isfinite (number) ? NULL : "OUT_OF_RANGE";
  case SINGLE:
    if (!(fabs (number) <= (double)FLT_MAX))
      return "OUT_OF_RANGE";
    value->single = (float)number;
    return NULL;
  default: break;
  }
  if (!isfinite (number) || fabs (number) > 9007199254740992.0)
    return "OUT_OF_RANGE";
  if (number != floor (number))
    return "NOT_AN_INTEGER";
  return field_from_integer (field, number < 0, (uint64_t)fabs (number), value);
}

/* Digits with an optional minus, exactly as JSON writes integers. */
static const char *
integer_from_text (const ProtobufCFieldDescriptor *field, const char *text, size_t length, FieldValue *value)
{
  bool negative = length != 0 && text[0] == '-';
  size_t at = negative ? 1 : 0;
  if (at == length || (text[at] == '0' && at + 1 != length))
    return "NOT_AN_INTEGER";
  uint64_t magnitude = 0;
  for (; at < length; at++) {
    if (text[at] < '0' || text[at] > '9')
      return "NOT_AN_INTEGER";
    if (__builtin_mul_overflow (magnitude, (uint64_t)10, &magnitude) ||
        __builtin_add_overflow (magnitude, (uint64_t)(text[at] - '0'), &magnitude))
      return "OUT_OF_RANGE";
  }
  return field_from_integer (field, negative, magnitude, value);
}

/* strtod would also take hexadecimal, "inf", "nan" and leading blanks. */
static const char *
real_from_text (const ProtobufCFieldDescriptor *field, const char *text, size_t length, FieldValue *value)
{
  char copy[64];
  if (length == 0 || length >= sizeof copy)
    return "NOT_A_NUMBER";
  memcpy (copy, text, length);
  copy[length] = '\0';
  if (copy[strspn (copy, "0123456789+-.eE")] != '\0')
    return "NOT_A_NUMBER";
  char *end = NULL;
  errno = 0;
  double number = strtod (copy, &end);
  if (*end != '\0')
    return "NOT_A_NUMBER";
  return field_from_real (field, number, value);
}

static const char *
enum_from_text (const ProtobufCFieldDescriptor *field, const char *text, size_t length, FieldValue *value)
{
  char name[128];
  if (length == 0 || length >= sizeof name)
    return "UNKNOWN_VALUE";
  memcpy (name, text, length);
  name[length] = '\0';
  const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value_by_name (field->descriptor, name);
  if (found == NULL)
    return "UNKNOWN_VALUE";
  value->enumeration = found->value;
  return NULL;
}

static int
base64_digit (char character)
{
  if (character >= 'A' && character <= 'Z')
    return character - 'A';
  if (character >= 'a' && character <= 'z')
    return character - 'a' + 26;
  if (character >= '0' && character <= '9')
    return character - '0' + 52;
  if (character == '+' || character == '-')
    return 62;
  return character == '/' || character == '_' ? 63 : -1;
}

/* Both alphabets, with or without padding; leftover bits must be zero, so each value has one spelling. */
static const char *
bytes_from_text (void *owner, const char *text, size_t length, FieldValue *value)
{
  size_t digits = length;
  while (digits != 0 && length - digits < 2 && text[digits - 1] == '=')
    digits--;
  if (digits % 4 == 1 || (digits != length && length % 4 != 0))
    return "INVALID_BASE64";
  size_t size = digits / 4 * 3 + (digits % 4 == 0 ? 0 : digits % 4 - 1);
  uint8_t *bytes = memory_must (talloc_size (owner, size + 1));
  uint32_t group = 0;
  size_t written = 0;
  for (size_t i = 0; i < digits; i++) {
    int digit = base64_digit (text[i]);
    if (digit < 0)
      return "INVALID_BASE64";
    group = group << 6 | (uint32_t)digit;
    if (i % 4 != 0)
      bytes[written++] = (uint8_t)(group >> (6 - 2 * (i % 4)));
  }
  unsigned spare = digits % 4 == 2 ? 4 : digits % 4 == 3 ? 2 : 0;
  if ((group & ((1u << spare) - 1)) != 0)
    return "INVALID_BASE64";
  value->bytes = (ProtobufCBinaryData){.len = size, .data = bytes};
  return NULL;
}

static const char *
boolean_from_text (const char *text, size_t length, FieldValue *value)
{
  bool yes = length == 4 && memcmp (text, "true", 4) == 0;
  bool no = length == 5 && memcmp (text, "false", 5) == 0;
  value->boolean = yes;
  return yes || no ? NULL : "NOT_A_BOOLEAN";
}

const char *
field_from_text (void *owner, const ProtobufCFieldDescriptor *field, const char *text, size_t length,
                 FieldValue *value)
{
  switch (field->type) {
  case PROTOBUF_C_TYPE_STRING: value->string = memory_string_n (owner, text, length); return NULL;
  case PROTOBUF_C_TYPE_BYTES: return bytes_from_text (owner, text, length, value);
  case PROTOBUF_C_TYPE_ENUM: return enum_from_text (field, text, length, value);
  case PROTOBUF_C_TYPE_BOOL: return boolean_from_text (text, length, value);
  case PROTOBUF_C_TYPE_MESSAGE: return "WRONG_TYPE";
  case PROTOBUF_C_TYPE_FLOAT:
  case PROTOBUF_C_TYPE_DOUBLE: return real_from_text (field, text, length, value);
  default: return integer_from_text (field, text, length, value);
  }
}

ProtobufCMessage *
json_new_message (void *owner, const ProtobufCMessageDescriptor *descriptor)
{
  ProtobufCMessage *message = memory_must (talloc_zero_size (owner, descriptor->sizeof_message));
  protobuf_c_message_init (descriptor, message);
  return message;
}

const char *
json_set_text (void *owner, const ApiMessage *table, ProtobufCMessage *message, unsigned field,
               const char *text, size_t length)
{
  const ProtobufCFieldDescriptor *descriptor = &table->descriptor->fields[field];
  FieldValue value = {0};
  const char *reason = field_from_text (owner, descriptor, text, length, &value);
  if (reason == NULL)
    field_store (owner, message, descriptor, &value);
  return reason;
}

/* The message in a message field, made when it is not there. */
static ProtobufCMessage *
open_message (void *owner, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  ProtobufCMessage *inner = *(ProtobufCMessage **)((char *)message + field->offset);
  if (inner != NULL)
    return inner;
  FieldValue value = {.message = json_new_message (owner, field->descriptor)};
  field_store (owner, message, field, &value);
  return value.message;
}

const char *
json_set_path (void *owner, const ApiMessage *table, ProtobufCMessage *message, const ApiFieldPath *path,
               const char *text, size_t length)
{
  for (unsigned level = 0; level + 1 < path->depth; level++) {
    unsigned field = path->fields[level];
    message = open_message (owner, message, &table->descriptor->fields[field]);
    table = table->fields[field].message;
  }
  return json_set_text (owner, table, message, path->fields[path->depth - 1], text, length);
}
