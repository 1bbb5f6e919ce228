/* One replica of a service: a DEALER of its own, so that its queue dies with it, what it has in flight is
 * known, and the choice of replica is ours and not libzmq's.
 *
 *   CONNECTING --PONG--> UP --GOAWAY or address gone--> LEAVING --nothing in flight--> RESTING or freed
 *       any of them --silence, disconnect, refused send--> RESTING --timer--> CONNECTING
 */
#include "bus/client_internal.h"
#include "bus/frames.h"
#include "bus/server_key.h"
#include "bus/socket.h"
#include "bus/wire.h"

#include <string.h>
#include <zmq.h>

/* On one host an attempt costs nothing and everybody waits for the one that was restarted. */
enum { BACKOFF_MAX_MS = 5000, BACKOFF_MAX_IPC_MS = 500, BACKOFF_DOUBLINGS_MAX = 6 };

/* ---- sending ---- */

bool
replica_has_room (const Replica *replica)
{
  return replica->state == REPLICA_UP && replica->outstanding < replica->window;
}

bool
replica_send (Replica *replica, const RequestHeader *header, Bytes body)
{
  zmq_msg_t packed;
  zmq_msg_t content;
  frames_from_message (&packed, &header->base);
  frames_from_bytes (&content, body);
  bool sent = frames_send (replica->socket, NULL, &packed, &content);
  watch_touched (replica->watch);
  return sent;
}

static void
send_ping (Replica *replica, uint64_t now)
{
  RequestHeader header = REQUEST_HEADER__INIT;
  header.kind = REQUEST_KIND__REQUEST_KIND_PING;
  replica->pinged_us = now;
  (void)replica_send (replica, &header, (Bytes){NULL, 0}); /* a lost one is what silence is for */
}

/* The connection stands: ask whether somebody is there. */
static void
on_writable (void *argument)
{
  Replica *replica = argument;
  watch_want_write (replica->watch, false);
  send_ping (replica, bus_now_us ());
}

/* ---- receiving ---- */

static void
handle_pong (Replica *replica)
{
  if (replica->state != REPLICA_CONNECTING)
    return;
  replica->state = REPLICA_UP;
  replica->failures = 0;
  dispatch_waiting (replica->service);
}

static void
handle_answer (Replica *replica, const ReplyHeader *header, Bytes body)
{
  BusClient *client = replica->service->client;
  uint32_t slot;
  memcpy (&slot, header->request_id.data, sizeof slot);
  BusPending *pending = slot < client->slot_count ? client->slots[slot] : NULL;
  if (pending == NULL || pending->state != PENDING_SENT || pending->replica != replica ||
      memcmp (pending->id, header->request_id.data, sizeof pending->id) != 0)
    counter_add (client->bus, COUNTER_CLIENT_LATE_REPLIES);
  else
    dispatch_answer (pending, header, body);
}

static void
handle_reply (Replica *replica, void *scratch, const Bytes *frames, size_t count)
{
  ReplyHeader *header = NULL;
  if (wire_decode_reply (scratch, frames, count, &header) != WIRE_GOOD) {
    counter_add (replica->service->client->bus, COUNTER_CLIENT_BAD_REPLIES);
    return;
  }
  replica->heard_us = bus_now_us ();
  if (header->window != 0)
    replica->window = header->window;
  switch (header->kind) {
  case REPLY_KIND__REPLY_KIND_PONG: handle_pong (replica); break;
  case REPLY_KIND__REPLY_KIND_GOAWAY: replica_leave (replica); break;
  default: handle_answer (replica, header, frames[WIRE_FRAME_BODY]); break;
  }
}

static WatchFound
read_reply (Replica *replica)
{
  FrameSet set;
  Bytes frames[FRAMES_MAX];
  if (!frames_receive (replica->socket, &set))
    return WATCH_NOTHING;
  void *scratch = memory_pool (NULL, SCRATCH_POOL);
  for (size_t i = 0; i < set.count; i++)
    frames[i] = frames_bytes (&set, i);
  handle_reply (replica, scratch, frames, set.count);
  talloc_free (scratch);
  frames_close (&set);
  return WATCH_MESSAGE;
}

static WatchFound
on_readable (void *argument)
{
  return read_reply (argument);
}

/* The connection broke or was refused. What it had delivered before is still worth having. */
static WatchFound
on_monitor (void *argument)
{
  Replica *replica = argument;
  int event = socket_monitor_event (replica->monitor);
  if ((event & socket_handshake_failures ()) != 0)
    counter_add (replica->service->client->bus, COUNTER_HANDSHAKE_FAILED);
  if (event == 0)
    return WATCH_NOTHING;
  uint64_t incarnation = replica->incarnation;
  while (replica->socket != NULL && replica->incarnation == incarnation &&
         read_reply (replica) == WATCH_MESSAGE)
    ;
  if (replica->socket != NULL && replica->incarnation == incarnation)
    replica_lost (replica);
  return WATCH_MESSAGE;
}

/* ---- life ---- */

static void
close_socket (Replica *replica)
{
  talloc_free (replica->watches);
  socket_close (replica->socket, 0);
  socket_close (replica->monitor, 0);
  replica->watches = NULL;
  replica->watch = NULL;
  replica->monitor_watch = NULL;
  replica->socket = NULL;
  replica->monitor = NULL;
}

