/* The table of reasons, and problems as JSON. */
#include "gateway/problem.h"

#include "gateway/http/fault.h"
#include "gateway/json/json.h"

#include <string.h>

typedef struct Reason {
  const char *name;
  unsigned status; /* 0: that of the code */
  const char *text;
} Reason;

static const Reason reasons[] = {
    /* the request as a whole */
    {"INVALID_FIELD", 0,
     "Members of the request break the rules of their fields; violations names each of them"},
    {"NO_SUCH_PATH", 404, "There is nothing at this path"},
    {"METHOD_NOT_ALLOWED", 405,
     "The path exists, but not with this method; the Allow field lists those it has"},
    {"NOT_ACCEPTABLE", 406, "None of the media types in Accept can be produced here"},
    {"UNSUPPORTED_MEDIA_TYPE", 415,
     "The body has a media type or a content coding that is not accepted here"},
    {"UNEXPECTED_BODY", 400, "This method takes no body"},
    {"UNKNOWN_HOST", 421, "The Host is not a name under which this gateway serves"},
    {"CROSS_ORIGIN", 403, "A page of another site may not change anything here"},
    {"INVALID_HEADER", 400, "A request header field has a value that is not allowed"},
    /* the JSON of a body */
    {"EMPTY_BODY", 400, "The request needs a JSON body"},
    {"INVALID_JSON", 400, "The body is not JSON"},
    {"INVALID_UTF8", 400, "The body is not UTF-8"},
    {"NUL_CHARACTER", 400, "The body has a NUL character, as a byte or escaped"},
    {"DUPLICATE_MEMBER", 400, "A JSON object has the same member twice"},
    {"NUMBER_OUT_OF_RANGE", 400, "A JSON number is too large for its type"},
    {"TOO_DEEP", 400, "The body is nested deeper than 32 levels"},
    {"NOT_AN_OBJECT", 400, "The body is JSON, but not an object"},
    /* violations of single members */
    {"UNKNOWN_FIELD", 400, "There is no such member"},
    {"UNKNOWN_PARAMETER", 400, "There is no such query parameter"},
    {"DUPLICATE_PARAMETER", 400, "The query parameter may be given once"},
    {"WRONG_TYPE", 400, "The value has the wrong JSON type"},
    {"NOT_AN_INTEGER", 400, "The value is not an integer"},
    {"NOT_A_NUMBER", 400, "The value is not a number"},
    {"NOT_A_BOOLEAN", 400, "The value is neither true nor false"},
    {"OUT_OF_RANGE", 400, "The value is outside its range"},
    {"UNKNOWN_VALUE", 400, "The value is none of those that are defined"},
    {"INVALID_BASE64", 400, "The value is not base64"},
    {"ONEOF_CONFLICT", 400, "Two members that exclude each other are given"},
    {"REQUIRED", 400, "The member is needed"},
    /* limits */
    {"TOO_MANY_REQUESTS", 429,
     "This client sends more requests than it may; wait as long as Retry-After says"},
    {"TOO_MANY_STREAMS", 429, "This client has too many event streams or exports open"},
    {"OVERLOADED", 503, "There is too much to do; try again after the time in Retry-After"},
    /* outcomes */
    {"ETAG_MISMATCH", 412, "The resource has changed since it was read; read it again"},
    {"IDEMPOTENCY_KEY_REUSED", 422, "The Idempotency-Key was used before for another request"},
    {"NO_REPLICA", 503, "The service is not there at the moment; nothing was done"},
    {"DRAINING", 503, "The service is going away; nothing was done"},
    {"OUTCOME_UNKNOWN", 0,
     "Whether the request took effect is unknown; repeat it with the same Idempotency-Key"},
    {"DEADLINE_EXCEEDED", 504, "The time for the request ran out; nothing was done"},
};

static const Reason *
find_reason (const char *name)
{
  for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
    if (strcmp (reasons[i].name, name) == 0)
      return &reasons[i];
  }
  return NULL;
}

unsigned
problem_status (Status status)
{
  const Reason *reason = status.detail == NULL ? NULL : find_reason (status.detail->reason);
  /* A service may use the word of a violation as its own reason with another code; only then they differ. */
  bool ours = reason != NULL && reason->status != 0 &&
              (reason->status != 400 || status.code == STATUS_INVALID_ARGUMENT);
  return ours ? reason->status : status_http (status.code);
}

unsigned
problem_retry_after (Status status)
{
  unsigned http = problem_status (status);
  unsigned seconds = status.detail == NULL ? 0 : (status.detail->retry_after_ms + 999) / 1000;
  if (seconds == 0 && (http == 429 || http == 503))
    seconds = 1;
  return seconds;
}

