/* Rules: checked where they come in, compiled where they are used.
 *
 * A rule arrives as RuleNodes in preorder (rule.proto). Compiled it is a run of Conditions in one array of
 * the model, each knowing where its subtree ends, its values as sorted numbers in a second array.
 */
#ifndef HIERARCHY_ENGINE_RULE_H
#define HIERARCHY_ENGINE_RULE_H

#include "core/status.h"
#include "facts.h"

#include "heimo/hierarchy/v1/rule.pb-c.h"

#include <stdint.h>

enum {
  RULE_NODES_MAX = 1000,  /* nodes in a rule */
  RULE_DEPTH_MAX = 32,    /* levels */
  RULE_VALUES_MAX = 1000, /* values of a node */
  RULE_VALUE_MAX = 100,   /* bytes of a value */
  RULE_AGE_MAX = 150      /* years */
};

/* Answers whether a place is known by the federation's gazetteer. */
typedef bool (*RulePlaceKnown) (void *context, RuleField field, const char *value);

/* What a rule is checked against. */
typedef struct RuleScope {
  const char *path;           /* of the list in the request: "nodes", "organs[2].rule" */
  bool on_organ;              /* false for the rule of a type, which cannot ask for "this organ" */
  RulePlaceKnown place_known; /* NULL: every place is */
  void *context;              /* for place_known */
} RuleScope;

/* Checks a rule; an empty list is fine. Every problem (at most 100) is a violation with the path of the node
 * or value and its own reason: UNKNOWN_OPERATION, UNKNOWN_FIELD, FIELD_NOT_ALLOWED, FIELD_REQUIRED, OPERANDS,
 * EMPTY, TOO_FEW_OPERANDS, TOO_MANY_NODES, TOO_DEEP, MISSING_OPERAND, SURPLUS_NODE, VALUES, TOO_MANY_VALUES,
 * EMPTY_VALUE, TOO_LONG, DUPLICATE_VALUE, BOTH_ENDS_OPEN, REVERSED, INVALID_DATE, INVALID_AGE,
 * INVALID_COUNTRY, INVALID_POSTAL_CODE, UNKNOWN_POSTAL_CODE, UNKNOWN_TOWN, UNKNOWN_MUNICIPALITY,
 * UNKNOWN_PROVINCE, NOT_AN_ORGAN. */
Status rule_check (void *owner, RuleNode *const *nodes, size_t count, const RuleScope *scope) MUST_CHECK;

/* One node, compiled. */
typedef struct Condition {
  uint8_t op;    /* RuleOp */
  uint8_t field; /* RuleField */
  uint8_t kind;  /* FactKind that is looked at; 0 for ALL, ANY, NOT */
  uint16_t operands;
  uint32_t end;   /* index after the last condition of its subtree */
  uint32_t first; /* of its values */
  uint32_t count; /* of its values; sorted, except BETWEEN: low, high */
} Condition;

/* All compiled rules of a model. */
typedef struct Rulebook {
  Symbols *symbols;
  Condition *conditions; /* talloc array */
  uint32_t condition_count;
  uint32_t *values; /* talloc array: symbols, days or years */
  uint32_t value_count;
} Rulebook;

/* An empty book on `owner`. */
Rulebook *rulebook_new (void *owner, Symbols *symbols);

/* Compiles a rule that has passed rule_check and appends it. Returns the index of its first condition; the
 * rule ends where that condition's `end` says. `organ` carries the rule; SYMBOL_NONE for a type. At least one
 * node. */
uint32_t rulebook_add (Rulebook *book, RuleNode *const *nodes, size_t count, Symbol organ);

/* The facts that hold on one day, by kind. */
typedef struct DayFacts {
  Day day;
  const PersonFact *facts[FACT_KINDS]; /* `count[kind]` of them */
  uint32_t count[FACT_KINDS];
} DayFacts;

/* True when the rule whose first condition is `first` holds. `until` is lowered to the first later day on
 * which a birthday may change the answer; the facts are taken to hold until then. */
bool rule_holds (const Rulebook *book, uint32_t first, const DayFacts *facts, Day *until);

/* True when one fact by itself satisfies a condition without operands on `day`. */
bool rule_fact_satisfies (const Rulebook *book, const Condition *condition, const PersonFact *fact, Day day);

/* The fact kind a field of a rule looks at; 0 for none. */
FactKind rule_field_kind (RuleField field);

#endif
