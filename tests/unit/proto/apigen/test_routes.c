/* Every rule about HTTP bindings, by a small proto that breaks it, and pairs of routes that do or do not
 * overlap. */
#include "proto/apigen/routes.h"
#include "workbench.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

typedef struct Row {
  const char *name;
  const char *rpc; /* one method with a mark */
  const char *messages[MARKS_MAX];
} Row;

#define TYPES                                                                                                \
  "// R.\nmessage GetThingRequest {\n  // I.\n  string thing_id = 1;\n  // J.\n  string other_id = 2;\n"     \
  "  // T.\n  Thing thing = 3;\n  // L.\n  repeated string list = 4;\n  // P.\n  string page_token = "       \
  "5;\n}\n"                                                                                                  \
  "// S.\nmessage SimpleRequest {\n  // I.\n  string thing_id = 1;\n  // P.\n  string page_token = 2;\n}\n"  \
  "// U.\nmessage PartRequest {\n  // I.\n  string upload_id = 1;\n  // P.\n  uint32 part = 2;\n"            \
  "  // D.\n  bytes data = 3;\n  // L.\n  bool last = 4;\n  // N.\n  string file_name = 5;\n}\n"             \
  "// T.\nmessage Thing {\n  // I.\n  string thing_id = 1;\n  // E.\n  string etag = 2;\n  // D.\n"          \
  "  bool done = 3;\n  // R.\n  repeated Row rows = 4;\n  // N.\n  string next_page_token = 5;\n"            \
  "  // M.\n  map<string, Row> map = 6;\n  // C.\n  string cursor = 7;\n}\n"                                 \
  "// P.\nmessage Plain {\n  // D.\n  bool done = 1;\n  // R.\n  repeated Row rows = 2;\n}\n"                \
  "// R.\nmessage Row {\n  // A.\n  string a = 1;\n}\n"
#define READ "option (heimo.method) = { read_only: true, idempotent: true, access: \"member\" };"
#define WRITE "option (heimo.method) = { access: \"member\" };"
#define HTTP(rule) "@option (heimo.http) = { " rule " };"
#define RPC(name, request, reply, rule, method)                                                              \
  "  // R.\n  rpc " name "(" request ") returns (" reply ") {\n    " method "\n    " HTTP (rule) "\n  }\n"
#define GET(rule) RPC ("GetThing", "SimpleRequest", "Thing", rule, READ)
#define POST(rule) RPC ("PaintThing", "SimpleRequest", "Thing", rule, WRITE)

