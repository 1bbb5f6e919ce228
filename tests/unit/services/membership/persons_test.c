/* Persons, addresses, facts, relations and history against a real database. */
#include "world.h"

#include "heimo/membership/v1/membership_events.pb-c.h"
#include "membership_sql.h"
#include "services/membership/persons.h"

static World *world;

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
  test_query (*state, world->database,
              "SET client_min_messages = warning; TRUNCATE person, person_version, "
              "address, person_fact, relation, place, organ_ref, family, event_log, run CASCADE");
  return 0;
}

static int
end (void **state)
{
  talloc_free (*state);
  return 0;
}

/* Makes a call of a handler: CALL (status, update_person, &request, &reply). */
#define CALL(status, handler, request, reply)                                                                \
  do {                                                                                                       \
    Call *call_ = world_call (*state, world);                                                                \
    Status status_ = handler (call_, (request), (reply));                                                    \
    (status) = world_end (world, call_, status_);                                                            \
  } while (0)

static Person
plain_person (const char *given, const char *family)
{
  Person person = PERSON__INIT;
  person.given_name = given;
  person.family_name = family;
  return person;
}

static Status
create (void **state, Person *person, Person *reply)
{
  CreatePersonRequest request = CREATE_PERSON_REQUEST__INIT;
  Status status;
  request.person = person;
  person__init (reply);
  CALL (status, create_person, &request, reply);
  return status;
}

/* The batch gives the same as the handler of one: asked twice, beside somebody who is not there. */
static void
compare_with_batch (void **state, const char *person_id, Status status, const Person *reply)
{
  enum { COUNT = 3 };
  const char *ids[COUNT] = {person_id, FEDERATION, person_id};
  GetPersonRequest requests[COUNT];
  Person replies[COUNT];
  BatchItem items[COUNT];
  Call *call = world_call (*state, world);
  for (size_t i = 0; i < COUNT; i++) {
    get_person_request__init (&requests[i]);
    person__init (&replies[i]);
    requests[i].person_id = ids[i];
    items[i] = (BatchItem){.call = call, .request = &requests[i].base, .reply = &replies[i].base};
  }
  assert_success (get_person_batch (call, items, COUNT));
  assert_string_equal (reason_of (items[1].status), "PERSON_NOT_FOUND");
  Bytes expected = memory_pack (call, &reply->base);
  for (size_t i = 0; i < COUNT; i += 2) {
    assert_string_equal (reason_of (items[i].status), reason_of (status));
    Bytes got = memory_pack (call, &replies[i].base);
    assert_int_equal (got.length, expected.length);
    assert_memory_equal (got.data, expected.data, got.length);
  }
  assert_success (world_end (world, call, STATUS_SUCCESS));
}

/* The face kept on the person's row is what address and relation say for the day. */
static void
compare_with_tables (void **state, const char *person_id, const Person *reply)
{
  Call *call = world_call (*state, world);
  Person dated = PERSON__INIT;
  DbResult *result;
  assert_success (
      db_run (call->db, call, &sql_person_get_many_dated,
              DB_VALUES (db_text ("federation_id", FEDERATION), db_text ("today", call_today_text (call)),
                         db_texts ("person_ids", &person_id, 1)),
              &result));
  assert_int_equal (db_row_count (result), 1);
  assert_success (person_read_row (call, result, 0, &dated));
  Bytes expected = memory_pack (call, &dated.base), got = memory_pack (call, &reply->base);
  assert_int_equal (got.length, expected.length);
  assert_memory_equal (got.data, expected.data, got.length);
  assert_success (world_end (world, call, STATUS_SUCCESS));
}

static Status
get (void **state, const char *person_id, Person *reply)
{
  GetPersonRequest request = GET_PERSON_REQUEST__INIT;
  Status status;
  request.person_id = person_id;
  person__init (reply);
  CALL (status, get_person, &request, reply);
  compare_with_batch (state, person_id, status, reply);
  if (!status_failed (status))
    compare_with_tables (state, person_id, reply);
  return status;
}

/* The facts of the last event: "-KIND" for superseded ones and "+KIND=value[from,to)" for recorded ones,
 * sorted by kind as they come. */
