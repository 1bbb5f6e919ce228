/* The health port: what an orchestrator and Prometheus ask. libevent's evhttp serves it: it is never
 * reachable from outside, so its leniency does not matter here (the gateway's own codec faces the public). It
 * runs on the front thread, so an answer proves that the event loop turns; it never touches the database.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/log.h"
#include "service/private.h"

static void
answer (struct evhttp_request *request, int code, const char *type, const char *text)
{
  struct evbuffer *body = evbuffer_new ();
  evbuffer_add (body, text, strlen (text));
  evhttp_add_header (evhttp_request_get_output_headers (request), "Content-Type", type);
  evhttp_send_reply (request, code, code == 200 ? "OK" : "Service Unavailable", body);
  evbuffer_free (body);
}

static bool
is_ready (Process *process)
{
  return atomic_load (&process->database_ok) && !atomic_load (&process->draining);
}

static char *
print_metrics (void *owner, Process *process)
{
  char *text = memory_string (owner, "");
  for (size_t i = 0; i < process->method_count; i++)
    text = metrics_print (text, &process->metrics[i].duration, 1);
  for (size_t i = 0; i < process->method_count; i++)
    text = metrics_print (text, &process->metrics[i].failed, 1);
  text = metrics_print (text, &process->batched, 1);
  for (size_t i = 0; i < process->follower_count; i++)
    text = memory_must (talloc_asprintf_append_buffer (
        text, "heimo_follower_lag_events{source=\"%s\"} %llu\n", process->service->followers[i].source,
        (unsigned long long)atomic_load (&process->follower_lag[i])));
  size_t bus_count;
  Metric *bus_rows = bus_metrics (process->bus, &bus_count);
  text = metrics_print (text, bus_rows, bus_count);
  return metrics_print_process (text);
}

static void
on_request (struct evhttp_request *request, void *arg)
{
  Process *process = arg;
  const char *path = evhttp_request_get_uri (request);
  if (strcmp (path, "/healthz") == 0)
    answer (request, 200, "text/plain", "alive\n");
  else if (strcmp (path, "/readyz") == 0)
    answer (request, is_ready (process) ? 200 : 503, "text/plain",
            is_ready (process) ? "ready\n" : "not ready\n");
  else if (strcmp (path, "/metrics") == 0) {
    void *scratch = memory_context (NULL);
    answer (request, 200, "text/plain; version=0.0.4", print_metrics (scratch, process));
    talloc_free (scratch);
  } else
    evhttp_send_error (request, HTTP_NOTFOUND, NULL);
}

/* "unix:/path" or "host:port" as a socket address; 0 when it is neither. */
static socklen_t
parse_address (const char *address, struct sockaddr_storage *out)
{
  memset (out, 0, sizeof *out);
  if (strncmp (address, "unix:", 5) == 0) {
    struct sockaddr_un *local = (struct sockaddr_un *)out;
    local->sun_family = AF_UNIX;
    if (strlen (address + 5) >= sizeof local->sun_path)
      return 0;
    strcpy (local->sun_path, address + 5);
    return sizeof *local;
  }
  char host[256];
  const char *colon = strrchr (address, ':');
  if (colon == NULL || (size_t)(colon - address) >= sizeof host)
    return 0;
  snprintf (host, sizeof host, "%.*s", (int)(colon - address), address);
  struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM}, *found;
  if (getaddrinfo (host, colon + 1, &hints, &found) != 0)
    return 0;
  socklen_t length = found->ai_addrlen;
  memcpy (out, found->ai_addr, length);
  freeaddrinfo (found);
  return length;
}

Status
health_start (Process *process)
{
  const char *address = process->settings->health;
  struct sockaddr_storage where;
  if (*address == '\0')
    return STATUS_SUCCESS;
  socklen_t length = parse_address (address, &where);
  if (length == 0)
    return status_field (process, "HEIMO_HEALTH", "ADDRESS", "is neither unix:/path nor host:port");
  if (where.ss_family == AF_UNIX)
    unlink (address + 5); /* left by a process that was killed */
  struct evhttp *http = evhttp_new (process->base);
  struct evconnlistener *listener = evconnlistener_new_bind (
      process->base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, -1,
      (struct sockaddr *)&where, (int)length);
  if (listener == NULL || evhttp_bind_listener (http, listener) == NULL)
    return status_error (process, STATUS_FAILED_PRECONDITION, "ADDRESS", "Cannot listen on %s: %s", address,
                         strerror (errno));
  evhttp_set_gencb (http, on_request, process);
  evhttp_set_timeout (http, 10);
  evhttp_set_max_body_size (http, 0);
  evhttp_set_max_headers_size (http, 8192);
  process->health = http;
  return STATUS_SUCCESS;
}

int
health_check (const char *address)
{
  struct sockaddr_storage where;
  char reply[16] = "";
  static const char question[] = "GET /readyz HTTP/1.0\r\n\r\n";
  socklen_t length = parse_address (address, &where);
  if (length == 0) {
    fprintf (stderr, "HEIMO_HEALTH is not set to unix:/path or host:port\n");
    return 2;
  }
  struct timeval timeout = {.tv_sec = 3};
  int fd = socket (where.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  bool ready = fd >= 0 && connect (fd, (struct sockaddr *)&where, length) == 0 &&
               write (fd, question, sizeof question - 1) == (ssize_t)sizeof question - 1 &&
               recv (fd, reply, sizeof reply - 1, MSG_WAITALL) > 12 && strncmp (reply + 9, "200", 3) == 0;
  if (fd >= 0)
    close (fd);
  return ready ? 0 : 1;
}