/* Exponential, with full jitter: a fleet must not come back in step. */
static void
rest (Replica *replica)
{
  BusClient *client = replica->service->client;
  unsigned doublings = replica->failures < BACKOFF_DOUBLINGS_MAX ? replica->failures : BACKOFF_DOUBLINGS_MAX;
  uint64_t longest_ms = (uint64_t)client->options.backoff_ms << doublings;
  uint64_t limit_ms = strncmp (replica->address, "ipc://", 6) == 0 ? BACKOFF_MAX_IPC_MS : BACKOFF_MAX_MS;
  if (longest_ms > limit_ms)
    longest_ms = limit_ms;
  uint64_t us = client_random (client) % (longest_ms * 1000u);
  const struct timeval time = {(time_t)(us / 1000000u), (suseconds_t)(us % 1000000u)};
  replica->state = REPLICA_RESTING;
  replica->failures++;
  evtimer_add (replica->timer, &time);
}

void
replica_lost (Replica *replica)
{
  struct PendingList lost = TAILQ_HEAD_INITIALIZER (lost);
  uint64_t incarnation = replica->incarnation;
  counter_add (replica->service->client->bus, COUNTER_CLIENT_LOST_REPLICAS);
  if (replica->state == REPLICA_UP)
    replica->service->up_us = bus_now_us ();
  TAILQ_CONCAT (&lost, &replica->in_flight, entry);
  replica->outstanding = 0;
  close_socket (replica);
  /* First settled, then the calls: they may be sent, and more replicas be found lost, meanwhile. */
  if (replica->listed == ADDRESS_GONE)
    replica_leave (replica);
  else
    rest (replica);
  for (BusPending *pending; (pending = TAILQ_FIRST (&lost)) != NULL;) {
    TAILQ_REMOVE (&lost, pending, entry);
    dispatch_lost (pending, incarnation);
  }
}

void
replica_leave (Replica *replica)
{
  evtimer_del (replica->timer);
  replica->state = REPLICA_LEAVING;
}

void
replica_forgive (Replica *replica, uint64_t now_us)
{
  if (replica->socket == NULL)
    return;
  replica->opened_us = now_us;
  if (replica->state != REPLICA_CONNECTING)
    send_ping (replica, now_us);
}

/* A leaving replica that has nothing left to do. */
static void
finish_leaving (Replica *replica)
{
  close_socket (replica);
  if (replica->listed == ADDRESS_GONE)
    talloc_free (replica);
  else
    rest (replica);
}

void
replica_tick (Replica *replica, uint64_t now_us)
{
  const BusClientOptions *options = &replica->service->client->options;
  if (replica->state == REPLICA_RESTING)
    return;
  if (replica->state == REPLICA_LEAVING && replica->outstanding == 0) {
    finish_leaving (replica);
    return;
  }
  uint64_t sign = replica->heard_us > replica->opened_us ? replica->heard_us : replica->opened_us;
  if (now_us > sign + (uint64_t)options->silence_ms * 1000u)
    replica_lost (replica);
  else if (now_us >= sign + (uint64_t)options->ping_ms * 1000u &&
           now_us >= replica->pinged_us + (uint64_t)options->ping_ms * 1000u)
    send_ping (replica, now_us);
}

static void
watch_sockets (Replica *replica)
{
  struct event_base *base = replica->service->client->base;
  const WatchHandlers replies = {on_readable, on_writable, replica};
  const WatchHandlers happenings = {on_monitor, NULL, replica};
  replica->watches = memory_context (replica);
  replica->monitor_watch = watch_new (replica->watches, base, replica->monitor, &happenings);
  replica->watch = watch_new (replica->watches, base, replica->socket, &replies);
  watch_want_write (replica->watch, true);
}

static void
replica_open (Replica *replica)
{
  BusClient *client = replica->service->client;
  char key[KEY_TEXT_SIZE] = "";
  if (server_key_find (client->bus, replica->service->name, replica->attempts++, key))
    replica->socket = socket_open (client->bus, SOCKET_DEALER, key);
  if (replica->socket != NULL)
    replica->monitor =
        socket_monitor (client->bus, replica->socket, ZMQ_EVENT_DISCONNECTED | socket_handshake_failures ());
  if (replica->monitor == NULL || zmq_connect (replica->socket, replica->address) != 0) {
    close_socket (replica);
    rest (replica);
    return;
  }
  replica->state = REPLICA_CONNECTING;
  replica->incarnation = ++client->incarnations;
  replica->window = client->options.window;
  replica->opened_us = bus_now_us ();
  replica->heard_us = 0;
  replica->pinged_us = replica->opened_us;
  watch_sockets (replica);
}

static void
on_rested (evutil_socket_t fd, short what, void *argument)
{
  (void)fd;
  (void)what;
  replica_open (argument);
}

static int
replica_end (Replica *replica)
{
  close_socket (replica);
  event_free (replica->timer);
  TAILQ_REMOVE (&replica->service->replicas, replica, entry);
  return 0;
}

void
replica_new (Service *service, const char *address)
{
  Replica *replica = memory_new (service, Replica);
  replica->service = service;
  replica->address = memory_string (replica, address);
  replica->timer = memory_must (evtimer_new (service->client->base, on_rested, replica));
  TAILQ_INIT (&replica->in_flight);
  TAILQ_INSERT_TAIL (&service->replicas, replica, entry);
  talloc_set_destructor (replica, replica_end);
  replica_open (replica);
}
