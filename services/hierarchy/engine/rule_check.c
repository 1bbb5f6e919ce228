/* Checking a rule where it comes in: shape first (the list must be exactly one tree), then each node by its
 * row in the table of operations. Every problem is reported with its path; the shape stops at the first. */
#include "rule.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

/* What an operation takes. */
typedef enum Arity {
  ARITY_NONE, /* a leaf */
  ARITY_ONE,
  ARITY_SOME
} Arity;

typedef struct OpRow {
  Arity operands;
  bool compares; /* asks about a field */
  uint16_t values_least;
  uint16_t values_most;
} OpRow;

static const OpRow op_rows[] = {
    [RULE_OP__RULE_OP_ALL] = {ARITY_SOME, false, 0, 0},
    [RULE_OP__RULE_OP_ANY] = {ARITY_SOME, false, 0, 0},
    [RULE_OP__RULE_OP_NOT] = {ARITY_ONE, false, 0, 0},
    [RULE_OP__RULE_OP_EQUALS] = {ARITY_NONE, true, 1, 1},
    [RULE_OP__RULE_OP_IN] = {ARITY_NONE, true, 1, RULE_VALUES_MAX},
    [RULE_OP__RULE_OP_BETWEEN] = {ARITY_NONE, true, 2, 2},
    [RULE_OP__RULE_OP_SUBSCRIPTION] = {ARITY_NONE, false, 1, 1},
    [RULE_OP__RULE_OP_ADMITTED] = {ARITY_NONE, false, 0, 1},
    [RULE_OP__RULE_OP_POSITION] = {ARITY_NONE, false, 0, RULE_VALUES_MAX},
};

typedef struct FieldRow {
  const char *unknown; /* reason for a place the gazetteer does not know; NULL when it is not a place */
  bool ordered;        /* BETWEEN makes sense */
} FieldRow;

static const FieldRow field_rows[] = {
    [RULE_FIELD__RULE_FIELD_POSTAL_CODE] = {"UNKNOWN_POSTAL_CODE", true},
    [RULE_FIELD__RULE_FIELD_TOWN] = {"UNKNOWN_TOWN", false},
    [RULE_FIELD__RULE_FIELD_MUNICIPALITY] = {"UNKNOWN_MUNICIPALITY", false},
    [RULE_FIELD__RULE_FIELD_PROVINCE] = {"UNKNOWN_PROVINCE", false},
    [RULE_FIELD__RULE_FIELD_COUNTRY] = {NULL, false},
    [RULE_FIELD__RULE_FIELD_BIRTH_DATE] = {NULL, true},
    [RULE_FIELD__RULE_FIELD_AGE] = {NULL, true},
    [RULE_FIELD__RULE_FIELD_TAG] = {NULL, false},
};

enum { VIOLATIONS_MAX = 100 };

typedef struct Check {
  void *owner;
  RuleNode *const *nodes;
  size_t count;
  const RuleScope *scope;
  Status status;
} Check;

static size_t
violation_count (const Check *check)
{
  return status_failed (check->status) ? check->status.detail->violation_count : 0;
}

/* A problem of a node, or of a member of it when `member` is not empty. */
static void
refuse (Check *check, size_t index, const char *member, const char *reason, const char *description)
{
  if (violation_count (check) >= VIOLATIONS_MAX)
    return;
  char *path = memory_format (check->owner, "%s[%zu]%s%s", check->scope->path, index,
                              *member == '\0' ? "" : ".", member);
  status_add_violation (&check->status, check->owner, path, reason, "%s", description);
}

static void
refuse_value (Check *check, size_t index, size_t value, const char *reason, const char *description)
{
  char member[32];
  snprintf (member, sizeof member, "values[%zu]", value);
  refuse (check, index, member, reason, description);
}

static const OpRow *
op_row (const RuleNode *node)
{
  size_t op = (size_t)node->op;
  return op != 0 && op < sizeof op_rows / sizeof *op_rows ? &op_rows[op] : NULL;
}

static const FieldRow *
field_row (const RuleNode *node)
{
  size_t field = (size_t)node->field;
  return field != 0 && field < sizeof field_rows / sizeof *field_rows ? &field_rows[field] : NULL;
}

