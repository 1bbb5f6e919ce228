/* Detecting and converting encodings. */
#include "encoding.h"

#include "core/text.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

typedef struct EncodingRow {
  const char *name;
  const char *alias;
  const char *iconv_name; /* NULL: nothing to convert */
  Bytes mark;
} EncodingRow;

static const EncodingRow rows[ENCODING_COUNT] = {
    [ENCODING_UTF8] = {"UTF-8", "UTF8", NULL, {NULL, 0}},
    [ENCODING_UTF8_BOM] = {"UTF-8-BOM", "UTF8-BOM", NULL, {(const uint8_t *)"\xef\xbb\xbf", 3}},
    [ENCODING_UTF16LE] = {"UTF-16LE", "UTF16LE", "UTF-16LE", {(const uint8_t *)"\xff\xfe", 2}},
    [ENCODING_UTF16BE] = {"UTF-16BE", "UTF16BE", "UTF-16BE", {(const uint8_t *)"\xfe\xff", 2}},
    [ENCODING_WINDOWS_1252] = {"WINDOWS-1252", "CP1252", "CP1252", {NULL, 0}},
};

const char *
encoding_name (Encoding encoding)
{
  return rows[encoding].name;
}

bool
encoding_find (const char *name, Encoding *encoding)
{
  for (int i = 0; i < ENCODING_COUNT; i++)
    if (strcasecmp (name, rows[i].name) == 0 || strcasecmp (name, rows[i].alias) == 0) {
      *encoding = (Encoding)i;
      return true;
    }
  return false;
}

size_t
encoding_mark_length (Encoding encoding, Bytes head)
{
  Bytes mark = rows[encoding].mark;
  return mark.length > 0 && head.length >= mark.length && memcmp (head.data, mark.data, mark.length) == 0
             ? mark.length
             : 0;
}

/* Without its last, perhaps unfinished, character. */
static size_t
without_tail (Bytes text)
{
  size_t length = text.length;
  for (size_t back = 1; back <= 3 && back <= length; back++) {
    uint8_t byte = text.data[length - back];
    if ((byte & 0xc0) == 0x80)
      continue;
    return byte >= 0xc0 ? length - back : length;
  }
  return length;
}

/* ASCII text in UTF-16 has a zero in every second byte: where most of them are tells the order. */
static bool
looks_utf16 (Bytes head, Encoding *encoding)
{
  size_t zeros[2] = {0, 0};
  size_t length = head.length < 4096 ? head.length : 4096;
  for (size_t i = 0; i < length; i++)
    zeros[i % 2] += head.data[i] == 0;
  *encoding = zeros[1] > zeros[0] ? ENCODING_UTF16LE : ENCODING_UTF16BE;
  size_t most = zeros[zeros[1] > zeros[0]];
  return most * 4 > length && most > 4 * zeros[zeros[1] <= zeros[0]];
}

Encoding
encoding_detect (Bytes head, bool whole)
{
  static const Encoding marked[] = {ENCODING_UTF8_BOM, ENCODING_UTF16LE, ENCODING_UTF16BE};
  Encoding encoding;
  for (size_t i = 0; i < sizeof marked / sizeof *marked; i++)
    if (encoding_mark_length (marked[i], head) != 0)
      return marked[i];
  if (looks_utf16 (head, &encoding))
    return encoding;
  const uint8_t *zero = head.length == 0 ? NULL : memchr (head.data, 0, head.length);
  size_t length = whole ? head.length : without_tail (head);
  if (zero != NULL) /* a zero byte has its own reason, told with its line */
    length = (size_t)(zero - head.data);
  return text_is_utf8 ((const char *)head.data, length) ? ENCODING_UTF8 : ENCODING_WINDOWS_1252;
}

static Status
wrong (void *owner, Encoding encoding)
{
  return status_field (owner, "encoding", "WRONG_ENCODING", "The file has bytes that no %s text has",
                       rows[encoding].name);
}

Status
encoding_convert (void *owner, Encoding encoding, Bytes raw, Bytes *utf8, size_t *used)
{
  *utf8 = raw;
  *used = raw.length;
  if (rows[encoding].iconv_name == NULL)
    return STATUS_SUCCESS;
  size_t room = raw.length * 3 + 4; /* a byte of WINDOWS-1252 becomes at most three, a unit of UTF-16 too */
  char *buffer = memory_array (owner, char, room);
  char *in = (char *)(uintptr_t)raw.data;
  char *out = buffer;
  size_t left = raw.length;
  iconv_t conversion = iconv_open ("UTF-8", rows[encoding].iconv_name);
  if (conversion == (iconv_t)-1)
    return status_error (owner, STATUS_INTERNAL, "NO_CONVERSION", "iconv does not know %s",
                         rows[encoding].name);
  size_t result = iconv (conversion, &in, &left, &out, &room);
  int reason = errno;
  iconv_close (conversion);
  if (result == (size_t)-1 && reason != EINVAL) /* EINVAL: the last character is not whole */
    return wrong (owner, encoding);
  *utf8 = (Bytes){(const uint8_t *)buffer, (size_t)(out - buffer)};
  *used = raw.length - left;
  return STATUS_SUCCESS;
}

size_t
encoding_raw_length (Encoding encoding, Bytes utf8)
{
  if (rows[encoding].iconv_name == NULL)
    return utf8.length;
  size_t characters = 0;
  size_t beyond = 0; /* outside the basic plane: two units of UTF-16 */
  for (size_t i = 0; i < utf8.length; i++) {
    characters += (utf8.data[i] & 0xc0) != 0x80;
    beyond += utf8.data[i] >= 0xf0;
  }
  return encoding == ENCODING_WINDOWS_1252 ? characters : 2 * (characters + beyond);
}
