/* Validation of everything that comes from outside: the bytes before they are unpacked, the values after.
 *
 * protobuf-c checks neither nesting (its unpacker recurses until the stack ends), nor UTF-8, nor embedded
 * NUL, nor enum numbers. So outside bytes take one way in: validate_unpack. JSON and forms, which build
 * messages field by field, end in validate_message.
 *
 * Pure functions over read-only tables; any thread. validate.c walks messages, validate_wire.c walks bytes,
 * validate_text.c knows the formats.
 */
#ifndef HEIMO_CORE_VALIDATE_H
#define HEIMO_CORE_VALIDATE_H

#include "core/api.h"
#include "core/memory.h"

enum {
  VALIDATE_VIOLATIONS_MAX = 100, /* more are not collected */
  VALIDATE_VALUES_MAX = 262144   /* strings, bytes, messages and unknown fields in one message from outside */
};

/* Where bytes come from, and so how much of them is checked. */
typedef enum ValidateMode {
  VALIDATE_REQUEST, /* a stranger or another service asks: every rule */
  VALIDATE_REPLY /* a reply or an event of a process of ours: the bytes only. Limits are for what comes in; a
                    newer version or an older row must not turn an answer into a failure */
} ValidateMode;

/* Checks packed bytes against a descriptor before unpacking, without allocating unless they fail: well-formed
 * tags and lengths, wire types, nesting of messages at most API_DEPTH_MAX, no single field twice, at most
 * VALIDATE_VALUES_MAX values, strings that are UTF-8 without NUL. Unknown fields are passed over. Fails with
 * INVALID_ARGUMENT and reason MALFORMED, TOO_DEEP, TOO_MANY_VALUES or INVALID_TEXT. */
Status validate_wire (void *owner, const ProtobufCMessageDescriptor *descriptor, Bytes bytes) MUST_CHECK;

/* Checks a request against the rules of its fields. All violations are collected (VALIDATE_VIOLATIONS_MAX),
 * each with its path ("address.postalCode", "nodes[3].values[0]") and its own reason: REQUIRED, TOO_SHORT,
 * TOO_LONG, TOO_FEW, TOO_MANY, OUT_OF_RANGE, UNKNOWN_VALUE, INVALID_TEXT, INVALID_DATE, INVALID_TIMESTAMP,
 * INVALID_UUID, INVALID_EMAIL, INVALID_PHONE, INVALID_COUNTRY, INVALID_LANGUAGE, INVALID_CODE,
 * INVALID_FIELD_PATH. A description never repeats the value, which may be personal.
 *
 * Output-only fields are passed over: the handler ignores what a client sends there. In a message with the
 * field update_mask, a required field of the resource is missed only when the mask names it. A message that
 * the tables do not know fails with INTERNAL / UNKNOWN_MESSAGE. */
Status validate_message (const Api *api, void *owner, const ProtobufCMessage *message) MUST_CHECK;

/* validate_wire, unpack on `owner`, and for VALIDATE_REQUEST validate_message. *message is set on success
 * only. */
Status validate_unpack (const Api *api, void *owner, const ProtobufCMessageDescriptor *descriptor,
                        Bytes bytes, ValidateMode mode, ProtobufCMessage **message) MUST_CHECK;

/* Checks one string on its own, e.g. a cell of a CSV file. NULL when it is fine, or the reason
 * ("INVALID_DATE"). An empty string is fine; limits of length are the caller's. */
const char *validate_text (ApiFormat format, const char *text, size_t length);

/* A sentence for people that says what a reason of validate_text wants, e.g. "is not a date like 2026-03-01".
 */
const char *validate_text_wants (ApiFormat format);

#endif
