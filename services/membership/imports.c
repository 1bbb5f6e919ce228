/* Imports: checked at the door, then carried out by runs. */
#include "core/id.h"
#include "heimo_membership_handlers.h"
#include "import_file.h"
#include "import_plan.h"
#include "membership_sql.h"

#include <string.h>

static DbValue
federation (const Call *call)
{
  return db_text ("federation_id", call->federation_id);
}

/* UTF-8 is read as it is; anything else only when the caller says so, for a wrong guess spoils every name. */
static Status
check_encoding (Call *call, const CreateImportRequest *request, const FileHead *head)
{
  const char *name = encoding_name (head->detected);
  if (request->encoding[0] != '\0' || head->detected == ENCODING_UTF8 || head->detected == ENCODING_UTF8_BOM)
    return STATUS_SUCCESS;
  return status_field (
      call, "encoding", "ENCODING_NOT_UTF8",
      "The file is not UTF-8; it appears to be %s. Save it as UTF-8, or send encoding \"%s\" to have "
      "it converted",
      name, name);
}

static Status
check_separator (Call *call, const CreateImportRequest *request, const FileHead *head)
{
  if (head->column_count > 1)
    return STATUS_SUCCESS;
  if (request->separator[0] != '\0' && head->detected_separator != '\0')
    return status_field (call, "separator", "WRONG_SEPARATOR",
                         "This separator does not occur in the first line; it appears to be \"%c\"",
                         head->detected_separator);
  return status_field (call, "separator", "WRONG_SEPARATOR",
                       "The first line is one column: none of comma, semicolon, tab and bar divides it");
}

static Status
check_columns (Call *call, const FileHead *head)
{
  if (head->fault != CSV_FAULT_NONE)
    return status_field (call, "fileId", csv_fault_reason (head->fault), "The first line cannot be read: %s",
                         csv_fault_text (head->fault));
  for (size_t i = 0; i < head->column_count; i++)
    for (size_t j = 0; j < i; j++)
      if (head->columns[i][0] != '\0' && strcmp (head->columns[i], head->columns[j]) == 0)
        return status_field (call, "fileId", "DUPLICATE_COLUMN", "Columns %zu and %zu have the same name",
                             j + 1, i + 1);
  return STATUS_SUCCESS;
}

static bool
has_column (const FileHead *head, const char *name)
{
  for (size_t i = 0; i < head->column_count; i++)
    if (strcmp (head->columns[i], name) == 0)
      return true;
  return false;
}

/* One line of the mapping. */
static void
check_mapping_line (Call *call, const FileHead *head, ColumnMapping *const *mapping, size_t i,
                    bool taken[ROW_FIELD_COUNT + 1], Status *status)
{
  const char *column = memory_format (call, "mapping[%zu].column", i);
  const char *field = memory_format (call, "mapping[%zu].field", i);
  RowField found;
  if (!has_column (head, mapping[i]->column))
    status_add_violation (status, call, column, "UNKNOWN_COLUMN", "The file has no such column");
  for (size_t j = 0; j < i; j++)
    if (strcmp (mapping[i]->column, mapping[j]->column) == 0)
      status_add_violation (status, call, column, "DUPLICATE_COLUMN", "The column is mapped twice");
  if (!row_field_find (mapping[i]->field, &found)) {
    status_add_violation (status, call, field, "UNKNOWN_FIELD", "There is no such field to import");
    return;
  }
  if (found != ROW_IGNORE && taken[found])
    status_add_violation (status, call, field, "DUPLICATE_FIELD", "Another column is mapped to this field");
  taken[found] = true;
}

static Status
check_mapping (Call *call, const FileHead *head, ColumnMapping *const *mapping, size_t count)
{
  bool taken[ROW_FIELD_COUNT + 1] = {false};
  Status status = STATUS_SUCCESS;
  for (size_t i = 0; i < count; i++)
    check_mapping_line (call, head, mapping, i, taken, &status);
  for (int i = ROW_GIVEN_NAME; i <= ROW_FAMILY_NAME; i++)
    if (!taken[i])
      status_add_violation (&status, call, "mapping", "MISSING_COLUMN", "No column is mapped to %s",
                            row_field_name ((RowField)i));
  return status;
}

