/* The incremental decoder of request bodies: a state machine over the framing, whole slices of the content.
 */
#include "gateway/http/body.h"

#include <stdlib.h>

#define FAULT(name) (&http_faults[HTTP_##name])

/* Fifteen digits cannot overflow 64 bits. */
#define SIZE_DIGITS_MAX 15

const HttpFault *
http_body_start (HttpBody *body, const HttpHead *head, uint64_t limit)
{
  *body = (HttpBody){.framing = head->framing, .limit = limit};
  switch (head->framing) {
  case HTTP_NO_BODY: body->state = HTTP_BODY_COMPLETE; break;
  case HTTP_CHUNKED: body->state = HTTP_BODY_SIZE; break;
  case HTTP_LENGTH:
    body->state = head->content_length == 0 ? HTTP_BODY_COMPLETE : HTTP_BODY_DATA;
    body->remaining = head->content_length;
    break;
  }
  return body->remaining > limit ? FAULT (BODY_TOO_LARGE) : NULL;
}

static int
digit (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  char lower = (char)(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The end of a chunk-size line: content follows, or after the last chunk the trailer. */
static const HttpFault *
start_chunk (HttpBody *body)
{
  body->digits = 0;
  body->extension = 0;
  if (body->remaining > body->limit - body->received)
    return FAULT (BODY_TOO_LARGE);
  body->state = body->remaining == 0 ? HTTP_BODY_TRAILER_START : HTTP_BODY_DATA;
  return NULL;
}

static const HttpFault *
size_character (HttpBody *body, char c)
{
  int value = digit (c);
  if (value >= 0 && body->digits < SIZE_DIGITS_MAX) {
    body->digits++;
    body->remaining = body->remaining * 16 + (uint64_t)value;
    return NULL;
  }
  if (value >= 0 || body->digits == 0 || (c != ';' && c != '\r'))
    return FAULT (BAD_CHUNK_SIZE);
  body->state = c == ';' ? HTTP_BODY_EXTENSION_START : HTTP_BODY_SIZE_LF;
  return NULL;
}

/* Bytes that carry nothing are bounded over the whole body, or one-byte chunks with long extensions would let
 * a client keep us busy far beyond the body limit. */
static const HttpFault *
count_overhead (HttpBody *body, const HttpFault *fault)
{
  return ++body->overhead > HTTP_BODY_OVERHEAD_MAX ? fault : NULL;
}

static const HttpFault *
extension_character (HttpBody *body, char c)
{
  if (c == '\r' && body->state == HTTP_BODY_EXTENSION) {
    body->state = HTTP_BODY_SIZE_LF;
    return NULL;
  }
  bool fits = body->state == HTTP_BODY_EXTENSION_START
                  ? http_is_token ((unsigned char)c)
                  : c == '\t' || ((unsigned char)c >= 0x20 && (unsigned char)c != 0x7f);
  if (!fits || ++body->extension > HTTP_EXTENSION_MAX)
    return FAULT (BAD_CHUNK_EXTENSION);
  body->state = HTTP_BODY_EXTENSION;
  return count_overhead (body, FAULT (BAD_CHUNK_EXTENSION));
}

static const HttpFault *
trailer_character (HttpBody *body, char c)
{
  unsigned char u = (unsigned char)c;
  switch (body->state) {
  case HTTP_BODY_TRAILER_START:
    if (c == '\r') {
      body->state = HTTP_BODY_FINAL_LF;
      return NULL;
    }
    if (!http_is_token (u))
      return FAULT (BAD_TRAILER);
    body->state = HTTP_BODY_TRAILER_NAME;
    break;
  case HTTP_BODY_TRAILER_NAME:
    if (c != ':' && !http_is_token (u))
      return FAULT (BAD_TRAILER);
    if (c == ':')
      body->state = HTTP_BODY_TRAILER_VALUE;
    break;
  default: /* HTTP_BODY_TRAILER_VALUE */
    if (c == '\r')
      body->state = HTTP_BODY_TRAILER_LF;
    else if ((u < 0x20 && c != '\t') || u == 0x7f)
      return FAULT (BAD_TRAILER);
    break;
  }
  return count_overhead (body, FAULT (TRAILER_TOO_LARGE));
}

/* A character that must be exactly `wanted`. */
static const HttpFault *
exact_character (HttpBody *body, char c, char wanted, HttpBodyState next, const HttpFault *fault)
{
  body->state = next;
  return c == wanted ? NULL : fault;
}

static const HttpFault *
framing_character (HttpBody *body, char c)
{
  switch (body->state) {
  case HTTP_BODY_SIZE: return size_character (body, c);
  case HTTP_BODY_EXTENSION_START:
  case HTTP_BODY_EXTENSION: return extension_character (body, c);
  case HTTP_BODY_SIZE_LF: return c == '\n' ? start_chunk (body) : FAULT (BAD_CHUNK_SIZE);
  case HTTP_BODY_DATA_CR: return exact_character (body, c, '\r', HTTP_BODY_DATA_LF, FAULT (BAD_CHUNK_END));
  case HTTP_BODY_DATA_LF: return exact_character (body, c, '\n', HTTP_BODY_SIZE, FAULT (BAD_CHUNK_END));
  case HTTP_BODY_TRAILER_START:
  case HTTP_BODY_TRAILER_NAME:
  case HTTP_BODY_TRAILER_VALUE: return trailer_character (body, c);
  case HTTP_BODY_TRAILER_LF:
    return exact_character (body, c, '\n', HTTP_BODY_TRAILER_START, FAULT (BAD_TRAILER));
  case HTTP_BODY_FINAL_LF: return exact_character (body, c, '\n', HTTP_BODY_COMPLETE, FAULT (BAD_TRAILER));
  case HTTP_BODY_DATA:
  case HTTP_BODY_COMPLETE: break;
  }
  abort (); /* content is not framing */
}

/* A slice of the content, as long as the input and the length allow. */
static Bytes
take_content (HttpBody *body, const char *bytes, size_t length)
{
  size_t taken = body->remaining < length ? (size_t)body->remaining : length;
  body->remaining -= taken;
  body->received += taken;
  if (body->remaining == 0)
    body->state = body->framing == HTTP_CHUNKED ? HTTP_BODY_DATA_CR : HTTP_BODY_COMPLETE;
  return (Bytes){(const uint8_t *)bytes, taken};
}

HttpProgress
http_body_decode (HttpBody *body, const char *bytes, size_t length, size_t *consumed, Bytes *content,
                  const HttpFault **fault)
{
  size_t at = 0;
  *content = (Bytes){NULL, 0};
  while (at < length && body->state != HTTP_BODY_COMPLETE) {
    if (body->state == HTTP_BODY_DATA) {
      *content = take_content (body, bytes + at, length - at);
      at += content->length;
      break;
    }
    const HttpFault *wrong = framing_character (body, bytes[at++]);
    if (wrong != NULL) {
      *consumed = at;
      *fault = wrong;
      return HTTP_FAILED;
    }
  }
  *consumed = at;
  return body->state == HTTP_BODY_COMPLETE ? HTTP_DONE : HTTP_MORE;
}
