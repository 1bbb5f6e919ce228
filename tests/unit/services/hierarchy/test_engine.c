/* Named cases of the specification, each a small world and the days that matter. */
#include "world.h"

#include "core/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What is expected of (organ, type): the period that holds a day, or none. */
typedef struct Expected {
  const char *organ, *on;
  int origin; /* 0: no member */
  const char *from, *to;
} Expected;

static const char member[] = "Member";

static void
check (const World *world, const Expected *expected, size_t count)
{
  CompiledWorld *compiled = world_compile (NULL, world);
  for (size_t i = 0; i < count; i++) {
    Day on = day_of (expected[i].on);
    const MembershipPeriod *row = compiled_find (compiled, expected[i].organ, member, on);
    if ((row != NULL) != (expected[i].origin != 0))
      fail_msg ("%s on %s: %s", expected[i].organ, expected[i].on, row == NULL ? "no member" : "a member");
    if (row == NULL)
      continue;
    assert_int_equal (periods_origin (compiled->periods, row, on), expected[i].origin);
    Period period = period_of (expected[i].from, expected[i].to);
    char text[DAY_TEXT_SIZE];
    if (row->valid.from != period.from || row->valid.to != period.to)
      fail_msg ("%s on %s: the period begins on %s", expected[i].organ, expected[i].on,
                day_format (row->valid.from, text));
  }
  talloc_free (compiled);
}

#define CHECK(world, ...)                                                                                    \
  check (world, (const Expected[]){__VA_ARGS__}, sizeof ((const Expected[]){__VA_ARGS__}) / sizeof (Expected))

static void
equals (World *world, const char *organ, RuleField field, const char *value)
{
  rule_add (world_rule (world, organ, NULL, NULL, NULL), RULE_OP__RULE_OP_EQUALS, 0, field, value, NULL);
}

/* A type Member that has a subscription of that name, in an organisation that lives since 2000. */
static World *
members_world (void **state)
{
  World *world = world_new (*state);
  world_organ (world, "root", NULL, "2000-01-01", NULL);
  world_type (world, member);
  rule_add (world_rule (world, NULL, member, NULL, NULL), RULE_OP__RULE_OP_SUBSCRIPTION, 0, 0, "Member",
            NULL);
  world_fact (world, FACT_KIND__FACT_KIND_SUBSCRIPTION, "Member", NULL, "2019-01-01", NULL);
  return world;
}

/* Subscription ▸ province ▸ municipality ▸ towns. */
static World *
four_levels (void **state)
{
  World *world = members_world (state);
  world_organ (world, "PRA Utrecht", "root", "2000-01-01", NULL);
  world_organ (world, "GMA Zeist", "PRA Utrecht", "2000-01-01", NULL);
  world_organ (world, "AFD XYZ", "GMA Zeist", "2000-01-01", NULL);
  equals (world, "PRA Utrecht", RULE_FIELD__RULE_FIELD_PROVINCE, "Utrecht");
  equals (world, "GMA Zeist", RULE_FIELD__RULE_FIELD_MUNICIPALITY, "Zeist");
  WorldRule *towns = world_rule (world, "AFD XYZ", NULL, NULL, NULL);
  rule_add (towns, RULE_OP__RULE_OP_IN, 0, RULE_FIELD__RULE_FIELD_TOWN, "Austerlitz", "Bosch en Duin");
  rule_value (towns, "Den Dolder");
  return world;
}

static void
test_four_levels (void **state)
{
  World *world = four_levels (state);
  world_fact (world, FACT_KIND__FACT_KIND_PROVINCE, "Utrecht", NULL, "2020-01-01", NULL);
  world_fact (world, FACT_KIND__FACT_KIND_MUNICIPALITY, "Zeist", NULL, "2021-01-01", NULL);
  world_fact (world, FACT_KIND__FACT_KIND_TOWN, "Den Dolder", NULL, "2022-01-01", "2024-01-01");
  CHECK (world, {"root", "2019-06-01", 0}, {"PRA Utrecht", "2019-12-31", 0},
         {"PRA Utrecht", "2020-01-01", ORIGIN_RULE, "2020-01-01", ""},
         {"GMA Zeist", "2021-01-01", ORIGIN_RULE, "2021-01-01", ""},
         {"AFD XYZ", "2023-12-31", ORIGIN_RULE, "2022-01-01", "2024-01-01"}, {"AFD XYZ", "2024-01-01", 0},
         {"root", "2020-01-01", ORIGIN_BELOW, "2020-01-01", ""});
}

