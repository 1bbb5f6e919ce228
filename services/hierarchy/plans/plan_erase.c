/* Plans that were about somebody who is erased: the reasons of exceptions go, and titles and reasons that
 * name the person. What the plan did stays on record; its texts say an id where the name was. */
#include "erase.h"
#include "plans/plans.h"

#include "core/text.h"

#include <string.h>

/* Names the person, by one of the names. */
static bool
is_named (const char *text, const char *given, const char *family)
{
  return (*given != '\0' && strstr (text, given) != NULL) ||
         (*family != '\0' && strstr (text, family) != NULL);
}

static Status
clear_plan (Call *call, const char *plan_id, const char *person_id, const char *given, const char *family)
{
  PlanWork work;
  const char **texts;
  Status status = plan_take (call, plan_id, &work);
  if (status_failed (status))
    return status;
  Plan *plan = &work.plan;
  for (size_t i = 0; i < plan->n_changes; i++)
    if (strcmp (plan->changes[i]->person_id, person_id) == 0)
      plan->changes[i]->reason = "";
  status = plan_texts (call, plan, &texts);
  if (status_failed (status))
    return status;
  if (is_named (plan->title, given, family))
    plan->title = texts[0];
  if (is_named (plan->reason, given, family))
    plan->reason = "";
  plan_begin (call, &work);
  const char *search = memory_format (call, "%s %s %s", plan->title, plan->reason, plan->author);
  return db_run (call->db, call, &sql_erase_plan,
                 DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("plan_id", plan_id),
                            db_bytes ("changes", work.changes), db_text ("title", plan->title),
                            db_text ("reason", plan->reason),
                            db_text ("search_text", text_fold (call, search))),
                 NULL);
}

Status
plans_erase (Call *call, const char *person_id, const char *given, const char *family)
{
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_erase_plans,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("person_id", person_id)), &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++)
    status = clear_plan (call, db_value (rows, row, "plan_id"), person_id, given, family);
  return status;
}
