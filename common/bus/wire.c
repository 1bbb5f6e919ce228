/* Decoding and checking headers. Every rule of proto/heimo/bus/v1/envelope.proto that a stranger could break
 * is checked here, once, for both directions.
 */
#include "bus/wire.h"

#include "core/validate.h"

#include <string.h>

enum { METHOD_MAX = 200, TEXT_MAX = 255, ROLE_MAX = 63, ROLES_MAX = 64, TRACEPARENT_LENGTH = 55 };

/* Visible ASCII, at most `longest`. */
static bool
visible (const char *text, size_t longest)
{
  size_t length = 0;
  for (; text[length] != '\0'; length++)
    if (length == longest || text[length] <= ' ' || text[length] > '~')
      return false;
  return true;
}

static bool
method_valid (const char *method)
{
  size_t length = strlen (method);
  const char *slash = strchr (method, '/');
  return length <= METHOD_MAX && slash != NULL && slash != method && slash[1] != '\0' &&
         strspn (method, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/") == length;
}

static bool
traceparent_valid (const char *text)
{
  size_t length = strlen (text);
  return length == 0 || (length == TRACEPARENT_LENGTH && strspn (text, "0123456789abcdef-") == length);
}

static bool
principal_valid (const Principal *principal)
{
  if (principal == NULL)
    return true;
  if (!visible (principal->subject, TEXT_MAX) || !visible (principal->federation_id, ROLE_MAX) ||
      !visible (principal->locale, ROLE_MAX) || principal->n_roles > ROLES_MAX)
    return false;
  for (size_t i = 0; i < principal->n_roles; i++)
    if (!visible (principal->roles[i], ROLE_MAX))
      return false;
  return true;
}

/* The name of the first field of a call that breaks its rule, or NULL. */
static const char *
wrong_field (const RequestHeader *header)
{
  const struct {
    const char *field;
    bool valid;
  } rules[] = {
      {"method", method_valid (header->method)},
      {"timeoutMs", header->timeout_ms <= BUS_TIMEOUT_MAX_MS},
      {"attempt", header->attempt == 1 || header->attempt == 2},
      {"idempotencyKey", visible (header->idempotency_key, TEXT_MAX)},
      {"principal", principal_valid (header->principal)},
      {"traceparent", traceparent_valid (header->traceparent)},
      {"ifMatch", visible (header->if_match, TEXT_MAX)},
  };
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    if (!rules[i].valid)
      return rules[i].field;
  return NULL;
}

/* Frames, version and header bytes, the same for both directions. */
static WireVerdict
decode_header (void *owner, const Bytes *frames, size_t count, const ProtobufCMessageDescriptor *descriptor,
               ProtobufCMessage **header)
{
  if (count == 0)
    return WIRE_TRUNCATED;
  Bytes version = frames[WIRE_FRAME_VERSION];
  if (version.length != strlen (WIRE_VERSION) || memcmp (version.data, WIRE_VERSION, version.length) != 0)
    return WIRE_UNKNOWN_VERSION;
  if (count != WIRE_FRAMES)
    return WIRE_TRUNCATED;
  if (frames[WIRE_FRAME_HEADER].length > BUS_HEADER_MAX || frames[WIRE_FRAME_BODY].length > BUS_BODY_MAX)
    return WIRE_MALFORMED;
  if (status_failed (validate_wire (owner, descriptor, frames[WIRE_FRAME_HEADER])))
    return WIRE_MALFORMED;
  *header = memory_unpack (owner, descriptor, frames[WIRE_FRAME_HEADER]);
  return *header == NULL ? WIRE_MALFORMED : WIRE_GOOD;
}

WireVerdict
wire_decode_request (void *owner, const Bytes *frames, size_t count, RequestHeader **header, Status *status)
{
  ProtobufCMessage *message = NULL;
  WireVerdict verdict = decode_header (owner, frames, count, &request_header__descriptor, &message);
  if (verdict != WIRE_GOOD)
    return verdict;
  *header = (RequestHeader *)message;
  switch ((*header)->kind) {
  case REQUEST_KIND__REQUEST_KIND_PING: return WIRE_GOOD;
  case REQUEST_KIND__REQUEST_KIND_CANCEL:
    return (*header)->request_id.len == BUS_REQUEST_ID_SIZE ? WIRE_GOOD : WIRE_MALFORMED;
  case REQUEST_KIND__REQUEST_KIND_CALL: break;
  default: return WIRE_MALFORMED;
  }
  if ((*header)->request_id.len != BUS_REQUEST_ID_SIZE)
    return WIRE_MALFORMED;
  const char *field = wrong_field (*header);
  if (field == NULL)
    return WIRE_GOOD;
  *status =
      status_error (owner, STATUS_INVALID_ARGUMENT, "BAD_HEADER", "The header field %s is wrong", field);
  return WIRE_REFUSED;
}

WireVerdict
wire_decode_reply (void *owner, const Bytes *frames, size_t count, ReplyHeader **header)
{
  ProtobufCMessage *message = NULL;
  WireVerdict verdict = decode_header (owner, frames, count, &reply_header__descriptor, &message);
  if (verdict != WIRE_GOOD)
    return verdict;
  *header = (ReplyHeader *)message;
  switch ((*header)->kind) {
  case REPLY_KIND__REPLY_KIND_PONG:
  case REPLY_KIND__REPLY_KIND_GOAWAY: return WIRE_GOOD;
  case REPLY_KIND__REPLY_KIND_ANSWER:
    return (*header)->request_id.len == BUS_REQUEST_ID_SIZE ? WIRE_GOOD : WIRE_MALFORMED;
  default: return WIRE_MALFORMED;
  }
}

ErrorDetail *
wire_error (void *owner, Status status)
{
  if (!status_failed (status))
    return NULL;
  ErrorDetail *error = memory_new (owner, ErrorDetail);
  const StatusDetail *detail = status.detail;
  error_detail__init (error);
  error->reason = detail->reason;
  error->message = detail->message;
  error->n_violations = detail->violation_count;
  error->violations = memory_array (error, FieldProblem *, detail->violation_count + 1);
  for (size_t i = 0; i < detail->violation_count; i++) {
    FieldProblem *problem = memory_new (error, FieldProblem);
    field_problem__init (problem);
    problem->field = detail->violations[i].field;
    problem->reason = detail->violations[i].reason;
    problem->description = detail->violations[i].description;
    error->violations[i] = problem;
  }
  return error;
}

Status
wire_status (void *owner, const ReplyHeader *header)
{
  const ErrorDetail *error = header->error;
  if (header->code == 0)
    return STATUS_SUCCESS;
  StatusCode code = header->code <= STATUS_UNAUTHENTICATED ? (StatusCode)header->code : STATUS_UNKNOWN;
  Status status = status_error (owner, code, error == NULL ? "UNKNOWN" : error->reason, "%s",
                                error == NULL ? "" : error->message);
  status.detail->retry_after_ms = header->retry_after_ms;
  /* Adding a violation keeps the code of a status that already is a failure. */
  for (size_t i = 0; error != NULL && i < error->n_violations; i++)
    status_add_violation (&status, owner, error->violations[i]->field, error->violations[i]->reason, "%s",
                          error->violations[i]->description);
  return status;
}
