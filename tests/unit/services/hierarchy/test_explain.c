/* Why, and why not, in four languages: the sentences as people read them, and what they rest on. */
#include "fixture.h"

#include "core/id.h"
#include "core/memory.h"

static Explanation *
ask (void *owner, const char *organ, const char *person, const char *on, const char *known)
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

/* The sentence in a language. */
static const char *
say (void *owner, const char *locale, const char *organ, const char *person, const char *on,
     const char *known)
{
  world->principal.locale = locale;
  const char *text = ask (owner, organ, person, on, known)->text;
  world->principal.locale = "en";
  return text;
}

static void
set_rule (void *owner, const char *organ, RuleNode *node, const char *from)
{
  CreateRuleRequest request = CREATE_RULE_REQUEST__INIT;
  Rule rule = RULE__INIT, *reply = memory_new (owner, Rule);
  rule__init (reply);
  rule.organ_id = organ;
  rule.valid_from = from;
  rule.nodes = rule_list (owner, node);
  rule.n_nodes = 1;
  request.rule = &rule;
  assert_success (SERVICE_CALL (world, owner, create_rule, &request, reply));
  service_world_runs (world, false);
}

static const char *const locales[] = {"en", "fi", "sv", "nl"};

/* Questions of 21 November 2026 about somebody who has lived in Aarla since 1 March, recorded on 3 March, and
 * the answers in each language. */
static const struct {
  const char *organ, *on;
  const char *texts[4];
} questions[] = {
    {"aarla",
     "",
     {"Member of aarla since 1 March 2026: lives in Aarla (since 1 March 2026, recorded 3 March 2026), has "
      "subscription "
      "Member (since 1 January 2019, recorded 3 March 2026)",
      "Elimen aarla jäsen 1. maaliskuuta 2026 alkaen: asuu paikkakunnalla Aarla (1. maaliskuuta 2026 alkaen, "
      "kirjattu 3. "
      "maaliskuuta 2026), voimassa on tilaus Member (1. tammikuuta 2019 alkaen, kirjattu 3. maaliskuuta "
      "2026)",
      "Medlem i aarla sedan 1 mars 2026: bor i Aarla (sedan 1 mars 2026, registrerat 3 mars 2026), har "
      "prenumerationen "
      "Member (sedan 1 januari 2019, registrerat 3 mars 2026)",
      "Lid van aarla sinds 1 maart 2026: woont in Aarla (sinds 1 maart 2026, vastgelegd op 3 maart 2026), "
      "heeft "
      "abonnement Member (sinds 1 januari 2019, vastgelegd op 3 maart 2026)"}},
    {"north",
     "",
     {"Member of north since 1 March 2026: through aarla, lives in Aarla (since 1 March 2026, recorded 3 "
      "March 2026), has "
      "subscription Member (since 1 January 2019, recorded 3 March 2026)",
      "Elimen north jäsen 1. maaliskuuta 2026 alkaen: elimen aarla kautta, asuu paikkakunnalla Aarla (1. "
      "maaliskuuta 2026 "
      "alkaen, kirjattu 3. maaliskuuta 2026), voimassa on tilaus Member (1. tammikuuta 2019 alkaen, kirjattu "
      "3. "
      "maaliskuuta 2026)",
      "Medlem i north sedan 1 mars 2026: genom aarla, bor i Aarla (sedan 1 mars 2026, registrerat 3 mars "
      "2026), har "
      "prenumerationen Member (sedan 1 januari 2019, registrerat 3 mars 2026)",
      "Lid van north sinds 1 maart 2026: via aarla, woont in Aarla (sinds 1 maart 2026, vastgelegd op 3 "
      "maart 2026), "
      "heeft abonnement Member (sinds 1 januari 2019, vastgelegd op 3 maart 2026)"}},
    {"berga",
     "2026-06-01",
     {"Not a member of berga on 1 June 2026: does not live in Berga (rule of berga), but lives in Aarla "
      "(since 1 March "
      "2026, recorded 3 March 2026)",
      "Ei elimen berga jäsen 1. kesäkuuta 2026: ei asu paikkakunnalla Berga (elimen berga sääntö), vaan asuu "
      "paikkakunnalla Aarla (1. maaliskuuta 2026 alkaen, kirjattu 3. maaliskuuta 2026)",
      "Inte medlem i berga den 1 juni 2026: bor inte i Berga (regel för berga), utan bor i Aarla (sedan 1 "
      "mars 2026, "
      "registrerat 3 mars 2026)",
      "Geen lid van berga op 1 juni 2026: woont niet in Berga (regel van berga), maar woont in Aarla (sinds "
      "1 maart 2026, "
      "vastgelegd op 3 maart 2026)"}},
    {"aarla",
     "2018-06-01",
     {"Not a member of aarla on 1 June 2018: does not have subscription Member (rule of the membership type "
      "Member), no "
      "subscription is active; does not live in Aarla (rule of aarla), no town is on record",
      "Ei elimen aarla jäsen 1. kesäkuuta 2018: voimassa ei ole tilausta Member (jäsenlajin Member sääntö), "
      "yhtään "
      "tilausta ei ole voimassa; ei asu paikkakunnalla Aarla (elimen aarla sääntö), paikkakuntaa ei ole "
      "kirjattu",
      "Inte medlem i aarla den 1 juni 2018: har inte prenumerationen Member (regel för medlemskategorin "
      "Member), ingen "
      "prenumeration gäller; bor inte i Aarla (regel för aarla), ingen ort är registrerad",
      "Geen lid van aarla op 1 juni 2018: heeft niet abonnement Member (regel van het lidmaatschapstype "
      "Member), er loopt "
      "geen abonnement; woont niet in Aarla (regel van aarla), er is geen plaats vastgelegd"}},
    {"south",
     "2026-06-01",
     {"Not a member of south on 1 June 2026: south has no rule of its own, and no organ below it has the "
      "person",
      "Ei elimen south jäsen 1. kesäkuuta 2026: elimellä south ei ole omaa sääntöä, eikä henkilö kuulu "
      "mihinkään sen alla "
      "olevaan elimeen",
      "Inte medlem i south den 1 juni 2026: south har ingen egen regel, och inget organ nedanför har "
      "personen",
      "Geen lid van south op 1 juni 2026: south heeft geen eigen regel, en geen orgaan eronder bevat de "
      "persoon"}},
    {"aarla",
     "1999-06-01",
     {"Not a member of aarla on 1 June 1999: aarla begins on 1 January 2000",
      "Ei elimen aarla jäsen 1. kesäkuuta 1999: aarla alkaa 1. tammikuuta 2000",
      "Inte medlem i aarla den 1 juni 1999: aarla börjar 1 januari 2000",
      "Geen lid van aarla op 1 juni 1999: aarla begint op 1 januari 2000"}},
};

