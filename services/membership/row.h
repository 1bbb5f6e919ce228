/* One row of an import: its fields, how each is read, and what can be wrong with it on its own (what needs
 * the register or other rows is checked later). Pure.
 *
 * An empty cell says nothing: it neither sets nor clears.
 */
#ifndef HEIMO_MEMBERSHIP_ROW_H
#define HEIMO_MEMBERSHIP_ROW_H

#include "core/csv.h"
#include "core/day.h"
#include "core/memory.h"

#include <stdbool.h>

typedef enum RowField {
  ROW_KEY,
  ROW_GIVEN_NAME,
  ROW_FAMILY_NAME,
  ROW_BIRTH_DATE,
  ROW_PERSONAL_IDENTITY_CODE,
  ROW_LANGUAGE,
  ROW_EMAIL,
  ROW_PHONE,
  ROW_STREET,
  ROW_POSTAL_CODE,
  ROW_TOWN,
  ROW_COUNTRY,
  ROW_FAMILY,
  ROW_GUARDIAN_KEYS,
  ROW_SUBSCRIPTION,
  ROW_SUBSCRIPTION_FROM,
  ROW_ORGAN_CODE,
  ROW_ADMITTED_FROM,
  ROW_MEMBER_TYPE,
  ROW_POSITION,
  ROW_POSITION_FROM,
  ROW_FIELD_COUNT,
  ROW_IGNORE = ROW_FIELD_COUNT /* a column that is not read */
} RowField;

/* "given_name" …; static. */
const char *row_field_name (RowField field);

/* The field of a name of the mapping, "ignore" included. False for an unknown one. */
bool row_field_find (const char *name, RowField *field);

/* The field that a column of this name most likely is: by the field's name or one of its Finnish, Swedish or
 * English names, without regard to case, spaces and hyphens. ROW_IGNORE when none. */
RowField row_field_guess (const char *column);

/* One thing that is wrong with a row. */
typedef struct RowFault {
  RowField field;
  const char *reason;      /* UPPER_SNAKE, static */
  const char *description; /* English without a full stop, static; never repeats the value */
} RowFault;

enum { ROW_FAULTS_MAX = 32 };

/* A row that was read. Texts are on the owner given to row_read; NULL for an empty cell. Dates are
 * "2011-05-09", telephones E.164, identity codes upper case. */
typedef struct Row {
  const char *values[ROW_FIELD_COUNT];
  size_t fault_count;
  RowFault faults[ROW_FAULTS_MAX];
} Row;

/* Reads the cells (text NULL: the file has no such column) and checks each on its own and against the others.
 */
void row_read (void *owner, const CsvField cells[ROW_FIELD_COUNT], Day today, Row *row);

/* Adds a fault; those beyond ROW_FAULTS_MAX are dropped. */
void row_add_fault (Row *row, RowField field, const char *reason, const char *description);

#endif
