/* The encoding of an uploaded file: what it appears to be, and its text as UTF-8. Pure; iconv converts. */
#ifndef HEIMO_MEMBERSHIP_ENCODING_H
#define HEIMO_MEMBERSHIP_ENCODING_H

#include "core/memory.h"
#include "core/status.h"

#include <stdbool.h>

typedef enum Encoding {
  ENCODING_UTF8,
  ENCODING_UTF8_BOM,
  ENCODING_UTF16LE,
  ENCODING_UTF16BE,
  ENCODING_WINDOWS_1252,
  ENCODING_COUNT
} Encoding;

/* "UTF-8", "UTF-8-BOM", "UTF-16LE", "UTF-16BE", "WINDOWS-1252"; static. */
const char *encoding_name (Encoding encoding);

/* By name, any case, "CP1252" and "UTF8" too. False when it is none of them. */
bool encoding_find (const char *name, Encoding *encoding);

/* What the first bytes of a file appear to be. `whole`: nothing follows them, so a character cut off at the
 * end is not excused. What is no UTF has to be WINDOWS-1252. */
Encoding encoding_detect (Bytes head, bool whole);

/* Bytes of the byte-order mark that the file begins with. */
size_t encoding_mark_length (Encoding encoding, Bytes head);

/* Converts as many whole characters of `raw` as there are into UTF-8 on `owner`; *used says how many bytes of
 * raw that were. UTF-8 is handed back as it is. INVALID_ARGUMENT / WRONG_ENCODING when the bytes are not of
 * that encoding. */
Status encoding_convert (void *owner, Encoding encoding, Bytes raw, Bytes *utf8, size_t *used) MUST_CHECK;

/* How many bytes of the file a piece of converted text came from. */
size_t encoding_raw_length (Encoding encoding, Bytes utf8);

#endif
