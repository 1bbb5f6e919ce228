/* Messages, enums and fields as JSON Schema 2020-12, in the two shapes they have: answered and sent. */
#include "openapi.h"

#include "names.h"

#include <string.h>

/* --- what is answered --------------------------------------------------------------------------------------
 */

static void
mark_answered (Schemas *schemas, const ModelMessage *message)
{
  size_t index = (size_t)(message - schemas->model->messages);
  if (schemas->answered[index])
    return;
  schemas->answered[index] = true;
  for (size_t i = 0; i < message->field_count; i++)
    if (message->fields[i].message != NULL)
      mark_answered (schemas, message->fields[i].message);
}

Schemas *
schemas_new (void *owner, const Model *model)
{
  Schemas *schemas = memory_new (owner, Schemas);
  schemas->owner = schemas;
  schemas->model = model;
  schemas->answered = memory_array (schemas, bool, model->message_count + 1);
  schemas->by_name = memory_must (json_object ());
  for (size_t i = 0; i < model->service_count; i++)
    for (size_t j = 0; j < model->services[i].method_count; j++)
      mark_answered (schemas, model->services[i].methods[j].reply);
  return schemas;
}

const char *
schema_text (void *owner, const char *comment)
{
  char *text = memory_string (owner, comment);
  for (char *at = text; *at != '\0'; at++)
    if (at[0] == '\n' && at[1] != '\n' && (at == text || at[-1] != '\n'))
      at[0] = ' ';
  return text;
}

static void
describe (Schemas *schemas, json_t *schema, const char *comment)
{
  if (comment[0] != '\0')
    json_object_set_new (schema, "description", json_string (schema_text (schemas->owner, comment)));
}

static json_t *
make_ref (Schemas *schemas, const char *name)
{
  return json_pack ("{s:s}", "$ref", memory_format (schemas->owner, "#/components/schemas/%s", name));
}

/* --- strings -----------------------------------------------------------------------------------------------
 */

typedef struct FormatRow {
  const char *name;    /* of JSON Schema, or ours */
  bool standard;       /* a format that JSON Schema knows */
  const char *pattern; /* without anchors */
} FormatRow;

static const FormatRow format_rows[] = {
    [API_FORMAT_TEXT] = {NULL, false, NULL},
    [API_FORMAT_DATE] = {"date", true, "[0-9]{4}-[0-9]{2}-[0-9]{2}"},
    [API_FORMAT_TIMESTAMP] = {"date-time", true,
                              "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?Z"},
    [API_FORMAT_UUID] = {"uuid", true, "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"},
    [API_FORMAT_EMAIL] = {"email", true, "[^@\\s]+@[^@\\s]+[.][^@\\s]+"},
    [API_FORMAT_PHONE] = {"phone", false, "[+][1-9][0-9]{6,14}"},
    [API_FORMAT_COUNTRY] = {"country", false, "[A-Z]{2}"},
    [API_FORMAT_LANGUAGE] = {"language", false, "(fi|sv|en|nl)"},
    [API_FORMAT_CODE] = {"code", false, "[A-Za-z0-9._-]{1,64}"},
    [API_FORMAT_FIELD_PATH] = {"field-path", false, "[a-z][A-Za-z0-9_]*([.][a-z][A-Za-z0-9_]*)*"},
    [API_FORMAT_CSV] = {NULL, false, NULL},
};

/* An optional value may be empty, and "" has none of the formats; so the format is asserted only where a
 * value must be, and the pattern says "empty or like this". */
static void
add_format (Schemas *schemas, json_t *schema, ApiFormat format, bool must_be)
{
  const FormatRow *row = &format_rows[format];
  if (row->pattern == NULL)
    return;
  json_object_set_new (schema, must_be && row->standard ? "format" : "x-heimo-format",
                       json_string (row->name));
  json_object_set_new (
      schema, "pattern",
      json_string (memory_format (schemas->owner, must_be ? "^%s$" : "^(%s)?$", row->pattern)));
}

