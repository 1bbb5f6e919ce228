/* The CSV reader: a state machine with one state for each place in the grammar. Fields are gathered one after
 * another in one buffer, each followed by NUL; after a fault the machine runs on without gathering. */
#include "core/csv.h"

#include <string.h>

typedef enum CsvState {
  STATE_ROW_START,   /* nothing of the row seen */
  STATE_FIELD_START, /* behind a separator */
  STATE_PLAIN,       /* in a field without quotation marks */
  STATE_QUOTED,      /* between quotation marks */
  STATE_QUOTE_SEEN,  /* behind a mark that closes the field, or is the first of a doubled one */
  STATE_ROW_ENDED,   /* a row ended with CR at the end of a piece: an LF in the next one belongs to it */
  STATE_DONE
} CsvState;

struct CsvReader {
  char separator;
  CsvState state;
  uint64_t offset; /* bytes used so far */
  uint64_t line;
  uint64_t quote_line; /* where the open quotation mark stands */
  bool carriage;       /* the last byte was CR: LF does not count as another line */
  char *buffer;
  size_t used;
  size_t room;
  size_t field_start;
  size_t starts[CSV_COLUMNS_MAX + 1];
  CsvField fields[CSV_COLUMNS_MAX];
  CsvRow row;
};

typedef struct FaultRow {
  const char *reason;
  const char *text;
} FaultRow;

static const FaultRow fault_rows[] = {
    [CSV_FAULT_NONE] = {"", ""},
    [CSV_FAULT_FIELD_TOO_LONG] = {"FIELD_TOO_LONG",
                                  "A value is longer than 64 KiB; is a quotation mark missing?"},
    [CSV_FAULT_ROW_TOO_LONG] = {"ROW_TOO_LONG", "The row is longer than 1 MiB; is a quotation mark missing?"},
    [CSV_FAULT_TOO_MANY_COLUMNS] = {"TOO_MANY_COLUMNS", "The row has more than 500 columns"},
    [CSV_FAULT_NUL] = {"NUL_BYTE", "The row has a byte 0; is the file text in UTF-8?"},
    [CSV_FAULT_QUOTE_IN_FIELD] =
        {"QUOTE_IN_FIELD",
         "A quotation mark stands inside a value; put the value in quotation marks and double it"},
    [CSV_FAULT_TEXT_AFTER_QUOTE] =
        {"TEXT_AFTER_QUOTE",
         "Text follows a closing quotation mark; inside a value the mark must be doubled"},
    [CSV_FAULT_QUOTE_NOT_CLOSED] = {"QUOTE_NOT_CLOSED", "The quotation mark is never closed"},
};

const char *
csv_fault_reason (CsvFault fault)
{
  return fault_rows[fault].reason;
}

const char *
csv_fault_text (CsvFault fault)
{
  return fault_rows[fault].text;
}

CsvReader *
csv_resume (void *owner, char separator, uint64_t end, uint64_t next_line)
{
  CsvReader *reader = memory_new (owner, CsvReader);
  reader->separator = separator;
  reader->offset = end;
  reader->line = next_line;
  reader->room = 4096;
  reader->buffer = memory_array (reader, char, reader->room);
  return reader;
}

CsvReader *
csv_new (void *owner, char separator)
{
  return csv_resume (owner, separator, 0, 1);
}

const CsvRow *
csv_row (const CsvReader *reader)
{
  return &reader->row;
}

static void
begin_row (CsvReader *reader)
{
  reader->row = (CsvRow){.line = reader->line};
  reader->used = 0;
  reader->field_start = 0;
}

static void
set_fault (CsvReader *reader, CsvFault fault, uint64_t line)
{
  CsvRow *row = &reader->row;
  if (row->fault != CSV_FAULT_NONE)
    return;
  row->fault = fault;
  row->fault_line = line;
  row->fault_column = row->count + 1;
}

