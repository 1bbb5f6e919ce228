/* The database layer against a real PostgreSQL: binding, reading, errors, COPY, losing the connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/database.h"
#include "heimo/membership/v1/person.pb-c.h"
#include "test_db_sql.h"

#define ID_A "01890000-0000-7000-8000-00000000000a"
#define ID_B "01890000-0000-7000-8000-00000000000b"

static TestDatabase *database;

static const DbConstraint constraints[] = {
    {"thing_name_key", STATUS_ALREADY_EXISTS, "name", "NAME_TAKEN", "There is another thing of this name"},
    {NULL, 0, NULL, NULL, NULL},
};

static int
set_up (void **state)
{
  (void)state;
  database = test_database (NULL, NULL);
  test_query (
      database, database,
      "CREATE TABLE thing (thing_id uuid PRIMARY KEY, name text UNIQUE, born date, size bigint, data bytea, "
      "tags text[], made timestamptz DEFAULT '2026-11-21 12:00:00.25+02')");
  return 0;
}

static int
tear_down (void **state)
{
  (void)state;
  talloc_free (database);
  return 0;
}

static int
open_db (void **state)
{
  void *root = memory_context (NULL);
  *state = root;
  test_query (root, database, "TRUNCATE thing");
  return 0;
}

static int
close_db (void **state)
{
  talloc_free (*state);
  return 0;
}

static Status
insert (Db *db, void *owner, const char *id, const char *name, const char *born)
{
  static const uint8_t data[] = {0, 1, 255};
  const char *tags[] = {"a\"b", "c\\d,e", NULL};
  return db_run (db, owner, &sql_thing_insert,
                 DB_VALUES (db_text ("thing_id", id), db_text ("name", name), db_text ("born", born),
                            db_integer ("size", -5), db_bytes ("data", (Bytes){data, 3}),
                            db_texts ("tags", tags, 3)),
                 NULL);
}

static void
values_come_back_as_they_went (void **state)
{
  Db *db = test_connect (*state, database, constraints);
  Person person = PERSON__INIT;
  DbResult *result;
  assert_success (insert (db, *state, ID_A, "Äijä 'O", "2024-02-29"));
  assert_success (db_run (db, *state, &sql_thing_get, DB_VALUES (db_text ("thing_id", ID_A)), &result));
  db_read_row (*state, result, 0, &person.base);
  assert_string_equal (person.person_id, ID_A);
  assert_string_equal (person.given_name, "Äijä 'O");
  assert_string_equal (person.birth_date, "2024-02-29");
  assert_string_equal (person.create_time, "2026-11-21T10:00:00.250000Z");
  assert_string_equal (person.address->town, "x:y");
  assert_string_equal (person.family_name, "");
  assert_int_equal (db_number (result, 0, "size"), -5);
  assert_string_equal (db_value (result, 0, "tags"), "a\"b|c\\d,e");
  Bytes data = db_byte_value (*state, result, 0, "data");
  assert_int_equal (data.length, 3);
  assert_int_equal (data.data[2], 255);
  assert_int_equal (db_day (result, 0, "birth_date", 0), 19782);
}

static void
an_empty_text_is_null_where_marked (void **state)
{
  Db *db = test_connect (*state, database, constraints);
  assert_success (insert (db, *state, ID_A, "", ""));
  assert_string_equal (
      test_query (*state, database, "SELECT (born IS NULL)::text || (name = '')::text FROM thing"),
      "truetrue");
}

static void
a_message_is_bound_by_field_names (void **state)
{
  Db *db = test_connect (*state, database, constraints);
  Person person = PERSON__INIT;
  person.person_id = ID_A;
  Status status = db_run (db, *state, &sql_thing_get, DB_VALUES (db_message (&person.base)), NULL);
  assert_failure (status, STATUS_INTERNAL, "QUERY"); /* thing_id is no field of Person */
  assert_non_null (strstr (status.detail->message, "thing_id"));
}

static void
a_row_that_is_not_there_is_not_found (void **state)
{
  Db *db = test_connect (*state, database, constraints);
  Person person = PERSON__INIT;
  assert_failure (db_run_one (db, *state, &sql_thing_get, DB_VALUES (db_text ("thing_id", ID_B)),
                              "THING_NOT_FOUND", &person.base),
                  STATUS_NOT_FOUND, "THING_NOT_FOUND");
}

