/* The service against a real PostgreSQL: handlers, followers, runs. Each test makes an organisation of its
 * own in one database. */
#include "service_world.h"

#include "core/id.h"
#include "core/memory.h"
#include "service/private.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static ServiceWorld *world;

/* The people and organs of one test: "Towns" with a type Member (has a subscription Member), districts North
 * and South, associations below North for the towns Aarla and Berga. */
typedef struct Towns {
  const char *organisation, *type, *north, *south, *aarla, *berga;
} Towns;

static RuleNode *
node (void *owner, RuleOp op, RuleField field, const char *value)
{
  RuleNode *made = memory_new (owner, RuleNode);
  rule_node__init (made);
  made->op = op;
  made->field = field;
  if (value != NULL) {
    made->values = memory_array (made, const char *, 1);
    made->values[0] = memory_string (made, value);
    made->n_values = 1;
  }
  return made;
}

static RuleNode **
one (void *owner, RuleNode *made)
{
  RuleNode **list = memory_array (owner, RuleNode *, 1);
  list[0] = made;
  return list;
}

static NewOrgan *
new_organ (void *owner, const char *code, const char *parent, const char *town)
{
  NewOrgan *organ = memory_new (owner, NewOrgan);
  new_organ__init (organ);
  organ->code = code;
  organ->name = code;
  organ->kind = "association";
  organ->parent_code = parent;
  if (town != NULL) {
    organ->rule = one (owner, node (owner, RULE_OP__RULE_OP_EQUALS, RULE_FIELD__RULE_FIELD_TOWN, town));
    organ->n_rule = 1;
  }
  return organ;
}

static void
record_places (void)
{
  static const char *const rows[][3] = {
      {"00100", "Aarla", "North"}, {"00200", "Berga", "North"}, {"00300", "Corpo", "South"}};
  void *owner = memory_context (NULL);
  PlacesRecorded event = PLACES_RECORDED__INIT;
  event.places = memory_array (owner, Place *, 3);
  for (event.n_places = 0; event.n_places < 3; event.n_places++) {
    Place *place = event.places[event.n_places] = memory_new (owner, Place);
    place__init (place);
    place->country = "FI";
    place->postal_code = rows[event.n_places][0];
    place->town = rows[event.n_places][1];
    place->municipality = rows[event.n_places][1];
    place->province = rows[event.n_places][2];
  }
  assert_success (service_world_places (world, &event));
  talloc_free (owner);
}

static Towns
make_towns (void *owner, const char *code)
{
  Towns towns = {0};
  Organisation wanted = ORGANISATION__INIT, *made = memory_new (owner, Organisation);
  CreateOrganisationRequest create = CREATE_ORGANISATION_REQUEST__INIT;
  organisation__init (made);
  wanted.code = wanted.name = code;
  wanted.valid_from = "2000-01-01";
  create.organisation = &wanted;
  assert_success (SERVICE_CALL (world, owner, create_organisation, &create, made));
  towns.organisation = made->organisation_id;

  CreateMembershipTypeRequest type = CREATE_MEMBERSHIP_TYPE_REQUEST__INIT;
  MembershipType wanted_type = MEMBERSHIP_TYPE__INIT, *made_type = memory_new (owner, MembershipType);
  membership_type__init (made_type);
  wanted_type.code = wanted_type.name = "Member";
  wanted_type.rule = one (owner, node (owner, RULE_OP__RULE_OP_SUBSCRIPTION, 0, "Member"));
  wanted_type.n_rule = 1;
  type.organisation_id = towns.organisation;
  type.type = &wanted_type;
  assert_success (SERVICE_CALL (world, owner, create_membership_type, &type, made_type));
  towns.type = made_type->type_id;

  NewOrgan *organs[] = {new_organ (owner, "north", "", NULL), new_organ (owner, "south", "", NULL),
                        new_organ (owner, "aarla", "north", "Aarla"),
                        new_organ (owner, "berga", "north", "Berga")};
  BatchCreateOrgansRequest batch = BATCH_CREATE_ORGANS_REQUEST__INIT;
  BatchCreateOrgansResponse *reply = memory_new (owner, BatchCreateOrgansResponse);
  batch_create_organs_response__init (reply);
  batch.organisation_id = towns.organisation;
  batch.organs = organs;
  batch.n_organs = 4;
  assert_success (SERVICE_CALL (world, owner, batch_create_organs, &batch, reply));
  assert_int_equal (world->events, 4); /* OrganChanged */
  towns.north = reply->organs[0]->organ_id;
  towns.south = reply->organs[1]->organ_id;
  towns.aarla = reply->organs[2]->organ_id;
  towns.berga = reply->organs[3]->organ_id;
  service_world_runs (world, false);
  return towns;
}

