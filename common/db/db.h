/* Db: one PostgreSQL connection, used by one thread.
 *
 * It connects by itself when it is first used and again after PostgreSQL restarted; in between everything
 * answers UNAVAILABLE / DATABASE_UNAVAILABLE with a time to retry. Statements are named queries from sql/
 * files, embedded at build time (see sqlgen.c) and prepared on first use in a session.
 */
#ifndef HEIMO_DB_DB_H
#define HEIMO_DB_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "core/day.h"
#include "core/memory.h"
#include "core/status.h"

typedef struct Db Db;

/* What an array holds, where the query says so by a cast: ":ids::uuid[]". */
typedef enum DbElement {
  DB_ELEMENT_NONE, /* no array, or PostgreSQL finds out */
  DB_ELEMENT_TEXT,
  DB_ELEMENT_UUID,
  DB_ELEMENT_SMALLINT,
  DB_ELEMENT_INTEGER,
  DB_ELEMENT_BIGINT,
  DB_ELEMENT_BOOLEAN,
  DB_ELEMENT_BYTEA,
  DB_ELEMENT_DATE,
  DB_ELEMENT_TIMESTAMPTZ
} DbElement;

/* A named query. In the .sql file it begins with a line "-- name: person_get" and its parameters are written
 * :name, or :name? when an empty text stands for SQL NULL; here they are $1, $2 … in the order of
 * `parameters`. */
typedef struct DbQuery {
  const char *name;
  const char *sql;
  size_t parameter_count;
  const char *const *parameters;
  const DbElement *elements; /* of each parameter; NULL: none is an array with a cast */
} DbQuery;

/* What a broken constraint means to the caller: a row of a service's table. Looked up by the constraint's
 * name. */
typedef struct DbConstraint {
  const char *name; /* of the constraint or unique index in the schema */
  StatusCode code;
  const char *field;  /* JSON path of the request field; NULL: none */
  const char *reason; /* UPPER_SNAKE */
  const char *message;
} DbConstraint;

/* A connection to `conninfo` (libpq's key=value form or URI) that is not made before it is needed.
 * `constraints` ends with a row whose name is NULL; may be NULL. */
Db *db_new (void *owner, const char *conninfo, const DbConstraint *constraints);

/* Connects if there is no connection. UNAVAILABLE when PostgreSQL cannot be reached; at most one attempt is
 * made every 100 ms. */
Status db_connect (Db *db, void *owner) MUST_CHECK;

/* How a transaction ends or begins. A second db_begin inside a transaction is a programming error (assert).
 */
Status db_begin (Db *db, void *owner, unsigned timeout_ms) MUST_CHECK;

/* A read-only transaction in which every statement sees the same state. */
Status db_begin_snapshot (Db *db, void *owner, unsigned timeout_ms) MUST_CHECK;

/* Commits. UNAVAILABLE / OUTCOME_UNKNOWN when the connection broke before the answer came: the change may or
 * may not have taken effect. */
Status db_commit (Db *db, void *owner) MUST_CHECK;

/* Rolls back if a transaction is open. Cannot fail: a broken connection has rolled back by itself. */
void db_rollback (Db *db);

/* True between db_begin and db_commit or db_rollback. */
bool db_in_transaction (const Db *db);

/* Sets the statement timeout of statements outside transactions, rounded up to 1, 5, 30 or 60 s; costs a
 * round trip only when it changes. */
Status db_limit (Db *db, void *owner, unsigned timeout_ms) MUST_CHECK;

/* A value for a parameter. Make one with the functions below. */
typedef enum DbKind {
  DB_NULL,
  DB_TEXT,
  DB_INTEGER,
  DB_BOOLEAN,
  DB_BYTES,
  DB_TEXT_ARRAY,
  DB_INTEGER_ARRAY,
  DB_BYTES_ARRAY,
  DB_MESSAGE
} DbKind;

typedef struct DbValue {
  const char *name;
  DbKind kind;
  union {
    const char *text;
    int64_t integer;
    bool boolean;
    Bytes bytes;
    const ProtobufCMessage *message;
    const char *const *texts;
    const int64_t *integers;
    const Bytes *byte_strings;
  };
  size_t count; /* of arrays */
} DbValue;

/* The text; NULL is SQL NULL. */
static inline DbValue
db_text (const char *name, const char *text)
{
  return (DbValue){.name = name, .kind = text == NULL ? DB_NULL : DB_TEXT, .text = text};
}

/* The text, or SQL NULL when it is empty: for dates, ids and the like. */
static inline DbValue
db_text_or_null (const char *name, const char *text)
{
  return db_text (name, text != NULL && *text != '\0' ? text : NULL);
}

static inline DbValue
db_integer (const char *name, int64_t integer)
{
  return (DbValue){.name = name, .kind = DB_INTEGER, .integer = integer};
}

static inline DbValue
db_boolean (const char *name, bool boolean)
{
  return (DbValue){.name = name, .kind = DB_BOOLEAN, .boolean = boolean};
}

static inline DbValue
db_bytes (const char *name, Bytes bytes)
{
  return (DbValue){.name = name, .kind = bytes.data == NULL ? DB_NULL : DB_BYTES, .bytes = bytes};
}

/* Arrays, for unnest(:name::text[]) and = ANY(:name). A NULL element is SQL NULL. */
static inline DbValue
db_texts (const char *name, const char *const *texts, size_t count)
{
  return (DbValue){.name = name, .kind = DB_TEXT_ARRAY, .texts = texts, .count = count};
}

