#include "questions.h"

#include "core/memory.h"

enum { CLOSELY = 3 /* stays of an expectation that are looked at */ };

/* What is said of one person, organ, type and day. */
typedef enum Said { SAID_NOTHING, SAID_RULE, SAID_EXCEPTION } Said;

static const char *const said_words[] = {"no member", "rule", "exception"};

static Said
said_of (MembershipOrigin origin)
{
  return origin == MEMBERSHIP_ORIGIN__MEMBERSHIP_ORIGIN_EXCEPTION ? SAID_EXCEPTION : SAID_RULE;
}

static Day
day_of (const char *text, Day open)
{
  Day day = open;
  if (*text != '\0')
    assert_int_equal (day_parse (text, &day), DAY_OK);
  return day;
}

/* A person that has been erased is not found, and has no memberships. */
static void
check_found (Status status)
{
  if (status_failed (status) && status.code != STATUS_NOT_FOUND)
    test_assert_success (status, __FILE__, __LINE__);
}

static ListMembershipsResponse *
list (Played *played, void *owner, const char *person, const char *on, const char *known)
{
  ListMembershipsRequest request = LIST_MEMBERSHIPS_REQUEST__INIT;
  ListMembershipsResponse *reply = memory_new (owner, ListMembershipsResponse);
  list_memberships_response__init (reply);
  request.person_id = orders_person (played, owner, person);
  request.as_known_on = known;
  request.on = on;
  check_found (SERVICE_CALL (played->service, owner, list_memberships, &request, reply));
  return reply;
}

void
questions_person (Played *played, void *owner, const char *person, const char *known, Stays *found)
{
  ListMembershipsResponse *reply = list (played, owner, person, "", known);
  for (size_t i = 0; i < reply->n_memberships; i++) {
    const Membership *row = reply->memberships[i];
    stays_add (found, (Stay){.person = person,
                             .organ = row->organ_name,
                             .type = row->type_name,
                             .valid = {day_of (row->valid_from, DAY_MIN), day_of (row->valid_to, DAY_MAX)}});
  }
}

/* One day of one stay's person, organ and type. */
typedef struct Question {
  Played *played;
  void *owner;
  const Stay *about;
  const char *on;
  const char *known;
} Question;

static Said
said_by_memberships (const Question *question)
{
  const Stay *about = question->about;
  ListMembershipsResponse *reply =
      list (question->played, question->owner, about->person, question->on, question->known);
  for (size_t i = 0; i < reply->n_memberships; i++)
    if (strcmp (reply->memberships[i]->organ_name, about->organ) == 0 &&
        strcmp (reply->memberships[i]->type_name, about->type) == 0)
      return said_of (reply->memberships[i]->origin);
  return SAID_NOTHING;
}

static Said
said_by_members (const Question *question)
{
  ListMembersRequest request = LIST_MEMBERS_REQUEST__INIT;
  ListMembersResponse reply = LIST_MEMBERS_RESPONSE__INIT;
  const char *person = orders_person (question->played, question->owner, question->about->person);
  request.organ_id = orders_organ (question->played, question->owner, question->about->organ);
  request.type_id = orders_type (question->played, question->about->type);
  request.on = question->on;
  request.as_known_on = question->known;
  assert_success (SERVICE_CALL (question->played->service, question->owner, list_members, &request, &reply));
  for (size_t i = 0; i < reply.n_members; i++)
    if (strcmp (reply.members[i]->person_id, person) == 0)
      return said_of (reply.members[i]->origin);
  return SAID_NOTHING;
}

static Said
said_by_explanation (const Question *question)
{
  ExplainMembershipRequest request = EXPLAIN_MEMBERSHIP_REQUEST__INIT;
  Explanation reply = EXPLANATION__INIT;
  request.person_id = orders_person (question->played, question->owner, question->about->person);
  request.organ_id = orders_organ (question->played, question->owner, question->about->organ);
  request.type_id = orders_type (question->played, question->about->type);
  request.on = question->on;
  request.as_known_on = question->known;
  check_found (
      SERVICE_CALL (question->played->service, question->owner, explain_membership, &request, &reply));
  return reply.member ? said_of (reply.origin) : SAID_NOTHING;
}

static Said
expected_on (const Stays *expected, const Stay *about, Day on)
{
  for (size_t i = 0; i < expected->count; i++) {
    const Stay *stay = &expected->rows[i];
    if (strcmp (stay->person, about->person) == 0 && strcmp (stay->organ, about->organ) == 0 &&
        strcmp (stay->type, about->type) == 0 && period_holds (stay->valid, on))
      return stay->exception ? SAID_EXCEPTION : SAID_RULE;
  }
  return SAID_NOTHING;
}

static bool
ask_day (const Question *question, Said expected, bool why, const char *what)
{
  static const struct {
    const char *name;
    Said (*ask) (const Question *question);
  } ways[] = {{"ListMemberships", said_by_memberships},
              {"ListMembers", said_by_members},
              {"ExplainMembership", said_by_explanation}};
  for (size_t i = 0; i < (why ? 3 : 2); i++) {
    Said said = ways[i].ask (question);
    if (said == expected)
      continue;
    printf ("%s, %s: %s in %s as %s on %s\n  expected: %s\n  found: %s\n", what, ways[i].name,
            question->about->person, question->about->organ, question->about->type, question->on,
            said_words[expected], said_words[said]);
    return false;
  }
  return true;
}

bool
questions_days (Played *played, void *owner, const Stays *expected, const char *known, bool why,
                const char *what)
{
  for (size_t i = 0; i < CLOSELY && i < expected->count; i++) {
    const Stay *about = &expected->rows[((size_t)played->seed + i * 7919) % expected->count];
    const Day days[] = {about->valid.from - 1, about->valid.from, about->valid.to - 1, about->valid.to};
    for (size_t j = 0; j < (about->valid.to == DAY_MAX ? 2 : 4); j++) {
      char text[DAY_TEXT_SIZE];
      Question question = {played, owner, about, memory_string (owner, day_format (days[j], text)), known};
      if (!ask_day (&question, expected_on (expected, about, days[j]), why, what))
        return false;
    }
  }
  return true;
}
