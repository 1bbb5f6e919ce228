/* Rules where they come in: every refusal with its reason and path; and in words. */
#include "services/hierarchy/engine/rule.h"

#include "core/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ALL = 1, ANY, NOT, EQUALS, IN, BETWEEN, SUBSCRIPTION, ADMITTED, POSITION };
enum { CODE = 1, TOWN, MUNICIPALITY, PROVINCE, COUNTRY, BIRTH, AGE, TAG };

typedef struct Node {
  int op;
  uint32_t operands;
  int field;
  const char *values[4];
  size_t count; /* of values; 0: up to the first NULL */
} Node;

static RuleNode **
make (void *owner, const Node *nodes, size_t count)
{
  RuleNode **list = memory_array (owner, RuleNode *, count + 1);
  for (size_t i = 0; i < count; i++) {
    RuleNode *node = list[i] = memory_new (list, RuleNode);
    rule_node__init (node);
    node->op = (RuleOp)nodes[i].op;
    node->operands = nodes[i].operands;
    node->field = (RuleField)nodes[i].field;
    node->values = memory_copy (list, nodes[i].values, sizeof nodes[i].values);
    while (node->n_values < 4 && nodes[i].values[node->n_values] != NULL)
      node->n_values++;
  }
  return list;
}

static bool
place_known (void *context, RuleField field, const char *value)
{
  (void)context;
  static const char *const known[] = {
      [CODE] = "00100", [TOWN] = "Aarla", [MUNICIPALITY] = "Mun", [PROVINCE] = "Uusimaa"};
  return (size_t)field < sizeof known / sizeof *known && strcmp (known[field], value) == 0;
}

typedef struct Refusal {
  Node nodes[4];
  size_t count;
  const char *field, *reason;
} Refusal;

static const Refusal refusals[] = {
    {{{0}}, 1, "nodes[0].op", "UNKNOWN_OPERATION"},
    {{{77}}, 1, "nodes[0].op", "UNKNOWN_OPERATION"},
    {{{ALL}}, 1, "nodes[0].operands", "EMPTY"},
    {{{ANY}}, 1, "nodes[0].operands", "EMPTY"},
    {{{NOT, 2}, {POSITION}, {POSITION}}, 3, "nodes[0].operands", "OPERANDS"},
    {{{NOT, 0}}, 1, "nodes[0].operands", "OPERANDS"},
    {{{POSITION, 1}, {POSITION}}, 2, "nodes[0].operands", "OPERANDS"},
    {{{ALL, 2}, {POSITION}}, 2, "nodes[1]", "MISSING_OPERAND"},
    {{{POSITION}, {POSITION}}, 2, "nodes[1]", "SURPLUS_NODE"},
    {{{ALL, 1}, {POSITION}, {POSITION}}, 3, "nodes[2]", "SURPLUS_NODE"},
    {{{EQUALS, 0, 0, {"x"}}}, 1, "nodes[0].field", "FIELD_REQUIRED"},
    {{{EQUALS, 0, 99, {"x"}}}, 1, "nodes[0].field", "UNKNOWN_FIELD"},
    {{{POSITION, 0, TOWN}}, 1, "nodes[0].field", "FIELD_NOT_ALLOWED"},
    {{{BETWEEN, 0, TOWN, {"a", "b"}}}, 1, "nodes[0].field", "FIELD_NOT_ALLOWED"},
    {{{EQUALS, 0, TOWN}}, 1, "nodes[0].values", "EMPTY"},
    {{{IN, 0, TOWN}}, 1, "nodes[0].values", "EMPTY"},
    {{{SUBSCRIPTION}}, 1, "nodes[0].values", "EMPTY"},
    {{{EQUALS, 0, TAG, {"a", "b"}}}, 1, "nodes[0].values", "VALUES"},
    {{{BETWEEN, 0, AGE, {"7"}}}, 1, "nodes[0].values", "VALUES"},
    {{{ALL, 1, 0, {"x"}}, {POSITION}}, 2, "nodes[0].values", "VALUES"},
    {{{ADMITTED, 0, 0, {"1", "2"}}}, 1, "nodes[0].values", "VALUES"},
    {{{EQUALS, 0, TAG, {""}}}, 1, "nodes[0].values[0]", "EMPTY_VALUE"},
    {{{IN, 0, TAG, {"a", "b", "a"}}}, 1, "nodes[0].values[2]", "DUPLICATE_VALUE"},
    {{{POSITION, 0, 0, {"chair", "chair"}}}, 1, "nodes[0].values[1]", "DUPLICATE_VALUE"},
    {{{BETWEEN, 0, AGE, {"", ""}}}, 1, "nodes[0].values", "BOTH_ENDS_OPEN"},
    {{{BETWEEN, 0, AGE, {"18", "7"}}}, 1, "nodes[0].values[1]", "REVERSED"},
    {{{BETWEEN, 0, BIRTH, {"2012-01-01", "2011-01-01"}}}, 1, "nodes[0].values[1]", "REVERSED"},
    {{{BETWEEN, 0, CODE, {"00200", "00100"}}}, 1, "nodes[0].values[1]", "REVERSED"},
    {{{BETWEEN, 0, CODE, {"12345678901234567", ""}}}, 1, "nodes[0].values[0]", "INVALID_POSTAL_CODE"},
    {{{EQUALS, 0, BIRTH, {"2023-02-29"}}}, 1, "nodes[0].values[0]", "INVALID_DATE"},
    {{{BETWEEN, 0, BIRTH, {"yesterday", ""}}}, 1, "nodes[0].values[0]", "INVALID_DATE"},
    {{{EQUALS, 0, AGE, {"-1"}}}, 1, "nodes[0].values[0]", "INVALID_AGE"},
    {{{EQUALS, 0, AGE, {"151"}}}, 1, "nodes[0].values[0]", "INVALID_AGE"},
    {{{EQUALS, 0, AGE, {"7.5"}}}, 1, "nodes[0].values[0]", "INVALID_AGE"},
    {{{EQUALS, 0, COUNTRY, {"fi"}}}, 1, "nodes[0].values[0]", "INVALID_COUNTRY"},
    {{{EQUALS, 0, CODE, {"99999"}}}, 1, "nodes[0].values[0]", "UNKNOWN_POSTAL_CODE"},
    {{{IN, 0, TOWN, {"Aarla", "Atlantis"}}}, 1, "nodes[0].values[1]", "UNKNOWN_TOWN"},
    {{{EQUALS, 0, MUNICIPALITY, {"Atlantis"}}}, 1, "nodes[0].values[0]", "UNKNOWN_MUNICIPALITY"},
    {{{ANY, 2}, {POSITION}, {EQUALS, 0, PROVINCE, {"Atlantis"}}},
     3,
     "nodes[2].values[0]",
     "UNKNOWN_PROVINCE"},
};

