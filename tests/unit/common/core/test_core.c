/* The small things everything stands on: statuses, days, clocks, identifiers, money, text, configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/config.h"
#include "core/day.h"
#include "core/id.h"
#include "core/memory.h"
#include "core/metrics.h"
#include "core/money.h"
#include "core/random.h"
#include "core/status.h"
#include "core/text.h"

static int
open_root (void **state)
{
  *state = memory_context (NULL);
  return 0;
}

static int
close_root (void **state)
{
  talloc_free (*state);
  return 0;
}

static void
a_status_keeps_all_it_was_told (void **state)
{
  Status status = STATUS_SUCCESS;
  assert_false (status_failed (status));
  status_add_violation (&status, *state, "address.postalCode", "TOO_LONG", "has %d characters", 20);
  status_add_violation (&status, *state, "email", "INVALID_EMAIL", "is no address");
  void *other = memory_context (NULL);
  Status copy = status_copy (other, status);
  assert_int_equal (copy.code, STATUS_INVALID_ARGUMENT);
  assert_string_equal (copy.detail->reason, "INVALID_FIELD");
  assert_int_equal (copy.detail->violation_count, 2);
  assert_string_equal (copy.detail->violations[0].description, "has 20 characters");
  assert_string_equal (copy.detail->violations[1].field, "email");
  talloc_free (other);
  Status busy = status_unavailable (*state, 250, "BUSY", "%s", "later");
  assert_int_equal (status_copy (*state, busy).detail->retry_after_ms, 250);
  assert_int_equal (status_http (STATUS_ABORTED), 409);
  assert_int_equal (status_http ((StatusCode)99), 500);
  assert_string_equal (status_code_name (STATUS_OUT_OF_RANGE), "OUT_OF_RANGE");
}

static void
days_are_read_as_the_calendar_has_them (void **state)
{
  static const struct {
    const char *text;
    DayError error;
    Day day;
  } rows[] = {
      {"1970-01-01", DAY_OK, 0},         {"1969-12-31", DAY_OK, -1},        {"2000-02-29", DAY_OK, 11016},
      {"2024-02-29", DAY_OK, 19782},     {"9999-12-31", DAY_OK, 2932896},   {"0001-01-01", DAY_OK, -719162},
      {"2023-02-29", DAY_IMPOSSIBLE, 0}, {"1900-02-29", DAY_IMPOSSIBLE, 0}, {"2024-13-01", DAY_IMPOSSIBLE, 0},
      {"2024-00-10", DAY_IMPOSSIBLE, 0}, {"2024-04-31", DAY_IMPOSSIBLE, 0}, {"0000-01-01", DAY_IMPOSSIBLE, 0},
      {"2024-1-1", DAY_MALFORMED, 0},    {"2024/01/01", DAY_MALFORMED, 0},  {"", DAY_MALFORMED, 0},
      {"2024-01-011", DAY_MALFORMED, 0}, {"x024-01-01", DAY_MALFORMED, 0},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Day day = 0;
    char text[DAY_TEXT_SIZE];
    assert_int_equal (day_parse (rows[i].text, &day), rows[i].error);
    if (rows[i].error != DAY_OK)
      continue;
    assert_int_equal (day, rows[i].day);
    assert_string_equal (day_format (day, text), rows[i].text);
  }
}

static void
every_day_of_four_centuries_comes_back (void **state)
{
  (void)state;
  for (Day day = -146097; day < 146097; day++) {
    int year, month, day_of_month;
    Day again;
    day_to_civil (day, &year, &month, &day_of_month);
    assert_int_equal (day_from_civil (year, month, day_of_month, &again), DAY_OK);
    assert_int_equal (again, day);
  }
}

static Day
the_day (const char *text)
{
  Day day = 0;
  assert_int_equal (day_parse (text, &day), DAY_OK);
  return day;
}

static void
ages_are_full_years (void **state)
{
  static const struct {
    const char *birth, *on;
    int age;
  } rows[] = {
      {"2010-05-09", "2020-05-08", 9},  {"2010-05-09", "2020-05-09", 10}, {"2008-02-29", "2009-02-28", 0},
      {"2008-02-29", "2009-03-01", 1},  {"2008-02-29", "2012-02-28", 3},  {"2008-02-29", "2012-02-29", 4},
      {"2010-05-09", "2010-05-08", -1},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_int_equal (day_age (the_day (rows[i].birth), the_day (rows[i].on)), rows[i].age);
  for (int years = 0; years < 120; years++) { /* the first day of an age is the day the age changes */
    Day birth = the_day ("1908-02-29"), first = day_of_age (birth, years);
    assert_int_equal (day_age (birth, first), years);
    assert_int_equal (day_age (birth, first - 1), years - 1);
  }
}

