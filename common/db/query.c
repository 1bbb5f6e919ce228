/* Running named queries: preparing, binding values by name, reading the outcome. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/private.h"

/* The parameters of one execution, in libpq's shape. */
typedef struct Bound {
  const char **values;
  int *lengths;
  int *formats;
} Bound;

static bool
names_match (const char *parameter, const char *name)
{
  size_t length = strlen (name);
  return strncmp (parameter, name, length) == 0 &&
         (parameter[length] == '\0' || (parameter[length] == '?' && parameter[length + 1] == '\0'));
}

static bool
is_nullable (const char *parameter)
{
  return parameter[strlen (parameter) - 1] == '?';
}

/* The array literal of PostgreSQL: {"a","b",NULL}. Elements are always quoted. */
static char *
text_array (void *owner, const char *const *texts, size_t count)
{
  size_t size = 3;
  for (size_t i = 0; i < count; i++)
    size += texts[i] == NULL ? 5 : strlen (texts[i]) * 2 + 3;
  char *literal = memory_must (talloc_size (owner, size)), *at = literal;
  *at++ = '{';
  for (size_t i = 0; i < count; i++) {
    if (i > 0)
      *at++ = ',';
    if (texts[i] == NULL) {
      memcpy (at, "NULL", 4);
      at += 4;
      continue;
    }
    *at++ = '"';
    for (const char *c = texts[i]; *c != '\0'; c++) {
      if (*c == '"' || *c == '\\')
        *at++ = '\\';
      *at++ = *c;
    }
    *at++ = '"';
  }
  *at++ = '}';
  *at = '\0';
  return literal;
}

static char *
integer_array (void *owner, const int64_t *integers, size_t count)
{
  char *literal = memory_must (talloc_size (owner, count * 21 + 3)), *at = literal;
  *at++ = '{';
  for (size_t i = 0; i < count; i++)
    at += sprintf (at, i > 0 ? ",%" PRId64 : "%" PRId64, integers[i]);
  *at++ = '}';
  *at = '\0';
  return literal;
}

static char *
bytes_array (void *owner, const Bytes *bytes, size_t count)
{
  static const char digits[] = "0123456789abcdef";
  size_t size = 3;
  for (size_t i = 0; i < count; i++)
    size += bytes[i].length * 2 + 8;
  char *literal = memory_must (talloc_size (owner, size)), *at = literal;
  *at++ = '{';
  for (size_t i = 0; i < count; i++) {
    if (i > 0)
      *at++ = ',';
    if (bytes[i].data == NULL) {
      memcpy (at, "NULL", 4);
      at += 4;
      continue;
    }
    memcpy (at, "\"\\\\x", 4);
    at += 4;
    for (size_t j = 0; j < bytes[i].length; j++) {
      *at++ = digits[bytes[i].data[j] >> 4];
      *at++ = digits[bytes[i].data[j] & 15];
    }
    *at++ = '"';
  }
  *at++ = '}';
  *at = '\0';
  return literal;
}

static const char *
array_text (void *owner, const DbValue *value)
{
  if (value->kind == DB_TEXT_ARRAY)
    return text_array (owner, value->texts, value->count);
  if (value->kind == DB_INTEGER_ARRAY)
    return integer_array (owner, value->integers, value->count);
  return bytes_array (owner, value->byte_strings, value->count);
}

static void
bind_bytes (Bound *bound, size_t i, Bytes bytes)
{
  bound->values[i] = (const char *)bytes.data;
  bound->lengths[i] = (int)bytes.length;
  bound->formats[i] = 1;
}

/* Binds a protobuf field; false when its type has no SQL form. */
static bool
bind_field (void *owner, Bound *bound, size_t i, const ProtobufCMessage *message,
            const ProtobufCFieldDescriptor *field, bool nullable)
{
  const void *member = (const char *)message + field->offset;
  if (field->label == PROTOBUF_C_LABEL_REPEATED)
    return false;
  switch (field->type) {
  case PROTOBUF_C_TYPE_STRING: {
    const char *text = *(const char *const *)member;
    bound->values[i] = nullable && *text == '\0' ? NULL : text;
    return true;
  }
  case PROTOBUF_C_TYPE_BYTES: {
    const ProtobufCBinaryData *data = member;
    static const uint8_t nothing[1];
    bind_bytes (bound, i, (Bytes){data->data == NULL && !nullable ? nothing : data->data, data->len});
    return true;
  }
  case PROTOBUF_C_TYPE_BOOL: bound->values[i] = *(const protobuf_c_boolean *)member ? "t" : "f"; return true;
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_SINT32:
  case PROTOBUF_C_TYPE_ENUM:
    bound->values[i] = memory_format (owner, "%" PRId32, *(const int32_t *)member);
    return true;
  case PROTOBUF_C_TYPE_UINT32:
    bound->values[i] = memory_format (owner, "%" PRIu32, *(const uint32_t *)member);
    return true;
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
    bound->values[i] = memory_format (owner, "%" PRId64, *(const int64_t *)member);
    return true;
  case PROTOBUF_C_TYPE_UINT64:
    bound->values[i] = memory_format (owner, "%" PRIu64, *(const uint64_t *)member);
    return true;
  default: return false;
  }
}

