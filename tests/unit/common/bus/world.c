/* The world of the bus tests. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

/* ---- folder, bus, loop ---- */

static void
open_folder (World *world)
{
  memset (world, 0, sizeof *world);
  strcpy (world->folder, "/tmp/heimo-bus-XXXXXX");
  assert_non_null (mkdtemp (world->folder));
  world->root = memory_context (NULL);
  world->base = event_base_new ();
}

const char *
world_path (World *world, const char *name)
{
  return memory_format (world->root, "%s/%s", world->folder, name);
}

void
world_open (World *world)
{
  open_folder (world);
  const BusOptions options = {.name = "echo", .directory = world->folder};
  assert_false (status_failed (bus_open (world->root, &options, &world->bus)));
}

static void
write_file (const char *path, mode_t mode, const char *text)
{
  FILE *file = fopen (path, "w");
  assert_non_null (file);
  fputs (text, file);
  fclose (file);
  chmod (path, mode);
}

void
world_open_with_keys (World *world)
{
  char public[KEY_TEXT_SIZE];
  char secret[KEY_TEXT_SIZE];
  open_folder (world);
  zmq_curve_keypair (public, secret);
  write_file (world_path (world, "echo.secret"), 0400, secret);
  write_file (world_path (world, "echo.public"), 0444, public);
  write_file (world_path (world, "allow"), 0444,
              memory_format (world->root, "echo %s test.v1.Echo/* test.v1.Other/Known\n", public));
  const BusOptions options = {.name = "echo", .directory = world->folder, .keys = world->folder};
  assert_false (status_failed (bus_open (world->root, &options, &world->bus)));
}

void
world_close (World *world)
{
  talloc_free (world->bus);
  event_base_free (world->base);
  char *command = memory_format (world->root, "rm -rf '%s'", world->folder);
  assert_int_equal (system (command), 0);
  talloc_free (world->root);
}

static void
on_time (evutil_socket_t fd, short what, void *arg)
{
  (void)fd;
  (void)what;
  *(bool *)arg = true;
}

void
world_run_until (World *world, const bool *flag)
{
  bool late = false;
  const struct timeval ten = {10, 0};
  struct event *timer = evtimer_new (world->base, on_time, &late);
  evtimer_add (timer, &ten);
  while (!*flag && !late)
    event_base_loop (world->base, EVLOOP_ONCE);
  event_free (timer);
  assert_true (*flag);
}

void
world_run_for (World *world, unsigned ms)
{
  bool over = false;
  const struct timeval time = {ms / 1000, (long)(ms % 1000) * 1000};
  event_base_once (world->base, -1, EV_TIMEOUT, on_time, &over, &time);
  world_run_until (world, &over);
}

void
world_wait_counter (World *world, CounterId id, int64_t value)
{
  uint64_t end = bus_now_us () + 10000000;
  while (counter_value (world->bus, id) < value && bus_now_us () < end)
    world_run_for (world, 2);
  assert_int_equal (counter_value (world->bus, id), value);
}

/* ---- the server ---- */

static void
answer (Echo *echo, BusCall *call, Status status)
{
  const BusAnswer reply = {.status = status, .body = call->body, .work_us = 1};
  bus_server_answer (echo->server, call, &reply);
}

static void
on_call (void *arg, BusCall *call)
{
  Echo *echo = arg;
  const char *method = strchr (call->header->method, '/') + 1;
  if (echo->executed < 4096)
    memcpy (echo->ids[echo->executed], call->header->request_id.data, BUS_REQUEST_ID_SIZE);
  echo->executed++;
  echo->idempotent_keys += *call->header->idempotency_key != '\0';
  if (strcmp (method, "Hold") == 0) {
    assert_true (echo->held_count < HELD_MAX);
    echo->held[echo->held_count++] = call;
  } else if (strcmp (method, "Fail") == 0) {
    Status status = status_field (call, "person.name", "TOO_LONG", "The name is too long");
    status.code = STATUS_NOT_FOUND;
    answer (echo, call, status);
  } else if (strcmp (method, "Away") == 0) {
    answer (echo, call, status_unavailable (call, 1234, "DATABASE_AWAY", "The database is away"));
  } else {
    answer (echo, call, STATUS_SUCCESS);
  }
}

