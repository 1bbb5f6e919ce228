/* Filling phrases, and putting rules and facts into words. */
#include "words/words.h"

#include "core/memory.h"
#include "core/text.h"

#include <string.h>
#include <strings.h>

enum { LIST_MAX = 12 }; /* of a long list; the rest is counted */

static const WordsTable *const tables[WORDS_LANGUAGES] = {
    [WORDS_EN] = &words_en, [WORDS_FI] = &words_fi, [WORDS_SV] = &words_sv, [WORDS_NL] = &words_nl};

WordsLanguage
words_language (const char *locale)
{
  size_t length = locale == NULL ? 0 : strcspn (locale, "-_");
  for (WordsLanguage language = 0; language < WORDS_LANGUAGES && length > 0; language++)
    if (strlen (tables[language]->locale) == length &&
        strncasecmp (tables[language]->locale, locale, length) == 0)
      return language;
  return WORDS_EN;
}

const char *
words_plain (WordsLanguage language, Phrase phrase)
{
  return tables[language]->phrases[phrase];
}

static void
add (char **text, const char *more)
{
  *text = memory_must (talloc_strdup_append_buffer (*text, more));
}

char *
words_fill (void *owner, WordsLanguage language, Phrase phrase, const char *const *values)
{
  char *text = memory_string (owner, "");
  size_t count = 0;
  while (values[count] != NULL)
    count++;
  for (const char *at = words_plain (language, phrase); *at != '\0';) {
    size_t plain = strcspn (at, "{");
    text = memory_must (talloc_strndup_append_buffer (text, at, plain));
    at += plain;
    if (*at == '\0')
      break;
    size_t place = (size_t)(at[1] - '0');
    add (&text, place < count ? values[place] : "");
    at += 3;
  }
  return text;
}

char *
words_day (void *owner, WordsLanguage language, Day day)
{
  int year, month, day_of_month;
  if (day == DAY_MIN || day == DAY_MAX)
    return memory_string (owner, "");
  day_to_civil (day, &year, &month, &day_of_month);
  return WORDS (owner, language, PHRASE_DAY, memory_format (owner, "%d", day_of_month),
                tables[language]->months[month - 1], memory_format (owner, "%d", year));
}

char *
words_list (void *owner, WordsLanguage language, const char *const *items, size_t count, Phrase last)
{
  size_t shown = count > LIST_MAX ? LIST_MAX : count;
  char *text = memory_string (owner, "");
  for (size_t i = 0; i < shown; i++) {
    if (i > 0)
      add (&text, i + 1 == count ? words_plain (language, last) : ", ");
    add (&text, items[i]);
  }
  if (shown == count)
    return text;
  return WORDS (owner, language, PHRASE_MORE, text, memory_format (owner, "%zu", count - shown));
}

/* ---- conditions ---- */

/* What a field is said with. BETWEEN: from, to and both; PHRASE_COUNT for fields that have none. */
typedef struct FieldPhrases {
  Phrase is;
  Phrase between, from, to;
} FieldPhrases;

static const FieldPhrases field_phrases[] = {
    [RULE_FIELD__RULE_FIELD_POSTAL_CODE] = {PHRASE_POSTAL_CODE, PHRASE_POSTAL_BETWEEN, PHRASE_POSTAL_FROM,
                                            PHRASE_POSTAL_TO},
    [RULE_FIELD__RULE_FIELD_TOWN] = {PHRASE_TOWN, PHRASE_COUNT, PHRASE_COUNT, PHRASE_COUNT},
    [RULE_FIELD__RULE_FIELD_MUNICIPALITY] = {PHRASE_MUNICIPALITY, PHRASE_COUNT, PHRASE_COUNT, PHRASE_COUNT},
    [RULE_FIELD__RULE_FIELD_PROVINCE] = {PHRASE_PROVINCE, PHRASE_COUNT, PHRASE_COUNT, PHRASE_COUNT},
    [RULE_FIELD__RULE_FIELD_COUNTRY] = {PHRASE_COUNTRY, PHRASE_COUNT, PHRASE_COUNT, PHRASE_COUNT},
    [RULE_FIELD__RULE_FIELD_BIRTH_DATE] = {PHRASE_BIRTH_DATE, PHRASE_BIRTH_BETWEEN, PHRASE_BIRTH_FROM,
                                           PHRASE_BIRTH_TO},
    [RULE_FIELD__RULE_FIELD_AGE] = {PHRASE_AGE, PHRASE_AGE_BETWEEN, PHRASE_AGE_FROM, PHRASE_AGE_TO},
    [RULE_FIELD__RULE_FIELD_TAG] = {PHRASE_TAG, PHRASE_COUNT, PHRASE_COUNT, PHRASE_COUNT},
};

