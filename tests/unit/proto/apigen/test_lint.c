/* Every lint rule, by a small proto that breaks it: the message must be exact and name the line. */
#include "proto/apigen/lint.h"
#include "workbench.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

typedef struct Row {
  const char *name;
  const char *body;
  const char *messages[MARKS_MAX];
} Row;

#define MESSAGE(name) "// M.\nmessage " name " {\n  // F.\n  string thing = 1;\n}\n"
#define FIELD(declaration) "// M.\nmessage Thing {\n  // F.\n  " declaration "\n}\n"
#define ENUM(values) "// E.\nenum Colour {\n" values "}\n"
#define ZERO "  // Z.\n  COLOUR_UNSPECIFIED = 0;\n"
#define METHOD(rpc)                                                                                          \
  MESSAGE ("GetThingRequest") MESSAGE ("Thing") "// S.\nservice ThingService {\n  // R.\n  " rpc "\n}\n"
#define GOOD_RULE "option (heimo.method) = { read_only: true, idempotent: true, access: \"member\" };"
#define GET_THING "rpc GetThing(GetThingRequest) returns (Thing)"

static const Row rows[] = {
    {"nothing wrong", METHOD (GET_THING " { " GOOD_RULE " }"), {NULL}},
    /* messages */
    {"message without comment",
     "message @Thing {\n  // F.\n  string a = 1;\n}\n",
     {"message Thing has no comment"}},
    {"message not CamelCase", "// M.\nmessage @thing {}\n", {"message thing is not CamelCase"}},
    {"message with underscore", "// M.\nmessage @Thing_a {}\n", {"message Thing_a is not CamelCase"}},
    {"message named like ours",
     "// M.\nmessage @Status {}\n",
     {"message Status has the name of a type of common/"}},
    {"nested message",
     "// M.\nmessage Thing {\n  // N.\n  message @Inner {}\n}\n",
     {"message Inner is nested; declare it at the top level"}},
    {"nested enum",
     "// M.\nmessage Thing {\n  // N.\n  enum @Colour {\n    // Z.\n    COLOUR_UNSPECIFIED = 0;\n  }\n}\n",
     {"enum Colour is nested; declare it at the top level"}},
    {"recursion",
     "// M.\nmessage Thing {\n  // F.\n  Thing @again = 1;\n}\n",
     {"field again makes Thing contain itself; recursive messages have no bounded depth"}},
    {"recursion over two",
     "// M.\nmessage Thing {\n  // F.\n  Other @other = 1;\n}\n"
     "// M.\nmessage Other {\n  // F.\n  repeated Thing things = 1;\n}\n",
     {"field other makes Other contain itself; recursive messages have no bounded depth"}},
    {"recursion through a map",
     "// M.\nmessage Thing {\n  // F.\n  map<string, Thing> @things = 1;\n}\n",
     {"field things makes Thing contain itself; recursive messages have no bounded depth"}},
    /* fields */
    {"field without comment", "// M.\nmessage Thing {\n  string @a = 1;\n}\n", {"field a has no comment"}},
    {"field not snake", FIELD ("string @aB = 1;"), {"field aB is not lower_snake_case"}},
    {"field with two underscores", FIELD ("string @a__b = 1;"), {"field a__b is not lower_snake_case"}},
    {"field that is a keyword",
     FIELD ("string @class = 1;"),
     {"field class: \"class\" is a keyword of C or C++"}},
    {"field called base",
     FIELD ("string @base = 1;"),
     {"field base: \"base\" is the name of a member that protobuf-c adds to every message"}},
    {"field called descriptor",
     FIELD ("string @descriptor = 1;"),
     {"field descriptor: \"descriptor\" is the name of a member that protobuf-c adds to every message"}},
    {"optional",
     FIELD ("optional string @a = 1;"),
     {"field a is optional, which protobuf-c refuses: leave it out of update_mask, or use a oneof of one "
      "field"}},
    {"json_name",
     FIELD ("string @a = 1 [json_name = \"b\"];"),
     {"field a sets json_name; the JSON name follows from the name"}},
    {"map with a number as key",
     FIELD ("map<int32, string> @a = 1;"),
     {"field a: the keys of a map are strings, as in JSON"}},
    {"oneof without comment",
     "// M.\nmessage Thing {\n  oneof @choice {\n    // F.\n    string a = 1;\n  }\n}\n",
     {"oneof choice has no comment"}},
    /* rules of fields */
    {"format of a number",
     FIELD ("int32 @a = 1 [(heimo.field) = { format: FORMAT_DATE }];"),
     {"field a: a format is for strings only"}},
    {"bounds of a string",
     FIELD ("string @a = 1 [(heimo.field) = { bounded: true, maximum: 3 }];"),
     {"field a: bounds are for numbers only"}},
    {"bounds without bounded",
     FIELD ("int32 @a = 1 [(heimo.field) = { maximum: 3 }];"),
     {"field a: minimum and maximum have no effect without bounded: true"}},
    {"bounds upside down",
     FIELD ("int32 @a = 1 [(heimo.field) = { bounded: true, minimum: 4, maximum: 3 }];"),
     {"field a: minimum is greater than maximum"}},
    {"length of a number",
     FIELD ("int32 @a = 1 [(heimo.field) = { max_length: 3 }];"),
     {"field a: lengths are for strings, bytes and repeated fields only"}},
    {"lengths upside down",
     FIELD ("string @a = 1 [(heimo.field) = { min_length: 4, max_length: 3 }];"),
     {"field a: min_length is greater than max_length"}},
    {"required and output_only",
     FIELD ("string @a = 1 [(heimo.field) = { required: true, output_only: true }];"),
     {"field a is required and output_only at once"}},
    /* enums */
    {"enum without comment", "enum @Colour {\n" ZERO "}\n", {"enum Colour has no comment"}},
    {"zero value",
     ENUM ("  // Z.\n  @COLOUR_NONE = 0;\n"),
     {"enum value COLOUR_NONE is 0 and must be called COLOUR_UNSPECIFIED"}},
    {"value prefix",
     ENUM (ZERO "  // R.\n  @RED = 1;\n"),
     {"enum value RED does not begin with COLOUR_, in capitals"}},
    {"value in small letters",
     ENUM (ZERO "  // R.\n  @COLOUR_red = 1;\n"),
     {"enum value COLOUR_red does not begin with COLOUR_, in capitals"}},
    {"value without comment", ENUM (ZERO "  @COLOUR_RED = 1;\n"), {"enum value COLOUR_RED has no comment"}},
    {"negative value", ENUM (ZERO "  // N.\n  @COLOUR_RED = -1;\n"), {"enum value COLOUR_RED is negative"}},
    {"alias",
     "// E.\nenum @Colour {\n  option allow_alias = true;\n" ZERO
     "  // A.\n  @COLOUR_UNSPECIFIED_TOO = 0;\n}\n",
     {"enum Colour has aliases",
      "enum value COLOUR_UNSPECIFIED_TOO is 0 and must be called COLOUR_UNSPECIFIED"}},
    /* services */
    {"service suffix",
     MESSAGE ("GetThingRequest") MESSAGE ("Thing") "// S.\nservice @Things {\n  // R.\n  " GET_THING
                                                   " { " GOOD_RULE " }\n}\n",
     {"service Things is not CamelCase that ends with \"Service\""}},
    {"service without comment",
     MESSAGE ("GetThingRequest") MESSAGE ("Thing") "service @ThingService {\n  // R.\n  " GET_THING
                                                   " { " GOOD_RULE " }\n}\n",
     {"service ThingService has no comment"}},
    {"service without methods", "// S.\nservice @ThingService {}\n", {"service ThingService has no methods"}},
    {"method without comment",
     MESSAGE ("GetThingRequest") MESSAGE ("Thing") "// S.\nservice ThingService {\n  @" GET_THING
                                                   " { " GOOD_RULE " }\n}\n",
     {"method GetThing has no comment"}},
    {"method without rule", METHOD ("@" GET_THING ";"), {"method GetThing has no option (heimo.method)"}},
    {"method of one word",
     MESSAGE ("ReadRequest")
         MESSAGE ("Thing") "// S.\nservice ThingService {\n  // R.\n  @rpc Read(ReadRequest) returns "
                           "(Thing) { " GOOD_RULE " }\n}\n",
     {"method Read is one word; a verb and a noun are needed"}},
    {"unknown access",
     METHOD ("@" GET_THING " { option (heimo.method) = { access: \"everybody\" }; }"),
     {"method GetThing: access \"everybody\" is none of public, member, registrar, operator, service"}},
    {"no access",
     METHOD ("@" GET_THING " { option (heimo.method) = { idempotent: true }; }"),
     {"method GetThing: access \"\" is none of public, member, registrar, operator, service"}},
    {"timeout",
     METHOD ("@" GET_THING " { option (heimo.method) = { access: \"member\", timeout_ms: 60001 }; }"),
     {"method GetThing: timeout_ms 60001 is more than 60000"}},
    {"read_only but not idempotent",
     METHOD ("@" GET_THING " { option (heimo.method) = { access: \"member\", read_only: true }; }"),
     {"method GetThing is read_only and so must be idempotent"}},
    {"request of another name",
     METHOD ("@rpc EndThing(GetThingRequest) returns (Thing) { " GOOD_RULE " }"),
     {"method EndThing takes GetThingRequest; it must take EndThingRequest"}},
    {"reply of another name",
     MESSAGE ("GetThingRequest")
         MESSAGE ("ListThingsResponse") "// S.\nservice ThingService {\n  // R.\n  @rpc "
                                        "GetThing(GetThingRequest) returns "
                                        "(ListThingsResponse) { " GOOD_RULE " }\n}\n",
     {"method GetThing returns ListThingsResponse; it must return a resource or GetThingResponse"}},
    {"streaming",
     METHOD ("@rpc GetThing(GetThingRequest) returns (stream Thing) { " GOOD_RULE " }"),
     {"method GetThing streams; the bus has no streams, page or upload instead"}},
    /* names */
    {"two names that are one in C",
     ENUM (ZERO) "// M.\nmessage @COlour {}\n",
     {"COlour is also at heimo/bad/v1/bad.proto:14; C names have no package, so simple names are unique"}},
};

