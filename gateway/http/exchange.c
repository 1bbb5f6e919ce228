/* Requests and their answers: the functions of http.h that the application calls on an HttpRequest.
 *
 * None of them calls back into the application, so they are safe in any place.
 */
#include "gateway/http/internal.h"

#include <assert.h>
#include <event2/bufferevent.h>
#include <stdio.h>
#include <string.h>

/* Room for the exchange, a usual head and its parameters in one allocation. */
#define POOL_BYTES 4096

#define BODY_FIRST_BYTES 4096

static Exchange *
exchange_of (const HttpRequest *request)
{
  return (Exchange *)request;
}

/* ---- life ---- */

/* Every text of a head is followed by a byte that belongs to the syntax; with a NUL in its place it is a C
 * string. */
static void
terminate (char *bytes, HttpText text, const char *base)
{
  if (text.data != NULL)
    bytes[(size_t)(text.data - base) + text.length] = 0;
}

static void
terminate_head (HttpHead *head, char *bytes)
{
  terminate (bytes, head->target, bytes);
  for (size_t i = 0; i < head->header_count; i++) {
    terminate (bytes, head->headers[i].name, bytes);
    terminate (bytes, head->headers[i].value, bytes);
  }
  if (head->host.data == NULL)
    head->host = (HttpText){"", 0};
}

Exchange *
exchange_open (Connection *connection, const char *bytes, size_t length, const HttpFault **fault)
{
  HttpServer *server = connection->server;
  Exchange *exchange = memory_must (talloc_pooled_object (server, Exchange, 8, POOL_BYTES));
  memset (exchange, 0, offsetof (Exchange, head));
  char *copy = memory_copy (exchange, bytes, length);
  *fault = http_head_parse (&exchange->head, copy, length, &server->limits->head);
  if (*fault == NULL) {
    terminate_head (&exchange->head, copy);
    *fault = http_target_parse (exchange, &exchange->target, exchange->head.target, exchange->head.method,
                                exchange->head.host);
  }
  if (*fault != NULL) {
    talloc_free (exchange);
    return NULL;
  }
  exchange->request = (HttpRequest){.head = &exchange->head,
                                    .target = &exchange->target,
                                    .client = memory_string (exchange, connection->address),
                                    .number = ++server->counts.requests};
  exchange->server = server;
  exchange->connection = connection;
  exchange->plan = (HttpPlan){.body_bytes = server->limits->body_bytes, .total_ms = server->limits->total_ms};
  server->counts.requests_in_flight++;
  return exchange;
}

void
exchange_close (Exchange *exchange)
{
  if (exchange->connection != NULL)
    exchange->connection->exchange = NULL;
  if (exchange->flight == IN_FLIGHT)
    exchange->server->counts.requests_in_flight--;
  exchange->server->held -= exchange->capacity;
  talloc_free (exchange);
}

void
exchange_lose (Exchange *exchange)
{
  exchange->connection->exchange = NULL;
  exchange->connection = NULL;
  exchange->server->counts.gone++;
  if (exchange->owner == OWNED_BY_CODEC)
    exchange_close (exchange);
  else if (exchange->on_gone != NULL)
    exchange->on_gone (&exchange->request);
}

/* ---- the body that arrives ---- */

/* Doubles the buffer until it holds `length` and a NUL. Not the announced length at once: who announces a
 * megabyte must send it before we spend it. */
static const HttpFault *
grow_buffer (Exchange *exchange, size_t length)
{
  HttpServer *server = exchange->server;
  size_t capacity = exchange->capacity == 0 ? BODY_FIRST_BYTES : exchange->capacity;
  while (capacity <= length)
    capacity *= 2;
  size_t growth = capacity - exchange->capacity;
  if (growth == 0)
    return NULL;
  if (server->limits->held_bytes != 0 && server->held + growth > server->limits->held_bytes)
    return &http_faults[HTTP_OVERLOADED];
  exchange->buffer = memory_must (talloc_realloc_size (exchange, exchange->buffer, capacity));
  exchange->capacity = capacity;
  server->held += growth;
  return NULL;
}

static const HttpFault *
buffer_piece (Exchange *exchange, Bytes piece)
{
  HttpRequest *request = &exchange->request;
  size_t length = request->body.length + piece.length;
  const HttpFault *fault = grow_buffer (exchange, length);
  if (fault != NULL)
    return fault;
  memcpy (exchange->buffer + request->body.length, piece.data, piece.length);
  exchange->buffer[length] = 0;
  request->body = (Bytes){exchange->buffer, length};
  return NULL;
}

