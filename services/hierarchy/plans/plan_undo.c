/* Undoing a plan on an image: what it recorded goes, what it superseded comes back as new rows. A row that is
 * given back is of the plan that had recorded it, so that this one can be undone too. What ends only where
 * the plan began holds on. */
#include "plans/image_private.h"
#include "plans/plans.h"

#include <string.h>

/* An undo that is being worked out. */
typedef struct Undo {
  Call *call;
  const Plan *plan;
  Image *image;
  bool *known_before;      /* by organ */
  const Symbols *later;    /* ids of the plans applied after this one, in that order */
  Symbols *blockers;       /* those of them that are to be undone before */
  const char *blocked;     /* by what else, English; NULL for nothing */
  uint32_t first_given;    /* rows from here on are given back */
  uint32_t first_extended; /* rows from here on have been on record, with an earlier end */
  uint32_t *extends;       /* by row from there on: the row whose place it takes */
} Undo;

/* Applied after this one. */
static bool
is_later (const Undo *undo, const char *plan_id)
{
  return plan_id != NULL && symbols_find (undo->later, plan_id) != SYMBOL_NONE;
}

static void
block (Undo *undo, const char *plan_id, const char *otherwise)
{
  if (is_later (undo, plan_id))
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

/* Another row of what has one value on a day. */
static bool
is_same_key (const ImageRow *row, const ImageRow *other)
{
  return row->kind != RECORD_RULE || row->other == other->other;
}

static uint32_t
first_of_key (const Image *image, const ImageRow *row)
{
  return row->organ == IMAGE_NONE ? image->types[row->other].first_rule
                                  : image->organs[row->organ].first[row->kind];
}

/* The first day from the row's end on which another of its key begins. */
static Day
next_of_key (const Image *image, const ImageRow *row)
{
  Day next = DAY_MAX;
  uint32_t at;
  IMAGE_EACH (image, at, first_of_key (image, row))
  {
    const ImageRow *other = &image->rows[at];
    if (is_same_key (row, other) && other->valid.from >= row->valid.to && other->valid.from < next)
      next = other->valid.from;
  }
  return next;
}

/* A change holds until the next one on record: where that one is gone, it holds on. */
static void
extend_rows (Undo *undo)
{
  Image *image = undo->image;
  undo->first_extended = image->row_count;
  undo->extends = memory_array (undo->call, uint32_t, image->row_count + 1);
  for (uint32_t i = 0; i < undo->first_extended; i++) {
    ImageRow row = image->rows[i];
    if (!image_counts (&row) || row.kind == RECORD_EXCEPTION || row.ended || row.valid.to == DAY_MAX)
      continue;
    Day next = next_of_key (image, &row);
    if (next == row.valid.to)
      continue;
    image_drop (image, i);
    row.valid.to = next;
    row.id = NULL;
    row.plan_id = row.plan_id == NULL ? "" : row.plan_id;
    row.carried = true;
    undo->extends[image_add (image, ROW_NEW, row) - undo->first_extended] = i;
  }
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
  IMAGE_EACH (image, at, first_of_key (image, row))
  {
    const ImageRow *other = &image->rows[at];
    if (at == given || !is_same_key (row, other) || other->valid.to <= row->valid.from ||
        row->valid.to <= other->valid.from)
      continue;
    block (undo, other->plan_id,
           "What would be given back meets what has been recorded since outside of plans");
  }
}

/* The later plans of the edges and lives of a cycle that a row closes which is given back, or holds on. */
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
      uint32_t life = image_row_on (image, image->organs[organ].first[RECORD_LIFE], day, NULL);
      uint32_t edge = image_row_on (image, image->organs[organ].first[RECORD_EDGE], day, NULL);
      block (undo, image->rows[life].plan_id, "An organ would stand below itself");
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

/* Recorded after the plan was applied; one outside of plans, for the first time. */
static Status
is_edge_since (Undo *undo, const ImageRow *edge, bool *since)
{
  Call *call = undo->call;
  const Image *image = undo->image;
  DbResult *rows;
  *since = is_later (undo, edge->plan_id);
  if (edge->plan_id != NULL && *edge->plan_id != '\0')
    return STATUS_SUCCESS;
  Status status = db_run (call->db, call, &sql_undo_later_edge,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("organ_id", image->organs[edge->organ].id),
                                     db_text ("parent_id", image->organs[edge->other].id),
                                     db_text ("valid_from", hierarchy_sql_day (call, edge->valid.from)),
                                     db_text ("plan_id", undo->plan->plan_id)),
                          &rows);
  *since = !status_failed (status) && db_row_count (rows) > 0;
  return status;
}

/* An edge that began as edges do, and was recorded since, does so no more: what was there before the plan had
 * to bear it. */
