/* The connection: making it, losing it, transactions, and what PostgreSQL's errors mean. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db/private.h"

#define ATTEMPT_EVERY_US INT64_C (100000)
#define RETRY_AFTER_MS 1000

static int
db_destroy (Db *db)
{
  PQfreemem (db->copied);
  if (db->connection != NULL)
    PQfinish (db->connection);
  return 0;
}

Db *
db_new (void *owner, const char *conninfo, const DbConstraint *constraints)
{
  Db *db = memory_new (owner, Db);
  db->conninfo = memory_string (db, conninfo);
  db->constraints = constraints;
  db->prepared_capacity = 256;
  db->prepared = memory_array (db, Prepared, db->prepared_capacity);
  talloc_set_destructor (db, db_destroy);
  return db;
}

Db *
db_sibling (void *owner, const Db *db)
{
  return db_new (owner, db->conninfo, db->constraints);
}

static int64_t
monotonic_now (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
disconnect (Db *db)
{
  PQfreemem (db->copied);
  db->copied = NULL;
  if (db->connection != NULL)
    PQfinish (db->connection);
  db->connection = NULL;
  db->state = DB_DISCONNECTED;
}

static void
ignore_notice (void *arg, const PGresult *result)
{
  (void)arg;
  (void)result;
}

/* What every session must have, whatever the server's defaults are. */
static const char session_settings[] =
    "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'iso_8601'; "
    "SET bytea_output = 'hex'; SET client_min_messages = 'warning'; "
    "SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'; "
    "SET statement_timeout = '60s'; SET plan_cache_mode = 'auto'";

Status
db_connect (Db *db, void *owner)
{
  if (db->state != DB_DISCONNECTED)
    return STATUS_SUCCESS;
  int64_t now = monotonic_now ();
  if (now < db->next_attempt)
    return status_unavailable (owner, RETRY_AFTER_MS, "DATABASE_UNAVAILABLE",
                               "The database cannot be reached");
  db->next_attempt = now + ATTEMPT_EVERY_US;
  const char *const keywords[] = {"dbname", "connect_timeout", "client_encoding", "fallback_application_name",
                                  NULL};
  const char *const values[] = {db->conninfo, "3", "UTF8", "heimo", NULL};
  db->connection = PQconnectdbParams (keywords, values, 1);
  if (PQstatus (db->connection) != CONNECTION_OK) {
    disconnect (db);
    return status_unavailable (owner, RETRY_AFTER_MS, "DATABASE_UNAVAILABLE",
                               "The database cannot be reached");
  }
  PQsetNoticeReceiver (db->connection, ignore_notice, NULL);
  db->state = DB_IDLE;
  db->limit_ms = 60000;
  db_forget_prepared (db);
  return db_simple (db, owner, session_settings);
}

static const DbConstraint *
find_constraint (const Db *db, const char *name)
{
  if (db->constraints == NULL || name == NULL)
    return NULL;
  for (const DbConstraint *row = db->constraints; row->name != NULL; row++)
    if (strcmp (row->name, name) == 0)
      return row;
  return NULL;
}

static Status
constraint_failure (const Db *db, void *owner, const PGresult *result)
{
  const char *name = PQresultErrorField (result, PG_DIAG_CONSTRAINT_NAME);
  const DbConstraint *row = find_constraint (db, name);
  if (row == NULL)
    return status_error (owner, STATUS_FAILED_PRECONDITION, "CONSTRAINT",
                         "The change breaks the constraint %s", name == NULL ? "of the database" : name);
  Status status = status_error (owner, row->code, row->reason, "%s", row->message);
  if (row->field != NULL)
    status_add_violation (&status, owner, row->field, row->reason, "%s", row->message);
  return status;
}

/* One row for each class of SQLSTATE that callers can do something about. The longest match comes first. */
typedef struct StateRow {
  const char *prefix;
  StatusCode code;
  const char *reason;
  const char *message;
} StateRow;

