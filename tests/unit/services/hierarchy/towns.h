/* A small federation for tests of the service: an organisation with two districts and two local associations,
 * and people with a subscription who live in a town. */
#ifndef TEST_HIERARCHY_TOWNS_H
#define TEST_HIERARCHY_TOWNS_H

#include "service_world.h"

/* The people and organs of one test: "Towns" with a type Member (has a subscription Member), districts North
 * and South, associations below North for the towns Aarla and Berga. */
typedef struct Towns {
  const char *organisation, *type, *north, *south, *aarla, *berga;
} Towns;

/* Rules: one node, and a list of one. */
RuleNode *rule_of (void *owner, RuleOp op, RuleField field, const char *value);
RuleNode **rule_list (void *owner, RuleNode *node);

/* An organ for a batch; `town` NULL: without a rule. */
NewOrgan *organ_of_town (void *owner, const char *code, const char *parent, const char *town);

/* The gazetteer: Aarla and Berga in North, Corpo in South. */
void towns_places (ServiceWorld *world);

/* Makes the organisation; ATTRIBUTE_DATED, or with a policy of its own. */
Towns towns_make (ServiceWorld *world, void *owner, const char *code);
Towns towns_make_dated (ServiceWorld *world, void *owner, const char *code, DatingPolicy policy);

/* An event about a person, a millisecond later than the one before; `family` NULL: names do not change. */
PersonChanged *person_event (ServiceWorld *world, void *owner, const char *person_id, const char *family);

/* Adds a fact to the event, or withdraws one; returns the fact's id. */
const char *person_fact (ServiceWorld *world, PersonChanged *event, FactKind kind, const char *value,
                         const char *from, const char *to);
void person_fact_withdrawn (PersonChanged *event, FactKind kind, const char *fact_id);

/* A person with a subscription since 2019 and a town since a day; *town_id names the latter fact. */
const char *person_add (ServiceWorld *world, void *owner, const char *family, const char *town,
                        const char *from, const char **town_id);

/* The memberships of a person, of a day and as known on one; "" for all and for now. */
ListMembershipsResponse *person_memberships (ServiceWorld *world, void *owner, const char *person,
                                             const char *on, const char *known);

/* The period of the person in the organ that holds a day, as known then: "2020-01-01..", or "none". */
const char *person_period (ServiceWorld *world, void *owner, const char *person, const char *organ,
                           const char *on, const char *known);

/* The number of members of an organ on a day. */
uint64_t organ_members (ServiceWorld *world, void *owner, const char *organ, const char *on);

#endif
