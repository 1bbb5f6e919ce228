/* The head of an answer, dates, and problem bodies. */
#include "cases.h"

#include "gateway/http/response.h"

#include <string.h>

static const char date[] = "Sun, 06 Nov 1994 08:49:37 GMT";

typedef struct Row {
  const char *name;
  HttpResponse response;
  const char *wanted;
} Row;

#define DATE "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

static const HttpField two[] = {{"Content-Type", "text/plain"}, {"X-\xe2", ""}};
static const HttpField good[] = {{"Content-Type", "text/plain"}, {"X-Empty", ""}};

static const Row rows[] = {
    {"keeps",
     {200, NULL, 0, HTTP_EXTENT_LENGTH, 12345678901, HTTP_1_1, HTTP_KEEP_ALIVE, date},
     "HTTP/1.1 200 OK\r\n" DATE "Content-Length: 12345678901\r\n\r\n"},
    {"closes",
     {404, good, 2, HTTP_EXTENT_LENGTH, 0, HTTP_1_1, HTTP_CLOSE, date},
     "HTTP/1.1 404 Not Found\r\n" DATE
     "Content-Type: text/plain\r\nX-Empty: \r\nContent-Length: 0\r\nConnection: close\r\n\r\n"},
    {"no body",
     {304, NULL, 0, HTTP_EXTENT_NONE, 5, HTTP_1_1, HTTP_KEEP_ALIVE, date},
     "HTTP/1.1 304 Not Modified\r\n" DATE "\r\n"},
    {"chunks",
     {200, NULL, 0, HTTP_EXTENT_CHUNKS, 0, HTTP_1_1, HTTP_KEEP_ALIVE, date},
     "HTTP/1.1 200 OK\r\n" DATE "Transfer-Encoding: chunked\r\n\r\n"},
    {"1.0 keeps",
     {299, NULL, 0, HTTP_EXTENT_LENGTH, 7, HTTP_1_0, HTTP_KEEP_ALIVE, date},
     "HTTP/1.1 299 Status\r\n" DATE "Content-Length: 7\r\nConnection: keep-alive\r\n\r\n"},
    {"1.0 stream",
     {200, NULL, 0, HTTP_EXTENT_CLOSE, 0, HTTP_1_0, HTTP_CLOSE, date},
     "HTTP/1.1 200 OK\r\n" DATE "Connection: close\r\n\r\n"},
    {"bad second field", {200, two, 2, HTTP_EXTENT_LENGTH, 7, HTTP_1_1, HTTP_CLOSE, date}, NULL},
};

static void
heads (void **state)
{
  (void)state;
  for (size_t i = 0; i < ROWS (rows); i++) {
    void *context = memory_context (NULL);
    Bytes head = http_response_head (context, &rows[i].response);
    const char *wanted = rows[i].wanted;
    if (wanted == NULL)
      assert_null (head.data);
    else if (head.length != strlen (wanted) || memcmp (head.data, wanted, head.length) != 0)
      ROW_FAIL (&rows[i], "is:\n%.*s", (int)head.length, (const char *)head.data);
    talloc_free (context);
  }
}

static void
fields_that_cannot_be_sent (void **state)
{
  (void)state;
  static const HttpField bad[] = {
      {"X", "a\r\nSet-Cookie: b"},
      {"X", "a\nb"},
      {"X", "a\x7f"},
      {"", "a"},
      {"X Y", "a"},
      {"X:", "a"},
      {"X\r\nY", "a"},
      {"Content-Length", "5"},
      {"content-length", "5"},
      {"Connection", "close"},
      {"Transfer-Encoding", "chunked"},
      {"Date", "now"},
  };
  for (size_t i = 0; i < ROWS (bad); i++) {
    void *context = memory_context (NULL);
    HttpResponse response = {200, &bad[i], 1, HTTP_EXTENT_LENGTH, 0, HTTP_1_1, HTTP_CLOSE, date};
    if (http_response_head (context, &response).data != NULL)
      fail_msg ("sent %s: %s", bad[i].name, bad[i].value);
    talloc_free (context);
  }
}

static void
dates (void **state)
{
  (void)state;
  static const struct {
    int64_t seconds;
    const char *wanted;
  } table[] = {
      {784111777, date},
      {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
      {1709210096, "Thu, 29 Feb 2024 12:34:56 GMT"},
      {4102444799, "Thu, 31 Dec 2099 23:59:59 GMT"},
  };
  char text[HTTP_DATE_BYTES];
  for (size_t i = 0; i < ROWS (table); i++) {
    http_date (text, table[i].seconds);
    assert_string_equal (text, table[i].wanted);
  }
}

/* Every row of the fault table makes a problem that has a phrase and needs no escaping. */
static void
problems (void **state)
{
  (void)state;
  void *context = memory_context (NULL);
  for (size_t i = 0; i < HTTP_FAULT_COUNT; i++) {
    const HttpFault *fault = &http_faults[i];
    assert_in_range (fault->status, 400, 505);
    assert_string_not_equal (http_status_phrase (fault->status), "Status");
    assert_int_equal (strcspn (fault->detail, "\"\\"), strlen (fault->detail));
  }
  Bytes body = http_problem (context, "/problems/", &http_faults[HTTP_BAD_HOST]);
  assert_string_equal ((const char *)body.data,
                       "{\"type\":\"/problems/BAD_HOST\",\"title\":\"Bad Request\",\"status\":400,"
                       "\"detail\":\"The Host is not a name or an address with an optional port\","
                       "\"reason\":\"BAD_HOST\"}\n");
  talloc_free (context);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (heads),
      cmocka_unit_test (fields_that_cannot_be_sent),
      cmocka_unit_test (dates),
      cmocka_unit_test (problems),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
