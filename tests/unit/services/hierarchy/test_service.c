/* The service against a real PostgreSQL: handlers, followers, runs. Each test makes an organisation of its
 * own in one database. */
#include "fixture.h"

#include "core/id.h"
#include "core/memory.h"
#include "service/private.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void
test_a_person_is_placed (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "placed");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  assert_int_equal (world->events, 1); /* MembershipsChanged */
  assert_string_equal (person_period (world, owner, person, towns.aarla, "2026-11-21", ""), "2020-01-01..");
  assert_string_equal (person_period (world, owner, person, towns.north, "2020-01-01", ""), "2020-01-01..");
  assert_string_equal (person_period (world, owner, person, towns.organisation, "2019-12-31", ""), "none");
  assert_string_equal (person_period (world, owner, person, towns.berga, "2026-11-21", ""), "none");
  ListMembershipsResponse *reply = person_memberships (world, owner, person, "", "");
  assert_int_equal (reply->n_memberships, 3);
  for (uint32_t i = 0; i < 3; i++)
    assert_int_equal (reply->memberships[i]->depth, i);
  assert_int_equal (reply->memberships[0]->origin, MEMBERSHIP_ORIGIN__MEMBERSHIP_ORIGIN_BELOW);
  assert_int_equal (reply->memberships[2]->origin, MEMBERSHIP_ORIGIN__MEMBERSHIP_ORIGIN_RULE);
  assert_string_equal (reply->memberships[2]->organ_name, "aarla");
}

/* A move is a correction of nothing: the period ends, another begins; above, one period goes on. */
static void
test_a_move (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "move");
  const char *town;
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", &town);
  assert_int_equal (organ_members (world, owner, towns.aarla, ""), 1);
  PersonChanged *event = person_event (world, owner, person, NULL);
  person_fact_withdrawn (event, FACT_KIND__FACT_KIND_TOWN, town);
  person_fact (world, event, FACT_KIND__FACT_KIND_TOWN, "Aarla", "2020-01-01", "2026-03-01");
  person_fact (world, event, FACT_KIND__FACT_KIND_TOWN, "Berga", "2026-03-01", "");
  assert_success (service_world_follow (world, &event, 1));
  assert_string_equal (person_period (world, owner, person, towns.aarla, "2026-02-28", ""),
                       "2020-01-01..2026-03-01");
  assert_string_equal (person_period (world, owner, person, towns.berga, "2026-03-01", ""), "2026-03-01..");
  assert_string_equal (person_period (world, owner, person, towns.north, "2026-03-01", ""), "2020-01-01..");
  assert_int_equal (organ_members (world, owner, towns.aarla, ""), 0);
  assert_int_equal (organ_members (world, owner, towns.berga, ""), 1);
  assert_int_equal (organ_members (world, owner, towns.north, ""), 1);
  assert_int_equal (organ_members (world, owner, towns.aarla, "2026-02-28"), 1); /* counted, not kept */
}

/* Who was a member, and who did we believe was one. */
static void
test_a_correction_supersedes (void **state)
{
  void *owner = *state;
  const char *town;
  service_world_day (world, "2026-11-01");
  Towns towns = towns_make (world, owner, "correction");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", &town);
  service_world_day (world, "2026-11-15");
  PersonChanged *event = person_event (world, owner, person, NULL);
  person_fact_withdrawn (event, FACT_KIND__FACT_KIND_TOWN, town);
  person_fact (world, event, FACT_KIND__FACT_KIND_TOWN, "Berga", "2020-01-01", "");
  assert_success (service_world_follow (world, &event, 1));
  assert_string_equal (person_period (world, owner, person, towns.aarla, "2024-01-01", ""), "none");
  assert_string_equal (person_period (world, owner, person, towns.berga, "2024-01-01", ""), "2020-01-01..");
  assert_string_equal (person_period (world, owner, person, towns.aarla, "2024-01-01", "2026-11-14"),
                       "2020-01-01..");
  assert_string_equal (person_period (world, owner, person, towns.berga, "2024-01-01", "2026-11-14"), "none");
  assert_string_equal (person_period (world, owner, person, towns.berga, "2024-01-01", "2026-11-15"),
                       "2020-01-01..");
  assert_string_equal (person_period (world, owner, person, towns.aarla, "2024-01-01", "2026-10-31"), "none");
  service_world_day (world, "2026-11-21");
}

