/* Growing a text and writing it when it differs from the file. */
#include "output.h"

#include "core/memory.h"

#include <stdio.h>
#include <string.h>

struct Output {
  char *text;
  size_t length;
  size_t capacity;
};

Output *
output_new (void *owner)
{
  Output *output = memory_new (owner, Output);
  output->capacity = 4096;
  output->text = memory_must (talloc_zero_size (output, output->capacity));
  return output;
}

static void
append (Output *output, const char *text, size_t length)
{
  if (output->length + length + 1 > output->capacity) {
    output->capacity = 2 * (output->length + length + 1);
    output->text = memory_must (talloc_realloc_size (output, output->text, output->capacity));
  }
  memcpy (output->text + output->length, text, length);
  output->length += length;
  output->text[output->length] = '\0';
}

void
output_print (Output *output, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  char *text = memory_must (talloc_vasprintf (output, format, arguments));
  va_end (arguments);
  append (output, text, strlen (text));
  talloc_free (text);
}

void
output_quote (Output *output, const char *text)
{
  append (output, "\"", 1);
  for (const char *at = text; *at != '\0'; at++) {
    unsigned char byte = (unsigned char)*at;
    if (byte == '"' || byte == '\\')
      output_print (output, "\\%c", byte);
    else if (byte < 0x20 || byte >= 0x7f)
      output_print (output, "\\%03o", byte);
    else
      append (output, at, 1);
  }
  append (output, "\"", 1);
}

const char *
output_text (const Output *output, size_t *length)
{
  if (length != NULL)
    *length = output->length;
  return output->text;
}

static bool
same (const Output *output, const char *path)
{
  FILE *file = fopen (path, "rb");
  if (file == NULL)
    return false;
  void *scratch = memory_context (NULL);
  char *there = memory_must (talloc_size (scratch, output->length + 1));
  size_t length = fread (there, 1, output->length + 1, file);
  fclose (file);
  bool equal = length == output->length && memcmp (there, output->text, length) == 0;
  talloc_free (scratch);
  return equal;
}

bool
output_write (const Output *output, const char *folder, const char *name)
{
  void *scratch = memory_context (NULL);
  const char *path = memory_format (scratch, "%s/%s", folder, name);
  bool done = same (output, path);
  if (!done) {
    FILE *file = fopen (path, "wb");
    if (file != NULL) {
      done = fwrite (output->text, 1, output->length, file) == output->length;
      done = fclose (file) == 0 && done;
    }
  }
  talloc_free (scratch);
  return done;
}