const HttpFault *
exchange_take (Exchange *exchange, Bytes piece)
{
  if (piece.length == 0)
    return NULL;
  if (exchange->plan.on_piece == NULL)
    return buffer_piece (exchange, piece);
  exchange->plan.on_piece (&exchange->request, piece);
  return NULL;
}

void
http_body_pause (HttpRequest *request)
{
  Connection *connection = exchange_of (request)->connection;
  if (connection == NULL || connection->state != CONNECTION_BODY)
    return;
  connection->reading = PAUSED;
  bufferevent_disable (connection->stream, EV_READ);
}

void
http_body_resume (HttpRequest *request)
{
  Connection *connection = exchange_of (request)->connection;
  if (connection == NULL || connection->reading == READING)
    return;
  connection->reading = READING;
  bufferevent_enable (connection->stream, EV_READ);
  connection_kick (connection);
}

/* ---- asking ---- */

const char *
http_request_header (const HttpRequest *request, const char *name)
{
  const HttpText *value = http_head_find (request->head, name);
  return value == NULL ? NULL : value->data;
}

const char *
http_request_parameter (const HttpRequest *request, const char *name)
{
  return http_target_parameter (request->target, name);
}

void
http_on_gone (HttpRequest *request, HttpEvent on_gone)
{
  exchange_of (request)->on_gone = on_gone;
}

bool
http_is_gone (const HttpRequest *request)
{
  return exchange_of (request)->connection == NULL;
}

/* ---- answering ---- */

static bool
has_no_body (unsigned status)
{
  return status < 200 || status == 204 || status == 304;
}

/* Sends head and body; false when a field cannot be sent. */
static bool
send_response (Connection *connection, HttpMethod method, HttpResponse *response, Bytes body, Keeping keeping)
{
  bool bodiless = has_no_body (response->status);
  void *scratch = memory_context (connection);
  response->extent = bodiless ? HTTP_EXTENT_NONE : HTTP_EXTENT_LENGTH;
  response->length = body.length;
  response->persistence = connection->persistence;
  response->date = server_date (connection->server);
  Bytes head = http_response_head (scratch, response);
  if (head.data != NULL)
    connection_send (connection, (Bytes[]){head, body}, bodiless || method == HTTP_HEAD ? 1 : 2, keeping);
  talloc_free (scratch);
  return head.data != NULL;
}

