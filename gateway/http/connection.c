/* One connection: reads what arrives, one request at a time, and keeps the deadlines.
 *
 * A connection is in one named state; steps[] has what can be done in it. connection_run takes steps until
 * none is possible. The timer is lazy: it is armed for the nearest deadline it knew and only ever moved
 * forward, so that a busy connection does not touch the event loop's heap for every request.
 */
#include "gateway/http/internal.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

/* What waits in the input while a request is being answered; beyond it the socket is not read. */
#define INPUT_BYTES 65536

uint64_t
connection_now (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 + 1;
}

/* ---- sending ---- */

size_t
connection_unsent (const Connection *connection)
{
  return evbuffer_get_length (bufferevent_get_output (connection->stream));
}

/* Writes past the bufferevent when nothing waits in it: one system call instead of three. Returns the bytes
 * taken. */
static size_t
send_now (Connection *connection, const Bytes *pieces, size_t count)
{
  struct iovec vectors[CONNECTION_PIECES_MAX];
  for (size_t i = 0; i < count; i++)
    vectors[i] = (struct iovec){.iov_base = (void *)pieces[i].data, .iov_len = pieces[i].length};
  struct msghdr message = {.msg_iov = vectors, .msg_iovlen = count};
  ssize_t sent = sendmsg (bufferevent_getfd (connection->stream), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN && errno != EINTR)
    connection_cut (connection);
  return sent < 0 ? 0 : (size_t)sent;
}

/* Counts a copy that waits to be sent. Too many of them together: whoever holds most is cut. */
static void
hold (Connection *connection, size_t length)
{
  connection->held += length;
  connection->server->held += length;
  server_bound_held (connection->server);
}

/* Everything was sent, or will never be. */
static void
release (Connection *connection)
{
  connection->server->held -= connection->held;
  connection->held = 0;
}

void
connection_send (Connection *connection, const Bytes *pieces, size_t count, Keeping keeping)
{
  struct evbuffer *output = bufferevent_get_output (connection->stream);
  size_t sent = 0;
  if (connection->state != CONNECTION_CLOSED && evbuffer_get_length (output) == 0)
    sent = send_now (connection, pieces, count);
  for (size_t i = 0; i < count && connection->state != CONNECTION_CLOSED; i++) {
    size_t skipped = sent < pieces[i].length ? sent : pieces[i].length;
    sent -= skipped;
    if (skipped == pieces[i].length)
      continue;
    Bytes rest = {pieces[i].data + skipped, pieces[i].length - skipped};
    if (keeping == KEEP_REFERENCE && i == count - 1) {
      evbuffer_add_reference (output, rest.data, rest.length, NULL, NULL);
    } else {
      evbuffer_add (output, rest.data, rest.length);
      hold (connection, rest.length);
    }
  }
}

/* ---- going on and ending ---- */

void
connection_kick (Connection *connection)
{
  if (connection->activity == CONNECTION_RESTING)
    event_active (&connection->kick, EV_TIMEOUT, 0);
}

void
connection_cut (Connection *connection)
{
  connection->state = CONNECTION_CLOSED;
  release (connection);
  connection_kick (connection);
}

void
connection_decide_persistence (Connection *connection)
{
  const HttpServer *server = connection->server;
  const HttpLimits *limits = server->limits;
  const HttpBody *body = &connection->body;
  bool body_ends = body->state == HTTP_BODY_COMPLETE ||
                   (body->framing == HTTP_LENGTH && body->remaining <= limits->discard_bytes &&
                    connection->expectation == CONTINUE_SETTLED);
  bool tired =
      limits->requests_per_connection != 0 && connection->requests >= limits->requests_per_connection;
  bool stays = connection->exchange->head.persistence == HTTP_KEEP_ALIVE && body_ends && !tired &&
               server->state == SERVER_SERVING && connection->peer == PEER_TALKING;
  connection->persistence = stays ? HTTP_KEEP_ALIVE : HTTP_CLOSE;
}

