/* Any bytes as the start of a connection: the scan finds the same end however the bytes arrive, and what the
 * parser accepts keeps the promises that the connection relies on.
 */
#include "gateway/http/head.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const HttpHeadLimits limits = {.bytes = 2048, .target = 512, .headers = 20};

/* Every text lies inside the head and is followed by a byte of it, where the connection puts a NUL. */
static void
check_text (HttpText text, const char *bytes, size_t length)
{
  assert (text.data >= bytes && text.data + text.length < bytes + length);
  assert (memchr (text.data, 0, text.length) == NULL);
}

static void
check_head (const HttpHead *head, const char *bytes, size_t length)
{
  assert (head->header_count <= limits.headers);
  check_text (head->target, bytes, length);
  for (size_t i = 0; i < head->header_count; i++) {
    check_text (head->headers[i].name, bytes, length);
    check_text (head->headers[i].value, bytes, length);
  }
  assert (http_head_count (head, "Host") <= 1 && http_head_count (head, "Content-Length") <= 1);
  assert (head->version == HTTP_1_0 || http_head_count (head, "Host") == 1);
  bool coded = http_head_count (head, "Transfer-Encoding") > 0;
  assert (coded == (head->framing == HTTP_CHUNKED));
  assert (!coded || (head->version == HTTP_1_1 && http_head_count (head, "Content-Length") == 0));
  assert (head->framing != HTTP_LENGTH || head->content_length > 0);
}

static void
parse (const char *bytes, size_t length)
{
  HttpHead *head = malloc (sizeof *head);
  char *copy = malloc (length + 1); /* of its own, so that bytes too many are seen */
  memcpy (copy, bytes, length);
  if (http_head_parse (head, copy, length, &limits) == NULL)
    check_head (head, copy, length);
  free (copy);
  free (head);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *bytes = (const char *)data;
  const HttpFault *fault = NULL, *whole_fault = NULL;
  HttpHeadScan scan = {0}, whole = {0};
  HttpProgress progress = HTTP_MORE;
  HttpProgress wanted = http_head_scan (&whole, bytes, size, &limits, &whole_fault);
  for (size_t seen = 0; seen <= size && progress == HTTP_MORE; seen++)
    progress = http_head_scan (&scan, bytes, seen, &limits, &fault);
  assert (progress == wanted && fault == whole_fault);
  assert (progress != HTTP_DONE || scan.position == whole.position);
  if (progress == HTTP_DONE)
    parse (bytes + scan.head_start, scan.position - scan.head_start);
  parse (bytes, size);
  return 0;
}
