/* Plans: change sets previewed, looked at, applied, undone, put aside. What takes long is a run: plan_runs.c.
 */
#include "plans/plans.h"

#include "core/id.h"
#include "core/validate.h"
#include "tree/organs.h"

#include <string.h>

#include "heimo_api.h"
#include "heimo_hierarchy_handlers.h"

enum { PAGE_DEFAULT = 50 };

#define STATE(name) (1u << PLAN_STATE__PLAN_STATE_##name)

/* The plan as callers see it. */
static Status
reply_plan (Call *call, const char *plan_id, Plan *reply)
{
  Status status = plan_read (call, plan_id, reply);
  const char **texts;
  if (!status_failed (status))
    status = plan_texts (call, reply, &texts);
  if (status_failed (status))
    return status;
  reply->texts = texts;
  reply->n_texts = reply->n_changes;
  return STATUS_SUCCESS;
}

/* The plan that is previewed: a new one, or one that is not applied, with the changes of the request. */
static Status
begin_preview (Call *call, const PreviewChangeRequest *request, PlanWork *work)
{
  *work = (PlanWork){.call = call};
  if (*request->plan_id != '\0') {
    Status status = plan_take (call, request->plan_id, work);
    if (!status_failed (status))
      status = plan_check_state (call, &work->plan, STATE (PREVIEWED) | STATE (STALE), "previewed again");
    if (!status_failed (status) && strcmp (work->plan.organisation_id, request->organisation_id) != 0)
      status = status_field (call, "planId", "OTHER_ORGANISATION", "The plan is of another organisation");
    if (status_failed (status))
      return status;
  } else {
    plan__init (&work->plan);
    work->plan.plan_id = id_new_text (call, call->now);
    work->plan.author = call->principal->subject;
  }
  work->plan.organisation_id = request->organisation_id;
  work->plan.title = request->title;
  work->plan.reason = request->reason;
  work->plan.changes = request->changes;
  work->plan.n_changes = request->n_changes;
  plan_begin (call, work);
  return STATUS_SUCCESS;
}

/* A plan without a title is called by its first change. */
static Status
choose_title (PlanWork *work)
{
  Call *call = work->call;
  const char **texts;
  if (*work->plan.title != '\0')
    return STATUS_SUCCESS;
  Status status = plan_texts (call, &work->plan, &texts);
  if (status_failed (status))
    return status;
  size_t more = work->plan.n_changes - 1;
  work->plan.title = more == 0 ? texts[0] : memory_format (call, "%s (+%zu)", texts[0], more);
  return STATUS_SUCCESS;
}

/* The changes of the request, or of its file. */
static Status
preview (Call *call, const PreviewChangeRequest *request, Plan *reply)
{
  PlanWork work;
  Status status = plans_lock_model (call);
  if (!status_failed (status))
    status = begin_preview (call, request, &work);
  if (!status_failed (status))
    status = plan_carry_out (&work);
  if (!status_failed (status))
    status = plan_roll_back (&work);
  if (!status_failed (status))
    status = choose_title (&work);
  if (!status_failed (status))
    status = plan_store_preview (&work, PLAN_STATE__PLAN_STATE_PREVIEWED);
  return status_failed (status) ? status : reply_plan (call, work.plan.plan_id, reply);
}

Status
preview_change (Call *call, const PreviewChangeRequest *request, Plan *reply)
{
  ChangeFile file;
  PreviewChangeRequest read = *request;
  if ((*request->csv != '\0') == (request->n_changes > 0))
    return status_field (call, "changes", request->n_changes > 0 ? "FIELD_NOT_ALLOWED" : "REQUIRED",
                         "A change set has changes or csv, one of the two");
  if (request->n_changes > 0)
    return preview (call, request, reply);
  Status status = change_file_read (call, request->csv, &file);
  if (status_failed (status))
    return status;
  read.csv = "";
  read.changes = file.changes;
  read.n_changes = file.count;
  status = validate_message (&heimo_api, call, &read.base);
  return change_file_place (call, &file, status_failed (status) ? status : preview (call, &read, reply));
}

Status
get_plan (Call *call, const GetPlanRequest *request, Plan *reply)
{
  return reply_plan (call, request->plan_id, reply);
}

