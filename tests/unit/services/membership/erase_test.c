/* Erasing a person: nothing that names them is left in any table, the others keep what is theirs, and
 * followers are told. */
#include "world.h"

#include "heimo/membership/v1/membership_events.pb-c.h"

#include <stdlib.h>

static World *world;

/* Makes a call of a handler: CALL (status, update_person, &request, &reply). */
#define CALL(status, handler, request, reply)                                                                \
  do {                                                                                                       \
    Call *call_ = world_call (*state, world);                                                                \
    Status status_ = handler (call_, (request), (reply));                                                    \
    (status) = world_end (world, call_, status_);                                                            \
  } while (0)

static const char *
add_person (void **state, const char *family, const char *key, const char *code)
{
  CreatePersonRequest request = CREATE_PERSON_REQUEST__INIT;
  Person person = PERSON__INIT, reply = PERSON__INIT;
  Address address = ADDRESS__INIT;
  Status status;
  person.given_name = "Aino";
  person.family_name = family;
  person.key = key;
  person.personal_identity_code = code;
  person.email = memory_format (*state, "%s@example.org", family);
  address.street = memory_format (*state, "%s Street 1", family);
  address.postal_code = "13100";
  address.town = "Town";
  person.address = &address;
  request.person = &person;
  CALL (status, create_person, &request, &reply);
  assert_success (status);
  return memory_string (*state, reply.person_id);
}

static void
add_tag (void **state, const char *person_id, const char *value)
{
  CreatePersonFactRequest request = CREATE_PERSON_FACT_REQUEST__INIT;
  PersonFact fact = PERSON_FACT__INIT, reply = PERSON_FACT__INIT;
  Status status;
  fact.kind = FACT_KIND__FACT_KIND_TAG;
  fact.value = value;
  request.person_id = person_id;
  request.fact = &fact;
  CALL (status, create_person_fact, &request, &reply);
  assert_success (status);
}

static void
add_guardian (void **state, const char *guardian, const char *ward)
{
  CreateRelationRequest request = CREATE_RELATION_REQUEST__INIT;
  Relation relation = RELATION__INIT, reply = RELATION__INIT;
  Status status;
  relation.kind = RELATION_KIND__RELATION_KIND_GUARDIAN;
  relation.person_id = guardian;
  relation.other_id = ward;
  request.relation = &relation;
  CALL (status, create_relation, &request, &reply);
  assert_success (status);
}

static Status
erase (void **state, const char *person_id, const char *etag, ErasePersonResponse *reply)
{
  ErasePersonRequest request = ERASE_PERSON_REQUEST__INIT;
  Status status;
  request.person_id = person_id;
  request.reason = "asked for it";
  request.etag = etag;
  erase_person_response__init (reply);
  CALL (status, erase_person, &request, reply);
  if (!status_failed (status))
    reply->run_id = memory_string (*state, reply->run_id);
  return status;
}

static Status
get (void **state, const char *person_id)
{
  GetPersonRequest request = GET_PERSON_REQUEST__INIT;
  Person reply = PERSON__INIT;
  Status status;
  request.person_id = person_id;
  CALL (status, get_person, &request, &reply);
  return status;
}

