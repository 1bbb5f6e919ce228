/* See fixture.h. */
#include "fixture.h"

ServiceWorld *world;

int
fixture_open (void **state)
{
  (void)state;
  world = service_world_new (NULL);
  towns_places (world);
  return 0;
}

int
fixture_close (void **state)
{
  (void)state;
  talloc_free (world);
  return 0;
}

int
fixture_begin (void **state)
{
  *state = memory_context (NULL);
  service_world_day (world, "2026-11-21");
  return 0;
}

/* Everyone with the right facts belongs to every organisation, so nobody stays, and no organisation. What a
 * failed test left open would keep the tables locked. The model's new version tells the process to read it
 * again. */
int
fixture_end (void **state)
{
  db_rollback (world->db);
  service_world_value (
      world,
      "TRUNCATE organisation, organ, organ_life, organ_edge, membership_type, rule_version, plan, run, "
      "person, fact, membership, membership_exception, organ_count, action, organ_group, group_period, "
      "jubilee CASCADE; UPDATE model SET version = version + 1, recorded_at = '-infinity'");
  talloc_free (*state);
  return 0;
}

const char *
period (void *owner, const char *person, const char *organ, const char *on)
{
  return person_period (world, owner, person, organ, on, "");
}
