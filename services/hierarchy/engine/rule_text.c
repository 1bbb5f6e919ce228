/* A rule in English words, for lists and explanations. Deeper groups stand in brackets. */
#include "rule.h"

#include "core/memory.h"

#include <string.h>

enum { WORDS_VALUES_MAX = 12 }; /* of a long list; the rest is counted */

typedef struct FieldWords {
  const char *is;   /* before one value */
  const char *in;   /* before several */
  const char *from; /* before the ends of BETWEEN */
} FieldWords;

static const FieldWords field_words[] = {
    [RULE_FIELD__RULE_FIELD_POSTAL_CODE] = {"has postal code", "has one of the postal codes",
                                            "has a postal code"},
    [RULE_FIELD__RULE_FIELD_TOWN] = {"lives in", "lives in one of", ""},
    [RULE_FIELD__RULE_FIELD_MUNICIPALITY] = {"lives in municipality", "lives in one of the municipalities",
                                             ""},
    [RULE_FIELD__RULE_FIELD_PROVINCE] = {"lives in province", "lives in one of the provinces", ""},
    [RULE_FIELD__RULE_FIELD_COUNTRY] = {"lives in country", "lives in one of the countries", ""},
    [RULE_FIELD__RULE_FIELD_BIRTH_DATE] = {"was born on", "was born on one of", "was born"},
    [RULE_FIELD__RULE_FIELD_AGE] = {"is of age", "is of one of the ages", "is"},
    [RULE_FIELD__RULE_FIELD_TAG] = {"has tag", "has one of the tags", ""},
};

static const FieldWords subscription_words = {"has subscription", "has one of the subscriptions", ""};
static const FieldWords position_words = {"holds position", "holds one of the positions", ""};

static const FieldWords *
words_of (const RuleNode *node)
{
  if (node->op == RULE_OP__RULE_OP_SUBSCRIPTION)
    return &subscription_words;
  return node->op == RULE_OP__RULE_OP_POSITION ? &position_words : &field_words[node->field];
}

static void
add (char **text, const char *more)
{
  *text = memory_must (talloc_strdup_append_buffer (*text, more));
}

static void
add_values (char **text, const RuleNode *node)
{
  size_t shown = node->n_values > WORDS_VALUES_MAX ? WORDS_VALUES_MAX : node->n_values;
  for (size_t i = 0; i < shown; i++) {
    add (text, i == 0 ? " " : i + 1 == node->n_values ? " or " : ", ");
    add (text, node->values[i]);
  }
  if (shown < node->n_values)
    *text = memory_must (talloc_asprintf_append_buffer (*text, " and %zu more", node->n_values - shown));
}

static void
add_between (char **text, const RuleNode *node)
{
  const char *low = node->values[0], *high = node->values[1];
  bool age = node->field == RULE_FIELD__RULE_FIELD_AGE;
  const char *unit = age ? " years old" : "";
  const char *least = age ? "at least " : "from ", *most = age ? "at most " : "up to ";
  add (text, words_of (node)->from);
  if (*high == '\0')
    *text = memory_must (talloc_asprintf_append_buffer (*text, " %s%s%s", least, low, unit));
  else if (*low == '\0')
    *text = memory_must (talloc_asprintf_append_buffer (*text, " %s%s%s", most, high, unit));
  else
    *text = memory_must (
        talloc_asprintf_append_buffer (*text, age ? " %s to %s%s" : " from %s to %s%s", low, high, unit));
}

static void
add_leaf (char **text, const RuleNode *node)
{
  switch (node->op) {
  case RULE_OP__RULE_OP_BETWEEN: add_between (text, node); return;
  case RULE_OP__RULE_OP_ADMITTED:
    add (text, "is admitted to this organ");
    if (node->n_values != 0) {
      add (text, " as ");
      add (text, node->values[0]);
    }
    return;
  case RULE_OP__RULE_OP_POSITION:
    if (node->n_values == 0) {
      add (text, "holds a position");
      return;
    }
    break;
  default: break;
  }
  add (text, node->n_values == 1 ? words_of (node)->is : words_of (node)->in);
  add_values (text, node);
}

/* Appends the subtree at nodes[*at]; a group inside a group stands in brackets. */
static void
add_node (char **text, RuleNode *const *nodes, size_t *at, bool inside)
{
  const RuleNode *node = nodes[(*at)++];
  if (node->operands == 0) {
    add_leaf (text, node);
    return;
  }
  bool negates = node->op == RULE_OP__RULE_OP_NOT;
  bool bracket = node->operands > 1 && inside;
  if (negates)
    add (text, "not: ");
  if (bracket)
    add (text, "(");
  for (uint32_t i = 0; i < node->operands; i++) {
    if (i > 0)
      add (text, node->op == RULE_OP__RULE_OP_ALL ? " and " : " or ");
    add_node (text, nodes, at, node->operands > 1 || negates || inside);
  }
  if (bracket)
    add (text, ")");
}

char *
rule_text (void *owner, RuleNode *const *nodes, size_t count)
{
  char *text = memory_string (owner, "");
  size_t at = 0;
  if (count > 0)
    add_node (&text, nodes, &at, false);
  return text;
}

char *
rule_node_text (void *owner, const RuleNode *node)
{
  switch (node->op) {
  case RULE_OP__RULE_OP_ALL: return memory_string (owner, "all of");
  case RULE_OP__RULE_OP_ANY: return memory_string (owner, "at least one of");
  case RULE_OP__RULE_OP_NOT: return memory_string (owner, "not");
  default: {
    char *text = memory_string (owner, "");
    add_leaf (&text, node);
    return text;
  }
  }
}
