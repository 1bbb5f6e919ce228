/* Change sets that are not valid: each is refused with its own reason and the field, and nothing is stored.
 */
#include "fixture.h"

#include "core/id.h"
#include "service/private.h"

#include <stdio.h>

typedef struct Refusal {
  const char *set, *field, *reason;
} Refusal;

/* Aarla and Berga below North; North and South below the organisation; all live since 2000-01-01. */
static const Refusal refusals[] = {
    {"move org north 2026-01-01", "changes[0].organ", "ROOT_FIXED"},
    {"merge org north 2026-01-01", "changes[0].organ", "ROOT_FIXED"},
    {"split org 2026-01-01 a b", "changes[0].organ", "ROOT_FIXED"},
    {"move nowhere north 2026-01-01", "changes[0].organ", "UNKNOWN_ORGAN"},
    {"move aarla nowhere 2026-01-01", "changes[0].parent", "UNKNOWN_ORGAN"},
    {"move 01890000-0000-7000-8000-000000000001 north 2026-01-01", "changes[0].organ", "UNKNOWN_ORGAN"},
    {"create x nowhere 2026-01-01", "changes[0].parent", "UNKNOWN_ORGAN"},
    {"merge aarla nowhere 2026-01-01", "changes[0].target", "UNKNOWN_ORGAN"},
    {"move later south 2026-01-01; create later south 2026-01-01", "changes[0].organ", "UNKNOWN_ORGAN"},
    {"rule nowhere 2026-01-01", "changes[0].organ", "UNKNOWN_ORGAN"},
    {"end nowhere 2026-01-01", "changes[0].organ", "UNKNOWN_ORGAN"},
    {"reopen nowhere 2026-01-01", "changes[0].organ", "UNKNOWN_ORGAN"},
    /* the tree */
    {"move north aarla 2026-01-01", "changes[0].parent", "CYCLE"},
    {"move north north 2026-01-01", "changes[0].parent", "CYCLE"},
    {"move north south 2026-01-01; move south north 2025-01-01", "changes[1].parent", "CYCLE"},
    {"move north south 2026-01-01; move south aarla 2025-01-01", "changes[1].parent", "CYCLE"},
    {"move aarla south 1999-12-31", "changes[0].on", "EDGE_OUTSIDE_LIFE"},
    {"end aarla 2026-01-01; move aarla south 2026-01-01", "changes[1].on", "EDGE_OUTSIDE_LIFE"},
    {"end south 2026-01-01; move aarla south 2026-01-01", "changes[1].parent", "PARENT_NOT_IN_TREE"},
    {"end org 2026-01-01; move aarla south 2026-01-01", "changes[1].parent", "PARENT_NOT_IN_TREE"},
    {"create x aarla 1999-12-31", "changes[0].parent", "PARENT_NOT_IN_TREE"},
    {"create x south 2026-02-01; move aarla x 2026-01-31", "changes[1].parent", "PARENT_NOT_IN_TREE"},
    {"end south 2026-01-01; create x south 2026-03-01", "changes[1].parent", "PARENT_NOT_IN_TREE"},
    {"create aarla south 2026-01-01", "changes[0].code", "CODE_TAKEN"},
    {"create x south 2026-01-01; create x north 2027-01-01", "changes[1].code", "CODE_TAKEN"},
    {"end aarla 2026-01-01; create aarla south 2027-01-01", "changes[1].code", "CODE_TAKEN"},
    /* lives */
    {"end aarla 1999-12-31", "changes[0].on", "NOT_ALIVE"},
    {"end aarla 2026-01-01; end aarla 2026-01-01", "changes[1].on", "NOT_ALIVE"},
    {"end aarla 2000-01-01", "changes[0].on", "END_ON_FIRST_DAY"},
    {"reopen aarla 2026-01-01", "changes[0].on", "ALREADY_LIVES"},
    {"end aarla 2026-01-01; reopen aarla 2025-12-31", "changes[1].on", "ALREADY_LIVES"},
    {"end aarla 2026-01-01; reopen aarla 1999-12-31", "changes[1].on", "NOT_ENDED"},
    /* merging and splitting */
    {"merge aarla aarla 2026-01-01", "changes[0].target", "MERGE_WITH_ITSELF"},
    {"merge aarla north 2026-01-01", "changes[0].target", "MERGE_WITH_RELATIVE"},
    {"merge north aarla 2026-01-01", "changes[0].target", "MERGE_WITH_RELATIVE"},
    {"merge aarla org 2026-01-01", "changes[0].target", "MERGE_WITH_RELATIVE"},
    {"end aarla 2026-01-01; merge aarla berga 2026-01-01", "changes[1].on", "NOT_ALIVE"},
    {"merge aarla berga 2000-01-01", "changes[0].on", "END_ON_FIRST_DAY"},
    {"end berga 2026-01-01; merge aarla berga 2026-01-01", "changes[1].target", "PARENT_NOT_IN_TREE"},
    {"move south aarla 2030-01-01; merge north south 2026-01-01", "changes[1].target", "CYCLE"},
    {"create x aarla 2027-01-01; create y org 2020-01-01; end y 2026-06-01; merge aarla y 2026-01-01",
     "changes[3].target", "PARENT_NOT_IN_TREE"},
    {"split aarla 2026-01-01 a", "changes[0].parts", "TOO_FEW_PARTS"},
    {"split north 2026-01-01 a:aarla b", "changes[0].parts", "CHILD_UNASSIGNED"},
    {"split north 2026-01-01 a:aarla b:berga,aarla", "changes[0].parts[1].children[1]",
     "CHILD_ASSIGNED_TWICE"},
    {"split north 2026-01-01 a:aarla,aarla b:berga", "changes[0].parts[0].children[1]",
     "CHILD_ASSIGNED_TWICE"},
    {"split north 2026-01-01 a:aarla,south b:berga", "changes[0].parts", "NOT_A_CHILD"},
    {"split north 2026-01-01 a:aarla b:nowhere", "changes[0].parts[1].children[0]", "UNKNOWN_ORGAN"},
    {"split aarla 2026-01-01 a berga", "changes[0].parts[1].code", "CODE_TAKEN"},
    {"split aarla 2026-01-01 a b >c", "changes[0].exceptionsTo", "UNKNOWN_PART"},
    {"split aarla 1999-01-01 a b", "changes[0].on", "NOT_ALIVE"},
    {"split aarla 2000-01-01 a b", "changes[0].on", "END_ON_FIRST_DAY"},
    {"end north 2026-01-01; split aarla 2026-02-01 a b", "changes[1].on", "PARENT_NOT_IN_TREE"},
    /* later changes of others: what is moved below A after the day goes to a part too */
    {"move south aarla 2030-01-01; split aarla 2026-01-01 a b", "changes[1].parts", "CHILD_UNASSIGNED"},
    /* rules and exceptions */
    {"rule aarla 2026-01-01 Atlantis", "changes[0].rule[0].values[0]", "UNKNOWN_TOWN"},
    {"create x south 2026-01-01 Atlantis", "changes[0].rule[0].values[0]", "UNKNOWN_TOWN"},
    {"except 01890000-0000-7000-8000-000000000001 aarla 2026-01-01", "changes[0].personId", "UNKNOWN_PERSON"},
    {"except PERSON nowhere 2026-01-01", "changes[0].organ", "UNKNOWN_ORGAN"},
    {"except PERSON aarla 2026-01-01 2026-01-01", "changes[0].validTo", "EMPTY_PERIOD"},
    {"endexcept 01890000-0000-7000-8000-000000000001 2026-01-01", "changes[0].exceptionId",
     "UNKNOWN_EXCEPTION"},
    /* days */
    {"move aarla south", "changes[0].on", "REQUIRED"},
    {"move aarla south 2026-02-30", "changes[0].on", "INVALID_DATE"},
    {"move aarla south 2026-02-01; end aarla soon", "changes[1].on", "INVALID_DATE"},
    {"move aarla", "changes[0].on", "REQUIRED"},
};

