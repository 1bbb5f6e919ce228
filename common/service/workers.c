/* Worker threads: from a call in the queue to its answer.
 *
 * unpack, validate, check access, claim the idempotency key, open the transaction, run the handler, append
 * the events, commit, answer. A handler that loses a race in the database (ABORTED / CONFLICT) is run again,
 * at most three times.
 */
#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "core/log.h"
#include "core/validate.h"
#include "db_sql.h"
#include "heimo_api.h"
#include "service/private.h"

#define ATTEMPTS_MAX 3

struct Job {
  BusCall *call;
  Job *next;
};

struct Worker {
  pthread_t thread;
  Process *process;
  Db *db;
  void *root;
};

/* One call while a worker has it. */
typedef struct Work {
  Process *process;
  BusCall *bus_call;
  const ServiceMethod *method;
  ProtobufCMessage *request;
  ProtobufCMessage *reply;
  Bytes stored; /* the answer of an earlier call with the same key */
  bool replayed;
} Work;

/* The methods are sorted by name. */
static const ServiceMethod *
find_method (const Process *process, const char *name, size_t *index)
{
  size_t low = 0, high = process->method_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = strcmp (process->methods[middle]->method->full_name, name);
    if (order == 0) {
      *index = middle;
      return process->methods[middle];
    }
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

bool
process_knows_method (void *process, const char *method)
{
  size_t index;
  return find_method (process, method, &index) != NULL;
}

static bool
has_role (const Principal *principal, const char *role)
{
  for (size_t i = 0; i < principal->n_roles; i++)
    if (strcmp (principal->roles[i], role) == 0)
      return true;
  return false;
}

/* The second fence: the gateway has decided already, but a service does not take its word for it. */
static Status
check_access (void *owner, const ApiMethod *method, const Principal *principal)
{
  bool allowed = false;
  switch (method->access) {
  case API_ACCESS_PUBLIC: allowed = true; break;
  case API_ACCESS_MEMBER: allowed = strncmp (principal->subject, "anonymous", 9) != 0; break;
  case API_ACCESS_REGISTRAR:
    allowed = has_role (principal, "registrar") || has_role (principal, "operator");
    break;
  case API_ACCESS_OPERATOR: allowed = has_role (principal, "operator"); break;
  case API_ACCESS_SERVICE: allowed = strncmp (principal->subject, "service:", 8) == 0; break;
  }
  if (allowed)
    return STATUS_SUCCESS;
  return status_error (owner, STATUS_PERMISSION_DENIED, "ACCESS_DENIED",
                       "%s may not be called by this principal", method->name);
}

static Bytes
hash_request (Call *call, const Work *work)
{
  uint8_t *hash = memory_must (talloc_size (call, crypto_hash_sha256_BYTES));
  const char *name = work->method->method->full_name;
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init (&state);
  crypto_hash_sha256_update (&state, (const uint8_t *)name, strlen (name) + 1);
  crypto_hash_sha256_update (&state, work->bus_call->body.data, work->bus_call->body.length);
  crypto_hash_sha256_final (&state, hash);
  return (Bytes){hash, crypto_hash_sha256_BYTES};
}

/* Claims the key, or finds the stored answer. */
static Status
claim_key (Call *call, Work *work)
{
  const char *key = work->bus_call->header->idempotency_key;
  Bytes hash = hash_request (call, work);
  DbResult *result;
  Status status = db_run (call->db, call, &sql_idempotency_claim,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("principal", call->principal->subject), db_text ("key", key),
                                     db_text ("method", work->method->method->full_name),
                                     db_bytes ("request_hash", hash)),
                          &result);
  if (status_failed (status) || db_row_count (result) == 1)
    return status;
  status = db_run (call->db, call, &sql_idempotency_get,
                   DB_VALUES (db_text ("federation_id", call->federation_id),
                              db_text ("principal", call->principal->subject), db_text ("key", key)),
                   &result);
  if (status_failed (status))
    return status;
  if (db_row_count (result) == 0)
    return status_error (call, STATUS_ABORTED, "CONFLICT", "The key has just expired");
  Bytes before = db_byte_value (call, result, 0, "request_hash");
  if (before.length != hash.length || memcmp (before.data, hash.data, hash.length) != 0)
    return status_error (call, STATUS_INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REUSED",
                         "The idempotency key was used for another request");
  work->stored = db_byte_value (call, result, 0, "response");
  work->replayed = true;
  return STATUS_SUCCESS;
}