/* Makes room for `length` bytes more. */
static void
reserve (CsvReader *reader, size_t length)
{
  if (reader->used + length <= reader->room)
    return;
  while (reader->used + length > reader->room)
    reader->room *= 2;
  reader->buffer = memory_must (talloc_realloc (reader, reader->buffer, char, (unsigned)reader->room));
}

/* Takes bytes into the field; after a fault they are dropped. */
static void
gather (CsvReader *reader, const uint8_t *bytes, size_t length)
{
  if (reader->row.fault != CSV_FAULT_NONE)
    return;
  if (reader->used - reader->field_start + length > CSV_FIELD_MAX) {
    set_fault (reader, CSV_FAULT_FIELD_TOO_LONG,
               reader->state == STATE_QUOTED ? reader->quote_line : reader->line);
    return;
  }
  if (reader->used + length > CSV_ROW_MAX) {
    set_fault (reader, CSV_FAULT_ROW_TOO_LONG, reader->row.line);
    return;
  }
  reserve (reader, length);
  memcpy (reader->buffer + reader->used, bytes, length);
  reader->used += length;
}

static void
end_field (CsvReader *reader)
{
  CsvRow *row = &reader->row;
  if (row->count == CSV_COLUMNS_MAX)
    set_fault (reader, CSV_FAULT_TOO_MANY_COLUMNS, reader->line);
  if (row->fault != CSV_FAULT_NONE)
    return;
  reader->starts[row->count] = reader->field_start;
  reserve (reader, 1);
  reader->buffer[reader->used++] = '\0';
  row->count++;
  reader->starts[row->count] = reader->used;
  reader->field_start = reader->used;
}

static CsvResult
end_row (CsvReader *reader)
{
  CsvRow *row = &reader->row;
  row->end = reader->offset;
  row->next_line = reader->line;
  if (row->fault != CSV_FAULT_NONE)
    return CSV_BAD_ROW;
  for (size_t i = 0; i < row->count; i++)
    reader->fields[i] =
        (CsvField){reader->buffer + reader->starts[i], reader->starts[i + 1] - reader->starts[i] - 1};
  row->fields = reader->fields;
  return CSV_ROW;
}

/* How many bytes from the front are plain: in a quoted field up to the next mark or line end or NUL,
 * otherwise up to anything that means something. */
static size_t
plain_run (const CsvReader *reader, Bytes input)
{
  size_t i = 0;
  if (reader->state == STATE_QUOTED) {
    while (i < input.length && input.data[i] != '"' && input.data[i] != '\n' && input.data[i] != '\r' &&
           input.data[i] != '\0')
      i++;
    return i;
  }
  while (i < input.length && input.data[i] != (uint8_t)reader->separator && input.data[i] != '"' &&
         input.data[i] != '\n' && input.data[i] != '\r' && input.data[i] != '\0')
    i++;
  return i;
}

static void
count_line (CsvReader *reader, uint8_t byte)
{
  if (byte == '\r' || (byte == '\n' && !reader->carriage))
    reader->line++;
  reader->carriage = byte == '\r';
}

static void
take_quoted (CsvReader *reader, uint8_t byte)
{
  if (byte == '"') {
    reader->state = STATE_QUOTE_SEEN;
    return;
  }
  gather (reader, &byte, 1);
}

static void
take_quote (CsvReader *reader)
{
  switch (reader->state) {
  case STATE_ROW_START:
  case STATE_FIELD_START:
    reader->state = STATE_QUOTED;
    reader->quote_line = reader->line;
    break;
  case STATE_QUOTE_SEEN:
    gather (reader, (const uint8_t *)"\"", 1);
    reader->state = STATE_QUOTED;
    break;
  default: set_fault (reader, CSV_FAULT_QUOTE_IN_FIELD, reader->line); break;
  }
}

static void
take_plain (CsvReader *reader, const uint8_t *bytes, size_t length)
{
  if (reader->state == STATE_QUOTE_SEEN)
    set_fault (reader, CSV_FAULT_TEXT_AFTER_QUOTE, reader->line);
  reader->state = STATE_PLAIN;
  gather (reader, bytes, length);
}

