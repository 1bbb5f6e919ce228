/* Reading and masking personal identity codes. */
#include "identity_code.h"

#include <stdio.h>
#include <string.h>

enum { LENGTH = 11, DIGITS = 6, SIGN_AT = 6, NUMBER_AT = 7, CHECK_AT = 10, SHOWN = 8, LEAST_NUMBER = 2 };

typedef struct ReasonRow {
  const char *reason;
  const char *text;
} ReasonRow;

static const ReasonRow reasons[] = {
    {"IDENTITY_CODE_FORMAT", "A personal identity code has the form DDMMYYCNNNT"},
    {"IDENTITY_CODE_DATE", "The personal identity code begins with a day that does not exist"},
    {"IDENTITY_CODE_CHECK", "The check character of the personal identity code is wrong"},
};

const char *
identity_code_reason_text (const char *reason)
{
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (strcmp (reasons[i].reason, reason) == 0)
      return reasons[i].text;
  return "The personal identity code is wrong";
}

static char
upper (char c)
{
  return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static int
number_at (const char *text, int at, int length)
{
  int number = 0;
  for (int i = at; i < at + length; i++) {
    if (text[i] < '0' || text[i] > '9')
      return -1;
    number = number * 10 + text[i] - '0';
  }
  return number;
}

/* The century of a sign: "+" 1800; "-" and, since 2023, Y X W V U 1900; A to F 2000. 0 for none. */
static int
century_of (char sign)
{
  if (sign == '+')
    return 1800;
  if (sign == '-' || (sign >= 'U' && sign <= 'Y'))
    return 1900;
  return sign >= 'A' && sign <= 'F' ? 2000 : 0;
}

const char *
identity_code_read (const char *text, IdentityCode *code)
{
  static const char check_characters[] = "0123456789ABCDEFHJKLMNPRSTUVWXY";
  if (strlen (text) != LENGTH)
    return "IDENTITY_CODE_FORMAT";
  for (int i = 0; i <= LENGTH; i++)
    code->text[i] = upper (text[i]);
  int date = number_at (code->text, 0, DIGITS);
  int number = number_at (code->text, NUMBER_AT, 3);
  int century = century_of (code->text[SIGN_AT]);
  if (date < 0 || number < LEAST_NUMBER || century == 0 ||
      strchr (check_characters, code->text[CHECK_AT]) == NULL)
    return "IDENTITY_CODE_FORMAT";
  if (day_from_civil (century + date % 100, date / 100 % 100, date / 10000, &code->birth_date) != DAY_OK)
    return "IDENTITY_CODE_DATE";
  if (check_characters[(date * 1000 + number) % 31] != code->text[CHECK_AT])
    return "IDENTITY_CODE_CHECK";
  return NULL;
}

void
identity_code_mask (const char *code, char masked[IDENTITY_CODE_SIZE])
{
  snprintf (masked, IDENTITY_CODE_SIZE, "%.8s***", code);
}

bool
identity_code_is_mask (const char *text)
{
  return strlen (text) == LENGTH && strcmp (text + SHOWN, "***") == 0 && number_at (text, 0, DIGITS) >= 0;
}
