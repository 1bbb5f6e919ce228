/* Problems: every failure at the edge as RFC 9457 application/problem+json, and the page that explains the
 * reasons.
 *
 * One table holds every reason that the gateway itself gives, with its HTTP status where that is not the one
 * of the code. Reasons of services pass through untouched. Pure.
 */
#ifndef HEIMO_GATEWAY_PROBLEM_H
#define HEIMO_GATEWAY_PROBLEM_H

#include "core/memory.h"
#include "core/status.h"

#define PROBLEM_TYPE "application/problem+json"
#define PROBLEM_BASE "/problems/"

/* Which request a problem is about. */
typedef struct ProblemPlace {
  const char *request_id;
  const char *trace_id; /* 32 hexadecimal digits; NULL for none */
  const char *prefix;   /* cut from the start of the paths of violations ("person."), because the body is that
                           field; NULL for none */
} ProblemPlace;

/* The HTTP status of a failure: by its reason when the table has one, else by its code. */
unsigned problem_status (Status status);

/* Seconds for Retry-After, rounded up; 0 when there is nothing to say. */
unsigned problem_retry_after (Status status);

/* The JSON of a problem, owned by `owner`: type, title, status, detail, instance, code, reason, violations,
 * traceId. Failures inside (INTERNAL, UNKNOWN, DATA_LOSS) tell no detail. */
Bytes problem_body (void *owner, Status status, const ProblemPlace *place);

/* The page /problems/REASON as plain text, or with an empty reason the list of all, as JSON; owned by
 * `owner`. *found is false when the reason is not in the table. */
Bytes problem_page (void *owner, const char *reason, bool *found);

#endif
