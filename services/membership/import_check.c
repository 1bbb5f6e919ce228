/* The dry run: first the file is read into import_row, step by step, then every row is compared with the
 * other rows and with the register. Nothing of the register changes. The cursor is "read OFFSET LINE
 * POSITION" or "match POSITION". */
#include "core/id.h"
#include "import_file.h"
#include "import_plan.h"
#include "membership_sql.h"
#include "rows.h"
#include "runs.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  READ_ROWS = 4000,  /* read in a step */
  MATCH_ROWS = 2000, /* compared in a step */
  PASSES = 2         /* a row counts once when it is read and once when it is compared */
};

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

/* What the columns of the file are called, by field. */
static const char *const *
column_names (Call *call, const CreateImportRequest *settings)
{
  const char **names = memory_array (call, const char *, ROW_FIELD_COUNT + 1);
  for (int i = 0; i <= ROW_FIELD_COUNT; i++)
    names[i] = row_field_name ((RowField)i);
  for (size_t i = 0; i < settings->n_mapping; i++) {
    RowField field;
    if (row_field_find (settings->mapping[i]->field, &field))
      names[field] = settings->mapping[i]->column;
  }
  return names;
}

/* Which field each column is. */
static void
map_columns (Reading *reading, const FileHead *head)
{
  const CreateImportRequest *settings = reading->plan->settings;
  reading->names = column_names (reading->call, settings);
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
    return (uint64_t)reading->position * PASSES;
  double rows = (double)reading->position * (double)reading->size / (double)reading->offset;
  return (uint64_t)(rows * PASSES * 0.8);
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
read_step (Reading *reading)
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
  step->processed = reading->staged_count;
  step->total = estimate_total (reading);
  step->cursor = reading->ended ? "match 0"
                                : memory_format (call, "read %" PRIu64 " %" PRIu64 " %" PRId64,
                                                 reading->offset, reading->line, reading->position);
  return STATUS_SUCCESS;
}

/* The comparing of one step. */
typedef struct Matching {
  Call *call;
  RunStep *step;
  const ImportPlan *plan;
  const DbResult *found; /* of import_match */
  size_t count;
  RowAction *actions;
  const char **person_ids;
  ImportCounts counts;
  const char *const *names; /* of the file's columns, by field */
} Matching;

static void
complain (Matching *matching, size_t row, const char *result, RowField field, const char *reason,
          const char *text)
{
  const char *line = db_value (matching->found, row, "line");
  run_outcome (matching->step, strtoull (line, NULL, 10), line, result, matching->names[field], reason, text);
  if (strcmp (result, "failed") == 0)
    matching->actions[row] = ROW_ERROR;
}

/* What other rows and the register say against a row. */
static void
judge (Matching *matching, size_t i)
{
  Call *call = matching->call;
  const DbResult *found = matching->found;
  const char *by_key = db_value (found, i, "key_person_id"),
             *by_code = db_value (found, i, "identity_person_id");
  if (db_value (found, i, "key_line") != NULL)
    complain (matching, i, "failed", ROW_KEY, "DUPLICATE_KEY",
              memory_format (call, "Line %s has the same key", db_value (found, i, "key_line")));
  if (db_value (found, i, "identity_line") != NULL)
    complain (matching, i, "failed", ROW_PERSONAL_IDENTITY_CODE, "DUPLICATE_IDENTITY_CODE",
              memory_format (call, "Line %s has the same personal identity code",
                             db_value (found, i, "identity_line")));
  if (by_key != NULL && by_code != NULL && strcmp (by_key, by_code) != 0)
    complain (matching, i, "failed", ROW_PERSONAL_IDENTITY_CODE, "KEY_AND_CODE_DIFFER",
              "In the register the key and the personal identity code belong to different persons");
  if (db_number (found, i, "organ_wanted") != 0 && db_number (found, i, "organ_count") != 1)
    complain (matching, i, "failed", ROW_ORGAN_CODE,
              db_number (found, i, "organ_count") == 0 ? "UNKNOWN_ORGAN" : "AMBIGUOUS_ORGAN",
              db_number (found, i, "organ_count") == 0 ? "There is no organ with this code"
                                                       : "Several organs have this code");
  if (db_number (found, i, "own_guardian") != 0)
    complain (matching, i, "failed", ROW_GUARDIAN_KEYS, "OWN_GUARDIAN", "Nobody is their own guardian");
  if (db_number (found, i, "guardian_missing") != 0)
    complain (matching, i, "failed", ROW_GUARDIAN_KEYS, "UNKNOWN_GUARDIAN",
              "A guardian's key is neither in the file nor in the register");
  if (db_number (found, i, "place_missing") != 0)
    complain (matching, i, "warning", ROW_POSTAL_CODE, "UNKNOWN_POSTAL_CODE",
              "The gazetteer does not know the postal code; municipality and province stay empty");
}

