/* What server.c (who is let in), connection.c (what arrives) and exchange.c (what is answered) share.
 *
 * Two rules keep the callbacks harmless. First: no function of http.h calls back into the application; it
 * changes state and kicks the connection, which goes on in the same turn of the event loop. Second: a
 * connection is destroyed only at the end of connection_run, or from outside when it is not running.
 */
#ifndef HEIMO_GATEWAY_HTTP_INTERNAL_H
#define HEIMO_GATEWAY_HTTP_INTERNAL_H

#include "gateway/http/body.h"
#include "gateway/http/http.h"
#include "gateway/http/response.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/queue.h>

struct bufferevent;
struct evconnlistener;

typedef struct Connection Connection;
typedef struct Exchange Exchange;
typedef struct Client Client;

/* ---- server ---- */

typedef enum ServerState { SERVER_SERVING, SERVER_DRAINING, SERVER_DRAINED } ServerState;

TAILQ_HEAD (ConnectionList, Connection);

struct HttpServer {
  struct event_base *base;
  HttpOptions options;
  const HttpLimits *limits;
  ServerState state;
  struct evconnlistener *listener; /* NULL when not listening */
  struct event accept_timer;       /* ends a pause in accepting */
  struct event drained;            /* calls on_drained */
  void (*on_drained) (void *data);
  void *drained_data;
  struct ConnectionList idle; /* CONNECTION_IDLE, the longest idle first */
  struct ConnectionList busy; /* all others */
  void *clients;              /* tsearch tree of Client */
  HttpCounts counts;
  size_t held;         /* bytes of bodies being collected and of answers not yet sent */
  int64_t date_second; /* of `date` */
  char date[HTTP_DATE_BYTES];
};

/* How many connections one address (IPv6: one /64) has. */
struct Client {
  uint8_t key[16];
  unsigned connections;
};

/* The current second as a Date. */
const char *server_date (HttpServer *server);

/* Cuts those that hold most output while more is held than the limits allow. */
void server_bound_held (HttpServer *server);

/* Called when a connection has left the lists. */
void server_forget (HttpServer *server, Client *client);

/* ---- connection ---- */

typedef enum ConnectionState {
  CONNECTION_IDLE,       /* between requests */
  CONNECTION_HEAD,       /* a part of a head has arrived */
  CONNECTION_BODY,       /* an exchange is open, its body is arriving */
  CONNECTION_WAITING,    /* the request is complete, the answer is not */
  CONNECTION_DISCARDING, /* answered; the rest of the body is skipped, then the connection goes on */
  CONNECTION_FLUSHING,   /* answered; the output is being sent */
  CONNECTION_LINGERING,  /* our side is closed; what the client still sends is skipped */
  CONNECTION_CLOSED      /* to be destroyed */
} ConnectionState;

struct Connection {
  TAILQ_ENTRY (Connection) entry; /* of server->idle or server->busy */
  struct ConnectionList *list;
  HttpServer *server;
  struct bufferevent *stream;
  struct event timer; /* at timer_at, never later than the nearest deadline */
  struct event kick;
  uint64_t timer_at; /* milliseconds of the monotonic clock; 0: not armed */
  uint64_t phase_at; /* the deadline of the state; 0: none */
  uint64_t total_at; /* the deadline of the answer; 0: none */
  Client *client;
  char *address;
  ConnectionState state;
  enum { CONNECTION_RESTING, CONNECTION_RUNNING } activity;
  enum { PEER_TALKING, PEER_DONE } peer; /* PEER_DONE: the end of its input was seen */
  enum { READING, PAUSED } reading;
  HttpPersistence persistence; /* after the current exchange */
  unsigned requests;           /* so far */
  HttpHeadScan scan;
  HttpBody body;
  size_t held;    /* bytes copied to its output since that was last empty */
  uint64_t paced; /* body bytes, framing included, in the current interval */
  enum {
    CONTINUE_SETTLED,
    CONTINUE_OWED
  } expectation;      /* OWED: the client waits for 100 before it sends the body */
  Exchange *exchange; /* NULL when there is none, or it was answered */
};

/* Milliseconds of the monotonic clock; never 0. */
uint64_t connection_now (void);

/* Takes over a connected, non-blocking socket. */
Connection *connection_new (HttpServer *server, int socket, Client *client, const char *address);

/* Takes one step of the connection's state; true when another may follow. (steps.c) */
bool connection_step (Connection *connection);

/* Waits for the next request from now on. (steps.c) */
void connection_go_idle (Connection *connection);

/* Does all that can be done now. May destroy the connection. */
void connection_run (Connection *connection);

/* Has connection_run called in this turn of the event loop. */
void connection_kick (Connection *connection);

/* Frees it and closes the socket; its exchange is told. */
void connection_destroy (Connection *connection);

/* Has it destroyed soon, without sending anything more. */
void connection_cut (Connection *connection);

/* Sends up to CONNECTION_PIECES_MAX pieces in one system call if it can; what the socket does not take goes
 * through the bufferevent. KEEP_REFERENCE: the last piece stays unchanged as long as the server lives, and is
 * not copied. */
typedef enum Keeping { KEEP_COPY, KEEP_REFERENCE } Keeping;
#define CONNECTION_PIECES_MAX 3
void connection_send (Connection *connection, const Bytes *pieces, size_t count, Keeping keeping);

/* Bytes waiting to be sent. */
size_t connection_unsent (const Connection *connection);

/* The answer is complete: goes on to the next request, or closes, as connection->persistence says. */
void connection_answered (Connection *connection);

/* Decides connection->persistence, as things stand now. */
void connection_decide_persistence (Connection *connection);

/* Answers with a fault and closes; tells the exchange. */
void connection_fail (Connection *connection, const HttpFault *fault);

/* ---- exchange ---- */

/* A request with what the codec knows about it. Child of the server, because it may outlive the connection.
 */
struct Exchange {
  HttpRequest request; /* first: the two have one address */
  HttpServer *server;
  Connection *connection; /* NULL when nobody waits for the answer */
  HttpPlan plan;
  enum { OWNED_BY_CODEC, OWNED_BY_APPLICATION } owner;
  enum {
    ANSWER_NONE,
    ANSWER_CHUNKS,
    ANSWER_CLOSE,
    ANSWER_SILENT
  } answer;                                 /* SILENT: a stream that sends nothing, for HEAD */
  enum { OUTPUT_OPEN, OUTPUT_FULL } output; /* FULL: on_writable is owed */
  enum { IN_FLIGHT, NOT_COUNTED } flight;
  HttpEvent on_gone;
  HttpEvent on_writable;
  uint8_t *buffer; /* of a buffered body */
  size_t capacity;
  HttpTarget target;
  HttpHead head; /* last: large and mostly unused */
};

/* A new exchange for a head that was found complete in `bytes`. NULL, with *fault set, when it is not
 * correct. */
Exchange *exchange_open (Connection *connection, const char *bytes, size_t length, const HttpFault **fault);

/* Frees it. */
void exchange_close (Exchange *exchange);

/* Takes a piece of the body: into the buffer, or to the application. NULL, or the fault when there is no
 * room. */
const HttpFault *exchange_take (Exchange *exchange, Bytes piece);

/* Nobody waits for the answer any more: tells the application if it owns the request, else frees it. */
void exchange_lose (Exchange *exchange);

/* Writes the answer of a fault; `method` is HTTP_GET when it is not known. */
void exchange_write_fault (Connection *connection, const HttpFault *fault, HttpMethod method,
                           HttpVersion version);

#endif
