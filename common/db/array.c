/* Arrays as PostgreSQL receives them: the binary form of text[], uuid[], integer[] … for the parameters whose
 * type the query itself tells by a cast (":ids::uuid[]"). It spares quoting here and parsing there; of what
 * a batch costs the database that was a tenth. What this file does not understand goes the long way, as text,
 * so that PostgreSQL says what is wrong with it. */
#include <arpa/inet.h>
#include <string.h>

#include "core/clock.h"
#include "db/private.h"

#define POSTGRES_EPOCH_DAYS 10957 /* 2000-01-01 */
#define POSTGRES_EPOCH_US (INT64_C (86400000000) * POSTGRES_EPOCH_DAYS)

/* Where the next bytes go; the room has been counted before. */
typedef struct Writer {
  uint8_t *at;
} Writer;

static void
put_bytes (Writer *writer, const void *bytes, size_t length)
{
  memcpy (writer->at, bytes, length);
  writer->at += length;
}

static void
put_32 (Writer *writer, uint32_t value)
{
  uint32_t ordered = htonl (value);
  put_bytes (writer, &ordered, sizeof ordered);
}

static void
put_64 (Writer *writer, uint64_t value)
{
  put_32 (writer, (uint32_t)(value >> 32));
  put_32 (writer, (uint32_t)value);
}

/* A whole number of `size` bytes with its length before it; false when it does not fit. */
static bool
put_number (Writer *writer, int64_t value, unsigned size)
{
  if (size < 8 && (value < -(INT64_C (1) << (8 * size - 1)) || value >= INT64_C (1) << (8 * size - 1)))
    return false;
  put_32 (writer, size);
  for (unsigned shift = 8 * size; shift > 0; shift -= 8)
    *writer->at++ = (uint8_t)((uint64_t)value >> (shift - 8));
  return true;
}

