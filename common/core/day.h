/* Days: the calendar's dates as numbers, without time or zone. Proleptic Gregorian, years 0001 to 9999. */
#ifndef HEIMO_CORE_DAY_H
#define HEIMO_CORE_DAY_H

#include <stdbool.h>
#include <stdint.h>

/* Days since 1970-01-01. */
typedef int32_t Day;

/* Open ends of a period: before and after every day that exists. */
#define DAY_MIN INT32_MIN
#define DAY_MAX INT32_MAX

/* Bytes that day_format writes, the terminating NUL included. */
#define DAY_TEXT_SIZE 11

/* Why a text is not a day. */
typedef enum DayError {
  DAY_OK,
  DAY_MALFORMED, /* not YYYY-MM-DD */
  DAY_IMPOSSIBLE /* the calendar has no such day: 2023-02-29 */
} DayError;

/* Reads "2026-03-01". */
DayError day_parse (const char *text, Day *day);

/* Writes "2026-03-01"; an open end writes "". Returns `buffer`. */
const char *day_format (Day day, char buffer[DAY_TEXT_SIZE]);

/* The day of a year (1–9999), month (1–12) and day of the month; DAY_IMPOSSIBLE when there is none. */
DayError day_from_civil (int year, int month, int day_of_month, Day *day);

/* The year, month and day of the month of a day. */
void day_to_civil (Day day, int *year, int *month, int *day_of_month);

/* Full years from a day of birth to `on`. Born on 29 February: a year older on 1 March of a common year.
 * Negative before the birth. */
int day_age (Day birth, Day on);

/* The first day on which someone born on `birth` is `years` full years old. */
Day day_of_age (Day birth, int years);

#endif
