/* The CSV reader: every case is read whole, byte by byte, and resumed after each row, with the same result.
 */
#include "core/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct Case {
  const char *name;
  const char *input;
  const char *rows; /* "line:field|field;" …, a bad row "line!REASON@line,column;" */
} Case;

static const Case cases[] = {
    {"empty", "", ""},
    {"one field", "a", "1:a;"},
    {"lf", "a,b\nc,d\n", "1:a|b;2:c|d;"},
    {"crlf", "a,b\r\nc,d\r\n", "1:a|b;2:c|d;"},
    {"cr", "a,b\rc,d\r", "1:a|b;2:c|d;"},
    {"mixed ends", "a\r\nb\nc\rd", "1:a;2:b;3:c;4:d;"},
    {"no end of the last line", "a,b\nc,", "1:a|b;2:c|;"},
    {"empty fields", ",\n,,\n", "1:|;2:||;"},
    {"empty lines are passed over and counted", "\n\na\n\r\n\r\nb\n\n", "3:a;6:b;"},
    {"quoted", "\"a\",\"b,c\"\n\"\"\n", "1:a|b,c;2:;"},
    {"doubled mark", "\"a\"\"b\",\"\"\"\"\n", "1:a\"b|\";"},
    {"line ends in a field", "\"a\nb\r\nc\rd\",e\nf\n", "1:a\nb\r\nc\rd|e;5:f;"},
    {"spaces stay", " a , b \n", "1: a | b ;"},
    {"mark in a field", "a\"b,c\nd\n", "1!QUOTE_IN_FIELD@1,1;2:d;"},
    {"mark behind a space", "a, \"b\"\nd\n", "1!QUOTE_IN_FIELD@1,2;2:d;"},
    {"text behind the mark", "a,\"b\"c,d\ne\n", "1!TEXT_AFTER_QUOTE@1,2;2:e;"},
    {"mark not closed", "a\nb,\"c\nd\ne", "1:a;2!QUOTE_NOT_CLOSED@2,2;"},
    {"mark at the very end", "a,\"", "1!QUOTE_NOT_CLOSED@1,2;"},
    {"closed at the very end", "a,\"b\"", "1:a|b;"},
    {"the first fault is told", "a\"b,\"c\"d\ne", "1!QUOTE_IN_FIELD@1,1;2:e;"},
};

/* How the input is cut and whether the reader is made anew behind each row. */
typedef struct Manner {
  size_t piece;
  bool resume;
} Manner;

static const Manner manners[] = {{SIZE_MAX, false}, {1, false}, {2, false}, {3, false},
                                 {SIZE_MAX, true},  {1, true},  {2, true},  {5, true}};

static char *
write_row (char *text, const CsvRow *row)
{
  if (row->fault != CSV_FAULT_NONE)
    return talloc_asprintf_append (text, "%d!%s@%d,%d;", (int)row->line, csv_fault_reason (row->fault),
                                   (int)row->fault_line, (int)row->fault_column);
  text = talloc_asprintf_append (text, "%d:", (int)row->line);
  for (size_t i = 0; i < row->count; i++)
    text = talloc_asprintf_append (text, "%s%.*s", i == 0 ? "" : "|", (int)row->fields[i].length,
                                   row->fields[i].text);
  return talloc_asprintf_append (text, ";");
}

static char *
read_all (void *context, Bytes input, Manner manner)
{
  CsvReader *reader = csv_new (context, ',');
  char *text = memory_string (context, "");
  size_t given = 0;
  Bytes piece = {input.data, 0};
  for (;;) {
    bool last = given == input.length;
    CsvResult result = csv_next (reader, &piece, last);
    if (result == CSV_END)
      return text;
    if (result == CSV_MORE) {
      assert_false (last);
      size_t left = input.length - given;
      piece = (Bytes){input.data + given, left < manner.piece ? left : manner.piece};
      given += piece.length;
      continue;
    }
    const CsvRow *row = csv_row (reader);
    text = write_row (text, row);
    assert_int_equal (row->end, given - piece.length);
    if (manner.resume)
      reader = csv_resume (context, ',', row->end, row->next_line);
  }
}

