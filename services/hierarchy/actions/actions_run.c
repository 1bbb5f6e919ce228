/* The run that opens and closes groups: for some organs at a time, the days on which each action wants a
 * group against the days on record. Steps of all runs of a federation go one after another.
 */
#include "actions/actions.h"

#include "compiled.h"
#include "core/id.h"

#include <string.h>

#include "heimo/hierarchy/v1/hierarchy_events.pb-c.h"
#include "heimo_hierarchy_handlers.h"

enum { STEP_ORGANS = 200 };

#define ACTIONS "actions"

/* One organ of the step. */
typedef struct StepOrgan {
  const char *id;
  const char *organisation_id;
  const char *kind;
  Period *lives; /* days in the tree, in order; talloc array */
  size_t life_count;
} StepOrgan;

/* A group on record with its open periods: rows [first, first + count) of the result. */
typedef struct GroupOnRecord {
  const char *group_id;
  const char *told; /* the action's entity tag of then */
  size_t first, count;
} GroupOnRecord;

/* One step. */
typedef struct Opening {
  Call *call;
  Compiled *compiled;
  Action **actions;
  size_t action_count;
  StepOrgan *organs;
  size_t organ_count;
  DbResult *rows;        /* what is on record, by group */
  GroupOnRecord *groups; /* by action and organ: [action * organ_count + organ] */
  const char **new_groups, **new_actions, **new_organs;
  size_t new_count;
  const char **changed; /* groups whose periods are another list now */
  size_t changed_count;
  const char **told_groups, **told; /* groups that are told of, and the entity tag of their action */
  size_t told_count;
  const char **period_ids, **period_groups, **from, **to;
  size_t period_count, period_capacity;
} Opening;

/* The days on which the organ and all above it live. */
static void
find_lives (Opening *opening, StepOrgan *organ)
{
  const Model *model = opening->compiled->model;
  OrganIndex index = model_organ (model, symbols_find (opening->compiled->symbols, organ->id));
  size_t capacity = 4;
  organ->lives = memory_array (opening->call, Period, capacity);
  for (Day day = DAY_MIN; index != ORGAN_NONE && day < DAY_MAX;) {
    Day until = DAY_MAX;
    bool lives = model_in_tree (model, index, day, &until);
    Period *last = organ->life_count > 0 ? &organ->lives[organ->life_count - 1] : NULL;
    if (lives && last != NULL && last->to == day) {
      last->to = until;
    } else if (lives) {
      if (organ->life_count == capacity)
        organ->lives =
            memory_must (talloc_realloc (opening->call, organ->lives, Period, (unsigned)(capacity *= 2)));
      organ->lives[organ->life_count++] = (Period){day, until};
    }
    day = until;
  }
}

static Status
read_organs (Opening *opening, const char *after)
{
  Call *call = opening->call;
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_action_organs,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text_or_null ("after", after), db_integer ("limit", STEP_ORGANS)),
                          &rows);
  if (status_failed (status))
    return status;
  opening->organ_count = db_row_count (rows);
  opening->organs = memory_array (call, StepOrgan, opening->organ_count + 1);
  for (size_t row = 0; row < opening->organ_count; row++) {
    opening->organs[row] = (StepOrgan){.id = db_value (rows, row, "organ_id"),
                                       .organisation_id = db_value (rows, row, "organisation_id"),
                                       .kind = db_value (rows, row, "kind")};
    find_lives (opening, &opening->organs[row]);
  }
  return STATUS_SUCCESS;
}

static size_t
find_action (const Opening *opening, const char *action_id)
{
  size_t at = 0;
  while (at < opening->action_count && strcmp (opening->actions[at]->action_id, action_id) != 0)
    at++;
  return at;
}

static size_t
find_organ (const Opening *opening, const char *organ_id)
{
  size_t low = 0, high = opening->organ_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (strcmp (opening->organs[middle].id, organ_id) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static Status
read_groups (Opening *opening)
{
  Call *call = opening->call;
  const char **ids = memory_array (call, const char *, opening->organ_count + 1);
  for (size_t i = 0; i < opening->organ_count; i++)
    ids[i] = opening->organs[i].id;
  Status status = db_run (call->db, call, &sql_group_periods,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_texts ("organ_ids", ids, opening->organ_count)),
                          &opening->rows);
  opening->groups = memory_array (call, GroupOnRecord, opening->action_count * opening->organ_count + 1);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (opening->rows); row++) {
    size_t action = find_action (opening, db_value (opening->rows, row, "action_id"));
    if (action == opening->action_count)
      continue;
    size_t organ = find_organ (opening, db_value (opening->rows, row, "organ_id"));
    GroupOnRecord *group = &opening->groups[action * opening->organ_count + organ];
    if (group->group_id == NULL)
      *group = (GroupOnRecord){.group_id = db_value (opening->rows, row, "group_id"),
                               .told = db_value (opening->rows, row, "told"),
                               .first = row};
    group->count += db_value (opening->rows, row, "period_id") != NULL;
  }
  return status;
}

