/* The store, and what is asked of it: it sees every committed change and nothing else, whatever runs beside
 * it; the difference of a change is the same as when everyone is derived anew. Random worlds: HEIMO_SEED=n
 * runs one, HEIMO_WORLDS=n that many. */
#include "database_world.h"
#include "random_world.h"

#include "core/id.h"
#include "core/memory.h"
#include "service/private.h"
#include "services/hierarchy/derive/difference_private.h"
#include "services/hierarchy/store/load.h"
#include "services/hierarchy/store/pass.h"
#include "services/hierarchy/store/store.h"

#include <stdio.h>
#include <stdlib.h>

enum { PEOPLE = 12, DEFAULT_WORLDS = 40 };

static ServiceWorld *service;

/* A difference as text, so that two are compared and shown. */
static const char *
difference_text (void *owner, const Difference *difference)
{
  char *text = memory_string (owner, "");
  for (uint32_t i = 0; i < difference->row_count; i++) {
    const DifferenceRow *row = &difference->rows[i];
    text = talloc_asprintf_append (text, "%s %s %s:", difference->person_ids[row->person],
                                   symbols_text (difference->symbols, row->organ),
                                   symbols_text (difference->symbols, row->type));
    for (uint32_t side = 0; side < 2; side++) {
      uint32_t first = side == 0 ? row->before : row->after,
               count = side == 0 ? row->before_count : row->after_count;
      text = talloc_asprintf_append (text, side == 0 ? " before" : " after");
      for (uint32_t at = first; at < first + count; at++)
        text = talloc_asprintf_append (
            text, " [%d,%d)%d%s", difference->periods[at].from, difference->periods[at].to,
            (int)difference->bases[at].origin,
            difference->bases[at].stretches == NULL ? "" : difference->bases[at].stretches);
    }
    text = talloc_asprintf_append (text, "\n");
  }
  return text;
}

/* What the call's transaction would do, found both ways. */
static Difference *
difference_both_ways (Call *call, uint64_t seed)
{
  Difference *quick, *slow;
  assert_success (difference_of_changes (call, &quick));
  assert_success (difference_by_record (call, NULL, 0, &slow));
  const char *found = difference_text (call, quick), *expected = difference_text (call, slow);
  if (strcmp (found, expected) != 0)
    fail_msg ("HEIMO_SEED=%llu: the store says\n%sthe record says\n%s", (unsigned long long)seed, found,
              expected);
  return quick;
}

/* Derives everyone by the slow way and writes it. */
static uint32_t
settle (void *owner)
{
  Call *call = service_world_call (owner, service);
  Difference *difference;
  assert_success (difference_lock (call));
  assert_success (difference_by_record (call, NULL, 0, &difference));
  assert_success (difference_write (call, difference));
  uint32_t rows = difference->row_count;
  assert_success (service_world_end (service, call, STATUS_SUCCESS));
  return rows;
}

static uint32_t changes_seen, asked_seen, spoilt_seen;

/* Persons that differ from what is on record, found in parts of `limit`. */
static uint32_t
pass_differing (void *owner, uint32_t limit)
{
  uint32_t differing = 0, looked = 0;
  const char *after = "";
  for (;;) {
    Call *call = service_world_call (owner, service);
    Compiled *compiled;
    Pass *pass;
    assert_success (compiled_take (call, &compiled));
    assert_success (pass_over (call, compiled, after, limit, &pass));
    differing += pass->differing_count;
    looked += pass->count;
    if (pass->last != NULL)
      after = memory_string (owner, pass->last);
    bool done = pass->done;
    db_rollback (service->db);
    talloc_free (call);
    if (done)
      break;
  }
  assert_int_equal (looked, PEOPLE);
  return differing;
}

/* The counts kept are those that counting gives. */
static void
check_counts (void *owner)
{
  assert_string_equal (
      service_world_value (
          service, "SELECT count (*) FROM (SELECT organ_id, sum (members) AS members FROM organ_count "
                   "GROUP BY organ_id) AS kept FULL JOIN (SELECT organ_id, count (DISTINCT person_id) "
                   "AS members FROM membership WHERE superseded_at IS NULL AND valid_from <= "
                   "'2024-02-20' AND valid_to > '2024-02-20' GROUP BY organ_id) AS counted "
                   "USING (organ_id) WHERE coalesce (kept.members, 0) <> coalesce (counted.members, 0)"),
      "0");
  (void)owner;
}

