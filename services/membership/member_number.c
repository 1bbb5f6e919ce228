/* The Luhn check digit (ISO/IEC 7812-1). */
#include "member_number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The digit that makes the whole sum divisible by ten. */
static int
check_digit (const char *digits, size_t length)
{
  int sum = 0;
  for (size_t i = 0; i < length; i++) {
    int digit = digits[length - 1 - i] - '0';
    if (i % 2 == 0)
      digit = digit * 2 - (digit > 4 ? 9 : 0);
    sum += digit;
  }
  return (10 - sum % 10) % 10;
}

const char *
member_number_write (int64_t sequence, char buffer[MEMBER_NUMBER_SIZE])
{
  int length = snprintf (buffer, MEMBER_NUMBER_SIZE, "%" PRId64, sequence);
  buffer[length] = (char)('0' + check_digit (buffer, (size_t)length));
  buffer[length + 1] = '\0';
  return buffer;
}

bool
member_number_is_valid (const char *text)
{
  size_t length = strlen (text);
  if (length < 2 || length >= MEMBER_NUMBER_SIZE || strspn (text, "0123456789") != length)
    return false;
  return text[length - 1] == '0' + check_digit (text, length - 1);
}
