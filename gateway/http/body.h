/* The body of a request, by length or in chunks, decoded as its bytes arrive. Pure: no I/O, no allocation.
 *
 * The decoder never copies: it says how many bytes of the input it took and which part of them is content.
 */
#ifndef HEIMO_GATEWAY_HTTP_BODY_H
#define HEIMO_GATEWAY_HTTP_BODY_H

#include "core/memory.h"
#include "gateway/http/head.h"

typedef enum HttpBodyState {
  HTTP_BODY_DATA, /* content of a known length, or of a chunk */
  HTTP_BODY_SIZE, /* the hexadecimal digits of a chunk size */
  HTTP_BODY_EXTENSION_START,
  HTTP_BODY_EXTENSION,
  HTTP_BODY_SIZE_LF, /* the LF after a chunk size */
  HTTP_BODY_DATA_CR, /* the CR LF after a chunk's content */
  HTTP_BODY_DATA_LF,
  HTTP_BODY_TRAILER_START, /* at the start of a trailer line, or of the final CR LF */
  HTTP_BODY_TRAILER_NAME,
  HTTP_BODY_TRAILER_VALUE,
  HTTP_BODY_TRAILER_LF,
  HTTP_BODY_FINAL_LF,
  HTTP_BODY_COMPLETE
} HttpBodyState;

typedef struct HttpBody {
  HttpBodyState state;
  HttpFraming framing;
  uint64_t limit;     /* content bytes accepted in all */
  uint64_t remaining; /* content bytes of the length or of the current chunk still to come */
  uint64_t received;  /* content bytes so far */
  unsigned digits;    /* of the chunk size so far */
  size_t extension;   /* bytes of the current chunk extension */
  size_t overhead;    /* bytes of all extensions and trailers */
} HttpBody;

/* The longest extension of one chunk, and of all extensions and trailers of one body. */
#define HTTP_EXTENSION_MAX 256
#define HTTP_BODY_OVERHEAD_MAX 16384

/* Starts the body that `head` announces. Returns NULL, or HTTP_BODY_TOO_LARGE when a length is over `limit`.
 */
const HttpFault *http_body_start (HttpBody *body, const HttpHead *head, uint64_t limit);

/* Takes some of the input: *consumed bytes, of which *content (maybe empty) is body. Call it again with the
 * rest while it says HTTP_MORE and consumed something. HTTP_DONE: the body ended after *consumed bytes. */
HttpProgress http_body_decode (HttpBody *body, const char *bytes, size_t length, size_t *consumed,
                               Bytes *content, const HttpFault **fault);

#endif