/* A world and twelve people; then the model changes, and perhaps some exceptions in the same transaction. */
static void
check_seed (uint64_t seed)
{
  void *owner = memory_context (NULL);
  Random source = random_of (seed);
  World *world = random_world (&source, owner);
  database_world_begin (service, world);
  World *people[PEOPLE];
  for (unsigned i = 0; i < PEOPLE; i++) {
    people[i] = memory_copy (owner, world, sizeof *world);
    random_person (&source, people[i]);
    database_world_person (service, service->db, people[i], i);
  }
  settle (owner);
  check_counts (owner);
  random_change (&source, world);
  Call *call = service_world_call (owner, service);
  database_world_model (service, call->db, world);
  for (unsigned i = 0; i < PEOPLE; i++)
    if (random_below (&source, 6) == 0) {
      random_person (&source, people[i]);
      database_world_exceptions (service, call->db, people[i], i);
    }
  assert_success (difference_lock (call));
  Difference *difference = difference_both_ways (call, seed);
  changes_seen += difference->row_count > 0;
  asked_seen += difference->asked;
  assert_success (difference_write (call, difference));
  assert_success (service_world_end (service, call, STATUS_SUCCESS));
  if (settle (owner) != 0)
    fail_msg ("HEIMO_SEED=%llu: something was left to do", (unsigned long long)seed);
  check_counts (owner);
  uint32_t limit = 1 + random_below (&source, PEOPLE + 3);
  if (pass_differing (owner, limit) != 0)
    fail_msg ("HEIMO_SEED=%llu: the pass finds a difference", (unsigned long long)seed);
  const char *spoilt = service_world_value (
      service, seed % 2 == 0
                   ? "UPDATE membership SET valid_to = valid_to - 1, valid_from = valid_from - 1 WHERE "
                     "membership_id = (SELECT membership_id FROM membership WHERE superseded_at IS NULL AND "
                     "isfinite (valid_from) LIMIT 1) RETURNING 1"
                   : "UPDATE membership SET stretches = '{19800,3}' WHERE membership_id = (SELECT "
                     "membership_id FROM membership WHERE superseded_at IS NULL AND stretches IS NOT NULL "
                     "LIMIT 1) RETURNING 1");
  assert_int_equal (pass_differing (owner, limit), *spoilt == '1');
  spoilt_seen += *spoilt == '1';
  talloc_free (owner);
}

static void
test_random_changes (void **state)
{
  (void)state;
  const char *seed = getenv ("HEIMO_SEED"), *worlds = getenv ("HEIMO_WORLDS");
  if (seed != NULL) {
    check_seed (strtoull (seed, NULL, 10));
    return;
  }
  uint64_t count = worlds == NULL ? DEFAULT_WORLDS : strtoull (worlds, NULL, 10);
  for (uint64_t i = 1; i <= count; i++)
    check_seed (i);
  print_message ("%llu worlds, %u changed, %u persons asked\n", (unsigned long long)count, changes_seen,
                 asked_seen);
  assert_true (spoilt_seen > count / 5);
  assert_true (changes_seen > count / 3);             /* changes that do nothing would prove nothing */
  assert_true (asked_seen < PEOPLE * count * 9 / 10); /* and asking everyone would be no store */
}

/* Everyone's facts, read so many persons at a time. */
static Population *
load_in_parts (Call *call, uint32_t limit, Symbols *symbols)
{
  Population *population = population_new (call);
  assert_success (population_load (call, (RosterScope){.after = "", .limit = limit},
                                   id_symbols_new (call, symbols), symbols, population));
  assert_int_equal (population_count (population), PEOPLE);
  return population;
}

/* Returns how many facts there were to compare. */
static size_t
check_same_population (Call *call, const Population *left, const Population *right)
{
  size_t facts = 0;
  PopulationReader *readers[2] = {population_reader (call), population_reader (call)};
  for (PersonIndex i = 0; i < PEOPLE; i++) {
    PersonRecord a = population_read (left, i, readers[0]), b = population_read (right, i, readers[1]);
    assert_memory_equal (population_id (left, i), population_id (right, i), sizeof (Id));
    assert_int_equal (a.fact_count, b.fact_count);
    assert_int_equal (a.exception_count, b.exception_count);
    for (size_t at = 0; at < a.fact_count; at++)
      assert_memory_equal (&a.facts[at], &b.facts[at], sizeof *a.facts);
    facts += a.fact_count;
  }
  return facts;
}

