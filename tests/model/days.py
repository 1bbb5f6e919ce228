"""Days and instants. A day is a plain number (the proleptic ordinal of Python's date); a period is half-open, and a
period without an end ends on FOREVER, which no answer ever shows."""

from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

FOREVER = date.max.toordinal() + 1


def day(text):
  """'2028-02-29' -> number; None -> FOREVER."""
  return FOREVER if text is None else date.fromisoformat(text).toordinal()


def text(number):
  """number -> '2028-02-29'; FOREVER -> None."""
  return None if number >= FOREVER else date.fromordinal(number).isoformat()


def instant(text_utc):
  """'2028-02-28T22:30:00Z' -> an aware datetime."""
  return datetime.fromisoformat(text_utc.replace("Z", "+00:00"))


def instant_text(moment):
  return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def local_day(moment, zone):
  """The calendar day of an instant where the federation lives."""
  return moment.astimezone(ZoneInfo(zone)).date().toordinal()


def birthday(born, years):
  """The day on which somebody is `years` years old. Who was born on 29 February waits until 1 March in a common year."""
  birth = date.fromordinal(born)
  try:
    return birth.replace(year=birth.year + years).toordinal()
  except ValueError:
    return date(birth.year + years, 3, 1).toordinal()


def age(born, on):
  """Full years on a day; negative before the birth."""
  years = date.fromordinal(on).year - date.fromordinal(born).year
  return years if birthday(born, years) <= on else years - 1