/* The rule above is inherited: the town alone is not enough. */
static void
test_inherited_rule_fails (void **state)
{
  World *world = four_levels (state);
  world_fact (world, FACT_KIND__FACT_KIND_TOWN, "Den Dolder", NULL, "2022-01-01", NULL);
  world_fact (world, FACT_KIND__FACT_KIND_MUNICIPALITY, "Zeist", NULL, "2022-01-01", NULL);
  CHECK (world, {"AFD XYZ", "2023-01-01", 0}, {"GMA Zeist", "2023-01-01", 0}, {"root", "2023-01-01", 0});
}

static void
test_gap_of_one_day (void **state)
{
  World *world = members_world (state);
  world_organ (world, "A", "root", "2000-01-01", NULL);
  equals (world, "A", RULE_FIELD__RULE_FIELD_TOWN, "Aarla");
  world_fact (world, FACT_KIND__FACT_KIND_TOWN, "Aarla", NULL, "2020-01-01", "2020-05-01");
  world_fact (world, FACT_KIND__FACT_KIND_TOWN, "Berga", NULL, "2020-05-01", "2020-05-02");
  world_fact (world, FACT_KIND__FACT_KIND_TOWN, "Aarla", NULL, "2020-05-02", NULL);
  CHECK (world, {"A", "2020-04-30", ORIGIN_RULE, "2020-01-01", "2020-05-01"}, {"A", "2020-05-01", 0},
         {"A", "2020-05-02", ORIGIN_RULE, "2020-05-02", ""});
}

/* Facts that follow each other without a gap make one period. */
static void
test_neighbours_are_merged (void **state)
{
  World *world = members_world (state);
  world_organ (world, "A", "root", "2000-01-01", NULL);
  WorldRule *rule = world_rule (world, "A", NULL, NULL, NULL);
  rule_add (rule, RULE_OP__RULE_OP_IN, 0, RULE_FIELD__RULE_FIELD_POSTAL_CODE, "00100", "00200");
  world_fact (world, FACT_KIND__FACT_KIND_POSTAL_CODE, "00100", NULL, "2020-01-01", "2021-01-01");
  world_fact (world, FACT_KIND__FACT_KIND_POSTAL_CODE, "00200", NULL, "2021-01-01", "2022-01-01");
  CHECK (world, {"A", "2020-06-01", ORIGIN_RULE, "2020-01-01", "2022-01-01"});
}

static void
age_world (World *world, const char *low, const char *high, const char *birth)
{
  world_organ (world, "Cubs", "root", "2000-01-01", NULL);
  rule_add (world_rule (world, "Cubs", NULL, NULL, NULL), RULE_OP__RULE_OP_BETWEEN, 0,
            RULE_FIELD__RULE_FIELD_AGE, low, high);
  world_fact (world, FACT_KIND__FACT_KIND_BIRTH_DATE, birth, NULL, NULL, NULL);
}

static void
test_birthday_crosses_a_rule (void **state)
{
  World *world = members_world (state);
  age_world (world, "7", "9", "2014-05-09");
  CHECK (world, {"Cubs", "2021-05-08", 0}, {"Cubs", "2021-05-09", ORIGIN_RULE, "2021-05-09", "2024-05-09"},
         {"Cubs", "2024-05-08", ORIGIN_RULE, "2021-05-09", "2024-05-09"}, {"Cubs", "2024-05-09", 0});
}

static void
test_born_on_29_february (void **state)
{
  World *world = members_world (state);
  age_world (world, "7", "7", "2016-02-29");
  CHECK (world, {"Cubs", "2023-02-28", 0}, {"Cubs", "2023-03-01", ORIGIN_RULE, "2023-03-01", "2024-02-29"},
         {"Cubs", "2024-02-28", ORIGIN_RULE, "2023-03-01", "2024-02-29"}, {"Cubs", "2024-02-29", 0});
}

