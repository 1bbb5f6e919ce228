/* ZMQ_FD on libevent. A turn handles at most TURN_BUDGET messages, then lets other events run and goes on
 * from a zero timer. A tick every second looks even when nothing happens: libzmq frees what departed peers
 * left behind only inside such calls, and a lost edge is repaired by it.
 *
 * A turn reads until there is nothing. Such a read has emptied libzmq's mailbox and armed ZMQ_FD again, so
 * asking for ZMQ_EVENTS (a system call each time) is needed for writers only.
 */
#include "bus/watch.h"

#include "core/memory.h"

#include <zmq.h>

enum { TURN_BUDGET = 64 };

struct BusWatch {
  void *socket;
  WatchHandlers handlers;
  struct event *edge; /* ZMQ_FD is readable */
  struct event *tick; /* 1 s */
  struct event *turn; /* zero timer: look again as soon as others have had their turn */
  int wanted;         /* ZMQ_POLLIN, and ZMQ_POLLOUT while a writer waits */
  bool *freed;        /* set while a turn runs: where to say that a handler freed us */
};

static int
pending_events (const BusWatch *watch)
{
  int events = 0;
  size_t size = sizeof events;
  if (zmq_getsockopt (watch->socket, ZMQ_EVENTS, &events, &size) != 0)
    return 0;
  return events & watch->wanted;
}

static void
look_again_soon (BusWatch *watch)
{
  static const struct timeval at_once = {0, 0};
  if (!evtimer_pending (watch->turn, NULL))
    evtimer_add (watch->turn, &at_once);
}

/* Where a turn ended. */
typedef enum TurnEnd { TURN_DRAINED, TURN_TIRED, TURN_FREED } TurnEnd;

static TurnEnd
read_all (BusWatch *watch, const bool *freed)
{
  if (watch->handlers.on_readable == NULL)
    (void)pending_events (watch); /* its ZMQ_FD must be served all the same: subscriptions arrive that way */
  for (int budget = TURN_BUDGET; watch->handlers.on_readable != NULL && budget > 0; budget--) {
    WatchFound found = watch->handlers.on_readable (watch->handlers.arg);
    if (*freed)
      return TURN_FREED;
    if (found == WATCH_NOTHING)
      return TURN_DRAINED;
  }
  return watch->handlers.on_readable == NULL ? TURN_DRAINED : TURN_TIRED;
}

static void
run_turn (evutil_socket_t fd, short what, void *argument)
{
  BusWatch *watch = argument;
  bool freed = false;
  (void)fd;
  (void)what;
  watch->freed = &freed;
  TurnEnd end = read_all (watch, &freed);
  while (end == TURN_DRAINED && (watch->wanted & ZMQ_POLLOUT) != 0) {
    if ((pending_events (watch) & ZMQ_POLLOUT) == 0)
      break;
    watch->handlers.on_writable (watch->handlers.arg);
    end = freed ? TURN_FREED : read_all (watch, &freed);
  }
  if (end == TURN_FREED)
    return;
  watch->freed = NULL;
  if (end == TURN_TIRED || ((watch->wanted & ZMQ_POLLOUT) != 0 && pending_events (watch) != 0))
    look_again_soon (watch);
}

static int
watch_end (BusWatch *watch)
{
  if (watch->freed != NULL)
    *watch->freed = true;
  event_free (watch->edge);
  event_free (watch->tick);
  event_free (watch->turn);
  return 0;
}

BusWatch *
watch_new (void *owner, struct event_base *base, void *socket, const WatchHandlers *handlers)
{
  static const struct timeval second = {1, 0};
  BusWatch *watch = memory_new (owner, BusWatch);
  evutil_socket_t fd = -1;
  size_t size = sizeof fd;
  zmq_getsockopt (socket, ZMQ_FD, &fd, &size);
  watch->socket = socket;
  watch->handlers = *handlers;
  watch->wanted = ZMQ_POLLIN;
  watch->edge = memory_must (event_new (base, fd, EV_READ | EV_PERSIST, run_turn, watch));
  watch->tick = memory_must (event_new (base, -1, EV_PERSIST, run_turn, watch));
  watch->turn = memory_must (evtimer_new (base, run_turn, watch));
  talloc_set_destructor (watch, watch_end);
  event_add (watch->edge, NULL);
  event_add (watch->tick, &second);
  look_again_soon (watch);
  return watch;
}

void
watch_want_write (BusWatch *watch, bool wanted)
{
  watch->wanted = wanted ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN;
  if (wanted)
    look_again_soon (watch);
}

void
watch_touched (BusWatch *watch)
{
  if (watch->freed == NULL) /* a turn under way ends with a look anyway */
    event_active (watch->turn, EV_TIMEOUT, 0);
}
