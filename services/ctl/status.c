/* status: each service, whom it follows, the lanes of its event log. */
#include <inttypes.h>

#include "services/ctl/diagnosis.h"

const Told *
ask_diagnoses (void *owner, Ctl *ctl)
{
  GetServiceDiagnosisRequest request = GET_SERVICE_DIAGNOSIS_REQUEST__INIT;
  const Answer *answers =
      ctl_ask_all (owner, ctl, "heimo.operations.v1.OperationsService/GetServiceDiagnosis", &request.base);
  Told *told = memory_array (owner, Told, ctl->service_count);
  for (size_t i = 0; i < ctl->service_count; i++) {
    told[i] = (Told){answers[i], (ServiceDiagnosis *)answers[i].reply};
    if (!status_failed (answers[i].status))
      continue;
    told[i].diagnosis = memory_new (owner, ServiceDiagnosis);
    service_diagnosis__init (told[i].diagnosis);
    told[i].diagnosis->service = answers[i].service;
    told[i].diagnosis->state = SERVICE_STATE__SERVICE_STATE_UNREACHABLE;
    told[i].diagnosis->problem = answers[i].status.detail->message;
  }
  return told;
}

/* ---- services ---- */

static const char *
service_name (void *owner, const void *row)
{
  (void)owner;
  return ((const ServiceDiagnosis *)row)->service;
}

static const char *
service_state (void *owner, const void *row)
{
  return ctl_enum_word (owner, &service_state__descriptor, (int)((const ServiceDiagnosis *)row)->state);
}

static const char *
service_version (void *owner, const void *row)
{
  (void)owner;
  return ((const ServiceDiagnosis *)row)->version;
}

static bool
answered (const ServiceDiagnosis *service)
{
  return service->state != SERVICE_STATE__SERVICE_STATE_UNREACHABLE;
}

static const char *
service_uptime (void *owner, const void *row)
{
  const ServiceDiagnosis *service = row;
  return answered (service) ? ctl_duration (owner, service->uptime_ms) : NULL;
}

static const char *
service_database (void *owner, const void *row)
{
  const DatabaseDiagnosis *database = ((const ServiceDiagnosis *)row)->database;
  if (database == NULL)
    return NULL;
  return database->answers ? memory_format (owner, "%" PRIu64 " MiB", database->size_bytes >> 20) : "away";
}

static const char *
service_workers (void *owner, const void *row)
{
  const ServiceDiagnosis *service = row;
  return answered (service) ? memory_format (owner, "%u/%u", service->busy_workers, service->workers) : NULL;
}

static const char *
service_waiting (void *owner, const void *row)
{
  const ServiceDiagnosis *service = row;
  return answered (service) ? memory_format (owner, "%u", service->waiting_calls) : NULL;
}

static const char *
service_lanes (void *owner, const void *row)
{
  const ServiceDiagnosis *service = row;
  return service->n_lanes > 0 ? memory_format (owner, "%zu", service->n_lanes) : NULL;
}

static const char *
service_events (void *owner, const void *row)
{
  const ServiceDiagnosis *service = row;
  uint64_t events = 0;
  for (size_t i = 0; i < service->n_lanes; i++)
    events += service->lanes[i]->head_seq;
  return service->n_lanes > 0 ? memory_format (owner, "%" PRIu64, events) : NULL;
}

static const char *
service_lag (void *owner, const void *row)
{
  const ServiceDiagnosis *service = row;
  uint64_t lag = 0;
  for (size_t i = 0; i < service->n_followers; i++)
    lag += service->followers[i]->lag_events;
  return service->n_followers > 0 ? memory_format (owner, "%" PRIu64, lag) : NULL;
}

static const char *
service_parked (void *owner, const void *row)
{
  const ServiceDiagnosis *service = row;
  uint64_t parked = 0;
  for (size_t i = 0; i < service->n_followers; i++)
    parked += service->followers[i]->parked_events;
  return service->n_followers > 0 ? memory_format (owner, "%" PRIu64, parked) : NULL;
}

static const Column service_columns[] = {
    {"SERVICE", SIDE_LEFT, service_name},       {"STATE", SIDE_LEFT, service_state},
    {"VERSION", SIDE_LEFT, service_version},    {"UP", SIDE_RIGHT, service_uptime},
    {"DATABASE", SIDE_RIGHT, service_database}, {"BUSY", SIDE_RIGHT, service_workers},
    {"WAITING", SIDE_RIGHT, service_waiting},   {"LANES", SIDE_RIGHT, service_lanes},
    {"EVENTS", SIDE_RIGHT, service_events},     {"LAG", SIDE_RIGHT, service_lag},
    {"PARKED", SIDE_RIGHT, service_parked},
};
static const TableForm service_form = {service_columns, sizeof service_columns / sizeof *service_columns,
                                       NULL};