/* An age is asked of a birth date that is not on record. */
static void
test_missing_fact_is_false (void **state)
{
  World *world = members_world (state);
  world_organ (world, "Not young", "root", "2000-01-01", NULL);
  world_organ (world, "Any age", "root", "2000-01-01", NULL);
  WorldRule *rule = world_rule (world, "Not young", NULL, NULL, NULL);
  rule_add (rule, RULE_OP__RULE_OP_NOT, 1, 0, NULL, NULL);
  rule_add (rule, RULE_OP__RULE_OP_BETWEEN, 0, RULE_FIELD__RULE_FIELD_AGE, "", "17");
  rule_add (world_rule (world, "Any age", NULL, NULL, NULL), RULE_OP__RULE_OP_BETWEEN, 0,
            RULE_FIELD__RULE_FIELD_AGE, "0", "");
  CHECK (world, {"Any age", "2024-01-01", 0}, {"Not young", "2024-01-01", ORIGIN_RULE, "2019-01-01", ""});
}

static void
test_between_includes_both_ends (void **state)
{
  static const struct {
    const char *code;
    bool member;
  } cases[] = {{"00099", false}, {"00100", true},  {"00150", true},
               {"00199", true},  {"00200", false}, {"0010", false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    World *world = members_world (state);
    world_organ (world, "A", "root", "2000-01-01", NULL);
    rule_add (world_rule (world, "A", NULL, NULL, NULL), RULE_OP__RULE_OP_BETWEEN, 0,
              RULE_FIELD__RULE_FIELD_POSTAL_CODE, "00100", "00199");
    world_fact (world, FACT_KIND__FACT_KIND_POSTAL_CODE, cases[i].code, NULL, NULL, NULL);
    CompiledWorld *compiled = world_compile (*state, world);
    assert_int_equal (compiled_find (compiled, "A", member, day_of ("2024-01-01")) != NULL, cases[i].member);
  }
}

/* "This organ" is the organ that carries the rule, exactly that one. */
static void
test_admitted_is_to_the_carrier (void **state)
{
  World *world = members_world (state);
  world_organ (world, "District", "root", "2000-01-01", NULL);
  world_organ (world, "North", "District", "2000-01-01", NULL);
  world_organ (world, "South", "District", "2000-01-01", NULL);
  for (const char *const *organ = (const char *const[]){"North", "South", NULL}; *organ != NULL; organ++)
    rule_add (world_rule (world, *organ, NULL, NULL, NULL), RULE_OP__RULE_OP_ADMITTED, 0, 0, NULL, NULL);
  world_fact (world, FACT_KIND__FACT_KIND_ADMISSION, "1", "North", "2020-01-01", NULL);
  world_fact (world, FACT_KIND__FACT_KIND_ADMISSION, "1", "District", "2018-01-01", NULL);
  CHECK (world, {"North", "2020-01-01", ORIGIN_RULE, "2020-01-01", ""}, {"South", "2021-01-01", 0},
         {"District", "2019-12-31", 0}, {"District", "2020-01-01", ORIGIN_BELOW, "2020-01-01", ""},
         {"root", "2020-01-01", ORIGIN_BELOW, "2020-01-01", ""});
}

static void
test_exception (void **state)
{
  World *world = four_levels (state);
  world_exception (world, "AFD XYZ", member, "2023-01-01", "2023-07-01");
  CHECK (world, {"AFD XYZ", "2022-12-31", 0},
         {"AFD XYZ", "2023-01-01", ORIGIN_EXCEPTION, "2023-01-01", "2023-07-01"},
         {"GMA Zeist", "2023-01-01", ORIGIN_EXCEPTION, "2023-01-01", "2023-07-01"},
         {"root", "2023-06-30", ORIGIN_EXCEPTION, "2023-01-01", "2023-07-01"}, {"root", "2023-07-01", 0});
}

/* Where a rule places the person too, the origin is the rule; the period goes on. */
static void
test_exception_beside_a_rule (void **state)
{
  World *world = members_world (state);
  world_organ (world, "A", "root", "2000-01-01", NULL);
  equals (world, "A", RULE_FIELD__RULE_FIELD_TOWN, "Aarla");
  world_fact (world, FACT_KIND__FACT_KIND_TOWN, "Aarla", NULL, "2023-03-01", "2023-05-01");
  world_exception (world, "A", member, "2023-01-01", "2023-07-01");
  CHECK (world, {"A", "2023-02-28", ORIGIN_EXCEPTION, "2023-01-01", "2023-07-01"},
         {"A", "2023-03-01", ORIGIN_RULE, "2023-01-01", "2023-07-01"},
         {"A", "2023-05-01", ORIGIN_EXCEPTION, "2023-01-01", "2023-07-01"});
}

/* An exception has effect while its organ is in the tree, and again after a reopening. */
static void
test_exception_in_an_ended_organ (void **state)
{
  World *world = members_world (state);
  world_organ (world, "A", "root", "2000-01-01", "2023-03-01");
  world->lives[world->life_count++] = (WorldLife){"A", period_of ("2023-05-01", NULL)};
  world_exception (world, "A", member, "2023-01-01", "2023-07-01");
  CHECK (world, {"A", "2023-02-28", ORIGIN_EXCEPTION, "2023-01-01", "2023-03-01"}, {"A", "2023-03-01", 0},
         {"root", "2023-04-30", 0}, {"A", "2023-05-01", ORIGIN_EXCEPTION, "2023-05-01", "2023-07-01"});
}

/* An end closes everything below; what hangs elsewhere before goes on. */
static void
test_end_and_move (void **state)
{
  World *world = members_world (state);
  world_organ (world, "Old", "root", "2000-01-01", "2023-01-01");
  world_organ (world, "New", "root", "2022-01-01", NULL);
  world_organ (world, "Moves", "Old", "2000-01-01", NULL);
  world_organ (world, "Stays", "Old", "2000-01-01", NULL);
  for (size_t i = 0; i < world->edge_count; i++)
    if (strcmp (world->edges[i].child, "Moves") == 0)
      world->edges[i].valid.to = day_of ("2022-06-01");
  world->edges[world->edge_count++] = (WorldEdge){"Moves", "New", period_of ("2022-06-01", NULL)};
  equals (world, "Moves", RULE_FIELD__RULE_FIELD_TOWN, "Aarla");
  equals (world, "Stays", RULE_FIELD__RULE_FIELD_TOWN, "Berga");
  world_fact (world, FACT_KIND__FACT_KIND_TOWN, "Aarla", NULL, "2020-01-01", NULL);
  world_fact (world, FACT_KIND__FACT_KIND_TOWN, "Berga", NULL, "2020-01-01", NULL);
  CHECK (world, {"Moves", "2023-06-01", ORIGIN_RULE, "2020-01-01", ""},
         {"Stays", "2022-12-31", ORIGIN_RULE, "2020-01-01", "2023-01-01"}, {"Stays", "2023-01-01", 0},
         {"Old", "2022-12-31", ORIGIN_BELOW, "2020-01-01", "2023-01-01"},
         {"New", "2022-06-01", ORIGIN_BELOW, "2022-06-01", ""},
         {"root", "2023-06-01", ORIGIN_BELOW, "2020-01-01", ""});
}

/* A type without a rule in force recognises nobody; a rule for a type asks only those of that type. */
static void
test_types (void **state)
{
  World *world = members_world (state);
  world_organ (world, "A", "root", "2000-01-01", NULL);
  world_type (world, "Donor");
  rule_add (world_rule (world, "A", "Donor", NULL, NULL), RULE_OP__RULE_OP_EQUALS, 0,
            RULE_FIELD__RULE_FIELD_TAG, "gives", NULL);
  equals (world, "root", RULE_FIELD__RULE_FIELD_COUNTRY, "FI");
  world_fact (world, FACT_KIND__FACT_KIND_COUNTRY, "FI", NULL, NULL, NULL);
  world_fact (world, FACT_KIND__FACT_KIND_TAG, "gives", NULL, NULL, NULL);
  /* Member: the root's general rule holds; A has no rule of its own for Member. Donor: no rule of the type.
   */
  CHECK (world, {"root", "2020-01-01", ORIGIN_RULE, "2019-01-01", ""}, {"A", "2020-01-01", 0});
  rule_add (world_rule (world, NULL, "Donor", "2021-01-01", NULL), RULE_OP__RULE_OP_EQUALS, 0,
            RULE_FIELD__RULE_FIELD_TAG, "gives", NULL);
  CompiledWorld *compiled = world_compile (*state, world);
  assert_null (compiled_find (compiled, "A", "Donor", day_of ("2020-12-31")));
  assert_non_null (compiled_find (compiled, "A", "Donor", day_of ("2021-01-01")));
}

static void
test_explanation_of_a_non_member (void **state)
{
  World *world = four_levels (state);
  world_fact (world, FACT_KIND__FACT_KIND_PROVINCE, "Utrecht", NULL, "2020-01-01", NULL);
  world_fact (world, FACT_KIND__FACT_KIND_MUNICIPALITY, "De Bilt", NULL, "2020-01-01", NULL);
  CompiledWorld *compiled = world_compile (*state, world);
  ExplainResult *result = compiled_explain (*state, compiled, "GMA Zeist", member, day_of ("2023-01-01"));
  assert_false (result->member);
  static const struct {
    ExplainKind kind;
    uint32_t depth;
    bool holds;
    uint32_t facts;
  } expected[] = {
      {EXPLAIN_TYPE, 0, true, 0},      {EXPLAIN_CONDITION, 1, true, 1}, {EXPLAIN_ORGAN, 0, true, 0},
      {EXPLAIN_CONDITION, 1, true, 1}, {EXPLAIN_ORGAN, 0, false, 0},    {EXPLAIN_CONDITION, 1, false, 1},
  };
  assert_int_equal (result->line_count, sizeof expected / sizeof *expected);
  for (uint32_t i = 0; i < result->line_count; i++) {
    assert_int_equal (result->lines[i].kind, expected[i].kind);
    assert_int_equal (result->lines[i].depth, expected[i].depth);
    assert_int_equal (result->lines[i].holds, expected[i].holds);
    assert_int_equal (result->lines[i].fact_count, expected[i].facts);
  }
}

static void
test_explanation_from_below (void **state)
{
  World *world = four_levels (state);
  world_fact (world, FACT_KIND__FACT_KIND_PROVINCE, "Utrecht", NULL, "2020-01-01", NULL);
  CompiledWorld *compiled = world_compile (*state, world);
  ExplainResult *result = compiled_explain (*state, compiled, "root", member, day_of ("2023-01-01"));
  assert_true (result->member);
  assert_int_equal (result->origin, ORIGIN_BELOW);
  assert_string_equal (symbols_text (compiled->symbols, result->below), "PRA Utrecht");
  assert_int_equal (result->valid.from, day_of ("2020-01-01"));
}

static void
test_diff (void **state)
{
  Periods *before = periods_new (*state), *after = periods_new (*state);
  periods_record (before, 1, 9, (Period){0, 10}, ORIGIN_RULE);  /* the same */
  periods_record (before, 1, 9, (Period){20, 30}, ORIGIN_RULE); /* ends otherwise */
  periods_record (before, 2, 9, (Period){0, 10}, ORIGIN_RULE);  /* gone */
  periods_record (before, 3, 9, (Period){0, 10}, ORIGIN_BELOW); /* another origin later */
  periods_record_stretch (before, 5, ORIGIN_RULE);
  periods_add (after, 1, 9, (Period){0, 10}, ORIGIN_RULE);
  periods_add (after, 3, 9, (Period){0, 10}, ORIGIN_BELOW);
  periods_add (after, 1, 9, (Period){20, 40}, ORIGIN_RULE);
  periods_add (after, 4, 9, (Period){50, 60}, ORIGIN_EXCEPTION); /* new */
  PeriodsDiff diff = periods_diff (*state, before, after);
  assert_int_equal (diff.gone_count, 3);
  assert_int_equal (diff.added_count, 3);
  assert_int_equal (diff.gone[0], 1);
  assert_int_equal (diff.gone[1], 2);
  assert_int_equal (diff.gone[2], 3);
  PeriodsDiff none = periods_diff (*state, before, before);
  assert_int_equal (none.gone_count + none.added_count, 0);
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

#define CASE(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)

int
main (void)
{
  const struct CMUnitTest tests[] = {
      CASE (test_four_levels),
      CASE (test_inherited_rule_fails),
      CASE (test_gap_of_one_day),
      CASE (test_neighbours_are_merged),
      CASE (test_birthday_crosses_a_rule),
      CASE (test_born_on_29_february),
      CASE (test_missing_fact_is_false),
      CASE (test_between_includes_both_ends),
      CASE (test_admitted_is_to_the_carrier),
      CASE (test_exception),
      CASE (test_exception_beside_a_rule),
      CASE (test_exception_in_an_ended_organ),
      CASE (test_end_and_move),
      CASE (test_types),
      CASE (test_explanation_of_a_non_member),
      CASE (test_explanation_from_below),
      CASE (test_diff),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
