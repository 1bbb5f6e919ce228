/* The client: what callers see, and which replicas there are. See client_internal.h for the division of work.
 */
#include "bus/client_internal.h"
#include "bus/resolver.h"
#include "core/random.h"

#include <sodium.h>
#include <string.h>

enum { SLOTS_FIRST = 64, TICKS_PER_PING = 4, PENDING_POOL = 2048 };

static const BusClientOptions defaults = {
    .window = 8,
    .queue_length = 256,
    .queue_ms = 2000,
    .ping_ms = 1000,
    .silence_ms = 3000,
    .backoff_ms = 100,
    .retry_percent = 10,
};

uint64_t
client_random (BusClient *client)
{
  /* xorshift64*; seeded from libsodium. */
  client->random ^= client->random >> 12;
  client->random ^= client->random << 25;
  client->random ^= client->random >> 27;
  return client->random * 2685821657736338717u;
}

Service *
client_find_service (const BusClient *client, const char *name)
{
  for (size_t i = 0; i < client->service_count; i++)
    if (strcmp (client->services[i]->name, name) == 0)
      return client->services[i];
  return NULL;
}

/* ---- time ---- */

/* A thread that was busy or asleep has not heard its peers, which says nothing about them. */
static bool
was_away (const BusClient *client, uint64_t now)
{
  return now - client->ticked_us > (uint64_t)client->options.silence_ms * 500u;
}

static void
on_tick (evutil_socket_t fd, short what, void *argument)
{
  BusClient *client = argument;
  uint64_t now = bus_now_us ();
  bool away = was_away (client, now);
  (void)fd;
  (void)what;
  client->ticked_us = now;
  for (size_t i = 0; away && i < client->service_count; i++)
    client->services[i]->up_us = now;
  for (size_t i = 0; i < client->service_count; i++) {
    Replica *replica = TAILQ_FIRST (&client->services[i]->replicas);
    for (Replica *next; replica != NULL; replica = next) {
      next = TAILQ_NEXT (replica, entry);
      if (away)
        replica_forgive (replica, now);
      replica_tick (replica, now);
    }
  }
}

static void
on_turn (evutil_socket_t fd, short what, void *argument)
{
  (void)fd;
  (void)what;
  dispatch_send_all (argument);
  dispatch_end_all (argument);
}

/* ---- life ---- */

static unsigned
or_default (unsigned value, unsigned fallback)
{
  return value == 0 ? fallback : value;
}

static int
client_end (BusClient *client)
{
  for (uint32_t slot = 0; slot < client->slot_count; slot++)
    if (client->slots[slot] != NULL)
      dispatch_forget (client->slots[slot]);
  for (size_t i = 0; i < client->service_count; i++)
    talloc_free (client->services[i]);
  event_free (client->tick);
  event_free (client->turn);
  return 0;
}

BusClient *
bus_client_new (void *owner, Bus *bus, struct event_base *base, const BusClientOptions *options)
{
  BusClient *client = memory_new (owner, BusClient);
  if (options != NULL)
    client->options = *options;
  BusClientOptions *own = &client->options;
  own->window = or_default (own->window, defaults.window);
  own->queue_length = or_default (own->queue_length, defaults.queue_length);
  own->queue_ms = or_default (own->queue_ms, defaults.queue_ms);
  own->ping_ms = or_default (own->ping_ms, defaults.ping_ms);
  own->silence_ms = or_default (own->silence_ms, defaults.silence_ms);
  own->backoff_ms = or_default (own->backoff_ms, defaults.backoff_ms);
  own->retry_percent = or_default (own->retry_percent, defaults.retry_percent);
  client->bus = bus;
  client->base = base;
  client->ticked_us = bus_now_us ();
  randombytes_buf (&client->random, sizeof client->random);
  client->random |= 1;
  TAILQ_INIT (&client->fresh);
  TAILQ_INIT (&client->ending);
  client->slot_count = SLOTS_FIRST;
  client->slots = memory_array (client, BusPending *, SLOTS_FIRST);
  unsigned tick_us = own->ping_ms * 1000u / TICKS_PER_PING;
  const struct timeval period = {tick_us / 1000000u, tick_us % 1000000u};
  client->tick = memory_must (event_new (base, -1, EV_PERSIST, on_tick, client));
  client->turn = memory_must (event_new (base, -1, 0, on_turn, client));
  event_add (client->tick, &period);
  talloc_set_destructor (client, client_end);
  return client;
}

