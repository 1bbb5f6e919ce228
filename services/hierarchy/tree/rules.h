/* Writing rule versions: what rules.c, types.c and organs.c share. */
#ifndef HIERARCHY_RULES_H
#define HIERARCHY_RULES_H

#include "engine/rule.h"
#include "tree/record.h"

/* A version that is about to be written. */
typedef struct RuleDraft {
  const char *rule_id;            /* NULL: a new one is made */
  const char *organ_id, *type_id; /* NULL for none */
  Day valid_from, valid_to;
  RuleNode **nodes;
  size_t count;
} RuleDraft;

/* Inserts versions; those of one rule do not overlap. */
Status rules_write (Call *call, const RuleDraft *drafts, size_t count) MUST_CHECK;

/* A rule as it is stored, and the same with its words; on the call. */
Bytes rules_pack (Call *call, RuleNode *const *nodes, size_t count);
const RecordContent *rules_content (Call *call, RuleNode *const *nodes, size_t count);

/* The nodes of a stored rule, on the call. */
Rule *rules_unpack (Call *call, Bytes nodes);

#endif
