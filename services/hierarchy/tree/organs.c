/* Organs: creating one or many below others, reading them as they are on a day, renaming. */
#include "tree/organs.h"

#include "actions/actions.h"
#include "compiled.h"
#include "core/id.h"
#include "tree/places.h"
#include "tree/record.h"
#include "tree/rules.h"

#include <string.h>

#include "heimo/hierarchy/v1/hierarchy_events.pb-c.h"
#include "heimo_hierarchy_handlers.h"

enum { TREE_DEPTH_MAX = 64, PAGE_DEFAULT = 200 };

Status
organs_begin_change (Call *call)
{
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_model_touch,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("recorded_at", call_time_text (call))),
                          &rows);
  if (status_failed (status))
    return status;
  if (db_row_count (rows) == 0)
    return status_error (call, STATUS_FAILED_PRECONDITION, "NO_ORGANISATION", "There is no organisation yet");
  call_stamp (call);
  return STATUS_SUCCESS;
}

Status
organs_read (Call *call, const char *organ_id, Day on, Organ *organ)
{
  return db_run_one (call->db, call, &sql_organ_get,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("organ_id", organ_id), db_text ("on", hierarchy_sql_day (call, on))),
                     "ORGAN_NOT_FOUND", &organ->base);
}

static void
raise_changed (Call *call, const char *organisation_id, const char *organ_id, const char *code,
               const char *name, const char *kind, Day valid_from, const char *valid_to)
{
  char day[DAY_TEXT_SIZE];
  OrganChanged event = ORGAN_CHANGED__INIT;
  event.organ_id = organ_id;
  event.organisation_id = organisation_id;
  event.code = code;
  event.name = name;
  event.kind = kind;
  event.valid_from = day_format (valid_from, day);
  event.valid_to = valid_to;
  event.record_time = call_time_text (call);
  call_raise_event (call, organ_id, &event.base);
}

static Status
write_rules (Call *call, const OrganDraft *drafts, size_t count)
{
  RuleDraft *rules = memory_array (call, RuleDraft, count);
  size_t rule_count = 0;
  for (size_t i = 0; i < count; i++)
    if (drafts[i].rule_count > 0)
      rules[rule_count++] = (RuleDraft){.organ_id = drafts[i].organ_id,
                                        .valid_from = drafts[i].valid_from,
                                        .valid_to = DAY_MAX,
                                        .nodes = drafts[i].rule,
                                        .count = drafts[i].rule_count};
  return rule_count == 0 ? STATUS_SUCCESS : rules_write (call, rules, rule_count);
}

Status
organs_write (Call *call, const char *organisation_id, const OrganDraft *drafts, size_t count)
{
  RecordOrgan *organs = memory_array (call, RecordOrgan, count);
  RecordRow *lives = memory_array (call, RecordRow, count);
  for (size_t i = 0; i < count; i++) {
    organs[i] = (RecordOrgan){drafts[i].organ_id, drafts[i].code, drafts[i].name, drafts[i].kind};
    lives[i] = (RecordRow){.organ_id = drafts[i].organ_id,
                           .other_id = drafts[i].parent_id,
                           .valid = {drafts[i].valid_from, DAY_MAX}};
  }
  Status status = record_organs (call, organisation_id, NULL, organs, count);
  if (!status_failed (status))
    status = record_insert (call, RECORD_LIFE, lives, count);
  if (!status_failed (status) && drafts[0].parent_id != NULL)
    status = record_insert (call, RECORD_EDGE, lives, count);
  if (!status_failed (status))
    status = write_rules (call, drafts, count);
  for (size_t i = 0; i < count && !status_failed (status); i++)
    raise_changed (call, organisation_id, drafts[i].organ_id, drafts[i].code, drafts[i].name, drafts[i].kind,
                   drafts[i].valid_from, "");
  return status;
}

/* What the new organs of one request are checked against. */
typedef struct Creation {
  Call *call;
  Compiled *compiled;
  PlaceCheck *places;
  Symbol organisation;
  Day first_day; /* of the organisation */
  OrganDraft *drafts;
  size_t count;
  Status status;
} Creation;

/* The organ stands in the tree on the day: below `parent`, an organ that exists or an earlier draft. Lowers
 * nothing on failure; the depth is that of the child. */
static bool
parent_in_tree (Creation *creation, const char *parent_id, Day day, uint32_t *depth)
{
  const Model *model = creation->compiled->model;
  OrganIndex organ = model_organ (model, symbols_find (creation->compiled->symbols, parent_id));
  *depth = 1;
  for (size_t i = creation->count; organ == ORGAN_NONE && i-- > 0;)
    if (strcmp (creation->drafts[i].organ_id, parent_id) == 0) {
      if (day < creation->drafts[i].valid_from ||
          !parent_in_tree (creation, creation->drafts[i].parent_id, day, depth))
        return false;
      ++*depth;
      return true;
    }
  Day until = DAY_MAX;
  if (organ == ORGAN_NONE || !model_in_tree (model, organ, day, &until))
    return false;
  OrganIndex root = model->organisations[model->organs[organ].organisation].root;
  for (; organ != root; organ = model_parent (model, organ, day, &until))
    ++*depth;
  return true;
}

