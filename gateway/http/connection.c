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
    if (keeping == KEEP_REFERENCE && i == count - 1)
      evbuffer_add_reference (output, rest.data, rest.length, NULL, NULL);
    else
      evbuffer_add (output, rest.data, rest.length);
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

/* ---- steps: each returns whether another may follow ---- */

static bool
close_now (Connection *connection)
{
  connection->state = CONNECTION_CLOSED;
  return false;
}

static size_t
input_length (const Connection *connection)
{
  return evbuffer_get_length (bufferevent_get_input (connection->stream));
}

static bool
idle_step (Connection *connection)
{
  const HttpServer *server = connection->server;
  if (input_length (connection) > 0) {
    connection->state = CONNECTION_HEAD;
    connection->scan = (HttpHeadScan){0};
    connection->phase_at = connection_now () + server->limits->head_ms;
    return true;
  }
  if (connection->peer == PEER_DONE || (server->state != SERVER_SERVING && connection->requests > 0))
    return close_now (connection);
  return false;
}

static void
go_idle (Connection *connection)
{
  connection->state = CONNECTION_IDLE;
  connection->phase_at = connection_now () + connection->server->limits->idle_ms;
  connection->total_at = 0;
}

/* Tells a client that waits for it to send its body; one that sends already needs no telling. */
static void
settle_expectation (Connection *connection)
{
  static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
  if (connection->expectation == CONTINUE_OWED && input_length (connection) == 0)
    connection_send (connection, &(Bytes){(const uint8_t *)text, sizeof text - 1}, 1, KEEP_COPY);
  connection->expectation = CONTINUE_SETTLED;
}

/* The plan is made: applies it. */
static void
expect_body (Connection *connection)
{
  Exchange *exchange = connection->exchange;
  if (exchange->plan.on_piece != NULL)
    exchange->owner = OWNED_BY_APPLICATION;
  if (exchange->plan.total_ms == HTTP_NO_DEADLINE) {
    exchange->flight = NOT_COUNTED;
    connection->server->counts.requests_in_flight--;
  } else {
    connection->total_at = connection_now () + exchange->plan.total_ms;
  }
  const HttpFault *fault = http_body_start (&connection->body, &exchange->head, exchange->plan.body_bytes);
  if (fault != NULL)
    connection_fail (connection, fault);
  else
    settle_expectation (connection);
}

static void
open_exchange (Connection *connection, Exchange *exchange)
{
  HttpServer *server = connection->server;
  const HttpHandler *handler = &server->options.handler;
  connection->exchange = exchange;
  connection->requests++;
  connection->state = CONNECTION_BODY;
  connection->paced = 0;
  (void)http_body_start (&connection->body, &exchange->head, UINT64_MAX);
  connection->phase_at =
      connection->body.state == HTTP_BODY_COMPLETE ? 0 : connection_now () + server->limits->body_interval_ms;
  connection->expectation = exchange->head.expects_continue && connection->body.state != HTTP_BODY_COMPLETE
                                ? CONTINUE_OWED
                                : CONTINUE_SETTLED;
  if (server->limits->requests != 0 && server->counts.requests_in_flight > server->limits->requests)
    http_refuse (&exchange->request, HTTP_OVERLOADED);
  else if (handler->on_head != NULL)
    handler->on_head (&exchange->request, &exchange->plan, server->options.data);
  if (connection->exchange == exchange && connection->state == CONNECTION_BODY)
    expect_body (connection);
}

static bool
head_step (Connection *connection)
{
  struct evbuffer *input = bufferevent_get_input (connection->stream);
  const HttpHeadLimits *limits = &connection->server->limits->head;
  const HttpFault *fault = NULL;
  size_t length = evbuffer_get_length (input);
  size_t most = limits->bytes + 3; /* an empty line, and one byte too many */
  if (length > most)
    length = most;
  const char *bytes = (const char *)evbuffer_pullup (input, (ev_ssize_t)length);
  HttpProgress progress = http_head_scan (&connection->scan, bytes, length, limits, &fault);
  if (progress == HTTP_MORE)
    return connection->peer == PEER_DONE ? close_now (connection) : false;
  Exchange *exchange = NULL;
  if (progress == HTTP_DONE) {
    size_t start = connection->scan.head_start;
    exchange = exchange_open (connection, bytes + start, connection->scan.position - start, &fault);
    evbuffer_drain (input, connection->scan.position);
  }
  if (exchange == NULL)
    connection_fail (connection, fault);
  else
    open_exchange (connection, exchange);
  return true;
}

