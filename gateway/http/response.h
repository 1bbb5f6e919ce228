/* The head of an answer: status line and fields, as bytes. Pure. */
#ifndef HEIMO_GATEWAY_HTTP_RESPONSE_H
#define HEIMO_GATEWAY_HTTP_RESPONSE_H

#include "gateway/http/http.h"

/* How the client knows where the answer's body ends. */
typedef enum HttpExtent {
  HTTP_EXTENT_NONE,   /* the status has no body: 204, 304 */
  HTTP_EXTENT_LENGTH, /* Content-Length */
  HTTP_EXTENT_CHUNKS, /* Transfer-Encoding: chunked */
  HTTP_EXTENT_CLOSE   /* the connection closes: streams to HTTP/1.0 */
} HttpExtent;

typedef struct HttpResponse {
  unsigned status;
  const HttpField *fields;
  size_t field_count;
  HttpExtent extent;
  uint64_t length;     /* with HTTP_EXTENT_LENGTH */
  HttpVersion version; /* the client's */
  HttpPersistence persistence;
  const char *date; /* as http_date gives it */
} HttpResponse;

/* The bytes from the status line to the empty line, on `context`; data NULL when a field cannot be sent. */
Bytes http_response_head (void *context, const HttpResponse *response);

/* "Not Found" … of a status; "Status" for one that has no name. Static. */
const char *http_status_phrase (unsigned status);

/* The length of "Sun, 06 Nov 1994 08:49:37 GMT" with its NUL. */
#define HTTP_DATE_BYTES 30

/* Writes seconds since 1970 as an IMF-fixdate. */
void http_date (char date[HTTP_DATE_BYTES], int64_t seconds);

/* The RFC 9457 body of a fault, on `context`. `base` is the prefix of its type. */
Bytes http_problem (void *context, const char *base, const HttpFault *fault);

#endif
