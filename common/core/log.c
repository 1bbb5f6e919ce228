/* The log. A line is built in a buffer on the stack and written by one write(2), so lines of several threads
 * and processes never mix. */
#include "core/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"

#define LINE_MAX_BYTES 4096

static struct {
  const char *service;
  LogLevel least;
} settings = {"heimo", LOG_INFO_LEVEL}; /* written by log_open before threads exist, read-only afterwards */

static const char *const level_names[] = {"debug", "info", "warning", "error"};

typedef struct Line {
  char text[LINE_MAX_BYTES];
  size_t length;
} Line;

void
log_open (const char *service, const char *level)
{
  settings.service = service;
  for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++)
    if (strcmp (level, level_names[i]) == 0)
      settings.least = (LogLevel)i;
}

/* Keeps room for the closing brace and the line feed. */
static void
put (Line *line, const char *text, size_t length)
{
  size_t room = sizeof line->text - 8 - line->length;
  if (length > room)
    length = room;
  memcpy (line->text + line->length, text, length);
  line->length += length;
}

static void
put_text (Line *line, const char *text)
{
  put (line, text, strlen (text));
}

static void
put_json (Line *line, const char *text)
{
  put_text (line, "\"");
  for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
    char escaped[8];
    if (sizeof line->text - line->length < 32)
      break;
    if (*at == '"' || *at == '\\')
      snprintf (escaped, sizeof escaped, "\\%c", *at);
    else if (*at < 0x20 || *at == 0x7f)
      snprintf (escaped, sizeof escaped, "\\u%04x", *at);
    else
      snprintf (escaped, sizeof escaped, "%c", *at);
    put_text (line, escaped);
  }
  put_text (line, "\"");
}

static void
put_pair (Line *line, const char *key, const char *value)
{
  if (value == NULL)
    return;
  put_text (line, ",");
  put_json (line, key);
  put_text (line, ":");
  put_json (line, value);
}

static void
begin (Line *line, LogLevel level, const char *message)
{
  struct timespec now;
  char time[CLOCK_TEXT_SIZE];
  clock_gettime (CLOCK_REALTIME, &now);
  clock_format ((int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000, time);
  line->length = 0;
  put_text (line, "{\"ts\":");
  put_json (line, time);
  put_pair (line, "level", level_names[level]);
  put_pair (line, "svc", settings.service);
  put_pair (line, "msg", message);
}

static void
put_pairs (Line *line, va_list arguments)
{
  const char *key;
  while ((key = va_arg (arguments, const char *)) != NULL)
    put_pair (line, key, va_arg (arguments, const char *));
}

static void
end (Line *line)
{
  memcpy (line->text + line->length, "}\n", 2);
  ssize_t written = write (STDOUT_FILENO, line->text, line->length + 2);
  (void)written; /* a log that cannot be written must not stop the service */
}

void
log_write (LogLevel level, const char *message, ...)
{
  if (level < settings.least)
    return;
  Line line;
  va_list arguments;
  begin (&line, level, message);
  va_start (arguments, message);
  put_pairs (&line, arguments);
  va_end (arguments);
  end (&line);
}

void
log_status (LogLevel level, const char *message, Status status, ...)
{
  if (level < settings.least)
    return;
  Line line;
  va_list arguments;
  begin (&line, level, message);
  put_pair (&line, "code", status_code_name (status.code));
  if (status.detail != NULL) {
    put_pair (&line, "reason", status.detail->reason);
    put_pair (&line, "detail", status.detail->message);
    if (status.detail->violation_count > 0)
      put_pair (&line, "field", status.detail->violations[0].field);
  }
  va_start (arguments, status);
  put_pairs (&line, arguments);
  va_end (arguments);
  end (&line);
}