static void
test_parts_are_the_whole (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  Random source = random_of (11);
  World *world = random_world (&source, owner);
  database_world_begin (service, world);
  for (unsigned i = 0; i < PEOPLE; i++) {
    random_person (&source, world);
    database_world_person (service, service->db, world, i);
  }
  Call *call = service_world_call (owner, service);
  Symbols *symbols = symbols_new (call);
  Population *whole = load_in_parts (call, PEOPLE + 1, symbols);
  for (uint32_t limit = 1; limit <= PEOPLE; limit++)
    assert_true (check_same_population (call, whole, load_in_parts (call, limit, symbols)) > PEOPLE);
  db_rollback (service->db);
  talloc_free (owner);
}

/* The facts of person 0 as the store knows them: "town TOWN" or "nothing". */
static const char *
town_of (void *owner, unsigned number)
{
  Call *call = service_world_call (owner, service);
  const Store *store;
  assert_success (store_take (call, &store));
  Id id;
  assert_true (id_parse (database_world_person_id (owner, number), &id));
  PersonIndex person = population_find (store->population, &id);
  const char *town = "nobody";
  if (person != PERSON_NONE) {
    PersonRecord record = population_read (store->population, person, population_reader (owner));
    town = population_withdrawn (store->population, person) ? "withdrawn" : "nothing";
    for (size_t i = 0; i < record.fact_count; i++)
      if (record.facts[i].kind == FACT_KIND__FACT_KIND_TOWN)
        town = memory_string (owner, symbols_text (store->compiled->symbols, record.facts[i].value));
  }
  db_rollback (service->db);
  talloc_free (call);
  return town;
}

static World *
townspeople (void *owner, const char *town)
{
  World *world = world_new (owner);
  world_organ (world, "o0", NULL, NULL, NULL);
  world_type (world, "Member");
  world_fact (world, FACT_KIND__FACT_KIND_TOWN, town, NULL, NULL, NULL);
  return world;
}

/* A transaction that was open when the store looked commits later than one that began after it: both are
 * seen. */
static void
test_no_mark_is_lost (void **state)
{
  void *owner = *state;
  World *aarla = townspeople (owner, "Aarla"), *berga = townspeople (owner, "Berga");
  database_world_begin (service, aarla);
  for (unsigned i = 0; i < 3; i++)
    database_world_person (service, service->db, aarla, i);
  assert_string_equal (town_of (owner, 0), "Aarla");
  Db *early = test_connect (owner, service->database, NULL),
     *late = test_connect (owner, service->database, NULL);
  assert_success (db_begin (early, owner, 10000));
  database_world_person (service, early, berga, 0); /* gets its number now */
  assert_success (db_begin (late, owner, 10000));
  database_world_person (service, late, berga, 1);
  assert_success (db_commit (late, owner));
  assert_string_equal (town_of (owner, 1), "Berga");
  assert_string_equal (town_of (owner, 0), "Aarla"); /* not committed: not seen */
  database_world_person (service, service->db, berga, 2);
  assert_string_equal (town_of (owner, 2), "Berga");
  assert_success (db_commit (early, owner));
  assert_string_equal (town_of (owner, 0), "Berga");
}

/* Persons come, are withdrawn, return and are erased; a table emptied empties the store. */
static void
test_persons_come_and_go (void **state)
{
  void *owner = *state;
  World *world = townspeople (owner, "Aarla");
  database_world_begin (service, world);
  assert_string_equal (town_of (owner, 7), "nobody");
  database_world_person (service, service->db, world, 7);
  assert_string_equal (town_of (owner, 7), "Aarla");
  static const struct {
    const char *sql, *expected;
  } steps[] = {{"UPDATE person SET withdrawn = true", "withdrawn"},
               {"UPDATE person SET withdrawn = false", "Aarla"},
               {"UPDATE fact SET superseded_at = now ()", "nothing"},
               {"DELETE FROM fact; DELETE FROM person", "withdrawn"}};
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    const char *id = database_world_person_id (owner, 7);
    service_world_value (service,
                         memory_format (owner,
                                        "%s; INSERT INTO person_touched (federation_id, person_ids) VALUES "
                                        "('" FEDERATION "', '{%s}')",
                                        steps[i].sql, id));
    assert_string_equal (town_of (owner, 7), steps[i].expected);
  }
  database_world_person (service, service->db, world, 7);
  service_world_value (service, "TRUNCATE person, fact CASCADE");
  assert_string_equal (town_of (owner, 7), "nobody");
}

