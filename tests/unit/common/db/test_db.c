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
      TEST (a_bad_copy_row_fails_and_rolls_back),
      TEST (it_comes_back_after_postgresql_crashed),
      TEST (without_postgresql_it_says_so),
      TEST (rows_become_messages),
  };
  return cmocka_run_group_tests (tests, set_up, tear_down);
}
