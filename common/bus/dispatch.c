/* One call from start to end. A call is in exactly one list at a time, told by its state; it is never lost:
 * each path ends in its function being called, from the event loop, never from inside bus_client_call.
 *
 * New calls are sent when the turn of the loop ends, one right after the other: libzmq's I/O thread is woken
 * once for all of them and writes them together. Sent one by one as they come, each woke it, and the other
 * side, anew.
 */
#include "bus/client_internal.h"
#include "bus/wire.h"

#include <string.h>

enum {
  CANDIDATES_MAX = 64,
  MOVES_MAX = 3,
  TOKEN = 100,
  TOKENS_MAX = 1000,
  FRESH_MAX = 8,
  RETRY_AFTER_MS = 1000
};

/* ---- ending ---- */

static void
set_timer (BusPending *pending, uint64_t at_us)
{
  uint64_t now = bus_now_us ();
  uint64_t us = at_us > now ? at_us - now : 0;
  const struct timeval time = {(time_t)(us / 1000000u), (suseconds_t)(us % 1000000u)};
  evtimer_add (&pending->timer, &time);
}

static void
leave_list (BusPending *pending)
{
  switch (pending->state) {
  case PENDING_NEW:
    TAILQ_REMOVE (&pending->client->fresh, pending, entry);
    pending->client->fresh_count--;
    break;
  case PENDING_WAITING:
    TAILQ_REMOVE (&pending->service->waiting, pending, entry);
    pending->service->waiting_count--;
    break;
  case PENDING_SENT:
    TAILQ_REMOVE (&pending->replica->in_flight, pending, entry);
    pending->replica->outstanding--;
    pending->replica = NULL;
    break;
  case PENDING_ENDING: TAILQ_REMOVE (&pending->client->ending, pending, entry); break;
  }
}

/* Frees a call that is in no list. */
static void
release (BusPending *pending)
{
  pending->client->slots[pending->slot] = NULL;
  pending->client->free_hint = pending->slot;
  evtimer_del (&pending->timer);
  talloc_free (pending);
}

void
dispatch_forget (BusPending *pending)
{
  leave_list (pending);
  release (pending);
}

/* Ends a call that is in no list: it is gone before its function runs, which may start others. */
static void
end (BusPending *pending, Status status, const ReplyHeader *header, Bytes body)
{
  void *scratch = memory_pool (NULL, SCRATCH_POOL);
  const BusReply reply = {.status = status_copy (scratch, status), .header = header, .body = body};
  BusReplyFunction function = pending->function;
  void *arg = pending->arg;
  release (pending);
  function (arg, &reply);
  talloc_free (scratch);
}

/* Ends a call that is in no list in the next turn of the loop. */
static void
end_later (BusPending *pending, Status status)
{
  BusClient *client = pending->client;
  evtimer_del (&pending->timer);
  pending->state = PENDING_ENDING;
  pending->ending = status;
  TAILQ_INSERT_TAIL (&client->ending, pending, entry);
  event_active (client->turn, EV_TIMEOUT, 0);
}

void
dispatch_end_all (BusClient *client)
{
  for (BusPending *pending; (pending = TAILQ_FIRST (&client->ending)) != NULL;) {
    TAILQ_REMOVE (&client->ending, pending, entry);
    end (pending, pending->ending, NULL, (Bytes){NULL, 0});
  }
}

/* ---- failures ---- */

static Status
failure (BusPending *pending, StatusCode code, const char *reason, const char *message)
{
  Status status = status_error (pending, code, reason, "%s", message);
  if (code != STATUS_DEADLINE_EXCEEDED)
    status.detail->retry_after_ms = RETRY_AFTER_MS;
  return status;
}

static bool
any_up (const Service *service)
{
  const Replica *replica;
  TAILQ_FOREACH (replica, &service->replicas, entry)
  if (replica->state == REPLICA_UP)
    return true;
  return false;
}

