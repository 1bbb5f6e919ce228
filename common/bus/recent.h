/* A bounded memory of request ids, so that a request which the network delivers twice is executed once. */
#ifndef HEIMO_BUS_RECENT_H
#define HEIMO_BUS_RECENT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Recent Recent;

/* An empty memory of some 16,000 ids; 280 KB. */
Recent *recent_new (void *owner);

/* Remembers the id (16 random bytes) and attempt; true when they were remembered already. */
bool recent_seen (Recent *recent, const uint8_t *id, uint32_t attempt);

#endif
