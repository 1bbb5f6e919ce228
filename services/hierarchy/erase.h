/* Persons whom the membership service has erased: nothing of them stays, of what was known before neither.
 * Part of applying the events that tell of it, in their transaction; the persons' rows are locked.
 */
#ifndef HIERARCHY_ERASE_H
#define HIERARCHY_ERASE_H

#include "hierarchy.h"

/* Persons of one batch of events. */
typedef struct Erasure {
  Call *call;
  const char **person_ids;
  size_t count;
  DbResult *names; /* that they had */
} Erasure;

/* Before they are derived: facts and exceptions go, so that they are members of nothing and counted no more.
 */
Status erase_begin (Erasure *erasure) MUST_CHECK;

/* After it: what is left goes, and what plans say of them. A run takes them out of the events published
 * before. */
Status erase_end (Erasure *erasure) MUST_CHECK;

/* The step of that run; its subject is the person, its cursor the time of the erasure. */
Status erase_step (Call *call, RunStep *step) MUST_CHECK;

/* In plans/plan_erase.c: takes the reasons of a person's exceptions out of plans, and a name out of their
 * titles and reasons. `given` and `family` are the names that the person had. */
Status plans_erase (Call *call, const char *person_id, const char *given, const char *family) MUST_CHECK;

#endif
