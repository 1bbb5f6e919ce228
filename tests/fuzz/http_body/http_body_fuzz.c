/* Any bytes as a body: decoded at once and byte by byte must give the same content, the same end, the same
 * fault. The first byte chooses the framing: even is chunked, odd a length of the second byte.
 */
#include "gateway/http/body.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define LIMIT 1000

typedef struct Outcome {
  HttpProgress progress;
  const HttpFault *fault;
  size_t consumed;
  size_t length;
  char content[LIMIT];
} Outcome;

static void
decode (Outcome *outcome, const HttpHead *head, const char *bytes, size_t length, size_t step)
{
  HttpBody body;
  memset (outcome, 0, sizeof *outcome);
  assert (http_body_start (&body, head, LIMIT) == NULL);
  outcome->progress = body.state == HTTP_BODY_COMPLETE ? HTTP_DONE : HTTP_MORE;
  while (outcome->progress == HTTP_MORE && outcome->consumed < length) {
    size_t left = length - outcome->consumed, used = 0;
    Bytes piece;
    left = left < step ? left : step;
    outcome->progress =
        http_body_decode (&body, bytes + outcome->consumed, left, &used, &piece, &outcome->fault);
    assert (used > 0 && used <= left && outcome->length + piece.length <= LIMIT);
    if (piece.length > 0)
      memcpy (outcome->content + outcome->length, piece.data, piece.length);
    outcome->length += piece.length;
    outcome->consumed += used;
  }
  assert (body.received == outcome->length);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < 2)
    return 0;
  static Outcome whole, bytewise;
  HttpHead *head = calloc (1, sizeof *head);
  head->framing = (data[0] & 1) == 0 ? HTTP_CHUNKED : HTTP_LENGTH;
  head->content_length = data[1];
  decode (&whole, head, (const char *)data + 2, size - 2, size);
  decode (&bytewise, head, (const char *)data + 2, size - 2, 1);
  assert (whole.progress == bytewise.progress && whole.fault == bytewise.fault);
  assert (whole.consumed == bytewise.consumed && whole.length == bytewise.length);
  assert (memcmp (whole.content, bytewise.content, whole.length) == 0);
  free (head);
  return 0;
}