static const char *
now_text (void *owner)
{
  char buffer[CLOCK_TEXT_SIZE];
  clock_set (world->clock, clock_now (world->clock) + 1000);
  return memory_string (owner, clock_format (clock_now (world->clock), buffer));
}

static PersonChanged *
person_event (void *owner, const char *person_id, const char *family)
{
  PersonChanged *event = memory_new (owner, PersonChanged);
  person_changed__init (event);
  event->person_id = person_id;
  event->record_time = now_text (owner);
  event->recorded = memory_array (owner, Fact *, 16);
  event->superseded = memory_array (owner, SupersededFact *, 16);
  if (family != NULL) {
    event->display = memory_new (owner, PersonDisplay);
    person_display__init (event->display);
    event->display->member_number = person_id + 30;
    event->display->given_name = "Aino";
    event->display->family_name = family;
  }
  return event;
}

static const char *
record (PersonChanged *event, FactKind kind, const char *value, const char *from, const char *to)
{
  Fact *fact = event->recorded[event->n_recorded++] = memory_new (event, Fact);
  fact__init (fact);
  fact->fact_id = id_new_text (event, clock_now (world->clock));
  fact->kind = kind;
  fact->value = value;
  fact->valid_from = from;
  fact->valid_to = to;
  return fact->fact_id;
}

static void
withdraw (PersonChanged *event, FactKind kind, const char *fact_id)
{
  SupersededFact *fact = event->superseded[event->n_superseded++] = memory_new (event, SupersededFact);
  superseded_fact__init (fact);
  fact->kind = kind;
  fact->fact_id = fact_id;
}

/* A person with a subscription and a town since a day; *town_id names the fact. */
static const char *
add_person (void *owner, const char *family, const char *town, const char *from, const char **town_id)
{
  const char *id = id_new_text (owner, clock_now (world->clock));
  PersonChanged *event = person_event (owner, id, family);
  record (event, FACT_KIND__FACT_KIND_SUBSCRIPTION, "Member", "2019-01-01", "");
  const char *fact = record (event, FACT_KIND__FACT_KIND_TOWN, town, from, "");
  if (town_id != NULL)
    *town_id = fact;
  assert_success (service_world_follow (world, &event, 1));
  return id;
}

static ListMembershipsResponse *
memberships (void *owner, const char *person, const char *on, const char *known)
{
  ListMembershipsRequest request = LIST_MEMBERSHIPS_REQUEST__INIT;
  ListMembershipsResponse *reply = memory_new (owner, ListMembershipsResponse);
  list_memberships_response__init (reply);
  request.person_id = person;
  request.on = on;
  request.as_known_on = known;
  assert_success (SERVICE_CALL (world, owner, list_memberships, &request, reply));
  return reply;
}

/* The period of the person in the organ that holds a day, as known then: "2020-01-01..", or "none". */
static const char *
period (void *owner, const char *person, const char *organ, const char *on, const char *known)
{
  ListMembershipsResponse *reply = memberships (owner, person, on, known);
  for (size_t i = 0; i < reply->n_memberships; i++)
    if (strcmp (reply->memberships[i]->organ_id, organ) == 0)
      return memory_format (owner, "%s..%s", reply->memberships[i]->valid_from,
                            reply->memberships[i]->valid_to);
  return "none";
}

static uint64_t
count_of (void *owner, const char *organ, const char *on)
{
  GetOrganRequest request = GET_ORGAN_REQUEST__INIT;
  Organ *reply = memory_new (owner, Organ);
  organ__init (reply);
  request.organ_id = organ;
  request.on = on;
  assert_success (SERVICE_CALL (world, owner, get_organ, &request, reply));
  return reply->member_count;
}

