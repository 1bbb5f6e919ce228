/* The serving side. Everything here runs on the front thread except bus_server_answer, which packs the answer
 * on the worker that made it and leaves it in a list with an eventfd.
 *
 * A call is owned by the front thread until on_call, by the worker until bus_server_answer, then by the front
 * thread again, which alone sends, unlinks and frees it. The socket is touched by the front thread only.
 */
#include "bus/allow.h"
#include "bus/frames.h"
#include "bus/internal.h"
#include "bus/peers.h"
#include "bus/recent.h"
#include "bus/socket.h"
#include "bus/watch.h"
#include "bus/wire.h"

#include <assert.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>
#include <zmq.h>

enum { WINDOW_DEFAULT = 8, MAX_CALLS_DEFAULT = 64, PEER_MEMORY_US = 30000000, OVERLOAD_RETRY_MS = 100 };

/* A BusCall with what only the server knows. */
typedef struct ServerCall {
  BusCall public; /* first: the two are converted into each other */
  TAILQ_ENTRY (ServerCall) in_hand;
  STAILQ_ENTRY (ServerCall) answered;
  PeerId peer;
  char principal[PRINCIPAL_SIZE];
  zmq_msg_t body; /* what public.body points into */
  zmq_msg_t answer_header;
  zmq_msg_t answer_body;
} ServerCall;

struct BusServer {
  Bus *bus;
  BusServerHandlers handlers;
  BusServerState state;
  uint32_t window;
  unsigned max_calls;
  unsigned in_hand_count;
  TAILQ_HEAD (, ServerCall) in_hand; /* taken and not answered */
  const char *endpoint;
  void *socket;
  void *monitor;
  BusWatch *watch;
  BusWatch *monitor_watch;
  Peers *peers;
  Recent *recent;
  struct event *answers_event;
  struct event *drained_event;
  int wake;
  pthread_mutex_t mutex; /* guards `answered` */
  STAILQ_HEAD (, ServerCall) answered;
};

/* A request as it came in, while it is looked at. */
typedef struct Incoming {
  FrameSet set;
  ServerCall *scratch; /* what it becomes if it is taken: its header is unpacked on it */
  PeerId peer;
  char principal[PRINCIPAL_SIZE];
  const char *key; /* User-Id; NULL without CURVE */
  RequestHeader *header;
} Incoming;

/* ---- sending ---- */

static void
send_frames (BusServer *server, const PeerId *peer, zmq_msg_t *header, zmq_msg_t *body)
{
  Bytes id = {peer->bytes, peer->length};
  if (!frames_send (server->socket, &id, header, body))
    counter_add (server->bus, COUNTER_DROPPED_REPLIES);
  watch_touched (server->watch);
}

/* Sends a reply that is only a header. */
static void
send_header (BusServer *server, const PeerId *peer, ReplyHeader *header)
{
  zmq_msg_t packed;
  zmq_msg_t empty;
  header->window = server->window;
  frames_from_message (&packed, &header->base);
  zmq_msg_init (&empty);
  send_frames (server, peer, &packed, &empty);
}

static void
send_sign (BusServer *server, const PeerId *peer, ReplyKind kind)
{
  ReplyHeader header = REPLY_HEADER__INIT;
  header.kind = kind;
  if (kind == REPLY_KIND__REPLY_KIND_GOAWAY)
    counter_add (server->bus, COUNTER_GOAWAYS);
  send_header (server, peer, &header);
}

/* Answers a request that does not become a call. */
static void
refuse (BusServer *server, const Incoming *incoming, Status status)
{
  ReplyHeader header = REPLY_HEADER__INIT;
  header.kind = REPLY_KIND__REPLY_KIND_ANSWER;
  header.request_id = incoming->header->request_id;
  header.code = status.code;
  header.error = wire_error (incoming->scratch, status);
  header.retry_after_ms = status.detail->retry_after_ms;
  send_header (server, &incoming->peer, &header);
}

/* ---- taking calls ---- */