static char *
last_event (void *owner)
{
  char *text = memory_string (owner, "");
  char *hex =
      test_query (owner, world->database,
                  "SELECT encode (payload, 'hex') FROM event_log ORDER BY record_time DESC, log_id LIMIT 1");
  size_t length = strlen (hex) / 2;
  uint8_t *bytes = memory_array (owner, uint8_t, length + 1);
  for (size_t i = 0; i < length; i++) {
    unsigned byte;
    sscanf (hex + 2 * i, "%2x", &byte);
    bytes[i] = (uint8_t)byte;
  }
  PersonChanged *event =
      (PersonChanged *)memory_unpack (owner, &person_changed__descriptor, (Bytes){bytes, length});
  assert_non_null (event);
  if (event->display != NULL)
    text = talloc_asprintf_append (text, "%s%s;", event->display->family_name,
                                   event->display->withdrawn ? "!" : "");
  for (size_t i = 0; i < event->n_superseded; i++)
    text = talloc_asprintf_append (text, "-%d;", event->superseded[i]->kind);
  for (size_t i = 0; i < event->n_recorded; i++)
    text =
        talloc_asprintf_append (text, "+%d=%s[%s,%s);", event->recorded[i]->kind, event->recorded[i]->value,
                                event->recorded[i]->valid_from, event->recorded[i]->valid_to);
  return text;
}

static void
put_place (void **state)
{
  Place place = PLACE__INIT;
  Place *places[] = {&place};
  ImportPlacesRequest request = IMPORT_PLACES_REQUEST__INIT;
  ImportPlacesResponse reply = IMPORT_PLACES_RESPONSE__INIT;
  Status status;
  place.country = "FI";
  place.postal_code = "13100";
  place.town = "Hämeenlinna";
  place.municipality = "Hämeenlinna";
  place.province = "Kanta-Häme";
  request.places = places;
  request.n_places = 1;
  CALL (status, import_places, &request, &reply);
  assert_success (status);
  assert_int_equal (reply.recorded, 1);
  CALL (status, import_places, &request, &reply);
  assert_success (status);
  assert_int_equal (reply.recorded, 0);
}

static void
a_person_is_recorded (void **state)
{
  Person person = plain_person ("Anna", "Järvinen"), reply, again;
  Address address = ADDRESS__INIT;
  put_place (state);
  person.key = "P1";
  person.birth_date = "1952-10-13";
  person.personal_identity_code = "131052-308T";
  person.member_number = "ignored";
  address.street = "Raatihuoneenkatu 1";
  address.postal_code = "13100";
  person.address = &address;
  assert_success (create (state, &person, &reply));
  assert_int_equal (world->events, 1);
  assert_string_equal (last_event (*state),
                       "Järvinen;+1=1952-10-13[,);+2=13100[2026-11-21,);+3=Hämeenlinna[2026-11-21,);"
                       "+4=Hämeenlinna[2026-11-21,);+5=Kanta-Häme[2026-11-21,);+6=FI[2026-11-21,);");
  assert_success (get (state, reply.person_id, &again));
  assert_string_equal (again.given_name, "Anna");
  assert_string_equal (again.personal_identity_code, "131052-3***");
  assert_string_equal (again.etag, "\"1\"");
  assert_string_equal (again.address->municipality, "Hämeenlinna");
  assert_string_equal (again.address->country, "FI");
  assert_int_equal (strlen (again.member_number), 8);
  assert_string_equal (
      world_value (world, "SELECT position ('131052' IN encode (identity_cipher, 'escape')) FROM person"),
      "0");
}

static void
bad_persons_are_refused (void **state)
{
  static const struct {
    const char *given, *key, *birth_date, *code, *reason;
  } cases[] = {
      {" ", "", "", "", "REQUIRED"},
      {"Anna", "", "2026-11-22", "", "FUTURE_DATE"},
      {"Anna", "", "", "131052-308S", "IDENTITY_CODE_CHECK"},
      {"Anna", "", "1953-10-13", "131052-308T", "BIRTH_DATE_MISMATCH"},
      {"Anna", "P1", "", "", "KEY_TAKEN"},
      {"Anna", "", "", "010190-900P", "IDENTITY_CODE_TAKEN"},
  };
  Person first = plain_person ("First", "One"), reply;
  first.key = "P1";
  first.personal_identity_code = "010190-900P";
  assert_success (create (state, &first, &reply));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Person person = plain_person (cases[i].given, "Virtanen");
    person.key = cases[i].key;
    person.birth_date = cases[i].birth_date;
    person.personal_identity_code = cases[i].code;
    assert_string_equal (reason_of (create (state, &person, &reply)), cases[i].reason);
  }
  assert_string_equal (world_value (world, "SELECT count (*) FROM person"), "1");
  assert_string_equal (reason_of (get (state, "01890000-0000-7000-8000-000000000000", &reply)),
                       "PERSON_NOT_FOUND");
}

