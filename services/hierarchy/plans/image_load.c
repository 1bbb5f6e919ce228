/* Reading an image: organs and types, then the dated rows of each kind. */
#include "plans/image_private.h"

enum { FIRST_CAPACITY = 64 };

/* The columns of one kind beside those that all have. */
static const RecordContent *
read_content (Call *call, RecordKind kind, const DbResult *rows, size_t row)
{
  if (kind != RECORD_RULE && kind != RECORD_EXCEPTION)
    return NULL;
  RecordContent *content = memory_new (call, RecordContent);
  if (kind == RECORD_RULE) {
    content->nodes = db_byte_value (content, rows, row, "nodes");
  } else {
    content->person_id = db_value (rows, row, "person_id");
    content->reason = db_value (rows, row, "reason");
    content->author = db_value (rows, row, "author");
  }
  return content;
}

bool
image_read_row (const Image *image, RecordKind kind, const DbResult *rows, size_t row, ImageRow *read)
{
  const char *organ_id = db_value (rows, row, "organ_id"), *other_id = db_value (rows, row, "other_id");
  *read = (ImageRow){
      .kind = kind,
      .id = db_value (rows, row, "id"),
      .plan_id = db_value (rows, row, "plan_id"),
      .organ = organ_id == NULL ? IMAGE_NONE : image_organ (image, organ_id),
      .other = kind == RECORD_EDGE ? image_organ (image, other_id)
               : other_id == NULL  ? IMAGE_NONE
                                   : image_type (image, other_id),
      .valid = {db_day (rows, row, "valid_from", DAY_MIN), db_day (rows, row, "valid_to", DAY_MAX)},
      .ended = kind == RECORD_LIFE && *db_value (rows, row, "ended") == 't',
      .content = read_content (image->call, kind, rows, row),
  };
  return (organ_id == NULL || read->organ != IMAGE_NONE) && (other_id == NULL || read->other != IMAGE_NONE);
}

static Status
read_query (Image *image, const DbQuery *query, DbResult **rows)
{
  Call *call = image->call;
  return db_run (call->db, call, query,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_text ("organisation_id", image->organisation_id)),
                 rows);
}

static Status
load_rows (Image *image, RecordKind kind)
{
  static const DbQuery *const queries[] = {&sql_image_lives, &sql_image_edges, &sql_image_rules,
                                           &sql_image_exceptions};
  DbResult *rows;
  Status status = read_query (image, queries[kind], &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++) {
    ImageRow read;
    if (!image_read_row (image, kind, rows, row, &read))
      return status_error (image->call, STATUS_ABORTED, "CONFLICT", "The organs were changed meanwhile");
    image_add (image, ROW_KEPT, read);
  }
  return status;
}

static Status
load_names (Image *image)
{
  DbResult *rows;
  Status status = read_query (image, &sql_organisation_policy, &rows);
  if (!status_failed (status) && db_row_count (rows) == 1)
    image->policy = (DatingPolicy)db_number (rows, 0, "policy");
  if (!status_failed (status))
    status = read_query (image, &sql_image_organs, &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++)
    image_add_organ (image, db_value (rows, row, "organ_id"), db_value (rows, row, "code"),
                     db_value (rows, row, "name"), db_value (rows, row, "kind"));
  image->root = image_organ (image, image->organisation_id);
  if (!status_failed (status) && image->root == IMAGE_NONE)
    return status_error (image->call, STATUS_NOT_FOUND, "ORGANISATION_NOT_FOUND",
                         "There is no such organisation");
  if (!status_failed (status))
    status = read_query (image, &sql_image_types, &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++)
    image_add_type (image, db_value (rows, row, "type_id"), db_value (rows, row, "name"));
  return status;
}

Status
image_load (Call *call, const char *organisation_id, ImageExtent extent, Image **out)
{
  Image *image = *out = memory_new (call, Image);
  image->call = call;
  image->organisation_id = organisation_id;
  image->organs = memory_array (image, ImageOrgan, FIRST_CAPACITY);
  image->types = memory_array (image, ImageType, FIRST_CAPACITY);
  image->rows = memory_array (image, ImageRow, FIRST_CAPACITY);
  image->happenings = memory_array (image, Happening, FIRST_CAPACITY);
  image->names = symbols_new (image);
  image->places = memory_array (image, uint32_t, FIRST_CAPACITY);
  Status status = load_names (image);
  for (RecordKind kind = 0; kind < RECORD_KINDS && !status_failed (status); kind++)
    if (kind != RECORD_EXCEPTION || extent == IMAGE_WITH_EXCEPTIONS)
      status = load_rows (image, kind);
  return status;
}
