/* What other files need of persons. */
#ifndef HEIMO_MEMBERSHIP_PERSONS_H
#define HEIMO_MEMBERSHIP_PERSONS_H

#include "heimo/membership/v1/person.pb-c.h"
#include "membership.h"

/* Reads rows of person_get_many into a person: everything, the identity code masked. */
Status person_read_row (Call *call, const DbResult *result, size_t row, Person *person) MUST_CHECK;

/* Persons by id, in that order; those that are gone are left out. */
Status persons_read (Call *call, const char *const *person_ids, size_t count, Person ***persons,
                     size_t *found) MUST_CHECK;

/* NOT_FOUND / PERSON_NOT_FOUND unless the person is in the register. */
Status person_must_exist (Call *call, const char *person_id) MUST_CHECK;

/* GetPerson for several that wait together. */
Status get_person_batch (Call *call, BatchItem *items, size_t count) MUST_CHECK;

/* The federation's day, as text on the call. */
const char *call_today_text (Call *call);

#endif
