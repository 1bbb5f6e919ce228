/* Walking a message with its tables and collecting every violation. The recursion follows the types, which
 * are not recursive (apigen refuses that), so it is bounded. */
#include "core/validate.h"
#include "core/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* One step of the path to a value, kept on the stack; rendered only when something is wrong. */
typedef struct Step {
  const struct Step *outer;
  const char *name;
  size_t index; /* NO_INDEX for single fields */
} Step;

#define NO_INDEX SIZE_MAX

typedef struct Walk {
  const Api *api;
  void *owner;
  Status status;
  const char *mask; /* update_mask of the request, NULL when the request has none */
} Walk;

static char *
render (void *owner, const Step *step)
{
  char *outer = step->outer == NULL ? memory_string (owner, "") : render (owner, step->outer);
  const char *dot = outer[0] == '\0' ? "" : ".";
  if (step->index == NO_INDEX)
    return memory_format (owner, "%s%s%s", outer, dot, step->name);
  return memory_format (owner, "%s%s%s[%zu]", outer, dot, step->name, step->index);
}

static bool
full (const Walk *walk)
{
  return status_failed (walk->status) && walk->status.detail->violation_count >= VALIDATE_VIOLATIONS_MAX;
}

static void PRINTF_LIKE (4, 5)
    violate (Walk *walk, const Step *step, const char *reason, const char *format, ...)
{
  if (full (walk))
    return;
  void *scratch = memory_context (walk->owner);
  va_list arguments;
  va_start (arguments, format);
  char *description = memory_must (talloc_vasprintf (scratch, format, arguments));
  va_end (arguments);
  status_add_violation (&walk->status, walk->owner, render (scratch, step), reason, "%s", description);
  talloc_free (scratch);
}

/* --- single values -----------------------------------------------------------------------------------------
 */

static void
check_string (Walk *walk, const Step *step, const ApiField *rule, const char *text)
{
  size_t length = text == NULL ? 0 : strlen (text);
  if (length == 0)
    return;
  const char *reason = validate_text (rule->format, text, length);
  if (reason != NULL) {
    bool control = strcmp (reason, "INVALID_TEXT") == 0;
    violate (walk, step, reason, "%s", validate_text_wants (control ? API_FORMAT_TEXT : rule->format));
    return;
  }
  size_t count = text_length (text);
  if (count < rule->min_length)
    violate (walk, step, "TOO_SHORT", "is shorter than %" PRIu32 " characters", rule->min_length);
  if (count > rule->max_length)
    violate (walk, step, "TOO_LONG", "is longer than %" PRIu32 " characters", rule->max_length);
}

static void
check_bytes (Walk *walk, const Step *step, const ApiField *rule, const ProtobufCBinaryData *bytes)
{
  if (bytes->len == 0)
    return;
  if (bytes->len < rule->min_length)
    violate (walk, step, "TOO_SHORT", "is shorter than %" PRIu32 " bytes", rule->min_length);
  if (bytes->len > rule->max_length)
    violate (walk, step, "TOO_LONG", "is longer than %" PRIu32 " bytes", rule->max_length);
}

static void
check_range (Walk *walk, const Step *step, const ApiField *rule, bool inside)
{
  if (rule->bounded && !inside)
    violate (walk, step, "OUT_OF_RANGE", "is not between %" PRId64 " and %" PRId64, rule->minimum,
             rule->maximum);
}

static void
check_signed (Walk *walk, const Step *step, const ApiField *rule, int64_t value)
{
  check_range (walk, step, rule, value >= rule->minimum && value <= rule->maximum);
}

static void
check_unsigned (Walk *walk, const Step *step, const ApiField *rule, uint64_t value)
{
  bool inside = (rule->minimum <= 0 || value >= (uint64_t)rule->minimum) && rule->maximum >= 0 &&
                value <= (uint64_t)rule->maximum;
  check_range (walk, step, rule, inside);
}

static void
check_real (Walk *walk, const Step *step, const ApiField *rule, double value)
{
  if (!isfinite (value))
    violate (walk, step, "OUT_OF_RANGE", "is not a finite number");
  else
    check_range (walk, step, rule, value >= (double)rule->minimum && value <= (double)rule->maximum);
}