/* The set with the person's id in the place of PERSON. */
static const char *
with_person (void *owner, const char *set, const char *person)
{
  const char *at = strstr (set, "PERSON");
  return at == NULL ? set : memory_format (owner, "%.*s%s%s", (int)(at - set), set, person, at + 6);
}

static void
assert_refused (const char *set, Status status, const char *field, const char *reason)
{
  if (status.code != STATUS_INVALID_ARGUMENT || status.detail->violation_count == 0)
    fail_msg ("%s: %s %s", set, status_code_name (status.code),
              status_failed (status) ? status.detail->message : "");
  const FieldViolation *violation = &status.detail->violations[0];
  if (strcmp (violation->field, field) != 0 || strcmp (violation->reason, reason) != 0)
    fail_msg ("%s: %s %s instead of %s %s", set, violation->field, violation->reason, field, reason);
}

static const char *
row_counts (void)
{
  return service_world_value (
      world, "SELECT (SELECT count(*) FROM organ) || ' ' || (SELECT count(*) FROM organ_life) || ' ' || "
             "(SELECT count(*) FROM organ_edge) || ' ' || (SELECT count(*) FROM rule_version) || ' ' || "
             "(SELECT count(*) FROM membership_exception) || ' ' || (SELECT count(*) FROM plan)");
}

