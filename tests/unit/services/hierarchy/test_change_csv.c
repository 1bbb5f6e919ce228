/* Change sets from CSV: what a file says, and which line is wrong. */
#include "fixture.h"

static Status
preview (void *owner, const Towns *towns, const char *csv, Plan **plan)
{
  PreviewChangeRequest request = PREVIEW_CHANGE_REQUEST__INIT;
  *plan = memory_new (owner, Plan);
  plan__init (*plan);
  request.organisation_id = towns->organisation;
  request.title = "Mergers of 2027";
  request.csv = csv;
  return SERVICE_CALL (world, owner, preview_change, &request, *plan);
}

static void
test_mergers_of_a_year (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "mergers");
  Plan *plan;
  person_add (world, owner, "Virtanen", "Aarla", "2020-01-01", NULL);
  assert_success (preview (owner, &towns,
                           "change;on;organ;target;code;name;parent;rule_field;rule_values\n"
                           "create;2027-01-01;;;uusi;Uusi;south;town;Aarla|Berga\n"
                           "merge;2027-01-01;aarla;uusi;;;;;\n"
                           "merge;2027-01-01;berga;uusi;;;;;\n",
                           &plan));
  assert_int_equal (plan->change_count, 3);
  assert_string_equal (planning_effects (world, owner, plan),
                       "aarla +0 -1 1>0; north +0 -1 1>0; south +1 -0 0>1; uusi +1 -0 0>1");
}

/* A file, the reason, and how the description begins. */
static const struct {
  const char *csv, *reason, *text;
} refusals[] = {
    {"change,on\n", "EMPTY", "The file has no rows"},
    {"change,on,what\nend,2027-01-01,x\n", "UNKNOWN_COLUMN", "Line 1, column 3"},
    {"change,change\nend,end\n", "DUPLICATE_COLUMN", "Line 1, column 2"},
    {"change,on,organ\nburn,2027-01-01,aarla\n", "UNKNOWN_CHANGE", "Line 2, column 1"},
    {"change,on,organ\nend,2027-01-01,nowhere\n", "UNKNOWN_ORGAN", "Line 2, organ"},
    {"change,on,organ\nend,2027-01-01,berga\n\nend,2027-02-30,aarla\n", "INVALID_DATE", "Line 4, on"},
    {"change,on,organ,rule_field,rule_values\nrule,2027-01-01,aarla,shoe,41\n", "UNKNOWN_FIELD",
     "Line 2, column 4"},
    {"change,on,organ,rule_field,rule_values\nrule,2027-01-01,aarla,town,Nowhere\n", "UNKNOWN_TOWN",
     "Line 2, rule"},
    {"change,on,code,name,parent\ncreate,2027-01-01,no good,Name,south\n", "INVALID_CODE", "Line 2, code"},
    {"change,on,organ\nend,2027-01-01,aarla,more\n", "SURPLUS_COLUMN", "Line 2, column 4"},
    {"change,on,organ\nend,2027-01-01,\"aarla\n", "QUOTE_NOT_CLOSED", "Line 2"},
};

static void
test_refusals (void **state)
{
  void *owner = *state;
  Towns towns = towns_make (world, owner, "refused");
  Plan *plan;
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    Status status = preview (owner, &towns, refusals[i].csv, &plan);
    assert_true (status_failed (status));
    const FieldViolation *violation = &status.detail->violations[0];
    assert_string_equal (violation->field, "csv");
    assert_string_equal (violation->reason, refusals[i].reason);
    assert_ptr_equal (strstr (violation->description, refusals[i].text), violation->description);
  }
  assert_failure (preview (owner, &towns, "", &plan), STATUS_INVALID_ARGUMENT, "REQUIRED");
  assert_string_equal (
      service_world_value (
          world, "SELECT count (*) FROM plan WHERE title = 'Mergers of 2027' AND organisation_id IN "
                 "(SELECT organisation_id FROM organisation WHERE code = 'refused')"),
      "0");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      CASE (test_mergers_of_a_year),
      CASE (test_refusals),
  };
  return RUN_CASES (tests);
}
