/* Making, copying and naming failures. */
#include "core/status.h"

#include <stdarg.h>
#include <stdlib.h>
#include <talloc.h>

typedef struct CodeRow {
  const char *name;
  unsigned http;
} CodeRow;

static const CodeRow code_rows[] = {
    [STATUS_OK] = {"OK", 200},
    [STATUS_CANCELLED] = {"CANCELLED", 499},
    [STATUS_UNKNOWN] = {"UNKNOWN", 500},
    [STATUS_INVALID_ARGUMENT] = {"INVALID_ARGUMENT", 400},
    [STATUS_DEADLINE_EXCEEDED] = {"DEADLINE_EXCEEDED", 504},
    [STATUS_NOT_FOUND] = {"NOT_FOUND", 404},
    [STATUS_ALREADY_EXISTS] = {"ALREADY_EXISTS", 409},
    [STATUS_PERMISSION_DENIED] = {"PERMISSION_DENIED", 403},
    [STATUS_RESOURCE_EXHAUSTED] = {"RESOURCE_EXHAUSTED", 429},
    [STATUS_FAILED_PRECONDITION] = {"FAILED_PRECONDITION", 400},
    [STATUS_ABORTED] = {"ABORTED", 409},
    [STATUS_OUT_OF_RANGE] = {"OUT_OF_RANGE", 400},
    [STATUS_UNIMPLEMENTED] = {"UNIMPLEMENTED", 501},
    [STATUS_INTERNAL] = {"INTERNAL", 500},
    [STATUS_UNAVAILABLE] = {"UNAVAILABLE", 503},
    [STATUS_DATA_LOSS] = {"DATA_LOSS", 500},
    [STATUS_UNAUTHENTICATED] = {"UNAUTHENTICATED", 401},
};

static const CodeRow *
code_row (StatusCode code)
{
  size_t index = (size_t)code;
  return index < sizeof code_rows / sizeof *code_rows ? &code_rows[index] : &code_rows[STATUS_UNKNOWN];
}

const char *
status_code_name (StatusCode code)
{
  return code_row (code)->name;
}

unsigned
status_http (StatusCode code)
{
  return code_row (code)->http;
}

static void *
must (void *pointer)
{
  if (pointer == NULL)
    abort ();
  return pointer;
}

static const char *
keep (void *owner, const char *text)
{
  return must (talloc_strdup (owner, text == NULL ? "" : text));
}

Status
status_errorv (void *owner, StatusCode code, const char *reason, const char *format, va_list arguments)
{
  StatusDetail *detail = must (talloc_zero (owner, StatusDetail));
  detail->reason = keep (detail, reason);
  detail->message = must (talloc_vasprintf (detail, format, arguments));
  return (Status){code == STATUS_OK ? STATUS_INTERNAL : code, detail};
}

Status
status_error (void *owner, StatusCode code, const char *reason, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  Status status = status_errorv (owner, code, reason, format, arguments);
  va_end (arguments);
  return status;
}

Status
status_unavailable (void *owner, unsigned retry_after_ms, const char *reason, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  Status status = status_errorv (owner, STATUS_UNAVAILABLE, reason, format, arguments);
  va_end (arguments);
  status.detail->retry_after_ms = retry_after_ms;
  return status;
}

static void
add_violation (Status *status, void *owner, const char *field, const char *reason, const char *format,
               va_list arguments)
{
  if (!status_failed (*status))
    *status =
        status_error (owner, STATUS_INVALID_ARGUMENT, "INVALID_FIELD", "The request has invalid fields");
  StatusDetail *detail = status->detail;
  size_t count = detail->violation_count;
  detail->violations =
      must (talloc_realloc (detail, detail->violations, FieldViolation, (unsigned)(count + 1)));
  detail->violations[count] = (FieldViolation){
      .field = keep (detail, field),
      .reason = keep (detail, reason),
      .description = must (talloc_vasprintf (detail, format, arguments)),
  };
  detail->violation_count = count + 1;
}

void
status_add_violation (Status *status, void *owner, const char *field, const char *reason, const char *format,
                      ...)
{
  va_list arguments;
  va_start (arguments, format);
  add_violation (status, owner, field, reason, format, arguments);
  va_end (arguments);
}

Status
status_field (void *owner, const char *field, const char *reason, const char *format, ...)
{
  Status status = STATUS_SUCCESS;
  va_list arguments;
  va_start (arguments, format);
  add_violation (&status, owner, field, reason, format, arguments);
  va_end (arguments);
  return status;
}

Status
status_copy (void *owner, Status status)
{
  if (!status_failed (status))
    return STATUS_SUCCESS;
  const StatusDetail *from = status.detail;
  Status copy = status_error (owner, status.code, from->reason, "%s", from->message);
  copy.detail->retry_after_ms = from->retry_after_ms;
  for (size_t i = 0; i < from->violation_count; i++)
    status_add_violation (&copy, owner, from->violations[i].field, from->violations[i].reason, "%s",
                          from->violations[i].description);
  return copy;
}