/* The summary of a problem, the same for every occurrence. */
static const char *
title_of (Status status)
{
  static const char *const titles[] = {
      [STATUS_OK] = "Success",
      [STATUS_CANCELLED] = "The request was given up",
      [STATUS_UNKNOWN] = "Something went wrong",
      [STATUS_INVALID_ARGUMENT] = "The request is not valid",
      [STATUS_DEADLINE_EXCEEDED] = "The time for the request ran out",
      [STATUS_NOT_FOUND] = "There is no such thing",
      [STATUS_ALREADY_EXISTS] = "It exists already",
      [STATUS_PERMISSION_DENIED] = "This is not allowed",
      [STATUS_RESOURCE_EXHAUSTED] = "A limit is reached",
      [STATUS_FAILED_PRECONDITION] = "The state does not allow it",
      [STATUS_ABORTED] = "Somebody else was faster",
      [STATUS_OUT_OF_RANGE] = "This lies outside what there is",
      [STATUS_UNIMPLEMENTED] = "This is not implemented",
      [STATUS_INTERNAL] = "Something went wrong",
      [STATUS_UNAVAILABLE] = "The service cannot be reached at the moment",
      [STATUS_DATA_LOSS] = "Something went wrong",
      [STATUS_UNAUTHENTICATED] = "Sign in first",
  };
  return (unsigned)status.code < sizeof titles / sizeof titles[0] ? titles[status.code]
                                                                  : titles[STATUS_UNKNOWN];
}

static bool
is_internal (StatusCode code)
{
  return code == STATUS_INTERNAL || code == STATUS_UNKNOWN || code == STATUS_DATA_LOSS;
}

static void
append_member (JsonBuffer *json, const char *name, const char *value)
{
  json_append (json, ",\"", 2);
  json_append_raw (json, name);
  json_append (json, "\":", 2);
  json_append_string (json, value);
}

static const char *
without_prefix (const char *field, const char *prefix)
{
  if (prefix == NULL)
    return field;
  size_t length = strlen (prefix);
  return strncmp (field, prefix, length) == 0 ? field + length : field;
}

static void
append_violations (JsonBuffer *json, const StatusDetail *detail, const char *prefix)
{
  json_append_raw (json, ",\"violations\":[");
  for (size_t i = 0; i < detail->violation_count; i++) {
    const FieldViolation *violation = &detail->violations[i];
    json_append_raw (json, i == 0 ? "{\"field\":" : ",{\"field\":");
    json_append_string (json, without_prefix (violation->field, prefix));
    append_member (json, "reason", violation->reason);
    append_member (json, "description", violation->description);
    json_append (json, "}", 1);
  }
  json_append (json, "]", 1);
}

Bytes
problem_body (void *owner, Status status, const ProblemPlace *place)
{
  const StatusDetail *detail = status.detail;
  const char *reason = detail == NULL ? status_code_name (status.code) : detail->reason;
  JsonBuffer *json = json_buffer_new (owner, 512);
  json_append_raw (json, "{\"type\":\"" PROBLEM_BASE);
  json_append_raw (json, reason);
  json_append (json, "\"", 1);
  append_member (json, "title", title_of (status));
  json_append_raw (json, ",\"status\":");
  json_append_unsigned (json, problem_status (status));
  if (detail != NULL && !is_internal (status.code))
    append_member (json, "detail", detail->message);
  append_member (json, "instance", place->request_id);
  append_member (json, "code", status_code_name (status.code));
  append_member (json, "reason", reason);
  if (detail != NULL && detail->violation_count != 0)
    append_violations (json, detail, place->prefix);
  if (place->trace_id != NULL)
    append_member (json, "traceId", place->trace_id);
  json_append (json, "}", 1);
  return json_buffer_bytes (json);
}

static void
append_reason (JsonBuffer *json, const char *name, unsigned status, const char *text)
{
  json_append_raw (json, json->length == 1 ? "{\"reason\":" : ",{\"reason\":");
  json_append_string (json, name);
  if (status != 0) {
    json_append_raw (json, ",\"status\":");
    json_append_unsigned (json, status);
  }
  append_member (json, "description", text);
  json_append (json, "}", 1);
}

static Bytes
list_of_reasons (void *owner)
{
  JsonBuffer *json = json_buffer_new (owner, 8192);
  json_append (json, "[", 1);
  for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
    append_reason (json, reasons[i].name, reasons[i].status, reasons[i].text);
  for (size_t i = 0; i < HTTP_FAULT_COUNT; i++) {
    if (find_reason (http_faults[i].reason) == NULL)
      append_reason (json, http_faults[i].reason, http_faults[i].status, http_faults[i].detail);
  }
  json_append (json, "]", 1);
  return json_buffer_bytes (json);
}

Bytes
problem_page (void *owner, const char *reason, bool *found)
{
  *found = true;
  if (reason[0] == '\0')
    return list_of_reasons (owner);
  const char *text = NULL;
  const Reason *row = find_reason (reason);
  if (row != NULL)
    text = row->text;
  for (size_t i = 0; i < HTTP_FAULT_COUNT && text == NULL; i++)
    text = strcmp (http_faults[i].reason, reason) == 0 ? http_faults[i].detail : NULL;
  *found = text != NULL;
  char *page =
      memory_format (owner, "%s\n\n%s.\n", *found ? reason : "Unknown here",
                     *found ? text : "A service gives this reason; the detail of the problem says more");
  return (Bytes){(const uint8_t *)page, strlen (page)};
}
