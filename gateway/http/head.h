/* The head of an HTTP/1.1 request: bytes in, a checked description out. Pure: no I/O, no allocation.
 *
 * Two steps: http_head_scan finds the end of the head in a growing buffer without looking at a byte twice;
 * http_head_parse then checks and takes apart a complete head. Everything about framing is decided here,
 * once.
 */
#ifndef HEIMO_GATEWAY_HTTP_HEAD_H
#define HEIMO_GATEWAY_HTTP_HEAD_H

#include "gateway/http/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text with a length; not owned. The texts of a request are also NUL-terminated, and hold no other NUL. */
typedef struct HttpText {
  const char *data;
  size_t length;
} HttpText;

/* The methods we know; any other is answered 501. */
typedef enum HttpMethod {
  HTTP_GET,
  HTTP_HEAD,
  HTTP_POST,
  HTTP_PUT,
  HTTP_PATCH,
  HTTP_DELETE,
  HTTP_OPTIONS,
  HTTP_METHOD_COUNT
} HttpMethod;

/* "GET" … of a method. Static. */
const char *http_method_name (HttpMethod method);

typedef enum HttpVersion { HTTP_1_0, HTTP_1_1 } HttpVersion;

/* How the end of the body is known. */
typedef enum HttpFraming { HTTP_NO_BODY, HTTP_LENGTH, HTTP_CHUNKED } HttpFraming;

/* What the client said about the connection. */
typedef enum HttpPersistence { HTTP_CLOSE, HTTP_KEEP_ALIVE } HttpPersistence;

/* One header line. Names keep the client's letters; compare with http_head_find. */
typedef struct HttpHeader {
  HttpText name;
  HttpText value; /* without white space around it */
} HttpHeader;

/* The array below; HttpHeadLimits.headers may be lower. */
#define HTTP_HEADERS_MAX 100

typedef struct HttpHeadLimits {
  size_t bytes;   /* of the whole head, from the request line to the empty line */
  size_t target;  /* bytes of the request target */
  size_t headers; /* lines, at most HTTP_HEADERS_MAX */
} HttpHeadLimits;

/* A complete and correct head. The texts point into the bytes that were parsed. */
typedef struct HttpHead {
  HttpMethod method;
  HttpVersion version;
  HttpFraming framing;
  uint64_t content_length; /* with HTTP_LENGTH */
  HttpPersistence persistence;
  bool expects_continue;
  HttpText target; /* as sent */
  HttpText host;   /* the Host line; empty when an HTTP/1.0 request has none */
  size_t header_count;
  HttpHeader headers[HTTP_HEADERS_MAX];
} HttpHead;

/* Where http_head_scan stands in a buffer that grows. All zero at the start of each head. */
typedef struct HttpHeadScan {
  size_t position;   /* bytes already looked at */
  size_t line_start; /* where the current line begins */
  size_t head_start; /* 2 when one leading CR LF was skipped, else 0 */
  size_t lines;
} HttpHeadScan;

typedef enum HttpProgress { HTTP_MORE, HTTP_DONE, HTTP_FAILED } HttpProgress;

/* Looks for the end of the head. `bytes` begins where the head begins and may have grown since the last call.
 * HTTP_DONE: the head is bytes [scan->head_start, scan->position). HTTP_FAILED: *fault is set. */
HttpProgress http_head_scan (HttpHeadScan *scan, const char *bytes, size_t length,
                             const HttpHeadLimits *limits, const HttpFault **fault);

/* Takes apart a complete head (request line to the empty line, both included). Returns NULL, or the fault;
 * the content of *head is then undefined. */
const HttpFault *http_head_parse (HttpHead *head, const char *bytes, size_t length,
                                  const HttpHeadLimits *limits);

/* The first header of that name (any case); NULL when there is none. */
const HttpText *http_head_find (const HttpHead *head, const char *name);

/* The number of header lines of that name (any case). */
size_t http_head_count (const HttpHead *head, const char *name);

/* True for the characters of a token (RFC 9110 5.6.2). */
bool http_is_token (unsigned char character);

/* True for a token: at least one character, and all of them token characters. */
bool http_is_token_text (HttpText text);

/* True for visible characters, white space and bytes beyond ASCII, as in field-content; also for nothing at
 * all. */
bool http_is_field_value (HttpText text);

/* True when `text` equals the C string in any ASCII case. */
bool http_text_is (HttpText text, const char *word);

/* True for a valid Host: a registered name of letters, digits and "-._~", an IPv4 address or an IPv6 address
 * in brackets, with an optional port. */
bool http_is_host (HttpText text);

#endif
