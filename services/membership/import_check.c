/* The dry run: first the file is read (import_read.c), then its rows are compared (import_match.c). Nothing
 * of the register changes. The cursor is "read OFFSET LINE POSITION" or "match POSITION". */
#include "import_check.h"

#include "import_file.h"
#include "membership_sql.h"
#include "runs.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

const char *const *
import_column_names (Call *call, const CreateImportRequest *settings)
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

Status
check_step (Call *call, RunStep *step)
{
  ImportPlan plan;
  ReadPlace place = {.line = 1};
  int64_t position = 0;
  Status status = import_plan_load (call, step->run->subject, &plan);
  if (status_failed (status))
    return status;
  if (sscanf (step->cursor, "match %" SCNd64, &position) == 1)
    return import_match_step (call, step, &plan, position);
  (void)sscanf (step->cursor, "read %" SCNu64 " %" SCNu64 " %" SCNd64, &place.offset, &place.line,
                &place.position);
  return import_read_step (call, step, &plan, place);
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
