/* Finding the replicas of a service: all addresses of a name, or all sockets of a directory, looked up again
 * and again in a thread of the Bus, because name look-ups block and libzmq takes only the first address. */
#ifndef HEIMO_BUS_RESOLVER_H
#define HEIMO_BUS_RESOLVER_H

#include "bus/internal.h"

typedef struct ResolverWatch ResolverWatch;

/* What was found: endpoints, sorted, each once. */
typedef struct AddressList {
  char **addresses;
  size_t count;
  bool complete; /* false when a name could not be looked up: then nothing may be concluded from absence */
} AddressList;

/* Called on the thread of the base when the result has changed; `list` is valid during the call. */
typedef void (*ResolverFunction) (void *arg, const AddressList *list);

/* What to look for. */
typedef struct ResolverQuery {
  const char *service;  /* its name, for sockets in the directory */
  const char *endpoint; /* see bus_client_add_service; NULL for the directory */
  const char *suffix;   /* "" or ".events" */
} ResolverQuery;

/* Prepares the resolver; its thread starts with the first watch. */
Resolver *resolver_start (Bus *bus);

/* Ends the thread (waits for a look-up under way). */
void resolver_stop (Resolver *resolver);

/* Watches; the first result comes as soon as it is known. Fails when the query is malformed. Free it on the
 * thread of the base. */
Status resolver_watch_new (void *owner, Bus *bus, struct event_base *base, const ResolverQuery *query,
                           ResolverFunction function, void *arg) MUST_CHECK;

/* The look-up itself, in the calling thread; for tests. The list is owned by `owner`. */
AddressList *resolver_look_up (void *owner, const char *directory, const ResolverQuery *query);

#endif