Status
list_plans (Call *call, const ListPlansRequest *request, ListPlansResponse *reply)
{
  size_t size = request->page_size == 0 ? PAGE_DEFAULT : request->page_size;
  const char *const *after;
  DbResult *rows;
  Status status = call_open_page (call, &request->base, request->page_token, 1, &after);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_plan_list,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("organisation_id", request->organisation_id),
                                db_integer ("state", request->state),
                                db_text ("pattern", hierarchy_pattern (call, request->query)),
                                db_text ("organ_id", request->organ_id),
                                db_text ("before", after == NULL ? NULL : after[0]),
                                db_integer ("limit", (int64_t)size + 1)),
                     &rows);
  if (status_failed (status))
    return status;
  reply->plans = db_read_rows (call, rows, &plan__descriptor, &reply->n_plans);
  if (reply->n_plans > size) {
    reply->n_plans = size;
    reply->next_page_token =
        call_seal_page (call, &request->base, &(const char *){reply->plans[size - 1]->plan_id}, 1);
  }
  return STATUS_SUCCESS;
}

Status
apply_plan (Call *call, const ApplyPlanRequest *request, Plan *reply)
{
  PlanWork work;
  const char *run_id;
  Status status = plan_take (call, request->plan_id, &work);
  if (!status_failed (status))
    status = call_check_etag (call, "", work.plan.etag);
  if (!status_failed (status) && work.plan.state == PLAN_STATE__PLAN_STATE_STALE)
    return status_error (call, STATUS_FAILED_PRECONDITION, "PLAN_STALE",
                         "The plan would do something else by now; preview it again");
  if (!status_failed (status))
    status = plan_check_state (call, &work.plan, STATE (PREVIEWED), "applied");
  if (status_failed (status))
    return status;
  if (strcmp (work.plan.hash, request->hash) != 0) {
    status = status_error (call, STATUS_FAILED_PRECONDITION, "HASH_MISMATCH",
                           "The plan has been previewed again in the meantime");
    status_add_violation (&status, call, "hash", "HASH_MISMATCH", "This is not the hash of the plan");
    return status;
  }
  status = call_start_run (call, PLAN_APPLY, work.plan.title, work.plan.plan_id, work.plan.hash, "", &run_id);
  if (!status_failed (status))
    status = plan_set_state (call, request->plan_id, PLAN_STATE__PLAN_STATE_APPLYING, run_id, STATUS_SUCCESS);
  return status_failed (status) ? status : reply_plan (call, request->plan_id, reply);
}

/* What blocks an undo is told at once; the run looks again. */
Status
undo_plan (Call *call, const UndoPlanRequest *request, Plan *reply)
{
  PlanWork work;
  const char *run_id;
  Status status = plans_lock_model (call);
  if (!status_failed (status))
    status = plan_take (call, request->plan_id, &work);
  if (!status_failed (status))
    status = call_check_etag (call, "", work.plan.etag);
  if (!status_failed (status))
    status = plan_check_state (call, &work.plan, STATE (APPLIED), "undone");
  if (!status_failed (status))
    status = undo_image (call, &work.plan, &work.image);
  if (!status_failed (status))
    status =
        call_start_run (call, PLAN_UNDO, work.plan.title, work.plan.plan_id, work.plan.hash, "", &run_id);
  if (!status_failed (status))
    status = plan_set_state (call, request->plan_id, PLAN_STATE__PLAN_STATE_UNDOING, run_id, STATUS_SUCCESS);
  return status_failed (status) ? status : reply_plan (call, request->plan_id, reply);
}

Status
discard_plan (Call *call, const DiscardPlanRequest *request, Plan *reply)
{
  PlanWork work;
  Status status = plan_take (call, request->plan_id, &work);
  if (!status_failed (status))
    status = call_check_etag (call, "", work.plan.etag);
  if (!status_failed (status))
    status = plan_check_state (call, &work.plan, STATE (PREVIEWED) | STATE (STALE), "discarded");
  if (!status_failed (status))
    status = plan_set_state (call, request->plan_id, PLAN_STATE__PLAN_STATE_DISCARDED, "", STATUS_SUCCESS);
  return status_failed (status) ? status : reply_plan (call, request->plan_id, reply);
}