static void
a_broken_constraint_names_the_field (void **state)
{
  Db *db = test_connect (*state, database, constraints);
  assert_success (insert (db, *state, ID_A, "same", ""));
  Status status = insert (db, *state, ID_B, "same", "");
  assert_failure (status, STATUS_ALREADY_EXISTS, "NAME_TAKEN");
  assert_string_equal (status.detail->violations[0].field, "name");
  assert_failure (insert (db, *state, ID_A, "other", ""), STATUS_FAILED_PRECONDITION, "CONSTRAINT");
}

static void
a_rollback_leaves_nothing (void **state)
{
  Db *db = test_connect (*state, database, constraints);
  assert_success (db_begin (db, *state, 1000));
  assert_true (db_in_transaction (db));
  assert_success (insert (db, *state, ID_A, "a", ""));
  db_rollback (db);
  assert_false (db_in_transaction (db));
  assert_string_equal (test_query (*state, database, "SELECT count(*) FROM thing"), "0");
}

static void
a_failed_transaction_does_not_commit (void **state)
{
  Db *db = test_connect (*state, database, constraints);
  assert_success (db_begin (db, *state, 1000));
  assert_success (insert (db, *state, ID_A, "a", ""));
  Status ignored = insert (db, *state, ID_A, "a", "");
  assert_true (status_failed (ignored));
  assert_failure (db_commit (db, *state), STATUS_INTERNAL, "DATABASE");
  assert_string_equal (test_query (*state, database, "SELECT count(*) FROM thing"), "0");
}

static void
a_slow_statement_ends_at_its_deadline (void **state)
{
  Db *db = test_connect (*state, database, constraints);
  assert_success (db_begin (db, *state, 100));
  assert_failure (db_run (db, *state, &sql_thing_slow, DB_VALUES (db_integer ("seconds", 20)), NULL),
                  STATUS_DEADLINE_EXCEEDED, "STATEMENT_TIMEOUT");
  db_rollback (db);
  assert_success (insert (db, *state, ID_A, "usable again", ""));
}

static void
a_last_query_commits_in_one_go (void **state)
{
  Db *db = test_connect (*state, database, constraints);
  const DbValue id[] = {db_text ("thing_id", ID_A)};
  DbResult *result;
  assert_success (db_begin (db, *state, 1000));
  assert_success (insert (db, *state, ID_A, "a", ""));
  assert_success (db_run_and_commit (db, *state, &sql_thing_get, id, 1, &result));
  assert_int_equal (db_row_count (result), 1);
  assert_false (db_in_transaction (db));
  assert_string_equal (test_query (*state, database, "SELECT count(*) FROM thing"), "1");

  assert_success (
      db_begin (db, *state, 1000)); /* the last query fails: nothing is stored, the session goes on */
  assert_success (insert (db, *state, ID_B, "b", ""));
  const DbValue bad[] = {db_text ("thing_id", "no uuid")};
  assert_failure (db_run_and_commit (db, *state, &sql_thing_get, bad, 1, &result), STATUS_INTERNAL,
                  "DATABASE");
  db_rollback (db);
  assert_string_equal (test_query (*state, database, "SELECT count(*) FROM thing"), "1");
  assert_success (insert (db, *state, ID_B, "b", ""));

  assert_success (db_begin (db, *state, 1000));
  test_database_crash (database);
  assert_failure (db_run_and_commit (db, *state, &sql_thing_get, id, 1, &result), STATUS_UNAVAILABLE,
                  "OUTCOME_UNKNOWN");
  db_rollback (db);
  assert_success (db_run (db, *state, &sql_thing_list, NULL, 0, NULL));
}

static void
copy_stores_every_character (void **state)
{
  Db *db = test_connect (*state, database, constraints);
  const char *row_a[] = {ID_A, "tab\tline\nback\\slash\r", "2000-01-01"};
  const char *row_b[] = {ID_B, NULL, NULL};
  assert_success (db_begin (db, *state, 1000));
  assert_success (db_copy_begin (db, *state, "COPY thing (thing_id, name, born) FROM STDIN"));
  assert_success (db_copy_row (db, *state, row_a, 3));
  assert_success (db_copy_row (db, *state, row_b, 3));
  assert_success (db_copy_end (db, *state));
  assert_success (db_commit (db, *state));
  assert_string_equal (test_query (*state, database, "SELECT name FROM thing WHERE thing_id = '" ID_A "'"),
                       row_a[1]);
  assert_string_equal (test_query (*state, database, "SELECT count(*) FROM thing WHERE name IS NULL"), "1");
}