/* The days on which the action wants a group of the organ. */
static size_t
wanted_periods (const Opening *opening, const Action *action, const StepOrgan *organ, Period *wanted)
{
  Period valid = {hierarchy_day (action->valid_from, DAY_MIN), hierarchy_day (action->valid_to, DAY_MAX)};
  size_t count = 0;
  if (action->kind == ACTION_KIND__ACTION_KIND_JUBILEE ||
      strcmp (action->organisation_id, organ->organisation_id) != 0 ||
      (*action->organ_kind != '\0' && strcmp (action->organ_kind, organ->kind) != 0))
    return 0;
  (void)opening;
  for (size_t i = 0; i < organ->life_count; i++) {
    Period period = organ->lives[i];
    period.from = period.from > valid.from ? period.from : valid.from;
    period.to = period.to < valid.to ? period.to : valid.to;
    if (period.from < period.to)
      wanted[count++] = period;
  }
  return count;
}

static bool
is_on_record (const Opening *opening, const GroupOnRecord *group, const Period *wanted, size_t count)
{
  if (group->count != count)
    return false;
  for (size_t i = 0; i < count; i++)
    if (db_day (opening->rows, group->first + i, "valid_from", DAY_MIN) != wanted[i].from ||
        db_day (opening->rows, group->first + i, "valid_to", DAY_MAX) != wanted[i].to)
      return false;
  return true;
}

static void
note_period (Opening *opening, const char *group_id, Period period)
{
  Call *call = opening->call;
  if (opening->period_count == opening->period_capacity) {
    size_t capacity = opening->period_capacity = 2 * opening->period_capacity + 256;
    const char ***columns[] = {&opening->period_ids, &opening->period_groups, &opening->from, &opening->to};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
      *columns[i] = memory_must (talloc_realloc (call, *columns[i], const char *, (unsigned)capacity));
  }
  size_t at = opening->period_count++;
  opening->period_ids[at] = id_new_text (call, call->now);
  opening->period_groups[at] = group_id;
  opening->from[at] = period.from == DAY_MIN ? NULL : hierarchy_sql_day (call, period.from);
  opening->to[at] = hierarchy_sql_day (call, period.to);
}

static void
raise_group_changed (Opening *opening, const Action *action, const StepOrgan *organ, const char *group_id,
                     const Period *wanted, size_t count)
{
  Call *call = opening->call;
  GroupChanged event = GROUP_CHANGED__INIT;
  event.group_id = group_id;
  event.action_id = action->action_id;
  event.kind = action->kind;
  event.title = action->title;
  event.organ_id = organ->id;
  event.position = action->position;
  event.type_id = action->type_id;
  event.rights = action->rights;
  event.n_rights = action->n_rights;
  event.periods = memory_array (call, const char *, count + 1);
  event.n_periods = count;
  for (size_t i = 0; i < count; i++)
    event.periods[i] = memory_format (
        call, "%s/%s", wanted[i].from == DAY_MIN ? "" : hierarchy_sql_day (call, wanted[i].from),
        wanted[i].to == DAY_MAX ? "" : hierarchy_sql_day (call, wanted[i].to));
  event.record_time = call_time_text (call);
  call_raise_event (call, group_id, &event.base);
}

/* One action and one organ. */
static void
open_group (Opening *opening, size_t action_at, size_t organ_at)
{
  Call *call = opening->call;
  const Action *action = opening->actions[action_at];
  StepOrgan *organ = &opening->organs[organ_at];
  GroupOnRecord *group = &opening->groups[action_at * opening->organ_count + organ_at];
  Period *wanted = memory_array (call, Period, organ->life_count + 1);
  size_t count = wanted_periods (opening, action, organ, wanted);
  bool same = is_on_record (opening, group, wanted, count);
  if (same && (group->group_id == NULL || strcmp (group->told, action->etag) == 0))
    return;
  if (group->group_id == NULL) {
    group->group_id = id_new_text (call, call->now);
    opening->new_groups[opening->new_count] = group->group_id;
    opening->new_actions[opening->new_count] = action->action_id;
    opening->new_organs[opening->new_count++] = organ->id;
  }
  opening->told_groups[opening->told_count] = group->group_id;
  opening->told[opening->told_count++] = action->etag;
  if (!same)
    opening->changed[opening->changed_count++] = group->group_id;
  for (size_t i = 0; i < count && !same; i++)
    note_period (opening, group->group_id, wanted[i]);
  raise_group_changed (opening, action, organ, group->group_id, wanted, count);
}