void
connection_answered (Connection *connection)
{
  if (connection->state == CONNECTION_CLOSED)
    return;
  if (connection->reading == PAUSED) {
    connection->reading = READING;
    bufferevent_enable (connection->stream, EV_READ);
  }
  connection->total_at = 0;
  connection->state =
      connection->persistence == HTTP_KEEP_ALIVE ? CONNECTION_DISCARDING : CONNECTION_FLUSHING;
  connection_kick (connection);
}

void
connection_fail (Connection *connection, const HttpFault *fault)
{
  Exchange *exchange = connection->exchange;
  bool answering = exchange != NULL && exchange->answer != ANSWER_NONE;
  if (answering || connection->state == CONNECTION_DISCARDING) {
    connection_cut (connection);
    return;
  }
  connection->persistence = HTTP_CLOSE;
  exchange_write_fault (connection, fault, exchange == NULL ? HTTP_GET : exchange->head.method,
                        exchange == NULL ? HTTP_1_1 : exchange->head.version);
  connection_answered (connection);
  if (exchange != NULL)
    exchange_lose (exchange);
}

/* ---- deadlines ---- */

static uint64_t
nearest_deadline (const Connection *connection)
{
  uint64_t phase = connection->phase_at, total = connection->total_at;
  if (phase == 0 || total == 0)
    return phase + total;
  return phase < total ? phase : total;
}

static void
arm_timer (Connection *connection)
{
  uint64_t nearest = nearest_deadline (connection);
  if (nearest == 0 || (connection->timer_at != 0 && connection->timer_at <= nearest))
    return;
  uint64_t now = connection_now ();
  uint64_t wait = nearest > now ? nearest - now : 0;
  struct timeval delay = {.tv_sec = (time_t)(wait / 1000), .tv_usec = (suseconds_t)(wait % 1000 * 1000)};
  event_add (&connection->timer, &delay);
  connection->timer_at = nearest;
}

/* The end of an interval of a body that arrives: enough of it, or none was asked for? */
static void
check_pace (Connection *connection, uint64_t now)
{
  const HttpLimits *limits = connection->server->limits;
  uint64_t least = (uint64_t)limits->body_rate * limits->body_interval_ms / 1000;
  if (connection->reading == READING && connection->paced < least) {
    connection_fail (connection, &http_faults[HTTP_BODY_TOO_SLOW]);
    return;
  }
  connection->paced = 0;
  connection->phase_at = now + limits->body_interval_ms;
}

static void
expire (Connection *connection, uint64_t now)
{
  bool total = connection->total_at != 0 && now >= connection->total_at;
  switch (connection->state) {
  case CONNECTION_HEAD: connection_fail (connection, &http_faults[HTTP_HEAD_TOO_SLOW]); break;
  case CONNECTION_DISCARDING: check_pace (connection, now); break;
  case CONNECTION_BODY:
    if (!total)
      check_pace (connection, now);
    else
      connection_fail (
          connection,
          &http_faults[connection->reading == READING ? HTTP_BODY_TOO_SLOW : HTTP_ANSWER_TOO_SLOW]);
    break;
  case CONNECTION_WAITING: connection_fail (connection, &http_faults[HTTP_ANSWER_TOO_SLOW]); break;
  case CONNECTION_IDLE:
  case CONNECTION_FLUSHING:
  case CONNECTION_LINGERING:
  case CONNECTION_CLOSED: connection->state = CONNECTION_CLOSED; break;
  }
}

/* ---- running ---- */

/* Puts the connection on the list of its state, the longest idle first. */
static void
enlist (Connection *connection)
{
  HttpServer *server = connection->server;
  struct ConnectionList *list = connection->state == CONNECTION_IDLE ? &server->idle : &server->busy;
  if (connection->list == list && list == &server->busy)
    return;
  if (connection->list != NULL)
    TAILQ_REMOVE (connection->list, connection, entry);
  if (connection->list == &server->idle)
    server->counts.connections_idle--;
  if (list == &server->idle)
    server->counts.connections_idle++;
  TAILQ_INSERT_TAIL (list, connection, entry);
  connection->list = list;
}

