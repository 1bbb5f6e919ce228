/* A counting sort that keeps the order in which things came. */
#include "store/bins.h"

#include "core/memory.h"

/* first[p + 1] is where those of p are put next: at last their end, which is where those of p + 1 begin. */
Bins
bins_of (void *owner, const uint32_t *person_of, uint32_t count, uint32_t persons)
{
  Bins bins = {memory_array (owner, uint32_t, persons + 2), memory_array (owner, uint32_t, count + 1)};
  for (uint32_t i = 0; i < count; i++)
    bins.first[person_of[i] + 2]++;
  for (uint32_t person = 1; person <= persons; person++)
    bins.first[person + 1] += bins.first[person];
  for (uint32_t i = 0; i < count; i++)
    bins.order[bins.first[person_of[i] + 1]++] = i;
  return bins;
}
