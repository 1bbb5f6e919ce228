/* Days. The civil conversions count from 1 March so that the leap day comes last in the year. */
#include "core/day.h"

#include <stdio.h>
#include <string.h>

static bool
is_leap (int year)
{
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_in_month (int year, int month)
{
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap (year) ? 29 : days[month - 1];
}

static Day
from_civil (int year, int month, int day)
{
  int shifted = month <= 2 ? year - 1 : year;
  int era = (shifted >= 0 ? shifted : shifted - 399) / 400;
  int year_of_era = shifted - era * 400;
  int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

DayError
day_from_civil (int year, int month, int day_of_month, Day *day)
{
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day_of_month < 1 ||
      day_of_month > days_in_month (year, month))
    return DAY_IMPOSSIBLE;
  *day = from_civil (year, month, day_of_month);
  return DAY_OK;
}

void
day_to_civil (Day day, int *year, int *month, int *day_of_month)
{
  int shifted = day + 719468;
  int era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  int day_of_era = shifted - era * 146097;
  int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int month_from_march = (5 * day_of_year + 2) / 153;
  *day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  *month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  *year = year_of_era + era * 400 + (*month <= 2 ? 1 : 0);
}

DayError
day_parse (const char *text, Day *day)
{
  static const char shape[] = "dddd-dd-dd";
  if (strlen (text) != sizeof shape - 1)
    return DAY_MALFORMED;
  for (size_t i = 0; i < sizeof shape - 1; i++) {
    bool digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == 'd' ? !digit : text[i] != '-')
      return DAY_MALFORMED;
  }
  int year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
  int month = (text[5] - '0') * 10 + (text[6] - '0');
  int day_of_month = (text[8] - '0') * 10 + (text[9] - '0');
  return day_from_civil (year, month, day_of_month, day);
}

const char *
day_format (Day day, char buffer[DAY_TEXT_SIZE])
{
  if (day == DAY_MIN || day == DAY_MAX) {
    buffer[0] = '\0';
    return buffer;
  }
  int year, month, day_of_month;
  day_to_civil (day, &year, &month, &day_of_month);
  const int digits[] = {year / 1000 % 10, year / 100 % 10, year / 10 % 10,    year % 10,
                        month / 10,       month % 10,      day_of_month / 10, day_of_month % 10};
  static const uint8_t places[] = {0, 1, 2, 3, 5, 6, 8, 9};
  memcpy (buffer, "0000-00-00", sizeof "0000-00-00");
  for (size_t i = 0; i < sizeof places; i++)
    buffer[places[i]] = (char)('0' + digits[i]);
  return buffer;
}

int
day_age (Day birth, Day on)
{
  int birth_year, birth_month, birth_day, year, month, day_of_month;
  day_to_civil (birth, &birth_year, &birth_month, &birth_day);
  day_to_civil (on, &year, &month, &day_of_month);
  bool before_birthday = month < birth_month || (month == birth_month && day_of_month < birth_day);
  return year - birth_year - (before_birthday ? 1 : 0);
}

Day
day_of_age (Day birth, int years)
{
  int year, month, day_of_month;
  day_to_civil (birth, &year, &month, &day_of_month);
  if (month == 2 && day_of_month == 29 && !is_leap (year + years))
    return from_civil (year + years, 3, 1);
  return from_civil (year + years, month, day_of_month);
}
