/* Pairs of proto files, before and after: what is added is fine, what breaks is named with its line. */
#include "proto/apigen/breaking.h"
#include "workbench.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

typedef struct Row {
  const char *name;
  const char *before;
  const char *after;
  const char *messages[MARKS_MAX];
} Row;

#define THING(fields) "// M.\nmessage @Thing {\n" fields "}\n"
#define PLAIN(fields) "// M.\nmessage Thing {\n" fields "}\n"
#define COLOUR(values) "// E.\nenum @Colour {\n" values "}\n"
#define SHADE(values) "// E.\nenum Colour {\n" values "}\n"
#define TYPES                                                                                                \
  "// Q.\nmessage QRequest {\n  // I.\n  string id = 1;\n  // T.\n  Thing thing = 2;\n}\n"                   \
  "// T.\nmessage Thing {\n  // E.\n  string etag = 1;\n  // D.\n  bool done = 2;\n}\n"
#define SERVICE(methods) TYPES "// S.\nservice @ThingService {\n" methods "}\n"
#define SERVES(methods) TYPES "// S.\nservice ThingService {\n" methods "}\n"
#define FIND(http, rule)                                                                                     \
  "  rpc FindThing(QRequest) returns (Thing) {\n    @option (heimo.http) = { " http " };\n"                  \
  "    option (heimo.method) = { access: \"member\" " rule " };\n  }\n"
#define FOUND(http, rule)                                                                                    \
  "  rpc FindThing(QRequest) returns (Thing) {\n    option (heimo.http) = { " http " };\n"                   \
  "    option (heimo.method) = { access: \"member\" " rule " };\n  }\n"
#define RULE(rule) PLAIN ("  string a = 1 [(heimo.field) = { " rule " }];\n")
#define RULED(rule) PLAIN ("  string @a = 1 [(heimo.field) = { " rule " }];\n")

