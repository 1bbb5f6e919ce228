/* Finding the end of a request head and taking it apart.
 *
 * Strict on purpose: whatever two parsers could read in two ways is refused, because that is how a second
 * request is smuggled past a proxy. The rules, one by one, are in README.md and in
 * tests/unit/gateway/http/test_head.c.
 */
#include "gateway/http/head.h"

#include <arpa/inet.h>
#include <event2/util.h>
#include <string.h>

#define FAULT(name) (&http_faults[HTTP_##name])

/* No method we know is longer; a first word beyond it is not worth reading to its end. */
#define METHOD_BYTES_MAX 16
#define VERSION_BYTES 8
#define HOST_BYTES_MAX 255
#define LENGTH_DIGITS_MAX 18

static const char *const method_names[HTTP_METHOD_COUNT] = {
    [HTTP_GET] = "GET",     [HTTP_HEAD] = "HEAD",     [HTTP_POST] = "POST",      [HTTP_PUT] = "PUT",
    [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS"};

const char *
http_method_name (HttpMethod method)
{
  return method_names[method];
}

/* ---- characters ---- */

/* The token characters of RFC 9110 5.6.2, one bit for each of 0 … 127. */
static const uint32_t token_bits[4] = {
    0,          /* controls */
    0x03ff6cfa, /* ! # $ % & ' * + - . 0-9 */
    0xc7fffffe, /* A-Z ^ _ */
    0x57ffffff, /* ` a-z | ~ */
};

bool
http_is_token (unsigned char character)
{
  return character < 128 && ((token_bits[character >> 5] >> (character & 31)) & 1) != 0;
}

bool
http_is_token_text (HttpText text)
{
  for (size_t i = 0; i < text.length; i++)
    if (!http_is_token ((unsigned char)text.data[i]))
      return false;
  return text.length > 0;
}

bool
http_is_field_value (HttpText text)
{
  for (size_t i = 0; i < text.length; i++) {
    unsigned char c = (unsigned char)text.data[i];
    if ((c < 0x20 && c != '\t') || c == 0x7f)
      return false;
  }
  return true;
}

static bool
is_visible (HttpText text)
{
  for (size_t i = 0; i < text.length; i++)
    if (text.data[i] <= 0x20 || text.data[i] >= 0x7f)
      return false;
  return true;
}

static bool
is_digit (char c)
{
  return c >= '0' && c <= '9';
}

bool
http_text_is (HttpText text, const char *word)
{
  return text.length == strlen (word) && evutil_ascii_strncasecmp (text.data, word, text.length) == 0;
}

static HttpText
trimmed (HttpText text)
{
  while (text.length > 0 && (*text.data == ' ' || *text.data == '\t'))
    text = (HttpText){text.data + 1, text.length - 1};
  while (text.length > 0 && (text.data[text.length - 1] == ' ' || text.data[text.length - 1] == '\t'))
    text.length--;
  return text;
}

/* Cuts `text` at the first `separator`; what follows it goes to *rest (data NULL when there is none). */
static HttpText
cut (HttpText text, char separator, HttpText *rest)
{
  const char *at = memchr (text.data, separator, text.length);
  *rest = (HttpText){NULL, 0};
  if (at == NULL)
    return text;
  size_t length = (size_t)(at - text.data);
  *rest = (HttpText){at + 1, text.length - length - 1};
  return (HttpText){text.data, length};
}

/* ---- the Host ---- */

static bool
is_port (HttpText port)
{
  unsigned number = 0;
  for (size_t i = 0; i < port.length; i++) {
    if (!is_digit (port.data[i]) || i >= 5)
      return false;
    number = number * 10 + (unsigned)(port.data[i] - '0');
  }
  return number <= 65535;
}

static bool
is_ip6 (HttpText text)
{
  char copy[INET6_ADDRSTRLEN];
  struct in6_addr address;
  if (text.length >= sizeof copy)
    return false;
  memcpy (copy, text.data, text.length);
  copy[text.length] = 0;
  return strlen (copy) == text.length && inet_pton (AF_INET6, copy, &address) == 1;
}

static bool
is_registered_name (HttpText text)
{
  for (size_t i = 0; i < text.length; i++) {
    char c = text.data[i];
    char lower = (char)(c | 0x20);
    if (!is_digit (c) && !(lower >= 'a' && lower <= 'z') && c != '-' && c != '.' && c != '_' && c != '~')
      return false;
  }
  return text.length > 0;
}

bool
http_is_host (HttpText text)
{
  if (text.length == 0 || text.length > HOST_BYTES_MAX)
    return false;
  HttpText rest;
  if (text.data[0] != '[') {
    HttpText name = cut (text, ':', &rest);
    return is_registered_name (name) && is_port (rest);
  }
  HttpText address = cut ((HttpText){text.data + 1, text.length - 1}, ']', &rest);
  return rest.data != NULL && is_ip6 (address) &&
         (rest.length == 0 || (*rest.data == ':' && is_port ((HttpText){rest.data + 1, rest.length - 1})));
}

/* ---- finding the end ---- */

static HttpProgress
failed (const HttpFault **fault, const HttpFault *what)
{
  *fault = what;
  return HTTP_FAILED;
}

/* The first byte of a head: one empty line before it is forgiven, as RFC 9112 2.2 asks. */
static HttpProgress
scan_start (HttpHeadScan *scan, const char *bytes, size_t length, const HttpFault **fault)
{
  if (length > 0 && bytes[0] == '\r') {
    if (length == 1)
      return HTTP_MORE;
    if (bytes[1] != '\n')
      return failed (fault, FAULT (BAD_REQUEST_LINE));
    scan->head_start = 2;
  }
  if (length == scan->head_start)
    return HTTP_MORE;
  char first = bytes[scan->head_start];
  if (first == '\n')
    return failed (fault, FAULT (BARE_LINE_FEED));
  if (!http_is_token ((unsigned char)first))
    return failed (fault, FAULT (BAD_REQUEST_LINE));
  scan->position = scan->line_start = scan->head_start;
  return HTTP_DONE;
}

/* The longest request line that parse_request_line could accept, without its LF. */
static size_t
request_line_max (const HttpHeadLimits *limits)
{
  return METHOD_BYTES_MAX + 1 + limits->target + 1 + VERSION_BYTES + 1;
}

/* What can be said before a line ends. The same is said when the end is there already, so that the answer
 * does not depend on how the bytes arrive. */
static const HttpFault *
check_length (const HttpHeadScan *scan, const char *bytes, size_t length, const HttpHeadLimits *limits)
{
  const char *line = bytes + scan->line_start;
  size_t line_length = length - scan->line_start;
  if (scan->lines == 0 && line_length > METHOD_BYTES_MAX &&
      memchr (line, ' ', METHOD_BYTES_MAX + 1) == NULL && memchr (line, '\n', METHOD_BYTES_MAX + 1) == NULL)
    return FAULT (UNKNOWN_METHOD);
  if (scan->lines == 0 && line_length > request_line_max (limits) &&
      memchr (line, '\n', request_line_max (limits) + 1) == NULL)
    return FAULT (TARGET_TOO_LONG);
  return NULL;
}

HttpProgress
http_head_scan (HttpHeadScan *scan, const char *bytes, size_t length, const HttpHeadLimits *limits,
                const HttpFault **fault)
{
  if (scan->position == 0) {
    HttpProgress start = scan_start (scan, bytes, length, fault);
    if (start != HTTP_DONE)
      return start;
  }
  const HttpFault *wrong = check_length (scan, bytes, length, limits);
  if (wrong != NULL)
    return failed (fault, wrong);
  size_t end = scan->head_start + limits->bytes;
  if (end > length)
    end = length;
  const char *feed;
  while ((feed = memchr (bytes + scan->position, '\n', end - scan->position)) != NULL) {
    size_t line = (size_t)(feed - bytes) - scan->line_start;
    if (line == 0 || feed[-1] != '\r')
      return failed (fault, FAULT (BARE_LINE_FEED));
    scan->position = scan->line_start = (size_t)(feed - bytes) + 1;
    if (line == 1)
      return HTTP_DONE;
    if (scan->lines++ > limits->headers)
      return failed (fault, FAULT (TOO_MANY_HEADERS));
  }
  scan->position = end;
  return length - scan->head_start > limits->bytes ? failed (fault, FAULT (HEAD_TOO_LARGE)) : HTTP_MORE;
}

/* ---- the request line ---- */

static const HttpFault *
parse_version (HttpHead *head, HttpText version)
{
  const char *v = version.data;
  if (version.length != VERSION_BYTES || memcmp (v, "HTTP/", 5) != 0 || !is_digit (v[5]) || v[6] != '.' ||
      !is_digit (v[7]))
    return FAULT (BAD_REQUEST_LINE);
  if (v[5] != '1' || v[7] > '1')
    return FAULT (UNKNOWN_VERSION);
  head->version = v[7] == '1' ? HTTP_1_1 : HTTP_1_0;
  return NULL;
}

static const HttpFault *
parse_method (HttpHead *head, HttpText method)
{
  for (size_t i = 0; i < HTTP_METHOD_COUNT; i++)
    if (method.length == strlen (method_names[i]) &&
        memcmp (method.data, method_names[i], method.length) == 0) {
      head->method = (HttpMethod)i;
      return NULL;
    }
  return FAULT (UNKNOWN_METHOD);
}

static const HttpFault *
parse_request_line (HttpHead *head, HttpText line, const HttpHeadLimits *limits)
{
  HttpText target, version;
  HttpText method = cut (line, ' ', &target);
  if (target.data == NULL || !http_is_token_text (method))
    return FAULT (BAD_REQUEST_LINE);
  target = cut (target, ' ', &version);
  if (target.length > limits->target)
    return FAULT (TARGET_TOO_LONG);
  if (version.data == NULL || target.length == 0)
    return FAULT (BAD_REQUEST_LINE);
  if (!is_visible (target))
    return FAULT (BAD_TARGET);
  head->target = target;
  const HttpFault *fault = parse_version (head, version);
  return fault != NULL ? fault : parse_method (head, method);
}

/* ---- the headers that mean something to the codec ---- */

/* What the header lines said, until all of them are known. */
typedef struct Reading {
  HttpHead *head;
  size_t hosts;
  size_t lengths;
  size_t encodings;
  HttpText encoding;
  bool says_close;
  bool says_keep_alive;
} Reading;

static const HttpFault *
read_host (Reading *reading, HttpText value)
{
  if (reading->hosts++ > 0)
    return FAULT (DUPLICATE_HOST);
  reading->head->host = value;
  return http_is_host (value) ? NULL : FAULT (BAD_HOST);
}

static const HttpFault *
read_content_length (Reading *reading, HttpText value)
{
  if (reading->lengths++ > 0)
    return FAULT (DUPLICATE_CONTENT_LENGTH);
  if (value.length == 0 || value.length > LENGTH_DIGITS_MAX)
    return FAULT (BAD_CONTENT_LENGTH);
  uint64_t length = 0;
  for (size_t i = 0; i < value.length; i++) {
    if (!is_digit (value.data[i]))
      return FAULT (BAD_CONTENT_LENGTH);
    length = length * 10 + (uint64_t)(value.data[i] - '0');
  }
  reading->head->content_length = length;
  return NULL;
}

static const HttpFault *
read_transfer_encoding (Reading *reading, HttpText value)
{
  reading->encoding = value;
  return reading->encodings++ > 0 ? FAULT (DUPLICATE_TRANSFER_ENCODING) : NULL;
}

static const HttpFault *
read_connection (Reading *reading, HttpText value)
{
  while (value.data != NULL) {
    HttpText rest;
    HttpText option = trimmed (cut (value, ',', &rest));
    reading->says_close |= http_text_is (option, "close");
    reading->says_keep_alive |= http_text_is (option, "keep-alive");
    value = rest;
  }
  return NULL;
}

static const HttpFault *
read_expect (Reading *reading, HttpText value)
{
  if (reading->head->version == HTTP_1_0)
    return NULL;
  reading->head->expects_continue = true;
  return http_text_is (value, "100-continue") ? NULL : FAULT (UNKNOWN_EXPECTATION);
}

static const struct {
  const char *name;
  const HttpFault *(*read) (Reading *reading, HttpText value);
} known_headers[] = {
    {"host", read_host},
    {"content-length", read_content_length},
    {"transfer-encoding", read_transfer_encoding},
    {"connection", read_connection},
    {"expect", read_expect},
};

static const HttpFault *
parse_header (Reading *reading, HttpText line, const HttpHeadLimits *limits)
{
  HttpHead *head = reading->head;
  if (*line.data == ' ' || *line.data == '\t')
    return FAULT (FOLDED_HEADER);
  HttpText value;
  HttpText name = cut (line, ':', &value);
  if (value.data == NULL || !http_is_token_text (name))
    return FAULT (BAD_HEADER_NAME);
  if (!http_is_field_value (value))
    return FAULT (CONTROL_CHARACTER);
  if (head->header_count == limits->headers || head->header_count == HTTP_HEADERS_MAX)
    return FAULT (TOO_MANY_HEADERS);
  value = trimmed (value);
  head->headers[head->header_count++] = (HttpHeader){name, value};
  for (size_t i = 0; i < sizeof known_headers / sizeof *known_headers; i++)
    if (http_text_is (name, known_headers[i].name))
      return known_headers[i].read (reading, value);
  return NULL;
}

static const HttpFault *
decide_encoding (Reading *reading)
{
  if (reading->lengths > 0)
    return FAULT (LENGTH_AND_ENCODING);
  if (reading->head->version == HTTP_1_0)
    return FAULT (ENCODING_ON_HTTP_1_0);
  HttpText rest;
  if (!http_text_is (trimmed (cut (reading->encoding, ',', &rest)), "chunked"))
    return reading->encoding.length == 0 ? FAULT (BAD_TRANSFER_ENCODING) : FAULT (UNKNOWN_TRANSFER_ENCODING);
  if (rest.data != NULL)
    return FAULT (BAD_TRANSFER_ENCODING);
  reading->head->framing = HTTP_CHUNKED;
  return NULL;
}

/* Where the body ends and whether another request may follow: from all the headers together. */
static const HttpFault *
decide (Reading *reading)
{
  HttpHead *head = reading->head;
  if (head->version == HTTP_1_1 && reading->hosts == 0)
    return FAULT (MISSING_HOST);
  if (reading->encodings > 0) {
    const HttpFault *fault = decide_encoding (reading);
    if (fault != NULL)
      return fault;
  } else if (reading->lengths > 0 && head->content_length > 0) {
    head->framing = HTTP_LENGTH;
  }
  if (head->framing != HTTP_NO_BODY && head->method == HTTP_HEAD)
    return FAULT (BODY_NOT_ALLOWED);
  bool stays = head->version == HTTP_1_1 || reading->says_keep_alive;
  head->persistence = stays && !reading->says_close ? HTTP_KEEP_ALIVE : HTTP_CLOSE;
  return NULL;
}

const HttpFault *
http_head_parse (HttpHead *head, const char *bytes, size_t length, const HttpHeadLimits *limits)
{
  /* Not the whole struct: the header array is large, and filled as far as header_count says. */
  memset (head, 0, offsetof (HttpHead, headers));
  Reading reading = {.head = head};
  const HttpFault *fault = NULL;
  const char *end = bytes + length;
  bool first = true;
  if (length > limits->bytes)
    return FAULT (HEAD_TOO_LARGE);
  while (fault == NULL && bytes < end) {
    const char *feed = memchr (bytes, '\n', (size_t)(end - bytes));
    if (feed == NULL || feed == bytes || feed[-1] != '\r')
      return FAULT (BARE_LINE_FEED);
    HttpText line = {bytes, (size_t)(feed - bytes) - 1};
    bytes = feed + 1;
    if (line.length == 0 && !first && bytes == end)
      return decide (&reading);
    if (line.length == 0)
      return FAULT (BAD_REQUEST_LINE);
    fault = first ? parse_request_line (head, line, limits) : parse_header (&reading, line, limits);
    first = false;
  }
  return fault != NULL ? fault : FAULT (BAD_REQUEST_LINE);
}

/* ---- looking up ---- */

const HttpText *
http_head_find (const HttpHead *head, const char *name)
{
  for (size_t i = 0; i < head->header_count; i++)
    if (http_text_is (head->headers[i].name, name))
      return &head->headers[i].value;
  return NULL;
}

size_t
http_head_count (const HttpHead *head, const char *name)
{
  size_t count = 0;
  for (size_t i = 0; i < head->header_count; i++)
    count += http_text_is (head->headers[i].name, name);
  return count;
}
