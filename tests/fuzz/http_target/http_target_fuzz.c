/* Any bytes as a request target. What is accepted is clean: C strings of UTF-8, an absolute path without dot
 * segments, and normalising it once more (after encoding what must be) changes nothing.
 */
#include "gateway/http/target.h"

#include "core/memory.h"
#include "core/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const HttpText host = {"example.org", 11};

static void
check_text (HttpText text)
{
  assert (strlen (text.data) == text.length && text_is_utf8 (text.data, text.length));
}

/* The path with everything encoded but slashes. */
static HttpText
encoded (void *context, HttpText path)
{
  char *out = memory_must (talloc_size (context, path.length * 3 + 1));
  size_t length = 0;
  for (size_t i = 0; i < path.length; i++)
    length +=
        (size_t)sprintf (out + length, path.data[i] == '/' ? "/" : "%%%02X", (unsigned char)path.data[i]);
  return (HttpText){out, length};
}

static void
check_path (void *context, HttpText path)
{
  HttpTarget again;
  check_text (path);
  assert (path.data[0] == '/' && strstr (path.data, "/../") == NULL && strstr (path.data, "/./") == NULL);
  assert (strchr (path.data, '\\') == NULL);
  assert (http_target_parse (context, &again, encoded (context, path), HTTP_GET, host) == NULL);
  assert (again.path.length == path.length && memcmp (again.path.data, path.data, path.length) == 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  void *context = memory_context (NULL);
  const char *copy = memory_copy (context, data, size);
  HttpTarget target;
  if (http_target_parse (context, &target, (HttpText){copy, size}, HTTP_GET, host) == NULL) {
    check_path (context, target.path);
    assert (target.parameter_count <= HTTP_PARAMETERS_MAX && http_is_host (target.authority));
    for (size_t i = 0; i < target.parameter_count; i++) {
      check_text (target.parameters[i].name);
      check_text (target.parameters[i].value);
    }
  }
  (void)http_target_parse (context, &target, (HttpText){copy, size}, HTTP_OPTIONS, host);
  talloc_free (context);
  return 0;
}