/* Several events of one person in one batch count as one; facts recorded and superseded in it are kept as
 * history. */
static void
test_a_batch_is_folded (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "folded");
  const char *person = id_new_text (owner, clock_now (world->clock));
  PersonChanged *events[2] = {person_event (world, owner, person, "Virtanen")};
  person_fact (world, events[0], FACT_KIND__FACT_KIND_SUBSCRIPTION, "Member", "2019-01-01", "");
  const char *town = person_fact (world, events[0], FACT_KIND__FACT_KIND_TOWN, "Aarla", "2020-01-01", "");
  events[1] = person_event (world, owner, person, NULL);
  person_fact_withdrawn (events[1], FACT_KIND__FACT_KIND_TOWN, town);
  person_fact (world, events[1], FACT_KIND__FACT_KIND_TOWN, "Berga", "2021-01-01", "");
  assert_success (service_world_follow (world, events, 2));
  assert_string_equal (person_period (world, owner, person, towns.aarla, "2024-01-01", ""), "none");
  assert_string_equal (person_period (world, owner, person, towns.berga, "2024-01-01", ""), "2021-01-01..");
  assert_string_equal (
      service_world_value (world, memory_format (owner,
                                                 "SELECT count(*) || ' ' || count(superseded_at) "
                                                 "FROM fact WHERE person_id = '%s'",
                                                 person)),
      "3 1");
}

/* The same event twice changes nothing, and a withdrawn person has no memberships but keeps the history. */
static void
test_again_and_withdrawn (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "withdrawn");
  const char *person = id_new_text (owner, clock_now (world->clock));
  PersonChanged *event = person_event (world, owner, person, "Virtanen");
  person_fact (world, event, FACT_KIND__FACT_KIND_SUBSCRIPTION, "Member", "2019-01-01", "");
  person_fact (world, event, FACT_KIND__FACT_KIND_TOWN, "Aarla", "2020-01-01", "");
  assert_success (service_world_follow (world, &event, 1));
  assert_success (service_world_follow (world, &event, 1));
  assert_int_equal (world->events, 0);
  assert_int_equal (organ_members (world, owner, towns.north, ""), 1);
  PersonChanged *gone = person_event (world, owner, person, "Virtanen");
  gone->display->withdrawn = true;
  assert_success (service_world_follow (world, &gone, 1));
  assert_int_equal (person_memberships (world, owner, person, "", "")->n_memberships, 0);
  assert_int_equal (organ_members (world, owner, towns.north, ""), 0);
}

/* A rule that changes moves people by a run, also when every step is done twice. */
static void
test_a_rule_changes (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "rule");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  CreateRuleRequest request = CREATE_RULE_REQUEST__INIT;
  Rule rule = RULE__INIT, *reply = memory_new (owner, Rule);
  rule__init (reply);
  rule.organ_id = towns.aarla;
  rule.valid_from = "2025-01-01";
  rule.nodes =
      rule_list (owner, rule_of (owner, RULE_OP__RULE_OP_EQUALS, RULE_FIELD__RULE_FIELD_TOWN, "Corpo"));
  rule.n_nodes = 1;
  request.rule = &rule;
  assert_success (SERVICE_CALL (world, owner, create_rule, &request, reply));
  assert_string_equal (reply->text, "lives in Corpo");
  assert_int_equal (service_world_runs (world, true), 0);
  assert_string_equal (person_period (world, owner, person, towns.aarla, "2024-12-31", ""),
                       "2020-01-01..2025-01-01");
  assert_string_equal (person_period (world, owner, person, towns.aarla, "2025-01-01", ""), "none");
  assert_int_equal (organ_members (world, owner, towns.north, ""), 0);

  ListRulesRequest list = LIST_RULES_REQUEST__INIT;
  ListRulesResponse *rules = memory_new (owner, ListRulesResponse);
  list_rules_response__init (rules);
  list.organ_id = towns.aarla;
  assert_success (SERVICE_CALL (world, owner, list_rules, &list, rules));
  assert_int_equal (rules->n_rules, 2);
  assert_string_equal (rules->rules[0]->valid_from, "2025-01-01");
  assert_string_equal (rules->rules[1]->valid_to, "2025-01-01");
  assert_string_equal (rules->rules[1]->text, "lives in Aarla");
  assert_string_equal (rules->rules[0]->nodes[0]->values[0], "Corpo");

  rule.nodes = NULL; /* no rule from 2026 on */
  rule.n_nodes = 0;
  rule.valid_from = "2026-01-01";
  assert_success (SERVICE_CALL (world, owner, create_rule, &request, reply));
  rule.valid_from = "2024-06-01"; /* and none from June 2024 to 2025 */
  assert_success (SERVICE_CALL (world, owner, create_rule, &request, reply));
  assert_string_equal (reply->valid_to, "2025-01-01");
  assert_int_equal (service_world_runs (world, false), 0);
  assert_string_equal (person_period (world, owner, person, towns.aarla, "2024-05-31", ""),
                       "2020-01-01..2024-06-01");
}