static Status
update (void **state, const char *person_id, Person *person, const char *mask, const char *from,
        Person *reply)
{
  UpdatePersonRequest request = UPDATE_PERSON_REQUEST__INIT;
  Status status;
  request.person_id = person_id;
  request.person = person;
  request.update_mask = mask;
  request.valid_from = from;
  person__init (reply);
  CALL (status, update_person, &request, reply);
  return status;
}

static void
fields_change_from_a_day (void **state)
{
  Person person = plain_person ("Anna", "Järvinen"), reply, changed = PERSON__INIT;
  person.email = "anna@example.org";
  assert_success (create (state, &person, &reply));
  const char *id = reply.person_id;
  changed.family_name = "Virtanen";
  changed.etag = "\"7\"";
  assert_string_equal (reason_of (update (state, id, &changed, "familyName", "", &reply)), "ETAG_MISMATCH");
  changed.etag = "\"1\"";
  assert_success (update (state, id, &changed, "familyName", "2026-06-01", &reply));
  assert_string_equal (reply.family_name, "Virtanen");
  assert_string_equal (reply.email, "anna@example.org");
  assert_string_equal (reply.etag, "\"2\"");
  assert_string_equal (last_event (*state), "Virtanen;");
  assert_string_equal (
      world_value (world,
                   "SELECT string_agg (family_name || valid, ' ' ORDER BY valid) FROM person_version WHERE "
                   "superseded_at IS NULL"),
      "Järvinen(,2026-06-01) Virtanen[2026-06-01,)");
  changed = plain_person ("", "");
  assert_success (update (state, id, &changed, "email,memberNumber", "", &reply));
  assert_string_equal (reply.email, "");
  assert_string_equal (reason_of (update (state, id, &changed, "givenName", "", &reply)), "REQUIRED");
  assert_string_equal (reason_of (update (state, id, &changed, "shoeSize", "", &reply)), "UNKNOWN_FIELD");
  assert_string_equal (reason_of (update (state, id, &changed, "address", "", &reply)), "NOT_UPDATABLE");
  assert_string_equal (reason_of (update (state, id, &changed, "email", "2026-13-01", &reply)),
                       "INVALID_DATE");
  /* Nothing changes: no version, no event. */
  assert_success (update (state, id, &changed, "email", "", &reply));
  assert_int_equal (world->events, 0);
}

static void
a_future_name_comes_on_its_day (void **state)
{
  Person person = plain_person ("Anna", "Järvinen"), reply, changed = plain_person ("", "Virtanen");
  assert_success (create (state, &person, &reply));
  assert_success (update (state, reply.person_id, &changed, "", "2026-12-01", &reply));
  assert_string_equal (reply.family_name, "Järvinen");
  test_query (*state, world->database,
              "INSERT INTO run (federation_id, run_id, type, actor) VALUES ('" FEDERATION
              "', '01890000-0000-7000-8000-000000000001', 'membership-day', 'automatic')");
  world_day (world, "2026-12-01");
  assert_success (world_run (world, "01890000-0000-7000-8000-000000000001", false, NULL));
  assert_success (get (state, reply.person_id, &reply));
  assert_string_equal (reply.family_name, "Virtanen");
  assert_string_equal (last_event (*state), "Virtanen;");
}

static void
a_birth_date_is_corrected (void **state)
{
  Person person = plain_person ("Anna", "Järvinen"), reply, changed = PERSON__INIT;
  person.birth_date = "2010-01-01";
  assert_success (create (state, &person, &reply));
  changed.birth_date = "2011-01-01";
  assert_success (update (state, reply.person_id, &changed, "", "", &reply));
  assert_string_equal (last_event (*state), "-1;+1=2011-01-01[,);");
  assert_string_equal (
      world_value (world, "SELECT count (*) FROM person_version WHERE superseded_at IS NULL"), "1");
}

static Status
move (void **state, const char *person_id, const char *code, const char *from, const char *to)
{
  CreateAddressRequest request = CREATE_ADDRESS_REQUEST__INIT;
  Address address = ADDRESS__INIT, reply = ADDRESS__INIT;
  Status status;
  address.postal_code = code;
  address.valid_from = from;
  address.valid_to = to;
  request.person_id = person_id;
  request.address = &address;
  CALL (status, create_address, &request, &reply);
  return status;
}

