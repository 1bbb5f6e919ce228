/* Requests to messages: query, path and body together, over routes of our own. */
#include "gateway/bind.h"
#include "sample/v1/sample.pb-c.h"
#include "sample_api.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PARAMETERS_MAX = 8 };

/* What a case binds: up to eight "name=value" parameters, a body, a path value for givenName. */
typedef struct Case {
  ApiBody body_kind;
  const char *parameters[PARAMETERS_MAX];
  const char *body;
  const char *path;
  const char *violation; /* "field REASON"; NULL when it binds */
} Case;

static const Case cases[] = {
    {.parameters = {"signed_small=1", "flag=true"}},
    {.parameters = {"signedSmall=1", "tags=a", "tags=b"}},
    {.parameters = {"part.post_code=1", "part.weight=2", "part.weight=3"},
     .violation = "part.weight DUPLICATE_PARAMETER"},
    {.parameters = {"part.postCode=1", "part.post_code=2"},
     .violation = "part.post_code DUPLICATE_PARAMETER"},
    {.parameters = {"part=x"}, .violation = "part UNKNOWN_PARAMETER"},
    {.parameters = {"part.nope=x"}, .violation = "part.nope UNKNOWN_PARAMETER"},
    {.parameters = {"part.=x"}, .violation = "part. UNKNOWN_PARAMETER"},
    {.parameters = {"flag.x=1"}, .violation = "flag.x UNKNOWN_PARAMETER"},
    {.parameters = {"parts.weight=1"}, .violation = "parts.weight UNKNOWN_PARAMETER"},
    {.parameters = {"labels=x"}, .violation = "labels UNKNOWN_PARAMETER"},
    {.parameters = {"etag=x"}, .violation = "etag UNKNOWN_PARAMETER"},
    {.parameters = {"=x"}, .violation = " UNKNOWN_PARAMETER"},
    {.parameters = {"kept=x"}},
    {.parameters = {"given_name=x"}, .path = "y", .violation = "given_name UNKNOWN_PARAMETER"},
    {.body_kind = API_BODY_REQUEST, .parameters = {"flag=true"}, .violation = "flag UNKNOWN_PARAMETER"},
    {.body_kind = API_BODY_REQUEST, .body = "{\"flag\":1}", .violation = "flag WRONG_TYPE"},
    {.body_kind = API_BODY_FIELD,
     .parameters = {"part.weight=1"},
     .violation = "part.weight UNKNOWN_PARAMETER"},
    {.body_kind = API_BODY_FIELD, .parameters = {"flag=true"}, .body = "{\"weight\":2}"},
    {.body_kind = API_BODY_FIELD, .body = "{\"flag\":true}", .violation = "flag UNKNOWN_FIELD"},
};

static Status
bind_case (void *owner, const Case *one, Sample **sample)
{
  static const char *const reserved[] = {"kept", NULL};
  const ApiMessage *table = api_find_message (&sample_api, &sample__descriptor);
  ApiMethod *method = memory_new (owner, ApiMethod);
  method->request = table;
  ApiRoute *route = memory_new (owner, ApiRoute);
  *route = (ApiRoute){.verb = API_POST, .method = method, .body = one->body_kind};
  route->body_field = (uint16_t)api_find_field (table, "part", 4);
  ApiFieldPath *variable = memory_new (owner, ApiFieldPath);
  *variable = (ApiFieldPath){.name = "given_name", .depth = 1};
  ApiMatch match = {.route = route, .value_count = one->path == NULL ? 0 : 1};
  match.values[0].field = variable;
  match.values[0].value = (ApiText){one->path, one->path == NULL ? 0 : strlen (one->path)};
  HttpParameter parameters[PARAMETERS_MAX];
  size_t count = 0;
  for (; count < PARAMETERS_MAX && one->parameters[count] != NULL; count++) {
    const char *text = one->parameters[count];
    size_t name = strcspn (text, "=");
    parameters[count].name = (HttpText){memory_string_n (owner, text, name), name};
    parameters[count].value = (HttpText){text + name + 1, strlen (text + name + 1)};
  }
  size_t length = one->body == NULL ? 0 : strlen (one->body);
  BindInput input = {.match = &match,
                     .parameters = parameters,
                     .parameter_count = count,
                     .reserved = reserved,
                     .body = {(const uint8_t *)one->body, length}};
  ProtobufCMessage *message = NULL;
  Status status = bind_request (&sample_api, owner, &input, &message);
  *sample = (Sample *)message;
  return status;
}

static void
test_cases (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    void *owner = memory_context (NULL);
    Sample *sample;
    Status status = bind_case (owner, &cases[i], &sample);
    const char *text = "none";
    if (status_failed (status) && status.detail->violation_count == 1)
      text = memory_format (owner, "%s %s", status.detail->violations[0].field,
                            status.detail->violations[0].reason);
    assert_string_equal (text, cases[i].violation == NULL ? "none" : cases[i].violation);
    assert_int_equal (status_failed (status), cases[i].violation != NULL);
    talloc_free (owner);
  }
}

static void
test_values (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  Sample *sample;
  Case one = {.parameters = {"signedSmall=7", "tags=a", "tags=b", "part.post_code=00100", "part.weight=2",
                             "color=SAMPLE_COLOR_RED"}};
  assert_int_equal (bind_case (owner, &one, &sample).code, STATUS_OK);
  assert_int_equal (sample->signed_small, 7);
  assert_int_equal (sample->n_tags, 2);
  assert_string_equal (sample->tags[1], "b");
  assert_string_equal (sample->part->post_code, "00100");
  assert_int_equal (sample->part->weight, 2);
  assert_int_equal (sample->color, SAMPLE_COLOR__SAMPLE_COLOR_RED);
  talloc_free (owner);
}

/* The path has the last word, and is decoded once. */
static void
test_path (void **state)
{
  (void)state;
  static const struct {
    const char *path;
    const char *value;
  } paths[] = {{"plain", "plain"}, {"a%20b", "a b"}, {"%C3%84", "\xc3\x84"}, {"a%3Ab", "a:b"},
               {"%2541", "%41"},   {"a+b", "a+b"},   {"100%", "100%"},       {"%4", "%4"}};
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
    void *owner = memory_context (NULL);
    Sample *sample;
    Case one = {.body_kind = API_BODY_REQUEST, .body = "{\"givenName\":\"body\"}", .path = paths[i].path};
    assert_int_equal (bind_case (owner, &one, &sample).code, STATUS_OK);
    assert_string_equal (sample->given_name, paths[i].value);
    talloc_free (owner);
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_cases),
      cmocka_unit_test (test_values),
      cmocka_unit_test (test_path),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
