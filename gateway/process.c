/* Start, signals and end of the gateway. */
#include "gateway/process.h"

#include "core/log.h"
#include "core/validate.h"
#include "gateway/router.h"
#include "gateway/settings.h"
#include "gateway/site.h"
#include "gateway/thread.h"
#include "heimo_api.h"
#include "heimo_openapi.h"

#include <event2/listener.h>
#include <event2/thread.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { ADDRESS_SIZE = 200 };

struct Process {
  Gateway gateway;
  unsigned count;
  GatewayThread **threads;
  pthread_t *ids;
  char **roles;         /* of the principal */
  HttpServer *internal; /* on the first thread's loop; NULL for none */
  HttpOptions internal_options;
  struct evconnlistener *internal_socket; /* of a unix: path; NULL otherwise */
};

/* ---- start ---- */

/* Until there is sign-in everybody who reaches the port is this one. */
static void
set_principal (Process *process, const Settings *settings)
{
  static char role[] = "registrar";
  process->roles = memory_array (process, char *, 1);
  process->roles[0] = role;
  Principal principal = PRINCIPAL__INIT;
  principal.subject = "local";
  principal.federation_id = memory_string (process, settings->federation);
  principal.roles = (void *)process->roles;
  principal.n_roles = 1;
  principal.locale = "en";
  process->gateway.principal = principal;
}

static Status
open_gateway (Process *process, const Settings *settings)
{
  Gateway *gateway = &process->gateway;
  gateway->settings = settings;
  gateway->api = &heimo_api;
  gateway->openapi = (Bytes){(const uint8_t *)heimo_openapi, heimo_openapi_length};
  gateway->limits = http_default_limits;
  gateway->limits.body_bytes = (size_t)settings->body_bytes;
  gateway->port = (unsigned)settings->port;
  gateway->counts = counts_new (process, gateway->api);
  gateway->log_requests = strcmp (settings->log_level, "debug") == 0;
  set_principal (process, settings);
  if (validate_text (API_FORMAT_UUID, settings->federation, strlen (settings->federation)) != NULL)
    return status_field (process, "HEIMO_FEDERATION", "INVALID_UUID", "This is not a UUID");
  Status status = clock_system (process, "UTC", &gateway->clock);
  if (!status_failed (status) && settings->web_dir[0] != '\0')
    status = site_load (process, settings->web_dir, &gateway->site);
  if (status_failed (status))
    return status;
  BusOptions bus = {.name = "gateway",
                    .directory = settings->bus_directory[0] == '\0' ? NULL : settings->bus_directory,
                    .keys = settings->bus_keys[0] == '\0' ? NULL : settings->bus_keys};
  return bus_open (process, &bus, &gateway->bus);
}

static void
on_internal_accept (struct evconnlistener *listener, evutil_socket_t socket, struct sockaddr *address,
                    int length, void *data)
{
  (void)listener;
  (void)address;
  (void)length;
  http_server_adopt (data, socket);
}

static Status
listen_unix (Process *process, const char *path)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen (path) >= sizeof address.sun_path)
    return status_error (process, STATUS_FAILED_PRECONDITION, "CANNOT_LISTEN", "The path %s is too long",
                         path);
  memcpy (address.sun_path, path, strlen (path) + 1);
  unlink (path);
  process->internal_socket = evconnlistener_new_bind (
      process->threads[0]->base, on_internal_accept, process->internal,
      LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 16, (struct sockaddr *)&address, (int)sizeof address);
  if (process->internal_socket == NULL)
    return status_error (process, STATUS_UNAVAILABLE, "CANNOT_LISTEN", "Cannot listen on %s", path);
  return STATUS_SUCCESS;
}

static Status
open_internal (Process *process)
{
  const char *where = process->gateway.settings->health;
  if (where[0] == '\0')
    return STATUS_SUCCESS;
  GatewayThread *first = process->threads[0];
  process->internal_options = (HttpOptions){.limits = &process->gateway.limits,
                                            .handler = router_internal_handler,
                                            .data = first,
                                            .problem_base = "/problems/"};
  process->internal = http_server_new (process, first->base, &process->internal_options);
  if (strncmp (where, "unix:", 5) == 0)
    return listen_unix (process, where + 5);
  return http_server_listen (process->internal, where, false);
}

