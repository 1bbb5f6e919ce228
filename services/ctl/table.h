/* A table for a terminal: columns that are as wide as what stands in them. */
#ifndef HEIMO_CTL_TABLE_H
#define HEIMO_CTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/memory.h"

/* Where a column's values stand. */
typedef enum ColumnSide { SIDE_LEFT, SIDE_RIGHT } ColumnSide;

/* A column: its title and how it is found in a row. The text is made on `owner`; NULL is written as "-". */
typedef struct Column {
  const char *title;
  ColumnSide side;
  const char *(*value) (void *owner, const void *row);
} Column;

/* What a table is of. */
typedef struct TableForm {
  const Column *columns;
  size_t count;
  const char *(*note) (void *owner, const void *row); /* a line below each row; NULL: none */
} TableForm;

typedef struct Table Table;

/* An empty table. */
Table *table_new (void *owner, const TableForm *form);

/* Adds a row; its texts are made at once. */
void table_add (Table *table, const void *row);

/* True when nothing has been added since it was written. */
bool table_is_empty (const Table *table);

/* Writes what was added since the last time, and before the first rows the titles. Columns never become
 * narrower, so that a table that is written row by row stays one. Control characters are written as "?": a
 * text from elsewhere must not reach the terminal as a command. */
void table_write (Table *table, FILE *out);

#endif
