/* Compiling rules and asking them. */
#include "rule.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

static const FactKind field_kinds[] = {
    [RULE_FIELD__RULE_FIELD_POSTAL_CODE] = FACT_KIND__FACT_KIND_POSTAL_CODE,
    [RULE_FIELD__RULE_FIELD_TOWN] = FACT_KIND__FACT_KIND_TOWN,
    [RULE_FIELD__RULE_FIELD_MUNICIPALITY] = FACT_KIND__FACT_KIND_MUNICIPALITY,
    [RULE_FIELD__RULE_FIELD_PROVINCE] = FACT_KIND__FACT_KIND_PROVINCE,
    [RULE_FIELD__RULE_FIELD_COUNTRY] = FACT_KIND__FACT_KIND_COUNTRY,
    [RULE_FIELD__RULE_FIELD_BIRTH_DATE] = FACT_KIND__FACT_KIND_BIRTH_DATE,
    [RULE_FIELD__RULE_FIELD_AGE] = FACT_KIND__FACT_KIND_BIRTH_DATE,
    [RULE_FIELD__RULE_FIELD_TAG] = FACT_KIND__FACT_KIND_TAG,
};

FactKind
rule_field_kind (RuleField field)
{
  size_t index = (size_t)field;
  return index < sizeof field_kinds / sizeof *field_kinds ? field_kinds[index] : 0;
}

static FactKind
condition_kind (const RuleNode *node)
{
  switch (node->op) {
  case RULE_OP__RULE_OP_SUBSCRIPTION: return FACT_KIND__FACT_KIND_SUBSCRIPTION;
  case RULE_OP__RULE_OP_ADMITTED: return FACT_KIND__FACT_KIND_ADMISSION;
  case RULE_OP__RULE_OP_POSITION: return FACT_KIND__FACT_KIND_POSITION;
  default: return rule_field_kind (node->field);
  }
}

Rulebook *
rulebook_new (void *owner, Symbols *symbols)
{
  Rulebook *book = memory_new (owner, Rulebook);
  book->symbols = symbols;
  book->conditions = memory_array (book, Condition, 16);
  book->values = memory_array (book, uint32_t, 16);
  return book;
}

static Condition *
append_condition (Rulebook *book)
{
  if (book->condition_count == talloc_array_length (book->conditions))
    book->conditions = memory_must (
        talloc_realloc (book, book->conditions, Condition, (unsigned)(2 * book->condition_count)));
  return &book->conditions[book->condition_count++];
}

static void
append_value (Rulebook *book, uint32_t value)
{
  if (book->value_count == talloc_array_length (book->values))
    book->values =
        memory_must (talloc_realloc (book, book->values, uint32_t, (unsigned)(2 * book->value_count)));
  book->values[book->value_count++] = value;
}

/* A value as a number. An open end of BETWEEN is the least or the greatest number. */
static uint32_t
value_number (Rulebook *book, const RuleNode *node, const char *text, bool is_high)
{
  bool is_date = node->field == RULE_FIELD__RULE_FIELD_BIRTH_DATE;
  if (!is_date && node->field != RULE_FIELD__RULE_FIELD_AGE)
    return symbols_intern (book->symbols, text);
  if (*text == '\0')
    return (uint32_t)(is_high ? DAY_MAX : DAY_MIN);
  if (!is_date)
    return (uint32_t)strtol (text, NULL, 10);
  Day day = 0;
  return day_parse (text, &day) == DAY_OK ? (uint32_t)day : 0;
}

static int
compare_values (const void *left, const void *right)
{
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return (a > b) - (a < b);
}

/* Compiles the subtree at nodes[*at] and moves *at behind it. */
static void
compile (Rulebook *book, RuleNode *const *nodes, size_t count, size_t *at, Symbol organ)
{
  const RuleNode *node = nodes[(*at)++];
  uint32_t index = book->condition_count;
  *append_condition (book) = (Condition){
      .op = (uint8_t)node->op,
      .field = (uint8_t)node->field,
      .kind = (uint8_t)condition_kind (node),
      .operands = (uint16_t)node->operands,
      .first = book->value_count,
  };
  if (node->op == RULE_OP__RULE_OP_ADMITTED)
    append_value (book, organ);
  for (size_t i = 0; i < node->n_values; i++)
    append_value (book, value_number (book, node, node->values[i], i == 1));
  uint32_t first = book->conditions[index].first;
  book->conditions[index].count = book->value_count - first;
  if (node->op != RULE_OP__RULE_OP_BETWEEN && node->op != RULE_OP__RULE_OP_ADMITTED)
    qsort (book->values + first, book->value_count - first, sizeof *book->values, compare_values);
  for (uint32_t i = 0; i < node->operands && *at < count; i++)
    compile (book, nodes, count, at, organ);
  book->conditions[index].end = book->condition_count;
}