static const StateRow state_rows[] = {
    {"40", STATUS_ABORTED, "CONFLICT", "Another change came in between"},
    {"55P03", STATUS_ABORTED, "CONFLICT", "Another change holds the row"},
    {"57014", STATUS_DEADLINE_EXCEEDED, "STATEMENT_TIMEOUT",
     "The database took longer than the deadline allows"},
    {"57P", STATUS_UNAVAILABLE, "DATABASE_UNAVAILABLE", "The database is restarting"},
    {"08", STATUS_UNAVAILABLE, "DATABASE_UNAVAILABLE", "The database cannot be reached"},
    {"53", STATUS_UNAVAILABLE, "DATABASE_RESOURCES",
     "The database is out of disk space, memory or connections"},
    {"25006", STATUS_UNAVAILABLE, "DATABASE_READ_ONLY", "The database takes no writes now"},
    {"25P03", STATUS_DEADLINE_EXCEEDED, "IDLE_TRANSACTION", "The transaction was idle for too long"},
};

/* An error without a SQLSTATE is libpq's own: the connection broke. So did it when the server says it is
 * going down. */
static bool
is_lost (const Db *db, const char *state)
{
  return PQstatus (db->connection) != CONNECTION_OK || state == NULL || strncmp (state, "57P", 3) == 0 ||
         strncmp (state, "08", 2) == 0;
}

Status
db_failure (Db *db, void *owner, const PGresult *result)
{
  const char *state = result == NULL ? NULL : PQresultErrorField (result, PG_DIAG_SQLSTATE);
  if (is_lost (db, state)) {
    disconnect (db);
    return status_unavailable (owner, RETRY_AFTER_MS, "DATABASE_UNAVAILABLE",
                               "The connection to the database broke");
  }
  if (strncmp (state, "23", 2) == 0)
    return constraint_failure (db, owner, result);
  for (size_t i = 0; i < sizeof state_rows / sizeof *state_rows; i++) {
    const StateRow *row = &state_rows[i];
    if (strncmp (state, row->prefix, strlen (row->prefix)) != 0)
      continue;
    Status status = status_error (owner, row->code, row->reason, "%s", row->message);
    status.detail->retry_after_ms = row->code == STATUS_UNAVAILABLE ? RETRY_AFTER_MS : 0;
    return status;
  }
  /* The primary message may quote a value, which may be personal: only the state and the object's names go
   * on. */
  const char *table = result == NULL ? NULL : PQresultErrorField (result, PG_DIAG_TABLE_NAME);
  const char *where = result == NULL ? NULL : PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY);
  if (getenv ("HEIMO_SQL_ERRORS") != NULL) /* tests only */
    fprintf (stderr, "sql: %s %s\n", state, where == NULL ? "" : where);
  return status_error (owner, STATUS_INTERNAL, "DATABASE", "SQLSTATE %s%s%s", state,
                       table == NULL ? "" : " table ", table == NULL ? "" : table);
}

Status
db_simple (Db *db, void *owner, const char *sql)
{
  Status status = STATUS_SUCCESS;
  PGresult *result = PQexec (db->connection, sql);
  ExecStatusType kind = PQresultStatus (result);
  if (kind != PGRES_COMMAND_OK && kind != PGRES_TUPLES_OK && kind != PGRES_EMPTY_QUERY)
    status = db_failure (db, owner, result);
  PQclear (result);
  return status;
}

static Status
begin (Db *db, void *owner, const char *kind, unsigned timeout_ms)
{
  assert (!db_in_transaction (db));
  Status status = db_connect (db, owner);
  if (status_failed (status))
    return status;
  char sql[160];
  snprintf (sql, sizeof sql, "BEGIN %s; SET LOCAL statement_timeout = %u", kind,
            timeout_ms == 0 ? 1 : timeout_ms);
  status = db_simple (db, owner, sql);
  if (!status_failed (status))
    db->state = DB_TRANSACTION;
  return status;
}