/* The proof finds what was made wrong behind the service's back, with the witness, and corrects it when
 * asked. */
static void
test_evaluation_finds_differences (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "proof");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  CreateEvaluationRequest request = CREATE_EVALUATION_REQUEST__INIT;
  Run *run = memory_new (owner, Run);
  run__init (run);
  assert_success (SERVICE_CALL (world, owner, create_evaluation, &request, run));
  assert_int_equal (service_world_runs (world, false), 0);
  service_world_value (
      world, memory_format (owner, "DELETE FROM membership WHERE person_id = '%s' AND organ_id = '%s'",
                            person, towns.aarla));
  assert_success (SERVICE_CALL (world, owner, create_evaluation, &request, run));
  assert_string_equal (run->type, "evaluation");
  assert_int_equal (service_world_runs (world, false), 1);
  assert_string_equal (
      service_world_value (
          world, memory_format (owner, "SELECT subject FROM run_outcome WHERE run_id = '%s'", run->run_id)),
      person);
  request.correct = true;
  assert_success (SERVICE_CALL (world, owner, create_evaluation, &request, run));
  assert_int_equal (service_world_runs (world, true), 1);
  assert_string_equal (person_period (world, owner, person, towns.aarla, "2026-01-01", ""), "2020-01-01..");
  request.correct = false;
  assert_success (SERVICE_CALL (world, owner, create_evaluation, &request, run));
  assert_int_equal (service_world_runs (world, false), 0);
}

/* A run in which more persons differ than one step derives, and one in four does not. */
static void
test_a_run_where_many_differ (void **state)
{
  void *owner = *state;
  towns_make (world, owner, "many");
  service_world_value (
      world,
      memory_format (
          owner,
          "WITH made AS (INSERT INTO person (federation_id, person_id) SELECT '%1$s', gen_random_uuid () "
          "FROM generate_series (1, 6000) RETURNING person_id), numbered AS (SELECT person_id, "
          "row_number () OVER (ORDER BY person_id) AS n FROM made) "
          "INSERT INTO fact (federation_id, person_id, fact_id, kind, value, valid_from, valid_to, "
          "recorded_at) "
          "SELECT '%1$s', person_id, gen_random_uuid (), kind, CASE kind WHEN %2$d THEN 'Aarla' ELSE "
          "'Member' "
          "END, '2020-01-01', 'infinity', '2020-01-01' FROM numbered CROSS JOIN unnest (ARRAY[%2$d, %3$d]) "
          "AS "
          "kind WHERE n %% 4 > 0 RETURNING 1",
          world->federation, FACT_KIND__FACT_KIND_TOWN, FACT_KIND__FACT_KIND_SUBSCRIPTION));
  CreateEvaluationRequest request = CREATE_EVALUATION_REQUEST__INIT;
  Run *run = memory_new (owner, Run);
  run__init (run);
  request.correct = true;
  assert_success (SERVICE_CALL (world, owner, create_evaluation, &request, run));
  assert_int_equal (service_world_runs (world, true), 4500);
  assert_string_equal (service_world_value (world, "SELECT count (DISTINCT person_id) FROM membership"),
                       "4500");
  request.correct = false;
  assert_success (SERVICE_CALL (world, owner, create_evaluation, &request, run));
  assert_int_equal (service_world_runs (world, false), 0);
}

static const char *
start_count (void *owner)
{
  Call *call = service_world_call (owner, world);
  const char *run_id;
  Status status = call_start_run (call, "member-count", "", "", "", "", &run_id);
  assert_success (service_world_end (world, call, status));
  service_world_runs (world, false);
  return run_id;
}

