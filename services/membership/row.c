/* The fields of an import as a table, and the checks of one row. */
#include "row.h"

#include "core/api.h"
#include "core/text.h"
#include "core/validate.h"
#include "identity_code.h"

#include <ctype.h>
#include <string.h>

/* Reads a trimmed, valid, not empty text: sets the value, adds faults. */
typedef void ReadCell (void *owner, RowField field, const char *text, Day today, Row *row);

static ReadCell read_text, read_birth_date, read_date, read_identity_code, read_language, read_email,
    read_phone, read_country, read_code;

enum { NAMES_MAX = 6 };

typedef struct FieldRow {
  const char *name;
  size_t max_length; /* code points */
  ReadCell *read;
  const char *other_names[NAMES_MAX]; /* lower case, letters and digits only */
} FieldRow;

static const FieldRow fields[ROW_FIELD_COUNT] = {
    [ROW_KEY] = {"key", 64, read_code, {"id", "avain", "jasennumero", "nyckel", "externalid"}},
    [ROW_GIVEN_NAME] = {"given_name",
                        100,
                        read_text,
                        {"etunimi", "etunimet", "fornamn", "firstname", "voornaam", "forename"}},
    [ROW_FAMILY_NAME] = {"family_name",
                         100,
                         read_text,
                         {"sukunimi", "efternamn", "lastname", "achternaam", "surname", "slaktnamn"}},
    [ROW_BIRTH_DATE] = {"birth_date",
                        10,
                        read_birth_date,
                        {"syntymaaika", "fodelsedatum", "dateofbirth", "geboortedatum", "birthday",
                         "syntymapaiva"}},
    [ROW_PERSONAL_IDENTITY_CODE] = {"personal_identity_code",
                                    11,
                                    read_identity_code,
                                    {"hetu", "henkilotunnus", "personbeteckning"}},
    [ROW_LANGUAGE] = {"language", 2, read_language, {"kieli", "aidinkieli", "sprak", "modersmal", "taal"}},
    [ROW_EMAIL] = {"email",
                   254,
                   read_email,
                   {"sahkoposti", "epost", "emailaddress", "mail", "sahkopostiosoite"}},
    [ROW_PHONE] = {"phone",
                   40,
                   read_phone,
                   {"puhelin", "telefon", "telephone", "mobile", "matkapuhelin", "gsm"}},
    [ROW_STREET] = {"street",
                    200,
                    read_text,
                    {"katuosoite", "lahiosoite", "gatuadress", "address", "osoite", "straat"}},
    [ROW_POSTAL_CODE] = {"postal_code",
                         16,
                         read_text,
                         {"postinumero", "postnummer", "postcode", "zip", "zipcode"}},
    [ROW_TOWN] = {"town",
                  100,
                  read_text,
                  {"postitoimipaikka", "kaupunki", "ort", "postort", "city", "plaats"}},
    [ROW_COUNTRY] = {"country", 2, read_country, {"maa", "land", "countrycode", "maakoodi"}},
    [ROW_FAMILY] = {"family", 64, read_code, {"perhe", "familj", "household", "gezin"}},
    [ROW_GUARDIAN_KEYS] = {"guardian_keys",
                           500,
                           read_text,
                           {"huoltajat", "huoltaja", "vardnadshavare", "guardians"}},
    [ROW_SUBSCRIPTION] = {"subscription",
                          100,
                          read_text,
                          {"jasenyys", "jasenlaji", "medlemskap", "membership", "subscriptiontype"}},
    [ROW_SUBSCRIPTION_FROM] = {"subscription_from",
                               10,
                               read_date,
                               {"jasenyysalkaen", "medlemsedan", "membersince"}},
    [ROW_ORGAN_CODE] = {"organ_code",
                        64,
                        read_code,
                        {"yhdistys", "lippukunta", "kar", "organ", "association", "forening"}},
    [ROW_ADMITTED_FROM] = {"admitted_from",
                           10,
                           read_date,
                           {"liittynyt", "antagen", "admitted", "hyvaksytty"}},
    [ROW_MEMBER_TYPE] = {"member_type", 100, read_text, {"jasentyyppi", "medlemstyp", "membertype"}},
    [ROW_POSITION] = {"position", 100, read_text, {"pesti", "tehtava", "uppdrag", "functie"}},
    [ROW_POSITION_FROM] = {"position_from", 10, read_date, {"pestialkaen", "uppdragfran", "positionsince"}},
};

const char *
row_field_name (RowField field)
{
  return field < ROW_FIELD_COUNT ? fields[field].name : "ignore";
}

bool
row_field_find (const char *name, RowField *field)
{
  for (int i = 0; i <= ROW_FIELD_COUNT; i++)
    if (strcmp (name, row_field_name ((RowField)i)) == 0) {
      *field = (RowField)i;
      return true;
    }
  return false;
}

