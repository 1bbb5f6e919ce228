/* Rows of plans and effects, and the one way in which a plan is carried out. */
#include "plans/plan_store.h"

#include "core/text.h"

#include <string.h>

Status
plan_read (Call *call, const char *plan_id, Plan *plan)
{
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_plan_get,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("plan_id", plan_id)), &rows);
  if (status_failed (status))
    return status;
  if (db_row_count (rows) == 0)
    return status_error (call, STATUS_NOT_FOUND, "PLAN_NOT_FOUND", "There is no such plan");
  Plan *packed = (Plan *)memory_unpack (call, &plan__descriptor, db_byte_value (call, rows, 0, "changes"));
  if (packed == NULL)
    return status_error (call, STATUS_DATA_LOSS, "PLAN_UNREADABLE", "The stored change set cannot be read");
  plan__init (plan);
  db_read_row (call, rows, 0, &plan->base);
  plan->changes = packed->changes;
  plan->n_changes = packed->n_changes;
  return STATUS_SUCCESS;
}

/* The organs that the plan creates, named by its preview. */
static Status
read_created (PlanWork *work)
{
  Call *call = work->call;
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_plan_created,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("plan_id", work->plan.plan_id)),
      &rows);
  if (status_failed (status))
    return status;
  work->order.created_codes = symbols_new (call);
  work->order.created_ids = memory_array (call, const char *, db_row_count (rows) + 1);
  for (size_t row = 0; row < db_row_count (rows); row++) {
    Symbol symbol = symbols_intern (work->order.created_codes, db_value (rows, row, "code"));
    work->order.created_ids[symbol] = db_value (rows, row, "organ_id");
  }
  return STATUS_SUCCESS;
}

void
plan_begin (Call *call, PlanWork *work)
{
  Plan only_changes = PLAN__INIT;
  work->call = call;
  only_changes.changes = work->plan.changes;
  only_changes.n_changes = work->plan.n_changes;
  work->changes = memory_pack (call, &only_changes.base);
  work->order.organisation_id = work->plan.organisation_id;
  work->order.changes = work->plan.changes;
  work->order.count = work->plan.n_changes;
}

Status
plan_take (Call *call, const char *plan_id, PlanWork *work)
{
  *work = (PlanWork){.call = call};
  Status status =
      db_run (call->db, call, &sql_plan_lock,
              DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("plan_id", plan_id)), NULL);
  if (!status_failed (status))
    status = plan_read (call, plan_id, &work->plan);
  if (status_failed (status))
    return status;
  plan_begin (call, work);
  return read_created (work);
}

/* Sets the earliest and the latest day; the changes have passed. */
static Day
note_days (PlanWork *work)
{
  Day first = DAY_MAX, last = DAY_MIN;
  for (size_t i = 0; i < work->order.count; i++) {
    Day day = hierarchy_day (work->order.changes[i]->on, work->call->today);
    first = day < first ? day : first;
    last = day > last ? day : last;
  }
  work->plan.first_day = hierarchy_sql_day (work->call, first);
  work->plan.last_day = hierarchy_sql_day (work->call, last);
  return last;
}

static Status
run_plain (Call *call, const DbQuery *query)
{
  return db_run (call->db, call, query, NULL, 0, NULL);
}

Status
plan_carry_out (PlanWork *work)
{
  Call *call = work->call;
  Status status = run_plain (call, &sql_record_savepoint);
  if (!status_failed (status))
    status = changes_carry_out (call, &work->order, &work->image);
  if (!status_failed (status))
    status = image_write (work->image, work->plan.plan_id);
  if (!status_failed (status))
    status = difference_of_changes (call, &work->difference);
  if (status_failed (status))
    return status;
  return plan_effects_of (work->image, work->difference, work->changes, note_days (work),
                          work->image->policy == DATING_POLICY__DATING_POLICY_EVALUATION_DATED,
                          &work->effects);
}

Status
plan_roll_back (PlanWork *work)
{
  Status status = run_plain (work->call, &sql_record_rollback);
  return status_failed (status) ? status : run_plain (work->call, &sql_record_release);
}

/* Ids of the organs with a mark: named by a change, or created. */
static const char **
marked_organs (const PlanWork *work, bool created, const char ***codes, size_t *count)
{
  const Image *image = work->image;
  const char **ids = memory_array (work->call, const char *, image->organ_count + 1);
  *codes = memory_array (work->call, const char *, image->organ_count + 1);
  *count = 0;
  for (uint32_t i = 0; i < image->organ_count; i++)
    if (created ? image->organs[i].created : image->organs[i].concerned) {
      (*codes)[*count] = image->organs[i].code;
      ids[(*count)++] = image->organs[i].id;
    }
  return ids;
}

