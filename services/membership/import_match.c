/* The second pass of the dry run: every row is compared with the other rows and the register, which decides
 * what applying it would do. Nothing of the register changes. */
#include "import_check.h"
#include "membership_sql.h"
#include "rows.h"

#include <stdlib.h>
#include <string.h>

enum { MATCH_ROWS = 2000 /* in a step */ };

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

Status
import_match_step (Call *call, RunStep *step, const ImportPlan *plan, int64_t after)
{
  DbResult *found;
  Matching matching = {
      .call = call, .step = step, .plan = plan, .names = import_column_names (call, plan->settings)};
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
  step->processed = import_half_compared (after + (int64_t)matching.count) - import_half_compared (after);
  step->succeeded = (uint64_t)(matching.counts.created + matching.counts.updated + matching.counts.unchanged);
  step->failed = matching.count - step->succeeded;
  step->done = matching.count < MATCH_ROWS;
  if (!step->done)
    step->cursor = memory_format (call, "match %s", db_value (found, matching.count - 1, "position"));
  return STATUS_SUCCESS;
}