static void
an_address_cuts_those_before (void **state)
{
  Person person = plain_person ("Anna", "Järvinen"), reply;
  assert_success (create (state, &person, &reply));
  const char *id = reply.person_id;
  assert_success (move (state, id, "00100", "2020-01-01", ""));
  assert_success (move (state, id, "00200", "2022-01-01", "2023-01-01"));
  assert_string_equal (last_event (*state),
                       "-2;-6;+2=00100[2020-01-01,2022-01-01);+6=FI[2020-01-01,2022-01-01);"
                       "+2=00100[2023-01-01,);+6=FI[2023-01-01,);+2=00200[2022-01-01,2023-01-01);+6=FI[2022-"
                       "01-01,2023-01-01);");
  assert_string_equal (
      world_value (world, "SELECT string_agg (postal_code || valid, ' ' ORDER BY valid) FROM address "
                          "WHERE superseded_at IS NULL"),
      "00100[2020-01-01,2022-01-01) 00200[2022-01-01,2023-01-01) 00100[2023-01-01,)");
  assert_string_equal (reason_of (move (state, id, "00300", "2022-01-01", "2022-01-01")), "PERIOD_EMPTY");
  assert_success (move (state, id, "00300", "2019-01-01", "2024-01-01"));
  assert_string_equal (
      world_value (world, "SELECT string_agg (postal_code || valid, ' ' ORDER BY valid) FROM address "
                          "WHERE superseded_at IS NULL"),
      "00300[2019-01-01,2024-01-01) 00100[2024-01-01,)");
}

static void
addresses_are_told_as_known (void **state)
{
  Person person = plain_person ("Anna", "Järvinen"), reply;
  ListAddressesRequest request = LIST_ADDRESSES_REQUEST__INIT;
  ListAddressesResponse list = LIST_ADDRESSES_RESPONSE__INIT;
  Status status;
  assert_success (create (state, &person, &reply));
  assert_success (move (state, reply.person_id, "00100", "2020-01-01", ""));
  world_day (world, "2026-11-25");
  assert_success (move (state, reply.person_id, "00200", "2019-01-01", ""));
  request.person_id = reply.person_id;
  static const struct {
    const char *day;
    size_t count;
    const char *code;
  } cases[] = {
      {"", 1, "00200"}, {"2026-11-25", 1, "00200"}, {"2026-11-24", 1, "00100"}, {"2026-11-20", 0, ""}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    list_addresses_response__init (&list);
    request.as_known_on = cases[i].day;
    CALL (status, list_addresses, &request, &list);
    assert_success (status);
    assert_int_equal (list.n_addresses, cases[i].count);
    if (list.n_addresses > 0)
      assert_string_equal (list.addresses[0]->postal_code, cases[i].code);
  }
}

static Status
add_fact (void **state, const char *person_id, FactKind kind, const char *value, const char *organ,
          const char *from, const char *to, PersonFact *reply)
{
  CreatePersonFactRequest request = CREATE_PERSON_FACT_REQUEST__INIT;
  PersonFact fact = PERSON_FACT__INIT;
  Status status;
  fact.kind = kind;
  fact.value = value;
  fact.organ_id = organ;
  fact.valid_from = from;
  fact.valid_to = to;
  request.person_id = person_id;
  request.fact = &fact;
  person_fact__init (reply);
  CALL (status, create_person_fact, &request, reply);
  return status;
}

static void
facts_are_recorded_corrected_and_ended (void **state)
{
  Person person = plain_person ("Anna", "Järvinen"), reply;
  PersonFact fact, other;
  Status status;
  assert_success (create (state, &person, &reply));
  const char *id = reply.person_id;
  assert_success (add_fact (state, id, 7, "Member", "", "2020-01-01", "", &fact));
  assert_string_equal (last_event (*state), "+7=Member[2020-01-01,);");
  assert_string_equal (reason_of (add_fact (state, id, 7, "Member", "", "2021-01-01", "", &other)),
                       "FACT_EXISTS");
  assert_success (add_fact (state, id, 7, "Donor", "", "2021-01-01", "", &other));
  assert_string_equal (reason_of (add_fact (state, id, 7, "", "", "", "", &other)), "REQUIRED");
  assert_string_equal (reason_of (add_fact (state, id, 8, "1", "", "", "", &other)), "REQUIRED");
  assert_string_equal (reason_of (add_fact (state, id, 10, "x", FEDERATION, "", "", &other)), "NOT_ALLOWED");
  assert_string_equal (reason_of (add_fact (state, id, 2, "00100", "", "", "", &other)), "WRONG_KIND");

  CorrectPersonFactRequest correct = CORRECT_PERSON_FACT_REQUEST__INIT;
  PersonFact right = PERSON_FACT__INIT;
  right.kind = 7;
  right.value = "Member";
  right.valid_from = "2019-01-01";
  correct.person_id = id;
  correct.fact_id = fact.fact_id;
  correct.fact = &right;
  CALL (status, correct_person_fact, &correct, &other);
  assert_success (status);
  assert_string_equal (last_event (*state), "-7;+7=Member[2019-01-01,);");
  CALL (status, correct_person_fact, &correct, &fact);
  assert_string_equal (reason_of (status), "FACT_NOT_FOUND");

  EndPersonFactRequest ending = END_PERSON_FACT_REQUEST__INIT;
  ending.person_id = id;
  ending.fact_id = other.fact_id;
  ending.valid_to = "2019-01-01";
  CALL (status, end_person_fact, &ending, &fact);
  assert_string_equal (reason_of (status), "PERIOD_EMPTY");
  ending.valid_to = "";
  person_fact__init (&fact);
  CALL (status, end_person_fact, &ending, &fact);
  assert_success (status);
  assert_string_equal (fact.valid_to, "2026-11-21");
  assert_string_equal (last_event (*state), "-7;+7=Member[2019-01-01,2026-11-21);");

  WithdrawPersonFactRequest withdraw = WITHDRAW_PERSON_FACT_REQUEST__INIT;
  WithdrawPersonFactResponse nothing = WITHDRAW_PERSON_FACT_RESPONSE__INIT;
  withdraw.person_id = id;
  withdraw.fact_id = fact.fact_id;
  CALL (status, withdraw_person_fact, &withdraw, &nothing);
  assert_success (status);
  assert_string_equal (last_event (*state), "-7;");
}

