/* The threaded shape of a service: a front thread, workers, clients with bases of their own that wait for
 * answers. Run under the thread sanitizer too. */
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORKERS = 4, CLIENTS = 4, CALLS = 200 };

/* A queue of calls for workers, as the service skeleton has one. */
typedef struct Pool {
  BusServer *server;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  BusCall *calls[256];
  unsigned count;
  bool stopping;
  pthread_t threads[WORKERS];
  bool drained;
} Pool;

static void
on_call (void *arg, BusCall *call)
{
  Pool *pool = arg;
  pthread_mutex_lock (&pool->mutex);
  pool->calls[pool->count++] = call;
  pthread_cond_signal (&pool->changed);
  pthread_mutex_unlock (&pool->mutex);
}

static void
on_drained (void *arg)
{
  ((Pool *)arg)->drained = true;
}

static void *
run_worker (void *arg)
{
  Pool *pool = arg;
  pthread_mutex_lock (&pool->mutex);
  while (!pool->stopping || pool->count > 0) {
    if (pool->count == 0) {
      pthread_cond_wait (&pool->changed, &pool->mutex);
      continue;
    }
    BusCall *call = pool->calls[--pool->count];
    pthread_mutex_unlock (&pool->mutex);
    /* Work allocates on the call, reads the header, answers with a message made there. */
    ErrorDetail *reply = memory_new (call, ErrorDetail);
    error_detail__init (reply);
    reply->reason = memory_string_n (call, (const char *)call->body.data, call->body.length);
    reply->message = memory_string (call, call->header->method);
    const BusAnswer answer = {.reply = &reply->base, .queue_us = 1, .work_us = 2};
    bus_server_answer (pool->server, call, &answer);
    pthread_mutex_lock (&pool->mutex);
  }
  pthread_mutex_unlock (&pool->mutex);
  return NULL;
}

typedef struct Caller {
  Bus *bus;
  unsigned number;
  unsigned wrong;
  pthread_t thread;
  atomic_uint *finished;
} Caller;

static void *
run_caller (void *arg)
{
  Caller *caller = arg;
  void *root = memory_context (NULL);
  struct event_base *base = event_base_new ();
  BusClient *client = bus_client_new (root, caller->bus, base, NULL);
  if (status_failed (bus_client_add_service (client, "echo", NULL)))
    caller->wrong = CALLS;
  for (unsigned i = 0; i < CALLS && caller->wrong == 0; i++) {
    void *scratch = memory_context (root);
    const char *text = memory_format (scratch, "%u/%u", caller->number, i);
    const BusRequest request = {
        .service = "echo", .method = "test.v1.Echo/Echo", .body = {(const uint8_t *)text, strlen (text)}};
    const BusReply *reply = bus_client_call_wait (scratch, client, &request);
    ErrorDetail *detail = (ErrorDetail *)memory_unpack (scratch, &error_detail__descriptor, reply->body);
    if (status_failed (reply->status) || detail == NULL || strcmp (detail->reason, text) != 0 ||
        reply->header->work_us != 2)
      caller->wrong++;
    talloc_free (scratch);
  }
  talloc_free (root);
  event_base_free (base);
  atomic_fetch_add (caller->finished, 1);
  return NULL;
}

static void
test_workers_and_waiting_clients (void **state)
{
  World world;
  Pool pool = {.count = 0};
  Caller callers[CLIENTS];
  atomic_uint finished = 0;
  (void)state;
  world_open (&world);
  pthread_mutex_init (&pool.mutex, NULL);
  pthread_cond_init (&pool.changed, NULL);
  const BusServerHandlers handlers = {.on_call = on_call, .on_drained = on_drained, .arg = &pool};
  assert_false (status_failed (
      bus_server_new (world.root, world.bus, world.base, &(BusServerOptions){0}, &handlers, &pool.server)));
  for (unsigned i = 0; i < WORKERS; i++)
    pthread_create (&pool.threads[i], NULL, run_worker, &pool);
  for (unsigned i = 0; i < CLIENTS; i++) {
    callers[i] = (Caller){.bus = world.bus, .number = i, .finished = &finished};
    pthread_create (&callers[i].thread, NULL, run_caller, &callers[i]);
  }
  while (atomic_load (&finished) < CLIENTS)
    world_run_for (&world, 5);
  for (unsigned i = 0; i < CLIENTS; i++) {
    pthread_join (callers[i].thread, NULL);
    assert_int_equal (callers[i].wrong, 0);
  }
  assert_int_equal (counter_value (world.bus, COUNTER_CALLS), CLIENTS * CALLS);
  bus_server_drain (pool.server);
  world_run_until (&world, &pool.drained);
  pthread_mutex_lock (&pool.mutex);
  pool.stopping = true;
  pthread_cond_broadcast (&pool.changed);
  pthread_mutex_unlock (&pool.mutex);
  for (unsigned i = 0; i < WORKERS; i++)
    pthread_join (pool.threads[i], NULL);
  talloc_free (pool.server);
  world_close (&world);
}

/* A client whose thread slept longer than the silence limit does not hold that against its peers. */
static void
test_sleeping_client (void **state)
{
  World world;
  Outcome outcome;
  (void)state;
  world_open (&world);
  Echo *echo = echo_start (&world, NULL);
  BusClient *client = client_start (&world, NULL, 1);
  call_and_wait (&world, client, "Echo", "x", &outcome);
  usleep (600000); /* silence_ms is 400 */
  call_and_wait (&world, client, "Echo", "x", &outcome);
  assert_int_equal (outcome.code, STATUS_OK);
  assert_int_equal (counter_value (world.bus, COUNTER_CLIENT_LOST_REPLICAS), 0);
  talloc_free (client);
  echo_stop (echo);
  world_close (&world);
}

/* Reload and look-ups at the same time. */
static void *
run_reloads (void *arg)
{
  World *world = arg;
  void *scratch = memory_context (NULL);
  for (unsigned i = 0; i < 50; i++)
    if (status_failed (bus_reload (world->bus, scratch)))
      abort ();
  talloc_free (scratch);
  return NULL;
}

static void
test_reload_under_load (void **state)
{
  World world;
  Outcome outcome;
  pthread_t thread;
  (void)state;
  world_open_with_keys (&world);
  Echo *echo = echo_start (&world, NULL);
  BusClient *client = client_start (&world, NULL, 1);
  pthread_create (&thread, NULL, run_reloads, &world);
  for (unsigned i = 0; i < 100; i++) {
    call_and_wait (&world, client, "Echo", "x", &outcome);
    assert_int_equal (outcome.code, STATUS_OK);
  }
  pthread_join (thread, NULL);
  talloc_free (client);
  echo_stop (echo);
  world_close (&world);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_workers_and_waiting_clients),
      cmocka_unit_test (test_sleeping_client),
      cmocka_unit_test (test_reload_under_load),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
