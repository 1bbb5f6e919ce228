/* Rows as text. */
#include "gateway/rows.h"

#include <string.h>

typedef struct Line {
  JsonBuffer *out;
  JsonBuffer *cell; /* the value before it is quoted */
  char separator;
  bool first;
} Line;

static void
begin_cell (Line *line)
{
  if (!line->first)
    json_append (line->out, &line->separator, 1);
  line->first = false;
}

/* Quotes when it must be: separator, quote, line end, or white space at an end that readers like to trim. */
static bool
needs_quotes (const char *text, size_t length, char separator)
{
  if (length != 0 && (text[0] == ' ' || text[length - 1] == ' '))
    return true;
  for (size_t i = 0; i < length; i++) {
    if (text[i] == separator || text[i] == '"' || text[i] == '\n' || text[i] == '\r')
      return true;
  }
  return false;
}

static void
append_cell (Line *line, const char *text, size_t length)
{
  begin_cell (line);
  if (!needs_quotes (text, length, line->separator)) {
    json_append (line->out, text, length);
    return;
  }
  json_append (line->out, "\"", 1);
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '"')
      json_append (line->out, "\"", 1);
    json_append (line->out, text + i, 1);
  }
  json_append (line->out, "\"", 1);
}

/* Adds text to the cell, defused when it stands at its beginning. */
static void
add_text (JsonBuffer *cell, const char *text)
{
  if (text == NULL)
    return;
  if (cell->length == 0 && text[0] != '\0' && strchr ("=+-@\t\r", text[0]) != NULL)
    json_append (cell, "'", 1);
  json_append_raw (cell, text);
}

/* Strings, enums and quoted numbers stand in JSON between quotes; in a cell they do not. */
static void
add_value (JsonBuffer *cell, const ApiMessage *table, unsigned field, const void *value)
{
  ProtobufCType type = table->descriptor->fields[field].type;
  if (type == PROTOBUF_C_TYPE_STRING) {
    add_text (cell, *(char *const *)value);
    return;
  }
  size_t start = cell->length;
  json_append_value (cell, table, field, value);
  bool quoted = type != PROTOBUF_C_TYPE_MESSAGE && cell->data[start] == '"';
  if (quoted) {
    cell->length -= 2;
    memmove (cell->data + start, cell->data + start + 1, cell->length - start);
  }
}

static void
add_repeated (JsonBuffer *cell, const ApiMessage *table, unsigned field, const char *base)
{
  const ProtobufCFieldDescriptor *descriptor = &table->descriptor->fields[field];
  size_t count = *(const size_t *)(base + descriptor->quantifier_offset);
  const char *values = *(char *const *)(base + descriptor->offset);
  bool message = descriptor->type == PROTOBUF_C_TYPE_MESSAGE;
  if (message && count != 0)
    json_append (cell, "[", 1);
  for (size_t i = 0; i < count; i++) {
    if (i != 0)
      json_append_raw (cell, message ? "," : "; ");
    add_value (cell, table, field, values + i * json_value_size (descriptor->type));
  }
  if (message && count != 0)
    json_append (cell, "]", 1);
}

static bool
is_group (const ApiMessage *table, unsigned field)
{
  const ProtobufCFieldDescriptor *descriptor = &table->descriptor->fields[field];
  return descriptor->type == PROTOBUF_C_TYPE_MESSAGE && descriptor->label != PROTOBUF_C_LABEL_REPEATED;
}

/* `row` NULL: the message is not set, and all its columns are empty. */
static void
append_columns (Line *line, const ApiMessage *table, const ProtobufCMessage *row)
{
  const char *base = (const char *)row;
  for (unsigned i = 0; i < table->descriptor->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &table->descriptor->fields[i];
    bool present = row != NULL && json_is_present (field, row);
    if (is_group (table, i)) {
      append_columns (line, table->fields[i].message,
                      present ? *(ProtobufCMessage *const *)(base + field->offset) : NULL);
      continue;
    }
    line->cell->length = 0;
    if (present && field->label == PROTOBUF_C_LABEL_REPEATED)
      add_repeated (line->cell, table, i, base);
    else if (present)
      add_value (line->cell, table, i, base + field->offset);
    append_cell (line, line->cell->data, line->cell->length);
  }
}

static void
append_names (Line *line, const ApiMessage *table, const char *prefix)
{
  for (unsigned i = 0; i < table->descriptor->n_fields; i++) {
    char *name = memory_format (line->cell, "%s%s", prefix, table->fields[i].json_name);
    if (is_group (table, i))
      append_names (line, table->fields[i].message, memory_format (line->cell, "%s.", name));
    else
      append_cell (line, name, strlen (name));
  }
}

void
rows_append_csv_header (JsonBuffer *out, const ApiMessage *table, char separator, bool mark)
{
  if (mark)
    json_append_raw (out, "\xef\xbb\xbf");
  Line line = {.out = out, .cell = json_buffer_new (out, 256), .separator = separator, .first = true};
  append_names (&line, table, "");
  json_append_raw (out, "\r\n");
  talloc_free (line.cell);
}

void
rows_append_csv (JsonBuffer *out, const ApiMessage *table, const ProtobufCMessage *row, char separator)
{
  Line line = {.out = out, .cell = json_buffer_new (out, 256), .separator = separator, .first = true};
  append_columns (&line, table, row);
  json_append_raw (out, "\r\n");
  talloc_free (line.cell);
}

void
rows_append_ndjson (JsonBuffer *out, const ApiMessage *table, const ProtobufCMessage *row)
{
  json_append_message (out, table, row);
  json_append (out, "\n", 1);
}
