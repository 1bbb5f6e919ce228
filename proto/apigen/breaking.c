/* Comparing two models. What is added is fine; what is there keeps its number, type, name and route; what is
 * deleted leaves its number and name reserved. Packages without a released version number do not exist here:
 * every package that was in the baseline counts. */
#include "breaking.h"

#include "names.h"
#include "tables.h"

#include <string.h>

#define AT(where, ...) problem_add (problems, (where)->file, (where)->line, __VA_ARGS__)

static const char *const verb_names[] = {"GET", "POST", "PATCH", "DELETE"};

/* A file that still exists, else the first of ours: deletions have no line of their own. */
static Place
place_of_deleted (const Model *new, const Place *old)
{
  const ModelFile *file = model_file (new, old->file);
  return (Place){.file = file == NULL ? old->file : file->name, .line = 1, .comment = ""};
}

static bool
number_reserved (const MessageProto *message, int number)
{
  for (size_t i = 0; i < message->n_reserved_range; i++)
    if (number >= message->reserved_range[i]->start && number < message->reserved_range[i]->end)
      return true;
  return false;
}

static bool
name_reserved (char **names, size_t count, const char *name)
{
  for (size_t i = 0; i < count; i++)
    if (strcmp (names[i], name) == 0)
      return true;
  return false;
}

static const ModelField *
field_by_number (const ModelMessage *message, int number)
{
  for (size_t i = 0; i < message->field_count; i++)
    if (message->fields[i].proto->number == number)
      return &message->fields[i];
  return NULL;
}

/* The oneof a field is in, or "". */
static const char *
oneof_of (const ModelField *field)
{
  if (!field->proto->has_oneof_index)
    return "";
  return field->owner->proto->oneof_decl[field->proto->oneof_index]->name;
}

static bool
same_type (const ModelField *old, const ModelField *new)
{
  if (old->proto->type != new->proto->type)
    return false;
  const char *left = old->proto->type_name, *right = new->proto->type_name;
  return left == NULL || right == NULL ? left == right : strcmp (left, right) == 0;
}

/* Rules may be loosened, not tightened: a request that was good stays good. */
static void
compare_rules (const ModelField *old, const ModelField *new, Problems *problems)
{
  const FieldRule *before = old->rule, *after = new->rule;
  const char *name = new->name;
  uint32_t usual = new->repeated ? API_COUNT_MAX
                   : new->proto->type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_BYTES
                       ? API_BYTES_MAX
                       : API_TEXT_MAX;
  uint32_t most_before = before->max_length == 0 ? usual : before->max_length;
  uint32_t most_after = after->max_length == 0 ? usual : after->max_length;
  if (!before->required && after->required)
    AT (&new->place, "field %s became required", name);
  if (after->min_length > before->min_length)
    AT (&new->place, "field %s: min_length grew from %u to %u", name, before->min_length, after->min_length);
  if (most_after < most_before)
    AT (&new->place, "field %s: max_length shrank from %u to %u", name, most_before, most_after);
  if (after->bounded &&
      (!before->bounded || after->minimum > before->minimum || after->maximum < before->maximum))
    AT (&new->place, "field %s: its bounds became narrower", name);
  if (after->format != before->format && after->format != FORMAT__FORMAT_UNSPECIFIED)
    AT (&new->place, "field %s: its format changed", name);
}

static void
compare_field (const ModelMessage *message, const ModelField *old, Problems *problems)
{
  const ModelField *new = field_by_number (message, old->proto->number);
  if (new == NULL) {
    if (!number_reserved (message->proto, old->proto->number))
      AT (&message->place, "field %s = %d of %s was deleted without \"reserved %d;\"", old->name,
          old->proto->number, message->proto->name, old->proto->number);
    if (!name_reserved (message->proto->reserved_name, message->proto->n_reserved_name, old->name) &&
        model_field (message, old->name) == NULL)
      AT (&message->place, "field %s of %s was deleted without \"reserved \"%s\";\"", old->name,
          message->proto->name, old->name);
    return;
  }
  if (strcmp (old->name, new->name) != 0)
    AT (&new->place, "field %s = %d was called %s", new->name, new->proto->number, old->name);
  else if (strcmp (old->json_name, new->json_name) != 0)
    AT (&new->place, "field %s: its JSON name was %s", new->name, old->json_name);
  if (!same_type (old, new))
    AT (&new->place, "field %s has another type than before", new->name);
  if (old->repeated != new->repeated)
    AT (&new->place, "field %s was %s", new->name, old->repeated ? "repeated" : "not repeated");
  if (strcmp (oneof_of (old), oneof_of (new)) != 0)
    AT (&new->place, "field %s moved into or out of a oneof", new->name);
  compare_rules (old, new, problems);
}

static void
compare_messages (const Model *old, const Model *new, Problems *problems)
{
  for (size_t i = 0; i < old->message_count; i++) {
    const ModelMessage *before = &old->messages[i];
    if (!in_api (before->file) || before->map_entry)
      continue;
    const ModelMessage *after = model_message (new, before->full_name);
    if (after == NULL) {
      Place place = place_of_deleted (new, &before->place);
      AT (&place, "message %s was deleted", before->full_name);
      continue;
    }
    for (size_t j = 0; j < before->field_count; j++)
      compare_field (after, &before->fields[j], problems);
    if (before->event && !after->event)
      AT (&after->place, "message %s is no longer an event", before->proto->name);
  }
}

