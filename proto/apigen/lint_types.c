/* Messages, fields and enums: what protobuf-c cannot take, what the tables cannot say, and names and
 * comments. */
#include "lint.h"

#include "core/api.h"
#include "names.h"

#include <string.h>

enum { FIELDS_MAX = 64, MESSAGE_ONEOF = 8 };

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name

/* A problem at the line of a field. */
#define AT_FIELD(field, ...) problem_add (problems, (field)->place.file, (field)->place.line, __VA_ARGS__)

static bool
is_number (const ModelField *field)
{
  switch (field->proto->type) {
  case TYPE (STRING):
  case TYPE (BYTES):
  case TYPE (BOOL):
  case TYPE (ENUM):
  case TYPE (MESSAGE):
  case TYPE (GROUP): return false;
  default: return true;
  }
}

static bool
is_text (const ModelField *field)
{
  return field->proto->type == TYPE (STRING);
}

static bool
has_length (const ModelField *field)
{
  return field->repeated || is_text (field) || field->proto->type == TYPE (BYTES);
}

/* --- fields ------------------------------------------------------------------------------------------------
 */

static void
lint_rule (const ModelField *field, Problems *problems)
{
  const FieldRule *rule = field->rule;
  const char *name = field->name;
  if (rule->format != 0 && !is_text (field))
    AT_FIELD (field, "field %s: a format is for strings only", name);
  if ((int)rule->format < 0 || (int)rule->format > (int)API_FORMAT_CSV)
    AT_FIELD (field, "field %s: format %d is not known", name, (int)rule->format);
  if (rule->bounded && !is_number (field))
    AT_FIELD (field, "field %s: bounds are for numbers only", name);
  if (!rule->bounded && (rule->minimum != 0 || rule->maximum != 0))
    AT_FIELD (field, "field %s: minimum and maximum have no effect without bounded: true", name);
  if (rule->bounded && rule->minimum > rule->maximum)
    AT_FIELD (field, "field %s: minimum is greater than maximum", name);
  if ((rule->min_length != 0 || rule->max_length != 0) && !has_length (field))
    AT_FIELD (field, "field %s: lengths are for strings, bytes and repeated fields only", name);
  if (rule->max_length != 0 && rule->min_length > rule->max_length)
    AT_FIELD (field, "field %s: min_length is greater than max_length", name);
  if (rule->required && rule->output_only)
    AT_FIELD (field, "field %s is required and output_only at once", name);
}

static void
lint_field_type (const ModelField *field, Problems *problems)
{
  const char *name = field->name;
  if (field->proto->has_proto3_optional && field->proto->proto3_optional)
    AT_FIELD (field,
              "field %s is optional, which protobuf-c refuses: leave it out of update_mask, or use a oneof "
              "of one field",
              name);
  if (field->proto->type == TYPE (GROUP))
    AT_FIELD (field, "field %s is a group", name);
  if (field->message != NULL && !field->message->file->ours)
    AT_FIELD (field, "field %s has the type %s of google; use a string with a format", name,
              field->message->full_name);
  if (field->map && model_field (field->message, "key")->proto->type != TYPE (STRING))
    AT_FIELD (field, "field %s: the keys of a map are strings, as in JSON", name);
}

static void
lint_field (const ModelField *field, Problems *problems)
{
  if (!name_is_snake (field->name))
    AT_FIELD (field, "field %s is not lower_snake_case", field->name);
  const char *refused = name_refused_field (field->name);
  if (refused != NULL)
    AT_FIELD (field, "field %s: \"%s\" is %s", field->name, field->name, refused);
  if (field->place.comment[0] == '\0')
    AT_FIELD (field, "field %s has no comment", field->name);
  if (field->explicit_json_name)
    AT_FIELD (field, "field %s sets json_name; the JSON name follows from the name", field->name);
  lint_field_type (field, problems);
  lint_rule (field, problems);
}

/* --- messages ----------------------------------------------------------------------------------------------
 */

static void
lint_oneofs (void *owner, const ModelMessage *message, Problems *problems)
{
  const ModelFile *file = message->file;
  for (size_t i = 0; i < message->proto->n_oneof_decl; i++) {
    const char *name = message->proto->oneof_decl[i]->name;
    if (name[0] == '_')
      continue; /* made by protoc for an optional field, which is reported itself */
    for (size_t j = 0; j < file->proto->n_message_type; j++) {
      int path[] = {4, (int)j, MESSAGE_ONEOF, (int)i};
      if (file->proto->message_type[j] != message->proto)
        continue;
      Place place = model_place (owner, file, path, 4);
      if (place.comment[0] == '\0')
        problem_add (problems, place.file, place.line, "oneof %s has no comment", name);
      if (!name_is_snake (name))
        problem_add (problems, place.file, place.line, "oneof %s is not lower_snake_case", name);
    }
  }
}

