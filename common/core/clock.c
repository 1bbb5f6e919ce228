/* The clock. ICU knows the time zones; its calendar object is not thread-safe, so a mutex guards it, and the
 * last day asked for is remembered with its two midnights: nearly every question is about today. */
#include "core/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

#include "core/memory.h"

#define US_PER_SECOND INT64_C (1000000)
#define US_PER_DAY (INT64_C (86400) * US_PER_SECOND)

struct Clock {
  pthread_mutex_t mutex;
  UCalendar *calendar;
  int64_t manual_us;
  int64_t manual_monotonic_us;
  Day day; /* remembered: [day_begin, day_end) is `day` */
  int64_t day_begin;
  int64_t day_end;
  bool is_manual;
};

static int
clock_destroy (Clock *clock)
{
  if (clock->calendar != NULL)
    ucal_close (clock->calendar);
  pthread_mutex_destroy (&clock->mutex);
  return 0;
}

static bool
zone_exists (const UChar *zone, int32_t length)
{
  UChar canonical[128];
  UBool is_system = 0;
  UErrorCode error = U_ZERO_ERROR;
  ucal_getCanonicalTimeZoneID (zone, length, canonical, 128, &is_system, &error);
  return U_SUCCESS (error) && is_system;
}

Status
clock_system (void *owner, const char *time_zone, Clock **result)
{
  UChar zone[128];
  int32_t length = 0;
  UErrorCode error = U_ZERO_ERROR;
  u_strFromUTF8 (zone, 128, &length, time_zone, -1, &error);
  if (U_FAILURE (error) || length >= 128 || !zone_exists (zone, length))
    return status_error (owner, STATUS_INVALID_ARGUMENT, "TIME_ZONE", "There is no time zone '%s'",
                         time_zone);

  Clock *clock = memory_new (owner, Clock);
  pthread_mutex_init (&clock->mutex, NULL);
  talloc_set_destructor (clock, clock_destroy);
  clock->calendar = ucal_open (zone, length, "en_US", UCAL_GREGORIAN, &error);
  if (U_FAILURE (error))
    return status_error (owner, STATUS_INTERNAL, "TIME_ZONE", "ICU: %s", u_errorName (error));
  ucal_setGregorianChange (clock->calendar, -8.64e15, &error); /* proleptic, like the days */
  *result = clock;
  return STATUS_SUCCESS;
}

Status
clock_manual (void *owner, const char *time_zone, int64_t now_us, Clock **result)
{
  Status status = clock_system (owner, time_zone, result);
  if (!status_failed (status)) {
    (*result)->is_manual = true;
    (*result)->manual_us = now_us;
  }
  return status;
}

void
clock_set (Clock *clock, int64_t now_us)
{
  pthread_mutex_lock (&clock->mutex);
  if (now_us > clock->manual_us)
    clock->manual_monotonic_us += now_us - clock->manual_us;
  clock->manual_us = now_us;
  pthread_mutex_unlock (&clock->mutex);
}

static int64_t
read_clock (clockid_t id)
{
  struct timespec time;
  clock_gettime (id, &time);
  return (int64_t)time.tv_sec * US_PER_SECOND + time.tv_nsec / 1000;
}

int64_t
clock_now (Clock *clock)
{
  if (!clock->is_manual)
    return read_clock (CLOCK_REALTIME);
  pthread_mutex_lock (&clock->mutex);
  int64_t now = clock->manual_us;
  pthread_mutex_unlock (&clock->mutex);
  return now;
}

int64_t
clock_monotonic (Clock *clock)
{
  if (!clock->is_manual)
    return read_clock (CLOCK_MONOTONIC);
  pthread_mutex_lock (&clock->mutex);
  int64_t now = clock->manual_monotonic_us;
  pthread_mutex_unlock (&clock->mutex);
  return now;
}

