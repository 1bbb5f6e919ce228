/* Plans against a real PostgreSQL: previewed, applied, undone; the named cases of the specification. */
#include "fixture.h"

#include "core/id.h"
#include "service/private.h"

#include <stdio.h>
#include <stdlib.h>

static const char *
period (void *owner, const char *person, const char *organ, const char *on)
{
  return person_period (world, owner, person, organ, on, "");
}

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
test_two_plans_racing (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "racing");
  person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  Plan *move = planning_preview (world, owner, &towns, "move aarla south 2026-06-01");
  Plan *end = planning_preview (world, owner, &towns, "end aarla 2026-09-01");
  Plan *merge = planning_preview (world, owner, &towns, "merge aarla berga 2026-10-01");
  assert_success (planning_apply_try (world, owner, move));
  assert_success (planning_apply_try (world, owner, end));
  assert_success (planning_apply_try (world, owner, merge));
  service_world_runs (world, true);
  assert_int_equal (planning_get (world, owner, move->plan_id)->state, PLAN_STATE__PLAN_STATE_APPLIED);
  /* the second finds another difference, and keeps it */
  Plan *stale = planning_get (world, owner, end->plan_id);
  assert_int_equal (stale->state, PLAN_STATE__PLAN_STATE_STALE);
  assert_string_equal (stale->error_reason, "PLAN_STALE");
  assert_string_not_equal (stale->hash, end->hash);
  assert_string_equal (planning_effects (world, owner, stale),
                       "aarla +0 -1 1>0; racing +0 -1 1>0; south +0 -1 1>0");
  assert_string_equal (planning_apply_try (world, owner, stale).detail->reason, "PLAN_STALE");
  /* previewed again it can be applied, and then the third is not valid any more */
  PreviewChangeRequest *request = planning_request (owner, &towns, "end aarla 2026-09-01");
  Plan again = PLAN__INIT;
  request->plan_id = stale->plan_id;
  assert_success (SERVICE_CALL (world, owner, preview_change, request, &again));
  assert_string_equal (again.plan_id, stale->plan_id);
  assert_int_equal (again.state, PLAN_STATE__PLAN_STATE_PREVIEWED);
  assert_string_equal (again.error, "");
  assert_success (planning_apply_try (world, owner, &again));
  request = planning_request (owner, &towns, "merge aarla berga 2026-08-01");
  request->plan_id = merge->plan_id;
  Plan third = PLAN__INIT;
  assert_success (SERVICE_CALL (world, owner, preview_change, request, &third));
  service_world_runs (world, false);
  assert_int_equal (planning_get (world, owner, stale->plan_id)->state, PLAN_STATE__PLAN_STATE_APPLIED);
  Plan *late = planning_preview (world, owner, &towns, "move berga south 2026-12-24");
  planning_do (world, owner, &towns, "end berga 2026-12-20");
  assert_success (planning_apply_try (world, owner, late));
  service_world_runs (world, false);
  late = planning_get (world, owner, late->plan_id);
  assert_int_equal (late->state, PLAN_STATE__PLAN_STATE_STALE);
  assert_string_equal (late->error_reason, "EDGE_OUTSIDE_LIFE");
  planning_prove (world, owner);
}

static void
test_a_plan_gone_stale (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "stale");
  person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  Plan *plan = planning_preview (world, owner, &towns, "move aarla south 2026-06-01");
  person_add (world, owner, "Korhonen", "Aarla", "2020-01-01", NULL);
  person_add (world, owner, "Nieminen", "Berga", "2020-01-01", NULL);
  assert_success (planning_apply_try (world, owner, plan));
  service_world_runs (world, false);
  Plan *stale = planning_get (world, owner, plan->plan_id);
  assert_int_equal (stale->state, PLAN_STATE__PLAN_STATE_STALE);
  assert_int_equal (stale->person_count, 2);
  assert_string_equal (planning_effects (world, owner, stale), "north +0 -2 3>1; south +2 -0 0>2");
  assert_string_equal (
      service_world_value (
          world,
          memory_format (owner, "SELECT count(*) FROM organ_edge WHERE recorded_plan = '%s'", plan->plan_id)),
      "0");
  /* facts that do not matter to it leave a plan as it is */
  plan = planning_preview (world, owner, &towns, "move aarla south 2026-06-01");
  person_add (world, owner, "Laine", "Corpo", "2020-01-01", NULL);
  assert_success (planning_apply_try (world, owner, plan));
  service_world_runs (world, false);
  assert_int_equal (planning_get (world, owner, plan->plan_id)->state, PLAN_STATE__PLAN_STATE_APPLIED);
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

