/* Tables, words, the worst of several ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "heimo/common/v1/run.pb-c.h"
#include "services/ctl/ctl.h"

/* A row of the tests: a name and a number, both texts. */
typedef struct Pair {
  const char *name;
  const char *number;
} Pair;

static const char *
pair_name (void *owner, const void *row)
{
  (void)owner;
  return ((const Pair *)row)->name;
}

static const char *
pair_number (void *owner, const void *row)
{
  (void)owner;
  return ((const Pair *)row)->number;
}

static const Column columns[] = {
    {"NAME", SIDE_LEFT, pair_name}, {"N", SIDE_RIGHT, pair_number}, {"AGAIN", SIDE_LEFT, pair_name}};
static const TableForm plain_form = {columns, 3, NULL};
static const TableForm noted_form = {columns, 2, pair_number};

typedef struct Case {
  const TableForm *form;
  Pair rows[3]; /* until one without a name */
  const char *text;
} Case;

static const Case cases[] = {
    {&plain_form, {{0}}, ""},
    {&plain_form, {{"a", "1"}}, "NAME  N  AGAIN\na     1  a\n"},
    {&plain_form,
     {{"Järvenpää", "1000"}, {"x", "7"}},
     "NAME          N  AGAIN\nJärvenpää  1000  Järvenpää\nx             7  x\n"},
    {&plain_form, {{"a", NULL}, {"b", ""}}, "NAME  N  AGAIN\na     -  a\nb     -  b\n"},
    {&plain_form, {{"\x1b[2J\n\x7f", "1"}}, "NAME    N  AGAIN\n?[2J??  1  ?[2J??\n"},
    {&plain_form,
     {{"a\xc2\x9b"
       "b",
       "1"}},
     "NAME  N  AGAIN\na?b   1  a?b\n"},
    {&plain_form, {{"\xff", "1"}}, "NAME  N  AGAIN\n?     1  ?\n"},
    {&noted_form, {{"a", "do"}, {"b", "it"}}, "NAME   N\na     do\n    -> do\nb     it\n    -> it\n"},
};

static const char *
written (void *owner, Table *table)
{
  char *text = NULL;
  size_t length;
  FILE *out = open_memstream (&text, &length);
  table_write (table, out);
  fclose (out);
  char *copy = memory_string (owner, text);
  free (text);
  return copy;
}

static void
tables_are_aligned_and_harmless (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Table *table = table_new (owner, cases[i].form);
    for (size_t row = 0; row < 3 && cases[i].rows[row].name != NULL; row++)
      table_add (table, &cases[i].rows[row]);
    assert_string_equal (written (owner, table), cases[i].text);
    assert_true (table_is_empty (table));
  }
  talloc_free (owner);
}

static void
a_table_goes_on (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  Table *table = table_new (owner, &plain_form);
  table_add (table, &(Pair){"longer", "1"});
  assert_string_equal (written (owner, table), "NAME    N  AGAIN\nlonger  1  longer\n");
  table_add (table, &(Pair){"x", "2"});
  assert_string_equal (written (owner, table), "x       2  x\n");
  talloc_free (owner);
}

static void
words_are_short (void **state)
{
  (void)state;
  static const struct {
    uint64_t ms;
    const char *text;
  } durations[] = {{0, "0 ms"},        {999, "999 ms"},
                   {1000, "1 s"},      {119999, "119 s"},
                   {120000, "2 min"},  {7199999, "119 min"},
                   {7200000, "2 h"},   {172799999, "47 h"},
                   {172800000, "2 d"}, {UINT64_MAX, "213503982334 d"}};
  void *owner = memory_context (NULL);
  for (size_t i = 0; i < sizeof durations / sizeof *durations; i++)
    assert_string_equal (ctl_duration (owner, durations[i].ms), durations[i].text);
  assert_string_equal (ctl_enum_word (owner, &run_state__descriptor, 2), "running");
  assert_string_equal (ctl_enum_word (owner, &run_state__descriptor, 77), "77");
  assert_string_equal (ctl_short_time (owner, "2026-11-22T03:04:05.678901Z"), "2026-11-22 03:04:05");
  assert_null (ctl_short_time (owner, ""));
  talloc_free (owner);
}

static void
messages_are_lines_of_json (void **state)
{
  (void)state;
  Run run = RUN__INIT;
  char *text = NULL;
  size_t length;
  run.run_id = "a\nb";
  run.total = UINT64_MAX;
  FILE *out = open_memstream (&text, &length);
  ctl_write_json (out, &run.base);
  fclose (out);
  assert_non_null (strstr (text, "\"runId\":\"a\\nb\""));
  assert_non_null (strstr (text, "\"total\":\"18446744073709551615\""));
  assert_ptr_equal (strchr (text, '\n'), text + length - 1);
  free (text);
}

static void
the_worst_end_counts (void **state)
{
  (void)state;
  assert_int_equal (ctl_worse (CTL_GOOD, CTL_FOUND), CTL_FOUND);
  assert_int_equal (ctl_worse (CTL_UNREACHABLE, CTL_FOUND), CTL_UNREACHABLE);
  assert_int_equal (ctl_worse (CTL_GOOD, CTL_GOOD), CTL_GOOD);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (tables_are_aligned_and_harmless),
      cmocka_unit_test (a_table_goes_on),
      cmocka_unit_test (words_are_short),
      cmocka_unit_test (messages_are_lines_of_json),
      cmocka_unit_test (the_worst_end_counts),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
