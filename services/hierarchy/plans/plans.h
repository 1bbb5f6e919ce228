/* Between the calls and the runs of plans. */
#ifndef HIERARCHY_PLANS_H
#define HIERARCHY_PLANS_H

#include "plans/plan_store.h"

/* The kinds of runs that carry plans out and undo them. */
#define PLAN_APPLY "plan-apply"
#define PLAN_UNDO "plan-undo"

/* Takes the lock under which the model is changed, and stamps the call; the model is as old as before.
 * FAILED_PRECONDITION / NO_ORGANISATION. */
Status plans_lock_model (Call *call) MUST_CHECK;

/* The image after undoing a plan: what it recorded is gone, what it superseded is given back.
 * FAILED_PRECONDITION / UNDO_BLOCKED, naming the later plans, when something it recorded has been superseded
 * since or giving back would break a constraint. */
Status undo_image (Call *call, const Plan *plan, Image **image) MUST_CHECK;

/* Steps of the runs, and what happens to the plan when one ends otherwise than by its step. */
Status plan_apply_step (Call *call, RunStep *step) MUST_CHECK;
Status plan_undo_step (Call *call, RunStep *step) MUST_CHECK;
Status plan_apply_ended (Call *call, const Run *run, RunState state) MUST_CHECK;
Status plan_undo_ended (Call *call, const Run *run, RunState state) MUST_CHECK;

#endif