/* Every kind of value there is, NULL and both infinities; statements can be run again afterwards. */
static void
copy_reads_every_value (void **state)
{
  Db *db = test_connect (*state, database, constraints);
  test_query (
      *state, database,
      "INSERT INTO thing (thing_id, name, born, size) VALUES ('" ID_A "', 'Åsa', '1999-12-31', -7), ('" ID_B
      "', NULL, '-infinity', NULL), ('01890000-0000-7000-8000-00000000000c', '', 'infinity', 9000000000)");
  assert_success (db_begin (db, *state, 1000));
  assert_success (db_copy_out (db, *state,
                               "COPY (SELECT thing_id, name, born, size FROM thing ORDER BY thing_id) "
                               "TO STDOUT (FORMAT binary)"));
  DbField row[4];
  char text[10];
  bool more;
  assert_success (db_copy_next (db, *state, row, 4, &more));
  assert_true (more);
  assert_int_equal (row[0].length, 16);
  assert_int_equal (row[0].data[15], 0x0a);
  assert_string_equal (db_field_text (row[1], text, sizeof text), "Åsa");
  Day day;
  assert_int_equal (day_parse ("1999-12-31", &day), DAY_OK);
  assert_int_equal (db_field_day (row[2], 0), day);
  assert_int_equal (db_field_number (row[3]), -7);
  assert_success (db_copy_next (db, *state, row, 4, &more));
  assert_int_equal (row[1].length, -1);
  assert_string_equal (db_field_text (row[1], text, sizeof text), "");
  assert_int_equal (db_field_day (row[2], 0), DAY_MIN);
  assert_int_equal (db_field_number (row[3]), 0);
  assert_success (db_copy_next (db, *state, row, 4, &more));
  assert_int_equal (row[1].length, 0);
  assert_int_equal (db_field_day (row[2], 0), DAY_MAX);
  assert_int_equal (db_field_number (row[3]), INT64_C (9000000000));
  assert_success (db_copy_next (db, *state, row, 4, &more));
  assert_false (more);
  assert_success (db_script (db, *state, "SELECT 1"));
  assert_success (db_commit (db, *state));
}

/* Nobody need read to the end; an error in the middle is told. */
static void
copy_out_may_end_early (void **state)
{
  Db *db = test_connect (*state, database, constraints);
  DbField row[1];
  bool more = true;
  assert_success (db_begin (db, *state, 5000));
  assert_success (
      db_copy_out (db, *state, "COPY (SELECT generate_series (1, 1000000)) TO STDOUT (FORMAT binary)"));
  assert_success (db_copy_next (db, *state, row, 1, &more));
  assert_int_equal (db_field_number (row[0]), 1);
  db_rollback (db);
  assert_success (db_begin (db, *state, 5000));
  assert_success (db_copy_out (
      db, *state, "COPY (SELECT 100 / (3 - n) FROM generate_series (1, 5) AS n) TO STDOUT (FORMAT binary)"));
  Status status = STATUS_SUCCESS;
  int rows = 0;
  for (; more && !status_failed (status); rows++)
    status = db_copy_next (db, *state, row, 1, &more);
  assert_int_equal (rows, 3);
  assert_true (status_failed (status));
  db_rollback (db);
  assert_success (db_script (db, *state, "SELECT 1"));
}

static void
a_bad_copy_row_fails_and_rolls_back (void **state)
{
  Db *db = test_connect (*state, database, constraints);
  const char *row[] = {"no uuid", "x", NULL};
  assert_success (db_begin (db, *state, 1000));
  assert_success (db_copy_begin (db, *state, "COPY thing (thing_id, name, born) FROM STDIN"));
  assert_success (db_copy_row (db, *state, row, 3));
  assert_true (status_failed (db_copy_end (db, *state)));
  db_rollback (db);
  assert_success (insert (db, *state, ID_A, "usable again", ""));
}

static void
it_comes_back_after_postgresql_crashed (void **state)
{
  Db *db = test_connect (*state, database, constraints);
  assert_success (insert (db, *state, ID_A, "before", ""));
  assert_success (db_begin (db, *state, 1000));
  assert_success (insert (db, *state, ID_B, "inside", ""));
  test_database_crash (database);
  Status status = db_commit (db, *state);
  assert_failure (status, STATUS_UNAVAILABLE, "OUTCOME_UNKNOWN");
  assert_int_equal (status.detail->retry_after_ms, 1000);
  assert_success (db_begin (db, *state, 1000));
  assert_success (insert (db, *state, ID_B, "after", ""));
  assert_success (db_commit (db, *state));
  test_database_crash (database); /* while idle: the next statement connects again by itself */
  assert_success (db_run (db, *state, &sql_thing_list, NULL, 0, NULL));
}

