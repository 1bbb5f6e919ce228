/* The snapshot tells exactly what all the events before it told: folding one must give the same as folding
 * the others. */
#include "world.h"

#include "heimo/membership/v1/membership_events.pb-c.h"

#include <stdio.h>
#include <stdlib.h>

static World *world;

#define CALL(status, handler, request, reply)                                                                \
  do {                                                                                                       \
    Call *call_ = world_call (*state, world);                                                                \
    Status status_ = handler (call_, (request), (reply));                                                    \
    (status) = world_end (world, call_, status_);                                                            \
  } while (0)

/* One event of the log, in the order in which it was recorded. */
static PersonChanged *
read_event (void *owner, size_t at)
{
  char *hex =
      test_query (owner, world->database,
                  talloc_asprintf (owner,
                                   "SELECT encode (payload, 'hex') FROM event_log WHERE type LIKE "
                                   "'%%PersonChanged' ORDER BY record_time, log_id, seq OFFSET %zu LIMIT 1",
                                   at));
  size_t length = strlen (hex) / 2;
  uint8_t *bytes = memory_array (owner, uint8_t, length + 1);
  for (size_t i = 0; i < length; i++) {
    unsigned byte;
    sscanf (hex + 2 * i, "%2x", &byte);
    bytes[i] = (uint8_t)byte;
  }
  return length == 0
             ? NULL
             : (PersonChanged *)memory_unpack (owner, &person_changed__descriptor, (Bytes){bytes, length});
}

/* What a follower knows: a line for each fact, sorted. */
typedef struct Known {
  char *lines[200];
  size_t count;
} Known;

static char *
fact_line (void *owner, const Fact *fact, const char *recorded, const char *superseded)
{
  return talloc_asprintf (owner, "%s %d %s %s [%s,%s) %s %s", fact->fact_id, fact->kind, fact->value,
                          fact->organ_id, fact->valid_from, fact->valid_to, recorded, superseded);
}

static void
fold (void *owner, Known *known, const PersonChanged *event)
{
  for (size_t i = 0; i < event->n_superseded; i++) {
    char *begin =
        talloc_asprintf (owner, "%s %d ", event->superseded[i]->fact_id, event->superseded[i]->kind);
    for (size_t j = 0; j < known->count; j++) {
      char *line = known->lines[j];
      if (strncmp (line, begin, strlen (begin)) == 0 && line[strlen (line) - 1] == '-')
        known->lines[j] = talloc_asprintf (owner, "%.*s%s", (int)strlen (line) - 1, line, event->record_time);
    }
  }
  for (size_t i = 0; i < event->n_recorded; i++) {
    const Fact *fact = event->recorded[i];
    const char *recorded = *fact->record_time == '\0' ? event->record_time : fact->record_time;
    known->lines[known->count++] =
        fact_line (owner, fact, recorded, *fact->supersede_time == '\0' ? "-" : fact->supersede_time);
  }
}

static int
compare (const void *a, const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static void
record_address (void **state, const char *person_id, const char *postal_code, const char *from)
{
  Address address = ADDRESS__INIT, reply = ADDRESS__INIT;
  CreateAddressRequest request = CREATE_ADDRESS_REQUEST__INIT;
  Status status;
  address.postal_code = postal_code;
  address.town = "Town";
  address.valid_from = from;
  request.person_id = person_id;
  request.address = &address;
  CALL (status, create_address, &request, &reply);
  assert_success (status);
}

/* A life with everything in it: addresses that cut each other, a subscription that ends, a birth date
 * corrected, an end. */
static const char *
live (void **state)
{
  Person person = PERSON__INIT, *reply = memory_new (*state, Person);
  CreatePersonRequest create = CREATE_PERSON_REQUEST__INIT;
  Status status;
  person__init (reply);
  person.given_name = "Aino";
  person.family_name = "Testi";
  person.birth_date = "2010-05-09";
  create.person = &person;
  CALL (status, create_person, &create, reply);
  assert_success (status);
  const char *id = memory_string (*state, reply->person_id);
  record_address (state, id, "00100", "2020-01-01");
  record_address (state, id, "00200", "2022-01-01");
  record_address (state, id, "00300", "2021-06-01");

  PersonFact fact = PERSON_FACT__INIT, recorded = PERSON_FACT__INIT;
  CreatePersonFactRequest add = CREATE_PERSON_FACT_REQUEST__INIT;
  fact.kind = FACT_KIND__FACT_KIND_SUBSCRIPTION;
  fact.value = "Member";
  fact.valid_from = "2021-01-01";
  add.person_id = id;
  add.fact = &fact;
  CALL (status, create_person_fact, &add, &recorded);
  assert_success (status);
  EndPersonFactRequest end = END_PERSON_FACT_REQUEST__INIT;
  PersonFact ended = PERSON_FACT__INIT;
  end.person_id = id;
  end.fact_id = memory_string (*state, recorded.fact_id);
  end.valid_to = "2025-01-01";
  CALL (status, end_person_fact, &end, &ended);
  assert_success (status);

  UpdatePersonRequest update = UPDATE_PERSON_REQUEST__INIT;
  Person changes = PERSON__INIT, updated = PERSON__INIT;
  changes.birth_date = "2010-05-10";
  update.person_id = id;
  update.person = &changes;
  update.update_mask = "birthDate";
  CALL (status, update_person, &update, &updated);
  assert_success (status);
  return id;
}

static const char *
start_republish (void **state)
{
  const char *run_id;
  Call *call = world_call (*state, world);
  Status status = call_start_run (call, "republish", "", "", "", "", &run_id);
  run_id = memory_string (*state, run_id);
  assert_success (world_end (world, call, status));
  return run_id;
}

static void
the_snapshot_tells_what_the_events_told (void **state)
{
  const char *ids[2] = {live (state), live (state)};
  EndPersonRequest end = END_PERSON_REQUEST__INIT;
  Person ended = PERSON__INIT;
  Status status;
  end.person_id = ids[1];
  end.end_date = "2026-12-01";
  end.reason = "moved abroad";
  CALL (status, end_person, &end, &ended);
  assert_success (status);

  size_t before = (size_t)atoi (world_value (world, "SELECT count(*) FROM event_log"));
  RunStep total = {0};
  assert_success (world_run (world, start_republish (state), true, &total));
  assert_int_equal (total.processed, 2);
  assert_int_equal (atoi (world_value (world, "SELECT count(*) FROM event_log")), before + 2);
  for (size_t person = 0; person < 2; person++) {
    Known told = {.count = 0}, snapshot = {.count = 0};
    PersonChanged *event;
    for (size_t at = 0; (event = read_event (*state, at)) != NULL; at++)
      if (strcmp (event->person_id, ids[person]) == 0)
        fold (*state, event->complete ? &snapshot : &told, event);
    assert_true (told.count > 15);
    qsort (told.lines, told.count, sizeof *told.lines, compare);
    qsort (snapshot.lines, snapshot.count, sizeof *snapshot.lines, compare);
    for (size_t i = 0; i < told.count && i < snapshot.count; i++)
      assert_string_equal (snapshot.lines[i], told.lines[i]);
    assert_int_equal (snapshot.count, told.count);
  }
}

static int
set_up (void **state)
{
  world = world_new (NULL);
  *state = memory_context (NULL);
  return 0;
}

static int
tear_down (void **state)
{
  talloc_free (*state);
  talloc_free (world);
  return 0;
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown (the_snapshot_tells_what_the_events_told, set_up, tear_down),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
