/* Any bytes as a CSV file: read whole and in pieces, the rows must be the same. The first byte says how long
 * the pieces are. */
#include "core/csv.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static uint64_t
digest (uint64_t hash, const void *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ ((const uint8_t *)bytes)[i]) * 1099511628211u;
  return hash;
}

static uint64_t
read_all (void *context, Bytes input, size_t piece_size)
{
  CsvReader *reader = csv_new (context, ',');
  Bytes piece = {input.data, 0};
  uint64_t hash = 0;
  for (;;) {
    CsvResult result = csv_next (reader, &piece, input.length == 0);
    if (result == CSV_END)
      return hash;
    if (result == CSV_MORE) {
      size_t length = input.length < piece_size ? input.length : piece_size;
      piece = (Bytes){input.data, length};
      input = (Bytes){input.data + length, input.length - length};
      continue;
    }
    const CsvRow *row = csv_row (reader);
    uint64_t numbers[] = {row->line, row->end, row->count, row->fault, row->fault_column};
    hash = digest (hash, numbers, sizeof numbers);
    for (size_t i = 0; result == CSV_ROW && i < row->count; i++)
      hash = digest (hash, row->fields[i].text, row->fields[i].length + 1);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < 1)
    return 0;
  void *context = memory_context (NULL);
  Bytes input = {data + 1, size - 1};
  if (read_all (context, input, SIZE_MAX) != read_all (context, input, (size_t)data[0] % 7 + 1))
    abort ();
  talloc_free (context);
  return 0;
}
