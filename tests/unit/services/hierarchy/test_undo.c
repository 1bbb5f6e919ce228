/* What an undo leaves: what would be without the plan, or a refusal that names the later plan in the way. */
#include "fixture.h"

#include "core/memory.h"

/* The rows on record of an organ, "[2026-01-01,) [2027-01-01,)", from one of the tables of dated rows. */
static const char *
rows_of (const char *table, const char *organ_id)
{
  void *owner = memory_context (world);
  return service_world_value (
      world, memory_format (owner,
                            "SELECT coalesce (string_agg (valid::text, ' ' ORDER BY valid), '') FROM %s "
                            "WHERE organ_id = '%s' AND superseded_at IS NULL",
                            table, organ_id));
}

static const char *
organ_with_code (const Towns *towns, const char *code)
{
  return service_world_value (
      world, memory_format (world, "SELECT organ_id FROM organ WHERE organisation_id = '%s' AND code = '%s'",
                            towns->organisation, code));
}

/* Undoing `plan` is refused, and `in_the_way` named as the one to undo before. */
static void
assert_blocked (void *owner, const Plan *plan, const Plan *in_the_way)
{
  Status status = planning_undo_try (world, owner, plan);
  assert_true (status_failed (status));
  assert_string_equal (status.detail->reason, "UNDO_BLOCKED");
  assert_int_equal (status.detail->violation_count, 1);
  assert_non_null (strstr (status.detail->message, in_the_way->plan_id));
}

/* A change holds until the next on record: with that one gone, it holds on, whichever was recorded first. */
static void
test_what_ended_at_the_plan_holds_on (void **state)
{
  void *owner = *state;
  static const struct {
    const char *before, *next, *own, *after_both, *after_undo;
    const char *table, *organ;
  } cases[] = {
      {"", "rule aarla 2026-03-01 Corpo", "rule aarla 2026-02-01 Berga",
       "[2000-01-01,2026-02-01) [2026-02-01,2026-03-01) [2026-03-01,)", NULL, "rule_version", "aarla"},
      {"", "rule north 2026-03-01 Corpo", "rule north 2026-02-01 Berga",
       "[2026-02-01,2026-03-01) [2026-03-01,)", "[2026-02-01,)", "rule_version", "north"},
      {"", "rulefor south 2026-03-01 Corpo", "rulefor south 2026-02-01",
       "[2026-02-01,2026-03-01) [2026-03-01,)", "[2026-02-01,)", "rule_version", "south"},
      {"end berga 2026-01-01", "reopen berga 2026-09-01", "reopen berga 2026-06-01",
       "[2000-01-01,2026-01-01) [2026-06-01,2026-09-01) [2026-09-01,)",
       "[2000-01-01,2026-01-01) [2026-06-01,)", "organ_life", "berga"},
      /* what a change has ended stays ended, also where another period begins at once */
      {"end south 2026-06-01", "reopen south 2026-06-01", "", "[2000-01-01,2026-06-01) [2026-06-01,)",
       "[2000-01-01,2026-06-01)", "organ_life", "south"},
  };
  Towns towns = towns_make (world, owner, "holds");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if (*cases[i].before != '\0')
      planning_do (world, owner, &towns, cases[i].before);
    const char *organ = organ_with_code (&towns, cases[i].organ);
    Plan *next = planning_do (world, owner, &towns, cases[i].next);
    Plan *own = *cases[i].own == '\0' ? NULL : planning_do (world, owner, &towns, cases[i].own);
    assert_string_equal (rows_of (cases[i].table, organ), cases[i].after_both);
    if (cases[i].after_undo == NULL) { /* the plan's own row was cut */
      assert_blocked (owner, next, own);
      continue;
    }
    planning_undo (world, owner, next);
    assert_string_equal (rows_of (cases[i].table, organ), cases[i].after_undo);
    if (own != NULL) /* it stays undoable itself */
      planning_undo (world, owner, own);
  }
  planning_prove (world, owner);
}

/* What is given back would have been led elsewhere by a merge or a split of a later plan. */
static void
test_a_later_merge_or_split_is_in_the_way (void **state)
{
  void *owner = *state;
  static const struct {
    const char *own, *later;
  } cases[] = {
      {"move aarla south 2026-03-01", "merge north south 2026-06-01"},
      {"move aarla south 2026-03-01", "split aarla 2026-06-01 east west"},
      {"move aarla south 2026-03-01", "split north 2026-06-01 east:berga west"},
  };
  Towns towns = towns_make (world, owner, "led");
  const char *before = rows_of ("organ_edge", towns.aarla);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Plan *own = planning_do (world, owner, &towns, cases[i].own);
    Plan *later = planning_do (world, owner, &towns, cases[i].later);
    assert_blocked (owner, own, later);
    planning_undo (world, owner, later);
    planning_undo (world, owner, own);
    assert_string_equal (rows_of ("organ_edge", towns.aarla), before);
  }
  /* an end leads nothing elsewhere */
  Plan *own = planning_do (world, owner, &towns, "move aarla south 2026-03-01");
  planning_do (world, owner, &towns, "end north 2026-06-01");
  planning_undo (world, owner, own);
  assert_string_equal (rows_of ("organ_edge", towns.aarla), before);
  planning_prove (world, owner);
}

