/* One request, one call, one answer: what reaches the service, and what the client gets. */
#include "heimo/membership/v1/membership_service.pb-c.h"
#include "heimo_api.h"
#include "world.h"

#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PERSON_ID "01936e00-0000-7000-8000-00000000000a"
#define JSON "Content-Type: application/json\r\n"

static Person
sample_person (void)
{
  Person person = PERSON__INIT;
  person.person_id = PERSON_ID;
  person.given_name = "\xc3\x85ke \"Tester\"";
  person.etag = "7";
  return person;
}

/* Answers every method with a person, except where the test says otherwise through `data`. */
typedef struct Plan {
  StatusCode code;
  const char *reason;
  BusCall *kept; /* not answered */
  bool keep;
} Plan;

static void
script (World *world, BusCall *call)
{
  Plan *plan = world_data (world);
  Person person = sample_person ();
  WithdrawPersonFactResponse nothing = WITHDRAW_PERSON_FACT_RESPONSE__INIT;
  if (plan->keep)
    plan->kept = call;
  else if (plan->code != STATUS_OK)
    world_refuse (world, call, plan->code, plan->reason);
  else if (strstr (call->header->method, "Withdraw") != NULL)
    world_answer (world, call, &nothing.base);
  else
    world_answer (world, call, &person.base);
}

typedef struct Fixture {
  World *world;
  Plan plan;
  void *owner;
} Fixture;

static int
set_up (void **state)
{
  Fixture *fixture = memory_new (NULL, Fixture);
  fixture->owner = memory_context (fixture);
  Settings settings = world_settings ();
  settings.trusted_proxies = "127.0.0.0/8";
  settings.calls_per_client = 1;
  fixture->world = world_start (&settings, script, &fixture->plan);
  *state = fixture;
  return 0;
}

static int
tear_down (void **state)
{
  Fixture *fixture = *state;
  world_stop (fixture->world);
  talloc_free (fixture);
  return 0;
}

static void
expect_field (Fixture *fixture, const char *answer, const char *name, const char *value)
{
  assert_string_equal (answer_field (fixture->owner, answer, name), value);
}

static void
expect_part (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    fail_msg ("no %s in %s", part, text);
}

static void
test_get (void **state)
{
  Fixture *fixture = *state;
  char *answer = world_ask (fixture->world, fixture->owner, "GET /v1/persons/" PERSON_ID,
                            "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
                            "X-Request-Id: my-id\r\nAccept-Language: de, sv-FI;q=0.8\r\n",
                            NULL);
  assert_int_equal (answer_status (answer), 200);
  expect_field (fixture, answer, "ETag", "\"7\"");
  expect_field (fixture, answer, "Content-Type", "application/json");
  expect_field (fixture, answer, "Cache-Control", "no-store");
  expect_field (fixture, answer, "X-Content-Type-Options", "nosniff");
  expect_field (fixture, answer, "X-Request-Id", "my-id");
  char *body = answer_body (fixture->owner, answer);
  expect_part (body, "\"personId\":\"" PERSON_ID "\"");
  expect_part (body, "\"givenName\":\"\xc3\x85ke \\\"Tester\\\"\"");
  expect_part (body, "\"familyName\":\"\"");
  Heard heard = world_heard (fixture->world, fixture->owner, 0);
  assert_string_equal (heard.method, "GetPerson");
  assert_string_equal (heard.principal, "local " WORLD_FEDERATION " registrar sv");
  assert_int_equal (strncmp (heard.traceparent, "00-0af7651916cd43dd8448eb211c80319c-", 36), 0);
  assert_null (strstr (heard.traceparent, "b7ad6b7169203331"));
  GetPersonRequest *request =
      get_person_request__unpack (memory_allocator (fixture->owner), heard.body.length, heard.body.data);
  assert_string_equal (request->person_id, PERSON_ID);
}

