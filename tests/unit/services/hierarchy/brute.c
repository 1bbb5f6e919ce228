#include "brute.h"

#include <stdlib.h>
#include <string.h>

static bool
same (const char *left, const char *right)
{
  return left != NULL && right != NULL && strcmp (left, right) == 0;
}

static const char *
parent_of (const World *world, const char *organ, Day day)
{
  for (size_t i = 0; i < world->edge_count; i++)
    if (same (world->edges[i].child, organ) && period_holds (world->edges[i].valid, day))
      return world->edges[i].parent;
  return NULL;
}

static bool
in_tree (const World *world, const char *organ, Day day, int steps)
{
  bool lives = false;
  for (size_t i = 0; i < world->life_count; i++)
    lives |= same (world->lives[i].organ, organ) && period_holds (world->lives[i].valid, day);
  if (!lives || steps > WORLD_ORGANS)
    return false;
  if (same (organ, world->organs[0]))
    return true;
  const char *parent = parent_of (world, organ, day);
  return parent != NULL && in_tree (world, parent, day, steps + 1);
}

static int
full_years (const char *birth_text, Day day)
{
  int birth_year, birth_month, birth_day, year, month, day_of_month;
  day_to_civil (day_of (birth_text), &birth_year, &birth_month, &birth_day);
  day_to_civil (day, &year, &month, &day_of_month);
  int years = year - birth_year;
  return month * 100 + day_of_month < birth_month * 100 + birth_day ? years - 1 : years;
}

static FactKind
kind_asked (const RuleNode *node)
{
  static const FactKind kinds[] = {0,
                                   FACT_KIND__FACT_KIND_POSTAL_CODE,
                                   FACT_KIND__FACT_KIND_TOWN,
                                   FACT_KIND__FACT_KIND_MUNICIPALITY,
                                   FACT_KIND__FACT_KIND_PROVINCE,
                                   FACT_KIND__FACT_KIND_COUNTRY,
                                   FACT_KIND__FACT_KIND_BIRTH_DATE,
                                   FACT_KIND__FACT_KIND_BIRTH_DATE,
                                   FACT_KIND__FACT_KIND_TAG};
  if (node->op == RULE_OP__RULE_OP_SUBSCRIPTION)
    return FACT_KIND__FACT_KIND_SUBSCRIPTION;
  if (node->op == RULE_OP__RULE_OP_ADMITTED)
    return FACT_KIND__FACT_KIND_ADMISSION;
  return node->op == RULE_OP__RULE_OP_POSITION ? FACT_KIND__FACT_KIND_POSITION : kinds[node->field];
}

static bool
fact_fits (const RuleNode *node, const WorldFact *fact, const char *organ, Day day)
{
  bool age = node->field == RULE_FIELD__RULE_FIELD_AGE;
  int years = age ? full_years (fact->value, day) : 0;
  if (age && years < 0)
    return false;
  if (node->op == RULE_OP__RULE_OP_ADMITTED)
    return same (fact->organ, organ) && (node->n_values == 0 || same (node->values[0], fact->value));
  if (node->op == RULE_OP__RULE_OP_BETWEEN && age)
    return (*node->values[0] == '\0' || atoi (node->values[0]) <= years) &&
           (*node->values[1] == '\0' || years <= atoi (node->values[1]));
  if (node->op == RULE_OP__RULE_OP_BETWEEN)
    return (*node->values[0] == '\0' || strcmp (node->values[0], fact->value) <= 0) &&
           (*node->values[1] == '\0' || strcmp (fact->value, node->values[1]) <= 0);
  for (size_t i = 0; i < node->n_values; i++)
    if (age ? atoi (node->values[i]) == years : same (node->values[i], fact->value))
      return true;
  return node->op == RULE_OP__RULE_OP_POSITION && node->n_values == 0;
}

static bool
holds (const World *world, const WorldVersion *version, size_t *at, Day day)
{
  RuleNode node = version->rule.nodes[*at];
  (*at)++;
  if (node.operands > 0) {
    uint32_t true_count = 0;
    for (uint32_t i = 0; i < node.operands; i++)
      true_count += holds (world, version, at, day);
    return node.op == RULE_OP__RULE_OP_ALL   ? true_count == node.operands
           : node.op == RULE_OP__RULE_OP_ANY ? true_count > 0
                                             : true_count == 0;
  }
  for (size_t i = 0; i < world->fact_count; i++)
    if (world->facts[i].kind == kind_asked (&node) && period_holds (world->facts[i].valid, day) &&
        fact_fits (&node, &world->facts[i], version->organ, day))
      return true;
  return false;
}

/* -1 no rule in force, 0 fails, 1 holds. */
static int
rule_state (const World *world, const char *organ, const char *type, Day day)
{
  for (size_t i = 0; i < world->version_count; i++) {
    const WorldVersion *version = &world->versions[i];
    if ((version->organ == NULL) != (organ == NULL) || (version->type == NULL) != (type == NULL) ||
        (organ != NULL && !same (version->organ, organ)) || (type != NULL && !same (version->type, type)) ||
        !period_holds (version->valid, day))
      continue;
    size_t at = 0;
    return holds (world, version, &at, day);
  }
  return -1;
}

static bool
eligible (const World *world, const char *organ, const char *type, Day day)
{
  if (rule_state (world, NULL, type, day) != 1)
    return false;
  for (; organ != NULL; organ = parent_of (world, organ, day))
    if (rule_state (world, organ, NULL, day) == 0 || rule_state (world, organ, type, day) == 0)
      return false;
  return true;
}

int
brute_member (const World *world, const char *organ, const char *type, Day day)
{
  if (!in_tree (world, organ, day, 0))
    return 0;
  bool own = rule_state (world, organ, NULL, day) >= 0 || rule_state (world, organ, type, day) >= 0;
  if (own && eligible (world, organ, type, day))
    return ORIGIN_RULE;
  int origin = 0;
  for (size_t i = 0; i < world->exception_count; i++)
    if (same (world->exceptions[i].organ, organ) && same (world->exceptions[i].type, type) &&
        period_holds (world->exceptions[i].valid, day))
      origin = ORIGIN_EXCEPTION;
  for (size_t i = 0; i < world->organ_count; i++) {
    const char *child = world->organs[i];
    int below = same (parent_of (world, child, day), organ) ? brute_member (world, child, type, day) : 0;
    if (below == ORIGIN_RULE || below == ORIGIN_BELOW)
      return ORIGIN_BELOW;
    if (below == ORIGIN_EXCEPTION)
      origin = ORIGIN_EXCEPTION;
  }
  return origin;
}