/* What a call has not committed stays its own: neither its exceptions nor its model are left in the store. */
static void
test_a_preview_leaves_nothing (void **state)
{
  void *owner = *state;
  World *world = townspeople (owner, "Aarla");
  database_world_begin (service, world);
  database_world_person (service, service->db, world, 0);
  settle (owner);
  World *other = townspeople (owner, "Aarla");
  world_exception (other, "o0", "Member", "2020-01-01", NULL);
  for (int round = 0; round < 2; round++) {
    Call *call = service_world_call (owner, service);
    database_world_model (service, call->db, other);
    database_world_exceptions (service, call->db, other, 0);
    assert_success (difference_lock (call));
    assert_int_equal (difference_both_ways (call, 0)->row_count, 1);
    db_rollback (service->db);
    talloc_free (call);
    call = service_world_call (owner, service);
    assert_success (difference_lock (call));
    assert_int_equal (difference_both_ways (call, 0)->row_count, 0);
    db_rollback (service->db);
    talloc_free (call);
  }
}

/* Rules are counted by themselves and with what stands above them; nothing typed stays behind. */
static void
test_matches_of_a_rule (void **state)
{
  void *owner = *state;
  World *world = townspeople (owner, "Aarla");
  world_organ (world, "o1", "o0", NULL, NULL);
  rule_add (world_rule (world, NULL, "Member", NULL, NULL), RULE_OP__RULE_OP_SUBSCRIPTION, 0, 0, "Member",
            NULL);
  rule_add (world_rule (world, "o0", NULL, NULL, NULL), RULE_OP__RULE_OP_EQUALS, 0,
            RULE_FIELD__RULE_FIELD_COUNTRY, "FI", NULL);
  database_world_begin (service, world);
  for (unsigned i = 0; i < 8; i++) { /* one bit each: Berga, a subscription, in Finland */
    World *person = townspeople (owner, i & 1 ? "Berga" : "Aarla");
    if (i & 2)
      world_fact (person, FACT_KIND__FACT_KIND_SUBSCRIPTION, "Member", NULL, "2020-01-01", NULL);
    if (i & 4)
      world_fact (person, FACT_KIND__FACT_KIND_COUNTRY, "FI", NULL, NULL, NULL);
    database_world_person (service, service->db, person, i);
  }
  service_world_value (
      service, "INSERT INTO place (federation_id, country, postal_code, town, municipality, province) "
               "VALUES ('" FEDERATION "', 'FI', '00100', 'Berga', 'Berga', 'North') ON CONFLICT DO NOTHING");
  static const struct {
    const char *organ, *town, *on;
    RuleOp op;
    uint64_t matches, eligible;
  } cases[] = {
      {"o1", "Berga", "2026-01-01", RULE_OP__RULE_OP_EQUALS, 4, 1},
      {"o1", "Berga", "2019-12-31", RULE_OP__RULE_OP_EQUALS, 4, 0},
      {"o0", "Berga", "2026-01-01", RULE_OP__RULE_OP_EQUALS, 4,
       2}, /* its own rule is the one being written */
      {NULL, "Berga", "2026-01-01", RULE_OP__RULE_OP_EQUALS, 4, 4},
      {"o1", "Berga", "2026-01-01", RULE_OP__RULE_OP_NOT, 4, 1},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    CountRuleMatchesRequest request = COUNT_RULE_MATCHES_REQUEST__INIT;
    RuleMatches reply = RULE_MATCHES__INIT;
    RuleNode town = RULE_NODE__INIT, negation = RULE_NODE__INIT, *nodes[] = {&negation, &town};
    const char *values[] = {cases[i].town};
    bool negated = cases[i].op == RULE_OP__RULE_OP_NOT;
    town.op = RULE_OP__RULE_OP_EQUALS;
    town.field = RULE_FIELD__RULE_FIELD_TOWN;
    town.values = values;
    town.n_values = 1;
    negation.op = RULE_OP__RULE_OP_NOT;
    negation.operands = 1;
    request.nodes = negated ? nodes : nodes + 1;
    request.n_nodes = negated ? 2 : 1;
    request.organ_id = cases[i].organ == NULL ? "" : database_world_id (owner, cases[i].organ);
    request.on = cases[i].on;
    assert_success (SERVICE_CALL (service, owner, count_rule_matches, &request, &reply));
    assert_int_equal (reply.match_count, cases[i].matches);
    assert_int_equal (reply.eligible_count, cases[i].eligible);
    assert_int_equal (reply.person_count, 8);
    assert_true (strstr (reply.text, "Berga") != NULL);
  }
  CountRuleMatchesRequest request = COUNT_RULE_MATCHES_REQUEST__INIT;
  RuleMatches reply = RULE_MATCHES__INIT;
  RuleNode town = RULE_NODE__INIT, *nodes[] = {&town};
  const char *values[] = {"Atlantis"};
  town.op = RULE_OP__RULE_OP_EQUALS;
  town.field = RULE_FIELD__RULE_FIELD_TOWN;
  town.values = values;
  town.n_values = 1;
  request.nodes = nodes;
  request.n_nodes = 1;
  request.organ_id = database_world_id (owner, "o1");
  assert_failure (SERVICE_CALL (service, owner, count_rule_matches, &request, &reply),
                  STATUS_INVALID_ARGUMENT, "UNKNOWN_TOWN");
  values[0] = "Berga";
  request.organ_id = database_world_person_id (owner, 1);
  assert_failure (SERVICE_CALL (service, owner, count_rule_matches, &request, &reply),
                  STATUS_INVALID_ARGUMENT, "UNKNOWN_ORGAN");
}