static void
check_draft (Creation *creation, size_t index, const char *day_path, const char *parent_path,
             const char *rule_path)
{
  OrganDraft *draft = &creation->drafts[index];
  Call *call = creation->call;
  uint32_t depth;
  if (!parent_in_tree (creation, draft->parent_id, draft->valid_from, &depth))
    status_add_violation (&creation->status, call, day_path, "PARENT_NOT_IN_TREE",
                          "The organ above does not stand in the tree on this day");
  else if (depth > TREE_DEPTH_MAX)
    status_add_violation (&creation->status, call, parent_path, "TREE_TOO_DEEP",
                          "A tree has at most 64 levels");
  RuleScope scope = place_check_scope (creation->places, rule_path, true);
  Status status = rule_check (call, draft->rule, draft->rule_count, &scope);
  for (size_t i = 0; status_failed (status) && i < status.detail->violation_count; i++)
    status_add_violation (&creation->status, call, status.detail->violations[i].field,
                          status.detail->violations[i].reason, "%s",
                          status.detail->violations[i].description);
}

/* Takes the change lock, then the model as it was before the change: one compiled after the touch would carry
 * the new version without the new organs, and stay in the pool under that name. */
static Status
take_before_change (Creation *creation, Call *call)
{
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_model_lock,
                          DB_VALUES (db_text ("federation_id", call->federation_id)), &rows);
  if (!status_failed (status))
    status = compiled_take (call, &creation->compiled);
  return status_failed (status) ? status : organs_begin_change (call);
}

/* Then asks for the places of all rules. */
static Status
begin_creation (Creation *creation, Call *call, const char *organisation_id, size_t count)
{
  *creation = (Creation){.call = call, .status = STATUS_SUCCESS, .places = place_check_new (call)};
  creation->drafts = memory_array (call, OrganDraft, count);
  Status status = take_before_change (creation, call);
  if (status_failed (status))
    return status;
  const Model *model = creation->compiled->model;
  creation->organisation = symbols_find (creation->compiled->symbols, organisation_id);
  OrganIndex root = model_organ (model, creation->organisation);
  if (root == ORGAN_NONE || model->organisations[model->organs[root].organisation].root != root)
    return status_error (call, STATUS_NOT_FOUND, "ORGANISATION_NOT_FOUND", "There is no such organisation");
  creation->first_day = call->today;
  if (model->organs[root].lives.count > 0)
    creation->first_day = model->lives[model->organs[root].lives.first].valid.from;
  return STATUS_SUCCESS;
}

/* Writes the drafts after everything about them was checked. */
static Status
finish_creation (Creation *creation, const char *organisation_id)
{
  Call *call = creation->call;
  if (status_failed (creation->status))
    return creation->status;
  Status status = organs_write (call, organisation_id, creation->drafts, creation->count);
  if (!status_failed (status))
    status = evaluations_start (call);
  return status_failed (status) ? status : actions_start (call);
}

/* The organisation of an organ that exists. */
static Status
organisation_of (Call *call, const char *organ_id, const char *field, const char **organisation_id)
{
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_organ_first_day,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("organ_id", organ_id)), &rows);
  if (status_failed (status))
    return status;
  if (db_row_count (rows) == 0)
    return status_field (call, field, "UNKNOWN_ORGAN", "There is no such organ");
  *organisation_id = db_value (rows, 0, "organisation_id");
  return STATUS_SUCCESS;
}

Status
create_organ (Call *call, const CreateOrganRequest *request, Organ *reply)
{
  const Organ *organ = request->organ;
  const char *organisation_id = NULL;
  if (*organ->parent_id == '\0')
    return status_field (call, "organ.parentId", "REQUIRED", "An organ stands below another");
  Status status = organisation_of (call, organ->parent_id, "organ.parentId", &organisation_id);
  Creation creation;
  if (!status_failed (status))
    status = begin_creation (&creation, call, organisation_id, 1);
  if (status_failed (status))
    return status;
  place_check_add (creation.places, request->rule, request->n_rule);
  status = place_check_ask (creation.places, call);
  if (status_failed (status))
    return status;
  creation.drafts[0] = (OrganDraft){.organ_id = id_new_text (call, call->now),
                                    .code = organ->code,
                                    .name = organ->name,
                                    .kind = organ->kind,
                                    .parent_id = organ->parent_id,
                                    .valid_from = hierarchy_day (organ->valid_from, call->today),
                                    .rule = request->rule,
                                    .rule_count = request->n_rule};
  check_draft (&creation, creation.count++, "organ.validFrom", "organ.parentId", "rule");
  status = finish_creation (&creation, organisation_id);
  return status_failed (status) ? status
                                : organs_read (call, creation.drafts[0].organ_id, call->today, reply);
}

