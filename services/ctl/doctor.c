/* doctor: what is wrong, and what to do. First what this machine and heimoctl's own configuration show, then
 * what each service tells of itself, then what only shows when services are compared. Each check is a row of
 * a table.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bus/keys.h"
#include "core/checks.h"
#include "core/clock.h"
#include "services/ctl/diagnosis.h"

#define SECOND INT64_C (1000000)

enum {
  SILENT_MS = 15000,  /* followers ask every two seconds */
  LAG_EVENTS = 10000, /* more than that is more than a busy moment */
};

/* The examination. */
typedef struct Doctor {
  void *owner;
  Ctl *ctl;
  const Told *told; /* NULL: there is no bus */
  DiagnosisFinding **findings;
  size_t count;
} Doctor;

static void
add (Doctor *doctor, const DiagnosisFinding *finding)
{
  doctor->findings = memory_must (
      talloc_realloc (doctor->owner, doctor->findings, DiagnosisFinding *, (unsigned)(doctor->count + 1)));
  doctor->findings[doctor->count++] = (DiagnosisFinding *)memory_copy_message (doctor->owner, &finding->base);
}

static void
find (Doctor *doctor, CheckResult severity, const char *service, const char *check, const char *subject,
      const char *description, const char *advice)
{
  DiagnosisFinding finding = DIAGNOSIS_FINDING__INIT;
  finding.severity = severity == CHECK_ERROR ? FINDING_SEVERITY__FINDING_SEVERITY_ERROR
                                             : FINDING_SEVERITY__FINDING_SEVERITY_WARNING;
  finding.service = service;
  finding.check = check;
  finding.subject = subject;
  finding.description = description;
  finding.advice = advice;
  add (doctor, &finding);
}

/* ---- this machine ---- */

static void
check_bus (Doctor *doctor)
{
  struct stat folder;
  const char *path = doctor->ctl->settings->bus_directory;
  Status status = doctor->ctl->bus_status;
  if (status_failed (status)) {
    bool field = status.detail->violation_count > 0;
    find (doctor, CHECK_ERROR, "", "BUS", field ? status.detail->violations[0].field : "bus",
          field ? status.detail->violations[0].description : status.detail->message,
          "Give heimoctl the services' HEIMO_BUS_DIR, or HEIMO_PEERS and HEIMO_KEYS; start the set");
  } else if (*path != '\0' && stat (path, &folder) == 0 && (folder.st_mode & 077) != 0)
    find (doctor, CHECK_ERROR, "", "BUS", path,
          "others may enter the folder of the sockets, and so call every service",
          "chmod 0700 on the folder");
}

static void
on_key_fault (void *arg, const char *path, const char *problem)
{
  find (arg, CHECK_ERROR, "", "KEYS", path, problem,
        "Run heimo-keys on the folder again and hand its files out; see \"Keys in practice\" in common/bus");
}

static void
check_keys (Doctor *doctor)
{
  const char *folder = doctor->ctl->settings->keys;
  if (*folder != '\0')
    keys_check (doctor->owner, folder, "ctl", on_key_fault, doctor);
}

static void
check_federation (Doctor *doctor)
{
  if (*doctor->ctl->settings->federation == '\0')
    find (doctor, CHECK_WARNING, "", "ENVIRONMENT", "HEIMO_FEDERATION", "is not set: runs cannot be listed",
          "Set it to the federation's UUID, as for the services");
}

static void
check_disks (Doctor *doctor)
{
  char *folders = memory_string (doctor->owner, doctor->ctl->settings->disks);
  for (char *folder; (folder = strsep (&folders, ":")) != NULL;) {
    const char *problem = NULL;
    CheckResult result = *folder == '\0' ? CHECK_GOOD : check_disk (doctor->owner, folder, &problem);
    if (result != CHECK_GOOD)
      find (doctor, result, "", "DISK", folder, problem, "Make room, or give the file system more");
  }
}

static void (*const machine_checks[]) (Doctor *doctor) = {check_bus, check_keys, check_federation,
                                                          check_disks};

/* ---- one service ---- */