static void
a_person_ends (void **state)
{
  Person person = plain_person ("Anna", "Järvinen"), reply;
  PersonFact fact;
  EndPersonRequest request = END_PERSON_REQUEST__INIT;
  Status status;
  person.birth_date = "1980-01-01";
  assert_success (create (state, &person, &reply));
  const char *id = reply.person_id;
  assert_success (move (state, id, "00100", "2020-01-01", ""));
  assert_success (add_fact (state, id, 7, "Member", "", "2020-01-01", "", &fact));
  assert_success (add_fact (state, id, 10, "later", "", "2027-01-01", "", &fact));
  request.person_id = id;
  request.end_date = "2026-10-01";
  request.reason = "deceased";
  CALL (status, end_person, &request, &reply);
  assert_success (status);
  assert_string_equal (reply.end_date, "2026-10-01");
  assert_string_equal (last_event (*state),
                       "-1;-2;-6;-7;-10;+1=1980-01-01[,2026-10-01);+2=00100[2020-01-01,2026-10-01);"
                       "+6=FI[2020-01-01,2026-10-01);+7=Member[2020-01-01,2026-10-01);");
  request.end_date = "1980-01-01";
  CALL (status, end_person, &request, &reply);
  assert_string_equal (reason_of (status), "BEFORE_BIRTH");
}

static Status
relate (void **state, RelationKind kind, const char *person_id, const char *other_id, Relation *reply)
{
  CreateRelationRequest request = CREATE_RELATION_REQUEST__INIT;
  Relation relation = RELATION__INIT;
  Status status;
  relation.kind = kind;
  relation.person_id = person_id;
  relation.other_id = other_id;
  request.relation = &relation;
  relation__init (reply);
  CALL (status, create_relation, &request, reply);
  return status;
}

static void
guardians_and_families (void **state)
{
  Person parent = plain_person ("Anna", "Järvinen"), child = plain_person ("Ville", "Järvinen"), reply;
  Relation relation, family;
  Status status;
  assert_success (create (state, &parent, &reply));
  const char *parent_id = memory_string (*state, reply.person_id);
  assert_success (create (state, &child, &reply));
  const char *child_id = memory_string (*state, reply.person_id);
  assert_success (relate (state, 1, parent_id, child_id, &relation));
  assert_string_equal (relation.person_name, "Järvinen, Anna");
  assert_string_equal (relation.other_name, "Järvinen, Ville");
  assert_string_equal (reason_of (relate (state, 1, parent_id, child_id, &family)), "RELATION_EXISTS");
  assert_string_equal (reason_of (relate (state, 1, parent_id, parent_id, &family)), "OWN_GUARDIAN");
  assert_string_equal (reason_of (relate (state, 1, parent_id, FEDERATION, &family)), "PERSON_NOT_FOUND");
  assert_string_equal (reason_of (relate (state, 2, parent_id, FEDERATION, &family)), "FAMILY_NOT_FOUND");
  assert_success (relate (state, 2, parent_id, "", &family));
  const char *family_id = memory_string (*state, family.other_id);
  assert_success (relate (state, 2, child_id, family_id, &family));
  assert_success (get (state, child_id, &reply));
  assert_string_equal (reply.family_id, family_id);

  ListRelationsRequest request = LIST_RELATIONS_REQUEST__INIT;
  ListRelationsResponse list = LIST_RELATIONS_RESPONSE__INIT;
  request.person_id = child_id;
  CALL (status, list_relations, &request, &list);
  assert_success (status);
  assert_int_equal (list.n_relations, 3);
  assert_int_equal (list.relations[0]->kind, 1);

  EndRelationRequest ending = END_RELATION_REQUEST__INIT;
  ending.relation_id = relation.relation_id;
  CALL (status, end_relation, &ending, &family);
  assert_success (status);
  list_relations_response__init (&list);
  CALL (status, list_relations, &request, &list);
  assert_int_equal (list.n_relations, 2);
}

