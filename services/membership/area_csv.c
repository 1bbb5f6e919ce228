/* Rows of an area change from CSV: a first line that names the columns in any order, then one row for each
 * postal code or municipality. All bad rows are told at once. */
#include "area.h"

#include "core/csv.h"
#include "core/validate.h"

#include <string.h>

enum { BAD_ROWS_MAX = 100 };

/* The columns, in the order of AREA_COLUMNS. */
typedef enum AreaColumn {
  COLUMN_COUNTRY,
  COLUMN_POSTAL_CODE,
  COLUMN_FROM_MUNICIPALITY,
  COLUMN_TOWN,
  COLUMN_MUNICIPALITY,
  COLUMN_PROVINCE,
  COLUMN_COUNT
} AreaColumn;

static const char *const column_names[] = {"country", "postal_code",  "from_municipality",
                                           "town",    "municipality", "province"};

/* One reading. */
typedef struct Reading {
  Call *call;
  CsvReader *csv;
  size_t at[COLUMN_COUNT]; /* position of the column in the file, from 1; 0: not there */
  size_t columns;
  AreaRow **rows;
  uint64_t *lines;
  size_t count;
  size_t bad;
  Status status;
} Reading;

static void
add_bad (Reading *reading, uint64_t line, size_t column, const char *reason, const char *text)
{
  if (reading->bad++ < BAD_ROWS_MAX)
    status_add_violation (&reading->status, reading->call, "csv", reason, "Line %llu, column %zu: %s",
                          (unsigned long long)line, column, text);
}

static void
read_head (Reading *reading, const CsvRow *row)
{
  reading->columns = row->count;
  for (size_t i = 0; i < row->count; i++) {
    size_t known = 0;
    while (known < COLUMN_COUNT && strcmp (row->fields[i].text, column_names[known]) != 0)
      known++;
    if (known == COLUMN_COUNT)
      add_bad (reading, row->line, i + 1, "UNKNOWN_COLUMN",
               "Columns are country, postal_code, from_municipality, town, municipality and province");
    else if (reading->at[known] != 0)
      add_bad (reading, row->line, i + 1, "DUPLICATE_COLUMN", "The column is there twice");
    else
      reading->at[known] = i + 1;
  }
}

static const char *
take_field (Reading *reading, const CsvRow *row, AreaColumn column, size_t most)
{
  size_t at = reading->at[column];
  if (at == 0 || at > row->count)
    return "";
  const CsvField *field = &row->fields[at - 1];
  if (strlen (field->text) > most)
    add_bad (reading, row->line, at, "TOO_LONG", "The value is too long");
  else if (validate_text (API_FORMAT_TEXT, field->text, strlen (field->text)) != NULL)
    add_bad (reading, row->line, at, "INVALID_TEXT", "The value has control characters");
  return memory_string (reading->call, field->text);
}

static void
read_row (Reading *reading, const CsvRow *row)
{
  if (row->count > reading->columns) {
    add_bad (reading, row->line, reading->columns + 1, "SURPLUS_COLUMN",
             "The row has more columns than the first line");
    return;
  }
  if (reading->count == AREA_ROWS_MAX) {
    add_bad (reading, row->line, 1, "TOO_MANY_ROWS", "An area change has at most 5,000 rows");
    return;
  }
  AreaRow *made = memory_new (reading->call, AreaRow);
  area_row__init (made);
  made->country = take_field (reading, row, COLUMN_COUNTRY, 2);
  made->postal_code = take_field (reading, row, COLUMN_POSTAL_CODE, 16);
  made->from_municipality = take_field (reading, row, COLUMN_FROM_MUNICIPALITY, 100);
  made->town = take_field (reading, row, COLUMN_TOWN, 100);
  made->municipality = take_field (reading, row, COLUMN_MUNICIPALITY, 100);
  made->province = take_field (reading, row, COLUMN_PROVINCE, 100);
  reading->lines[reading->count] = row->line;
  reading->rows[reading->count++] = made;
}

Status
area_read_csv (Call *call, const char *csv, AreaRow ***rows, uint64_t **lines, size_t *count)
{
  Bytes input = csv_without_mark ((Bytes){(const uint8_t *)csv, strlen (csv)});
  char separator = csv_detect_separator (input);
  Reading reading = {.call = call, .status = STATUS_SUCCESS};
  if (separator == '\0')
    separator = ',';
  reading.csv = csv_new (call, separator);
  reading.rows = memory_array (call, AreaRow *, AREA_ROWS_MAX + 1);
  reading.lines = memory_array (call, uint64_t, AREA_ROWS_MAX + 1);
  CsvResult result;
  while ((result = csv_next (reading.csv, &input, true)) != CSV_END && result != CSV_MORE) {
    const CsvRow *row = csv_row (reading.csv);
    if (result == CSV_BAD_ROW)
      add_bad (&reading, row->fault_line, row->fault_column, csv_fault_reason (row->fault),
               csv_fault_text (row->fault));
    else if (reading.columns == 0)
      read_head (&reading, row);
    else
      read_row (&reading, row);
  }
  if (reading.count == 0 && !status_failed (reading.status))
    return status_field (call, "csv", "EMPTY", "The file has no rows");
  *rows = reading.rows;
  *lines = reading.lines;
  *count = reading.count;
  return reading.status;
}
