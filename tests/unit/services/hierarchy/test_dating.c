/* The two dating policies side by side: the same people and rules in an organisation of each. After every
 * case the proof finds nothing, and what is derived from nothing is what had grown day by day. */
#include "fixture.h"

#include "core/id.h"
#include "core/memory.h"

/* What "aarla" answers in both organisations. */
typedef struct Both {
  Towns attribute, evaluation;
} Both;

static Both
make_both (void *owner, const char *day)
{
  service_world_day (world, day);
  return (Both){towns_make_dated (world, owner, "attribute", DATING_POLICY__DATING_POLICY_ATTRIBUTE_DATED),
                towns_make_dated (world, owner, "evaluation", DATING_POLICY__DATING_POLICY_EVALUATION_DATED)};
}

/* The period of "aarla" that holds a day, as known on another. */
static void
expect (void *owner, const Both *both, const char *person, const char *on, const char *known,
        const char *attribute, const char *evaluation)
{
  assert_string_equal (person_period (world, owner, person, both->attribute.aarla, on, known), attribute);
  assert_string_equal (person_period (world, owner, person, both->evaluation.aarla, on, known), evaluation);
}

/* Everything on record in words, so that two records can be compared. */
static char *
record_text (void *owner)
{
  return memory_string (
      owner, service_world_value (
                 world, "SELECT string_agg (concat_ws (' ', person_id, organ_id, type_id, valid_from, "
                        "valid_to, origin, stretches), E'\n' ORDER BY person_id, organ_id, type_id, "
                        "valid_from) FROM membership WHERE superseded_at IS NULL"));
}

static uint64_t
prove (void *owner, bool correct)
{
  CreateEvaluationRequest request = CREATE_EVALUATION_REQUEST__INIT;
  Run *run = memory_new (owner, Run);
  run__init (run);
  request.correct = correct;
  assert_success (SERVICE_CALL (world, owner, create_evaluation, &request, run));
  return service_world_runs (world, false);
}

/* The proof finds nothing; and derived from nothing, everything is the same. */
static void
expect_proven (void *owner)
{
  assert_int_equal (prove (owner, false), 0);
  char *grown = record_text (owner);
  service_world_value (world, "DELETE FROM membership WHERE superseded_at IS NULL");
  (void)prove (owner, true);
  assert_string_equal (record_text (owner), grown);
}

static Status
set_rule_try (void *owner, const char *organ, const char *town, const char *from, Rule *reply)
{
  CreateRuleRequest request = CREATE_RULE_REQUEST__INIT;
  Rule rule = RULE__INIT;
  rule__init (reply);
  rule.organ_id = organ;
  rule.valid_from = from;
  rule.nodes = rule_list (owner, rule_of (owner, RULE_OP__RULE_OP_EQUALS, RULE_FIELD__RULE_FIELD_TOWN, town));
  rule.n_nodes = 1;
  request.rule = &rule;
  return SERVICE_CALL (world, owner, create_rule, &request, reply);
}

static void
set_rule (void *owner, const char *organ, const char *town, const char *from)
{
  assert_success (set_rule_try (owner, organ, town, from, memory_new (owner, Rule)));
}

static PersonChanged *
correction (void *owner, const char *person, const char *old, const char *town, const char *from,
            const char *to, const char **fact)
{
  PersonChanged *event = person_event (world, owner, person, NULL);
  person_fact_withdrawn (event, FACT_KIND__FACT_KIND_TOWN, old);
  const char *id = person_fact (world, event, FACT_KIND__FACT_KIND_TOWN, town, from, to);
  if (fact != NULL)
    *fact = id;
  return event;
}

static void
correct (void *owner, const char *person, const char *old, const char *town, const char *from, const char *to,
         const char **fact)
{
  PersonChanged *event = correction (owner, person, old, town, from, to, fact);
  assert_success (service_world_follow (world, &event, 1));
}

