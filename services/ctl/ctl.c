/* From the command line to the end of a verb: arguments, configuration, the bus. */
#include "services/ctl/ctl.h"

#include <errno.h>
#include <event2/thread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/log.h"
#include "core/validate.h"
#include "heimo_api.h"
#include "services/ctl/documents.h"

/* What is asked for no federation's sake is asked in the name of this one. */
#define NO_FEDERATION "00000000-0000-0000-0000-000000000000"

#define KEY(member, NAME, comment)                                                                           \
  {                                                                                                          \
    NAME, CONFIG_TEXT, "", "", 0, 0, offsetof (CtlSettings, member), comment                                 \
  }

const ConfigKey ctl_keys[] = {
    KEY (bus_directory, "HEIMO_BUS_DIR", "Folder of the services' ipc sockets; empty: tcp only."),
    KEY (keys, "HEIMO_KEYS", "Folder with ctl.secret, the public keys and the allow-list; needed for tcp."),
    KEY (peers, "HEIMO_PEERS",
         "Where the services are: 'membership=tcp://membership:7001 hierarchy=tcp://hierarchy:7001'; empty: "
         "in "
         "HEIMO_BUS_DIR."),
    KEY (federation, "HEIMO_FEDERATION", "The federation whose runs are meant, a UUID."),
    KEY (disks, "HEIMO_DISKS", "Folders whose room doctor looks at, separated by ':'."),
};
const size_t ctl_key_count = sizeof ctl_keys / sizeof *ctl_keys;

/* ---- failures ---- */

static CtlExit
exit_of (Status status)
{
  const char *reason = status.detail->reason;
  if (status.code == STATUS_DEADLINE_EXCEEDED)
    return CTL_UNREACHABLE;
  if (status.code == STATUS_UNAVAILABLE && strcmp (reason, "DATABASE_UNAVAILABLE") != 0)
    return CTL_UNREACHABLE;
  return CTL_FOUND;
}

CtlExit
ctl_complain (const char *about, Status status)
{
  const StatusDetail *detail = status.detail;
  const char *colon = about == NULL ? "" : ": ";
  about = about == NULL ? "" : about;
  if (detail->violation_count == 0)
    fprintf (stderr, "heimoctl: %s%s%s (%s)\n", about, colon, detail->message, detail->reason);
  for (size_t i = 0; i < detail->violation_count; i++)
    fprintf (stderr, "heimoctl: %s%s%s %s\n", about, colon, detail->violations[i].field,
             detail->violations[i].description);
  return exit_of (status);
}

CtlExit
ctl_worse (CtlExit one, CtlExit other)
{
  return one > other ? one : other;
}

/* ---- the bus ---- */

static Status
check_federation (void *owner, const CtlSettings *settings, VerbNeed need)
{
  const char *federation = settings->federation;
  if (*federation == '\0' && need == NEED_FEDERATION)
    return status_field (owner, "HEIMO_FEDERATION", "REQUIRED", "is not set: whose runs are meant?");
  if (validate_text (API_FORMAT_UUID, federation, strlen (federation)) != NULL)
    return status_field (owner, "HEIMO_FEDERATION", "INVALID_UUID", "%s",
                         validate_text_wants (API_FORMAT_UUID));
  return STATUS_SUCCESS;
}

/* The bus would make a folder that is not there: but where there is none, nobody listens. */
static Status
check_directory (void *owner, const CtlSettings *settings)
{
  struct stat folder;
  const char *path = settings->bus_directory;
  if (*path == '\0' && *settings->peers == '\0')
    return status_field (owner, "HEIMO_BUS_DIR", "REQUIRED",
                         "is not set, nor is HEIMO_PEERS: where are the services?");
  if (*path != '\0' && stat (path, &folder) != 0)
    return status_error (owner, STATUS_UNAVAILABLE, "NO_REPLICA", "HEIMO_BUS_DIR=%s: %s: does the set run?",
                         path, strerror (errno));
  return STATUS_SUCCESS;
}

