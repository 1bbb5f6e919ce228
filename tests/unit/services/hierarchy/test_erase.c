/* Erasing persons: they are in no answer, of the past neither, nothing that names them is left, and whoever
 * stays is counted as before. */
#include "fixture.h"

#include "core/memory.h"

#include <stdlib.h>

static const char *
text_of (void *owner, const char *sql, const char *person)
{
  return service_world_value (world, memory_format (owner, sql, person));
}

static void
erase (void *owner, const char *person)
{
  PersonChanged *event = person_event (world, owner, person, NULL);
  event->erased = event->complete = true;
  assert_success (service_world_follow (world, &event, 1));
}

static uint32_t
counted (void *owner, const Towns *towns)
{
  CountRuleMatchesRequest request = COUNT_RULE_MATCHES_REQUEST__INIT;
  RuleMatches reply = RULE_MATCHES__INIT;
  request.organ_id = towns->aarla;
  request.nodes = rule_list (owner, rule_of (owner, RULE_OP__RULE_OP_SUBSCRIPTION, 0, "Member"));
  request.n_nodes = 1;
  assert_success (SERVICE_CALL (world, owner, count_rule_matches, &request, &reply));
  return (uint32_t)reply.match_count;
}

static void
test_nothing_is_left (void **state)
{
  static const DatingPolicy policies[] = {DATING_POLICY__DATING_POLICY_ATTRIBUTE_DATED,
                                          DATING_POLICY__DATING_POLICY_EVALUATION_DATED};
  void *owner = *state;
  for (size_t i = 0; i < 2; i++) {
    Towns towns = towns_make_dated (world, owner, memory_format (owner, "erased%zu", i), policies[i]);
    service_world_day (world, memory_format (owner, "2027-0%zu-01", 2 * i + 1));
    const char *today = memory_format (owner, "2027-0%zu-01", 2 * i + 1);
    const char *gone = person_add (world, owner, "Canary", "Aarla", "2020-01-01", NULL);
    const char *stays = person_add (world, owner, "Keeper", "Aarla", "2020-01-01", NULL);
    Plan *plan = planning_do (world, owner, &towns, memory_format (owner, "except %s berga %s", gone, today));
    assert_non_null (strstr (plan->title, "Canary"));
    service_world_day (world, memory_format (owner, "2027-0%zu-01", 2 * i + 2));
    const char *later = memory_format (owner, "2027-0%zu-01", 2 * i + 2);
    assert_string_not_equal (person_period (world, owner, gone, towns.berga, later, ""), "none");
    assert_int_equal (organ_members (world, owner, towns.north, later), 2);
    uint32_t before = counted (owner, &towns); /* the store is in memory from here on */

    erase (owner, gone);
    service_world_runs (world, true);
    assert_int_equal (organ_members (world, owner, towns.north, later), 1);
    assert_int_equal (organ_members (world, owner, towns.berga, later), 0);
    assert_int_equal (organ_members (world, owner, towns.north, today), 1);
    assert_int_equal (counted (owner, &towns), before - 1);
    assert_int_equal (test_mentions (owner, world->database, "canary"), 0);
    static const char *const tables[] = {"person", "fact", "membership", "membership_exception", "jubilee"};
    for (size_t j = 0; j < sizeof tables / sizeof *tables; j++)
      assert_string_equal (
          text_of (owner, memory_format (owner, "SELECT count(*) FROM %s WHERE person_id = '%%s'", tables[j]),
                   gone),
          "0");
    assert_string_not_equal (person_period (world, owner, stays, towns.aarla, later, ""), "none");
    assert_in_range (test_mentions (owner, world->database, "keeper"), 1, 100);
    /* the plan stays on record, with what it did; it can be undone, and gives nobody back */
    plan = planning_get (world, owner, plan->plan_id);
    assert_int_equal (plan->n_changes, 1);
    planning_undo (world, owner, plan);
    assert_string_equal (text_of (owner, "SELECT count(*) FROM membership WHERE person_id = '%s'", gone),
                         "0");
    planning_prove (world, owner);
    erase (owner, stays);
  }
}

/* Told again, as after following from the beginning, and of somebody whom nobody knows. */
static void
test_an_erasure_told_again (void **state)
{
  void *owner = *state;
  towns_make (world, owner, "again");
  const char *gone = person_add (world, owner, "Canary", "Aarla", "2020-01-01", NULL);
  for (size_t i = 0; i < 2; i++) {
    erase (owner, gone);
    service_world_runs (world, false);
    assert_string_equal (text_of (owner, "SELECT count(*) FROM person WHERE person_id = '%s'", gone), "0");
  }
  /* recorded and erased in one batch */
  PersonChanged *events[2] = {person_event (world, owner, gone, "Canary"), NULL};
  person_fact (world, events[0], FACT_KIND__FACT_KIND_TOWN, "Aarla", "2020-01-01", "");
  events[1] = person_event (world, owner, gone, NULL);
  events[1]->erased = events[1]->complete = true;
  assert_success (service_world_follow (world, events, 2));
  assert_int_equal (test_mentions (owner, world->database, "canary"), 0);
  planning_prove (world, owner);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      CASE (test_nothing_is_left),
      CASE (test_an_erasure_told_again),
  };
  return RUN_CASES (tests);
}