static const char *
persons_page (void *owner, const Plan *plan, const char *organ, const char *effect, uint32_t size)
{
  ListPlanPersonsRequest request = LIST_PLAN_PERSONS_REQUEST__INIT;
  char *text = memory_string (owner, "");
  request.plan_id = plan->plan_id;
  request.organ_id = organ;
  request.effect = effect;
  request.page_size = size;
  do {
    ListPlanPersonsResponse *reply = memory_new (owner, ListPlanPersonsResponse);
    list_plan_persons_response__init (reply);
    assert_success (SERVICE_CALL (world, owner, list_plan_persons, &request, reply));
    assert_true (reply->n_persons <= size);
    for (size_t i = 0; i < reply->n_persons; i++) {
      const PlanPerson *person = reply->persons[i];
      text = memory_must (talloc_asprintf_append_buffer (
          text, "%s %s %s %s>%s; ", person->organ_name, person->family_name, person->effect,
          person->n_before == 0 ? "" : person->before[0], person->n_after == 0 ? "" : person->after[0]));
    }
    request.page_token = reply->next_page_token;
  } while (*request.page_token != '\0');
  return text;
}

static void
test_whom_a_plan_concerns (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "whom");
  person_add (world, owner, "Åberg", "Aarla", "2020-01-01", NULL);
  person_add (world, owner, "Virtanen", "Aarla", "2021-01-01", NULL);
  person_add (world, owner, "Korhonen", "Berga", "2022-01-01", NULL);
  person_add (world, owner, "Laine", "Corpo", "2022-01-01", NULL);
  Plan *plan =
      planning_preview (world, owner, &towns, "move aarla south 2026-06-01; rule berga 2026-06-01 Corpo");
  static const char all[] = "berga Korhonen leaves 2022-01-01/>2022-01-01/2026-06-01; "
                            "berga Laine joins >2026-06-01/; "
                            "north Korhonen leaves 2022-01-01/>2022-01-01/2026-06-01; "
                            "north Laine joins >2026-06-01/; "
                            "north Virtanen leaves 2021-01-01/>2021-01-01/2026-06-01; "
                            "north Åberg leaves 2020-01-01/>2020-01-01/2026-06-01; "
                            "south Virtanen joins >2026-06-01/; south Åberg joins >2026-06-01/; "
                            "whom Korhonen leaves 2022-01-01/>2022-01-01/2026-06-01; "
                            "whom Laine joins >2026-06-01/; ";
  for (uint32_t size = 1; size < 12; size++)
    assert_string_equal (persons_page (owner, plan, "", "", size), all);
  assert_string_equal (persons_page (owner, plan, towns.south, "joins", 1),
                       "south Virtanen joins >2026-06-01/; south Åberg joins >2026-06-01/; ");
  assert_string_equal (persons_page (owner, plan, towns.berga, "leaves", 5),
                       "berga Korhonen leaves 2022-01-01/>2022-01-01/2026-06-01; ");
  assert_string_equal (persons_page (owner, plan, towns.berga, "changes", 5), "");
  assert_int_equal (plan->person_count, 4);
  assert_int_equal (plan->moving_count, 2);
  assert_int_equal (plan->joining_count, 1);
  assert_int_equal (plan->leaving_count, 1);
  assert_int_equal (plan->organ_count, 4);
}

static void
test_states (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "states");
  Plan *plan = planning_preview (world, owner, &towns, "move aarla south 2026-06-01");
  ApplyPlanRequest apply = APPLY_PLAN_REQUEST__INIT;
  DiscardPlanRequest discard = DISCARD_PLAN_REQUEST__INIT;
  Plan reply = PLAN__INIT;
  apply.plan_id = discard.plan_id = plan->plan_id;
  apply.hash = "0000000000000000000000000000000000000000000000000000000000000000";
  Status status = SERVICE_CALL (world, owner, apply_plan, &apply, &reply);
  assert_string_equal (status.detail->reason, "HASH_MISMATCH");
  assert_string_equal (planning_undo_try (world, owner, plan).detail->reason, "PLAN_STATE");
  /* the same question has the same answer */
  assert_string_not_equal (planning_preview (world, owner, &towns, "move berga south 2026-06-01")->hash,
                           plan->hash);
  assert_string_equal (planning_preview (world, owner, &towns, "move aarla south 2026-06-01")->hash,
                       plan->hash);
  assert_success (SERVICE_CALL (world, owner, discard_plan, &discard, &reply));
  assert_int_equal (reply.state, PLAN_STATE__PLAN_STATE_DISCARDED);
  assert_string_equal (planning_apply_try (world, owner, plan).detail->reason, "PLAN_STATE");
  PreviewChangeRequest *again = planning_request (owner, &towns, "move aarla south 2026-06-01");
  again->plan_id = plan->plan_id;
  assert_string_equal (SERVICE_CALL (world, owner, preview_change, again, &reply).detail->reason,
                       "PLAN_STATE");
  discard.plan_id = "01890000-0000-7000-8000-000000000001";
  assert_string_equal (SERVICE_CALL (world, owner, discard_plan, &discard, &reply).detail->reason,
                       "PLAN_NOT_FOUND");
}