/* Nothing runs at midnight; whether the row of the person tells of the day is seen when it is read. */
static void
a_face_tells_of_its_day (void **state)
{
  Person person = plain_person ("Anna", "Järvinen"), reply;
  Relation family;
  assert_success (create (state, &person, &reply));
  const char *id = memory_string (*state, reply.person_id);
  assert_success (move (state, id, "00100", "2020-01-01", "2026-11-25"));
  assert_success (move (state, id, "00200", "2026-11-27", ""));
  assert_success (relate (state, RELATION_KIND__RELATION_KIND_FAMILY, id, "", &family));
  EndRelationRequest ending = END_RELATION_REQUEST__INIT;
  Status status;
  ending.relation_id = family.relation_id;
  ending.valid_to = "2026-11-28";
  const char *family_id = memory_string (*state, family.other_id);
  CALL (status, end_relation, &ending, &family);
  assert_success (status);
  const struct {
    const char *day, *code; /* "": lives nowhere */
    const char *family, *fresh;
  } days[] = {{"2026-11-21", "00100", family_id, "t"},
              {"2026-11-24", "00100", family_id, "t"},
              {"2026-11-25", "", family_id, "f"},
              {"2026-11-27", "00200", family_id, "f"},
              {"2026-11-28", "00200", "", "f"}};
  for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
    world_day (world, days[i].day);
    assert_success (get (state, id, &reply));
    assert_string_equal (reply.address == NULL ? "" : reply.address->postal_code, days[i].code);
    assert_string_equal (reply.family_id, days[i].family);
    assert_string_equal (world_value (world, memory_format (*state,
                                                            "SELECT face_from <= '%s' AND '%s' < face_to "
                                                            "FROM person",
                                                            days[i].day, days[i].day)),
                         days[i].fresh);
  }
  test_query (*state, world->database,
              "INSERT INTO run (federation_id, run_id, type, actor) VALUES ('" FEDERATION
              "', '01890000-0000-7000-8000-000000000002', 'membership-day', 'automatic')");
  assert_success (world_run (world, "01890000-0000-7000-8000-000000000002", true, NULL));
  assert_string_equal (
      world_value (world, "SELECT face_from || ' ' || face_to || ' ' || version FROM person"),
      "2026-11-28 infinity 5");
  assert_success (get (state, id, &reply));
  assert_string_equal (reply.address->postal_code, "00200");
  assert_success (move (state, id, "00300", "2026-11-28", "")); /* a change brings the row up to the day */
  assert_success (get (state, id, &reply));
  assert_string_equal (reply.address->postal_code, "00300");
  assert_string_equal (world_value (world, "SELECT face_from || ' ' || face_to FROM person"),
                       "2026-11-28 infinity");
}

static void
history_tells_every_change (void **state)
{
  Person person = plain_person ("Anna", "Järvinen"), reply, changed = plain_person ("", "Virtanen");
  PersonFact fact;
  ListPersonHistoryRequest request = LIST_PERSON_HISTORY_REQUEST__INIT;
  ListPersonHistoryResponse list = LIST_PERSON_HISTORY_RESPONSE__INIT;
  Status status;
  assert_success (create (state, &person, &reply));
  assert_success (update (state, reply.person_id, &changed, "", "2026-06-01", &reply));
  assert_success (move (state, reply.person_id, "00100", "2020-01-01", ""));
  assert_success (add_fact (state, reply.person_id, 7, "Member", "", "2020-01-01", "", &fact));
  request.person_id = reply.person_id;
  request.page_size = 3;
  char *text = memory_string (*state, "");
  do {
    list_person_history_response__init (&list);
    CALL (status, list_person_history, &request, &list);
    assert_success (status);
    for (size_t i = 0; i < list.n_entries; i++)
      text = talloc_asprintf_append (text, "%s:%s>%s[%s;", list.entries[i]->field, list.entries[i]->old_value,
                                     list.entries[i]->new_value, list.entries[i]->valid_from);
    request.page_token = list.next_page_token;
  } while (request.page_token[0] != '\0');
  assert_string_equal (text,
                       "subscription:>Member[2020-01-01;address:>00100, FI[2020-01-01;"
                       "familyName:Järvinen>Virtanen[2026-06-01;givenName:>Anna[;familyName:>Järvinen[;");
}