static const Row rows[] = {
    {"nothing", PLAIN ("  string a = 1;\n"), PLAIN ("  string a = 1;\n"), {NULL}},
    {"a new field", PLAIN ("  string a = 1;\n"), PLAIN ("  string a = 1;\n  string b = 2;\n"), {NULL}},
    {"another order",
     PLAIN ("  string a = 1;\n  string b = 2;\n"),
     PLAIN ("  string b = 2;\n  string a = 1;\n"),
     {NULL}},
    {"a new message", PLAIN (""), PLAIN ("") "message More {}\n", {NULL}},
    {"a message deleted", PLAIN (""), "", {"message heimo.bad.v1.Thing was deleted"}},
    {"a field deleted",
     PLAIN ("  string a = 1;\n"),
     THING (""),
     {"field a = 1 of Thing was deleted without \"reserved 1;\"",
      "field a of Thing was deleted without \"reserved \"a\";\""}},
    {"a field deleted, number reserved",
     PLAIN ("  string a = 1;\n"),
     THING ("  reserved 1;\n"),
     {"field a of Thing was deleted without \"reserved \"a\";\""}},
    {"a field deleted, both reserved",
     PLAIN ("  string a = 1;\n"),
     PLAIN ("  reserved 1;\n  reserved \"a\";\n"),
     {NULL}},
    {"another number",
     PLAIN ("  string a = 1;\n"),
     THING ("  string a = 2;\n"),
     {"field a = 1 of Thing was deleted without \"reserved 1;\""}},
    {"another name", PLAIN ("  string a = 1;\n"), PLAIN ("  string @b = 1;\n"), {"field b = 1 was called a"}},
    {"another type",
     PLAIN ("  string a = 1;\n"),
     PLAIN ("  bytes @a = 1;\n"),
     {"field a has another type than before"}},
    {"another message type",
     "message A {}\nmessage B {}\n" PLAIN ("  A a = 1;\n"),
     "message A {}\nmessage B {}\n" PLAIN ("  B @a = 1;\n"),
     {"field a has another type than before"}},
    {"repeated",
     PLAIN ("  string a = 1;\n"),
     PLAIN ("  repeated string @a = 1;\n"),
     {"field a was not repeated"}},
    {"no longer repeated",
     PLAIN ("  repeated string a = 1;\n"),
     PLAIN ("  string @a = 1;\n"),
     {"field a was repeated"}},
    {"another JSON name",
     PLAIN ("  string a = 1;\n"),
     PLAIN ("  string @a = 1 [json_name = \"z\"];\n"),
     {"field a: its JSON name was a"}},
    {"into a oneof",
     PLAIN ("  string a = 1;\n"),
     PLAIN ("  oneof c {\n    string @a = 1;\n  }\n"),
     {"field a moved into or out of a oneof"}},
    {"no longer an event",
     PLAIN ("  option (heimo.message) = { event: true };\n"),
     THING (""),
     {"message Thing is no longer an event"}},
    /* rules of fields */
    {"required", RULE (""), RULED ("required: true"), {"field a became required"}},
    {"no longer required", RULE ("required: true"), RULE (""), {NULL}},
    {"shorter",
     RULE ("max_length: 10"),
     RULED ("max_length: 9"),
     {"field a: max_length shrank from 10 to 9"}},
    {"longer", RULE ("max_length: 10"), RULE ("max_length: 11"), {NULL}},
    {"a limit where the usual one was",
     RULE (""),
     RULED ("max_length: 10"),
     {"field a: max_length shrank from 200 to 10"}},
    {"at least", RULE ("min_length: 1"), RULED ("min_length: 2"), {"field a: min_length grew from 1 to 2"}},
    {"a format", RULE (""), RULED ("format: FORMAT_DATE"), {"field a: its format changed"}},
    {"no format", RULE ("format: FORMAT_DATE"), RULE (""), {NULL}},
    {"bounds",
     PLAIN ("  int32 a = 1;\n"),
     PLAIN ("  int32 @a = 1 [(heimo.field) = { bounded: true, maximum: 5 }];\n"),
     {"field a: its bounds became narrower"}},
    {"wider bounds",
     PLAIN ("  int32 a = 1 [(heimo.field) = { bounded: true, maximum: 5 }];\n"),
     PLAIN ("  int32 a = 1 [(heimo.field) = { bounded: true, minimum: -1, maximum: 6 }];\n"),
     {NULL}},
    /* enums */
    {"a new value", SHADE ("  NO = 0;\n"), SHADE ("  NO = 0;\n  RED = 1;\n"), {NULL}},
    {"a value renamed",
     SHADE ("  NO = 0;\n  RED = 1;\n"),
     SHADE ("  NO = 0;\n  @BLUE = 1;\n"),
     {"enum value BLUE = 1 was called RED"}},
    {"a value deleted",
     SHADE ("  NO = 0;\n  RED = 1;\n"),
     COLOUR ("  NO = 0;\n"),
     {"enum value RED = 1 was deleted without reserving its number and name"}},
    {"a value deleted, number reserved",
     SHADE ("  NO = 0;\n  RED = 1;\n"),
     COLOUR ("  reserved 1;\n  NO = 0;\n"),
     {"enum value RED = 1 was deleted without reserving its number and name"}},
    {"a value deleted, both reserved",
     SHADE ("  NO = 0;\n  RED = 1;\n"),
     SHADE ("  reserved 1;\n  reserved \"RED\";\n  NO = 0;\n"),
     {NULL}},
    {"an enum deleted", SHADE ("  NO = 0;\n"), "", {"enum heimo.bad.v1.Colour was deleted"}},
    /* services */
    {"the same routes", SERVES (FOUND ("get: \"/v1/a\"", "")), SERVES (FOUND ("get: \"/v1/a\"", "")), {NULL}},
    {"a new method",
     SERVES (FOUND ("post: \"/v1/a\"", "")),
     SERVES (FOUND ("post: \"/v1/a\"", "") "  rpc MoreThings(QRequest) returns (Thing);\n"),
     {NULL}},
    {"a method deleted",
     SERVES ("  rpc FindThing(QRequest) returns (Thing);\n  rpc MoreThings(QRequest) returns (Thing);\n"),
     SERVICE ("  rpc FindThing(QRequest) returns (Thing);\n"),
     {"method heimo.bad.v1.ThingService/MoreThings was deleted"}},
    {"another request",
     SERVES ("  rpc FindThing(QRequest) returns (Thing);\n"),
     SERVES ("  @rpc FindThing(Thing) returns (Thing);\n"),
     {"method FindThing took heimo.bad.v1.QRequest"}},
    {"another reply",
     SERVES ("  rpc FindThing(QRequest) returns (Thing);\n"),
     SERVES ("  @rpc FindThing(QRequest) returns (QRequest);\n"),
     {"method FindThing returned heimo.bad.v1.Thing"}},
    {"no longer idempotent",
     SERVES ("  rpc FindThing(QRequest) returns (Thing) { option (heimo.method) = { idempotent: true }; }\n"),
     SERVES (
         "  @rpc FindThing(QRequest) returns (Thing) { option (heimo.method) = { access: \"member\" }; }\n"),
     {"method FindThing was idempotent: callers retry it"}},
    {"a service deleted", SERVES (""), TYPES, {"service heimo.bad.v1.ThingService was deleted"}},
    {"a route moved",
     SERVES (FOUND ("post: \"/v1/a\", body: \"*\"", "")),
     SERVES ("  @rpc FindThing(QRequest) returns (Thing) {\n    option (heimo.http) = { post: \"/v1/b\", "
             "body: \"*\" };\n"
             "    option (heimo.method) = { access: \"member\" };\n  }\n"),
     {"route POST /v1/a was deleted"}},
    {"another body",
     SERVES (FOUND ("post: \"/v1/a\", body: \"*\"", "")),
     SERVES (FIND ("post: \"/v1/a\", body: \"thing\"", "")),
     {"route POST /v1/a has another body than before"}},
    {"no longer watched",
     SERVES (FOUND ("get: \"/v1/a\", watch: \"done\"", "")),
     SERVES (FIND ("get: \"/v1/a\"", "")),
     {"route GET /v1/a can no longer be followed"}},
};

static void
test_rows (void **state)
{
  (void)state;
  int failures = 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Workbench *bench = workbench_open ();
    const Model *before = workbench_model (bench, rows[i].before);
    bench->mark_count = 0;
    const Model *after = workbench_model (bench, rows[i].after);
    if (before == NULL || after == NULL)
      fail_msg ("%s: protoc refuses it", rows[i].name);
    Problems *ignored = problems_new (bench, ""), *problems = problems_new (bench, "");
    breaking (before, routes_load (bench, before, ignored), after, routes_load (bench, after, ignored),
              problems);
    /* Messages that stand on the same line share its mark. */
    while (bench->mark_count > 0 && bench->mark_count < MARKS_MAX) {
      bench->marks[bench->mark_count] = bench->marks[bench->mark_count - 1];
      bench->mark_count++;
    }
    const char *got = workbench_print (bench, problems), *wanted = workbench_expect (bench, rows[i].messages);
    if (strcmp (got, wanted) != 0) {
      print_error ("%s:\ngot\n%swanted\n%s", rows[i].name, got, wanted);
      failures++;
    }
    workbench_close (bench);
  }
  assert_int_equal (failures, 0);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test (test_rows)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
