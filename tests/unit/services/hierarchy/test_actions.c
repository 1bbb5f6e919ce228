/* Actions of an organisation: groups that close and open with their organs, rights of position holders,
 * jubilees. Each test makes an organisation of its own in one database. */
#include "fixture.h"

#include "actions/actions.h"
#include "core/memory.h"
#include "service/private.h"

static Action *
create (void *owner, const Towns *towns, const Action *wanted)
{
  CreateActionRequest request = CREATE_ACTION_REQUEST__INIT;
  Action *made = memory_new (owner, Action);
  action__init (made);
  request.organisation_id = towns->organisation;
  request.action = (Action *)wanted;
  assert_success (SERVICE_CALL (world, owner, create_action, &request, made));
  return made;
}

static Action
action_of (ActionKind kind, const char *title)
{
  Action action = ACTION__INIT;
  action.kind = kind;
  action.title = title;
  action.valid_from = "2020-01-01";
  return action;
}

static ListOrganGroupsResponse *
groups (void *owner, const char *organ, const char *on)
{
  ListOrganGroupsRequest request = LIST_ORGAN_GROUPS_REQUEST__INIT;
  ListOrganGroupsResponse *reply = memory_new (owner, ListOrganGroupsResponse);
  list_organ_groups_response__init (reply);
  request.organ_id = organ;
  request.on = on;
  assert_success (SERVICE_CALL (world, owner, list_organ_groups, &request, reply));
  return reply;
}

static ListGroupMembersResponse *
group_members (void *owner, const char *group, const char *on)
{
  ListGroupMembersRequest request = LIST_GROUP_MEMBERS_REQUEST__INIT;
  ListGroupMembersResponse *reply = memory_new (owner, ListGroupMembersResponse);
  list_group_members_response__init (reply);
  request.group_id = group;
  request.on = on;
  assert_success (SERVICE_CALL (world, owner, list_group_members, &request, reply));
  return reply;
}

static const char *
add_secretary (void *owner, const char *organ, const char *from, const char *to)
{
  const char *person = person_add (world, owner, "Sihteeri", "Aarla", "2020-01-01", NULL);
  PersonChanged *event = person_event (world, owner, person, NULL);
  person_fact (world, event, FACT_KIND__FACT_KIND_POSITION, "secretary", from, to);
  event->recorded[0]->organ_id = organ;
  assert_success (service_world_follow (world, &event, 1));
  return person;
}

static void
test_every_organ_gets_a_group (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "groups");
  const char *aino = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  Action wanted = action_of (ACTION_KIND__ACTION_KIND_MEMBER_GROUP, "Members");
  Action *made = create (owner, &towns, &wanted);
  assert_int_equal (made->made_count, 0);
  assert_int_equal (service_world_runs (world, true), 0);
  ListOrganGroupsResponse *all = groups (owner, "", "");
  assert_int_equal (all->n_groups, 5); /* four organs and the root */
  ListOrganGroupsResponse *aarla = groups (owner, towns.aarla, "");
  assert_int_equal (aarla->n_groups, 1);
  assert_string_equal (aarla->groups[0]->title, "Members");
  assert_true (aarla->groups[0]->open);
  ListGroupMembersResponse *members = group_members (owner, aarla->groups[0]->group_id, "");
  assert_int_equal (members->n_members, 1);
  assert_string_equal (members->members[0]->person_id, aino);
  assert_string_equal (members->members[0]->family_name, "Virtanen");
  ListOrganGroupsResponse *berga = groups (owner, towns.berga, "");
  assert_int_equal (group_members (owner, berga->groups[0]->group_id, "")->n_members, 0);
  ListActionsRequest list = LIST_ACTIONS_REQUEST__INIT;
  ListActionsResponse reply = LIST_ACTIONS_RESPONSE__INIT;
  list.organisation_id = towns.organisation;
  assert_success (SERVICE_CALL (world, owner, list_actions, &list, &reply));
  assert_int_equal (reply.n_actions, 1);
  assert_int_equal (reply.actions[0]->made_count, 5);
}

static void
test_a_group_closes_with_its_organ (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "closing");
  person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  Action wanted = action_of (ACTION_KIND__ACTION_KIND_MEMBER_GROUP, "Members");
  create (owner, &towns, &wanted);
  service_world_runs (world, false);
  const char *group = groups (owner, towns.aarla, "")->groups[0]->group_id;
  Plan *plan = planning_do (world, owner, &towns, "end north 2026-12-01"); /* the organ above */
  service_world_runs (world, true);
  assert_int_equal (groups (owner, towns.aarla, "2026-12-01")->n_groups, 0);
  assert_int_equal (groups (owner, towns.aarla, "2026-11-30")->n_groups, 1);
  assert_string_equal (groups (owner, towns.aarla, "2026-11-30")->groups[0]->valid_to, "2026-12-01");
  assert_int_equal (group_members (owner, group, "2026-12-01")->n_members, 0);
  planning_undo (world, owner, plan);
  service_world_runs (world, true);
  ListOrganGroupsResponse *again = groups (owner, towns.aarla, "2026-12-01");
  assert_int_equal (again->n_groups, 1);
  assert_string_equal (again->groups[0]->group_id, group); /* the same group opens again */
  assert_string_equal (again->groups[0]->valid_to, "");
}