static void
check_enum (Walk *walk, const Step *step, const ProtobufCFieldDescriptor *field, int value)
{
  if (protobuf_c_enum_descriptor_get_value (field->descriptor, value) == NULL)
    violate (walk, step, "UNKNOWN_VALUE", "is not a value of %s",
             ((const ProtobufCEnumDescriptor *)field->descriptor)->short_name);
}

static void check_fields (Walk *walk, const Step *outer, const ApiMessage *table,
                          const ProtobufCMessage *message);

static void
check_value (Walk *walk, const Step *step, const ApiField *rule, const ProtobufCFieldDescriptor *field,
             const void *value)
{
  switch (field->type) {
  case PROTOBUF_C_TYPE_STRING: check_string (walk, step, rule, *(const char *const *)value); break;
  case PROTOBUF_C_TYPE_BYTES: check_bytes (walk, step, rule, value); break;
  case PROTOBUF_C_TYPE_ENUM: check_enum (walk, step, field, *(const int *)value); break;
  case PROTOBUF_C_TYPE_MESSAGE:
    if (*(const ProtobufCMessage *const *)value != NULL && rule->message != NULL)
      check_fields (walk, step, rule->message, *(const ProtobufCMessage *const *)value);
    break;
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_SINT32:
  case PROTOBUF_C_TYPE_SFIXED32: check_signed (walk, step, rule, *(const int32_t *)value); break;
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64: check_signed (walk, step, rule, *(const int64_t *)value); break;
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_FIXED32: check_unsigned (walk, step, rule, *(const uint32_t *)value); break;
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64: check_unsigned (walk, step, rule, *(const uint64_t *)value); break;
  case PROTOBUF_C_TYPE_FLOAT: check_real (walk, step, rule, (double)*(const float *)value); break;
  case PROTOBUF_C_TYPE_DOUBLE: check_real (walk, step, rule, *(const double *)value); break;
  case PROTOBUF_C_TYPE_BOOL: break;
  }
}

/* --- fields ------------------------------------------------------------------------------------------------
 */

static size_t
size_of (ProtobufCType type)
{
  switch (type) {
  case PROTOBUF_C_TYPE_STRING:
  case PROTOBUF_C_TYPE_MESSAGE: return sizeof (void *);
  case PROTOBUF_C_TYPE_BYTES: return sizeof (ProtobufCBinaryData);
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64:
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
  case PROTOBUF_C_TYPE_DOUBLE: return 8;
  case PROTOBUF_C_TYPE_BOOL: return sizeof (protobuf_c_boolean);
  default: return 4;
  }
}

static bool
is_default (const ProtobufCFieldDescriptor *field, const void *value)
{
  static const uint8_t zero[8] = {0};
  if (field->type == PROTOBUF_C_TYPE_STRING) {
    const char *text = *(const char *const *)value;
    return text == NULL || text[0] == '\0';
  }
  if (field->type == PROTOBUF_C_TYPE_BYTES)
    return ((const ProtobufCBinaryData *)value)->len == 0;
  return memcmp (value, zero, size_of (field->type)) == 0;
}

