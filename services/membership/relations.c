/* Guardians and families. */
#include "card.h"
#include "core/id.h"
#include "heimo_membership_handlers.h"
#include "membership_sql.h"
#include "persons.h"

#include <assert.h>
#include <string.h>

static Status
read_relation (Call *call, const char *relation_id, Relation *reply)
{
  return db_run_one (
      call->db, call, &sql_relation_get,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("relation_id", relation_id)),
      "RELATION_NOT_FOUND", &reply->base);
}

/* The family that the relation names, or a new one. */
static Status
find_family (Call *call, const char *given, const char **family_id)
{
  DbResult *result;
  const DbValue federation = db_text ("federation_id", call->federation_id);
  if (given[0] == '\0') {
    *family_id = id_new_text (call, call->now);
    return db_run (call->db, call, &sql_family_insert,
                   DB_VALUES (federation, db_text ("family_id", *family_id),
                              db_text ("record_time", call_time_text (call))),
                   NULL);
  }
  *family_id = given;
  Status status =
      db_run (call->db, call, &sql_family_get, DB_VALUES (federation, db_text ("family_id", given)), &result);
  if (!status_failed (status) && db_row_count (result) == 0)
    status = status_field (call, "relation.otherId", "FAMILY_NOT_FOUND", "There is no such family");
  return status;
}

static Status
check_ward (Call *call, const Relation *relation)
{
  if (relation->other_id[0] == '\0')
    return status_field (call, "relation.otherId", "REQUIRED", "A guardian is the guardian of somebody");
  if (strcmp (relation->other_id, relation->person_id) == 0)
    return status_field (call, "relation.otherId", "OWN_GUARDIAN", "Nobody is their own guardian");
  Status status = person_must_exist (call, relation->other_id);
  if (status.code == STATUS_NOT_FOUND)
    return status_field (call, "relation.otherId", "PERSON_NOT_FOUND", "There is no such person");
  return status;
}

/* A second guardianship of the same ward, or a second family, on the same days is refused. */
static Status
refuse_double (const Card *card, const CardRelation *row)
{
  for (size_t i = 0; i < card->relation_count; i++) {
    const CardRelation *other = &card->relations[i];
    if (!card_row_holds (&other->row) || other->kind != row->kind ||
        !period_overlaps (other->row.valid, row->row.valid))
      continue;
    if (row->kind == RELATION_KIND__RELATION_KIND_FAMILY || strcmp (other->other_id, row->other_id) == 0)
      return status_error (card->call, STATUS_ALREADY_EXISTS, "RELATION_EXISTS",
                           "Such a relation is on record for some of these days; end that first");
  }
  return STATUS_SUCCESS;
}

Status
create_relation (Call *call, const CreateRelationRequest *request, Relation *reply)
{
  const Relation *relation = request->relation;
  CardRelation row = {.kind = (int)relation->kind, .other_id = relation->other_id};
  Card *card;
  Status status = card_load (call, relation->person_id, "", &card);
  if (!status_failed (status))
    status = period_read (call, "relation.", relation->valid_from, relation->valid_to, call->today,
                          &row.row.valid);
  if (!status_failed (status))
    status = relation->kind == RELATION_KIND__RELATION_KIND_GUARDIAN
                 ? check_ward (call, relation)
                 : find_family (call, relation->other_id, &row.other_id);
  if (!status_failed (status))
    status = refuse_double (card, &row);
  if (status_failed (status))
    return status;
  const char *relation_id = card_record_relation (card, &row)->row.id;
  status = cards_save (call, &card, 1, "");
  return status_failed (status) ? status : read_relation (call, relation_id, reply);
}

static CardRelation *
find_relation (Card *card, const char *relation_id)
{
  assert (relation_id != NULL);
  for (size_t i = 0; i < card->relation_count; i++)
    if (card_row_holds (&card->relations[i].row) && strcmp (card->relations[i].row.id, relation_id) == 0)
      return &card->relations[i];
  return NULL;
}

/* Ends it on the card; *relation_id is what is left of it, or the relation itself when nothing is. */
static Status
end_on_card (Card *card, Day day, const char **relation_id)
{
  CardRelation *relation = find_relation (card, *relation_id);
  if (relation == NULL)
    return status_error (card->call, STATUS_ABORTED, "CONFLICT", "The relation was changed in the meantime");
  if (relation->row.valid.to <= day)
    return status_field (card->call, "validTo", "ALREADY_ENDED", "The relation has ended by then");
  bool left = relation->row.valid.from < day;
  card_end_relation (card, relation, day);
  if (left)
    *relation_id = card->relations[card->relation_count - 1].row.id;
  return STATUS_SUCCESS;
}

Status
end_relation (Call *call, const EndRelationRequest *request, Relation *reply)
{
  DbResult *result;
  Card *card;
  Day day;
  const char *relation_id = request->relation_id;
  Status status = period_read_day (call, "validTo", request->valid_to, call->today, &day);
  if (!status_failed (status))
    status = db_run (
        call->db, call, &sql_relation_person,
        DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("relation_id", relation_id)),
        &result);
  if (!status_failed (status))
    status = membership_found (call, result, "RELATION_NOT_FOUND", "relation");
  if (!status_failed (status))
    status = card_load (call, db_value (result, 0, "person_id"), "", &card);
  if (!status_failed (status))
    status = end_on_card (card, day, &relation_id);
  if (!status_failed (status))
    status = cards_save (call, &card, 1, "");
  return status_failed (status) ? status : read_relation (call, relation_id, reply);
}

Status
list_relations (Call *call, const ListRelationsRequest *request, ListRelationsResponse *reply)
{
  DbResult *result;
  Status status = person_must_exist (call, request->person_id);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_relation_list,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("person_id", request->person_id),
                                db_text ("today", call_today_text (call))),
                     &result);
  if (!status_failed (status))
    reply->relations = db_read_rows (call, result, &relation__descriptor, &reply->n_relations);
  return status;
}