static void
test_only_organs_of_a_kind (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "kinds");
  Action wanted = action_of (ACTION_KIND__ACTION_KIND_MEMBER_GROUP, "Members");
  wanted.organ_kind = "association";
  create (owner, &towns, &wanted);
  service_world_runs (world, false);
  assert_int_equal (groups (owner, "", "")->n_groups, 4);           /* not the root */
  assert_int_equal (groups (owner, "", "2019-12-31")->n_groups, 0); /* before the action */
}

static void
test_position_holders_have_rights (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "rights");
  const char *rights[] = {"members.read", "reports.read"};
  Action access = action_of (ACTION_KIND__ACTION_KIND_ACCESS, "Secretaries see members");
  access.position = "secretary";
  access.rights = rights;
  access.n_rights = 2;
  create (owner, &towns, &access);
  Action group = action_of (ACTION_KIND__ACTION_KIND_POSITION_GROUP, "Secretaries");
  group.position = "secretary";
  Action *secretaries = create (owner, &towns, &group);
  service_world_runs (world, false);
  const char *person = add_secretary (owner, towns.aarla, "2026-01-01", "2026-12-01");
  ListPersonRightsRequest request = LIST_PERSON_RIGHTS_REQUEST__INIT;
  ListPersonRightsResponse reply = LIST_PERSON_RIGHTS_RESPONSE__INIT, later = reply;
  request.person_id = person;
  assert_success (SERVICE_CALL (world, owner, list_person_rights, &request, &reply));
  assert_int_equal (reply.n_rights, 2);
  assert_string_equal (reply.rights[0]->right, "members.read");
  assert_string_equal (reply.rights[0]->organ_id, towns.aarla);
  assert_string_equal (reply.rights[0]->valid_to, "2026-12-01");
  request.on = "2026-12-01"; /* the term is over: rights end by themselves */
  assert_success (SERVICE_CALL (world, owner, list_person_rights, &request, &later));
  assert_int_equal (later.n_rights, 0);
  ListOrganGroupsRequest list = LIST_ORGAN_GROUPS_REQUEST__INIT;
  ListOrganGroupsResponse found = LIST_ORGAN_GROUPS_RESPONSE__INIT;
  list.organ_id = towns.aarla;
  list.action_id = secretaries->action_id;
  assert_success (SERVICE_CALL (world, owner, list_organ_groups, &list, &found));
  assert_int_equal (found.n_groups, 1);
  ListGroupMembersResponse *members = group_members (owner, found.groups[0]->group_id, "");
  assert_int_equal (members->n_members, 1);
  assert_string_equal (members->members[0]->person_id, person);
}

static void
award (void *owner)
{
  Call *call = service_world_call (owner, world);
  const char *run_id;
  assert_success (
      service_world_end (world, call, call_start_run (call, "jubilees", "", "", "", "", &run_id)));
  service_world_runs (world, true);
}

static ListJubileesResponse *
jubilees (void *owner, const Towns *towns)
{
  ListJubileesRequest request = LIST_JUBILEES_REQUEST__INIT;
  ListJubileesResponse *reply = memory_new (owner, ListJubileesResponse);
  list_jubilees_response__init (reply);
  request.organisation_id = towns->organisation;
  assert_success (SERVICE_CALL (world, owner, list_jubilees, &request, reply));
  return reply;
}

static void
test_jubilees (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "jubilees");
  uint32_t years[] = {1, 5, 10};
  Action wanted = action_of (ACTION_KIND__ACTION_KIND_JUBILEE, "Long membership");
  wanted.organ_kind = "association";
  wanted.years = years;
  wanted.n_years = 3;
  wanted.valid_from = "2021-02-01";
  const char *town;
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-02-29", &town);
  create (owner, &towns, &wanted);
  service_world_runs (world, true);
  /* Of Aarla and North, both associations: one year on 1 March 2021 (a common year), five on 1 March 2025. */
  ListJubileesResponse *found = jubilees (owner, &towns);
  assert_int_equal (found->n_jubilees, 4);
  assert_string_equal (found->jubilees[0]->reached_on, "2025-03-01");
  assert_int_equal (found->jubilees[0]->years, 5);
  assert_string_equal (found->jubilees[3]->reached_on, "2021-03-01");
  award (owner); /* nothing is awarded twice */
  assert_int_equal (jubilees (owner, &towns)->n_jubilees, 4);
  /* A correction: lives in Aarla since 2022 only. */
  PersonChanged *event = person_event (world, owner, person, NULL);
  person_fact_withdrawn (event, FACT_KIND__FACT_KIND_TOWN, town);
  person_fact (world, event, FACT_KIND__FACT_KIND_TOWN, "Aarla", "2022-01-01", "");
  assert_success (service_world_follow (world, &event, 1));
  award (owner);
  found = jubilees (owner, &towns);
  assert_int_equal (found->n_jubilees, 6);
  size_t standing = 0;
  for (size_t i = 0; i < found->n_jubilees; i++)
    if (*found->jubilees[i]->withdraw_time == '\0') {
      standing++;
      assert_string_equal (found->jubilees[i]->reached_on, "2023-01-01");
    }
  assert_int_equal (standing, 2);
}

