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

/* Rows of one person, organ and type: the periods before and after. */
typedef struct DifferenceRow {
  uint32_t person; /* position in Difference.person_ids */
  Symbol organ;    /* of the Difference's symbols */
  Symbol type;
  uint32_t before, before_count; /* in Difference.periods */
  uint32_t after, after_count;   /* in Difference.periods */
} DifferenceRow;

/* Rows by person, then organ, then type. Everything is owned by the Difference. */
typedef struct Difference {
  const Symbols *symbols;
  const char **person_ids; /* sorted; talloc array */
  uint32_t person_count;
  DifferenceRow *rows; /* talloc array */
  uint32_t row_count;
  Period *periods; /* talloc array */
  uint32_t asked;  /* persons whose memberships were derived to find it */
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
