/* The body decoder: every row whole, cut at every byte, and byte by byte; all three must agree. */
#include "cases.h"

#include "gateway/http/body.h"

#include <stdlib.h>
#include <string.h>

#define F(name) (&http_faults[HTTP_##name])
#define OK NULL
#define MORE (&more)

static const HttpFault more = {0, "MORE", ""};

typedef struct Row {
  const char *name;
  const char *bytes;
  size_t length;
  const HttpFault *result;
  const char *content;
  size_t consumed; /* 0: everything */
} Row;

static const Row chunked[] = {
    {"empty", BYTES ("0\r\n\r\n"), OK, "", 0},
    {"one chunk", BYTES ("5\r\nhello\r\n0\r\n\r\n"), OK, "hello", 0},
    {"two chunks", BYTES ("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), OK, "hello world", 0},
    {"hexadecimal", BYTES ("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"), OK, "01234567890123456789", 0},
    {"leading zeros", BYTES ("0005\r\nhello\r\n000\r\n\r\n"), OK, "hello", 0},
    {"what follows is not taken", BYTES ("0\r\n\r\nGET / HTTP/1.1\r\n"), OK, "", 5},
    {"not at its end", BYTES ("5\r\nhello\r\n0\r\n"), MORE, "hello", 0},
    {"in the content", BYTES ("5\r\nhel"), MORE, "hel", 0},
    {"extension", BYTES ("5;a=b\r\nhello\r\n0;last\r\n\r\n"), OK, "hello", 0},
    {"quoted extension", BYTES ("5;a=\"b;c d\"\r\nhello\r\n0\r\n\r\n"), OK, "hello", 0},
    {"extension without a name", BYTES ("5;\r\nhello\r\n0\r\n\r\n"), F (BAD_CHUNK_EXTENSION), "", 0},
    {"extension begins with a space", BYTES ("5; a\r\nhello\r\n"), F (BAD_CHUNK_EXTENSION), "", 0},
    {"extension with LF", BYTES ("5;a\nhello\r\n"), F (BAD_CHUNK_EXTENSION), "", 0},
    {"extension with NUL", BYTES ("5;a\0\r\nhello\r\n"), F (BAD_CHUNK_EXTENSION), "", 0},
    {"extension with CR", BYTES ("5;a\rb\r\nhello\r\n"), F (BAD_CHUNK_SIZE), "", 0},
    {"trailer", BYTES ("0\r\nX: a\r\nY:\r\n\r\n"), OK, "", 0},
    {"trailer without a colon", BYTES ("0\r\nX\r\n\r\n"), F (BAD_TRAILER), "", 0},
    {"trailer without a name", BYTES ("0\r\n: a\r\n\r\n"), F (BAD_TRAILER), "", 0},
    {"trailer with a space before the colon", BYTES ("0\r\nX : a\r\n\r\n"), F (BAD_TRAILER), "", 0},
    {"trailer folded", BYTES ("0\r\nX: a\r\n b\r\n\r\n"), F (BAD_TRAILER), "", 0},
    {"trailer with LF only", BYTES ("0\r\nX: a\n\r\n"), F (BAD_TRAILER), "", 0},
    {"trailer with NUL", BYTES ("0\r\nX: \0\r\n\r\n"), F (BAD_TRAILER), "", 0},
    {"trailer with bare CR", BYTES ("0\r\nX: a\rb\r\n\r\n"), F (BAD_TRAILER), "", 0},
    {"final LF only", BYTES ("0\r\n\n"), F (BAD_TRAILER), "", 0},
    {"final CR x", BYTES ("0\r\n\rx"), F (BAD_TRAILER), "", 0},
    {"0x5", BYTES ("0x5\r\nhello\r\n0\r\n\r\n"), F (BAD_CHUNK_SIZE), "", 0},
    {"+5", BYTES ("+5\r\nhello\r\n0\r\n\r\n"), F (BAD_CHUNK_SIZE), "", 0},
    {"-5", BYTES ("-5\r\nhello\r\n0\r\n\r\n"), F (BAD_CHUNK_SIZE), "", 0},
    {"space before the size", BYTES (" 5\r\nhello\r\n0\r\n\r\n"), F (BAD_CHUNK_SIZE), "", 0},
    {"space after the size", BYTES ("5 \r\nhello\r\n0\r\n\r\n"), F (BAD_CHUNK_SIZE), "", 0},
    {"5 junk", BYTES ("5 junk\r\nhello\r\n0\r\n\r\n"), F (BAD_CHUNK_SIZE), "", 0},
    {"5_0", BYTES ("5_0\r\nhello\r\n0\r\n\r\n"), F (BAD_CHUNK_SIZE), "", 0},
    {"no size", BYTES ("\r\nhello\r\n0\r\n\r\n"), F (BAD_CHUNK_SIZE), "", 0},
    {"only an extension", BYTES (";a\r\nhello\r\n0\r\n\r\n"), F (BAD_CHUNK_SIZE), "", 0},
    {"g", BYTES ("g\r\n"), F (BAD_CHUNK_SIZE), "", 0},
    {"size ends with LF only", BYTES ("5\nhello\r\n0\r\n\r\n"), F (BAD_CHUNK_SIZE), "", 0},
    {"size ends with CR x", BYTES ("5\rx"), F (BAD_CHUNK_SIZE), "", 0},
    {"size of 16 digits", BYTES ("0000000000000005\r\nhello\r\n"), F (BAD_CHUNK_SIZE), "", 0},
    {"size that overflows", BYTES ("ffffffffffffffff\r\n"), F (BAD_CHUNK_SIZE), "", 0},
    {"size of 15 digits, too large", BYTES ("fffffffffffffff\r\n"), F (BODY_TOO_LARGE), "", 0},
    {"content without CR LF", BYTES ("5\r\nhello0\r\n\r\n"), F (BAD_CHUNK_END), "hello", 0},
    {"content with LF only", BYTES ("5\r\nhello\n0\r\n\r\n"), F (BAD_CHUNK_END), "hello", 0},
    {"content with CR x", BYTES ("5\r\nhello\rx"), F (BAD_CHUNK_END), "hello", 0},
    {"an empty line more", BYTES ("5\r\nhello\r\n\r\n0\r\n\r\n"), F (BAD_CHUNK_SIZE), "hello", 0},
    {"content too long for its size", BYTES ("4\r\nhello\r\n0\r\n\r\n"), F (BAD_CHUNK_END), "hell", 0},
    {"the limit exactly", BYTES ("1e\r\n012345678901234567890123456789\r\n0\r\n\r\n"), OK,
     "012345678901234567890123456789", 0},
    {"over the limit in one chunk", BYTES ("1f\r\n"), F (BODY_TOO_LARGE), "", 0},
    {"over the limit in two", BYTES ("1e\r\n012345678901234567890123456789\r\n1\r\n"), F (BODY_TOO_LARGE),
     "012345678901234567890123456789", 0},
};

#define LIMIT 30

/* Decodes in two parts, or byte by byte when `cut` is 0. */
static const HttpFault *
decode (const HttpHead *head, const char *bytes, size_t length, size_t cut, char *content, size_t *consumed)
{
  HttpBody body;
  const HttpFault *fault = http_body_start (&body, head, LIMIT);
  HttpProgress progress = body.state == HTTP_BODY_COMPLETE ? HTTP_DONE : HTTP_MORE;
  size_t at = 0;
  *content = 0;
  while (fault == NULL && progress == HTTP_MORE && at < length) {
    size_t end = cut == 0 ? at + 1 : at < cut ? cut : length;
    size_t size = end - at, used;
    char *part = malloc (size); /* of its own, so that the sanitizer sees a byte too many */
    memcpy (part, bytes + at, size);
    for (size_t done = 0; fault == NULL && progress == HTTP_MORE && done < size; done += used) {
      Bytes piece;
      progress = http_body_decode (&body, part + done, size - done, &used, &piece, &fault);
      strncat (content, piece.length == 0 ? "" : (const char *)piece.data, piece.length);
      at += used;
    }
    free (part);
  }
  *consumed = at;
  return fault != NULL ? fault : progress == HTTP_DONE ? NULL : MORE;
}

static const char *
reason (const HttpFault *fault)
{
  return fault == NULL ? "complete" : fault->reason;
}

static void
check (const Row *row, const HttpHead *head, size_t cut)
{
  char content[256] = "";
  size_t consumed = 0;
  const HttpFault *result = decode (head, row->bytes, row->length, cut, content, &consumed);
  if (result != row->result)
    ROW_FAIL (row, "cut at %zu: %s, not %s", cut, reason (result), reason (row->result));
  if (strcmp (content, row->content) != 0)
    ROW_FAIL (row, "cut at %zu: content is \"%s\"", cut, content);
  if (result == OK && consumed != (row->consumed == 0 ? row->length : row->consumed))
    ROW_FAIL (row, "cut at %zu: consumed %zu", cut, consumed);
}

static void
every_chunked_rule (void **state)
{
  (void)state;
  HttpHead head = {.framing = HTTP_CHUNKED};
  for (size_t i = 0; i < ROWS (chunked); i++)
    for (size_t cut = 0; cut <= chunked[i].length; cut++)
      check (&chunked[i], &head, cut);
}

static void
by_length (void **state)
{
  (void)state;
  static const Row rows[] = {
      {"exact", BYTES ("hello"), OK, "hello", 0},
      {"more follows", BYTES ("helloGET /"), OK, "hello", 5},
      {"less", BYTES ("hel"), MORE, "hel", 0},
  };
  HttpHead head = {.framing = HTTP_LENGTH, .content_length = 5};
  for (size_t i = 0; i < ROWS (rows); i++)
    for (size_t cut = 0; cut <= rows[i].length; cut++)
      check (&rows[i], &head, cut);
}

static void
limits_of_a_length (void **state)
{
  (void)state;
  HttpBody body;
  HttpHead head = {.framing = HTTP_LENGTH, .content_length = LIMIT};
  assert_null (http_body_start (&body, &head, LIMIT));
  head.content_length++;
  assert_ptr_equal (http_body_start (&body, &head, LIMIT), F (BODY_TOO_LARGE));
  head.framing = HTTP_NO_BODY;
  assert_null (http_body_start (&body, &head, 0));
  assert_int_equal (body.state, HTTP_BODY_COMPLETE);
}

/* Feeds `prefix`, then `repeated` until the decoder answers something. */
static const HttpFault *
feed_endlessly (const char *prefix, const char *repeated)
{
  HttpHead head = {.framing = HTTP_CHUNKED};
  HttpBody body;
  const HttpFault *fault = http_body_start (&body, &head, UINT64_MAX);
  const char *text = prefix;
  for (size_t rounds = 0; fault == NULL && rounds < 1000000; rounds++, text = repeated)
    for (size_t at = 0, used, length = strlen (text); fault == NULL && at < length; at += used) {
      Bytes piece;
      (void)http_body_decode (&body, text + at, length - at, &used, &piece, &fault);
    }
  return fault;
}

static void
endless_framing (void **state)
{
  (void)state;
  assert_ptr_equal (feed_endlessly ("5;", "a"), F (BAD_CHUNK_EXTENSION));
  assert_ptr_equal (feed_endlessly ("", "1;abcdefgh\r\nx\r\n"), F (BAD_CHUNK_EXTENSION));
  assert_ptr_equal (feed_endlessly ("0\r\n", "x"), F (TRAILER_TOO_LARGE));
  assert_ptr_equal (feed_endlessly ("0\r\n", "x:y\r\n"), F (TRAILER_TOO_LARGE));
  assert_ptr_equal (feed_endlessly ("", "0"), F (BAD_CHUNK_SIZE));
  assert_null (feed_endlessly ("", "1\r\nx\r\n"));
}

static void
extension_size (void **state)
{
  (void)state;
  char text[HTTP_EXTENSION_MAX + 16];
  for (size_t size = HTTP_EXTENSION_MAX; size <= HTTP_EXTENSION_MAX + 1; size++) {
    char content[8];
    size_t consumed;
    HttpHead head = {.framing = HTTP_CHUNKED};
    char filler[HTTP_EXTENSION_MAX + 2];
    memset (filler, 'x', size);
    filler[size] = 0;
    snprintf (text, sizeof text, "0;%s\r\n\r\n", filler);
    const HttpFault *result = decode (&head, text, size + 6, size + 6, content, &consumed);
    assert_ptr_equal (result, size == HTTP_EXTENSION_MAX ? OK : F (BAD_CHUNK_EXTENSION));
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (every_chunked_rule), cmocka_unit_test (by_length),
      cmocka_unit_test (limits_of_a_length), cmocka_unit_test (endless_framing),
      cmocka_unit_test (extension_size),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