static Status
write_groups (Opening *opening)
{
  Call *call = opening->call;
  const DbValue values[] = {
      db_text ("federation_id", call->federation_id),
      db_text ("now", call_time_text (call)),
      db_texts ("group_ids", opening->new_groups, opening->new_count),
      db_texts ("action_ids", opening->new_actions, opening->new_count),
      db_texts ("organ_ids", opening->new_organs, opening->new_count),
  };
  const DbValue periods[] = {
      db_text ("federation_id", call->federation_id),
      db_text ("now", call_time_text (call)),
      db_texts ("period_ids", opening->period_ids, opening->period_count),
      db_texts ("group_ids", opening->period_groups, opening->period_count),
      db_texts ("valid_from", opening->from, opening->period_count),
      db_texts ("valid_to", opening->to, opening->period_count),
  };
  Status status = db_run (call->db, call, &sql_group_insert, values, sizeof values / sizeof *values, NULL);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_group_period_supersede,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("now", call_time_text (call)),
                                db_texts ("group_ids", opening->changed, opening->changed_count)),
                     NULL);
  if (!status_failed (status))
    status =
        db_run (call->db, call, &sql_group_period_insert, periods, sizeof periods / sizeof *periods, NULL);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_group_told,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_texts ("group_ids", opening->told_groups, opening->told_count),
                                db_texts ("told", opening->told, opening->told_count)),
                     NULL);
  return status;
}

static Status
open_groups (Opening *opening)
{
  Call *call = opening->call;
  size_t most = opening->action_count * opening->organ_count + 1;
  opening->new_groups = memory_array (call, const char *, most);
  opening->new_actions = memory_array (call, const char *, most);
  opening->new_organs = memory_array (call, const char *, most);
  opening->changed = memory_array (call, const char *, most);
  opening->told_groups = memory_array (call, const char *, most);
  opening->told = memory_array (call, const char *, most);
  for (size_t action = 0; action < opening->action_count; action++)
    for (size_t organ = 0; organ < opening->organ_count; organ++)
      open_group (opening, action, organ);
  return opening->told_count == 0 ? STATUS_SUCCESS : write_groups (opening);
}

static Status
count_organs (Call *call, RunStep *step)
{
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_action_count_organs,
                          DB_VALUES (db_text ("federation_id", call->federation_id)), &rows);
  if (!status_failed (status))
    step->total = (uint64_t)db_number (rows, 0, "organs");
  return status;
}

Status
actions_step (Call *call, RunStep *step)
{
  Opening opening = {.call = call};
  Status status = db_run (call->db, call, &sql_group_lock,
                          DB_VALUES (db_text ("federation_id", call->federation_id)), NULL);
  if (!status_failed (status) && *step->cursor == '\0')
    status = count_organs (call, step);
  call_stamp (call);
  if (!status_failed (status))
    status = actions_read (call, "", "", &opening.actions, &opening.action_count);
  if (!status_failed (status))
    status = compiled_take (call, &opening.compiled);
  if (!status_failed (status))
    status = read_organs (&opening, step->cursor);
  if (!status_failed (status))
    status = read_groups (&opening);
  if (!status_failed (status))
    status = open_groups (&opening);
  if (status_failed (status))
    return status;
  step->processed = step->succeeded = opening.organ_count;
  step->done = opening.organ_count < STEP_ORGANS;
  if (step->done) /* organs may have come since they were counted */
    step->total = step->run->processed + opening.organ_count;
  if (opening.organ_count > 0)
    step->cursor = memory_string (call, opening.organs[opening.organ_count - 1].id);
  return STATUS_SUCCESS;
}

/* A run that still waits will see this change too; one that has begun may be past the organs concerned. */
Status
actions_start (Call *call)
{
  DbResult *rows;
  Status status =
      db_run (call->db, call, &sql_evaluation_waiting,
              DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("type", ACTIONS)), &rows);
  if (status_failed (status) || db_row_count (rows) > 0)
    return status;
  const char *run_id;
  return call_start_run (call, ACTIONS, "", "", "", "", &run_id);
}
