/* Area changes against a real database: checked whole, applied, right for addresses recorded in between,
 * undone. */
#include "world.h"

#include <stdio.h>

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

#define CALL(status, handler, request, reply)                                                                \
  do {                                                                                                       \
    Call *call_ = world_call (*state, world);                                                                \
    Status status_ = handler (call_, (request), (reply));                                                    \
    (status) = world_end (world, call_, status_);                                                            \
  } while (0)

/* Three postal codes: 00001 and 00002 in Vanha, 00003 in Muu. */
static int
begin (void **state)
{
  *state = memory_context (NULL);
  world_day (world, "2026-11-21");
  test_query (*state, world->database,
              "SET client_min_messages = warning; TRUNCATE person, address, place, place_change, "
              "area_change, event_log, run "
              "CASCADE");
  static const char *const rows[][3] = {
      {"00001", "Kylä", "Vanha"}, {"00002", "Kirkko", "Vanha"}, {"00003", "Muu", "Muu"}};
  Place places[3], *list[3];
  ImportPlacesRequest request = IMPORT_PLACES_REQUEST__INIT;
  ImportPlacesResponse reply = IMPORT_PLACES_RESPONSE__INIT;
  Status status;
  for (size_t i = 0; i < 3; i++) {
    place__init (&places[i]);
    places[i].country = "FI";
    places[i].postal_code = rows[i][0];
    places[i].town = rows[i][1];
    places[i].municipality = rows[i][2];
    places[i].province = "Maakunta";
    list[i] = &places[i];
  }
  request.places = list;
  request.n_places = 3;
  CALL (status, import_places, &request, &reply);
  assert_success (status);
  return 0;
}

static int
end (void **state)
{
  talloc_free (*state);
  return 0;
}

static const char *
add_person (void **state, const char *postal_code, const char *town)
{
  Person person = PERSON__INIT, *reply = memory_new (*state, Person);
  Address address = ADDRESS__INIT;
  CreatePersonRequest request = CREATE_PERSON_REQUEST__INIT;
  Status status;
  person__init (reply);
  person.given_name = "Aino";
  person.family_name = "Virtanen";
  address.street = "Tie 1";
  address.postal_code = postal_code;
  address.town = town;
  address.valid_from = "2020-01-01";
  person.address = &address;
  request.person = &person;
  CALL (status, create_person, &request, reply);
  assert_success (status);
  return reply->person_id;
}

static Status
create (void **state, const char *csv, const char *on, AreaChange *reply)
{
  CreateAreaChangeRequest request = CREATE_AREA_CHANGE_REQUEST__INIT;
  Status status;
  request.title = "Kuntaliitos";
  request.on = on;
  request.csv = csv;
  area_change__init (reply);
  CALL (status, create_area_change, &request, reply);
  return status;
}

static void
apply (void **state, AreaChange *area)
{
  ApplyAreaChangeRequest request = APPLY_AREA_CHANGE_REQUEST__INIT;
  Status status;
  request.area_change_id = area->area_change_id;
  CALL (status, apply_area_change, &request, area);
  assert_success (status);
  assert_int_equal (area->state, AREA_CHANGE_STATE__AREA_CHANGE_STATE_APPLYING);
  assert_success (world_run (world, area->apply_run_id, true, NULL));
}

static void
undo (void **state, AreaChange *area, RunStep *total)
{
  UndoAreaChangeRequest request = UNDO_AREA_CHANGE_REQUEST__INIT;
  Status status;
  request.area_change_id = area->area_change_id;
  CALL (status, undo_area_change, &request, area);
  assert_success (status);
  assert_success (world_run (world, area->undo_run_id, true, total));
}

/* What is believed of a person's addresses: "municipality/town[from,to) …". */
static const char *
addresses (void **state, const char *person_id)
{
  char query[400];
  snprintf (query, sizeof query,
            "SELECT string_agg (municipality || '/' || town || valid, ' ' ORDER BY valid) FROM address "
            "WHERE superseded_at IS NULL AND person_id = '%s'",
            person_id);
  return memory_string (*state, world_value (world, query));
}