static void
lists_are_paged_in_every_order (void **state)
{
  static const char *const names[][3] = {{"Anna", "Ääri", "2000-01-01"},
                                         {"Bo", "Zorn", ""},
                                         {"Carl", "Aho", "1990-01-01"},
                                         {"Dora", "aho", "1980-01-01"},
                                         {"Eva", "Öhman", "1970-01-01"}};
  static const struct {
    const char *order, *expected;
  } cases[] = {{"", "Carl Dora Bo Anna Eva "},
               {"name", "Carl Dora Bo Anna Eva "},
               {"-name", "Eva Anna Bo Dora Carl "},
               {"memberNumber", "Anna Bo Carl Dora Eva "},
               {"-memberNumber", "Eva Dora Carl Bo Anna "},
               {"birthDate", "Eva Dora Carl Anna Bo "},
               {"-birthDate", "Bo Anna Carl Dora Eva "},
               {"createTime", "Anna Bo Carl Dora Eva "},
               {"-createTime", "Eva Dora Carl Bo Anna "}};
  Person reply;
  Status status;
  for (size_t i = 0; i < 5; i++) {
    Person person = plain_person (names[i][0], names[i][1]);
    person.birth_date = names[i][2];
    person.email = "someone@example.org";
    assert_success (create (state, &person, &reply));
  }
  for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
    bool filtered = i % 2 == 1;
    char *text = memory_string (*state, "");
    ListPersonsRequest request = LIST_PERSONS_REQUEST__INIT;
    ListPersonsResponse list;
    request.order_by = cases[i / 2].order;
    request.page_size = 2;
    request.query = filtered ? "EXAMPLE someone" : "";
    do {
      list_persons_response__init (&list);
      CALL (status, list_persons, &request, &list);
      assert_success (status);
      for (size_t j = 0; j < list.n_persons; j++)
        text = talloc_asprintf_append (text, "%s ", list.persons[j]->given_name);
      request.page_token = list.next_page_token;
    } while (request.page_token[0] != '\0');
    if (!filtered || strstr (cases[i / 2].order, "reateTime") == NULL)
      assert_string_equal (text, cases[i / 2].expected);
  }
  ListPersonsRequest request = LIST_PERSONS_REQUEST__INIT;
  ListPersonsResponse list = LIST_PERSONS_RESPONSE__INIT;
  request.order_by = "shoeSize";
  CALL (status, list_persons, &request, &list);
  assert_string_equal (reason_of (status), "UNKNOWN_ORDER");
}

static void
search_finds_parts_of_words (void **state)
{
  static const char *const names[][2] = {
      {"Anna", "Järvinen"}, {"Hanna", "Virtanen"}, {"Ville", "Annala"}, {"Bo", "Ek"}};
  static const struct {
    const char *query, *expected;
  } cases[] = {{"anna", "Annala Järvinen Virtanen "},
               {"JARVI", "Järvinen "},
               {"ärvi", "Järvinen "},
               {"nen", "Järvinen Virtanen "},
               {"virtanen hanna", "Virtanen "},
               {"hanna virt", "Virtanen "},
               {"anna nen", "Järvinen Virtanen "},
               {"%an", ""},
               {"an_a", ""},
               {"example", "Annala Ek Järvinen Virtanen "},
               {"bo ek", "Ek "},
               {"P0000", "Annala Ek Järvinen Virtanen "},
               {"x1000", ""}};
  Person reply;
  Status status;
  for (size_t i = 0; i < 4; i++) {
    Person person = plain_person (names[i][0], names[i][1]);
    person.email = "someone@example.org";
    person.key = memory_format (*state, "P0000%zu", i);
    assert_success (create (state, &person, &reply));
  }
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    SearchPersonsRequest request = SEARCH_PERSONS_REQUEST__INIT;
    SearchPersonsResponse list = SEARCH_PERSONS_RESPONSE__INIT;
    char *text = memory_string (*state, "");
    request.query = cases[i].query;
    CALL (status, search_persons, &request, &list);
    assert_success (status);
    for (size_t j = 0; j < list.n_persons; j++)
      text = talloc_asprintf_append (text, "%s ", list.persons[j]->family_name);
    assert_string_equal (text, cases[i].expected);
  }
  SearchPersonsRequest request = SEARCH_PERSONS_REQUEST__INIT;
  SearchPersonsResponse list = SEARCH_PERSONS_RESPONSE__INIT;
  request.query = "  a  ";
  CALL (status, search_persons, &request, &list);
  assert_string_equal (reason_of (status), "TOO_SHORT");
  request.query = "example";
  request.page_size = 2;
  CALL (status, search_persons, &request, &list);
  assert_int_equal (list.n_persons, 2);
  assert_true (list.more);
}

