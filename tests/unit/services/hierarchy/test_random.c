/* The engine against the slow judgement on random small worlds, day by day. The seed is printed when they
 * differ: HEIMO_SEED=n runs that world alone; HEIMO_WORLDS=n runs that many. */
#include "brute.h"

#include "core/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WINDOW = 60, DEFAULT_WORLDS = 2000 };

typedef struct Random {
  uint64_t state;
} Random;

/* A number below `limit`. */
static uint32_t
draw (Random *source, uint32_t limit)
{
  source->state = source->state * 6364136223846793005ULL + 1442695040888963407ULL;
  return (uint32_t)((source->state >> 33) % (limit > 0 ? limit : 1));
}

static bool
chance (Random *source, uint32_t percent)
{
  return draw (source, 100) < percent;
}

static const char *
draw_text (Random *source, const char *const *texts, uint32_t count)
{
  return texts[draw (source, count)];
}

static Day
window_start (void)
{
  return day_of ("2024-02-10"); /* holds a 29 February; the year before and after do not */
}

/* A day in or just around the window. */
static Day
draw_day (Random *source)
{
  return window_start () + (Day)draw (source, WINDOW + 10) - 5;
}

static Period
draw_period (Random *source)
{
  Day from = chance (source, 40) ? DAY_MIN : draw_day (source);
  Day to =
      chance (source, 50) ? DAY_MAX : (from == DAY_MIN ? window_start () : from) + 1 + (Day)draw (source, 30);
  return (Period){from, to};
}

static const char *const codes[] = {"00100", "00200", "00300", "00400", "00500"};
static const char *const towns[] = {"Aarla", "Berga", "Corpo"};
static const char *const codes_between[] = {"00050", "00150", "00250", "00300", "00400", "00450"};
static const char *const ages[] = {"6", "7", "8", "17", "18"};
static const char *const subscriptions[] = {"Member", "Donor"};
static const char *const positions[] = {"secretary", "chair"};

static void
draw_between (Random *source, WorldRule *rule)
{
  bool age = chance (source, 50);
  const char *const *texts = age ? ages : codes_between;
  uint32_t count = age ? 5 : 6, low = draw (source, count), high = low + draw (source, count - low);
  uint32_t open = draw (source, 4);
  rule_add (rule, RULE_OP__RULE_OP_BETWEEN, 0,
            age ? RULE_FIELD__RULE_FIELD_AGE : RULE_FIELD__RULE_FIELD_POSTAL_CODE,
            open == 1 ? "" : texts[low], open == 2 ? "" : texts[high]);
}

static void
draw_leaf (Random *source, WorldRule *rule, bool on_organ)
{
  switch (draw (source, 9)) {
  case 0:
  case 1:
    rule_add (rule, RULE_OP__RULE_OP_EQUALS, 0, RULE_FIELD__RULE_FIELD_POSTAL_CODE,
              draw_text (source, codes, 5), NULL);
    return;
  case 2:
    rule_add (rule, RULE_OP__RULE_OP_IN, 0, RULE_FIELD__RULE_FIELD_POSTAL_CODE, codes[draw (source, 2)],
              codes[2 + draw (source, 3)]);
    return;
  case 3:
    rule_add (rule, RULE_OP__RULE_OP_EQUALS, 0, RULE_FIELD__RULE_FIELD_TOWN, draw_text (source, towns, 3),
              NULL);
    return;
  case 4:
    rule_add (rule, RULE_OP__RULE_OP_EQUALS, 0, RULE_FIELD__RULE_FIELD_AGE, draw_text (source, ages, 5),
              NULL);
    return;
  case 5:
    rule_add (rule, RULE_OP__RULE_OP_SUBSCRIPTION, 0, 0, draw_text (source, subscriptions, 2), NULL);
    return;
  case 6:
    rule_add (rule, RULE_OP__RULE_OP_POSITION, 0, 0, chance (source, 50) ? positions[draw (source, 2)] : NULL,
              NULL);
    return;
  case 7:
    if (on_organ) {
      rule_add (rule, RULE_OP__RULE_OP_ADMITTED, 0, 0, chance (source, 30) ? "1" : NULL, NULL);
      return;
    }
    __attribute__ ((fallthrough));
  default: draw_between (source, rule);
  }
}