Status
db_begin (Db *db, void *owner, unsigned timeout_ms)
{
  Status status = begin (db, owner, "", timeout_ms);
  if (status_failed (status) && status.code == STATUS_UNAVAILABLE && db->state == DB_DISCONNECTED) {
    db->next_attempt =
        0; /* the session may have died while idle: nothing was done yet, so one new attempt is safe */
    status = begin (db, owner, "", timeout_ms);
  }
  return status;
}

Status
db_begin_snapshot (Db *db, void *owner, unsigned timeout_ms)
{
  return begin (db, owner, "ISOLATION LEVEL REPEATABLE READ READ ONLY", timeout_ms);
}

Status
db_commit (Db *db, void *owner)
{
  assert (db->state == DB_TRANSACTION);
  Status status = STATUS_SUCCESS;
  PGresult *result = PQexec (db->connection, "COMMIT");
  if (PQresultStatus (result) != PGRES_COMMAND_OK) {
    status = db_failure (db, owner, result);
    if (db->state == DB_DISCONNECTED)
      status = status_unavailable (
          owner, RETRY_AFTER_MS, "OUTCOME_UNKNOWN",
          "The database did not say whether the change was stored; retry with the same key");
  } else if (strcmp (PQcmdStatus (result), "COMMIT") != 0) /* ROLLBACK: a statement before had failed */
    status = status_error (owner, STATUS_INTERNAL, "DATABASE",
                           "The transaction had failed before it was committed");
  PQclear (result);
  if (db->state == DB_TRANSACTION)
    db->state = DB_IDLE;
  return status;
}

/* Ends a COPY TO STDOUT before its last row. */
static void
stop_copy_out (Db *db)
{
  PGcancel *cancel = PQgetCancel (db->connection);
  char reason[256];
  if (cancel != NULL) /* when it cannot be delivered, the rest is read and thrown away */
    (void)PQcancel (cancel, reason, sizeof reason);
  PQfreeCancel (cancel);
  char *row = NULL;
  while (PQgetCopyData (db->connection, &row, 0) > 0)
    PQfreemem (row);
  PGresult *result;
  while ((result = PQgetResult (db->connection)) != NULL)
    PQclear (result);
}

void
db_rollback (Db *db)
{
  if (!db_in_transaction (db))
    return;
  if (db->state == DB_COPYING_OUT)
    stop_copy_out (db);
  if (db->state == DB_COPYING) { /* ends the COPY with an error; its result is thrown away */
    PQputCopyEnd (db->connection, "rolled back");
    PGresult *result;
    while ((result = PQgetResult (db->connection)) != NULL)
      PQclear (result);
  }
  PGresult *result = PQexec (db->connection, "ROLLBACK");
  bool rolled_back = PQresultStatus (result) == PGRES_COMMAND_OK;
  PQclear (result);
  if (rolled_back)
    db->state = DB_IDLE;
  else
    disconnect (db);
}

bool
db_in_transaction (const Db *db)
{
  return db->state == DB_TRANSACTION || db->state == DB_COPYING || db->state == DB_COPYING_OUT;
}

Status
db_limit (Db *db, void *owner, unsigned timeout_ms)
{
  static const unsigned steps[] = {1000, 5000, 30000, 60000};
  unsigned limit = steps[3];
  for (size_t i = 0; i < 4 && limit == steps[3]; i++)
    if (timeout_ms <= steps[i])
      limit = steps[i];
  Status status = db_connect (db, owner);
  if (status_failed (status) || db->limit_ms == limit)
    return status;
  char sql[64];
  snprintf (sql, sizeof sql, "SET statement_timeout = %u", limit);
  status = db_simple (db, owner, sql);
  if (!status_failed (status))
    db->limit_ms = limit;
  return status;
}

Status
db_script (Db *db, void *owner, const char *sql)
{
  Status status = db_connect (db, owner);
  return status_failed (status) ? status : db_simple (db, owner, sql);
}
