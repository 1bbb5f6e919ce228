/* Rules: recording versions and listing them.
 *
 * A version dated d holds until the next version on record of the same rule. The version that held d is
 * superseded and recorded again up to d: nothing that was known is edited.
 */
#include "tree/rules.h"

#include "compiled.h"
#include "core/id.h"
#include "tree/organs.h"
#include "tree/places.h"

#include <string.h>

#include "heimo_hierarchy_handlers.h"

Bytes
rules_pack (Call *call, RuleNode *const *nodes, size_t count)
{
  Rule rule = RULE__INIT;
  rule.nodes = (RuleNode **)nodes;
  rule.n_nodes = count;
  Bytes packed = memory_pack (call, &rule.base);
  return packed.data == NULL ? (Bytes){(const uint8_t *)"", 0} : packed;
}

Rule *
rules_unpack (Call *call, Bytes nodes)
{
  Rule *rule = (Rule *)memory_unpack (call, &rule__descriptor, nodes);
  if (rule == NULL) {
    rule = memory_new (call, Rule);
    rule__init (rule);
  }
  return rule;
}

const RecordContent *
rules_content (Call *call, RuleNode *const *nodes, size_t count)
{
  RecordContent *content = memory_new (call, RecordContent);
  content->nodes = rules_pack (call, nodes, count);
  return content;
}

Status
rules_write (Call *call, const RuleDraft *drafts, size_t count)
{
  RecordRow *rows = memory_array (call, RecordRow, count);
  for (size_t i = 0; i < count; i++)
    rows[i] = (RecordRow){.id = drafts[i].rule_id,
                          .organ_id = drafts[i].organ_id,
                          .other_id = drafts[i].type_id,
                          .valid = {drafts[i].valid_from, drafts[i].valid_to},
                          .content = rules_content (call, drafts[i].nodes, drafts[i].count)};
  return record_insert (call, RECORD_RULE, rows, count);
}

/* Where a rule stands: the organisation with its policy, and the first day of what carries it. */
typedef struct Carrier {
  const char *organisation_id;
  Day first_day;
  DatingPolicy policy;
} Carrier;

static Carrier
read_carrier (const Call *call, const DbResult *rows)
{
  return (Carrier){db_value (rows, 0, "organisation_id"), db_day (rows, 0, "first_day", call->today),
                   (DatingPolicy)db_number (rows, 0, "policy")};
}

static Status
find_organ (Call *call, const char *organ_id, const char *field, Carrier *carrier)
{
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_organ_first_day,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("organ_id", organ_id)), &rows);
  if (status_failed (status))
    return status;
  if (db_row_count (rows) == 0)
    return status_field (call, field, "UNKNOWN_ORGAN", "There is no such organ");
  *carrier = read_carrier (call, rows);
  return STATUS_SUCCESS;
}

static Status
find_type (Call *call, const char *type_id, const char *field, Carrier *carrier)
{
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_type_get,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("type_id", type_id)), &rows);
  if (status_failed (status))
    return status;
  if (db_row_count (rows) == 0)
    return status_field (call, field, "UNKNOWN_TYPE", "There is no such membership type");
  *carrier = read_carrier (call, rows);
  return STATUS_SUCCESS;
}

static Status
find_carrier (Call *call, const Rule *rule, Carrier *carrier)
{
  Carrier organ = {.organisation_id = ""}, type = {.organisation_id = ""};
  bool has_organ = *rule->organ_id != '\0', has_type = *rule->type_id != '\0';
  if (!has_organ && !has_type)
    return status_field (call, "rule.organId", "REQUIRED", "A rule belongs to an organ, a type or both");
  Status status = has_organ ? find_organ (call, rule->organ_id, "rule.organId", &organ) : STATUS_SUCCESS;
  if (!status_failed (status) && has_type)
    status = find_type (call, rule->type_id, "rule.typeId", &type);
  if (status_failed (status))
    return status;
  if (has_organ && has_type && strcmp (organ.organisation_id, type.organisation_id) != 0)
    return status_field (call, "rule.typeId", "OTHER_ORGANISATION",
                         "The type and the organ belong to two organisations");
  *carrier = has_organ ? organ : type;
  return STATUS_SUCCESS;
}

