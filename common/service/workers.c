/* Worker threads: from a call in the queue to its answer.
 *
 * unpack, validate, check access, claim the idempotency key, open the transaction, run the handler, append
 * the events, commit, answer. A handler that loses a race in the database (ABORTED / CONFLICT) is run again,
 * at most three times. Calls that came as a batch go all these steps one by one, except for the handler: the
 * batch's handler is tried first, and what it could not answer is answered one by one.
 */
#include <assert.h>
#include <limits.h>
#include <sodium.h>
#include <string.h>

#include "core/log.h"
#include "core/validate.h"
#include "db_sql.h"
#include "heimo_api.h"
#include "service/private.h"

#define ATTEMPTS_MAX 3

enum { BATCH_POOL = 16 * 1024 /* bytes of a batch's own that need no malloc each */ };

struct Worker {
  pthread_t thread;
  Process *process;
  Db *db;
  void *root;
};

/* Where a call stands while a worker has it. */
typedef enum WorkState {
  WORK_OPEN,    /* to be run */
  WORK_SETTLED, /* its status and reply are known */
  WORK_ANSWERED /* not to be touched any more */
} WorkState;

/* One call while a worker has it. */
typedef struct Work {
  Process *process;
  BusCall *bus_call;
  const ServiceMethod *method;
  MethodMetrics *metrics; /* NULL without a method */
  WorkState state;
  Status status;
  uint64_t begin_us;
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

static ProtobufCMessage *
new_message (void *owner, const ApiMessage *table)
{
  ProtobufCMessage *message = memory_must (talloc_zero_size (owner, table->descriptor->sizeof_message));
  table->descriptor->message_init (message);
  return message;
}

/* What the handler is called with; the reply is on it. */
static Call *
open_call (Worker *worker, Work *work, unsigned left_ms)
{
  const RequestHeader *header = work->bus_call->header;
  Call *call = call_new (work->bus_call, work->process, worker->db, header->principal, left_ms);
  call->if_match = header->if_match;
  call->effects->traceparent = header->traceparent;
  work->reply = new_message (call, work->method->method->reply);
  return call;
}

static Status
out_of_time (const Work *work)
{
  return status_error (work->bus_call, STATUS_DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", "No time is left");
}

/* Runs the handler, once or, after losing a race, a few times. */
static Status
run_handler (Worker *worker, Work *work)
{
  assert (work->method != NULL && work->method->method != NULL);
  const ApiMethod *method = work->method->method;
  Status status = STATUS_SUCCESS;
  for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    unsigned left_ms = (unsigned)(bus_call_time_left_us (work->bus_call) / 1000);
    if (left_ms == 0)
      return out_of_time (work);
    Call *call = open_call (worker, work, left_ms);
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

/* ---- one call ---- */

/* Unpacks and checks: whatever can be said without the handler. */
static void
begin_work (Work *work, Process *process, const Job *job, uint64_t now_us)
{
  *work = (Work){.process = process, .bus_call = job->call, .method = job->method, .begin_us = now_us};
  work->metrics = job->method == NULL ? NULL : &process->metrics[job->index];
  work->status = job->method == NULL ? status_error (job->call, STATUS_UNIMPLEMENTED, "UNKNOWN_METHOD",
                                                     "There is no such method")
                                     : prepare (work);
  if (atomic_load (&job->call->cancelled))
    work->status = status_error (job->call, STATUS_CANCELLED, "CANCELLED", "The caller has left");
  work->state = status_failed (work->status) ? WORK_SETTLED : WORK_OPEN;
}

static void
note_database (Process *process, Status status)
{
  if (status.code == STATUS_UNAVAILABLE)
    atomic_store (&process->database_ok, false);
  else if (!status_failed (status))
    atomic_store (&process->database_ok, true);
}

/* Counts a settled call and makes its answer. */
static BusAnswer
end_work (Work *work)
{
  uint64_t spent = bus_now_us () - work->begin_us;
  Status status = work->status;
  note_database (work->process, status);
  log_failure (work, status);
  if (work->metrics != NULL) {
    metric_observe (&work->metrics->duration, (int64_t)spent);
    metric_add (&work->metrics->failed, status_failed (status));
  }
  work->state = WORK_ANSWERED;
  return (BusAnswer){
      .call = work->bus_call,
      .status = public_status (work, status),
      .reply = status_failed (status) || work->replayed ? NULL : work->reply,
      .body = work->replayed ? work->stored : (Bytes){NULL, 0},
      .queue_us = (uint32_t)(work->begin_us - work->bus_call->arrived_us),
      .work_us = (uint32_t)spent,
      .replayed = work->replayed,
  };
}

/* ---- several calls ---- */

/* The calls that are open, as items of a batch; *shortest_ms is the time of the one that has least. */
static size_t
open_items (Worker *worker, Work *works, size_t count, BatchItem *items, Work **owners, unsigned *shortest_ms)
{
  size_t opened = 0;
  *shortest_ms = UINT_MAX;
  for (size_t i = 0; i < count; i++) {
    if (works[i].state != WORK_OPEN)
      continue;
    unsigned left_ms = (unsigned)(bus_call_time_left_us (works[i].bus_call) / 1000);
    if (left_ms == 0) {
      works[i].status = out_of_time (&works[i]);
      works[i].state = WORK_SETTLED;
      continue;
    }
    *shortest_ms = left_ms < *shortest_ms ? left_ms : *shortest_ms;
    Call *call = open_call (worker, &works[i], left_ms);
    owners[opened] = &works[i];
    items[opened++] = (BatchItem){.call = call, .request = works[i].request, .reply = works[i].reply};
  }
  return opened;
}

/* Nobody's call: it may read what is the federation's, and decides nothing by who asks. */
static Call *
shared_call (void *owner, Worker *worker, const Job *job, unsigned left_ms)
{
  Principal *nobody = memory_new (owner, Principal);
  principal__init (nobody);
  nobody->federation_id = memory_string (nobody, job_federation (job));
  return call_new (owner, worker->process, worker->db, nobody, left_ms);
}

/* Tries the batch's handler. What it settles is answered; the rest stays open. */
static void
work_together (Worker *worker, const Job *job, Work *works, size_t count)
{
  BatchItem items[BATCH_MAX];
  Work *owners[BATCH_MAX];
  BusAnswer answers[BATCH_MAX];
  unsigned shortest_ms;
  size_t opened = open_items (worker, works, count, items, owners, &shortest_ms);
  if (opened < 2)
    return;
  void *scratch = memory_pool (worker->root, BATCH_POOL);
  Call *call = shared_call (scratch, worker, job, shortest_ms);
  Status status = db_limit (worker->db, call, shortest_ms);
  if (!status_failed (status))
    status = job->batch->handle (call, items, opened);
  db_rollback (worker->db);
  /* A database that is away is away for each of them. */
  bool settled = !status_failed (status) || status.code == STATUS_UNAVAILABLE;
  for (size_t i = 0; settled && i < opened; i++) {
    owners[i]->status = status_failed (status) ? status_copy (items[i].call, status) : items[i].status;
    answers[i] = end_work (owners[i]);
  }
  if (settled) {
    metric_add (&worker->process->batched, (int64_t)opened);
    bus_server_answer_all (worker->process->server, answers, opened);
  }
  talloc_free (scratch); /* not before: replies may point into it */
}

static void
work_on (Worker *worker, Job *const *jobs, size_t count)
{
  Process *process = worker->process;
  Work works[BATCH_MAX];
  Job first = *jobs[0]; /* jobs live on calls, which end when they are answered */
  uint64_t now_us = bus_now_us ();
  for (size_t i = 0; i < count; i++)
    begin_work (&works[i], process, jobs[i], now_us);
  if (count > 1)
    work_together (worker, &first, works, count);
  for (size_t i = 0; i < count; i++) {
    if (works[i].state == WORK_ANSWERED)
      continue;
    if (works[i].state == WORK_OPEN)
      works[i].status = run_handler (worker, &works[i]);
    BusAnswer answer = end_work (&works[i]);
    bus_server_answer_all (process->server, &answer, 1);
  }
}

static void *
worker_main (void *arg)
{
  Worker *worker = arg;
  Job *jobs[BATCH_MAX];
  WorkerTask task = TASK_NONE;
  worker->root = thread_root ("worker");
  worker->db =
      db_new (worker->root, worker->process->settings->database, worker->process->service->constraints);
  for (size_t count; (count = queue_take (worker->process->queue, &task, jobs)) > 0;)
    work_on (worker, jobs, count);
  talloc_free (worker->root);
  return NULL;
}

void
workers_submit (Process *process, BusCall *call)
{
  Job *job = memory_new (call, Job);
  job->call = call;
  job->method = find_method (process, call->header->method, &job->index);
  job->batch = job->method == NULL ? NULL : process->batches[job->index];
  queue_add (process->queue, job);
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
  queue_close (process->queue);
  for (int64_t i = 0; i < process->settings->workers; i++)
    pthread_join (process->workers[i].thread, NULL);
}
