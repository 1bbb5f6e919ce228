/* A small world for tests: written down as rows, then compiled into a model. Organs and types are named by
 * text. */
#ifndef TEST_HIERARCHY_WORLD_H
#define TEST_HIERARCHY_WORLD_H

#include "services/hierarchy/engine/explain.h"

enum { WORLD_ORGANS = 16, WORLD_TYPES = 3, WORLD_ROWS = 64, WORLD_NODES = 12, WORLD_VALUES = 4 };

/* A rule as nodes, with room for its texts' pointers. */
typedef struct WorldRule {
  RuleNode nodes[WORLD_NODES];
  RuleNode *pointers[WORLD_NODES];
  const char *values[WORLD_NODES][WORLD_VALUES];
  size_t count;
} WorldRule;

typedef struct WorldLife {
  const char *organ;
  Period valid;
} WorldLife;

typedef struct WorldEdge {
  const char *child, *parent;
  Period valid;
} WorldEdge;

typedef struct WorldVersion {
  const char *organ, *type; /* NULL for none */
  Period valid;
  WorldRule rule;
} WorldVersion;

typedef struct WorldFact {
  FactKind kind;
  const char *value; /* the birth date as a day */
  const char *organ;
  Period valid;
} WorldFact;

typedef struct WorldException {
  const char *organ, *type;
  Period valid;
} WorldException;

/* One organisation, whose root is organs[0], and one person. */
typedef struct World {
  const char *organs[WORLD_ORGANS];
  size_t organ_count;
  const char *types[WORLD_TYPES];
  size_t type_count;
  WorldLife lives[WORLD_ROWS];
  size_t life_count;
  WorldEdge edges[WORLD_ROWS];
  size_t edge_count;
  WorldVersion versions[WORLD_ROWS];
  size_t version_count;
  WorldFact facts[WORLD_ROWS];
  size_t fact_count;
  WorldException exceptions[WORLD_ROWS];
  size_t exception_count;
} World;

/* "2026-03-01" as a day; "" or NULL is DAY_MIN / DAY_MAX for a period's ends. */
Day day_of (const char *text);
Period period_of (const char *from, const char *to);

/* Writing a world down. */
World *world_new (void *owner);
void world_organ (World *world, const char *organ, const char *parent, const char *from, const char *to);
void world_type (World *world, const char *type);
void world_fact (World *world, FactKind kind, const char *value, const char *organ, const char *from,
                 const char *to);
void world_exception (World *world, const char *organ, const char *type, const char *from, const char *to);

/* Adds a version; its rule is filled by rule_add. */
WorldRule *world_rule (World *world, const char *organ, const char *type, const char *from, const char *to);

/* Appends a node; values up to the first NULL. */
void rule_add (WorldRule *rule, RuleOp op, uint32_t operands, RuleField field, const char *first,
               const char *second);
void rule_value (WorldRule *rule, const char *value);

/* The compiled world. */
typedef struct CompiledWorld {
  Symbols *symbols;
  Model *model;
  Evaluator *evaluator;
  PersonRecord person;
  Periods *periods; /* what the engine derives */
} CompiledWorld;

CompiledWorld *world_compile (void *owner, const World *world);

/* Explains by what is known now. */
ExplainResult *compiled_explain (void *owner, const CompiledWorld *compiled, const char *organ,
                                 const char *type, Day day);

/* The period of (organ, type) that holds a day, or NULL. */
const MembershipPeriod *compiled_find (const CompiledWorld *compiled, const char *organ, const char *type,
                                       Day day);

#endif