static bool
bind_value (void *owner, Bound *bound, size_t i, const DbValue *value, DbElement element, bool nullable)
{
  Bytes array;
  switch (value->kind) {
  case DB_NULL: return true;
  case DB_TEXT: bound->values[i] = nullable && *value->text == '\0' ? NULL : value->text; return true;
  case DB_INTEGER: bound->values[i] = memory_format (owner, "%" PRId64, value->integer); return true;
  case DB_BOOLEAN: bound->values[i] = value->boolean ? "t" : "f"; return true;
  case DB_BYTES: bind_bytes (bound, i, value->bytes); return true;
  case DB_TEXT_ARRAY:
  case DB_INTEGER_ARRAY:
  case DB_BYTES_ARRAY:
    if (db_array_binary (owner, value, element, &array))
      bind_bytes (bound, i, array);
    else
      bound->values[i] = array_text (owner, value);
    return true;
  case DB_MESSAGE: return false;
  }
  return false;
}

static bool
bind_parameter (void *owner, Bound *bound, size_t i, const DbQuery *query, const DbValue *values,
                size_t count)
{
  const char *parameter = query->parameters[i];
  DbElement element = query->elements == NULL ? DB_ELEMENT_NONE : query->elements[i];
  bool nullable = is_nullable (parameter);
  for (size_t j = 0; j < count; j++)
    if (values[j].name != NULL && names_match (parameter, values[j].name))
      return bind_value (owner, bound, i, &values[j], element, nullable);
  char name[64];
  snprintf (name, sizeof name, "%.*s", (int)(strlen (parameter) - (nullable ? 1 : 0)), parameter);
  for (size_t j = 0; j < count; j++) {
    if (values[j].kind != DB_MESSAGE)
      continue;
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name (values[j].message->descriptor, name);
    if (field != NULL)
      return bind_field (owner, bound, i, values[j].message, field, nullable);
  }
  return false;
}

static Status
bind_all (void *owner, const DbQuery *query, const DbValue *values, size_t count, Bound *bound)
{
  size_t parameters = query->parameter_count;
  bound->values = memory_array (owner, const char *, parameters + 1);
  bound->lengths = memory_array (owner, int, parameters + 1);
  bound->formats = memory_array (owner, int, parameters + 1);
  for (size_t i = 0; i < parameters; i++)
    if (!bind_parameter (owner, bound, i, query, values, count))
      return status_error (owner, STATUS_INTERNAL, "QUERY", "Query %s: no value for %s", query->name,
                           query->parameters[i]);
  return STATUS_SUCCESS;
}

Prepared *
db_prepared_slot (Db *db, const DbQuery *query)
{
  size_t mask = db->prepared_capacity - 1;
  size_t at = (size_t)((uintptr_t)query >> 4) * 0x9E3779B97F4A7C15u & mask;
  while (db->prepared[at].query != NULL && db->prepared[at].query != query)
    at = (at + 1) & mask;
  return &db->prepared[at];
}

void
db_forget_prepared (Db *db)
{
  talloc_free (db->prepared);
  db->prepared = memory_array (db, Prepared, db->prepared_capacity);
  db->prepared_count = 0;
  db->session++;
}

static void
grow_prepared (Db *db)
{
  Prepared *old = db->prepared;
  size_t old_capacity = db->prepared_capacity;
  db->prepared_capacity *= 2;
  db->prepared = memory_array (db, Prepared, db->prepared_capacity);
  for (size_t i = 0; i < old_capacity; i++)
    if (old[i].query != NULL) {
      Prepared *slot = db_prepared_slot (db, old[i].query);
      *slot = old[i];
      (void)talloc_steal (db->prepared, slot->targets.targets);
    }
  talloc_free (old);
}

static Status
prepare (Db *db, void *owner, const DbQuery *query)
{
  Prepared *slot = db_prepared_slot (db, query);
  if (slot->query != NULL)
    return STATUS_SUCCESS;
  Status status = STATUS_SUCCESS;
  Oid *types = memory_array (owner, Oid, query->parameter_count + 1);
  for (size_t i = 0; query->elements != NULL && i < query->parameter_count; i++)
    types[i] = db_array_type (query->elements[i]);
  PGresult *result = PQprepare (db->connection, query->name, query->sql, (int)query->parameter_count, types);
  if (PQresultStatus (result) != PGRES_COMMAND_OK)
    status = db_failure (db, owner, result);
  PQclear (result);
  if (status_failed (status))
    return status;
  slot->query = query;
  if (++db->prepared_count * 2 > db->prepared_capacity)
    grow_prepared (db);
  return STATUS_SUCCESS;
}

static int
result_destroy (DbResult *result)
{
  PQclear (result->result);
  return 0;
}

static DbResult *
result_new (void *owner, Db *db, const DbQuery *query, PGresult *rows)
{
  DbResult *result = memory_new (owner, DbResult);
  *result = (DbResult){.result = rows, .db = db, .query = query, .session = db->session};
  talloc_set_destructor (result, result_destroy);
  return result;
}

