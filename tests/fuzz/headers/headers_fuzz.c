/* Any text as the value of each header field that the gateway reads itself. */
#include "core/text.h"
#include "gateway/accept.h"
#include "gateway/guard.h"
#include "gateway/upload.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  void *owner = memory_context (NULL);
  char *text = memory_string_n (owner, (const char *)data, size);
  int weight = accept_weight (text, "text/csv");
  if (weight < 0 || weight > 1000)
    abort ();
  static const char *const languages[] = {"en", "fi", NULL};
  if (strlen (accept_language (text, languages)) != 2)
    abort ();
  char *name = upload_file_name (owner, text);
  if (name != NULL && (!text_is_utf8 (name, strlen (name)) || strpbrk (name, "/\\") != NULL))
    abort ();
  char buffer[64];
  const char *client = guard_client ("127.0.0.1", text, "127.0.0.0/8", buffer);
  if (strlen (client) >= sizeof buffer)
    abort ();
  (void)guard_client ("127.0.0.1", "192.0.2.1", text, buffer);
  (void)guard_host_is_ours (text, text);
  (void)guard_origin_is_ours (text, NULL, "localhost", "");
  (void)guard_is_etag (text);
  (void)guard_is_key (text);
  (void)guard_is_traceparent (text);
  talloc_free (owner);
  return 0;
}