static inline DbValue
db_integers (const char *name, const int64_t *integers, size_t count)
{
  return (DbValue){.name = name, .kind = DB_INTEGER_ARRAY, .integers = integers, .count = count};
}

static inline DbValue
db_byte_strings (const char *name, const Bytes *byte_strings, size_t count)
{
  return (DbValue){.name = name, .kind = DB_BYTES_ARRAY, .byte_strings = byte_strings, .count = count};
}

/* Every parameter that no other value names is taken from the message's field of that name (strings, numbers,
 * enums, booleans, bytes). */
static inline DbValue
db_message (const ProtobufCMessage *message)
{
  return (DbValue){.name = NULL, .kind = DB_MESSAGE, .message = message};
}

/* The rows of a query. Owned by the context given to db_run. */
typedef struct DbResult DbResult;

/* Two arguments made of a list of values: DB_VALUES (db_text ("a", x), db_integer ("b", 1)). */
#define DB_VALUES(...)                                                                                       \
  (const DbValue[]){__VA_ARGS__}, sizeof ((const DbValue[]){__VA_ARGS__}) / sizeof (DbValue)

/* Runs a query. `result` may be NULL. A parameter without a value is INTERNAL. Database errors become: broken
 * constraint — its row in the constraint table, else FAILED_PRECONDITION / CONSTRAINT; serialization or
 * deadlock — ABORTED / CONFLICT (the skeleton runs the handler again); timeout — DEADLINE_EXCEEDED;
 * connection — UNAVAILABLE. */
Status db_run (Db *db, void *owner, const DbQuery *query, const DbValue *values, size_t count,
               DbResult **result) MUST_CHECK;

/* Runs a last query and commits in one round trip: for statements that hold a lock others wait for. Fails as
 * db_run or db_commit would; when it fails, roll back. */
Status db_run_and_commit (Db *db, void *owner, const DbQuery *query, const DbValue *values, size_t count,
                          DbResult **result) MUST_CHECK;

/* As db_run, but without a row it fails with NOT_FOUND / `reason`, and with a row reads it into `message`. */
Status db_run_one (Db *db, void *owner, const DbQuery *query, const DbValue *values, size_t count,
                   const char *reason, ProtobufCMessage *message) MUST_CHECK;

/* Rows returned, or rows changed for a statement that returns none. */
size_t db_row_count (const DbResult *result);

/* The text of a value; NULL for SQL NULL. Valid as long as the result. The column must exist (assert). */
const char *db_value (const DbResult *result, size_t row, const char *column);

/* The same as a number; 0 for SQL NULL. */
int64_t db_number (const DbResult *result, size_t row, const char *column);

/* The same as a day; `if_null` for SQL NULL; infinity and -infinity are DAY_MAX and DAY_MIN. */
Day db_day (const DbResult *result, size_t row, const char *column, Day if_null);

/* The same as a timestamp in microseconds; INT64_MAX and INT64_MIN for the infinities, 0 for SQL NULL. */
int64_t db_time (const DbResult *result, size_t row, const char *column);

/* The same as bytes on `owner`; {NULL, 0} for SQL NULL. */
Bytes db_byte_value (void *owner, const DbResult *result, size_t row, const char *column);

/* Copies a row into a message: every column whose name is a field (or "address.street": a field of a nested
 * message) is set; other columns are passed over. SQL NULL, infinity and -infinity leave the default;
 * timestamps become RFC 3339 in UTC; enums are stored as numbers. Allocates on `owner`. */
void db_read_row (void *owner, const DbResult *result, size_t row, ProtobufCMessage *message);

/* All rows as new messages of a type: an array of pointers on `owner` to be assigned to a repeated field;
 * *count is the number of rows. NULL when there are none. */
void *db_read_rows (void *owner, const DbResult *result, const ProtobufCMessageDescriptor *descriptor,
                    size_t *count);

/* Streams rows in with COPY … FROM STDIN (text format). The statement is SQL, not a named query. */
Status db_copy_begin (Db *db, void *owner, const char *sql) MUST_CHECK;

/* Adds one row; a NULL is SQL NULL. */
Status db_copy_row (Db *db, void *owner, const char *const *values, size_t count) MUST_CHECK;

/* Ends the COPY; the rows are there when it succeeds. */
Status db_copy_end (Db *db, void *owner) MUST_CHECK;

/* One value of a row that comes by COPY … TO STDOUT (FORMAT binary), as PostgreSQL sends it. */
typedef struct DbField {
  const uint8_t *data; /* valid until the next row is asked for */
  int32_t length;      /* -1: SQL NULL */
} DbField;

/* Streams rows out; the statement is SQL, "COPY (…) TO STDOUT (FORMAT binary)", in a transaction. */
Status db_copy_out (Db *db, void *owner, const char *sql) MUST_CHECK;

/* The next row, of exactly `count` values; *more is false after the last one, and other statements may be run
 * again. */
Status db_copy_next (Db *db, void *owner, DbField *fields, size_t count, bool *more) MUST_CHECK;

/* What a value means: integers of the length they have, a date, the text. A NULL is 0, `if_null`, "". */
int64_t db_field_number (DbField field);
Day db_field_day (DbField field, Day if_null);
const char *db_field_text (DbField field, char *buffer, size_t size);

/* Another connection to the same database, not made before it is needed. */
Db *db_sibling (void *owner, const Db *db);

/* Runs SQL text without parameters, several statements allowed; for tests and maintenance only. */
Status db_script (Db *db, void *owner, const char *sql) MUST_CHECK;

#endif
