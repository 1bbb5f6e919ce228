/* Days of knowledge. */
#include "known_at.h"

#include "period.h"

Status
known_at_end_of (Call *call, const char *text, const char **known_at)
{
  char buffer[CLOCK_TEXT_SIZE];
  Day day;
  *known_at = "infinity";
  if (text[0] == '\0')
    return STATUS_SUCCESS;
  Status status = period_read_day (call, "asKnownOn", text, 0, &day);
  if (!status_failed (status))
    *known_at = memory_string (call, clock_format (clock_midnight (call->clock, day + 1), buffer));
  return status;
}