void
connection_run (Connection *connection)
{
  if (connection->activity == CONNECTION_RUNNING)
    return;
  connection->activity = CONNECTION_RUNNING;
  while (connection_step (connection))
    continue;
  connection->activity = CONNECTION_RESTING;
  if (connection->state == CONNECTION_CLOSED) {
    connection_destroy (connection);
    return;
  }
  enlist (connection);
  arm_timer (connection);
}

static void
on_kick (evutil_socket_t socket, short what, void *data)
{
  (void)socket, (void)what;
  connection_run (data);
}

static void
on_timer (evutil_socket_t socket, short what, void *data)
{
  (void)socket, (void)what;
  Connection *connection = data;
  uint64_t now = connection_now (), nearest = nearest_deadline (connection);
  connection->timer_at = 0;
  connection->activity = CONNECTION_RUNNING; /* what expires may call the application */
  if (nearest != 0 && now >= nearest)
    expire (connection, now);
  connection->activity = CONNECTION_RESTING;
  connection_run (connection);
}

static void
on_readable (struct bufferevent *stream, void *data)
{
  (void)stream;
  connection_run (data);
}

static void
on_writable (struct bufferevent *stream, void *data)
{
  (void)stream;
  Connection *connection = data;
  Exchange *exchange = connection->exchange;
  if (connection_unsent (connection) == 0)
    release (connection);
  if (exchange != NULL && exchange->output == OUTPUT_FULL) {
    exchange->output = OUTPUT_OPEN;
    if (exchange->on_writable != NULL)
      exchange->on_writable (&exchange->request);
  }
  connection_run (connection);
}

static void
on_event (struct bufferevent *stream, short what, void *data)
{
  (void)stream;
  Connection *connection = data;
  connection->peer = PEER_DONE;
  if ((what & BEV_EVENT_EOF) == 0) /* an error, or sending has stalled */
    connection->state = CONNECTION_CLOSED;
  connection_run (connection);
}

/* ---- life ---- */

Connection *
connection_new (HttpServer *server, int socket, Client *client, const char *address)
{
  const HttpLimits *limits = server->limits;
  Connection *connection = memory_new (server, Connection);
  struct timeval stall = {.tv_sec = limits->stall_ms / 1000,
                          .tv_usec = (suseconds_t)(limits->stall_ms % 1000 * 1000)};
  connection->server = server;
  connection->client = client;
  connection->address = memory_string (connection, address);
  connection->stream = memory_must (bufferevent_socket_new (server->base, socket, BEV_OPT_CLOSE_ON_FREE));
  event_assign (&connection->timer, server->base, -1, 0, on_timer, connection);
  event_assign (&connection->kick, server->base, -1, 0, on_kick, connection);
  bufferevent_setcb (connection->stream, on_readable, on_writable, on_event, connection);
  size_t high = limits->head.bytes + 3 > INPUT_BYTES ? limits->head.bytes + 3 : INPUT_BYTES;
  bufferevent_setwatermark (connection->stream, EV_READ, 0, high);
  bufferevent_setwatermark (connection->stream, EV_WRITE, limits->output_bytes / 4, 0);
  bufferevent_set_timeouts (connection->stream, NULL, &stall);
  bufferevent_enable (connection->stream, EV_READ);
  connection_go_idle (connection);
  enlist (connection);
  arm_timer (connection);
  return connection;
}

void
connection_destroy (Connection *connection)
{
  HttpServer *server = connection->server;
  Client *client = connection->client;
  TAILQ_REMOVE (connection->list, connection, entry);
  if (connection->list == &server->idle)
    server->counts.connections_idle--;
  release (connection);
  event_del (&connection->timer);
  event_del (&connection->kick);
  bufferevent_free (connection->stream);
  if (connection->exchange != NULL)
    exchange_lose (connection->exchange);
  talloc_free (connection);
  server_forget (server, client);
}
