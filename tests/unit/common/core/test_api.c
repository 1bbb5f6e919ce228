/* The look-ups in the generated tables, and what the generator put into them. */
#include "core/api.h"
#include "fixture_api.h"
#include "heimo/fixture/v1/fixture.pb-c.h"
#include "heimo_api.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

typedef struct RouteRow {
  ApiVerb verb;
  const char *path;
  const char *method; /* NULL: no route */
  unsigned allowed;
  const char *service;
  const char *value; /* of the first variable, NULL without */
} RouteRow;

#define GET (1u << API_GET)
#define POST (1u << API_POST)
#define PATCH (1u << API_PATCH)

static const RouteRow route_rows[] = {
    {API_GET, "/v1/everything/7", "GetEverything", GET | PATCH, "fixture", "7"},
    {API_PATCH, "/v1/everything/7", "UpdateEverything", GET | PATCH, "fixture", "7"},
    {API_DELETE, "/v1/everything/7", NULL, GET | PATCH, NULL, NULL},
    {API_GET, "/v1/everything", "ListEverything", GET | POST, "fixture", NULL},
    {API_POST, "/v1/everything", "CreateEverything", GET | POST, "fixture", NULL},
    {API_GET, "/v1/everything:search", "SearchEverything", GET, "fixture", NULL},
    {API_POST, "/v1/everything/7:end", "EndEverything", POST, "fixture", "7"},
    {API_GET, "/v1/everything/7:end", NULL, POST, NULL, NULL},
    {API_POST, "/v1/everything/7:stop", NULL, 0, NULL, NULL},
    {API_POST, "/v1/everything/a:b:end", "EndEverything", POST, "fixture", "a:b"},
    {API_GET, "/v1/everything/7%3Aend", "GetEverything", GET | PATCH, "fixture", "7%3Aend"},
    {API_GET, "/v1/everything/", NULL, 0, NULL, NULL},
    {API_GET, "/v1/everything/:end", NULL, 0, NULL, NULL},
    {API_POST, "/v1/everything/:end", NULL, 0, NULL, NULL},
    {API_GET, "/v1/everything//7", NULL, 0, NULL, NULL},
    {API_GET, "/v1/everything/7/parts", "ListParts", GET, "fixture", "7"},
    {API_GET, "/v1/everything/a:b/parts", "ListParts", GET, "fixture", "a:b"},
    {API_GET, "/v1/everything//parts", NULL, 0, NULL, NULL},
    {API_GET, "//v1/everything", NULL, 0, NULL, NULL},
    {API_GET, "/v1/everything/7/8", NULL, 0, NULL, NULL},
    {API_GET, "/v1/Everything", NULL, 0, NULL, NULL},
    {API_GET, "/v1/%65verything", NULL, 0, NULL, NULL},
    {API_GET, "", NULL, 0, NULL, NULL},
    {API_GET, "/", NULL, 0, NULL, NULL},
    {API_GET, "v1/everything", NULL, 0, NULL, NULL},
    {API_GET, "/1/2/3/4/5/6/7/8/9/10/11/12/13/14", NULL, 0, NULL, NULL},
    {API_GET, "/v1/fixture/states/a", "GetState", GET, "fixture", "fixture"},
    {API_GET, "/v1/other/states/a", NULL, 0, NULL, NULL},
};

static void
test_routes (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof route_rows / sizeof *route_rows; i++) {
    const RouteRow *row = &route_rows[i];
    ApiMatch match;
    bool found = api_find_route (&fixture_api, row->verb, row->path, strlen (row->path), &match);
    if (found != (row->method != NULL) || match.allowed != row->allowed)
      fail_msg ("row %zu: %s %s found %d allowed %u", i, api_verb_name (row->verb), row->path, found,
                match.allowed);
    if (!found)
      continue;
    assert_string_equal (match.route->method->name, row->method);
    assert_string_equal (match.service, row->service);
    assert_int_equal (match.value_count > 0, row->value != NULL);
    if (row->value != NULL) {
      assert_int_equal (match.values[0].value.length, strlen (row->value));
      assert_memory_equal (match.values[0].value.text, row->value, strlen (row->value));
    }
  }
}

