/* Bins: things that come in whatever order, each of one person of a few, put in order by person. Counted, not
 * compared: two passes over numbers. */
#ifndef HIERARCHY_STORE_BINS_H
#define HIERARCHY_STORE_BINS_H

#include <stdint.h>

typedef struct Bins {
  uint32_t *first; /* by person, and one more: where those of the person begin in `order` */
  uint32_t *order; /* positions of the things */
} Bins;

/* `person_of` tells whose each of `count` things is. The arrays are on `owner`. */
Bins bins_of (void *owner, const uint32_t *person_of, uint32_t count, uint32_t persons);

#endif
