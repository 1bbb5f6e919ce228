/* Gathering rows by column. */
#include "rows.h"

#include <assert.h>

Rows
rows_new (void *owner, const char *const *names)
{
  Rows rows = {.owner = owner, .names = names};
  while (names[rows.width] != NULL)
    rows.width++;
  assert (rows.width <= ROWS_WIDTH_MAX);
  return rows;
}

void
rows_add (Rows *rows, const char *const *values)
{
  if (rows->count == rows->room) {
    rows->room = rows->room == 0 ? 8 : rows->room * 2;
    for (size_t i = 0; i < rows->width; i++)
      rows->columns[i] =
          memory_must (talloc_realloc (rows->owner, rows->columns[i], const char *, (unsigned)rows->room));
  }
  for (size_t i = 0; i < rows->width; i++)
    rows->columns[i][rows->count] = values[i];
  rows->count++;
}

Status
rows_run (const Rows *rows, Db *db, const DbQuery *query, const DbValue *extra, size_t extra_count)
{
  enum { EXTRA_MAX = 8 };
  DbValue values[ROWS_WIDTH_MAX + EXTRA_MAX];
  if (rows->count == 0)
    return STATUS_SUCCESS;
  assert (extra_count <= EXTRA_MAX);
  for (size_t i = 0; i < rows->width; i++)
    values[i] = db_texts (rows->names[i], rows->columns[i], rows->count);
  for (size_t i = 0; i < extra_count; i++)
    values[rows->width + i] = extra[i];
  return db_run (db, rows->owner, query, values, rows->width + extra_count, NULL);
}
