/* COPY … FROM STDIN in the text format: the quickest way to store many rows. */
#include <assert.h>
#include <string.h>

#include "db/private.h"

Status
db_copy_begin (Db *db, void *owner, const char *sql)
{
  assert (db->state == DB_TRANSACTION);
  Status status = STATUS_SUCCESS;
  PGresult *result = PQexec (db->connection, sql);
  if (PQresultStatus (result) == PGRES_COPY_IN)
    db->state = DB_COPYING;
  else
    status = db_failure (db, owner, result);
  PQclear (result);
  return status;
}

/* Writes a value with the escapes of the format; returns where it ends. */
static char *
put_value (char *at, const char *value)
{
  static const char plain[] = "\b\f\n\r\t\v\\";
  static const char escapes[] = "bfnrtv\\";
  if (value == NULL) {
    memcpy (at, "\\N", 2);
    return at + 2;
  }
  for (; *value != '\0'; value++) {
    const char *special = strchr (plain, *value);
    if (special == NULL) {
      *at++ = *value;
      continue;
    }
    *at++ = '\\';
    *at++ = escapes[special - plain];
  }
  return at;
}

Status
db_copy_row (Db *db, void *owner, const char *const *values, size_t count)
{
  assert (db->state == DB_COPYING);
  char small[2048];
  size_t size = 1;
  for (size_t i = 0; i < count; i++)
    size += values[i] == NULL ? 3 : strlen (values[i]) * 2 + 1;
  char *line = size <= sizeof small ? small : memory_must (talloc_size (owner, size));
  char *at = line;
  for (size_t i = 0; i < count; i++) {
    if (i > 0)
      *at++ = '\t';
    at = put_value (at, values[i]);
  }
  *at++ = '\n';
  int sent = PQputCopyData (db->connection, line, (int)(at - line));
  if (line != small)
    talloc_free (line);
  return sent == 1 ? STATUS_SUCCESS : db_failure (db, owner, NULL);
}

Status
db_copy_end (Db *db, void *owner)
{
  assert (db->state == DB_COPYING);
  Status status = STATUS_SUCCESS;
  if (PQputCopyEnd (db->connection, NULL) != 1)
    return db_failure (db, owner, NULL);
  PGresult *result;
  while ((result = PQgetResult (db->connection)) != NULL) {
    if (!status_failed (status) && PQresultStatus (result) != PGRES_COMMAND_OK)
      status = db_failure (db, owner, result);
    PQclear (result);
    if (db->connection == NULL)
      return status;
  }
  db->state = DB_TRANSACTION;
  return status;
}