/* A value as it is said: a country by its name, a day in the manner of the language. */
static const char *
say_value (void *owner, WordsLanguage language, RuleField field, const char *value)
{
  Day day;
  if (field == RULE_FIELD__RULE_FIELD_COUNTRY)
    return text_country (owner, value, tables[language]->locale);
  if (field == RULE_FIELD__RULE_FIELD_BIRTH_DATE && day_parse (value, &day) == DAY_OK)
    return words_day (owner, language, day);
  return value;
}

static char *
say_values (void *owner, WordsLanguage language, const RuleNode *node, Phrase phrase)
{
  const char **values = memory_array (owner, const char *, node->n_values + 1);
  for (size_t i = 0; i < node->n_values; i++)
    values[i] = say_value (owner, language, node->field, node->values[i]);
  return WORDS (owner, language, phrase, words_list (owner, language, values, node->n_values, PHRASE_OR));
}

static char *
say_between (void *owner, WordsLanguage language, const RuleNode *node, unsigned denied)
{
  const FieldPhrases *phrases = &field_phrases[node->field];
  const char *low = say_value (owner, language, node->field, node->values[0]);
  const char *high = say_value (owner, language, node->field, node->values[1]);
  if (*high == '\0')
    return WORDS (owner, language, phrases->from + denied, low);
  if (*low == '\0')
    return WORDS (owner, language, phrases->to + denied, high);
  return WORDS (owner, language, phrases->between + denied, low, high);
}

static char *
say_admitted (void *owner, WordsLanguage language, const char *organ, const char *type, unsigned denied)
{
  bool typed = type != NULL && *type != '\0';
  if (organ == NULL)
    return WORDS (owner, language, (typed ? PHRASE_ADMITTED_HERE_AS : PHRASE_ADMITTED_HERE) + denied,
                  typed ? type : "");
  return WORDS (owner, language, (typed ? PHRASE_ADMITTED_TO_AS : PHRASE_ADMITTED_TO) + denied, organ,
                typed ? type : "");
}

char *
words_node (void *owner, WordsLanguage language, const RuleNode *node, const char *organ, WordsSense sense)
{
  unsigned denied = sense == WORDS_DENIED;
  switch (node->op) {
  case RULE_OP__RULE_OP_ALL: return memory_string (owner, words_plain (language, PHRASE_ALL_OF));
  case RULE_OP__RULE_OP_ANY: return memory_string (owner, words_plain (language, PHRASE_ANY_OF));
  case RULE_OP__RULE_OP_NOT: return memory_string (owner, words_plain (language, PHRASE_NOT_OF));
  case RULE_OP__RULE_OP_BETWEEN: return say_between (owner, language, node, denied);
  case RULE_OP__RULE_OP_ADMITTED:
    return say_admitted (owner, language, organ, node->n_values == 0 ? NULL : node->values[0], denied);
  case RULE_OP__RULE_OP_POSITION:
    if (node->n_values == 0)
      return memory_string (owner, words_plain (language, PHRASE_ANY_POSITION + denied));
    return say_values (owner, language, node, PHRASE_POSITION + denied);
  case RULE_OP__RULE_OP_SUBSCRIPTION: return say_values (owner, language, node, PHRASE_SUBSCRIPTION + denied);
  default: return say_values (owner, language, node, field_phrases[node->field].is + denied);
  }
}