static void
check_reached (Doctor *doctor, const Told *told)
{
  if (status_failed (told->answer.status))
    find (doctor, CHECK_ERROR, told->answer.service, "REACHED", told->answer.service,
          told->answer.status.detail->message,
          "Start it, or look why it does not answer: its log, its health port, HEIMO_PEERS, the allow-list");
}

static void
check_state (Doctor *doctor, const Told *told)
{
  if (told->diagnosis->state == SERVICE_STATE__SERVICE_STATE_NO_DATABASE)
    find (doctor, CHECK_ERROR, told->answer.service, "DATABASE", "HEIMO_DATABASE", told->diagnosis->problem,
          "Start PostgreSQL, or correct the address, role or password of the service");
  if (told->diagnosis->state == SERVICE_STATE__SERVICE_STATE_DRAINING)
    find (doctor, CHECK_WARNING, told->answer.service, "REACHED", told->answer.service, "is ending",
          "Nothing, if it is being restarted");
}

static const char *
join (void *owner, const char *const *words, size_t count)
{
  char *list = memory_string (owner, "");
  for (size_t i = 0; i < count; i++)
    list = memory_format (owner, "%s%s%s", list, i == 0 ? "" : " ", words[i]);
  return list;
}

static void
check_migrations (Doctor *doctor, const Told *told)
{
  const DatabaseDiagnosis *database = told->diagnosis->database;
  if (database == NULL)
    return;
  if (database->n_missing_migrations > 0)
    find (doctor, CHECK_ERROR, told->answer.service, "MIGRATIONS",
          join (doctor->owner, database->missing_migrations, database->n_missing_migrations),
          "are not applied to the database", "Run the migrations: ./dev migrate, or the migrate image");
  if (database->n_unknown_migrations > 0)
    find (doctor, CHECK_WARNING, told->answer.service, "MIGRATIONS",
          join (doctor->owner, database->unknown_migrations, database->n_unknown_migrations),
          "are applied to the database and not known to the program",
          "Bring the program to the version of its database");
}

/* Compares an instant that was told between two of ours. */
static void
compare_clock (Doctor *doctor, const Told *told, const char *whose, const char *text)
{
  int64_t theirs;
  if (*text == '\0' || !clock_parse (text, &theirs))
    return;
  int64_t apart = 0;
  if (theirs < told->answer.asked_us)
    apart = told->answer.asked_us - theirs;
  else if (theirs > told->answer.answered_us)
    apart = theirs - told->answer.answered_us;
  if (apart > SECOND)
    find (doctor, apart > 30 * SECOND ? CHECK_ERROR : CHECK_WARNING, told->answer.service, "CLOCKS", whose,
          memory_format (doctor->owner, "is %s away from the clock of this machine",
                         ctl_duration (doctor->owner, (uint64_t)apart / 1000)),
          "Let all machines follow one time server");
}

static void
check_clocks (Doctor *doctor, const Told *told)
{
  compare_clock (doctor, told, "service", told->diagnosis->time);
  if (told->diagnosis->database != NULL)
    compare_clock (doctor, told, "database", told->diagnosis->database->time);
}

static void
check_followers (Doctor *doctor, const Told *told)
{
  for (size_t i = 0; i < told->diagnosis->n_followers; i++) {
    const FollowerDiagnosis *follower = told->diagnosis->followers[i];
    if (follower->silent_ms > SILENT_MS)
      find (doctor, CHECK_ERROR, told->answer.service, "PEERS", follower->source,
            memory_format (doctor->owner, "has not answered it for %s",
                           ctl_duration (doctor->owner, follower->silent_ms)),
            "Look whether it runs, at HEIMO_PEERS of the service, and whether the allow-list lets it call");
    if (follower->lag_events > LAG_EVENTS)
      find (doctor, CHECK_WARNING, told->answer.service, "EVENTS", follower->source,
            memory_format (doctor->owner, "%" PRIu64 " of its events are not applied yet",
                           follower->lag_events),
            "Wait while the number falls; if it does not, look at the log of the service");
    if (follower->parked_events > 0)
      find (doctor, CHECK_WARNING, told->answer.service, "EVENTS", follower->source,
            memory_format (doctor->owner, "%" PRIu64 " of its events could not be applied and are parked",
                           follower->parked_events),
            "heimoctl parked lists them; the log of the service has the reasons");
  }
}

