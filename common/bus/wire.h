/* The wire format: pure functions from frames to checked headers and back. Never trusts a byte; fuzzed. */
#ifndef HEIMO_BUS_WIRE_H
#define HEIMO_BUS_WIRE_H

#include "bus/bus.h"

#define WIRE_VERSION "HB1"

/* The frames of a message, behind the ROUTER's peer identity. */
enum { WIRE_FRAME_VERSION, WIRE_FRAME_HEADER, WIRE_FRAME_BODY, WIRE_FRAMES };

/* What became of the frames. */
typedef enum WireVerdict {
  WIRE_GOOD,
  WIRE_REFUSED,         /* the header can be answered, and *status says with what */
  WIRE_UNKNOWN_VERSION, /* the rest cannot be answered, only counted */
  WIRE_TRUNCATED,
  WIRE_MALFORMED,
  WIRE_VERDICTS
} WireVerdict;

/* Decodes and checks a request's frames; the header is owned by `owner`. A CALL's own rules (method, timeout,
 * key …) are checked too. A timeout of 0 is let through: it has expired. */
WireVerdict wire_decode_request (void *owner, const Bytes *frames, size_t count, RequestHeader **header,
                                 Status *status);

/* The same for a reply. Never WIRE_REFUSED. */
WireVerdict wire_decode_reply (void *owner, const Bytes *frames, size_t count, ReplyHeader **header);

/* The error part of a reply header, on `owner`; NULL for success. */
ErrorDetail *wire_error (void *owner, Status status);

/* The status that a reply header carries, on `owner`. */
Status wire_status (void *owner, const ReplyHeader *header);

#endif