static void
test_rows (void **state)
{
  (void)state;
  int failures = 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Workbench *bench = workbench_open ();
    const Model *model = workbench_model (bench, rows[i].body);
    if (model == NULL)
      fail_msg ("%s: protoc refuses it", rows[i].name);
    Problems *problems = problems_new (bench, "");
    lint (bench, model, problems);
    const char *got = workbench_print (bench, problems);
    const char *wanted = workbench_expect (bench, rows[i].messages);
    if (strcmp (got, wanted) != 0) {
      print_error ("%s:\ngot\n%swanted\n%s", rows[i].name, got, wanted);
      failures++;
    }
    workbench_close (bench);
  }
  assert_int_equal (failures, 0);
}

/* Files that are wrong as a whole. */
typedef struct FileRow {
  const char *name;
  const char *text;
  const char *messages[MARKS_MAX];
} FileRow;

#define C_OPTIONS                                                                                            \
  "import \"protobuf-c/protobuf-c.proto\";\noption (pb_c_file).c_package = \"\";\n"                          \
  "option (pb_c_file).const_strings = true;\n"

static const FileRow file_rows[] = {
    {"another package",
     "syntax = \"proto3\";\n@package heimo.other.v1;\n" C_OPTIONS,
     {"package \"heimo.other.v1\" is not the folder of the file, \"heimo.bad.v1\""}},
    {"no version",
     "syntax = \"proto3\";\n@@package heimo.bad;\n" C_OPTIONS,
     {"package \"heimo.bad\" is not the folder of the file, \"heimo.bad.v1\"",
      "package \"heimo.bad\" does not end with a version like \".v1\""}},
    {"proto2",
     "@syntax = \"proto2\";\npackage heimo.bad.v1;\n" C_OPTIONS,
     {"syntax = \"proto3\" is missing"}},
    {"no c_package",
     "@syntax = \"proto3\";\npackage heimo.bad.v1;\nimport \"protobuf-c/protobuf-c.proto\";\n"
     "option (pb_c_file).const_strings = true;\n",
     {"option (pb_c_file).c_package = \"\" is missing: C names are short here"}},
    {"another c_package",
     "@syntax = \"proto3\";\npackage heimo.bad.v1;\nimport \"protobuf-c/protobuf-c.proto\";\n"
     "option (pb_c_file).const_strings = true;\noption (pb_c_file).c_package = \"x\";\n",
     {"option (pb_c_file).c_package = \"\" is missing: C names are short here"}},
    {"no const_strings",
     "@syntax = \"proto3\";\npackage heimo.bad.v1;\nimport \"protobuf-c/protobuf-c.proto\";\n"
     "option (pb_c_file).c_package = \"\";\n",
     {"option (pb_c_file).const_strings = true is missing: strings are not ours to change"}},
    {"unused import",
     "syntax = \"proto3\";\npackage heimo.bad.v1;\n@import \"heimo/options.proto\";\n" C_OPTIONS,
     {"import \"heimo/options.proto\" is not used"}},
    {"a type of google",
     "syntax = \"proto3\";\npackage heimo.bad.v1;\n@import \"google/protobuf/timestamp.proto\";\n" C_OPTIONS
     "// M.\nmessage Thing {\n  // F.\n  google.protobuf.Timestamp @time = 1;\n}\n",
     {"import \"google/protobuf/timestamp.proto\": types of google are not used; a string with a format is",
      "field time has the type google.protobuf.Timestamp of google; use a string with a format"}},
    {"an extension",
     "syntax = \"proto3\";\npackage heimo.bad.v1;\nimport \"google/protobuf/descriptor.proto\";\n" C_OPTIONS
     "extend google.protobuf.FieldOptions {\n  // E.\n  @string extra = 50100;\n}\n",
     {NULL}},
};

