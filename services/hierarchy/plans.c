/* Plans: change sets previewed, carried out and undone. */
#include "hierarchy.h"

#include "heimo_hierarchy_handlers.h"

static Status
not_yet (Call *call)
{
  return status_error (call, STATUS_UNIMPLEMENTED, "NOT_SUPPORTED", "Plans are not supported yet");
}

#define NOT_YET(name, Request, Reply)                                                                        \
  Status name (Call *call, const Request *request, Reply *reply)                                             \
  {                                                                                                          \
    (void)request;                                                                                           \
    (void)reply;                                                                                             \
    return not_yet (call);                                                                                   \
  }

NOT_YET (preview_change, PreviewChangeRequest, Plan)
NOT_YET (get_plan, GetPlanRequest, Plan)
NOT_YET (list_plans, ListPlansRequest, ListPlansResponse)
NOT_YET (list_plan_effects, ListPlanEffectsRequest, ListPlanEffectsResponse)
NOT_YET (list_plan_persons, ListPlanPersonsRequest, ListPlanPersonsResponse)
NOT_YET (apply_plan, ApplyPlanRequest, Plan)
NOT_YET (undo_plan, UndoPlanRequest, Plan)
NOT_YET (discard_plan, DiscardPlanRequest, Plan)
NOT_YET (count_rule_matches, CountRuleMatchesRequest, RuleMatches)
NOT_YET (list_membership_exceptions, ListMembershipExceptionsRequest, ListMembershipExceptionsResponse)
