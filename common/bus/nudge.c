/* Nudges over PUB/SUB: a frame "source/lane" and a frame of eight bytes, the sequence number, most
 * significant first.
 *
 * Publisher: any thread leaves its lane's head in an atomic and wakes the front thread, which publishes what
 * has grown; a burst of commits becomes one message. Subscriber: everything there is to read is read, then
 * each lane is told once.
 */
#include "bus/internal.h"
#include "bus/resolver.h"
#include "bus/server_key.h"
#include "bus/socket.h"
#include "bus/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

enum { TOPIC_SIZE = 128 /* libzmq 4.3.4 mis-encodes subscriptions from 246 bytes on */, SEQ_SIZE = 8 };

struct BusPublisher {
  Bus *bus;
  void *socket;
  const char *endpoint;
  BusWatch *watch;
  struct event *event;
  int wake;
  atomic_uint_fast64_t heads[BUS_LANES_MAX]; /* as told by the workers */
  uint64_t published[BUS_LANES_MAX];
};

/* ---- publisher ---- */

static void
publish (BusPublisher *publisher, unsigned lane, uint64_t seq)
{
  char topic[TOPIC_SIZE];
  uint8_t bytes[SEQ_SIZE];
  int length = snprintf (topic, sizeof topic, "%s/%u", publisher->bus->name, lane);
  for (int i = 0; i < SEQ_SIZE; i++)
    bytes[i] = (uint8_t)(seq >> (8 * (SEQ_SIZE - 1 - i)));
  if (zmq_send (publisher->socket, topic, (size_t)length, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
    zmq_send (publisher->socket, bytes, sizeof bytes, ZMQ_DONTWAIT);
  counter_add (publisher->bus, COUNTER_NUDGES_SENT);
}

static void
on_heads (evutil_socket_t fd, short what, void *argument)
{
  BusPublisher *publisher = argument;
  eventfd_t ignored;
  (void)what;
  eventfd_read (fd, &ignored);
  for (unsigned lane = 0; lane < BUS_LANES_MAX; lane++) {
    uint64_t head = atomic_load (&publisher->heads[lane]);
    if (head > publisher->published[lane]) {
      publisher->published[lane] = head;
      publish (publisher, lane, head);
    }
  }
  watch_touched (publisher->watch);
}

void
bus_publisher_nudge (BusPublisher *publisher, unsigned lane, uint64_t seq)
{
  if (lane >= BUS_LANES_MAX)
    return;
  uint64_t head = atomic_load (&publisher->heads[lane]);
  while (head < seq && !atomic_compare_exchange_weak (&publisher->heads[lane], &head, seq))
    ;
  if (head < seq)
    eventfd_write (publisher->wake, 1);
}

const char *
bus_publisher_endpoint (const BusPublisher *publisher)
{
  return publisher->endpoint;
}

static int
publisher_end (BusPublisher *publisher)
{
  talloc_free (publisher->watch);
  event_free (publisher->event);
  zmq_unbind (publisher->socket, publisher->endpoint);
  socket_close (publisher->socket, 0);
  close (publisher->wake);
  return 0;
}

Status
bus_publisher_new (void *owner, Bus *bus, struct event_base *base, const char *endpoint, unsigned replica,
                   BusPublisher **publisher)
{
  const WatchHandlers handlers = {.on_readable = NULL};
  char real[256];
  size_t size = sizeof real;
  Status status = bus_bind_endpoint (bus, owner, endpoint, replica, ".events", &endpoint);
  if (status_failed (status))
    return status;
  void *socket = socket_open (bus, SOCKET_PUB, NULL);
  if (socket == NULL || zmq_bind (socket, endpoint) != 0 ||
      zmq_getsockopt (socket, ZMQ_LAST_ENDPOINT, real, &size) != 0) {
    status = bus_misconfigured (owner, "cannot publish on %s: %s", endpoint, zmq_strerror (zmq_errno ()));
    socket_close (socket, 0);
    return status;
  }
  BusPublisher *made = memory_new (owner, BusPublisher);
  made->bus = bus;
  made->socket = socket;
  made->endpoint = memory_string (made, real);
  made->wake = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
  made->event = memory_must (event_new (base, made->wake, EV_READ | EV_PERSIST, on_heads, made));
  event_add (made->event, NULL);
  made->watch = watch_new (made, base, socket, &handlers);
  talloc_set_destructor (made, publisher_end);
  *publisher = made;
  return STATUS_SUCCESS;
}

/* ---- subscriber ---- */

typedef struct Source {
  BusSubscriber *subscriber;
  const char *name;
  void *socket;
  BusWatch *watch;
  char **connected; /* talloc array of endpoints */
  size_t connected_count;
  uint64_t heads[BUS_LANES_MAX]; /* the highest heard in this turn; 0 for none */
  struct event *tell;
} Source;

struct BusSubscriber {
  Bus *bus;
  struct event_base *base;
  BusNudgeFunction function;
  void *arg;
};

/* The lane of "NAME/LANE", or -1. */
static int
lane_of (const Source *source, const char *topic, size_t length)
{
  size_t name = strlen (source->name);
  if (length < name + 2 || length > name + 3 || memcmp (topic, source->name, name) != 0 || topic[name] != '/')
    return -1;
  int lane = 0;
  for (size_t i = name + 1; i < length; i++) {
    if (topic[i] < '0' || topic[i] > '9')
      return -1;
    lane = lane * 10 + (topic[i] - '0');
  }
  return lane < BUS_LANES_MAX ? lane : -1;
}

/* Takes one nudge; tells of it when the turn's reading is done. */
static WatchFound
read_nudge (void *argument)
{
  Source *source = argument;
  char topic[TOPIC_SIZE];
  uint8_t bytes[SEQ_SIZE] = {0};
  int more = 0;
  size_t size = sizeof more;
  int length = zmq_recv (source->socket, topic, sizeof topic, ZMQ_DONTWAIT);
  if (length < 0)
    return WATCH_NOTHING;
  int count = 0;
  while (zmq_getsockopt (source->socket, ZMQ_RCVMORE, &more, &size) == 0 && more != 0)
    count = zmq_recv (source->socket, bytes, sizeof bytes, ZMQ_DONTWAIT);
  int lane = (size_t)length > sizeof topic ? -1 : lane_of (source, topic, (size_t)length);
  uint64_t seq = 0;
  for (int i = 0; i < SEQ_SIZE; i++)
    seq = seq << 8 | bytes[i];
  counter_add (source->subscriber->bus, COUNTER_NUDGES_HEARD);
  if (lane < 0 || count != SEQ_SIZE)
    return WATCH_MESSAGE;
  if (seq > source->heads[lane])
    source->heads[lane] = seq;
  event_active (source->tell, EV_TIMEOUT, 0);
  return WATCH_MESSAGE;
}

static void
tell (evutil_socket_t fd, short what, void *argument)
{
  Source *source = argument;
  (void)fd;
  (void)what;
  for (unsigned lane = 0; lane < BUS_LANES_MAX; lane++) {
    uint64_t head = source->heads[lane];
    source->heads[lane] = 0;
    if (head != 0)
      source->subscriber->function (source->subscriber->arg, source->name, lane, head);
  }
}

static bool
is_in (char *const *list, size_t count, const char *address)
{
  for (size_t i = 0; i < count; i++)
    if (strcmp (list[i], address) == 0)
      return true;
  return false;
}

static void
on_addresses (void *argument, const AddressList *list)
{
  Source *source = argument;
  for (size_t i = 0; i < source->connected_count; i++)
    if (!is_in (list->addresses, list->count, source->connected[i]))
      zmq_disconnect (source->socket, source->connected[i]);
  char **connected = memory_array (source, char *, list->count + 1);
  for (size_t i = 0; i < list->count; i++) {
    connected[i] = memory_string (connected, list->addresses[i]);
    if (!is_in (source->connected, source->connected_count, connected[i]))
      zmq_connect (source->socket, connected[i]);
  }
  talloc_free (source->connected);
  source->connected = connected;
  source->connected_count = list->count;
  watch_touched (source->watch);
}

static int
source_end (Source *source)
{
  talloc_free (source->watch);
  event_free (source->tell);
  socket_close (source->socket, 0);
  return 0;
}

BusSubscriber *
bus_subscriber_new (void *owner, Bus *bus, struct event_base *base, BusNudgeFunction function, void *arg)
{
  BusSubscriber *subscriber = memory_new (owner, BusSubscriber);
  *subscriber = (BusSubscriber){.bus = bus, .base = base, .function = function, .arg = arg};
  return subscriber;
}

Status
bus_subscriber_add (BusSubscriber *subscriber, const char *name, const char *endpoint)
{
  char key[KEY_TEXT_SIZE] = "";
  if (!server_key_find (subscriber->bus, name, 0, key))
    return bus_misconfigured (subscriber, "%s/%s.public holds no key", subscriber->bus->keys, name);
  void *socket = socket_open (subscriber->bus, SOCKET_SUB, key);
  if (socket == NULL)
    return bus_misconfigured (subscriber, "cannot subscribe: %s", zmq_strerror (zmq_errno ()));
  Source *source = memory_new (subscriber, Source);
  const WatchHandlers handlers = {.on_readable = read_nudge, .arg = source};
  const ResolverQuery query = {.service = name, .endpoint = endpoint, .suffix = ".events"};
  source->subscriber = subscriber;
  source->name = memory_string (source, name);
  source->socket = socket;
  source->watch = watch_new (source, subscriber->base, socket, &handlers);
  source->tell = memory_must (event_new (subscriber->base, -1, 0, tell, source));
  talloc_set_destructor (source, source_end);
  Status status =
      resolver_watch_new (source, subscriber->bus, subscriber->base, &query, on_addresses, source);
  if (status_failed (status)) {
    status = status_copy (subscriber, status);
    talloc_free (source);
  }
  return status;
}
