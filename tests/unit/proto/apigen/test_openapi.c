/* openapi.json of the fixture's kin: the shapes of messages, limits, headers, bodies, streams. */
#include "proto/apigen/openapi.h"
#include "workbench.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

static const char body[] =
    "// C.\nenum Colour {\n  // None.\n  COLOUR_UNSPECIFIED = 0;\n  // Red.\n  COLOUR_RED = 1;\n}\n"
    "// A thing.\nmessage Thing {\n"
    "  // The id.\n  string thing_id = 1 [(heimo.field) = { output_only: true, format: FORMAT_UUID }];\n"
    "  // The name.\n  string given_name = 2 [(heimo.field) = { required: true, max_length: 100 }];\n"
    "  // A day.\n  string day = 3 [(heimo.field) = { format: FORMAT_DATE }];\n"
    "  // A count.\n  uint64 count = 4 [(heimo.field) = { bounded: true, minimum: 1, maximum: 9 }];\n"
    "  // Several.\n  repeated Colour colours = 5 [(heimo.field) = { max_length: 3 }];\n"
    "  // Inside.\n  Inner inner = 6;\n  // Labels.\n  map<string, string> labels = 7;\n"
    "  // Either.\n  oneof choice {\n    // One.\n    int32 one = 8;\n  }\n  // E.\n  string etag = 9;\n"
    "  // D.\n  bool done = 10;\n  // B.\n  bytes data = 11 [(heimo.field) = { max_length: 4 }];\n"
    "  // R.\n  double real = 12 [(heimo.field) = { bounded: true, maximum: 1 }];\n  // F.\n  float half = "
    "13;\n"
    "  // S.\n  sint64 deep = 14;\n  // U.\n  fixed32 width = 15;\n"
    "  // Old.\n  string old = 16 [deprecated = true];\n}\n"
    "// Inside.\nmessage Inner {\n  // Must.\n  string must = 1 [(heimo.field) = { required: true }];\n}\n"
    "// Q.\nmessage GetThingRequest {\n  // Which.\n  string thing_id = 1 [(heimo.field) = { required: true, "
    "format: "
    "FORMAT_UUID }];\n}\n"
    "// Q.\nmessage CreateThingRequest {\n  // It.\n  Thing thing = 1 [(heimo.field) = { required: true "
    "}];\n}\n"
    "// Q.\nmessage UpdateThingRequest {\n  // Which.\n  string thing_id = 1;\n  // It.\n  Thing thing = 2;\n"
    "  // Mask.\n  string update_mask = 3;\n}\n"
    "// Q.\nmessage EndThingRequest {\n  // Which.\n  string thing_id = 1 [(heimo.field) = { required: true "
    "}];\n"
    "  // Why.\n  string why = 2 [(heimo.field) = { required: true }];\n}\n"
    "// Q.\nmessage ListThingsRequest {\n  // Page.\n  string page_token = 1;\n  // Only.\n  Colour only = "
    "2;\n"
    "  // Size.\n  uint32 page_size = 3 [(heimo.field) = { bounded: true, maximum: 50 }];\n}\n"
    "// R.\nmessage ListThingsResponse {\n  // Rows.\n  repeated Thing rows = 1;\n  // Next.\n  string "
    "next_page_token "
    "= 2;\n}\n"
    "// S.\nservice ThingService {\n"
    "  // Gets a thing. With a second sentence.\n  rpc GetThing(GetThingRequest) returns (Thing) {\n"
    "    option (heimo.http) = { get: \"/v1/things/{thing_id}\", watch: \"done\" };\n"
    "    option (heimo.method) = { read_only: true, idempotent: true, access: \"member\" };\n  }\n"
    "  // C.\n  rpc CreateThing(CreateThingRequest) returns (Thing) {\n"
    "    option (heimo.http) = { post: \"/v1/things\", body: \"thing\" };\n"
    "    option (heimo.method) = { access: \"registrar\" };\n  }\n"
    "  // U.\n  rpc UpdateThing(UpdateThingRequest) returns (Thing) {\n"
    "    option (heimo.http) = { patch: \"/v1/things/{thing_id}\", body: \"thing\" };\n"
    "    option (heimo.method) = { access: \"registrar\" };\n  }\n"
    "  // E.\n  rpc EndThing(EndThingRequest) returns (Thing) {\n"
    "    option (heimo.http) = { post: \"/v1/things/{thing_id}:end\", body: \"*\" };\n"
    "    option (heimo.method) = { access: \"registrar\" };\n  }\n"
    "  // L.\n  rpc ListThings(ListThingsRequest) returns (ListThingsResponse) {\n"
    "    option (heimo.http) = { get: \"/v1/things\", stream: \"rows\" };\n"
    "    option (heimo.method) = { read_only: true, idempotent: true, access: \"member\" };\n  }\n}\n";