static size_t
count_plans (void *owner, ListPlansRequest *request)
{
  size_t count = 0;
  request->page_token = "";
  do {
    ListPlansResponse *reply = memory_new (owner, ListPlansResponse);
    list_plans_response__init (reply);
    assert_success (SERVICE_CALL (world, owner, list_plans, request, reply));
    count += reply->n_plans;
    request->page_token = reply->next_page_token;
  } while (*request->page_token != '\0');
  return count;
}

static void
test_the_list (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "listed");
  ListPlansRequest request = LIST_PLANS_REQUEST__INIT;
  DiscardPlanRequest discard = DISCARD_PLAN_REQUEST__INIT;
  Plan reply = PLAN__INIT;
  planning_do (world, owner, &towns, "move aarla south 2026-06-01");
  planning_preview (world, owner, &towns, "move berga south 2026-06-01");
  discard.plan_id = planning_preview (world, owner, &towns, "end berga 2026-06-01")->plan_id;
  assert_success (SERVICE_CALL (world, owner, discard_plan, &discard, &reply));
  request.organisation_id = towns.organisation;
  request.page_size = 1;
  assert_int_equal (count_plans (owner, &request), 2); /* without the discarded */
  request.state = PLAN_STATE__PLAN_STATE_DISCARDED;
  assert_int_equal (count_plans (owner, &request), 1);
  request.state = PLAN_STATE__PLAN_STATE_APPLIED;
  assert_int_equal (count_plans (owner, &request), 1);
  request.state = PLAN_STATE__PLAN_STATE_UNSPECIFIED;
  request.organ_id = towns.berga;
  assert_int_equal (count_plans (owner, &request), 1);
  request.organ_id = towns.south;
  assert_int_equal (count_plans (owner, &request), 2);
  request.query = "AARLA";
  assert_int_equal (count_plans (owner, &request), 1);
}

/* Each organ to which something happens is told of once, with all that happened. */
static void
test_events (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "events");
  person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  const char *before =
      service_world_value (world, "SELECT count(*) FROM event_log WHERE type LIKE '%OrganChanged'");
  const char *changed =
      service_world_value (world, "SELECT count(*) FROM event_log WHERE type LIKE '%MembershipsChanged'");
  Plan *plan =
      planning_do (world, owner, &towns,
                   "create east org 2026-01-01; move aarla east 2026-06-01; move aarla south 2026-07-01; "
                   "rule berga 2026-01-01");
  const char *after =
      service_world_value (world, "SELECT count(*) FROM event_log WHERE type LIKE '%OrganChanged'");
  assert_int_equal (atoi (after) - atoi (before), 2); /* east, aarla */
  after = service_world_value (world, "SELECT count(*) FROM event_log WHERE type LIKE '%MembershipsChanged'");
  assert_int_equal (atoi (after) - atoi (changed), 1);
  /* an organ that a plan changes has another etag, and another one when it is undone; a parent has not */
  static const char tags[] = "SELECT string_agg (code || ' ' || version, ', ' ORDER BY code) FROM organ "
                             "WHERE organisation_id = '%s'";
  const char *sql = memory_format (owner, tags, towns.organisation);
  assert_string_equal (service_world_value (world, sql),
                       "aarla 2, berga 2, east 1, events 1, north 1, south 1");
  planning_undo (world, owner, plan);
  assert_string_equal (service_world_value (world, sql),
                       "aarla 3, berga 3, east 2, events 1, north 1, south 1");
  const char *undone =
      service_world_value (world, "SELECT count(*) FROM event_log WHERE type LIKE '%OrganChanged'");
  assert_int_equal (atoi (undone) - atoi (before), 4);
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
      CASE (test_two_plans_racing),
      CASE (test_a_plan_gone_stale),
      CASE (test_a_merge),
      CASE (test_a_split),
      CASE (test_an_undo_is_blocked_by_later_plans),
      CASE (test_an_undo_is_blocked_by_a_rule),
      CASE (test_whom_a_plan_concerns),
      CASE (test_states),
      CASE (test_the_list),
      CASE (test_events),
  };
  return RUN_CASES (tests);
}
