/* Periods of days, half-open [from, to). Pure. */
#ifndef HEIMO_MEMBERSHIP_PERIOD_H
#define HEIMO_MEMBERSHIP_PERIOD_H

#include "core/day.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

/* from < to; DAY_MIN and DAY_MAX are open ends. */
typedef struct Period {
  Day from;
  Day to;
} Period;

/* The two texts of a period, "" for an open end. */
typedef struct PeriodText {
  char from[DAY_TEXT_SIZE];
  char to[DAY_TEXT_SIZE];
} PeriodText;

/* True when some day is in both. */
bool period_overlaps (Period a, Period b);

/* True when `day` is in it. */
bool period_contains (Period period, Day day);

/* What is left of `old` when the days of `cut` are taken away: 0, 1 or 2 periods, in order. */
size_t period_cut (Period old, Period cut, Period rest[2]);

/* The texts. */
PeriodText period_text (Period period);

/* Reads a period from a request: an empty `from` is `default_from`, an empty `to` is open. Violations of
 * "PREFIXvalidFrom" or "PREFIXvalidTo" with INVALID_DATE, or of the latter with PERIOD_EMPTY when it does not
 * end after it begins. */
Status period_read (void *owner, const char *prefix, const char *from, const char *to, Day default_from,
                    Period *period) MUST_CHECK;

/* Reads one day of a request; an empty text is `default_day`. */
Status period_read_day (void *owner, const char *field, const char *text, Day default_day,
                        Day *day) MUST_CHECK;

#endif