static const char *
organ_named (const Towns *towns, const char *name)
{
  return strcmp (name, "aarla") == 0   ? towns->aarla
         : strcmp (name, "berga") == 0 ? towns->berga
         : strcmp (name, "north") == 0 ? towns->north
                                       : towns->south;
}

static void
test_four_languages (void **state)
{
  void *owner = *state;
  service_world_day (world, "2026-01-10");
  Towns towns = towns_make (world, owner, "languages");
  service_world_day (world, "2026-03-03");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2026-03-01", NULL);
  service_world_day (world, "2026-11-21");
  for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
    for (size_t language = 0; language < 4; language++)
      assert_string_equal (say (owner, locales[language], organ_named (&towns, questions[i].organ), person,
                                questions[i].on, ""),
                           questions[i].texts[language]);
  assert_string_equal (say (owner, "de", towns.south, person, "2026-06-01", ""), questions[4].texts[0]);
}

/* Rules of organs above are told as inherited, the nearest first; lines say when everything was recorded. */
static void
test_inherited (void **state)
{
  void *owner = *state;
  service_world_day (world, "2026-01-10");
  Towns towns = towns_make (world, owner, "inherited");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2026-01-10", NULL);
  set_rule (owner, towns.north, rule_of (owner, RULE_OP__RULE_OP_IN, RULE_FIELD__RULE_FIELD_TOWN, "Aarla"),
            "");
  Explanation *why = ask (owner, towns.aarla, person, "", "");
  assert_string_equal (why->text,
                       "Member of aarla since 10 January 2026: lives in Aarla (since 10 January 2026), has "
                       "subscription Member (since 1 January 2019, recorded 10 January 2026); inherited from "
                       "north: lives in Aarla (since 10 January 2026)");
  assert_int_equal (why->n_nodes, 6);
  assert_string_equal (why->nodes[0]->kind, "type");
  assert_string_equal (why->nodes[2]->organ_name, "north");
  assert_string_equal (why->nodes[5]->text, "lives in Aarla");
  assert_string_equal (why->nodes[5]->facts[0]->value, "Aarla");
  assert_int_equal (strncmp (why->nodes[5]->facts[0]->record_time, "2026-01-10T", 11), 0);
  assert_int_equal (strncmp (why->nodes[5]->rule_record_time, "2026-01-10T", 11), 0);
  assert_string_equal (why->nodes[5]->rule_valid_from, "2000-01-01");
  assert_string_equal (why->type_name, "Member");
  assert_int_equal (why->n_stretches, 1);
  assert_int_equal (why->stretches[0]->n_rule_ids, 3);
  assert_string_equal (why->stretches[0]->text, "lives in Aarla, lives in Aarla, has subscription Member");
}