/* A start never moves because a date was corrected. */
static void
test_a_start_stays (void **state)
{
  void *owner = *state;
  const char *town;
  Both both = make_both (owner, "2026-06-01");
  service_world_day (world, "2026-06-04");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", &town);
  expect (owner, &both, person, "2026-06-10", "", "2020-01-01..", "2026-06-04..");
  service_world_day (world, "2026-06-08");
  correct (owner, person, town, "Aarla", "2026-06-07", "", &town);
  expect (owner, &both, person, "2026-06-10", "", "2026-06-07..", "2026-06-04..");
  correct (owner, person, town, "Aarla", "2010-01-01", "", &town);
  expect (owner, &both, person, "2026-06-10", "", "2019-01-01..", "2026-06-04..");
  expect (owner, &both, person, "2026-06-10", "2026-06-07", "2020-01-01..", "2026-06-04..");
  expect (owner, &both, person, "2026-06-10", "2026-06-03", "none", "none");
  service_world_day (world, "2026-06-20");
  expect_proven (owner);
}

/* A correction of what held yesterday works from the day of its recording. */
static void
test_a_correction_works_from_its_recording (void **state)
{
  void *owner = *state;
  const char *town;
  Both both = make_both (owner, "2026-06-01");
  service_world_day (world, "2026-06-04");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", &town);
  service_world_day (world, "2026-06-09");
  correct (owner, person, town, "Berga", "2026-06-08", "", &town);
  expect (owner, &both, person, "2026-06-08", "", "none", "2026-06-04..2026-06-09");
  expect (owner, &both, person, "2026-06-09", "", "none", "none");
  expect (owner, &both, person, "2026-06-09", "2026-06-08", "2020-01-01..", "2026-06-04..");
  service_world_day (world, "2026-06-12"); /* corrected twice: it was right */
  correct (owner, person, town, "Aarla", "2020-01-01", "", &town);
  expect (owner, &both, person, "2026-06-10", "", "2020-01-01..", "none");
  expect (owner, &both, person, "2026-06-12", "", "2020-01-01..", "2026-06-12..");
  expect (owner, &both, person, "2026-06-10", "2026-06-10", "none", "none");
  expect_proven (owner);
}

/* Recorded and corrected on one day: nothing of it was ever believed. */
static void
test_within_a_day (void **state)
{
  void *owner = *state;
  const char *town;
  Both both = make_both (owner, "2026-06-01");
  service_world_day (world, "2026-06-04");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", &town);
  correct (owner, person, town, "Berga", "2020-01-01", "", &town);
  expect (owner, &both, person, "2026-06-04", "", "none", "none");
  service_world_day (world, "2026-06-05");
  expect (owner, &both, person, "2026-06-04", "2026-06-04", "none", "none");
  expect_proven (owner);
}

/* Future days follow what is known now; a period that is to end ends. */
static void
test_future_days (void **state)
{
  void *owner = *state;
  const char *town;
  Both both = make_both (owner, "2026-06-01");
  service_world_day (world, "2026-06-04");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2026-07-01", &town);
  expect (owner, &both, person, "2026-07-01", "", "2026-07-01..", "2026-07-01..");
  service_world_day (world, "2026-06-10");
  correct (owner, person, town, "Aarla", "2026-06-06", "2026-08-01", &town);
  expect (owner, &both, person, "2026-07-01", "", "2026-06-06..2026-08-01", "2026-06-10..2026-08-01");
  expect_proven (owner);
}

