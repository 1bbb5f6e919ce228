/* Membership types: each belongs to one organisation and is recognised by a rule of its own. */
#include "core/id.h"
#include "engine/model.h"
#include "tree/organs.h"
#include "tree/places.h"
#include "tree/rules.h"

#include <string.h>

#include "heimo_hierarchy_handlers.h"

static Status
check_rule (Call *call, const MembershipType *type)
{
  PlaceCheck *places = place_check_new (call);
  place_check_add (places, type->rule, type->n_rule);
  Status status = place_check_ask (places, call);
  if (status_failed (status))
    return status;
  RuleScope scope = place_check_scope (places, "type.rule", false);
  return rule_check (call, type->rule, type->n_rule, &scope);
}

static Status
read_types (Call *call, const char *organisation_id, DbResult **rows)
{
  return db_run (call->db, call, &sql_type_list,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_text ("organisation_id", organisation_id),
                            db_text ("on", hierarchy_sql_day (call, call->today))),
                 rows);
}

/* The organisation's first day; NOT_FOUND without it, and a limit on types. */
static Status
check_organisation (Call *call, const char *organisation_id, Day *first_day)
{
  DbResult *organ, *types;
  Status status = db_run (
      call->db, call, &sql_organ_first_day,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("organ_id", organisation_id)),
      &organ);
  if (!status_failed (status))
    status = read_types (call, organisation_id, &types);
  if (status_failed (status))
    return status;
  if (db_row_count (organ) == 0 ||
      strcmp (db_value (organ, 0, "organ_id"), db_value (organ, 0, "organisation_id")) != 0)
    return status_error (call, STATUS_NOT_FOUND, "ORGANISATION_NOT_FOUND", "There is no such organisation");
  if (db_row_count (types) >= MODEL_TYPES_MAX)
    return status_error (call, STATUS_FAILED_PRECONDITION, "TOO_MANY_TYPES",
                         "An organisation has at most %d membership types", MODEL_TYPES_MAX);
  *first_day = db_day (organ, 0, "first_day", call->today);
  return STATUS_SUCCESS;
}

static Status
insert_type (Call *call, const CreateMembershipTypeRequest *request, const char *type_id)
{
  return db_run (call->db, call, &sql_type_insert,
                 DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("type_id", type_id),
                            db_text ("organisation_id", request->organisation_id),
                            db_text ("code", request->type->code), db_text ("name", request->type->name),
                            db_text ("recorded_at", call_time_text (call)),
                            db_text ("recorded_by", call->principal->subject)),
                 NULL);
}

Status
create_membership_type (Call *call, const CreateMembershipTypeRequest *request, MembershipType *reply)
{
  const MembershipType *type = request->type;
  Day first_day = call->today;
  Status status = check_rule (call, type);
  if (!status_failed (status))
    status = organs_begin_change (call);
  if (!status_failed (status))
    status = check_organisation (call, request->organisation_id, &first_day);
  if (status_failed (status))
    return status;
  const char *type_id = id_new_text (call, call->now);
  RuleDraft draft = {.type_id = type_id,
                     .valid_from = hierarchy_day (type->valid_from, first_day),
                     .valid_to = DAY_MAX,
                     .nodes = type->rule,
                     .count = type->n_rule};
  status = insert_type (call, request, type_id);
  if (!status_failed (status) && draft.count > 0)
    status = rules_write (call, &draft, 1);
  if (!status_failed (status))
    status = evaluations_start (call);
  if (status_failed (status))
    return status;
  reply->type_id = type_id;
  reply->organisation_id = request->organisation_id;
  reply->code = type->code;
  reply->name = type->name;
  reply->rule = type->rule;
  reply->n_rule = type->n_rule;
  reply->valid_from = hierarchy_sql_day (call, draft.valid_from);
  return STATUS_SUCCESS;
}

Status
list_membership_types (Call *call, const ListMembershipTypesRequest *request,
                       ListMembershipTypesResponse *reply)
{
  DbResult *rows;
  Status status = read_types (call, request->organisation_id, &rows);
  if (status_failed (status))
    return status;
  reply->types = db_read_rows (call, rows, &membership_type__descriptor, &reply->n_types);
  for (size_t row = 0; row < reply->n_types; row++) {
    Rule *rule = rules_unpack (call, db_byte_value (call, rows, row, "nodes"));
    reply->types[row]->rule = rule->nodes;
    reply->types[row]->n_rule = rule->n_nodes;
  }
  return STATUS_SUCCESS;
}
