/* Uploads: parts come in one after another, are sealed and counted; the beginning of the file is shown. */
#include "import_file.h"

#include "heimo_membership_handlers.h"
#include "membership_sql.h"
#include "row.h"

#include <sodium.h>
#include <string.h>

enum { FILE_SIZE_MAX = 1024 * 1024 * 1024 };

static const char part_column[] = "import_file_part|cipher";

/* A file while a part is added. */
typedef struct Upload {
  Call *call;
  const UploadPart *part;
  int64_t size;
  int64_t part_count;
  bool complete;
  crypto_hash_sha256_state hash;
} Upload;

static DbValue
federation (const Call *call)
{
  return db_text ("federation_id", call->federation_id);
}

static Status
open_upload (Upload *upload)
{
  Call *call = upload->call;
  const UploadPart *part = upload->part;
  DbResult *result;
  const DbValue file = db_text ("file_id", part->upload_id);
  crypto_hash_sha256_init (&upload->hash);
  Bytes fresh = {(const uint8_t *)&upload->hash, sizeof upload->hash};
  Status status = STATUS_SUCCESS;
  if (part->part == 0)
    status = db_run (call->db, call, &sql_import_file_create,
                     DB_VALUES (federation (call), file, db_text ("file_name", part->file_name),
                                db_bytes ("sha256", fresh), db_text ("record_time", call_time_text (call))),
                     NULL);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_import_file_lock, DB_VALUES (federation (call), file), &result);
  if (!status_failed (status))
    status = membership_found (call, result, "FILE_NOT_FOUND", "file; begin with part 0");
  if (status_failed (status))
    return status;
  upload->size = db_number (result, 0, "size");
  upload->part_count = db_number (result, 0, "part_count");
  upload->complete = db_number (result, 0, "complete") != 0;
  Bytes hash = db_byte_value (call, result, 0, "sha256");
  if (hash.length == sizeof upload->hash)
    memcpy (&upload->hash, hash.data, sizeof upload->hash);
  return STATUS_SUCCESS;
}

static Status
check_part (const Upload *upload)
{
  Call *call = upload->call;
  if (upload->part->part > upload->part_count)
    return status_error (call, STATUS_FAILED_PRECONDITION, "PART_MISSING",
                         "A part before this one has not arrived");
  if (upload->complete)
    return status_error (call, STATUS_FAILED_PRECONDITION, "FILE_COMPLETE",
                         "The file has its last part already");
  if (upload->size + (int64_t)upload->part->data.len > FILE_SIZE_MAX)
    return status_error (call, STATUS_INVALID_ARGUMENT, "FILE_TOO_LARGE", "A file may have 1 GiB at most");
  return STATUS_SUCCESS;
}

static const char *
part_row (void *owner, const char *file_id, int64_t part)
{
  return memory_format (owner, "%s/%lld", file_id, (long long)part);
}

static Status
store_part (Upload *upload)
{
  Call *call = upload->call;
  const UploadPart *part = upload->part;
  const DbValue file = db_text ("file_id", part->upload_id);
  Bytes data = {part->data.data, part->data.len};
  Bytes cipher = secret_seal (call, &membership_state (call)->key, part_column,
                              part_row (call, part->upload_id, part->part), data);
  Status status = db_run (call->db, call, &sql_import_part_insert,
                          DB_VALUES (federation (call), file, db_integer ("part", part->part),
                                     db_integer ("start", upload->size),
                                     db_integer ("size", (int64_t)data.length), db_bytes ("cipher", cipher)),
                          NULL);
  uint8_t digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256_update (&upload->hash, data.data, data.length);
  Bytes hash = {(const uint8_t *)&upload->hash, sizeof upload->hash};
  if (part->last) {
    crypto_hash_sha256_final (&upload->hash, digest);
    hash = (Bytes){digest, sizeof digest};
  }
  if (status_failed (status))
    return status;
  return db_run (call->db, call, &sql_import_file_grow,
                 DB_VALUES (federation (call), file, db_integer ("size", (int64_t)data.length),
                            db_boolean ("complete", part->last), db_bytes ("sha256", hash)),
                 NULL);
}

static Status
read_file (Call *call, const char *file_id, ImportFile *file)
{
  return db_run_one (call->db, call, &sql_import_file_get,
                     DB_VALUES (federation (call), db_text ("file_id", file_id)), "FILE_NOT_FOUND",
                     &file->base);
}

