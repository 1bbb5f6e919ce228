/* Writing messages: rows of a table, fields of one message, lines of JSON. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "core/clock.h"
#include "gateway/json/json.h"
#include "heimo_api.h"
#include "services/ctl/ctl.h"

void
ctl_write_json (FILE *out, const ProtobufCMessage *message)
{
  void *scratch = memory_context (NULL);
  JsonBuffer *buffer = json_buffer_new (scratch, 1024);
  json_append_message (buffer, api_find_message (&heimo_api, message->descriptor), message);
  json_append_raw (buffer, "\n");
  fwrite (buffer->data, 1, buffer->length, out);
  talloc_free (scratch);
}

Output
ctl_output (void *owner, const Ctl *ctl, const TableForm *form)
{
  return (Output){ctl->out, ctl->arguments->json ? NULL : table_new (owner, form)};
}

void
ctl_output_row (Output *output, const void *row, const ProtobufCMessage *message)
{
  if (output->table != NULL)
    table_add (output->table, row);
  else
    ctl_write_json (output->out, message);
}

void
ctl_output_end (Output *output)
{
  if (output->table != NULL)
    table_write (output->table, output->out);
  fflush (output->out);
}

/* ---- one message ---- */

/* A field of it. */
typedef struct FieldRow {
  const ApiMessage *form;
  const ProtobufCMessage *message;
  unsigned index;
} FieldRow;

static const char *
field_name (void *owner, const void *row)
{
  const FieldRow *field = row;
  (void)owner;
  return field->form->fields[field->index].json_name;
}

static const char *
field_value (void *owner, const void *row)
{
  const FieldRow *field = row;
  const ProtobufCFieldDescriptor *descriptor = &field->message->descriptor->fields[field->index];
  const void *member = (const char *)field->message + descriptor->offset;
  if (descriptor->label == PROTOBUF_C_LABEL_REPEATED || !json_is_present (descriptor, field->message))
    return NULL;
  if (descriptor->type == PROTOBUF_C_TYPE_STRING)
    return *(const char *const *)member;
  if (descriptor->type == PROTOBUF_C_TYPE_ENUM)
    return ctl_enum_word (owner, descriptor->descriptor, *(const int *)member);
  if (descriptor->type == PROTOBUF_C_TYPE_UINT64)
    return memory_format (owner, "%" PRIu64, *(const uint64_t *)member);
  JsonBuffer *buffer = json_buffer_new (owner, 64);
  json_append_value (buffer, field->form, field->index, member);
  return memory_string_n (owner, buffer->data, buffer->length);
}

static const Column field_columns[] = {{"FIELD", SIDE_LEFT, field_name}, {"VALUE", SIDE_LEFT, field_value}};
static const TableForm field_form = {field_columns, 2, NULL};

void
ctl_output_message (Ctl *ctl, const ProtobufCMessage *message)
{
  void *scratch = memory_context (NULL);
  if (ctl->arguments->json)
    ctl_write_json (ctl->out, message);
  else {
    Table *table = table_new (scratch, &field_form);
    FieldRow row = {api_find_message (&heimo_api, message->descriptor), message, 0};
    for (; row.index < message->descriptor->n_fields; row.index++)
      table_add (table, &row);
    table_write (table, ctl->out);
  }
  talloc_free (scratch);
}

/* ---- words ---- */

/* "RUN_STATE_RUNNING" of RunState is "running": the prefix is the one of the value 0, X_UNSPECIFIED. */
const char *
ctl_enum_word (void *owner, const ProtobufCEnumDescriptor *type, int value)
{
  const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value (type, value);
  const ProtobufCEnumValue *none = protobuf_c_enum_descriptor_get_value (type, 0);
  if (found == NULL || none == NULL)
    return memory_format (owner, "%d", value);
  size_t prefix = strlen (none->name) - strlen ("UNSPECIFIED");
  char *word = memory_string (owner, found->name + prefix);
  for (char *letter = word; *letter != '\0'; letter++)
    *letter = *letter == '_' ? ' ' : (char)tolower ((unsigned char)*letter);
  return word;
}

const char *
ctl_short_time (void *owner, const char *time)
{
  if (strlen (time) < strlen ("2026-11-22T03:04:05"))
    return NULL;
  return memory_format (owner, "%.10s %.8s", time, time + 11);
}

const char *
ctl_duration (void *owner, uint64_t ms)
{
  static const struct {
    uint64_t below, unit;
    const char *name;
  } units[] = {{UINT64_C (1000), 1, "ms"},
               {UINT64_C (120000), 1000, "s"},
               {UINT64_C (7200000), 60000, "min"},
               {UINT64_C (172800000), 3600000, "h"},
               {UINT64_MAX, 86400000, "d"}};
  size_t i = 0;
  while (ms >= units[i].below && units[i].below != UINT64_MAX)
    i++;
  return memory_format (owner, "%" PRIu64 " %s", ms / units[i].unit, units[i].name);
}
