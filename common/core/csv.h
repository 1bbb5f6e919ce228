/* A CSV reader (RFC 4180) over bytes that arrive in pieces. Pure: no input/output, no clock, memory bounded
 * by one row whatever the size of the file. It knows nothing of encodings: the caller hands it UTF-8 and
 * checks the text of the fields.
 *
 *   CsvReader *reader = csv_new (context, ';');
 *   while ((result = csv_next (reader, &piece, last)) != CSV_MORE && result != CSV_END)
 *     use csv_row (reader);
 *
 * Accepted: line ends LF, CRLF and CR, mixed; a last line without one; empty lines, which are passed over but
 * counted. A row with a fault is read to its end and reported once, with its first fault, so that all bad
 * rows of a file can be told at once. One thread at a time.
 */
#ifndef HEIMO_CORE_CSV_H
#define HEIMO_CORE_CSV_H

#include "core/memory.h"

#include <stdbool.h>

enum {
  CSV_FIELD_MAX = 64 * 1024, /* bytes of one field */
  CSV_ROW_MAX = 1024 * 1024, /* bytes of one row */
  CSV_COLUMNS_MAX = 500
};

typedef enum CsvResult {
  CSV_MORE,    /* the piece is used up; bring the next one */
  CSV_ROW,     /* csv_row holds a row */
  CSV_BAD_ROW, /* csv_row holds the place of a row with a fault; its fields are not to be used */
  CSV_END      /* the file is finished */
} CsvResult;

/* What can be wrong with the form of a row. */
typedef enum CsvFault {
  CSV_FAULT_NONE,
  CSV_FAULT_FIELD_TOO_LONG,
  CSV_FAULT_ROW_TOO_LONG,
  CSV_FAULT_TOO_MANY_COLUMNS,
  CSV_FAULT_NUL,              /* a byte 0 */
  CSV_FAULT_QUOTE_IN_FIELD,   /* a quotation mark inside a field that does not begin with one */
  CSV_FAULT_TEXT_AFTER_QUOTE, /* something other than a separator after the closing mark */
  CSV_FAULT_QUOTE_NOT_CLOSED  /* the file ends inside quotation marks; line is where they began */
} CsvFault;

/* One field: UTF-8 if the input was, terminated by NUL, valid until the next csv_next. */
typedef struct CsvField {
  const char *text;
  size_t length;
} CsvField;

/* One row, valid until the next csv_next. Lines, columns and rows count from 1. */
typedef struct CsvRow {
  uint64_t line; /* on which the row begins */
  uint64_t end;  /* bytes of the input up to and including the row and its line end */
  uint64_t next_line;
  size_t count;
  const CsvField *fields;
  CsvFault fault;
  uint64_t fault_line;
  size_t fault_column;
} CsvRow;

typedef struct CsvReader CsvReader;

/* A reader on `owner`; the separator is any byte but the quotation mark, CR, LF and NUL. */
CsvReader *csv_new (void *owner, char separator);

/* A reader that goes on behind a row that was read before: give that row's `end` and `next_line`. The pieces
 * that follow begin at `end`. */
CsvReader *csv_resume (void *owner, char separator, uint64_t end, uint64_t next_line);

/* Reads on in *input, which is advanced past what was used. `last`: nothing follows this piece. */
CsvResult csv_next (CsvReader *reader, Bytes *input, bool last);

/* The same without the byte order mark that some programs write before the first line. */
Bytes csv_without_mark (Bytes head);

/* The row of the last CSV_ROW or CSV_BAD_ROW. */
const CsvRow *csv_row (const CsvReader *reader);

/* "FIELD_TOO_LONG" …, and an English sentence without a full stop; static. */
const char *csv_fault_reason (CsvFault fault);
const char *csv_fault_text (CsvFault fault);

/* The separator that a file most likely has, from its first bytes: the one of comma, semicolon, tab and bar
 * that divides the first line (outside quotation marks) into most fields. '\0' when none occurs. */
char csv_detect_separator (Bytes head);

#endif
