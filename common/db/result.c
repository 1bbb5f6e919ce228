/* Reading results: single values, and rows into messages through the descriptor. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "db/private.h"

/* Type numbers of the system catalogue that never change. */
#define OID_DATE 1082
#define OID_TIMESTAMPTZ 1184

size_t
db_row_count (const DbResult *result)
{
  if (PQresultStatus (result->result) == PGRES_TUPLES_OK)
    return (size_t)PQntuples (result->result);
  return (size_t)strtoull (PQcmdTuples (result->result), NULL, 10);
}

static int
column_number (const DbResult *result, const char *column)
{
  int number = PQfnumber (result->result, column);
  assert (number >= 0 && "the query has no such column");
  return number;
}

const char *
db_value (const DbResult *result, size_t row, const char *column)
{
  int number = column_number (result, column);
  return PQgetisnull (result->result, (int)row, number) ? NULL
                                                        : PQgetvalue (result->result, (int)row, number);
}

int64_t
db_number (const DbResult *result, size_t row, const char *column)
{
  const char *text = db_value (result, row, column);
  if (text == NULL)
    return 0;
  if (text[0] == 't' || text[0] == 'f') /* boolean */
    return text[0] == 't';
  return strtoll (text, NULL, 10);
}

/* "infinity" and "-infinity" have an 'i' first or second. */
static bool
is_infinity (const char *text, bool *negative)
{
  *negative = text[0] == '-';
  return text[0] == 'i' || (text[0] == '-' && text[1] == 'i');
}

Day
db_day (const DbResult *result, size_t row, const char *column, Day if_null)
{
  const char *text = db_value (result, row, column);
  bool negative;
  Day day;
  if (text == NULL)
    return if_null;
  if (is_infinity (text, &negative))
    return negative ? DAY_MIN : DAY_MAX;
  DayError error = day_parse (text, &day);
  assert (error == DAY_OK);
  return error == DAY_OK ? day : if_null;
}

bool
db_parse_time (const char *text, int64_t *value)
{
  bool negative;
  if (is_infinity (text, &negative)) {
    *value = negative ? INT64_MIN : INT64_MAX;
    return false;
  }
  char rfc[40]; /* "2026-11-21 19:07:26.123456+00" with a T and a Z */
  size_t length = strcspn (text, "+");
  if (length > sizeof rfc - 2)
    length = sizeof rfc - 2;
  memcpy (rfc, text, length);
  rfc[10] = 'T';
  memcpy (rfc + length, "Z", 2);
  return clock_parse (rfc, value);
}

int64_t
db_time (const DbResult *result, size_t row, const char *column)
{
  const char *text = db_value (result, row, column);
  int64_t value = 0;
  if (text != NULL)
    db_parse_time (text, &value);
  return value;
}

