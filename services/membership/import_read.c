/* The first pass of the dry run: the file is read part by part, every row is checked on its own and staged in
 * import_row. */
#include "core/id.h"
#include "import_check.h"
#include "import_file.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

enum { READ_ROWS = 4000 /* in a step */ };

static const char column_list[] =
    "COPY import_row (federation_id, import_id, position, line, action, person_id, seal_id, key, given_name, "
    "family_name, birth_date, identity_cipher, identity_index, language, email, phone, street, postal_code, "
    "town, "
    "country, family, guardian_keys, subscription, subscription_from, organ_code, admitted_from, "
    "member_type, "
    "position_held, position_from) FROM STDIN";

enum { HEAD_COLUMNS = 7, ALL_COLUMNS = HEAD_COLUMNS + ROW_FIELD_COUNT + 1 };

/* The reading of one step. */
typedef struct Reading {
  Call *call;
  RunStep *step;
  const ImportPlan *plan;
  uint64_t size;            /* of the file */
  uint64_t offset;          /* of the next row, in the file */
  uint64_t line;            /* of the next row */
  int64_t position;         /* of the last row */
  int64_t rows;             /* read in this step */
  int64_t errors;           /* rows with a fault in this step */
  RowField *fields;         /* of the file's columns */
  const char *const *names; /* of the file's columns, by field */
  size_t column_count;
  bool ended;
  size_t staged_count;
  const char **
      *staged; /* rows for import_row: written at the end of the step, for COPY holds the connection */
} Reading;

/* Which field each column is. */
static void
map_columns (Reading *reading, const FileHead *head)
{
  const CreateImportRequest *settings = reading->plan->settings;
  reading->names = import_column_names (reading->call, settings);
  reading->column_count = head->column_count;
  reading->fields = memory_array (reading->call, RowField, head->column_count + 1);
  for (size_t i = 0; i < head->column_count; i++) {
    reading->fields[i] = ROW_IGNORE;
    for (size_t j = 0; j < settings->n_mapping; j++)
      if (strcmp (settings->mapping[j]->column, head->columns[i]) == 0)
        (void)row_field_find (settings->mapping[j]->field, &reading->fields[i]);
  }
}

/* Says what is wrong with a row. */
static void
tell (const Reading *reading, uint64_t line, const char *result, const char *field, const char *reason,
      const char *description)
{
  run_outcome (reading->step, line, memory_format (reading->call, "%" PRIu64, line), result, field, reason,
               description);
}

static const char *
hex_text (void *owner, Bytes bytes)
{
  char *text = memory_array (owner, char, bytes.length * 2 + 3);
  memcpy (text, "\\x", 2);
  sodium_bin2hex (text + 2, bytes.length * 2 + 1, bytes.data, bytes.length);
  return text;
}

/* Keeps one checked row for import_row. */
static void
stage (Reading *reading, void *scratch, uint64_t line, const Row *row)
{
  Call *call = reading->call;
  const DataKey *key = &membership_state (call)->key;
  const char *const *cells = row->values;
  const char **values = memory_array (scratch, const char *, ALL_COLUMNS), **value = values;
  const char *person_id = id_new_text (scratch, call->now);
  const char *code = cells[ROW_PERSONAL_IDENTITY_CODE];
  *value++ = call->federation_id;
  *value++ = reading->plan->import.import_id;
  *value++ = memory_format (scratch, "%" PRId64, ++reading->position);
  *value++ = memory_format (scratch, "%" PRIu64, line);
  *value++ = row->fault_count > 0 ? "4" : "1"; /* until the register knows better */
  *value++ = person_id;
  *value++ = person_id;
  for (int i = 0; i < ROW_FIELD_COUNT; i++) {
    if (i != ROW_PERSONAL_IDENTITY_CODE) {
      *value++ = cells[i];
      continue;
    }
    static const char column[] = "person|personal_identity_code";
    Bytes plain = {(const uint8_t *)code, code == NULL ? 0 : strlen (code)};
    *value++ = code == NULL ? NULL : hex_text (scratch, secret_seal (scratch, key, column, person_id, plain));
    *value++ = code == NULL
                   ? NULL
                   : hex_text (scratch, secret_index (scratch, key, column, call->federation_id, code));
  }
  reading->staged[reading->staged_count++] = values;
}

