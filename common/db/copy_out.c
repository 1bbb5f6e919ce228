/* COPY … TO STDOUT in the binary format: the quickest way to read many rows. */
#include <assert.h>
#include <endian.h>
#include <string.h>

#include "db/private.h"

enum {
  SIGNATURE_BYTES = 11,
  HEADER_BYTES = 19,    /* signature, flags, length of the extension */
  DAYS_TO_2000 = 10957, /* from 1970; PostgreSQL counts from 2000 */
  UNTOLD = -1           /* number of fields of the trailer */
};

static const uint8_t signature[SIGNATURE_BYTES] = "PGCOPY\n\377\r\n";

Status
db_copy_out (Db *db, void *owner, const char *sql)
{
  assert (db->state == DB_TRANSACTION);
  Status status = STATUS_SUCCESS;
  PGresult *result = PQexec (db->connection, sql);
  if (PQresultStatus (result) == PGRES_COPY_OUT) {
    db->state = DB_COPYING_OUT;
    db->copy_headed = false;
  } else {
    status = db_failure (db, owner, result);
  }
  PQclear (result);
  return status;
}

/* The rows have ended: how. */
static Status
end_copy (Db *db, void *owner)
{
  Status status = STATUS_SUCCESS;
  PGresult *result;
  while (db->connection != NULL && (result = PQgetResult (db->connection)) != NULL) {
    if (!status_failed (status) && PQresultStatus (result) != PGRES_COMMAND_OK)
      status = db_failure (db, owner, result);
    PQclear (result);
  }
  if (db->connection != NULL)
    db->state = DB_TRANSACTION;
  return status;
}

/* The length of the header at the beginning of the first row. */
static size_t
header_length (const uint8_t *bytes, size_t length)
{
  uint32_t extension;
  if (length < HEADER_BYTES || memcmp (bytes, signature, SIGNATURE_BYTES) != 0)
    return length;
  memcpy (&extension, bytes + HEADER_BYTES - sizeof extension, sizeof extension);
  return HEADER_BYTES + (size_t)be32toh (extension);
}

static int32_t
take_number (const uint8_t **at, size_t bytes)
{
  uint16_t narrow;
  uint32_t wide;
  if (bytes == sizeof narrow) {
    memcpy (&narrow, *at, sizeof narrow);
    *at += bytes;
    return (int16_t)be16toh (narrow);
  }
  memcpy (&wide, *at, sizeof wide);
  *at += bytes;
  return (int32_t)be32toh (wide);
}

Status
db_copy_next (Db *db, void *owner, DbField *fields, size_t count, bool *more)
{
  assert (db->state == DB_COPYING_OUT);
  PQfreemem (db->copied);
  db->copied = NULL;
  *more = false;
  int length = PQgetCopyData (db->connection, &db->copied, 0);
  if (length == -2)
    return db_failure (db, owner, NULL);
  if (length < 0)
    return end_copy (db, owner);
  const uint8_t *at = (const uint8_t *)db->copied, *end = at + length;
  if (!db->copy_headed)
    at += header_length (at, (size_t)length);
  db->copy_headed = true;
  int32_t told = at == end ? UNTOLD : take_number (&at, sizeof (uint16_t));
  if (told == UNTOLD) /* the trailer; what follows is the end */
    return db_copy_next (db, owner, fields, count, more);
  assert ((size_t)told == count);
  for (size_t i = 0; i < count; i++) {
    int32_t size = take_number (&at, sizeof (uint32_t));
    fields[i] = (DbField){at, size};
    at += size > 0 ? size : 0;
  }
  *more = true;
  return STATUS_SUCCESS;
}

int64_t
db_field_number (DbField field)
{
  uint64_t number = 0;
  if (field.length <= 0)
    return 0;
  for (int32_t i = 0; i < field.length; i++)
    number = number << 8 | field.data[i];
  unsigned unused = 64U - 8U * (unsigned)field.length;
  return (int64_t)(number << unused) >> unused;
}

Day
db_field_day (DbField field, Day if_null)
{
  if (field.length < 0)
    return if_null;
  int32_t day = (int32_t)db_field_number (field);
  return day == INT32_MIN ? DAY_MIN : day == INT32_MAX ? DAY_MAX : day + DAYS_TO_2000;
}

const char *
db_field_text (DbField field, char *buffer, size_t size)
{
  size_t length = field.length < 0 ? 0 : (size_t)field.length;
  assert (length < size);
  memcpy (buffer, field.length < 0 ? (const uint8_t *)"" : field.data, length);
  buffer[length] = '\0';
  return buffer;
}