/* Puts persons NAME1 … NAMEn into the register, told by nothing. */
static void
fill (void **state, const char *name, int count)
{
  test_query (
      *state, world->database,
      memory_format (
          *state,
          "INSERT INTO person (federation_id, person_id, member_number, given_name, family_name, "
          "create_time, update_time, search_name, search_given, search_text, sort_key) SELECT '" FEDERATION
          "', gen_random_uuid (), '%s' || n, 'Bo', '%s' || n, now (), now (), '%s' || n || ' bo', 'bo %s' "
          "|| n, '%s' || n || ' bo', convert_to ('%s' || to_char (n, '000000'), 'UTF8') "
          "FROM generate_series (%d, 1, -1) AS n",
          name, name, name, name, name, name, count));
}

/* More than are looked at by trigrams: the first by name all the same, or it is said that they are not. */
static void
a_frequent_fragment_is_found_by_name_or_told (void **state)
{
  static const struct {
    const char *filler; /* put into an empty register; NULL: to what is there */
    int filled;
    const char *name;
    int matching;
    const char *query, *first; /* first: NULL for any */
    bool incomplete;
  } cases[] = {{"aa", 2100, "mkkk", 10000, "kkk", "mkkk1", false}, /* all are looked at */
               {NULL, 0, "nkkk", 1, "kkk", NULL, true},            /* not all, and they stand far down */
               {NULL, 0, "nkkk", 0, "mk bo", "mkkk1", false},
               {NULL, 0, "Akkk", 300, "kkk", "Akkk1", false}, /* now some stand among the first */
               {"aa", 20001, "mkkk", 2, "mk bo", "", true},
               {NULL, 0, "mkkk", 0, "kkk", "mkkk1", false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    SearchPersonsRequest request = SEARCH_PERSONS_REQUEST__INIT;
    SearchPersonsResponse list = SEARCH_PERSONS_RESPONSE__INIT;
    Status status;
    if (cases[i].filler != NULL) {
      test_query (*state, world->database, "TRUNCATE person CASCADE");
      fill (state, cases[i].filler, cases[i].filled);
    }
    fill (state, cases[i].name, cases[i].matching);
    request.query = cases[i].query;
    request.page_size = 2;
    CALL (status, search_persons, &request, &list);
    assert_success (status);
    assert_int_equal (list.incomplete, cases[i].incomplete);
    if (cases[i].first != NULL)
      assert_string_equal (list.n_persons == 0 ? "" : list.persons[0]->family_name, cases[i].first);
  }
}

static void
a_clock_set_back_keeps_the_order (void **state)
{
  Person person = plain_person ("Anna", "Järvinen"), reply, changed = plain_person ("", "Virtanen");
  assert_success (create (state, &person, &reply));
  world_day (world, "2026-11-20");
  assert_success (update (state, reply.person_id, &changed, "", "2026-01-01", &reply));
  assert_string_equal (
      world_value (world, "SELECT count (*) FROM person_version WHERE superseded_at <= recorded_at"), "0");
}

int
main (void)
{
#define TEST(function) cmocka_unit_test_setup_teardown (function, begin, end)
  static const struct CMUnitTest tests[] = {
      TEST (a_person_is_recorded),
      TEST (bad_persons_are_refused),
      TEST (fields_change_from_a_day),
      TEST (a_future_name_comes_on_its_day),
      TEST (a_birth_date_is_corrected),
      TEST (an_address_cuts_those_before),
      TEST (addresses_are_told_as_known),
      TEST (facts_are_recorded_corrected_and_ended),
      TEST (a_person_ends),
      TEST (guardians_and_families),
      TEST (a_face_tells_of_its_day),
      TEST (history_tells_every_change),
      TEST (lists_are_paged_in_every_order),
      TEST (search_finds_parts_of_words),
      TEST (a_frequent_fragment_is_found_by_name_or_told),
      TEST (a_clock_set_back_keeps_the_order),
  };
  return cmocka_run_group_tests (tests, set_up, tear_down);
}