Status
import_file_bytes (Call *call, void *owner, const char *file_id, uint64_t offset, Bytes *bytes)
{
  DbResult *result;
  *bytes = (Bytes){(const uint8_t *)"", 0};
  Status status = db_run (
      call->db, owner, &sql_import_part_at,
      DB_VALUES (federation (call), db_text ("file_id", file_id), db_integer ("offset", (int64_t)offset)),
      &result);
  if (status_failed (status) || db_row_count (result) == 0)
    return status;
  Bytes sealed = db_byte_value (owner, result, 0, "cipher");
  status = secret_open (owner, &membership_state (call)->key, part_column,
                        part_row (owner, file_id, db_number (result, 0, "part")), sealed, bytes);
  if (status_failed (status))
    return status;
  size_t skip = (size_t)(offset - (uint64_t)db_number (result, 0, "start"));
  *bytes = (Bytes){bytes->data + skip, bytes->length - skip};
  return STATUS_SUCCESS;
}

Status
import_file_open (Call *call, const char *file_id, const char *encoding, const char *separator,
                  ImportFile *file, FileHead *head)
{
  Bytes bytes;
  Status status = read_file (call, file_id, file);
  if (!status_failed (status))
    status = import_file_bytes (call, call, file_id, 0, &bytes);
  if (!status_failed (status) && bytes.length == 0 && file->size > 0)
    status = status_error (call, STATUS_FAILED_PRECONDITION, "FILE_EXPIRED",
                           "The file has been removed; upload it again");
  if (!status_failed (status))
    status =
        file_head_read (call, bytes, file->complete && bytes.length == file->size, encoding, separator, head);
  return status;
}

static ColumnMapping *
mapping_of (Call *call, const char *column, RowField field)
{
  ColumnMapping *mapping = memory_new (call, ColumnMapping);
  column_mapping__init (mapping);
  mapping->column = column;
  mapping->field = row_field_name (field);
  return mapping;
}

/* Each field once: the first column that looks like it. */
static void
guess_mapping (Call *call, const FileHead *head, size_t *count, ColumnMapping ***mapping)
{
  bool taken[ROW_FIELD_COUNT + 1] = {false};
  *mapping = memory_array (call, ColumnMapping *, head->column_count + 1);
  *count = 0;
  for (size_t i = 0; i < head->column_count; i++) {
    RowField field = row_field_guess (head->columns[i]);
    if (head->columns[i][0] == '\0')
      continue;
    if (taken[field])
      field = ROW_IGNORE;
    taken[field] = field != ROW_IGNORE;
    (*mapping)[(*count)++] = mapping_of (call, head->columns[i], field);
  }
}

Status
import_file_mapping (Call *call, const FileHead *head, size_t *count, ColumnMapping ***mapping)
{
  DbResult *result;
  Status status = db_run (
      call->db, call, &sql_import_mapping_get,
      DB_VALUES (federation (call), db_bytes ("columns_hash", file_head_columns_hash (call, head))), &result);
  if (status_failed (status))
    return status;
  guess_mapping (call, head, count, mapping);
  if (db_row_count (result) == 0)
    return STATUS_SUCCESS;
  CreateImportRequest *used = (CreateImportRequest *)memory_unpack (
      call, &create_import_request__descriptor, db_byte_value (call, result, 0, "mapping"));
  if (used == NULL)
    return STATUS_SUCCESS;
  *count = used->n_mapping;
  *mapping = used->mapping;
  return STATUS_SUCCESS;
}

static void
show_rows (Call *call, const FileHead *head, ImportFile *reply)
{
  reply->sample = memory_array (call, SampleRow *, head->row_count + 1);
  reply->n_sample = head->row_count;
  for (size_t i = 0; i < head->row_count; i++) {
    SampleRow *row = reply->sample[i] = memory_new (call, SampleRow);
    sample_row__init (row);
    row->values = head->rows[i].values;
    row->n_values = head->rows[i].count;
  }
}

/* What the user sees before mapping the columns. */
static Status
show_head (Call *call, const FileHead *head, ImportFile *reply)
{
  reply->encoding = encoding_name (head->detected);
  reply->separator = memory_string_n (call, &head->separator, head->separator == '\0' ? 0 : 1);
  reply->columns = head->columns;
  reply->n_columns = head->column_count;
  show_rows (call, head, reply);
  return import_file_mapping (call, head, &reply->n_mapping, &reply->mapping);
}

/* Without a wish a file is read as what it appears to be, to be shown; importing is stricter. */
Status
get_import_file (Call *call, const GetImportFileRequest *request, ImportFile *reply)
{
  FileHead head;
  Status status =
      import_file_open (call, request->file_id, request->encoding, request->separator, reply, &head);
  return status_failed (status) ? status : show_head (call, &head, reply);
}

Status
upload_import_file (Call *call, const UploadPart *request, ImportFile *reply)
{
  Upload upload = {.call = call, .part = request};
  Status status = open_upload (&upload);
  if (!status_failed (status) && request->part >= upload.part_count) {
    status = check_part (&upload);
    if (!status_failed (status))
      status = store_part (&upload);
  }
  return status_failed (status) ? status : read_file (call, request->upload_id, reply);
}