static void
test_head_and_conditions (void **state)
{
  Fixture *fixture = *state;
  const char *get = "GET /v1/persons/" PERSON_ID;
  char *full = world_ask (fixture->world, fixture->owner, get, "", NULL);
  char *head = world_ask (fixture->world, fixture->owner, "HEAD /v1/persons/" PERSON_ID, "", NULL);
  assert_int_equal (answer_status (head), 200);
  assert_string_equal (answer_body (fixture->owner, head), "");
  expect_field (fixture, head, "Content-Length", answer_field (fixture->owner, full, "Content-Length"));
  static const struct {
    const char *field;
    int status;
  } cases[] = {{"If-None-Match: \"7\"\r\n", 304},        {"If-None-Match: W/\"7\"\r\n", 304},
               {"If-None-Match: \"1\", \"7\"\r\n", 304}, {"If-None-Match: *\r\n", 304},
               {"If-None-Match: \"77\"\r\n", 200},       {"If-None-Match: \"6\"\r\n", 200}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char *answer = world_ask (fixture->world, fixture->owner, get, cases[i].field, NULL);
    assert_int_equal (answer_status (answer), cases[i].status);
    expect_field (fixture, answer, "ETag", "\"7\"");
  }
}

static void
test_create (void **state)
{
  Fixture *fixture = *state;
  char *answer =
      world_ask (fixture->world, fixture->owner, "POST /v1/persons", JSON "Idempotency-Key: key-1\r\n",
                 "{\"givenName\":\"A\",\"familyName\":\"B\",\"personId\":\"ignored\"}");
  assert_int_equal (answer_status (answer), 201);
  expect_field (fixture, answer, "Location", "/v1/persons/" PERSON_ID);
  Heard heard = world_heard (fixture->world, fixture->owner, 0);
  assert_string_equal (heard.method, "CreatePerson");
  assert_string_equal (heard.key, "key-1");
  CreatePersonRequest *request =
      create_person_request__unpack (memory_allocator (fixture->owner), heard.body.length, heard.body.data);
  assert_string_equal (request->person->given_name, "A");
  assert_string_equal (request->person->person_id, "");
}

