/* Reading the beginning of a file. */
#include "file_head.h"

#include "core/text.h"

#include <sodium.h>
#include <string.h>

static Status
read_encoding (void *owner, const char *name, FileHead *head)
{
  head->encoding = head->detected;
  if (name[0] == '\0' || encoding_find (name, &head->encoding))
    return STATUS_SUCCESS;
  return status_field (owner, "encoding", "UNKNOWN_ENCODING",
                       "The encodings read here are UTF-8, UTF-8-BOM, UTF-16LE, UTF-16BE and WINDOWS-1252");
}

static Status
read_separator (void *owner, const char *separator, FileHead *head)
{
  head->separator = head->detected_separator;
  if (separator[0] == '\0')
    return STATUS_SUCCESS;
  head->separator = separator[0];
  if (strchr (",;\t|", separator[0]) != NULL)
    return STATUS_SUCCESS;
  return status_field (owner, "separator", "WRONG_SEPARATOR",
                       "The separator is a comma, a semicolon, a tab or a bar");
}

/* A cell for the eye: what is not UTF-8 is left out. */
static const char *
cell_text (void *owner, CsvField field)
{
  const char *text = field.text;
  size_t length = field.length;
  if (!text_is_utf8 (text, length))
    return "?";
  for (; length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'); length--)
    ;
  for (; length > 0 && (*text == ' ' || *text == '\t'); length--)
    text++;
  return memory_string_n (owner, text, length);
}

static const char **
cell_texts (void *owner, const CsvRow *row)
{
  const char **texts = memory_array (owner, const char *, row->count + 1);
  for (size_t i = 0; i < row->count; i++)
    texts[i] = cell_text (owner, row->fields[i]);
  return texts;
}

static void
read_rows (void *owner, Bytes text, bool whole, FileHead *head)
{
  CsvReader *reader = csv_new (owner, head->separator == '\0' ? ',' : head->separator);
  bool first = true;
  Bytes rest = text;
  while (head->row_count < FILE_HEAD_SAMPLE) {
    CsvResult result = csv_next (reader, &rest, whole);
    if (result != CSV_ROW && result != CSV_BAD_ROW)
      return;
    const CsvRow *row = csv_row (reader);
    if (first) {
      head->fault = row->fault;
      head->column_count = result == CSV_ROW ? row->count : 0;
      head->columns = result == CSV_ROW ? cell_texts (owner, row) : NULL;
      head->data_line = row->next_line;
      head->data_at =
          head->mark_length + encoding_raw_length (head->encoding, (Bytes){text.data, (size_t)row->end});
    } else if (result == CSV_ROW) {
      head->rows[head->row_count++] = (FileRow){row->count, cell_texts (owner, row)};
    } else {
      head->rows[head->row_count++] = (FileRow){0, NULL};
    }
    first = false;
  }
}

Status
file_head_read (void *owner, Bytes bytes, bool whole, const char *encoding, const char *separator,
                FileHead *head)
{
  Bytes text;
  size_t used;
  *head = (FileHead){.detected = encoding_detect (bytes, whole)};
  Status status = read_encoding (owner, encoding, head);
  if (status_failed (status))
    return status;
  head->mark_length = encoding_mark_length (head->encoding, bytes);
  Bytes body = {bytes.data + head->mark_length, bytes.length - head->mark_length};
  status = encoding_convert (owner, head->encoding, body, &text, &used);
  if (status_failed (status))
    return status;
  head->detected_separator = csv_detect_separator (text);
  status = read_separator (owner, separator, head);
  if (!status_failed (status))
    read_rows (owner, text, whole, head);
  return status;
}

Bytes
file_head_columns_hash (void *owner, const FileHead *head)
{
  uint8_t *hash = memory_array (owner, uint8_t, 16);
  crypto_generichash_state state;
  crypto_generichash_init (&state, NULL, 0, 16);
  for (size_t i = 0; i < head->column_count; i++)
    crypto_generichash_update (&state, (const uint8_t *)head->columns[i], strlen (head->columns[i]) + 1);
  crypto_generichash_final (&state, hash, 16);
  return (Bytes){hash, 16};
}