static json_t *
string_schema (Schemas *schemas, const ModelField *field, SchemaSide side, bool element)
{
  const FieldRule *rule = field->rule;
  json_t *schema = json_pack ("{s:s}", "type", "string");
  bool must_be = !element && rule->required && side != SCHEMA_UPDATE;
  ApiFormat format = (ApiFormat)rule->format;
  bool shaped = format != API_FORMAT_TEXT && format != API_FORMAT_EMAIL && format != API_FORMAT_FIELD_PATH &&
                format != API_FORMAT_CSV;
  if (format < sizeof format_rows / sizeof *format_rows)
    add_format (schemas, schema, format, must_be);
  if (side == SCHEMA_REPLY || shaped)
    return schema;
  uint32_t least = element ? 0 : rule->min_length;
  uint32_t most = element || rule->max_length == 0 ? API_TEXT_MAX : rule->max_length;
  if (must_be)
    json_object_set_new (schema, "minLength", json_integer (least == 0 ? 1 : least));
  json_object_set_new (schema, "maxLength", json_integer (most));
  return schema;
}

static json_t *
bytes_schema (const ModelField *field, SchemaSide side, bool element)
{
  json_t *schema = json_pack ("{s:s, s:s}", "type", "string", "contentEncoding", "base64");
  uint32_t most = element || field->rule->max_length == 0 ? API_BYTES_MAX : field->rule->max_length;
  if (side != SCHEMA_REPLY)
    json_object_set_new (schema, "maxLength", json_integer (((json_int_t)most + 2) / 3 * 4));
  return schema;
}

/* --- numbers -----------------------------------------------------------------------------------------------
 */

static void
add_bounds (json_t *schema, const ModelField *field, bool is_unsigned)
{
  if (field->rule->bounded) {
    json_object_set_new (schema, "minimum", json_integer (field->rule->minimum));
    json_object_set_new (schema, "maximum", json_integer (field->rule->maximum));
  } else if (is_unsigned) {
    json_object_set_new (schema, "minimum", json_integer (0));
  }
}

/* 32 bits; without a sign they do not fit the format "int32". */

static json_t *
number_schema (const ModelField *field, SchemaSide side, bool is_unsigned)
{
  json_t *schema = json_pack ("{s:s, s:s}", "type", "integer", "format", is_unsigned ? "int64" : "int32");
  if (side != SCHEMA_REPLY || is_unsigned)
    add_bounds (schema, field, is_unsigned);
  return schema;
}

/* 64-bit numbers are strings, because a JavaScript number cannot hold them; a number is accepted too. */
static json_t *
long_schema (const ModelField *field, SchemaSide side, const char *format, bool is_unsigned)
{
  json_t *schema = json_object ();
  json_object_set_new (schema, "type",
                       side == SCHEMA_REPLY ? json_string ("string")
                                            : json_pack ("[s, s]", "string", "integer"));
  json_object_set_new (schema, "x-heimo-format", json_string (format));
  json_object_set_new (schema, "pattern", json_string (is_unsigned ? "^[0-9]+$" : "^-?[0-9]+$"));
  if (side != SCHEMA_REPLY)
    add_bounds (schema, field, is_unsigned);
  return schema;
}

static json_t *
real_schema (const ModelField *field, SchemaSide side, const char *format)
{
  json_t *schema = json_pack ("{s:s, s:s}", "type", "number", "format", format);
  if (side != SCHEMA_REPLY)
    add_bounds (schema, field, false);
  return schema;
}

/* --- fields ------------------------------------------------------------------------------------------------
 */

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name