static void
test_patch_takes_its_mask_from_the_body (void **state)
{
  Fixture *fixture = *state;
  static const struct {
    const char *query;
    const char *body;
    const char *mask;
  } cases[] = {
      {"", "{\"email\":\"a@example.org\",\"phone\":null,\"etag\":\"7\"}", "email,phone"},
      {"", "{\"givenName\":\"X\",\"memberNumber\":\"1\"}", "givenName"},
      {"?update_mask=email", "{\"email\":\"a@example.org\",\"phone\":\"\"}", "email"},
      {"?updateMask=phone&valid_from=2026-01-01", "{}", "phone"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char *line = memory_format (fixture->owner, "PATCH /v1/persons/%s%s", PERSON_ID, cases[i].query);
    char *answer =
        world_ask (fixture->world, fixture->owner, line, JSON "If-Match: \"7\"\r\n", cases[i].body);
    assert_int_equal (answer_status (answer), 200);
    Heard heard = world_heard (fixture->world, fixture->owner, i);
    assert_string_equal (heard.if_match, "\"7\"");
    UpdatePersonRequest *request =
        update_person_request__unpack (memory_allocator (fixture->owner), heard.body.length, heard.body.data);
    assert_string_equal (request->update_mask, cases[i].mask);
    assert_string_equal (request->person_id, PERSON_ID);
  }
}

static void
test_other_shapes (void **state)
{
  Fixture *fixture = *state;
  char *answer = world_ask (fixture->world, fixture->owner,
                            "POST /v1/persons/" PERSON_ID "/facts/" PERSON_ID ":withdraw", "", NULL);
  assert_int_equal (answer_status (answer), 200);
  assert_string_equal (answer_body (fixture->owner, answer), "{}");
  answer = world_ask (fixture->world, fixture->owner, "POST /v1/persons/" PERSON_ID ":end",
                      JSON "If-Match: *\r\n", "{\"reason\":\"moved\"}");
  assert_int_equal (answer_status (answer), 200);
  assert_string_equal (world_heard (fixture->world, fixture->owner, 1).if_match, "");
  answer = world_ask (fixture->world, fixture->owner, "GET http://localhost/v1/persons/" PERSON_ID, "", NULL);
  assert_int_equal (answer_status (answer), 200);
}

/* Requests that never reach the service. */
static const struct {
  const char *line;
  const char *fields;
  const char *body;
  int status;
  const char *part; /* of the problem */
} refused[] = {
    {"GET /v1/nope", "", NULL, 404, "\"reason\":\"NO_SUCH_PATH\""},
    {"GET /v1/persons/", "", NULL, 404, "\"reason\":\"NO_SUCH_PATH\""},
    {"GET /v1//persons", "", NULL, 404, "\"reason\":\"NO_SUCH_PATH\""},
    {"GET /v1/nowhere/runs", "", NULL, 404, "\"reason\":\"NO_SUCH_PATH\""},
    {"PUT /v1/persons", JSON, "{}", 405, "\"reason\":\"METHOD_NOT_ALLOWED\""},
    {"DELETE /v1/persons", "", NULL, 405, "\"reason\":\"METHOD_NOT_ALLOWED\""},
    {"GET /v1/persons/not-a-uuid", "", NULL, 400, "{\"field\":\"personId\",\"reason\":\"INVALID_UUID\""},
    {"GET /v1/persons?nope=1", "", NULL, 400, "{\"field\":\"nope\",\"reason\":\"UNKNOWN_PARAMETER\""},
    {"GET /v1/persons?query=abc&query=def", "", NULL, 400, "\"reason\":\"DUPLICATE_PARAMETER\""},
    {"GET /v1/persons?page_size=5&pageSize=6", "", NULL, 400, "\"reason\":\"DUPLICATE_PARAMETER\""},
    {"GET /v1/persons?page_size=x", "", NULL, 400, "{\"field\":\"page_size\",\"reason\":\"NOT_AN_INTEGER\""},
    {"GET /v1/persons?page_size=-1", "", NULL, 400, "\"reason\":\"OUT_OF_RANGE\""},
    {"GET /v1/persons?page_size=5000", "", NULL, 400, "{\"field\":\"pageSize\",\"reason\":\"OUT_OF_RANGE\""},
    {"GET /v1/persons?include_ended=1", "", NULL, 400, "\"reason\":\"NOT_A_BOOLEAN\""},
    {"GET /v1/persons/" PERSON_ID "?person_id=x", "", NULL, 400, "\"reason\":\"UNKNOWN_PARAMETER\""},
    {"GET /v1/persons", JSON, "{}", 400, "\"reason\":\"UNEXPECTED_BODY\""},
    {"POST /v1/persons?person.given_name=x", JSON, "{}", 400, "\"reason\":\"UNKNOWN_PARAMETER\""},
    {"POST /v1/persons", "", "{}", 415, "\"reason\":\"UNSUPPORTED_MEDIA_TYPE\""},
    {"POST /v1/persons", "Content-Type: text/plain\r\n", "{}", 415, "\"reason\":\"UNSUPPORTED_MEDIA_TYPE\""},
    {"POST /v1/persons", JSON "Content-Encoding: gzip\r\n", "{}", 415,
     "\"reason\":\"UNSUPPORTED_MEDIA_TYPE\""},
    {"POST /v1/persons", JSON, " ", 400, "\"reason\":\"EMPTY_BODY\""},
    {"POST /v1/persons", JSON, NULL, 400, "{\"field\":\"person\",\"reason\":\"REQUIRED\""},
    {"POST /v1/persons", JSON, "{\"givenName\":\"a\"}", 400,
     "{\"field\":\"familyName\",\"reason\":\"REQUIRED\""},
    {"POST /v1/persons", JSON, "{\"nope\":1}", 400, "{\"field\":\"nope\",\"reason\":\"UNKNOWN_FIELD\""},
    {"POST /v1/persons", JSON, "{\"address\":{\"nope\":1}}", 400, "{\"field\":\"address.nope\""},
    {"POST /v1/persons", JSON, "{", 400, "\"reason\":\"INVALID_JSON\""},
    {"POST /v1/persons", JSON "Idempotency-Key: a b\r\n", "{}", 400, "\"reason\":\"INVALID_HEADER\""},
    {"POST /v1/persons", JSON "Idempotency-Key: a\r\nIdempotency-Key: a\r\n", "{}", 400,
     "\"reason\":\"INVALID_HEADER\""},
    {"PATCH /v1/persons/" PERSON_ID, JSON "If-Match: 7\r\n", "{}", 400, "\"reason\":\"INVALID_HEADER\""},
    {"PATCH /v1/persons/" PERSON_ID, JSON "If-Match: \"7\", \"8\"\r\n", "{}", 400,
     "\"reason\":\"INVALID_HEADER\""},
    {"GET /v1/persons/" PERSON_ID, "Accept: text/csv\r\n", NULL, 406, "\"reason\":\"NOT_ACCEPTABLE\""},
    {"GET /v1/persons", "Host: evil.example\r\n", NULL, 421, "\"reason\":\"UNKNOWN_HOST\""},
    {"GET /healthz", "Host: evil.example\r\n", NULL, 421, "\"reason\":\"UNKNOWN_HOST\""},
    {"POST /v1/persons", JSON "Origin: https://evil.example\r\n", "{}", 403, "\"reason\":\"CROSS_ORIGIN\""},
    {"POST /v1/persons", JSON "Origin: null\r\n", "{}", 403, "\"reason\":\"CROSS_ORIGIN\""},
    {"POST /v1/persons", JSON "Sec-Fetch-Site: cross-site\r\n", "{}", 403, "\"reason\":\"CROSS_ORIGIN\""},
    {"GET /nope", "", NULL, 404, "\"reason\":\"NO_SUCH_PATH\""},
    {"POST /healthz", JSON, "{}", 405, "\"reason\":\"METHOD_NOT_ALLOWED\""},
};

static void
test_refused_requests (void **state)
{
  Fixture *fixture = *state;
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    char *answer =
        world_ask (fixture->world, fixture->owner, refused[i].line, refused[i].fields, refused[i].body);
    if (answer_status (answer) != refused[i].status || strstr (answer, refused[i].part) == NULL)
      fail_msg ("%s %s %s: %s", refused[i].line, refused[i].fields, refused[i].body, answer);
    expect_field (fixture, answer, "Content-Type", "application/problem+json");
    expect_part (answer, memory_format (fixture->owner, "\"status\":%d", refused[i].status));
  }
  assert_int_equal (world_heard_count (fixture->world), 0);
}

