/* What a service tells of itself to those who run it: state, database, lanes, followers, and what is wrong
 * with its own configuration. It must answer when the database is away, so nothing here fails because of it.
 *
 * What only the process itself can see is judged here (its environment, its files, its disk); what it reports
 * as numbers is judged by who asks, and can compare services.
 */
#include <stdlib.h>
#include <string.h>

#include "bus/keys.h"
#include "core/checks.h"
#include "db_sql.h"
#include "heimo/operations/v1/operations_service.pb-c.h"
#include "heimo_operations_handlers.h"
#include "service/private.h"

/* ---- findings ---- */

static void
add_finding (Call *call, ServiceDiagnosis *reply, CheckResult severity, const char *check,
             const char *subject, const char *description, const char *advice)
{
  DiagnosisFinding *finding = memory_new (call, DiagnosisFinding);
  diagnosis_finding__init (finding);
  finding->service = reply->service;
  finding->severity = severity == CHECK_WARNING ? FINDING_SEVERITY__FINDING_SEVERITY_WARNING
                                                : FINDING_SEVERITY__FINDING_SEVERITY_ERROR;
  finding->check = check;
  finding->subject = memory_string (call, subject);
  finding->description = memory_string (call, description);
  finding->advice = advice;
  reply->findings = memory_must (
      talloc_realloc (call, reply->findings, DiagnosisFinding *, (unsigned)(reply->n_findings + 1)));
  reply->findings[reply->n_findings++] = finding;
}

/* Secrets of one table of configuration keys: the files that the environment names. */
static void
check_secrets (Call *call, ServiceDiagnosis *reply, const ConfigKey *keys, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    if (keys[i].kind != CONFIG_SECRET)
      continue;
    const char *variable = memory_format (call, "%s_FILE", keys[i].name);
    const char *path = getenv (variable);
    const char *problem = NULL;
    if (path == NULL || *path == '\0')
      add_finding (
          call, reply, CHECK_WARNING, "SECRETS", variable, "is not set",
          "Write a secret to a file of mode 0400, name the file in this variable, start the service again");
    else if (check_secret_file (call, path, &problem) != CHECK_GOOD)
      add_finding (call, reply, CHECK_ERROR, "SECRETS", memory_format (call, "%s=%s", variable, path),
                   problem, "Give the file to the user of the service, with mode 0400");
  }
}

static void
check_all_secrets (Call *call, ServiceDiagnosis *reply)
{
  const Service *service = call->process->service;
  check_secrets (call, reply, settings_keys, settings_key_count);
  check_secrets (call, reply, service->config_keys, service->config_key_count);
  if (strstr (call->process->settings->database, "password=") != NULL)
    add_finding (call, reply, CHECK_ERROR, "SECRETS", "HEIMO_DATABASE",
                 "holds a password, which whoever sees the process's environment can read",
                 "Write the password to a file in libpq's form and say passfile=FILE instead");
}

typedef struct KeyFaults {
  Call *call;
  ServiceDiagnosis *reply;
} KeyFaults;

static void
on_key_fault (void *arg, const char *path, const char *problem)
{
  const KeyFaults *faults = arg;
  add_finding (
      faults->call, faults->reply, CHECK_ERROR, "KEYS", path, problem,
      "Run heimo-keys on the folder again and hand its files out; see \"Keys in practice\" in common/bus");
}

static void
check_keys (Call *call, ServiceDiagnosis *reply)
{
  const char *folder = call->process->settings->keys;
  if (*folder != '\0')
    keys_check (call, folder, reply->service, on_key_fault, &(KeyFaults){call, reply});
}

/* The folders in which the process keeps something. */
static void
check_disks (Call *call, ServiceDiagnosis *reply)
{
  const char *const folders[] = {call->process->settings->bus_directory, "/tmp"};
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
    const char *problem = NULL;
    CheckResult result = *folders[i] == '\0' ? CHECK_GOOD : check_disk (call, folders[i], &problem);
    if (result != CHECK_GOOD)
      add_finding (call, reply, result, "DISK", folders[i], problem,
                   "Make room, or give the file system more");
  }
}

static void (*const checks[]) (Call *call, ServiceDiagnosis *reply) = {check_all_secrets, check_keys,
                                                                       check_disks};

/* ---- the database ---- */

