/* Private to common/db: what a connection and a result are made of. */
#ifndef HEIMO_DB_PRIVATE_H
#define HEIMO_DB_PRIVATE_H

#include <libpq-fe.h>

#include "db/db.h"

typedef enum DbState {
  DB_DISCONNECTED, /* no session; the next use connects */
  DB_IDLE,         /* connected, outside transactions */
  DB_TRANSACTION,  /* between db_begin and db_commit or db_rollback */
  DB_COPYING,      /* inside a transaction, between db_copy_begin and db_copy_end */
  DB_COPYING_OUT   /* inside a transaction, between db_copy_out and the last db_copy_next */
} DbState;

/* What a column goes into: a field, inside nested messages named by a dotted column. */
typedef struct Target {
  int column;
  Oid type;
  const ProtobufCFieldDescriptor *path[3]; /* outermost first; the last is the field itself */
  size_t depth;
} Target;

/* The columns of a query that are fields of a message type. */
typedef struct TargetList {
  const ProtobufCMessageDescriptor *descriptor; /* NULL: not looked up yet */
  const Target *targets;
  size_t count;
} TargetList;

/* A query that has been prepared in this session. */
typedef struct Prepared {
  const DbQuery *query; /* NULL: a free slot */
  TargetList targets;   /* of the type its rows were last read into */
} Prepared;

struct Db {
  PGconn *connection;
  const char *conninfo;
  const DbConstraint *constraints;
  DbState state;
  int64_t next_attempt; /* monotonic microseconds; no connection attempt before */
  unsigned limit_ms;    /* statement timeout of the session */
  uint64_t session;     /* counts connections */
  Prepared *prepared;   /* open addressing; what hangs on it too */
  char *copied;         /* DB_COPYING_OUT: the row last read, libpq's memory */
  bool copy_headed;     /* DB_COPYING_OUT: the header has been read */
  size_t prepared_capacity, prepared_count;
};

struct DbResult {
  PGresult *result;
  Db *db;
  const DbQuery *query;
  uint64_t session; /* in which it was made */
};

/* The query's place in the table of prepared queries; its address is its identity. */
Prepared *db_prepared_slot (Db *db, const DbQuery *query);

/* Forgets what was prepared: a new session begins. */
void db_forget_prepared (Db *db);

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