static void
test_too_deep (void **state)
{
  Fixture *fixture = *state;
  char *body = memory_must (talloc_zero_size (fixture->owner, 2001));
  memset (body, '[', 1000);
  memset (body + 1000, ']', 1000);
  char *answer = world_ask (fixture->world, fixture->owner, "POST /v1/persons", JSON, body);
  assert_int_equal (answer_status (answer), 400);
  expect_part (answer, "\"reason\":\"TOO_DEEP\"");
}

static void
test_options_and_allow (void **state)
{
  Fixture *fixture = *state;
  char *answer = world_ask (fixture->world, fixture->owner, "OPTIONS /v1/persons", "", NULL);
  assert_int_equal (answer_status (answer), 204);
  expect_field (fixture, answer, "Allow", "GET, HEAD, POST, OPTIONS");
  answer = world_ask (fixture->world, fixture->owner, "PUT /v1/persons/" PERSON_ID, "", NULL);
  assert_int_equal (answer_status (answer), 405);
  expect_field (fixture, answer, "Allow", "GET, HEAD, PATCH, OPTIONS");
}

/* What a service's failure becomes. */
static const struct {
  StatusCode code;
  const char *reason;
  int status;
  const char *retry_after;
} failures[] = {
    {STATUS_INVALID_ARGUMENT, "SOMETHING", 400, ""},
    {STATUS_NOT_FOUND, "PERSON_NOT_FOUND", 404, ""},
    {STATUS_ALREADY_EXISTS, "KEY_TAKEN", 409, ""},
    {STATUS_ABORTED, "CONFLICT", 409, ""},
    {STATUS_ABORTED, "ETAG_MISMATCH", 412, ""},
    {STATUS_PERMISSION_DENIED, "NOT_YOURS", 403, ""},
    {STATUS_FAILED_PRECONDITION, "WRONG_STATE", 400, ""},
    {STATUS_INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REUSED", 422, ""},
    {STATUS_RESOURCE_EXHAUSTED, "QUOTA", 429, "1"},
    {STATUS_UNAUTHENTICATED, "WHO", 401, ""},
    {STATUS_UNIMPLEMENTED, "LATER", 501, ""},
    {STATUS_INTERNAL, "BUG", 500, ""},
    {STATUS_OUT_OF_RANGE, "GONE", 400, ""},
    {STATUS_DEADLINE_EXCEEDED, "SLOW", 504, ""},
};

static void
test_failures (void **state)
{
  Fixture *fixture = *state;
  for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
    fixture->plan.code = failures[i].code;
    fixture->plan.reason = failures[i].reason;
    char *answer = world_ask (fixture->world, fixture->owner, "POST /v1/persons", JSON,
                              "{\"givenName\":\"A\",\"familyName\":\"B\"}");
    if (answer_status (answer) != failures[i].status)
      fail_msg ("%s: %s", failures[i].reason, answer);
    expect_part (answer, memory_format (fixture->owner, "\"reason\":\"%s\"", failures[i].reason));
    expect_field (fixture, answer, "Retry-After", failures[i].retry_after);
    bool told = strstr (answer, "The script says so") != NULL;
    assert_int_equal (told, failures[i].code != STATUS_INTERNAL);
  }
}

