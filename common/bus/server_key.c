/* Reading the public key file of a service. */
#include "bus/server_key.h"

#include "bus/allow.h"

#include <string.h>

enum { SERVER_KEYS_MAX = 8 };

bool
server_key_find (Bus *bus, const char *service, unsigned attempt, char key[KEY_TEXT_SIZE])
{
  char *text = NULL;
  const char *keys[SERVER_KEYS_MAX];
  unsigned count = 0;
  if (bus->keys == NULL)
    return true;
  void *scratch = memory_context (NULL);
  const char *path = memory_format (scratch, "%s/%s.public", bus->keys, service);
  if (!status_failed (allow_read_file (scratch, path, false, &text)))
    for (char *line; count < SERVER_KEYS_MAX && (line = strsep (&text, "\r\n")) != NULL;)
      if (allow_key_valid (line, strlen (line)))
        keys[count++] = line;
  if (count > 0)
    memcpy (key, keys[attempt % count], KEY_TEXT_SIZE);
  talloc_free (scratch);
  return count > 0;
}
