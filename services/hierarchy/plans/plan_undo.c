/* Undoing a plan on an image: what it recorded goes, what it superseded comes back as new rows. A row that is
 * given back is of the plan that had recorded it, so that this one can be undone too. */
#include "plans/image_private.h"
#include "plans/plans.h"

#include <string.h>

/* An undo that is being worked out. */
typedef struct Undo {
  Call *call;
  const Plan *plan;
  Image *image;
  bool *known_before;   /* by organ */
  Symbols *blockers;    /* ids of later plans */
  const char *blocked;  /* by what else, English; NULL for nothing */
  uint32_t first_given; /* rows from here on are given back */
} Undo;

static void
block (Undo *undo, const char *plan_id, const char *otherwise)
{
  if (plan_id != NULL && *plan_id != '\0' && strcmp (plan_id, undo->plan->plan_id) != 0)
    symbols_intern (undo->blockers, plan_id);
  else
    undo->blocked = otherwise;
}

/* Takes out what the plan recorded, gives back what it superseded. */
static Status
undo_kind (Undo *undo, RecordKind kind, const Symbols *ids, const uint32_t *row_of)
{
  static const DbQuery *const queries[] = {&sql_undo_lives, &sql_undo_edges, &sql_undo_rules,
                                           &sql_undo_exceptions};
  Call *call = undo->call;
  DbResult *rows;
  Status status = db_run (
      call->db, call, queries[kind],
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("plan_id", undo->plan->plan_id)),
      &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++) {
    const char *superseded_by = db_value (rows, row, "superseded_plan");
    ImageRow read;
    if (!image_read_row (undo->image, kind, rows, row, &read))
      return status_error (call, STATUS_ABORTED, "CONFLICT", "The organs were changed meanwhile");
    bool own = read.plan_id != NULL && strcmp (read.plan_id, undo->plan->plan_id) == 0;
    if (!own) { /* superseded by the plan: whose row it was stays */
      read.plan_id = read.plan_id == NULL ? "" : read.plan_id;
      read.carried = true;
      image_add (undo->image, ROW_NEW, read);
    } else if (*db_value (rows, row, "superseded") == 't')
      block (undo, superseded_by, "What the plan recorded has been changed since outside of plans");
    else {
      Symbol id = symbols_find (ids, read.id);
      if (id != SYMBOL_NONE)
        image_drop (undo->image, row_of[id]);
    }
  }
  return status;
}

static uint32_t *
index_rows (const Image *image, Symbols *ids)
{
  uint32_t *row_of = memory_array (image->call, uint32_t, image->row_count + 2);
  for (uint32_t i = 0; i < image->row_count; i++)
    row_of[symbols_intern (ids, image->rows[i].id)] = i;
  return row_of;
}

/* By edge: whether it begins as edges do. */
static bool *
judge_edges (const Image *image, uint32_t count)
{
  bool *fine = memory_array (image->call, bool, count + 1);
  for (uint32_t i = 0; i < count; i++) {
    const ImageRow *row = &image->rows[i];
    fine[i] = row->kind == RECORD_EDGE && image_counts (row) &&
              image_row_on (image, image->organs[row->organ].first[RECORD_LIFE], row->valid.from, NULL) !=
                  IMAGE_NONE &&
              image_way_up (image, row->other, row->valid.from, NULL, NULL) == WAY_TO_ROOT;
  }
  return fine;
}

/* A row that is given back meets one recorded since. */
static void
check_overlap (Undo *undo, uint32_t given)
{
  const Image *image = undo->image;
  const ImageRow *row = &image->rows[given];
  uint32_t at;
  if (row->kind == RECORD_EXCEPTION)
    return; /* may overlap */
  uint32_t first = row->organ == IMAGE_NONE ? image->types[row->other].first_rule
                                            : image->organs[row->organ].first[row->kind];
  IMAGE_EACH (image, at, first)
  {
    const ImageRow *other = &image->rows[at];
    if (at == given || (row->kind == RECORD_RULE && other->other != row->other) ||
        other->valid.to <= row->valid.from || row->valid.to <= other->valid.from)
      continue;
    block (undo, other->plan_id,
           "What would be given back meets what has been recorded since outside of plans");
  }
}

/* The plans of the edges of a cycle that a row closes which is given back. */
static void
check_cycle (Undo *undo, uint32_t given)
{
  const Image *image = undo->image;
  const ImageRow *row = &image->rows[given];
  if (row->kind != RECORD_EDGE && row->kind != RECORD_LIFE)
    return;
  for (Day day = row->valid.from, until; day < row->valid.to; day = until) {
    until = DAY_MAX;
    if (image_way_up (image, row->organ, day, &until, NULL) != WAY_IN_CYCLE)
      continue;
    uint32_t organ = row->organ;
    do {
      uint32_t edge = image_row_on (image, image->organs[organ].first[RECORD_EDGE], day, NULL);
      if (edge < undo->first_given)
        block (undo, image->rows[edge].plan_id, "An organ would stand below itself");
      organ = image->rows[edge].other;
    } while (organ != row->organ);
  }
}