/* Decodes what one piece of the input holds; hands the content to the exchange, or to nobody. */
static bool
decode_some (Connection *connection, Exchange *exchange)
{
  struct evbuffer *input = bufferevent_get_input (connection->stream);
  size_t length = evbuffer_get_contiguous_space (input);
  if (length == 0)
    return false;
  const HttpFault *fault = NULL;
  size_t consumed = 0;
  Bytes content;
  const char *bytes = (const char *)evbuffer_pullup (input, (ev_ssize_t)length);
  HttpProgress progress = http_body_decode (&connection->body, bytes, length, &consumed, &content, &fault);
  connection->paced += consumed;
  if (exchange != NULL)
    exchange_take (exchange, content);
  evbuffer_drain (input, consumed);
  if (progress == HTTP_FAILED)
    connection_fail (connection, fault);
  return true;
}

static bool
body_step (Connection *connection)
{
  Exchange *exchange = connection->exchange;
  if (connection->reading == PAUSED)
    return false;
  if (connection->body.state != HTTP_BODY_COMPLETE)
    return decode_some (connection, exchange) || (connection->peer == PEER_DONE && close_now (connection));
  connection->state = CONNECTION_WAITING;
  connection->phase_at = 0;
  exchange->owner = OWNED_BY_APPLICATION;
  connection->server->options.handler.on_request (&exchange->request, connection->server->options.data);
  return true;
}

static bool
waiting_step (Connection *connection)
{
  return connection->peer == PEER_DONE && close_now (connection);
}

static bool
discarding_step (Connection *connection)
{
  if (connection->body.state != HTTP_BODY_COMPLETE && connection->peer == PEER_TALKING)
    return decode_some (connection, NULL);
  connection->state = CONNECTION_FLUSHING;
  return true;
}

static bool
flushing_step (Connection *connection)
{
  connection->phase_at = 0;
  if (connection_unsent (connection) > 0)
    return false;
  if (connection->peer == PEER_DONE)
    return close_now (connection);
  if (connection->persistence == HTTP_KEEP_ALIVE) {
    go_idle (connection);
    return true;
  }
  /* Closing at once, with input unread, would make the kernel reset the connection and destroy the answer on
   * its way. */
  shutdown (bufferevent_getfd (connection->stream), SHUT_WR);
  connection->state = CONNECTION_LINGERING;
  connection->phase_at = connection_now () + connection->server->limits->linger_ms;
  return true;
}

static bool
lingering_step (Connection *connection)
{
  evbuffer_drain (bufferevent_get_input (connection->stream), input_length (connection));
  return connection->peer == PEER_DONE && close_now (connection);
}

static bool (*const steps[]) (Connection *connection) = {
    [CONNECTION_IDLE] = idle_step,
    [CONNECTION_HEAD] = head_step,
    [CONNECTION_BODY] = body_step,
    [CONNECTION_WAITING] = waiting_step,
    [CONNECTION_DISCARDING] = discarding_step,
    [CONNECTION_FLUSHING] = flushing_step,
    [CONNECTION_LINGERING] = lingering_step,
    [CONNECTION_CLOSED] = close_now,
};

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
  while (steps[connection->state](connection))
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
  go_idle (connection);
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
  event_del (&connection->timer);
  event_del (&connection->kick);
  bufferevent_free (connection->stream);
  if (connection->exchange != NULL)
    exchange_lose (connection->exchange);
  talloc_free (connection);
  server_forget (server, client);
}
