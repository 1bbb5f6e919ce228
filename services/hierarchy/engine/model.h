/* Model: everything the evaluator knows of a federation but its people: organisations, organs with their
 * lives, dated edges, types and rule versions, compiled into flat arrays and an index from facts to organs.
 *
 * Built once from rows (those known at the knowledge time asked about), then only read. It belongs to the
 * thread of its Symbols.
 *
 * The index answers "which organs below P can hold a person with these facts" without looking at the others.
 * For each organ a guard is worked out: a set of keys (kind, value) of which a person has at least one
 * whenever the organ, or an organ below it, can hold the person. Guards hold for all time: they only leave
 * out, the evaluator still asks lives, edges and rules of the day.
 */
#ifndef HIERARCHY_ENGINE_MODEL_H
#define HIERARCHY_ENGINE_MODEL_H

#include "rule.h"

/* Position of an organ in the model. */
typedef uint32_t OrganIndex;

#define ORGAN_NONE UINT32_MAX
#define TYPE_NONE UINT8_MAX

enum { MODEL_TYPES_MAX = 64 }; /* types of one organisation: they travel down the tree as bits of one word */

/* One version of a rule in force in a period. */
typedef struct ModelVersion {
  Symbol id;
  OrganIndex organ; /* ORGAN_NONE: the rule of a type */
  uint8_t type;     /* bit of the type within its organisation; TYPE_NONE: a general rule */
  uint32_t organisation;
  Period valid;
  Period known;  /* days at whose end it was believed, like that of every row */
  uint32_t rule; /* first condition in the book */
} ModelVersion;

/* An organ stands below `parent` in a period. */
typedef struct ModelEdge {
  OrganIndex child;
  OrganIndex parent;
  Period valid;
  Period known;
} ModelEdge;

/* A period in which an organ lives. */
typedef struct ModelLife {
  OrganIndex organ;
  Period valid;
  Period known;
} ModelLife;

/* A run of elements in one of the model's arrays. */
typedef struct Span {
  uint32_t first;
  uint32_t count;
} Span;

/* Children of an organ whose guard is a range of postal codes; sorted by low. */
typedef struct ModelRange {
  Symbol low;      /* SYMBOL_NONE: open */
  Symbol high;     /* SYMBOL_NONE: open */
  Symbol greatest; /* greatest high of this and all before; SYMBOL_NONE: open */
  OrganIndex parent;
  OrganIndex child;
} ModelRange;

/* One organ. */
typedef struct ModelOrgan {
  Symbol id;
  uint32_t organisation;
  Span lives;     /* by day */
  Span edges;     /* to its parents, by day */
  Span general;   /* versions of its general rule, by day */
  Span typed;     /* versions of its rules for types, by type and day */
  Span open;      /* children that must always be visited */
  Span ranges;    /* children with a range */
  uint32_t kinds; /* bit per FactKind: children are indexed by it */
} ModelOrgan;

/* One membership type. */
typedef struct ModelType {
  Symbol id;
  uint32_t organisation;
  Span versions; /* by day */
} ModelType;

/* How the days of an organisation are judged; same numbers as hierarchy.v1.DatingPolicy. */
typedef enum ModelPolicy {
  MODEL_ATTRIBUTE_DATED = 1, /* by everything known now */
  MODEL_EVALUATION_DATED = 2 /* each by what was known at its end */
} ModelPolicy;

/* One organisation; its root organ has the same id. */
typedef struct ModelOrganisation {
  Symbol id;
  ModelPolicy policy;
  Day *turns; /* days on which knowledge of its tree or rules changed, in order; talloc array */
  uint32_t turn_count;
  OrganIndex root;
  uint32_t types[MODEL_TYPES_MAX]; /* positions in Model.types, by bit */
  uint32_t type_count;
} ModelOrganisation;

/* Hash slot of the index: children of `parent` that ask for `value` of `kind`. */
typedef struct ModelSlot {
  OrganIndex parent; /* ORGAN_NONE: empty */
  uint32_t kind;
  uint32_t value;
  Span children;
} ModelSlot;

/* What is known now: later than every day on which anything was recorded. */
#define MODEL_NOW (DAY_MAX - 1)