static void
without_postgresql_it_says_so (void **state)
{
  Db *db = test_connect (*state, database, constraints);
  test_database_stop (database);
  assert_failure (insert (db, *state, ID_A, "x", ""), STATUS_UNAVAILABLE, "DATABASE_UNAVAILABLE");
  assert_failure (db_begin (db, *state, 1000), STATUS_UNAVAILABLE, "DATABASE_UNAVAILABLE");
  test_database_start (database);
  assert_success (insert (db, *state, ID_A, "x", ""));
}

static void
rows_become_messages (void **state)
{
  Db *db = test_connect (*state, database, constraints);
  DbResult *result;
  size_t count;
  assert_success (insert (db, *state, ID_A, "b", ""));
  assert_success (insert (db, *state, ID_B, "a", ""));
  assert_success (db_run (db, *state, &sql_thing_list, NULL, 0, &result));
  Person **persons = db_read_rows (*state, result, &person__descriptor, &count);
  assert_int_equal (count, 2);
  assert_string_equal (persons[0]->given_name, "a");
  assert_string_equal (persons[1]->person_id, ID_A);
}

/* What PostgreSQL makes of an array; "!" when it refuses it. */
static const char *
array_of (Db *db, void *owner, const DbQuery *query, DbValue value)
{
  DbResult *result;
  Status status = db_run (db, owner, query, &value, 1, &result);
  return status_failed (status) ? "!" : db_value (result, 0, "value");
}

/* In the binary form and, where an element is not understood, in the text form. */
static void
arrays_arrive_element_by_element (void **state)
{
  static const struct {
    const DbQuery *query;
    const char *elements[3];
    const char *value;
  } cases[] = {
      {&sql_array_text, {"a\"b", "c\\d,e", NULL}, "{\"a\\\"b\",\"c\\\\d,e\",NULL}"},
      {&sql_array_text, {"", "Äijä", "NULL"}, "{\"\",Äijä,\"NULL\"}"},
      {&sql_array_uuid, {ID_A, NULL, ID_B}, "{" ID_A ",NULL," ID_B "}"},
      {&sql_array_uuid, {"0189000000007000800000000000000A", NULL, NULL}, "{" ID_A ",NULL,NULL}"},
      {&sql_array_uuid, {ID_A "0", NULL, NULL}, "!"},
      {&sql_array_uuid, {"01890000-0000-7000-8000", NULL, NULL}, "!"},
      {&sql_array_smallint, {"-32768", "32767", "+1"}, "{-32768,32767,1}"},
      {&sql_array_smallint, {"-32768", "32767", "0"}, "{-32768,32767,0}"},
      {&sql_array_smallint, {"32768", NULL, NULL}, "!"},
      {&sql_array_integer, {"-2147483648", "2147483647", NULL}, "{-2147483648,2147483647,NULL}"},
      {&sql_array_integer, {"1x", NULL, NULL}, "!"},
      {&sql_array_integer, {"-", NULL, NULL}, "!"},
      {&sql_array_bigint,
       {"-9223372036854775808", "123456789012345678", NULL},
       "{-9223372036854775808,123456789012345678,NULL}"},
      {&sql_array_boolean, {"t", "false", NULL}, "{t,f,NULL}"},
      {&sql_array_boolean, {"yes", "f", NULL}, "{t,f,NULL}"},
      {&sql_array_bytea, {"\\x00ff7F", "\\x", "plain"}, "{\"\\\\x00ff7f\",\"\\\\x\",\"\\\\x706c61696e\"}"},
      {&sql_array_bytea, {"\\x00ff", "\\x", NULL}, "{\"\\\\x00ff\",\"\\\\x\",NULL}"},
      {&sql_array_bytea, {"\\x0", NULL, NULL}, "!"},
      {&sql_array_date, {"0001-01-01", "2024-02-29", "9999-12-31"}, "{0001-01-01,2024-02-29,9999-12-31}"},
      {&sql_array_date, {"-infinity", "infinity", NULL}, "{-infinity,infinity,NULL}"},
      {&sql_array_date, {"2023-02-29", NULL, NULL}, "!"},
      {&sql_array_timestamptz,
       {"2026-11-21T19:07:26.123456Z", "1999-12-31T23:59:59Z", NULL},
       "{\"2026-11-21 19:07:26.123456+00\",\"1999-12-31 23:59:59+00\",NULL}"},
      {&sql_array_timestamptz,
       {"infinity", "2026-11-21 19:07:26+02", NULL},
       "{infinity,\"2026-11-21 17:07:26+00\",NULL}"},
  };
  Db *db = test_connect (*state, database, constraints);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_string_equal (array_of (db, *state, cases[i].query, db_texts ("elements", cases[i].elements, 3)),
                         cases[i].value);
  assert_string_equal (array_of (db, *state, &sql_array_uuid, db_texts ("elements", NULL, 0)), "{}");
}

