/* Words: what the service says in sentences, in the languages of its users: rules, explanations, days.
 *
 * A phrase is an entry of a table for each language (words_LANGUAGE.c) with places {0} to {4}. Names of
 * places and organs stand in their own form behind a word that can be inflected ("asuu paikkakunnalla
 * Hämeenlinna"), so that no table of cases is needed. Everything here is pure.
 */
#ifndef HIERARCHY_WORDS_H
#define HIERARCHY_WORDS_H

#include "core/day.h"

#include "heimo/common/v1/fact.pb-c.h"
#include "heimo/hierarchy/v1/rule.pb-c.h"

#include <stddef.h>
#include <stdint.h>

typedef enum WordsLanguage { WORDS_EN, WORDS_FI, WORDS_SV, WORDS_NL, WORDS_LANGUAGES } WordsLanguage;

/* What can be said. A condition comes in two: as it is, then (+ 1) denied. */
typedef enum Phrase {
  PHRASE_POSTAL_CODE, /* {0} one value or several */
  PHRASE_POSTAL_CODE_NOT,
  PHRASE_TOWN,
  PHRASE_TOWN_NOT,
  PHRASE_MUNICIPALITY,
  PHRASE_MUNICIPALITY_NOT,
  PHRASE_PROVINCE,
  PHRASE_PROVINCE_NOT,
  PHRASE_COUNTRY,
  PHRASE_COUNTRY_NOT,
  PHRASE_BIRTH_DATE,
  PHRASE_BIRTH_DATE_NOT,
  PHRASE_AGE,
  PHRASE_AGE_NOT,
  PHRASE_TAG,
  PHRASE_TAG_NOT,
  PHRASE_SUBSCRIPTION,
  PHRASE_SUBSCRIPTION_NOT,
  PHRASE_POSITION,
  PHRASE_POSITION_NOT,
  PHRASE_ANY_POSITION,
  PHRASE_ANY_POSITION_NOT,
  PHRASE_ADMITTED_HERE,
  PHRASE_ADMITTED_HERE_NOT,
  PHRASE_ADMITTED_HERE_AS, /* {0} member type */
  PHRASE_ADMITTED_HERE_AS_NOT,
  PHRASE_ADMITTED_TO, /* {0} organ */
  PHRASE_ADMITTED_TO_NOT,
  PHRASE_ADMITTED_TO_AS, /* {0} organ, {1} member type */
  PHRASE_ADMITTED_TO_AS_NOT,
  PHRASE_POSTAL_BETWEEN, /* {0} to {1} */
  PHRASE_POSTAL_BETWEEN_NOT,
  PHRASE_POSTAL_FROM,
  PHRASE_POSTAL_FROM_NOT,
  PHRASE_POSTAL_TO,
  PHRASE_POSTAL_TO_NOT,
  PHRASE_BIRTH_BETWEEN,
  PHRASE_BIRTH_BETWEEN_NOT,
  PHRASE_BIRTH_FROM,
  PHRASE_BIRTH_FROM_NOT,
  PHRASE_BIRTH_TO,
  PHRASE_BIRTH_TO_NOT,
  PHRASE_AGE_BETWEEN,
  PHRASE_AGE_BETWEEN_NOT,
  PHRASE_AGE_FROM,
  PHRASE_AGE_FROM_NOT,
  PHRASE_AGE_TO,
  PHRASE_AGE_TO_NOT,
  PHRASE_NONE_BIRTH_DATE, /* nothing of a kind on record; in the order of FactKind */
  PHRASE_NONE_POSTAL_CODE,
  PHRASE_NONE_TOWN,
  PHRASE_NONE_MUNICIPALITY,
  PHRASE_NONE_PROVINCE,
  PHRASE_NONE_COUNTRY,
  PHRASE_NONE_SUBSCRIPTION,
  PHRASE_NONE_ADMISSION,
  PHRASE_NONE_POSITION,
  PHRASE_NONE_TAG,
  PHRASE_AND,    /* between the last two of a list, spaces included */
  PHRASE_OR,     /* the same */
  PHRASE_MORE,   /* {0} and {1} others */
  PHRASE_NOT,    /* {0} denied as a whole */
  PHRASE_ALL_OF, /* heads of groups */
  PHRASE_ANY_OF,
  PHRASE_NOT_OF,
  PHRASE_DAY,            /* {0} day of the month, {1} month, {2} year */
  PHRASE_SINCE,          /* {0} day */
  PHRASE_SINCE_RECORDED, /* {0} day, {1} day of recording */
  PHRASE_RECORDED,       /* {0} day */
  PHRASE_BORN,           /* {0} day */
  PHRASE_MEMBER,         /* {0} organ, {1} first day, {2} last day */
  PHRASE_MEMBER_UNTIL,
  PHRASE_MEMBER_WAS,
  PHRASE_MEMBER_WILL,
  PHRASE_MEMBER_WILL_UNTIL,
  PHRASE_NOT_MEMBER,             /* {0} organ, {1} day */
  PHRASE_INHERITED,              /* {0} organ, {1} conditions */
  PHRASE_THROUGH,                /* {0} organ below */
  PHRASE_EXCEPTION,              /* {0} reason, {1} day of recording, {2} who */
  PHRASE_RULE_OF,                /* {0} condition, {1} organ */
  PHRASE_RULE_OF_TYPE,           /* {0} condition, {1} type */
  PHRASE_BUT,                    /* {0} condition denied, {1} what is */
  PHRASE_NO_TYPE_RULE,           /* {0} type */
  PHRASE_NO_OWN_RULE,            /* {0} organ */
  PHRASE_BEGINS,                 /* {0} organ, {1} first day */
  PHRASE_ENDED,                  /* {0} organ, {1} last day */
  PHRASE_CLOSED,                 /* {0} organ, {1} day of reopening */
  PHRASE_NOT_ON_RECORD,          /* {0} organ */
  PHRASE_NO_PLACE,               /* {0} organ */
  PHRASE_AS_KNOWN,               /* {0} day, {1} sentence */
  PHRASE_CHANGE_CREATE,          /* {0} organ, {1} organ above, {2} day */
  PHRASE_CHANGE_MOVE,            /* the same */
  PHRASE_CHANGE_MERGE,           /* {0} organ, {1} organ that takes over, {2} day */
  PHRASE_CHANGE_SPLIT,           /* {0} organ, {1} parts, {2} day */
  PHRASE_CHANGE_END,             /* {0} organ, {1} day */
  PHRASE_CHANGE_REOPEN,          /* the same */
  PHRASE_CHANGE_RULE,            /* {0} whose, {1} day, {2} rule */
  PHRASE_CHANGE_NO_RULE,         /* {0} whose, {1} day */
  PHRASE_CHANGE_OF_TYPE,         /* {0} type */
  PHRASE_CHANGE_FOR_TYPE,        /* {0} organ, {1} type */
  PHRASE_CHANGE_EXCEPTION,       /* {0} person, {1} organ, {2} type, {3} day */
  PHRASE_CHANGE_EXCEPTION_UNTIL, /* the same, {4} first day without */
  PHRASE_CHANGE_EXCEPTION_END,   /* {0} day */
  PHRASE_COUNT
} Phrase;

