/* See towns.h. */
#include "towns.h"

#include "core/id.h"
#include "core/memory.h"

RuleNode *
rule_of (void *owner, RuleOp op, RuleField field, const char *value)
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

RuleNode **
rule_list (void *owner, RuleNode *made)
{
  RuleNode **list = memory_array (owner, RuleNode *, 1);
  list[0] = made;
  return list;
}

NewOrgan *
organ_of_town (void *owner, const char *code, const char *parent, const char *town)
{
  NewOrgan *organ = memory_new (owner, NewOrgan);
  new_organ__init (organ);
  organ->code = code;
  organ->name = code;
  organ->kind = "association";
  organ->parent_code = parent;
  if (town != NULL) {
    organ->rule =
        rule_list (owner, rule_of (owner, RULE_OP__RULE_OP_EQUALS, RULE_FIELD__RULE_FIELD_TOWN, town));
    organ->n_rule = 1;
  }
  return organ;
}

void
towns_places (ServiceWorld *world)
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

Towns
towns_make_dated (ServiceWorld *world, void *owner, const char *code, DatingPolicy policy)
{
  Towns towns = {0};
  Organisation wanted = ORGANISATION__INIT, *made = memory_new (owner, Organisation);
  CreateOrganisationRequest create = CREATE_ORGANISATION_REQUEST__INIT;
  organisation__init (made);
  wanted.code = wanted.name = code;
  wanted.valid_from = "2000-01-01";
  wanted.policy = policy;
  create.organisation = &wanted;
  assert_success (SERVICE_CALL (world, owner, create_organisation, &create, made));
  towns.organisation = made->organisation_id;

  CreateMembershipTypeRequest type = CREATE_MEMBERSHIP_TYPE_REQUEST__INIT;
  MembershipType wanted_type = MEMBERSHIP_TYPE__INIT, *made_type = memory_new (owner, MembershipType);
  membership_type__init (made_type);
  wanted_type.code = wanted_type.name = "Member";
  wanted_type.rule = rule_list (owner, rule_of (owner, RULE_OP__RULE_OP_SUBSCRIPTION, 0, "Member"));
  wanted_type.n_rule = 1;
  type.organisation_id = towns.organisation;
  type.type = &wanted_type;
  assert_success (SERVICE_CALL (world, owner, create_membership_type, &type, made_type));
  towns.type = made_type->type_id;

  NewOrgan *organs[] = {organ_of_town (owner, "north", "", NULL), organ_of_town (owner, "south", "", NULL),
                        organ_of_town (owner, "aarla", "north", "Aarla"),
                        organ_of_town (owner, "berga", "north", "Berga")};
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

Towns
towns_make (ServiceWorld *world, void *owner, const char *code)
{
  return towns_make_dated (world, owner, code, DATING_POLICY__DATING_POLICY_UNSPECIFIED);
}

static const char *
now_text (ServiceWorld *world, void *owner)
{
  char buffer[CLOCK_TEXT_SIZE];
  clock_set (world->clock, clock_now (world->clock) + 1000);
  return memory_string (owner, clock_format (clock_now (world->clock), buffer));
}

PersonChanged *
person_event (ServiceWorld *world, void *owner, const char *person_id, const char *family)
{
  PersonChanged *event = memory_new (owner, PersonChanged);
  person_changed__init (event);
  event->person_id = person_id;
  event->record_time = now_text (world, owner);
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

const char *
person_fact (ServiceWorld *world, PersonChanged *event, FactKind kind, const char *value, const char *from,
             const char *to)
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

void
person_fact_withdrawn (PersonChanged *event, FactKind kind, const char *fact_id)
{
  SupersededFact *fact = event->superseded[event->n_superseded++] = memory_new (event, SupersededFact);
  superseded_fact__init (fact);
  fact->kind = kind;
  fact->fact_id = fact_id;
}

/* A person with a subscription and a town since a day; *town_id names the fact. */
const char *
person_add (ServiceWorld *world, void *owner, const char *family, const char *town, const char *from,
            const char **town_id)
{
  const char *id = id_new_text (owner, clock_now (world->clock));
  PersonChanged *event = person_event (world, owner, id, family);
  person_fact (world, event, FACT_KIND__FACT_KIND_SUBSCRIPTION, "Member", "2019-01-01", "");
  const char *fact = person_fact (world, event, FACT_KIND__FACT_KIND_TOWN, town, from, "");
  if (town_id != NULL)
    *town_id = fact;
  assert_success (service_world_follow (world, &event, 1));
  return id;
}

ListMembershipsResponse *
person_memberships (ServiceWorld *world, void *owner, const char *person, const char *on, const char *known)
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
const char *
person_period (ServiceWorld *world, void *owner, const char *person, const char *organ, const char *on,
               const char *known)
{
  ListMembershipsResponse *reply = person_memberships (world, owner, person, on, known);
  for (size_t i = 0; i < reply->n_memberships; i++)
    if (strcmp (reply->memberships[i]->organ_id, organ) == 0)
      return memory_format (owner, "%s..%s", reply->memberships[i]->valid_from,
                            reply->memberships[i]->valid_to);
  return "none";
}

uint64_t
organ_members (ServiceWorld *world, void *owner, const char *organ, const char *on)
{
  GetOrganRequest request = GET_ORGAN_REQUEST__INIT;
  Organ *reply = memory_new (owner, Organ);
  organ__init (reply);
  request.organ_id = organ;
  request.on = on;
  assert_success (SERVICE_CALL (world, owner, get_organ, &request, reply));
  return reply->member_count;
}
