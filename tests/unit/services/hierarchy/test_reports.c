/* Reports: counts by organ and type, who joined and left, an organ's history, future changes with their
 * plans. */
#include "fixture.h"

#include "core/memory.h"

/* "north Member 3; aarla Member 2 …", indented by depth; a period as "before+joined-left=members". */
static const char *
counts_text (void *owner, MemberCount *const *counts, size_t count, bool period)
{
  char *text = memory_string (owner, "");
  for (size_t i = 0; i < count; i++) {
    const MemberCount *row = counts[i];
    text = talloc_asprintf_append (text, "%s%u %s ", i == 0 ? "" : "; ", row->depth, row->organ_code);
    text = period ? talloc_asprintf_append (text, "%lu+%lu-%lu=%lu", row->before, row->joined, row->left,
                                            row->members)
                  : talloc_asprintf_append (text, "%lu", row->members);
  }
  return text;
}

static const char *
member_counts (void *owner, const char *organ, const char *on, const char *known, uint32_t size)
{
  ListMemberCountsRequest request = LIST_MEMBER_COUNTS_REQUEST__INIT;
  char *text = memory_string (owner, "");
  request.organ_id = organ;
  request.on = on;
  request.as_known_on = known;
  request.page_size = size;
  for (;;) {
    ListMemberCountsResponse *reply = memory_new (owner, ListMemberCountsResponse);
    list_member_counts_response__init (reply);
    assert_success (SERVICE_CALL (world, owner, list_member_counts, &request, reply));
    text = talloc_asprintf_append (text, "%s%s", *text == '\0' ? "" : "; ",
                                   counts_text (owner, reply->counts, reply->n_counts, false));
    if (*reply->next_page_token == '\0')
      return text;
    request.page_token = reply->next_page_token;
  }
}

static const char *
change_counts (void *owner, const char *organ, const char *from, const char *to, const char *known)
{
  ListChangeCountsRequest request = LIST_CHANGE_COUNTS_REQUEST__INIT;
  ListChangeCountsResponse *reply = memory_new (owner, ListChangeCountsResponse);
  list_change_counts_response__init (reply);
  request.organ_id = organ;
  request.from = from;
  request.to = to;
  request.as_known_on = known;
  assert_success (SERVICE_CALL (world, owner, list_change_counts, &request, reply));
  return counts_text (owner, reply->counts, reply->n_counts, true);
}

/* Everyone who joined or left, page by page: "Aalto joined 2026-03-01; …". */
static const char *
changes (void *owner, const char *organ, const char *from, const char *to, const char *known,
         const char *change, uint32_t size)
{
  ListMemberChangesRequest request = LIST_MEMBER_CHANGES_REQUEST__INIT;
  char *text = memory_string (owner, "");
  request.organ_id = organ;
  request.from = from;
  request.to = to;
  request.as_known_on = known;
  request.change = change;
  request.page_size = size;
  for (;;) {
    ListMemberChangesResponse *reply = memory_new (owner, ListMemberChangesResponse);
    list_member_changes_response__init (reply);
    assert_success (SERVICE_CALL (world, owner, list_member_changes, &request, reply));
    for (size_t i = 0; i < reply->n_changes; i++)
      text = talloc_asprintf_append (text, "%s%s %s %s", *text == '\0' ? "" : "; ",
                                     reply->changes[i]->family_name, reply->changes[i]->change,
                                     reply->changes[i]->on);
    if (*reply->next_page_token == '\0')
      return text;
    request.page_token = reply->next_page_token;
  }
}

/* Moves a person to another town on a day. */
static void
move (void *owner, const char *person, const char *fact, const char *since, const char *town, const char *on)
{
  PersonChanged *event = person_event (world, owner, person, NULL);
  person_fact_withdrawn (event, FACT_KIND__FACT_KIND_TOWN, fact);
  person_fact (world, event, FACT_KIND__FACT_KIND_TOWN, "Aarla", since, on);
  person_fact (world, event, FACT_KIND__FACT_KIND_TOWN, town, on, "");
  assert_success (service_world_follow (world, &event, 1));
}

/* Two in Aarla, one in Berga; one moves from Aarla to Berga, one away to where no organ is. */
static Towns
make_people (void *owner, const char *code)
{
  const char *moving, *leaving;
  Towns towns = towns_make (world, owner, code);
  const char *mover = person_add (world, owner, "Aalto", "Aarla", "2020-01-01", &moving);
  const char *leaver = person_add (world, owner, "Korhonen", "Aarla", "2026-03-01", &leaving);
  person_add (world, owner, "Virtanen", "Berga", "2026-05-01", NULL);
  move (owner, mover, moving, "2020-01-01", "Berga", "2026-04-01");
  move (owner, leaver, leaving, "2026-03-01", "Corpo", "2026-06-01");
  return towns;
}

