/* What plans do to organs and memberships, from the preview to the undo, against a real PostgreSQL: the named
 * cases of the specification. */
#include "fixture.h"

static void
test_a_move_from_preview_to_undo (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "moved");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  Plan *plan = planning_preview (world, owner, &towns, "move aarla south 2026-12-01");
  assert_string_equal (planning_effects (world, owner, plan), "north +0 -1 1>0; south +1 -0 0>1");
  assert_int_equal (plan->person_count, 1);
  assert_int_equal (plan->moving_count, 1);
  assert_int_equal (plan->organ_count, 2);
  assert_string_equal (plan->title, "aarla moves below south on 1 December 2026");
  assert_string_equal (plan->texts[0], plan->title);
  assert_true (plan->done);
  /* a preview changes nothing */
  assert_string_equal (period (owner, person, towns.north, "2026-12-01"), "2020-01-01..");
  assert_string_equal (
      service_world_value (world, "SELECT count(*) FROM organ_edge WHERE recorded_plan IS NOT NULL"), "0");

  assert_success (planning_apply_try (world, owner, plan));
  assert_int_equal (planning_get (world, owner, plan->plan_id)->state, PLAN_STATE__PLAN_STATE_APPLYING);
  service_world_runs (world, true);
  plan = planning_get (world, owner, plan->plan_id);
  assert_string_equal (plan->error, "");
  assert_int_equal (plan->state, PLAN_STATE__PLAN_STATE_APPLIED);
  /* scheduled: future days show it */
  assert_string_equal (period (owner, person, towns.north, "2026-11-21"), "2020-01-01..2026-12-01");
  assert_string_equal (period (owner, person, towns.south, "2026-12-01"), "2026-12-01..");
  assert_string_equal (period (owner, person, towns.aarla, "2026-12-01"), "2020-01-01..");
  assert_string_equal (period (owner, person, towns.organisation, "2026-12-01"), "2020-01-01..");
  planning_prove (world, owner);

  planning_undo (world, owner, plan);
  assert_string_equal (period (owner, person, towns.north, "2026-12-01"), "2020-01-01..");
  assert_string_equal (period (owner, person, towns.south, "2026-12-01"), "none");
  planning_prove (world, owner);
}

/* The example of the specification: type ▸ province ▸ municipality ▸ towns, each level with its own rule. */
static void
test_four_levels (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "levels");
  PreviewChangeRequest *request =
      planning_request (owner, &towns,
                        "create pra org 2026-01-01 Aarla; create gma pra 2026-01-01 Aarla; "
                        "create afd gma 2026-01-01 Aarla");
  request->changes[0]->rule[0]->field = RULE_FIELD__RULE_FIELD_PROVINCE;
  request->changes[0]->rule[0]->values[0] = "North";
  request->changes[1]->rule[0]->field = RULE_FIELD__RULE_FIELD_MUNICIPALITY;
  request->changes[2]->rule[0]->op = RULE_OP__RULE_OP_IN;
  Plan *plan = memory_new (owner, Plan);
  plan__init (plan);
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  PersonChanged *event = person_event (world, owner, person, NULL);
  person_fact (world, event, FACT_KIND__FACT_KIND_PROVINCE, "North", "2026-02-01", "");
  person_fact (world, event, FACT_KIND__FACT_KIND_MUNICIPALITY, "Aarla", "2026-03-01", "");
  assert_success (service_world_follow (world, &event, 1));
  assert_success (SERVICE_CALL (world, owner, preview_change, request, plan));
  assert_string_equal (planning_effects (world, owner, plan), "afd +1 -0 0>0; gma +1 -0 0>0; pra +1 -0 0>0");
  assert_int_equal (plan->joining_count, 1);
  assert_success (planning_apply_try (world, owner, plan));
  service_world_runs (world, false);
  ListMembershipsResponse *reply = person_memberships (world, owner, person, "2026-03-01", "");
  size_t found = 0;
  for (size_t i = 0; i < reply->n_memberships; i++) {
    const char *name = reply->memberships[i]->organ_name, *from = reply->memberships[i]->valid_from;
    found += strcmp (name, "pra") == 0 && strcmp (from, "2026-02-01") == 0;
    found += (strcmp (name, "gma") == 0 || strcmp (name, "afd") == 0) && strcmp (from, "2026-03-01") == 0;
  }
  assert_int_equal (found, 3);
}