static void
judge_all (Matching *matching)
{
  for (size_t i = 0; i < matching->count; i++) {
    const DbResult *found = matching->found;
    const char *person_id = db_value (found, i, "key_person_id");
    if (person_id == NULL)
      person_id = db_value (found, i, "identity_person_id");
    matching->actions[i] = (RowAction)db_number (found, i, "action");
    matching->person_ids[i] = person_id != NULL ? person_id : db_value (found, i, "person_id");
    bool bad = matching->actions[i] == ROW_ERROR; /* counted when it was read */
    if (!bad)
      matching->actions[i] = person_id != NULL ? ROW_UPDATE : ROW_CREATE;
    judge (matching, i);
    matching->counts.errors += !bad && matching->actions[i] == ROW_ERROR;
  }
}

static Card *
find_card (Card *const *cards, size_t count, const char *person_id)
{
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    int order = strcmp (cards[middle]->person_id, person_id);
    if (order == 0)
      return cards[middle];
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

/* Which of the rows about known persons would change nothing: they are put on the cards and forgotten. */
static Status
compare (Matching *matching, int64_t after)
{
  Call *call = matching->call;
  const char **ids = memory_array (call, const char *, matching->count + 1);
  size_t wanted = 0, found;
  Card **cards;
  DbResult *rows;
  for (size_t i = 0; i < matching->count; i++)
    if (matching->actions[i] == ROW_UPDATE)
      ids[wanted++] = matching->person_ids[i];
  if (wanted == 0)
    return STATUS_SUCCESS;
  Status status = cards_peek (call, ids, wanted, &cards, &found);
  if (!status_failed (status))
    status = import_batch_load (call, matching->plan->import.import_id, after, MATCH_ROWS, &rows);
  for (size_t i = 0; i < matching->count && !status_failed (status); i++) {
    Card *card = find_card (cards, found, matching->person_ids[i]);
    if (matching->actions[i] != ROW_UPDATE || card == NULL)
      continue;
    const char *family_id = db_value (rows, i, "family_id");
    status = import_row_put (card, rows, i, family_id == NULL ? "" : family_id, false);
    if (!card_changed (card))
      matching->actions[i] = ROW_UNCHANGED;
  }
  return status;
}

/* Rows are staged as creating somebody; only what is otherwise is written. */
static Status
store_decisions (Matching *matching)
{
  static const char *const columns[] = {"position", "action", "person_id", NULL};
  static const char *const numbers[] = {"0", "1", "2", "3", "4"};
  Call *call = matching->call;
  Rows rows = rows_new (call, columns);
  for (size_t i = 0; i < matching->count; i++) {
    if (matching->actions[i] != ROW_CREATE)
      rows_add (&rows, (const char *const[]){db_value (matching->found, i, "position"),
                                             numbers[matching->actions[i]], matching->person_ids[i]});
    matching->counts.created += matching->actions[i] == ROW_CREATE;
    matching->counts.updated += matching->actions[i] == ROW_UPDATE;
    matching->counts.unchanged += matching->actions[i] == ROW_UNCHANGED;
  }
  Status status = rows_run (&rows, call->db, &sql_import_decide,
                            DB_VALUES (db_text ("federation_id", call->federation_id),
                                       db_text ("import_id", matching->plan->import.import_id)));
  return status_failed (status) ? status
                                : import_count (call, matching->plan->import.import_id, matching->counts);
}

static Status
match_step (Call *call, RunStep *step, const ImportPlan *plan, int64_t after)
{
  DbResult *found;
  Matching matching = {
      .call = call, .step = step, .plan = plan, .names = column_names (call, plan->settings)};
  Status status = db_run (call->db, call, &sql_import_match,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("import_id", plan->import.import_id),
                                     db_integer ("after", after), db_integer ("limit", MATCH_ROWS)),
                          &found);
  if (status_failed (status))
    return status;
  matching.found = found;
  matching.count = db_row_count (found);
  matching.actions = memory_array (call, RowAction, matching.count + 1);
  matching.person_ids = memory_array (call, const char *, matching.count + 1);
  judge_all (&matching);
  status = compare (&matching, after);
  if (!status_failed (status))
    status = store_decisions (&matching);
  if (status_failed (status))
    return status;
  step->processed = matching.count;
  step->succeeded = (uint64_t)(matching.counts.created + matching.counts.updated + matching.counts.unchanged);
  step->failed = matching.count - step->succeeded;
  step->done = matching.count < MATCH_ROWS;
  if (!step->done)
    step->cursor = memory_format (call, "match %s", db_value (found, matching.count - 1, "position"));
  return STATUS_SUCCESS;
}

