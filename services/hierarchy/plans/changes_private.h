/* Between the files that carry out changes. */
#ifndef HIERARCHY_CHANGES_PRIVATE_H
#define HIERARCHY_CHANGES_PRIVATE_H

#include "plans/changes.h"
#include "tree/places.h"

/* A change set that is being carried out. */
typedef struct ChangeSet {
  Call *call;
  Image *image;
  const ChangeOrder *order;
  PlaceCheck *places; /* that the rules of the set name */
  Symbols *persons;   /* of those that exceptions name: the known ones */
  const char *path;   /* of the change at hand: "changes[3]" */
} ChangeSet;

/* One change. `on` is its day. */
Status change_create (ChangeSet *set, const OrganChange *change, Day on) MUST_CHECK;
Status change_move (ChangeSet *set, const OrganChange *change, Day on) MUST_CHECK;
Status change_end (ChangeSet *set, const OrganChange *change, Day on) MUST_CHECK;
Status change_reopen (ChangeSet *set, const OrganChange *change, Day on) MUST_CHECK;
Status change_merge (ChangeSet *set, const OrganChange *change, Day on) MUST_CHECK;
Status change_split (ChangeSet *set, const OrganChange *change, Day on) MUST_CHECK;
Status change_rule (ChangeSet *set, const OrganChange *change, Day on) MUST_CHECK;
Status change_add_exception (ChangeSet *set, const OrganChange *change, Day on) MUST_CHECK;
Status change_end_exception (ChangeSet *set, const OrganChange *change, Day on) MUST_CHECK;

/* Refuses the change at hand; `field` within it: "parent". */
#define REFUSE(set, field, reason, ...)                                                                      \
  status_field ((set)->call, change_field (set, field), reason, __VA_ARGS__)
const char *change_field (const ChangeSet *set, const char *field);

/* The organ that `reference`, in a field of the change, names. REQUIRED, UNKNOWN_ORGAN. */
Status change_organ (ChangeSet *set, const char *field, const char *reference, uint32_t *organ) MUST_CHECK;

/* The same for one that is not the root. ROOT_FIXED. */
Status change_branch (ChangeSet *set, const char *field, const char *reference, uint32_t *organ) MUST_CHECK;

/* Adds an organ that begins on a day. REQUIRED, CODE_TAKEN. `part` leads to its fields: "" or "parts[1].". */
Status change_new_organ (ChangeSet *set, const char *part, const char *code, const char *name,
                         const char *kind, Day on, uint32_t *organ) MUST_CHECK;

/* Adds its first rule, if it has nodes. */
Status change_first_rule (ChangeSet *set, const char *part, RuleNode *const *nodes, size_t count,
                          uint32_t organ, Day on) MUST_CHECK;

/* Ends a life that is to end. NOT_ALIVE, END_ON_FIRST_DAY. */
Status change_end_life (ChangeSet *set, uint32_t organ, Day on) MUST_CHECK;

/* An edge in `window` has been added above the organ, or a life of it: CYCLE, TREE_TOO_DEEP, at `field`. */
Status change_check_above (ChangeSet *set, const char *field, uint32_t organ, Period window) MUST_CHECK;

#endif
