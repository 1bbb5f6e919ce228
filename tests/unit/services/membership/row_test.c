/* The fields of an import: one cell at a time, and what needs another cell. */
#include "services/membership/row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { TODAY = 20000 /* 2024-10-04 */ };

typedef struct Case {
  RowField field;
  const char *text;
  const char *value;  /* NULL: not set */
  const char *reason; /* NULL: fine */
} Case;

static const Case cases[] = {
    {ROW_GIVEN_NAME, " Anna  Maria ", "Anna  Maria", NULL},
    {ROW_GIVEN_NAME, "A\x01", NULL, "INVALID_TEXT"},
    {ROW_GIVEN_NAME, "J\xe4rvinen", NULL, "INVALID_TEXT"},
    {ROW_GIVEN_NAME, "", NULL, "REQUIRED"},
    {ROW_KEY, "P001", "P001", NULL},
    {ROW_KEY, "P 001", "P 001", "INVALID_CODE"},
    {ROW_KEY, "12345678901234567890123456789012345678901234567890123456789012345", NULL, "TOO_LONG"},
    {ROW_BIRTH_DATE, "2011-05-09", "2011-05-09", NULL},
    {ROW_BIRTH_DATE, "9.5.2011", "2011-05-09", NULL},
    {ROW_BIRTH_DATE, "09.05.2011", "2011-05-09", NULL},
    {ROW_BIRTH_DATE, "30.2.2011", NULL, "IMPOSSIBLE_DATE"},
    {ROW_BIRTH_DATE, "2011-02-29", NULL, "IMPOSSIBLE_DATE"},
    {ROW_BIRTH_DATE, "5/9/2011", NULL, "INVALID_DATE"},
    {ROW_BIRTH_DATE, "9.5.11", NULL, "INVALID_DATE"},
    {ROW_BIRTH_DATE, "9.5.20111", NULL, "INVALID_DATE"},
    {ROW_BIRTH_DATE, "9..2011", NULL, "INVALID_DATE"},
    {ROW_BIRTH_DATE, "soon", NULL, "INVALID_DATE"},
    {ROW_BIRTH_DATE, "2024-10-04", "2024-10-04", NULL},
    {ROW_BIRTH_DATE, "2024-10-05", "2024-10-05", "FUTURE_DATE"},
    {ROW_PERSONAL_IDENTITY_CODE, "131052-308t", "131052-308T", NULL},
    {ROW_PERSONAL_IDENTITY_CODE, "131052-308S", NULL, "IDENTITY_CODE_CHECK"},
    {ROW_LANGUAGE, "SV", "sv", NULL},
    {ROW_LANGUAGE, "se", NULL, "INVALID_LANGUAGE"},
    {ROW_EMAIL, "anna@example.org", "anna@example.org", NULL},
    {ROW_EMAIL, "anna.example.org", NULL, "INVALID_EMAIL"},
    {ROW_PHONE, "+358501234567", "+358501234567", NULL},
    {ROW_PHONE, "050 123 4567", "+358501234567", NULL},
    {ROW_PHONE, "+358 (0)50-1234567", "+358501234567", NULL},
    {ROW_PHONE, "0046 8 1234567", "+4681234567", NULL},
    {ROW_PHONE, "call me", NULL, "INVALID_PHONE"},
    {ROW_COUNTRY, "fi", "FI", NULL},
    {ROW_COUNTRY, "F1", NULL, "INVALID_COUNTRY"},
    {ROW_SUBSCRIPTION_FROM, "2020-01-01", "2020-01-01", "SUBSCRIPTION_MISSING"},
    {ROW_ADMITTED_FROM, "1.1.2020", "2020-01-01", "ORGAN_MISSING"},
    {ROW_MEMBER_TYPE, "1", "1", "ORGAN_MISSING"},
    {ROW_POSITION_FROM, "1.1.2020", "2020-01-01", "POSITION_MISSING"},
};

