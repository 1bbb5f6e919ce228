/* A private PostgreSQL for one test program: made in a folder of its own, gone when the program ends. */
#ifndef HEIMO_TESTS_DATABASE_H
#define HEIMO_TESTS_DATABASE_H

#include "db/db.h"

typedef struct TestDatabase {
  const char *folder;   /* temporary; sockets and data are below it */
  const char *conninfo; /* of the superuser, database "test" */
} TestDatabase;

/* Makes and starts a cluster, creates the database with the extensions and applies the common migrations and
 * those of `service` ("membership"; NULL: only the common ones). Fails the test when that cannot be done.
 * talloc_free stops and removes it; a program that crashes leaves a folder in /tmp. */
TestDatabase *test_database (void *owner, const char *service);

/* Stops PostgreSQL at once, as a crash would, and starts it again. */
void test_database_crash (TestDatabase *database);

/* Stops PostgreSQL; test_database_start starts it. */
void test_database_stop (TestDatabase *database);
void test_database_start (TestDatabase *database);

/* A connection to it, on `owner`. */
Db *test_connect (void *owner, const TestDatabase *database, const DbConstraint *constraints);

/* Runs SQL and returns the first value of the first row as text, on `owner`; "" for none. */
char *test_query (void *owner, const TestDatabase *database, const char *sql);

/* In how many rows of all tables the text (letters only) is, whatever its case, as itself or within bytes. */
uint64_t test_mentions (void *owner, const TestDatabase *database, const char *text);

/* Fails the test with the status when it is a failure. */
#define assert_success(status) test_assert_success ((status), __FILE__, __LINE__)
void test_assert_success (Status status, const char *file, int line);

/* Fails the test unless the status has this code and reason (of the status or of one of its violations). */
#define assert_failure(status, code, reason)                                                                 \
  test_assert_failure ((status), (code), (reason), __FILE__, __LINE__)
void test_assert_failure (Status status, StatusCode code, const char *reason, const char *file, int line);

#endif
