/* Clock: the only source of time. Handed down, never read from the wall, so that tests script it.
 *
 * A Clock may be used from any thread.
 */
#ifndef HEIMO_CORE_CLOCK_H
#define HEIMO_CORE_CLOCK_H

#include <stdint.h>

#include "core/day.h"
#include "core/status.h"

typedef struct Clock Clock;

/* Bytes that clock_format writes, the terminating NUL included. */
#define CLOCK_TEXT_SIZE 28

/* The machine's clock, with days of `time_zone` (an IANA name, "Europe/Helsinki"). INVALID_ARGUMENT /
 * TIME_ZONE when there is no such zone. Owned by `owner`. */
Status clock_system (void *owner, const char *time_zone, Clock **clock) MUST_CHECK;

/* A clock that stands at `now_us` until clock_set moves it. For tests. */
Status clock_manual (void *owner, const char *time_zone, int64_t now_us, Clock **clock) MUST_CHECK;

/* Moves a manual clock to `now_us`, forwards or backwards; its monotonic time never goes back. */
void clock_set (Clock *clock, int64_t now_us);

/* Microseconds since 1970-01-01T00:00:00Z. */
int64_t clock_now (Clock *clock);

/* Microseconds from an arbitrary start, never going back: for deadlines and durations. */
int64_t clock_monotonic (Clock *clock);

/* The date in the clock's time zone. */
Day clock_today (Clock *clock);

/* The date in the clock's time zone at an instant (microseconds). */
Day clock_day_of (Clock *clock, int64_t now_us);

/* The instant at which `day` begins in the clock's time zone, in microseconds. */
int64_t clock_midnight (Clock *clock, Day day);

/* Writes "2026-11-21T19:07:26.123456Z". Returns `buffer`. */
const char *clock_format (int64_t now_us, char buffer[CLOCK_TEXT_SIZE]);

/* Reads RFC 3339 in UTC with "Z" and at most six decimals; false when it is not that. */
_Bool clock_parse (const char *text, int64_t *now_us);

#endif