static void
test_refusals (void **state)
{
  const RuleScope scope = {.path = "nodes", .on_organ = true, .place_known = place_known};
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    const Refusal *row = &refusals[i];
    Status status = rule_check (*state, make (*state, row->nodes, row->count), row->count, &scope);
    if (!status_failed (status))
      fail_msg ("row %zu: %s is not refused", i, row->reason);
    assert_int_equal (status.code, STATUS_INVALID_ARGUMENT);
    assert_int_equal (status.detail->violation_count, 1);
    assert_string_equal (status.detail->violations[0].field, row->field);
    assert_string_equal (status.detail->violations[0].reason, row->reason);
  }
}

/* Both wrong values of one rule are reported, and the path is the caller's. */
static void
test_all_problems_are_reported (void **state)
{
  const RuleScope scope = {.path = "organs[2].rule", .on_organ = false};
  const Node nodes[] = {{ANY, 3}, {EQUALS, 0, AGE, {"x"}}, {EQUALS, 0, COUNTRY, {"x"}}, {ADMITTED}};
  Status status = rule_check (*state, make (*state, nodes, 4), 4, &scope);
  assert_int_equal (status.detail->violation_count, 3);
  assert_string_equal (status.detail->violations[0].field, "organs[2].rule[1].values[0]");
  assert_string_equal (status.detail->violations[1].reason, "INVALID_COUNTRY");
  assert_string_equal (status.detail->violations[2].field, "organs[2].rule[3].op");
  assert_string_equal (status.detail->violations[2].reason, "NOT_AN_ORGAN");
}

/* A chain of NOTs of `depth` levels, the last a leaf. */
static Status
check_chain (void *owner, size_t depth)
{
  Node *nodes = memory_array (owner, Node, depth);
  for (size_t i = 0; i + 1 < depth; i++)
    nodes[i] = (Node){.op = NOT, .operands = 1};
  nodes[depth - 1].op = POSITION;
  const RuleScope scope = {.path = "nodes", .on_organ = true};
  return rule_check (owner, make (owner, nodes, depth), depth, &scope);
}

static void
test_limits (void **state)
{
  assert_false (status_failed (check_chain (*state, RULE_DEPTH_MAX)));
  Status status = check_chain (*state, RULE_DEPTH_MAX + 1);
  assert_string_equal (status.detail->violations[0].reason, "TOO_DEEP");
  assert_string_equal (status.detail->violations[0].field, "nodes[32]");
  assert_string_equal (check_chain (*state, 1000).detail->violations[0].reason, "TOO_DEEP");
  assert_string_equal (check_chain (*state, 1001).detail->violations[0].reason, "TOO_MANY_NODES");
}

static void
test_ten_thousand_towns (void **state)
{
  const Node node = {IN, 0, TAG, {"x"}};
  RuleNode **nodes = make (*state, &node, 1);
  nodes[0]->n_values = 10000;
  nodes[0]->values = memory_array (*state, const char *, 10000);
  for (size_t i = 0; i < 10000; i++)
    nodes[0]->values[i] = memory_format (*state, "tag %zu", i);
  const RuleScope scope = {.path = "nodes", .on_organ = true};
  Status status = rule_check (*state, nodes, 1, &scope);
  assert_string_equal (status.detail->violations[0].reason, "TOO_MANY_VALUES");
  nodes[0]->n_values = 1000;
  assert_false (status_failed (rule_check (*state, nodes, 1, &scope)));
}

static int
set_up (void **state)
{
  *state = memory_context (NULL);
  return 0;
}

static int
tear_down (void **state)
{
  talloc_free (*state);
  return 0;
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_refusals),
      cmocka_unit_test (test_all_problems_are_reported),
      cmocka_unit_test (test_limits),
      cmocka_unit_test (test_ten_thousand_towns),
  };
  return cmocka_run_group_tests (tests, set_up, tear_down);
}
