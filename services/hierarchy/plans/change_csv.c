/* A change set from CSV, for what comes as a list: the municipal mergers of a year, a district reform. The
 * first line names the columns in any order. All bad rows are told at once; what the changes themselves are
 * refused for names the line of the row.
 */
#include "plans/changes.h"

#include "core/csv.h"

#include <stdlib.h>
#include <string.h>

enum { BAD_ROWS_MAX = 100, VALUE_MAX = 1000 };

/* The columns. */
typedef enum ChangeColumn {
  COLUMN_CHANGE,
  COLUMN_ON,
  COLUMN_ORGAN,
  COLUMN_PARENT,
  COLUMN_TARGET,
  COLUMN_CODE,
  COLUMN_NAME,
  COLUMN_KIND,
  COLUMN_FIELD,
  COLUMN_VALUES,
  COLUMN_COUNT
} ChangeColumn;

static const char *const column_names[] = {"change", "on",   "organ",      "parent",     "target",
                                           "code",   "name", "organ_kind", "rule_field", "rule_values"};

/* What may stand in the column "change". Splits and exceptions name lists and persons: they are not for a
 * table. */
static const struct {
  const char *name;
  ChangeKind kind;
} kinds[] = {
    {"create", CHANGE_KIND__CHANGE_KIND_CREATE}, {"move", CHANGE_KIND__CHANGE_KIND_MOVE},
    {"merge", CHANGE_KIND__CHANGE_KIND_MERGE},   {"end", CHANGE_KIND__CHANGE_KIND_END},
    {"reopen", CHANGE_KIND__CHANGE_KIND_REOPEN}, {"rule", CHANGE_KIND__CHANGE_KIND_RULE},
};

static const struct {
  const char *name;
  RuleField field;
} fields[] = {
    {"postal_code", RULE_FIELD__RULE_FIELD_POSTAL_CODE},
    {"town", RULE_FIELD__RULE_FIELD_TOWN},
    {"municipality", RULE_FIELD__RULE_FIELD_MUNICIPALITY},
    {"province", RULE_FIELD__RULE_FIELD_PROVINCE},
};

/* One reading. */
typedef struct Reading {
  Call *call;
  size_t at[COLUMN_COUNT]; /* position of the column in the file, from 1; 0: not there */
  size_t columns;
  ChangeFile *file;
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
               "Columns are change, on, organ, parent, target, code, name, organ_kind, rule_field and "
               "rule_values");
    else if (reading->at[known] != 0)
      add_bad (reading, row->line, i + 1, "DUPLICATE_COLUMN", "The column is there twice");
    else
      reading->at[known] = i + 1;
  }
}

static const char *
take (Reading *reading, const CsvRow *row, ChangeColumn column)
{
  size_t at = reading->at[column];
  if (at == 0 || at > row->count)
    return "";
  const char *text = row->fields[at - 1].text;
  if (strlen (text) > VALUE_MAX)
    add_bad (reading, row->line, at, "TOO_LONG", "The value is too long");
  return memory_string (reading->call, text);
}

/* An organ is named by its code, as people write it, or as a change names it. */
static const char *
take_organ (Reading *reading, const CsvRow *row, ChangeColumn column)
{
  const char *text = take (reading, row, column);
  bool is_id = strlen (text) == 36 && text[8] == '-' && text[13] == '-';
  if (*text == '\0' || is_id || strncmp (text, "code:", 5) == 0)
    return text;
  return memory_format (reading->call, "code:%s", text);
}

static void
take_kind (Reading *reading, const CsvRow *row, OrganChange *change)
{
  const char *text = take (reading, row, COLUMN_CHANGE);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp (text, kinds[i].name) == 0)
      change->kind = kinds[i].kind;
  if (change->kind == CHANGE_KIND__CHANGE_KIND_UNSPECIFIED)
    add_bad (reading, row->line, reading->at[COLUMN_CHANGE], "UNKNOWN_CHANGE",
             "A change is create, move, merge, end, reopen or rule");
}

