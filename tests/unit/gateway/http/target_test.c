/* The request target: forms, normalisation, decoding, and what is refused. */
#include "cases.h"

#include "core/memory.h"
#include "gateway/http/target.h"

#include <string.h>

#define F(name) (&http_faults[HTTP_##name])

typedef struct Row {
  const char *name;
  const char *raw;
  const char *path;  /* NULL: refused */
  const char *query; /* as sent */
  const HttpFault *fault;
} Row;

static const Row rows[] = {
    {"root", "/", "/", "", NULL},
    {"path", "/v1/persons", "/v1/persons", "", NULL},
    {"query", "/a?b=c&d", "/a", "b=c&d", NULL},
    {"empty query", "/a?", "/a", "", NULL},
    {"question mark in the query", "/a?b?c", "/a", "b?c", NULL},
    {"two slashes are not an authority", "//evil/x", "//evil/x", "", NULL},
    {"empty segments stay", "/a//b/", "/a//b/", "", NULL},
    {"encoded letters", "/%41%7e", "/A~", "", NULL},
    {"encoded UTF-8", "/%C3%A4%c3%b6", "/\xc3\xa4\xc3\xb6", "", NULL},
    {"encoded space and percent", "/a%20b%25", "/a b%", "", NULL},
    {"encoded once only", "/%2541", "/%41", "", NULL},
    {"plus is a plus", "/a+b", "/a+b", "", NULL},
    {"custom verb", "/v1/persons:search", "/v1/persons:search", "", NULL},
    {"one dot", "/a/./b", "/a/b", "", NULL},
    {"two dots", "/a/../b", "/b", "", NULL},
    {"dot at the end", "/a/.", "/a/", "", NULL},
    {"dots at the end", "/a/b/..", "/a/", "", NULL},
    {"dots to the root", "/a/..", "/", "", NULL},
    {"dots over an empty segment", "//..", "/", "", NULL},
    {"three dots are a name", "/...", "/...", "", NULL},
    {"hidden file", "/.well-known/x", "/.well-known/x", "", NULL},
    {"encoded dots", "/a/%2e%2E/b", "/b", "", NULL},
    {"half encoded dots", "/a/.%2e/b", "/b", "", NULL},
    {"above the root", "/..", NULL, NULL, F (PATH_ABOVE_ROOT)},
    {"above the root, encoded", "/a/%2e%2e/%2e%2e/etc", NULL, NULL, F (PATH_ABOVE_ROOT)},
    {"encoded NUL", "/a%00b", NULL, NULL, F (ENCODED_NUL)},
    {"encoded LF", "/a%0ab", NULL, NULL, F (ENCODED_NUL)},
    {"encoded DEL", "/a%7f", NULL, NULL, F (ENCODED_NUL)},
    {"encoded slash", "/a%2Fb", NULL, NULL, F (ENCODED_SLASH)},
    {"encoded slash, small", "/a%2fb", NULL, NULL, F (ENCODED_SLASH)},
    {"encoded backslash", "/a%5Cb", NULL, NULL, F (ENCODED_SLASH)},
    {"invalid UTF-8", "/%ff", NULL, NULL, F (BAD_UTF8)},
    {"overlong UTF-8", "/%c0%af", NULL, NULL, F (BAD_UTF8)},
    {"surrogate", "/%ed%a0%80", NULL, NULL, F (BAD_UTF8)},
    {"cut UTF-8", "/%c3/%a4", NULL, NULL, F (BAD_UTF8)},
    {"one digit", "/%4", NULL, NULL, F (BAD_PERCENT_ENCODING)},
    {"no digit", "/%", NULL, NULL, F (BAD_PERCENT_ENCODING)},
    {"not a digit", "/%4g", NULL, NULL, F (BAD_PERCENT_ENCODING)},
    {"digits in the next segment", "/%/41", NULL, NULL, F (BAD_PERCENT_ENCODING)},
    {"fragment", "/a#b", NULL, NULL, F (BAD_TARGET)},
    {"fragment in the query", "/a?b#c", NULL, NULL, F (BAD_TARGET)},
    {"byte beyond ASCII", "/\xc3\xa4", NULL, NULL, F (BAD_TARGET)},
    {"byte beyond ASCII in the query", "/?\xc3\xa4", NULL, NULL, F (BAD_TARGET)},
    {"tab", "/a\tb", NULL, NULL, F (BAD_TARGET)},
    {"backslash", "/a\\b", NULL, NULL, F (BAD_TARGET)},
    {"angle brackets", "/<a>", NULL, NULL, F (BAD_TARGET)},
    {"quote in the query", "/?\"", NULL, NULL, F (BAD_TARGET)},
    {"brackets in the query", "/?a[]=1|2", "/", "a[]=1|2", NULL},
    {"no slash", "a/b", NULL, NULL, F (BAD_TARGET)},
    {"empty", "", NULL, NULL, F (BAD_TARGET)},
    {"only a query", "?a", NULL, NULL, F (BAD_TARGET)},
    {"absolute", "http://other.example/a?b", "/a", "b", NULL},
    {"absolute, capitals, TLS", "HTTPS://other.example:8443/", "/", "", NULL},
    {"absolute without a path", "http://other.example", "/", "", NULL},
    {"absolute with a query only", "http://other.example?a", "/", "a", NULL},
    {"absolute with a user", "http://u@other.example/", NULL, NULL, F (BAD_HOST)},
    {"absolute without a host", "http:///a", NULL, NULL, F (BAD_HOST)},
    {"absolute with a bad port", "http://a:x/", NULL, NULL, F (BAD_HOST)},
    {"another scheme", "ftp://a/", NULL, NULL, F (BAD_TARGET)},
    {"scheme only", "http://", NULL, NULL, F (BAD_TARGET)},
    {"authority form", "example.org:443", NULL, NULL, F (BAD_TARGET)},
    {"asterisk with GET", "*", NULL, NULL, F (BAD_TARGET)},
    {"query: bad escape", "/?a=%zz", NULL, NULL, F (BAD_PERCENT_ENCODING)},
    {"query: cut escape", "/?a=%4", NULL, NULL, F (BAD_PERCENT_ENCODING)},
    {"query: escape over the end of a name", "/?a%4=1", NULL, NULL, F (BAD_PERCENT_ENCODING)},
    {"query: NUL", "/?a=%00", NULL, NULL, F (ENCODED_NUL)},
    {"query: NUL in a name", "/?%00=a", NULL, NULL, F (ENCODED_NUL)},
    {"query: invalid UTF-8", "/?a=%ff", NULL, NULL, F (BAD_UTF8)},
};