static void
days_begin_at_local_midnight (void **state)
{
  Clock *clock;
  int64_t instant;
  assert_false (status_failed (clock_manual (*state, "Europe/Helsinki", 0, &clock)));
  assert_true (clock_parse ("2026-11-21T21:59:59.999999Z", &instant));
  clock_set (clock, instant);
  assert_int_equal (clock_today (clock), the_day ("2026-11-21"));
  clock_set (clock, instant + 1);
  assert_int_equal (clock_today (clock), the_day ("2026-11-22"));
  assert_true (clock_parse ("2026-03-28T22:00:00Z", &instant));
  assert_true (clock_midnight (clock, the_day ("2026-03-29")) == instant);
  /* the day on which summer time begins has 23 hours */
  int64_t length = clock_midnight (clock, the_day ("2026-03-30")) - instant;
  assert_true (length == INT64_C (23) * 3600 * 1000000);
  assert_int_equal (clock_day_of (clock, clock_midnight (clock, the_day ("1918-06-01"))),
                    the_day ("1918-06-01"));
}

static void
monotonic_time_never_goes_back (void **state)
{
  Clock *clock;
  assert_false (status_failed (clock_manual (*state, "UTC", 1000000, &clock)));
  int64_t before = clock_monotonic (clock);
  clock_set (clock, 500);
  assert_true (clock_monotonic (clock) >= before);
  assert_true (status_failed (clock_system (*state, "Europe/Nowhere", &clock)));
}

static void
instants_are_read_strictly (void **state)
{
  static const char *const bad[] = {"",
                                    "2026-11-21",
                                    "2026-11-21T10:00:00",
                                    "2026-11-21T24:00:00Z",
                                    "2026-11-21T10:00:60Z",
                                    "2026-11-21T10:00:00.Z",
                                    "2026-11-21T10:00:00.1234567Z",
                                    "2026-11-21T10:00:00+02:00",
                                    "2026-02-30T10:00:00Z"};
  int64_t instant;
  char text[CLOCK_TEXT_SIZE];
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_false (clock_parse (bad[i], &instant));
  assert_true (clock_parse ("1969-12-31T23:59:59.5Z", &instant));
  assert_true (instant == -500000);
  assert_string_equal (clock_format (instant, text), "1969-12-31T23:59:59.500000Z");
}

/* The store of random bytes gives none twice, over its end as well, and amounts beyond it. */
static void
random_bytes_do_not_repeat (void **state)
{
  enum { ROUNDS = 400 };
  uint8_t drawn[ROUNDS][24], large[2][2048] = {0};
  (void)state;
  for (size_t i = 0; i < ROUNDS; i++) {
    random_bytes (drawn[i], sizeof drawn[i]);
    for (size_t before = 0; before < i; before++)
      assert_memory_not_equal (drawn[before], drawn[i], sizeof drawn[i]);
  }
  for (size_t i = 0; i < 2; i++)
    random_bytes (large[i], sizeof large[i]);
  assert_memory_not_equal (large[0], large[1], 64);
  assert_memory_not_equal (large[0] + 1984, large[1] + 1984, 64);
}

static void
identifiers_sort_by_time (void **state)
{
  char a[ID_TEXT_SIZE], b[ID_TEXT_SIZE];
  Id id;
  (void)state;
  id_format (id_new (1000000000000000), a);
  id_format (id_new (1000000000002000), b);
  assert_true (strcmp (a, b) < 0);
  assert_int_equal (a[14], '7');
  assert_true (strchr ("89ab", a[19]) != NULL);
  assert_true (id_parse (a, &id));
  assert_string_equal (id_format (id, b), a);
  assert_false (id_parse ("01890000-0000-7000-8000-00000000000", &id));
  assert_false (id_parse ("01890000-0000-7000-8000-00000000000A", &id));
  assert_false (id_parse ("01890000-0000-7000-8000-00000000000aa", &id));
  assert_false (id_parse ("018900000000-7000-8000-0000-00000000000a", &id));
  assert_memory_equal (id_of_name ("space", "name").bytes, id_of_name ("space", "name").bytes, 16);
  assert_memory_not_equal (id_of_name ("space", "name").bytes, id_of_name ("spac", "ename").bytes, 16);
}

