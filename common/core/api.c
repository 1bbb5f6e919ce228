/* Look-ups in the generated tables: binary search by name, and the walk over routes. */
#include "core/api.h"

#include <stdlib.h>
#include <string.h>

static int
compare_message (const void *key, const void *row)
{
  return strcmp (key, ((const ApiMessage *)row)->descriptor->name);
}

static int
compare_method (const void *key, const void *row)
{
  return strcmp (key, ((const ApiMethod *)row)->full_name);
}

const ApiMessage *
api_find_message_by_name (const Api *api, const char *full_name)
{
  return bsearch (full_name, api->messages, api->message_count, sizeof *api->messages, compare_message);
}

const ApiMessage *
api_find_message (const Api *api, const ProtobufCMessageDescriptor *descriptor)
{
  const ApiMessage *message = api_find_message_by_name (api, descriptor->name);
  return message != NULL && message->descriptor == descriptor ? message : NULL;
}

const ApiMethod *
api_find_method (const Api *api, const char *full_name)
{
  return bsearch (full_name, api->methods, api->method_count, sizeof *api->methods, compare_method);
}

/* Like strcmp, for a name that does not end in NUL. */
static int
compare_name (const char *name, size_t length, const char *other)
{
  int result = strncmp (name, other, length);
  return result != 0 || other[length] == '\0' ? result : -1;
}

static int
find_json_name (const ApiMessage *message, const char *name, size_t length)
{
  size_t low = 0, high = message->descriptor->n_fields;
  while (low < high) {
    size_t middle = (low + high) / 2;
    uint16_t index = message->by_json_name[middle];
    int order = compare_name (name, length, message->fields[index].json_name);
    if (order == 0)
      return index;
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return -1;
}

int
api_find_field (const ApiMessage *message, const char *name, size_t length)
{
  if (memchr (name, '\0', length) != NULL)
    return -1;
  int found = find_json_name (message, name, length);
  for (unsigned i = 0; found < 0 && i < message->descriptor->n_fields; i++)
    if (compare_name (name, length, message->descriptor->fields[i].name) == 0)
      found = (int)i;
  return found;
}

/* --- routes ------------------------------------------------------------------------------------------------
 */

/* A path cut into segments. */
typedef struct Cut {
  ApiText segments[API_SEGMENTS_MAX];
  size_t count;
  ApiText custom_verb; /* text NULL without */
} Cut;

static bool
cut_path (const char *path, size_t length, Cut *cut)
{
  *cut = (Cut){0};
  if (length == 0 || path[0] != '/')
    return false;
  const char *end = path + length;
  for (const char *at = path + 1; at <= end;) {
    const char *slash = memchr (at, '/', (size_t)(end - at));
    const char *stop = slash == NULL ? end : slash;
    if (cut->count == API_SEGMENTS_MAX || stop == at)
      return false;
    cut->segments[cut->count++] = (ApiText){at, (size_t)(stop - at)};
    at = stop + 1;
  }
  if (cut->count == 0)
    return false;
  ApiText *last = &cut->segments[cut->count - 1];
  const char *colon = memrchr (last->text, ':', last->length);
  if (colon != NULL) {
    cut->custom_verb = (ApiText){colon + 1, (size_t)(end - colon - 1)};
    last->length = (size_t)(colon - last->text);
  }
  return last->length > 0;
}

static bool
same_text (ApiText text, const char *other)
{
  if (text.text == NULL || other == NULL)
    return text.text == NULL && other == NULL;
  return strncmp (text.text, other, text.length) == 0 && strnlen (other, text.length + 1) == text.length;
}

/* {service} of a common service stands for the name of a process. */
static const char *
find_service (const Api *api, ApiText name)
{
  for (size_t i = 0; i < api->service_name_count; i++)
    if (same_text (name, api->service_names[i]))
      return api->service_names[i];
  return NULL;
}

/* From the end: paths begin alike. */
static bool
literals_match (const ApiRoute *route, const Cut *cut)
{
  for (size_t i = cut->count; i > 0; i--)
    if (route->segments[i - 1].literal != NULL &&
        !same_text (cut->segments[i - 1], route->segments[i - 1].literal))
      return false;
  return true;
}

static bool
take_values (const Api *api, const ApiRoute *route, const Cut *cut, ApiMatch *match)
{
  match->service = route->service;
  match->value_count = 0;
  for (size_t i = 0; i < cut->count; i++) {
    const ApiSegment *segment = &route->segments[i];
    if (segment->literal != NULL)
      continue;
    if (route->service == NULL && strcmp (segment->variable.name, "service") == 0) {
      match->service = find_service (api, cut->segments[i]);
      if (match->service == NULL)
        return false;
    }
    match->values[match->value_count].field = &segment->variable;
    match->values[match->value_count].value = cut->segments[i];
    match->value_count++;
  }
  return true;
}

bool
api_find_route (const Api *api, ApiVerb verb, const char *path, size_t length, ApiMatch *match)
{
  *match = (ApiMatch){0};
  Cut cut;
  if (!cut_path (path, length, &cut))
    return false;
  for (size_t i = 0; i < api->route_count; i++) {
    const ApiRoute *route = &api->routes[i];
    if (route->segment_count != cut.count || !same_text (cut.custom_verb, route->custom_verb) ||
        !literals_match (route, &cut))
      continue;
    ApiMatch found = {0};
    if (!take_values (api, route, &cut, &found))
      continue;
    unsigned allowed = match->allowed | 1u << route->verb;
    if (route->verb == verb) {
      *match = found;
      match->route = route;
    }
    match->allowed = allowed;
  }
  return match->route != NULL;
}

const char *
api_verb_name (ApiVerb verb)
{
  static const char *const names[] = {"GET", "POST", "PATCH", "DELETE"};
  return verb < API_VERB_COUNT ? names[verb] : "";
}
