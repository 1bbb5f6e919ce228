/* Plans against a real PostgreSQL: previewed, applied, undone; the named cases of the specification. */
#include "planning.h"

#include "core/id.h"
#include "service/private.h"

#include <stdio.h>

static ServiceWorld *world;

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

static int
make_world (void **state)
{
  *state = world = service_world_new (NULL);
  towns_places (world);
  return 0;
}

static int
drop_world (void **state)
{
  (void)state;
  talloc_free (world);
  return 0;
}

static int
make_owner (void **state)
{
  *state = memory_context (NULL);
  return 0;
}

static int
drop_owner (void **state)
{
  talloc_free (*state);
  return 0;
}

#define CASE(test) cmocka_unit_test_setup_teardown (test, make_owner, drop_owner)

int
main (void)
{
  const struct CMUnitTest tests[] = {
      CASE (test_a_move_from_preview_to_undo),
  };
  return cmocka_run_group_tests (tests, make_world, drop_world);
}