static void
test_an_end_closes_all_below_and_is_undone (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "ended");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  Plan *plan = planning_do (world, owner, &towns, "end north 2026-06-01");
  assert_string_equal (planning_effects (world, owner, plan),
                       "aarla +0 -1 1>0; ended +0 -1 1>0; north +0 -1 1>0");
  assert_int_equal (plan->leaving_count, 1);
  assert_string_equal (period (owner, person, towns.aarla, "2026-05-31"), "2020-01-01..2026-06-01");
  assert_string_equal (period (owner, person, towns.organisation, "2026-06-01"), "none");
  assert_int_equal (organ_members (world, owner, towns.organisation, ""), 0);
  planning_prove (world, owner);
  planning_undo (world, owner, plan);
  assert_string_equal (period (owner, person, towns.aarla, "2026-06-01"), "2020-01-01..");
  assert_int_equal (organ_members (world, owner, towns.organisation, ""), 1);
  /* the end has been believed: nothing is edited */
  assert_string_equal (
      service_world_value (world, memory_format (owner,
                                                 "SELECT count(*) || ' ' || count(superseded_at) "
                                                 "FROM organ_life WHERE organ_id = '%s'",
                                                 towns.north)),
      "3 2");
  planning_prove (world, owner);
}

static void
test_a_move_dated_last_month (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "lastmonth");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  service_world_day (world, "2026-11-22");
  planning_do (world, owner, &towns, "move aarla south 2026-10-21");
  assert_string_equal (period (owner, person, towns.north, "2026-10-20"), "2020-01-01..2026-10-21");
  assert_string_equal (period (owner, person, towns.south, "2026-10-21"), "2026-10-21..");
  /* what was believed stays answerable */
  assert_string_equal (person_period (world, owner, person, towns.north, "2026-11-21", "2026-11-21"),
                       "2020-01-01..");
  assert_int_equal (organ_members (world, owner, towns.south, ""), 1);
  planning_prove (world, owner);
  service_world_day (world, "2026-11-21");
}

/* A change dated before one on record holds until it. */
static void
test_a_move_holds_until_the_next (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "until");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  planning_do (world, owner, &towns, "move aarla south 2026-01-01");
  planning_do (world, owner, &towns, "move aarla org 2025-01-01");
  assert_string_equal (period (owner, person, towns.north, "2024-12-31"), "2020-01-01..2025-01-01");
  assert_string_equal (period (owner, person, towns.south, "2025-12-31"), "none");
  assert_string_equal (period (owner, person, towns.south, "2026-01-01"), "2026-01-01..");
  assert_string_equal (period (owner, person, towns.aarla, "2026-01-01"), "2020-01-01..");
  planning_prove (world, owner);
}

static void
test_a_gap_of_one_day (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "gap");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  Plan *plan = planning_do (world, owner, &towns, "end aarla 2026-06-01; reopen aarla 2026-06-02");
  assert_string_equal (planning_effects (world, owner, plan),
                       "aarla +0 -1 1>1; gap +0 -1 1>1; north +0 -1 1>1");
  assert_string_equal (period (owner, person, towns.aarla, "2026-05-31"), "2020-01-01..2026-06-01");
  assert_string_equal (period (owner, person, towns.north, "2026-06-01"), "none");
  assert_string_equal (period (owner, person, towns.organisation, "2026-06-02"), "2026-06-02..");
  planning_undo (world, owner, plan);
  assert_string_equal (period (owner, person, towns.aarla, "2026-06-01"), "2020-01-01..");
  /* and no gap at all when it opens on the day of its end */
  planning_do (world, owner, &towns, "end aarla 2026-06-01; reopen aarla 2026-06-01");
  assert_string_equal (period (owner, person, towns.aarla, "2026-06-01"), "2020-01-01..");
  planning_prove (world, owner);
}

static ListMembershipExceptionsResponse *
exceptions (void *owner, const char *organ)
{
  ListMembershipExceptionsRequest request = LIST_MEMBERSHIP_EXCEPTIONS_REQUEST__INIT;
  ListMembershipExceptionsResponse *reply = memory_new (owner, ListMembershipExceptionsResponse);
  list_membership_exceptions_response__init (reply);
  request.organ_id = organ;
  assert_success (SERVICE_CALL (world, owner, list_membership_exceptions, &request, reply));
  return reply;
}