static Status
execute (Db *db, void *owner, const DbQuery *query, const Bound *bound, DbResult **out)
{
  PGresult *result = PQexecPrepared (db->connection, query->name, (int)query->parameter_count, bound->values,
                                     bound->lengths, bound->formats, 0);
  ExecStatusType kind = PQresultStatus (result);
  if (kind != PGRES_TUPLES_OK && kind != PGRES_COMMAND_OK) {
    Status status = db_failure (db, owner, result);
    PQclear (result);
    return status;
  }
  if (out == NULL) {
    PQclear (result);
    return STATUS_SUCCESS;
  }
  *out = result_new (owner, db, query, result);
  return STATUS_SUCCESS;
}

static Status
outcome_unknown (void *owner)
{
  return status_unavailable (
      owner, 1000, "OUTCOME_UNKNOWN",
      "The database did not say whether the change was stored; retry with the same key");
}

/* Takes the result of one statement of a pipeline, and the NULL behind it. */
static PGresult *
next_result (Db *db)
{
  PGresult *result = PQgetResult (db->connection);
  PGresult *end = result == NULL ? NULL : PQgetResult (db->connection);
  PQclear (end);
  return result;
}

static Status
read_pipeline (Db *db, void *owner, const DbQuery *query, DbResult **out)
{
  PGresult *answer = next_result (db);
  PGresult *commit = next_result (db);
  PGresult *sync = PQgetResult (db->connection);
  ExecStatusType kind = PQresultStatus (answer);
  Status status = STATUS_SUCCESS;
  if (kind != PGRES_TUPLES_OK && kind != PGRES_COMMAND_OK)
    status = db_failure (db, owner, answer);
  else if (PQresultStatus (commit) != PGRES_COMMAND_OK)
    status = db_failure (db, owner, commit);
  else if (strcmp (PQcmdStatus (commit), "COMMIT") != 0)
    status = status_error (owner, STATUS_INTERNAL, "DATABASE",
                           "The transaction had failed before it was committed");
  if (status_failed (status) && db->state == DB_DISCONNECTED)
    status = outcome_unknown (owner);
  if (!status_failed (status) && out != NULL)
    *out = result_new (owner, db, query, answer);
  else
    PQclear (answer);
  PQclear (commit);
  PQclear (sync);
  return status;
}

Status
db_run_and_commit (Db *db, void *owner, const DbQuery *query, const DbValue *values, size_t count,
                   DbResult **result)
{
  assert (db->state == DB_TRANSACTION);
  Bound bound;
  Status status = bind_all (owner, query, values, count, &bound);
  if (!status_failed (status))
    status = prepare (db, owner, query);
  if (status_failed (status))
    return status;
  PGconn *connection = db->connection;
  bool sent = PQenterPipelineMode (connection) == 1 &&
              PQsendQueryPrepared (connection, query->name, (int)query->parameter_count, bound.values,
                                   bound.lengths, bound.formats, 0) == 1 &&
              PQsendQueryParams (connection, "COMMIT", 0, NULL, NULL, NULL, NULL, 0) == 1 &&
              PQpipelineSync (connection) == 1;
  if (!sent) {
    Status lost = db_failure (db, owner, NULL);
    return lost.code == STATUS_UNAVAILABLE ? outcome_unknown (owner) : lost;
  }
  status = read_pipeline (db, owner, query, result);
  if (db->state == DB_TRANSACTION && PQexitPipelineMode (connection) != 1)
    return db_failure (db, owner, NULL);
  if (!status_failed (status))
    db->state = DB_IDLE;
  return status;
}

static Status
run (Db *db, void *owner, const DbQuery *query, const Bound *bound, DbResult **result)
{
  Status status = db_connect (db, owner);
  if (!status_failed (status))
    status = prepare (db, owner, query);
  if (!status_failed (status))
    status = execute (db, owner, query, bound, result);
  return status;
}

Status
db_run (Db *db, void *owner, const DbQuery *query, const DbValue *values, size_t count, DbResult **result)
{
  Bound bound;
  Status status = bind_all (owner, query, values, count, &bound);
  if (status_failed (status))
    return status;
  bool outside = db->state == DB_IDLE;
  if (db->state == DB_DISCONNECTED)
    db->next_attempt = 0;
  status = run (db, owner, query, &bound, result);
  if (outside && status_failed (status) && db->state == DB_DISCONNECTED) {
    /* A session that died while idle: a statement outside a transaction is a read, so it may be sent again.
     */
    db->next_attempt = 0;
    status = run (db, owner, query, &bound, result);
  }
  return status;
}

Status
db_run_one (Db *db, void *owner, const DbQuery *query, const DbValue *values, size_t count,
            const char *reason, ProtobufCMessage *message)
{
  DbResult *result = NULL;
  Status status = db_run (db, owner, query, values, count, &result);
  if (status_failed (status))
    return status;
  if (db_row_count (result) == 0)
    return status_error (owner, STATUS_NOT_FOUND, reason, "There is no such row");
  db_read_row (owner, result, 0, message);
  talloc_free (result);
  return STATUS_SUCCESS;
}
