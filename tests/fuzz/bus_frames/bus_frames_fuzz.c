/* Any bytes as the frames of a bus message, as a request and as a reply. The input is cut into frames: each
 * begins with its length in two bytes, least significant first; what is left over is the last frame. */
#include "bus/wire.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static size_t
cut (const uint8_t *data, size_t size, Bytes frames[WIRE_FRAMES + 1])
{
  size_t count = 0;
  while (size >= 2 && count < WIRE_FRAMES + 1) {
    size_t length = data[0] | (size_t)data[1] << 8;
    data += 2;
    size -= 2;
    if (length > size)
      length = size;
    frames[count++] = (Bytes){data, length};
    data += length;
    size -= length;
  }
  return count;
}

/* What has passed the checks must be packable again and come out the same. */
static void
round_trip (void *root, const ProtobufCMessage *message)
{
  Bytes once = memory_pack (root, message);
  const ProtobufCMessage *again = memory_unpack (root, message->descriptor, once);
  if (again == NULL)
    abort ();
  Bytes twice = memory_pack (root, again);
  if (once.length != twice.length || memcmp (once.data, twice.data, once.length) != 0)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Bytes frames[WIRE_FRAMES + 1] = {{NULL, 0}};
  size_t count = cut (data, size, frames);
  void *root = memory_context (NULL);
  Status status = STATUS_SUCCESS;
  RequestHeader *request = NULL;
  ReplyHeader *reply = NULL;
  WireVerdict verdict = wire_decode_request (root, frames, count, &request, &status);
  if ((verdict == WIRE_REFUSED) != status_failed (status))
    abort ();
  if (verdict == WIRE_GOOD)
    round_trip (root, &request->base);
  if (wire_decode_reply (root, frames, count, &reply) == WIRE_GOOD) {
    Status carried = wire_status (root, reply);
    if (status_failed (carried) != (reply->code != 0))
      abort ();
    round_trip (root, &reply->base);
  }
  talloc_free (root);
  return 0;
}
