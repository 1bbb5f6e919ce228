/* Setting, listing and changing actions. */
#include "actions/actions.h"

#include "core/id.h"

#include <stdlib.h>
#include <string.h>

#include "heimo_hierarchy_handlers.h"

enum { YEARS_MAX = 100 };

/* What each kind of action needs, and the name of the field for those who forget. */
typedef struct Needs {
  bool position, rights, years, type;
} Needs;

static const Needs needs[] = {
    [ACTION_KIND__ACTION_KIND_MEMBER_GROUP] = {.type = true},
    [ACTION_KIND__ACTION_KIND_POSITION_GROUP] = {.position = true},
    [ACTION_KIND__ACTION_KIND_ACCESS] = {.position = true, .rights = true},
    [ACTION_KIND__ACTION_KIND_JUBILEE] = {.years = true, .type = true},
};

static const char *const known_rights[] = {"members.read", "members.edit", "groups.read",
                                           "organs.edit",  "reports.read", "letters.send"};

const char **
actions_split (Call *call, const char *text, size_t *count)
{
  const char **words = memory_array (call, const char *, strlen (text) / 2 + 2);
  char *rest = memory_string (call, text), *word;
  *count = 0;
  while ((word = strsep (&rest, " ")) != NULL)
    if (*word != '\0')
      words[(*count)++] = word;
  return words;
}

Status
actions_read (Call *call, const char *organisation_id, const char *action_id, Action ***actions,
              size_t *count)
{
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_action_list,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text_or_null ("organisation_id", organisation_id),
                                     db_text_or_null ("action_id", action_id),
                                     db_text ("on", hierarchy_sql_day (call, call->today))),
                          &rows);
  if (status_failed (status))
    return status;
  *actions = db_read_rows (call, rows, &action__descriptor, count);
  for (size_t row = 0; row < *count; row++) {
    Action *action = (*actions)[row];
    action->rights = actions_split (call, db_value (rows, row, "rights_text"), &action->n_rights);
    const char **years = actions_split (call, db_value (rows, row, "years_text"), &action->n_years);
    action->years = memory_array (call, uint32_t, action->n_years + 1);
    for (size_t i = 0; i < action->n_years; i++)
      action->years[i] = (uint32_t)strtoul (years[i], NULL, 10);
  }
  return STATUS_SUCCESS;
}

static void
check_given (Status *status, Call *call, bool needed, bool given, const char *field)
{
  if (needed && !given)
    status_add_violation (status, call, field, "REQUIRED", "This kind of action needs it");
  if (!needed && given)
    status_add_violation (status, call, field, "FIELD_NOT_ALLOWED", "This kind of action does not have it");
}

static void
check_rights (Status *status, Call *call, const Action *action)
{
  for (size_t i = 0; i < action->n_rights; i++) {
    bool known = false, again = false;
    for (size_t at = 0; at < sizeof known_rights / sizeof *known_rights; at++)
      known |= strcmp (action->rights[i], known_rights[at]) == 0;
    for (size_t at = 0; at < i; at++)
      again |= strcmp (action->rights[i], action->rights[at]) == 0;
    const char *field = memory_format (call, "action.rights[%zu]", i);
    if (!known)
      status_add_violation (status, call, field, "UNKNOWN_RIGHT", "There is no such right");
    else if (again)
      status_add_violation (status, call, field, "DUPLICATE_VALUE", "The right is in the list already");
  }
}

static void
check_years (Status *status, Call *call, const Action *action)
{
  for (size_t i = 0; i < action->n_years; i++)
    if (action->years[i] < 1 || action->years[i] > YEARS_MAX ||
        (i > 0 && action->years[i] <= action->years[i - 1]))
      status_add_violation (status, call, memory_format (call, "action.years[%zu]", i), "INVALID_YEARS",
                            "Years ascend, from 1 to %d", YEARS_MAX);
}

/* Everything that can be said of an action by itself. */
static Status
check_action (Call *call, const Action *action)
{
  Status status = STATUS_SUCCESS;
  if ((size_t)action->kind >= sizeof needs / sizeof *needs)
    return status_field (call, "action.kind", "UNKNOWN_KIND", "There is no such kind of action");
  const Needs *need = &needs[action->kind];
  check_given (&status, call, need->position, *action->position != '\0', "action.position");
  check_given (&status, call, need->rights, action->n_rights > 0, "action.rights");
  check_given (&status, call, need->years, action->n_years > 0, "action.years");
  if (!need->type)
    check_given (&status, call, false, *action->type_id != '\0', "action.typeId");
  check_rights (&status, call, action);
  check_years (&status, call, action);
  Day from = hierarchy_day (action->valid_from, call->today);
  if (hierarchy_day (action->valid_to, DAY_MAX) < from)
    status_add_violation (&status, call, "action.validTo", "REVERSED", "An action ends before it begins");
  return status;
}

