/* Any bytes as the beginning of an uploaded file, in every encoding, and their cells as the fields of a row:
 * read or refused, never a fault. The first byte chooses the encoding and whether the file ends here. */
#include "services/membership/file_head.h"
#include "services/membership/row.h"

#include <sodium.h>
#include <string.h>

enum { TODAY = 20000 };

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
read_cells (void *context, const FileRow *values)
{
  CsvField cells[ROW_FIELD_COUNT] = {{0}};
  Row row;
  for (size_t i = 0; i < values->count && i < ROW_FIELD_COUNT; i++)
    cells[i] = (CsvField){values->values[i], strlen (values->values[i])};
  row_read (context, cells, TODAY, &row);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (sodium_init () < 0 || size < 1)
    return 0;
  void *context = memory_context (NULL);
  unsigned choice = data[0] % (ENCODING_COUNT + 1);
  const char *encoding = choice == ENCODING_COUNT ? "" : encoding_name ((Encoding)choice);
  FileHead head;
  Status status = file_head_read (context, (Bytes){data + 1, size - 1}, data[0] >= 128, encoding, "", &head);
  for (size_t i = 0; !status_failed (status) && i < head.row_count; i++)
    read_cells (context, &head.rows[i]);
  for (size_t i = 0; !status_failed (status) && i < head.column_count; i++)
    (void)row_field_guess (head.columns[i]);
  talloc_free (context);
  return 0;
}