/* ---- whom they follow, and lanes ---- */

/* A row of one of the smaller tables: a service and a part of it. */
typedef struct Part {
  const ServiceDiagnosis *service;
  const FollowerDiagnosis *follower;
  const EventLane *lane;
} Part;

static const char *
part_service (void *owner, const void *row)
{
  (void)owner;
  return ((const Part *)row)->service->service;
}

static const char *
part_source (void *owner, const void *row)
{
  (void)owner;
  return ((const Part *)row)->follower->source;
}

static const char *
part_lag (void *owner, const void *row)
{
  return memory_format (owner, "%" PRIu64, ((const Part *)row)->follower->lag_events);
}

static const char *
part_parked (void *owner, const void *row)
{
  return memory_format (owner, "%" PRIu64, ((const Part *)row)->follower->parked_events);
}

static const char *
part_applied (void *owner, const void *row)
{
  return ctl_short_time (owner, ((const Part *)row)->follower->apply_time);
}

static const char *
part_heard (void *owner, const void *row)
{
  return memory_format (owner, "%s ago", ctl_duration (owner, ((const Part *)row)->follower->silent_ms));
}

static const Column follower_columns[] = {
    {"SERVICE", SIDE_LEFT, part_service},
    {"FOLLOWS", SIDE_LEFT, part_source},
    {"LAG", SIDE_RIGHT, part_lag},
    {"PARKED", SIDE_RIGHT, part_parked},
    {"APPLIED (UTC)", SIDE_LEFT, part_applied},
    {"HEARD", SIDE_RIGHT, part_heard},
};
static const TableForm follower_form = {follower_columns, sizeof follower_columns / sizeof *follower_columns,
                                        NULL};

static const char *
part_lane (void *owner, const void *row)
{
  return memory_format (owner, "%u", ((const Part *)row)->lane->log_id);
}

static const char *
part_head (void *owner, const void *row)
{
  return memory_format (owner, "%" PRIu64, ((const Part *)row)->lane->head_seq);
}

static const Column lane_columns[] = {
    {"SERVICE", SIDE_LEFT, part_service}, {"LANE", SIDE_RIGHT, part_lane}, {"HEAD", SIDE_RIGHT, part_head}};
static const TableForm lane_form = {lane_columns, sizeof lane_columns / sizeof *lane_columns, NULL};

/* ---- the verb ---- */

/* A smaller table below the one before it; nothing when it has no rows. */
static void
write_part (Table *table, FILE *out)
{
  if (table_is_empty (table))
    return;
  fputc ('\n', out);
  table_write (table, out);
}

static void
write_followers (void *owner, const Ctl *ctl, const Told *told)
{
  Table *table = table_new (owner, &follower_form);
  for (size_t i = 0; i < ctl->service_count; i++)
    for (size_t j = 0; j < told[i].diagnosis->n_followers; j++)
      table_add (table, &(Part){told[i].diagnosis, told[i].diagnosis->followers[j], NULL});
  write_part (table, ctl->out);
}

static void
write_lanes (void *owner, const Ctl *ctl, const Told *told)
{
  Table *table = table_new (owner, &lane_form);
  for (size_t i = 0; i < ctl->service_count; i++)
    for (size_t j = 0; j < told[i].diagnosis->n_lanes; j++)
      table_add (table, &(Part){told[i].diagnosis, NULL, told[i].diagnosis->lanes[j]});
  write_part (table, ctl->out);
}

/* What a service's state means for the end; those that are not ready are told with the reason. */
static CtlExit
judge (const Told *told)
{
  if (status_failed (told->answer.status))
    return ctl_complain (told->answer.service, told->answer.status);
  if (told->diagnosis->state == SERVICE_STATE__SERVICE_STATE_READY)
    return CTL_GOOD;
  if (*told->diagnosis->problem != '\0')
    fprintf (stderr, "heimoctl: %s: %s\n", told->answer.service, told->diagnosis->problem);
  return CTL_FOUND;
}

CtlExit
run_status (Ctl *ctl)
{
  void *owner = memory_context (NULL);
  const Told *told = ask_diagnoses (owner, ctl);
  Output output = ctl_output (owner, ctl, &service_form);
  CtlExit code = CTL_GOOD;
  for (size_t i = 0; i < ctl->service_count; i++)
    ctl_output_row (&output, told[i].diagnosis, &told[i].diagnosis->base);
  ctl_output_end (&output);
  if (!ctl->arguments->json)
    write_followers (owner, ctl, told);
  if (!ctl->arguments->json && ctl->arguments->lanes)
    write_lanes (owner, ctl, told);
  for (size_t i = 0; i < ctl->service_count; i++)
    code = ctl_worse (code, judge (&told[i]));
  talloc_free (owner);
  return code;
}
