/* The engine against the slow judgement on random small worlds, day by day. The seed is printed when they
 * differ: HEIMO_SEED=n runs that world alone; HEIMO_WORLDS=n runs that many. */
#include "brute.h"
#include "random_world.h"

#include "core/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DEFAULT_WORLDS = 2000 };

static uint32_t members_seen, worlds_with_members;

static void
check_day (const World *world, const CompiledWorld *compiled, Day day, uint64_t seed)
{
  for (size_t i = 0; i < world->organ_count; i++)
    for (size_t j = 0; j < world->type_count; j++) {
      int expected = brute_member (world, world->organs[i], world->types[j], day);
      const MembershipPeriod *row = compiled_find (compiled, world->organs[i], world->types[j], day);
      int found = row == NULL ? 0 : (int)periods_origin (compiled->periods, row, day);
      members_seen += expected != 0;
      if (expected != found) {
        char text[DAY_TEXT_SIZE];
        fail_msg ("HEIMO_SEED=%llu: %s, %s, %s: engine says %d, the rows say %d", (unsigned long long)seed,
                  world->organs[i], world->types[j], day_format (day, text), found, expected);
      }
    }
}

/* Periods of one organ and type neither overlap nor touch, and their stretches fill them. */
static void
check_runs (const CompiledWorld *compiled, uint64_t seed)
{
  const Periods *periods = compiled->periods;
  for (uint32_t i = 0; i < periods->count; i++) {
    const MembershipPeriod *row = &periods->rows[i];
    assert_true (row->valid.from < row->valid.to);
    for (uint32_t j = 0; j < i; j++) {
      const MembershipPeriod *other = &periods->rows[j];
      if (other->organ == row->organ && other->type == row->type && row->valid.from <= other->valid.to &&
          other->valid.from <= row->valid.to)
        fail_msg ("HEIMO_SEED=%llu: two periods of one membership touch", (unsigned long long)seed);
    }
    Day day = row->valid.from;
    for (uint32_t at = row->first_stretch; at != STRETCH_LAST; at = periods->stretches[at].next) {
      assert_int_equal (periods->stretches[at].valid.from, day);
      day = periods->stretches[at].valid.to;
    }
    assert_int_equal (day, row->valid.to);
  }
}

/* Evaluating in two windows, split on any day, gives the same. */
static void
check_windows (void *owner, const CompiledWorld *compiled, Day split)
{
  Periods *joined = periods_new (owner);
  evaluate (compiled->evaluator, &compiled->person, (Period){DAY_MIN, split}, joined);
  evaluate (compiled->evaluator, &compiled->person, (Period){split, DAY_MAX}, joined);
  PeriodsDiff diff = periods_diff (owner, compiled->periods, joined);
  assert_int_equal (diff.gone_count, 0);
  assert_int_equal (diff.added_count, 0);
}

/* The stretches fill the period that holds the day, and each names the origin of its days. */
static void
check_stretches (const World *world, const ExplainResult *result, const char *organ, Day day)
{
  assert_true (period_holds (result->valid, day));
  Day at = result->valid.from;
  for (uint32_t i = 0; i < result->stretch_count; i++) {
    const ExplainStretch *stretch = &result->stretches[i];
    assert_int_equal (stretch->valid.from, at);
    at = stretch->valid.to;
    Day days[] = {stretch->valid.from, at - 1, day};
    for (size_t j = 0; j < sizeof days / sizeof *days; j++)
      if (period_holds (stretch->valid, days[j]) && days[j] != DAY_MIN && days[j] != DAY_MAX - 1)
        assert_int_equal (brute_member (world, organ, world->types[0], days[j]), stretch->origin);
    if (period_holds (stretch->valid, day))
      assert_int_equal (stretch->below, result->below);
  }
  assert_int_equal (at, result->valid.to);
}

static void
check_explanations (void *owner, const World *world, const CompiledWorld *compiled, Day day)
{
  for (size_t i = 0; i < world->organ_count; i++) {
    ExplainResult *result = compiled_explain (owner, compiled, world->organs[i], world->types[0], day);
    int expected = brute_member (world, world->organs[i], world->types[0], day);
    assert_int_equal (result->member, expected != 0);
    assert_int_equal (result->member ? (int)result->origin : 0, expected);
    bool all = true;
    for (uint32_t line = 0; line < result->line_count; line++)
      all &= result->lines[line].kind == EXPLAIN_CONDITION || result->lines[line].holds;
    if (expected == ORIGIN_RULE)
      assert_true (all);
    if (result->member)
      check_stretches (world, result, world->organs[i], day);
  }
}

static void
check_world (uint64_t seed)
{
  void *owner = memory_context (NULL);
  Random source = random_of (seed);
  World *world = random_world (&source, owner);
  CompiledWorld *compiled = world_compile (owner, world);
  uint32_t before = members_seen;
  for (Day day = random_window_start () - 8; day < random_window_start () + RANDOM_WINDOW + 40; day++)
    check_day (world, compiled, day, seed);
  check_day (world, compiled, day_of ("1990-01-01"), seed);
  check_day (world, compiled, day_of ("2025-02-28"), seed);
  check_day (world, compiled, day_of ("2025-03-01"), seed);
  check_day (world, compiled, day_of ("2090-01-01"), seed);
  check_runs (compiled, seed);
  check_windows (owner, compiled, random_day (&source));
  check_explanations (owner, world, compiled, random_day (&source));
  worlds_with_members += members_seen != before;
  talloc_free (owner);
}

static void
test_random_worlds (void **state)
{
  (void)state;
  const char *seed = getenv ("HEIMO_SEED"), *worlds = getenv ("HEIMO_WORLDS");
  if (seed != NULL) {
    check_world (strtoull (seed, NULL, 10));
    return;
  }
  uint64_t count = worlds == NULL ? DEFAULT_WORLDS : strtoull (worlds, NULL, 10);
  for (uint64_t i = 1; i <= count; i++)
    check_world (i);
  print_message ("%llu worlds, %u with members\n", (unsigned long long)count, worlds_with_members);
  assert_true (worlds_with_members > count / 3); /* worlds without members would prove nothing */
}

int
main (void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test (test_random_worlds)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
