/* Fields of a message in memory: where a value goes, and how text becomes a value. For gateway/json only. */
#ifndef HEIMO_GATEWAY_JSON_FIELD_H
#define HEIMO_GATEWAY_JSON_FIELD_H

#include "gateway/json/json.h"

/* A value of any field type. */
typedef union FieldValue {
  int32_t signed32;
  uint32_t unsigned32;
  int64_t signed64;
  uint64_t unsigned64;
  float single;
  double real;
  protobuf_c_boolean boolean;
  int enumeration;
  char *string;
  ProtobufCBinaryData bytes;
  ProtobufCMessage *message;
} FieldValue;

/* Puts a value into the message: sets it, or appends it to a repeated field (whose array is then owned by
 * `owner`). */
void field_store (void *owner, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                  const FieldValue *value);

/* Text to a value; strings and bytes are copied to `owner`. NULL, or the reason of the violation. */
const char *field_from_text (void *owner, const ProtobufCFieldDescriptor *field, const char *text,
                             size_t length, FieldValue *value);

/* An integer (from a JSON number) to a value. `negative` says whether `magnitude` has a minus. NULL, or the
 * reason. */
const char *field_from_integer (const ProtobufCFieldDescriptor *field, bool negative, uint64_t magnitude,
                                FieldValue *value);

/* A number with a fraction or an exponent to a value. NULL, or the reason. */
const char *field_from_real (const ProtobufCFieldDescriptor *field, double number, FieldValue *value);

#endif
