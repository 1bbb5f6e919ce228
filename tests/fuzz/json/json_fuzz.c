/* Any bytes as the JSON of some message: what is accepted prints as JSON that reads back and prints the same.
 */
#include "core/validate.h"
#include "gateway/json/json.h"
#include "heimo_api.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static JsonBuffer *
print (void *owner, const ApiMessage *table, const ProtobufCMessage *message)
{
  JsonBuffer *out = json_buffer_new (owner, 64);
  json_append_message (out, table, message);
  return out;
}

/* Output-only members are printed but not read, so the second round starts from what was read. */
static void
check_round (void *owner, const ApiMessage *table, const ProtobufCMessage *message)
{
  JsonBuffer *first = print (owner, table, message);
  ProtobufCMessage *again = json_new_message (owner, table->descriptor);
  Status status = json_read_message (owner, table, json_buffer_bytes (first), again, NULL);
  if (status_failed (status))
    abort ();
  JsonBuffer *second = print (owner, table, again);
  if (first->length != second->length || memcmp (first->data, second->data, first->length) != 0)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  void *owner = memory_context (NULL);
  const ApiMessage *table = &heimo_api.messages[data[0] % heimo_api.message_count];
  ProtobufCMessage *message = json_new_message (owner, table->descriptor);
  Bytes text = {data + 1, size - 1};
  Status status = json_read_message (owner, table, text, message, NULL);
  if (!status_failed (status)) {
    check_round (owner, table, message);
    status = validate_message (&heimo_api, owner, message);
  }
  if (status_failed (status) && status.detail->reason == NULL)
    abort ();
  talloc_free (owner);
  return 0;
}
