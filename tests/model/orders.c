#include "orders.h"

#include "core/memory.h"

#include <inttypes.h>
#include <stdlib.h>

/* A UUID of the world: `kind` tells persons from facts, `number` one from another. */
static const char *
uuid_of (const Played *played, void *owner, unsigned kind, long number)
{
  return memory_format (owner, "01890000-%04x-7000-8000-%06x%06lx", kind, (unsigned)played->seed, number);
}

/* The number in a name: 12 of "p12". */
static long
number_of (const char *name)
{
  return strtol (name + strcspn (name, "0123456789"), NULL, 10);
}

const char *
orders_person (const Played *played, void *owner, const char *name)
{
  return uuid_of (played, owner, 1, number_of (name));
}

static const char *
id_of (const Played *played, const char *name)
{
  const char *id = json_string_value (json_object_get (played->ids, name));
  return id == NULL ? "01890000-ffff-7000-8000-000000000000" : id;
}

static void
remember (Played *played, const char *name, const char *id)
{
  json_object_set_new (played->ids, name, json_string (id));
}

void
orders_at (Played *played, const char *instant)
{
  int64_t now;
  if (!clock_parse (instant, &now))
    lines_fail ("not an instant: %s", instant);
  clock_set (played->service->clock, now);
}

static int
release_ids (Played *played)
{
  json_decref (played->ids);
  return 0;
}

/* Every postal code with a place of its own, so that each name is known. */
static void
record_places (Played *played, const json_t *gazetteer)
{
  void *owner = memory_context (NULL);
  static const char *const lists[] = {"postal_codes", "towns", "municipalities", "provinces"};
  PlacesRecorded event = PLACES_RECORDED__INIT;
  const json_t *codes = json_object_get (gazetteer, lists[0]);
  event.places = memory_array (owner, Place *, json_array_size (codes) + 1);
  for (size_t i = 0; i < json_array_size (codes); i++) {
    Place *place = event.places[event.n_places++] = memory_new (owner, Place);
    const char **fields[] = {&place->postal_code, &place->town, &place->municipality, &place->province};
    place__init (place);
    place->country = "FI";
    for (size_t j = 0; j < sizeof lists / sizeof *lists; j++) {
      const json_t *list = json_object_get (gazetteer, lists[j]);
      *fields[j] = lines_item (list, i % json_array_size (list));
    }
  }
  assert_success (service_world_places (played->service, &event));
  talloc_free (owner);
}

Played *
played_begin (void *owner, ServiceWorld *service, const json_t *line)
{
  Played *played = memory_new (owner, Played);
  *played = (Played){.owner = owner, .service = service, .ids = json_object ()};
  talloc_set_destructor (played, release_ids);
  played->seed = json_integer_value (json_object_get (line, "seed"));
  service_world_federation (service, memory_string (service, uuid_of (played, owner, 0, 0)));
  record_places (played, json_object_get (line, "gazetteer"));
  return played;
}

/* Organisations, types. */

static Status
create_one_organisation (Played *played, void *owner, const json_t *line)
{
  Organisation wanted = ORGANISATION__INIT, reply = ORGANISATION__INIT;
  CreateOrganisationRequest request = CREATE_ORGANISATION_REQUEST__INIT;
  wanted.code = wanted.name = lines_text (line, "organisation");
  wanted.valid_from = lines_text (line, "from");
  wanted.policy = strcmp (lines_text (line, "policy"), "EVALUATION_DATED") == 0
                      ? DATING_POLICY__DATING_POLICY_EVALUATION_DATED
                      : DATING_POLICY__DATING_POLICY_ATTRIBUTE_DATED;
  request.organisation = &wanted;
  Status status = SERVICE_CALL (played->service, owner, create_organisation, &request, &reply);
  if (!status_failed (status))
    remember (played, wanted.code, reply.organisation_id);
  return status;
}

static Status
create_one_type (Played *played, void *owner, const json_t *line)
{
  MembershipType wanted = MEMBERSHIP_TYPE__INIT, reply = MEMBERSHIP_TYPE__INIT;
  CreateMembershipTypeRequest request = CREATE_MEMBERSHIP_TYPE_REQUEST__INIT;
  wanted.code = wanted.name = lines_text (line, "type");
  request.organisation_id = id_of (played, lines_text (line, "organisation"));
  request.type = &wanted;
  Status status = SERVICE_CALL (played->service, owner, create_membership_type, &request, &reply);
  if (!status_failed (status))
    remember (played, wanted.code, reply.type_id);
  return status;
}

