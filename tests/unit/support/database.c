/* The private PostgreSQL of a test program, by the script common/db/cluster. */
#include "database.h"

#include <libpq-fe.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void
shell (const char *format, ...)
{
  char *command = NULL;
  va_list arguments;
  va_start (arguments, format);
  command = talloc_vasprintf (NULL, format, arguments);
  va_end (arguments);
  int code = system (command);
  if (code != 0)
    fail_msg ("exit %d: %s", code, command);
  talloc_free (command);
}

static const char *
cluster_script (void)
{
  const char *source = getenv ("HEIMO_SOURCE_DIR");
  if (source == NULL)
    fail_msg ("HEIMO_SOURCE_DIR is not set: run the tests through ctest");
  static char path[512];
  snprintf (path, sizeof path, "%s/common/db/cluster", source);
  return path;
}

void
test_database_start (TestDatabase *database)
{
  shell ("HEIMO_FSYNC=off %s start %s/data %s/sock", cluster_script (), database->folder, database->folder);
}

void
test_database_stop (TestDatabase *database)
{
  shell ("%s stop %s/data", cluster_script (), database->folder);
}

void
test_database_crash (TestDatabase *database)
{
  shell ("pid=$(head -1 %s/data/postmaster.pid); kill -QUIT $pid; while kill -0 $pid 2>/dev/null; do sleep "
         "0.02; done",
         database->folder);
  test_database_start (database);
}

static int
destroy (TestDatabase *database)
{
  char command[512];
  snprintf (command, sizeof command, "%s stop %s/data; rm -rf %s", cluster_script (), database->folder,
            database->folder);
  int code = system (command);
  (void)code; /* a leftover is not a failure of the test */
  return 0;
}

/* Applies the "up" part of every migration of a folder, in order. */
static void
migrate (const TestDatabase *database, const char *folder)
{
  shell ("set -e; for file in $(ls %s/%s/*.sql); do sed '/^-- migrate:down/,$d' $file; done | "
         "%s psql %s/sock -d test -f - >/dev/null",
         getenv ("HEIMO_SOURCE_DIR"), folder, cluster_script (), database->folder);
}

TestDatabase *
test_database (void *owner, const char *service)
{
  TestDatabase *database = memory_new (owner, TestDatabase);
  char folder[] = "/tmp/heimo-test.XXXXXX";
  if (mkdtemp (folder) == NULL)
    fail_msg ("no temporary folder");
  database->folder = memory_string (database, folder);
  database->conninfo = memory_format (database, "host=%s/sock user=postgres dbname=test", folder);
  setenv ("HEIMO_SQL_ERRORS", "yes", 1);
  shell ("HEIMO_FSYNC=off HEIMO_SHARED_BUFFERS=32MB %s init %s/data", cluster_script (), folder);
  test_database_start (database);
  talloc_set_destructor (database, destroy);
  shell ("%s psql %s/sock -c 'CREATE DATABASE test'", cluster_script (), folder);
  shell ("%s psql %s/sock -d test -c 'CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist'",
         cluster_script (), folder);
  migrate (database, "common/db/migrations");
  if (service != NULL)
    migrate (database, talloc_asprintf (database, "services/%s/migrations", service));
  return database;
}

Db *
test_connect (void *owner, const TestDatabase *database, const DbConstraint *constraints)
{
  return db_new (owner, database->conninfo, constraints);
}

char *
test_query (void *owner, const TestDatabase *database, const char *sql)
{
  PGconn *connection = PQconnectdb (database->conninfo);
  PGresult *result = PQexec (connection, sql);
  ExecStatusType kind = PQresultStatus (result);
  if (kind != PGRES_TUPLES_OK && kind != PGRES_COMMAND_OK)
    fail_msg ("%s: %s", sql, PQerrorMessage (connection));
  char *value = memory_string (
      owner, kind == PGRES_TUPLES_OK && PQntuples (result) > 0 ? PQgetvalue (result, 0, 0) : "");
  PQclear (result);
  PQfinish (connection);
  return value;
}

/* A byte string reads as hex: both the letters and, bit 5 of them set or not, their codes are looked for. */
uint64_t
test_mentions (void *owner, const TestDatabase *database, const char *text)
{
  char *hex = memory_string (owner, "");
  for (const char *at = text; *at != '\0'; at++)
    hex = memory_must (talloc_asprintf_append (hex, "(%02x|%02x)", *at & ~0x20, *at | 0x20));
  return strtoull (
      test_query (
          owner, database,
          memory_format (owner,
                         "SELECT coalesce (sum ((xpath ('/row/c/text()', query_to_xml (format ("
                         "'SELECT count(*) AS c FROM %%I AS t WHERE t::text ~* %%L', relname, '%s|%s'), "
                         "false, true, '')))[1]::text::bigint), 0) FROM pg_class "
                         "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
                         text, hex)),
      NULL, 10);
}

void
test_assert_success (Status status, const char *file, int line)
{
  if (status_failed (status))
    fail_msg ("%s:%d: %s %s: %s %s", file, line, status_code_name (status.code), status.detail->reason,
              status.detail->message,
              status.detail->violation_count > 0 ? status.detail->violations[0].description : "");
}

static bool
has_reason (const StatusDetail *detail, const char *reason)
{
  for (size_t i = 0; i < detail->violation_count; i++)
    if (strcmp (detail->violations[i].reason, reason) == 0)
      return true;
  return strcmp (detail->reason, reason) == 0;
}

void
test_assert_failure (Status status, StatusCode code, const char *reason, const char *file, int line)
{
  if (!status_failed (status))
    fail_msg ("%s:%d: succeeded, %s was expected", file, line, reason);
  if (status.code != code || !has_reason (status.detail, reason))
    fail_msg ("%s:%d: %s %s (%s), %s %s was expected", file, line, status_code_name (status.code),
              status.detail->reason, status.detail->message, status_code_name (code), reason);
}
