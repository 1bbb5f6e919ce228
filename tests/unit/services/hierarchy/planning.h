/* Change sets in few words, for tests: "create corpo south 2026-01-01 Corpo; move aarla south 2026-02-01".
 *
 *   create CODE PARENT DAY [TOWN]     move ORGAN PARENT DAY        end ORGAN DAY      reopen ORGAN DAY
 *   merge ORGAN TARGET DAY            split ORGAN DAY PART[:CHILD[,CHILD…]]… [>PART]
 *   rule ORGAN DAY [TOWN]             typerule DAY                 rulefor ORGAN DAY [TOWN]
 *   except PERSON ORGAN DAY [DAY]     endexcept ID DAY
 *
 * Organs are codes; "org" is the organisation. The type is that of the towns.
 */
#ifndef TEST_HIERARCHY_PLANNING_H
#define TEST_HIERARCHY_PLANNING_H

#include "towns.h"

/* The request that previews a set. */
PreviewChangeRequest *planning_request (void *owner, const Towns *towns, const char *text);

/* Previews; *plan on `owner`. */
Status planning_try (ServiceWorld *world, void *owner, const Towns *towns, const char *text, Plan **plan);
Plan *planning_preview (ServiceWorld *world, void *owner, const Towns *towns, const char *text);

/* Starts to apply or undo. */
Status planning_apply_try (ServiceWorld *world, void *owner, const Plan *plan);
Status planning_undo_try (ServiceWorld *world, void *owner, const Plan *plan);

/* The plan as it is now. */
Plan *planning_get (ServiceWorld *world, void *owner, const char *plan_id);

/* Previews, applies, carries the run out; the plan is APPLIED. And undoes one, which is UNDONE then. */
Plan *planning_do (ServiceWorld *world, void *owner, const Towns *towns, const char *text);
void planning_undo (ServiceWorld *world, void *owner, const Plan *plan);

/* What a plan does, "aarla +1 -0 0>1; north …" for organs by name: joins, leaves, before > after. */
const char *planning_effects (ServiceWorld *world, void *owner, const Plan *plan);

/* A proof of everything finds no difference. */
void planning_prove (ServiceWorld *world, void *owner);

#endif