static void
numbers_and_bytes_arrive_in_arrays (void **state)
{
  static const int64_t numbers[] = {0, -1, 32767, 2147483647, INT64_MIN};
  static const uint8_t bytes[] = {0, 255};
  const Bytes strings[] = {{bytes, 2}, {NULL, 0}, {bytes, 0}};
  static const struct {
    const DbQuery *query;
    size_t count;
    const char *value;
  } cases[] = {{&sql_array_smallint, 3, "{0,-1,32767}"},
               {&sql_array_smallint, 4, "!"},
               {&sql_array_integer, 4, "{0,-1,32767,2147483647}"},
               {&sql_array_integer, 5, "!"},
               {&sql_array_bigint, 5, "{0,-1,32767,2147483647,-9223372036854775808}"},
               {&sql_array_bigint, 0, "{}"},
               {&sql_array_text, 2, "{0,-1}"}};
  Db *db = test_connect (*state, database, constraints);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_string_equal (
        array_of (db, *state, cases[i].query, db_integers ("elements", numbers, cases[i].count)),
        cases[i].value);
  assert_string_equal (array_of (db, *state, &sql_array_bytea, db_byte_strings ("elements", strings, 3)),
                       "{\"\\\\x00ff\",NULL,\"\\\\x\"}");
}

/* A table that was filled before a crash is not forgotten by those who plan queries, nor one that grew. */
static void
a_table_filled_before_a_crash_gets_statistics (void **state)
{
  static const char *const count =
      "SELECT count (*) FROM pg_stats WHERE tablename = 'thing' AND attname = 'name'";
  static const char *const fill = "INSERT INTO thing (thing_id, name) SELECT gen_random_uuid (), "
                                  "gen_random_uuid ()::text FROM generate_series (1, 3000)";
  static const char *const known = "SELECT reltuples::int FROM pg_class WHERE relname = 'thing'";
  void *root = *state;
  test_query (root, database, "INSERT INTO thing (thing_id, name) SELECT gen_random_uuid (), 'one'");
  test_database_crash (database);
  assert_string_equal (test_query (root, database, count), "0");
  test_query (root, database, "SELECT analyze_forgotten ()");
  assert_string_equal (test_query (root, database, count), "1");
  assert_string_equal (test_query (root, database, known), "1");
  test_query (root, database, fill);
  test_query (root, database, "SELECT analyze_forgotten ()");
  assert_string_equal (test_query (root, database, known), "3001");
}

#define TEST(function) cmocka_unit_test_setup_teardown (function, open_db, close_db)

int
main (void)
{
  const struct CMUnitTest tests[] = {
      TEST (a_table_filled_before_a_crash_gets_statistics),
      TEST (values_come_back_as_they_went),
      TEST (an_empty_text_is_null_where_marked),
      TEST (a_message_is_bound_by_field_names),
      TEST (a_row_that_is_not_there_is_not_found),
      TEST (a_broken_constraint_names_the_field),
      TEST (a_rollback_leaves_nothing),
      TEST (a_failed_transaction_does_not_commit),
      TEST (a_slow_statement_ends_at_its_deadline),
      TEST (a_last_query_commits_in_one_go),
      TEST (copy_stores_every_character),
      TEST (copy_reads_every_value),
      TEST (copy_out_may_end_early),
      TEST (a_bad_copy_row_fails_and_rolls_back),
      TEST (it_comes_back_after_postgresql_crashed),
      TEST (without_postgresql_it_says_so),
      TEST (rows_become_messages),
      TEST (arrays_arrive_element_by_element),
      TEST (numbers_and_bytes_arrive_in_arrays),
  };
  return cmocka_run_group_tests (tests, set_up, tear_down);
}