/* Call with the mutex held. */
static int64_t
midnight_of (Clock *clock, Day day)
{
  int year, month, day_of_month;
  day_to_civil (day, &year, &month, &day_of_month);
  UErrorCode error = U_ZERO_ERROR;
  ucal_clear (clock->calendar);
  ucal_setDateTime (clock->calendar, year, month - 1, day_of_month, 0, 0, 0, &error);
  double milliseconds = ucal_getMillis (clock->calendar, &error);
  return U_FAILURE (error) ? (int64_t)day * US_PER_DAY : (int64_t)milliseconds * 1000;
}

Day
clock_day_of (Clock *clock, int64_t now_us)
{
  pthread_mutex_lock (&clock->mutex);
  if (now_us < clock->day_begin || now_us >= clock->day_end) {
    Day day = (Day)(now_us / US_PER_DAY - (now_us % US_PER_DAY < 0 ? 1 : 0));
    while (midnight_of (clock, day) > now_us)
      day--;
    while (midnight_of (clock, day + 1) <= now_us)
      day++;
    clock->day = day;
    clock->day_begin = midnight_of (clock, day);
    clock->day_end = midnight_of (clock, day + 1);
  }
  Day day = clock->day;
  pthread_mutex_unlock (&clock->mutex);
  return day;
}

Day
clock_today (Clock *clock)
{
  return clock_day_of (clock, clock_now (clock));
}

int64_t
clock_midnight (Clock *clock, Day day)
{
  pthread_mutex_lock (&clock->mutex);
  int64_t midnight = midnight_of (clock, day);
  pthread_mutex_unlock (&clock->mutex);
  return midnight;
}

/* A sign and a number of so many digits; returns their end. printf would take most of the time of a row. */
static char *
put_digits (char *at, char sign, unsigned number, int digits)
{
  *at = sign;
  for (int i = digits; i > 0; i--, number /= 10)
    at[i] = (char)('0' + number % 10);
  return at + digits + 1;
}

const char *
clock_format (int64_t now_us, char buffer[CLOCK_TEXT_SIZE])
{
  int64_t day = now_us / US_PER_DAY - (now_us % US_PER_DAY < 0 ? 1 : 0);
  int64_t rest = now_us - day * US_PER_DAY;
  unsigned seconds = (unsigned)(rest / US_PER_SECOND);
  char *at = buffer + strlen (day_format ((Day)day, buffer));
  at = put_digits (at, 'T', seconds / 3600, 2);
  at = put_digits (at, ':', seconds / 60 % 60, 2);
  at = put_digits (at, ':', seconds % 60, 2);
  at = put_digits (at, '.', (unsigned)(rest % US_PER_SECOND), 6);
  memcpy (at, "Z", 2);
  return buffer;
}

static bool
two_digits (const char *text, int *value)
{
  if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
    return false;
  *value = (text[0] - '0') * 10 + (text[1] - '0');
  return true;
}

_Bool
clock_parse (const char *text, int64_t *now_us)
{
  char date[DAY_TEXT_SIZE] = "";
  Day day;
  int hour, minute, second;
  size_t length = strnlen (text, CLOCK_TEXT_SIZE);
  if (length < 20 || length >= CLOCK_TEXT_SIZE || text[10] != 'T' || text[13] != ':' || text[16] != ':')
    return false;
  memcpy (date, text, 10);
  if (day_parse (date, &day) != DAY_OK || !two_digits (text + 11, &hour) ||
      !two_digits (text + 14, &minute) || !two_digits (text + 17, &second) || hour > 23 || minute > 59 ||
      second > 59)
    return false;

  int64_t fraction = 0, unit = US_PER_SECOND;
  const char *at = text + 19;
  if (*at == '.')
    for (at++; *at >= '0' && *at <= '9' && unit > 1; at++) {
      unit /= 10;
      fraction += (*at - '0') * unit;
    }
  if (at[0] != 'Z' || at[1] != '\0' || at[-1] == '.')
    return false;
  *now_us =
      (int64_t)day * US_PER_DAY + (((int64_t)hour * 60 + minute) * 60 + second) * US_PER_SECOND + fraction;
  return true;
}