/* The organisation exists, and the type is one of its. */
static Status
check_organisation (Call *call, const char *organisation_id, const char *type_id)
{
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_type_list,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("organisation_id", organisation_id),
                                     db_text ("on", hierarchy_sql_day (call, call->today))),
                          &rows);
  if (status_failed (status))
    return status;
  bool found = *type_id == '\0';
  for (size_t row = 0; row < db_row_count (rows); row++)
    found |= strcmp (db_value (rows, row, "type_id"), type_id) == 0;
  if (!found)
    return status_field (call, "action.typeId", "UNKNOWN_TYPE",
                         "The organisation has no such membership type");
  Organisation organisation = ORGANISATION__INIT;
  return db_run_one (call->db, call, &sql_organisation_list,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("organisation_id", organisation_id), db_text ("code", NULL),
                                db_text ("on", hierarchy_sql_day (call, call->today))),
                     "ORGANISATION_NOT_FOUND", &organisation.base);
}

static const int64_t *
years_of (Call *call, const Action *action)
{
  int64_t *years = memory_array (call, int64_t, action->n_years + 1);
  for (size_t i = 0; i < action->n_years; i++)
    years[i] = action->years[i];
  return years;
}

/* What follows from a change of an action: groups by a run of their own, jubilees of the past days too. */
static Status
start_following (Call *call, const Action *action)
{
  const char *run_id;
  if (action->kind != ACTION_KIND__ACTION_KIND_JUBILEE)
    return actions_start (call);
  return call_start_run (call, "jubilees", action->action_id, hierarchy_sql_day (call, call->today), "", "",
                         &run_id);
}

static Status
read_reply (Call *call, const char *action_id, Action *reply)
{
  Action **actions;
  size_t count;
  Status status = actions_read (call, "", action_id, &actions, &count);
  if (!status_failed (status) && count == 0)
    return status_error (call, STATUS_NOT_FOUND, "ACTION_NOT_FOUND", "There is no such action");
  if (!status_failed (status))
    *reply = *actions[0];
  return status;
}

Status
create_action (Call *call, const CreateActionRequest *request, Action *reply)
{
  const Action *action = request->action;
  Status status = check_action (call, action);
  if (!status_failed (status))
    status = check_organisation (call, request->organisation_id, action->type_id);
  if (status_failed (status))
    return status;
  const char *action_id = id_new_text (call, call->now);
  status =
      db_run (call->db, call, &sql_action_insert,
              DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("action_id", action_id),
                         db_text ("organisation_id", request->organisation_id),
                         db_texts ("rights", (const char *const *)action->rights, action->n_rights),
                         db_integers ("years", years_of (call, action), action->n_years),
                         db_text ("valid_from",
                                  hierarchy_sql_day (call, hierarchy_day (action->valid_from, call->today))),
                         db_text ("recorded_at", call_time_text (call)),
                         db_text ("recorded_by", call->principal->subject), db_message (&action->base)),
              NULL);
  if (!status_failed (status))
    status = read_reply (call, action_id, reply);
  return status_failed (status) ? status : start_following (call, reply);
}

Status
list_actions (Call *call, const ListActionsRequest *request, ListActionsResponse *reply)
{
  return actions_read (call, request->organisation_id, "", &reply->actions, &reply->n_actions);
}

/* Takes the fields that the mask names. */
static Status
take_masked (Call *call, const UpdateActionRequest *request, Action *action)
{
  const Action *wanted = request->action;
  char *rest = memory_string (call, request->update_mask), *field;
  while ((field = strsep (&rest, ", ")) != NULL) {
    if (strcmp (field, "title") == 0) {
      action->title = wanted->title;
    } else if (strcmp (field, "rights") == 0) {
      action->rights = wanted->rights;
      action->n_rights = wanted->n_rights;
    } else if (strcmp (field, "years") == 0) {
      action->years = wanted->years;
      action->n_years = wanted->n_years;
    } else if (strcmp (field, "validTo") == 0 || strcmp (field, "valid_to") == 0) {
      action->valid_to = wanted->valid_to;
    } else if (*field != '\0') {
      return status_field (call, "updateMask", "UNKNOWN_FIELD",
                           "Only title, rights, years and validTo can be changed");
    }
  }
  return *action->title == '\0' ? status_field (call, "action.title", "REQUIRED", "An action has a title")
                                : STATUS_SUCCESS;
}

Status
update_action (Call *call, const UpdateActionRequest *request, Action *reply)
{
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_action_lock,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("action_id", request->action_id)),
      &rows);
  Action action = ACTION__INIT;
  if (!status_failed (status))
    status = read_reply (call, request->action_id, &action);
  if (!status_failed (status))
    status = call_check_etag (call, request->action->etag, action.etag);
  if (!status_failed (status))
    status = take_masked (call, request, &action);
  if (!status_failed (status))
    status = check_action (call, &action);
  if (status_failed (status))
    return status;
  status = db_run (call->db, call, &sql_action_update,
                   DB_VALUES (db_text ("federation_id", call->federation_id),
                              db_text ("action_id", request->action_id), db_text ("title", action.title),
                              db_texts ("rights", (const char *const *)action.rights, action.n_rights),
                              db_integers ("years", years_of (call, &action), action.n_years),
                              db_text_or_null ("valid_to", action.valid_to)),
                   NULL);
  if (!status_failed (status))
    status = read_reply (call, request->action_id, reply);
  return status_failed (status) ? status : start_following (call, reply);
}
