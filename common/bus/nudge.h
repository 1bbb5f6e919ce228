/* Nudges: "lane N of service S has events up to seq". A lossy hint sent after commit, so that followers need
 * not poll fast; whoever relies on one arriving is wrong. */
#ifndef HEIMO_BUS_NUDGE_H
#define HEIMO_BUS_NUDGE_H

#include "bus/bus.h"

typedef struct BusPublisher BusPublisher;
typedef struct BusSubscriber BusSubscriber;

/* A PUB socket on the front thread's base. `endpoint` NULL: ipc://DIRECTORY/NAME.events.sock
 * (NAME.1.events.sock for replica 1 …). */
Status bus_publisher_new (void *owner, Bus *bus, struct event_base *base, const char *endpoint,
                          unsigned replica, BusPublisher **publisher) MUST_CHECK;

/* Announces that `lane` (0 to 63) has committed events up to `seq`. Any thread, cheap, conflated. */
void bus_publisher_nudge (BusPublisher *publisher, unsigned lane, uint64_t seq);

/* The endpoint it is bound to. */
const char *bus_publisher_endpoint (const BusPublisher *publisher);

/* Called on the thread of the base with the highest seq heard per (source, lane) in this turn. */
typedef void (*BusNudgeFunction) (void *arg, const char *source, unsigned lane, uint64_t seq);

/* A subscriber; sources are added to it. */
BusSubscriber *bus_subscriber_new (void *owner, Bus *bus, struct event_base *base, BusNudgeFunction function,
                                   void *arg);

/* Follows the nudges of a service, from all its replicas. `endpoint` as in bus_client_add_service. */
Status bus_subscriber_add (BusSubscriber *subscriber, const char *source, const char *endpoint) MUST_CHECK;

#endif