/* Persons and facts: events. */

static PersonChanged *
event_of (Played *played, void *owner, const json_t *line)
{
  PersonChanged *event = memory_new (owner, PersonChanged);
  person_changed__init (event);
  event->person_id = orders_person (played, owner, lines_text (line, "person"));
  event->record_time = lines_text (line, "recorded");
  return event;
}

static void
add_display (PersonChanged *event, const char *name)
{
  event->display = memory_new (event, PersonDisplay);
  person_display__init (event->display);
  event->display->member_number = event->display->family_name = name;
  event->display->given_name = "P";
}

const char *
orders_organ (Played *played, void *owner, const char *name)
{
  static const char *const parameters[] = {"federation_id", "code"};
  static const DbQuery query = {
      "judge_organ", "SELECT organ_id FROM organ WHERE federation_id = $1 AND code = $2", 2, parameters};
  if (json_object_get (played->ids, name) != NULL)
    return id_of (played, name);
  Call *call = service_world_call (owner, played->service);
  DbResult *rows;
  assert_success (db_run (call->db, call, &query,
                          DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("code", name)),
                          &rows));
  if (db_row_count (rows) > 0)
    remember (played, name, db_value (rows, 0, "organ_id"));
  assert_success (service_world_end (played->service, call, STATUS_SUCCESS));
  return id_of (played, name);
}

const char *
orders_type (const Played *played, const char *name)
{
  return id_of (played, name);
}

/* [row, kind, value, from, to] */
static Fact *
fact_of (Played *played, void *owner, const json_t *row)
{
  Fact *fact = memory_new (owner, Fact);
  const json_t *value = json_array_get (row, 2);
  fact__init (fact);
  fact->fact_id = uuid_of (played, owner, 2, json_integer_value (json_array_get (row, 0)));
  fact->kind = lines_kind (lines_item (row, 1));
  fact->value = json_string_value (value);
  if (json_is_array (value)) {
    bool admission = fact->kind == FACT_KIND__FACT_KIND_ADMISSION;
    fact->organ_id = orders_organ (played, owner, lines_item (value, admission ? 0 : 1));
    fact->value = lines_item (value, admission ? 1 : 0);
  }
  fact->valid_from = lines_item (row, 3);
  fact->valid_to = lines_item (row, 4);
  return fact;
}

static Status
follow_facts (Played *played, void *owner, const json_t *line)
{
  PersonChanged *event = event_of (played, owner, line);
  const json_t *rows = json_object_get (line, "rows"), *recorded = json_object_get (rows, "recorded"),
               *superseded = json_object_get (rows, "superseded");
  event->recorded = memory_array (owner, Fact *, json_array_size (recorded) + 1);
  for (size_t i = 0; i < json_array_size (recorded); i++)
    event->recorded[event->n_recorded++] = fact_of (played, owner, json_array_get (recorded, i));
  event->superseded = memory_array (owner, SupersededFact *, json_array_size (superseded) + 1);
  for (size_t i = 0; i < json_array_size (superseded); i++) {
    const json_t *row = json_array_get (superseded, i);
    SupersededFact *fact = event->superseded[event->n_superseded++] = memory_new (owner, SupersededFact);
    superseded_fact__init (fact);
    fact->fact_id = uuid_of (played, owner, 2, json_integer_value (json_array_get (row, 0)));
    fact->kind = lines_kind (lines_item (row, 1));
  }
  event->end_date = lines_text_or_empty (line, "at"); /* of a person's end */
  orders_at (played, event->record_time);
  return service_world_follow (played->service, &event, 1);
}

static Status
follow_person (Played *played, void *owner, const json_t *line)
{
  PersonChanged *event = event_of (played, owner, line);
  if (strcmp (lines_text (line, "op"), "erase") == 0)
    event->erased = event->complete = true;
  else
    add_display (event, lines_text (line, "person"));
  return service_world_follow (played->service, &event, 1);
}

/* Change sets. */

/* An organ of the set: by its code, as earlier changes may have made it. */
static const char *
organ_of (void *owner, const json_t *change, const char *key)
{
  const char *name = lines_text_or_empty (change, key);
  return *name == '\0' ? "" : memory_format (owner, "code:%s", name);
}