/* The end of a line outside quotation marks. True when it ends a row. */
static bool
take_line_end (CsvReader *reader)
{
  if (reader->state == STATE_ROW_START)
    return false;
  end_field (reader);
  reader->state = STATE_ROW_START;
  return true;
}

/* One byte or one run of plain bytes. True when a row is complete. */
static bool
take (CsvReader *reader, Bytes *input)
{
  size_t run = reader->state == STATE_QUOTE_SEEN ? 0 : plain_run (reader, *input);
  const uint8_t *bytes = input->data;
  size_t used = run == 0 ? 1 : run;
  uint8_t byte = bytes[0];
  *input = (Bytes){input->data + used, input->length - used};
  reader->offset += used;
  if (run != 0) {
    reader->carriage = false;
    if (reader->state == STATE_QUOTED)
      gather (reader, bytes, run);
    else
      take_plain (reader, bytes, run);
    return false;
  }
  if (byte == '\0')
    set_fault (reader, CSV_FAULT_NUL, reader->line);
  bool complete = false;
  if (reader->state == STATE_QUOTED) {
    take_quoted (reader, byte);
  } else if (byte == '\n' || byte == '\r') {
    complete = take_line_end (reader);
  } else if (byte == '"') {
    take_quote (reader);
  } else if (byte == (uint8_t)reader->separator) {
    end_field (reader);
    reader->state = STATE_FIELD_START;
  } else {
    take_plain (reader, bytes, 1);
  }
  count_line (reader, byte);
  return complete;
}

/* The end of the file: what was begun is a row. */
static CsvResult
finish (CsvReader *reader)
{
  CsvState state = reader->state;
  reader->state = STATE_DONE;
  if (state == STATE_ROW_START || state == STATE_DONE)
    return CSV_END;
  if (state == STATE_QUOTED) {
    reader->row.fault = CSV_FAULT_NONE;
    set_fault (reader, CSV_FAULT_QUOTE_NOT_CLOSED, reader->quote_line);
  }
  end_field (reader);
  return end_row (reader);
}

/* Closes a row whose line end may have a second half; *input is what follows it. */
static CsvResult
close_row (CsvReader *reader, Bytes *input, bool last)
{
  reader->state = STATE_ROW_ENDED;
  if (reader->carriage && input->length == 0 && !last)
    return CSV_MORE;
  if (reader->carriage && input->length > 0 && input->data[0] == '\n') {
    *input = (Bytes){input->data + 1, input->length - 1};
    reader->offset++;
    reader->carriage = false;
  }
  reader->state = STATE_ROW_START;
  return end_row (reader);
}

CsvResult
csv_next (CsvReader *reader, Bytes *input, bool last)
{
  if (reader->state == STATE_ROW_ENDED)
    return close_row (reader, input, last);
  while (input->length > 0) {
    if (reader->state == STATE_ROW_START)
      begin_row (reader);
    if (take (reader, input))
      return close_row (reader, input, last);
  }
  return last ? finish (reader) : CSV_MORE;
}

char
csv_detect_separator (Bytes head)
{
  static const char candidates[] = {',', ';', '\t', '|'};
  size_t counts[sizeof candidates] = {0};
  bool quoted = false;
  for (size_t i = 0; i < head.length && (quoted || (head.data[i] != '\n' && head.data[i] != '\r')); i++) {
    quoted ^= head.data[i] == '"';
    for (size_t j = 0; j < sizeof candidates && !quoted; j++)
      counts[j] += head.data[i] == (uint8_t)candidates[j];
  }
  size_t best = 0;
  for (size_t j = 1; j < sizeof candidates; j++)
    if (counts[j] > counts[best])
      best = j;
  if (counts[best] == 0)
    return '\0';
  return candidates[best];
}

Bytes
csv_without_mark (Bytes head)
{
  size_t mark = head.length >= 3 && memcmp (head.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  return (Bytes){head.data + mark, head.length - mark};
}