static bool
is_blank (const CsvRow *row)
{
  for (size_t i = 0; i < row->count; i++)
    if (row->fields[i].length > 0)
      return false;
  return true;
}

/* A row that can be divided into cells: read, checked, told, staged. */
static void
take_row (Reading *reading, const CsvRow *csv)
{
  CsvField cells[ROW_FIELD_COUNT + 1] = {{0}};
  Row row;
  void *scratch = reading->call; /* what is staged lives to the end of the step */
  if (is_blank (csv))
    return;
  for (size_t i = 0; i < csv->count && i < reading->column_count; i++)
    cells[reading->fields[i]] = csv->fields[i];
  row_read (scratch, cells, reading->call->today, &row);
  if (csv->count != reading->column_count) {
    row_add_fault (&row, ROW_IGNORE, "WRONG_COLUMN_COUNT",
                   memory_format (scratch, "The row has %zu columns, the first line has %zu", csv->count,
                                  reading->column_count));
  }
  for (size_t i = 0; i < row.fault_count; i++)
    tell (reading, csv->line, "failed",
          row.faults[i].field == ROW_IGNORE ? "" : reading->names[row.faults[i].field], row.faults[i].reason,
          row.faults[i].description);
  reading->rows++;
  reading->errors += row.fault_count > 0;
  stage (reading, scratch, csv->line, &row);
}

static void
take_result (Reading *reading, CsvResult result, const CsvRow *row)
{
  if (result == CSV_ROW) {
    take_row (reading, row);
    return;
  }
  tell (reading, row->line, "failed", memory_format (reading->call, "column %zu", row->fault_column),
        csv_fault_reason (row->fault),
        row->fault_line == row->line ? csv_fault_text (row->fault)
                                     : memory_format (reading->call, "%s (it begins in line %" PRIu64 ")",
                                                      csv_fault_text (row->fault), row->fault_line));
  reading->rows++;
  reading->errors++;
}

/* A piece of the file while it is read. */
typedef struct Piece {
  Bytes text;     /* UTF-8 */
  uint64_t start; /* in the file, of the text's first byte */
  uint64_t begin; /* of the text, in the reader's count */
  bool last;
} Piece;

/* Reads the rows that end in a piece. */
static void
read_piece (Reading *reading, CsvReader *reader, const Piece *piece)
{
  Bytes rest = piece->text;
  while (reading->rows < READ_ROWS) {
    CsvResult result = csv_next (reader, &rest, piece->last);
    if (result == CSV_MORE)
      return;
    if (result == CSV_END) {
      reading->ended = true;
      reading->offset = reading->size;
      return;
    }
    const CsvRow *row = csv_row (reader);
    Bytes read = {piece->text.data, (size_t)(row->end - piece->begin)};
    reading->line = row->next_line;
    reading->offset = piece->start + encoding_raw_length (reading->plan->encoding, read);
    take_result (reading, result, row);
  }
}

/* Where in the file a step reads. */
typedef struct Fetch {
  uint64_t at;    /* the next byte to be fetched */
  uint64_t begin; /* characters handed to the reader so far, in bytes of UTF-8 */
  Bytes kept;     /* the unfinished character of the piece before */
} Fetch;

/* Fetches and converts the next part. */
static Status
next_piece (const Reading *reading, void *scratch, Fetch *fetch, Piece *piece)
{
  Bytes raw;
  size_t used;
  Status status =
      import_file_bytes (reading->call, scratch, reading->plan->settings->file_id, fetch->at, &raw);
  if (status_failed (status))
    return status;
  piece->start = fetch->at - fetch->kept.length;
  piece->begin = fetch->begin;
  fetch->at += raw.length;
  piece->last = raw.length == 0 || fetch->at >= reading->size;
  uint8_t *joined = memory_array (scratch, uint8_t, fetch->kept.length + raw.length + 1);
  memcpy (joined, fetch->kept.data, fetch->kept.length);
  memcpy (joined + fetch->kept.length, raw.data, raw.length);
  raw = (Bytes){joined, fetch->kept.length + raw.length};
  status = encoding_convert (scratch, reading->plan->encoding, raw, &piece->text, &used);
  if (status_failed (status))
    return status;
  if (piece->last && used < raw.length)
    return status_field (reading->call, "encoding", "WRONG_ENCODING", "The file ends inside a character");
  fetch->begin += piece->text.length;
  fetch->kept = (Bytes){memory_copy (reading->call, raw.data + used, raw.length - used), raw.length - used};
  return STATUS_SUCCESS;
}

