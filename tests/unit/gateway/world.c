/* The black-box harness. The gateway's loop also runs the fake service's socket: one thread, nothing to race.
 * What the test's own thread reads is guarded by a mutex. */
#include "world.h"

#include "gateway/process.h"
#include "gateway/thread.h"
#include "heimo_api.h"

#include <arpa/inet.h>
#include <event2/thread.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { HEARD_MAX = 4096 };

struct World {
  Gateway gateway;
  Settings settings;
  Api api;
  char directory[64];
  char *roles[1];
  GatewayThread *thread;
  BusServer *service;
  Script script;
  void *data;
  pthread_t id;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  size_t heard_count;
  Heard heard[HEARD_MAX];
  void (*function) (World *world);
};

static const char *const service_names[] = {"membership"};

Settings
world_settings (void)
{
  return (Settings){.bind = "127.0.0.1",
                    .health = "",
                    .threads = 1,
                    .federation = WORLD_FEDERATION,
                    .hosts = "",
                    .origins = "",
                    .trusted_proxies = "",
                    .web_dir = "",
                    .bus_keys = "",
                    .peers = "",
                    .log_level = "error",
                    .body_bytes = 1 << 20,
                    .upload_bytes = 8 << 20,
                    .calls = 100,
                    .streams = 100,
                    .burst = 1,
                    .grace_ms = 2000};
}

static void
on_call (void *arg, BusCall *call)
{
  World *world = arg;
  const RequestHeader *header = call->header;
  const Principal *principal = header->principal;
  pthread_mutex_lock (&world->lock);
  assert_true (world->heard_count < HEARD_MAX);
  Heard *heard = &world->heard[world->heard_count++];
  heard->method = memory_string (world, strrchr (header->method, '/') + 1);
  heard->key = memory_string (world, header->idempotency_key);
  heard->if_match = memory_string (world, header->if_match);
  heard->traceparent = memory_string (world, header->traceparent);
  heard->principal = memory_format (world, "%s %s %s %s", principal->subject, principal->federation_id,
                                    principal->roles[0], principal->locale);
  heard->body = (Bytes){memory_copy (world, call->body.data, call->body.length), call->body.length};
  pthread_cond_broadcast (&world->changed);
  pthread_mutex_unlock (&world->lock);
  world->script (world, call);
}

static void *
run (void *arg)
{
  World *world = arg;
  event_base_loop (world->thread->base, EVLOOP_NO_EXIT_ON_EMPTY);
  return NULL;
}

static void
must (Status status)
{
  if (status_failed (status))
    fail_msg ("%s: %s", status.detail->reason, status.detail->message);
}

static void
await_service (World *world)
{
  void *owner = memory_context (world);
  for (int i = 0; i < 500; i++) {
    if (answer_status (world_ask (world, owner, "GET /readyz", "", NULL)) == 200)
      break;
    usleep (10000);
  }
  assert_int_equal (answer_status (world_ask (world, owner, "GET /readyz", "", NULL)), 200);
  talloc_free (owner);
}

World *
world_start (const Settings *settings, Script script, void *data)
{
  assert_true (sodium_init () >= 0);
  evthread_use_pthreads ();
  World *world = memory_new (NULL, World);
  world->settings = *settings;
  world->script = script;
  world->data = data;
  world->api = heimo_api;
  world->api.service_names = service_names;
  world->api.service_name_count = 1;
  pthread_mutex_init (&world->lock, NULL);
  pthread_cond_init (&world->changed, NULL);
  strcpy (world->directory, "/tmp/heimo-gateway-XXXXXX");
  assert_non_null (mkdtemp (world->directory));
  world->settings.bus_directory = world->directory;
  static char role[] = "registrar";
  world->roles[0] = role;
  Principal principal = PRINCIPAL__INIT;
  principal.subject = "local";
  principal.federation_id = WORLD_FEDERATION;
  principal.roles = (void *)world->roles;
  principal.n_roles = 1;
  Gateway *gateway = &world->gateway;
  gateway->settings = &world->settings;
  gateway->api = &world->api;
  gateway->principal = principal;
  gateway->limits = http_default_limits;
  gateway->limits.body_bytes = (size_t)settings->body_bytes;
  gateway->counts = counts_new (world, &world->api);
  gateway->openapi = (Bytes){(const uint8_t *)"{}", 2};
  must (clock_system (world, "UTC", &gateway->clock));
  BusOptions bus = {.name = "membership", .directory = world->directory};
  must (bus_open (world, &bus, &gateway->bus));
  must (gateway_thread_new (world, gateway, 0, &world->thread));
  BusServerHandlers handlers = {.on_call = on_call, .arg = world};
  BusServerOptions options = {.window = 16};
  must (bus_server_new (world, gateway->bus, world->thread->base, &options, &handlers, &world->service));
  assert_int_equal (pthread_create (&world->id, NULL, run, world), 0);
  await_service (world);
  return world;
}

void
world_stop (World *world)
{
  event_base_loopexit (world->thread->base, NULL);
  pthread_join (world->id, NULL);
  talloc_free (world->service);
  gateway_thread_free (world->thread);
  talloc_free (world->gateway.bus);
  char *command = memory_format (world, "rm -rf %s", world->directory);
  assert_int_equal (system (command), 0);
  pthread_mutex_destroy (&world->lock);
  pthread_cond_destroy (&world->changed);
  talloc_free (world);
}

void *
world_data (World *world)
{
  return world->data;
}

GatewayThread *
world_thread (World *world)
{
  return world->thread;
}

void
world_answer (World *world, BusCall *call, const ProtobufCMessage *reply)
{
  bus_server_answer (world->service, call, &(BusAnswer){.status = STATUS_SUCCESS, .reply = reply});
}

