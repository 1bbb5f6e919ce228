/* Words: the tables are whole, and rules, facts and days read well in each language. */
#include "services/hierarchy/words/words.h"

#include "core/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const WordsTable *const tables[] = {&words_en, &words_fi, &words_sv, &words_nl};

/* The places of a phrase as bits; -1 for a brace that is none. */
static int
places_of (const char *phrase)
{
  int places = 0;
  for (const char *at = strpbrk (phrase, "{}"); at != NULL; at = strpbrk (at + 3, "{}")) {
    if (at[0] != '{' || at[1] < '0' || at[1] > '4' || at[2] != '}')
      return -1;
    places |= 1 << (at[1] - '0');
  }
  return places;
}

/* Nothing is missing, nothing is said with a place that English does not have. */
static void
test_tables_are_whole (void **state)
{
  (void)state;
  for (size_t table = 0; table < WORDS_LANGUAGES; table++) {
    for (size_t month = 0; month < 12; month++)
      assert_non_null (tables[table]->months[month]);
    for (size_t phrase = 0; phrase < PHRASE_COUNT; phrase++) {
      const char *text = tables[table]->phrases[phrase];
      if (text == NULL || *text == '\0' || places_of (text) < 0 ||
          places_of (text) != places_of (words_en.phrases[phrase]))
        fail_msg ("%s, phrase %zu: %s", tables[table]->locale, phrase, text);
    }
  }
}

static void
test_languages (void **state)
{
  (void)state;
  assert_int_equal (words_language ("fi"), WORDS_FI);
  assert_int_equal (words_language ("SV-FI"), WORDS_SV);
  assert_int_equal (words_language ("nl_BE"), WORDS_NL);
  assert_int_equal (words_language ("de"), WORDS_EN);
  assert_int_equal (words_language ("fin"), WORDS_EN);
  assert_int_equal (words_language (""), WORDS_EN);
  assert_int_equal (words_language (NULL), WORDS_EN);
}

static void
test_days (void **state)
{
  static const char *const texts[] = {"29 February 2024", "29. helmikuuta 2024", "29 februari 2024",
                                      "29 februari 2024"};
  Day day;
  assert_int_equal (day_parse ("2024-02-29", &day), DAY_OK);
  for (WordsLanguage language = 0; language < WORDS_LANGUAGES; language++)
    assert_string_equal (words_day (*state, language, day), texts[language]);
  assert_string_equal (words_day (*state, WORDS_FI, DAY_MAX), "");
}

typedef struct Node {
  int op;
  uint32_t operands;
  int field;
  const char *values[4];
} Node;

enum {
  ALL = (int)RULE_OP__RULE_OP_ALL,
  ANY = (int)RULE_OP__RULE_OP_ANY,
  NOT = (int)RULE_OP__RULE_OP_NOT,
  EQUALS = (int)RULE_OP__RULE_OP_EQUALS,
  IN = (int)RULE_OP__RULE_OP_IN,
  BETWEEN = (int)RULE_OP__RULE_OP_BETWEEN,
  SUBSCRIPTION = (int)RULE_OP__RULE_OP_SUBSCRIPTION,
  ADMITTED = (int)RULE_OP__RULE_OP_ADMITTED,
  POSITION = (int)RULE_OP__RULE_OP_POSITION,
  CODE = (int)RULE_FIELD__RULE_FIELD_POSTAL_CODE,
  TOWN = (int)RULE_FIELD__RULE_FIELD_TOWN,
  MUNICIPALITY = (int)RULE_FIELD__RULE_FIELD_MUNICIPALITY,
  PROVINCE = (int)RULE_FIELD__RULE_FIELD_PROVINCE,
  COUNTRY = (int)RULE_FIELD__RULE_FIELD_COUNTRY,
  BIRTH = (int)RULE_FIELD__RULE_FIELD_BIRTH_DATE,
  AGE = (int)RULE_FIELD__RULE_FIELD_AGE,
  TAG = (int)RULE_FIELD__RULE_FIELD_TAG
};