static Status
check_nodes (Call *call, const Rule *rule)
{
  PlaceCheck *places = place_check_new (call);
  place_check_add (places, rule->nodes, rule->n_nodes);
  Status status = place_check_ask (places, call);
  if (status_failed (status))
    return status;
  RuleScope scope = place_check_scope (places, "rule.nodes", *rule->organ_id != '\0');
  return rule_check (call, rule->nodes, rule->n_nodes, &scope);
}

/* Makes room for a version from draft->valid_from on: cuts the one that holds the day, stops at the next one.
 */
static Status
make_room (Call *call, RuleDraft *draft)
{
  DbResult *rows;
  Status status =
      db_run (call->db, call, &sql_rule_later,
              DB_VALUES (db_text ("federation_id", call->federation_id),
                         db_text ("organ_id", draft->organ_id), db_text ("type_id", draft->type_id),
                         db_text ("valid_from", hierarchy_sql_day (call, draft->valid_from))),
              &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++) {
    Day from = db_day (rows, row, "valid_from", DAY_MIN);
    if (from > draft->valid_from) {
      draft->valid_to = from;
      break;
    }
    const char *rule_id = db_value (rows, row, "rule_id");
    status = record_supersede (call, RECORD_RULE, NULL, &rule_id, 1);
    if (status_failed (status) || from == draft->valid_from)
      continue;
    Rule *before = rules_unpack (call, db_byte_value (call, rows, row, "nodes"));
    RuleDraft cut = {.organ_id = draft->organ_id,
                     .type_id = draft->type_id,
                     .valid_from = from,
                     .valid_to = draft->valid_from,
                     .nodes = before->nodes,
                     .count = before->n_nodes};
    status = rules_write (call, &cut, 1);
  }
  /* A version replaced on its own first day leaves its end to the new one. */
  return status;
}

static void
fill_reply (Call *call, const RuleDraft *draft, Rule *reply)
{
  reply->rule_id = draft->rule_id;
  reply->organ_id = draft->organ_id == NULL ? "" : draft->organ_id;
  reply->type_id = draft->type_id == NULL ? "" : draft->type_id;
  reply->nodes = draft->nodes;
  reply->n_nodes = draft->count;
  reply->valid_from = hierarchy_sql_day (call, draft->valid_from);
  if (draft->valid_to != DAY_MAX)
    reply->valid_to = hierarchy_sql_day (call, draft->valid_to);
  reply->record_time = call_time_text (call);
  reply->text = words_rule (call, hierarchy_language (call), draft->nodes, draft->count);
}

/* The first day in force: that of the request, else the first of what carries the rule. Where days are judged
 * by what was known then, nothing is dated in the past. */
static Status
find_first_day (Call *call, const Rule *rule, const Carrier *carrier, Day *day)
{
  *day = hierarchy_day (rule->valid_from, carrier->first_day);
  if (carrier->policy != DATING_POLICY__DATING_POLICY_EVALUATION_DATED || *day >= call->today)
    return STATUS_SUCCESS;
  if (*rule->valid_from != '\0')
    return status_field (
        call, "rule.validFrom", "PAST_DATE",
        "In this organisation a day is judged by what was known then: nothing can be dated in "
        "the past");
  *day = call->today;
  return STATUS_SUCCESS;
}

