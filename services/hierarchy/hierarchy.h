/* What the parts of the hierarchy service share. */
#ifndef HIERARCHY_HIERARCHY_H
#define HIERARCHY_HIERARCHY_H

#include "hierarchy_sql.h"
#include "service/service.h"
#include "words/words.h"

/* The service's own configuration. */
typedef struct HierarchyConfig {
  const char *language; /* whose alphabet orders names */
  int64_t store_idle;   /* seconds after which a store that nobody asks is freed */
} HierarchyConfig;

/* What constraints of the schema mean to callers. */
extern const DbConstraint hierarchy_constraints[];

/* The kinds of runs; see evaluations.c. */
extern const RunType hierarchy_run_types[];

/* Queues a run that derives everyone's memberships anew after the model changed, unless one waits already. */
Status evaluations_start (Call *call) MUST_CHECK;

/* Applies events of the membership service; see followers.c. */
Status followers_apply (Call *call, EventRecord *const *events, size_t count) MUST_CHECK;

/* Records places of the gazetteer. */
struct PlacesRecorded;
Status places_record (Call *call, const struct PlacesRecorded *event) MUST_CHECK;

/* The order of a name in the federation's alphabet, on the call. */
Bytes hierarchy_sort_key (Call *call, const char *name);

/* "%text%" for LIKE over folded text, with what LIKE gives a meaning escaped; NULL for an empty text. */
const char *hierarchy_pattern (Call *call, const char *text);

/* The language of the caller. */
WordsLanguage hierarchy_language (const Call *call);

/* A date of a request, or `fallback` when it is empty. It has passed the validator. */
Day hierarchy_day (const char *text, Day fallback);

/* The text of a day for SQL: "-infinity" and "infinity" for the open ends. On the call. */
const char *hierarchy_sql_day (Call *call, Day day);

/* The instant before which everything recorded was known at the end of a day, as SQL text; "infinity" for an
 * empty day, today and later days: now. On the call. */
const char *hierarchy_known_at (Call *call, const char *as_known_on);

#endif
