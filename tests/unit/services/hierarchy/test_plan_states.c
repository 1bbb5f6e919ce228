/* The life of a plan: its states, two at once, one gone stale; the list of plans, whom a plan concerns, and
 * the events it raises. */
#include "fixture.h"

#include "core/id.h"
#include "service/private.h"

#include <stdio.h>
#include <stdlib.h>

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
      CASE (test_two_plans_racing), CASE (test_a_plan_gone_stale), CASE (test_whom_a_plan_concerns),
      CASE (test_states),           CASE (test_the_list),          CASE (test_events),
  };
  return RUN_CASES (tests);
}