static Status
check_beginnings (Undo *undo, const bool *fine_before)
{
  const Image *image = undo->image;
  const bool *fine = judge_edges (image, image->row_count);
  Status status = STATUS_SUCCESS;
  for (uint32_t i = 0; i < image->row_count && !status_failed (status); i++) {
    uint32_t before = i < undo->first_extended ? i : undo->extends[i - undo->first_extended];
    bool since = false;
    if (before >= undo->first_given || !image_counts (&image->rows[i]) || !fine_before[before] || fine[i])
      continue;
    status = is_edge_since (undo, &image->rows[i], &since);
    if (since)
      block (undo, image->rows[i].plan_id, "An organ has been placed where the plan made place for it");
  }
  return status;
}

/* A merge or a split of the organ would have led the row elsewhere. */
static bool
leads_elsewhere (const OrganChange *change, uint32_t organ, const ImageRow *row)
{
  bool split = change->kind == CHANGE_KIND__CHANGE_KIND_SPLIT;
  if ((!split && change->kind != CHANGE_KIND__CHANGE_KIND_MERGE) ||
      row->valid.to <= hierarchy_day (change->on, DAY_MAX))
    return false;
  if (row->kind == RECORD_EXCEPTION)
    return row->organ == organ;
  return row->kind == RECORD_EDGE && (row->other == organ || (split && row->organ == organ));
}

/* Blocks when a change of a later plan would have led elsewhere what is given back or holds on. */
static void
check_led (Undo *undo, const char *plan_id, const Plan *changes)
{
  const Image *image = undo->image;
  Symbol place = symbols_find (undo->later, plan_id);
  for (size_t i = 0; i < changes->n_changes; i++) {
    const OrganChange *change = changes->changes[i];
    uint32_t organ = image_organ (image, change->organ);
    for (uint32_t at = undo->first_given; organ != IMAGE_NONE && at < image->row_count; at++) {
      const ImageRow *row = &image->rows[at];
      Symbol recorded = row->plan_id == NULL ? SYMBOL_NONE : symbols_find (undo->later, row->plan_id);
      if (image_counts (row) && recorded < place && leads_elsewhere (change, organ, row))
        block (undo, plan_id, NULL);
    }
  }
}

/* An edge or an exception is not given back to an organ that a later plan has merged or split: without this
 * plan that one would have led it elsewhere. */
static Status
check_reforms (Undo *undo)
{
  Call *call = undo->call;
  const Image *image = undo->image;
  const char **organs = memory_array (call, const char *, 2 * (image->row_count - undo->first_given) + 1);
  size_t organ_count = 0, plan_count = symbols_count (undo->later) - 1;
  for (uint32_t at = undo->first_given; at < image->row_count; at++) {
    const ImageRow *row = &image->rows[at];
    if (row->kind == RECORD_EDGE)
      organs[organ_count++] = image->organs[row->other].id;
    if (row->kind == RECORD_EDGE || row->kind == RECORD_EXCEPTION)
      organs[organ_count++] = image->organs[row->organ].id;
  }
  if (organ_count == 0 || plan_count == 0)
    return STATUS_SUCCESS;
  const char **plans = memory_array (call, const char *, plan_count);
  for (size_t i = 0; i < plan_count; i++)
    plans[i] = symbols_text (undo->later, (Symbol)i + 1);
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_undo_plans_about,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_texts ("plan_ids", plans, plan_count),
                                     db_texts ("organ_ids", organs, organ_count)),
                          &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++) {
    const Plan *changes =
        (const Plan *)memory_unpack (call, &plan__descriptor, db_byte_value (call, rows, row, "changes"));
    if (changes == NULL)
      return status_error (call, STATUS_INTERNAL, "PLAN", "The changes of a plan cannot be read");
    check_led (undo, db_value (rows, row, "plan_id"), changes);
  }
  return status;
}

static Status
check_constraints (Undo *undo, const bool *fine_before)
{
  const Image *image = undo->image;
  for (uint32_t i = undo->first_given; i < image->row_count; i++) {
    check_overlap (undo, i);
    check_cycle (undo, i);
  }
  check_owners (undo);
  Status status = check_reforms (undo);
  return status_failed (status) ? status : check_beginnings (undo, fine_before);
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

static Status
load_later (Undo *undo)
{
  Call *call = undo->call;
  DbResult *rows;
  Symbols *later = symbols_new (call);
  undo->later = later;
  Status status = db_run (
      call->db, call, &sql_undo_later_plans,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("plan_id", undo->plan->plan_id)),
      &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++)
    symbols_intern (later, db_value (rows, row, "plan_id"));
  return status;
}

Status
undo_image (Call *call, const Plan *plan, Image **image)
{
  Undo undo = {.call = call, .plan = plan, .blockers = symbols_new (call)};
  Status status = image_load (call, plan->organisation_id, IMAGE_WITH_EXCEPTIONS, &undo.image);
  if (!status_failed (status))
    status = load_later (&undo);
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
  if (!status_failed (status)) {
    extend_rows (&undo);
    status = check_constraints (&undo, fine_before);
  }
  if (status_failed (status))
    return status;
  if (symbols_count (undo.blockers) > 1 || undo.blocked != NULL)
    return blocked_status (&undo);
  note_happenings (&undo);
  *image = undo.image;
  return STATUS_SUCCESS;
}