/* Whether the operand count of a node is what its operation takes. */
static bool
check_operands (Check *check, size_t index)
{
  const RuleNode *node = check->nodes[index];
  const OpRow *row = op_row (node);
  if (row == NULL)
    refuse (check, index, "op", "UNKNOWN_OPERATION", "There is no such operation");
  else if (row->operands == ARITY_NONE && node->operands != 0)
    refuse (check, index, "operands", "OPERANDS", "This operation takes no operands");
  else if (row->operands == ARITY_ONE && node->operands != 1)
    refuse (check, index, "operands", "OPERANDS", "This operation takes exactly one operand");
  else if (row->operands == ARITY_SOME && node->operands == 0)
    refuse (check, index, "operands", "EMPTY", "This operation takes at least one operand");
  else
    return true;
  return false;
}

/* Whether the list is exactly one tree: counts what each open level still waits for. */
static bool
check_shape (Check *check)
{
  uint32_t waiting[RULE_DEPTH_MAX + 1] = {1};
  size_t depth = 0;
  for (size_t i = 0; i < check->count; i++) {
    while (depth > 0 && waiting[depth] == 0)
      depth--;
    if (waiting[depth] == 0) {
      refuse (check, i, "", "SURPLUS_NODE", "The rule has ended before this node");
      return false;
    }
    if (depth >= RULE_DEPTH_MAX) {
      refuse (check, i, "", "TOO_DEEP", "A rule has at most 32 levels");
      return false;
    }
    if (!check_operands (check, i))
      return false;
    waiting[depth]--;
    waiting[++depth] = check->nodes[i]->operands;
  }
  for (; depth > 0; depth--)
    if (waiting[depth] != 0)
      break;
  if (waiting[depth] == 0)
    return true;
  refuse (check, check->count - 1, "", "MISSING_OPERAND", "The list ends before the rule does");
  return false;
}

static bool
is_age (const char *text)
{
  size_t length = strlen (text);
  return length >= 1 && length <= 3 && strspn (text, "0123456789") == length &&
         strtol (text, NULL, 10) <= RULE_AGE_MAX;
}

static bool
is_country (const char *text)
{
  return strlen (text) == 2 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z';
}

static void
check_field_value (Check *check, size_t index, size_t value)
{
  const RuleNode *node = check->nodes[index];
  const char *text = node->values[value];
  const RuleScope *scope = check->scope;
  Day day;
  switch (node->field) {
  case RULE_FIELD__RULE_FIELD_BIRTH_DATE:
    if (day_parse (text, &day) != DAY_OK)
      refuse_value (check, index, value, "INVALID_DATE", "Is not a day such as 2011-05-09");
    return;
  case RULE_FIELD__RULE_FIELD_AGE:
    if (!is_age (text))
      refuse_value (check, index, value, "INVALID_AGE", "Is not a number of years from 0 to 150");
    return;
  case RULE_FIELD__RULE_FIELD_COUNTRY:
    if (!is_country (text))
      refuse_value (check, index, value, "INVALID_COUNTRY", "Is not a country code such as FI");
    return;
  default: break;
  }
  if (node->op == RULE_OP__RULE_OP_BETWEEN) {
    if (strlen (text) > 16)
      refuse_value (check, index, value, "INVALID_POSTAL_CODE", "Is longer than a postal code can be");
    return;
  }
  const char *unknown = field_row (node)->unknown;
  if (unknown != NULL && scope->place_known != NULL &&
      !scope->place_known (scope->context, node->field, text))
    refuse_value (check, index, value, unknown, "Is not in the gazetteer");
}

/* The ends of BETWEEN, each fine by itself: at least one is there, and they are the right way round. */
static void
check_ends (Check *check, size_t index)
{
  const RuleNode *node = check->nodes[index];
  const char *low = node->values[0], *high = node->values[1];
  if (*low == '\0' && *high == '\0')
    refuse (check, index, "values", "BOTH_ENDS_OPEN", "At least one end must be given");
  if (*low == '\0' || *high == '\0')
    return;
  bool reversed = node->field == RULE_FIELD__RULE_FIELD_AGE ? strtol (low, NULL, 10) > strtol (high, NULL, 10)
                                                            : strcmp (low, high) > 0;
  if (reversed)
    refuse_value (check, index, 1, "REVERSED", "The second end comes before the first");
}