/* Counts are kept for one day; on another they are counted, and the next morning they are made anew. */
static void
test_counts_of_a_new_day (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "counts");
  person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  person_add (world, owner, "Korhonen", "Aarla", "2026-11-23", NULL);
  assert_int_equal (organ_members (world, owner, towns.aarla, ""), 1);
  service_world_day (world, "2026-11-23");
  assert_int_equal (organ_members (world, owner, towns.aarla, ""), 2);
  start_count (owner);
  assert_int_equal (organ_members (world, owner, towns.aarla, ""), 2);
  person_add (world, owner, "Nieminen", "Aarla", "2026-11-23", NULL);
  assert_int_equal (organ_members (world, owner, towns.aarla, ""), 3);
  assert_int_equal (organ_members (world, owner, towns.organisation, ""), 3);
  service_world_day (world, "2026-11-21");
  start_count (owner);
  assert_int_equal (organ_members (world, owner, towns.aarla, ""), 1);
}

static ListMembersResponse *
members (void *owner, ListMembersRequest *request)
{
  ListMembersResponse *reply = memory_new (owner, ListMembersResponse);
  list_members_response__init (reply);
  assert_success (SERVICE_CALL (world, owner, list_members, request, reply));
  return reply;
}

/* Walks all pages; the family names joined by spaces. */
static const char *
walk (void *owner, const char *organ, const char *order, const char *query, uint32_t size)
{
  ListMembersRequest request = LIST_MEMBERS_REQUEST__INIT;
  request.organ_id = organ;
  request.order_by = order;
  request.query = query;
  request.page_size = size;
  char *names = memory_string (owner, "");
  for (;;) {
    ListMembersResponse *reply = members (owner, &request);
    for (size_t i = 0; i < reply->n_members; i++)
      names =
          talloc_asprintf_append (names, "%s%s", *names == '\0' ? "" : " ", reply->members[i]->family_name);
    if (*reply->next_page_token == '\0')
      return names;
    request.page_token = reply->next_page_token;
  }
}

static void
test_lists_of_members (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "lists");
  static const char *const names[][2] = {{"Åberg", "2021-01-01"},
                                         {"Zetterman", "2022-01-01"},
                                         {"Aalto", "2023-01-01"},
                                         {"Öhman", "2020-01-01"},
                                         {"Virtanen", "2024-01-01"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    person_add (world, owner, names[i][0], i % 2 == 0 ? "Aarla" : "Berga", names[i][1], NULL);
  for (uint32_t size = 1; size <= 6; size++) {
    assert_string_equal (walk (owner, towns.north, "", "", size), "Aalto Virtanen Zetterman Åberg Öhman");
    assert_string_equal (walk (owner, towns.north, "-name", "", size),
                         "Öhman Åberg Zetterman Virtanen Aalto");
    assert_string_equal (walk (owner, towns.north, "validFrom", "", size),
                         "Öhman Åberg Zetterman Aalto Virtanen");
    assert_string_equal (walk (owner, towns.aarla, "", "", size), "Aalto Virtanen Åberg");
    assert_string_equal (walk (owner, towns.north, "", "aberg", size), "Åberg");
    assert_string_equal (walk (owner, towns.north, "", "an", size), "Virtanen Zetterman Öhman");
    assert_string_equal (walk (owner, towns.north, "", "man", size), "Zetterman Öhman");
    assert_string_equal (walk (owner, towns.north, "", "100%", size), "");
  }
  assert_string_equal (walk (owner, towns.south, "", "", 0), "");
  ListMembersRequest request = LIST_MEMBERS_REQUEST__INIT;
  request.organ_id = towns.aarla;
  request.query = "aalto";
  const Member *member = members (owner, &request)->members[0];
  assert_string_equal (member->town, "Aarla");
  assert_string_equal (member->valid_from, "2023-01-01");
  assert_string_equal (member->type_name, "Member");
  assert_int_equal (member->origin, MEMBERSHIP_ORIGIN__MEMBERSHIP_ORIGIN_RULE);
}

/* A new name takes the memberships to another place in the alphabet. */
static void
test_a_new_name (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "names");
  const char *person = person_add (world, owner, "Aalto", "Aarla", "2020-01-01", NULL);
  person_add (world, owner, "Korhonen", "Aarla", "2020-01-01", NULL);
  assert_string_equal (walk (owner, towns.aarla, "", "", 0), "Aalto Korhonen");
  PersonChanged *event = person_event (world, owner, person, "Öhman");
  assert_success (service_world_follow (world, &event, 1));
  assert_int_equal (world->events, 0);
  assert_string_equal (walk (owner, towns.aarla, "", "", 0), "Korhonen Öhman");
}