static void
draw_rule (Random *source, WorldRule *rule, bool on_organ, uint32_t depth)
{
  uint32_t kind = draw (source, 10);
  if (depth == 2 || kind < 5) {
    draw_leaf (source, rule, on_organ);
  } else if (kind < 6) {
    rule_add (rule, RULE_OP__RULE_OP_NOT, 1, 0, NULL, NULL);
    draw_rule (source, rule, on_organ, depth + 1);
  } else {
    rule_add (rule, kind < 8 ? RULE_OP__RULE_OP_ALL : RULE_OP__RULE_OP_ANY, 2, 0, NULL, NULL);
    draw_rule (source, rule, on_organ, depth + 1);
    draw_rule (source, rule, on_organ, depth + 1);
  }
}

/* Versions of one rule, one after another without overlap, perhaps with days without. */
static void
draw_versions (Random *source, World *world, const char *organ, const char *type, uint32_t percent)
{
  Day day = chance (source, 70) ? DAY_MIN : draw_day (source);
  while (chance (source, percent) && world->version_count < WORLD_ROWS - 1) {
    Day to =
        chance (source, 60) ? DAY_MAX : (day == DAY_MIN ? window_start () : day) + 1 + (Day)draw (source, 40);
    WorldVersion *version = &world->versions[world->version_count++];
    *version = (WorldVersion){.organ = organ, .type = type, .valid = {day, to}};
    draw_rule (source, &version->rule, organ != NULL, 0);
    if (to == DAY_MAX)
      return;
    day = to + (Day)draw (source, 3);
  }
}

static void
draw_lives (Random *source, World *world, const char *organ)
{
  Day day = chance (source, 70) ? DAY_MIN : draw_day (source);
  for (uint32_t i = 0; i < 2; i++) {
    Day to =
        chance (source, 70) ? DAY_MAX : (day == DAY_MIN ? window_start () : day) + 1 + (Day)draw (source, 40);
    world->lives[world->life_count++] = (WorldLife){organ, {day, to}};
    if (to == DAY_MAX || chance (source, 40))
      return;
    day = to + 1 + (Day)draw (source, 10);
  }
}

/* Parents are taken from the organs before, so no day has a cycle. */
static void
draw_edges (Random *source, World *world, size_t child)
{
  Day day = chance (source, 80) ? DAY_MIN : draw_day (source);
  while (world->edge_count < WORLD_ROWS - 1) {
    Day to =
        chance (source, 70) ? DAY_MAX : (day == DAY_MIN ? window_start () : day) + 1 + (Day)draw (source, 40);
    const char *parent = world->organs[draw (source, (uint32_t)child)];
    world->edges[world->edge_count++] = (WorldEdge){world->organs[child], parent, {day, to}};
    if (to == DAY_MAX)
      return;
    day = to + (Day)draw (source, 2);
  }
}

/* One value after another, perhaps with days without. */
static void
draw_single (Random *source, World *world, FactKind kind, const char *const *texts, uint32_t count)
{
  Day day = chance (source, 60) ? DAY_MIN : draw_day (source);
  while (chance (source, 80)) {
    Day to =
        chance (source, 50) ? DAY_MAX : (day == DAY_MIN ? window_start () : day) + 1 + (Day)draw (source, 30);
    world->facts[world->fact_count++] = (WorldFact){kind, draw_text (source, texts, count), NULL, {day, to}};
    if (to == DAY_MAX || world->fact_count > WORLD_ROWS / 2)
      return;
    day = to + (Day)draw (source, 2);
  }
}

static void
draw_several (Random *source, World *world, FactKind kind, const char *const *texts, uint32_t count)
{
  for (uint32_t i = draw (source, 4); i > 0; i--) {
    bool organ = kind == FACT_KIND__FACT_KIND_ADMISSION;
    world->facts[world->fact_count++] = (WorldFact){
        kind, draw_text (source, texts, count),
        organ ? world->organs[draw (source, (uint32_t)world->organ_count)] : NULL, draw_period (source)};
  }
}

static const char *
draw_birth (Random *source, void *owner)
{
  static const int years_before[] = {7, 8, 18, 6};
  int year, month, day_of_month;
  day_to_civil (draw_day (source), &year, &month, &day_of_month);
  if (chance (source, 20))
    return "2008-02-29"; /* 16 on 29 February 2024 */
  if (chance (source, 20))
    return "2016-02-29";
  year -= years_before[draw (source, 4)];
  return memory_format (owner, "%04d-%02d-%02d", year, month,
                        month == 2 && day_of_month == 29 ? 28 : day_of_month);
}