static void
test_members_of_a_tree (void **state)
{
  void *owner = *state;
  Towns towns = make_people (owner, "counted");
  static const char expected[] = "0 counted 2; 1 north 2; 2 aarla 0; 2 berga 2; 1 south 0";
  for (uint32_t size = 1; size <= 6; size++)
    assert_string_equal (member_counts (owner, towns.organisation, "", "", size), expected);
  assert_string_equal (member_counts (owner, towns.north, "2026-03-15", "", 0),
                       "0 north 2; 1 aarla 2; 1 berga 0");
  assert_string_equal (member_counts (owner, towns.aarla, "2019-01-01", "", 0), "0 aarla 0");
  assert_string_equal (member_counts (owner, towns.aarla, "1999-01-01", "", 0), "");
  service_world_day (world, "2026-11-23");
  assert_string_equal (member_counts (owner, towns.organisation, "", "2026-11-20", 0), "");
  assert_string_equal (member_counts (owner, towns.organisation, "2026-11-21", "2026-11-21", 0), expected);
  planning_do (world, owner, &towns, "move aarla south 2026-01-01");
  assert_string_equal (member_counts (owner, towns.organisation, "2026-03-15", "", 0),
                       "0 counted 2; 1 north 0; 2 berga 0; 1 south 2; 2 aarla 2");
  assert_string_equal (member_counts (owner, towns.organisation, "2026-03-15", "2026-11-22", 0),
                       "0 counted 2; 1 north 2; 2 aarla 2; 2 berga 0; 1 south 0");
}

/* Who moves inside north stays there: neither joined nor left. */
static void
test_joined_and_left (void **state)
{
  void *owner = *state;
  Towns towns = make_people (owner, "changed");
  assert_string_equal (
      change_counts (owner, towns.organisation, "2026-03-01", "2026-06-02", ""),
      "0 changed 1+2-1=2; 1 north 1+2-1=2; 2 aarla 1+1-2=0; 2 berga 0+2-0=2; 1 south 0+0-0=0");
  assert_string_equal (change_counts (owner, towns.aarla, "2026-03-01", "2026-06-01", ""), "0 aarla 1+1-1=1");
  assert_string_equal (change_counts (owner, towns.aarla, "2026-06-01", "2026-06-02", ""), "0 aarla 1+0-1=0");
  for (uint32_t size = 1; size <= 5; size++) {
    assert_string_equal (changes (owner, towns.north, "2026-03-01", "2026-06-02", "", "", size),
                         "Korhonen joined 2026-03-01; Korhonen left 2026-06-01; Virtanen joined 2026-05-01");
    assert_string_equal (changes (owner, towns.aarla, "2026-03-01", "2026-06-02", "", "left", size),
                         "Aalto left 2026-04-01; Korhonen left 2026-06-01");
  }
  assert_string_equal (changes (owner, towns.aarla, "2026-06-02", "2027-01-01", "", "", 0), "");
  /* as known before a plan that reaches back */
  service_world_day (world, "2026-11-23");
  planning_do (world, owner, &towns, "move aarla south 2026-01-01");
  assert_string_equal (change_counts (owner, towns.north, "2026-03-01", "2026-06-02", ""),
                       "0 north 0+2-0=2; 1 berga 0+2-0=2");
  assert_string_equal (change_counts (owner, towns.north, "2026-03-01", "2026-06-02", "2026-11-22"),
                       "0 north 1+2-1=2; 1 aarla 1+1-2=0; 1 berga 0+2-0=2");
  assert_string_equal (change_counts (owner, towns.north, "2026-03-01", "2026-06-02", "2026-11-20"), "");
  for (uint32_t size = 1; size <= 5; size++) {
    assert_string_equal (changes (owner, towns.north, "2026-03-01", "2026-06-02", "", "", size),
                         "Aalto joined 2026-04-01; Virtanen joined 2026-05-01");
    assert_string_equal (changes (owner, towns.north, "2026-03-01", "2026-06-02", "2026-11-22", "", size),
                         "Korhonen joined 2026-03-01; Korhonen left 2026-06-01; Virtanen joined 2026-05-01");
  }
}

static void
test_refusals (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "refused");
  ListChangeCountsRequest counts = LIST_CHANGE_COUNTS_REQUEST__INIT;
  ListChangeCountsResponse reply = LIST_CHANGE_COUNTS_RESPONSE__INIT;
  counts.organ_id = towns.north;
  counts.from = counts.to = "2026-01-01";
  Status status = SERVICE_CALL (world, owner, list_change_counts, &counts, &reply);
  assert_string_equal (status.detail->violations[0].reason, "PERIOD_REVERSED");
  assert_string_equal (status.detail->violations[0].field, "to");
  counts.to = "2026-02-01";
  counts.organ_id = FEDERATION;
  assert_failure (SERVICE_CALL (world, owner, list_change_counts, &counts, &reply), STATUS_NOT_FOUND,
                  "ORGAN_NOT_FOUND");
  ListMemberChangesRequest list = LIST_MEMBER_CHANGES_REQUEST__INIT;
  ListMemberChangesResponse changed = LIST_MEMBER_CHANGES_RESPONSE__INIT;
  list.organ_id = towns.north;
  list.from = "2026-01-01";
  list.to = "2026-02-01";
  list.change = "moved";
  status = SERVICE_CALL (world, owner, list_member_changes, &list, &changed);
  assert_string_equal (status.detail->violations[0].reason, "UNKNOWN_CHANGE");
}

