/* What a parser may not accept, seen from outside: every refused request gets exactly one answer and a closed
 * connection, and nothing hidden in it reaches the application. And what it must accept.
 */
#include "world.h"

#include <string.h>
#include <unistd.h>

/* A complete request, hidden where a lax parser would find the next one. */
#define HIDDEN "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST_ECHO "POST /echo HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED POST_ECHO "Transfer-Encoding: chunked\r\n\r\n"

typedef struct Row {
  const char *name;
  const char *bytes;
  size_t length;
  unsigned status;
  const char *reason;
} Row;

static const Row refused[] = {
    /* a second request in the first */
    {"two lengths", BYTES (POST_ECHO "Content-Length: 0\r\nContent-Length: 33\r\n\r\n" HIDDEN), 400,
     "DUPLICATE_CONTENT_LENGTH"},
    {"space before the colon of a length", BYTES (POST_ECHO "Content-Length : 35\r\n\r\n" HIDDEN), 400,
     "BAD_HEADER_NAME"},
    {"space before the colon of an encoding",
     BYTES (POST_ECHO "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" HIDDEN), 400, "BAD_HEADER_NAME"},
    {"space before the colon, with a length",
     BYTES (POST_ECHO "Content-Length: 5\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n" HIDDEN), 400,
     "BAD_HEADER_NAME"},
    {"xchunked", BYTES (POST_ECHO "Transfer-Encoding: xchunked\r\n\r\n" HIDDEN), 501,
     "UNKNOWN_TRANSFER_ENCODING"},
    {"HEAD with a length", BYTES ("HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 33\r\n\r\n" HIDDEN), 400,
     "BODY_NOT_ALLOWED"},
    {"length cut by NUL",
     BYTES (POST_ECHO "Content-Length: 0\0"
                      "33\r\n\r\n" HIDDEN),
     400, "CONTROL_CHARACTER"},
    {"encoding cut by NUL", BYTES (POST_ECHO "Transfer-Encoding: chunked\0x\r\n\r\n0\r\n\r\n" HIDDEN), 400,
     "CONTROL_CHARACTER"},
    {"TRACE with a body", BYTES ("TRACE / HTTP/1.1\r\nHost: a\r\nContent-Length: 33\r\n\r\n" HIDDEN), 501,
     "UNKNOWN_METHOD"},
    {"length and encoding",
     BYTES (POST_ECHO "Content-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN), 400,
     "LENGTH_AND_ENCODING"},
    {"gzip, chunked and a length",
     BYTES (POST_ECHO "Content-Length: 5\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" HIDDEN), 400,
     "LENGTH_AND_ENCODING"},
    {"folded encoding", BYTES (POST_ECHO "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" HIDDEN), 400,
     "FOLDED_HEADER"},
    {"bare LF ends the head", BYTES (POST_ECHO "Content-Length: 33\n\n" HIDDEN), 400, "BARE_LINE_FEED"},
    {"encoding on HTTP/1.0",
     BYTES (
         "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN),
     400, "ENCODING_ON_HTTP_1_0"},
    {"size 0x5", BYTES (CHUNKED "0x5\r\nhello\r\n0\r\n\r\n" HIDDEN), 400, "BAD_CHUNK_SIZE"},
    {"size +5", BYTES (CHUNKED "+5\r\nhello\r\n0\r\n\r\n" HIDDEN), 400, "BAD_CHUNK_SIZE"},
    {"size -5", BYTES (CHUNKED "-5\r\nhello\r\n0\r\n\r\n" HIDDEN), 400, "BAD_CHUNK_SIZE"},
    {"size with a space before", BYTES (CHUNKED " 5\r\nhello\r\n0\r\n\r\n" HIDDEN), 400, "BAD_CHUNK_SIZE"},
    {"size 5 junk", BYTES (CHUNKED "5 junk\r\nhello\r\n0\r\n\r\n" HIDDEN), 400, "BAD_CHUNK_SIZE"},
    {"size that overflows", BYTES (CHUNKED "10000000000000005\r\nhello\r\n0\r\n\r\n" HIDDEN), 400,
     "BAD_CHUNK_SIZE"},
    {"chunk without CR LF", BYTES (CHUNKED "5\r\nhello0\r\n\r\n" HIDDEN), 400, "BAD_CHUNK_END"},
    {"chunk with LF only", BYTES (CHUNKED "5\nhello\n0\n\n" HIDDEN), 400, "BAD_CHUNK_SIZE"},
    {"an empty line more after a chunk", BYTES (CHUNKED "5\r\nhello\r\n\r\n0\r\n\r\n" HIDDEN), 400,
     "BAD_CHUNK_SIZE"},
    {"bad trailer", BYTES (CHUNKED "0\r\nX : y\r\n\r\n" HIDDEN), 400, "BAD_TRAILER"},
    /* the rest of the strictness table */
    {"no Host", BYTES ("GET / HTTP/1.1\r\n\r\n" HIDDEN), 400, "MISSING_HOST"},
    {"two Hosts", BYTES ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" HIDDEN), 400, "DUPLICATE_HOST"},
    {"empty Host", BYTES ("GET / HTTP/1.1\r\nHost: \r\n\r\n" HIDDEN), 400, "BAD_HOST"},
    {"Host with a user", BYTES ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n" HIDDEN), 400, "BAD_HOST"},
    {"bare LF line ends", BYTES ("GET / HTTP/1.1\nHost: a\n\n" HIDDEN), 400, "BARE_LINE_FEED"},
    {"empty header name", BYTES (POST_ECHO ": a\r\n\r\n" HIDDEN), 400, "BAD_HEADER_NAME"},
    {"space in a header name", BYTES (POST_ECHO "A B: a\r\n\r\n" HIDDEN), 400, "BAD_HEADER_NAME"},
    {"control character in a value", BYTES (POST_ECHO "A: \x01\r\n\r\n" HIDDEN), 400, "CONTROL_CHARACTER"},
    {"length +5", BYTES (POST_ECHO "Content-Length: +5\r\n\r\nhello" HIDDEN), 400, "BAD_CONTENT_LENGTH"},
    {"length -0", BYTES (POST_ECHO "Content-Length: -0\r\n\r\n" HIDDEN), 400, "BAD_CONTENT_LENGTH"},
    {"length after VT", BYTES (POST_ECHO "Content-Length: \v5\r\n\r\nhello" HIDDEN), 400,
     "CONTROL_CHARACTER"},
    {"gzip, chunked", BYTES (POST_ECHO "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" HIDDEN), 501,
     "UNKNOWN_TRANSFER_ENCODING"},
    {"HTTP/1.2", BYTES ("GET / HTTP/1.2\r\nHost: a\r\n\r\n" HIDDEN), 505, "UNKNOWN_VERSION"},
    {"HTTP/1.10", BYTES ("GET / HTTP/1.10\r\nHost: a\r\n\r\n" HIDDEN), 400, "BAD_REQUEST_LINE"},
    {"HTTP/01.1", BYTES ("GET / HTTP/01.1\r\nHost: a\r\n\r\n" HIDDEN), 400, "BAD_REQUEST_LINE"},
    {"HTTP/1.-1", BYTES ("GET / HTTP/1.-1\r\nHost: a\r\n\r\n" HIDDEN), 400, "BAD_REQUEST_LINE"},
    {"space in the target", BYTES ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN), 400, "BAD_REQUEST_LINE"},
    {"two spaces", BYTES ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN), 400, "BAD_REQUEST_LINE"},
    {"fragment", BYTES ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN), 400, "BAD_TARGET"},
    {"byte beyond ASCII", BYTES ("GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN), 400, "BAD_TARGET"},
    {"asterisk with GET", BYTES ("GET * HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN), 400, "BAD_TARGET"},
    {"encoded NUL", BYTES ("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN), 400, "ENCODED_NUL"},
    {"encoded slash", BYTES ("GET /a%2Fb HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN), 400, "ENCODED_SLASH"},
    {"above the root", BYTES ("GET /../../etc HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN), 400, "PATH_ABOVE_ROOT"},
    {"unknown expectation", BYTES (POST_ECHO "Expect: 200-ok\r\nContent-Length: 5\r\n\r\nhello" HIDDEN), 417,
     "UNKNOWN_EXPECTATION"},
    {"length over the limit", BYTES (POST_ECHO "Content-Length: 1048577\r\n\r\n" HIDDEN), 413,
     "BODY_TOO_LARGE"},
    {"chunk over the limit", BYTES (CHUNKED "100001\r\n" HIDDEN), 413, "BODY_TOO_LARGE"},
    {"unknown method", BYTES ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN), 501, "UNKNOWN_METHOD"},
    {"CONNECT", BYTES ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n" HIDDEN), 501, "UNKNOWN_METHOD"},
    {"HTTP/2 preface", BYTES ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" HIDDEN), 505, "UNKNOWN_VERSION"},
    {"TLS", BYTES ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), 400, "BAD_REQUEST_LINE"},
};

static void
check_refused (World *world, const Row *row, const Received *received)
{
  if (received->responses != 1 || received->status != row->status)
    ROW_FAIL (row, "%u answers, the first %u:\n%s", received->responses, received->status, received->text);
  if (!has_reason (received, row->reason))
    ROW_FAIL (row, "another reason:\n%s", received->text);
  if (received->end != CLOSED_BY_SERVER)
    ROW_FAIL (row, "the connection is not closed (%d)", (int)received->end);
  if (strstr (received->text, "\r\nConnection: close\r\n") == NULL ||
      strstr (received->text, "\r\nDate: ") == NULL)
    ROW_FAIL (row, "Connection: close or Date is missing:\n%s", received->text);
  if (world->requests != 0)
    ROW_FAIL (row, "the application was reached");
}

static void
every_refused_request_gets_one_answer (void **state)
{
  (void)state;
  World *world = world_new ();
  world_start (world);
  for (size_t i = 0; i < ROWS (refused); i++) {
    Received received = world_exchange (world, refused[i].bytes, refused[i].length, 0);
    check_refused (world, &refused[i], &received);
  }
  assert_int_equal (http_server_counts (world->server)->connections_open, 0);
  assert_int_equal (http_server_counts (world->server)->requests_in_flight, 0);
  world_free (world);
}

/* The same byte by byte: no rule depends on how the bytes arrive. */
static void
every_refused_request_byte_by_byte (void **state)
{
  (void)state;
  World *world = world_new ();
  world_start (world);
  for (size_t i = 0; i < ROWS (refused); i++) {
    int client = world_connect (world);
    for (size_t at = 0; at < refused[i].length; at++)
      if (!world_send (world, client, refused[i].bytes + at, 1))
        break;
    Received received = world_receive (world, client, 0);
    check_refused (world, &refused[i], &received);
    close (client);
  }
  world_free (world);
}

typedef struct Accepted {
  const char *name;
  const char *bytes;
  size_t length;
  unsigned long responses;
  const char *text;    /* part of what arrives */
  const char *missing; /* not part of it; may be NULL */
  long end;
} Accepted;

#define GET_B "GET /b HTTP/1.1\r\nHost: a\r\n\r\n"

static const Accepted accepted[] = {
    {"GET", BYTES ("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"), 1, "\r\n\r\nGET /a ", "Connection:", STILL_OPEN},
    {"close", BYTES ("GET /a HTTP/1.1\r\nHost: a\r\nConnection: foo, close\r\n\r\n" GET_B), 1,
     "Connection: close\r\n", "GET /b", CLOSED_BY_SERVER},
    {"HTTP/1.0", BYTES ("GET /a HTTP/1.0\r\n\r\n" GET_B), 1, "Connection: close\r\n", "GET /b",
     CLOSED_BY_SERVER},
    {"HTTP/1.0 keep-alive", BYTES ("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" GET_B), 2,
     "Connection: keep-alive\r\n", NULL, STILL_OPEN},
    {"leading CR LF", BYTES ("\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n\r\n" GET_B), 2, "GET /b", NULL,
     STILL_OPEN},
    {"two slashes", BYTES ("GET //evil/x HTTP/1.1\r\nHost: a\r\n\r\n"), 1, "GET //evil/x ", NULL, STILL_OPEN},
    {"absolute form", BYTES ("GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n"), 1, "GET /x ", NULL, STILL_OPEN},
    {"OPTIONS *", BYTES ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), 1, "OPTIONS * ", NULL, STILL_OPEN},
    {"HEAD", BYTES ("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n" GET_B), 2, "Content-Length: 8\r\n\r\nHTTP/1.1 200",
     "HEAD /a ", STILL_OPEN},
    {"204", BYTES ("GET /empty HTTP/1.1\r\nHost: a\r\n\r\n" GET_B), 2, "204 No Content\r\n", "no\r",
     STILL_OPEN},
    {"304", BYTES ("GET /unchanged HTTP/1.1\r\nHost: a\r\n\r\n"), 1, "304 Not Modified\r\n", "Content-Length",
     STILL_OPEN},
    {"length", BYTES (POST_ECHO "Content-Length: 5\r\n\r\nhello" GET_B), 2, "POST /echo hello", NULL,
     STILL_OPEN},
    {"length 0", BYTES (POST_ECHO "Content-Length: 0\r\n\r\n" GET_B), 2, "GET /b", NULL, STILL_OPEN},
    {"GET with a body", BYTES ("GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 33\r\n\r\n" HIDDEN), 1,
     "GET /a GET /hidden", NULL, STILL_OPEN},
    {"chunked", BYTES (CHUNKED "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n" GET_B), 2, "POST /echo hello world",
     NULL, STILL_OPEN},
    {"chunk extension", BYTES (CHUNKED "5;a=b\r\nhello\r\n0;c\r\n\r\n" GET_B), 2, "POST /echo hello", NULL,
     STILL_OPEN},
    {"trailer", BYTES (CHUNKED "5\r\nhello\r\n0\r\nX-Trailer: y\r\n\r\n" GET_B), 2, "GET /b", NULL,
     STILL_OPEN},
    {"three at once", BYTES (GET_B "GET /c HTTP/1.1\r\nHost: a\r\n\r\nGET /d HTTP/1.1\r\nHost: a\r\n\r\n"), 3,
     "GET /d ", NULL, STILL_OPEN},
    {"100-continue", BYTES (POST_ECHO "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello"), 1,
     "POST /echo hello", NULL, STILL_OPEN},
    {"field that cannot be sent", BYTES ("GET /injected HTTP/1.1\r\nHost: a\r\n\r\n" GET_B), 2,
     "/problems/BAD_ANSWER", "X-Injected", STILL_OPEN},
    {"refused by the application", BYTES ("GET /busy HTTP/1.1\r\nHost: a\r\n\r\n" GET_B), 2,
     "Retry-After: 1\r\n", "Connection: close", STILL_OPEN},
    {"early answer, small body",
     BYTES ("POST /head HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" GET_B), 2, "early",
     "Connection: close", STILL_OPEN},
    {"early answer, large body",
     BYTES ("POST /head HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\nhello"), 1, "early", NULL,
     CLOSED_BY_SERVER},
    {"early answer, chunks",
     BYTES (
         "POST /head HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" GET_B),
     1, "Connection: close", NULL, CLOSED_BY_SERVER},
    {"early answer, waiting for 100",
     BYTES ("POST /head HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"), 1,
     "Connection: close", "100 Continue", CLOSED_BY_SERVER},
};

static void
every_accepted_request (void **state)
{
  (void)state;
  World *world = world_new ();
  world_start (world);
  for (size_t i = 0; i < ROWS (accepted); i++) {
    const Accepted *row = &accepted[i];
    Received received = world_exchange (world, row->bytes, row->length,
                                        row->end == STILL_OPEN ? (unsigned)row->responses : 0);
    if (received.responses != row->responses || (long)received.end != row->end)
      ROW_FAIL (row, "%u answers, end %d:\n%s", received.responses, (int)received.end, received.text);
    if (strstr (received.text, row->text) == NULL)
      ROW_FAIL (row, "no \"%s\" in:\n%s", row->text, received.text);
    if (row->missing != NULL && strstr (received.text, row->missing) != NULL)
      ROW_FAIL (row, "\"%s\" in:\n%s", row->missing, received.text);
  }
  assert_int_equal (http_server_counts (world->server)->requests_in_flight, 0);
  world_free (world);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (every_refused_request_gets_one_answer),
      cmocka_unit_test (every_refused_request_byte_by_byte),
      cmocka_unit_test (every_accepted_request),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