/* Does the comma-separated mask name the field, in either spelling? */
static bool
mask_names (const char *mask, const char *name, const char *json_name)
{
  for (const char *at = mask; *at != '\0';) {
    size_t length = strcspn (at, ",");
    const char *const names[] = {name, json_name, "*"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
      if (strlen (names[i]) == length && memcmp (at, names[i], length) == 0)
        return true;
    at += length + (at[length] == ',');
  }
  return false;
}

/* In an update the resource is partial: what the mask does not name is not missed. */
static bool
is_missed (const Walk *walk, const Step *outer, const ApiField *rule, const ProtobufCFieldDescriptor *field)
{
  bool in_resource = outer != NULL && outer->outer == NULL;
  if (walk->mask == NULL || !in_resource)
    return rule->required;
  return rule->required && mask_names (walk->mask, field->name, rule->json_name);
}

static void
check_repeated (Walk *walk, const Step *outer, const ApiField *rule, const ProtobufCFieldDescriptor *field,
                const ProtobufCMessage *message)
{
  const char *bytes = (const char *)message;
  size_t count = *(const size_t *)(const void *)(bytes + field->quantifier_offset);
  const char *values = *(const char *const *)(const void *)(bytes + field->offset);
  Step step = {outer, rule->json_name, NO_INDEX};
  if (count == 0 && is_missed (walk, outer, rule, field))
    violate (walk, &step, "REQUIRED", "must not be empty");
  if (count > 0 && count < rule->min_count)
    violate (walk, &step, "TOO_FEW", "has fewer than %" PRIu32 " elements", rule->min_count);
  if (count > rule->max_count) {
    violate (walk, &step, "TOO_MANY", "has more than %" PRIu32 " elements", rule->max_count);
    return;
  }
  for (step.index = 0; step.index < count && !full (walk); step.index++)
    check_value (walk, &step, rule, field, values + step.index * size_of (field->type));
}

static void
check_single (Walk *walk, const Step *outer, const ApiField *rule, const ProtobufCFieldDescriptor *field,
              const ProtobufCMessage *message)
{
  const char *bytes = (const char *)message;
  const void *value = bytes + field->offset;
  Step step = {outer, rule->json_name, NO_INDEX};
  bool absent = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
                *(const uint32_t *)(const void *)(bytes + field->quantifier_offset) != field->id;
  if (absent || is_default (field, value)) {
    if (is_missed (walk, outer, rule, field))
      violate (walk, &step, "REQUIRED", "is required");
    else if (!absent)
      check_value (walk, &step, rule, field, value);
    return;
  }
  check_value (walk, &step, rule, field, value);
}

static void
check_fields (Walk *walk, const Step *outer, const ApiMessage *table, const ProtobufCMessage *message)
{
  for (unsigned i = 0; i < table->descriptor->n_fields && !full (walk); i++) {
    const ProtobufCFieldDescriptor *field = &table->descriptor->fields[i];
    const ApiField *rule = &table->fields[i];
    if (rule->output_only)
      continue;
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
      check_repeated (walk, outer, rule, field, message);
    else
      check_single (walk, outer, rule, field, message);
  }
}

static const char *
find_mask (const ApiMessage *table, const ProtobufCMessage *message)
{
  int index = api_find_field (table, "update_mask", strlen ("update_mask"));
  if (index < 0 || table->descriptor->fields[index].type != PROTOBUF_C_TYPE_STRING ||
      table->descriptor->fields[index].label == PROTOBUF_C_LABEL_REPEATED)
    return NULL;
  return *(const char *const *)(const void *)((const char *)message +
                                              table->descriptor->fields[index].offset);
}

Status
validate_message (const Api *api, void *owner, const ProtobufCMessage *message)
{
  const ApiMessage *table = api_find_message (api, message->descriptor);
  if (table == NULL)
    return status_error (owner, STATUS_INTERNAL, "UNKNOWN_MESSAGE", "The tables do not know %s",
                         message->descriptor->name);
  Walk walk = {.api = api, .owner = owner, .status = STATUS_SUCCESS, .mask = find_mask (table, message)};
  check_fields (&walk, NULL, table, message);
  return walk.status;
}

Status
validate_unpack (const Api *api, void *owner, const ProtobufCMessageDescriptor *descriptor, Bytes bytes,
                 ValidateMode mode, ProtobufCMessage **message)
{
  Status status = validate_wire (owner, descriptor, bytes);
  if (status_failed (status))
    return status;
  ProtobufCMessage *unpacked = memory_unpack (owner, descriptor, bytes);
  if (unpacked == NULL)
    return status_error (owner, STATUS_INVALID_ARGUMENT, "MALFORMED",
                         "The bytes are not a message of type %s", descriptor->name);
  if (mode == VALIDATE_REQUEST)
    status = validate_message (api, owner, unpacked);
  if (!status_failed (status))
    *message = unpacked;
  return status;
}