/* What was decided when, newest first, with the plans; what an undo took back stays to be seen. */
static void
test_history (void **state)
{
  void *owner = *state;
  service_world_day (world, "2026-11-21");
  Towns towns = towns_make (world, owner, "history");
  service_world_day (world, "2026-11-22");
  Plan *plan = planning_do (world, owner, &towns, "move aarla south 2026-12-01");
  planning_undo (world, owner, plan);
  ListOrganHistoryRequest request = LIST_ORGAN_HISTORY_REQUEST__INIT;
  ListOrganHistoryResponse *all = memory_new (owner, ListOrganHistoryResponse);
  list_organ_history_response__init (all);
  request.organ_id = towns.aarla;
  world->principal.locale = "sv";
  assert_success (SERVICE_CALL (world, owner, list_organ_history, &request, all));
  world->principal.locale = "en";
  size_t kinds[3] = {0}, moved = 0;
  for (size_t i = 0; i < all->n_records; i++) {
    const OrganRecord *row = all->records[i];
    kinds[row->kind[0] == 'l' ? 0 : row->kind[0] == 'p' ? 1 : 2]++;
    assert_string_equal (row->author, "user:test");
    if (i > 0)
      assert_true (strcmp (all->records[i - 1]->record_time, row->record_time) >= 0);
    if (row->kind[0] == 'r')
      assert_string_equal (row->text, "bor i Aarla");
    if (strcmp (row->parent_name, "south") != 0)
      continue;
    moved++;
    assert_string_equal (row->plan_id, plan->plan_id);
    assert_string_equal (row->plan_title, plan->title);
    assert_string_equal (row->valid_from, "2026-12-01");
    assert_string_not_equal (row->supersede_time, "");
  }
  assert_int_equal (moved, 1);
  assert_int_equal (kinds[0], 1);
  assert_int_equal (kinds[2], 1);
  assert_true (kinds[1] >= 3);
  request.page_size = 1;
  for (size_t i = 0; i < all->n_records; i++) {
    ListOrganHistoryResponse *page = memory_new (owner, ListOrganHistoryResponse);
    list_organ_history_response__init (page);
    assert_success (SERVICE_CALL (world, owner, list_organ_history, &request, page));
    assert_string_equal (page->records[0]->record_id, all->records[i]->record_id);
    request.page_token = page->next_page_token;
  }
  assert_string_equal (request.page_token, "");
}

static const Membership *
membership_in (void *owner, const char *person, const char *organ, const char *on)
{
  ListMembershipsResponse *reply = person_memberships (world, owner, person, on, "");
  for (size_t i = 0; i < reply->n_memberships; i++)
    if (strcmp (reply->memberships[i]->organ_id, organ) == 0)
      return reply->memberships[i];
  fail_msg ("no membership");
  return NULL;
}

/* A plan shows on the card before its day, on every organ that it changes; days are counted. */
static void
test_future_changes (void **state)
{
  void *owner = *state;
  service_world_day (world, "2026-11-21");
  Towns towns = towns_make (world, owner, "future");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2026-11-12", NULL);
  assert_int_equal (membership_in (owner, person, towns.aarla, "")->days, 10);
  Plan *plan = planning_do (world, owner, &towns, "move aarla south 2026-12-01");
  const Membership *ends = membership_in (owner, person, towns.north, "");
  assert_string_equal (ends->valid_to, "2026-12-01");
  assert_string_equal (ends->end_plan_id, plan->plan_id);
  assert_string_equal (ends->end_plan_title, plan->title);
  assert_string_equal (ends->begin_plan_id, "");
  const Membership *begins = membership_in (owner, person, towns.south, "");
  assert_string_equal (begins->begin_plan_id, plan->plan_id);
  assert_int_equal (begins->days, 0);
  assert_string_equal (membership_in (owner, person, towns.aarla, "")->end_plan_id, "");
  ExplainMembershipRequest request = EXPLAIN_MEMBERSHIP_REQUEST__INIT;
  Explanation *why = memory_new (owner, Explanation);
  explanation__init (why);
  request.organ_id = towns.north;
  request.person_id = person;
  assert_success (SERVICE_CALL (world, owner, explain_membership, &request, why));
  assert_int_equal (why->n_plans, 1);
  assert_string_equal (why->plans[0]->plan_id, plan->plan_id);
  assert_string_equal (why->plans[0]->on, "2026-12-01");
  service_world_day (world, "2026-12-05"); /* its day has come: it stays what has ended the period */
  assert_string_equal (membership_in (owner, person, towns.north, "2026-11-30")->end_plan_id, plan->plan_id);
  assert_string_equal (membership_in (owner, person, towns.south, "")->begin_plan_id, plan->plan_id);
  planning_undo (world, owner, plan);
  assert_string_equal (membership_in (owner, person, towns.north, "")->end_plan_id, "");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      CASE (test_members_of_a_tree), CASE (test_joined_and_left), CASE (test_refusals),
      CASE (test_history),           CASE (test_future_changes),
  };
  return RUN_CASES (tests);
}