/* The organ has lived on some day; nobody knows one that never has. */
static bool
is_known (const Image *image, uint32_t organ)
{
  uint32_t at;
  IMAGE_EACH (image, at, image->organs[organ].first[RECORD_LIFE])
  return true;
  return false;
}

/* An organ recorded since stands, or stood, below one whose creation is undone. A rule or an exception of
 * that one is no hindrance: it may reach outside the organ's life, without effect there. */
static void
check_owners (Undo *undo)
{
  const Image *image = undo->image;
  for (uint32_t i = 0; i < undo->first_given; i++) {
    const ImageRow *row = &image->rows[i];
    if (row->kind != RECORD_EDGE || !image_counts (row))
      continue;
    if ((!is_known (image, row->organ) && undo->known_before[row->organ]) ||
        (!is_known (image, row->other) && undo->known_before[row->other]))
      block (undo, row->plan_id, "An organ has been placed since below one that the plan created");
  }
}

static void
check_constraints (Undo *undo, const bool *fine_before)
{
  const Image *image = undo->image;
  for (uint32_t i = undo->first_given; i < image->row_count; i++) {
    check_overlap (undo, i);
    check_cycle (undo, i);
  }
  check_owners (undo);
  const bool *fine = judge_edges (image, undo->first_given);
  int64_t applied_at = INT64_MIN;
  (void)clock_parse (undo->plan->apply_time, &applied_at);
  for (uint32_t i = 0; i < undo->first_given; i++) /* what was there before the plan had to bear it */
    if (fine_before[i] && !fine[i] && image_counts (&image->rows[i]) &&
        image->rows[i].recorded_at > applied_at)
      block (undo, image->rows[i].plan_id, "An organ has been placed where the plan made place for it");
}

/* UNDO_BLOCKED with the titles and ids of the plans to undo before. */
static Status
blocked_status (Undo *undo)
{
  Call *call = undo->call;
  size_t count = symbols_count (undo->blockers) - 1;
  const char **ids = memory_array (call, const char *, count + 1);
  for (size_t i = 0; i < count; i++)
    ids[i] = symbols_text (undo->blockers, (Symbol)i + 1);
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_plan_titles,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("plan_ids", ids, count)), &rows);
  if (status_failed (status))
    return status;
  char *names = memory_string (call, "");
  for (size_t row = 0; row < db_row_count (rows); row++)
    names = memory_must (talloc_asprintf_append_buffer (names, "%s“%s” (%s)", row == 0 ? "" : ", ",
                                                        db_value (rows, row, "title"),
                                                        db_value (rows, row, "plan_id")));
  if (db_row_count (rows) == 0)
    return status_error (call, STATUS_FAILED_PRECONDITION, "UNDO_BLOCKED", "%s", undo->blocked);
  status = status_error (call, STATUS_FAILED_PRECONDITION, "UNDO_BLOCKED",
                         "Later plans rest on this one; undo them first: %s", names);
  for (size_t row = 0; row < db_row_count (rows); row++)
    status_add_violation (&status, call, "planId", "LATER_PLAN", "“%s” (%s)", db_value (rows, row, "title"),
                          db_value (rows, row, "plan_id"));
  return status;
}

/* Tells of every organ whose life or place is another one. */
static void
note_happenings (Undo *undo)
{
  Image *image = undo->image;
  bool *told = memory_array (undo->call, bool, image->organ_count + 1);
  for (uint32_t i = 0; i < image->row_count; i++) {
    const ImageRow *row = &image->rows[i];
    if ((row->kind != RECORD_LIFE && row->kind != RECORD_EDGE) ||
        (row->state != ROW_GONE && row->state != ROW_NEW) || told[row->organ])
      continue;
    told[row->organ] = true;
    image_happened (image, row->organ, HAPPENING_UNDONE, row->valid.from, IMAGE_NONE);
  }
}

Status
undo_image (Call *call, const Plan *plan, Image **image)
{
  Undo undo = {.call = call, .plan = plan, .blockers = symbols_new (call)};
  Status status = image_load (call, plan->organisation_id, IMAGE_WITH_EXCEPTIONS, &undo.image);
  if (status_failed (status))
    return status;
  Symbols *ids = symbols_new (call);
  const uint32_t *row_of = index_rows (undo.image, ids);
  undo.first_given = undo.image->row_count;
  const bool *fine_before = judge_edges (undo.image, undo.first_given);
  undo.known_before = memory_array (call, bool, undo.image->organ_count + 1);
  for (uint32_t i = 0; i < undo.image->organ_count; i++)
    undo.known_before[i] = is_known (undo.image, i);
  for (RecordKind kind = 0; kind < RECORD_KINDS && !status_failed (status); kind++)
    status = undo_kind (&undo, kind, ids, row_of);
  if (status_failed (status))
    return status;
  check_constraints (&undo, fine_before);
  if (symbols_count (undo.blockers) > 1 || undo.blocked != NULL)
    return blocked_status (&undo);
  note_happenings (&undo);
  *image = undo.image;
  return STATUS_SUCCESS;
}