static RuleNode **
make (void *owner, const Node *nodes, size_t count)
{
  RuleNode **made = memory_array (owner, RuleNode *, count + 1);
  for (size_t i = 0; i < count; i++) {
    made[i] = memory_new (owner, RuleNode);
    rule_node__init (made[i]);
    made[i]->op = (RuleOp)nodes[i].op;
    made[i]->operands = nodes[i].operands;
    made[i]->field = (RuleField)nodes[i].field;
    made[i]->values = memory_array (owner, const char *, 4);
    memcpy (made[i]->values, nodes[i].values, sizeof nodes[i].values);
    while (made[i]->n_values < 4 && nodes[i].values[made[i]->n_values] != NULL)
      made[i]->n_values++;
    if (nodes[i].op == BETWEEN)
      made[i]->n_values = 2;
  }
  return made;
}

static const struct {
  Node nodes[5];
  size_t count;
  const char *texts[WORDS_LANGUAGES];
} rules[] = {
    {{{0}}, 0, {"", "", "", ""}},
    {{{EQUALS, 0, PROVINCE, {"Uusimaa"}}},
     1,
     {"lives in province Uusimaa", "asuu maakunnassa Uusimaa", "bor i landskapet Uusimaa",
      "woont in de provincie Uusimaa"}},
    {{{IN, 0, TOWN, {"X", "Y", "Z"}}},
     1,
     {"lives in X, Y or Z", "asuu paikkakunnalla X, Y tai Z", "bor i X, Y eller Z", "woont in X, Y of Z"}},
    {{{EQUALS, 0, COUNTRY, {"SE"}}},
     1,
     {"lives in country Sweden", "asuu maassa Ruotsi", "bor i landet Sverige", "woont in het land Zweden"}},
    {{{BETWEEN, 0, AGE, {"7", ""}}},
     1,
     {"is aged 7 or over", "ikä on vähintään 7", "är minst 7 år", "is minstens 7 jaar"}},
    {{{BETWEEN, 0, AGE, {"", "17"}}},
     1,
     {"is aged 17 or under", "ikä on enintään 17", "är högst 17 år", "is hoogstens 17 jaar"}},
    {{{BETWEEN, 0, AGE, {"7", "9"}}},
     1,
     {"is aged 7 to 9", "ikä on 7–9", "är 7 till 9 år", "is 7 tot en met 9 jaar"}},
    {{{BETWEEN, 0, CODE, {"00100", "00199"}}},
     1,
     {"has a postal code from 00100 to 00199", "postinumero on välillä 00100–00199",
      "har ett postnummer från 00100 till 00199", "heeft een postcode van 00100 tot en met 00199"}},
    {{{BETWEEN, 0, BIRTH, {"2011-01-01", ""}}},
     1,
     {"was born on 1 January 2011 or later", "on syntynyt 1. tammikuuta 2011 tai myöhemmin",
      "är född 1 januari 2011 eller senare", "is geboren op 1 januari 2011 of later"}},
    {{{ADMITTED}},
     1,
     {"is admitted to this organ", "on hyväksytty tähän elimeen", "är antagen till detta organ",
      "is toegelaten tot dit orgaan"}},
    {{{ADMITTED, 0, 0, {"1"}}},
     1,
     {"is admitted to this organ as member type 1", "on hyväksytty tähän elimeen jäsenlajina 1",
      "är antagen till detta organ som medlemskategori 1", "is toegelaten tot dit orgaan als lidsoort 1"}},
    {{{POSITION}},
     1,
     {"holds a position", "hoitaa jotakin luottamustointa", "har ett uppdrag", "heeft een functie"}},
    {{{POSITION, 0, 0, {"secretary", "chair"}}},
     1,
     {"holds the position secretary or chair", "hoitaa luottamustointa secretary tai chair",
      "har uppdraget secretary eller chair", "heeft de functie secretary of chair"}},
    {{{ALL, 2}, {SUBSCRIPTION, 0, 0, {"Member"}}, {ANY, 2}, {EQUALS, 0, TAG, {"a"}}, {EQUALS, 0, TAG, {"b"}}},
     5,
     {"has subscription Member and (has tag a or has tag b)",
      "voimassa on tilaus Member ja (tunniste on a tai tunniste on b)",
      "har prenumerationen Member och (har etiketten a eller har etiketten b)",
      "heeft abonnement Member en (heeft het label a of heeft het label b)"}},
    {{{NOT, 1}, {EQUALS, 0, MUNICIPALITY, {"Turku"}}},
     2,
     {"does not live in municipality Turku", "ei asu kunnassa Turku", "bor inte i kommunen Turku",
      "woont niet in de gemeente Turku"}},
    {{{NOT, 1}, {ANY, 2}, {EQUALS, 0, TAG, {"a"}}, {EQUALS, 0, TAG, {"b"}}},
     4,
     {"not: (has tag a or has tag b)", "ei: (tunniste on a tai tunniste on b)",
      "inte: (har etiketten a eller har etiketten b)", "niet: (heeft het label a of heeft het label b)"}},
};

