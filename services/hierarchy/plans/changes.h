/* Carrying out a change set on an image: each change is valid on the result of those before it; the first
 * that is not refuses the set and is named by its place ("changes[3].parent") with its own reason. */
#ifndef HIERARCHY_CHANGES_H
#define HIERARCHY_CHANGES_H

#include "plans/image.h"

#include "heimo/hierarchy/v1/plan.pb-c.h"

enum {
  CHANGES_MAX = 5000,  /* of one set */
  TREE_DEPTH_MAX = 64, /* levels of a tree */
  PARTS_MIN = 2        /* of an organ that is split */
};

/* A change set with what it is carried out by. */
typedef struct ChangeOrder {
  const char *organisation_id;
  OrganChange *const *changes;
  size_t count;
  Symbols *created_codes;   /* organs that a preview has named already: their codes … */
  const char **created_ids; /* … and by symbol their ids; talloc array or NULL */
} ChangeOrder;

/* Carries it out in memory. The caller holds the lock of the model's row. Reasons of refusals:
 * TOO_MANY_CHANGES, REQUIRED, PAST_DATE, UNKNOWN_ORGAN, UNKNOWN_TYPE, UNKNOWN_PERSON, UNKNOWN_EXCEPTION,
 * UNKNOWN_PART, CODE_TAKEN, PARENT_NOT_IN_TREE, EDGE_OUTSIDE_LIFE, CYCLE, TREE_TOO_DEEP, ROOT_FIXED,
 * NOT_ALIVE, END_ON_FIRST_DAY, ALREADY_LIVES, NOT_ENDED, ALREADY_ENDED, MERGE_WITH_ITSELF,
 * MERGE_WITH_RELATIVE, TOO_FEW_PARTS, CHILD_UNASSIGNED, CHILD_ASSIGNED_TWICE, NOT_A_CHILD, EMPTY_PERIOD, and
 * those of rule_check. */
Status changes_carry_out (Call *call, const ChangeOrder *order, Image **image) MUST_CHECK;

/* Changes read from CSV, with the line of each. */
typedef struct ChangeFile {
  OrganChange **changes;
  uint64_t *lines;
  size_t count;
} ChangeFile;

/* Reads a change set from CSV; see PreviewChangeRequest.csv. Every bad row is a violation of "csv" with line
 * and column in the description: UNKNOWN_COLUMN, DUPLICATE_COLUMN, SURPLUS_COLUMN, UNKNOWN_CHANGE,
 * UNKNOWN_FIELD, TOO_LONG, TOO_MANY_CHANGES, EMPTY, faults of the form (csv.h), and what the validator says
 * of a change. */
Status change_file_read (Call *call, const char *csv, ChangeFile *file) MUST_CHECK;

/* Says of a refused change set ("changes[3].on") which line of the file it was. */
Status change_file_place (Call *call, const ChangeFile *file, Status status) MUST_CHECK;

#endif
