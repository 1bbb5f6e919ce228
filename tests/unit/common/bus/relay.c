/* The relay: a ROUTER in front, one DEALER per front peer behind it, on the loop of the test. */
#include "relay.h"

#include "bus/frames.h"
#include "bus/peers.h"
#include "bus/socket.h"
#include "bus/watch.h"

#include <string.h>

typedef struct Lane {
  Relay *relay;
  PeerId peer;
  void *socket;
  BusWatch *watch;
} Lane;

/* A message under way. */
typedef struct Parcel {
  Lane *lane;
  enum { TO_SERVER, TO_CLIENT } direction;
  zmq_msg_t header;
  zmq_msg_t body;
  struct event *timer;
} Parcel;

struct Relay {
  World *world;
  RelayScript script;
  const char *endpoint;
  const char *back;
  void *front;
  BusWatch *watch;
  Lane *lanes[16];
  unsigned lane_count;
  uint64_t random;
  unsigned lost;
  unsigned doubled;
};

static unsigned
draw (Relay *relay)
{
  relay->random = relay->random * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(relay->random >> 33);
}

static bool
chance (Relay *relay, unsigned percent)
{
  return draw (relay) % 100 < percent;
}

static int
parcel_end (Parcel *parcel)
{
  zmq_msg_close (&parcel->header);
  zmq_msg_close (&parcel->body);
  event_free (parcel->timer);
  return 0;
}

static void
deliver (evutil_socket_t fd, short what, void *argument)
{
  Parcel *parcel = argument;
  Lane *lane = parcel->lane;
  Bytes peer = {lane->peer.bytes, lane->peer.length};
  (void)fd;
  (void)what;
  if (parcel->direction == TO_SERVER)
    (void)frames_send (lane->socket, NULL, &parcel->header, &parcel->body);
  else
    (void)frames_send (lane->relay->front, &peer, &parcel->header, &parcel->body);
  watch_touched (parcel->direction == TO_SERVER ? lane->watch : lane->relay->watch);
  zmq_msg_init (&parcel->header);
  zmq_msg_init (&parcel->body);
  talloc_free (parcel);
}

static void
post (Lane *lane, int direction, FrameSet *set, size_t first)
{
  Relay *relay = lane->relay;
  Parcel *parcel = memory_new (lane, Parcel);
  unsigned ms = chance (relay, relay->script.delay) ? 1 + draw (relay) % relay->script.delay_ms : 0;
  const struct timeval time = {0, (long)ms * 1000};
  parcel->lane = lane;
  parcel->direction = direction;
  zmq_msg_init (&parcel->header);
  zmq_msg_init (&parcel->body);
  zmq_msg_copy (&parcel->header, &set->frames[first + 1]);
  zmq_msg_copy (&parcel->body, &set->frames[first + 2]);
  parcel->timer = evtimer_new (relay->world->base, deliver, parcel);
  talloc_set_destructor (parcel, parcel_end);
  evtimer_add (parcel->timer, &time);
}

static void
pass_on (Lane *lane, int direction, FrameSet *set, size_t first)
{
  Relay *relay = lane->relay;
  if (chance (relay, relay->script.lose)) {
    relay->lost++;
    return;
  }
  post (lane, direction, set, first);
  if (chance (relay, relay->script.twice)) {
    relay->doubled++;
    post (lane, direction, set, first);
  }
}

static WatchFound
from_server (void *argument)
{
  Lane *lane = argument;
  FrameSet set;
  if (!frames_receive (lane->socket, &set))
    return WATCH_NOTHING;
  if (set.count == 3)
    pass_on (lane, TO_CLIENT, &set, 0);
  frames_close (&set);
  return WATCH_MESSAGE;
}

static int
lane_end (Lane *lane)
{
  talloc_free (lane->watch);
  socket_close (lane->socket, 0);
  return 0;
}

static Lane *
lane_of (Relay *relay, Bytes id)
{
  PeerId peer;
  assert_true (peer_from_bytes (&peer, id));
  for (unsigned i = 0; i < relay->lane_count; i++)
    if (peer_same (&relay->lanes[i]->peer, &peer))
      return relay->lanes[i];
  assert_true (relay->lane_count < 16);
  Lane *lane = memory_new (relay, Lane);
  const WatchHandlers handlers = {.on_readable = from_server, .arg = lane};
  lane->relay = relay;
  lane->peer = peer;
  lane->socket = socket_open (relay->world->bus, SOCKET_DEALER, NULL);
  talloc_set_destructor (lane, lane_end);
  assert_int_equal (zmq_connect (lane->socket, relay->back), 0);
  lane->watch = watch_new (lane, relay->world->base, lane->socket, &handlers);
  relay->lanes[relay->lane_count++] = lane;
  return lane;
}

static WatchFound
from_client (void *argument)
{
  Relay *relay = argument;
  FrameSet set;
  if (!frames_receive (relay->front, &set))
    return WATCH_NOTHING;
  if (set.count == 4)
    pass_on (lane_of (relay, frames_bytes (&set, 0)), TO_SERVER, &set, 1);
  frames_close (&set);
  return WATCH_MESSAGE;
}

static int
relay_end (Relay *relay)
{
  talloc_free (relay->watch);
  socket_close (relay->front, 0);
  return 0;
}

Relay *
relay_start (World *world, const char *front, const char *back, const RelayScript *script)
{
  Relay *relay = memory_new (world->root, Relay);
  const WatchHandlers handlers = {.on_readable = from_client, .arg = relay};
  relay->world = world;
  relay->script = *script;
  relay->random = script->seed;
  relay->endpoint = memory_format (relay, "ipc://%s/%s", world->folder, front);
  relay->back = memory_format (relay, "ipc://%s/%s", world->folder, back);
  relay->front = socket_open (world->bus, SOCKET_ROUTER, NULL);
  assert_int_equal (zmq_bind (relay->front, relay->endpoint), 0);
  relay->watch = watch_new (relay, world->base, relay->front, &handlers);
  talloc_set_destructor (relay, relay_end);
  return relay;
}

const char *
relay_endpoint (const Relay *relay)
{
  return relay->endpoint;
}

unsigned
relay_lost (const Relay *relay)
{
  return relay->lost;
}

unsigned
relay_doubled (const Relay *relay)
{
  return relay->doubled;
}