static void
money_adds_up (void **state)
{
  Money amount, parts[7], sum = money_make (0, "EUR");
  char text[MONEY_TEXT_SIZE];
  (void)state;
  assert_true (money_parse ("-12.5", "EUR", &amount));
  assert_string_equal (money_format (amount, text), "-12.50 EUR");
  money_split (amount, 7, parts);
  for (size_t i = 0; i < 7; i++)
    sum = money_add (sum, parts[i]);
  assert_int_equal (money_compare (sum, amount), 0);
  assert_true (parts[0].cents - parts[6].cents <= 0 && parts[0].cents - parts[6].cents >= -1);
  assert_true (money_share (money_make (5, "EUR"), 1, 2).cents == 3);
  assert_true (money_share (money_make (-5, "EUR"), 1, 2).cents == -3);
  assert_true (money_share (money_make (100, "EUR"), 1, 3).cents == 33);
  assert_true (money_subtract (amount, amount).cents == 0);
  static const char *const bad[] = {"",   "-",  "1.", ".5", "1.234", "1,5", "1e3", "99999999999999999999",
                                    " 1", "--1"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_false (money_parse (bad[i], "EUR", &amount));
}

/* Runs `function` in a child and tells whether it was killed. */
static bool
aborts (void (*function) (void))
{
  pid_t child = fork ();
  if (child == 0) {
    function ();
    _exit (0);
  }
  int code = 0;
  waitpid (child, &code, 0);
  return WIFSIGNALED (code);
}

static void
mix_currencies (void)
{
  money_add (money_make (1, "EUR"), money_make (1, "SEK"));
}

static void
overflow (void)
{
  money_add (money_make (INT64_MAX, "EUR"), money_make (1, "EUR"));
}

static void
wrong_money_stops_the_process (void **state)
{
  (void)state;
  assert_true (aborts (mix_currencies));
  assert_true (aborts (overflow));
}

static void
folding_makes_alike_what_people_mean_alike (void **state)
{
  static const struct {
    const char *text, *folded;
  } rows[] = {
      {"Äijä", "aija"},
      {"ÅSTRÖM", "astrom"},
      {"  Anna   Maija ", "anna maija"},
      {"Straße", "strasse"},
      {"ﬁnn", "finn"},
      {"É́́", "e"},
      {"", ""},
      {"Ñandú\tX", "nandu x"},
      {"\xff\xfe", ""},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_string_equal (text_fold (*state, rows[i].text), rows[i].folded);
  assert_true (text_is_utf8 ("ä", 2));
  assert_false (text_is_utf8 ("\xc3", 1));
  assert_false (text_is_utf8 ("\xc0\x80", 2));
  assert_false (text_is_utf8 ("\xed\xa0\x80", 3));
  assert_false (text_is_utf8 ("a\0b", 3));
  assert_int_equal (text_length ("aäö€"), 4);
}

/* Text is looked at in words where it can be: what is wrong is found wherever it stands in one. */
static void
bad_bytes_are_found_everywhere (void **state)
{
  static const char bad[] = {'\0', '\x80', '\xc3', '\xff'};
  char text[32];
  (void)state;
  for (size_t length = 1; length <= sizeof text; length++)
    for (size_t at = 0; at < length; at++) {
      memset (text, 'a', sizeof text);
      text[0] = '\x01'; /* next to a NUL, where a borrow shows */
      assert_true (text_is_utf8 (text, length));
      for (size_t i = 0; i < sizeof bad; i++) {
        text[at] = bad[i];
        assert_false (text_is_utf8 (text, length));
      }
      if (at + 1 < length) {
        memcpy (text + at, "ä", 2);
        assert_true (text_is_utf8 (text, length));
      }
    }
}

static int
compare_keys (void *context, const char *a, const char *b, const char *locale)
{
  Bytes key_a = text_sort_key (context, a, locale), key_b = text_sort_key (context, b, locale);
  size_t length = key_a.length < key_b.length ? key_a.length : key_b.length;
  int order = memcmp (key_a.data, key_b.data, length);
  return order != 0 ? order : (key_a.length > key_b.length) - (key_a.length < key_b.length);
}

static void
names_sort_as_the_language_does (void **state)
{
  assert_true (compare_keys (*state, "Zorro", "Åberg", "fi") < 0);
  assert_true (compare_keys (*state, "Åberg", "Äijä", "fi") < 0);
  assert_true (compare_keys (*state, "Äijä", "Örn", "fi") < 0);
  assert_true (compare_keys (*state, "Äijä", "Zorro", "en") < 0);
  assert_true (compare_keys (*state, "aho", "Aho", "fi") != 0);
}

static void
countries_have_names_in_a_language (void **state)
{
  static const char *const rows[][3] = {
      {"FI", "fi", "Suomi"}, {"FI", "sv", "Finland"}, {"NL", "nl", "Nederland"},
      {"XQ", "en", "XQ"},    {"", "en", ""},          {"FIN", "en", "FIN"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_string_equal (text_country (*state, rows[i][0], rows[i][1]), rows[i][2]);
}

typedef struct TestConfig {
  const char *name;
  int64_t port;
  bool loud;
  Bytes secret;
} TestConfig;

static const ConfigKey test_keys[] = {
    {"HEIMO_TEST_NAME", CONFIG_TEXT, "", NULL, 0, 0, offsetof (TestConfig, name), "a name"},
    {"HEIMO_TEST_PORT", CONFIG_NUMBER, "", "8080", 1, 65535, offsetof (TestConfig, port), "a port"},
    {"HEIMO_TEST_LOUD", CONFIG_FLAG, "", "no", 0, 0, offsetof (TestConfig, loud), "a flag"},
    {"HEIMO_TEST_SECRET", CONFIG_SECRET, "", "", 0, 0, offsetof (TestConfig, secret), "a secret"},
};

static void
configuration_is_read_whole_or_refused_whole (void **state)
{
  TestConfig config = {0};
  setenv ("HEIMO_TEST_PORT", "70000", 1);
  setenv ("HEIMO_TEST_LOUD", "maybe", 1);
  setenv ("HEIMO_TEST_SECRET_FILE", "/nonexistent", 1);
  Status status = config_read (*state, test_keys, 4, &config);
  assert_int_equal (status.detail->violation_count, 4);
  assert_string_equal (status.detail->violations[0].reason, "REQUIRED");
  assert_string_equal (status.detail->violations[1].reason, "OUT_OF_RANGE");
  assert_string_equal (status.detail->violations[2].reason, "NOT_A_FLAG");
  assert_string_equal (status.detail->violations[3].reason, "UNREADABLE");

  char path[] = "/tmp/heimo-secret.XXXXXX";
  int fd = mkstemp (path);
  assert_int_equal (write (fd, "hush\n", 5), 5);
  close (fd);
  setenv ("HEIMO_TEST_NAME", "x", 1);
  setenv ("HEIMO_TEST_PORT", "1", 1);
  setenv ("HEIMO_TEST_LOUD", "yes", 1);
  setenv ("HEIMO_TEST_SECRET_FILE", path, 1);
  status = config_read (*state, test_keys, 4, &config);
  unlink (path);
  assert_false (status_failed (status));
  assert_int_equal (config.port, 1);
  assert_true (config.loud);
  assert_int_equal (config.secret.length, 4);
}

static void
metrics_print_as_prometheus_reads_them (void **state)
{
  Metric metrics[] = {
      {.name = "calls_total", .kind = METRIC_COUNTER, .labels = "code=\"OK\"", .help = "Calls."},
      {.name = "seconds", .kind = METRIC_HISTOGRAM, .labels = "", .help = "Time."},
  };
  metric_add (&metrics[0], 3);
  metric_observe (&metrics[1], 300);
  metric_observe (&metrics[1], 20000000);
  char *text = metrics_print (memory_string (*state, ""), metrics, 2);
  assert_non_null (strstr (text, "# TYPE calls_total counter\ncalls_total{code=\"OK\"} 3\n"));
  assert_non_null (strstr (text, "seconds_bucket{le=\"0.00025\"} 0\n"));
  assert_non_null (strstr (text, "seconds_bucket{le=\"0.0005\"} 1\n"));
  assert_non_null (strstr (text, "seconds_bucket{le=\"+Inf\"} 2\n"));
  assert_non_null (strstr (text, "seconds_count{} 2\n"));
}

#define TEST(function) cmocka_unit_test_setup_teardown (function, open_root, close_root)

int
main (void)
{
  const struct CMUnitTest tests[] = {
      TEST (a_status_keeps_all_it_was_told),
      TEST (days_are_read_as_the_calendar_has_them),
      TEST (every_day_of_four_centuries_comes_back),
      TEST (ages_are_full_years),
      TEST (days_begin_at_local_midnight),
      TEST (monotonic_time_never_goes_back),
      TEST (instants_are_read_strictly),
      TEST (identifiers_sort_by_time),
      TEST (random_bytes_do_not_repeat),
      TEST (money_adds_up),
      TEST (wrong_money_stops_the_process),
      TEST (folding_makes_alike_what_people_mean_alike),
      TEST (bad_bytes_are_found_everywhere),
      TEST (names_sort_as_the_language_does),
      TEST (countries_have_names_in_a_language),
      TEST (configuration_is_read_whole_or_refused_whole),
      TEST (metrics_print_as_prometheus_reads_them),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