/* Everything that can be seen without reading the whole file. */
static Status
check_head (Call *call, const CreateImportRequest *request, const ImportFile *file, const FileHead *head)
{
  if (!file->complete)
    return status_error (call, STATUS_FAILED_PRECONDITION, "FILE_INCOMPLETE",
                         "The last part of the file has not arrived");
  if (head->column_count == 0 && head->fault == CSV_FAULT_NONE)
    return status_field (call, "fileId", "EMPTY_FILE", "The file is empty");
  Status status = check_encoding (call, request, head);
  if (!status_failed (status))
    status = check_columns (call, head);
  if (!status_failed (status))
    status = check_separator (call, request, head);
  if (!status_failed (status) && head->row_count == 0 && head->data_at >= file->size)
    status = status_field (call, "fileId", "NO_ROWS", "The file has a first line and nothing below it");
  return status;
}

/* The request with everything resolved: what the runs read. */
static void
resolve (Call *call, const CreateImportRequest *request, const FileHead *head, CreateImportRequest *settings)
{
  create_import_request__init (settings);
  settings->file_id = request->file_id;
  settings->mapping = request->mapping;
  settings->n_mapping = request->n_mapping;
  settings->encoding = encoding_name (head->encoding);
  settings->separator = memory_string_n (call, &head->separator, 1);
}

static Status
remember_mapping (Call *call, const FileHead *head, const CreateImportRequest *settings)
{
  CreateImportRequest kept = CREATE_IMPORT_REQUEST__INIT;
  kept.mapping = settings->mapping;
  kept.n_mapping = settings->n_mapping;
  return db_run (call->db, call, &sql_import_mapping_put,
                 DB_VALUES (federation (call), db_bytes ("columns_hash", file_head_columns_hash (call, head)),
                            db_bytes ("mapping", memory_pack (call, &kept.base)),
                            db_text ("record_time", call_time_text (call))),
                 NULL);
}

static Status
read_import (Call *call, const char *import_id, Import *reply)
{
  return db_run_one (call->db, call, &sql_import_get,
                     DB_VALUES (federation (call), db_text ("import_id", import_id)), "IMPORT_NOT_FOUND",
                     &reply->base);
}

static Status
insert_import (Call *call, const CreateImportRequest *settings, Import *reply)
{
  const char *run_id, *import_id = id_new_text (call, call->now);
  Status status = call_start_run (call, "import-dry-run", import_id, "", "", "", &run_id);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_import_insert,
                     DB_VALUES (federation (call), db_text ("import_id", import_id),
                                db_text ("file_id", settings->file_id), db_text ("check_run_id", run_id),
                                db_text ("actor", call->principal->subject),
                                db_text ("record_time", call_time_text (call)),
                                db_bytes ("settings", memory_pack (call, &settings->base))),
                     NULL);
  return status_failed (status) ? status : read_import (call, import_id, reply);
}

Status
create_import (Call *call, const CreateImportRequest *request, Import *reply)
{
  FileHead head;
  ImportFile file = IMPORT_FILE__INIT;
  CreateImportRequest settings;
  Status status =
      import_file_open (call, request->file_id, request->encoding, request->separator, &file, &head);
  if (!status_failed (status))
    status = check_head (call, request, &file, &head);
  if (status_failed (status))
    return status;
  resolve (call, request, &head, &settings);
  if (settings.n_mapping == 0)
    status = import_file_mapping (call, &head, &settings.n_mapping, &settings.mapping);
  if (!status_failed (status))
    status = check_mapping (call, &head, settings.mapping, settings.n_mapping);
  if (!status_failed (status))
    status = remember_mapping (call, &head, &settings);
  return status_failed (status) ? status : insert_import (call, &settings, reply);
}

Status
get_import (Call *call, const GetImportRequest *request, Import *reply)
{
  return read_import (call, request->import_id, reply);
}

Status
list_imports (Call *call, const ListImportsRequest *request, ListImportsResponse *reply)
{
  const char *const *after;
  DbResult *result;
  size_t count, size = request->page_size == 0 ? 50 : request->page_size;
  Status status = call_open_page (call, &request->base, request->page_token, 1, &after);
  if (!status_failed (status))
    status = db_run (
        call->db, call, &sql_import_list,
        DB_VALUES (federation (call),
                   db_text ("after_id", after == NULL ? "ffffffff-ffff-ffff-ffff-ffffffffffff" : after[0]),
                   db_integer ("limit", (int64_t)size + 1)),
        &result);
  if (status_failed (status))
    return status;
  reply->imports = db_read_rows (call, result, &import__descriptor, &count);
  reply->n_imports = count > size ? size : count;
  if (count > size)
    reply->next_page_token = call_seal_page (call, &request->base, &reply->imports[size - 1]->import_id, 1);
  return STATUS_SUCCESS;
}