/* Letters and digits only, folded: "Given-name" and "given_name" are one. */
static char *
plain_name (void *context, const char *name)
{
  char *plain = text_fold (context, name);
  size_t length = 0;
  for (const char *at = plain; *at != '\0'; at++)
    if (isalnum ((unsigned char)*at))
      plain[length++] = *at;
  plain[length] = '\0';
  return plain;
}

static bool
is_named (void *context, const FieldRow *field, const char *plain)
{
  if (strcmp (plain, plain_name (context, field->name)) == 0)
    return true;
  for (size_t i = 0; i < NAMES_MAX && field->other_names[i] != NULL; i++)
    if (strcmp (plain, field->other_names[i]) == 0)
      return true;
  return false;
}

RowField
row_field_guess (const char *column)
{
  void *context = memory_context (NULL);
  const char *plain = plain_name (context, column);
  int i = 0;
  while (i < ROW_FIELD_COUNT && !is_named (context, &fields[i], plain))
    i++;
  talloc_free (context);
  return (RowField)i;
}

void
row_add_fault (Row *row, RowField field, const char *reason, const char *description)
{
  if (row->fault_count < ROW_FAULTS_MAX)
    row->faults[row->fault_count++] = (RowFault){field, reason, description};
}

static void
read_text (void *owner, RowField field, const char *text, Day today, Row *row)
{
  (void)owner;
  (void)today;
  row->values[field] = text;
}

/* Keys and codes: no spaces inside, since lists of them are divided by spaces. */
static void
read_code (void *owner, RowField field, const char *text, Day today, Row *row)
{
  if (strpbrk (text, " \t\n") != NULL)
    row_add_fault (row, field, "INVALID_CODE", "A key or code has no spaces in it");
  read_text (owner, field, text, today, row);
}

/* "9.5.2011": one or two digits, a dot, one or two digits, a dot, four digits. */
static bool
scan_dotted (const char *text, int parts[3])
{
  for (int i = 0; i < 3; i++) {
    int most = i == 2 ? 4 : 2;
    int digits = 0;
    for (parts[i] = 0; digits < most && isdigit ((unsigned char)*text); digits++)
      parts[i] = parts[i] * 10 + *text++ - '0';
    if (digits == 0 || (i == 2 && digits != 4) || *text++ != (i == 2 ? '\0' : '.'))
      return false;
  }
  return true;
}

static DayError
scan_date (const char *text, Day *day)
{
  int parts[3];
  if (scan_dotted (text, parts))
    return day_from_civil (parts[2], parts[1], parts[0], day);
  return day_parse (text, day);
}

/* Puts the date in the row; false with a fault when it is none. */
static bool
take_date (void *owner, RowField field, const char *text, Row *row, Day *day)
{
  DayError error = scan_date (text, day);
  if (error == DAY_MALFORMED)
    row_add_fault (row, field, "INVALID_DATE", "A date has the form 2011-05-09 or 9.5.2011");
  if (error == DAY_IMPOSSIBLE)
    row_add_fault (row, field, "IMPOSSIBLE_DATE", "The calendar has no such day");
  if (error != DAY_OK)
    return false;
  char buffer[DAY_TEXT_SIZE];
  row->values[field] = memory_string (owner, day_format (*day, buffer));
  return true;
}

static void
read_date (void *owner, RowField field, const char *text, Day today, Row *row)
{
  (void)today;
  Day day;
  (void)take_date (owner, field, text, row, &day);
}

static void
read_birth_date (void *owner, RowField field, const char *text, Day today, Row *row)
{
  Day day;
  if (take_date (owner, field, text, row, &day) && day > today)
    row_add_fault (row, field, "FUTURE_DATE", "The day of birth is in the future");
}

static void
read_identity_code (void *owner, RowField field, const char *text, Day today, Row *row)
{
  IdentityCode code;
  (void)today;
  const char *reason = identity_code_read (text, &code);
  if (reason != NULL)
    row_add_fault (row, field, reason, identity_code_reason_text (reason));
  else
    row->values[field] = memory_string (owner, code.text);
}

/* The format's own check, with a sentence for people. */
static void
read_formatted (RowField field, ApiFormat format, const char *text, const char *description, Row *row)
{
  const char *reason = validate_text (format, text, strlen (text));
  if (reason != NULL)
    row_add_fault (row, field, reason, description);
  else
    row->values[field] = text;
}

static void
read_language (void *owner, RowField field, const char *text, Day today, Row *row)
{
  (void)today;
  char *lower = memory_string (owner, text);
  for (char *at = lower; *at != '\0'; at++)
    *at = (char)tolower ((unsigned char)*at);
  read_formatted (field, API_FORMAT_LANGUAGE, lower, "A language is one of fi, sv, en and nl", row);
}

static void
read_email (void *owner, RowField field, const char *text, Day today, Row *row)
{
  (void)owner;
  (void)today;
  read_formatted (field, API_FORMAT_EMAIL, text, "This is no e-mail address", row);
}