static void
test_each_reason (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "refused");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  const char *before = row_counts ();
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    const Refusal *row = &refusals[i];
    Plan *plan;
    Status status = planning_try (world, owner, &towns, with_person (owner, row->set, person), &plan);
    assert_refused (row->set, status, row->field, row->reason);
  }
  assert_string_equal (row_counts (), before);
}

/* A cycle may wait for a dead organ: bringing it to life closes the cycle. */
static void
test_a_reopening_closes_a_cycle (void **state)
{
  void *owner = *state;
  Plan *plan;
  Towns towns = towns_make (world, owner, "revived");
  /* south → north from 2028, aarla (below north) → south from 2029; then north dies in 2027, is open again in
   * 2030 */
  Status status = planning_try (world, owner, &towns,
                                "create c org 2010-01-01; move c berga 2020-01-01; move c org 2015-01-01; "
                                "end berga 2012-01-01; move berga c 2011-01-01; reopen berga 2022-01-01",
                                &plan);
  assert_refused ("revived", status, "changes[5].on", "CYCLE");
  assert_success (planning_try (world, owner, &towns,
                                "create c org 2010-01-01; move c berga 2020-01-01; move c org 2015-01-01; "
                                "end berga 2012-01-01; reopen berga 2022-01-01",
                                &plan));
}

static void
test_types_and_required (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "typed"), others = towns_make (world, owner, "others");
  const char *person = person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  static const Refusal table[] = {
      {"rulefor aarla 2026-01-01 Aarla", "changes[0].typeId", "UNKNOWN_TYPE"},
      {"typerule 2026-01-01", "changes[0].typeId", "UNKNOWN_TYPE"},
      {"except PERSON aarla 2026-01-01", "changes[0].typeId", "UNKNOWN_TYPE"},
  };
  Towns mixed = towns;
  mixed.type = others.type;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    Plan *plan;
    assert_refused (table[i].set,
                    planning_try (world, owner, &mixed, with_person (owner, table[i].set, person), &plan),
                    table[i].field, table[i].reason);
  }
  PreviewChangeRequest *request =
      planning_request (owner, &towns, with_person (owner, "except PERSON aarla 2026-01-01", person));
  Plan reply = PLAN__INIT;
  OrganChange *change = request->changes[0];
  change->reason = "";
  assert_refused ("no reason", SERVICE_CALL (world, owner, preview_change, request, &reply),
                  "changes[0].reason", "REQUIRED");
  change->reason = "because";
  change->person_id = "";
  assert_refused ("no person", SERVICE_CALL (world, owner, preview_change, request, &reply),
                  "changes[0].personId", "REQUIRED");
  change->kind = CHANGE_KIND__CHANGE_KIND_UNSPECIFIED;
  assert_refused ("no kind", SERVICE_CALL (world, owner, preview_change, request, &reply), "changes[0].kind",
                  "REQUIRED");
  change->kind = CHANGE_KIND__CHANGE_KIND_RULE;
  change->organ = change->type_id = "";
  assert_refused ("no carrier", SERVICE_CALL (world, owner, preview_change, request, &reply),
                  "changes[0].organ", "REQUIRED");
  change->kind = CHANGE_KIND__CHANGE_KIND_CREATE;
  change->parent = towns.south;
  change->code = "coded";
  assert_refused ("no name", SERVICE_CALL (world, owner, preview_change, request, &reply), "changes[0].name",
                  "REQUIRED");
  request->organisation_id = "01890000-0000-7000-8000-000000000001";
  Status status = SERVICE_CALL (world, owner, preview_change, request, &reply);
  assert_int_equal (status.code, STATUS_NOT_FOUND);
}