static void
a_municipality_moves (void **state)
{
  AreaChange area;
  const char *aino = add_person (state, "00001", ""), *other = add_person (state, "00003", "");
  const char *own = add_person (state, "00002", "Oma kylä"); /* a town somebody wrote otherwise */
  assert_success (create (state,
                          "\xef\xbb\xbf"
                          "from_municipality;municipality\r\nVanha;Uusi\r\n",
                          "2027-01-01", &area));
  assert_int_equal (area.place_count, 2);
  assert_int_equal (area.person_count, 2);
  assert_string_equal (addresses (state, aino), "Vanha/Kylä[2020-01-01,)");
  apply (state, &area);
  assert_string_equal (addresses (state, aino), "Vanha/Kylä[2020-01-01,2027-01-01) Uusi/Kylä[2027-01-01,)");
  assert_string_equal (addresses (state, own),
                       "Vanha/Oma kylä[2020-01-01,2027-01-01) Uusi/Oma kylä[2027-01-01,)");
  assert_string_equal (addresses (state, other), "Muu/Muu[2020-01-01,)");
  assert_string_equal (world_value (world, "SELECT state FROM area_change"), "3");
  undo (state, &area, NULL);
  assert_string_equal (addresses (state, aino), "Vanha/Kylä[2020-01-01,)");
  assert_string_equal (addresses (state, own), "Vanha/Oma kylä[2020-01-01,)");
  assert_string_equal (world_value (world, "SELECT state FROM area_change"), "5");
  assert_string_equal (world_value (world, "SELECT count (*) FROM place_change"), "0");
}

static void
addresses_recorded_in_between_are_right (void **state)
{
  AreaChange area, second;
  assert_success (
      create (state, "postal_code,town,municipality\n00001,Uusikylä,Uusi\n", "2027-01-01", &area));
  apply (state, &area);
  const char *late = add_person (state, "00001", "");
  assert_string_equal (addresses (state, late),
                       "Vanha/Kylä[2020-01-01,2027-01-01) Uusi/Uusikylä[2027-01-01,)");
  /* A second change goes on from the first. */
  assert_success (create (state, "from_municipality,province\nUusi,Toinen\n", "2028-01-01", &second));
  assert_int_equal (second.place_count, 1);
  apply (state, &second);
  assert_string_equal (addresses (state, late),
                       "Vanha/Kylä[2020-01-01,2027-01-01) Uusi/Uusikylä[2027-01-01,2028-01-01) "
                       "Uusi/Uusikylä[2028-01-01,)");
  ListPlacesRequest list = LIST_PLACES_REQUEST__INIT;
  ListPlacesResponse reply = LIST_PLACES_RESPONSE__INIT;
  Status status;
  world_day (world, "2027-01-02");
  CALL (status, list_places, &list, &reply);
  assert_success (status);
  assert_string_equal (reply.places[0]->municipality, "Uusi");
}

static void
what_was_recorded_since_is_undone (void **state)
{
  AreaChange area;
  RunStep total = {0};
  const char *aino = add_person (state, "00001", ""), *stays = add_person (state, "00001", "");
  assert_success (create (state, "postal_code,municipality\n00001,Uusi\n", "2026-06-01", &area));
  apply (state, &area);
  Address address = ADDRESS__INIT, reply = ADDRESS__INIT;
  CreateAddressRequest request = CREATE_ADDRESS_REQUEST__INIT;
  Status status;
  address.postal_code = "00003";
  address.valid_from = "2026-10-01";
  request.person_id = aino;
  request.address = &address;
  CALL (status, create_address, &request, &reply);
  assert_success (status);
  const char *late = add_person (state, "00001", ""), *other = add_person (state, "00003", "");
  assert_string_equal (addresses (state, late), "Vanha/Kylä[2020-01-01,2026-06-01) Uusi/Kylä[2026-06-01,)");
  undo (state, &area, &total);
  assert_string_equal (addresses (state, aino), "Vanha/Kylä[2020-01-01,2026-10-01) Muu/Muu[2026-10-01,)");
  assert_string_equal (addresses (state, stays), "Vanha/Kylä[2020-01-01,)");
  assert_string_equal (addresses (state, late), "Vanha/Kylä[2020-01-01,)");
  assert_string_equal (addresses (state, other), "Muu/Muu[2020-01-01,)");
  assert_int_equal (total.failed, 0);
  assert_int_equal (total.succeeded, 3);
}