static Status
store_answer (Call *call, const Work *work)
{
  return db_run (call->db, call, &sql_idempotency_store,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_text ("principal", call->principal->subject),
                            db_text ("key", work->bus_call->header->idempotency_key),
                            db_bytes ("response", memory_pack (call, work->reply))),
                 NULL);
}

static Status
write_in_transaction (Call *call, Work *work)
{
  bool keyed = *work->bus_call->header->idempotency_key != '\0';
  Status status = db_begin (call->db, call, call_time_left_ms (call));
  if (!status_failed (status) && keyed)
    status = claim_key (call, work);
  if (status_failed (status) || work->replayed)
    return status;
  status = work->method->handle (call, work->request, work->reply);
  if (!status_failed (status) && keyed)
    status = store_answer (call, work);
  if (!status_failed (status))
    status = call_commit (call, work->process);
  return status;
}

/* Runs the handler, once or, after losing a race, a few times. */
static Status
run_handler (Worker *worker, Work *work, Call **last)
{
  const RequestHeader *header = work->bus_call->header;
  assert (work->method != NULL && work->method->method != NULL);
  const ApiMethod *method = work->method->method;
  Status status = STATUS_SUCCESS;
  for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    unsigned left_ms = (unsigned)(bus_call_time_left_us (work->bus_call) / 1000);
    if (left_ms == 0)
      return status_error (work->bus_call, STATUS_DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", "No time is left");
    Call *call = *last = call_new (work->bus_call, work->process, worker->db, header->principal, left_ms);
    call->if_match = header->if_match;
    call->effects->traceparent = header->traceparent;
    work->reply = memory_must (talloc_zero_size (call, method->reply->descriptor->sizeof_message));
    method->reply->descriptor->message_init (work->reply);
    if (method->own_transactions)
      status = work->method->handle (call, work->request, work->reply);
    else if (method->read_only) {
      status = db_limit (call->db, call, left_ms);
      if (!status_failed (status))
        status = work->method->handle (call, work->request, work->reply);
    } else
      status = write_in_transaction (call, work);
    db_rollback (call->db);
    if (status.code != STATUS_ABORTED || strcmp (status.detail->reason, "CONFLICT") != 0)
      break;
  }
  return status;
}

static Status
prepare (Work *work)
{
  const RequestHeader *header = work->bus_call->header;
  static const Principal nobody = PRINCIPAL__INIT;
  const Principal *principal = header->principal == NULL ? &nobody : header->principal;
  const ApiMethod *method = work->method->method;
  if (header->principal == NULL ||
      validate_text (API_FORMAT_UUID, principal->federation_id, strlen (principal->federation_id)) != NULL ||
      *principal->federation_id == '\0')
    return status_error (work->bus_call, STATUS_INVALID_ARGUMENT, "PRINCIPAL",
                         "The call names no principal or federation");
  Status status = check_access (work->bus_call, method, principal);
  if (status_failed (status))
    return status;
  return validate_unpack (&heimo_api, work->bus_call, method->request->descriptor, work->bus_call->body,
                          VALIDATE_REQUEST, &work->request);
}

static void
log_failure (const Work *work, Status status)
{
  if (status.code != STATUS_INTERNAL && status.code != STATUS_UNKNOWN && status.code != STATUS_DATA_LOSS)
    return;
  log_status (LOG_ERROR_LEVEL, "call failed", status, "method", work->bus_call->header->method, "trace",
              work->bus_call->header->traceparent, NULL);
}

