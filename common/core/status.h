/* Status: the one way in which anything fails.
 *
 * Every fallible function returns a Status and is marked MUST_CHECK. The codes are google.rpc.Code; the
 * reason is an UPPER_SNAKE word that clients may rely on; the message is English for a developer. Details
 * live on the talloc context given when the status is made (normally the request), so nothing is freed one by
 * one.
 */
#ifndef HEIMO_CORE_STATUS_H
#define HEIMO_CORE_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#define MUST_CHECK __attribute__ ((warn_unused_result))
#define PRINTF_LIKE(string, first) __attribute__ ((format (printf, string, first)))

/* google.rpc.Code, same numbers. */
typedef enum StatusCode {
  STATUS_OK = 0,
  STATUS_CANCELLED = 1,
  STATUS_UNKNOWN = 2,
  STATUS_INVALID_ARGUMENT = 3,
  STATUS_DEADLINE_EXCEEDED = 4,
  STATUS_NOT_FOUND = 5,
  STATUS_ALREADY_EXISTS = 6,
  STATUS_PERMISSION_DENIED = 7,
  STATUS_RESOURCE_EXHAUSTED = 8,
  STATUS_FAILED_PRECONDITION = 9,
  STATUS_ABORTED = 10,
  STATUS_OUT_OF_RANGE = 11,
  STATUS_UNIMPLEMENTED = 12,
  STATUS_INTERNAL = 13,
  STATUS_UNAVAILABLE = 14,
  STATUS_DATA_LOSS = 15,
  STATUS_UNAUTHENTICATED = 16
} StatusCode;

/* One field that is wrong. `field` is the path in the request, JSON names, e.g. "address.postalCode". */
typedef struct FieldViolation {
  const char *field;
  const char *reason;      /* UPPER_SNAKE, e.g. "REQUIRED", "TOO_LONG", "UNKNOWN_TOWN" */
  const char *description; /* English, complete sentence without a full stop */
} FieldViolation;

/* Everything about a failure but its code. Owned by the talloc context the status was made on. */
typedef struct StatusDetail {
  const char *reason;  /* UPPER_SNAKE, at most 63 characters */
  const char *message; /* English; never contains personal data */
  unsigned retry_after_ms;
  size_t violation_count;
  FieldViolation *violations; /* talloc array */
} StatusDetail;

/* Passed by value. `detail` is NULL exactly when code is STATUS_OK. */
typedef struct Status {
  StatusCode code;
  StatusDetail *detail;
} Status;

/* The success value. */
#define STATUS_SUCCESS ((Status){STATUS_OK, NULL})

/* True when the status is a failure. */
static inline bool
status_failed (Status status)
{
  return status.code != STATUS_OK;
}

/* Makes a failure on `owner` with a reason and a printf message. Out of memory aborts: a crash is a restart.
 */
Status status_error (void *owner, StatusCode code, const char *reason, const char *format, ...)
    PRINTF_LIKE (4, 5) MUST_CHECK;

/* The same with a va_list. */
Status status_errorv (void *owner, StatusCode code, const char *reason, const char *format,
                      __builtin_va_list arguments) PRINTF_LIKE (4, 0) MUST_CHECK;

/* INVALID_ARGUMENT / INVALID_FIELD with one violation: the field's path, its own reason, and a description.
 */
Status status_field (void *owner, const char *field, const char *reason, const char *format, ...)
    PRINTF_LIKE (4, 5) MUST_CHECK;

/* Adds a violation to `status`; turns a success into INVALID_ARGUMENT / INVALID_FIELD. Allocates on `owner`.
 */
void status_add_violation (Status *status, void *owner, const char *field, const char *reason,
                           const char *format, ...) PRINTF_LIKE (5, 6);

/* UNAVAILABLE with the time in milliseconds after which a retry makes sense. */
Status status_unavailable (void *owner, unsigned retry_after_ms, const char *reason, const char *format, ...)
    PRINTF_LIKE (4, 5) MUST_CHECK;

/* A copy of `status` whose detail is owned by `owner`: to let it outlive the context it was made on. */
Status status_copy (void *owner, Status status) MUST_CHECK;

/* "INVALID_ARGUMENT" … for a code; "UNKNOWN" for a number that is no code. Static. */
const char *status_code_name (StatusCode code);

/* The HTTP status for a code (AIP-193): 200, 400, 401, 403, 404, 409, 429, 499, 500, 501, 503 or 504. */
unsigned status_http (StatusCode code);

#endif