/* Reads on from the offset, part by part, until enough rows are read or the file ends. */
static Status
read_parts (Reading *reading)
{
  Status status = STATUS_SUCCESS;
  CsvReader *reader = csv_resume (reading->call, reading->plan->settings->separator[0], 0, reading->line);
  Fetch fetch = {.at = reading->offset, .kept = {(const uint8_t *)"", 0}};
  while (!reading->ended && reading->rows < READ_ROWS && !status_failed (status)) {
    Piece piece;
    void *scratch = memory_context (reading->call);
    status = next_piece (reading, scratch, &fetch, &piece);
    if (!status_failed (status))
      read_piece (reading, reader, &piece);
    talloc_free (scratch);
  }
  return status;
}

static Status
write_staged (const Reading *reading)
{
  Call *call = reading->call;
  if (reading->staged_count == 0)
    return STATUS_SUCCESS;
  Status status = db_copy_begin (call->db, call, column_list);
  for (size_t i = 0; i < reading->staged_count && !status_failed (status); i++)
    status = db_copy_row (call->db, call, reading->staged[i], ALL_COLUMNS);
  return status_failed (status) ? status : db_copy_end (call->db, call);
}

/* The rows are not known before they are read, so the total grows with what has been seen; never beyond the
 * truth. */
static uint64_t
estimate_total (const Reading *reading)
{
  if (reading->ended || reading->offset == 0)
    return (uint64_t)reading->position;
  double rows = (double)reading->position * (double)reading->size / (double)reading->offset;
  return (uint64_t)(rows * 0.8);
}

static Status
open_reading (Reading *reading)
{
  ImportFile file = IMPORT_FILE__INIT;
  FileHead head;
  const CreateImportRequest *settings = reading->plan->settings;
  Status status = import_file_open (reading->call, settings->file_id, settings->encoding, settings->separator,
                                    &file, &head);
  if (status_failed (status))
    return status;
  reading->size = file.size;
  if (reading->offset == 0) {
    reading->offset = head.data_at;
    reading->line = head.data_line;
  }
  reading->staged = memory_array (reading->call, const char **, READ_ROWS);
  map_columns (reading, &head);
  return STATUS_SUCCESS;
}

static Status
read_on (Reading *reading)
{
  Call *call = reading->call;
  RunStep *step = reading->step;
  Status status = open_reading (reading);
  if (!status_failed (status))
    status = read_parts (reading);
  if (!status_failed (status) && reading->ended && reading->position == 0 && reading->errors == 0 &&
      reading->plan->import.errors == 0)
    status = status_error (call, STATUS_INVALID_ARGUMENT, "NO_ROWS", "The file has no rows");
  if (!status_failed (status))
    status = write_staged (reading);
  if (!status_failed (status))
    status = import_count (call, reading->plan->import.import_id, (ImportCounts){.errors = reading->errors});
  if (status_failed (status))
    return status;
  step->processed = import_half_read (reading->position) -
                    import_half_read (reading->position - (int64_t)reading->staged_count);
  step->total = estimate_total (reading);
  step->cursor = reading->ended ? "match 0"
                                : memory_format (call, "read %" PRIu64 " %" PRIu64 " %" PRId64,
                                                 reading->offset, reading->line, reading->position);
  return STATUS_SUCCESS;
}

Status
import_read_step (Call *call, RunStep *step, const ImportPlan *plan, ReadPlace place)
{
  Reading reading = {.call = call,
                     .step = step,
                     .plan = plan,
                     .offset = place.offset,
                     .line = place.line,
                     .position = place.position};
  return read_on (&reading);
}
