/* Memberships of a person over time. */
#include "compiled.h"

#include <stdlib.h>
#include <string.h>

#include "answers/stretches.h"
#include "answers/turns.h"
#include "heimo_hierarchy_handlers.h"

static Status
check_person (Call *call, const char *person_id)
{
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_person_exists,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("person_id", person_id)), &rows);
  if (!status_failed (status) && db_row_count (rows) == 0)
    status = status_error (call, STATUS_NOT_FOUND, "PERSON_NOT_FOUND", "There is no such person");
  return status;
}

/* Steps from the organ to its root on a day. */
static uint32_t
depth_of (const Compiled *compiled, const char *organ_id, Day day)
{
  const Model *model = compiled->model;
  OrganIndex organ = model_organ (model, symbols_find (compiled->symbols, organ_id));
  uint32_t depth = 0;
  Day until = DAY_MAX;
  while (organ != ORGAN_NONE && depth < model->organ_count) {
    organ = model_parent (model, organ, day, &until);
    depth += organ != ORGAN_NONE;
  }
  return depth;
}

/* By depth within an organisation; the rest is as the query has it. */
static int
compare_depths (const void *left, const void *right)
{
  const Membership *a = *(Membership *const *)left, *b = *(Membership *const *)right;
  int order = strcmp (a->organisation_id, b->organisation_id);
  if (order != 0)
    return order;
  if (a->depth != b->depth)
    return a->depth < b->depth ? -1 : 1;
  order = strcmp (a->valid_from, b->valid_from);
  return order != 0 ? order : strcmp (a->membership_id, b->membership_id);
}

/* Sorts the rows of each organisation by depth; organisations stay in their order. */
static void
sort_by_depth (ListMembershipsResponse *reply)
{
  for (size_t first = 0; first < reply->n_memberships;) {
    size_t next = first + 1;
    while (next < reply->n_memberships && strcmp (reply->memberships[next]->organisation_id,
                                                  reply->memberships[first]->organisation_id) == 0)
      next++;
    qsort (&reply->memberships[first], next - first, sizeof (void *), compare_depths);
    first = next;
  }
}

/* Days of the period up to `day`, that day included. */
static uint32_t
days_until (const Membership *membership, Day day)
{
  Day from = hierarchy_day (membership->valid_from, DAY_MIN),
      to = hierarchy_day (membership->valid_to, DAY_MAX);
  Day last = day < to ? day + 1 : to;
  return from == DAY_MIN || last <= from ? 0 : (uint32_t)(last - from);
}

/* The turn of an organisation on a day, made now if there is none: what begins or ends together has one
 * cause. */
static Turn *
turn_of (Call *call, Turn *turns, const char **organisations, size_t *count, const char *organisation_id,
         Day day)
{
  for (size_t i = 0; i < *count; i++)
    if (turns[i].day == day && strcmp (organisations[i], organisation_id) == 0)
      return &turns[i];
  turns[*count] = turn_new (call, day);
  organisations[*count] = organisation_id;
  return &turns[(*count)++];
}

/* What the turns of one response are gathered in. */
typedef struct Turning {
  Call *call;
  const Compiled *compiled;
  Turn *turns;
  const char **organisations; /* by turn */
  size_t count;
} Turning;

/* The turn of a row's first day or end; NULL when it has none. */
static Turn *
turn_on (Turning *turning, const Membership *row, const char *day_text)
{
  Day day = hierarchy_day (day_text, DAY_MIN);
  if (day == DAY_MIN)
    return NULL;
  return turn_of (turning->call, turning->turns, turning->organisations, &turning->count,
                  row->organisation_id, day);
}

/* What may have changed on the day: everything that the person's memberships of the day before and of the day
 * hang on. An organ that moves keeps its members; it is those above that begin and end. */
static void
add_causes (Turning *turning, size_t at, const ListMembershipsResponse *reply)
{
  Turn *turn = &turning->turns[at];
  for (size_t i = 0; i < reply->n_memberships; i++) {
    const Membership *row = reply->memberships[i];
    Day from = hierarchy_day (row->valid_from, DAY_MIN), to = hierarchy_day (row->valid_to, DAY_MAX);
    if (strcmp (row->organisation_id, turning->organisations[at]) != 0 || from > turn->day || to < turn->day)
      continue;
    turn_add_organ (turn, turning->compiled, row->organ_id);
    turn_add_type (turn, row->type_id);
  }
}

/* Names the plans that make periods begin and end. */
static Status
find_plans (Call *call, const Compiled *compiled, const char *person_id, ListMembershipsResponse *reply)
{
  size_t most = 2 * reply->n_memberships + 1;
  Turning turning = {call, compiled, memory_array (call, Turn, most), memory_array (call, const char *, most),
                     0};
  for (size_t i = 0; i < reply->n_memberships; i++) {
    (void)turn_on (&turning, reply->memberships[i], reply->memberships[i]->valid_from);
    (void)turn_on (&turning, reply->memberships[i], reply->memberships[i]->valid_to);
  }
  for (size_t i = 0; i < turning.count; i++)
    add_causes (&turning, i, reply);
  Status status = turns_find_plans (call, person_id, turning.turns, turning.count);
  for (size_t i = 0; i < reply->n_memberships && !status_failed (status); i++) {
    Membership *row = reply->memberships[i];
    const Turn *begin = turn_on (&turning, row, row->valid_from);
    const Turn *end = turn_on (&turning, row, row->valid_to);
    row->begin_plan_id = begin == NULL ? "" : begin->plan_id;
    row->begin_plan_title = begin == NULL ? "" : begin->plan_title;
    row->end_plan_id = end == NULL ? "" : end->plan_id;
    row->end_plan_title = end == NULL ? "" : end->plan_title;
  }
  return status;
}

Status
list_memberships (Call *call, const ListMembershipsRequest *request, ListMembershipsResponse *reply)
{
  Compiled *compiled;
  DbResult *rows;
  Day known = hierarchy_day (request->as_known_on, DAY_MAX);
  Status status = check_person (call, request->person_id);
  if (!status_failed (status))
    status = compiled_take (call, &compiled);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_membership_list,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("person_id", request->person_id), db_text ("on", request->on),
                                db_text ("known_at", hierarchy_known_at (call, request->as_known_on)),
                                db_boolean ("organisations_only", request->organisations_only)),
                     &rows);
  if (status_failed (status))
    return status;
  reply->memberships = db_read_rows (call, rows, &membership__descriptor, &reply->n_memberships);
  for (size_t row = 0; row < reply->n_memberships; row++) {
    Membership *membership = reply->memberships[row];
    Day from = hierarchy_day (membership->valid_from, DAY_MIN);
    Day on = hierarchy_day (request->on, call->today);
    membership->days = days_until (membership, known < call->today ? known : call->today);
    membership->depth = depth_of (compiled, membership->organ_id, from);
    membership->origin = (MembershipOrigin)stretches_origin (db_value (rows, row, "stretches"),
                                                             (int)membership->origin, on > from ? on : from);
  }
  sort_by_depth (reply);
  return known < call->today ? STATUS_SUCCESS : find_plans (call, compiled, request->person_id, reply);
}