/* Where in the document what JSON must stand. "" stands for: nothing there. Steps are parted by "|". */
typedef struct Row {
  const char *path;
  const char *json;
} Row;

#define SCHEMA "components|schemas|"
#define GET_THING "paths|/v1/things/{thing_id}|get|"
#define LIST_THINGS "paths|/v1/things|get|"
#define CREATE_THING "paths|/v1/things|post|"
#define UPDATE_THING "paths|/v1/things/{thing_id}|patch|"
#define END_THING "paths|/v1/things/{thing_id}:end|post|"

static const Row rows[] = {
    {"openapi", "\"3.1.0\""},
    {"tags|0|name", "\"thing\""},
    {GET_THING "operationId", "\"getThing\""},
    {GET_THING "summary", "\"Gets a thing\""},
    {GET_THING "description", "\"Gets a thing. With a second sentence.\""},
    {GET_THING "tags", "[\"thing\"]"},
    {GET_THING "parameters|0|name", "\"thing_id\""},
    {GET_THING "parameters|0|in", "\"path\""},
    {GET_THING "parameters|0|required", "true"},
    {GET_THING "parameters|0|schema|format", "\"uuid\""},
    {GET_THING "parameters|1", ""},
    {GET_THING "requestBody", ""},
    {GET_THING "responses|200|content|application/json|schema|$ref", "\"#/components/schemas/Thing\""},
    {GET_THING "responses|200|content|text/event-stream|schema|type", "\"string\""},
    {GET_THING "responses|200|headers|ETag|$ref", "\"#/components/headers/ETag\""},
    {GET_THING "responses|404|$ref", "\"#/components/responses/NotFound\""},
    {GET_THING "responses|409", ""},
    {GET_THING "responses|default|$ref", "\"#/components/responses/Unexpected\""},
    {LIST_THINGS "parameters|0|name", "\"pageToken\""},
    {LIST_THINGS "parameters|0|in", "\"query\""},
    {LIST_THINGS "parameters|0|required", ""},
    {LIST_THINGS "parameters|1|schema|$ref", "\"#/components/schemas/Colour\""},
    {LIST_THINGS "parameters|2|schema|maximum", "50"},
    {LIST_THINGS "responses|200|content|text/csv|schema|type", "\"string\""},
    {LIST_THINGS "responses|200|content|application/x-ndjson|schema|type", "\"string\""},
    {LIST_THINGS "responses|200|content|text/event-stream", ""},
    {CREATE_THING "parameters|0|$ref", "\"#/components/parameters/IdempotencyKey\""},
    {CREATE_THING "parameters|1", ""},
    {CREATE_THING "requestBody|required", "true"},
    {CREATE_THING "requestBody|content|application/json|schema|$ref", "\"#/components/schemas/ThingInput\""},
    {CREATE_THING "responses|409|$ref", "\"#/components/responses/Conflict\""},
    {UPDATE_THING "parameters|1|name", "\"updateMask\""},
    {UPDATE_THING "parameters|3|$ref", "\"#/components/parameters/IfMatch\""},
    {UPDATE_THING "requestBody|content|application/json|schema|$ref", "\"#/components/schemas/ThingUpdate\""},
    {UPDATE_THING "responses|412|$ref", "\"#/components/responses/PreconditionFailed\""},
    {END_THING "requestBody|content|application/json|schema|$ref", "\"#/components/schemas/EndThingBody\""},
    {SCHEMA "EndThingBody|required", "[\"why\"]"},
    {SCHEMA "EndThingBody|properties|thingId", ""},
    {SCHEMA "Thing|description", "\"A thing.\""},
    {SCHEMA "Thing|required", "[\"thingId\", \"givenName\", \"day\", \"count\", \"colours\", \"labels\", "
                              "\"etag\", \"done\", \"data\", \"real\", "
                              "\"half\", \"deep\", \"width\", \"old\"]"},
    {SCHEMA "Thing|additionalProperties", ""},
    {SCHEMA "Thing|properties|thingId|readOnly", "true"},
    {SCHEMA "Thing|properties|givenName|maxLength", ""},
    {SCHEMA "Thing|properties|day|pattern", "\"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$\""},
    {SCHEMA "Thing|properties|day|format", ""},
    {SCHEMA "Thing|properties|count|type", "\"string\""},
    {SCHEMA "Thing|properties|colours|type", "\"array\""},
    {SCHEMA "Thing|properties|colours|items|$ref", "\"#/components/schemas/Colour\""},
    {SCHEMA "Thing|properties|inner|$ref", "\"#/components/schemas/Inner\""},
    {SCHEMA "Thing|properties|labels|type", "\"object\""},
    {SCHEMA "Thing|properties|labels|additionalProperties|type", "\"string\""},
    {SCHEMA "ThingInput|required", "[\"givenName\"]"},
    {SCHEMA "ThingInput|additionalProperties", "false"},
    {SCHEMA "ThingInput|properties|givenName|minLength", "1"},
    {SCHEMA "ThingInput|properties|givenName|maxLength", "100"},
    {SCHEMA "ThingInput|properties|etag|maxLength", "200"},
    {SCHEMA "ThingInput|properties|count|type", "[\"string\", \"integer\"]"},
    {SCHEMA "ThingInput|properties|count|minimum", "1"},
    {SCHEMA "ThingInput|properties|colours|maxItems", "3"},
    {SCHEMA "ThingInput|properties|labels|maxProperties", "1000"},
    {SCHEMA "ThingInput|properties|inner|$ref", "\"#/components/schemas/InnerInput\""},
    {SCHEMA "ThingInput|properties|data|contentEncoding", "\"base64\""},
    {SCHEMA "ThingInput|properties|data|maxLength", "8"},
    {SCHEMA "Thing|properties|data|maxLength", ""},
    {SCHEMA "ThingInput|properties|real|maximum", "1"},
    {SCHEMA "Thing|properties|real|type", "\"number\""},
    {SCHEMA "Thing|properties|half|format", "\"float\""},
    {SCHEMA "Thing|properties|deep|pattern", "\"^-?[0-9]+$\""},
    {SCHEMA "Thing|properties|width|minimum", "0"},
    {SCHEMA "Thing|properties|one|format", "\"int32\""},
    {SCHEMA "Thing|properties|old|deprecated", "true"},
    {SCHEMA "ThingUpdate|required", ""},
    {SCHEMA "ThingUpdate|properties|inner|$ref", "\"#/components/schemas/InnerInput\""},
    {SCHEMA "InnerInput|required", "[\"must\"]"},
    {SCHEMA "Colour|enum", "[\"COLOUR_UNSPECIFIED\", \"COLOUR_RED\"]"},
    {SCHEMA "Colour|description", "\"C.\\n\\n- `COLOUR_UNSPECIFIED`: None.\\n- `COLOUR_RED`: Red.\""},
    {SCHEMA "Problem|properties|violations|items|$ref", "\"#/components/schemas/Violation\""},
    {"components|responses|TooManyRequests|headers|Retry-After|$ref", "\"#/components/headers/RetryAfter\""},
};