/* A rule works from the day of its recording, also when its run comes after midnight. */
static void
test_rules (void **state)
{
  void *owner = *state;
  Both both = make_both (owner, "2026-06-01");
  service_world_day (world, "2026-06-04");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  service_world_day (world, "2026-06-10");
  set_rule (owner, both.attribute.aarla, "Corpo", "2026-05-01");
  Rule reply;
  Status status = set_rule_try (owner, both.evaluation.aarla, "Corpo", "2026-06-09", &reply);
  assert_string_equal (status.detail->violations[0].reason, "PAST_DATE");
  assert_string_equal (status.detail->violations[0].field, "rule.validFrom");
  assert_success (set_rule_try (owner, both.evaluation.aarla, "Corpo", "", &reply));
  assert_string_equal (reply.valid_from, "2026-06-10"); /* not before today */
  service_world_day (world, "2026-06-11");
  assert_int_equal (service_world_runs (world, true), 0);
  expect (owner, &both, person, "2026-06-09", "", "none", "2026-06-04..2026-06-10");
  expect (owner, &both, person, "2026-06-11", "2026-06-09", "2020-01-01..", "2026-06-04..");
  expect (owner, &both, person, "2026-06-11", "2026-06-10", "none", "none");
  service_world_day (world, "2026-06-20"); /* taken back: works from the day of taking back */
  set_rule (owner, both.attribute.aarla, "Aarla", "2026-05-01");
  set_rule (owner, both.evaluation.aarla, "Aarla", "2026-06-20");
  assert_int_equal (service_world_runs (world, false), 0);
  expect (owner, &both, person, "2026-06-15", "", "2020-01-01..", "none");
  expect (owner, &both, person, "2026-06-20", "", "2020-01-01..", "2026-06-20..");
  expect (owner, &both, person, "2026-06-20", "2026-06-15", "none", "none");
  expect_proven (owner);
}

/* An event that arrives late, with a change of a rule in between: each day by what was known at its end, and
 * no defect. */
static void
test_a_late_event (void **state)
{
  void *owner = *state;
  const char *town;
  Both both = make_both (owner, "2026-06-01");
  service_world_day (world, "2026-06-04");
  const char *person = person_add (world, owner, "Virtanen", "Corpo", "2020-01-01", &town);
  service_world_day (world, "2026-06-10");
  PersonChanged *late = correction (owner, person, town, "Aarla", "2020-01-01", "", NULL);
  service_world_day (world, "2026-06-12");
  set_rule (owner, both.evaluation.aarla, "Berga", "2026-06-12");
  assert_int_equal (service_world_runs (world, false), 0);
  service_world_day (world, "2026-06-15");
  assert_success (service_world_follow (world, &late, 1));
  expect (owner, &both, person, "2026-06-11", "", "2020-01-01..", "2026-06-10..2026-06-12");
  expect (owner, &both, person, "2026-06-12", "", "2020-01-01..", "none");
  expect_proven (owner);
}

/* Away for days, then told of everything at once, newcomers included: as if it had been there. */
static void
test_after_an_absence (void **state)
{
  void *owner = *state;
  Both both = make_both (owner, "2026-06-01");
  const char *person = id_new_text (owner, clock_now (world->clock)), *town;
  PersonChanged *events[2];
  service_world_day (world, "2026-06-04");
  events[0] = person_event (world, owner, person, "Virtanen");
  person_fact (world, events[0], FACT_KIND__FACT_KIND_SUBSCRIPTION, "Member", "2019-01-01", "");
  town = person_fact (world, events[0], FACT_KIND__FACT_KIND_TOWN, "Aarla", "2020-01-01", "");
  service_world_day (world, "2026-06-06");
  events[1] = correction (owner, person, town, "Berga", "2020-01-01", "", NULL);
  service_world_day (world, "2026-06-15");
  assert_success (service_world_follow (world, events, 2));
  expect (owner, &both, person, "2026-06-05", "", "none", "2026-06-04..2026-06-06");
  expect (owner, &both, person, "2026-06-05", "2026-06-05", "2020-01-01..", "2026-06-04..");
  expect (owner, &both, person, "2026-06-05", "2026-06-03", "none", "none");
  expect_proven (owner);
}

