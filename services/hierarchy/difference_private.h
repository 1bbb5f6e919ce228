/* Between the files of difference: collecting rows person by person. */
#ifndef HIERARCHY_DIFFERENCE_PRIVATE_H
#define HIERARCHY_DIFFERENCE_PRIVATE_H

#include "difference.h"

/* An empty difference on `owner` for a new model. */
Difference *difference_new (void *owner, Compiled *compiled);

/* Adds a person's rows that differ; persons come in order of their ids. */
void difference_add (Difference *difference, const char *person_id, const Periods *before,
                     const Periods *after);

/* The same found without the store: derives everyone from what the transaction sees, against the memberships
 * on record. What difference_of_changes must agree with; tests compare them. */
Status difference_by_record (Call *call, Difference **difference) MUST_CHECK;

#endif
