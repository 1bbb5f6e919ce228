/* A thread's parts, made and ended in the right order: requests hold calls and places, so the server goes
 * first. */
#include "gateway/thread.h"

#include "gateway/follow.h"
#include "gateway/problem.h"
#include "gateway/router.h"

#include <string.h>

char *
gateway_endpoint (void *owner, const char *peers, const char *service)
{
  size_t name = strlen (service);
  for (const char *at = peers + strspn (peers, " "); *at != '\0'; at += strspn (at, " ")) {
    size_t length = strcspn (at, " ");
    if (length > name && strncmp (at, service, name) == 0 && at[name] == '=')
      return memory_string_n (owner, at + name + 1, length - name - 1);
    at += length;
  }
  return NULL;
}

static Status
open_client (GatewayThread *thread)
{
  Gateway *gateway = thread->gateway;
  thread->client = bus_client_new (thread, gateway->bus, thread->base, &(BusClientOptions){0});
  for (size_t i = 0; i < gateway->api->service_name_count; i++) {
    const char *name = gateway->api->service_names[i];
    char *endpoint = gateway_endpoint (thread, gateway->settings->peers, name);
    Status status = bus_client_add_service (thread->client, name, endpoint);
    if (status_failed (status))
      return status;
  }
  return STATUS_SUCCESS;
}

static Status
open_server (GatewayThread *thread)
{
  Gateway *gateway = thread->gateway;
  const Settings *settings = gateway->settings;
  HttpOptions *options = memory_new (thread, HttpOptions);
  *options = (HttpOptions){
      .limits = &gateway->limits, .handler = router_handler, .data = thread, .problem_base = PROBLEM_BASE};
  thread->server = http_server_new (thread, thread->base, options);
  bool v6 = strchr (settings->bind, ':') != NULL;
  char *address = memory_format (thread, v6 ? "[%s]:%d" : "%s:%d", settings->bind, (int)gateway->port);
  Status status = http_server_listen (thread->server, address, settings->threads > 1);
  if (!status_failed (status))
    gateway->port = http_server_port (thread->server);
  return status;
}

static Limiter *
new_limiter (void *owner, const Settings *settings)
{
  LimiterRules rules = {.rate = (unsigned)settings->rate,
                        .burst = (unsigned)settings->burst,
                        .calls = (unsigned)settings->calls,
                        .calls_per_client = (unsigned)settings->calls_per_client,
                        .streams = (unsigned)settings->streams,
                        .streams_per_client = (unsigned)settings->streams_per_client};
  return limiter_new (owner, &rules);
}

Status
gateway_thread_new (void *owner, Gateway *gateway, unsigned number, GatewayThread **result)
{
  GatewayThread *thread = memory_new (owner, GatewayThread);
  thread->gateway = gateway;
  thread->number = number;
  TAILQ_INIT (&thread->streams);
  thread->base = memory_must (event_base_new ());
  thread->limiter = new_limiter (thread, gateway->settings);
  *result = thread;
  Status status = open_client (thread);
  return status_failed (status) ? status : open_server (thread);
}

static void
on_drained (void *data)
{
  GatewayThread *thread = data;
  event_base_loopbreak (thread->base);
}

void
gateway_thread_drain (GatewayThread *thread)
{
  follow_end_all (thread);
  http_server_drain (thread->server, on_drained, thread);
}

void
gateway_thread_free (GatewayThread *thread)
{
  talloc_free (thread->server);
  talloc_free (thread->client);
  event_base_free (thread->base);
  talloc_free (thread);
}