static int
hex_digit (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  char lower = (char)(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Two hexadecimal digits; false when they are not. */
static bool
put_hex (Writer *writer, const char *text)
{
  int high = hex_digit (text[0]), low = high < 0 ? -1 : hex_digit (text[1]);
  if (low < 0)
    return false;
  *writer->at++ = (uint8_t)(high << 4 | low);
  return true;
}

static bool
put_text (Writer *writer, const char *text, unsigned size)
{
  (void)size;
  size_t length = strlen (text);
  put_32 (writer, (uint32_t)length);
  put_bytes (writer, text, length);
  return true;
}

static bool
put_uuid (Writer *writer, const char *text, unsigned size)
{
  put_32 (writer, size);
  for (unsigned i = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      if (*text++ != '-')
        return false;
    if (!put_hex (writer, text))
      return false;
    text += 2;
  }
  return *text == '\0';
}

static bool
put_integer (Writer *writer, const char *text, unsigned size)
{
  int64_t value = 0;
  bool negative = *text == '-';
  const char *digit = text + negative;
  if (*digit == '\0' || strlen (digit) > 18)
    return false;
  for (; *digit >= '0' && *digit <= '9'; digit++)
    value = value * 10 + (*digit - '0');
  return *digit == '\0' && put_number (writer, negative ? -value : value, size);
}

static bool
put_boolean (Writer *writer, const char *text, unsigned size)
{
  bool yes = strcmp (text, "t") == 0 || strcmp (text, "true") == 0;
  if (!yes && strcmp (text, "f") != 0 && strcmp (text, "false") != 0)
    return false;
  put_32 (writer, size);
  *writer->at++ = yes;
  return true;
}

/* "\x00ff" */
static bool
put_bytea (Writer *writer, const char *text, unsigned size)
{
  (void)size;
  size_t length = strlen (text);
  if (length < 2 || length % 2 != 0 || text[0] != '\\' || text[1] != 'x')
    return false;
  put_32 (writer, (uint32_t)(length / 2 - 1));
  for (const char *at = text + 2; *at != '\0'; at += 2)
    if (!put_hex (writer, at))
      return false;
  return true;
}

static bool
put_date (Writer *writer, const char *text, unsigned size)
{
  Day day;
  if (strcmp (text, "infinity") == 0)
    return put_number (writer, INT32_MAX, size);
  if (strcmp (text, "-infinity") == 0)
    return put_number (writer, INT32_MIN, size);
  return day_parse (text, &day) == DAY_OK && put_number (writer, (int64_t)day - POSTGRES_EPOCH_DAYS, size);
}

static bool
put_time (Writer *writer, const char *text, unsigned size)
{
  int64_t time;
  return clock_parse (text, &time) && put_number (writer, time - POSTGRES_EPOCH_US, size);
}

/* A type of elements. The numbers are PostgreSQL's and never change. */
typedef struct ElementRow {
  uint32_t type;
  uint32_t array_type;
  unsigned size; /* in bytes; 0: as long as the text */
  bool number;
  bool (*put) (Writer *writer, const char *text, unsigned size);
} ElementRow;

static const ElementRow elements[] = {
    [DB_ELEMENT_TEXT] = {25, 1009, 0, false, put_text},
    [DB_ELEMENT_UUID] = {2950, 2951, 16, false, put_uuid},
    [DB_ELEMENT_SMALLINT] = {21, 1005, 2, true, put_integer},
    [DB_ELEMENT_INTEGER] = {23, 1007, 4, true, put_integer},
    [DB_ELEMENT_BIGINT] = {20, 1016, 8, true, put_integer},
    [DB_ELEMENT_BOOLEAN] = {16, 1000, 1, false, put_boolean},
    [DB_ELEMENT_BYTEA] = {17, 1001, 0, false, put_bytea},
    [DB_ELEMENT_DATE] = {1082, 1182, 4, false, put_date},
    [DB_ELEMENT_TIMESTAMPTZ] = {1184, 1185, 8, false, put_time},
};

uint32_t
db_array_type (DbElement element)
{
  return element == DB_ELEMENT_NONE ? 0 : elements[element].array_type;
}

static bool
is_null (const DbValue *value, size_t i)
{
  return (value->kind == DB_TEXT_ARRAY && value->texts[i] == NULL) ||
         (value->kind == DB_BYTES_ARRAY && value->byte_strings[i].data == NULL);
}

/* Bytes that the array takes at most; *nulls: whether an element is NULL. */
static size_t
count_room (const DbValue *value, const ElementRow *row, bool *nulls)
{
  size_t room = 20 + value->count * (4 + row->size);
  *nulls = false;
  for (size_t i = 0; i < value->count; i++) {
    if (is_null (value, i))
      *nulls = true;
    else if (value->kind == DB_BYTES_ARRAY)
      room += value->byte_strings[i].length;
    else if (value->kind == DB_TEXT_ARRAY && row->size == 0)
      room += strlen (value->texts[i]);
  }
  return room;
}

static bool
put_element (Writer *writer, const DbValue *value, size_t i, const ElementRow *row)
{
  if (is_null (value, i)) {
    put_32 (writer, UINT32_MAX);
    return true;
  }
  if (value->kind == DB_INTEGER_ARRAY)
    return put_number (writer, value->integers[i], row->size);
  if (value->kind == DB_TEXT_ARRAY)
    return row->put (writer, value->texts[i], row->size);
  put_32 (writer, (uint32_t)value->byte_strings[i].length);
  put_bytes (writer, value->byte_strings[i].data, value->byte_strings[i].length);
  return true;
}

bool
db_array_binary (void *owner, const DbValue *value, DbElement element, Bytes *array)
{
  const ElementRow *row = &elements[element];
  if (element == DB_ELEMENT_NONE || (value->kind == DB_INTEGER_ARRAY && !row->number) ||
      (value->kind == DB_BYTES_ARRAY && element != DB_ELEMENT_BYTEA))
    return false;
  bool nulls;
  size_t room = count_room (value, row, &nulls);
  if (room > INT32_MAX)
    return false;
  uint8_t *bytes = memory_must (talloc_size (owner, room));
  Writer writer = {bytes};
  put_32 (&writer, value->count > 0); /* dimensions */
  put_32 (&writer, nulls);
  put_32 (&writer, row->type);
  if (value->count > 0)
    put_64 (&writer, (uint64_t)value->count << 32 | 1); /* so many, counted from 1 */
  for (size_t i = 0; i < value->count; i++)
    if (!put_element (&writer, value, i, row)) {
      talloc_free (bytes);
      return false;
    }
  *array = (Bytes){bytes, (size_t)(writer.at - bytes)};
  return true;
}