/* As people write them: "040 123 4567", "+358 (0)40-1234567", "0035840…". National numbers are Finnish. */
static void
read_phone (void *owner, RowField field, const char *text, Day today, Row *row)
{
  (void)today;
  char *plain = memory_string (owner, text);
  size_t length = 0;
  for (const char *at = text; *at != '\0'; at++) {
    if (strncmp (at, "(0)", 3) == 0)
      at += 2;
    else if (strchr (" -()./\t", *at) == NULL)
      plain[length++] = *at;
  }
  plain[length] = '\0';
  if (strncmp (plain, "00", 2) == 0)
    plain = memory_format (owner, "+%s", plain + 2);
  else if (plain[0] == '0')
    plain = memory_format (owner, "+358%s", plain + 1);
  read_formatted (field, API_FORMAT_PHONE, plain, "This is no telephone number", row);
}

static void
read_country (void *owner, RowField field, const char *text, Day today, Row *row)
{
  (void)today;
  char *upper = memory_string (owner, text);
  for (char *at = upper; *at != '\0'; at++)
    *at = (char)toupper ((unsigned char)*at);
  read_formatted (field, API_FORMAT_COUNTRY, upper, "A country is two letters of ISO 3166-1", row);
}

static bool
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *
trim (void *owner, CsvField cell)
{
  const char *text = cell.text;
  size_t length = cell.length;
  for (; length > 0 && is_space (text[length - 1]); length--)
    ;
  for (; length > 0 && is_space (*text); length--)
    text++;
  return length == 0 ? NULL : memory_string_n (owner, text, length);
}

static void
read_cell (void *owner, RowField field, CsvField cell, Day today, Row *row)
{
  if (cell.text == NULL)
    return;
  if (!text_is_utf8 (cell.text, cell.length)) {
    row_add_fault (row, field, "INVALID_TEXT",
                   "The value is not UTF-8; if the file is WINDOWS-1252, say so when the import is made");
    return;
  }
  const char *text = trim (owner, cell);
  if (text == NULL)
    return;
  if (text_length (text) > fields[field].max_length)
    row_add_fault (row, field, "TOO_LONG", "The value is longer than the field allows");
  else if (validate_text (API_FORMAT_TEXT, text, strlen (text)) != NULL)
    row_add_fault (row, field, "INVALID_TEXT", "The value has control characters");
  else
    fields[field].read (owner, field, text, today, row);
}

static bool
has_fault (const Row *row, RowField field)
{
  for (size_t i = 0; i < row->fault_count; i++)
    if (row->faults[i].field == field)
      return true;
  return false;
}

static bool
is_given (const CsvField cells[ROW_FIELD_COUNT], RowField field)
{
  return cells[field].text != NULL && cells[field].length > 0;
}

/* What must be there when something else is. */
typedef struct Need {
  RowField field;
  RowField needs;
  const char *reason;
  const char *description;
} Need;

static const Need needs[] = {
    {ROW_SUBSCRIPTION_FROM, ROW_SUBSCRIPTION, "SUBSCRIPTION_MISSING",
     "A day is given for a subscription that is not"},
    {ROW_ADMITTED_FROM, ROW_ORGAN_CODE, "ORGAN_MISSING", "A day is given for an admission without an organ"},
    {ROW_MEMBER_TYPE, ROW_ORGAN_CODE, "ORGAN_MISSING", "A member type is given without an organ"},
    {ROW_POSITION_FROM, ROW_POSITION, "POSITION_MISSING", "A day is given for a position that is not"},
};

static void
check_birth_date (Row *row)
{
  IdentityCode code;
  Day birth_date;
  const char *text = row->values[ROW_PERSONAL_IDENTITY_CODE];
  if (text == NULL || row->values[ROW_BIRTH_DATE] == NULL || identity_code_read (text, &code) != NULL ||
      day_parse (row->values[ROW_BIRTH_DATE], &birth_date) != DAY_OK || code.birth_date == birth_date)
    return;
  row_add_fault (row, ROW_BIRTH_DATE, "BIRTH_DATE_MISMATCH",
                 "The day of birth is not that of the personal identity code");
}

void
row_read (void *owner, const CsvField cells[ROW_FIELD_COUNT], Day today, Row *row)
{
  *row = (Row){0};
  for (int i = 0; i < ROW_FIELD_COUNT; i++)
    read_cell (owner, (RowField)i, cells[i], today, row);
  for (int i = ROW_GIVEN_NAME; i <= ROW_FAMILY_NAME; i++)
    if (row->values[i] == NULL && !has_fault (row, (RowField)i))
      row_add_fault (row, (RowField)i, "REQUIRED", "Every person has a name");
  for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
    if (row->values[needs[i].field] != NULL && !is_given (cells, needs[i].needs))
      row_add_fault (row, needs[i].field, needs[i].reason, needs[i].description);
  check_birth_date (row);
}
