/* Random bytes for identifiers; see random.h. */
#include "core/random.h"

#include <sodium.h>
#include <string.h>

enum { STORE_BYTES = 1024 };

void
random_bytes (void *bytes, size_t size)
{
  static _Thread_local unsigned char store[STORE_BYTES];
  static _Thread_local size_t left;
  if (size > STORE_BYTES / 4) {
    randombytes_buf (bytes, size);
    return;
  }
  if (left < size) {
    randombytes_buf (store, STORE_BYTES);
    left = STORE_BYTES;
  }
  left -= size;
  memcpy (bytes, store + left, size);
  memset (store + left, 0, size);
}