void
world_refuse (World *world, BusCall *call, StatusCode code, const char *reason)
{
  Status status = status_error (call, code, reason, "The script says so");
  bus_server_answer (world->service, call, &(BusAnswer){.status = status});
}

static void
on_run (evutil_socket_t socket, short what, void *arg)
{
  (void)socket;
  (void)what;
  World *world = arg;
  world->function (world);
  pthread_mutex_lock (&world->lock);
  world->function = NULL;
  pthread_cond_broadcast (&world->changed);
  pthread_mutex_unlock (&world->lock);
}

void
world_run (World *world, void (*function) (World *world))
{
  world->function = function;
  event_base_once (world->thread->base, -1, EV_TIMEOUT, on_run, world, &(struct timeval){0});
  pthread_mutex_lock (&world->lock);
  while (world->function != NULL)
    pthread_cond_wait (&world->changed, &world->lock);
  pthread_mutex_unlock (&world->lock);
}

size_t
world_heard_count (World *world)
{
  pthread_mutex_lock (&world->lock);
  size_t count = world->heard_count;
  pthread_mutex_unlock (&world->lock);
  return count;
}

Heard
world_heard (World *world, void *owner, size_t index)
{
  pthread_mutex_lock (&world->lock);
  assert_true (index < world->heard_count);
  Heard heard = world->heard[index];
  Heard copy = {.method = memory_string (owner, heard.method),
                .key = memory_string (owner, heard.key),
                .if_match = memory_string (owner, heard.if_match),
                .traceparent = memory_string (owner, heard.traceparent),
                .principal = memory_string (owner, heard.principal),
                .body = {memory_copy (owner, heard.body.data, heard.body.length), heard.body.length}};
  pthread_mutex_unlock (&world->lock);
  return copy;
}

void
world_await (World *world, size_t count)
{
  for (int i = 0; i < 500 && world_heard_count (world) < count; i++)
    usleep (10000);
  assert_true (world_heard_count (world) >= count);
}

/* ---- the client ---- */

int
world_connect (World *world)
{
  int peer = socket (AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons ((uint16_t)http_server_port (world->thread->server)),
                                .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  struct timeval limit = {.tv_sec = 10};
  setsockopt (peer, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  assert_int_equal (connect (peer, (struct sockaddr *)&address, sizeof address), 0);
  return peer;
}

void
world_send (int peer, const char *bytes, size_t length)
{
  while (length > 0) {
    ssize_t sent = send (peer, bytes, length, MSG_NOSIGNAL);
    if (sent <= 0)
      return; /* the gateway has closed: the test looks at what it answered */
    bytes += sent;
    length -= (size_t)sent;
  }
}

static char *
read_some (void *owner, int peer, const char *until, size_t *length)
{
  size_t have = 0, room = 65536;
  char *text = memory_must (talloc_size (owner, room));
  text[0] = '\0';
  for (;;) {
    if (room - have < 32768)
      text = memory_must (talloc_realloc_size (owner, text, room *= 2));
    ssize_t got = recv (peer, text + have, 32767, 0);
    if (got <= 0)
      break;
    have += (size_t)got;
    text[have] = '\0';
    if (until != NULL && strstr (text, until) != NULL)
      break;
  }
  if (until != NULL && strstr (text, until) == NULL)
    fail_msg ("no %s in %s", until, text);
  if (length != NULL)
    *length = have;
  return text;
}

char *
world_read_all (void *owner, int peer, size_t *length)
{
  return read_some (owner, peer, NULL, length);
}

char *
world_read_until (void *owner, int peer, const char *text)
{
  return read_some (owner, peer, text, NULL);
}

char *
world_ask (World *world, void *owner, const char *line, const char *fields, const char *body)
{
  char *length = body == NULL ? memory_string (owner, "")
                              : memory_format (owner, "Content-Length: %zu\r\n", strlen (body));
  const char *host = strcasestr (fields, "Host:") == NULL ? "Host: localhost\r\n" : "";
  char *request = memory_format (owner, "%s HTTP/1.1\r\n%sConnection: close\r\n%s%s\r\n%s", line, host,
                                 fields, length, body == NULL ? "" : body);
  int peer = world_connect (world);
  world_send (peer, request, strlen (request));
  char *answer = world_read_all (owner, peer, NULL);
  close (peer);
  return answer;
}

int
answer_status (const char *answer)
{
  return strncmp (answer, "HTTP/1.1 ", 9) == 0 ? atoi (answer + 9) : 0;
}

char *
answer_field (void *owner, const char *answer, const char *name)
{
  const char *end = strstr (answer, "\r\n\r\n");
  size_t length = strlen (name);
  for (const char *at = strstr (answer, "\r\n"); at != NULL && at < end; at = strstr (at + 2, "\r\n")) {
    if (strncasecmp (at + 2, name, length) == 0 && at[2 + length] == ':')
      return memory_string_n (owner, at + length + 4, strcspn (at + length + 4, "\r"));
  }
  return memory_string (owner, "");
}

char *
answer_body (void *owner, const char *answer)
{
  const char *at = strstr (answer, "\r\n\r\n");
  if (at == NULL)
    return memory_string (owner, "");
  at += 4;
  if (answer_field (owner, answer, "Transfer-Encoding")[0] == '\0')
    return memory_string (owner, at);
  char *body = memory_string (owner, "");
  for (char *end = NULL; *at != '\0'; at = end) {
    size_t size = strtoul (at, &end, 16);
    if (size == 0 || strlen (end) < size + 4)
      break;
    body = memory_must (talloc_strndup_append (body, end + 2, size));
    end += size + 4;
  }
  return body;
}

bool
answer_is_whole (const char *answer)
{
  size_t length = strlen (answer);
  return length > 5 && strcmp (answer + length - 5, "0\r\n\r\n") == 0;
}
