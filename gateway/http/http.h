/* The application's view of the HTTP server: options, limits, requests, answers.
 *
 * An HttpServer belongs to one event base and one thread; every function here is called on that thread. Start
 * one server per thread on the same address with `reuse_port`; they share nothing. The server parses, limits,
 * times and answers all protocol errors itself; the application sees only complete, correct requests.
 *
 *   on_head ──▶ (on_piece …) ──▶ on_request ──▶ http_respond, at once or later
 *
 * Ownership of a request. It is its own talloc context (hang anything on it). It becomes the application's
 * when on_request is called, or when on_head asks for a streamed body. From then on it stays valid, also when
 * the client has gone, until the application ends it with exactly one of: http_respond, http_respond_static,
 * http_refuse, http_stream_finish, http_abandon. After that call the pointer is dead. A request that is never
 * ended leaks until the server is freed.
 */
#ifndef HEIMO_GATEWAY_HTTP_HTTP_H
#define HEIMO_GATEWAY_HTTP_HTTP_H

#include "core/memory.h"
#include "core/status.h"
#include "gateway/http/head.h"
#include "gateway/http/target.h"

struct event_base;

typedef struct HttpServer HttpServer;

/* ---- limits ---- */

/* Everything that bounds a client. Counts are per server, that is per thread; 0 in a count means no limit. */
typedef struct HttpLimits {
  HttpHeadLimits head;  /* 16 KiB, 8 KiB, 100 lines */
  size_t body_bytes;    /* 1 MiB; a plan may differ */
  size_t discard_bytes; /* 64 KiB: an unread body up to this is skipped, beyond it the connection closes */
  size_t output_bytes;  /* 256 KiB waiting to be sent in a streamed answer; beyond it the client is cut */
  size_t held_bytes;    /* 128 MiB of collected bodies and unsent answers together; beyond it a body gets 503,
                           and    the connection with most unsent is cut */
  unsigned connections; /* 10,000; at the limit the longest idle connection makes room, else 503 */
  unsigned connections_per_client;  /* 0 (off) by default: behind a proxy all clients share its address */
  unsigned requests;                /* 1,000 in flight; beyond it 503 */
  unsigned requests_per_connection; /* 1,000 */
  unsigned head_ms;                 /* 5,000 from the first byte of a head to its end, absolute */
  unsigned body_interval_ms;        /* 5,000: in every interval at least body_rate bytes per second arrive */
  unsigned body_rate;               /* 1,024 */
  unsigned idle_ms;                 /* 60,000 between requests */
  unsigned total_ms;                /* 30,000 from the end of the head to the answer; a plan may differ */
  unsigned stall_ms;                /* 30,000 without progress while sending */
  unsigned linger_ms;       /* 2,000 to read what the client still sends before a connection is closed */
  unsigned accept_pause_ms; /* 100 without accepting when descriptors run out */
} HttpLimits;

/* The values in the comments above. */
extern const HttpLimits http_default_limits;

/* ---- requests ---- */

/* A request. Read-only for the application but for `data`. All texts live as long as the request. */
typedef struct HttpRequest {
  const HttpHead *head;
  const HttpTarget *target;
  Bytes body; /* complete in on_request when the body is buffered; followed by a NUL byte; else empty */
  const char *client; /* the peer's address without the port, e.g. "127.0.0.1"; "" for a local socket */
  uint64_t number;    /* of this request on this server, from 1 */
  void *data;         /* the application's */
} HttpRequest;

typedef void (*HttpPiece) (HttpRequest *request, Bytes piece);
typedef void (*HttpEvent) (HttpRequest *request);

/* No deadline for the answer: event streams, exports. */
#define HTTP_NO_DEADLINE UINT32_MAX

/* What on_head decides about a request. It arrives filled with the defaults. */
typedef struct HttpPlan {
  uint64_t body_bytes; /* the largest body accepted: HttpLimits.body_bytes */
  uint32_t total_ms;   /* until the answer: HttpLimits.total_ms, or HTTP_NO_DEADLINE */
  HttpPiece on_piece;  /* NULL: the body is buffered. Else it is streamed: called for each piece; see below */
} HttpPlan;

/* The application. `data` is HttpOptions.data. */
typedef struct HttpHandler {
  /* The head is complete and correct. Adjust *plan and return; or answer at once (http_respond …) and return:
   * the body is then skipped, and on_request not called. NULL: all defaults. */
  void (*on_head) (HttpRequest *request, HttpPlan *plan, void *data);
  /* The whole request has arrived. End it now or later. */
  void (*on_request) (HttpRequest *request, void *data);
} HttpHandler;

/* The first header of that name, any case; NULL when there is none. Without white space around it. */
const char *http_request_header (const HttpRequest *request, const char *name);

/* The value of the first query parameter of that name; NULL when there is none. */
const char *http_request_parameter (const HttpRequest *request, const char *name);

