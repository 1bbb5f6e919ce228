/* Decoding and normalising the request target, once. */
#include "gateway/http/target.h"

#include "core/memory.h"
#include "core/text.h"

#include <event2/util.h>
#include <string.h>

#define FAULT(name) (&http_faults[HTTP_##name])

/* What may stand unencoded besides letters and digits. The path is RFC 3986; the query is as wide as what
 * browsers send, because nothing is decided by it before it is decoded. */
static const char path_marks[] = "-._~!$&'()*+,;=:@/%";
static const char query_marks[] = "-._~!$&'()*+,;=:@/%?[]{}|\\^`";

static bool
has_only (HttpText text, const char *marks)
{
  for (size_t i = 0; i < text.length; i++) {
    unsigned char c = (unsigned char)text.data[i];
    unsigned char lower = (unsigned char)(c | 0x20);
    bool plain = (c >= '0' && c <= '9') || (c < 128 && lower >= 'a' && lower <= 'z');
    if (!plain && (c == 0 || strchr (marks, c) == NULL))
      return false;
  }
  return true;
}

static int
hex (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  char lower = (char)(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The byte that the escape at `at` stands for, or -1. */
static int
escaped (HttpText text, size_t at)
{
  if (text.length - at < 3)
    return -1;
  int high = hex (text.data[at + 1]), low = hex (text.data[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* ---- path ---- */

/* Decodes one segment to `out`. */
static const HttpFault *
decode_segment (HttpText raw, char *out, size_t *length)
{
  size_t written = 0;
  for (size_t i = 0; i < raw.length; i++) {
    if (raw.data[i] != '%') {
      out[written++] = raw.data[i];
      continue;
    }
    int byte = escaped (raw, i);
    if (byte < 0)
      return FAULT (BAD_PERCENT_ENCODING);
    if (byte == '/' || byte == '\\')
      return FAULT (ENCODED_SLASH);
    if (byte < 0x20 || byte == 0x7f)
      return FAULT (ENCODED_NUL);
    out[written++] = (char)byte;
    i += 2;
  }
  *length = written;
  return NULL;
}

/* The path, decoded and without dot segments. `raw` begins with "/". */
static const HttpFault *
parse_path (void *context, HttpTarget *target, HttpText raw)
{
  if (!has_only (raw, path_marks))
    return FAULT (BAD_TARGET);
  char *out = memory_must (talloc_size (context, raw.length + 1));
  size_t length = 0, at = 0;
  while (at < raw.length) {
    HttpText segment = {raw.data + at + 1, 0};
    const char *next = memchr (segment.data, '/', raw.length - at - 1);
    segment.length = next == NULL ? raw.length - at - 1 : (size_t)(next - segment.data);
    at += segment.length + 1;
    size_t decoded;
    const HttpFault *fault = decode_segment (segment, out + length + 1, &decoded);
    if (fault != NULL)
      return fault;
    out[length] = '/';
    const char *name = out + length + 1;
    bool dot = decoded == 1 && name[0] == '.';
    bool up = decoded == 2 && name[0] == '.' && name[1] == '.';
    if (up && length == 0)
      return FAULT (PATH_ABOVE_ROOT);
    while (up && out[--length] != '/')
      continue;
    if (!dot && !up)
      length += decoded + 1;
    else if (at == raw.length)
      length++; /* "/a/." and "/a/b/.." are "/a/" */
  }
  out[length] = 0;
  target->path = (HttpText){out, length};
  return text_is_utf8 (target->path.data, target->path.length) ? NULL : FAULT (BAD_UTF8);
}

/* ---- query ---- */

/* Decodes a name or value to *out, which moves on behind its NUL. */
static const HttpFault *
decode_parameter (HttpText raw, char **out, HttpText *text)
{
  char *at = *out;
  for (size_t i = 0; i < raw.length; i++) {
    int byte = (unsigned char)raw.data[i];
    if (byte == '+') {
      byte = ' ';
    } else if (byte == '%') {
      byte = escaped (raw, i);
      i += 2;
    }
    if (byte <= 0)
      return byte < 0 ? FAULT (BAD_PERCENT_ENCODING) : FAULT (ENCODED_NUL);
    *at++ = (char)byte;
  }
  *text = (HttpText){*out, (size_t)(at - *out)};
  *at++ = 0;
  *out = at;
  return text_is_utf8 (text->data, text->length) ? NULL : FAULT (BAD_UTF8);
}

static HttpText
cut (HttpText text, char separator, HttpText *rest)
{
  const char *at = memchr (text.data, separator, text.length);
  size_t length = at == NULL ? text.length : (size_t)(at - text.data);
  *rest = at == NULL ? (HttpText){text.data + length, 0} : (HttpText){at + 1, text.length - length - 1};
  return (HttpText){text.data, length};
}

static const HttpFault *
parse_query (void *context, HttpTarget *target)
{
  HttpText rest = target->query;
  if (rest.length == 0)
    return NULL;
  if (!has_only (rest, query_marks))
    return FAULT (BAD_TARGET);
  size_t count = 1;
  for (size_t i = 0; i < rest.length; i++)
    count += rest.data[i] == '&';
  if (count > HTTP_PARAMETERS_MAX)
    return FAULT (TOO_MANY_PARAMETERS);
  HttpParameter *parameters = memory_array (context, HttpParameter, count);
  char *out = memory_must (talloc_size (context, rest.length + 2 * count));
  const HttpFault *fault = NULL;
  while (fault == NULL && rest.length > 0) {
    HttpText raw_value;
    HttpText raw_name = cut (cut (rest, '&', &rest), '=', &raw_value);
    if (raw_name.length + raw_value.length == 0)
      continue;
    HttpParameter *parameter = &parameters[target->parameter_count++];
    fault = decode_parameter (raw_name, &out, &parameter->name);
    if (fault == NULL)
      fault = decode_parameter (raw_value, &out, &parameter->value);
  }
  target->parameters = parameters;
  return fault;
}

/* ---- the whole ---- */

/* Takes the scheme and the authority off an absolute form; leaves path and query in *raw. The authority is
 * copied, because texts end with a NUL. */
static const HttpFault *
parse_authority (void *context, HttpTarget *target, HttpText *raw)
{
  static const char *const schemes[] = {"http://", "https://"};
  for (size_t i = 0; i < 2; i++) {
    size_t length = strlen (schemes[i]);
    if (raw->length <= length || evutil_ascii_strncasecmp (raw->data, schemes[i], length) != 0)
      continue;
    size_t end = length;
    while (end < raw->length && raw->data[end] != '/' && raw->data[end] != '?')
      end++;
    HttpText authority = {raw->data + length, end - length};
    if (!http_is_host (authority))
      return FAULT (BAD_HOST);
    target->form = HTTP_ABSOLUTE_FORM;
    target->authority.data = memory_string_n (context, authority.data, authority.length);
    target->authority.length = authority.length;
    *raw = (HttpText){raw->data + end, raw->length - end};
    return NULL;
  }
  return FAULT (BAD_TARGET);
}

const HttpFault *
http_target_parse (void *context, HttpTarget *target, HttpText raw, HttpMethod method, HttpText host)
{
  *target = (HttpTarget){.form = HTTP_ORIGIN_FORM, .authority = host};
  if (raw.length == 1 && *raw.data == '*') {
    target->form = HTTP_ASTERISK_FORM;
    target->path = raw;
    return method == HTTP_OPTIONS ? NULL : FAULT (BAD_TARGET);
  }
  if (raw.length == 0 || *raw.data != '/') {
    const HttpFault *fault = parse_authority (context, target, &raw);
    if (fault != NULL)
      return fault;
  }
  HttpText path = cut (raw, '?', &target->query);
  if (path.length == 0)
    path = (HttpText){"/", 1};
  const HttpFault *fault = parse_path (context, target, path);
  return fault != NULL ? fault : parse_query (context, target);
}

const char *
http_target_parameter (const HttpTarget *target, const char *name)
{
  for (size_t i = 0; i < target->parameter_count; i++)
    if (strcmp (target->parameters[i].name.data, name) == 0)
      return target->parameters[i].value.data;
  return NULL;
}