static void
test_an_exception_inside_an_ended_organ (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "exception");
  const char *person = person_add (world, owner, "Virtanen", "Corpo", "2020-01-01", NULL);
  planning_do (world, owner, &towns, memory_format (owner, "except %s aarla 2026-01-01 2028-01-01", person));
  assert_string_equal (period (owner, person, towns.north, "2026-01-01"), "2026-01-01..2028-01-01");
  Plan *end = planning_do (world, owner, &towns, "end aarla 2026-06-01");
  assert_string_equal (period (owner, person, towns.north, "2026-05-31"), "2026-01-01..2026-06-01");
  assert_string_equal (period (owner, person, towns.aarla, "2026-06-01"), "none");
  /* after a reopening it has effect again for the rest of its period */
  planning_do (world, owner, &towns, "reopen aarla 2027-01-01");
  assert_string_equal (period (owner, person, towns.aarla, "2027-01-01"), "2027-01-01..2028-01-01");
  Status status = planning_undo_try (world, owner, end);
  assert_string_equal (status.detail->reason, "UNDO_BLOCKED"); /* the lives would overlap */
  planning_prove (world, owner);
  ListMembershipExceptionsResponse *list = exceptions (owner, towns.aarla);
  assert_int_equal (list->n_exceptions, 1);
  assert_string_equal (list->exceptions[0]->author, "user:test");
  assert_string_equal (list->exceptions[0]->valid_to, "2028-01-01");
  planning_do (world, owner, &towns,
               memory_format (owner, "endexcept %s 2027-03-01", list->exceptions[0]->exception_id));
  assert_string_equal (period (owner, person, towns.aarla, "2027-01-01"), "2027-01-01..2027-03-01");
  planning_prove (world, owner);
}

/* Exceptions end with their person, those that would begin later are gone; what is recorded later is
 * accepted. */
static void
test_exceptions_end_with_the_person (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "gone");
  const char *person = person_add (world, owner, "Virtanen", "Corpo", "2020-01-01", NULL);
  Plan *plan = planning_do (
      world, owner, &towns,
      memory_format (owner, "except %s aarla 2026-01-01; except %s berga 2028-01-01", person, person));
  PersonChanged *event = person_event (world, owner, person, NULL);
  event->end_date = "2026-06-01";
  assert_success (service_world_follow (world, &event, 1));
  assert_string_equal (period (owner, person, towns.aarla, "2026-01-01"), "2026-01-01..2026-06-01");
  assert_string_equal (period (owner, person, towns.berga, "2028-01-01"), "none");
  assert_int_equal (exceptions (owner, "")->n_exceptions, 1);
  assert_string_equal (planning_undo_try (world, owner, plan).detail->reason, "UNDO_BLOCKED");
  planning_do (world, owner, &towns, memory_format (owner, "except %s south 2027-01-01", person));
  assert_success (service_world_follow (world, &event, 1)); /* told again: of what was on record then */
  assert_string_equal (period (owner, person, towns.south, "2027-01-01"), "2027-01-01..");
  planning_prove (world, owner);
}

/* An organ whose creation was undone is known to nobody. */
static void
test_an_undone_creation (void **state)
{
  void *owner = *state;
  Plan *plan;
  Towns towns = towns_make (world, owner, "ghost");
  planning_undo (world, owner, planning_do (world, owner, &towns, "create phantom org 2026-01-01 Corpo"));
  Status status = planning_try (world, owner, &towns, "move aarla phantom 2026-06-01", &plan);
  assert_string_equal (status.detail->violations[0].reason, "UNKNOWN_ORGAN");
  /* created again it has nothing of before */
  const char *person = person_add (world, owner, "Virtanen", "Corpo", "2020-01-01", NULL);
  plan = planning_do (world, owner, &towns, "create phantom north 2026-03-01; move aarla phantom 2026-06-01");
  assert_string_equal (planning_effects (world, owner, plan), "");
  assert_string_equal (period (owner, person, towns.north, "2026-06-01"), "none");
  planning_prove (world, owner);
}

static void
test_a_rule_and_a_move_on_one_day (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "sameday");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  const char *other = person_add (world, owner, "Korhonen", "Corpo", "2020-01-01", NULL);
  Plan *plan = planning_do (world, owner, &towns, "rule aarla 2026-06-01 Corpo; move aarla south 2026-06-01");
  assert_string_equal (period (owner, person, towns.north, "2026-05-31"), "2020-01-01..2026-06-01");
  assert_string_equal (period (owner, person, towns.south, "2026-06-01"), "none");
  assert_string_equal (period (owner, other, towns.south, "2026-06-01"), "2026-06-01..");
  assert_string_equal (period (owner, other, towns.north, "2026-06-01"), "none");
  assert_int_equal (plan->person_count, 2);
  assert_int_equal (plan->joining_count, 1);
  assert_int_equal (plan->leaving_count, 1);
  planning_prove (world, owner);
}

