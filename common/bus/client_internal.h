/* What the files of the client share: the client, its services, their replicas, calls under way.
 *
 *   client.c     the public functions, services, the coming and going of addresses
 *   replica.c    one replica: its socket, its life, what comes in on it
 *   dispatch.c   one call: choosing a replica, waiting, sending, retrying, ending
 *
 * Everything belongs to the thread of the client's event_base; there are no locks.
 */
#ifndef HEIMO_BUS_CLIENT_INTERNAL_H
#define HEIMO_BUS_CLIENT_INTERNAL_H

#include "bus/internal.h"
#include "bus/watch.h"

#include <event2/event_struct.h>

#include <sys/queue.h>

typedef struct Service Service;
typedef struct Replica Replica;

TAILQ_HEAD (PendingList, BusPending);
TAILQ_HEAD (ReplicaList, Replica);

/* The life of a connection to a replica. */
typedef enum ReplicaState {
  REPLICA_CONNECTING, /* socket open, not yet heard */
  REPLICA_UP,         /* takes calls */
  REPLICA_LEAVING,    /* said GOAWAY, or its address vanished: finishes what it has */
  REPLICA_RESTING     /* no socket: waits for its timer before the next attempt */
} ReplicaState;

/* Does the resolver still know the address? */
typedef enum AddressState { ADDRESS_LISTED, ADDRESS_GONE } AddressState;

struct Replica {
  TAILQ_ENTRY (Replica) entry;
  Service *service;
  const char *address;
  ReplicaState state;
  AddressState listed;
  void *socket;
  void *monitor;
  void *watches; /* the talloc context of the two watches */
  BusWatch *watch;
  BusWatch *monitor_watch;
  struct event *timer;  /* the end of a rest */
  uint64_t opened_us;   /* when the socket was opened, or silence last forgiven */
  uint64_t heard_us;    /* when anything last came in */
  uint64_t pinged_us;   /* when a PING last went out */
  uint64_t incarnation; /* unique over the client; a new one with each socket */
  unsigned window;      /* calls it takes from us at once */
  unsigned outstanding; /* calls in `in_flight` */
  unsigned failures;    /* connections lost since it was last up */
  unsigned attempts;    /* sockets opened; chooses among the server's keys */
  struct PendingList in_flight;
};

struct Service {
  BusClient *client;
  const char *name;
  struct ReplicaList replicas;
  struct PendingList waiting; /* calls for which no replica had room, oldest first */
  unsigned waiting_count;
  unsigned retry_tokens; /* hundredths of a retry */
  uint64_t up_us;        /* when a replica was last seen up (or the service was added) */
};

/* Where a call stands. */
typedef enum PendingState {
  PENDING_NEW,     /* in client->fresh: sent at the end of the turn, or when there are enough */
  PENDING_WAITING, /* in service->waiting */
  PENDING_SENT,    /* in replica->in_flight */
  PENDING_ENDING   /* in client->ending: the function is called in the next turn */
} PendingState;

struct BusPending {
  TAILQ_ENTRY (BusPending) entry;
  BusClient *client;
  Service *service; /* NULL when the service is unknown */
  Replica *replica; /* while sent */
  PendingState state;
  uint32_t slot; /* its place in client->slots; also in the request id */
  uint8_t id[BUS_REQUEST_ID_SIZE];
  RequestHeader header; /* attempt is 1 or 2 */
  Bytes body;
  bool idempotent;
  unsigned moves; /* times it was moved away from a draining replica */
  uint64_t avoid; /* the incarnation that must not get it (again); 0 for none */
  enum { EXECUTED_NO, EXECUTED_PERHAPS } executed; /* could an earlier attempt have had an effect? */
  uint64_t deadline_us;
  uint64_t patience_us; /* until when it waits for a replica */
  struct event timer;
  Status ending; /* while ending; on the call itself */
  BusReplyFunction function;
  void *arg;
};

struct BusClient {
  Bus *bus;
  struct event_base *base;
  BusClientOptions options;
  Service **services;
  size_t service_count;
  BusPending **slots; /* calls under way, by slot; NULL where free */
  uint32_t slot_count;
  uint32_t free_hint; /* where to look for a free slot first */
  uint64_t random;
  uint64_t incarnations;
  uint64_t ticked_us;
  struct event *tick;
  struct event *turn; /* the end of a turn: sends calls in `fresh`, ends calls in `ending` */
  struct PendingList fresh;
  unsigned fresh_count;
  struct PendingList ending;
};

/* ---- client.c ---- */

Service *client_find_service (const BusClient *client, const char *name);

/* A pseudo-random number; for choices and jitter, not for secrets. */
uint64_t client_random (BusClient *client);

/* ---- replica.c ---- */

/* A replica at an address; opens its socket at once. Owned by the service. */
void replica_new (Service *service, const char *address);

/* Ends its connection: in-flight calls go elsewhere or fail, and after a rest it is tried again. */
void replica_lost (Replica *replica);

/* No new calls; a later tick ends it when the last one in flight has. */
void replica_leave (Replica *replica);

/* Has room for one more call. */
bool replica_has_room (const Replica *replica);

/* Sends a call or a cancellation; false when the connection does not take it. */
bool replica_send (Replica *replica, const RequestHeader *header, Bytes body);

/* Liveness; called several times per ping_ms. Nothing else frees a replica. */
void replica_tick (Replica *replica, uint64_t now_us);

/* After this thread was away: silence meanwhile proves nothing. */
void replica_forgive (Replica *replica, uint64_t now_us);

/* ---- dispatch.c ---- */

/* How long a call waits for a replica: not long, when there has been none for long. */
uint64_t dispatch_patience_us (const BusPending *pending, uint64_t now_us);

/* Takes a new call; it is in `fresh` then, or in `ending`. */
void dispatch_start (BusPending *pending);

/* Sends the calls in client->fresh, or lets them wait, or ends them. */
void dispatch_send_all (BusClient *client);

/* A reply came in: ends the call, or tries it elsewhere. */
void dispatch_answer (BusPending *pending, const ReplyHeader *header, Bytes body);

/* The replica was lost with the call in flight (which has left in_flight already). */
void dispatch_lost (BusPending *pending, uint64_t incarnation);

/* Sends as many waiting calls as there is room for now. */
void dispatch_waiting (Service *service);

/* Frees the call, whatever its state, without calling its function. */
void dispatch_forget (BusPending *pending);

/* Takes a call off its replica, which is told; it is in `ending` then. */
void dispatch_abandon (BusPending *pending);

/* Calls the functions of the calls in client->ending. */
void dispatch_end_all (BusClient *client);

/* Its timer: it has waited long enough, or its deadline has passed. */
void dispatch_timeout (evutil_socket_t fd, short what, void *pending);

#endif