/* Ids of organs by their codes: those on record, then the drafts as they come. */
typedef struct CodeTable {
  Symbols *codes;
  const char **ids; /* by symbol; talloc array */
} CodeTable;

static void
note_code (CodeTable *table, const char *code, const char *id)
{
  Symbol symbol = symbols_intern (table->codes, code);
  size_t capacity = talloc_array_length (table->ids);
  if (symbol >= capacity) {
    table->ids =
        memory_must (talloc_realloc (table->codes, table->ids, const char *, (unsigned)(2 * symbol)));
    memset (table->ids + capacity, 0, ((size_t)2 * symbol - capacity) * sizeof *table->ids);
  }
  table->ids[symbol] = id;
}

static const char *
find_code (const CodeTable *table, const char *code)
{
  Symbol symbol = symbols_find (table->codes, code);
  return symbol == SYMBOL_NONE || symbol >= talloc_array_length (table->ids) ? NULL : table->ids[symbol];
}

static Status
read_codes (Call *call, const BatchCreateOrgansRequest *request, CodeTable *table)
{
  table->codes = symbols_new (call);
  table->ids = memory_array (table->codes, const char *, 64);
  const char **codes = memory_array (call, const char *, request->n_organs);
  for (size_t i = 0; i < request->n_organs; i++)
    codes[i] = request->organs[i]->parent_code;
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_organ_codes,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("organisation_id", request->organisation_id),
                                     db_texts ("codes", codes, request->n_organs)),
                          &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++)
    note_code (table, db_value (rows, row, "code"), db_value (rows, row, "organ_id"));
  return status;
}

static void
draft_of_batch (Creation *creation, const BatchCreateOrgansRequest *request, size_t index, CodeTable *table)
{
  const NewOrgan *organ = request->organs[index];
  Call *call = creation->call;
  const char *path = memory_format (call, "organs[%zu]", index);
  const char *parent_path = memory_format (call, "%s.parentCode", path);
  const char *parent =
      *organ->parent_code == '\0' ? request->organisation_id : find_code (table, organ->parent_code);
  if (parent == NULL) {
    status_add_violation (&creation->status, call, parent_path, "UNKNOWN_ORGAN",
                          "No organ on record or before it in the list has this code");
    return;
  }
  OrganDraft *draft = &creation->drafts[creation->count];
  *draft = (OrganDraft){.organ_id = id_new_text (call, call->now),
                        .code = organ->code,
                        .name = organ->name,
                        .kind = organ->kind,
                        .parent_id = parent,
                        .valid_from = hierarchy_day (organ->valid_from, creation->first_day),
                        .rule = organ->rule,
                        .rule_count = organ->n_rule};
  check_draft (creation, creation->count++, memory_format (call, "%s.validFrom", path), parent_path,
               memory_format (call, "%s.rule", path));
  note_code (table, organ->code, draft->organ_id);
}

/* The organs as the request gave them; counts are zero, nothing has been derived yet. */
static void
reply_to_batch (const Creation *creation, const char *organisation_id, BatchCreateOrgansResponse *reply)
{
  Call *call = creation->call;
  reply->organs = memory_array (call, Organ *, creation->count);
  reply->n_organs = creation->count;
  for (size_t i = 0; i < creation->count; i++) {
    const OrganDraft *draft = &creation->drafts[i];
    Organ *organ = reply->organs[i] = memory_new (call, Organ);
    organ__init (organ);
    organ->organ_id = draft->organ_id;
    organ->organisation_id = organisation_id;
    organ->code = draft->code;
    organ->name = draft->name;
    organ->kind = draft->kind;
    organ->parent_id = draft->parent_id;
    organ->valid_from = hierarchy_sql_day (call, draft->valid_from);
    organ->etag = "\"1\"";
    organ->has_rule = draft->rule_count > 0;
  }
}

Status
batch_create_organs (Call *call, const BatchCreateOrgansRequest *request, BatchCreateOrgansResponse *reply)
{
  Creation creation;
  CodeTable table;
  Status status = begin_creation (&creation, call, request->organisation_id, request->n_organs);
  if (!status_failed (status))
    status = read_codes (call, request, &table);
  for (size_t i = 0; i < request->n_organs && !status_failed (status); i++)
    place_check_add (creation.places, request->organs[i]->rule, request->organs[i]->n_rule);
  if (!status_failed (status))
    status = place_check_ask (creation.places, call);
  if (status_failed (status))
    return status;
  for (size_t i = 0; i < request->n_organs; i++)
    draft_of_batch (&creation, request, i, &table);
  status = finish_creation (&creation, request->organisation_id);
  if (!status_failed (status))
    reply_to_batch (&creation, request->organisation_id, reply);
  return status;
}