/* The answer; an internal failure keeps its detail to the log. */
static Status
public_status (Work *work, Status status)
{
  if (status.code != STATUS_INTERNAL && status.code != STATUS_UNKNOWN)
    return status;
  return status_error (work->bus_call, STATUS_INTERNAL, "INTERNAL",
                       "An internal error; the log has it under the trace id");
}

static void
work_on (Worker *worker, BusCall *bus_call)
{
  Process *process = worker->process;
  size_t index = 0;
  uint64_t begin = bus_now_us ();
  Work work = {.process = process, .bus_call = bus_call};
  Call *call = NULL;
  work.method = find_method (process, bus_call->header->method, &index);
  Status status = work.method == NULL ? status_error (bus_call, STATUS_UNIMPLEMENTED, "UNKNOWN_METHOD",
                                                      "There is no such method")
                                      : prepare (&work);
  if (atomic_load (&bus_call->cancelled))
    status = status_error (bus_call, STATUS_CANCELLED, "CANCELLED", "The caller has left");
  if (!status_failed (status))
    status = run_handler (worker, &work, &call);
  if (status.code == STATUS_UNAVAILABLE)
    atomic_store (&process->database_ok, false);
  else if (!status_failed (status))
    atomic_store (&process->database_ok, true);

  uint64_t spent = bus_now_us () - begin;
  log_failure (&work, status);
  if (work.method != NULL) {
    metric_observe (&process->metrics[index].duration, (int64_t)spent);
    metric_add (&process->metrics[index].failed, status_failed (status));
  }
  BusAnswer answer = {
      .status = public_status (&work, status),
      .reply = status_failed (status) || work.replayed ? NULL : work.reply,
      .body = work.replayed ? work.stored : (Bytes){NULL, 0},
      .queue_us = (uint32_t)(begin - bus_call->arrived_us),
      .work_us = (uint32_t)spent,
      .replayed = work.replayed,
  };
  bus_server_answer (process->server, bus_call, &answer);
}

static BusCall *
next_call (Process *process)
{
  BusCall *call = NULL;
  pthread_mutex_lock (&process->queue_mutex);
  while (process->queue_first == NULL && !atomic_load (&process->stopping))
    pthread_cond_wait (&process->queue_filled, &process->queue_mutex);
  Job *job = process->queue_first;
  if (job != NULL) {
    process->queue_first = job->next;
    if (job->next == NULL)
      process->queue_last = NULL;
    call = job->call;
  }
  pthread_mutex_unlock (&process->queue_mutex);
  return call; /* the job lives on the call */
}

static void *
worker_main (void *arg)
{
  Worker *worker = arg;
  worker->root = thread_root ("worker");
  worker->db =
      db_new (worker->root, worker->process->settings->database, worker->process->service->constraints);
  BusCall *call;
  while ((call = next_call (worker->process)) != NULL)
    work_on (worker, call);
  talloc_free (worker->root);
  return NULL;
}

void
workers_submit (Process *process, BusCall *call)
{
  Job *job = memory_new (call, Job);
  job->call = call;
  pthread_mutex_lock (&process->queue_mutex);
  if (process->queue_last == NULL)
    process->queue_first = job;
  else
    process->queue_last->next = job;
  process->queue_last = job;
  pthread_cond_signal (&process->queue_filled);
  pthread_mutex_unlock (&process->queue_mutex);
}

void
workers_start (Process *process)
{
  size_t count = (size_t)process->settings->workers;
  process->workers = memory_array (process, Worker, count);
  for (size_t i = 0; i < count; i++) {
    process->workers[i].process = process;
    pthread_create (&process->workers[i].thread, NULL, worker_main, &process->workers[i]);
  }
}

void
workers_stop (Process *process)
{
  pthread_mutex_lock (&process->queue_mutex);
  pthread_cond_broadcast (&process->queue_filled);
  pthread_mutex_unlock (&process->queue_mutex);
  for (int64_t i = 0; i < process->settings->workers; i++)
    pthread_join (process->workers[i].thread, NULL);
}