static Status
compare_migrations (Call *call, DatabaseDiagnosis *database)
{
  const char *const *versions = call->process->service->migrations;
  size_t count = 0;
  DbResult *result;
  if (versions == NULL)
    return STATUS_SUCCESS;
  while (versions[count] != NULL)
    count++;
  Status status = db_run (call->db, call, &sql_migration_difference,
                          DB_VALUES (db_texts ("versions", versions, count)), &result);
  if (status_failed (status))
    return status;
  size_t rows = db_row_count (result);
  database->missing_migrations = memory_array (call, const char *, rows + 1);
  database->unknown_migrations = memory_array (call, const char *, rows + 1);
  for (size_t row = 0; row < rows; row++) {
    const char *version = db_value (result, row, "version");
    if (strcmp (db_value (result, row, "missing"), "t") == 0)
      database->missing_migrations[database->n_missing_migrations++] = version;
    else
      database->unknown_migrations[database->n_unknown_migrations++] = version;
  }
  return status;
}

static Status
read_lanes (Call *call, ServiceDiagnosis *reply)
{
  DbResult *result;
  Status status = db_run (call->db, call, &sql_event_heads, NULL, 0, &result);
  if (status_failed (status))
    return status;
  reply->n_lanes = db_row_count (result);
  reply->lanes = memory_array (call, EventLane *, reply->n_lanes + 1);
  for (size_t row = 0; row < reply->n_lanes; row++) {
    EventLane *lane = memory_new (call, EventLane);
    event_lane__init (lane);
    lane->log_id = (uint32_t)db_number (result, row, "log_id");
    lane->head_seq = (uint64_t)db_number (result, row, "last_seq");
    reply->lanes[row] = lane;
  }
  return status;
}

static Status
read_followers (Call *call, ServiceDiagnosis *reply)
{
  const Process *process = call->process;
  DbResult *result;
  Status status = db_run (call->db, call, &sql_cursor_status, NULL, 0, &result);
  if (status_failed (status))
    return status;
  reply->followers = db_read_rows (call, result, &follower_diagnosis__descriptor, &reply->n_followers);
  for (size_t i = 0; i < reply->n_followers; i++)
    for (size_t j = 0; j < process->follower_count; j++)
      if (strcmp (process->service->followers[j].source, reply->followers[i]->source) == 0) {
        uint64_t heard = atomic_load (&process->follower_heard[j]);
        reply->followers[i]->lag_events = atomic_load (&process->follower_lag[j]);
        reply->followers[i]->silent_ms = (heard == 0 ? reply->uptime_ms : (bus_now_us () - heard) / 1000);
      }
  return status;
}

static Status
read_database (Call *call, ServiceDiagnosis *reply)
{
  DbResult *result;
  Status status = db_limit (call->db, call, call_time_left_ms (call));
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_database_state, NULL, 0, &result);
  if (status_failed (status))
    return status;
  db_read_row (call, result, 0, &reply->database->base);
  reply->database->answers = true;
  status = compare_migrations (call, reply->database);
  if (!status_failed (status))
    status = read_lanes (call, reply);
  return status_failed (status) ? status : read_followers (call, reply);
}

/* ---- the method ---- */

static void
tell_process (Call *call, ServiceDiagnosis *reply)
{
  Process *process = call->process;
  unsigned idle, waiting;
  char time[CLOCK_TEXT_SIZE];
  queue_measure (process->queue, &idle, &waiting);
  reply->service = process->service->name;
  reply->version = HEIMO_VERSION;
  reply->time = memory_string (call, clock_format (clock_now (call->clock), time));
  reply->uptime_ms = (uint64_t)(clock_monotonic (call->clock) - process->start_us) / 1000;
  reply->workers = (uint32_t)process->settings->workers;
  reply->busy_workers = reply->workers > idle ? reply->workers - idle - 1 : 0;
  reply->waiting_calls = waiting;
}

Status
get_service_diagnosis (Call *call, const GetServiceDiagnosisRequest *request, ServiceDiagnosis *reply)
{
  (void)request;
  tell_process (call, reply);
  reply->database = memory_new (call, DatabaseDiagnosis);
  database_diagnosis__init (reply->database);
  Status status = read_database (call, reply);
  reply->state = SERVICE_STATE__SERVICE_STATE_READY;
  if (atomic_load (&call->process->draining))
    reply->state = SERVICE_STATE__SERVICE_STATE_DRAINING;
  if (status_failed (status)) {
    reply->state = SERVICE_STATE__SERVICE_STATE_NO_DATABASE;
    reply->database->problem = reply->problem = status.detail->message;
  }
  for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
    checks[i](call, reply);
  return STATUS_SUCCESS;
}
