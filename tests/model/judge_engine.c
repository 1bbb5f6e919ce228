/* Judges the engine by the slow model: reads the lines of `generate.py --rows` on stdin, gives the rows of
 * each expectation to the engine and compares its memberships with the expected ones, day by day.
 *
 * A day of an EVALUATION_DATED organisation has the rows known then: the engine is asked window by window,
 * as the service asks it. Prints the differences and, last, "N worlds, M memberships, D differences". */
#include "lines.h"
#include "services/hierarchy/engine/evaluate.h"

#include "core/memory.h"

/* One expectation being judged. */
typedef struct Judge {
  void *owner;
  Symbols *symbols;
  const json_t *windows;
  Stays *found;
} Judge;

static const char *
table_of (const json_t *row)
{
  return lines_item (row, 0);
}

/* Columns that are times are the last two. */
static Period
period_of (const json_t *row)
{
  size_t size = json_array_size (row);
  return (Period){lines_day (json_array_get (row, size - 2), DAY_MIN),
                  lines_day (json_array_get (row, size - 1), DAY_MAX)};
}

static Symbol
symbol_of (Judge *judge, const json_t *row, size_t column)
{
  return symbols_intern (judge->symbols, lines_item (row, column));
}

static void
must (bool added)
{
  if (!added)
    lines_fail ("the model refuses a row");
}

/* An organ is there when a row names it: one whose creation was undone may have rules, without any life. */
static void
add_organ (Judge *judge, Model *model, const json_t *row, size_t column, Symbol organisation)
{
  Symbol organ = symbol_of (judge, row, column);
  if (organ != SYMBOL_NONE && organ != organisation && model_organ (model, organ) == ORGAN_NONE)
    must (model_add_organ (model, organ, organisation));
}

/* Organs and types, which the rest names. */
static void
add_names (Judge *judge, Model *model, const json_t *rows, Symbol organisation)
{
  for (size_t i = 0; i < json_array_size (rows); i++) {
    const json_t *row = json_array_get (rows, i);
    bool rule = strcmp (table_of (row), "rule") == 0, edge = strcmp (table_of (row), "edge") == 0;
    if (rule || edge || strcmp (table_of (row), "life") == 0)
      add_organ (judge, model, row, 1, organisation);
    if (edge)
      add_organ (judge, model, row, 2, organisation);
    bool typed = rule && *lines_item (row, 2) != '\0';
    Symbol type = symbol_of (judge, row, strcmp (table_of (row), "exception") == 0 ? 2 : typed ? 2 : 1);
    if ((typed || strcmp (table_of (row), "exception") == 0) && model_type (model, type) == ORGAN_NONE)
      must (model_add_type (model, type, organisation));
  }
}

static void
add_row (Judge *judge, Model *model, const json_t *row, size_t number)
{
  const char *table = table_of (row);
  if (strcmp (table, "life") == 0)
    must (model_add_life (model, symbol_of (judge, row, 1), period_of (row)));
  else if (strcmp (table, "edge") == 0)
    must (model_add_edge (model, symbol_of (judge, row, 1), symbol_of (judge, row, 2), period_of (row)));
  else if (strcmp (table, "rule") == 0) {
    size_t count;
    RuleNode **nodes = lines_rule (judge->owner, json_array_get (row, 3), &count);
    Symbol id = symbols_intern (judge->symbols, memory_format (judge->owner, "version %zu", number));
    must (model_add_version (model, id, symbol_of (judge, row, 1), symbol_of (judge, row, 2), period_of (row),
                             nodes, count));
  }
}

static Model *
compile (Judge *judge, const json_t *window)
{
  const json_t *rows = json_object_get (window, "rows");
  Symbol organisation = symbols_intern (judge->symbols, lines_text (window, "organisation"));
  Model *model = model_new (judge->owner, judge->symbols);
  must (model_add_organisation (model, organisation));
  add_names (judge, model, rows, organisation);
  for (size_t i = 0; i < json_array_size (rows); i++)
    add_row (judge, model, json_array_get (rows, i), i);
  model_compile (model);
  return model;
}

static PersonFact
fact_of (Judge *judge, const json_t *row)
{
  FactKind kind = lines_kind (lines_item (row, 2));
  const json_t *value = json_array_get (row, 3);
  PersonFact fact = {.kind = kind, .valid = period_of (row)};
  if (kind == FACT_KIND__FACT_KIND_BIRTH_DATE)
    fact.value = (uint32_t)lines_day (value, DAY_MIN);
  else if (json_is_array (value)) {
    bool admission = kind == FACT_KIND__FACT_KIND_ADMISSION;
    fact.organ = symbol_of (judge, value, admission ? 0 : 1);
    fact.value = symbol_of (judge, value, admission ? 1 : 0);
  } else
    fact.value = symbols_intern (judge->symbols, json_string_value (value));
  return fact;
}