static void
check_cancelled (World *world)
{
  Plan *plan = world_data (world);
  BusCall *call = plan->kept;
  if (call != NULL && atomic_load (&call->cancelled)) {
    plan->kept = NULL;
    world_refuse (world, call, STATUS_CANCELLED, "CANCELLED");
  }
}

/* The call that was kept is cancelled within 3 s. */
static void
expect_cancelled (Fixture *fixture)
{
  for (int i = 0; i < 300; i++) {
    world_run (fixture->world, check_cancelled);
    if (fixture->plan.kept == NULL)
      break;
    usleep (10000);
  }
  assert_null (fixture->plan.kept);
}

static void
test_too_many_calls_of_one_client (void **state)
{
  Fixture *fixture = *state;
  fixture->plan.keep = true;
  int waiting = world_connect (fixture->world);
  const char *request = "GET /v1/persons/" PERSON_ID " HTTP/1.1\r\nHost: localhost\r\n"
                        "X-Forwarded-For: 192.0.2.7\r\n\r\n";
  world_send (waiting, request, strlen (request));
  world_await (fixture->world, 1);
  char *answer = world_ask (fixture->world, fixture->owner, "GET /v1/persons/" PERSON_ID,
                            "X-Forwarded-For: 192.0.2.7\r\n", NULL);
  assert_int_equal (answer_status (answer), 429);
  expect_field (fixture, answer, "Retry-After", "1");
  fixture->plan.keep = false;
  answer = world_ask (fixture->world, fixture->owner, "GET /v1/persons/" PERSON_ID,
                      "X-Forwarded-For: 192.0.2.8\r\n", NULL);
  assert_int_equal (answer_status (answer), 200);
  close (waiting);
  expect_cancelled (fixture);
}

static void
test_a_client_that_leaves_cancels_the_call (void **state)
{
  Fixture *fixture = *state;
  fixture->plan.keep = true;
  int peer = world_connect (fixture->world);
  const char *request = "GET /v1/persons/" PERSON_ID " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  world_send (peer, request, strlen (request));
  world_await (fixture->world, 1);
  close (peer);
  expect_cancelled (fixture);
}