/* A person who is told completely, with all times, is judged on every day anew. */
static void
test_told_completely (void **state)
{
  void *owner = *state;
  Both both = make_both (owner, "2026-06-01");
  service_world_day (world, "2026-06-10");
  const char *person = id_new_text (owner, clock_now (world->clock));
  PersonChanged *event = person_event (world, owner, person, "Virtanen");
  event->complete = true;
  person_fact (world, event, FACT_KIND__FACT_KIND_SUBSCRIPTION, "Member", "2019-01-01", "");
  person_fact (world, event, FACT_KIND__FACT_KIND_TOWN, "Aarla", "2020-01-01", "");
  event->recorded[0]->record_time = "2026-06-02T09:00:00Z";
  event->recorded[1]->record_time = "2026-06-03T09:00:00Z";
  event->recorded[1]->supersede_time = "2026-06-08T09:00:00Z";
  assert_success (service_world_follow (world, &event, 1));
  expect (owner, &both, person, "2026-06-07", "", "none", "2026-06-03..2026-06-08");
  expect_proven (owner);
}

/* Who is taken out of the register is no member from then on, by exception neither; days that were judged
 * stay. */
static void
test_withdrawn (void **state)
{
  void *owner = *state;
  const char *town;
  Both both = make_both (owner, "2026-06-01");
  service_world_day (world, "2026-06-04");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", &town);
  planning_do (world, owner, &both.attribute, memory_format (owner, "except %s berga 2026-06-04", person));
  planning_do (world, owner, &both.evaluation, memory_format (owner, "except %s berga 2026-06-04", person));
  service_world_day (world, "2026-06-10");
  PersonChanged *event = person_event (world, owner, person, "Virtanen");
  event->display->withdrawn = true;
  person_fact_withdrawn (event, FACT_KIND__FACT_KIND_TOWN, town);
  assert_success (service_world_follow (world, &event, 1));
  expect (owner, &both, person, "2026-06-05", "", "none", "2026-06-04..2026-06-10");
  expect (owner, &both, person, "2026-06-10", "", "none", "none");
  assert_string_equal (person_period (world, owner, person, both.attribute.berga, "2026-06-05", ""), "none");
  assert_string_equal (person_period (world, owner, person, both.evaluation.berga, "2026-06-05", ""),
                       "2026-06-04..2026-06-10");
  expect_proven (owner);
}

/* A plan's dates may not be past; its undoing works from the day of undoing. */
static void
test_plans (void **state)
{
  void *owner = *state;
  Both both = make_both (owner, "2026-06-01");
  service_world_day (world, "2026-06-04");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  Plan *past;
  Status status = planning_try (world, owner, &both.evaluation, "end aarla 2026-06-03", &past);
  assert_true (status_failed (status));
  assert_string_equal (status.detail->violations[0].reason, "PAST_DATE");
  Plan *first = planning_do (world, owner, &both.attribute, "end aarla 2026-06-06");
  Plan *second = planning_do (world, owner, &both.evaluation, "end aarla 2026-06-06");
  expect (owner, &both, person, "2026-06-05", "", "2020-01-01..2026-06-06", "2026-06-04..2026-06-06");
  service_world_day (world, "2026-06-10");
  planning_undo (world, owner, first);
  planning_undo (world, owner, second);
  expect (owner, &both, person, "2026-06-05", "", "2020-01-01..", "2026-06-04..2026-06-06");
  expect (owner, &both, person, "2026-06-08", "", "2020-01-01..", "none");
  expect (owner, &both, person, "2026-06-10", "", "2020-01-01..", "2026-06-10..");
  expect_proven (owner);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      CASE (test_a_start_stays),
      CASE (test_a_correction_works_from_its_recording),
      CASE (test_within_a_day),
      CASE (test_future_days),
      CASE (test_rules),
      CASE (test_a_late_event),
      CASE (test_after_an_absence),
      CASE (test_told_completely),
      CASE (test_plans),
      CASE (test_withdrawn),
  };
  return RUN_CASES (tests);
}