/* A file, and what is said of it. */
static void
bad_files_are_refused (void **state)
{
  static const struct {
    const char *csv, *reason, *text;
  } cases[] = {
      {"postal_code,municipality\n", "EMPTY", "The file has no rows"},
      {"postcode,municipality\n00001,Uusi\n", "UNKNOWN_COLUMN", "Line 1, column 1"},
      {"postal_code,postal_code\n00001,Uusi\n", "DUPLICATE_COLUMN", "Line 1, column 2"},
      {"postal_code,municipality\n99999,Uusi\n", "UNKNOWN_POSTAL_CODE", "Line 2"},
      {"from_municipality,municipality\nEi ole,Uusi\n", "UNKNOWN_MUNICIPALITY", "Line 2"},
      {"postal_code,municipality\n00001,Uusi\n00001,Toinen\n", "DUPLICATE", "Line 3"},
      {"postal_code,from_municipality,municipality\n00001,Vanha,Uusi\n", "FIELD_NOT_ALLOWED", "Line 2"},
      {"postal_code,municipality\n,Uusi\n", "REQUIRED", "Line 2"},
      {"postal_code,municipality\n00001,\n", "REQUIRED", "Line 2"},
      {"country,postal_code,municipality\nfi,00001,Uusi\n", "INVALID_COUNTRY", "Line 2"},
      {"postal_code,municipality\n00001,Uusi,more\n", "SURPLUS_COLUMN", "Line 2, column 3"},
      {"postal_code,municipality\n\"00001,Uusi\n", "QUOTE_NOT_CLOSED", "Line 2"},
  };
  AreaChange reply;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Status status = create (state, cases[i].csv, "2027-01-01", &reply);
    assert_true (status_failed (status));
    assert_string_equal (reason_of (status), cases[i].reason);
    assert_non_null (strstr (status.detail->violations[0].description, cases[i].text));
  }
  assert_string_equal (world_value (world, "SELECT count (*) FROM area_change"), "0");
}

static void
states_are_kept (void **state)
{
  AreaChange area;
  Status status;
  add_person (state, "00001", "");
  assert_success (create (state, "postal_code,municipality\n00001,Uusi\n", "2027-01-01", &area));
  UndoAreaChangeRequest request = UNDO_AREA_CHANGE_REQUEST__INIT;
  request.area_change_id = area.area_change_id;
  CALL (status, undo_area_change, &request, &area);
  assert_string_equal (reason_of (status), "WRONG_STATE");
  apply (state, &area);
  ApplyAreaChangeRequest again = APPLY_AREA_CHANGE_REQUEST__INIT;
  again.area_change_id = request.area_change_id;
  CALL (status, apply_area_change, &again, &area);
  assert_string_equal (reason_of (status), "WRONG_STATE");
  ListAreaPlacesRequest places = LIST_AREA_PLACES_REQUEST__INIT;
  ListAreaPlacesResponse reply = LIST_AREA_PLACES_RESPONSE__INIT;
  places.area_change_id = request.area_change_id;
  CALL (status, list_area_places, &places, &reply);
  assert_success (status);
  assert_int_equal (reply.n_places, 1);
  assert_string_equal (reply.places[0]->old_municipality, "Vanha");
  assert_string_equal (reply.places[0]->municipality, "Uusi");
  assert_int_equal (reply.places[0]->person_count, 1);
}

int
main (void)
{
#define TEST(function) cmocka_unit_test_setup_teardown (function, begin, end)
  static const struct CMUnitTest tests[] = {
      TEST (a_municipality_moves),
      TEST (addresses_recorded_in_between_are_right),
      TEST (what_was_recorded_since_is_undone),
      TEST (bad_files_are_refused),
      TEST (states_are_kept),
  };
  return cmocka_run_group_tests (tests, set_up, tear_down);
}
