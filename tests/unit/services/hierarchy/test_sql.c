/* Every named query fits the migrated schema. */
#include "service_world.h"

#include <libpq-fe.h>

static void
every_query_can_be_prepared (void **state)
{
  (void)state;
  void *context = memory_context (NULL);
  TestDatabase *database = test_database (context, "hierarchy");
  PGconn *connection = PQconnectdb (database->conninfo);
  size_t count = 0, failed = 0;
  for (; hierarchy_queries[count] != NULL; count++) {
    const DbQuery *query = hierarchy_queries[count];
    PGresult *result = PQprepare (connection, query->name, query->sql, (int)query->parameter_count, NULL);
    if (PQresultStatus (result) != PGRES_COMMAND_OK)
      print_error ("%s: %s", query->name, PQerrorMessage (connection));
    failed += PQresultStatus (result) != PGRES_COMMAND_OK;
    PQclear (result);
  }
  assert_int_equal (failed, 0);
  assert_true (count > 20);
  PQfinish (connection);
  talloc_free (context);
}

int
main (void)
{
  static const struct CMUnitTest tests[] = {cmocka_unit_test (every_query_can_be_prepared)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