uint32_t
rulebook_add (Rulebook *book, RuleNode *const *nodes, size_t count, Symbol organ)
{
  uint32_t first = book->condition_count;
  size_t at = 0;
  compile (book, nodes, count, &at, organ);
  return first;
}

static bool
has_value (const uint32_t *values, uint32_t count, uint32_t value)
{
  while (count > 0) {
    uint32_t half = count / 2;
    if (values[half] == value)
      return true;
    if (values[half] < value) {
      values += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return false;
}

static void
lower (Day *until, Day day, Day candidate)
{
  if (candidate > day && candidate < *until)
    *until = candidate;
}

/* Whether the age lies in [low, high] years; before birth there is no age. */
static bool
age_holds (Day birth, int low, int high, Day day, Day *until)
{
  Day from = low <= 0 ? birth : day_of_age (birth, low);
  Day to = high > RULE_AGE_MAX ? DAY_MAX : day_of_age (birth, high + 1);
  lower (until, day, from);
  lower (until, day, to);
  return from <= day && day < to;
}

static bool
between_holds (const Rulebook *book, const Condition *condition, uint32_t value, Day day, Day *until)
{
  const uint32_t *ends = book->values + condition->first;
  switch (condition->field) {
  case RULE_FIELD__RULE_FIELD_AGE: return age_holds ((Day)value, (int)ends[0], (int)ends[1], day, until);
  case RULE_FIELD__RULE_FIELD_BIRTH_DATE: return (Day)ends[0] <= (Day)value && (Day)value <= (Day)ends[1];
  default: {
    const char *text = symbols_text (book->symbols, value);
    return value != SYMBOL_NONE &&
           (ends[0] == SYMBOL_NONE || strcmp (symbols_text (book->symbols, ends[0]), text) <= 0) &&
           (ends[1] == SYMBOL_NONE || strcmp (text, symbols_text (book->symbols, ends[1])) <= 0);
  }
  }
}

static bool
fact_satisfies (const Rulebook *book, const Condition *condition, const PersonFact *fact, Day day, Day *until)
{
  const uint32_t *values = book->values + condition->first;
  switch (condition->op) {
  case RULE_OP__RULE_OP_BETWEEN: return between_holds (book, condition, fact->value, day, until);
  case RULE_OP__RULE_OP_ADMITTED:
    return fact->organ == values[0] && (condition->count == 1 || fact->value == values[1]);
  case RULE_OP__RULE_OP_POSITION:
    return condition->count == 0 || has_value (values, condition->count, fact->value);
  default: break;
  }
  if (condition->field != RULE_FIELD__RULE_FIELD_AGE)
    return has_value (values, condition->count, fact->value);
  bool holds = false;
  for (uint32_t i = 0; i < condition->count; i++)
    holds |= age_holds ((Day)fact->value, (int)values[i], (int)values[i], day, until);
  return holds;
}

bool
rule_fact_satisfies (const Rulebook *book, const Condition *condition, const PersonFact *fact, Day day)
{
  Day until = DAY_MAX;
  return fact_satisfies (book, condition, fact, day, &until);
}

bool
rule_holds (const Rulebook *book, uint32_t first, const DayFacts *facts, Day *until)
{
  const Condition *condition = &book->conditions[first];
  switch (condition->op) {
  case RULE_OP__RULE_OP_ALL:
    for (uint32_t at = first + 1; at < condition->end; at = book->conditions[at].end)
      if (!rule_holds (book, at, facts, until))
        return false;
    return true;
  case RULE_OP__RULE_OP_ANY:
    for (uint32_t at = first + 1; at < condition->end; at = book->conditions[at].end)
      if (rule_holds (book, at, facts, until))
        return true;
    return false;
  case RULE_OP__RULE_OP_NOT: return !rule_holds (book, first + 1, facts, until);
  default:
    for (uint32_t i = 0; i < facts->count[condition->kind]; i++)
      if (fact_satisfies (book, condition, &facts->facts[condition->kind][i], facts->day, until))
        return true;
    return false;
  }
}
