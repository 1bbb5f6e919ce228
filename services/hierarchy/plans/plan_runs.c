/* The runs that apply and undo plans: one step, one transaction, all or nothing. */
#include "plans/plans.h"

#include "actions/actions.h"
#include "tree/organs.h"

#include <string.h>

Status
plans_lock_model (Call *call)
{
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_model_lock,
                          DB_VALUES (db_text ("federation_id", call->federation_id)), &rows);
  if (!status_failed (status) && db_row_count (rows) == 0)
    status =
        status_error (call, STATUS_FAILED_PRECONDITION, "NO_ORGANISATION", "There is no organisation yet");
  if (!status_failed (status))
    call_stamp (call);
  return status;
}

/* The step may be tried again: nothing is wrong with the plan. */
static bool
may_pass (Status status)
{
  return status.code == STATUS_UNAVAILABLE || status.code == STATUS_ABORTED ||
         status.code == STATUS_DEADLINE_EXCEEDED || status.code == STATUS_RESOURCE_EXHAUSTED;
}

/* Locks the model, keeps every derivation away, and takes the plan. */
static Status
begin_step (Call *call, RunStep *step, PlanWork *work)
{
  *work = (PlanWork){.call = call};
  step->done = true;
  step->total = step->processed = 1;
  Status status = plans_lock_model (call);
  if (!status_failed (status))
    status = difference_lock (call);
  return status_failed (status) ? status : plan_take (call, step->run->target, work);
}

/* Memberships, counts, events; the model has another version from here on. */
static Status
complete (PlanWork *work, RunStep *step, PlanState state)
{
  Call *call = work->call;
  Status status = difference_write (call, work->difference);
  if (!status_failed (status))
    status = organs_begin_change (call);
  if (!status_failed (status))
    status = plan_set_state (call, work->plan.plan_id, state, "", STATUS_SUCCESS);
  if (!status_failed (status))
    status = actions_start (call);
  if (status_failed (status))
    return status;
  image_raise_events (work->image, work->plan.plan_id);
  step->succeeded = 1;
  return STATUS_SUCCESS;
}

/* Nothing has happened; the plan tells why. */
static Status
refuse (PlanWork *work, RunStep *step, PlanState state, Status why)
{
  step->failed = 1;
  run_outcome (step, 1, work->plan.plan_id, "failed", "", why.detail->reason, why.detail->message);
  return plan_set_state (work->call, work->plan.plan_id, state, "", why);
}

/* The difference is another one: it is kept, for those who want to see what would happen now. */
static Status
become_stale (PlanWork *work, RunStep *step)
{
  Status why =
      status_error (work->call, STATUS_FAILED_PRECONDITION, "PLAN_STALE",
                    "Facts or organs have changed since the preview: the plan would do something else");
  Status status = plan_roll_back (work);
  if (!status_failed (status))
    status = plan_store_preview (work, PLAN_STATE__PLAN_STATE_STALE);
  return status_failed (status) ? status : refuse (work, step, PLAN_STATE__PLAN_STATE_STALE, why);
}

Status
plan_apply_step (Call *call, RunStep *step)
{
  PlanWork work;
  Status status = begin_step (call, step, &work);
  step->skipped = work.plan.state != PLAN_STATE__PLAN_STATE_APPLYING;
  if (status_failed (status) || step->skipped > 0)
    return status;
  status = plan_carry_out (&work);
  if (status_failed (status) && !may_pass (status) && status.code != STATUS_INTERNAL) {
    Status rolled = plan_roll_back (&work); /* a change is no longer valid */
    return status_failed (rolled) ? rolled : refuse (&work, step, PLAN_STATE__PLAN_STATE_STALE, status);
  }
  if (status_failed (status))
    return status;
  if (strcmp (work.effects.hash, step->run->plan_hash) != 0)
    return become_stale (&work, step);
  return complete (&work, step, PLAN_STATE__PLAN_STATE_APPLIED);
}

Status
plan_undo_step (Call *call, RunStep *step)
{
  PlanWork work;
  Status status = begin_step (call, step, &work);
  step->skipped = work.plan.state != PLAN_STATE__PLAN_STATE_UNDOING;
  if (status_failed (status) || step->skipped > 0)
    return status;
  status = undo_image (call, &work.plan, &work.image);
  if (status.code == STATUS_FAILED_PRECONDITION)
    return refuse (&work, step, PLAN_STATE__PLAN_STATE_APPLIED, status);
  if (!status_failed (status))
    status = image_write (work.image, work.plan.plan_id);
  if (!status_failed (status))
    status = db_run (
        call->db, call, &sql_record_given_back,
        DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("plan_id", work.plan.plan_id)),
        NULL);
  if (!status_failed (status))
    status = difference_of_changes (call, &work.difference);
  return status_failed (status) ? status : complete (&work, step, PLAN_STATE__PLAN_STATE_UNDONE);
}

/* A run that ends otherwise than by its step has changed nothing. */
static Status
fall_back (Call *call, const Run *run, RunState state, PlanState before)
{
  if (state == RUN_STATE__RUN_STATE_SUCCEEDED)
    return STATUS_SUCCESS;
  Status why = status_error (call, STATUS_FAILED_PRECONDITION,
                             state == RUN_STATE__RUN_STATE_CANCELLED ? "RUN_CANCELLED" : "RUN_FAILED",
                             "The run ended before it had done anything");
  return plan_set_state (call, run->target, before, "", why);
}

Status
plan_apply_ended (Call *call, const Run *run, RunState state)
{
  return fall_back (call, run, state, PLAN_STATE__PLAN_STATE_PREVIEWED);
}

Status
plan_undo_ended (Call *call, const Run *run, RunState state)
{
  return fall_back (call, run, state, PLAN_STATE__PLAN_STATE_APPLIED);
}
