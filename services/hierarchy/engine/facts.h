/* Facts of one person, as the engine reads them: flat, one small struct a fact. */
#ifndef HIERARCHY_ENGINE_FACTS_H
#define HIERARCHY_ENGINE_FACTS_H

#include "core/day.h"
#include "symbols.h"

#include "heimo/common/v1/fact.pb-c.h"

#include <stddef.h>

/* The kinds of fact are those of common.v1.FactKind, 1 to 10. */
enum { FACT_KINDS = FACT_KIND__FACT_KIND_TAG + 1 };

/* A half-open period; DAY_MIN and DAY_MAX are the open ends. */
typedef struct Period {
  Day from;
  Day to;
} Period;

/* Something true of a person in a period. */
typedef struct PersonFact {
  FactKind kind;
  uint32_t value; /* a Symbol; for the birth date the Day, as uint32_t */
  Symbol organ;   /* of an admission or a position, else SYMBOL_NONE */
  Period valid;
} PersonFact;

/* A membership by exception: the rules are not asked. */
typedef struct PersonException {
  Symbol organ;
  Symbol type;
  Period valid;
} PersonException;

/* One person: what is on record at the knowledge time asked about. Which rows those are is the caller's
 * choice; the engine knows valid time only. */
typedef struct PersonRecord {
  const PersonFact *facts;
  size_t fact_count;
  const PersonException *exceptions;
  size_t exception_count;
} PersonRecord;

/* True when a period holds a day. */
static inline bool
period_holds (Period period, Day day)
{
  return period.from <= day && day < period.to;
}

/* The first day after `day` on which period_holds may answer otherwise. */
static inline Day
period_next (Period period, Day day)
{
  return day < period.from ? period.from : day < period.to ? period.to : DAY_MAX;
}

#endif
