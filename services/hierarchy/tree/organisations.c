/* Organisations: each the top of one tree, root organ and organisation in one. */
#include "tree/organs.h"

#include "core/id.h"

#include "heimo_hierarchy_handlers.h"

static Status
read_organisations (Call *call, const char *organisation_id, const char *code, DbResult **rows)
{
  return db_run (call->db, call, &sql_organisation_list,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_text ("organisation_id", organisation_id), db_text ("code", code),
                            db_text ("on", hierarchy_sql_day (call, call->today))),
                 rows);
}

static Status
read_one (Call *call, const char *organisation_id, Organisation *reply)
{
  DbResult *rows;
  Status status = read_organisations (call, organisation_id, "", &rows);
  if (status_failed (status))
    return status;
  if (db_row_count (rows) == 0)
    return status_error (call, STATUS_NOT_FOUND, "ORGANISATION_NOT_FOUND", "There is no such organisation");
  db_read_row (call, rows, 0, &reply->base);
  return STATUS_SUCCESS;
}

static Status
insert_organisation (Call *call, const char *id, const Organisation *organisation)
{
  int64_t policy = organisation->policy == DATING_POLICY__DATING_POLICY_UNSPECIFIED
                       ? DATING_POLICY__DATING_POLICY_ATTRIBUTE_DATED
                       : organisation->policy;
  return db_run (call->db, call, &sql_organisation_insert,
                 DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("organisation_id", id),
                            db_text ("code", organisation->code), db_integer ("policy", policy),
                            db_text ("recorded_at", call_time_text (call)),
                            db_text ("recorded_by", call->principal->subject)),
                 NULL);
}

Status
create_organisation (Call *call, const CreateOrganisationRequest *request, Organisation *reply)
{
  const Organisation *organisation = request->organisation;
  Status status = db_run (call->db, call, &sql_model_create,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("recorded_at", call_time_text (call)),
                                     db_text ("counted_on", hierarchy_sql_day (call, call->today))),
                          NULL);
  if (!status_failed (status))
    status = organs_begin_change (call);
  if (status_failed (status))
    return status;
  const char *id = id_new_text (call, call->now);
  OrganDraft root = {.organ_id = id,
                     .code = organisation->code,
                     .name = organisation->name,
                     .kind = "",
                     .valid_from = hierarchy_day (organisation->valid_from, call->today)};
  status = insert_organisation (call, id, organisation);
  if (!status_failed (status))
    status = organs_write (call, id, &root, 1);
  return status_failed (status) ? status : read_one (call, id, reply);
}

Status
get_organisation (Call *call, const GetOrganisationRequest *request, Organisation *reply)
{
  return read_one (call, request->organisation_id, reply);
}

Status
list_organisations (Call *call, const ListOrganisationsRequest *request, ListOrganisationsResponse *reply)
{
  DbResult *rows;
  Status status = read_organisations (call, "", request->code, &rows);
  if (!status_failed (status))
    reply->organisations = db_read_rows (call, rows, &organisation__descriptor, &reply->n_organisations);
  return status;
}
