/* Writing the head of an answer, and the problem bodies of the codec's own refusals. */
#include "gateway/http/response.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct {
  unsigned status;
  const char *phrase;
} phrases[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {499, "Client Closed Request"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

const char *
http_status_phrase (unsigned status)
{
  for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
    if (phrases[i].status == status)
      return phrases[i].phrase;
  return "Status";
}

void
http_date (char date[HTTP_DATE_BYTES], int64_t seconds)
{
  static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  time_t when = (time_t)seconds;
  struct tm tm;
  /* Not strftime: its names follow the locale. */
  gmtime_r (&when, &tm);
  char text[64];
  snprintf (text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday], tm.tm_mday,
            months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
  memcpy (date, text, HTTP_DATE_BYTES - 1);
  date[HTTP_DATE_BYTES - 1] = 0;
}

/* A field that would let its value start another field or another answer, or contradict the codec's own
 * framing. */
static bool
can_send (const HttpField *field)
{
  static const HttpText ours[] = {
      {"content-length", 14}, {"transfer-encoding", 17}, {"connection", 10}, {"date", 4}};
  HttpText name = {field->name, strlen (field->name)};
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
    if (name.length == ours[i].length && http_text_is (name, ours[i].data))
      return false;
  return http_is_token_text (name) && http_is_field_value ((HttpText){field->value, strlen (field->value)});
}

static char *
put_number (char *out, uint64_t number)
{
  char digits[20];
  size_t count = 0;
  do
    digits[count++] = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  while (count > 0)
    *out++ = digits[--count];
  return out;
}

static char *
put_framing (char *out, const HttpResponse *response)
{
  if (response->extent == HTTP_EXTENT_LENGTH)
    out = stpcpy (put_number (stpcpy (out, "Content-Length: "), response->length), "\r\n");
  else if (response->extent == HTTP_EXTENT_CHUNKS)
    out = stpcpy (out, "Transfer-Encoding: chunked\r\n");
  if (response->persistence == HTTP_CLOSE)
    out = stpcpy (out, "Connection: close\r\n");
  else if (response->version == HTTP_1_0)
    out = stpcpy (out, "Connection: keep-alive\r\n");
  return out;
}

/* More than the status line, Date, framing and the empty line ever take. */
#define FIXED_BYTES 256

Bytes
http_response_head (void *context, const HttpResponse *response)
{
  size_t size = FIXED_BYTES;
  for (size_t i = 0; i < response->field_count; i++) {
    if (!can_send (&response->fields[i]))
      return (Bytes){NULL, 0};
    size += strlen (response->fields[i].name) + strlen (response->fields[i].value) + 4;
  }
  char *start = memory_must (talloc_size (context, size));
  char *out = put_number (stpcpy (start, "HTTP/1.1 "), response->status);
  out = stpcpy (stpcpy (stpcpy (out, " "), http_status_phrase (response->status)), "\r\nDate: ");
  out = stpcpy (stpcpy (out, response->date), "\r\n");
  for (size_t i = 0; i < response->field_count; i++) {
    out = stpcpy (stpcpy (out, response->fields[i].name), ": ");
    out = stpcpy (stpcpy (out, response->fields[i].value), "\r\n");
  }
  out = stpcpy (put_framing (out, response), "\r\n");
  return (Bytes){(const uint8_t *)start, (size_t)(out - start)};
}

Bytes
http_problem (void *context, const char *base, const HttpFault *fault)
{
  char *text = memory_format (
      context, "{\"type\":\"%s%s\",\"title\":\"%s\",\"status\":%u,\"detail\":\"%s\",\"reason\":\"%s\"}\n",
      base == NULL ? "" : base, fault->reason, http_status_phrase (fault->status), fault->status,
      fault->detail, fault->reason);
  return (Bytes){(const uint8_t *)text, strlen (text)};
}