/* Why an import in a state cannot be applied or undone; NULL: it can. */
typedef struct StateRow {
  const char *apply_reason;
  const char *apply_text;
  const char *undo_reason;
  const char *undo_text;
} StateRow;

static const StateRow state_rows[] = {
    [IMPORT_STATE__IMPORT_STATE_CHECKING] = {"IMPORT_NOT_CHECKED", "The dry run has not ended", "NOT_APPLIED",
                                             "The import has not been applied"},
    [IMPORT_STATE__IMPORT_STATE_CHECKED] = {NULL, NULL, "NOT_APPLIED", "The import has not been applied"},
    [IMPORT_STATE__IMPORT_STATE_REFUSED] = {"IMPORT_REFUSED", "The dry run found errors; mend the file",
                                            "NOT_APPLIED", "The import has not been applied"},
    [IMPORT_STATE__IMPORT_STATE_APPLYING] = {"ALREADY_APPLIED", "The import is being applied",
                                             "IMPORT_RUNNING",
                                             "The import is being applied; stop its run first"},
    [IMPORT_STATE__IMPORT_STATE_APPLIED] = {"ALREADY_APPLIED", "The import has been applied", NULL, NULL},
    [IMPORT_STATE__IMPORT_STATE_UNDOING] = {"ALREADY_APPLIED", "The import is being undone", "ALREADY_UNDONE",
                                            "The import is being undone"},
    [IMPORT_STATE__IMPORT_STATE_UNDONE] = {"ALREADY_APPLIED",
                                           "The import has been undone; import the file again",
                                           "ALREADY_UNDONE", "The import has been undone"},
    [IMPORT_STATE__IMPORT_STATE_STOPPED] = {"IMPORT_STOPPED",
                                            "The import was stopped; undo it, then import again", NULL, NULL},
};

static Status
lock_import (Call *call, const char *import_id, const StateRow **row, DbResult **result)
{
  Status status = db_run (call->db, call, &sql_import_lock,
                          DB_VALUES (federation (call), db_text ("import_id", import_id)), result);
  if (!status_failed (status))
    status = membership_found (call, *result, "IMPORT_NOT_FOUND", "import");
  if (status_failed (status))
    return status;
  *row = &state_rows[db_number (*result, 0, "state")];
  if (db_time (*result, 0, "create_time") < call->now - IMPORT_DAYS * INT64_C (86400000000))
    return status_error (call, STATUS_FAILED_PRECONDITION, "IMPORT_EXPIRED",
                         "An import can be applied or undone for %d days", IMPORT_DAYS);
  return STATUS_SUCCESS;
}

/* Starts a run about the import and notes it. */
static Status
start (Call *call, const char *import_id, const char *type, const char *plan_hash, const DbQuery *note,
       Import *reply)
{
  const char *run_id;
  Status status = call_start_run (call, type, import_id, "", plan_hash, "", &run_id);
  if (!status_failed (status))
    status = db_run (
        call->db, call, note,
        DB_VALUES (federation (call), db_text ("import_id", import_id), db_text ("run_id", run_id)), NULL);
  return status_failed (status) ? status : read_import (call, import_id, reply);
}

Status
apply_import (Call *call, const ApplyImportRequest *request, Import *reply)
{
  const StateRow *row;
  DbResult *result;
  Status status = lock_import (call, request->import_id, &row, &result);
  if (status_failed (status))
    return status;
  if (row->apply_reason != NULL)
    return status_error (call, STATUS_FAILED_PRECONDITION, row->apply_reason, "%s", row->apply_text);
  const char *hash = db_value (result, 0, "plan_hash");
  if (request->plan_hash[0] != '\0' && strcmp (request->plan_hash, hash) != 0)
    return status_error (call, STATUS_ABORTED, "PLAN_CHANGED", "The plan is not the one that was looked at");
  return start (call, request->import_id, "import-apply", hash, &sql_import_start_apply, reply);
}

Status
undo_import (Call *call, const UndoImportRequest *request, Import *reply)
{
  const StateRow *row;
  DbResult *result;
  Status status = lock_import (call, request->import_id, &row, &result);
  if (status_failed (status))
    return status;
  if (row->undo_reason == NULL && db_value (result, 0, "apply_run_id") == NULL)
    return status_error (call, STATUS_FAILED_PRECONDITION, "NOT_APPLIED", "The import has not been applied");
  if (row->undo_reason != NULL)
    return status_error (call, STATUS_FAILED_PRECONDITION, row->undo_reason, "%s", row->undo_text);
  return start (call, request->import_id, "import-undo", "", &sql_import_start_undo, reply);
}