/* "municipality" and "Uusi|Vanha": a rule that any of the values satisfies. */
static void
take_rule (Reading *reading, const CsvRow *row, OrganChange *change)
{
  const char *name = take (reading, row, COLUMN_FIELD);
  char *values = memory_string (reading->call, take (reading, row, COLUMN_VALUES)), *value;
  if (*name == '\0' && *values == '\0')
    return;
  RuleNode *node = memory_new (reading->call, RuleNode);
  rule_node__init (node);
  node->op = RULE_OP__RULE_OP_IN;
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    if (strcmp (name, fields[i].name) == 0)
      node->field = fields[i].field;
  if (node->field == RULE_FIELD__RULE_FIELD_UNSPECIFIED)
    add_bad (reading, row->line, reading->at[COLUMN_FIELD], "UNKNOWN_FIELD",
             "A rule is about postal_code, town, municipality or province");
  node->values = memory_array (reading->call, const char *, strlen (values) + 1);
  while ((value = strsep (&values, "|")) != NULL)
    node->values[node->n_values++] = value;
  change->rule = memory_array (reading->call, RuleNode *, 1);
  change->rule[0] = node;
  change->n_rule = 1;
}

static void
read_row (Reading *reading, const CsvRow *row)
{
  ChangeFile *file = reading->file;
  if (row->count > reading->columns) {
    add_bad (reading, row->line, reading->columns + 1, "SURPLUS_COLUMN",
             "The row has more columns than the first line");
    return;
  }
  if (file->count == CHANGES_MAX) {
    add_bad (reading, row->line, 1, "TOO_MANY_CHANGES", "A change set has at most 5,000 changes");
    return;
  }
  OrganChange *change = memory_new (reading->call, OrganChange);
  organ_change__init (change);
  take_kind (reading, row, change);
  change->on = take (reading, row, COLUMN_ON);
  change->organ = take_organ (reading, row, COLUMN_ORGAN);
  change->parent = take_organ (reading, row, COLUMN_PARENT);
  change->target = take_organ (reading, row, COLUMN_TARGET);
  change->code = take (reading, row, COLUMN_CODE);
  change->name = take (reading, row, COLUMN_NAME);
  change->organ_kind = take (reading, row, COLUMN_KIND);
  take_rule (reading, row, change);
  file->lines[file->count] = row->line;
  file->changes[file->count++] = change;
}

Status
change_file_read (Call *call, const char *csv, ChangeFile *file)
{
  Bytes input = csv_without_mark ((Bytes){(const uint8_t *)csv, strlen (csv)});
  char separator = csv_detect_separator (input);
  CsvReader *reader = csv_new (call, separator == '\0' ? ',' : separator);
  Reading reading = {.call = call, .file = file, .status = STATUS_SUCCESS};
  *file = (ChangeFile){.changes = memory_array (call, OrganChange *, CHANGES_MAX),
                       .lines = memory_array (call, uint64_t, CHANGES_MAX)};
  CsvResult result;
  while ((result = csv_next (reader, &input, true)) != CSV_END && result != CSV_MORE) {
    const CsvRow *row = csv_row (reader);
    if (result == CSV_BAD_ROW)
      add_bad (&reading, row->fault_line, row->fault_column, csv_fault_reason (row->fault),
               csv_fault_text (row->fault));
    else if (reading.columns == 0)
      read_head (&reading, row);
    else
      read_row (&reading, row);
  }
  if (file->count == 0 && !status_failed (reading.status))
    return status_field (call, "csv", "EMPTY", "The file has no rows");
  return reading.status;
}

Status
change_file_place (Call *call, const ChangeFile *file, Status status)
{
  Status placed = STATUS_SUCCESS;
  if (!status_failed (status) || status.detail->violation_count == 0)
    return status;
  for (size_t i = 0; i < status.detail->violation_count; i++) {
    const FieldViolation *violation = &status.detail->violations[i];
    size_t change = file->count;
    if (strncmp (violation->field, "changes[", 8) == 0)
      change = strtoul (violation->field + 8, NULL, 10);
    const char *dot = strchr (violation->field, '.');
    if (change < file->count)
      status_add_violation (&placed, call, "csv", violation->reason, "Line %llu, %s: %s",
                            (unsigned long long)file->lines[change], dot == NULL ? "change" : dot + 1,
                            violation->description);
    else
      status_add_violation (&placed, call, violation->field, violation->reason, "%s", violation->description);
  }
  return placed;
}