/* Sorts pointers to the values by text, then by place. */
static int
compare_texts (const void *left, const void *right)
{
  const char *const *a = *(const char *const *const *)left, *const *b = *(const char *const *const *)right;
  int order = strcmp (*a, *b);
  return order != 0 ? order : (a > b) - (a < b);
}

/* A duplicate stands beside its first when sorted, and is named by its place. */
static void
check_duplicates (Check *check, size_t index)
{
  const RuleNode *node = check->nodes[index];
  const char ***sorted = memory_array (check->owner, const char **, node->n_values);
  for (size_t i = 0; i < node->n_values; i++)
    sorted[i] = &node->values[i];
  qsort (sorted, node->n_values, sizeof *sorted, compare_texts);
  for (size_t i = 1; i < node->n_values; i++)
    if (strcmp (*sorted[i - 1], *sorted[i]) == 0)
      refuse_value (check, index, (size_t)(sorted[i] - node->values), "DUPLICATE_VALUE", "Is given twice");
  talloc_free (sorted);
}

static void
check_values (Check *check, size_t index, const OpRow *row)
{
  const RuleNode *node = check->nodes[index];
  bool between = node->op == RULE_OP__RULE_OP_BETWEEN;
  if (node->n_values < row->values_least && row->values_least == 1) {
    refuse (check, index, "values", "EMPTY", "At least one value is needed");
    return;
  }
  if (node->n_values < row->values_least || node->n_values > row->values_most) {
    refuse (check, index, "values", node->n_values > RULE_VALUES_MAX ? "TOO_MANY_VALUES" : "VALUES",
            "This operation takes another number of values");
    return;
  }
  size_t before = violation_count (check);
  for (size_t i = 0; i < node->n_values; i++) {
    if (*node->values[i] == '\0') {
      if (!between)
        refuse_value (check, index, i, "EMPTY_VALUE", "Is empty");
    } else if (strlen (node->values[i]) > RULE_VALUE_MAX) {
      refuse_value (check, index, i, "TOO_LONG", "Is longer than 100 bytes");
    } else if (row->compares) {
      check_field_value (check, index, i);
    }
  }
  if (between && violation_count (check) == before)
    check_ends (check, index);
  else if (!between && node->n_values > 1)
    check_duplicates (check, index);
}

static void
check_node (Check *check, size_t index)
{
  const RuleNode *node = check->nodes[index];
  const OpRow *row = op_row (node);
  const FieldRow *field = field_row (node);
  if (row->compares && node->field == 0)
    refuse (check, index, "field", "FIELD_REQUIRED", "This operation compares a field");
  else if (node->field != 0 && field == NULL)
    refuse (check, index, "field", "UNKNOWN_FIELD", "There is no such field");
  else if (!row->compares && node->field != 0)
    refuse (check, index, "field", "FIELD_NOT_ALLOWED", "This operation compares no field");
  else if (node->op == RULE_OP__RULE_OP_BETWEEN && !field->ordered)
    refuse (check, index, "field", "FIELD_NOT_ALLOWED", "This field has no order");
  else if (node->op == RULE_OP__RULE_OP_ADMITTED && !check->scope->on_organ)
    refuse (check, index, "op", "NOT_AN_ORGAN", "The rule of a type has no organ to be admitted to");
  else
    check_values (check, index, row);
}

Status
rule_check (void *owner, RuleNode *const *nodes, size_t count, const RuleScope *scope)
{
  Check check = {.owner = owner, .nodes = nodes, .count = count, .scope = scope, .status = STATUS_SUCCESS};
  if (count == 0)
    return STATUS_SUCCESS;
  if (count > RULE_NODES_MAX) {
    status_add_violation (&check.status, owner, scope->path, "TOO_MANY_NODES",
                          "A rule has at most 1,000 nodes");
    return check.status;
  }
  if (!check_shape (&check))
    return check.status;
  for (size_t i = 0; i < count; i++)
    check_node (&check, i);
  return check.status;
}