Status
create_rule (Call *call, const CreateRuleRequest *request, Rule *reply)
{
  const Rule *rule = request->rule;
  Carrier carrier = {0};
  Day first_day;
  Status status = find_carrier (call, rule, &carrier);
  if (!status_failed (status))
    status = find_first_day (call, rule, &carrier, &first_day);
  if (!status_failed (status))
    status = check_nodes (call, rule);
  if (!status_failed (status))
    status = organs_begin_change (call);
  if (status_failed (status))
    return status;
  RuleDraft draft = {.rule_id = id_new_text (call, call->now),
                     .organ_id = *rule->organ_id == '\0' ? NULL : rule->organ_id,
                     .type_id = *rule->type_id == '\0' ? NULL : rule->type_id,
                     .valid_from = first_day,
                     .valid_to = DAY_MAX,
                     .nodes = rule->nodes,
                     .count = rule->n_nodes};
  status = make_room (call, &draft);
  if (!status_failed (status))
    status = rules_write (call, &draft, 1);
  if (!status_failed (status))
    status = record_touch_organs (call, &draft.organ_id, draft.organ_id == NULL ? 0 : 1);
  if (!status_failed (status))
    status = evaluations_start (call);
  if (!status_failed (status))
    fill_reply (call, &draft, reply);
  return status;
}

/* The organ, with `inherited` after the organs above it today, the root first. */
static Status
organs_of_list (Call *call, const ListRulesRequest *request, const char ***ids, size_t *count)
{
  *ids = memory_array (call, const char *, 1);
  (*ids)[0] = request->organ_id;
  *count = 1;
  if (!request->inherited)
    return STATUS_SUCCESS;
  Compiled *compiled;
  Status status = compiled_take (call, &compiled);
  if (status_failed (status))
    return status;
  const Model *model = compiled->model;
  OrganIndex organ = model_organ (model, symbols_find (compiled->symbols, request->organ_id));
  Day until = DAY_MAX;
  *ids = memory_array (call, const char *, model->organ_count + 1);
  size_t depth = 0;
  for (; organ != ORGAN_NONE && depth < model->organ_count; depth++) {
    (*ids)[depth] = symbols_text (compiled->symbols, model->organs[organ].id);
    organ = model_parent (model, organ, call->today, &until);
  }
  for (size_t i = 0; i < depth / 2; i++) {
    const char *swapped = (*ids)[i];
    (*ids)[i] = (*ids)[depth - 1 - i];
    (*ids)[depth - 1 - i] = swapped;
  }
  *count = depth;
  return STATUS_SUCCESS;
}

static void
read_rules (Call *call, const DbResult *rows, ListRulesResponse *reply)
{
  reply->rules = db_read_rows (call, rows, &rule__descriptor, &reply->n_rules);
  for (size_t row = 0; row < reply->n_rules; row++) {
    Rule *stored = rules_unpack (call, db_byte_value (call, rows, row, "nodes"));
    reply->rules[row]->nodes = stored->nodes;
    reply->rules[row]->n_nodes = stored->n_nodes;
    reply->rules[row]->text = words_rule (call, hierarchy_language (call), stored->nodes, stored->n_nodes);
  }
}

Status
list_rules (Call *call, const ListRulesRequest *request, ListRulesResponse *reply)
{
  const char **organs = NULL;
  size_t organ_count = 0;
  Carrier carrier = {.organisation_id = ""};
  Status status = STATUS_SUCCESS;
  if (*request->organ_id == '\0' && *request->type_id == '\0')
    return status_field (call, "organId", "REQUIRED", "Rules are listed of an organ or a type");
  if (*request->organ_id != '\0')
    status = find_organ (call, request->organ_id, "organId", &carrier);
  if (!status_failed (status) && *request->organ_id != '\0')
    status = organs_of_list (call, request, &organs, &organ_count);
  if (status_failed (status))
    return status;
  DbResult *rows;
  status =
      db_run (call->db, call, &sql_rule_list,
              DB_VALUES (db_text ("federation_id", call->federation_id),
                         db_texts ("organ_ids", organs, organ_count), db_text ("type_id", request->type_id)),
              &rows);
  if (!status_failed (status))
    read_rules (call, rows, reply);
  return status;
}
