/* Walking packed bytes before protobuf-c sees them. The recursion is bounded by API_DEPTH_MAX; nothing is
 * allocated until something is wrong. */
#include "core/text.h"
#include "core/validate.h"

typedef enum WireType { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 } WireType;

/* What is wrong; the rows of `faults`. */
typedef enum Fault { FAULT_NONE, FAULT_MALFORMED, FAULT_DEEP, FAULT_MANY, FAULT_TEXT } Fault;

static const struct {
  const char *reason;
  const char *message;
} faults[] = {
    [FAULT_NONE] = {"", ""},
    [FAULT_MALFORMED] = {"MALFORMED", "The bytes are not a message of type %s"},
    [FAULT_DEEP] = {"TOO_DEEP", "The message %s is nested too deeply"},
    [FAULT_MANY] = {"TOO_MANY_VALUES", "The message %s has too many values"},
    [FAULT_TEXT] = {"INVALID_TEXT", "A string in the message %s is not UTF-8 or has a NUL"},
};

/* The rest of a message. */
typedef struct Cursor {
  const uint8_t *at;
  const uint8_t *end;
} Cursor;

enum { SEEN_WORDS = 8, SEEN_FIELDS = 64 * SEEN_WORDS }; /* fields of a message watched for doubles */

static bool
take_varint (Cursor *cursor, uint64_t *value)
{
  *value = 0;
  for (unsigned shift = 0; shift < 70 && cursor->at < cursor->end; shift += 7) {
    uint8_t byte = *cursor->at++;
    if (shift == 63 && byte > 1)
      return false;
    *value |= (uint64_t)(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0)
      return true;
  }
  return false;
}

static bool
take_bytes (Cursor *cursor, size_t length, Cursor *taken)
{
  if (length > (size_t)(cursor->end - cursor->at))
    return false;
  *taken = (Cursor){cursor->at, cursor->at + length};
  cursor->at += length;
  return true;
}

static bool
take_value (Cursor *cursor, WireType type, Cursor *taken)
{
  uint64_t number;
  switch (type) {
  case WIRE_VARINT: *taken = *cursor; return take_varint (cursor, &number);
  case WIRE_FIXED64: return take_bytes (cursor, 8, taken);
  case WIRE_FIXED32: return take_bytes (cursor, 4, taken);
  case WIRE_BYTES:
    return take_varint (cursor, &number) && number <= SIZE_MAX && take_bytes (cursor, (size_t)number, taken);
  default: return false; /* groups, and numbers that are no wire type */
  }
}

static WireType
wire_type_of (ProtobufCType type)
{
  switch (type) {
  case PROTOBUF_C_TYPE_SFIXED32:
  case PROTOBUF_C_TYPE_FIXED32:
  case PROTOBUF_C_TYPE_FLOAT: return WIRE_FIXED32;
  case PROTOBUF_C_TYPE_SFIXED64:
  case PROTOBUF_C_TYPE_FIXED64:
  case PROTOBUF_C_TYPE_DOUBLE: return WIRE_FIXED64;
  case PROTOBUF_C_TYPE_STRING:
  case PROTOBUF_C_TYPE_BYTES:
  case PROTOBUF_C_TYPE_MESSAGE: return WIRE_BYTES;
  default: return WIRE_VARINT;
  }
}

static Fault
check_packed (WireType type, Cursor values)
{
  while (values.at < values.end) {
    Cursor taken;
    if (!take_value (&values, type, &taken))
      return FAULT_MALFORMED;
  }
  return FAULT_NONE;
}

static Fault check_message (const ProtobufCMessageDescriptor *descriptor, Cursor bytes, unsigned depth,
                            size_t *values);

static Fault
check_content (const ProtobufCFieldDescriptor *field, Cursor content, unsigned depth, size_t *values)
{
  size_t length = (size_t)(content.end - content.at);
  if (field->type == PROTOBUF_C_TYPE_MESSAGE)
    return depth >= API_DEPTH_MAX ? FAULT_DEEP
                                  : check_message (field->descriptor, content, depth + 1, values);
  if (field->type == PROTOBUF_C_TYPE_STRING && !text_is_utf8 ((const char *)content.at, length))
    return FAULT_TEXT;
  return FAULT_NONE;
}

/* A single field may occur once: senders never do otherwise, and merging is the least tested part of
 * unpackers. */
static bool
seen_before (const ProtobufCMessageDescriptor *descriptor, const ProtobufCFieldDescriptor *field,
             uint64_t *seen)
{
  size_t index = (size_t)(field - descriptor->fields);
  if (field->label == PROTOBUF_C_LABEL_REPEATED || index >= SEEN_FIELDS)
    return false;
  uint64_t bit = UINT64_C (1) << (index % 64);
  bool before = (seen[index / 64] & bit) != 0;
  seen[index / 64] |= bit;
  return before;
}

static Fault
check_message (const ProtobufCMessageDescriptor *descriptor, Cursor bytes, unsigned depth, size_t *values)
{
  uint64_t seen[SEEN_WORDS] = {0};
  Fault fault = FAULT_NONE;
  while (bytes.at < bytes.end && fault == FAULT_NONE) {
    uint64_t tag;
    Cursor content;
    if (!take_varint (&bytes, &tag) || tag > UINT32_MAX || tag >> 3 == 0)
      return FAULT_MALFORMED;
    WireType type = (WireType)(tag & 7);
    if (!take_value (&bytes, type, &content))
      return FAULT_MALFORMED;
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field (descriptor, (unsigned)(tag >> 3));
    if ((type == WIRE_BYTES || field == NULL) && ++*values > VALIDATE_VALUES_MAX)
      return FAULT_MANY;
    if (field == NULL)
      continue;
    WireType wanted = wire_type_of (field->type);
    bool packed = type == WIRE_BYTES && wanted != WIRE_BYTES && field->label == PROTOBUF_C_LABEL_REPEATED;
    if ((type != wanted && !packed) || seen_before (descriptor, field, seen))
      return FAULT_MALFORMED;
    if (packed)
      fault = check_packed (wanted, content);
    else if (type == WIRE_BYTES)
      fault = check_content (field, content, depth, values);
  }
  return fault;
}

Status
validate_wire (void *owner, const ProtobufCMessageDescriptor *descriptor, Bytes bytes)
{
  size_t values = 0;
  Cursor cursor = {bytes.data, bytes.length == 0 ? bytes.data : bytes.data + bytes.length};
  Fault fault = check_message (descriptor, cursor, 1, &values);
  if (fault == FAULT_NONE)
    return STATUS_SUCCESS;
  return status_error (owner, STATUS_INVALID_ARGUMENT, faults[fault].reason, faults[fault].message,
                       descriptor->name);
}