static void
take_own_findings (Doctor *doctor, const Told *told)
{
  for (size_t i = 0; i < told->diagnosis->n_findings; i++)
    add (doctor, told->diagnosis->findings[i]);
}

static void (*const service_checks[]) (Doctor *doctor, const Told *told) = {
    check_reached, check_state, check_migrations, check_clocks, check_followers, take_own_findings};

/* ---- services beside each other ---- */

static void
compare_versions (Doctor *doctor)
{
  for (size_t i = 0; i < doctor->ctl->service_count; i++) {
    const char *version = doctor->told[i].diagnosis->version;
    if (*version != '\0' && strcmp (version, HEIMO_VERSION) != 0)
      find (doctor, CHECK_WARNING, doctor->told[i].answer.service, "VERSIONS", version,
            "is another version than this heimoctl, " HEIMO_VERSION,
            "Nothing while an update is under way; afterwards all should be of one version");
  }
}

/* ---- findings ---- */

static const char *
finding_severity (void *owner, const void *row)
{
  return ctl_enum_word (owner, &finding_severity__descriptor, (int)((const DiagnosisFinding *)row)->severity);
}

static const char *
finding_service (void *owner, const void *row)
{
  (void)owner;
  return ((const DiagnosisFinding *)row)->service;
}

static const char *
finding_check (void *owner, const void *row)
{
  (void)owner;
  return ((const DiagnosisFinding *)row)->check;
}

static const char *
finding_subject (void *owner, const void *row)
{
  (void)owner;
  return ((const DiagnosisFinding *)row)->subject;
}

static const char *
finding_description (void *owner, const void *row)
{
  (void)owner;
  return ((const DiagnosisFinding *)row)->description;
}

static const char *
finding_advice (void *owner, const void *row)
{
  (void)owner;
  return ((const DiagnosisFinding *)row)->advice;
}

static const Column finding_columns[] = {
    {"SEVERITY", SIDE_LEFT, finding_severity},    {"SERVICE", SIDE_LEFT, finding_service},
    {"CHECK", SIDE_LEFT, finding_check},          {"WHAT", SIDE_LEFT, finding_subject},
    {"IS WRONG", SIDE_LEFT, finding_description},
};
static const TableForm finding_form = {finding_columns, sizeof finding_columns / sizeof *finding_columns,
                                       finding_advice};

/* Errors first; otherwise in the order in which they were found. */
static CtlExit
write_findings (const Doctor *doctor)
{
  static const FindingSeverity order[] = {FINDING_SEVERITY__FINDING_SEVERITY_ERROR,
                                          FINDING_SEVERITY__FINDING_SEVERITY_WARNING};
  size_t counts[2] = {0, 0};
  Output output = ctl_output (doctor->owner, doctor->ctl, &finding_form);
  for (size_t which = 0; which < 2; which++)
    for (size_t i = 0; i < doctor->count; i++)
      if (doctor->findings[i]->severity == order[which]) {
        ctl_output_row (&output, doctor->findings[i], &doctor->findings[i]->base);
        counts[which]++;
      }
  ctl_output_end (&output);
  if (!doctor->ctl->arguments->json)
    fprintf (doctor->ctl->out, "%zu services looked at, %zu errors, %zu warnings\n",
             doctor->ctl->service_count, counts[0], counts[1]);
  return counts[0] > 0 ? CTL_FOUND : CTL_GOOD;
}

CtlExit
run_doctor (Ctl *ctl)
{
  Doctor doctor = {.owner = memory_context (NULL), .ctl = ctl};
  for (size_t i = 0; i < sizeof machine_checks / sizeof *machine_checks; i++)
    machine_checks[i](&doctor);
  if (!status_failed (ctl->bus_status)) {
    doctor.told = ask_diagnoses (doctor.owner, ctl);
    for (size_t i = 0; i < ctl->service_count; i++)
      for (size_t j = 0; j < sizeof service_checks / sizeof *service_checks; j++)
        service_checks[j](&doctor, &doctor.told[i]);
    compare_versions (&doctor);
  }
  CtlExit code = write_findings (&doctor);
  talloc_free (doctor.owner);
  return code;
}