/* Bad requests: each with its reason and field, and nothing is stored. */
static void
test_refusals (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "refused");
  char *before = service_world_value (world, "SELECT count(*) FROM organ");
  static const struct {
    const char *code, *parent, *town, *from, *reason, *field;
  } cases[] = {
      {"x", "nowhere", NULL, "", "UNKNOWN_ORGAN", "organs[1].parentCode"},
      {"x", "north", "Atlantis", "", "UNKNOWN_TOWN", "organs[1].rule[0].values[0]"},
      {"x", "north", NULL, "1999-12-31", "PARENT_NOT_IN_TREE", "organs[1].validFrom"},
      {"x", "first", NULL, "2000-01-01", "PARENT_NOT_IN_TREE", "organs[1].validFrom"},
      {"north", "", NULL, "", "CODE_TAKEN", "code"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    NewOrgan *organs[] = {organ_of_town (owner, "first", "", NULL),
                          organ_of_town (owner, cases[i].code, cases[i].parent, cases[i].town)};
    organs[0]->valid_from = "2010-01-01";
    organs[1]->valid_from = cases[i].from;
    BatchCreateOrgansRequest batch = BATCH_CREATE_ORGANS_REQUEST__INIT;
    BatchCreateOrgansResponse reply = BATCH_CREATE_ORGANS_RESPONSE__INIT;
    batch.organisation_id = towns.organisation;
    batch.organs = organs;
    batch.n_organs = 2;
    Status status = SERVICE_CALL (world, owner, batch_create_organs, &batch, &reply);
    assert_true (status_failed (status));
    assert_int_equal (status.detail->violation_count, 1);
    assert_string_equal (status.detail->violations[0].reason, cases[i].reason);
    assert_string_equal (status.detail->violations[0].field, cases[i].field);
  }
  assert_string_equal (service_world_value (world, "SELECT count(*) FROM organ"), before);
}

static void
test_update_organ (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "updated");
  UpdateOrganRequest request = UPDATE_ORGAN_REQUEST__INIT;
  Organ organ = ORGAN__INIT, reply = ORGAN__INIT;
  request.organ_id = towns.north;
  request.organ = &organ;
  organ.name = "Pohjoinen";
  organ.kind = "piiri";
  organ.etag = "\"1\"";
  request.update_mask = "name";
  assert_success (SERVICE_CALL (world, owner, update_organ, &request, &reply));
  assert_string_equal (reply.name, "Pohjoinen");
  assert_string_equal (reply.kind, "association");
  assert_string_equal (reply.etag, "\"2\"");
  assert_int_equal (reply.child_count, 2);
  assert_failure (SERVICE_CALL (world, owner, update_organ, &request, &reply), STATUS_ABORTED,
                  "ETAG_MISMATCH");
  request.update_mask = "parentId";
  assert_failure (SERVICE_CALL (world, owner, update_organ, &request, &reply), STATUS_INVALID_ARGUMENT,
                  "UNKNOWN_FIELD");
  ListOrgansRequest list = LIST_ORGANS_REQUEST__INIT;
  ListOrgansResponse organs = LIST_ORGANS_RESPONSE__INIT;
  list.parent_id = towns.organisation;
  list.page_size = 1;
  assert_success (SERVICE_CALL (world, owner, list_organs, &list, &organs));
  assert_string_equal (organs.organs[0]->name, "Pohjoinen");
  list.page_token = organs.next_page_token;
  assert_success (SERVICE_CALL (world, owner, list_organs, &list, &organs));
  assert_string_equal (organs.organs[0]->name, "south");
}

/* A person in two organisations; events of two lanes count in their own slots. */
static void
test_two_organisations (void **state)
{
  void *owner = *state;
  Towns first = towns_make (world, owner, "first"), second = towns_make (world, owner, "second");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  assert_string_equal (person_period (world, owner, person, first.aarla, "2026-01-01", ""), "2020-01-01..");
  assert_string_equal (person_period (world, owner, person, second.organisation, "2026-01-01", ""),
                       "2020-01-01..");
  ListOrganisationsRequest request = LIST_ORGANISATIONS_REQUEST__INIT;
  ListOrganisationsResponse reply = LIST_ORGANISATIONS_RESPONSE__INIT;
  request.code = "first";
  assert_success (SERVICE_CALL (world, owner, list_organisations, &request, &reply));
  assert_int_equal (reply.n_organisations, 1);
  assert_int_equal (reply.organisations[0]->organ_count, 5);
  assert_int_equal (reply.organisations[0]->member_count, 1);
}