/* Sets what is called, at most once, when nobody waits for the answer any more: the client went away, was cut
 * by a limit or got an error from the codec (a bad chunk, a deadline). The request must still be ended;
 * http_abandon in the callback is fine. */
void http_on_gone (HttpRequest *request, HttpEvent on_gone);

/* True when nobody waits for the answer any more. */
bool http_is_gone (const HttpRequest *request);

/* Back-pressure for a streamed body: no more on_piece until http_body_resume. The minimum rate is not asked
 * of the client while paused. */
void http_body_pause (HttpRequest *request);
void http_body_resume (HttpRequest *request);

/* ---- answers ---- */

/* A field of an answer. Content-Length, Transfer-Encoding, Connection and Date are the codec's; the
 * application never gives them. A field with a control character or a name that is no token turns the answer
 * into a 500 BAD_ANSWER. */
typedef struct HttpField {
  const char *name;
  const char *value;
} HttpField;

/* Answers and ends the request. The body is copied. For HEAD, 204 and 304 no body is sent (HEAD: with the
 * length that GET would have). Status 200 … 599. */
void http_respond (HttpRequest *request, unsigned status, const HttpField *fields, size_t field_count,
                   Bytes body);

/* The same without a copy: `body` must stay unchanged as long as the server lives. */
void http_respond_static (HttpRequest *request, unsigned status, const HttpField *fields, size_t field_count,
                          Bytes body);

/* Answers with a fault of the codec's table as application/problem+json, and ends the request. */
void http_refuse (HttpRequest *request, HttpFaultName fault);

/* Ends the request without an answer: the connection is closed when the client is still there. */
void http_abandon (HttpRequest *request);

/* What became of a piece of a streamed answer. */
typedef enum HttpWrite {
  HTTP_WRITE_MORE, /* there is room for more */
  HTTP_WRITE_FULL, /* taken; wait for on_writable before writing more (an event stream may ignore it) */
  HTTP_WRITE_GONE  /* not taken: the client has gone, or was cut because it reads too slowly */
} HttpWrite;

/* Starts an answer of unknown length: chunked, or ended by closing for HTTP/1.0. `on_writable` (may be NULL)
 * is called whenever the output has drained to a quarter of its bound after HTTP_WRITE_FULL. */
void http_stream_start (HttpRequest *request, unsigned status, const HttpField *fields, size_t field_count,
                        HttpEvent on_writable);

/* Writes a piece. HTTP_WRITE_FULL from half of HttpLimits.output_bytes on; a piece that would pass the whole
 * bound cuts the client (on_gone is called). A first piece of any size is taken when nothing waits. */
HttpWrite http_stream_write (HttpRequest *request, Bytes piece) MUST_CHECK;

/* Ends the answer and the request. */
void http_stream_finish (HttpRequest *request);

/* ---- servers ---- */

typedef struct HttpOptions {
  const HttpLimits *limits; /* NULL: http_default_limits */
  HttpHandler handler;
  void *data;
  const char *problem_base; /* prefix of the type of problems: "/problems/" gives "/problems/BAD_HOST" */
} HttpOptions;

/* What happened since the start, and what is going on; for metrics. */
typedef struct HttpCounts {
  uint64_t connections;              /* accepted */
  uint64_t requests;                 /* heads that were correct */
  uint64_t faults[HTTP_FAULT_COUNT]; /* answers of the codec itself */
  uint64_t gone;                     /* requests whose client went away */
  uint64_t idle_evicted;             /* idle connections closed to make room */
  uint64_t held_cut;                 /* connections cut because too much was held */
  uint64_t accept_pauses;            /* times descriptors ran out */
  unsigned connections_open;
  unsigned connections_idle; /* of these, between requests */
  unsigned requests_in_flight;
} HttpCounts;

/* A server on `base`, child of `parent`; the options and what they point to must outlive it. talloc_free
 * closes everything at once. */
HttpServer *http_server_new (void *parent, struct event_base *base, const HttpOptions *options);

/* Listens on "127.0.0.1:8080" or "[::1]:8080"; port 0 takes a free one. `reuse_port`: other servers (threads)
 * listen on the same address too. Fails with UNAVAILABLE / CANNOT_LISTEN; the status lives on the server. */
Status http_server_listen (HttpServer *server, const char *address, bool reuse_port) MUST_CHECK;

/* The port being listened on; 0 when not listening. */
unsigned http_server_port (const HttpServer *server);

/* Serves a socket that is already connected; the server owns it from now on. */
void http_server_adopt (HttpServer *server, int socket);

/* Stops: takes what already waits to be accepted, closes the listener and the idle connections, answers what
 * is under way with Connection: close, and calls `on_drained` (may be NULL) when the last connection has
 * closed, at the earliest in the next turn of the event loop. Streams go on until the application finishes
 * them. */
void http_server_drain (HttpServer *server, void (*on_drained) (void *data), void *data);

const HttpCounts *http_server_counts (const HttpServer *server);

#endif
