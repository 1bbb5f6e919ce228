/* What the table tests of the codec share. */
#ifndef HEIMO_TESTS_HTTP_CASES_H
#define HEIMO_TESTS_HTTP_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* Bytes of a literal, which may hold NULs, with their number. */
#define BYTES(literal) (literal), sizeof (literal) - 1

#define ROWS(table) (sizeof (table) / sizeof *(table))

/* Fails the test with the name of the table's row. */
#define ROW_FAIL(row, ...)                                                                                   \
  do {                                                                                                       \
    print_error ("row \"%s\": ", (row)->name);                                                               \
    print_error (__VA_ARGS__);                                                                               \
    print_error ("\n");                                                                                      \
    fail ();                                                                                                 \
  } while (0)

#endif
