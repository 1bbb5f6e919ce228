/* Rows for set-based statements: values gathered row by row, handed over column by column for unnest. */
#ifndef HEIMO_MEMBERSHIP_ROWS_H
#define HEIMO_MEMBERSHIP_ROWS_H

#include "db/db.h"

enum { ROWS_WIDTH_MAX = 40 };

typedef struct Rows {
  void *owner;
  const char *const *names; /* of the columns, ends with NULL */
  size_t width;
  size_t count;
  size_t room;
  const char **columns[ROWS_WIDTH_MAX];
} Rows;

/* No rows yet, of columns with these names (static). */
Rows rows_new (void *owner, const char *const *names);

/* Adds a row of as many values as there are columns; the texts must live as long as the rows. */
void rows_add (Rows *rows, const char *const *values);

/* Runs a query with the columns as arrays, and `extra` values. Does nothing without rows. */
Status rows_run (const Rows *rows, Db *db, const DbQuery *query, const DbValue *extra,
                 size_t extra_count) MUST_CHECK;

#endif
