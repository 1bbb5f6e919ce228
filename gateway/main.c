/* heimo-gateway: HTTP and JSON outside, ZeroMQ and protobuf inside, and the web application beside it.
 *
 * The main thread reads the configuration, opens the bus, starts the event loops and then waits for signals;
 * it serves nothing itself. SIGTERM or SIGINT: not ready at once, still serving for HEIMO_DRAIN_MS, then no
 * new connections, and an end when the last answer is out or HEIMO_GRACE_MS have passed. SIGHUP: the
 * allow-list of the bus is read again.
 */
#include "core/log.h"
#include "gateway/process.h"
#include "gateway/settings.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static int
start_failed (Status status)
{
  log_status (LOG_ERROR_LEVEL, "cannot start", status, NULL);
  fprintf (stderr, "heimo-gateway: %s\n", status.detail->message);
  for (size_t i = 0; i < status.detail->violation_count; i++)
    fprintf (stderr, "  %s: %s\n", status.detail->violations[i].field,
             status.detail->violations[i].description);
  return 1;
}

static int
serve (void *owner)
{
  const Settings *settings = NULL;
  log_open ("gateway", "info");
  Status status = settings_read (owner, &settings);
  if (status_failed (status))
    return start_failed (status);
  log_open ("gateway", settings->log_level);
  sigset_t signals;
  process_block_signals (&signals);
  Process *process = NULL;
  status = process_start (owner, settings, &process);
  if (status_failed (status))
    return start_failed (status);
  return process_wait (process, &signals);
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "--help") == 0) {
    config_help (stdout, "heimo-gateway", settings_keys, settings_count);
    return 0;
  }
  bool check = argc == 2 && strcmp (argv[1], "--health-check") == 0;
  if (argc != 1 && !check) {
    fprintf (stderr, "usage: heimo-gateway [--help | --health-check]\n");
    return 2;
  }
  /* Seeded by the kernel once: a trace and a request id each would cost a system call. */
  randombytes_set_implementation (&randombytes_internal_implementation);
  if (sodium_init () < 0)
    return 1;
  void *owner = memory_context (NULL);
  int result = check ? process_check (owner) : serve (owner);
  talloc_free (owner);
  return result;
}