/* Whether a condition is said as it is or denied. */
typedef enum WordsSense { WORDS_SAID, WORDS_DENIED } WordsSense;

/* The language of a locale, "fi" or "fi-FI"; English for what is none of ours. */
WordsLanguage words_language (const char *locale);

/* The phrase as it stands in the table. */
const char *words_plain (WordsLanguage language, Phrase phrase);

/* A phrase with its places filled; `values` ends with NULL. On `owner`. */
char *words_fill (void *owner, WordsLanguage language, Phrase phrase, const char *const *values);

/* The same: WORDS (owner, language, PHRASE_TOWN, "Aarla"). */
#define WORDS(owner, language, phrase, ...)                                                                  \
  words_fill ((owner), (language), (phrase), (const char *const[]){__VA_ARGS__, NULL})

/* "3 March 2026"; "" for the open ends. On `owner`. */
char *words_day (void *owner, WordsLanguage language, Day day);

/* "A, B and C"; `last` is PHRASE_AND or PHRASE_OR. On `owner`. */
char *words_list (void *owner, WordsLanguage language, const char *const *items, size_t count, Phrase last);

/* A rule that has passed rule_check: "lives in province Uusimaa and is aged 7 or over"; "" for an empty one.
 * Groups inside groups stand in brackets. On `owner`. */
char *words_rule (void *owner, WordsLanguage language, RuleNode *const *nodes, size_t count);

/* One node without its operands; for a group its head. `organ` names the organ that carries the rule, NULL:
 * "this organ". On `owner`. */
char *words_node (void *owner, WordsLanguage language, const RuleNode *node, const char *organ,
                  WordsSense sense);

/* A fact as the condition that it alone satisfies: "lives in Aarla"; `organ` is the name of the fact's. `day`
 * is the day on which an age is told; NULL: the birth date itself. On `owner`. */
char *words_fact (void *owner, WordsLanguage language, FactKind kind, const char *value, const char *organ,
                  const Day *day);

/* That nothing of a kind is on record. */
const char *words_nothing (WordsLanguage language, FactKind kind);

/* The table of one language; for words.c and the tests. */
typedef struct WordsTable {
  const char *locale;
  const char *months[12];
  const char *phrases[PHRASE_COUNT];
} WordsTable;

extern const WordsTable words_en, words_fi, words_sv, words_nl;

#endif
