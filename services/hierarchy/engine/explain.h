/* Explain: why a person is a member of an organ on a day, or why not: the conditions with their truth and the
 * facts that decided. Words are made by the caller, who has the rules as written and the names. */
#ifndef HIERARCHY_ENGINE_EXPLAIN_H
#define HIERARCHY_ENGINE_EXPLAIN_H

#include "evaluate.h"

typedef enum ExplainKind {
  EXPLAIN_TYPE,     /* the rule of the type */
  EXPLAIN_ORGAN,    /* a rule of the organ or of one above it */
  EXPLAIN_CONDITION /* one node of the rule above it in the list */
} ExplainKind;

/* One line, in preorder: a rule, then its conditions one level deeper. */
typedef struct ExplainLine {
  uint32_t depth;
  ExplainKind kind;
  bool holds;
  Symbol organ;   /* that carries the rule; SYMBOL_NONE for the type's */
  Symbol version; /* SYMBOL_NONE: no rule in force */
  Period version_valid;
  uint32_t node; /* for conditions: position in the rule as written */
  uint32_t fact; /* first of `fact_count` in ExplainResult.facts */
  uint32_t fact_count;
} ExplainLine;

/* Where the organ stands on the day. */
typedef enum ExplainTree {
  EXPLAIN_IN_TREE,
  EXPLAIN_NOT_IN_TREE /* it or an organ above it does not live */
} ExplainTree;

typedef struct ExplainResult {
  bool member;
  ExplainTree tree;
  Origin origin; /* of a member */
  Period valid;  /* of a member: the period that holds the day */
  Symbol
      below; /* origin BELOW, or EXCEPTION of an organ below: the nearest organ that has the person itself */
  ExplainLine *lines; /* talloc array */
  uint32_t line_count;
  uint32_t *facts; /* positions in the person's facts; talloc array */
  uint32_t fact_count;
} ExplainResult;

/* Explains (organ, type, day) for a person. Owned by `owner`. The organ and the type belong to one
 * organisation of the evaluator's model. */
ExplainResult *explain (void *owner, Evaluator *evaluator, const PersonRecord *person, Symbol organ,
                        Symbol type, Day day);

#endif
