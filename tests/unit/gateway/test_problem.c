/* Problems as JSON, their status, and the page of reasons. */
#include "gateway/problem.h"

#include <jansson.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *
parse (Bytes body)
{
  json_error_t error;
  json_t *json =
      json_loadb ((const char *)body.data, body.length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
  if (json == NULL)
    fail_msg ("%.*s: %s", (int)body.length, (const char *)body.data, error.text);
  return json;
}

static const char *
text_of (const json_t *json, const char *name)
{
  const char *text = json_string_value (json_object_get (json, name));
  return text == NULL ? "" : text;
}

static void
test_members (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  Status status = status_field (owner, "person.address.town", "TOO_LONG", "is too \"long\"");
  status_add_violation (&status, owner, "other", "REQUIRED", "is required");
  ProblemPlace place = {"request-1", "0af7651916cd43dd8448eb211c80319c", "person."};
  json_t *json = parse (problem_body (owner, status, &place));
  assert_string_equal (text_of (json, "type"), "/problems/INVALID_FIELD");
  assert_string_equal (text_of (json, "reason"), "INVALID_FIELD");
  assert_string_equal (text_of (json, "code"), "INVALID_ARGUMENT");
  assert_string_equal (text_of (json, "instance"), "request-1");
  assert_string_equal (text_of (json, "traceId"), "0af7651916cd43dd8448eb211c80319c");
  assert_int_equal (json_integer_value (json_object_get (json, "status")), 400);
  const json_t *violations = json_object_get (json, "violations");
  assert_int_equal (json_array_size (violations), 2);
  assert_string_equal (text_of (json_array_get (violations, 0), "field"), "address.town");
  assert_string_equal (text_of (json_array_get (violations, 0), "reason"), "TOO_LONG");
  assert_string_equal (text_of (json_array_get (violations, 0), "description"), "is too \"long\"");
  assert_string_equal (text_of (json_array_get (violations, 1), "field"), "other");
  json_decref (json);
  talloc_free (owner);
}

/* What went wrong inside stays inside. */
static void
test_internal_detail_is_not_told (void **state)
{
  (void)state;
  static const StatusCode codes[] = {STATUS_INTERNAL, STATUS_UNKNOWN, STATUS_DATA_LOSS};
  for (size_t i = 0; i < 3; i++) {
    void *owner = memory_context (NULL);
    Status status = status_error (owner, codes[i], "BROKEN", "secret of the house");
    ProblemPlace place = {"r", "t", NULL};
    json_t *json = parse (problem_body (owner, status, &place));
    assert_null (json_object_get (json, "detail"));
    assert_int_equal (json_integer_value (json_object_get (json, "status")), 500);
    json_decref (json);
    talloc_free (owner);
  }
}

static const struct {
  StatusCode code;
  const char *reason;
  unsigned retry_ms;
  unsigned status;
  unsigned seconds;
} cases[] = {
    {STATUS_ABORTED, "ETAG_MISMATCH", 0, 412, 0},
    {STATUS_ABORTED, "OTHER", 0, 409, 0},
    {STATUS_INVALID_ARGUMENT, "METHOD_NOT_ALLOWED", 0, 405, 0},
    {STATUS_INVALID_ARGUMENT, "TOO_DEEP", 0, 400, 0},
    {STATUS_OUT_OF_RANGE, "OUT_OF_RANGE", 0, 400, 0},
    {STATUS_NOT_FOUND, "REQUIRED", 0, 404, 0},
    {STATUS_UNAVAILABLE, "NO_REPLICA", 0, 503, 1},
    {STATUS_UNAVAILABLE, "NO_REPLICA", 2500, 503, 3},
    {STATUS_RESOURCE_EXHAUSTED, "OVERLOADED", 100, 503, 1},
    {STATUS_RESOURCE_EXHAUSTED, "QUOTA", 0, 429, 1},
    {STATUS_DEADLINE_EXCEEDED, "OUTCOME_UNKNOWN", 0, 504, 0},
    {STATUS_UNAVAILABLE, "OUTCOME_UNKNOWN", 0, 503, 1},
};

static void
test_status (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    void *owner = memory_context (NULL);
    Status status = status_error (owner, cases[i].code, cases[i].reason, "x");
    status.detail->retry_after_ms = cases[i].retry_ms;
    assert_int_equal (problem_status (status), cases[i].status);
    assert_int_equal (problem_retry_after (status), cases[i].seconds);
    talloc_free (owner);
  }
}

static void
test_pages (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  bool found;
  json_t *json = parse (problem_page (owner, "", &found));
  assert_true (found);
  assert_true (json_array_size (json) > 50);
  for (size_t i = 0; i < json_array_size (json); i++) {
    const char *reason = text_of (json_array_get (json, i), "reason");
    (void)problem_page (owner, reason, &found);
    assert_true (found);
    for (size_t j = 0; j < i; j++) /* a reason has one meaning */
      assert_string_not_equal (reason, text_of (json_array_get (json, j), "reason"));
  }
  json_decref (json);
  (void)problem_page (owner, "../etc", &found);
  assert_false (found);
  talloc_free (owner);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_members),
      cmocka_unit_test (test_internal_detail_is_not_told),
      cmocka_unit_test (test_status),
      cmocka_unit_test (test_pages),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