static int
told_of_groups (void)
{
  return atoi (
      service_world_value (world, "SELECT count(*) FROM event_log WHERE type LIKE '%.GroupChanged'"));
}

static void
test_changing_an_action (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "changing");
  Action wanted = action_of (ACTION_KIND__ACTION_KIND_MEMBER_GROUP, "Members");
  Action *made = create (owner, &towns, &wanted);
  service_world_runs (world, false);
  UpdateActionRequest request = UPDATE_ACTION_REQUEST__INIT;
  Action change = ACTION__INIT, reply = ACTION__INIT;
  request.action_id = made->action_id;
  request.action = &change;
  request.update_mask = "validTo,title";
  change.title = "Everyone";
  change.valid_to = "2026-11-30";
  change.etag = made->etag;
  assert_success (SERVICE_CALL (world, owner, update_action, &request, &reply));
  assert_string_equal (reply.title, "Everyone");
  service_world_runs (world, false);
  assert_int_equal (groups (owner, towns.aarla, "2026-11-29")->n_groups, 1);
  assert_int_equal (groups (owner, towns.aarla, "2026-11-30")->n_groups, 0);
  assert_failure (SERVICE_CALL (world, owner, update_action, &request, &reply), STATUS_ABORTED,
                  "ETAG_MISMATCH");
  /* called otherwise on the same days: followers are told, once */
  int told = told_of_groups ();
  request.update_mask = "title";
  change.title = "All of us";
  change.etag = "";
  assert_success (SERVICE_CALL (world, owner, update_action, &request, &reply));
  service_world_runs (world, true);
  assert_int_equal (told_of_groups (), told + 5); /* the organisation and four below */
  planning_do (world, owner, &towns, "rule north 2026-11-22");
  assert_int_equal (told_of_groups (), told + 5);
  request.update_mask = "position";
  change.etag = "";
  assert_failure (SERVICE_CALL (world, owner, update_action, &request, &reply), STATUS_INVALID_ARGUMENT,
                  "UNKNOWN_FIELD");
}

/* A bad action, and the field and reason that come back. */
typedef struct Refusal {
  ActionKind kind;
  const char *position, *right, *valid_to, *type;
  uint32_t years;
  const char *field, *reason;
} Refusal;

static const Refusal refusals[] = {
    {ACTION_KIND__ACTION_KIND_POSITION_GROUP, "", NULL, "", "", 0, "action.position", "REQUIRED"},
    {ACTION_KIND__ACTION_KIND_ACCESS, "secretary", NULL, "", "", 0, "action.rights", "REQUIRED"},
    {ACTION_KIND__ACTION_KIND_ACCESS, "secretary", "fly", "", "", 0, "action.rights[0]", "UNKNOWN_RIGHT"},
    {ACTION_KIND__ACTION_KIND_JUBILEE, "", NULL, "", "", 0, "action.years", "REQUIRED"},
    {ACTION_KIND__ACTION_KIND_JUBILEE, "", NULL, "", "", 101, "action.years[0]", "INVALID_YEARS"},
    {ACTION_KIND__ACTION_KIND_MEMBER_GROUP, "x", NULL, "", "", 0, "action.position", "FIELD_NOT_ALLOWED"},
    {ACTION_KIND__ACTION_KIND_MEMBER_GROUP, "", NULL, "2019-12-31", "", 0, "action.validTo", "REVERSED"},
    {ACTION_KIND__ACTION_KIND_MEMBER_GROUP, "", NULL, "", "01890000-0000-7000-8000-000000000001", 0,
     "action.typeId", "UNKNOWN_TYPE"},
};

static void
test_refusals (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "refusals");
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    Action action = action_of (refusals[i].kind, "Refused");
    uint32_t years[] = {refusals[i].years};
    const char *rights[] = {refusals[i].right};
    action.position = refusals[i].position;
    action.valid_to = refusals[i].valid_to;
    action.type_id = refusals[i].type;
    action.rights = rights;
    action.n_rights = rights[0] != NULL;
    action.years = years;
    action.n_years = years[0] != 0;
    CreateActionRequest request = CREATE_ACTION_REQUEST__INIT;
    Action reply = ACTION__INIT;
    request.organisation_id = towns.organisation;
    request.action = &action;
    Status status = SERVICE_CALL (world, owner, create_action, &request, &reply);
    assert_true (status_failed (status));
    assert_string_equal (status.detail->violations[0].field, refusals[i].field);
    assert_string_equal (status.detail->violations[0].reason, refusals[i].reason);
  }
  assert_string_equal (service_world_value (world, "SELECT count (*) FROM action"), "0");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      CASE (test_every_organ_gets_a_group),
      CASE (test_a_group_closes_with_its_organ),
      CASE (test_only_organs_of_a_kind),
      CASE (test_position_holders_have_rights),
      CASE (test_jubilees),
      CASE (test_changing_an_action),
      CASE (test_refusals),
  };
  return RUN_CASES (tests);
}
