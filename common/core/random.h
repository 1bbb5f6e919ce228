/* Random bytes for identifiers: unguessable, and cheap enough for several a request. */
#ifndef HEIMO_CORE_RANDOM_H
#define HEIMO_CORE_RANDOM_H

#include <stddef.h>

/* Fills `size` bytes, from libsodium. Small amounts come out of a store of the thread's own, which is filled
 * at once and wiped as it is used: a call of the generator costs as much for 16 bytes as for 500. Keys,
 * nonces and tokens are made with libsodium itself. */
void random_bytes (void *bytes, size_t size);

#endif
