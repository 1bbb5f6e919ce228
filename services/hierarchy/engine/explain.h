/* Explain: why a person is a member of an organ on a day, or why not: the conditions with their truth, the
 * facts that decided, and what the period rests on over time. Words are made by the caller, who has the rules
 * as written and the names. */
#ifndef HIERARCHY_ENGINE_EXPLAIN_H
#define HIERARCHY_ENGINE_EXPLAIN_H

#include "dating.h"

/* What is asked. The organ and the type belong to one organisation of the model. */
typedef struct ExplainQuestion {
  History history;
  const KnownPerson *person;
  Symbol organ;
  Symbol type;
  Day day;
  Day known; /* as known at the end of this day; MODEL_NOW: now */
} ExplainQuestion;

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

/* Where an organ stands on the day. */
typedef enum ExplainTree {
  EXPLAIN_IN_TREE,
  EXPLAIN_BEGINS,   /* its first life begins later */
  EXPLAIN_ENDED,    /* its last life has ended */
  EXPLAIN_CLOSED,   /* between two lives */
  EXPLAIN_NO_PLACE, /* it lives, but stands below no organ */
  EXPLAIN_UNKNOWN   /* no life of it is on record */
} ExplainTree;

/* Days of a period that rest on the same. */
typedef struct ExplainStretch {
  Period valid;
  Origin origin;
  Symbol below;   /* as in ExplainResult */
  uint32_t basis; /* first of `basis_count` in ExplainResult.bases: rule versions, the organ's own first and
                     the type's last; for an exception its position in the person's exceptions */
  uint32_t basis_count;
} ExplainStretch;

#define EXPLAIN_NO_EXCEPTION UINT32_MAX

typedef struct ExplainResult {
  bool member;
  ExplainTree tree;
  Symbol outside; /* not in the tree: the organ that is not there, itself or one above */
  Day turn;       /* the day on which it begins or opens again; its last day when it has ended */
  Origin origin;  /* of a member */
  Period valid;   /* of a member: the period that holds the day */
  Symbol
      below; /* origin BELOW, or EXCEPTION of an organ below: the nearest organ that has the person itself */
  uint32_t exception; /* origin EXCEPTION: position in the person's exceptions, else EXPLAIN_NO_EXCEPTION */
  ExplainLine *lines; /* of a member through an organ below, those of that organ; talloc array */
  uint32_t line_count;
  uint32_t *facts; /* positions in the person's facts; talloc array */
  uint32_t fact_count;
  ExplainStretch *stretches; /* of a member: the whole period; talloc array */
  uint32_t stretch_count;
  uint32_t *bases; /* talloc array */
  uint32_t base_count;
} ExplainResult;

/* Explains (organ, type, day) for a person. Owned by `owner`. */
ExplainResult *explain (void *owner, const ExplainQuestion *question);

/* The type of the organ's organisation by which the person is a member of the organ on the day; SYMBOL_NONE
 * without. */
Symbol explain_type (const ExplainQuestion *question);

#endif