Status
get_organ (Call *call, const GetOrganRequest *request, Organ *reply)
{
  return organs_read (call, request->organ_id, hierarchy_day (request->on, call->today), reply);
}

/* Whether a field is to be changed: named by the mask, or filled in when there is no mask. */
static bool
is_masked (const char *mask, const char *field, const char *value)
{
  if (*mask == '\0')
    return *value != '\0';
  size_t length = strlen (field);
  for (const char *at = mask; *at != '\0'; at += strspn (at, ", ")) {
    size_t word = strcspn (at, ", ");
    if (word == length && strncmp (at, field, length) == 0)
      return true;
    at += word;
  }
  return false;
}

static Status
check_mask (Call *call, const char *mask)
{
  static const char *const fields[] = {"name", "kind", "code"};
  for (const char *at = mask; *at != '\0'; at += strspn (at, ", ")) {
    size_t word = strcspn (at, ", ");
    bool known = false;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
      known |= word == strlen (fields[i]) && strncmp (at, fields[i], word) == 0;
    if (!known)
      return status_field (call, "updateMask", "UNKNOWN_FIELD", "Only name, kind and code can be changed");
    at += word;
  }
  return STATUS_SUCCESS;
}

static Status
lock_organ (Call *call, const char *organ_id, Organ *organ)
{
  organ__init (organ);
  return db_run_one (
      call->db, call, &sql_organ_lock,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("organ_id", organ_id)),
      "ORGAN_NOT_FOUND", &organ->base);
}

static Status
write_organ (Call *call, const Organ *organ)
{
  return db_run (call->db, call, &sql_organ_update,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_text ("search_text", record_search_text (call, organ->name, organ->code)),
                            db_bytes ("sort_key", hierarchy_sort_key (call, organ->name)),
                            db_message (&organ->base)),
                 NULL);
}

Status
update_organ (Call *call, const UpdateOrganRequest *request, Organ *reply)
{
  Organ organ;
  const Organ *wanted = request->organ;
  Status status = check_mask (call, request->update_mask);
  if (!status_failed (status))
    status = lock_organ (call, request->organ_id, &organ);
  if (!status_failed (status))
    status = call_check_etag (call, wanted->etag, organ.etag);
  if (status_failed (status))
    return status;
  if (is_masked (request->update_mask, "name", wanted->name))
    organ.name = wanted->name;
  if (is_masked (request->update_mask, "kind", wanted->kind))
    organ.kind = wanted->kind;
  if (is_masked (request->update_mask, "code", wanted->code))
    organ.code = wanted->code;
  if (*organ.name == '\0' || *organ.code == '\0')
    return status_field (call, *organ.name == '\0' ? "organ.name" : "organ.code", "REQUIRED",
                         "An organ has a name and a code");
  call_stamp (call);
  status = write_organ (call, &organ);
  if (!status_failed (status))
    status = organs_read (call, request->organ_id, call->today, reply);
  if (!status_failed (status))
    raise_changed (call, reply->organisation_id, reply->organ_id, reply->code, reply->name, reply->kind,
                   hierarchy_day (reply->valid_from, DAY_MIN), reply->valid_to);
  return status;
}

Status
list_organs (Call *call, const ListOrgansRequest *request, ListOrgansResponse *reply)
{
  size_t size = request->page_size == 0 ? PAGE_DEFAULT : request->page_size;
  const char *const *after;
  Status status = call_open_page (call, &request->base, request->page_token, 1, &after);
  if (status_failed (status))
    return status;
  const DbQuery *query = *request->parent_id == '\0' ? &sql_organ_list : &sql_organ_children;
  DbResult *rows;
  status = db_run (
      call->db, call, query,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("parent_id", request->parent_id),
                 db_text ("organisation_id", request->organisation_id),
                 db_text ("pattern", hierarchy_pattern (call, request->query)),
                 db_text ("after", after == NULL ? NULL : after[0]),
                 db_text ("on", hierarchy_sql_day (call, hierarchy_day (request->on, call->today))),
                 db_integer ("limit", (int64_t)size + 1)),
      &rows);
  if (status_failed (status))
    return status;
  reply->organs = db_read_rows (call, rows, &organ__descriptor, &reply->n_organs);
  if (reply->n_organs > size) {
    reply->n_organs = size;
    const char *last = reply->organs[size - 1]->organ_id;
    reply->next_page_token = call_seal_page (call, &request->base, &last, 1);
  }
  return STATUS_SUCCESS;
}