static void
test_a_merge (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "merged");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  const char *guest = person_add (world, owner, "Laine", "Corpo", "2020-01-01", NULL);
  planning_do (world, owner, &towns, memory_format (owner, "except %s north 2026-01-01", guest));
  /* north's associations and exceptions go to south */
  Plan *plan = planning_do (world, owner, &towns, "merge north south 2026-06-01");
  assert_string_equal (period (owner, person, towns.aarla, "2026-06-01"), "2020-01-01..");
  assert_string_equal (period (owner, person, towns.north, "2026-05-31"), "2020-01-01..2026-06-01");
  assert_string_equal (period (owner, person, towns.south, "2026-06-01"), "2026-06-01..");
  assert_string_equal (period (owner, guest, towns.north, "2026-01-01"), "2026-01-01..2026-06-01");
  assert_string_equal (period (owner, guest, towns.south, "2026-06-01"), "2026-06-01..");
  assert_string_equal (period (owner, guest, towns.organisation, "2026-06-01"), "2026-01-01..");
  assert_int_equal (exceptions (owner, towns.south)->n_exceptions, 1);
  planning_prove (world, owner);
  planning_undo (world, owner, plan);
  assert_string_equal (period (owner, guest, towns.north, "2026-06-01"), "2026-01-01..");
  assert_string_equal (period (owner, person, towns.north, "2026-06-01"), "2020-01-01..");
  assert_int_equal (exceptions (owner, towns.south)->n_exceptions, 0);
  planning_prove (world, owner);
  /* an exception that a merge has parted is ended as one */
  planning_do (world, owner, &towns, "merge north south 2026-06-01");
  ListMembershipExceptionsResponse *list = exceptions (owner, towns.south);
  assert_int_equal (list->n_exceptions, 1);
  planning_do (world, owner, &towns,
               memory_format (owner, "endexcept %s 2026-04-01", list->exceptions[0]->exception_id));
  assert_string_equal (period (owner, guest, towns.organisation, "2026-03-31"), "2026-01-01..2026-04-01");
  assert_string_equal (period (owner, guest, towns.south, "2026-07-01"), "none");
  planning_prove (world, owner);
}

static void
test_a_split (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "split");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  const char *other = person_add (world, owner, "Korhonen", "Berga", "2020-01-01", NULL);
  const char *guest = person_add (world, owner, "Laine", "Corpo", "2020-01-01", NULL);
  planning_do (world, owner, &towns, memory_format (owner, "except %s north 2026-01-01", guest));
  Plan *plan = planning_do (world, owner, &towns, "split north 2026-06-01 east:aarla west:berga >west");
  assert_string_equal (planning_effects (world, owner, plan),
                       "east +1 -0 0>1; north +0 -3 3>0; west +2 -0 0>2");
  assert_string_equal (period (owner, person, towns.organisation, "2026-06-01"), "2020-01-01..");
  assert_string_equal (period (owner, other, towns.berga, "2026-06-01"), "2020-01-01..");
  planning_prove (world, owner);
  /* the parts have ids since the preview, and are organs now */
  assert_string_equal (service_world_value (world,
                                            "SELECT count(*) FROM organ JOIN plan_effect USING (organ_id) "
                                            "WHERE code IN ('east', 'west')"),
                       "2");
  planning_undo (world, owner, plan);
  assert_string_equal (period (owner, person, towns.north, "2026-06-01"), "2020-01-01..");
  assert_string_equal (period (owner, guest, towns.north, "2026-06-01"), "2026-01-01..");
  /* undone creations leave organs without a life, which the same codes take again; without a part named for
   * them the exceptions close */
  planning_do (world, owner, &towns, "split north 2026-07-01 east:aarla west:berga");
  assert_string_equal (
      service_world_value (world, "SELECT count(*) FROM organ WHERE code IN ('east', 'west')"), "2");
  assert_string_equal (period (owner, guest, towns.organisation, "2026-06-30"), "2026-01-01..2026-07-01");
  planning_prove (world, owner);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      CASE (test_a_move_from_preview_to_undo),
      CASE (test_four_levels),
      CASE (test_an_end_closes_all_below_and_is_undone),
      CASE (test_a_move_dated_last_month),
      CASE (test_a_move_holds_until_the_next),
      CASE (test_a_gap_of_one_day),
      CASE (test_an_exception_inside_an_ended_organ),
      CASE (test_exceptions_end_with_the_person),
      CASE (test_an_undone_creation),
      CASE (test_a_rule_and_a_move_on_one_day),
      CASE (test_a_merge),
      CASE (test_a_split),
  };
  return RUN_CASES (tests);
}
