/* Money: whole cents and a currency. Never floating point; an overflow or a mix of currencies is a
 * programming error and aborts (a crash is a restart, a wrong ledger is not).
 */
#ifndef HEIMO_CORE_MONEY_H
#define HEIMO_CORE_MONEY_H

#include <stdbool.h>
#include <stdint.h>

/* An amount. `currency` is an ISO 4217 code with two decimals ("EUR", "SEK"), NUL-terminated. */
typedef struct Money {
  int64_t cents;
  char currency[4];
} Money;

/* Bytes that money_format writes at most. */
#define MONEY_TEXT_SIZE 32

/* An amount of whole cents. */
Money money_make (int64_t cents, const char *currency);

/* Sum and difference. */
Money money_add (Money a, Money b);
Money money_subtract (Money a, Money b);

/* The share numerator/denominator of an amount, rounded half away from zero to whole cents; denominator > 0.
 */
Money money_share (Money amount, int64_t numerator, int64_t denominator);

/* Divides an amount into `count` parts that differ by at most a cent and add up to it exactly; the first
 * parts are the larger ones. */
void money_split (Money amount, unsigned count, Money *parts);

/* Negative, zero or positive as a is less than, equal to or greater than b. */
int money_compare (Money a, Money b);

/* Writes "-12.50 EUR". Returns `buffer`. */
const char *money_format (Money amount, char buffer[MONEY_TEXT_SIZE]);

/* Reads "12.50", "-3" or "0.5" as an amount of the currency; false for anything else, more than two decimals
 * included. */
bool money_parse (const char *text, const char *currency, Money *amount);

#endif
