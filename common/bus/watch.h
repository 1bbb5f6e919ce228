/* The adapter between a ZeroMQ socket and libevent: the only place that knows about ZMQ_FD.
 *
 * ZMQ_FD is edge-triggered and says only "look at ZMQ_EVENTS"; every send or receive may swallow the edge. So
 * after anything is done with the socket, ZMQ_EVENTS is looked at again, here.
 */
#ifndef HEIMO_BUS_WATCH_H
#define HEIMO_BUS_WATCH_H

#include <event2/event.h>
#include <stdbool.h>

typedef struct BusWatch BusWatch;

/* What a handler found when it looked for a message. */
typedef enum WatchFound { WATCH_NOTHING, WATCH_MESSAGE } WatchFound;

/* `on_readable` takes one message off the socket and says whether there was one; `on_writable` is called
 * while it is wanted and the socket can send. Both may free the watch. */
typedef struct WatchHandlers {
  WatchFound (*on_readable) (void *arg); /* NULL for a socket that only sends */
  void (*on_writable) (void *arg);       /* may be NULL */
  void *arg;
} WatchHandlers;

/* Watches a socket on the thread of `base`; handlers are called from its loop only. Free it before the
 * socket. */
BusWatch *watch_new (void *owner, struct event_base *base, void *socket, const WatchHandlers *handlers);

/* Wants to be told (or no longer) when the socket can send. */
void watch_want_write (BusWatch *watch, bool wanted);

/* Must be called after every send or receive outside the handlers. Costs nothing to call often: the socket is
 * looked at once, when what runs now has ended. */
void watch_touched (BusWatch *watch);

#endif
