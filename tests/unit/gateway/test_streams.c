/* Answers that are not one JSON object: exports, event streams, uploads. */
#include "gateway/thread.h"
#include "heimo/common/v1/run.pb-c.h"
#include "heimo/common/v1/status.pb-c.h"
#include "heimo/common/v1/upload.pb-c.h"
#include "heimo/membership/v1/membership_service.pb-c.h"
#include "world.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define RUN_ID "01936e00-0000-7000-8000-00000000000b"
#define FIFTY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define CSV "Content-Type: text/csv\r\n"

enum { PART = 256 * 1024 };

/* What the script is told by the test. */
typedef struct Plan {
  unsigned pages; /* of ListPersons */
  unsigned rows;  /* a page */
  unsigned fail_page;
  StatusCode fail_code;
  unsigned watch_steps; /* replies of GetRun until it is done */
  unsigned watched;
  unsigned fail_from;  /* calls of GetRun from this on fail */
  unsigned fail_times; /* how often ListPersons and GetRun fail */
  bool keep_parts;
  BusCall *kept;
} Plan;

typedef struct Fixture {
  World *world;
  Plan plan;
  void *owner;
} Fixture;

static void
list_persons (World *world, BusCall *call)
{
  Plan *plan = world_data (world);
  ListPersonsRequest *request =
      list_persons_request__unpack (memory_allocator (call), call->body.length, call->body.data);
  unsigned page = request->page_token[0] == '\0' ? 0 : (unsigned)atoi (request->page_token);
  if (plan->fail_times > 0 && page == plan->fail_page) {
    plan->fail_times--;
    world_refuse (world, call, plan->fail_code, "SCRIPTED");
    return;
  }
  ListPersonsResponse reply = LIST_PERSONS_RESPONSE__INIT;
  reply.n_persons = plan->rows;
  reply.persons = memory_array (call, Person *, plan->rows);
  for (unsigned i = 0; i < plan->rows; i++) {
    Person *person = memory_new (call, Person);
    person__init (person);
    person->key = memory_format (call, "%u", page * plan->rows + i);
    person->given_name = "=1+1";
    person->family_name = "Semi;colon, \"quoted\"";
    if (i == 0) {
      person->address = memory_new (call, Address);
      address__init (person->address);
      person->address->postal_code = "00100";
    }
    reply.persons[i] = person;
  }
  if (page + 1 < plan->pages)
    reply.next_page_token = memory_format (call, "%u", page + 1);
  world_answer (world, call, &reply.base);
}

static void
get_run (World *world, BusCall *call)
{
  Plan *plan = world_data (world);
  if (plan->fail_times > 0 && plan->watched >= plan->fail_from) {
    plan->fail_times--;
    world_refuse (world, call, plan->fail_code, "SCRIPTED");
    return;
  }
  Run run = RUN__INIT;
  run.run_id = RUN_ID;
  plan->watched++;
  run.processed = plan->watched / 2; /* every state is seen twice: told once */
  run.etag = memory_format (call, "e%u", plan->watched / 2);
  run.done = plan->watched / 2 >= plan->watch_steps;
  world_answer (world, call, &run.base);
}

static void
list_changes (World *world, BusCall *call)
{
  ListChangesRequest *request =
      list_changes_request__unpack (memory_allocator (call), call->body.length, call->body.data);
  unsigned after = (unsigned)atoi (request->after);
  ListChangesResponse reply = LIST_CHANGES_RESPONSE__INIT;
  Change change = CHANGE__INIT;
  Change *changes[] = {&change};
  change.type = "sample";
  bool news = request->after[0] != '\0' && after < 13;
  reply.changes = changes;
  reply.n_changes = news ? 1 : 0;
  reply.cursor = memory_format (call, "%u", request->after[0] == '\0' ? 11 : news ? after + 1 : after);
  change.subject = reply.cursor;
  world_answer (world, call, &reply.base);
}

static void
upload_part (World *world, BusCall *call)
{
  Plan *plan = world_data (world);
  if (plan->keep_parts) {
    assert_null (plan->kept); /* one at a time */
    plan->kept = call;
    return;
  }
  UploadPart *part = upload_part__unpack (memory_allocator (call), call->body.length, call->body.data);
  if (plan->fail_times > 0 && part->part == plan->fail_page) {
    plan->fail_times--;
    world_refuse (world, call, plan->fail_code, "SCRIPTED");
    return;
  }
  ImportFile file = IMPORT_FILE__INIT;
  file.file_id = part->upload_id;
  file.complete = part->last;
  world_answer (world, call, &file.base);
}