/* What a stranger may send to make work: refused before any of it is done. */
static void
test_too_much (void **state)
{
  enum { MANY = 100000, DEEP = 1000, TOWNS = 10000 };
  void *owner = *state;
  Towns towns = towns_make (world, owner, "much");
  PreviewChangeRequest *request = planning_request (owner, &towns, "rule aarla 2026-01-01 Aarla");
  OrganChange *change = request->changes[0];
  Plan reply = PLAN__INIT;
  OrganChange **many = memory_array (owner, OrganChange *, MANY);
  for (size_t i = 0; i < MANY; i++)
    many[i] = change;
  OrganChange **few = request->changes;
  request->changes = many;
  request->n_changes = MANY;
  assert_refused ("100,000 changes", SERVICE_CALL (world, owner, preview_change, request, &reply), "changes",
                  "TOO_MANY_CHANGES");
  request->n_changes = 0;
  assert_refused ("none", SERVICE_CALL (world, owner, preview_change, request, &reply), "changes",
                  "REQUIRED");

  request->changes = few;
  request->n_changes = 1;
  RuleNode **deep = memory_array (owner, RuleNode *, DEEP);
  for (size_t i = 0; i < DEEP; i++) {
    deep[i] = rule_of (owner, i + 1 < DEEP ? RULE_OP__RULE_OP_NOT : RULE_OP__RULE_OP_SUBSCRIPTION, 0,
                       i + 1 < DEEP ? NULL : "Member");
    deep[i]->operands = i + 1 < DEEP;
  }
  change->rule = deep;
  change->n_rule = DEEP;
  Status status = SERVICE_CALL (world, owner, preview_change, request, &reply);
  assert_int_equal (status.code, STATUS_INVALID_ARGUMENT);
  assert_string_equal (status.detail->violations[0].reason, "TOO_DEEP");

  RuleNode *wide = rule_of (owner, RULE_OP__RULE_OP_IN, RULE_FIELD__RULE_FIELD_TOWN, "Aarla");
  wide->values = memory_array (owner, const char *, TOWNS);
  for (wide->n_values = 0; wide->n_values < TOWNS; wide->n_values++)
    wide->values[wide->n_values] = memory_format (owner, "town %zu", wide->n_values);
  change->rule = rule_list (owner, wide);
  change->n_rule = 1;
  assert_refused ("10,000 towns", SERVICE_CALL (world, owner, preview_change, request, &reply),
                  "changes[0].rule[0].values", "TOO_MANY_VALUES");
}

static void
test_a_tree_too_deep (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "deep");
  char *set = memory_string (owner, "");
  Plan *plan;
  for (int i = 1; i <= 62; i++) { /* north is on level 1, d62 on level 63 */
    set = memory_must (talloc_asprintf_append_buffer (set, "create d%d %s%d 2026-01-01;", i,
                                                      i == 1 ? "north" : "d", i == 1 ? 0 : i - 1));
    if (i == 1)
      set = memory_string (owner, "create d1 north 2026-01-01;");
  }
  planning_do (world, owner, &towns, set);
  assert_success (planning_try (world, owner, &towns, "create d63 d62 2026-01-01", &plan));
  assert_refused (
      "deeper",
      planning_try (world, owner, &towns, "create d63 d62 2026-01-01; create d64 d63 2026-01-01", &plan),
      "changes[1].parent", "TREE_TOO_DEEP");
  assert_refused ("lower",
                  planning_try (world, owner, &towns,
                                "create d63 d62 2026-01-01; create x org 2026-01-01; move north x 2026-01-01",
                                &plan),
                  "changes[2].parent", "TREE_TOO_DEEP");
}

/* Where a day is judged by what was known then, nothing can be dated in the past; any past date refuses the
 * set. */