static void
reads_what_is_written (void **state)
{
  (void)state;
  void *context = memory_context (NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (size_t j = 0; j < sizeof manners / sizeof *manners; j++) {
      Bytes input = {(const uint8_t *)cases[i].input, strlen (cases[i].input)};
      char *rows = read_all (context, input, manners[j]);
      if (strcmp (rows, cases[i].rows) != 0)
        print_error ("%s, manner %zu: %s\n", cases[i].name, j, rows);
      assert_string_equal (rows, cases[i].rows);
    }
  talloc_free (context);
}

/* A row of `count` fields of `length` bytes each, then a good row. */
static char *
read_large (void *context, size_t count, size_t length, bool quoted)
{
  size_t size = count * (length + 3) + 3;
  char *input = memory_array (context, char, size);
  size_t at = 0;
  for (size_t i = 0; i < count; i++) {
    if (i > 0)
      input[at++] = ',';
    if (quoted)
      input[at++] = '"';
    memset (input + at, 'x', length);
    at += length;
    if (quoted)
      input[at++] = '"';
  }
  memcpy (input + at, "\nz", 2);
  char *rows = read_all (context, (Bytes){(const uint8_t *)input, at + 2}, (Manner){4096, false});
  char *fault = strchr (rows, '!');
  return fault == NULL ? memory_string (context, "fine") : fault;
}

static void
limits_hold (void **state)
{
  (void)state;
  static const struct {
    size_t count, length;
    bool quoted;
    const char *expected;
  } rows[] = {
      {1, CSV_FIELD_MAX, false, "fine"},
      {1, CSV_FIELD_MAX + 1, false, "!FIELD_TOO_LONG@1,1;2:z;"},
      {3, CSV_FIELD_MAX + 1, true, "!FIELD_TOO_LONG@1,1;2:z;"},
      {1, 1024 * 1024, true, "!FIELD_TOO_LONG@1,1;2:z;"},
      {17, CSV_FIELD_MAX, false, "!ROW_TOO_LONG@1,16;2:z;"},
      {CSV_COLUMNS_MAX, 1, false, "fine"},
      {CSV_COLUMNS_MAX + 1, 1, false, "!TOO_MANY_COLUMNS@1,501;2:z;"},
      {100000, 0, false, "!TOO_MANY_COLUMNS@1,501;2:z;"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    void *context = memory_context (NULL);
    assert_string_equal (read_large (context, rows[i].count, rows[i].length, rows[i].quoted),
                         rows[i].expected);
    talloc_free (context);
  }
}

static void
a_zero_byte_is_a_fault (void **state)
{
  (void)state;
  void *context = memory_context (NULL);
  static const uint8_t input[] = {'a', 0, 'b', ',', 'c', '\n', '"', 0, '"', '\n', 'd'};
  for (size_t j = 0; j < sizeof manners / sizeof *manners; j++)
    assert_string_equal (read_all (context, (Bytes){input, sizeof input}, manners[j]),
                         "1!NUL_BYTE@1,1;2!NUL_BYTE@2,1;3:d;");
  talloc_free (context);
}

static void
the_separator_is_found (void **state)
{
  (void)state;
  static const struct {
    const char *head;
    char separator;
  } heads[] = {{"a,b,c\n", ','},      {"a;b;c\n1,2;3,4\n", ';'}, {"a\tb\n", '\t'}, {"a|b|c,d", '|'},
               {"name\nx,y,z", '\0'}, {"\"a,b,c\";d", ';'},      {"", '\0'}};
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
    Bytes head = {(const uint8_t *)heads[i].head, strlen (heads[i].head)};
    assert_int_equal (csv_detect_separator (head), heads[i].separator);
  }
}

int
main (void)
{
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test (reads_what_is_written),
      cmocka_unit_test (limits_hold),
      cmocka_unit_test (a_zero_byte_is_a_fault),
      cmocka_unit_test (the_separator_is_found),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