static size_t
find_value (const EnumProto *proto, int number)
{
  size_t i = 0;
  while (i < proto->n_value && proto->value[i]->number != number)
    i++;
  return i;
}

static bool
value_reserved (const EnumProto *proto, int number)
{
  for (size_t i = 0; i < proto->n_reserved_range; i++)
    if (number >= proto->reserved_range[i]->start && number <= proto->reserved_range[i]->end)
      return true;
  return false;
}

static void
compare_enum (const ModelEnum *before, const ModelEnum *after, Problems *problems)
{
  for (size_t i = 0; i < before->proto->n_value; i++) {
    const ValueProto *value = before->proto->value[i];
    size_t found = find_value (after->proto, value->number);
    if (found == after->proto->n_value) {
      if (!value_reserved (after->proto, value->number) ||
          !name_reserved (after->proto->reserved_name, after->proto->n_reserved_name, value->name))
        AT (&after->place, "enum value %s = %d was deleted without reserving its number and name",
            value->name, value->number);
    } else if (strcmp (after->proto->value[found]->name, value->name) != 0) {
      AT (&after->values[found], "enum value %s = %d was called %s", after->proto->value[found]->name,
          value->number, value->name);
    }
  }
}

static void
compare_enums (const Model *old, const Model *new, Problems *problems)
{
  for (size_t i = 0; i < old->enum_count; i++) {
    const ModelEnum *before = &old->enums[i];
    if (!in_api (before->file))
      continue;
    const ModelEnum *after = model_enum (new, before->full_name);
    Place place = place_of_deleted (new, &before->place);
    if (after == NULL)
      AT (&place, "enum %s was deleted", before->full_name);
    else
      compare_enum (before, after, problems);
  }
}

static const ModelMethod *
find_method (const ModelService *service, const char *name)
{
  for (size_t i = 0; i < service->method_count; i++)
    if (strcmp (service->methods[i].name, name) == 0)
      return &service->methods[i];
  return NULL;
}

static void
compare_method (const ModelService *service, const ModelMethod *before, Problems *problems)
{
  const ModelMethod *after = find_method (service, before->name);
  if (after == NULL) {
    AT (&service->place, "method %s was deleted", before->full_name);
    return;
  }
  if (strcmp (before->request->full_name, after->request->full_name) != 0)
    AT (&after->place, "method %s took %s", after->name, before->request->full_name);
  if (strcmp (before->reply->full_name, after->reply->full_name) != 0)
    AT (&after->place, "method %s returned %s", after->name, before->reply->full_name);
  if (before->rule != NULL && after->rule != NULL && before->rule->idempotent && !after->rule->idempotent)
    AT (&after->place, "method %s was idempotent: callers retry it", after->name);
}

static void
compare_services (const Model *old, const Model *new, Problems *problems)
{
  for (size_t i = 0; i < old->service_count; i++) {
    const ModelService *before = &old->services[i];
    if (!in_api (before->file))
      continue;
    const ModelService *after = model_service (new, before->full_name);
    Place place = place_of_deleted (new, &before->place);
    if (after == NULL) {
      AT (&place, "service %s was deleted", before->full_name);
      continue;
    }
    for (size_t j = 0; j < before->method_count; j++)
      compare_method (after, &before->methods[j], problems);
  }
}

/* --- routes ------------------------------------------------------------------------------------------------
 */

static const Route *
find_route (const Routes *routes, const Route *wanted)
{
  for (size_t i = 0; i < routes->count; i++)
    if (routes->list[i].verb == wanted->verb && strcmp (routes->list[i].path, wanted->path) == 0)
      return &routes->list[i];
  return NULL;
}

static void
compare_routes (const Routes *old, const Model *new, const Routes *new_routes, Problems *problems)
{
  for (size_t i = 0; i < old->count; i++) {
    const Route *before = &old->list[i], *after = find_route (new_routes, before);
    if (after == NULL) {
      const ModelService *service = model_service (new, before->method->service->full_name);
      const ModelMethod *method = service == NULL ? NULL : find_method (service, before->method->name);
      Place place = method != NULL ? method->place : place_of_deleted (new, &before->method->place);
      AT (&place, "route %s %s was deleted", verb_names[before->verb], before->path);
      continue;
    }
    int line = after->method->http_line;
    const char *file = after->method->place.file;
    if (strcmp (before->method->full_name, after->method->full_name) != 0)
      problem_add (problems, file, line, "route %s %s belonged to %s", verb_names[after->verb], after->path,
                   before->method->full_name);
    else if (strcmp (before->method->http->body, after->method->http->body) != 0 ||
             before->body != after->body)
      problem_add (problems, file, line, "route %s %s has another body than before", verb_names[after->verb],
                   after->path);
    if (before->stream_field != NULL && after->stream_field == NULL)
      problem_add (problems, file, line, "route %s %s can no longer be streamed", verb_names[after->verb],
                   after->path);
    if ((before->watch_field != NULL && after->watch_field == NULL) ||
        (before->follow_field != NULL && after->follow_field == NULL))
      problem_add (problems, file, line, "route %s %s can no longer be followed", verb_names[after->verb],
                   after->path);
  }
}

void
breaking (const Model *old, const Routes *old_routes, const Model *new, const Routes *new_routes,
          Problems *problems)
{
  compare_messages (old, new, problems);
  compare_enums (old, new, problems);
  compare_services (old, new, problems);
  compare_routes (old_routes, new, new_routes, problems);
}