/* ---- services and their addresses ---- */

static bool
lists (const AddressList *list, const char *address)
{
  for (size_t i = 0; i < list->count; i++)
    if (strcmp (list->addresses[i], address) == 0)
      return true;
  return false;
}

static Replica *
find_replica (const Service *service, const char *address)
{
  Replica *replica;
  TAILQ_FOREACH (replica, &service->replicas, entry)
  if (strcmp (replica->address, address) == 0)
    return replica;
  return NULL;
}

/* The resolver has news: new addresses get a connection, vanished ones finish what they have. */
static void
on_addresses (void *argument, const AddressList *list)
{
  Service *service = argument;
  Replica *replica = TAILQ_FIRST (&service->replicas);
  for (Replica *next; replica != NULL && list->complete; replica = next) {
    next = TAILQ_NEXT (replica, entry);
    if (!lists (list, replica->address)) {
      replica->listed = ADDRESS_GONE;
      replica_leave (replica);
    }
  }
  for (size_t i = 0; i < list->count; i++) {
    replica = find_replica (service, list->addresses[i]);
    if (replica == NULL)
      replica_new (service, list->addresses[i]);
    else
      replica->listed = ADDRESS_LISTED;
  }
}

const char *
bus_peer_endpoint (void *owner, const char *peers, const char *name)
{
  size_t length = strlen (name);
  for (const char *at = peers; *at != '\0'; at += strspn (at, " ")) {
    size_t word = strcspn (at, " ");
    if (word > length && strncmp (at, name, length) == 0 && at[length] == '=')
      return memory_string_n (owner, at + length + 1, word - length - 1);
    at += word;
  }
  return NULL;
}

Status
bus_client_add_service (BusClient *client, const char *name, const char *endpoint)
{
  Service *service = memory_new (client, Service);
  const ResolverQuery query = {.service = name, .endpoint = endpoint, .suffix = ""};
  service->client = client;
  service->name = memory_string (service, name);
  service->retry_tokens = 1000; /* ten retries to begin with */
  service->up_us = bus_now_us ();
  TAILQ_INIT (&service->replicas);
  TAILQ_INIT (&service->waiting);
  Status status = resolver_watch_new (service, client->bus, client->base, &query, on_addresses, service);
  if (status_failed (status)) {
    status = status_copy (client, status);
    talloc_free (service);
    return status;
  }
  client->services = memory_must (
      talloc_realloc (client, client->services, Service *, (unsigned)(client->service_count + 1)));
  client->services[client->service_count++] = service;
  return STATUS_SUCCESS;
}

unsigned
bus_client_replicas_up (const BusClient *client, const char *name)
{
  const Service *service = client_find_service (client, name);
  unsigned up = 0;
  Replica *replica;
  if (service != NULL)
    TAILQ_FOREACH (replica, &service->replicas, entry)
  up += replica->state == REPLICA_UP;
  return up;
}

/* ---- calls ---- */

/* The slot is part of the request id, so that a reply finds its call without a search. */
static void
take_slot (BusClient *client, BusPending *pending)
{
  uint32_t slot = client->free_hint;
  for (uint32_t tried = 0; tried < client->slot_count; tried++, slot++) {
    slot %= client->slot_count;
    if (client->slots[slot] == NULL)
      break;
  }
  if (slot >= client->slot_count || client->slots[slot] != NULL) {
    slot = client->slot_count;
    client->slots = memory_must (talloc_realloc (client, client->slots, BusPending *, slot * 2));
    for (uint32_t i = slot; i < slot * 2; i++)
      client->slots[i] = NULL;
    client->slot_count = slot * 2;
  }
  client->slots[slot] = pending;
  client->free_hint = slot + 1 < client->slot_count ? slot + 1 : 0;
  pending->slot = slot;
  random_bytes (pending->id, sizeof pending->id);
  memcpy (pending->id, &slot, sizeof slot);
}