static void
nothing_is_left (void **state)
{
  const char *erased = add_person (state, "Canary", "C1", "131052-308T");
  const char *other = add_person (state, "Keeper", "C2", "010190-900P");
  ErasePersonResponse reply;
  add_tag (state, erased, "canary");
  add_tag (state, other, "kept");
  add_guardian (state, erased, other);
  world_value (world,
               memory_format (*state,
                              "INSERT INTO import_row (federation_id, import_id, position, line, action, "
                              "person_id, seal_id, family_name) VALUES ('%s', '%s', 1, 2, 2, '%s', '%s', "
                              "'Canary')",
                              FEDERATION, FEDERATION, erased, erased));
  assert_in_range (test_mentions (*state, world->database, "canary"), 6, 100);
  uint64_t kept = test_mentions (*state, world->database, "keeper");
  const char *version = memory_format (*state, "SELECT version FROM person WHERE person_id = '%s'", other);
  int before = atoi (world_value (world, version));

  assert_success (erase (state, erased, "", &reply));
  assert_int_equal (world->events, 2); /* of the ward, too */
  assert_int_equal (atoi (world_value (world, version)), before + 1);
  RunStep total = {0};
  assert_success (world_run (world, reply.run_id, true, &total));
  assert_int_equal (test_mentions (*state, world->database, "canary"), 0);
  assert_int_equal (test_mentions (*state, world->database, "keeper"), kept);
  assert_string_equal (world_value (world, "SELECT count(*) FROM relation"), "0");
  assert_string_equal (world_value (world, "SELECT string_agg (value, ',') FROM person_fact"), "kept");
  assert_string_equal (world_value (world, "SELECT reason || ' ' || recorded_by FROM erasure"),
                       memory_format (*state, "asked for it %s", world->principal.subject));
  assert_string_equal (reason_of (get (state, erased)), "PERSON_NOT_FOUND");
  assert_success (get (state, other));
  assert_string_equal (reason_of (erase (state, erased, "", &reply)), "PERSON_NOT_FOUND");
  add_person (state, "Another", "C1", "131052-308T"); /* nobody has key and code any more */
}

/* What followers read, whenever they do: the erasure, and nothing before it. */
static void
followers_are_told (void **state)
{
  const char *erased = add_person (state, "Canary", "", "");
  ErasePersonResponse reply;
  add_tag (state, erased, "canary");
  assert_success (erase (state, erased, "", &reply));
  RunStep total = {0};
  assert_success (world_run (world, reply.run_id, false, &total));
  const char *run_id;
  Call *call = world_call (*state, world);
  Status status = call_start_run (call, "republish", "", "", "", "", &run_id);
  run_id = memory_string (*state, run_id);
  assert_success (world_end (world, call, status));
  assert_success (world_run (world, run_id, false, &total));
  const char *events = world_value (
      world, "SELECT string_agg (encode (payload, 'hex'), ' ' ORDER BY record_time, seq) FROM event_log");
  size_t told = 0;
  for (char *rest = memory_string (*state, events), *hex; (hex = strsep (&rest, " ")) != NULL; told++) {
    size_t length = strlen (hex) / 2;
    uint8_t *bytes = memory_array (*state, uint8_t, length + 1);
    for (size_t i = 0; i < length; i++)
      bytes[i] = (uint8_t)strtoul ((char[]){hex[2 * i], hex[2 * i + 1], '\0'}, NULL, 16);
    PersonChanged *event =
        (PersonChanged *)memory_unpack (*state, &person_changed__descriptor, (Bytes){bytes, length});
    assert_true (event->erased && event->complete);
    assert_string_equal (event->person_id, erased);
    assert_true (event->display == NULL && event->n_recorded == 0 && event->n_superseded == 0);
  }
  assert_int_equal (told, 4); /* recorded, tagged, erased, told again */
}

static void
a_stale_etag_erases_nothing (void **state)
{
  const char *person = add_person (state, "Canary", "", "");
  ErasePersonResponse reply;
  uint64_t before = test_mentions (*state, world->database, "canary");
  assert_string_equal (reason_of (erase (state, person, "\"7\"", &reply)), "ETAG_MISMATCH");
  assert_int_equal (test_mentions (*state, world->database, "canary"), before);
  assert_success (erase (state, person, "\"1\"", &reply));
}

static int
set_up (void **state)
{
  (void)state;
  world = world_new (NULL);
  return 0;
}

static int
tear_down (void **state)
{
  (void)state;
  talloc_free (world);
  return 0;
}

static int
begin (void **state)
{
  *state = memory_context (NULL);
  world_day (world, "2026-11-21");
  test_query (
      *state, world->database,
      "SET client_min_messages = warning; TRUNCATE person, person_version, address, person_fact, relation, "
      "family, event_log, run, import_row, erasure CASCADE");
  return 0;
}

static int
end (void **state)
{
  talloc_free (*state);
  return 0;
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown (nothing_is_left, begin, end),
      cmocka_unit_test_setup_teardown (followers_are_told, begin, end),
      cmocka_unit_test_setup_teardown (a_stale_etag_erases_nothing, begin, end),
  };
  return cmocka_run_group_tests (tests, set_up, tear_down);
}