/* A period is one, what it rests on are stretches: from below, then by a rule of its own, then by another. */
static void
test_stretches (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "stretches");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  set_rule (owner, towns.north,
            rule_of (owner, RULE_OP__RULE_OP_EQUALS, RULE_FIELD__RULE_FIELD_TOWN, "Aarla"), "2022-01-01");
  set_rule (owner, towns.north, rule_of (owner, RULE_OP__RULE_OP_IN, RULE_FIELD__RULE_FIELD_TOWN, "Aarla"),
            "2024-01-01");
  Explanation *why = ask (owner, towns.north, person, "", "");
  static const struct {
    const char *from, *to;
    MembershipOrigin origin;
    size_t rules;
  } expected[] = {{"2020-01-01", "2022-01-01", MEMBERSHIP_ORIGIN__MEMBERSHIP_ORIGIN_BELOW, 2},
                  {"2022-01-01", "2024-01-01", MEMBERSHIP_ORIGIN__MEMBERSHIP_ORIGIN_RULE, 2},
                  {"2024-01-01", "", MEMBERSHIP_ORIGIN__MEMBERSHIP_ORIGIN_RULE, 2}};
  assert_int_equal (why->n_stretches, 3);
  for (size_t i = 0; i < 3; i++) {
    assert_string_equal (why->stretches[i]->valid_from, expected[i].from);
    assert_string_equal (why->stretches[i]->valid_to, expected[i].to);
    assert_int_equal (why->stretches[i]->origin, expected[i].origin);
    assert_int_equal (why->stretches[i]->n_rule_ids, expected[i].rules);
  }
  assert_string_equal (why->stretches[0]->below_organ_name, "aarla");
  assert_string_equal (why->valid_from, "2020-01-01");
}

/* Past, present and future; and a birthday that crosses an age rule, on 29 February. */
static void
test_ages (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "ages");
  RuleNode *age = rule_of (owner, RULE_OP__RULE_OP_BETWEEN, RULE_FIELD__RULE_FIELD_AGE, NULL);
  static const char *ends[] = {"7", "17"};
  age->values = ends;
  age->n_values = 2;
  set_rule (owner, towns.south, age, "");
  const char *person = id_new_text (owner, clock_now (world->clock));
  PersonChanged *event = person_event (world, owner, person, "Virtanen");
  person_fact (world, event, FACT_KIND__FACT_KIND_SUBSCRIPTION, "Member", "2010-01-01", "");
  person_fact (world, event, FACT_KIND__FACT_KIND_BIRTH_DATE, "2012-02-29", "", "");
  assert_success (service_world_follow (world, &event, 1));
  assert_string_equal (person_period (world, owner, person, towns.south, "2026-11-21", ""),
                       "2019-03-01..2030-03-01");
  assert_string_equal (say (owner, "en", towns.south, person, "", ""),
                       "Member of south since 1 March 2019, up to and including 28 February 2030: is aged 7 "
                       "to 17 (born 29 February "
                       "2012), has subscription Member (since 1 January 2010, recorded 21 November 2026)");
  assert_string_equal (
      say (owner, "nl", towns.south, person, "2019-02-28", ""),
      "Geen lid van south op 28 februari 2019: is niet 7 tot en met 17 jaar (regel van south), maar is "
      "6 jaar (geboren op 29 februari 2012)");
  assert_string_equal (
      say (owner, "en", towns.south, person, "2030-03-01", ""),
      "Not a member of south on 1 March 2030: is not aged 7 to 17 (rule of south), but is aged 18 (born "
      "29 February 2012)");
  service_world_day (world, "2031-01-01");
  assert_int_equal (
      strncmp (say (owner, "sv", towns.south, person, "2020-01-01", ""),
               "Var medlem i south från 1 mars 2019 till och med 28 februari 2030: är 7 till 17 år", 60),
      0);
  service_world_day (world, "2018-01-01");
  assert_int_equal (
      strncmp (say (owner, "en", towns.south, person, "2020-01-01", ""),
               "Will be a member of south from 1 March 2019 up to and including 28 February 2030", 60),
      0);
  service_world_day (world, "2026-11-21");
}

