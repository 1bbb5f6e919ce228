/* The store: everyone's facts and exceptions in memory, with the model compiled beside them, for questions
 * that are about everybody at once.
 *
 * One for each federation in each process that is asked, made when first used, freed when nobody has asked
 * for a while. It is a cache of what is committed and never written from: before each use it reads, in one
 * snapshot, who has been written to since (person_touched) and reads those again. See README.md.
 *
 * One call uses it at a time. It has a connection of its own, because a call that changes the model must not
 * show its own uncommitted rows to others.
 */
#ifndef HIERARCHY_STORE_STORE_H
#define HIERARCHY_STORE_STORE_H

#include "compiled.h"
#include "engine/population.h"

/* All stores of a process. */
typedef struct Stores Stores;

/* None yet; those not asked for `idle_s` seconds are freed by a thread of its own. */
Stores *stores_new (void *owner, int64_t idle_s);

/* What is committed, as of the moment it was taken. Read only. */
typedef struct Store {
  const Population *population;
  Compiled *compiled; /* with the population's symbols */
  void *hold;         /* of the call that has it */
} Store;

/* Takes the federation's store, brought up to date; other calls wait until it is released or the call is
 * freed. UNAVAILABLE when another call keeps it for too long. */
Status store_take (Call *call, const Store **store) MUST_CHECK;

/* Gives it back before the call ends. */
void store_release (const Store *store);

/* Marks persons whose facts or standing the call's transaction writes. */
Status store_touch (Call *call, const char *const *person_ids, size_t count) MUST_CHECK;

#endif