static CsvField
cell (const char *text)
{
  return (CsvField){text, strlen (text)};
}

static void
cells_are_read (void **state)
{
  (void)state;
  void *context = memory_context (NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    CsvField cells[ROW_FIELD_COUNT] = {0};
    cells[ROW_GIVEN_NAME] = cell ("Anna");
    cells[ROW_FAMILY_NAME] = cell ("Virtanen");
    cells[cases[i].field] = cell (cases[i].text);
    Row row;
    row_read (context, cells, TODAY, &row);
    const char *value = row.values[cases[i].field];
    const char *expected = cases[i].value == NULL ? "(none)" : cases[i].value;
    if (row.fault_count != (cases[i].reason != NULL))
      print_error ("case %zu: %zu faults\n", i, row.fault_count);
    assert_string_equal (value == NULL ? "(none)" : value, expected);
    assert_int_equal (row.fault_count, cases[i].reason == NULL ? 0 : 1);
    if (cases[i].reason != NULL) {
      assert_string_equal (row.faults[0].reason, cases[i].reason);
      assert_int_equal (row.faults[0].field, cases[i].field);
    }
  }
  talloc_free (context);
}

static void
birth_date_and_code_agree (void **state)
{
  (void)state;
  void *context = memory_context (NULL);
  CsvField cells[ROW_FIELD_COUNT] = {0};
  Row row;
  cells[ROW_GIVEN_NAME] = cell ("Anna");
  cells[ROW_FAMILY_NAME] = cell ("Virtanen");
  cells[ROW_PERSONAL_IDENTITY_CODE] = cell ("131052-308T");
  cells[ROW_BIRTH_DATE] = cell ("13.10.1952");
  row_read (context, cells, TODAY, &row);
  assert_int_equal (row.fault_count, 0);
  cells[ROW_BIRTH_DATE] = cell ("1852-10-13");
  row_read (context, cells, TODAY, &row);
  assert_string_equal (row.faults[0].reason, "BIRTH_DATE_MISMATCH");
  talloc_free (context);
}

static void
every_fault_of_a_row_is_told (void **state)
{
  (void)state;
  void *context = memory_context (NULL);
  CsvField cells[ROW_FIELD_COUNT] = {0};
  Row row;
  cells[ROW_EMAIL] = cell ("x");
  cells[ROW_BIRTH_DATE] = cell ("x");
  row_read (context, cells, TODAY, &row);
  assert_int_equal (row.fault_count, 4);
  talloc_free (context);
}

static void
columns_are_guessed (void **state)
{
  (void)state;
  static const struct {
    const char *column;
    RowField field;
  } guesses[] = {{"given_name", ROW_GIVEN_NAME},   {"Given name", ROW_GIVEN_NAME},
                 {"Etunimi", ROW_GIVEN_NAME},      {"F\xc3\xb6rnamn", ROW_GIVEN_NAME},
                 {"Sukunimi", ROW_FAMILY_NAME},    {"S\xc3\xa4hk\xc3\xb6posti", ROW_EMAIL},
                 {"postinumero", ROW_POSTAL_CODE}, {"HETU", ROW_PERSONAL_IDENTITY_CODE},
                 {"shoe size", ROW_IGNORE},        {"", ROW_IGNORE}};
  for (size_t i = 0; i < sizeof guesses / sizeof *guesses; i++)
    assert_int_equal (row_field_guess (guesses[i].column), guesses[i].field);
  for (int i = 0; i <= ROW_FIELD_COUNT; i++) {
    RowField found;
    assert_true (row_field_find (row_field_name ((RowField)i), &found));
    assert_int_equal (found, i);
  }
}

int
main (void)
{
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test (cells_are_read),
      cmocka_unit_test (birth_date_and_code_agree),
      cmocka_unit_test (every_fault_of_a_row_is_told),
      cmocka_unit_test (columns_are_guessed),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