/* The subtree at nodes[*at]; a group inside a group stands in brackets. */
static char *
say_tree (void *owner, WordsLanguage language, RuleNode *const *nodes, size_t *at, bool inside)
{
  const RuleNode *node = nodes[(*at)++];
  if (node->operands == 0)
    return words_node (owner, language, node, NULL, WORDS_SAID);
  if (node->op == RULE_OP__RULE_OP_NOT) {
    const RuleNode *denied = nodes[*at];
    if (denied->operands == 0) {
      (*at)++;
      return words_node (owner, language, denied, NULL, WORDS_DENIED);
    }
    return WORDS (owner, language, PHRASE_NOT, say_tree (owner, language, nodes, at, true));
  }
  const char *separator = words_plain (language, node->op == RULE_OP__RULE_OP_ALL ? PHRASE_AND : PHRASE_OR);
  bool several = node->operands > 1;
  char *text = memory_string (owner, several && inside ? "(" : "");
  for (uint32_t i = 0; i < node->operands; i++) {
    add (&text, i > 0 ? separator : "");
    add (&text, say_tree (owner, language, nodes, at, several || inside));
  }
  add (&text, several && inside ? ")" : "");
  return text;
}

char *
words_rule (void *owner, WordsLanguage language, RuleNode *const *nodes, size_t count)
{
  size_t at = 0;
  if (count == 0)
    return memory_string (owner, "");
  void *scratch = memory_context (owner);
  char *text = memory_string (owner, say_tree (scratch, language, nodes, &at, false));
  talloc_free (scratch);
  return text;
}

/* ---- facts ---- */

static const struct {
  RuleField field; /* UNSPECIFIED: by the phrase */
  Phrase phrase;
  Phrase none;
} kind_phrases[] = {
    [FACT_KIND__FACT_KIND_BIRTH_DATE] = {RULE_FIELD__RULE_FIELD_BIRTH_DATE, PHRASE_BIRTH_DATE,
                                         PHRASE_NONE_BIRTH_DATE},
    [FACT_KIND__FACT_KIND_POSTAL_CODE] = {RULE_FIELD__RULE_FIELD_POSTAL_CODE, PHRASE_POSTAL_CODE,
                                          PHRASE_NONE_POSTAL_CODE},
    [FACT_KIND__FACT_KIND_TOWN] = {RULE_FIELD__RULE_FIELD_TOWN, PHRASE_TOWN, PHRASE_NONE_TOWN},
    [FACT_KIND__FACT_KIND_MUNICIPALITY] = {RULE_FIELD__RULE_FIELD_MUNICIPALITY, PHRASE_MUNICIPALITY,
                                           PHRASE_NONE_MUNICIPALITY},
    [FACT_KIND__FACT_KIND_PROVINCE] = {RULE_FIELD__RULE_FIELD_PROVINCE, PHRASE_PROVINCE,
                                       PHRASE_NONE_PROVINCE},
    [FACT_KIND__FACT_KIND_COUNTRY] = {RULE_FIELD__RULE_FIELD_COUNTRY, PHRASE_COUNTRY, PHRASE_NONE_COUNTRY},
    [FACT_KIND__FACT_KIND_SUBSCRIPTION] = {0, PHRASE_SUBSCRIPTION, PHRASE_NONE_SUBSCRIPTION},
    [FACT_KIND__FACT_KIND_ADMISSION] = {0, PHRASE_ADMITTED_TO, PHRASE_NONE_ADMISSION},
    [FACT_KIND__FACT_KIND_POSITION] = {0, PHRASE_POSITION, PHRASE_NONE_POSITION},
    [FACT_KIND__FACT_KIND_TAG] = {RULE_FIELD__RULE_FIELD_TAG, PHRASE_TAG, PHRASE_NONE_TAG},
};

char *
words_fact (void *owner, WordsLanguage language, FactKind kind, const char *value, const char *organ,
            const Day *day)
{
  Day birth;
  if (kind == FACT_KIND__FACT_KIND_ADMISSION)
    return say_admitted (owner, language, organ, value, 0);
  if (kind == FACT_KIND__FACT_KIND_BIRTH_DATE && day != NULL && day_parse (value, &birth) == DAY_OK)
    return WORDS (owner, language, PHRASE_AGE, memory_format (owner, "%d", day_age (birth, *day)));
  return WORDS (owner, language, kind_phrases[kind].phrase,
                say_value (owner, language, kind_phrases[kind].field, value));
}

const char *
words_nothing (WordsLanguage language, FactKind kind)
{
  return words_plain (language, kind_phrases[kind].none);
}
