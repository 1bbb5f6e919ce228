/* What a connection does in each of its states: steps[] has one function for each.
 *
 * A step does one thing with what has arrived, and says whether another step may follow at once. It may call
 * the application, which may answer, pause or abandon the request; so the state is looked at again after each
 * step.
 */
#include "gateway/http/internal.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <sys/socket.h>

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

void
connection_go_idle (Connection *connection)
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
  const HttpFault *refused = exchange != NULL ? exchange_take (exchange, content) : NULL;
  evbuffer_drain (input, consumed);
  if (progress == HTTP_FAILED || refused != NULL)
    connection_fail (connection, refused != NULL ? refused : fault);
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
    connection_go_idle (connection);
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

bool
connection_step (Connection *connection)
{
  return steps[connection->state](connection);
}