/* Arrays are talloc arrays. Read-only after model_compile, but for `known`. */
typedef struct Model {
  Day known;    /* at the end of which day; see model_know */
  Period added; /* when rows that are added now were believed */
  Symbols *symbols;
  Rulebook *book;
  ModelOrganisation *organisations;
  uint32_t organisation_count;
  ModelOrgan *organs;
  uint32_t organ_count;
  ModelType *types;
  uint32_t type_count;
  ModelLife *lives;
  uint32_t life_count;
  ModelEdge *edges;
  uint32_t edge_count;
  ModelVersion *versions;
  uint32_t version_count;
  uint32_t *organ_of; /* by symbol: position + 1, or 0 */
  uint32_t *type_of;  /* by symbol: position + 1, or 0 */
  uint32_t symbol_count;
  ModelSlot *slots;
  uint32_t slot_mask;
  OrganIndex *children; /* what slots and organs' open spans point into */
  uint32_t child_count;
  ModelRange *ranges;
  uint32_t range_count;
} Model;

/* An empty model on `owner`. */
Model *model_new (void *owner, Symbols *symbols);

/* Rows that are added from now on were believed at the ends of these days; before the first call: always. A
 * model of what is known now needs none of this; one of everything ever known answers for each day of
 * knowledge. */
void model_believed (Model *model, Period known);

/* Adding, in this order: organisations, then organs and types, then the rest. Identifiers are symbols. False
 * when something named has not been added, or an organisation has too many types. */
bool model_add_organisation (Model *model, Symbol id);
bool model_add_organ (Model *model, Symbol id, Symbol organisation);
bool model_add_type (Model *model, Symbol id, Symbol organisation);
bool model_add_life (Model *model, Symbol organ, Period valid);
bool model_add_edge (Model *model, Symbol child, Symbol parent, Period valid);

/* The policy of an organisation that was added; without this ATTRIBUTE_DATED. */
void model_set_policy (Model *model, Symbol organisation, ModelPolicy policy);

/* Adds a version of a rule: of `organ`, of `type`, or of the organ for that type. No nodes: from then on no
 * rule, so nothing is added. The nodes have passed rule_check. */
bool model_add_version (Model *model, Symbol id, Symbol organ, Symbol type, Period valid,
                        RuleNode *const *nodes, size_t count);

/* From now on every answer is what was known at the end of `known`; MODEL_NOW for what is known now, as after
 * model_new. */
void model_know (Model *model, Day known);

/* Sorts and indexes. Call once, after everything is added. */
void model_compile (Model *model);

/* Builds the index; called by model_compile. */
void model_index (Model *model);

/* A fact of which a person must have some. */
typedef struct ModelKey {
  uint32_t kind;  /* FactKind */
  uint32_t value; /* a symbol; SYMBOL_NONE for any value (positions); for admissions the organ */
} ModelKey;

/* Postal codes between two ends, both included; SYMBOL_NONE: open. */
typedef struct ModelKeyRange {
  Symbol low, high;
} ModelKeyRange;

/* Whom an organ can hold by rules: nobody without one of the keys or ranges, unless it is open. */
typedef struct ModelGuard {
  bool open;
  ModelKey *keys; /* may repeat */
  uint32_t key_count;
  ModelKeyRange *ranges;
  uint32_t range_count;
} ModelGuard;

/* Whom any of the organs, or the organs below them, or any of the types can hold by rules, on any day. On
 * `owner`. Asks the model about other days of knowledge for a moment: nobody else may use it meanwhile. */
ModelGuard model_guard (void *owner, Model *model, const OrganIndex *organs, uint32_t organ_count,
                        const uint32_t *types, uint32_t type_count);

/* Position of an organ or a type; ORGAN_NONE when the model does not have it. */
OrganIndex model_organ (const Model *model, Symbol id);
uint32_t model_type (const Model *model, Symbol id);

/* The bit of a type within its organisation. */
uint8_t model_type_bit (const Model *model, uint32_t type);

/* Children of `parent` indexed under (kind, value). */
Span model_lookup (const Model *model, OrganIndex parent, uint32_t kind, uint32_t value);

/* True when the organ lives on `day`. Lowers `until` to the first later day on which that may change. */
bool model_lives (const Model *model, OrganIndex organ, Day day, Day *until);

/* The organ above on `day`, or ORGAN_NONE; lowers `until`. */
OrganIndex model_parent (const Model *model, OrganIndex organ, Day day, Day *until);

/* The version in a span (of one rule) in force on `day`, or NULL; lowers `until`. */
const ModelVersion *model_version (const Model *model, Span versions, Day day, Day *until);

/* True when the version is in force on `day`. */
bool model_in_force (const Model *model, const ModelVersion *version, Day day);

/* True when the organ and every organ above it live, up to its root. Lowers `until`. */
bool model_in_tree (const Model *model, OrganIndex organ, Day day, Day *until);

#endif