/* The events of a written difference tell what has begun and ended; an unchanged row is left alone. */
static void
test_a_difference_is_told (void **state)
{
  void *owner = *state;
  World *world = townspeople (owner, "Aarla");
  world_organ (world, "o1", "o0", NULL, NULL);
  world_exception (world, "o1", "Member", "2020-01-01", NULL);
  database_world_begin (service, world);
  database_world_person (service, service->db, world, 0);
  settle (owner);
  assert_string_equal (
      service_world_value (service, "SELECT count (*) FROM membership WHERE superseded_at IS NULL"), "2");
  world->lives[1].valid.to = day_of ("2026-01-01");
  Call *call = service_world_call (owner, service);
  database_world_model (service, call->db, world);
  assert_success (difference_lock (call));
  Difference *difference = difference_both_ways (call, 0);
  assert_int_equal (difference->row_count, 2);
  assert_int_equal (difference->rows[0].before_count, 1);
  assert_int_equal (difference->periods[difference->rows[0].before].to, DAY_MAX);
  assert_int_equal (difference->periods[difference->rows[0].after].to, day_of ("2026-01-01"));
  assert_success (difference_write (call, difference));
  assert_int_equal (call->effects->event_count, 1);
  assert_success (service_world_end (service, call, STATUS_SUCCESS));
  assert_string_equal (
      service_world_value (service,
                           "SELECT string_agg (coalesce (valid_to::text, '') || (superseded_at IS NULL), ' ' "
                           "ORDER BY valid_to DESC, superseded_at IS NULL) FROM membership"),
      "infinityfalse infinityfalse 2026-01-01true 2026-01-01true");
}

static int
set_up (void **state)
{
  *state = memory_context (NULL);
  return 0;
}

static int
tear_down (void **state)
{
  talloc_free (*state);
  return 0;
}

static int
make_world (void **state)
{
  (void)state;
  service = service_world_new (NULL);
  return 0;
}

static int
end_world (void **state)
{
  (void)state;
  talloc_free (service);
  return 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)

int
main (void)
{
  const struct CMUnitTest tests[] = {
      CASE (test_no_mark_is_lost),      CASE (test_persons_come_and_go), CASE (test_a_preview_leaves_nothing),
      CASE (test_a_difference_is_told), CASE (test_matches_of_a_rule),   CASE (test_random_changes),
      CASE (test_parts_are_the_whole),
  };
  return cmocka_run_group_tests (tests, make_world, end_world);
}