static void
draw_person (Random *source, World *world)
{
  static const char *const admissions[] = {"1", "2", ""};
  draw_single (source, world, FACT_KIND__FACT_KIND_POSTAL_CODE, codes, 5);
  draw_single (source, world, FACT_KIND__FACT_KIND_TOWN, towns, 3);
  draw_several (source, world, FACT_KIND__FACT_KIND_SUBSCRIPTION, subscriptions, 2);
  draw_several (source, world, FACT_KIND__FACT_KIND_POSITION, positions, 2);
  draw_several (source, world, FACT_KIND__FACT_KIND_ADMISSION, admissions, 3);
  if (chance (source, 80))
    world_fact (world, FACT_KIND__FACT_KIND_BIRTH_DATE, draw_birth (source, world), NULL, NULL, NULL);
  for (uint32_t i = draw (source, 8); i > 5; i--)
    world->exceptions[world->exception_count++] =
        (WorldException){world->organs[draw (source, (uint32_t)world->organ_count)],
                         world->types[draw (source, (uint32_t)world->type_count)], draw_period (source)};
}

static World *
draw_world (Random *source, void *owner)
{
  static const char *const names[] = {"o0", "o1", "o2", "o3", "o4", "o5", "o6", "o7", "o8", "o9"};
  static const char *const types[] = {"Member", "Volunteer", "Donor"};
  World *world = world_new (owner);
  world->organ_count = 1 + draw (source, 10);
  world->type_count = 1 + draw (source, 3);
  for (size_t i = 0; i < world->organ_count; i++)
    world->organs[i] = names[i];
  for (size_t i = 0; i < world->type_count; i++) {
    world->types[i] = types[i];
    draw_versions (source, world, NULL, types[i], 90);
  }
  for (size_t i = 0; i < world->organ_count; i++) {
    draw_lives (source, world, names[i]);
    if (i > 0)
      draw_edges (source, world, i);
    draw_versions (source, world, names[i], NULL, 55);
    if (chance (source, 30))
      draw_versions (source, world, names[i], types[draw (source, (uint32_t)world->type_count)], 80);
  }
  draw_person (source, world);
  return world;
}

static uint32_t members_seen, worlds_with_members;

static void
check_day (const World *world, const Compiled *compiled, Day day, uint64_t seed)
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
check_runs (const Compiled *compiled, uint64_t seed)
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
check_windows (void *owner, const Compiled *compiled, Day split)
{
  Periods *joined = periods_new (owner);
  evaluate (compiled->evaluator, &compiled->person, (Period){DAY_MIN, split}, joined);
  evaluate (compiled->evaluator, &compiled->person, (Period){split, DAY_MAX}, joined);
  PeriodsDiff diff = periods_diff (owner, compiled->periods, joined);
  assert_int_equal (diff.gone_count, 0);
  assert_int_equal (diff.added_count, 0);
}

static void
check_explanations (void *owner, const World *world, const Compiled *compiled, Day day)
{
  for (size_t i = 0; i < world->organ_count; i++) {
    ExplainResult *result = explain (owner, compiled->evaluator, &compiled->person,
                                     symbols_find (compiled->symbols, world->organs[i]),
                                     symbols_find (compiled->symbols, world->types[0]), day);
    int expected = brute_member (world, world->organs[i], world->types[0], day);
    assert_int_equal (result->member, expected != 0);
    assert_int_equal (result->member ? (int)result->origin : 0, expected);
    bool all = true;
    for (uint32_t line = 0; line < result->line_count; line++)
      all &= result->lines[line].kind == EXPLAIN_CONDITION || result->lines[line].holds;
    if (expected == ORIGIN_RULE)
      assert_true (all);
    if (result->member)
      assert_true (period_holds (result->valid, day));
  }
}

static void
check_world (uint64_t seed)
{
  void *owner = memory_context (NULL);
  Random source = {seed * 0x9e3779b97f4a7c15ULL + 1};
  World *world = draw_world (&source, owner);
  Compiled *compiled = world_compile (owner, world);
  uint32_t before = members_seen;
  for (Day day = window_start () - 8; day < window_start () + WINDOW + 40; day++)
    check_day (world, compiled, day, seed);
  check_day (world, compiled, day_of ("1990-01-01"), seed);
  check_day (world, compiled, day_of ("2025-02-28"), seed);
  check_day (world, compiled, day_of ("2025-03-01"), seed);
  check_day (world, compiled, day_of ("2090-01-01"), seed);
  check_runs (compiled, seed);
  check_windows (owner, compiled, draw_day (&source));
  check_explanations (owner, world, compiled, draw_day (&source));
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