static const Row rows[] = {
    {"nothing wrong", GET ("get: \"/v1/things/{thing_id}\""), {NULL}},
    {"nothing wrong with a body", POST ("post: \"/v1/things/{thing_id}:paint\", body: \"*\""), {NULL}},
    {"no binding at all", "  // R.\n  rpc GetThing(SimpleRequest) returns (Thing) { " READ " }\n", {NULL}},
    /* verbs */
    {"no verb",
     GET ("body: \"*\""),
     {"GetThing has 0 verbs in (heimo.http); exactly one of get, post, patch, delete is set"}},
    {"two verbs",
     GET ("get: \"/v1/a\", post: \"/v1/b\""),
     {"GetThing has 2 verbs in (heimo.http); exactly one of get, post, patch, delete is set"}},
    /* paths */
    {"no slash", GET ("get: \"v1/things\""), {"path v1/things does not start with \"/\""}},
    {"another version",
     GET ("get: \"/v2/things\""),
     {"path /v2/things does not start with the version of its package, \"/v1/\""}},
    {"no version",
     GET ("get: \"/things\""),
     {"path /things does not start with the version of its package, \"/v1/\""}},
    {"empty segment",
     GET ("get: \"/v1//things\""),
     {"path /v1//things: segment \"\" is neither letters, digits, \"-\" and \"_\" nor a {variable}"}},
    {"slash at the end",
     GET ("get: \"/v1/things/\""),
     {"path /v1/things/: segment \"\" is neither letters, digits, \"-\" and \"_\" nor a {variable}"}},
    {"strange characters",
     GET ("get: \"/v1/th%20ings\""),
     {"path /v1/th%20ings: segment \"th%20ings\" is neither letters, digits, \"-\" and \"_\" nor a "
      "{variable}"}},
    {"a variable inside a segment",
     GET ("get: \"/v1/x{thing_id}\""),
     {"path /v1/x{thing_id}: segment \"x{thing_id}\" is neither letters, digits, \"-\" and \"_\" nor a "
      "{variable}"}},
    {"a pattern",
     GET ("get: \"/v1/{thing_id=**}\""),
     {"path /v1/{thing_id=**}: \"{thing_id=**}\" is no {variable}; patterns are not supported"}},
    {"an open variable",
     GET ("get: \"/v1/{thing_id\""),
     {"path /v1/{thing_id: \"{thing_id\" is no {variable}; patterns are not supported"}},
    {"a variable that is no field",
     GET ("get: \"/v1/things/{number}\""),
     {"path variable {number} is not a field of SimpleRequest"}},
    {"a variable inside a string",
     GET ("get: \"/v1/things/{thing_id.x}\""),
     {"path variable {thing_id.x} is not a field of SimpleRequest"}},
    {"a variable twice",
     GET ("get: \"/v1/things/{thing_id}/{thing_id}\""),
     {"path variable {thing_id} occurs twice"}},
    {"a repeated variable",
     RPC ("GetThing", "GetThingRequest", "Thing", "get: \"/v1/things/{list}\"", READ),
     {"path variable {list} must be a single string, number, boolean or enum"}},
    {"a message as variable",
     RPC ("GetThing", "GetThingRequest", "Thing", "get: \"/v1/things/{thing}\"", READ),
     {"path variable {thing} must be a single string, number, boolean or enum"}},
    {"a nested variable",
     RPC ("UpdateThing", "GetThingRequest", "Thing",
          "patch: \"/v1/things/{thing.thing_id}\", body: \"thing\"", WRITE),
     {NULL}},
    {"an empty custom verb",
     POST ("post: \"/v1/things:\", body: \"*\""),
     {"path /v1/things:: \":\" is no custom verb"}},
    {"too many segments",
     GET ("get: \"/v1/a/b/c/d/e/f/g/h/i/j/k/l\""),
     {"path /v1/a/b/c/d/e/f/g/h/i/j/k/l has more than 12 segments"}},
    /* bodies */
    {"a get with a body", GET ("get: \"/v1/things\", body: \"*\""), {"GetThing: a get has no body"}},
    {"a patch without a body",
     RPC ("UpdateThing", "SimpleRequest", "Thing", "patch: \"/v1/things/{thing_id}\"", WRITE),
     {"UpdateThing: a patch needs a body"}},
    {"a body that is no field",
     POST ("post: \"/v1/things:paint\", body: \"colour\""),
     {"PaintThing: body field \"colour\" is not a field of SimpleRequest"}},
    {"a body that is a string",
     POST ("post: \"/v1/things:paint\", body: \"thing_id\""),
     {"PaintThing: body field \"thing_id\" must be a single message"}},
    {"a message in the query",
     RPC ("GetThing", "GetThingRequest", "Thing", "get: \"/v1/things\"", READ),
     {"GetThing: field \"thing\" is a message and can be neither in the path nor in the query"}},
    {"an upload",
     RPC ("UploadThing", "PartRequest", "Thing", "post: \"/v1/things\", upload: \"text/csv\"", WRITE),
     {NULL}},
    {"an upload that is a get",
     RPC ("UploadThing", "PartRequest", "Thing", "get: \"/v1/things\", upload: \"text/csv\"", READ),
     {"UploadThing: an upload is a post without \"body\""}},
    {"an upload of no media type",
     RPC ("UploadThing", "PartRequest", "Thing", "post: \"/v1/things\", upload: \"csv\"", WRITE),
     {"UploadThing: \"csv\" is no media type"}},
    /* streams */
    {"a stream",
     RPC ("ListThings", "SimpleRequest", "Thing", "get: \"/v1/things\", stream: \"rows\"", READ),
     {NULL}},
    {"a stream of no field",
     GET ("get: \"/v1/things\", stream: \"lines\""),
     {"GetThing: stream field \"lines\" is not a repeated message field of Thing"}},
    {"a stream of a map",
     GET ("get: \"/v1/things\", stream: \"map\""),
     {"GetThing: stream field \"map\" is not a repeated message field of Thing"}},
    {"a stream without pages",
     RPC ("GetThing", "SimpleRequest", "Plain", "get: \"/v1/things\", stream: \"rows\"", READ),
     {"GetThing: only a get with page_token and next_page_token can be streamed"}},
    {"a watch", GET ("get: \"/v1/things/{thing_id}\", watch: \"done\""), {NULL}},
    {"a watch of no boolean",
     GET ("get: \"/v1/things\", watch: \"etag\""),
     {"GetThing: watch field \"etag\" is not a boolean field of Thing"}},
    {"a watch without etag",
     RPC ("GetThing", "SimpleRequest", "Plain", "get: \"/v1/things\", watch: \"done\"", READ),
     {"GetThing: only a get whose reply has an etag can be watched"}},
    {"a follow", GET ("get: \"/v1/things\", follow: \"page_token\""), {NULL}},
    {"a follow of no field",
     GET ("get: \"/v1/things\", follow: \"after\""),
     {"GetThing: follow field \"after\" is not a string field of SimpleRequest"}},
    {"a follow without cursor",
     RPC ("GetThing", "SimpleRequest", "Plain", "get: \"/v1/things\", follow: \"page_token\"", READ),
     {"GetThing: only a get whose reply has a string \"cursor\" can be followed"}},
    /* standard methods */
    {"a Get that is a post",
     RPC ("GetThing", "SimpleRequest", "Thing", "post: \"/v1/things\", body: \"*\"", WRITE),
     {"GetThing is a Get method and must be a GET, not a POST"}},
    {"a Create that is a patch",
     RPC ("CreateThing", "SimpleRequest", "Thing", "patch: \"/v1/things\", body: \"*\"", WRITE),
     {"CreateThing is a Create method and must be a POST, not a PATCH"}},
    {"a Create with a custom verb",
     RPC ("CreateThing", "SimpleRequest", "Thing", "post: \"/v1/things:make\", body: \"*\"", WRITE),
     {"CreateThing is a standard method and has no custom verb \":make\""}},
    {"a Delete that is a post",
     RPC ("DeleteThing", "SimpleRequest", "Thing", "post: \"/v1/things/{thing_id}\", body: \"*\"", WRITE),
     {"DeleteThing is a Delete method and must be a DELETE, not a POST"}},
    {"a delete that is not a Delete",
     RPC ("PaintThing", "SimpleRequest", "Thing", "delete: \"/v1/things/{thing_id}\"", WRITE),
     {"PaintThing: only Delete methods are a DELETE"}},
    {"a get that changes",
     RPC ("FindThing", "SimpleRequest", "Thing", "get: \"/v1/things\"", WRITE),
     {"FindThing: a get changes nothing, everything else does: read_only and GET contradict"}},
    {"a post that changes nothing",
     RPC ("CheckThing", "SimpleRequest", "Thing", "post: \"/v1/things\", body: \"*\"", READ),
     {"CheckThing: a get changes nothing, everything else does: read_only and POST contradict"}},
    {"a custom verb that changes nothing",
     RPC ("CheckThing", "SimpleRequest", "Thing", "post: \"/v1/things:check\", body: \"*\"", READ),
     {NULL}},
    {"for services only",
     RPC ("PaintThing", "SimpleRequest", "Thing", "post: \"/v1/things:paint\", body: \"*\"",
          "option (heimo.method) = { access: \"service\" };"),
     {"PaintThing is for services only (access) and cannot have an HTTP binding"}},
};