static int
hex_value (char c)
{
  return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* bytea in hex: "\x00ff". */
static Bytes
decode_bytes (void *owner, const char *text)
{
  size_t length = strlen (text) / 2 - 1;
  uint8_t *data = memory_must (talloc_size (owner, length == 0 ? 1 : length));
  for (size_t i = 0; i < length; i++)
    data[i] = (uint8_t)(hex_value (text[2 + 2 * i]) << 4 | hex_value (text[3 + 2 * i]));
  return (Bytes){data, length};
}

Bytes
db_byte_value (void *owner, const DbResult *result, size_t row, const char *column)
{
  const char *text = db_value (result, row, column);
  return text == NULL ? (Bytes){NULL, 0} : decode_bytes (owner, text);
}

static bool
find_target (const ProtobufCMessageDescriptor *descriptor, const char *name, Target *target)
{
  target->depth = 0;
  while (target->depth < 3) {
    size_t length = strcspn (name, ".");
    char part[64];
    if (length >= sizeof part)
      return false;
    memcpy (part, name, length);
    part[length] = '\0';
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name (descriptor, part);
    if (field == NULL || field->label == PROTOBUF_C_LABEL_REPEATED)
      return false;
    target->path[target->depth++] = field;
    if (name[length] == '\0')
      return field->type != PROTOBUF_C_TYPE_MESSAGE;
    if (field->type != PROTOBUF_C_TYPE_MESSAGE)
      return false;
    descriptor = field->descriptor;
    name += length + 1;
  }
  return false;
}

static TargetList
find_targets (void *owner, const DbResult *result, const ProtobufCMessageDescriptor *descriptor)
{
  int columns = PQnfields (result->result);
  Target *targets = memory_array (owner, Target, columns + 1);
  size_t count = 0;
  for (int i = 0; i < columns; i++) {
    Target *target = &targets[count];
    if (!find_target (descriptor, PQfname (result->result, i), target))
      continue;
    target->column = i;
    target->type = PQftype (result->result, i);
    count++;
  }
  return (TargetList){descriptor, targets, count};
}

/* The same, remembered with the prepared query: its columns stay the same as long as the session. */
static TargetList
targets_of (void *scratch, const DbResult *result, const ProtobufCMessageDescriptor *descriptor)
{
  Db *db = result->db;
  if (result->session != db->session)
    return find_targets (scratch, result, descriptor);
  Prepared *slot = db_prepared_slot (db, result->query);
  if (slot->targets.descriptor != descriptor) {
    talloc_free ((void *)slot->targets.targets);
    slot->targets = find_targets (db->prepared, result, descriptor);
  }
  return slot->targets;
}

/* The texts of a row are cut from one block. */
typedef struct RowTexts {
  void *owner;
  char *at;
} RowTexts;

/* Bytes that a value may take as a text. */
static size_t
text_room (const DbResult *result, size_t row, const Target *target)
{
  size_t length = (size_t)PQgetlength (result->result, (int)row, target->column) + 1;
  return target->type == OID_TIMESTAMPTZ && length < CLOCK_TEXT_SIZE ? CLOCK_TEXT_SIZE : length;
}

static const char *
read_text (RowTexts *texts, const char *text, Oid type)
{
  bool negative;
  int64_t time;
  char *copy = texts->at;
  if (text[0] == '\0')
    return "";
  if ((type == OID_TIMESTAMPTZ || type == OID_DATE) && is_infinity (text, &negative))
    return "";
  if (type == OID_TIMESTAMPTZ && db_parse_time (text, &time))
    clock_format (time, copy);
  else
    memcpy (copy, text, strlen (text) + 1);
  texts->at += strlen (copy) + 1;
  return copy;
}

static void
read_field (RowTexts *texts, const char *text, Oid type, const ProtobufCFieldDescriptor *field, void *member)
{
  void *owner = texts->owner;
  switch (field->type) {
  case PROTOBUF_C_TYPE_STRING: *(const char **)member = read_text (texts, text, type); break;
  case PROTOBUF_C_TYPE_BYTES: {
    Bytes bytes = decode_bytes (owner, text);
    *(ProtobufCBinaryData *)member = (ProtobufCBinaryData){bytes.length, (uint8_t *)(uintptr_t)bytes.data};
    break;
  }
  case PROTOBUF_C_TYPE_BOOL: *(protobuf_c_boolean *)member = text[0] == 't'; break;
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_SINT32:
  case PROTOBUF_C_TYPE_ENUM: *(int32_t *)member = (int32_t)strtol (text, NULL, 10); break;
  case PROTOBUF_C_TYPE_UINT32: *(uint32_t *)member = (uint32_t)strtoul (text, NULL, 10); break;
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64: *(int64_t *)member = strtoll (text, NULL, 10); break;
  case PROTOBUF_C_TYPE_UINT64: *(uint64_t *)member = strtoull (text, NULL, 10); break;
  default: assert (false && "a column cannot be read into a field of this type");
  }
}

static ProtobufCMessage *
new_message (void *owner, const ProtobufCMessageDescriptor *descriptor)
{
  ProtobufCMessage *message = memory_must (talloc_zero_size (owner, descriptor->sizeof_message));
  descriptor->message_init (message);
  return message;
}

static void
read_target (RowTexts *texts, const DbResult *result, size_t row, const Target *target,
             ProtobufCMessage *message)
{
  if (PQgetisnull (result->result, (int)row, target->column))
    return;
  for (size_t i = 0; i + 1 < target->depth; i++) {
    ProtobufCMessage **nested = (ProtobufCMessage **)(void *)((char *)message + target->path[i]->offset);
    if (*nested == NULL)
      *nested = new_message (texts->owner, target->path[i]->descriptor);
    message = *nested;
  }
  const ProtobufCFieldDescriptor *field = target->path[target->depth - 1];
  read_field (texts, PQgetvalue (result->result, (int)row, target->column), target->type, field,
              (char *)message + field->offset);
}

static void
read_row (void *owner, const DbResult *result, size_t row, const TargetList *list, ProtobufCMessage *message)
{
  size_t room = 1;
  for (size_t i = 0; i < list->count; i++)
    room += text_room (result, row, &list->targets[i]);
  RowTexts texts = {owner, memory_must (talloc_size (owner, room))};
  for (size_t i = 0; i < list->count; i++)
    read_target (&texts, result, row, &list->targets[i], message);
}

void
db_read_row (void *owner, const DbResult *result, size_t row, ProtobufCMessage *message)
{
  TargetList list = targets_of (owner, result, message->descriptor);
  read_row (owner, result, row, &list, message);
}

void *
db_read_rows (void *owner, const DbResult *result, const ProtobufCMessageDescriptor *descriptor,
              size_t *count)
{
  size_t rows = (size_t)PQntuples (result->result);
  *count = rows;
  if (rows == 0)
    return NULL;
  TargetList list = targets_of (owner, result, descriptor);
  ProtobufCMessage **messages = memory_array (owner, ProtobufCMessage *, rows);
  for (size_t row = 0; row < rows; row++) {
    messages[row] = new_message (owner, descriptor);
    read_row (owner, result, row, &list, messages[row]);
  }
  return messages;
}
