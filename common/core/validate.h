/* Validation of everything that comes from outside: the bytes before they are unpacked, the values after.
 *
 * protobuf-c checks neither nesting (its unpacker recurses until the stack ends), nor UTF-8, nor embedded
 * NUL, nor enum numbers. So outside bytes take one way in: validate_unpack. JSON and forms, which build
 * messages field by field, end in validate_message.
 *
 * Pure functions over read-only tables; any thread.
 */
#ifndef HEIMO_CORE_VALIDATE_H
#define HEIMO_CORE_VALIDATE_H

#include "core/api.h"
#include "core/memory.h"

/* How strictly values are checked. */
typedef enum ValidateMode {
  VALIDATE_REQUEST, /* all rules; output_only fields are passed over (the caller clears or ignores them) */
  VALIDATE_REPLY    /* from another process of ours: everything except `required` */
} ValidateMode;

/* Checks packed bytes against a descriptor before unpacking, without allocating unless they fail: well-formed
 * tags and lengths, wire types, nesting of known message fields at most API_DEPTH_MAX, strings that are UTF-8
 * without NUL. Fails with INVALID_ARGUMENT and reason MALFORMED, TOO_DEEP or INVALID_TEXT. */
Status validate_wire (void *owner, const ProtobufCMessageDescriptor *descriptor, Bytes bytes) MUST_CHECK;

/* Checks a message against the rules of its fields. All violations (at most VALIDATE_VIOLATIONS_MAX) are
 * collected, each with its path ("address.postalCode", "nodes[3].values[0]") and its own reason: REQUIRED,
 * TOO_SHORT, TOO_LONG, TOO_FEW, TOO_MANY, OUT_OF_RANGE, UNKNOWN_VALUE, INVALID_TEXT, INVALID_DATE,
 * INVALID_TIMESTAMP, INVALID_UUID, INVALID_EMAIL, INVALID_PHONE, INVALID_COUNTRY, INVALID_LANGUAGE,
 * INVALID_CODE, INVALID_FIELD_PATH. A description never repeats the value, which may be personal. */
Status validate_message (const Api *api, void *owner, const ProtobufCMessage *message,
                         ValidateMode mode) MUST_CHECK;

/* validate_wire, unpack on `owner`, validate_message. *message is set on success only. */
Status validate_unpack (const Api *api, void *owner, const ProtobufCMessageDescriptor *descriptor,
                        Bytes bytes, ValidateMode mode, ProtobufCMessage **message) MUST_CHECK;

/* Checks one string on its own, e.g. a cell of a CSV file. NULL when it is fine, or the reason
 * ("INVALID_DATE"); an empty string is fine. Length limits are the caller's. */
const char *validate_text (ApiFormat format, const char *text, size_t length);

enum { VALIDATE_VIOLATIONS_MAX = 100 };

#endif