static void
script (World *world, BusCall *call)
{
  static const struct {
    const char *method;
    Script script;
  } rows[] = {{"ListPersons", list_persons},
              {"GetRun", get_run},
              {"ListChanges", list_changes},
              {"UploadImportFile", upload_part}};
  const char *method = strrchr (call->header->method, '/') + 1;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (strcmp (rows[i].method, method) == 0) {
      rows[i].script (world, call);
      return;
    }
  }
  world_refuse (world, call, STATUS_UNIMPLEMENTED, "NO_SCRIPT");
}

static int
set_up (void **state)
{
  Fixture *fixture = memory_new (NULL, Fixture);
  fixture->owner = memory_context (fixture);
  fixture->plan = (Plan){.pages = 3, .rows = 2, .watch_steps = 2};
  Settings settings = world_settings ();
  settings.trusted_proxies = "127.0.0.0/8";
  settings.streams_per_client = 1;
  fixture->world = world_start (&settings, script, &fixture->plan);
  *state = fixture;
  return 0;
}

static void
answer_kept (World *world)
{
  Plan *plan = world_data (world);
  BusCall *call = plan->kept;
  plan->kept = NULL;
  if (call != NULL) {
    ImportFile file = IMPORT_FILE__INIT;
    world_answer (world, call, &file.base);
  }
}

/* Answers what was kept, and from now on every part as it comes: what the peer's buffers still held may make
 * more. */
static void
keep_no_more (World *world)
{
  Plan *plan = world_data (world);
  plan->keep_parts = false;
  answer_kept (world);
}

static int
tear_down (void **state)
{
  Fixture *fixture = *state;
  if (fixture->plan.keep_parts) /* otherwise the loop may have ended already */
    world_run (fixture->world, keep_no_more);
  world_stop (fixture->world);
  talloc_free (fixture);
  return 0;
}

static void
expect_part (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    fail_msg ("no %s in %s", part, text);
}

static size_t
count_of (const char *text, const char *part)
{
  size_t count = 0;
  for (const char *at = strstr (text, part); at != NULL; at = strstr (at + 1, part))
    count++;
  return count;
}

/* ---- exports ---- */

static void
test_csv (void **state)
{
  Fixture *fixture = *state;
  char *answer =
      world_ask (fixture->world, fixture->owner, "GET /v1/persons?query=abc", "Accept: text/csv\r\n", NULL);
  assert_int_equal (answer_status (answer), 200);
  assert_string_equal (answer_field (fixture->owner, answer, "Content-Type"), "text/csv; charset=utf-8");
  assert_string_equal (answer_field (fixture->owner, answer, "Content-Disposition"),
                       "attachment; filename=\"persons.csv\"");
  assert_true (answer_is_whole (answer));
  char *body = answer_body (fixture->owner, answer);
  assert_int_equal (count_of (body, "\r\n"), 7);
  assert_int_equal (strncmp (body, "personId,memberNumber,key,givenName,", 36), 0);
  expect_part (body, ",address.street,address.postalCode,");
  expect_part (body, "\r\n,,5,'=1+1,\"Semi;colon, \"\"quoted\"\"\",");
  ListPersonsRequest *second =
      list_persons_request__unpack (NULL, world_heard (fixture->world, fixture->owner, 1).body.length,
                                    world_heard (fixture->world, fixture->owner, 1).body.data);
  assert_string_equal (second->page_token, "1");
  assert_string_equal (second->query, "abc");
  assert_int_equal (second->page_size, 500);
  list_persons_request__free_unpacked (second, NULL);
}