static void
on_cancel (void *arg, BusCall *call)
{
  Echo *echo = arg;
  assert_true (atomic_load (&call->cancelled));
  echo->cancelled++;
}

static void
on_drained (void *arg)
{
  ((Echo *)arg)->drained = true;
}

static bool
knows_method (void *arg, const char *method)
{
  static const char *const methods[] = {"Echo", "Hold", "Fail", "Away"};
  (void)arg;
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
    if (strcmp (strchr (method, '/') + 1, methods[i]) == 0)
      return true;
  return false;
}

Echo *
echo_start (World *world, const BusServerOptions *options)
{
  static const BusServerOptions none = {0};
  Echo *echo = memory_new (world->root, Echo);
  const BusServerHandlers handlers = {on_call, on_cancel, knows_method, on_drained, echo};
  echo->world = world;
  Status status = bus_server_new (echo, world->bus, world->base, options == NULL ? &none : options, &handlers,
                                  &echo->server);
  if (status_failed (status))
    fail_msg ("%s", status.detail->message);
  return echo;
}

void
echo_release (Echo *echo)
{
  for (unsigned i = 0; i < echo->held_count; i++)
    answer (echo, echo->held[i], STATUS_SUCCESS);
  echo->held_count = 0;
}

void
echo_wait_held (Echo *echo, unsigned count)
{
  uint64_t end = bus_now_us () + 10000000;
  while (echo->held_count < count && bus_now_us () < end)
    world_run_for (echo->world, 2);
  world_run_for (echo->world, 20);
  assert_int_equal (echo->held_count, count);
}

void
echo_stop (Echo *echo)
{
  echo_release (echo);
  talloc_free (echo);
}

/* ---- calls ---- */

void
outcome_take (void *arg, const BusReply *reply)
{
  Outcome *outcome = arg;
  outcome->done = true;
  outcome->times++;
  outcome->code = reply->status.code;
  *outcome->reason = '\0';
  if (status_failed (reply->status)) {
    snprintf (outcome->reason, sizeof outcome->reason, "%s", reply->status.detail->reason);
    outcome->retry_after_ms = reply->status.detail->retry_after_ms;
    outcome->violations = reply->status.detail->violation_count;
  }
  outcome->window = reply->header == NULL ? 0 : reply->header->window;
  snprintf (outcome->body, sizeof outcome->body, "%.*s", (int)reply->body.length,
            (const char *)reply->body.data);
}

BusPending *
call_start (BusClient *client, const char *method, const char *text, bool idempotent, unsigned timeout_ms,
            Outcome *outcome)
{
  char name[128];
  snprintf (name, sizeof name, "test.v1.Echo/%s", method);
  const BusRequest request = {
      .service = "echo",
      .method = name,
      .body = {(const uint8_t *)text, strlen (text)},
      .timeout_ms = timeout_ms,
      .idempotent = idempotent,
  };
  memset (outcome, 0, sizeof *outcome);
  return bus_client_call (client, &request, outcome_take, outcome);
}

void
call_and_wait (World *world, BusClient *client, const char *method, const char *text, Outcome *outcome)
{
  call_start (client, method, text, false, 5000, outcome);
  assert_false (outcome->done); /* never from inside the call */
  world_run_until (world, &outcome->done);
}

BusClient *
client_start (World *world, const char *endpoint, unsigned up)
{
  const BusClientOptions options = {.ping_ms = 100, .silence_ms = 400, .backoff_ms = 20, .queue_ms = 2500};
  BusClient *client = bus_client_new (world->root, world->bus, world->base, &options);
  assert_false (status_failed (bus_client_add_service (client, "echo", endpoint)));
  client_wait_up (world, client, up);
  return client;
}

void
client_wait_up (World *world, BusClient *client, unsigned up)
{
  uint64_t end = bus_now_us () + 10000000;
  while (bus_client_replicas_up (client, "echo") != up && bus_now_us () < end)
    world_run_for (world, 5);
  assert_int_equal (bus_client_replicas_up (client, "echo"), up);
}