static json_t *
value_schema (Schemas *schemas, const ModelField *field, SchemaSide side, bool element)
{
  SchemaSide inner = side == SCHEMA_UPDATE ? SCHEMA_INPUT : side;
  switch (field->proto->type) {
  case TYPE (STRING): return string_schema (schemas, field, side, element);
  case TYPE (BYTES): return bytes_schema (field, side, element);
  case TYPE (BOOL): return json_pack ("{s:s}", "type", "boolean");
  case TYPE (ENUM): return schema_enum_ref (schemas, field->enumeration);
  case TYPE (MESSAGE): return schema_ref (schemas, field->message, inner);
  case TYPE (DOUBLE): return real_schema (field, side, "double");
  case TYPE (FLOAT): return real_schema (field, side, "float");
  case TYPE (UINT32):
  case TYPE (FIXED32): return number_schema (field, side, true);
  case TYPE (UINT64):
  case TYPE (FIXED64): return long_schema (field, side, "uint64", true);
  case TYPE (INT64):
  case TYPE (SINT64):
  case TYPE (SFIXED64): return long_schema (field, side, "int64", false);
  default: return number_schema (field, side, false);
  }
}

static void
add_counts (json_t *schema, const ModelField *field, SchemaSide side, const char *least, const char *most)
{
  const FieldRule *rule = field->rule;
  if (side == SCHEMA_REPLY)
    return;
  if (rule->required && side == SCHEMA_INPUT)
    json_object_set_new (schema, least, json_integer (rule->min_length == 0 ? 1 : rule->min_length));
  json_object_set_new (schema, most, json_integer (rule->max_length == 0 ? API_COUNT_MAX : rule->max_length));
}

json_t *
schema_field (Schemas *schemas, const ModelField *field, SchemaSide side, bool element)
{
  json_t *schema;
  if (field->map && !element) {
    const ModelField *value = model_field (field->message, "value");
    schema = json_pack ("{s:s, s:o}", "type", "object", "additionalProperties",
                        value_schema (schemas, value, side, true));
    add_counts (schema, field, side, "minProperties", "maxProperties");
  } else if (field->repeated && !element) {
    schema = json_pack ("{s:s, s:o}", "type", "array", "items", value_schema (schemas, field, side, true));
    add_counts (schema, field, side, "minItems", "maxItems");
  } else {
    schema = value_schema (schemas, field, side, element);
  }
  describe (schemas, schema, field->place.comment);
  if (field->rule->output_only)
    json_object_set_new (schema, "readOnly", json_true ());
  if (field->proto->options != NULL && field->proto->options->deprecated)
    json_object_set_new (schema, "deprecated", json_true ());
  return schema;
}

/* --- messages and enums ------------------------------------------------------------------------------------
 */

static bool
is_present (const ModelField *field, SchemaSide side)
{
  switch (side) {
  case SCHEMA_REPLY: return (field->repeated || field->message == NULL) && !field->proto->has_oneof_index;
  case SCHEMA_INPUT: return field->rule->required;
  default: return false;
  }
}

static json_t *
object_schema (Schemas *schemas, const ModelMessage *message, SchemaSide side, const Route *route)
{
  json_t *properties = json_object (), *required = json_array ();
  for (size_t i = 0; i < message->field_count; i++) {
    const ModelField *field = &message->fields[i];
    if (route != NULL && route_in_path (route, field))
      continue;
    json_object_set_new (properties, field->json_name, schema_field (schemas, field, side, false));
    if (is_present (field, side))
      json_array_append_new (required, json_string (field->json_name));
  }
  json_t *schema = json_pack ("{s:s}", "type", "object");
  describe (schemas, schema, message->place.comment);
  json_object_set_new (schema, "properties", properties);
  if (json_array_size (required) > 0)
    json_object_set (schema, "required", required);
  json_decref (required);
  if (side != SCHEMA_REPLY)
    json_object_set_new (schema, "additionalProperties", json_false ());
  return schema;
}

static const char *
schema_name (Schemas *schemas, const ModelMessage *message, SchemaSide side)
{
  bool answered = schemas->answered[message - schemas->model->messages];
  const char *suffix = side == SCHEMA_UPDATE ? "Update" : side == SCHEMA_INPUT && answered ? "Input" : "";
  return memory_format (schemas->owner, "%s%s", message->c_type, suffix);
}

