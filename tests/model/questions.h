/* Questions to the service about memberships, and what it should answer to some of them. */
#ifndef TEST_MODEL_QUESTIONS_H
#define TEST_MODEL_QUESTIONS_H

#include "orders.h"

/* Adds all periods of a person, as known on a day ("": now). Origins are not told. */
void questions_person (Played *played, void *owner, const char *person, const char *known, Stays *found);

/* Asks for single days around the ends of some of the expected stays: the person's memberships of the day,
 * the organ's members, and, if wanted, why. Tells the first difference after `what` and returns false. */
bool questions_days (Played *played, void *owner, const Stays *expected, const char *known, bool why,
                     const char *what);

#endif
