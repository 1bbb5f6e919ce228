/* JSON <-> protobuf: one walker over the descriptors and the generated tables, both ways.
 *
 * The mapping is that of proto3: lowerCamelCase names out, both forms accepted in; 64-bit integers are
 * strings out, strings or numbers in; bytes are base64; enums go by name; maps are objects. Defaults are
 * printed, so a client always sees complete objects; only messages that are not set are left out.
 *
 * Reading refuses what a careless parser lets through, each with its own reason (README.md has the table).
 * Path variables and query parameters go through the same field setter as JSON strings. Everything here is
 * pure: any thread, no I/O.
 */
#ifndef HEIMO_GATEWAY_JSON_JSON_H
#define HEIMO_GATEWAY_JSON_JSON_H

#include "core/api.h"
#include "core/memory.h"
#include "core/status.h"

enum {
  JSON_DEPTH_LIMIT = 32,      /* nested objects and arrays of a body */
  JSON_VIOLATION_LIMIT = 100, /* violations reported at once */
  JSON_FIELD_LIMIT = 64       /* fields of a message whose presence is told */
};

/* ---- writing ---- */

/* Text that grows, owned by the context it was made on. `data` is not terminated. */
typedef struct JsonBuffer {
  char *data;
  size_t length;
  size_t capacity;
} JsonBuffer;

JsonBuffer *json_buffer_new (void *owner, size_t capacity);

/* The text so far; valid until the next append. */
Bytes json_buffer_bytes (const JsonBuffer *buffer);

/* Appends bytes as they are. */
void json_append (JsonBuffer *buffer, const char *bytes, size_t length);

/* Appends a C string as it is. */
void json_append_raw (JsonBuffer *buffer, const char *text);

/* Appends a JSON string: quoted and escaped. The text must be UTF-8. */
void json_append_string (JsonBuffer *buffer, const char *text);

/* Appends a decimal number. */
void json_append_unsigned (JsonBuffer *buffer, uint64_t number);
void json_append_signed (JsonBuffer *buffer, int64_t number);

/* Appends a message that has been validated. */
void json_append_message (JsonBuffer *buffer, const ApiMessage *table, const ProtobufCMessage *message);

/* False for a member of a oneof that is not chosen, and for a message that is not set. */
bool json_is_present (const ProtobufCFieldDescriptor *field, const ProtobufCMessage *message);

/* Bytes that one value of a type takes in memory. */
size_t json_value_size (ProtobufCType type);

/* Appends one value of a field (an element of a repeated one) from where it lies in memory. */
void json_append_value (JsonBuffer *buffer, const ApiMessage *table, unsigned field, const void *value);

/* Appends base64 (with padding, without quotes). */
void json_append_base64 (JsonBuffer *buffer, const uint8_t *bytes, size_t length);

/* ---- reading ---- */

/* An empty message of that type on `owner`. */
ProtobufCMessage *json_new_message (void *owner, const ProtobufCMessageDescriptor *descriptor)
    __attribute__ ((returns_nonnull));

/* Which fields of the outermost object the client named: bit i is field i of the table. Fields beyond
 * JSON_FIELD_LIMIT are not told. */
typedef uint64_t JsonPresence;

/* Reads a JSON object into `message` (made by json_new_message), all parts owned by `owner`. output_only
 * members are accepted and left out. `present` (zeroed by the caller) may be NULL. Fails with
 * INVALID_ARGUMENT: EMPTY_BODY, INVALID_JSON, TOO_DEEP, NUL_CHARACTER, INVALID_UTF8, DUPLICATE_MEMBER,
 * NUMBER_OUT_OF_RANGE, NOT_AN_OBJECT for the text as a whole, else INVALID_FIELD with violations
 * UNKNOWN_FIELD, DUPLICATE_MEMBER, WRONG_TYPE, NOT_AN_INTEGER, OUT_OF_RANGE, UNKNOWN_VALUE, INVALID_BASE64,
 * ONEOF_CONFLICT. Rules of fields are not checked here: see core/validate.h. */
Status json_read_message (void *owner, const ApiMessage *table, Bytes text, ProtobufCMessage *message,
                          JsonPresence *present) MUST_CHECK;

/* Sets (or, of a repeated field, appends) one value given as text: a path variable or a query parameter. NULL
 * when done, else the reason of the violation. */
const char *json_set_text (void *owner, const ApiMessage *table, ProtobufCMessage *message, unsigned field,
                           const char *text, size_t length);

/* Sets the field that a path of indexes leads to, making the messages on the way. As json_set_text. */
const char *json_set_path (void *owner, const ApiMessage *table, ProtobufCMessage *message,
                           const ApiFieldPath *path, const char *text, size_t length);

/* The English description of a violation's reason. Static. */
const char *json_reason_text (const char *reason);

#endif
