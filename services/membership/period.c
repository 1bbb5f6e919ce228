/* Cutting and reading periods. */
#include "period.h"

#include "core/memory.h"

bool
period_overlaps (Period a, Period b)
{
  return a.from < b.to && b.from < a.to;
}

bool
period_contains (Period period, Day day)
{
  return period.from <= day && day < period.to;
}

size_t
period_cut (Period old, Period cut, Period rest[2])
{
  size_t count = 0;
  if (!period_overlaps (old, cut)) {
    rest[count++] = old;
    return count;
  }
  if (old.from < cut.from)
    rest[count++] = (Period){old.from, cut.from};
  if (cut.to < old.to)
    rest[count++] = (Period){cut.to, old.to};
  return count;
}

PeriodText
period_text (Period period)
{
  PeriodText text;
  day_format (period.from, text.from);
  day_format (period.to, text.to);
  return text;
}

Status
period_read_day (void *owner, const char *field, const char *text, Day default_day, Day *day)
{
  *day = default_day;
  if (text == NULL || text[0] == '\0' || day_parse (text, day) == DAY_OK)
    return STATUS_SUCCESS;
  return status_field (owner, field, "INVALID_DATE", "A day has the form 2026-03-01 and must exist");
}

Status
period_read (void *owner, const char *prefix, const char *from, const char *to, Day default_from,
             Period *period)
{
  const char *from_field = memory_format (owner, "%svalidFrom", prefix);
  const char *to_field = memory_format (owner, "%svalidTo", prefix);
  Status status = period_read_day (owner, from_field, from, default_from, &period->from);
  if (!status_failed (status))
    status = period_read_day (owner, to_field, to, DAY_MAX, &period->to);
  if (!status_failed (status) && period->from >= period->to)
    status = status_field (owner, to_field, "PERIOD_EMPTY", "The period must end after it begins");
  return status;
}
