/* Writing dated rows: organs with their lives, edges, rule versions and exceptions. All rows of one kind are
 * written by one statement; what was known is superseded, never edited. Everything is recorded at call->now.
 */
#ifndef HIERARCHY_RECORD_H
#define HIERARCHY_RECORD_H

#include "engine/facts.h"
#include "hierarchy.h"

/* The kinds of dated rows. */
typedef enum RecordKind { RECORD_LIFE, RECORD_EDGE, RECORD_RULE, RECORD_EXCEPTION, RECORD_KINDS } RecordKind;

/* What a row says beside its period; rows that continue each other share it. */
typedef struct RecordContent {
  Bytes nodes;           /* rule: a packed Rule with its nodes */
  const char *person_id; /* exception */
  const char *reason;
  const char *author; /* NULL: who records it */
} RecordContent;

/* A row that is about to be written. */
typedef struct RecordRow {
  const char *id;       /* NULL: a new one is made */
  const char *organ_id; /* NULL: the rule of a type */
  const char *other_id; /* edge: the parent; rule and exception: the type, NULL for none */
  Period valid;
  const char *plan_id; /* that records it; NULL for none */
  bool carried;        /* edge: goes on with what stood on record on its first day */
  bool ended;          /* life: a change has ended it, not the beginning of the next one */
  const RecordContent *content;
} RecordRow;

/* An organ that is about to be written. */
typedef struct RecordOrgan {
  const char *organ_id, *code, *name, *kind;
} RecordOrgan;

/* Inserts organs of one organisation. `plan_id` may be NULL. */
Status record_organs (Call *call, const char *organisation_id, const char *plan_id, const RecordOrgan *organs,
                      size_t count) MUST_CHECK;

/* Inserts rows of one kind. */
Status record_insert (Call *call, RecordKind kind, const RecordRow *rows, size_t count) MUST_CHECK;

/* Supersedes rows of one kind. `plan_id` may be NULL. */
Status record_supersede (Call *call, RecordKind kind, const char *plan_id, const char *const *ids,
                         size_t count) MUST_CHECK;

/* Gives organs another entity tag: something dated of them has been written. */
Status record_touch_organs (Call *call, const char *const *organ_ids, size_t count) MUST_CHECK;

/* What is folded for finding an organ, on the call. */
const char *record_search_text (Call *call, const char *name, const char *code);

#endif
