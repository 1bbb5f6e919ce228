/* Carrying an import out: batch by batch, each in one transaction with its place in the run, so that a crash
 * at any moment is gone on from where it was. First the persons with their guardians; then, if some guardian
 * stands below a ward in the file, guardians once more. The cursor is "rows POSITION PENDING" or "guardians
 * POSITION". */
#include "core/id.h"
#include "import_plan.h"
#include "membership_sql.h"
#include "rows.h"
#include "runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { APPLY_ROWS = 1000, GUARDIAN_ROWS = 2000 };

/* One step. */
typedef struct Applying {
  Call *call;
  RunStep *step;
  const char *import_id;
  const DbResult *rows;
  size_t count;
  DbResult *families; /* of import_families; NULL: none is new */
  Card **saved;
  size_t saved_count;
  bool pending; /* some guardian stands further down in the file */
} Applying;

static DbValue
federation (const Call *call)
{
  return db_text ("federation_id", call->federation_id);
}

static int
compare_texts (const void *a, const void *b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* Finds the families that the rows name, and makes those that are new. */
static Status
find_families (Applying *applying)
{
  static const char *const columns[] = {"ids", "keys", NULL};
  Call *call = applying->call;
  Rows rows = rows_new (call, columns);
  const char **keys = memory_array (call, const char *, applying->count + 1);
  size_t count = 0;
  for (size_t i = 0; i < applying->count; i++)
    if (db_value (applying->rows, i, "family") != NULL && db_value (applying->rows, i, "family_id") == NULL)
      keys[count++] = db_value (applying->rows, i, "family");
  qsort (keys, count, sizeof *keys, compare_texts);
  for (size_t i = 0; i < count; i++)
    if (i == 0 || strcmp (keys[i], keys[i - 1]) != 0)
      rows_add (&rows, (const char *const[]){id_new_text (call, call->now), keys[i]});
  if (rows.count == 0)
    return STATUS_SUCCESS;
  return db_run (call->db, call, &sql_import_families,
                 DB_VALUES (federation (call), db_text ("record_time", call_time_text (call)),
                            db_text ("run_id", applying->step->run->run_id),
                            db_texts ("ids", rows.columns[0], rows.count),
                            db_texts ("keys", rows.columns[1], rows.count)),
                 &applying->families);
}

/* The family of a row; "" for none. The new ones come back in the order in which they were sent: sorted. */
static const char *
family_of (const Applying *applying, size_t row)
{
  const char *key = db_value (applying->rows, row, "family"),
             *id = db_value (applying->rows, row, "family_id");
  if (key == NULL || id != NULL)
    return id == NULL ? "" : id;
  for (size_t low = 0, high = db_row_count (applying->families); low < high;) {
    size_t middle = (low + high) / 2;
    int order = strcmp (db_value (applying->families, middle, "key"), key);
    if (order == 0)
      return db_value (applying->families, middle, "family_id");
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return "";
}

static Status
load_rows (Applying *applying, int64_t after)
{
  DbResult *rows;
  Status status = import_batch_load (applying->call, applying->import_id, after, APPLY_ROWS, &rows);
  if (status_failed (status))
    return status;
  applying->rows = rows;
  applying->count = db_row_count (rows);
  return find_families (applying);
}

static RowAction
action_of (const Applying *applying, size_t row)
{
  return (RowAction)db_number (applying->rows, row, "action");
}

static void
refuse (Applying *applying, size_t row, const char *reason, const char *text)
{
  const char *line = db_value (applying->rows, row, "line");
  run_outcome (applying->step, strtoull (line, NULL, 10), line, "failed", "", reason, text);
  applying->step->failed++;
}

static Card *
find_card (Card *const *cards, size_t count, const char *person_id)
{
  for (size_t low = 0, high = count; low < high;) {
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

/* The cards of the persons that are there already. */
static Status
load_cards (Applying *applying, Card ***cards, size_t *found)
{
  Call *call = applying->call;
  const char **ids = memory_array (call, const char *, applying->count + 1);
  size_t wanted = 0;
  for (size_t i = 0; i < applying->count; i++)
    if (action_of (applying, i) == ROW_UPDATE)
      ids[wanted++] = db_value (applying->rows, i, "person_id");
  return cards_load (call, ids, wanted, cards, found);
}

/* The card of a row; NULL when the row is left out. */
static Card *
card_of (Applying *applying, size_t row, Card *const *cards, size_t found)
{
  const char *person_id = db_value (applying->rows, row, "person_id");
  if (action_of (applying, row) == ROW_CREATE) {
    if (db_number (applying->rows, row, "taken") == 0)
      return card_new (applying->call, person_id);
    refuse (applying, row, "CHANGED_SINCE_CHECK",
            "The key or the personal identity code has been taken in the meantime");
    return NULL;
  }
  if (action_of (applying, row) != ROW_UPDATE)
    return NULL;
  Card *card = find_card (cards, found, person_id);
  if (card != NULL && card->taken) {
    refuse (applying, row, "PERSON_TWICE", "A row before this one is about the same person");
    return NULL;
  }
  if (card != NULL && !card->withdrawn) {
    card->taken = true;
    return card;
  }
  refuse (applying, row, "CHANGED_SINCE_CHECK", "The person is no longer in the register");
  return NULL;
}

/* A key or code that somebody took between the look and the write: the step is done again and sees it. */
static Status
retry_when_taken (Call *call, Status status)
{
  if (status.code != STATUS_ALREADY_EXISTS)
    return status;
  return status_error (call, STATUS_ABORTED, "CONFLICT", "A key was taken in the meantime");
}

static Status
apply_rows (Applying *applying)
{
  Call *call = applying->call;
  Card **known, **cards = memory_array (call, Card *, applying->count + 1);
  size_t found, count = 0;
  Status status = load_cards (applying, &known, &found);
  for (size_t i = 0; i < applying->count && !status_failed (status); i++) {
    Card *card = card_of (applying, i, known, found);
    if (card == NULL)
      continue;
    status = import_row_put (card, applying->rows, i, family_of (applying, i), true);
    cards[count++] = card;
  }
  if (!status_failed (status))
    status = retry_when_taken (call, cards_save (call, cards, count, applying->step->run->run_id));
  applying->saved = cards;
  applying->saved_count = applying->step->succeeded = count;
  return status;
}

/* Records guardianships; both persons change with them, also those whom nothing else in the file changes. */
static Status
record_guardians (Applying *applying, const DbResult *pairs)
{
  static const char *const columns[] = {"id",   "person_id", "valid_from", "valid_to",
                                        "kind", "other_id",  NULL};
  Call *call = applying->call;
  Rows rows = rows_new (call, columns);
  const char **persons = memory_array (call, const char *, 2 * db_row_count (pairs) + 1);
  char today[DAY_TEXT_SIZE];
  day_format (call->today, today);
  for (size_t i = 0; i < db_row_count (pairs); i++) {
    const char *guardian = db_value (pairs, i, "person_id"), *ward = db_value (pairs, i, "other_id");
    if (guardian == NULL) {
      applying->pending = true;
      continue;
    }
    rows_add (&rows, (const char *const[]){id_new_text (call, call->now), guardian, today, "", "1", ward});
    persons[2 * rows.count - 2] = guardian;
    persons[2 * rows.count - 1] = ward;
  }
  Status status = import_touch_others (call, applying->saved, applying->saved_count, persons, 2 * rows.count);
  if (status_failed (status))
    return status;
  const DbValue extra[] = {federation (call), db_text ("record_time", call_time_text (call)),
                           db_text ("actor", call->principal->subject),
                           db_text ("run_id", applying->step->run->run_id)};
  return rows_run (&rows, call->db, &sql_relation_insert, extra, 4);
}

/* The guardianships of the rows behind `after` up to `last`. */
static Status
relate_rows (Applying *applying, int64_t after, int64_t last)
{
  Call *call = applying->call;
  DbResult *pairs;
  Status status = db_run (call->db, call, &sql_import_guardians,
                          DB_VALUES (federation (call), db_text ("import_id", applying->import_id),
                                     db_integer ("after", after), db_integer ("last", last)),
                          &pairs);
  return status_failed (status) ? status : record_guardians (applying, pairs);
}

/* While the register grows from nothing, plans are made anew each time it has doubled. */
static Status
replan (Call *call, int64_t batches)
{
  if (batches == 0 || (batches & (batches - 1)) != 0)
    return STATUS_SUCCESS;
  return db_run (call->db, call, &sql_import_replan, NULL, 0, NULL);
}

static Status
rows_step (Applying *applying, int64_t after)
{
  Call *call = applying->call;
  RunStep *step = applying->step;
  Status status = replan (call, after / APPLY_ROWS);
  if (!status_failed (status))
    status = load_rows (applying, after);
  if (!status_failed (status))
    status = apply_rows (applying);
  size_t count = applying->count;
  int64_t last =
      status_failed (status) || count == 0 ? after : db_number (applying->rows, count - 1, "position");
  if (!status_failed (status))
    status = relate_rows (applying, after, last);
  if (status_failed (status))
    return status;
  step->processed = count;
  step->skipped = step->processed - step->succeeded - step->failed; /* rows that change nothing */
  if (count == APPLY_ROWS)
    step->cursor = memory_format (call, "rows %" PRId64 " %d", last, applying->pending);
  else if (applying->pending)
    step->cursor = "guardians 0";
  step->done = count < APPLY_ROWS && !applying->pending;
  return STATUS_SUCCESS;
}

/* Guardians who stand below their wards in the file: the rows are gone through once more. */
static Status
guardians_step (Applying *applying, int64_t after)
{
  Call *call = applying->call;
  DbResult *last;
  const DbValue import = db_text ("import_id", applying->import_id), from = db_integer ("after", after);
  Status status =
      db_run (call->db, call, &sql_import_last,
              DB_VALUES (federation (call), import, from, db_integer ("limit", GUARDIAN_ROWS)), &last);
  if (status_failed (status))
    return status;
  if (db_value (last, 0, "last") == NULL) {
    applying->step->done = true;
    return STATUS_SUCCESS;
  }
  status = relate_rows (applying, after, db_number (last, 0, "last"));
  applying->step->cursor = memory_format (call, "guardians %s", db_value (last, 0, "last"));
  return status;
}

Status
apply_step (Call *call, RunStep *step)
{
  Applying applying = {.call = call, .step = step, .import_id = step->run->subject};
  DbResult *total;
  int64_t position = 0;
  int pending = 0;
  if (sscanf (step->cursor, "guardians %" SCNd64, &position) == 1)
    return guardians_step (&applying, position);
  if (sscanf (step->cursor, "rows %" SCNd64 " %d", &position, &pending) == 2) {
    applying.pending = pending != 0;
    return rows_step (&applying, position);
  }
  Status status = db_run (call->db, call, &sql_import_total,
                          DB_VALUES (federation (call), db_text ("import_id", applying.import_id)), &total);
  if (status_failed (status))
    return status;
  step->total = (uint64_t)db_number (total, 0, "total");
  return rows_step (&applying, 0);
}

Status
apply_ended (Call *call, const Run *run, RunState state)
{
  int64_t import_state = state == RUN_STATE__RUN_STATE_SUCCEEDED ? IMPORT_STATE__IMPORT_STATE_APPLIED
                                                                 : IMPORT_STATE__IMPORT_STATE_STOPPED;
  return db_run (
      call->db, call, &sql_import_end,
      DB_VALUES (federation (call), db_text ("import_id", run->subject), db_integer ("state", import_state)),
      NULL);
}
