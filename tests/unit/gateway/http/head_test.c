/* The head of a request: one row for each rule, and the scan at every possible cut of the bytes. */
#include "cases.h"

#include "gateway/http/head.h"

#include <stdlib.h>
#include <string.h>

static const HttpHeadLimits limits = {.bytes = 16384, .target = 8192, .headers = 100};

#define F(name) (&http_faults[HTTP_##name])
#define OK NULL
#define REST " HTTP/1.1\r\nHost: a\r\n\r\n"
#define WITH(headers) "POST / HTTP/1.1\r\nHost: a\r\n" headers "\r\n\r\n"
#define ONE_0(headers) "POST / HTTP/1.0\r\n" headers "\r\n\r\n"

typedef struct Row {
  const char *name;
  const char *bytes;
  size_t length;
  const HttpFault *fault;
} Row;

static const Row rows[] = {
    /* request line */
    {"plain", BYTES ("GET /" REST), OK},
    {"every method: HEAD", BYTES ("HEAD /" REST), OK},
    {"every method: PUT", BYTES ("PUT /" REST), OK},
    {"every method: PATCH", BYTES ("PATCH /" REST), OK},
    {"every method: DELETE", BYTES ("DELETE /" REST), OK},
    {"every method: OPTIONS", BYTES ("OPTIONS *" REST), OK},
    {"method in small letters", BYTES ("get /" REST), F (UNKNOWN_METHOD)},
    {"unknown method", BYTES ("BREW /" REST), F (UNKNOWN_METHOD)},
    {"TRACE", BYTES ("TRACE /" REST), F (UNKNOWN_METHOD)},
    {"CONNECT", BYTES ("CONNECT a:443" REST), F (UNKNOWN_METHOD)},
    {"method that begins like one", BYTES ("GETS /" REST), F (UNKNOWN_METHOD)},
    {"method is no token", BYTES ("G(T /" REST), F (BAD_REQUEST_LINE)},
    {"no method", BYTES (" / HTTP/1.1\r\nHost: a\r\n\r\n"), F (BAD_REQUEST_LINE)},
    {"only a method", BYTES ("GET\r\n\r\n"), F (BAD_REQUEST_LINE)},
    {"HTTP/0.9", BYTES ("GET /\r\n\r\n"), F (BAD_REQUEST_LINE)},
    {"two spaces before the target", BYTES ("GET  /" REST), F (BAD_REQUEST_LINE)},
    {"two spaces before the version", BYTES ("GET / " REST), F (BAD_REQUEST_LINE)},
    {"space in the target", BYTES ("GET /a b" REST), F (BAD_REQUEST_LINE)},
    {"space after the version", BYTES ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n"), F (BAD_REQUEST_LINE)},
    {"tab for a space", BYTES ("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"), F (BAD_REQUEST_LINE)},
    {"NUL in the target", BYTES ("GET /\0" REST), F (BAD_TARGET)},
    {"tab in the target", BYTES ("GET /\t" REST), F (BAD_TARGET)},
    {"byte beyond ASCII in the target", BYTES ("GET /\xc3\xa4" REST), F (BAD_TARGET)},
    {"HTTP/1.2", BYTES ("GET / HTTP/1.2\r\nHost: a\r\n\r\n"), F (UNKNOWN_VERSION)},
    {"HTTP/1.9", BYTES ("GET / HTTP/1.9\r\nHost: a\r\n\r\n"), F (UNKNOWN_VERSION)},
    {"HTTP/2.0", BYTES ("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), F (UNKNOWN_VERSION)},
    {"HTTP/2 preface", BYTES ("PRI * HTTP/2.0\r\n\r\n"), F (UNKNOWN_VERSION)},
    {"HTTP/0.9 said aloud", BYTES ("GET / HTTP/0.9\r\n\r\n"), F (UNKNOWN_VERSION)},
    {"HTTP/9.9", BYTES ("GET / HTTP/9.9\r\n\r\n"), F (UNKNOWN_VERSION)},
    {"HTTP/1.10", BYTES ("GET / HTTP/1.10\r\nHost: a\r\n\r\n"), F (BAD_REQUEST_LINE)},
    {"HTTP/01.1", BYTES ("GET / HTTP/01.1\r\nHost: a\r\n\r\n"), F (BAD_REQUEST_LINE)},
    {"HTTP/1.-1", BYTES ("GET / HTTP/1.-1\r\nHost: a\r\n\r\n"), F (BAD_REQUEST_LINE)},
    {"HTTP/1", BYTES ("GET / HTTP/1\r\nHost: a\r\n\r\n"), F (BAD_REQUEST_LINE)},
    {"http/1.1", BYTES ("GET / http/1.1\r\nHost: a\r\n\r\n"), F (BAD_REQUEST_LINE)},
    {"HTTP/1,1", BYTES ("GET / HTTP/1,1\r\nHost: a\r\n\r\n"), F (BAD_REQUEST_LINE)},
    /* lines */
    {"bare LF after the request line", BYTES ("GET / HTTP/1.1\nHost: a\r\n\r\n"), F (BARE_LINE_FEED)},
    {"bare LF, and nothing follows", BYTES ("GET / HTTP/1.1\n"), F (BARE_LINE_FEED)},
    {"bare LF after a header", BYTES ("GET / HTTP/1.1\r\nHost: a\n\r\n"), F (BARE_LINE_FEED)},
    {"bare LF at the end", BYTES ("GET / HTTP/1.1\r\nHost: a\r\n\n"), F (BARE_LINE_FEED)},
    {"only bare LF", BYTES ("GET / HTTP/1.1\nHost: a\n\n"), F (BARE_LINE_FEED)},
    {"begins with LF", BYTES ("\nGET /" REST), F (BARE_LINE_FEED)},
    {"bare CR in a value", BYTES (WITH ("X: a\rb")), F (CONTROL_CHARACTER)},
    {"bare CR in the version", BYTES ("GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"), F (BAD_REQUEST_LINE)},
    {"one empty line before", BYTES ("\r\nGET /" REST), OK},
    {"two empty lines before", BYTES ("\r\n\r\nGET /" REST), F (BAD_REQUEST_LINE)},
    {"TLS on the plain port", BYTES ("\x16\x03\x01\x02"), F (BAD_REQUEST_LINE)},
    /* header lines */
    {"fold with a space", BYTES (WITH ("X: a\r\n b")), F (FOLDED_HEADER)},
    {"fold with a tab", BYTES (WITH ("X: a\r\n\tb")), F (FOLDED_HEADER)},
    {"first header begins with a space", BYTES ("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), F (FOLDED_HEADER)},
    {"folded Transfer-Encoding", BYTES (WITH ("Transfer-Encoding:\r\n chunked")), F (FOLDED_HEADER)},
    {"empty name", BYTES (WITH (": a")), F (BAD_HEADER_NAME)},
    {"no colon", BYTES (WITH ("X")), F (BAD_HEADER_NAME)},
    {"space in a name", BYTES (WITH ("X Y: a")), F (BAD_HEADER_NAME)},
    {"space before the colon", BYTES (WITH ("X : a")), F (BAD_HEADER_NAME)},
    {"tab before the colon", BYTES (WITH ("X\t: a")), F (BAD_HEADER_NAME)},
    {"space before the colon of Content-Length", BYTES (WITH ("Content-Length : 5")), F (BAD_HEADER_NAME)},
    {"space before the colon of Transfer-Encoding", BYTES (WITH ("Transfer-Encoding : chunked")),
     F (BAD_HEADER_NAME)},
    {"brackets in a name", BYTES (WITH ("X[]: a")), F (BAD_HEADER_NAME)},
    {"NUL in a name", BYTES (WITH ("X\0: a")), F (BAD_HEADER_NAME)},
    {"byte beyond ASCII in a name", BYTES (WITH ("X\xc3\xa4: a")), F (BAD_HEADER_NAME)},
    {"NUL in a value", BYTES (WITH ("X: a\0b")), F (CONTROL_CHARACTER)},
    {"BEL in a value", BYTES (WITH ("X: a\ab")), F (CONTROL_CHARACTER)},
    {"DEL in a value", BYTES (WITH ("X: a\x7f")), F (CONTROL_CHARACTER)},
    {"VT in a value", BYTES (WITH ("X: a\vb")), F (CONTROL_CHARACTER)},
    {"tab in a value", BYTES (WITH ("X: a\tb")), OK},
    {"UTF-8 in a value", BYTES (WITH ("X: \xc3\xa4")), OK},
    {"empty value", BYTES (WITH ("X:")), OK},
    {"no space after the colon", BYTES (WITH ("X:a")), OK},
    {"every token character in a name", BYTES (WITH ("!#$%&'*+-.^_`|~aZ09: a")), OK},
    /* Host */
    {"no Host", BYTES ("GET / HTTP/1.1\r\n\r\n"), F (MISSING_HOST)},
    {"no Host in HTTP/1.0", BYTES ("GET / HTTP/1.0\r\n\r\n"), OK},
    {"two Hosts", BYTES (WITH ("Host: a")), F (DUPLICATE_HOST)},
    {"two different Hosts", BYTES (WITH ("HOST: b")), F (DUPLICATE_HOST)},
    {"two Hosts in HTTP/1.0", BYTES (ONE_0 ("Host: a\r\nHost: a")), F (DUPLICATE_HOST)},
    {"empty Host", BYTES ("GET / HTTP/1.1\r\nHost:\r\n\r\n"), F (BAD_HOST)},
    {"Host with a comma", BYTES ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"), F (BAD_HOST)},
    {"Host with a user", BYTES ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"), F (BAD_HOST)},
    {"Host with a path", BYTES ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), F (BAD_HOST)},
    {"Host with a space", BYTES ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), F (BAD_HOST)},
    {"Host with letters for a port", BYTES ("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"), F (BAD_HOST)},
    {"Host with two ports", BYTES ("GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n"), F (BAD_HOST)},
    {"Host with port 65536", BYTES ("GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"), F (BAD_HOST)},
    {"Host with port 000080", BYTES ("GET / HTTP/1.1\r\nHost: a:000080\r\n\r\n"), F (BAD_HOST)},
    {"Host that is a port only", BYTES ("GET / HTTP/1.1\r\nHost: :80\r\n\r\n"), F (BAD_HOST)},
    {"Host with port 65535", BYTES ("GET / HTTP/1.1\r\nHost: a.b-c_d~:65535\r\n\r\n"), OK},
    {"Host with an empty port", BYTES ("GET / HTTP/1.1\r\nHost: a:\r\n\r\n"), OK},
    {"Host IPv6", BYTES ("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), OK},
    {"Host IPv6 without a port", BYTES ("GET / HTTP/1.1\r\nHost: [2001:db8::1]\r\n\r\n"), OK},
    {"Host IPv6 without an end", BYTES ("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"), F (BAD_HOST)},
    {"Host IPv6 that is none", BYTES ("GET / HTTP/1.1\r\nHost: [::g]\r\n\r\n"), F (BAD_HOST)},
    {"Host IPv6 and more", BYTES ("GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n"), F (BAD_HOST)},
    {"Host IPv6 too long",
     BYTES ("GET / HTTP/1.1\r\nHost: [1111:2222:3333:4444:5555:6666:7777:8888:9999:0000]\r\n\r\n"),
     F (BAD_HOST)},
    /* Content-Length */
    {"length", BYTES (WITH ("Content-Length: 5")), OK},
    {"length 0", BYTES (WITH ("Content-Length: 0")), OK},
    {"length of 18 digits", BYTES (WITH ("Content-Length: 999999999999999999")), OK},
    {"length of 19 digits", BYTES (WITH ("Content-Length: 1000000000000000000")), F (BAD_CONTENT_LENGTH)},
    {"two lengths", BYTES (WITH ("Content-Length: 0\r\nContent-Length: 5")), F (DUPLICATE_CONTENT_LENGTH)},
    {"two equal lengths", BYTES (WITH ("Content-Length: 5\r\nContent-Length: 5")),
     F (DUPLICATE_CONTENT_LENGTH)},
    {"list of lengths", BYTES (WITH ("Content-Length: 5, 5")), F (BAD_CONTENT_LENGTH)},
    {"length with plus", BYTES (WITH ("Content-Length: +5")), F (BAD_CONTENT_LENGTH)},
    {"length -0", BYTES (WITH ("Content-Length: -0")), F (BAD_CONTENT_LENGTH)},
    {"length -1", BYTES (WITH ("Content-Length: -1")), F (BAD_CONTENT_LENGTH)},
    {"length 5abc", BYTES (WITH ("Content-Length: 5abc")), F (BAD_CONTENT_LENGTH)},
    {"length 0x5", BYTES (WITH ("Content-Length: 0x5")), F (BAD_CONTENT_LENGTH)},
    {"length with space inside", BYTES (WITH ("Content-Length: 1 2")), F (BAD_CONTENT_LENGTH)},
    {"length with VT before", BYTES (WITH ("Content-Length: \v5")), F (CONTROL_CHARACTER)},
    {"length cut by NUL",
     BYTES (WITH ("Content-Length: 0\0"
                  "5")),
     F (CONTROL_CHARACTER)},
    {"empty length", BYTES (WITH ("Content-Length:")), F (BAD_CONTENT_LENGTH)},
    {"length in HTTP/1.0", BYTES (ONE_0 ("Content-Length: 5")), OK},
    {"HEAD with a length", BYTES ("HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"),
     F (BODY_NOT_ALLOWED)},
    {"HEAD with length 0", BYTES ("HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"), OK},
    {"HEAD in chunks", BYTES ("HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
     F (BODY_NOT_ALLOWED)},
    /* Transfer-Encoding */
    {"chunked", BYTES (WITH ("Transfer-Encoding: chunked")), OK},
    {"Chunked", BYTES (WITH ("transfer-encoding: Chunked")), OK},
    {"xchunked", BYTES (WITH ("Transfer-Encoding: xchunked")), F (UNKNOWN_TRANSFER_ENCODING)},
    {"chunkedx", BYTES (WITH ("Transfer-Encoding: chunkedx")), F (UNKNOWN_TRANSFER_ENCODING)},
    {"quoted chunked", BYTES (WITH ("Transfer-Encoding: \"chunked\"")), F (UNKNOWN_TRANSFER_ENCODING)},
    {"identity", BYTES (WITH ("Transfer-Encoding: identity")), F (UNKNOWN_TRANSFER_ENCODING)},
    {"gzip, chunked", BYTES (WITH ("Transfer-Encoding: gzip, chunked")), F (UNKNOWN_TRANSFER_ENCODING)},
    {"chunked, chunked", BYTES (WITH ("Transfer-Encoding: chunked, chunked")), F (BAD_TRANSFER_ENCODING)},
    {"chunked, identity", BYTES (WITH ("Transfer-Encoding: chunked, identity")), F (BAD_TRANSFER_ENCODING)},
    {"comma, chunked", BYTES (WITH ("Transfer-Encoding: ,chunked")), F (UNKNOWN_TRANSFER_ENCODING)},
    {"empty encoding", BYTES (WITH ("Transfer-Encoding:")), F (BAD_TRANSFER_ENCODING)},
    {"two encodings", BYTES (WITH ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")),
     F (DUPLICATE_TRANSFER_ENCODING)},
    {"two encodings, one unknown", BYTES (WITH ("Transfer-Encoding: chunked\r\nTransfer-encoding: x")),
     F (DUPLICATE_TRANSFER_ENCODING)},
    {"encoding cut by NUL", BYTES (WITH ("Transfer-Encoding: chunked\0x")), F (CONTROL_CHARACTER)},
    {"encoding with VT before", BYTES (WITH ("Transfer-Encoding: \vchunked")), F (CONTROL_CHARACTER)},
    {"length and encoding", BYTES (WITH ("Content-Length: 5\r\nTransfer-Encoding: chunked")),
     F (LENGTH_AND_ENCODING)},
    {"encoding and length", BYTES (WITH ("Transfer-Encoding: chunked\r\nContent-Length: 5")),
     F (LENGTH_AND_ENCODING)},
    {"length and unknown encoding", BYTES (WITH ("Content-Length: 5\r\nTransfer-Encoding: gzip")),
     F (LENGTH_AND_ENCODING)},
    {"encoding on HTTP/1.0", BYTES (ONE_0 ("Transfer-Encoding: chunked")), F (ENCODING_ON_HTTP_1_0)},
    /* Expect */
    {"100-continue", BYTES (WITH ("Expect: 100-Continue\r\nContent-Length: 5")), OK},
    {"unknown expectation", BYTES (WITH ("Expect: 200-ok")), F (UNKNOWN_EXPECTATION)},
    {"unknown expectation in HTTP/1.0", BYTES (ONE_0 ("Expect: 200-ok")), OK},
    /* not complete */
    {"nothing", BYTES (""), F (BAD_REQUEST_LINE)},
    {"no empty line", BYTES ("GET / HTTP/1.1\r\nHost: a\r\n"), F (BAD_REQUEST_LINE)},
    {"no end of line", BYTES ("GET / HTTP/1.1\r\nHost: a"), F (BARE_LINE_FEED)},
    {"more after the end", BYTES ("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET"), F (BAD_REQUEST_LINE)},
};

static const char *
reason (const HttpFault *fault)
{
  return fault == NULL ? "accepted" : fault->reason;
}

/* Scan and parse, as a connection does. The bytes are copied to the end of a block of their own, so that
 * reading one byte too far is an error for the sanitizer. */
static const HttpFault *
read_head (HttpHead *head, const char *bytes, size_t length, size_t first_cut)
{
  const HttpFault *fault = NULL;
  HttpHeadScan scan = {0};
  HttpProgress progress = HTTP_MORE;
  char *copy = malloc (length + 1);
  memcpy (copy, bytes, length);
  for (size_t seen = first_cut; progress == HTTP_MORE && seen <= length; seen++) {
    char *part = malloc (seen + 1);
    memcpy (part, bytes, seen);
    progress = http_head_scan (&scan, part, seen, &limits, &fault);
    free (part);
  }
  if (progress == HTTP_DONE)
    fault = http_head_parse (head, copy + scan.head_start, scan.position - scan.head_start, &limits);
  free (copy);
  return progress == HTTP_MORE ? F (HEAD_TOO_SLOW) : fault;
}

static void
every_rule (void **state)
{
  (void)state;
  HttpHead *head = malloc (sizeof *head);
  for (size_t i = 0; i < ROWS (rows); i++) {
    const Row *row = &rows[i];
    size_t skipped = row->length > 2 && memcmp (row->bytes, "\r\n", 2) == 0 && row->fault == NULL ? 2 : 0;
    char *copy = malloc (row->length + 1);
    memcpy (copy, row->bytes, row->length);
    const HttpFault *fault = http_head_parse (head, copy + skipped, row->length - skipped, &limits);
    free (copy);
    /* What the scan refuses, the parser refuses as well, but it may give another reason. */
    if ((fault == NULL) != (row->fault == NULL))
      ROW_FAIL (row, "parse says %s, not %s", reason (fault), reason (row->fault));
  }
  free (head);
}

/* All the rows whose head ends, through the scan: at once, and byte by byte. */
static void
every_rule_in_pieces (void **state)
{
  (void)state;
  HttpHead *head = malloc (sizeof *head);
  for (size_t i = 0; i < ROWS (rows); i++) {
    const Row *row = &rows[i];
    const HttpFault *whole = read_head (head, row->bytes, row->length, row->length);
    const HttpFault *bytewise = read_head (head, row->bytes, row->length, 0);
    if (whole != bytewise)
      ROW_FAIL (row, "whole %s, byte by byte %s", reason (whole), reason (bytewise));
    const HttpFault *wanted = row->fault;
    if (strstr (row->name, "no end") != NULL || strcmp (row->name, "no empty line") == 0 || row->length == 0)
      wanted = F (HEAD_TOO_SLOW);
    if (strcmp (row->name, "more after the end") == 0)
      wanted = NULL;
    if (whole != wanted)
      ROW_FAIL (row, "scan and parse say %s, not %s", reason (whole), reason (wanted));
  }
  free (head);
}

static void
what_a_head_says (void **state)
{
  (void)state;
  static const char bytes[] = "POST /a?b HTTP/1.1\r\nHost: example.org:80\r\nX-One:  a \t\r\nx-one: b\r\n"
                              "Content-Length: 007\r\nExpect: 100-continue\r\nConnection: foo, Close\r\n\r\n";
  HttpHead head;
  assert_null (http_head_parse (&head, bytes, sizeof bytes - 1, &limits));
  assert_int_equal (head.method, HTTP_POST);
  assert_string_equal (http_method_name (head.method), "POST");
  assert_int_equal (head.version, HTTP_1_1);
  assert_int_equal (head.framing, HTTP_LENGTH);
  assert_int_equal (head.content_length, 7);
  assert_int_equal (head.persistence, HTTP_CLOSE);
  assert_true (head.expects_continue);
  assert_int_equal (head.target.length, 4);
  assert_memory_equal (head.host.data, "example.org:80", head.host.length);
  assert_int_equal (head.header_count, 6);
  assert_int_equal (http_head_count (&head, "X-ONE"), 2);
  const HttpText *one = http_head_find (&head, "X-ONE");
  assert_non_null (one);
  assert_true (one->length == 1 && *one->data == 'a');
  assert_null (http_head_find (&head, "x"));
}

static void
persistence (void **state)
{
  (void)state;
  static const struct {
    const char *name;
    const char *bytes;
    size_t length;
    HttpPersistence wanted;
  } table[] = {
      {"1.1", BYTES (WITH ("X: a")), HTTP_KEEP_ALIVE},
      {"1.1 close", BYTES (WITH ("Connection: close")), HTTP_CLOSE},
      {"1.1 close in a list", BYTES (WITH ("Connection: foo ,\tCLOSE")), HTTP_CLOSE},
      {"1.1 close in a second line", BYTES (WITH ("Connection: foo\r\nConnection: close")), HTTP_CLOSE},
      {"1.1 something like close", BYTES (WITH ("Connection: closed, xclose")), HTTP_KEEP_ALIVE},
      {"1.0", BYTES (ONE_0 ("X: a")), HTTP_CLOSE},
      {"1.0 keep-alive", BYTES (ONE_0 ("Connection: Keep-Alive")), HTTP_KEEP_ALIVE},
      {"1.0 both", BYTES (ONE_0 ("Connection: keep-alive, close")), HTTP_CLOSE},
  };
  HttpHead head;
  for (size_t i = 0; i < ROWS (table); i++) {
    assert_null (http_head_parse (&head, table[i].bytes, table[i].length, &limits));
    if (head.persistence != table[i].wanted)
      ROW_FAIL (&table[i], "is %d", (int)head.persistence);
  }
}

/* ---- limits: each at its last good value and one beyond ---- */

static char *
repeat (char *out, const char *text, size_t count)
{
  for (size_t i = 0; i < count; i++)
    out = stpcpy (out, text);
  return out;
}

static const HttpFault *
read_built (const char *bytes, const char *end)
{
  HttpHead *head = malloc (sizeof *head);
  const HttpFault *whole = read_head (head, bytes, (size_t)(end - bytes), (size_t)(end - bytes));
  free (head);
  return whole;
}

static void
header_count (void **state)
{
  (void)state;
  char *bytes = malloc (65536);
  for (size_t count = 99; count <= 100; count++) {
    char *end = repeat (repeat (bytes, "GET / HTTP/1.1\r\nHost: a\r\n", 1), "A:b\r\n", count);
    end = repeat (end, "\r\n", 1);
    assert_ptr_equal (read_built (bytes, end), count == 99 ? OK : F (TOO_MANY_HEADERS));
  }
  char *end = repeat (repeat (bytes, "GET / HTTP/1.1\r\nHost: a\r\n", 1), "A:\r\n", 2000);
  assert_ptr_equal (read_built (bytes, repeat (end, "\r\n", 1)), F (TOO_MANY_HEADERS));
  free (bytes);
}

static void
head_size (void **state)
{
  (void)state;
  char *bytes = malloc (65536);
  for (size_t size = 16384; size <= 16385; size++) {
    char *end = repeat (bytes, "GET / HTTP/1.1\r\nHost: a\r\nX: ", 1);
    end = repeat (repeat (end, "x", size - 4 - (size_t)(end - bytes)), "\r\n\r\n", 1);
    assert_ptr_equal (read_built (bytes, end), size == 16384 ? OK : F (HEAD_TOO_LARGE));
    HttpHead head;
    assert_ptr_equal (http_head_parse (&head, bytes, size, &limits), size == 16384 ? OK : F (HEAD_TOO_LARGE));
  }
  /* It does not wait for the end of what is too large already. */
  char *end = repeat (repeat (bytes, "GET / HTTP/1.1\r\nX: ", 1), "x", 17000);
  assert_ptr_equal (read_built (bytes, end), F (HEAD_TOO_LARGE));
  free (bytes);
}

static void
target_size (void **state)
{
  (void)state;
  char *bytes = malloc (65536);
  for (size_t size = 8192; size <= 8193; size++) {
    char *end = repeat (repeat (bytes, "GET /", 1), "x", size - 1);
    assert_ptr_equal (read_built (bytes, repeat (end, REST, 1)), size == 8192 ? OK : F (TARGET_TOO_LONG));
  }
  char *end = repeat (repeat (bytes, "GET /", 1), "x", 9000);
  assert_ptr_equal (read_built (bytes, end), F (TARGET_TOO_LONG));
  end = repeat (repeat (bytes, "GET /", 1), "x", 20000);
  assert_ptr_equal (read_built (bytes, end), F (TARGET_TOO_LONG));
  assert_ptr_equal (read_built (bytes, repeat (end, REST, 1)), F (TARGET_TOO_LONG));
  assert_ptr_equal (read_built (bytes, repeat (bytes, "x", 17)), F (UNKNOWN_METHOD));
  free (bytes);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (every_rule),       cmocka_unit_test (every_rule_in_pieces),
      cmocka_unit_test (what_a_head_says), cmocka_unit_test (persistence),
      cmocka_unit_test (header_count),     cmocka_unit_test (head_size),
      cmocka_unit_test (target_size),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
