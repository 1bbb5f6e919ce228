/* The formats of strings: one row, one function each. All are exact: no trimming, no second spelling. */
#include "core/day.h"
#include "core/text.h"
#include "core/validate.h"

#include <string.h>

/* A text being read from left to right. */
typedef struct Scan {
  const char *text;
  size_t length;
  size_t at;
} Scan;

static bool
is_digit (char character)
{
  return character >= '0' && character <= '9';
}

static bool
is_lower (char character)
{
  return character >= 'a' && character <= 'z';
}

static bool
is_upper (char character)
{
  return character >= 'A' && character <= 'Z';
}

static bool
is_word (char character)
{
  return is_digit (character) || is_lower (character) || is_upper (character);
}

static bool
take (Scan *scan, char wanted)
{
  if (scan->at >= scan->length || scan->text[scan->at] != wanted)
    return false;
  scan->at++;
  return true;
}

/* Takes exactly `count` digits as a number; -1 when they are not there. */
static int
take_number (Scan *scan, size_t count)
{
  int number = 0;
  for (size_t i = 0; i < count; i++, scan->at++) {
    if (scan->at >= scan->length || !is_digit (scan->text[scan->at]))
      return -1;
    number = 10 * number + (scan->text[scan->at] - '0');
  }
  return number;
}

/* Ten characters that are a day. */
static bool
take_date (Scan *scan)
{
  char text[DAY_TEXT_SIZE] = {0};
  Day day;
  if (scan->length - scan->at < sizeof text - 1)
    return false;
  memcpy (text, scan->text + scan->at, sizeof text - 1);
  scan->at += sizeof text - 1;
  return day_parse (text, &day) == DAY_OK;
}

/* UTF-8 without control characters other than line feed and tab. */
static bool
good_lines (const char *text, size_t length, bool carriage_returns)
{
  if (!text_is_utf8 (text, length))
    return false;
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    bool low = byte < 0x20 && byte != '\n' && byte != '\t' && !(carriage_returns && byte == '\r');
    bool high = byte == 0x7f || (byte == 0xc2 && (unsigned char)text[i + 1] < 0xa0); /* U+0080 to U+009F */
    if (low || high)
      return false;
  }
  return true;
}

static bool
good_text (const char *text, size_t length)
{
  return good_lines (text, length, false);
}

static bool
good_csv (const char *text, size_t length)
{
  return good_lines (text, length, true);
}

static bool
good_date (const char *text, size_t length)
{
  Scan scan = {text, length, 0};
  return take_date (&scan) && scan.at == length;
}

static bool
good_timestamp (const char *text, size_t length)
{
  Scan scan = {text, length, 0};
  if (!take_date (&scan) || !take (&scan, 'T'))
    return false;
  int hour = take_number (&scan, 2);
  if (hour < 0 || hour > 23 || !take (&scan, ':'))
    return false;
  int minute = take_number (&scan, 2);
  if (minute < 0 || minute > 59 || !take (&scan, ':'))
    return false;
  int second = take_number (&scan, 2);
  if (second < 0 || second > 59)
    return false;
  if (take (&scan, '.')) {
    size_t start = scan.at;
    while (take_number (&scan, 1) >= 0)
      ;
    if (scan.at == start || scan.at - start > 6)
      return false;
  }
  return take (&scan, 'Z') && scan.at == length;
}

static bool
good_uuid (const char *text, size_t length)
{
  if (length != 36)
    return false;
  for (size_t i = 0; i < length; i++) {
    bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !is_digit (text[i]) && !(text[i] >= 'a' && text[i] <= 'f'))
      return false;
  }
  return true;
}

/* Dots separate parts that are not empty. */
static bool
good_dots (const char *text, size_t length)
{
  bool empty = true;
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '.' && empty)
      return false;
    empty = text[i] == '.';
  }
  return !empty;
}

/* Labels of letters, digits and inner hyphens, or beyond ASCII; at least two of them. */
static bool
good_domain (const char *text, size_t length)
{
  if (!good_dots (text, length) || memchr (text, '.', length) == NULL)
    return false;
  for (size_t i = 0; i < length; i++) {
    bool edge = i == 0 || i + 1 == length || text[i - 1] == '.' || text[i + 1] == '.';
    bool fine =
        is_word (text[i]) || (unsigned char)text[i] >= 0x80 || text[i] == '.' || (text[i] == '-' && !edge);
    if (!fine)
      return false;
  }
  return true;
}

static bool
good_email (const char *text, size_t length)
{
  const char *at = memchr (text, '@', length);
  if (length > 254 || at == NULL)
    return false;
  size_t local = (size_t)(at - text);
  if (local == 0 || local > 64 || !good_dots (text, local))
    return false;
  for (size_t i = 0; i < local; i++)
    if ((unsigned char)text[i] <= ' ' || strchr ("\"(),:;<>@[\\]", text[i]) != NULL)
      return false;
  return good_domain (at + 1, length - local - 1);
}

