/* Any bytes as a path: at most one route matches, its variables lie inside the path, and are never empty. */
#include "core/api.h"
#include "core/memory.h"
#include "heimo_api.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  void *owner = memory_context (NULL);
  const char *path = memory_copy (owner, data + 1, size - 1);
  ApiMatch match;
  bool found = api_find_route (&heimo_api, (ApiVerb)(data[0] % API_VERB_COUNT), path, size - 1, &match);
  if (found != (match.route != NULL) || (found && match.service == NULL))
    abort ();
  for (size_t i = 0; i < match.value_count; i++) {
    ApiText value = match.values[i].value;
    if (value.length == 0 || value.text < path || value.text + value.length > path + size - 1)
      abort ();
  }
  talloc_free (owner);
  return 0;
}