static void
test_methods (void **state)
{
  (void)state;
  const ApiMethod *method = api_find_method (&fixture_api, "heimo.fixture.v1.FixtureService/ListEverything");
  assert_non_null (method);
  assert_string_equal (method->name, "ListEverything");
  assert_true (method->read_only && method->idempotent && !method->own_transactions);
  assert_int_equal (method->access, API_ACCESS_MEMBER);
  assert_int_equal (method->timeout_ms, 1000);
  assert_ptr_equal (method->request->descriptor, &list_everything_request__descriptor);
  assert_ptr_equal (method->reply->descriptor, &list_everything_response__descriptor);
  assert_string_equal (method->service->name, "fixture");
  method = api_find_method (&fixture_api, "heimo.fixture.v1.FixtureService/CreateEverything");
  assert_true (method->own_transactions && !method->read_only);
  assert_int_equal (method->timeout_ms, API_TIMEOUT_MS);
  method = api_find_method (&fixture_api, "heimo.fixture.v1.StateService/GetState");
  assert_true (method->service->common);
  assert_null (method->service->name);
  assert_null (api_find_method (&fixture_api, "heimo.fixture.v1.FixtureService/Nothing"));
  assert_null (api_find_method (&fixture_api, ""));
}

/* Every row is found by its own name, in both tables: the sorting of the generator is that of the look-up. */
static void
test_sorted (void **state)
{
  (void)state;
  const Api *const apis[] = {&fixture_api, &heimo_api};
  for (size_t a = 0; a < 2; a++) {
    const Api *api = apis[a];
    for (size_t i = 0; i < api->method_count; i++)
      assert_ptr_equal (api_find_method (api, api->methods[i].full_name), &api->methods[i]);
    for (size_t i = 0; i < api->message_count; i++) {
      const ApiMessage *message = &api->messages[i];
      assert_ptr_equal (api_find_message (api, message->descriptor), message);
      for (unsigned j = 0; j < message->descriptor->n_fields; j++) {
        const char *name = message->fields[j].json_name;
        assert_int_equal (api_find_field (message, name, strlen (name)), j);
        name = message->descriptor->fields[j].name;
        assert_int_equal (api_find_field (message, name, strlen (name)), j);
        bool nested = message->descriptor->fields[j].type == PROTOBUF_C_TYPE_MESSAGE;
        assert_int_equal (message->fields[j].message != NULL, nested);
        if (message->fields[j].message != NULL)
          assert_ptr_equal (message->fields[j].message->descriptor,
                            message->descriptor->fields[j].descriptor);
      }
    }
    for (size_t i = 0; i < api->service_count; i++)
      for (size_t j = 0; j < api->services[i].method_count; j++)
        assert_ptr_equal (api->services[i].methods[j].service, &api->services[i]);
  }
}

static void
test_fields (void **state)
{
  (void)state;
  const ApiMessage *message = api_find_message (&fixture_api, &everything__descriptor);
  assert_int_equal (api_find_field (message, "anyNumber", 9), api_find_field (message, "any_number", 10));
  assert_int_equal (api_find_field (message, "anyNumber", 8), -1);
  assert_int_equal (api_find_field (message, "anyNumber\0", 10), -1);
  assert_int_equal (api_find_field (message, "", 0), -1);
  assert_int_equal (api_find_field (message, "AnyNumber", 9), -1);
  const ApiField *labels = &message->fields[api_find_field (message, "labels", 6)];
  assert_true (labels->map);
  assert_int_equal (labels->max_count, 2);
  const ApiField *nodes = &message->fields[api_find_field (message, "nodes", 5)];
  assert_false (nodes->map);
  assert_int_equal (nodes->min_count, 2);
  assert_int_equal (nodes->max_count, 3);
  const ApiField *small = &message->fields[api_find_field (message, "small", 5)];
  assert_true (small->bounded && small->minimum == -5 && small->maximum == 5);
  const ApiField *name = &message->fields[api_find_field (message, "name", 4)];
  assert_true (name->required && name->max_length == API_TEXT_MAX && !name->output_only);
  const ApiMessage *event = api_find_message_by_name (&fixture_api, "heimo.fixture.v1.EverythingChanged");
  assert_true (event->event && !message->event);
  assert_null (api_find_message_by_name (&fixture_api, "heimo.fixture.v1.Nothing"));
  assert_null (api_find_message (&heimo_api, &everything__descriptor));
}

static void
test_verbs (void **state)
{
  (void)state;
  assert_string_equal (api_verb_name (API_GET), "GET");
  assert_string_equal (api_verb_name (API_DELETE), "DELETE");
  assert_string_equal (api_verb_name (API_VERB_COUNT), "");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_routes), cmocka_unit_test (test_methods), cmocka_unit_test (test_sorted),
      cmocka_unit_test (test_fields), cmocka_unit_test (test_verbs),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