/* An exception whose end is undone would be in the other organ since the merge. */
static void
test_an_exception_is_not_given_back_to_a_merged_organ (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "excepted");
  const char *person = person_add (world, owner, "Virtanen", "Corpo", "2020-01-01", NULL);
  planning_do (world, owner, &towns, memory_format (owner, "except %s aarla 2026-01-01", person));
  const char *id = service_world_value (
      world, "SELECT exception_id FROM membership_exception WHERE superseded_at IS NULL");
  Plan *end = planning_do (world, owner, &towns, memory_format (owner, "endexcept %s 2026-03-01", id));
  Plan *merge = planning_do (world, owner, &towns, "merge aarla berga 2026-06-01");
  assert_blocked (owner, end, merge);
  planning_undo (world, owner, merge);
  planning_undo (world, owner, end);
  planning_prove (world, owner);
}

static void
test_an_undo_is_blocked_by_later_plans (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "blocked");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  Plan *first = planning_do (world, owner, &towns, "move aarla south 2026-06-01");
  Plan *second = planning_do (world, owner, &towns, "move aarla org 2026-09-01");
  Status status = planning_undo_try (world, owner, first);
  assert_int_equal (status.code, STATUS_FAILED_PRECONDITION);
  assert_string_equal (status.detail->reason, "UNDO_BLOCKED");
  assert_int_equal (status.detail->violation_count, 1);
  assert_non_null (strstr (status.detail->message, second->plan_id));
  assert_non_null (strstr (status.detail->message, second->title));
  assert_string_equal (status.detail->violations[0].field, "planId");
  planning_undo (world, owner, second);
  planning_undo (world, owner, first);
  assert_string_equal (period (owner, person, towns.north, "2026-12-01"), "2020-01-01..");
  planning_prove (world, owner);
  assert_string_equal (planning_undo_try (world, owner, first).detail->reason, "PLAN_STATE");

  /* an organ that others have come to stand below */
  Plan *create = planning_do (world, owner, &towns, "create east org 2026-01-01");
  Plan *move = planning_do (world, owner, &towns, "move aarla east 2026-06-01");
  status = planning_undo_try (world, owner, create);
  assert_non_null (strstr (status.detail->message, move->plan_id));
  planning_undo (world, owner, move);
  /* but not by a rule: it may reach outside the organ's life */
  Plan *rule = planning_do (world, owner, &towns, "rule east 2026-03-01 Corpo");
  planning_undo (world, owner, create);
  planning_undo (world, owner, rule);
  /* what was on record before the plan is no reason: it had to bear the organ's absence */
  planning_do (world, owner, &towns,
               "create west org 2026-01-01; move west south 2026-09-01; end west 2026-06-01");
  planning_undo (world, owner, planning_do (world, owner, &towns, "reopen west 2026-08-01"));
  /* a cycle that giving back would close */
  Plan *up = planning_do (world, owner, &towns, "move berga org 2026-01-01");
  Plan *down = planning_do (world, owner, &towns, "move north berga 2026-02-01");
  status = planning_undo_try (world, owner, up);
  assert_non_null (strstr (status.detail->message, down->plan_id));
  planning_undo (world, owner, down);
  planning_undo (world, owner, up);
  planning_prove (world, owner);
}

static void
test_an_undo_is_blocked_by_a_rule (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "direct");
  Plan *plan = planning_do (world, owner, &towns, "rule south 2026-01-01 Corpo");
  CreateRuleRequest request = CREATE_RULE_REQUEST__INIT;
  Rule rule = RULE__INIT, reply = RULE__INIT;
  rule.organ_id = towns.south;
  rule.valid_from = "2026-06-01";
  request.rule = &rule;
  assert_success (SERVICE_CALL (world, owner, create_rule, &request, &reply));
  service_world_runs (world, false);
  Status status = planning_undo_try (world, owner, plan);
  assert_string_equal (status.detail->reason, "UNDO_BLOCKED");
  assert_int_equal (status.detail->violation_count, 0);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      CASE (test_what_ended_at_the_plan_holds_on),
      CASE (test_a_later_merge_or_split_is_in_the_way),
      CASE (test_an_exception_is_not_given_back_to_a_merged_organ),
      CASE (test_an_undo_is_blocked_by_later_plans),
      CASE (test_an_undo_is_blocked_by_a_rule),
  };
  return RUN_CASES (tests);
}