void
exchange_write_fault (Connection *connection, const HttpFault *fault, HttpMethod method, HttpVersion version)
{
  HttpServer *server = connection->server;
  static const HttpField fields[] = {
      {"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}, {"Retry-After", "1"}};
  size_t count = fault->status == 429 || fault->status == 503 ? 3 : 2;
  HttpResponse response = {
      .status = fault->status, .fields = fields, .field_count = count, .version = version};
  void *scratch = memory_context (connection);
  server->counts.faults[fault - http_faults]++;
  (void)send_response (connection, method, &response,
                       http_problem (scratch, server->options.problem_base, fault), KEEP_COPY);
  talloc_free (scratch);
}

/* Begins the one answer of a request; NULL when nobody waits for it. */
static Connection *
begin_answer (Exchange *exchange)
{
  assert (exchange->answer == ANSWER_NONE);
  if (exchange->connection != NULL)
    connection_decide_persistence (exchange->connection);
  return exchange->connection;
}

static void
end_answer (Exchange *exchange)
{
  Connection *connection = exchange->connection;
  exchange_close (exchange);
  if (connection != NULL)
    connection_answered (connection);
}

static void
respond (Exchange *exchange, unsigned status, const HttpField *fields, size_t field_count, Bytes body,
         Keeping keeping)
{
  HttpMethod method = exchange->head.method;
  HttpVersion version = exchange->head.version;
  HttpResponse response = {
      .status = status, .fields = fields, .field_count = field_count, .version = version};
  Connection *connection = begin_answer (exchange);
  if (connection != NULL && !send_response (connection, method, &response, body, keeping))
    exchange_write_fault (connection, &http_faults[HTTP_BAD_ANSWER], method, version);
  end_answer (exchange);
}

void
http_respond (HttpRequest *request, unsigned status, const HttpField *fields, size_t field_count, Bytes body)
{
  respond (exchange_of (request), status, fields, field_count, body, KEEP_COPY);
}

void
http_respond_static (HttpRequest *request, unsigned status, const HttpField *fields, size_t field_count,
                     Bytes body)
{
  respond (exchange_of (request), status, fields, field_count, body, KEEP_REFERENCE);
}

void
http_refuse (HttpRequest *request, HttpFaultName fault)
{
  Exchange *exchange = exchange_of (request);
  Connection *connection = begin_answer (exchange);
  if (connection != NULL)
    exchange_write_fault (connection, &http_faults[fault], exchange->head.method, exchange->head.version);
  end_answer (exchange);
}

void
http_abandon (HttpRequest *request)
{
  Connection *connection = exchange_of (request)->connection;
  exchange_close (exchange_of (request));
  if (connection != NULL)
    connection_cut (connection);
}

/* ---- streams ---- */

/* Sends the head of a stream. A head that cannot be sent becomes a 500, and the rest of the stream goes
 * nowhere. */
static void
start_stream (Exchange *exchange, HttpResponse *response)
{
  Connection *connection = exchange->connection;
  void *scratch = memory_context (connection);
  connection_decide_persistence (connection);
  response->extent = exchange->head.version == HTTP_1_0 ? HTTP_EXTENT_CLOSE : HTTP_EXTENT_CHUNKS;
  response->version = exchange->head.version;
  if (response->extent == HTTP_EXTENT_CLOSE)
    connection->persistence = HTTP_CLOSE;
  response->persistence = connection->persistence;
  response->date = server_date (connection->server);
  Bytes head = http_response_head (scratch, response);
  if (head.data != NULL) {
    connection_send (connection, &head, 1, KEEP_COPY);
  } else {
    exchange_write_fault (connection, &http_faults[HTTP_BAD_ANSWER], exchange->head.method,
                          exchange->head.version);
    exchange->answer = ANSWER_SILENT;
  }
  talloc_free (scratch);
}

void
http_stream_start (HttpRequest *request, unsigned status, const HttpField *fields, size_t field_count,
                   HttpEvent on_writable)
{
  Exchange *exchange = exchange_of (request);
  assert (exchange->answer == ANSWER_NONE && !has_no_body (status));
  HttpResponse response = {.status = status, .fields = fields, .field_count = field_count};
  exchange->owner = OWNED_BY_APPLICATION;
  exchange->on_writable = on_writable;
  exchange->answer = exchange->head.method == HTTP_HEAD   ? ANSWER_SILENT
                     : exchange->head.version == HTTP_1_0 ? ANSWER_CLOSE
                                                          : ANSWER_CHUNKS;
  if (exchange->connection != NULL)
    start_stream (exchange, &response);
}

static void
send_piece (Exchange *exchange, Bytes piece)
{
  char size[24];
  int digits = snprintf (size, sizeof size, "%zx\r\n", piece.length);
  Bytes chunk[] = {{(const uint8_t *)size, (size_t)digits}, piece, {(const uint8_t *)"\r\n", 2}};
  if (exchange->answer == ANSWER_CHUNKS)
    connection_send (exchange->connection, chunk, 3, KEEP_COPY);
  else
    connection_send (exchange->connection, &piece, 1, KEEP_COPY);
}

HttpWrite
http_stream_write (HttpRequest *request, Bytes piece)
{
  Exchange *exchange = exchange_of (request);
  Connection *connection = exchange->connection;
  assert (exchange->answer != ANSWER_NONE);
  if (connection == NULL || connection->state == CONNECTION_CLOSED)
    return HTTP_WRITE_GONE;
  size_t bound = connection->server->limits->output_bytes;
  size_t unsent = connection_unsent (connection);
  if (piece.length == 0 || exchange->answer == ANSWER_SILENT)
    return HTTP_WRITE_MORE;
  if (unsent > 0 && unsent + piece.length > bound) {
    connection_cut (connection);
    return HTTP_WRITE_GONE;
  }
  send_piece (exchange, piece);
  if (connection->state == CONNECTION_CLOSED)
    return HTTP_WRITE_GONE;
  if (connection_unsent (connection) < bound / 2)
    return HTTP_WRITE_MORE;
  exchange->output = OUTPUT_FULL;
  return HTTP_WRITE_FULL;
}

void
http_stream_finish (HttpRequest *request)
{
  Exchange *exchange = exchange_of (request);
  Connection *connection = exchange->connection;
  bool chunks = exchange->answer == ANSWER_CHUNKS;
  assert (exchange->answer != ANSWER_NONE);
  exchange_close (exchange);
  if (connection == NULL)
    return;
  if (chunks)
    connection_send (connection, &(Bytes){(const uint8_t *)"0\r\n\r\n", 5}, 1, KEEP_COPY);
  connection_answered (connection);
}
