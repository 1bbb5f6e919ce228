/* The difference that a change of the model makes: whose memberships begin, end or change when one model
 * takes the place of another. It is the preview of a plan, the rows that applying writes, the events that
 * tell of it and the record for undoing, in one.
 *
 * Persons are asked only where the change can matter to them: what the old and the new model have in common
 * gives the same answer by construction.
 */
#ifndef HIERARCHY_DIFFERENCE_H
#define HIERARCHY_DIFFERENCE_H

#include "compiled.h"

/* What a period rests on. */
typedef struct DifferenceBasis {
  Origin origin;         /* on its first day */
  const char *stretches; /* as stored: "{day,origin,…}"; NULL: the origin never changes */
} DifferenceBasis;

/* All periods of one person, organ and type, before and after; something differs. Where the periods are the
 * same, only what they rest on changes: the person neither joins nor leaves. */
typedef struct DifferenceRow {
  uint32_t person; /* position in Difference.person_ids */
  Symbol organ;    /* of the Difference's symbols */
  Symbol type;
  uint32_t before, before_count; /* in Difference.periods */
  uint32_t after, after_count;   /* in Difference.periods */
} DifferenceRow;

/* Rows by person, then organ, then type, each by the text of its id: the same in every process. Everything is
 * owned by the call. */
typedef struct Difference {
  const Symbols *symbols;
  Compiled *compiled;      /* the new model */
  const char **person_ids; /* those with rows; sorted; talloc array */
  uint32_t person_count;
  DifferenceRow *rows; /* talloc array */
  uint32_t row_count;
  Period *periods;        /* talloc array */
  DifferenceBasis *bases; /* beside periods; talloc array */
  uint32_t period_count;
  uint32_t asked; /* persons whose memberships were derived to find it */
} Difference;

/* What the call's transaction would do to memberships: its organs, edges, rules and exceptions as they are
 * now in this transaction against those committed before it. The caller has changed the rows in this
 * transaction and holds the lock of the model's row. On `call`. */
Status difference_of_changes (Call *call, Difference **difference) MUST_CHECK;

/* Supersedes and inserts memberships, keeps the counts, raises MembershipsChanged, all in the call's
 * transaction. Begins with the lock that keeps every other derivation away until the transaction ends; the
 * difference has been made under it (difference_lock). */
Status difference_lock (Call *call) MUST_CHECK;
Status difference_write (Call *call, const Difference *difference) MUST_CHECK;

#endif
