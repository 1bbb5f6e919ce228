/* Deriving the memberships of many persons at once: load what is on record, evaluate, compare, write the
 * difference.
 *
 * Everything is done with sets, in the call's transaction. The persons' rows are locked by the caller (FOR
 * UPDATE, in order of person_id) before derive is called, so a person is derived by one transaction at a
 * time.
 */
#ifndef HIERARCHY_DERIVE_H
#define HIERARCHY_DERIVE_H

#include "compiled.h"

#include "heimo/common/v1/fact.pb-c.h"

/* A fact with the times at which it was recorded and superseded (NULL: it is believed). */
typedef struct DeriveFact {
  const Fact *fact;
  const char *recorded_at, *superseded_at;
} DeriveFact;

/* One person to derive. */
typedef struct DerivePerson {
  const char *person_id;
  Bytes sort_key;
  bool withdrawn;      /* has no memberships */
  bool fresh;          /* has just been recorded: all facts are in `facts`, nothing else is on record */
  int64_t recorded_at; /* the least recorded time of what is written, microseconds */
  Day since; /* the day on which what is new was recorded: in EVALUATION_DATED organisations the days before
                it stay as they are on record. DAY_MIN: every day is judged anew */
  DeriveFact *facts; /* of a fresh person; talloc array or NULL */
  size_t fact_count;
  size_t gone; /* out: rows that are no longer believed */
  size_t began;
} DerivePerson;

/* What to do with a difference. */
typedef enum DeriveMode {
  DERIVE_WRITE,  /* supersede, insert, count, raise MembershipsChanged */
  DERIVE_COMPARE /* only tell, in `gone` and `began` */
} DeriveMode;

enum {
  DERIVE_SLOT_RUNS = 100 /* the slot of organ_count in which runs count; events use their lane */
};

/* Begins a transaction in which persons are derived; before their rows are locked. */
Status derive_begin (Call *call) MUST_CHECK;

/* Derives the persons. Takes the model after the caller's locks. */
Status derive (Call *call, DerivePerson *persons, size_t count, int slot, DeriveMode mode) MUST_CHECK;

#endif
