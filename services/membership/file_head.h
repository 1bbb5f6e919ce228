/* The beginning of an uploaded file: what it appears to be, its columns and first rows. Pure. */
#ifndef HEIMO_MEMBERSHIP_FILE_HEAD_H
#define HEIMO_MEMBERSHIP_FILE_HEAD_H

#include "core/csv.h"
#include "encoding.h"

enum { FILE_HEAD_SAMPLE = 20 };

typedef struct FileRow {
  size_t count;
  const char **values;
} FileRow;

typedef struct FileHead {
  Encoding encoding;
  Encoding detected;
  size_t mark_length; /* bytes before the text */
  char separator;     /* '\0' when it cannot be told */
  char detected_separator;
  size_t column_count;
  const char **columns; /* trimmed */
  CsvFault fault;       /* of the first line */
  size_t row_count;     /* of the sample */
  FileRow rows[FILE_HEAD_SAMPLE];
  uint64_t data_line; /* the line behind the first row */
  uint64_t data_at;   /* and the byte of the file it begins at */
} FileHead;

/* Reads the first bytes of a file; `whole` when they are all of it. `encoding` and `separator` are what the
 * caller wants it read as, "" for what it appears to be. Violations of "encoding" (UNKNOWN_ENCODING,
 * WRONG_ENCODING) and "separator" (WRONG_SEPARATOR: none of the four). Texts are on `owner`. */
Status file_head_read (void *owner, Bytes bytes, bool whole, const char *encoding, const char *separator,
                       FileHead *head) MUST_CHECK;

/* A hash of the columns' names, by which a mapping is remembered: 16 bytes on `owner`. */
Bytes file_head_columns_hash (void *owner, const FileHead *head);

#endif
