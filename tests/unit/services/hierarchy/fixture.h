/* What the tests of the service begin and end with: one world with the gazetteer for the whole program, and
 * for each test a context of its own as *state, an empty register and noon of 2026-11-21 in Helsinki.
 *
 *   const struct CMUnitTest tests[] = {CASE (test_one), CASE (test_another)};
 *   return RUN_CASES (tests);
 */
#ifndef TEST_HIERARCHY_FIXTURE_H
#define TEST_HIERARCHY_FIXTURE_H

#include "planning.h"

/* Of the whole program, while RUN_CASES runs. */
extern ServiceWorld *world;

/* The period of the person in the organ that holds a day, as known now: "2020-01-01..", or "none". */
const char *period (void *owner, const char *person, const char *organ, const char *on);

int fixture_open (void **state);
int fixture_close (void **state);
int fixture_begin (void **state);
int fixture_end (void **state);

#define CASE(test) cmocka_unit_test_setup_teardown (test, fixture_begin, fixture_end)
#define RUN_CASES(tests) cmocka_run_group_tests (tests, fixture_open, fixture_close)

#endif