/* Field by field: packing and unpacking would be most of a call's beginning. */
static Principal *
copy_principal (void *owner, const Principal *principal)
{
  if (principal == NULL)
    return NULL;
  Principal *copy = memory_new (owner, Principal);
  const char **roles = memory_array (owner, const char *, principal->n_roles + 1);
  for (size_t i = 0; i < principal->n_roles; i++)
    roles[i] = memory_string (owner, principal->roles[i]);
  principal__init (copy);
  copy->subject = memory_string (owner, principal->subject);
  copy->federation_id = memory_string (owner, principal->federation_id);
  copy->locale = memory_string (owner, principal->locale);
  copy->roles = roles;
  copy->n_roles = principal->n_roles;
  return copy;
}

static void
fill_header (BusPending *pending, const BusRequest *request)
{
  RequestHeader *header = &pending->header;
  request_header__init (header);
  header->kind = REQUEST_KIND__REQUEST_KIND_CALL;
  header->request_id.data = pending->id;
  header->request_id.len = sizeof pending->id;
  header->method = memory_string (pending, request->method);
  header->attempt = 1;
  header->idempotency_key = memory_string (pending, request->idempotency_key);
  header->traceparent = memory_string (pending, request->traceparent);
  header->if_match = memory_string (pending, request->if_match);
  header->principal = copy_principal (pending, request->principal);
}

BusPending *
bus_client_call (BusClient *client, const BusRequest *request, BusReplyFunction function, void *arg)
{
  BusPending *pending = memory_new_pool (client, BusPending, PENDING_POOL);
  unsigned timeout_ms = or_default (request->timeout_ms, BUS_TIMEOUT_DEFAULT_MS);
  if (timeout_ms > BUS_TIMEOUT_MAX_MS)
    timeout_ms = BUS_TIMEOUT_MAX_MS;
  pending->client = client;
  pending->service = client_find_service (client, request->service);
  pending->function = function;
  pending->arg = arg;
  pending->idempotent = request->idempotent;
  take_slot (client, pending);
  fill_header (pending, request);
  pending->body =
      request->message == NULL
          ? (Bytes){memory_copy (pending, request->body.data, request->body.length), request->body.length}
          : memory_pack (pending, request->message);
  uint64_t now = bus_now_us ();
  pending->deadline_us = now + (uint64_t)timeout_ms * 1000u;
  pending->patience_us = now + dispatch_patience_us (pending, now);
  evtimer_assign (&pending->timer, client->base, dispatch_timeout, pending);
  counter_add (client->bus, COUNTER_CLIENT_CALLS);
  dispatch_start (pending);
  return pending;
}

void
bus_client_cancel (BusPending *pending)
{
  if (pending->state == PENDING_SENT)
    dispatch_abandon (pending);
  dispatch_forget (pending);
}

/* ---- the blocking form ---- */

typedef struct Wait {
  BusReply *reply; /* NULL until it has come */
  void *owner;
} Wait;

static void
on_waited (void *argument, const BusReply *reply)
{
  Wait *wait = argument;
  BusReply *copy = memory_new (wait->owner, BusReply);
  copy->status = status_copy (copy, reply->status);
  copy->body = (Bytes){memory_copy (copy, reply->body.data, reply->body.length), reply->body.length};
  if (reply->header != NULL)
    copy->header = (const ReplyHeader *)memory_copy_message (copy, &reply->header->base);
  wait->reply = copy;
}

const BusReply *
bus_client_call_wait (void *owner, BusClient *client, const BusRequest *request)
{
  Wait wait = {.owner = owner};
  /* First whatever happened since the last call: news of lost replicas, late replies, addresses. */
  if (was_away (client, bus_now_us ()))
    on_tick (-1, 0, client);
  event_base_loop (client->base, EVLOOP_NONBLOCK);
  bus_client_call (client, request, on_waited, &wait);
  while (wait.reply == NULL)
    if (event_base_loop (client->base, EVLOOP_ONCE) != 0)
      memory_must (NULL); /* a base without events: impossible while the client lives */
  return wait.reply;
}