/* Several threads share a port, and so could another program that wants to. Nobody must listen there already.
 */
static Status
check_port_is_free (Process *process)
{
  const Settings *settings = process->gateway.settings;
  if (settings->threads < 2 || settings->port == 0)
    return STATUS_SUCCESS;
  char where[ADDRESS_SIZE];
  struct sockaddr_storage address = {0};
  int length = sizeof address, yes = 1;
  snprintf (where, sizeof where, strchr (settings->bind, ':') != NULL ? "[%s]:%d" : "%s:%d", settings->bind,
            (int)settings->port);
  if (evutil_parse_sockaddr_port (where, (struct sockaddr *)&address, &length) != 0)
    return status_error (process, STATUS_UNAVAILABLE, "CANNOT_LISTEN", "%s is not an address", where);
  int probe = socket (address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt (probe, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  int result = bind (probe, (struct sockaddr *)&address, (socklen_t)length);
  close (probe);
  if (result != 0)
    return status_error (process, STATUS_UNAVAILABLE, "CANNOT_LISTEN", "Somebody listens on %s already",
                         where);
  return STATUS_SUCCESS;
}

/* A connection is a descriptor; the usual soft limit of 1,024 is one for programs that use select. */
static void
raise_descriptor_limit (void)
{
  struct rlimit limit;
  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit (RLIMIT_NOFILE, &limit) != 0)
    log_write (LOG_WARNING_LEVEL, "cannot raise the limit of open files", NULL);
}

static void *
run_thread (void *arg)
{
  GatewayThread *thread = arg;
  event_base_loop (thread->base, EVLOOP_NO_EXIT_ON_EMPTY);
  return NULL;
}

/* Loud, at every start, because it is the one switch that hands the register to whoever can connect. */
static void
announce (const Process *process)
{
  const Settings *settings = process->gateway.settings;
  char port[16];
  snprintf (port, sizeof port, "%u", http_server_port (process->threads[0]->server));
  log_write (LOG_INFO_LEVEL, "listening", "address", settings->bind, "port", port, "federation",
             settings->federation, NULL);
  if (settings_is_loopback (settings->bind))
    return;
  log_write (
      LOG_WARNING_LEVEL,
      "UNAUTHENTICATED: everybody who can connect to this address may read and change the whole register",
      "address", settings->bind, "port", port, NULL);
  fprintf (stderr,
           "*** heimo-gateway listens on %s:%s WITHOUT SIGN-IN: everybody who can connect may read and "
           "change the\n"
           "*** whole register (HEIMO_ALLOW_UNAUTHENTICATED_BIND=yes). Keep it inside a private network.\n",
           settings->bind, port);
}

Status
process_start (void *owner, const Settings *settings, Process **result)
{
  Process *process = memory_new (owner, Process);
  *result = process;
  evthread_use_pthreads ();
  raise_descriptor_limit ();
  Status status = open_gateway (process, settings);
  if (!status_failed (status))
    status = check_port_is_free (process);
  process->threads = memory_array (process, GatewayThread *, settings->threads);
  process->ids = memory_array (process, pthread_t, settings->threads);
  for (unsigned i = 0; i < (unsigned)settings->threads && !status_failed (status); i++)
    status = gateway_thread_new (process, &process->gateway, i, &process->threads[i]);
  if (!status_failed (status))
    status = open_internal (process);
  if (status_failed (status))
    return status;
  announce (process);
  for (; process->count < (unsigned)settings->threads; process->count++) {
    if (pthread_create (&process->ids[process->count], NULL, run_thread, process->threads[process->count]) !=
        0)
      abort ();
  }
  return STATUS_SUCCESS;
}

/* ---- end ---- */

void
process_block_signals (sigset_t *signals)
{
  sigemptyset (signals);
  sigaddset (signals, SIGTERM);
  sigaddset (signals, SIGINT);
  sigaddset (signals, SIGHUP);
  pthread_sigmask (SIG_BLOCK, signals, NULL);
  signal (SIGPIPE, SIG_IGN);
}

static void
reload (Process *process)
{
  void *owner = memory_context (process);
  Status status = bus_reload (process->gateway.bus, owner);
  if (status_failed (status))
    log_status (LOG_ERROR_LEVEL, "the allow-list was not read again", status, NULL);
  talloc_free (owner);
}

static void
on_drain (evutil_socket_t socket, short what, void *arg)
{
  (void)socket;
  (void)what;
  gateway_thread_drain (arg);
}

/* Sleeps, unless a second signal says that it has to be quick. */
static void
pause_for (const sigset_t *signals, int64_t milliseconds)
{
  struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
  sigtimedwait (signals, NULL, &time);
}

/* Runs on_drain in each loop, gives them their time, then breaks those that are left. */
static void
end_threads (Process *process)
{
  const Settings *settings = process->gateway.settings;
  struct timeval grace = {.tv_sec = settings->grace_ms / 1000, .tv_usec = settings->grace_ms % 1000 * 1000};
  for (unsigned i = 0; i < process->count; i++) {
    event_base_once (process->threads[i]->base, -1, EV_TIMEOUT, on_drain, process->threads[i],
                     &(struct timeval){0});
    event_base_loopexit (process->threads[i]->base, &grace);
  }
  for (unsigned i = 0; i < process->count; i++)
    pthread_join (process->ids[i], NULL);
  if (process->internal_socket != NULL)
    evconnlistener_free (process->internal_socket);
  talloc_free (process->internal);
  for (unsigned i = 0; i < process->count; i++)
    gateway_thread_free (process->threads[i]);
  talloc_free (process->gateway.bus);
}

int
process_wait (Process *process, const sigset_t *signals)
{
  int number = 0;
  while (sigwait (signals, &number) != 0 || number == SIGHUP)
    reload (process);
  log_write (LOG_INFO_LEVEL, "draining", NULL);
  process->gateway.draining = true;
  if (process->gateway.settings->drain_ms > 0)
    pause_for (signals, process->gateway.settings->drain_ms);
  end_threads (process);
  log_write (LOG_INFO_LEVEL, "ended", NULL);
  return 0;
}

/* ---- health check ---- */

static int
connect_to (const Settings *settings)
{
  struct sockaddr_storage address = {0};
  struct sockaddr_un *local = (struct sockaddr_un *)&address;
  int length = sizeof address;
  char text[ADDRESS_SIZE];
  if (strncmp (settings->health, "unix:", 5) == 0) {
    local->sun_family = AF_UNIX;
    snprintf (local->sun_path, sizeof local->sun_path, "%s", settings->health + 5);
    length = sizeof *local;
  } else {
    bool any = strcmp (settings->bind, "0.0.0.0") == 0;
    bool v6 = strchr (settings->bind, ':') != NULL;
    snprintf (text, sizeof text, v6 ? "[%s]:%d" : "%s:%d", any ? "127.0.0.1" : settings->bind,
              (int)settings->port);
    const char *where = settings->health[0] != '\0' ? settings->health : text;
    if (evutil_parse_sockaddr_port (where, (struct sockaddr *)&address, &length) != 0)
      return -1;
  }
  int peer = socket (address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct timeval limit = {.tv_sec = 3};
  setsockopt (peer, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt (peer, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (connect (peer, (struct sockaddr *)&address, (socklen_t)length) == 0)
    return peer;
  close (peer);
  return -1;
}

int
process_check (void *owner)
{
  static const char request[] = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  static const char expected[] = "HTTP/1.1 200";
  const Settings *settings = NULL;
  Status status = settings_read (owner, &settings);
  int peer = status_failed (status) ? -1 : connect_to (settings);
  if (peer < 0)
    return 1;
  char answer[sizeof expected - 1];
  bool ready = write (peer, request, sizeof request - 1) == (ssize_t)(sizeof request - 1) &&
               recv (peer, answer, sizeof answer, MSG_WAITALL) == (ssize_t)sizeof answer &&
               memcmp (answer, expected, sizeof answer) == 0;
  close (peer);
  return ready ? 0 : 1;
}
