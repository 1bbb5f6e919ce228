/* The growing text that JSON is written into, and the leaves: strings, numbers, base64. No tree is built: a
 * reply of a thousand rows is one pass over the message and a handful of reallocations. */
#include "gateway/json/json.h"

#include <string.h>

JsonBuffer *
json_buffer_new (void *owner, size_t capacity)
{
  JsonBuffer *buffer = memory_new (owner, JsonBuffer);
  buffer->capacity = capacity < 64 ? 64 : capacity;
  buffer->data = memory_must (talloc_size (buffer, buffer->capacity));
  return buffer;
}

Bytes
json_buffer_bytes (const JsonBuffer *buffer)
{
  return (Bytes){(const uint8_t *)buffer->data, buffer->length};
}

static char *
reserve (JsonBuffer *buffer, size_t length)
{
  size_t needed = buffer->length + length;
  if (needed > buffer->capacity) {
    while (buffer->capacity < needed)
      buffer->capacity *= 2;
    buffer->data = memory_must (talloc_realloc_size (buffer, buffer->data, buffer->capacity));
  }
  return buffer->data + buffer->length;
}

void
json_append (JsonBuffer *buffer, const char *bytes, size_t length)
{
  if (length == 0)
    return;
  memcpy (reserve (buffer, length), bytes, length);
  buffer->length += length;
}

void
json_append_raw (JsonBuffer *buffer, const char *text)
{
  json_append (buffer, text, strlen (text));
}

/* The short escapes; 'u' for the other control characters; 0 for everything that stands for itself. The NUL
 * at the end of a text has one too, so that it ends a run of plain characters. */
static const char escapes[256] = {
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b',         't',           'n',          'u',
    'f', 'r', 'u', 'u', 'u', 'u', 'u', 'u', 'u',         'u',           'u',          'u',
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', ['"'] = '"', ['\\'] = '\\', [0x7f] = 'u',
};

void
json_append_string (JsonBuffer *buffer, const char *text)
{
  static const char digits[] = "0123456789abcdef";
  json_append (buffer, "\"", 1);
  for (const char *at = text;; at++) {
    const char *plain = at;
    while (escapes[(unsigned char)*at] == 0)
      at++;
    json_append (buffer, plain, (size_t)(at - plain));
    unsigned char character = (unsigned char)*at;
    if (character == '\0')
      break;
    char escape = escapes[character];
    char out[6] = {'\\', escape, '0', '0', digits[character >> 4], digits[character & 15]};
    json_append (buffer, out, escape == 'u' ? 6 : 2);
  }
  json_append (buffer, "\"", 1);
}

void
json_append_unsigned (JsonBuffer *buffer, uint64_t number)
{
  char digits[20];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + number % 10);
    number /= 10;
  } while (number != 0);
  json_append (buffer, digits + at, sizeof digits - at);
}

void
json_append_signed (JsonBuffer *buffer, int64_t number)
{
  if (number < 0)
    json_append (buffer, "-", 1);
  json_append_unsigned (buffer, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

void
json_append_base64 (JsonBuffer *buffer, const uint8_t *bytes, size_t length)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char *out = reserve (buffer, (length + 2) / 3 * 4);
  for (size_t i = 0; i < length; i += 3) {
    size_t left = length - i;
    uint32_t group = (uint32_t)bytes[i] << 16;
    group |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
    group |= left > 2 ? (uint32_t)bytes[i + 2] : 0;
    *out++ = alphabet[group >> 18];
    *out++ = alphabet[group >> 12 & 63];
    *out++ = (char)(left > 1 ? alphabet[group >> 6 & 63] : '=');
    *out++ = (char)(left > 2 ? alphabet[group & 63] : '=');
  }
  buffer->length = (size_t)(out - buffer->data);
}
