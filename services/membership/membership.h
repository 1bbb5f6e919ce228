/* What the files of the membership service share: its configuration, its state, its reasons. */
#ifndef HEIMO_MEMBERSHIP_MEMBERSHIP_H
#define HEIMO_MEMBERSHIP_MEMBERSHIP_H

#include "db/db.h"
#include "secret.h"
#include "service/service.h"

/* From the environment, see main.c. */
typedef struct MembershipConfig {
  Bytes data_key;
  const char *collation; /* locale of the order of names */
} MembershipConfig;

/* Made at start, read only afterwards. */
typedef struct MembershipState {
  DataKey key;
  const char *collation;
} MembershipState;

static inline const MembershipState *
membership_state (const Call *call)
{
  return call->state;
}

/* The tables of main.c that tests use as well. */
extern const DbConstraint membership_constraints[];
extern const RunType membership_run_types[];
Status membership_open (void *owner, const void *config, Clock *clock, void **state) MUST_CHECK;

/* OrganChanged of the hierarchy service. */
Status follow_organs (Call *call, EventRecord *const *events, size_t count) MUST_CHECK;

/* The value of a query's first row, without a row NOT_FOUND with this reason. */
Status membership_found (Call *call, const DbResult *result, const char *reason, const char *what) MUST_CHECK;

#endif
