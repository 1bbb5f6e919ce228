/* Between the files of difference: collecting rows person by person. */
#ifndef HIERARCHY_DIFFERENCE_PRIVATE_H
#define HIERARCHY_DIFFERENCE_PRIVATE_H

#include "derive/difference.h"

/* An empty difference on `owner` for a new model. */
Difference *difference_new (void *owner, Compiled *compiled);

/* Adds a person's rows that differ; persons come in order of their ids. */
void difference_add (Difference *difference, const char *person_id, const Periods *before,
                     const Periods *after);

/* Appends what another difference, of later persons and the same model, has found; its texts go on being
 * used. */
void difference_append (Difference *difference, const Difference *more);

/* The same found from the record: derives persons from what the transaction sees, against the memberships on
 * record. Everyone (`person_ids` NULL), which is what difference_of_changes must agree with and tests
 * compare; or some, sorted, where the past is on record only (EVALUATION_DATED). */
Status difference_by_record (Call *call, const char *const *person_ids, uint32_t count,
                             Difference **difference) MUST_CHECK;

#endif