static const json_t *
find (void *owner, const json_t *document, const char *path)
{
  char *steps = memory_string (owner, path), *save = NULL;
  for (char *step = strtok_r (steps, "|", &save); step != NULL; step = strtok_r (NULL, "|", &save))
    document = json_is_array (document) ? json_array_get (document, (size_t)(step[0] - '0'))
                                        : json_object_get (document, step);
  return document;
}

/* Every $ref leads somewhere. */
static size_t
check_refs (void *owner, const json_t *document, json_t *value)
{
  size_t count = 0;
  const char *key;
  json_t *inner;
  size_t index;
  if (json_is_array (value)) {
    json_array_foreach (value, index, inner) count += check_refs (owner, document, inner);
    return count;
  }
  json_object_foreach (value, key, inner)
  {
    if (strcmp (key, "$ref") == 0) {
      char *path = memory_string (owner, json_string_value (inner) + strlen ("#/"));
      for (char *at = path; *at != '\0'; at++)
        if (*at == '/')
          *at = '|';
      if (find (owner, document, path) == NULL)
        fail_msg ("%s leads nowhere", json_string_value (inner));
      count++;
    } else
      count += check_refs (owner, document, inner);
  }
  return count;
}

static json_t *
generate (Workbench *bench)
{
  const Model *model = workbench_model (bench, body);
  assert_non_null (model);
  Problems *problems = problems_new (bench, "");
  const Routes *routes = routes_load (bench, model, problems);
  assert_string_equal (workbench_print (bench, problems), "");
  assert_true (openapi_write (model, routes, "heimo", bench->folder));
  json_t *document = json_loads (workbench_read (bench, "openapi.json"), JSON_REJECT_DUPLICATES, NULL);
  assert_non_null (document);
  return document;
}

static void
test_document (void **state)
{
  (void)state;
  Workbench *bench = workbench_open ();
  json_t *document = generate (bench);
  int failures = 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const json_t *found = find (bench, document, rows[i].path);
    char *text = found == NULL ? NULL : json_dumps (found, JSON_ENCODE_ANY);
    if (strcmp (text == NULL ? "" : text, rows[i].json) != 0) {
      print_error ("%s is %s, not %s\n", rows[i].path, text, rows[i].json);
      failures++;
    }
    free (text);
  }
  assert_int_equal (failures, 0);
  assert_true (check_refs (bench, document, document) > 20);
  json_decref (document);
  workbench_close (bench);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test (test_document)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