static Status
open_bus (void *owner, Ctl *ctl)
{
  const CtlSettings *settings = ctl->settings;
  Status status = check_directory (owner, settings);
  if (status_failed (status))
    return status;
  BusOptions bus = {.name = "ctl",
                    .directory = *settings->bus_directory == '\0' ? NULL : settings->bus_directory,
                    .keys = *settings->keys == '\0' ? NULL : settings->keys};
  status = bus_open (owner, &bus, &ctl->bus);
  if (status_failed (status)) {
    ctl->bus = NULL;
    return status;
  }
  BusClientOptions client = {.queue_ms = (unsigned)ctl->arguments->timeout_s * 1000};
  ctl->client = bus_client_new (owner, ctl->bus, ctl->base, &client);
  for (size_t i = 0; i < ctl->service_count && !status_failed (status); i++)
    status = bus_client_add_service (ctl->client, ctl->services[i],
                                     bus_peer_endpoint (owner, settings->peers, ctl->services[i]));
  return status;
}

static void
close_bus (Ctl *ctl)
{
  talloc_free (ctl->client);
  talloc_free (ctl->bus);
  event_base_free (ctl->base);
}

/* A wrong configuration is the caller's fault; a set that is not there is not. */
static CtlExit
complain_of_bus (Status status)
{
  CtlExit code = ctl_complain (NULL, status);
  return code == CTL_UNREACHABLE ? code : CTL_USAGE;
}

static CtlExit
carry_out (void *owner, Ctl *ctl)
{
  static const char *const roles[] = {"operator"};
  const Verb *verb = ctl->arguments->verb;
  ctl->base = event_base_new ();
  principal__init (&ctl->principal);
  ctl->principal.subject = "service:ctl";
  ctl->principal.federation_id =
      *ctl->settings->federation == '\0' ? NO_FEDERATION : ctl->settings->federation;
  ctl->principal.roles = (const char **)(uintptr_t)roles;
  ctl->principal.n_roles = 1;
  ctl->bus_status = open_bus (owner, ctl);
  CtlExit code = status_failed (ctl->bus_status) && verb->need != NEED_DOCTOR
                     ? complain_of_bus (ctl->bus_status)
                     : verb->run (ctl);
  close_bus (ctl);
  return code;
}

/* ---- the command line ---- */

static CtlExit
begin (void *owner, const Arguments *arguments, FILE *out)
{
  CtlSettings settings;
  Ctl ctl = {.arguments = arguments, .settings = &settings, .out = out};
  if (arguments->verb->need == NEED_NOTHING)
    return arguments->verb->run (&ctl);
  Status status = config_read (owner, ctl_keys, ctl_key_count, &settings);
  if (!status_failed (status))
    status = check_federation (owner, &settings, arguments->verb->need);
  if (status_failed (status)) {
    ctl_complain (NULL, status);
    return CTL_USAGE;
  }
  ctl.services = arguments->service == NULL ? heimo_api.service_names : &arguments->service;
  ctl.service_count = arguments->service == NULL ? heimo_api.service_name_count : 1;
  return carry_out (owner, &ctl);
}

CtlExit
ctl_main (int argc, char **argv, FILE *out)
{
  void *owner = memory_context (NULL);
  Arguments arguments;
  CtlExit code = CTL_GOOD;
  log_open ("ctl", "error");
  evthread_use_pthreads ();
  Status status =
      arguments_read (owner, argc, argv, heimo_api.service_names, heimo_api.service_name_count, &arguments);
  if (status_failed (status)) {
    ctl_complain (NULL, status);
    code = CTL_USAGE;
  } else if (arguments.version)
    fprintf (out, "heimoctl %s\n", HEIMO_VERSION);
  else if (arguments.help)
    print_help (out, arguments.verb);
  else
    code = begin (owner, &arguments, out);
  talloc_free (owner);
  return code;
}
