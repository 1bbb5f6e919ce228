/* Private to common/db: what a connection and a result are made of. */
#ifndef HEIMO_DB_PRIVATE_H
#define HEIMO_DB_PRIVATE_H

#include <libpq-fe.h>

#include "db/db.h"

typedef enum DbState {
  DB_DISCONNECTED, /* no session; the next use connects */
  DB_IDLE,         /* connected, outside transactions */
  DB_TRANSACTION,  /* between db_begin and db_commit or db_rollback */
  DB_COPYING       /* inside a transaction, between db_copy_begin and db_copy_end */
} DbState;

struct Db {
  PGconn *connection;
  const char *conninfo;
  const DbConstraint *constraints;
  DbState state;
  int64_t next_attempt; /* monotonic microseconds; no connection attempt before */
  unsigned limit_ms;    /* statement timeout of the session */
  uint64_t *prepared;   /* hashes of the queries prepared in this session, open addressing */
  size_t prepared_capacity, prepared_count;
};

struct DbResult {
  PGresult *result;
};

/* What the last error of the connection means; turns the connection off when it is broken. */
Status db_failure (Db *db, void *owner, const PGresult *result) MUST_CHECK;

/* Runs SQL text with the simple protocol; its result is thrown away. */
Status db_simple (Db *db, void *owner, const char *sql) MUST_CHECK;

/* PostgreSQL's number of the array type; 0 for DB_ELEMENT_NONE. */
uint32_t db_array_type (DbElement element);

/* The binary form of an array, on `owner`. False when it has none (an element that is not understood): then
 * it is sent as text. */
bool db_array_binary (void *owner, const DbValue *value, DbElement element, Bytes *array);

/* Reads PostgreSQL's text form of a timestamptz in UTC; false when it is an infinity (its sign in *value). */
bool db_parse_time (const char *text, int64_t *value);

#endif
