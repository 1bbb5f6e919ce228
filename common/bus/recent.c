/* A set-associative table: the id is random, so its own last bits choose the bucket, and the oldest of the
 * bucket's ways gives place. No hash function, no growth, no clean-up.
 */
#include "bus/recent.h"

#include "bus/bus.h"

#include <string.h>

enum { BUCKETS = 2048, WAYS = 8, ENTRY_SIZE = BUS_REQUEST_ID_SIZE + 1 };

typedef struct Bucket {
  uint8_t entries[WAYS][ENTRY_SIZE];
  uint8_t next; /* the way to be replaced */
} Bucket;

struct Recent {
  Bucket buckets[BUCKETS];
};

Recent *
recent_new (void *owner)
{
  return memory_new (owner, Recent);
}

bool
recent_seen (Recent *recent, const uint8_t *id, uint32_t attempt)
{
  uint8_t entry[ENTRY_SIZE];
  memcpy (entry, id, BUS_REQUEST_ID_SIZE);
  entry[BUS_REQUEST_ID_SIZE] = (uint8_t)attempt;
  Bucket *bucket = &recent->buckets[(id[14] | (unsigned)id[15] << 8) % BUCKETS];
  for (int way = 0; way < WAYS; way++)
    if (memcmp (bucket->entries[way], entry, ENTRY_SIZE) == 0)
      return true;
  memcpy (bucket->entries[bucket->next], entry, ENTRY_SIZE);
  bucket->next = (uint8_t)((bucket->next + 1) % WAYS);
  return false;
}