static void
lint_message (void *owner, const ModelMessage *message, Problems *problems)
{
  const Place *place = &message->place;
  const char *name = message->proto->name;
  if (!name_is_camel (name))
    problem_add (problems, place->file, place->line, "message %s is not CamelCase", name);
  const char *refused = name_refused_type (name);
  if (refused != NULL)
    problem_add (problems, place->file, place->line, "message %s has %s", name, refused);
  if (place->comment[0] == '\0')
    problem_add (problems, place->file, place->line, "message %s has no comment", name);
  if (strchr (message->full_name + strlen (message->file->package) + 1, '.') != NULL)
    problem_add (problems, place->file, place->line, "message %s is nested; declare it at the top level",
                 name);
  if (message->field_count > FIELDS_MAX)
    problem_add (problems, place->file, place->line, "message %s has more than %d fields", name, FIELDS_MAX);
  lint_oneofs (owner, message, problems);
  for (size_t i = 0; i < message->field_count; i++)
    lint_field (&message->fields[i], problems);
}

/* --- nesting -----------------------------------------------------------------------------------------------
 */

/* How far the search for cycles has come with each message. */
typedef enum Visit { VISIT_NEW, VISIT_OPEN, VISIT_DONE } Visit;

typedef struct Nesting {
  const Model *model;
  Problems *problems;
  Visit *visits;    /* parallel to model->messages */
  unsigned *depths; /* levels of messages below and including, when done */
} Nesting;

static unsigned
visit (Nesting *nesting, const ModelMessage *message)
{
  size_t index = (size_t)(message - nesting->model->messages);
  Problems *problems = nesting->problems;
  if (nesting->visits[index] == VISIT_DONE)
    return nesting->depths[index];
  nesting->visits[index] = VISIT_OPEN;
  unsigned deepest = 0;
  for (size_t i = 0; i < message->field_count; i++) {
    const ModelField *field = &message->fields[i];
    /* Map entries stand nowhere in the file; look through them. */
    const ModelMessage *target = field->map ? model_field (field->message, "value")->message : field->message;
    unsigned depth = field->map ? 1 : 0;
    if (target != NULL && nesting->visits[target - nesting->model->messages] == VISIT_OPEN)
      AT_FIELD (field, "field %s makes %s contain itself; recursive messages have no bounded depth",
                field->name, target->proto->name);
    else if (target != NULL)
      depth += visit (nesting, target);
    deepest = depth > deepest ? depth : deepest;
  }
  nesting->visits[index] = VISIT_DONE;
  nesting->depths[index] = deepest + 1;
  return deepest + 1;
}

static void
lint_nesting (void *owner, const Model *model, Problems *problems)
{
  Nesting nesting = {.model = model,
                     .problems = problems,
                     .visits = memory_array (owner, Visit, model->message_count + 1),
                     .depths = memory_array (owner, unsigned, model->message_count + 1)};
  for (size_t i = 0; i < model->message_count; i++) {
    const ModelMessage *message = &model->messages[i];
    if (message->file->ours && !message->map_entry && visit (&nesting, message) == API_DEPTH_MAX + 1)
      problem_add (problems, message->place.file, message->place.line,
                   "message %s is nested deeper than %d levels", message->proto->name, API_DEPTH_MAX);
  }
}

/* --- enums -------------------------------------------------------------------------------------------------
 */

static void
lint_enum (void *owner, const ModelEnum *enumeration, Problems *problems)
{
  const EnumProto *proto = enumeration->proto;
  const char *file = enumeration->place.file;
  int line = enumeration->place.line;
  if (!name_is_camel (proto->name))
    problem_add (problems, file, line, "enum %s is not CamelCase", proto->name);
  if (enumeration->place.comment[0] == '\0')
    problem_add (problems, file, line, "enum %s has no comment", proto->name);
  if (proto->options != NULL && proto->options->allow_alias)
    problem_add (problems, file, line, "enum %s has aliases", proto->name);
  if (strchr (enumeration->full_name + strlen (enumeration->file->package) + 1, '.') != NULL)
    problem_add (problems, file, line, "enum %s is nested; declare it at the top level", proto->name);
  const char *prefix = memory_format (owner, "%s_", name_upper (owner, proto->name));
  const char *zero = memory_format (owner, "%sUNSPECIFIED", prefix);
  for (size_t i = 0; i < proto->n_value; i++) {
    const ValueProto *value = proto->value[i];
    const Place *place = &enumeration->values[i];
    if (value->number == 0 && strcmp (value->name, zero) != 0)
      problem_add (problems, place->file, place->line, "enum value %s is 0 and must be called %s",
                   value->name, zero);
    if (strncmp (value->name, prefix, strlen (prefix)) != 0 || !name_is_upper (value->name))
      problem_add (problems, place->file, place->line, "enum value %s does not begin with %s, in capitals",
                   value->name, prefix);
    if (value->number < 0)
      problem_add (problems, place->file, place->line, "enum value %s is negative", value->name);
    if (place->comment[0] == '\0')
      problem_add (problems, place->file, place->line, "enum value %s has no comment", value->name);
  }
}

void
lint_types (void *owner, const Model *model, Problems *problems)
{
  for (size_t i = 0; i < model->message_count; i++) {
    const ModelMessage *message = &model->messages[i];
    if (message->file->ours && !message->file->options && !message->map_entry)
      lint_message (owner, message, problems);
  }
  for (size_t i = 0; i < model->enum_count; i++)
    if (model->enums[i].file->ours)
      lint_enum (owner, &model->enums[i], problems);
  lint_nesting (owner, model, problems);
}