static void
test_export_options (void **state)
{
  Fixture *fixture = *state;
  char *answer =
      world_ask (fixture->world, fixture->owner, "GET /v1/persons?alt=csv&bom=true&separator=%3B", "", NULL);
  char *body = answer_body (fixture->owner, answer);
  assert_int_equal (strncmp (body, "\xef\xbb\xbfpersonId;memberNumber;", 25), 0);
  expect_part (body, "'=1+1;\"Semi;colon, \"\"quoted\"\"\";");
  answer =
      world_ask (fixture->world, fixture->owner, "GET /v1/persons", "Accept: application/x-ndjson\r\n", NULL);
  assert_string_equal (answer_field (fixture->owner, answer, "Content-Type"), "application/x-ndjson");
  body = answer_body (fixture->owner, answer);
  assert_int_equal (count_of (body, "\n"), 6);
  assert_int_equal (count_of (body, "{\"personId\":\"\""), 6);
  static const char *const bad[] = {"GET /v1/persons?alt=xml", "GET /v1/persons?alt=csv&bom=1",
                                    "GET /v1/persons?alt=csv&separator=x", "GET /v1/persons?bom=true"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_int_equal (answer_status (world_ask (fixture->world, fixture->owner, bad[i], "", NULL)), 400);
  answer = world_ask (fixture->world, fixture->owner, "HEAD /v1/persons?alt=csv", "", NULL);
  assert_int_equal (answer_status (answer), 200);
  assert_string_equal (answer_body (fixture->owner, answer), "");
}

static void
test_export_failures (void **state)
{
  Fixture *fixture = *state;
  fixture->plan.fail_code = STATUS_INTERNAL;
  fixture->plan.fail_times = 2;
  char *answer = world_ask (fixture->world, fixture->owner, "GET /v1/persons?alt=csv", "", NULL);
  assert_int_equal (answer_status (answer), 500);
  fixture->plan.fail_page = 2;
  answer = world_ask (fixture->world, fixture->owner, "GET /v1/persons?alt=csv", "", NULL);
  assert_int_equal (answer_status (answer), 200);
  assert_false (answer_is_whole (answer));
}

/* A service that restarts in the middle of an export only delays it. */
static void
test_export_outlives_an_outage (void **state)
{
  Fixture *fixture = *state;
  fixture->plan.fail_page = 1;
  fixture->plan.fail_code = STATUS_UNAVAILABLE;
  fixture->plan.fail_times = 1;
  char *answer = world_ask (fixture->world, fixture->owner, "GET /v1/persons?alt=csv", "", NULL);
  assert_true (answer_is_whole (answer));
  assert_int_equal (count_of (answer_body (fixture->owner, answer), "\r\n"), 7);
}

/* A client that does not read holds the export back; one that reads on gets everything. */
static void
test_export_waits_for_the_reader (void **state)
{
  Fixture *fixture = *state;
  fixture->plan.pages = 300;
  fixture->plan.rows = 500;
  int peer = world_connect (fixture->world);
  int small = 16384;
  setsockopt (peer, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  const char *request = "GET /v1/persons?alt=ndjson HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  world_send (peer, request, strlen (request));
  size_t before = 0, after = world_heard_count (fixture->world);
  do {
    before = after;
    usleep (300000);
    after = world_heard_count (fixture->world);
  } while (after != before);
  assert_in_range (after, 1, 60);
  size_t length;
  char *answer = world_read_all (fixture->owner, peer, &length);
  assert_true (answer_is_whole (answer));
  size_t equals = 0; /* one in every row, one in the head; a byte cannot be cut by a chunk */
  for (size_t i = 0; i < length; i++)
    equals += answer[i] == '=' ? 1 : 0;
  assert_int_equal (equals, 150001);
  close (peer);
}

/* ---- event streams ---- */

static void
test_watch (void **state)
{
  Fixture *fixture = *state;
  char *answer = world_ask (fixture->world, fixture->owner, "GET /v1/membership/runs/" RUN_ID,
                            "Accept: text/event-stream\r\n", NULL);
  assert_int_equal (answer_status (answer), 200);
  assert_string_equal (answer_field (fixture->owner, answer, "Content-Type"), "text/event-stream");
  assert_string_equal (answer_field (fixture->owner, answer, "Cache-Control"), "no-store");
  assert_true (answer_is_whole (answer));
  char *body = answer_body (fixture->owner, answer);
  assert_int_equal (count_of (body, "data: {"), 3);
  expect_part (body, "\"processed\":\"2\"");
  expect_part (body, "\"done\":true");
  expect_part (body, "\nid: e1\n\n");
  answer = world_ask (fixture->world, fixture->owner, "GET /v1/membership/runs/" RUN_ID, "", NULL);
  assert_string_equal (answer_field (fixture->owner, answer, "Content-Type"), "application/json");
}

static char *
watch (Fixture *fixture, const char *fields)
{
  char *all = memory_format (fixture->owner, "Accept: text/event-stream\r\n%s", fields);
  return world_ask (fixture->world, fixture->owner, "GET /v1/membership/runs/" RUN_ID, all, NULL);
}

static void
test_watch_that_cannot_begin (void **state)
{
  Fixture *fixture = *state;
  fixture->plan.fail_times = 1;
  fixture->plan.fail_code = STATUS_NOT_FOUND;
  char *answer = watch (fixture, "");
  assert_int_equal (answer_status (answer), 404);
  assert_string_equal (answer_field (fixture->owner, answer, "Content-Type"), "application/problem+json");
  char *fields = memory_format (fixture->owner, "Last-Event-ID: %01100d\r\n", 7);
  assert_int_equal (answer_status (watch (fixture, fields)), 400);
}

/* A service that is away for a while holds the stream up; it does not end it. */
static void
test_watch_outlives_an_outage (void **state)
{
  Fixture *fixture = *state;
  fixture->plan.fail_from = 2;
  fixture->plan.fail_times = 2;
  fixture->plan.fail_code = STATUS_UNAVAILABLE;
  char *answer = watch (fixture, "");
  assert_int_equal (answer_status (answer), 200);
  assert_true (answer_is_whole (answer));
  expect_part (answer, "\"done\":true");
  assert_int_equal (count_of (answer, "event: problem"), 0);
}

static void
test_watch_tells_what_does_not_pass (void **state)
{
  Fixture *fixture = *state;
  fixture->plan.fail_from = 2;
  fixture->plan.fail_times = 1;
  fixture->plan.fail_code = STATUS_PERMISSION_DENIED;
  char *answer = watch (fixture, "");
  assert_true (answer_is_whole (answer));
  expect_part (answer, "event: problem\ndata: {\"type\":\"/problems/SCRIPTED\"");
  assert_int_equal (count_of (answer, "\"done\":true"), 0);
}

/* What the client has seen already is not told again. */
static void
test_watch_resumes (void **state)
{
  Fixture *fixture = *state;
  fixture->plan.watched = 1;
  char *answer = watch (fixture, "Last-Event-ID: e1\r\n");
  assert_int_equal (count_of (answer, "data: {"), 1);
  expect_part (answer, "\"done\":true");
}

static char *
follow_request (Fixture *fixture, const char *fields)
{
  return memory_format (
      fixture->owner,
      "GET /v1/membership/changes HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
      "X-Forwarded-For: 192.0.2.1\r\n%s\r\n",
      fields);
}

static void
test_follow (void **state)
{
  Fixture *fixture = *state;
  int peer = world_connect (fixture->world);
  char *request = follow_request (fixture, "");
  world_send (peer, request, strlen (request));
  char *text = world_read_until (fixture->owner, peer, "\nid: 13\n\n");
  expect_part (text, "id: 11\n\n");
  assert_int_equal (count_of (text, "data: {"), 2);
  char *answer = world_ask (fixture->world, fixture->owner, "GET /v1/membership/changes",
                            "Accept: text/event-stream\r\nX-Forwarded-For: 192.0.2.1\r\n", NULL);
  assert_int_equal (answer_status (answer), 429);
  expect_part (answer, "TOO_MANY_STREAMS");
  close (peer);
}

static void
test_follow_resumes (void **state)
{
  Fixture *fixture = *state;
  int peer = world_connect (fixture->world);
  char *request = follow_request (fixture, "Last-Event-ID: 12\r\n");
  world_send (peer, request, strlen (request));
  char *text = world_read_until (fixture->owner, peer, "\nid: 13\n\n");
  assert_int_equal (count_of (text, "data: {"), 1);
  close (peer);
}

static void
drain (World *world)
{
  gateway_thread_drain (world_thread (world));
}

static void
test_drain_ends_streams (void **state)
{
  Fixture *fixture = *state;
  int peer = world_connect (fixture->world);
  char *request = follow_request (fixture, "Last-Event-ID: 12\r\n");
  world_send (peer, request, strlen (request));
  (void)world_read_until (fixture->owner, peer, "\nid: 13\n\n");
  world_run (fixture->world, drain);
  char *rest = world_read_all (fixture->owner, peer, NULL);
  assert_true (answer_is_whole (rest) || strcmp (rest, "0\r\n\r\n") == 0);
  close (peer);
}

/* ---- uploads ---- */

static char *
pattern (Fixture *fixture, size_t length)
{
  char *text = memory_must (talloc_size (fixture->owner, length + 1));
  for (size_t i = 0; i < length; i++)
    text[i] = (char)('a' + i % 23);
  text[length] = '\0';
  return text;
}

static UploadPart *
heard_part (Fixture *fixture, size_t index)
{
  Heard heard = world_heard (fixture->world, fixture->owner, index);
  return upload_part__unpack (memory_allocator (fixture->owner), heard.body.length, heard.body.data);
}

/* Whatever the size, the parts put together are the file, and exactly the last says so. */
static void
test_upload_sizes (void **state)
{
  Fixture *fixture = *state;
  static const size_t sizes[] = {0, 1, PART - 1, PART, PART + 1, (size_t)3 * PART, 3 * PART + 17};
  size_t heard = 0;
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    char *body = pattern (fixture, sizes[i]);
    char *answer =
        world_ask (fixture->world, fixture->owner, "POST /v1/import-files?file_name=people.csv", CSV, body);
    assert_int_equal (answer_status (answer), 201);
    expect_part (answer, "\"complete\":true");
    size_t offset = 0;
    for (uint32_t number = 0;; number++) {
      UploadPart *part = heard_part (fixture, heard++);
      assert_int_equal (part->part, number);
      assert_string_equal (part->file_name, "people.csv");
      assert_true (part->data.len <= PART);
      assert_memory_equal (part->data.data, body + offset, part->data.len);
      offset += part->data.len;
      if (number == 0)
        expect_part (answer, part->upload_id);
      if (part->last)
        break;
    }
    assert_int_equal (offset, sizes[i]);
  }
  assert_int_equal (world_heard_count (fixture->world), heard);
}

static void
test_upload_names_and_keys (void **state)
{
  Fixture *fixture = *state;
  static const struct {
    const char *fields;
    const char *name;
  } cases[] = {
      {CSV, ""},
      {CSV "Content-Disposition: attachment; filename=\"a \\\"b\\\";c.csv\"\r\n", "a \"b\";c.csv"},
      {CSV "Content-Disposition: attachment; filename=plain.csv; size=1\r\n", "plain.csv"},
      {CSV "Content-Disposition: attachment; filename=\"x.csv\"; filename*=UTF-8''j%C3%A4senet.csv\r\n",
       "j\xc3\xa4senet.csv"},
      {CSV "Content-Disposition: attachment; filename=\"../../etc/passwd\"\r\n", "passwd"},
      {CSV "Content-Disposition: attachment; filename*=UTF-8''%ff\r\n", ""},
      {CSV "Content-Disposition: attachment; filename=\xff.csv\r\n", ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    (void)world_ask (fixture->world, fixture->owner, "POST /v1/import-files", cases[i].fields, "a");
    assert_string_equal (heard_part (fixture, i)->file_name, cases[i].name);
  }
  size_t first = world_heard_count (fixture->world);
  for (int i = 0; i < 2; i++)
    (void)world_ask (fixture->world, fixture->owner, "POST /v1/import-files", CSV "Idempotency-Key: k\r\n",
                     "a");
  assert_string_equal (heard_part (fixture, first)->upload_id, heard_part (fixture, first + 1)->upload_id);
  assert_string_not_equal (heard_part (fixture, 0)->upload_id, heard_part (fixture, 1)->upload_id);
}

static void
test_upload_refusals (void **state)
{
  Fixture *fixture = *state;
  static const struct {
    const char *line;
    const char *fields;
    int status;
  } cases[] = {{"POST /v1/import-files", "", 415},
               {"POST /v1/import-files", "Content-Type: multipart/form-data; boundary=x\r\n", 415},
               {"POST /v1/import-files", CSV "Content-Encoding: gzip\r\n", 415},
               {"POST /v1/import-files?upload_id=x", CSV, 400},
               {"POST /v1/import-files?last=true", CSV, 400},
               {"POST /v1/import-files?file_name=" FIFTY FIFTY FIFTY FIFTY "x", CSV, 400}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char *answer = world_ask (fixture->world, fixture->owner, cases[i].line, cases[i].fields, "a,b\n");
    if (answer_status (answer) != cases[i].status)
      fail_msg ("%s %s: %s", cases[i].line, cases[i].fields, answer);
  }
  assert_int_equal (world_heard_count (fixture->world), 0);
  fixture->plan.fail_code = STATUS_FAILED_PRECONDITION;
  fixture->plan.fail_page = 1;
  fixture->plan.fail_times = 1;
  char *answer = world_ask (fixture->world, fixture->owner, "POST /v1/import-files", CSV,
                            pattern (fixture, (size_t)3 * PART));
  assert_int_equal (answer_status (answer), 400);
  expect_part (answer, "SCRIPTED");
}

/* A part that the service could not take is sent again, the same bytes with the same number. */
static void
test_upload_outlives_an_outage (void **state)
{
  Fixture *fixture = *state;
  fixture->plan.fail_code = STATUS_UNAVAILABLE;
  fixture->plan.fail_page = 1;
  fixture->plan.fail_times = 2;
  char *body = pattern (fixture, (size_t)2 * PART + 5);
  char *answer = world_ask (fixture->world, fixture->owner, "POST /v1/import-files", CSV, body);
  assert_int_equal (answer_status (answer), 201);
  static const uint32_t numbers[] = {0, 1, 1, 1, 2};
  assert_int_equal (world_heard_count (fixture->world), 5);
  for (size_t i = 0; i < 5; i++) {
    UploadPart *part = heard_part (fixture, i);
    assert_int_equal (part->part, numbers[i]);
    assert_memory_equal (part->data.data, body + (size_t)numbers[i] * PART, part->data.len);
    assert_int_equal (part->last, numbers[i] == 2);
  }
}

static void
test_upload_too_large (void **state)
{
  Fixture *fixture = *state;
  int peer = world_connect (fixture->world);
  const char *request = "POST /v1/import-files HTTP/1.1\r\nHost: localhost\r\n" CSV
                        "Content-Length: 999999999\r\nConnection: close\r\n\r\n";
  world_send (peer, request, strlen (request));
  char *answer = world_read_all (fixture->owner, peer, NULL);
  assert_int_equal (answer_status (answer), 413);
  close (peer);
}

/* While a part is on its way and the next is full, nothing more is read; when the client leaves, the last
 * part never goes out. */
static void
test_upload_waits_and_aborts (void **state)
{
  Fixture *fixture = *state;
  fixture->plan.keep_parts = true;
  int peer = world_connect (fixture->world);
  const char *head =
      "POST /v1/import-files HTTP/1.1\r\nHost: localhost\r\n" CSV "Content-Length: 8000000\r\n\r\n";
  world_send (peer, head, strlen (head));
  char *chunk = pattern (fixture, 65536);
  size_t sent = 0;
  for (int quiet = 0; quiet < 30;) {
    ssize_t got = send (peer, chunk, 65536, MSG_NOSIGNAL | MSG_DONTWAIT);
    sent += got > 0 ? (size_t)got : 0;
    quiet = got > 0 ? 0 : quiet + 1;
    usleep (10000);
  }
  assert_true (sent < 8000000);
  assert_int_equal (world_heard_count (fixture->world), 1);
  close (peer);
  usleep (100000);
  world_run (fixture->world, answer_kept);
  usleep (100000);
  for (size_t i = 0; i < world_heard_count (fixture->world); i++)
    assert_false (heard_part (fixture, i)->last);
}

static void
test_upload_in_chunks (void **state)
{
  Fixture *fixture = *state;
  int peer = world_connect (fixture->world);
  const char *request =
      "POST /v1/import-files HTTP/1.1\r\nHost: localhost\r\n" CSV
      "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\na,b\n\r\n3\r\n1,2\r\n0\r\n\r\n";
  world_send (peer, request, strlen (request));
  char *answer = world_read_all (fixture->owner, peer, NULL);
  assert_int_equal (answer_status (answer), 201);
  assert_int_equal (heard_part (fixture, 0)->data.len, 7);
  close (peer);
}

#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)

int
main (void)
{
  const struct CMUnitTest tests[] = {
      TEST (test_csv),
      TEST (test_export_options),
      TEST (test_export_failures),
      TEST (test_export_outlives_an_outage),
      TEST (test_export_waits_for_the_reader),
      TEST (test_watch),
      TEST (test_watch_that_cannot_begin),
      TEST (test_watch_outlives_an_outage),
      TEST (test_watch_tells_what_does_not_pass),
      TEST (test_watch_resumes),
      TEST (test_follow),
      TEST (test_follow_resumes),
      TEST (test_drain_ends_streams),
      TEST (test_upload_sizes),
      TEST (test_upload_names_and_keys),
      TEST (test_upload_refusals),
      TEST (test_upload_outlives_an_outage),
      TEST (test_upload_too_large),
      TEST (test_upload_waits_and_aborts),
      TEST (test_upload_in_chunks),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