static int
call_end (ServerCall *call)
{
  zmq_msg_close (&call->body);
  return 0;
}

/* Turns a checked request into a call and hands it over. */
static void
take_call (BusServer *server, Incoming *incoming)
{
  ServerCall *call = incoming->scratch;
  incoming->scratch = NULL;
  zmq_msg_init (&call->body);
  talloc_set_destructor (call, call_end);
  zmq_msg_move (&call->body, &incoming->set.frames[1 + WIRE_FRAME_BODY]);
  call->peer = incoming->peer;
  memcpy (call->principal, incoming->principal, sizeof call->principal);
  call->public.header = incoming->header;
  call->public.caller = call->principal;
  call->public.body = (Bytes){zmq_msg_data (&call->body), zmq_msg_size (&call->body)};
  call->public.arrived_us = bus_now_us ();
  call->public.deadline_us = call->public.arrived_us + (uint64_t)call->public.header->timeout_ms * 1000u;
  atomic_init (&call->public.cancelled, false);
  TAILQ_INSERT_TAIL (&server->in_hand, call, in_hand);
  server->in_hand_count++;
  counter_add (server->bus, COUNTER_CALLS);
  server->handlers.on_call (server->handlers.arg, &call->public);
}

/* Why a well-formed call is not taken; success when it is. */
static Status
admit_call (BusServer *server, Incoming *incoming)
{
  Bus *bus = server->bus;
  void *scratch = incoming->scratch;
  const char *method = incoming->header->method;
  if (incoming->key != NULL &&
      allow_book_check (bus->allow, incoming->key, method, incoming->principal) != ALLOW_GRANTED) {
    counter_add (bus, COUNTER_NOT_ALLOWED);
    return status_error (scratch, STATUS_PERMISSION_DENIED, "CALLER_NOT_ALLOWED", "%s may not call %s",
                         incoming->principal, method);
  }
  if (server->state != BUS_SERVER_SERVING) {
    counter_add (bus, COUNTER_DRAINING);
    return status_unavailable (scratch, 0, "DRAINING", "This replica is going away");
  }
  if (server->handlers.knows_method != NULL &&
      !server->handlers.knows_method (server->handlers.arg, method)) {
    counter_add (bus, COUNTER_UNKNOWN_METHOD);
    return status_error (scratch, STATUS_UNIMPLEMENTED, "UNKNOWN_METHOD", "There is no method %s", method);
  }
  if (incoming->header->timeout_ms == 0) {
    counter_add (bus, COUNTER_EXPIRED);
    return status_error (scratch, STATUS_DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", "No time was left");
  }
  if (server->in_hand_count >= server->max_calls) {
    counter_add (bus, COUNTER_OVERLOADED);
    Status status = status_error (scratch, STATUS_RESOURCE_EXHAUSTED, "OVERLOADED", "Too many calls in hand");
    status.detail->retry_after_ms = OVERLOAD_RETRY_MS;
    return status;
  }
  return STATUS_SUCCESS;
}

static void
handle_call (BusServer *server, Incoming *incoming)
{
  /* Remembered even when it is refused: the caller may then have gone elsewhere with it. */
  if (recent_seen (server->recent, incoming->header->request_id.data, incoming->header->attempt)) {
    counter_add (server->bus, COUNTER_DUPLICATE);
    return;
  }
  Status status = admit_call (server, incoming);
  if (status_failed (status))
    refuse (server, incoming, status);
  else
    take_call (server, incoming);
}

/* Only the peer that made a call can cancel it. */
static void
handle_cancel (BusServer *server, const Incoming *incoming)
{
  ServerCall *call;
  TAILQ_FOREACH (call, &server->in_hand, in_hand)
  {
    if (!peer_same (&call->peer, &incoming->peer) ||
        memcmp (call->public.header->request_id.data, incoming->header->request_id.data,
                BUS_REQUEST_ID_SIZE) != 0)
      continue;
    if (atomic_exchange (&call->public.cancelled, true))
      return;
    counter_add (server->bus, COUNTER_CANCELLED);
    if (server->handlers.on_cancel != NULL)
      server->handlers.on_cancel (server->handlers.arg, &call->public);
    return;
  }
}

/* ---- receiving ---- */

/* Under CURVE every message must come from a key that is on the list now. */
static bool
identify (BusServer *server, Incoming *incoming)
{
  zmq_msg_t *last = &incoming->set.frames[incoming->set.count - 1];
  if (server->bus->allow == NULL) {
    strcpy (incoming->principal, "local");
    return true;
  }
  incoming->key = zmq_msg_gets (last, "User-Id");
  return incoming->key != NULL &&
         allow_book_check (server->bus->allow, incoming->key, NULL, incoming->principal) == ALLOW_GRANTED;
}

static void
handle_request (BusServer *server, Incoming *incoming)
{
  static const CounterId counters[WIRE_VERDICTS] = {
      [WIRE_UNKNOWN_VERSION] = COUNTER_UNKNOWN_VERSION,
      [WIRE_TRUNCATED] = COUNTER_TRUNCATED,
      [WIRE_MALFORMED] = COUNTER_MALFORMED,
  };
  Bytes frames[FRAMES_MAX];
  Status status = STATUS_SUCCESS;
  size_t count = incoming->set.count - 1;
  for (size_t i = 0; i < count; i++)
    frames[i] = frames_bytes (&incoming->set, i + 1);
  if (!identify (server, incoming)) {
    counter_add (server->bus, COUNTER_UNAUTHORISED);
    return;
  }
  WireVerdict verdict = wire_decode_request (incoming->scratch, frames, count, &incoming->header, &status);
  if (verdict == WIRE_REFUSED)
    refuse (server, incoming, status);
  else if (verdict != WIRE_GOOD)
    counter_add (server->bus, counters[verdict]);
  if (verdict != WIRE_GOOD)
    return;
  peers_seen (server->peers, &incoming->peer, bus_now_us ());
  switch (incoming->header->kind) {
  case REQUEST_KIND__REQUEST_KIND_PING:
    send_sign (server, &incoming->peer,
               server->state == BUS_SERVER_SERVING ? REPLY_KIND__REPLY_KIND_PONG
                                                   : REPLY_KIND__REPLY_KIND_GOAWAY);
    break;
  case REQUEST_KIND__REQUEST_KIND_CANCEL: handle_cancel (server, incoming); break;
  default: handle_call (server, incoming); break;
  }
}

static WatchFound
read_request (void *argument)
{
  BusServer *server = argument;
  Incoming incoming = {0};
  if (!frames_receive (server->socket, &incoming.set))
    return WATCH_NOTHING;
  incoming.scratch = memory_new_pool (NULL, ServerCall, CALL_POOL);
  if (peer_from_bytes (&incoming.peer, frames_bytes (&incoming.set, 0)))
    handle_request (server, &incoming);
  else
    counter_add (server->bus, COUNTER_MALFORMED);
  if (incoming.scratch != NULL)
    talloc_free (incoming.scratch);
  frames_close (&incoming.set);
  return WATCH_MESSAGE;
}

static WatchFound
read_monitor (void *argument)
{
  BusServer *server = argument;
  int event = socket_monitor_event (server->monitor);
  if ((event & socket_handshake_failures ()) != 0)
    counter_add (server->bus, COUNTER_HANDSHAKE_FAILED);
  return event == 0 ? WATCH_NOTHING : WATCH_MESSAGE;
}

/* ---- answering ---- */

/* Packs the answer; replaces one that would not fit through the wire. */
static void
pack_answer (BusServer *server, ServerCall *call, const BusAnswer *answer)
{
  ReplyHeader header = REPLY_HEADER__INIT;
  Status status = answer->status;
  size_t size =
      answer->reply == NULL ? answer->body.length : protobuf_c_message_get_packed_size (answer->reply);
  if (!status_failed (status) && size > BUS_BODY_MAX)
    status = status_error (call, STATUS_INTERNAL, "REPLY_TOO_LARGE", "The reply has %zu bytes", size);
  header.kind = REPLY_KIND__REPLY_KIND_ANSWER;
  header.request_id = call->public.header->request_id;
  header.code = status.code;
  header.error = wire_error (call, status);
  header.retry_after_ms = status.detail == NULL ? 0 : status.detail->retry_after_ms;
  header.queue_us = answer->queue_us;
  header.work_us = answer->work_us;
  header.replayed = answer->replayed;
  header.window = server->window;
  frames_from_message (&call->answer_header, &header.base);
  if (status_failed (status))
    zmq_msg_init (&call->answer_body);
  else if (answer->reply != NULL)
    frames_from_message (&call->answer_body, answer->reply);
  else
    frames_from_bytes (&call->answer_body, answer->body);
}

void
bus_server_answer_all (BusServer *server, const BusAnswer *answers, size_t count)
{
  STAILQ_HEAD (, ServerCall) packed = STAILQ_HEAD_INITIALIZER (packed);
  for (size_t i = 0; i < count; i++) {
    ServerCall *call = (ServerCall *)answers[i].call;
    pack_answer (server, call, &answers[i]);
    STAILQ_INSERT_TAIL (&packed, call, answered);
  }
  pthread_mutex_lock (&server->mutex);
  bool first = STAILQ_EMPTY (&server->answered);
  STAILQ_CONCAT (&server->answered, &packed);
  /* Under the mutex, so that the server cannot be freed between the two. */
  if (first && count > 0)
    eventfd_write (server->wake, 1);
  pthread_mutex_unlock (&server->mutex);
}

void
bus_server_answer (BusServer *server, BusCall *call, const BusAnswer *answer)
{
  BusAnswer whole = *answer;
  whole.call = call;
  bus_server_answer_all (server, &whole, 1);
}

static void
finish_call (BusServer *server, ServerCall *call)
{
  if (bus_call_time_left_us (&call->public) == 0)
    counter_add (server->bus, COUNTER_EXPIRED);
  send_frames (server, &call->peer, &call->answer_header, &call->answer_body);
  TAILQ_REMOVE (&server->in_hand, call, in_hand);
  server->in_hand_count--;
  talloc_free (call);
}

/* Front thread: sends what the workers have answered. */
static void
send_answers (BusServer *server)
{
  STAILQ_HEAD (, ServerCall) answered = STAILQ_HEAD_INITIALIZER (answered);
  pthread_mutex_lock (&server->mutex);
  STAILQ_CONCAT (&answered, &server->answered);
  pthread_mutex_unlock (&server->mutex);
  for (ServerCall *call; (call = STAILQ_FIRST (&answered)) != NULL;) {
    STAILQ_REMOVE_HEAD (&answered, answered);
    finish_call (server, call);
  }
  if (server->state == BUS_SERVER_DRAINING && server->in_hand_count == 0)
    event_active (server->drained_event, EV_TIMEOUT, 0);
}

static void
on_answers (evutil_socket_t fd, short what, void *argument)
{
  eventfd_t ignored;
  (void)what;
  eventfd_read (fd, &ignored);
  send_answers (argument);
}

/* ---- drain ---- */

static void
on_drained (evutil_socket_t fd, short what, void *argument)
{
  BusServer *server = argument;
  (void)fd;
  (void)what;
  if (server->state != BUS_SERVER_DRAINING)
    return;
  server->state = BUS_SERVER_DRAINED;
  if (server->handlers.on_drained != NULL)
    server->handlers.on_drained (server->handlers.arg);
}

static void
send_goaway (void *argument, const PeerId *peer)
{
  send_sign (argument, peer, REPLY_KIND__REPLY_KIND_GOAWAY);
}

void
bus_server_drain (BusServer *server)
{
  if (server->state != BUS_SERVER_SERVING)
    return;
  uint64_t now = bus_now_us ();
  server->state = BUS_SERVER_DRAINING;
  peers_visit (server->peers, now > PEER_MEMORY_US ? now - PEER_MEMORY_US : 0, send_goaway, server);
  if (server->in_hand_count == 0)
    event_active (server->drained_event, EV_TIMEOUT, 0);
}

BusServerState
bus_server_state (const BusServer *server)
{
  return server->state;
}

unsigned
bus_server_in_hand (const BusServer *server)
{
  return server->in_hand_count;
}

const char *
bus_server_endpoint (const BusServer *server)
{
  return server->endpoint;
}

uint64_t
bus_call_time_left_us (const BusCall *call)
{
  uint64_t now = bus_now_us ();
  return now < call->deadline_us ? call->deadline_us - now : 0;
}

/* ---- life ---- */

static int
server_end (BusServer *server)
{
  send_answers (server);
  assert (server->in_hand_count == 0); /* a worker would answer into freed memory */
  talloc_free (server->watch);
  talloc_free (server->monitor_watch);
  event_free (server->answers_event);
  event_free (server->drained_event);
  zmq_unbind (server->socket, server->endpoint);
  socket_close (server->socket, SOCKET_DRAIN_LINGER_MS);
  socket_close (server->monitor, 0);
  close (server->wake);
  pthread_mutex_destroy (&server->mutex);
  return 0;
}

/* Socket, monitor and bind; what was opened stays in `server` also on failure. */
static Status
open_sockets (BusServer *server, void *owner, const BusServerOptions *options)
{
  const char *endpoint;
  char real[256];
  size_t size = sizeof real;
  Status status = bus_bind_endpoint (server->bus, owner, options->endpoint, options->replica, "", &endpoint);
  if (status_failed (status))
    return status;
  server->socket = socket_open (server->bus, SOCKET_ROUTER, NULL);
  server->monitor = server->socket == NULL
                        ? NULL
                        : socket_monitor (server->bus, server->socket, socket_handshake_failures ());
  if (server->monitor == NULL || zmq_bind (server->socket, endpoint) != 0 ||
      zmq_getsockopt (server->socket, ZMQ_LAST_ENDPOINT, real, &size) != 0)
    return bus_misconfigured (owner, "cannot serve on %s: %s", endpoint, zmq_strerror (zmq_errno ()));
  server->endpoint = memory_string (server, real);
  return STATUS_SUCCESS;
}

static void
start_events (BusServer *server, struct event_base *base)
{
  const WatchHandlers requests = {.on_readable = read_request, .arg = server};
  const WatchHandlers happenings = {.on_readable = read_monitor, .arg = server};
  server->wake = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
  server->answers_event =
      memory_must (event_new (base, server->wake, EV_READ | EV_PERSIST, on_answers, server));
  server->drained_event = memory_must (event_new (base, -1, 0, on_drained, server));
  event_add (server->answers_event, NULL);
  server->watch = watch_new (server, base, server->socket, &requests);
  server->monitor_watch = watch_new (server, base, server->monitor, &happenings);
}

Status
bus_server_new (void *owner, Bus *bus, struct event_base *base, const BusServerOptions *options,
                const BusServerHandlers *handlers, BusServer **server)
{
  BusServer *made = memory_new (owner, BusServer);
  made->bus = bus;
  made->handlers = *handlers;
  made->window = options->window == 0 ? WINDOW_DEFAULT : options->window;
  made->max_calls = options->max_calls == 0 ? MAX_CALLS_DEFAULT : options->max_calls;
  made->peers = peers_new (made);
  made->recent = recent_new (made);
  TAILQ_INIT (&made->in_hand);
  STAILQ_INIT (&made->answered);
  Status status = open_sockets (made, owner, options);
  if (status_failed (status)) {
    socket_close (made->socket, 0);
    socket_close (made->monitor, 0);
    talloc_free (made);
    return status;
  }
  pthread_mutex_init (&made->mutex, NULL);
  start_events (made, base);
  talloc_set_destructor (made, server_end);
  *server = made;
  return STATUS_SUCCESS;
}