/* A transaction of another replica. */
typedef struct Replica {
  void *owner;
  Db *db;
  Status status;
  volatile bool done;
} Replica;

static Call *
replica_call (Replica *replica)
{
  Call *call = call_new (replica->owner, world->process, replica->db, &world->principal, 30000);
  replica->status = db_begin (replica->db, call, 30000);
  return call;
}

static void
replica_end (Replica *replica, Call *call)
{
  if (!status_failed (replica->status))
    replica->status = call_commit (call, world->process);
}

static Replica
replica_new (void *owner)
{
  return (Replica){.owner = memory_context (owner),
                   .db = test_connect (owner, world->database, hierarchy_constraints)};
}

/* Carries out the first step of a re-evaluation. */
static void *
evaluate_elsewhere (void *arg)
{
  Replica *replica = arg;
  Call *call = replica_call (replica);
  Run run = RUN__INIT;
  run.type = "re-evaluation";
  RunStep step = {.run = &run, .cursor = ""};
  if (!status_failed (replica->status))
    replica->status = hierarchy_run_types[0].step (call, &step);
  replica_end (replica, call);
  replica->done = true;
  return NULL;
}

/* A move is being applied with the old rules while another replica changes them and a third begins to
 * evaluate: the third waits for the move and corrects it. */
static void
test_a_rule_and_a_move_at_once (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "race");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  PersonChanged *move = person_event (world, owner, person, NULL);
  person_fact (world, move, FACT_KIND__FACT_KIND_TOWN, "Berga", "2021-01-01", "");
  Replica mover = replica_new (owner), changer = replica_new (owner), evaluator = replica_new (NULL);
  Call *moving = replica_call (&mover);
  Bytes packed = memory_pack (moving, &move->base);
  EventRecord event = EVENT_RECORD__INIT, *events = &event;
  event.type = move->base.descriptor->name;
  event.record_time = move->record_time;
  event.payload = (ProtobufCBinaryData){packed.length, memory_copy (moving, packed.data, packed.length)};
  assert_success (followers_apply (moving, &events, 1));

  CreateRuleRequest request = CREATE_RULE_REQUEST__INIT;
  Rule rule = RULE__INIT, reply = RULE__INIT;
  rule.organ_id = towns.berga;
  rule.nodes =
      rule_list (owner, rule_of (owner, RULE_OP__RULE_OP_EQUALS, RULE_FIELD__RULE_FIELD_TOWN, "Corpo"));
  rule.n_nodes = 1;
  request.rule = &rule;
  Call *changing = replica_call (&changer);
  changer.status = create_rule (changing, &request, &reply);
  replica_end (&changer, changing);
  assert_success (changer.status);

  pthread_t thread;
  pthread_create (&thread, NULL, evaluate_elsewhere, &evaluator);
  usleep (200000);
  assert_false (evaluator.done);
  replica_end (&mover, moving);
  assert_success (mover.status);
  pthread_join (thread, NULL);
  assert_success (evaluator.status);
  assert_string_equal (person_period (world, owner, person, towns.berga, "2024-01-01", ""), "none");
  assert_string_equal (person_period (world, owner, person, towns.aarla, "2024-01-01", ""), "2020-01-01..");
  talloc_free (evaluator.db);
  talloc_free (evaluator.owner);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      CASE (test_a_person_is_placed),
      CASE (test_a_move),
      CASE (test_a_correction_supersedes),
      CASE (test_a_batch_is_folded),
      CASE (test_again_and_withdrawn),
      CASE (test_a_rule_changes),
      CASE (test_evaluation_finds_differences),
      CASE (test_a_run_where_many_differ),
      CASE (test_counts_of_a_new_day),
      CASE (test_lists_of_members),
      CASE (test_a_new_name),
      CASE (test_refusals),
      CASE (test_update_organ),
      CASE (test_two_organisations),
      CASE (test_a_rule_and_a_move_at_once),
  };
  return RUN_CASES (tests);
}
