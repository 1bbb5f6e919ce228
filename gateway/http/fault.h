/* The table of everything the HTTP codec itself refuses: which status it answers, with which reason word.
 *
 * The pure parsers return a row of this table (NULL: fine); the connection turns it into a status line and an
 * RFC 9457 body. The application may refuse with any row through http_refuse as well.
 */
#ifndef HEIMO_GATEWAY_HTTP_FAULT_H
#define HEIMO_GATEWAY_HTTP_FAULT_H

/* One way in which a request can be wrong. Compared by address. */
typedef struct HttpFault {
  unsigned status;    /* 400 … 505 */
  const char *reason; /* UPPER_SNAKE, the last part of the problem's type */
  const char *detail; /* English sentence for a developer, without a full stop */
} HttpFault;

/* X (name, status, detail): the name is also the reason word. */
#define HTTP_FAULTS(X)                                                                                       \
  X (BAD_REQUEST_LINE, 400, "The request line is not METHOD SP TARGET SP VERSION")                           \
  X (BARE_LINE_FEED, 400, "A line of the head does not end with CR LF")                                      \
  X (CONTROL_CHARACTER, 400, "The head has a control character")                                             \
  X (FOLDED_HEADER, 400, "A header line begins with white space")                                            \
  X (BAD_HEADER_NAME, 400, "A header name is empty, is not a token or is not followed by a colon")           \
  X (MISSING_HOST, 400, "The request has no Host")                                                           \
  X (DUPLICATE_HOST, 400, "The request has more than one Host")                                              \
  X (BAD_HOST, 400, "The Host is not a name or an address with an optional port")                            \
  X (BAD_TARGET, 400, "The request target has a form or a character that is not allowed")                    \
  X (BAD_PERCENT_ENCODING, 400, "A percent sign is not followed by two hexadecimal digits")                  \
  X (ENCODED_NUL, 400, "The request target has an encoded NUL or control character")                         \
  X (ENCODED_SLASH, 400, "A path segment has an encoded slash or backslash")                                 \
  X (BAD_UTF8, 400, "The decoded request target is not UTF-8")                                               \
  X (PATH_ABOVE_ROOT, 400, "The path climbs above the root")                                                 \
  X (TOO_MANY_PARAMETERS, 400, "The query has too many parameters")                                          \
  X (DUPLICATE_CONTENT_LENGTH, 400, "The request has more than one Content-Length")                          \
  X (BAD_CONTENT_LENGTH, 400, "The Content-Length is not a number of 1 to 18 digits")                        \
  X (LENGTH_AND_ENCODING, 400, "The request has both Content-Length and Transfer-Encoding")                  \
  X (DUPLICATE_TRANSFER_ENCODING, 400, "The request has more than one Transfer-Encoding")                    \
  X (BAD_TRANSFER_ENCODING, 400, "The Transfer-Encoding is empty or chunks twice")                           \
  X (ENCODING_ON_HTTP_1_0, 400, "An HTTP/1.0 request cannot have a Transfer-Encoding")                       \
  X (BODY_NOT_ALLOWED, 400, "A HEAD request cannot have a body")                                             \
  X (BAD_CHUNK_SIZE, 400, "A chunk size is not 1 to 15 hexadecimal digits")                                  \
  X (BAD_CHUNK_EXTENSION, 400, "A chunk extension is malformed or too long")                                 \
  X (BAD_CHUNK_END, 400, "A chunk does not end with CR LF")                                                  \
  X (BAD_TRAILER, 400, "A trailer line is malformed")                                                        \
  X (HEAD_TOO_SLOW, 408, "The head of the request did not arrive in time")                                   \
  X (BODY_TOO_SLOW, 408, "The body of the request arrives too slowly")                                       \
  X (BODY_TOO_LARGE, 413, "The body of the request is larger than this resource accepts")                    \
  X (TARGET_TOO_LONG, 414, "The request target is too long")                                                 \
  X (UNKNOWN_EXPECTATION, 417, "The only expectation that can be met is 100-continue")                       \
  X (TOO_MANY_CONNECTIONS, 429, "This address has too many connections")                                     \
  X (HEAD_TOO_LARGE, 431, "The head of the request is too large")                                            \
  X (TOO_MANY_HEADERS, 431, "The request has too many header lines")                                         \
  X (TRAILER_TOO_LARGE, 431, "The trailer of the request is too large")                                      \
  X (BAD_ANSWER, 500, "The answer could not be expressed in HTTP")                                           \
  X (UNKNOWN_METHOD, 501, "The method is not implemented")                                                   \
  X (UNKNOWN_TRANSFER_ENCODING, 501, "The only transfer encoding is chunked")                                \
  X (OVERLOADED, 503, "The server has too much to do")                                                       \
  X (ANSWER_TOO_SLOW, 504, "The answer was not ready in time")                                               \
  X (UNKNOWN_VERSION, 505, "The only versions are HTTP/1.0 and HTTP/1.1")

typedef enum HttpFaultName {
#define HTTP_FAULT_NAME(name, status, detail) HTTP_##name,
  HTTP_FAULTS (HTTP_FAULT_NAME)
#undef HTTP_FAULT_NAME
      HTTP_FAULT_COUNT
} HttpFaultName;

/* The rows, by name. */
extern const HttpFault http_faults[HTTP_FAULT_COUNT];

#endif