static bool
good_phone (const char *text, size_t length)
{
  if (length < 8 || length > 16 || text[0] != '+' || text[1] == '0')
    return false;
  for (size_t i = 1; i < length; i++)
    if (!is_digit (text[i]))
      return false;
  return true;
}

static bool
good_country (const char *text, size_t length)
{
  /* ISO 3166-1 alpha-2, officially assigned, and XK (Kosovo), which post and registers use. */
  static const char codes[] = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL "
                              "BM BN BO BQ BR BS BT BV BW BY "
                              "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ "
                              "EC EE EG EH ER ES ET FI FJ FK "
                              "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR "
                              "HT HU ID IE IL IM IN IO IQ IR "
                              "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU "
                              "LV LY MA MC MD ME MF MG MH MK "
                              "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU "
                              "NZ OM PA PE PF PG PH PK PL PM "
                              "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO "
                              "SR SS ST SV SX SY SZ TC TD TF "
                              "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU "
                              "WF WS XK YE YT ZA ZM ZW ";
  if (length != 2)
    return false;
  for (const char *at = codes; *at != '\0'; at += 3)
    if (at[0] == text[0] && at[1] == text[1])
      return true;
  return false;
}

static bool
good_language (const char *text, size_t length)
{
  static const char *const languages[] = {"fi", "sv", "en", "nl"};
  for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
    if (length == 2 && memcmp (text, languages[i], 2) == 0)
      return true;
  return false;
}

static bool
good_code (const char *text, size_t length)
{
  if (length > 64)
    return false;
  for (size_t i = 0; i < length; i++)
    if (!is_word (text[i]) && text[i] != '-' && text[i] != '_' && text[i] != '.')
      return false;
  return true;
}

static bool
good_field_path (const char *text, size_t length)
{
  if (!good_dots (text, length))
    return false;
  for (size_t i = 0; i < length; i++) {
    bool first = i == 0 || text[i - 1] == '.';
    bool fine = first ? is_lower (text[i]) : is_word (text[i]) || text[i] == '_' || text[i] == '.';
    if (!fine)
      return false;
  }
  return true;
}

typedef struct FormatRow {
  bool (*good) (const char *text, size_t length);
  const char *reason;
  const char *wants;
} FormatRow;

static const FormatRow format_rows[] = {
    [API_FORMAT_TEXT] = {good_text, "INVALID_TEXT", "has control characters or is not UTF-8"},
    [API_FORMAT_DATE] = {good_date, "INVALID_DATE", "is not a day that exists, written like 2026-03-01"},
    [API_FORMAT_TIMESTAMP] = {good_timestamp, "INVALID_TIMESTAMP",
                              "is not a UTC time like 2026-03-01T12:00:00Z, at most microseconds"},
    [API_FORMAT_UUID] = {good_uuid, "INVALID_UUID", "is not a UUID in lower-case hexadecimal with hyphens"},
    [API_FORMAT_EMAIL] = {good_email, "INVALID_EMAIL", "is not an e-mail address"},
    [API_FORMAT_PHONE] = {good_phone, "INVALID_PHONE", "is not a telephone number like +358401234567"},
    [API_FORMAT_COUNTRY] = {good_country, "INVALID_COUNTRY", "is not an ISO 3166-1 country of two capitals"},
    [API_FORMAT_LANGUAGE] = {good_language, "INVALID_LANGUAGE", "is not one of fi, sv, en, nl"},
    [API_FORMAT_CODE] = {good_code, "INVALID_CODE",
                         "may have letters, digits, hyphen, underscore and dot only, at most 64"},
    [API_FORMAT_FIELD_PATH] = {good_field_path, "INVALID_FIELD_PATH", "is not the name of a field"},
    [API_FORMAT_CSV] = {good_csv, "INVALID_TEXT", "has control characters or is not UTF-8"},
};
enum { FORMAT_COUNT = sizeof format_rows / sizeof *format_rows };

static const FormatRow *
format_row (ApiFormat format)
{
  return &format_rows[(unsigned)format < FORMAT_COUNT ? format : API_FORMAT_TEXT];
}

const char *
validate_text (ApiFormat format, const char *text, size_t length)
{
  const FormatRow *row = format_row (format);
  if (length == 0)
    return NULL;
  if (format != API_FORMAT_CSV && !good_text (text, length))
    return format_rows[API_FORMAT_TEXT].reason;
  return row->good (text, length) ? NULL : row->reason;
}

const char *
validate_text_wants (ApiFormat format)
{
  return format_row (format)->wants;
}
