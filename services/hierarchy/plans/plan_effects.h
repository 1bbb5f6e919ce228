/* What a difference does to each organ and type, and to how many persons: what a preview shows, and its hash.
 */
#ifndef HIERARCHY_PLAN_EFFECTS_H
#define HIERARCHY_PLAN_EFFECTS_H

#include "derive/difference.h"
#include "plans/image.h"

/* One organ and type. */
typedef struct PlanEffectRow {
  uint32_t organ, type; /* of the image */
  uint64_t joins, leaves, before, after, stays;
  Bytes persons; /* packed, see plan_persons.h */
} PlanEffectRow;

/* All of a difference; on the call. */
typedef struct PlanEffects {
  PlanEffectRow *rows; /* by organ name and type */
  size_t count;
  uint64_t persons, joining, leaving, moving, organs;
  char hash[65];
} PlanEffects;

/* Works them out. `changes` is the packed change set, `last_day` its latest day; `day_matters` adds the day
 * to the hash. `image` is the one the changes were carried out on; the transaction has been rolled back to
 * before them, or memberships are not written yet. */
Status plan_effects_of (Image *image, const Difference *difference, Bytes changes, Day last_day,
                        bool day_matters, PlanEffects *effects) MUST_CHECK;

#endif