/* All, any, not: only what decides is told, denied where it is denied. */
static void
test_groups (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "groups");
  RuleNode *nodes[5] = {rule_of (owner, RULE_OP__RULE_OP_ALL, 0, NULL),
                        rule_of (owner, RULE_OP__RULE_OP_NOT, 0, NULL),
                        rule_of (owner, RULE_OP__RULE_OP_EQUALS, RULE_FIELD__RULE_FIELD_TAG, "lapsed"),
                        rule_of (owner, RULE_OP__RULE_OP_ANY, 0, NULL), NULL};
  RuleNode *list[6] = {nodes[0],
                       nodes[1],
                       nodes[2],
                       nodes[3],
                       rule_of (owner, RULE_OP__RULE_OP_EQUALS, RULE_FIELD__RULE_FIELD_TOWN, "Aarla"),
                       rule_of (owner, RULE_OP__RULE_OP_EQUALS, RULE_FIELD__RULE_FIELD_TOWN, "Berga")};
  nodes[0]->operands = 2;
  nodes[1]->operands = 1;
  nodes[3]->operands = 2;
  CreateRuleRequest request = CREATE_RULE_REQUEST__INIT;
  Rule rule = RULE__INIT, *reply = memory_new (owner, Rule);
  rule__init (reply);
  rule.organ_id = towns.south;
  rule.nodes = list;
  rule.n_nodes = 6;
  request.rule = &rule;
  world->principal.locale = "fi";
  assert_success (SERVICE_CALL (world, owner, create_rule, &request, reply));
  assert_string_equal (
      reply->text, "tunnistetta lapsed ei ole ja (asuu paikkakunnalla Aarla tai asuu paikkakunnalla Berga)");
  service_world_runs (world, false);
  const char *aarla = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  const char *corpo = person_add (world, owner, "Korhonen", "Corpo", "2020-01-01", NULL);
  assert_int_equal (
      strncmp (say (owner, "en", towns.south, aarla, "", ""),
               "Member of south since 1 January 2020: does not have tag lapsed, lives in Aarla (since", 80),
      0);
  assert_string_equal (say (owner, "en", towns.south, corpo, "2026-01-01", ""),
                       "Not a member of south on 1 January 2026: does not live in Aarla (rule of south); "
                       "does not live in Berga (rule of "
                       "south), but lives in Corpo (since 1 January 2020, recorded 21 November 2026)");
  PersonChanged *event = person_event (world, owner, aarla, NULL);
  person_fact (world, event, FACT_KIND__FACT_KIND_TAG, "lapsed", "2025-01-01", "");
  assert_success (service_world_follow (world, &event, 1));
  assert_string_equal (
      say (owner, "en", towns.south, aarla, "2026-01-01", ""),
      "Not a member of south on 1 January 2026: has tag lapsed (since 1 January 2025, recorded 21 "
      "November 2026) (rule of south)");
}