static const char *
check (Workbench *bench, const char *body)
{
  const Model *model = workbench_model (bench, body);
  if (model == NULL)
    return "protoc refuses it";
  Problems *problems = problems_new (bench, "");
  (void)routes_load (bench, model, problems);
  return workbench_print (bench, problems);
}

static void
test_rows (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Workbench *bench = workbench_open ();
    const char *got =
        check (bench, memory_format (bench, TYPES "// S.\nservice ThingService {\n%s}\n", rows[i].rpc));
    const char *wanted = workbench_expect (bench, rows[i].messages);
    if (strcmp (got, wanted) != 0)
      fail_msg ("%s:\ngot\n%swanted\n%s", rows[i].name, got, wanted);
    workbench_close (bench);
  }
}

/* Two gets; do they overlap? */
typedef struct OverlapRow {
  const char *first;
  const char *second;
  bool overlap;
} OverlapRow;

static const OverlapRow overlap_rows[] = {
    {"/v1/things/{thing_id}", "/v1/things/{other_id}", true},
    {"/v1/things", "/v1/things", true},
    {"/v1/things/{thing_id}", "/v1/things/new", true},
    {"/v1/things/{thing_id}/rows", "/v1/things/new/{other_id}", true},
    {"/v1/{thing_id}/rows", "/v1/things/{other_id}", true},
    {"/v1/things/{thing_id}:paint", "/v1/things/{other_id}:paint", true},
    {"/v1/things/{thing_id}", "/v1/things/{other_id}:paint", false},
    {"/v1/things/{thing_id}:paint", "/v1/things/{other_id}:end", false},
    {"/v1/things", "/v1/things:search", false},
    {"/v1/things/{thing_id}", "/v1/things", false},
    {"/v1/things/{thing_id}", "/v1/others/{other_id}", false},
    {"/v1/things/{thing_id}/rows", "/v1/things/{other_id}/columns", false},
};