static int64_t
now_ms (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Everybody together is too much: refused, but not so fast that refusing becomes the work. */
static void
test_overload_is_refused_after_a_pause (void **state)
{
  (void)state;
  Fixture *fixture = memory_new (NULL, Fixture);
  fixture->owner = memory_context (fixture);
  Settings settings = world_settings ();
  settings.calls = 1;
  fixture->plan.keep = true;
  fixture->world = world_start (&settings, script, &fixture->plan);
  int waiting = world_connect (fixture->world);
  const char *request = "GET /v1/persons/" PERSON_ID " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  world_send (waiting, request, strlen (request));
  world_await (fixture->world, 1);
  int64_t start = now_ms ();
  char *answer = world_ask (fixture->world, fixture->owner, "POST /v1/persons", JSON, "{}");
  assert_int_equal (answer_status (answer), 503);
  expect_part (answer, "\"reason\":\"OVERLOADED\"");
  expect_field (fixture, answer, "Retry-After", "1");
  assert_true (now_ms () - start >= 190);
  start = now_ms ();
  answer =
      world_ask (fixture->world, fixture->owner, "POST /v1/import-files", "Content-Type: text/csv\r\n", "a");
  assert_int_equal (answer_status (answer), 503);
  assert_true (now_ms () - start < 190);
  assert_int_equal (answer_status (world_ask (fixture->world, fixture->owner, "GET /healthz", "", NULL)),
                    200);
  close (waiting);
  expect_cancelled (fixture);
  world_stop (fixture->world);
  talloc_free (fixture);
}

/* The path of a route with its variables filled in. */
static char *
path_of (void *owner, const ApiRoute *route)
{
  char *path = memory_string (owner, "");
  for (size_t i = 0; i < route->segment_count; i++) {
    const ApiSegment *segment = &route->segments[i];
    const char *text = segment->literal != NULL                          ? segment->literal
                       : strcmp (segment->variable.name, "service") == 0 ? "membership"
                                                                         : PERSON_ID;
    path = talloc_asprintf_append (path, "/%s", text);
  }
  if (route->custom_verb != NULL)
    path = talloc_asprintf_append (path, ":%s", route->custom_verb);
  return path;
}

/* No route answers without the headers that keep a browser safe, whatever the outcome. */
static void
test_every_route_has_the_headers (void **state)
{
  static const HttpField expected[] = {
      {"Cache-Control", "no-store"},
      {"X-Content-Type-Options", "nosniff"},
      {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Referrer-Policy", "no-referrer"},
      {"Server", ""},
      {"Access-Control-Allow-Origin", ""},
      {"Set-Cookie", ""},
  };
  Fixture *fixture = *state;
  for (size_t i = 0; i < heimo_api.route_count; i++) {
    const ApiRoute *route = &heimo_api.routes[i];
    char *line =
        memory_format (fixture->owner, "%s %s", api_verb_name (route->verb), path_of (fixture->owner, route));
    bool body = route->body == API_BODY_REQUEST || route->body == API_BODY_FIELD;
    char *answer = world_ask (fixture->world, fixture->owner, line, body ? JSON : "", body ? "{}" : NULL);
    if (answer_status (answer) == 0 || answer_status (answer) == 404)
      fail_msg ("%s: %s", line, answer);
    for (size_t j = 0; j < sizeof expected / sizeof expected[0]; j++)
      expect_field (fixture, answer, expected[j].name, expected[j].value);
    assert_int_not_equal (strlen (answer_field (fixture->owner, answer, "X-Request-Id")), 0);
  }
}

static void
test_own_pages (void **state)
{
  Fixture *fixture = *state;
  static const char *const lines[] = {"GET /healthz", "GET /readyz", "GET /openapi.json", "GET /problems/",
                                      "GET /problems/TOO_DEEP"};
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
    assert_int_equal (answer_status (world_ask (fixture->world, fixture->owner, lines[i], "", NULL)), 200);
  char *answer = world_ask (fixture->world, fixture->owner, "GET /problems/NO_SUCH_REASON", "", NULL);
  assert_int_equal (answer_status (answer), 404);
}

#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)

int
main (void)
{
  const struct CMUnitTest tests[] = {
      TEST (test_get),
      TEST (test_head_and_conditions),
      TEST (test_create),
      TEST (test_patch_takes_its_mask_from_the_body),
      TEST (test_other_shapes),
      TEST (test_refused_requests),
      TEST (test_too_deep),
      TEST (test_options_and_allow),
      TEST (test_failures),
      TEST (test_too_many_calls_of_one_client),
      TEST (test_a_client_that_leaves_cancels_the_call),
      cmocka_unit_test (test_overload_is_refused_after_a_pause),
      TEST (test_every_route_has_the_headers),
      TEST (test_own_pages),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