static Status
put_plan (const PlanWork *work, PlanState state)
{
  Call *call = work->call;
  const Plan *plan = &work->plan;
  const PlanEffects *effects = &work->effects;
  const char **codes, **created_codes;
  size_t concerned_count, created_count;
  const char **concerned = marked_organs (work, false, &codes, &concerned_count);
  const char **created = marked_organs (work, true, &created_codes, &created_count);
  const char *search = memory_format (call, "%s %s %s", plan->title, plan->reason, plan->author);
  return db_run (
      call->db, call, &sql_plan_put,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("plan_id", plan->plan_id),
                 db_text ("organisation_id", plan->organisation_id), db_text ("title", plan->title),
                 db_text ("reason", plan->reason), db_bytes ("changes", work->changes),
                 db_integer ("change_count", (int64_t)work->order.count),
                 db_text ("first_day", plan->first_day), db_text ("last_day", plan->last_day),
                 db_integer ("state", state), db_text ("hash", effects->hash),
                 db_integer ("person_count", (int64_t)effects->persons),
                 db_integer ("joining_count", (int64_t)effects->joining),
                 db_integer ("leaving_count", (int64_t)effects->leaving),
                 db_integer ("moving_count", (int64_t)effects->moving),
                 db_integer ("organ_count", (int64_t)effects->organs), db_text ("author", plan->author),
                 db_text ("now", call_time_text (call)), db_texts ("concerned", concerned, concerned_count),
                 db_texts ("created_codes", created_codes, created_count),
                 db_texts ("created_ids", created, created_count),
                 db_text ("search_text", text_fold (call, search))),
      NULL);
}

/* The columns of effects. */
enum { EFFECT_TEXTS = 6, EFFECT_NUMBERS = 6 };

static Status
insert_effects (const PlanWork *work)
{
  Call *call = work->call;
  const PlanEffects *effects = &work->effects;
  size_t count = effects->count;
  const char **texts[EFFECT_TEXTS];
  int64_t *numbers[EFFECT_NUMBERS];
  Bytes *persons = memory_array (call, Bytes, count);
  for (size_t i = 0; i < EFFECT_TEXTS; i++)
    texts[i] = memory_array (call, const char *, count);
  for (size_t i = 0; i < EFFECT_NUMBERS; i++)
    numbers[i] = memory_array (call, int64_t, count);
  for (size_t i = 0; i < count; i++) {
    const PlanEffectRow *row = &effects->rows[i];
    const ImageOrgan *organ = &work->image->organs[row->organ];
    const ImageType *type = &work->image->types[row->type];
    const char *const row_texts[] = {organ->id, organ->code, organ->name, organ->kind, type->id, type->name};
    const uint64_t row_numbers[] = {i + 1, row->joins, row->leaves, row->before, row->after, row->stays};
    for (size_t j = 0; j < EFFECT_TEXTS; j++)
      texts[j][i] = row_texts[j];
    for (size_t j = 0; j < EFFECT_NUMBERS; j++)
      numbers[j][i] = (int64_t)row_numbers[j];
    persons[i] = row->persons;
  }
  return db_run (
      call->db, call, &sql_plan_effect_insert,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("plan_id", work->plan.plan_id),
                 db_texts ("organ_ids", texts[0], count), db_texts ("organ_codes", texts[1], count),
                 db_texts ("organ_names", texts[2], count), db_texts ("organ_kinds", texts[3], count),
                 db_texts ("type_ids", texts[4], count), db_texts ("type_names", texts[5], count),
                 db_integers ("positions", numbers[0], count), db_integers ("joins", numbers[1], count),
                 db_integers ("leaves", numbers[2], count), db_integers ("before", numbers[3], count),
                 db_integers ("after", numbers[4], count), db_integers ("stays", numbers[5], count),
                 db_byte_strings ("persons", persons, count)),
      NULL);
}

Status
plan_store_preview (PlanWork *work, PlanState state)
{
  Call *call = work->call;
  Status status = put_plan (work, state);
  if (!status_failed (status))
    status = db_run (
        call->db, call, &sql_plan_effect_clear,
        DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("plan_id", work->plan.plan_id)),
        NULL);
  if (!status_failed (status) && work->effects.count > 0)
    status = insert_effects (work);
  return status;
}

/* What was refused, for those who read the plan: the first field's description tells more than the sum. */
static const char *
refusal_text (Status why)
{
  if (!status_failed (why))
    return "";
  return why.detail->violation_count > 0 ? why.detail->violations[0].description : why.detail->message;
}

static const char *
refusal_reason (Status why)
{
  if (!status_failed (why))
    return "";
  return why.code == STATUS_INVALID_ARGUMENT && why.detail->violation_count > 0
             ? why.detail->violations[0].reason
             : why.detail->reason;
}

Status
plan_set_state (Call *call, const char *plan_id, PlanState state, const char *run_id, Status why)
{
  return db_run (call->db, call, &sql_plan_state,
                 DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("plan_id", plan_id),
                            db_integer ("state", state), db_text ("run_id", run_id),
                            db_text ("error", refusal_text (why)),
                            db_text ("error_reason", refusal_reason (why)),
                            db_text ("now", call_time_text (call))),
                 NULL);
}

Status
plan_check_state (Call *call, const Plan *plan, unsigned states, const char *what)
{
  static const char *const names[] = {"",      "previewed",    "being applied", "applied",
                                      "stale", "being undone", "undone",        "discarded"};
  if ((states & 1u << plan->state) != 0)
    return STATUS_SUCCESS;
  return status_error (call, STATUS_FAILED_PRECONDITION, "PLAN_STATE", "A plan that is %s cannot be %s",
                       names[plan->state], what);
}