/* Why a call that is not in flight ends now; `late` when it is because of its deadline. */
static Status
unsent_failure (BusPending *pending, bool late)
{
  if (pending->executed == EXECUTED_PERHAPS)
    return failure (pending, late ? STATUS_DEADLINE_EXCEEDED : STATUS_UNAVAILABLE, "OUTCOME_UNKNOWN",
                    "The replica was lost and no other could be asked");
  if (late)
    return failure (pending, STATUS_DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", "No replica had room in time");
  if (any_up (pending->service))
    return failure (pending, STATUS_RESOURCE_EXHAUSTED, "OVERLOADED", "All replicas are busy");
  return failure (pending, STATUS_UNAVAILABLE, "NO_REPLICA", "No replica can be reached");
}

/* A replica that has just been lost is probably being restarted: worth waiting for. A service that has been
 * away for longer than that is not, and who asks should be told soon. */
uint64_t
dispatch_patience_us (const BusPending *pending, uint64_t now_us)
{
  uint64_t queue_us = (uint64_t)pending->client->options.queue_ms * 1000u;
  Service *service = pending->service;
  if (service == NULL)
    return 0;
  if (any_up (service))
    service->up_us = now_us;
  return now_us - service->up_us > 2 * queue_us ? queue_us / 8 : queue_us;
}

/* ---- choosing and sending ---- */

/* Two at random, the one with fewer calls outstanding: nearly as good as the best of all, and clients that
 * think alike do not all rush to the same replica. NULL when none has room. */
static Replica *
choose (const BusPending *pending)
{
  Replica *candidates[CANDIDATES_MAX];
  unsigned count = 0;
  Replica *replica;
  TAILQ_FOREACH (replica, &pending->service->replicas, entry)
  if (count < CANDIDATES_MAX && replica_has_room (replica) && replica->incarnation != pending->avoid)
    candidates[count++] = replica;
  if (count < 2)
    return count == 0 ? NULL : candidates[0];
  unsigned first = (unsigned)(client_random (pending->client) % count);
  unsigned second = (unsigned)(client_random (pending->client) % (count - 1));
  if (second >= first)
    second++;
  return candidates[first]->outstanding <= candidates[second]->outstanding ? candidates[first]
                                                                           : candidates[second];
}

static bool
send_to (BusPending *pending, Replica *replica)
{
  uint64_t now = bus_now_us ();
  uint64_t left_ms = pending->deadline_us > now ? (pending->deadline_us - now) / 1000u : 0;
  pending->header.timeout_ms = left_ms == 0 ? 1 : (uint32_t)left_ms;
  if (!replica_send (replica, &pending->header, pending->body)) {
    replica_lost (replica);
    return false;
  }
  pending->state = PENDING_SENT;
  pending->replica = replica;
  TAILQ_INSERT_TAIL (&replica->in_flight, pending, entry);
  replica->outstanding++;
  set_timer (pending, pending->deadline_us);
  return true;
}

/* Sends a call that is in no list, or lets it wait, or ends it. */
static void
route (BusPending *pending)
{
  Service *service = pending->service;
  for (Replica *replica; (replica = choose (pending)) != NULL;)
    if (send_to (pending, replica))
      return;
  if (service->waiting_count >= pending->client->options.queue_length) {
    counter_add (pending->client->bus, COUNTER_CLIENT_QUEUE_FULL);
    Status status =
        pending->executed == EXECUTED_PERHAPS
            ? unsent_failure (pending, false)
            : failure (pending, STATUS_RESOURCE_EXHAUSTED, "OVERLOADED", "Too many calls wait already");
    end_later (pending, status);
    return;
  }
  pending->state = PENDING_WAITING;
  TAILQ_INSERT_TAIL (&service->waiting, pending, entry);
  service->waiting_count++;
  set_timer (pending,
             pending->patience_us < pending->deadline_us ? pending->patience_us : pending->deadline_us);
}

void
dispatch_start (BusPending *pending)
{
  Service *service = pending->service;
  if (service == NULL) {
    end_later (pending,
               status_error (pending, STATUS_INTERNAL, "UNKNOWN_SERVICE", "The service is not configured"));
    return;
  }
  if (pending->body.length > BUS_BODY_MAX ||
      request_header__get_packed_size (&pending->header) > BUS_HEADER_MAX) {
    end_later (pending,
               status_error (pending, STATUS_INVALID_ARGUMENT, "TOO_LARGE", "The request is too large"));
    return;
  }
  service->retry_tokens += pending->client->options.retry_percent;
  if (service->retry_tokens > TOKENS_MAX)
    service->retry_tokens = TOKENS_MAX;
  pending->state = PENDING_NEW;
  TAILQ_INSERT_TAIL (&pending->client->fresh, pending, entry);
  if (++pending->client->fresh_count == FRESH_MAX)
    dispatch_send_all (pending->client);
  else
    event_active (pending->client->turn, EV_TIMEOUT, 0);
}

void
dispatch_send_all (BusClient *client)
{
  for (BusPending *pending; (pending = TAILQ_FIRST (&client->fresh)) != NULL;) {
    leave_list (pending);
    route (pending);
  }
}

void
dispatch_waiting (Service *service)
{
  BusPending *pending = TAILQ_FIRST (&service->waiting);
  for (BusPending *next; pending != NULL; pending = next) {
    next = TAILQ_NEXT (pending, entry);
    if (choose (pending) == NULL) {
      if (pending->avoid == 0)
        return;
      continue;
    }
    leave_list (pending);
    route (pending);
  }
}

/* ---- the second chance ---- */

/* Takes a token of the retry budget when the call may be tried a second time. */
static bool
may_retry (BusPending *pending)
{
  if (!pending->idempotent || pending->header.attempt != 1 || bus_now_us () >= pending->deadline_us)
    return false;
  if (pending->service->retry_tokens < TOKEN) {
    counter_add (pending->client->bus, COUNTER_CLIENT_RETRIES_DENIED);
    return false;
  }
  pending->service->retry_tokens -= TOKEN;
  pending->header.attempt = 2;
  counter_add (pending->client->bus, COUNTER_CLIENT_RETRIES);
  return true;
}

static void
route_elsewhere (BusPending *pending, uint64_t incarnation)
{
  pending->avoid = incarnation;
  pending->patience_us = bus_now_us () + dispatch_patience_us (pending, bus_now_us ());
  route (pending);
}

void
dispatch_lost (BusPending *pending, uint64_t incarnation)
{
  pending->replica = NULL;
  pending->executed = EXECUTED_PERHAPS;
  if (may_retry (pending))
    route_elsewhere (pending, incarnation);
  else
    end_later (pending, failure (pending, STATUS_UNAVAILABLE, "OUTCOME_UNKNOWN", "The replica was lost"));
}

/* True when the answer is not the end: the call has gone elsewhere. */
static bool
moved_on (BusPending *pending, Replica *replica, const ReplyHeader *header)
{
  uint64_t incarnation = replica->incarnation;
  if (header->code != STATUS_UNAVAILABLE)
    return false;
  if (header->error != NULL && strcmp (header->error->reason, "DRAINING") == 0) {
    /* It never began there, so this costs nothing and needs no permission. */
    replica_leave (replica);
    if (pending->moves == MOVES_MAX)
      return false;
    pending->moves++;
    counter_add (pending->client->bus, COUNTER_CLIENT_MOVED);
    route_elsewhere (pending, incarnation);
    return true;
  }
  pending->avoid = incarnation;
  if (choose (pending) == NULL || !may_retry (pending))
    return false;
  route_elsewhere (pending, incarnation);
  return true;
}

void
dispatch_answer (BusPending *pending, const ReplyHeader *header, Bytes body)
{
  Replica *replica = pending->replica;
  Service *service = pending->service;
  leave_list (pending);
  bool over = !moved_on (pending, replica, header);
  dispatch_waiting (service);
  if (over) {
    void *scratch = memory_pool (NULL, SCRATCH_POOL);
    end (pending, wire_status (scratch, header), header, body);
    talloc_free (scratch);
  }
}

void
dispatch_abandon (BusPending *pending)
{
  RequestHeader header = REQUEST_HEADER__INIT;
  Service *service = pending->service;
  header.kind = REQUEST_KIND__REQUEST_KIND_CANCEL;
  header.request_id = pending->header.request_id;
  (void)replica_send (pending->replica, &header, (Bytes){NULL, 0}); /* a courtesy: it may get lost */
  leave_list (pending);
  pending->state = PENDING_ENDING;
  TAILQ_INSERT_TAIL (&pending->client->ending, pending, entry);
  dispatch_waiting (service);
}

void
dispatch_timeout (evutil_socket_t fd, short what, void *argument)
{
  BusPending *pending = argument;
  (void)fd;
  (void)what;
  if (pending->state == PENDING_SENT) {
    dispatch_abandon (pending);
    leave_list (pending);
    Status status = failure (pending, STATUS_DEADLINE_EXCEEDED, "OUTCOME_UNKNOWN", "No answer came in time");
    end (pending, status, NULL, (Bytes){NULL, 0});
  } else if (pending->state == PENDING_WAITING) {
    leave_list (pending);
    /* The timer was set to the earlier of the two. */
    end (pending, unsent_failure (pending, pending->deadline_us <= pending->patience_us), NULL,
         (Bytes){NULL, 0});
  }
}