/* The exception on record with this name, which its reason tells; of several rows the last. */
static const char *
exception_id (Played *played, void *owner, const char *name)
{
  ListMembershipExceptionsRequest request = LIST_MEMBERSHIP_EXCEPTIONS_REQUEST__INIT;
  ListMembershipExceptionsResponse reply = LIST_MEMBERSHIP_EXCEPTIONS_RESPONSE__INIT;
  request.page_size = 1000;
  assert_success (SERVICE_CALL (played->service, owner, list_membership_exceptions, &request, &reply));
  const MembershipException *found = NULL;
  for (size_t i = 0; i < reply.n_exceptions; i++)
    if (strcmp (reply.exceptions[i]->reason, name) == 0 &&
        (found == NULL || strcmp (found->valid_from, reply.exceptions[i]->valid_from) < 0))
      found = reply.exceptions[i];
  return found == NULL ? id_of (played, "") : found->exception_id;
}

static SplitPart **
parts_of (void *owner, const json_t *parts)
{
  SplitPart **list = memory_array (owner, SplitPart *, json_array_size (parts) + 1);
  for (size_t i = 0; i < json_array_size (parts); i++) {
    const json_t *part = json_array_get (parts, i), *children = json_object_get (part, "children");
    list[i] = memory_new (owner, SplitPart);
    split_part__init (list[i]);
    list[i]->code = list[i]->name = lines_text (part, "organ");
    list[i]->children = memory_array (owner, const char *, json_array_size (children) + 1);
    for (size_t j = 0; j < json_array_size (children); j++)
      list[i]->children[list[i]->n_children++] = memory_format (owner, "code:%s", lines_item (children, j));
  }
  return list;
}

static ChangeKind
kind_of (const char *word)
{
  static const struct {
    const char *word;
    ChangeKind kind;
  } kinds[] = {{"create", CHANGE_KIND__CHANGE_KIND_CREATE},
               {"move", CHANGE_KIND__CHANGE_KIND_MOVE},
               {"merge", CHANGE_KIND__CHANGE_KIND_MERGE},
               {"split", CHANGE_KIND__CHANGE_KIND_SPLIT},
               {"end", CHANGE_KIND__CHANGE_KIND_END},
               {"reopen", CHANGE_KIND__CHANGE_KIND_REOPEN},
               {"rule", CHANGE_KIND__CHANGE_KIND_RULE},
               {"type_rule", CHANGE_KIND__CHANGE_KIND_RULE},
               {"except", CHANGE_KIND__CHANGE_KIND_ADD_EXCEPTION},
               {"end_except", CHANGE_KIND__CHANGE_KIND_END_EXCEPTION}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp (word, kinds[i].word) == 0)
      return kinds[i].kind;
  lines_fail ("no change %s", word);
}

static OrganChange *
change_of (Played *played, void *owner, const json_t *line)
{
  OrganChange *change = memory_new (owner, OrganChange);
  organ_change__init (change);
  change->kind = kind_of (lines_text (line, "do"));
  bool exception = change->kind == CHANGE_KIND__CHANGE_KIND_ADD_EXCEPTION;
  change->on = lines_text (line, exception ? "from" : "at");
  change->organ = organ_of (owner, line, "organ");
  change->parent = organ_of (owner, line, "parent");
  change->target = organ_of (owner, line, "into");
  change->rule = lines_rule (owner, json_object_get (line, "rule"), &change->n_rule);
  if (*lines_text_or_empty (line, "type") != '\0')
    change->type_id = id_of (played, lines_text (line, "type"));
  change->parts = parts_of (owner, json_object_get (line, "parts"));
  change->n_parts = json_array_size (json_object_get (line, "parts"));
  change->exceptions_to = lines_text_or_empty (line, "exceptions_to");
  if (change->kind == CHANGE_KIND__CHANGE_KIND_CREATE) {
    change->code = change->name = lines_text (line, "organ");
    change->organ_kind = "organ";
    change->organ = "";
  } else if (exception) {
    change->person_id = orders_person (played, owner, lines_text (line, "person"));
    change->valid_to = lines_text_or_empty (line, "to");
    change->reason = lines_text (line, "exception");
  } else if (change->kind == CHANGE_KIND__CHANGE_KIND_END_EXCEPTION)
    change->exception_id = exception_id (played, owner, lines_text (line, "exception"));
  return change;
}