json_t *
schema_ref (Schemas *schemas, const ModelMessage *message, SchemaSide side)
{
  const char *name = schema_name (schemas, message, side);
  if (json_object_get (schemas->by_name, name) == NULL) {
    json_object_set_new (schemas->by_name, name, json_object ()); /* ends a recursion, should there be one */
    json_object_set_new (schemas->by_name, name, object_schema (schemas, message, side, NULL));
  }
  return make_ref (schemas, name);
}

json_t *
schema_body_ref (Schemas *schemas, const Route *route)
{
  const char *name = memory_format (schemas->owner, "%sBody", route->method->name);
  json_object_set_new (schemas->by_name, name,
                       object_schema (schemas, route->method->request, SCHEMA_INPUT, route));
  return make_ref (schemas, name);
}

json_t *
schema_enum_ref (Schemas *schemas, const ModelEnum *enumeration)
{
  const char *name = name_last (enumeration->full_name);
  if (json_object_get (schemas->by_name, name) != NULL)
    return make_ref (schemas, name);
  char *text =
      memory_format (schemas->owner, "%s\n", schema_text (schemas->owner, enumeration->place.comment));
  json_t *values = json_array ();
  for (size_t i = 0; i < enumeration->proto->n_value; i++) {
    const char *value = enumeration->proto->value[i]->name;
    json_array_append_new (values, json_string (value));
    text = memory_must (talloc_asprintf_append (
        text, "\n- `%s`: %s", value, schema_text (schemas->owner, enumeration->values[i].comment)));
  }
  json_t *schema = json_pack ("{s:s, s:s, s:o}", "type", "string", "description", text, "enum", values);
  json_object_set_new (schemas->by_name, name, schema);
  return make_ref (schemas, name);
}

void
schemas_add_problem (Schemas *schemas)
{
  static const char text[] =
      "{\"Problem\": {\"type\": \"object\", \"description\": \"What went wrong, RFC 9457.\", \"properties\": "
      "{"
      "\"type\": {\"type\": \"string\", \"description\": \"Where the reason is explained.\"},"
      "\"title\": {\"type\": \"string\", \"description\": \"The kind of problem, always the same text.\"},"
      "\"status\": {\"type\": \"integer\", \"description\": \"The HTTP status.\"},"
      "\"detail\": {\"type\": \"string\", \"description\": \"What happened this time, English, for a "
      "developer.\"},"
      "\"instance\": {\"type\": \"string\", \"description\": \"The request.\"},"
      "\"code\": {\"type\": \"string\", \"description\": \"The kind of failure: INVALID_ARGUMENT, NOT_FOUND "
      "…\"},"
      "\"reason\": {\"type\": \"string\", \"description\": \"The exact reason, UPPER_SNAKE; programs may "
      "rely on it.\"},"
      "\"violations\": {\"type\": \"array\", \"description\": \"The members of the request that are wrong.\","
      "\"items\": {\"$ref\": \"#/components/schemas/Violation\"}},"
      "\"traceId\": {\"type\": \"string\", \"description\": \"The trace of the request, for those who run "
      "the "
      "system.\"}}, \"required\": [\"type\", \"title\", \"status\"]},"
      "\"Violation\": {\"type\": \"object\", \"description\": \"One member of the request that is wrong.\","
      "\"properties\": {\"field\": {\"type\": \"string\", \"description\": \"Its path, "
      "\\\"address.postalCode\\\".\"},"
      "\"reason\": {\"type\": \"string\", \"description\": \"Why, UPPER_SNAKE.\"},"
      "\"description\": {\"type\": \"string\", \"description\": \"Why, English, for a person.\"}},"
      "\"required\": [\"field\", \"reason\", \"description\"]}}";
  json_t *schema = memory_must (json_loads (text, 0, NULL));
  json_object_update (schemas->by_name, schema);
  json_decref (schema);
}