static void
test_rules (void **state)
{
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    for (WordsLanguage language = 0; language < WORDS_LANGUAGES; language++)
      assert_string_equal (
          words_rule (*state, language, make (*state, rules[i].nodes, rules[i].count), rules[i].count),
          rules[i].texts[language]);
}

/* A list of a thousand towns is counted, not read out. */
static void
test_long_lists (void **state)
{
  const char *items[20];
  for (size_t i = 0; i < 20; i++)
    items[i] = memory_format (*state, "%zu", i + 1);
  assert_string_equal (words_list (*state, WORDS_EN, items, 20, PHRASE_OR),
                       "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 8 more");
  assert_string_equal (words_list (*state, WORDS_FI, items, 2, PHRASE_AND), "1 ja 2");
  assert_string_equal (words_list (*state, WORDS_FI, items, 1, PHRASE_AND), "1");
  assert_string_equal (words_list (*state, WORDS_FI, items, 0, PHRASE_AND), "");
}

static void
test_facts (void **state)
{
  Day day;
  assert_int_equal (day_parse ("2026-05-08", &day), DAY_OK);
  assert_string_equal (words_fact (*state, WORDS_EN, FACT_KIND__FACT_KIND_TOWN, "Aarla", NULL, NULL),
                       "lives in Aarla");
  assert_string_equal (
      words_fact (*state, WORDS_SV, FACT_KIND__FACT_KIND_BIRTH_DATE, "2011-05-09", NULL, &day), "är 14 år");
  assert_string_equal (
      words_fact (*state, WORDS_NL, FACT_KIND__FACT_KIND_BIRTH_DATE, "2011-05-09", NULL, NULL),
      "is geboren op 9 mei 2011");
  assert_string_equal (
      words_fact (*state, WORDS_FI, FACT_KIND__FACT_KIND_ADMISSION, "2", "Hämeen piiri", NULL),
      "on hyväksytty elimeen Hämeen piiri jäsenlajina 2");
  assert_string_equal (words_nothing (WORDS_FI, FACT_KIND__FACT_KIND_TAG), "tunnistetta ei ole kirjattu");
}

static int
set_up (void **state)
{
  *state = memory_context (NULL);
  return 0;
}

static int
tear_down (void **state)
{
  talloc_free (*state);
  return 0;
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_tables_are_whole),
      cmocka_unit_test (test_languages),
      cmocka_unit_test (test_days),
      cmocka_unit_test (test_rules),
      cmocka_unit_test (test_long_lists),
      cmocka_unit_test (test_facts),
  };
  return cmocka_run_group_tests (tests, set_up, tear_down);
}