static HttpText
text (const char *string)
{
  return (HttpText){string, strlen (string)};
}

static bool
is (HttpText got, const char *wanted)
{
  return got.length == strlen (wanted) && memcmp (got.data, wanted, got.length) == 0;
}

static void
every_rule (void **state)
{
  (void)state;
  for (size_t i = 0; i < ROWS (rows); i++) {
    const Row *row = &rows[i];
    void *context = memory_context (NULL);
    HttpTarget target;
    const HttpFault *fault = http_target_parse (context, &target, text (row->raw), HTTP_GET, text ("h"));
    if (fault != row->fault)
      ROW_FAIL (row, "%s", fault == NULL ? "accepted" : fault->reason);
    if (fault == NULL && (!is (target.path, row->path) || !is (target.query, row->query)))
      ROW_FAIL (row, "path %s", target.path.data);
    if (fault == NULL && strlen (target.path.data) != target.path.length)
      ROW_FAIL (row, "path is not a C string");
    talloc_free (context);
  }
}

/* Found by the fuzzer: a copy that stops at the NUL is shorter than its length says. */
static void
authority_with_nul (void **state)
{
  (void)state;
  static const char raw[] = "http://[::1\0]:80/";
  void *context = memory_context (NULL);
  HttpTarget target;
  assert_ptr_equal (
      http_target_parse (context, &target, (HttpText){raw, sizeof raw - 1}, HTTP_GET, text ("h")),
      F (BAD_HOST));
  talloc_free (context);
}

static void
forms (void **state)
{
  (void)state;
  void *context = memory_context (NULL);
  HttpTarget target;
  assert_null (http_target_parse (context, &target, text ("/a"), HTTP_GET, text ("h:1")));
  assert_int_equal (target.form, HTTP_ORIGIN_FORM);
  assert_true (is (target.authority, "h:1"));
  assert_null (http_target_parse (context, &target, text ("http://o:2/a"), HTTP_GET, text ("h:1")));
  assert_int_equal (target.form, HTTP_ABSOLUTE_FORM);
  assert_string_equal (target.authority.data, "o:2");
  assert_null (http_target_parse (context, &target, text ("*"), HTTP_OPTIONS, text ("h")));
  assert_int_equal (target.form, HTTP_ASTERISK_FORM);
  assert_true (is (target.path, "*"));
  talloc_free (context);
}

static void
parameters (void **state)
{
  (void)state;
  void *context = memory_context (NULL);
  HttpTarget target;
  const char *raw = "/?a=1&b=&c&&a=2&%C3%A4+x=%2F%26%3D+y%0A&=v&d=e=f";
  assert_null (http_target_parse (context, &target, text (raw), HTTP_GET, text ("h")));
  assert_int_equal (target.parameter_count, 7);
  assert_string_equal (http_target_parameter (&target, "a"), "1");
  assert_string_equal (target.parameters[3].value.data, "2");
  assert_string_equal (http_target_parameter (&target, "b"), "");
  assert_string_equal (http_target_parameter (&target, "c"), "");
  assert_string_equal (http_target_parameter (&target, "\xc3\xa4 x"), "/&= y\n");
  assert_string_equal (http_target_parameter (&target, ""), "v");
  assert_string_equal (http_target_parameter (&target, "d"), "e=f");
  assert_null (http_target_parameter (&target, "A"));
  talloc_free (context);
}

static void
parameter_count (void **state)
{
  (void)state;
  void *context = memory_context (NULL);
  char raw[2 + 2 * (HTTP_PARAMETERS_MAX + 1) + 1];
  HttpTarget target;
  char *end = stpcpy (raw, "/?a");
  for (size_t i = 1; i < HTTP_PARAMETERS_MAX; i++)
    end = stpcpy (end, "&a");
  assert_null (http_target_parse (context, &target, text (raw), HTTP_GET, text ("h")));
  assert_int_equal (target.parameter_count, HTTP_PARAMETERS_MAX);
  stpcpy (end, "&a");
  assert_ptr_equal (http_target_parse (context, &target, text (raw), HTTP_GET, text ("h")),
                    F (TOO_MANY_PARAMETERS));
  talloc_free (context);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (every_rule), cmocka_unit_test (authority_with_nul), cmocka_unit_test (forms),
      cmocka_unit_test (parameters), cmocka_unit_test (parameter_count),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
