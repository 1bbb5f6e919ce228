/* Any bytes as any message: what validate_wire lets through must unpack, and pack again into something that
 * is let through. The first byte chooses the message type; 255 is google's descriptor, the one recursive type
 * at hand. */
#include "core/validate.h"
#include "heimo_api.h"

#include <google/protobuf/descriptor.pb-c.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
must (bool condition)
{
  if (!condition)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  const ProtobufCMessageDescriptor *descriptor =
      data[0] == 255 ? &google__protobuf__file_descriptor_set__descriptor
                     : heimo_api.messages[data[0] % heimo_api.message_count].descriptor;
  void *owner = memory_context (NULL);
  Bytes bytes = {memory_copy (owner, data + 1, size - 1), size - 1};
  if (!status_failed (validate_wire (owner, descriptor, bytes))) {
    ProtobufCMessage *message = memory_unpack (owner, descriptor, bytes);
    must (message != NULL);
    Bytes again = memory_pack (owner, message);
    must (!status_failed (validate_wire (owner, descriptor, again)));
    must (memory_unpack (owner, descriptor, again) != NULL);
    if (data[0] != 255) {
      Status status = validate_message (&heimo_api, owner, message);
      must (!status_failed (status) || status.detail->violation_count <= VALIDATE_VIOLATIONS_MAX);
    }
  }
  talloc_free (owner);
  return 0;
}