static void
test_past_dates (void **state)
{
  void *owner = *state;
  Organisation wanted = ORGANISATION__INIT, made = ORGANISATION__INIT;
  CreateOrganisationRequest create = CREATE_ORGANISATION_REQUEST__INIT;
  wanted.code = wanted.name = "evaluated";
  wanted.policy = DATING_POLICY__DATING_POLICY_EVALUATION_DATED;
  wanted.valid_from = "2000-01-01";
  create.organisation = &wanted;
  assert_success (SERVICE_CALL (world, owner, create_organisation, &create, &made));
  assert_int_equal (made.policy, DATING_POLICY__DATING_POLICY_EVALUATION_DATED);
  Towns towns = {.organisation = made.organisation_id};
  Plan *plan, *again;
  static const Refusal table[] = {
      {"create x org 2026-11-20", "changes[0].on", "PAST_DATE"},
      {"create x org 2026-11-21; rule x 2026-11-20", "changes[1].on", "PAST_DATE"},
      {"create x org 2026-12-01; end x 2026-11-01", "changes[1].on", "PAST_DATE"},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    assert_refused (table[i].set, planning_try (world, owner, &towns, table[i].set, &plan), table[i].field,
                    table[i].reason);
  plan = planning_preview (world, owner, &towns, "create x org 2026-11-21; create y x 2026-12-01");
  /* the hash covers the day of the preview */
  service_world_day (world, "2026-11-22");
  assert_success (planning_try (world, owner, &towns, "create z org 2026-12-01", &again));
  assert_success (planning_apply_try (world, owner, plan));
  service_world_runs (world, false);
  plan = planning_get (world, owner, plan->plan_id);
  assert_int_equal (plan->state, PLAN_STATE__PLAN_STATE_STALE);
  assert_string_equal (plan->error_reason, "PAST_DATE");
  service_world_day (world, "2026-11-21");
}

#define EDGE(child, parent, days)                                                                            \
  "INSERT INTO organ_edge (federation_id, edge_id, organ_id, parent_id, valid, recorded_at, recorded_by) "   \
  "SELECT child.federation_id, gen_random_uuid (), child.organ_id, parent.organ_id, '" days                  \
  "', now (), 'raw' FROM raw AS child, raw AS parent WHERE child.code = '" child                             \
  "' AND parent.code = '" parent "'; "
#define SUPERSEDE(table, code)                                                                               \
  "UPDATE " table                                                                                            \
  " SET superseded_at = now () WHERE organ_id = (SELECT organ_id FROM raw WHERE code = '" code "'); "
#define LIFE(code, days)                                                                                     \
  "INSERT INTO organ_life (federation_id, life_id, organ_id, valid, recorded_at, recorded_by) "              \
  "SELECT federation_id, gen_random_uuid (), organ_id, '" days                                               \
  "', now (), 'raw' FROM raw WHERE code = '" code "'; "

/* The database refuses by itself what the service would refuse. Each statement is a transaction. */
static void
test_the_database_refuses (void **state)
{
  static const struct {
    const char *constraint, *sql;
  } table[] = {
      {"organ_edge_one_parent", EDGE ("north", "south", "[2026-01-01,)")},
      {"organ_edge_no_cycle", SUPERSEDE ("organ_edge", "north") EDGE ("north", "aarla", "[2026-01-01,)")},
      {"organ_edge_no_cycle",
       SUPERSEDE ("organ_edge", "north") EDGE ("north", "org", "[2000-01-01,2030-01-01)")
           EDGE ("north", "aarla", "[2030-01-01,)")},
      {"organ_edge_no_cycle", SUPERSEDE ("organ_life", "north") SUPERSEDE ("organ_edge", "north")
                                  EDGE ("north", "aarla", "[2000-01-01,)") LIFE ("north", "[2000-01-01,)")},
      {"organ_edge_in_life", SUPERSEDE ("organ_edge", "north") EDGE ("north", "south", "[1999-01-01,)")},
      {"organ_edge_below_tree", SUPERSEDE ("organ_edge", "aarla") SUPERSEDE ("organ_life", "south")
                                    EDGE ("aarla", "south", "[2026-01-01,)")},
      {"organ_life_once", LIFE ("north", "[2026-01-01,2027-01-01)")},
      {"rule_version_one_a_day",
       "INSERT INTO rule_version (federation_id, rule_id, organ_id, valid, nodes, recorded_at, recorded_by) "
       "SELECT federation_id, gen_random_uuid (), organ_id, '[2026-01-01,2027-01-01)', '', now (), 'raw' "
       "FROM raw WHERE code = 'aarla'"},
  };
  void *owner = *state;
  towns_make (world, owner, "org");
  assert_success (db_script (world->db, owner,
                             "CREATE TEMP VIEW raw AS SELECT organ.* FROM organ JOIN organ AS root ON "
                             "root.organ_id = organ.organisation_id AND root.code = 'org'"));
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    assert_success (db_begin (world->db, owner, 5000));
    Status status = db_script (world->db, owner, table[i].sql);
    if (!status_failed (status))
      status = db_commit (world->db, owner);
    db_rollback (world->db);
    if (!status_failed (status))
      fail_msg ("%s: the database took it", table[i].constraint);
    const DbConstraint *constraint = hierarchy_constraints;
    while (constraint->name != NULL && strcmp (constraint->name, table[i].constraint) != 0)
      constraint++;
    if (strcmp (status.detail->reason, constraint->reason) != 0)
      fail_msg ("%s: %s %s", table[i].constraint, status.detail->reason, status.detail->message);
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      CASE (test_each_reason),          CASE (test_a_reopening_closes_a_cycle),
      CASE (test_types_and_required),   CASE (test_too_much),
      CASE (test_a_tree_too_deep),      CASE (test_past_dates),
      CASE (test_the_database_refuses),
  };
  return RUN_CASES (tests);
}
