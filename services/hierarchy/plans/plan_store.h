/* Plans as rows: reading, storing a preview, going from state to state; and carrying one out in the call's
 * transaction, which a preview, an application and their comparison share. */
#ifndef HIERARCHY_PLAN_STORE_H
#define HIERARCHY_PLAN_STORE_H

#include "plans/changes.h"
#include "plans/plan_effects.h"

/* A plan in hand. */
typedef struct PlanWork {
  Call *call;
  Plan plan;     /* with its changes */
  Bytes changes; /* as they are packed */
  ChangeOrder order;
  Image *image;           /* from here on: after plan_carry_out */
  Difference *difference; /* of memberships */
  PlanEffects effects;
} PlanWork;

/* Reads a plan with its changes. NOT_FOUND / PLAN_NOT_FOUND. */
Status plan_read (Call *call, const char *plan_id, Plan *plan) MUST_CHECK;

/* Locks a plan's row and reads it. */
Status plan_take (Call *call, const char *plan_id, PlanWork *work) MUST_CHECK;

/* Begins work on a change set: packs it. `work->plan` has been filled. */
void plan_begin (Call *call, PlanWork *work);

/* Sets a savepoint, carries the changes out, writes their rows and finds the difference and the effects.
 * plan_roll_back undoes all of it; the caller holds the lock of the model's row. */
Status plan_carry_out (PlanWork *work) MUST_CHECK;
Status plan_roll_back (PlanWork *work) MUST_CHECK;

/* Stores the preview: what plan_carry_out found, after plan_roll_back, in a state. */
Status plan_store_preview (PlanWork *work, PlanState state) MUST_CHECK;

/* A plan goes to another state. `run_id` may be ""; `why` tells what was refused, success for nothing. */
Status plan_set_state (Call *call, const char *plan_id, PlanState state, const char *run_id,
                       Status why) MUST_CHECK;

/* FAILED_PRECONDITION / PLAN_STATE unless the plan is in one of the states (a mask of 1 << PlanState). */
Status plan_check_state (Call *call, const Plan *plan, unsigned states, const char *what) MUST_CHECK;

/* The changes in words, one for each; on the call. Needs names from the database. */
Status plan_texts (Call *call, const Plan *plan, const char ***texts) MUST_CHECK;

#endif