static void
test_overlaps (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof overlap_rows / sizeof *overlap_rows; i++) {
    const OverlapRow *row = &overlap_rows[i];
    for (int turned = 0; turned < 2; turned++) {
      Workbench *bench = workbench_open ();
      const char *got = check (
          bench,
          memory_format (
              bench,
              "// Q.\nmessage QRequest {\n  // I.\n  string thing_id = 1;\n  // O.\n  string other_id = 2;\n"
              "}\n// T.\nmessage Thing {}\n// S.\nservice ThingService {\n"
              "  rpc FindOne(QRequest) returns (Thing) { option (heimo.http) = { get: \"%s\" }; }\n"
              "  rpc FindTwo(QRequest) returns (Thing) { option (heimo.http) = { get: \"%s\" }; }\n}\n",
              turned ? row->second : row->first, turned ? row->first : row->second));
      bool overlap = strstr (got, "can match the same request as") != NULL;
      bool named = strstr (got, "bad.proto:2") != NULL; /* one of the lines 22, 23 */
      if (overlap != row->overlap || overlap != named)
        fail_msg ("%s and %s: %s", row->first, row->second, got);
      workbench_close (bench);
    }
  }
}

/* {service} of a common service takes the names of processes only, so it overlaps with those only. */
static void
test_common (void **state)
{
  (void)state;
  static const struct {
    const char *path;
    const char *message;
  } common_rows[] = {
      {"/v1/{service}/runs", NULL},
      {"/v1/{service}/{thing_id}", NULL},
      {"/v1/runs/{service}", "belongs to a common service: its path must start with"},
      {"/v1/runs", "belongs to a common service: its path must start with"},
  };
  for (size_t i = 0; i < sizeof common_rows / sizeof *common_rows; i++) {
    Workbench *bench = workbench_open ();
    const char *got = check (
        bench,
        memory_format (
            bench,
            "// Q.\nmessage QRequest {\n  // I.\n  string thing_id = 1;\n  // O.\n  string service = 2;\n}\n"
            "// T.\nmessage Thing {}\n// S.\nservice CommonService {\n  option (heimo.service) = { common: "
            "true "
            "};\n  rpc FindRuns(QRequest) returns (Thing) { option (heimo.http) = { get: \"%s\" }; }\n}\n"
            "// S.\nservice ThingService {\n"
            "  rpc FindOne(QRequest) returns (Thing) { option (heimo.http) = { get: "
            "\"/v1/things/{thing_id}\" "
            "}; }\n  rpc FindTwo(QRequest) returns (Thing) { option (heimo.http) = { get: "
            "\"/v1/bad/{thing_id}/x\" }; }\n}\n",
            common_rows[i].path));
    if (common_rows[i].message == NULL ? got[0] != '\0' : strstr (got, common_rows[i].message) == NULL)
      fail_msg ("%s: %s", common_rows[i].path, got);
    workbench_close (bench);
  }
  Workbench *bench = workbench_open ();
  const char *got = check (
      bench, "// Q.\nmessage QRequest {\n  // I.\n  string thing_id = 1;\n  // O.\n  string service = 2;\n}\n"
             "// T.\nmessage Thing {}\n// S.\nservice CommonService {\n  option (heimo.service) = { common: "
             "true };\n"
             "  rpc FindRuns(QRequest) returns (Thing) { option (heimo.http) = { get: \"/v1/{service}/runs\" "
             "}; }\n}\n"
             "// S.\nservice ThingService {\n"
             "  rpc FindOne(QRequest) returns (Thing) { option (heimo.http) = { get: \"/v1/bad/{thing_id}\" "
             "}; }\n}\n");
  assert_non_null (
      strstr (got, "GET /v1/{service}/runs (FindRuns) can match the same request as /v1/bad/{thing_id}"));
  workbench_close (bench);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_rows),
      cmocka_unit_test (test_overlaps),
      cmocka_unit_test (test_common),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