/* The plan as it stands after its run: a failure when it was refused there. */
static Status
settle (Played *played, void *owner, const char *plan_id, PlanState wanted)
{
  GetPlanRequest request = GET_PLAN_REQUEST__INIT;
  Plan plan = PLAN__INIT;
  service_world_runs (played->service, false);
  request.plan_id = plan_id;
  Status status = SERVICE_CALL (played->service, owner, get_plan, &request, &plan);
  if (!status_failed (status) && plan.state != wanted)
    status = status_error (owner, STATUS_FAILED_PRECONDITION,
                           *plan.error_reason == '\0' ? "STATE" : plan.error_reason,
                           "The plan is in state %d: %s", (int)plan.state, plan.error);
  return status;
}

static Status
apply_changes (Played *played, void *owner, const json_t *line)
{
  PreviewChangeRequest preview = PREVIEW_CHANGE_REQUEST__INIT;
  const json_t *changes = json_object_get (line, "changes");
  Plan plan = PLAN__INIT, applied = PLAN__INIT;
  preview.organisation_id = id_of (played, lines_text (line, "organisation"));
  preview.title = lines_text (line, "plan");
  preview.changes = memory_array (owner, OrganChange *, json_array_size (changes) + 1);
  for (size_t i = 0; i < json_array_size (changes); i++)
    preview.changes[preview.n_changes++] = change_of (played, owner, json_array_get (changes, i));
  orders_at (played, lines_text (line, "recorded"));
  Status status = SERVICE_CALL (played->service, owner, preview_change, &preview, &plan);
  if (status_failed (status))
    return status;
  remember (played, lines_text (line, "plan"), plan.plan_id);
  ApplyPlanRequest apply = APPLY_PLAN_REQUEST__INIT;
  apply.plan_id = plan.plan_id;
  apply.hash = plan.hash;
  status = SERVICE_CALL (played->service, owner, apply_plan, &apply, &applied);
  return status_failed (status) ? status
                                : settle (played, owner, plan.plan_id, PLAN_STATE__PLAN_STATE_APPLIED);
}

static Status
undo_one_plan (Played *played, void *owner, const json_t *line)
{
  UndoPlanRequest request = UNDO_PLAN_REQUEST__INIT;
  Plan plan = PLAN__INIT;
  request.plan_id = id_of (played, lines_text (line, "plan"));
  Status status = SERVICE_CALL (played->service, owner, undo_plan, &request, &plan);
  return status_failed (status) ? status
                                : settle (played, owner, request.plan_id, PLAN_STATE__PLAN_STATE_UNDONE);
}

/* What became of it: the place is in the path of the first violation, "changes[2].parent". */
static Outcome
outcome_of (Status status)
{
  Outcome outcome = {.status = status, .reason = "", .place = -1};
  if (!status_failed (status))
    return outcome;
  outcome.reason = status.detail->reason;
  if (status.detail->violation_count > 0) {
    const FieldViolation *violation = &status.detail->violations[0];
    outcome.reason = violation->reason;
    if (strncmp (violation->field, "changes[", 8) == 0)
      outcome.place = strtol (violation->field + 8, NULL, 10);
  }
  return outcome;
}

Outcome
orders_play (Played *played, void *owner, const json_t *line)
{
  static const struct {
    const char *op;
    Status (*play) (Played *played, void *owner, const json_t *line);
    bool runs; /* it may start runs that are not waited for */
  } orders[] = {{"organisation", create_one_organisation, true},
                {"type", create_one_type, true},
                {"person", follow_person, false},
                {"erase", follow_person, false},
                {"fact", follow_facts, false},
                {"correct", follow_facts, false},
                {"withdraw", follow_facts, false},
                {"end_person", follow_facts, false},
                {"apply", apply_changes, false},
                {"undo", undo_one_plan, false}};
  orders_at (played, lines_text (line, "recorded"));
  for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
    if (strcmp (lines_text (line, "op"), orders[i].op) == 0) {
      Status status = orders[i].play (played, owner, line);
      if (orders[i].runs)
        service_world_runs (played->service, false);
      return outcome_of (status);
    }
  lines_fail ("no operation %s", lines_text (line, "op"));
}
