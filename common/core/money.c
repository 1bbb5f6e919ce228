/* Money in whole cents. */
#include "core/money.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
require (bool condition)
{
  if (!condition)
    abort ();
}

Money
money_make (int64_t cents, const char *currency)
{
  Money money = {.cents = cents};
  require (strlen (currency) == 3);
  memcpy (money.currency, currency, 4);
  return money;
}

Money
money_add (Money a, Money b)
{
  require (strcmp (a.currency, b.currency) == 0);
  require (!__builtin_add_overflow (a.cents, b.cents, &a.cents));
  return a;
}

Money
money_subtract (Money a, Money b)
{
  require (strcmp (a.currency, b.currency) == 0);
  require (!__builtin_sub_overflow (a.cents, b.cents, &a.cents));
  return a;
}

Money
money_share (Money amount, int64_t numerator, int64_t denominator)
{
  require (denominator > 0);
  __int128 product = (__int128)amount.cents * numerator;
  __int128 half = product < 0 ? -(__int128)denominator : denominator;
  __int128 rounded = (2 * product + half) / (2 * (__int128)denominator);
  require (rounded <= INT64_MAX && rounded >= INT64_MIN);
  amount.cents = (int64_t)rounded;
  return amount;
}

void
money_split (Money amount, unsigned count, Money *parts)
{
  require (count > 0);
  int64_t base = amount.cents / (int64_t)count;
  int64_t rest = amount.cents % (int64_t)count;
  for (unsigned i = 0; i < count; i++) {
    parts[i] = amount;
    parts[i].cents = base + (i < (unsigned)llabs (rest) ? (rest > 0 ? 1 : -1) : 0);
  }
}

int
money_compare (Money a, Money b)
{
  require (strcmp (a.currency, b.currency) == 0);
  return (a.cents > b.cents) - (a.cents < b.cents);
}

const char *
money_format (Money amount, char buffer[MONEY_TEXT_SIZE])
{
  uint64_t size = amount.cents < 0 ? -(uint64_t)amount.cents : (uint64_t)amount.cents;
  snprintf (buffer, MONEY_TEXT_SIZE, "%s%" PRIu64 ".%02u %.3s", amount.cents < 0 ? "-" : "", size / 100,
            (unsigned)(size % 100), amount.currency);
  return buffer;
}

bool
money_parse (const char *text, const char *currency, Money *amount)
{
  bool negative = *text == '-';
  int64_t cents = 0;
  int decimals = -1;
  const char *at = text + negative;
  if (*at < '0' || *at > '9')
    return false;
  for (; *at != '\0'; at++) {
    if (*at == '.' && decimals < 0) {
      decimals = 0;
      continue;
    }
    if (*at < '0' || *at > '9' || decimals == 2 || cents > INT64_MAX / 1000)
      return false;
    cents = cents * 10 + (*at - '0');
    decimals += decimals >= 0;
  }
  if (decimals == 0)
    return false;
  cents *= decimals < 0 ? 100 : decimals == 1 ? 10 : 1;
  *amount = money_make (negative ? -cents : cents, currency);
  return true;
}