static void
test_a_person_is_placed (void **state)
{
  void *owner = *state;
  Towns towns = make_towns (owner, "placed");
  const char *person = add_person (owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  assert_int_equal (world->events, 1); /* MembershipsChanged */
  assert_string_equal (period (owner, person, towns.aarla, "2026-11-21", ""), "2020-01-01..");
  assert_string_equal (period (owner, person, towns.north, "2020-01-01", ""), "2020-01-01..");
  assert_string_equal (period (owner, person, towns.organisation, "2019-12-31", ""), "none");
  assert_string_equal (period (owner, person, towns.berga, "2026-11-21", ""), "none");
  ListMembershipsResponse *reply = memberships (owner, person, "", "");
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
  Towns towns = make_towns (owner, "move");
  const char *town;
  const char *person = add_person (owner, "Virtanen", "Aarla", "2020-01-01", &town);
  assert_int_equal (count_of (owner, towns.aarla, ""), 1);
  PersonChanged *event = person_event (owner, person, NULL);
  withdraw (event, FACT_KIND__FACT_KIND_TOWN, town);
  record (event, FACT_KIND__FACT_KIND_TOWN, "Aarla", "2020-01-01", "2026-03-01");
  record (event, FACT_KIND__FACT_KIND_TOWN, "Berga", "2026-03-01", "");
  assert_success (service_world_follow (world, &event, 1));
  assert_string_equal (period (owner, person, towns.aarla, "2026-02-28", ""), "2020-01-01..2026-03-01");
  assert_string_equal (period (owner, person, towns.berga, "2026-03-01", ""), "2026-03-01..");
  assert_string_equal (period (owner, person, towns.north, "2026-03-01", ""), "2020-01-01..");
  assert_int_equal (count_of (owner, towns.aarla, ""), 0);
  assert_int_equal (count_of (owner, towns.berga, ""), 1);
  assert_int_equal (count_of (owner, towns.north, ""), 1);
  assert_int_equal (count_of (owner, towns.aarla, "2026-02-28"), 1); /* counted, not kept */
}

/* Who was a member, and who did we believe was one. */
static void
test_a_correction_supersedes (void **state)
{
  void *owner = *state;
  const char *town;
  service_world_day (world, "2026-11-01");
  Towns towns = make_towns (owner, "correction");
  const char *person = add_person (owner, "Virtanen", "Aarla", "2020-01-01", &town);
  service_world_day (world, "2026-11-15");
  PersonChanged *event = person_event (owner, person, NULL);
  withdraw (event, FACT_KIND__FACT_KIND_TOWN, town);
  record (event, FACT_KIND__FACT_KIND_TOWN, "Berga", "2020-01-01", "");
  assert_success (service_world_follow (world, &event, 1));
  assert_string_equal (period (owner, person, towns.aarla, "2024-01-01", ""), "none");
  assert_string_equal (period (owner, person, towns.berga, "2024-01-01", ""), "2020-01-01..");
  assert_string_equal (period (owner, person, towns.aarla, "2024-01-01", "2026-11-14"), "2020-01-01..");
  assert_string_equal (period (owner, person, towns.berga, "2024-01-01", "2026-11-14"), "none");
  assert_string_equal (period (owner, person, towns.berga, "2024-01-01", "2026-11-15"), "2020-01-01..");
  assert_string_equal (period (owner, person, towns.aarla, "2024-01-01", "2026-10-31"), "none");
  service_world_day (world, "2026-11-21");
}

/* Several events of one person in one batch count as one; facts recorded and superseded in it are kept as
 * history. */
static void
test_a_batch_is_folded (void **state)
{
  void *owner = *state;
  Towns towns = make_towns (owner, "folded");
  const char *person = id_new_text (owner, clock_now (world->clock));
  PersonChanged *events[2] = {person_event (owner, person, "Virtanen")};
  record (events[0], FACT_KIND__FACT_KIND_SUBSCRIPTION, "Member", "2019-01-01", "");
  const char *town = record (events[0], FACT_KIND__FACT_KIND_TOWN, "Aarla", "2020-01-01", "");
  events[1] = person_event (owner, person, NULL);
  withdraw (events[1], FACT_KIND__FACT_KIND_TOWN, town);
  record (events[1], FACT_KIND__FACT_KIND_TOWN, "Berga", "2021-01-01", "");
  assert_success (service_world_follow (world, events, 2));
  assert_string_equal (period (owner, person, towns.aarla, "2024-01-01", ""), "none");
  assert_string_equal (period (owner, person, towns.berga, "2024-01-01", ""), "2021-01-01..");
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
  Towns towns = make_towns (owner, "withdrawn");
  const char *person = id_new_text (owner, clock_now (world->clock));
  PersonChanged *event = person_event (owner, person, "Virtanen");
  record (event, FACT_KIND__FACT_KIND_SUBSCRIPTION, "Member", "2019-01-01", "");
  record (event, FACT_KIND__FACT_KIND_TOWN, "Aarla", "2020-01-01", "");
  assert_success (service_world_follow (world, &event, 1));
  assert_success (service_world_follow (world, &event, 1));
  assert_int_equal (world->events, 0);
  assert_int_equal (count_of (owner, towns.north, ""), 1);
  PersonChanged *gone = person_event (owner, person, "Virtanen");
  gone->display->withdrawn = true;
  assert_success (service_world_follow (world, &gone, 1));
  assert_int_equal (memberships (owner, person, "", "")->n_memberships, 0);
  assert_int_equal (count_of (owner, towns.north, ""), 0);
}

/* A rule that changes moves people by a run, also when every step is done twice. */
static void
test_a_rule_changes (void **state)
{
  void *owner = *state;
  Towns towns = make_towns (owner, "rule");
  const char *person = add_person (owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  CreateRuleRequest request = CREATE_RULE_REQUEST__INIT;
  Rule rule = RULE__INIT, *reply = memory_new (owner, Rule);
  rule__init (reply);
  rule.organ_id = towns.aarla;
  rule.valid_from = "2025-01-01";
  rule.nodes = one (owner, node (owner, RULE_OP__RULE_OP_EQUALS, RULE_FIELD__RULE_FIELD_TOWN, "Corpo"));
  rule.n_nodes = 1;
  request.rule = &rule;
  assert_success (SERVICE_CALL (world, owner, create_rule, &request, reply));
  assert_string_equal (reply->text, "lives in Corpo");
  assert_int_equal (service_world_runs (world, true), 0);
  assert_string_equal (period (owner, person, towns.aarla, "2024-12-31", ""), "2020-01-01..2025-01-01");
  assert_string_equal (period (owner, person, towns.aarla, "2025-01-01", ""), "none");
  assert_int_equal (count_of (owner, towns.north, ""), 0);

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
  assert_string_equal (period (owner, person, towns.aarla, "2024-05-31", ""), "2020-01-01..2024-06-01");
}

/* The proof finds what was made wrong behind the service's back, with the witness, and corrects it when
 * asked. */
static void
test_evaluation_finds_differences (void **state)
{
  void *owner = *state;
  Towns towns = make_towns (owner, "proof");
  const char *person = add_person (owner, "Virtanen", "Aarla", "2020-01-01", NULL);
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
  assert_string_equal (period (owner, person, towns.aarla, "2026-01-01", ""), "2020-01-01..");
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
  Towns towns = make_towns (owner, "counts");
  add_person (owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  add_person (owner, "Korhonen", "Aarla", "2026-11-23", NULL);
  assert_int_equal (count_of (owner, towns.aarla, ""), 1);
  service_world_day (world, "2026-11-23");
  assert_int_equal (count_of (owner, towns.aarla, ""), 2);
  start_count (owner);
  assert_int_equal (count_of (owner, towns.aarla, ""), 2);
  add_person (owner, "Nieminen", "Aarla", "2026-11-23", NULL);
  assert_int_equal (count_of (owner, towns.aarla, ""), 3);
  assert_int_equal (count_of (owner, towns.organisation, ""), 3);
  service_world_day (world, "2026-11-21");
  start_count (owner);
  assert_int_equal (count_of (owner, towns.aarla, ""), 1);
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
  Towns towns = make_towns (owner, "lists");
  static const char *const names[][2] = {{"Åberg", "2021-01-01"},
                                         {"Zetterman", "2022-01-01"},
                                         {"Aalto", "2023-01-01"},
                                         {"Öhman", "2020-01-01"},
                                         {"Virtanen", "2024-01-01"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    add_person (owner, names[i][0], i % 2 == 0 ? "Aarla" : "Berga", names[i][1], NULL);
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
  Towns towns = make_towns (owner, "names");
  const char *person = add_person (owner, "Aalto", "Aarla", "2020-01-01", NULL);
  add_person (owner, "Korhonen", "Aarla", "2020-01-01", NULL);
  assert_string_equal (walk (owner, towns.aarla, "", "", 0), "Aalto Korhonen");
  PersonChanged *event = person_event (owner, person, "Öhman");
  assert_success (service_world_follow (world, &event, 1));
  assert_int_equal (world->events, 0);
  assert_string_equal (walk (owner, towns.aarla, "", "", 0), "Korhonen Öhman");
}

static Explanation *
explanation (void *owner, const char *organ, const char *person, const char *on, const char *known)
{
  ExplainMembershipRequest request = EXPLAIN_MEMBERSHIP_REQUEST__INIT;
  Explanation *reply = memory_new (owner, Explanation);
  explanation__init (reply);
  request.organ_id = organ;
  request.person_id = person;
  request.on = on;
  request.as_known_on = known;
  assert_success (SERVICE_CALL (world, owner, explain_membership, &request, reply));
  return reply;
}

static void
test_explanations (void **state)
{
  void *owner = *state;
  Towns towns = make_towns (owner, "explained");
  const char *person = add_person (owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  assert_string_equal (
      explanation (owner, towns.aarla, person, "", "")->text,
      "Member of aarla since 2020-01-01: has subscription Member (since 2019-01-01); lives in Aarla "
      "(since 2020-01-01)");
  assert_string_equal (explanation (owner, towns.north, person, "", "")->text,
                       "Member of north since 2020-01-01: member of aarla below it");
  assert_string_equal (
      explanation (owner, towns.berga, person, "2026-01-01", "")->text,
      "Not a member of berga on 2026-01-01: it does not hold that the person lives in Berga (rule of "
      "berga)");
  assert_string_equal (
      explanation (owner, towns.south, person, "2026-01-01", "")->text,
      "Not a member of south on 2026-01-01: the organ has no rule of its own, and no organ below it "
      "has the person");
  Explanation *why = explanation (owner, towns.aarla, person, "", "");
  assert_int_equal (why->n_nodes, 4);
  assert_string_equal (why->nodes[0]->kind, "type");
  assert_string_equal (why->nodes[3]->text, "lives in Aarla");
  assert_string_equal (why->nodes[3]->facts[0]->value, "Aarla");
  assert_string_equal (why->nodes[2]->organ_name, "aarla");
  assert_false (explanation (owner, towns.aarla, person, "", "2026-11-20")->member);
}

/* Bad requests: each with its reason and field, and nothing is stored. */
static void
test_refusals (void **state)
{
  void *owner = *state;
  Towns towns = make_towns (owner, "refused");
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
    NewOrgan *organs[] = {new_organ (owner, "first", "", NULL),
                          new_organ (owner, cases[i].code, cases[i].parent, cases[i].town)};
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
  Towns towns = make_towns (owner, "updated");
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
  Towns first = make_towns (owner, "first"), second = make_towns (owner, "second");
  const char *person = add_person (owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  assert_string_equal (period (owner, person, first.aarla, "2026-01-01", ""), "2020-01-01..");
  assert_string_equal (period (owner, person, second.organisation, "2026-01-01", ""), "2020-01-01..");
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
  Towns towns = make_towns (owner, "race");
  const char *person = add_person (owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  PersonChanged *move = person_event (owner, person, NULL);
  record (move, FACT_KIND__FACT_KIND_TOWN, "Berga", "2021-01-01", "");
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
  rule.nodes = one (owner, node (owner, RULE_OP__RULE_OP_EQUALS, RULE_FIELD__RULE_FIELD_TOWN, "Corpo"));
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
  assert_string_equal (period (owner, person, towns.berga, "2024-01-01", ""), "none");
  assert_string_equal (period (owner, person, towns.aarla, "2024-01-01", ""), "2020-01-01..");
  talloc_free (evaluator.db);
  talloc_free (evaluator.owner);
}

static int
set_up (void **state)
{
  *state = memory_context (NULL);
  return 0;
}

/* Each test leaves the register empty, so that one does not see the other's people. */
static int
tear_down (void **state)
{
  service_world_value (
      world, "TRUNCATE person, fact, membership, membership_exception, organ_count, rule_version, "
             "membership_type, organ_edge, organ_life, organ, organisation, run CASCADE; UPDATE model "
             "SET version = version + 1, recorded_at = '-infinity'");
  talloc_free (*state);
  return 0;
}

static int
make_world (void **state)
{
  (void)state;
  world = service_world_new (NULL);
  record_places ();
  return 0;
}

static int
end_world (void **state)
{
  (void)state;
  talloc_free (world);
  return 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)

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
      CASE (test_counts_of_a_new_day),
      CASE (test_lists_of_members),
      CASE (test_a_new_name),
      CASE (test_explanations),
      CASE (test_refusals),
      CASE (test_update_organ),
      CASE (test_two_organisations),
      CASE (test_a_rule_and_a_move_at_once),
  };
  return cmocka_run_group_tests (tests, make_world, end_world);
}