static PersonRecord
person_of (Judge *judge, const json_t *rows, const char *person)
{
  PersonFact *facts = memory_array (judge->owner, PersonFact, json_array_size (rows) + 1);
  PersonException *exceptions = memory_array (judge->owner, PersonException, json_array_size (rows) + 1);
  PersonRecord record = {.facts = facts, .exceptions = exceptions};
  for (size_t i = 0; i < json_array_size (rows); i++) {
    const json_t *row = json_array_get (rows, i);
    if (strcmp (lines_item (row, 1), person) != 0)
      continue;
    if (strcmp (table_of (row), "fact") == 0)
      facts[record.fact_count++] = fact_of (judge, row);
    else if (strcmp (table_of (row), "exception") == 0 && period_of (row).from < period_of (row).to)
      exceptions[record.exception_count++] =
          (PersonException){symbol_of (judge, row, 3), symbol_of (judge, row, 2), period_of (row)};
  }
  return record;
}

/* What the engine says of a person in one organisation, over its windows. */
static void
evaluate_person (Judge *judge, Evaluator *const *evaluators, const char *organisation, const char *person)
{
  Periods *periods = periods_new (judge->owner);
  for (size_t i = 0; i < json_array_size (judge->windows); i++) {
    const json_t *window = json_array_get (judge->windows, i);
    if (strcmp (lines_text (window, "organisation"), organisation) != 0)
      continue;
    PersonRecord record = person_of (judge, json_object_get (window, "rows"), person);
    Period days = {lines_day (json_object_get (window, "from"), DAY_MIN),
                   lines_day (json_object_get (window, "to"), DAY_MAX)};
    evaluate_in (evaluators[i], 0, &record, days, periods);
  }
  for (uint32_t i = 0; i < periods->count; i++) {
    const MembershipPeriod *row = &periods->rows[i];
    for (uint32_t at = row->first_stretch; at != STRETCH_LAST; at = periods->stretches[at].next)
      stays_add (judge->found, (Stay){person, symbols_text (judge->symbols, row->organ),
                                      symbols_text (judge->symbols, row->type), periods->stretches[at].valid,
                                      periods->stretches[at].origin == ORIGIN_EXCEPTION});
  }
}

static bool
judge_expectation (const json_t *line, const json_t *persons, const json_t *organisations, const char *what)
{
  void *owner = memory_context (NULL);
  Judge judge = {owner, symbols_new (owner), json_object_get (line, "judged"), stays_new (owner)};
  if (judge.windows == NULL)
    lines_fail ("the lines have no rows: generate.py --rows");
  size_t count = json_array_size (judge.windows);
  Evaluator **evaluators = memory_array (owner, Evaluator *, count + 1);
  for (size_t i = 0; i < count; i++)
    evaluators[i] = evaluator_new (owner, compile (&judge, json_array_get (judge.windows, i)));
  for (size_t i = 0; i < json_array_size (organisations); i++)
    for (size_t j = 0; j < json_array_size (persons); j++)
      evaluate_person (&judge, evaluators, lines_item (organisations, i), lines_item (persons, j));
  bool same =
      stays_same (lines_stays (owner, json_object_get (line, "memberships")), judge.found, true, what);
  talloc_free (owner);
  return same;
}

/* Remembers a name of the world being read. */
static void
remember (json_t *list, const json_t *line, const char *key)
{
  json_array_append_new (list, json_string (lines_text (line, key)));
}

/* Nobody is asked about a person who is erased: who is on record is not the engine's affair. */
static void
forget (json_t *list, const json_t *line, const char *key)
{
  for (size_t i = json_array_size (list); i-- > 0;)
    if (strcmp (lines_item (list, i), lines_text (line, key)) == 0)
      json_array_remove (list, i);
}

int
main (void)
{
  unsigned long worlds = 0, memberships = 0, differences = 0;
  json_t *persons = json_array (), *organisations = json_array ();
  json_int_t seed = 0;
  void *owner = memory_context (NULL);
  for (json_t *line; (line = lines_next (owner, stdin)) != NULL;) {
    const char *op = lines_text (line, "op");
    if (strcmp (op, "world") == 0) {
      json_array_clear (persons);
      json_array_clear (organisations);
      seed = json_integer_value (json_object_get (line, "seed"));
    } else if (strcmp (op, "person") == 0)
      remember (persons, line, "person");
    else if (strcmp (op, "erase") == 0)
      forget (persons, line, "person");
    else if (strcmp (op, "organisation") == 0)
      remember (organisations, line, "organisation");
    else if (strcmp (op, "expect") == 0) {
      const char *known = lines_text_or_empty (line, "as_known_on");
      const char *what = memory_format (owner, "seed %" JSON_INTEGER_FORMAT ", at %s, as known on %s", seed,
                                        lines_text (line, "at"), *known == '\0' ? "now" : known);
      differences += !judge_expectation (line, persons, organisations, what);
      memberships += json_array_size (json_object_get (line, "memberships"));
    } else if (strcmp (op, "done") == 0) {
      worlds++;
      talloc_free_children (owner);
    }
  }
  talloc_free (owner);
  json_decref (persons);
  json_decref (organisations);
  printf ("%lu worlds, %lu memberships, %lu differences\n", worlds, memberships, differences);
  return differences == 0 && worlds > 0 && memberships > 0 ? 0 : 1;
}