Status
check_step (Call *call, RunStep *step)
{
  ImportPlan plan;
  uint64_t offset = 0, line = 1;
  int64_t position = 0;
  Status status = import_plan_load (call, step->run->subject, &plan);
  if (status_failed (status))
    return status;
  if (sscanf (step->cursor, "match %" SCNd64, &position) == 1)
    return match_step (call, step, &plan, position);
  (void)sscanf (step->cursor, "read %" SCNu64 " %" SCNu64 " %" SCNd64, &offset, &line, &position);
  Reading reading = {
      .call = call, .step = step, .plan = &plan, .offset = offset, .line = line, .position = position};
  return read_step (&reading);
}

/* What apply carries out: the file, the settings and what the dry run found. */
static const char *
plan_hash (Call *call, const ImportPlan *plan, const char *file_hash)
{
  const Import *import = &plan->import;
  uint8_t hash[32];
  char text[65];
  crypto_generichash_state state;
  const char *counts = memory_format (call, "%s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, file_hash,
                                      import->created, import->updated, import->unchanged, import->errors);
  Bytes settings = memory_pack (call, &plan->settings->base);
  crypto_generichash_init (&state, NULL, 0, sizeof hash);
  crypto_generichash_update (&state, (const uint8_t *)counts, strlen (counts));
  crypto_generichash_update (&state, settings.data, settings.length);
  crypto_generichash_final (&state, hash, sizeof hash);
  return memory_string (call, sodium_bin2hex (text, sizeof text, hash, sizeof hash));
}

Status
check_ended (Call *call, const Run *run, RunState state)
{
  ImportPlan plan;
  ImportFile file = IMPORT_FILE__INIT;
  FileHead head;
  bool stopped = state != RUN_STATE__RUN_STATE_SUCCEEDED;
  Status status = import_plan_load (call, run->subject, &plan);
  if (!status_failed (status) && !stopped)
    status = import_file_open (call, plan.settings->file_id, plan.settings->encoding,
                               plan.settings->separator, &file, &head);
  if (status_failed (status))
    return status;
  return db_run (call->db, call, &sql_import_end_check,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_text ("import_id", run->subject), db_boolean ("stopped", stopped),
                            db_text ("plan_hash", stopped ? "" : plan_hash (call, &plan, file.sha256))),
                 NULL);
}