static void
test_files (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof file_rows / sizeof *file_rows; i++) {
    Workbench *bench = workbench_open ();
    const char *const names[] = {"bad", NULL};
    workbench_write (bench, "bad", file_rows[i].text, true);
    const Model *model = workbench_load (bench, names);
    if (model == NULL)
      fail_msg ("%s: protoc refuses it", file_rows[i].name);
    Problems *problems = problems_new (bench, "");
    lint (bench, model, problems);
    const char *got = workbench_print (bench, problems);
    const char *wanted = workbench_expect (bench, file_rows[i].messages);
    if (file_rows[i].messages[0] == NULL ? strstr (got, "extensions belong into") == NULL
                                         : strcmp (got, wanted) != 0)
      fail_msg ("%s:\ngot\n%swanted\n%s", file_rows[i].name, got, wanted);
    workbench_close (bench);
  }
}

/* Simple names and names of methods are unique over all packages. */
static void
test_unique_names (void **state)
{
  (void)state;
  Workbench *bench = workbench_open ();
  const char *const names[] = {"bad", "other", NULL};
  workbench_write (bench, "bad", METHOD (GET_THING " { " GOOD_RULE " }"), false);
  workbench_write (bench, "other", METHOD (GET_THING " { " GOOD_RULE " }"), false);
  const Model *model = workbench_load (bench, names);
  assert_non_null (model);
  Problems *problems = problems_new (bench, "");
  lint (bench, model, problems);
  const char *got = workbench_print (bench, problems);
  assert_int_equal (problems_count (problems), 4); /* two messages, the service, the method */
  assert_non_null (
      strstr (got, "heimo/other/v1/other.proto:19: Thing is also at heimo/bad/v1/bad.proto:19; C names"));
  assert_non_null (strstr (got, "other.proto:24: ThingService is also at"));
  assert_non_null (strstr (got, "other.proto:26: GetThing is also at"));
  workbench_close (bench);
}

static void
test_deep_nesting (void **state)
{
  (void)state;
  Workbench *bench = workbench_open ();
  char *body = memory_string (bench, "");
  for (int i = 1; i <= 17; i++)
    body = memory_format (bench, "%s// M.\nmessage Level%c {\n  // F.\n  %s%c next = 1;\n}\n", body, 'A' + i,
                          i == 17 ? "string" : "Level", i == 17 ? ' ' : 'A' + i + 1);
  const Model *model = workbench_model (bench, body);
  assert_non_null (model);
  Problems *problems = problems_new (bench, "");
  lint (bench, model, problems);
  assert_string_equal (workbench_print (bench, problems),
                       "heimo/bad/v1/bad.proto:14: message LevelB is nested deeper than 16 levels\n");
  workbench_close (bench);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_rows),
      cmocka_unit_test (test_files),
      cmocka_unit_test (test_unique_names),
      cmocka_unit_test (test_deep_nesting),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