/* As known on: facts, rules, organs and exceptions alike; a fact corrected twice. */
static void
test_as_known (void **state)
{
  void *owner = *state;
  const char *town;
  service_world_day (world, "2026-06-01");
  Towns towns = towns_make (world, owner, "known");
  service_world_day (world, "2026-06-03");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2026-06-01", &town);
  service_world_day (world, "2026-06-05");
  PersonChanged *event = person_event (world, owner, person, NULL);
  person_fact_withdrawn (event, FACT_KIND__FACT_KIND_TOWN, town);
  town = person_fact (world, event, FACT_KIND__FACT_KIND_TOWN, "Berga", "2026-06-01", "");
  assert_success (service_world_follow (world, &event, 1));
  service_world_day (world, "2026-06-07");
  event = person_event (world, owner, person, NULL);
  person_fact_withdrawn (event, FACT_KIND__FACT_KIND_TOWN, town);
  person_fact (world, event, FACT_KIND__FACT_KIND_TOWN, "Aarla", "2026-05-01", "");
  assert_success (service_world_follow (world, &event, 1));
  set_rule (owner, towns.aarla,
            rule_of (owner, RULE_OP__RULE_OP_EQUALS, RULE_FIELD__RULE_FIELD_TOWN, "Corpo"), "2026-07-01");
  static const struct {
    const char *known;
    bool member;
    const char *from, *to;
  } cases[] = {{"2026-05-31", false, "", ""},
               {"2026-06-02", false, "", ""},
               {"2026-06-03", true, "2026-06-01", ""},
               {"2026-06-04", true, "2026-06-01", ""},
               {"2026-06-05", false, "", ""},
               {"2026-06-06", false, "", ""},
               {"2026-06-07", true, "2026-05-01", "2026-07-01"},
               {"", true, "2026-05-01", "2026-07-01"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Explanation *why = ask (owner, towns.aarla, person, "2026-06-10", cases[i].known);
    assert_int_equal (why->member, cases[i].member);
    assert_string_equal (why->valid_from, cases[i].from);
    assert_string_equal (why->valid_to, cases[i].to);
    assert_string_equal (person_period (world, owner, person, towns.aarla, "2026-06-10", cases[i].known),
                         cases[i].member ? memory_format (owner, "%s..%s", cases[i].from, cases[i].to)
                                         : "none");
  }
  service_world_day (world, "2026-11-21");
  assert_string_equal (
      say (owner, "fi", towns.aarla, person, "2026-06-10", "2026-05-31"),
      "Sen mukaan, mitä tiedettiin 31. toukokuuta 2026: Ei elimen aarla jäsen 10. kesäkuuta 2026: elintä "
      "aarla ei ole kirjattu");
  assert_int_equal (
      strncmp (say (owner, "en", towns.aarla, person, "2026-06-10", "2026-06-04"),
               "As known on 4 June 2026: Member of aarla since 1 June 2026: lives in Aarla (since 1 June "
               "2026, recorded 3 June 2026)",
               100),
      0);
}

/* Where days are judged by what was known then, so are explanations, and the period is that on record. */
static void
test_evaluation_dated (void **state)
{
  void *owner = *state;
  const char *town;
  service_world_day (world, "2026-06-01");
  Towns towns = towns_make_dated (world, owner, "dated", DATING_POLICY__DATING_POLICY_EVALUATION_DATED);
  service_world_day (world, "2026-06-04");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", &town);
  service_world_day (world, "2026-06-10");
  PersonChanged *event = person_event (world, owner, person, NULL);
  person_fact_withdrawn (event, FACT_KIND__FACT_KIND_TOWN, town);
  person_fact (world, event, FACT_KIND__FACT_KIND_TOWN, "Berga", "2026-06-01", "");
  assert_success (service_world_follow (world, &event, 1));
  assert_string_equal (
      ask (owner, towns.aarla, person, "2026-06-05", "")->text,
      "Was a member of aarla from 4 June 2026 up to and including 9 June 2026: lives in Aarla (since 1 "
      "January 2020, recorded 4 June 2026), has subscription Member (since 1 January 2019, recorded 4 "
      "June 2026)");
  assert_string_equal (ask (owner, towns.berga, person, "", "")->valid_from, "2026-06-10");
  Explanation *north = ask (owner, towns.north, person, "", "");
  assert_string_equal (north->valid_from, "2026-06-04");
  assert_int_equal (north->n_stretches, 2);
  assert_string_equal (north->stretches[0]->below_organ_name, "aarla");
  assert_string_equal (north->stretches[1]->below_organ_name, "berga");
  assert_string_equal (ask (owner, towns.aarla, person, "2026-06-20", "2026-06-09")->valid_to, "");
  assert_false (ask (owner, towns.aarla, person, "2026-06-03", "")->member);
  service_world_day (world, "2026-11-21");
}

/* An exception tells its reason and who recorded it; ended organs say so. */
static void
test_exceptions_and_ended_organs (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "excepted");
  const char *person = person_add (world, owner, "Virtanen", "Corpo", "2020-01-01", NULL);
  service_world_value (
      world, memory_format (
                 owner,
                 "INSERT INTO membership_exception VALUES ('%s', '%s', '%s', '%s', '%s', '2026-05-01', "
                 "'infinity', 'honorary member', '2026-04-30T10:00:00Z', 'user:chair')",
                 FEDERATION, id_new_text (owner, clock_now (world->clock)), person, towns.berga, towns.type));
  Explanation *why = ask (owner, towns.north, person, "", "");
  assert_string_equal (why->text,
                       "Member of north since 1 May 2026: through berga, by exception (honorary member; "
                       "recorded 30 April 2026 by user:chair)");
  assert_string_equal (why->exception->reason, "honorary member");
  assert_string_equal (why->stretches[0]->exception_id, why->exception->exception_id);
  service_world_value (
      world, memory_format (owner,
                            "UPDATE organ_life SET valid = '[2000-01-01,2026-07-01)' WHERE organ_id = "
                            "'%s'; UPDATE model SET version = version + 1",
                            towns.north));
  assert_string_equal (
      ask (owner, towns.berga, person, "2026-08-01", "")->text,
      "Not a member of berga on 1 August 2026: north has ended; its last day was 30 June 2026");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      CASE (test_four_languages),   CASE (test_inherited),
      CASE (test_stretches),        CASE (test_ages),
      CASE (test_groups),           CASE (test_as_known),
      CASE (test_evaluation_dated), CASE (test_exceptions_and_ended_organs),
  };
  return RUN_CASES (tests);
}
