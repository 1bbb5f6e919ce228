/* What is stored sealed: personal identity codes and uploaded files. XChaCha20-Poly1305 (libsodium) under a
 * key that comes from a file; the place in the database is authenticated, so that a value copied to another
 * row does not open. A keyed BLAKE2b of the value, the blind index, makes it unique and findable without
 * opening. Pure functions over bytes; any thread. */
#ifndef HEIMO_MEMBERSHIP_SECRET_H
#define HEIMO_MEMBERSHIP_SECRET_H

#include "core/memory.h"
#include "core/status.h"

typedef struct DataKey {
  uint8_t seal[32];
  uint8_t index[32];
} DataKey;

/* Derives the keys from the bytes of the key file. FAILED_PRECONDITION / DATA_KEY_TOO_SHORT below 32 bytes.
 */
Status data_key_derive (void *owner, Bytes secret, DataKey *key) MUST_CHECK;

/* Seals for a place: `column` is "table|column", `row` names the row. */
Bytes secret_seal (void *owner, const DataKey *key, const char *column, const char *row, Bytes plain);

/* Opens; DATA_LOSS / UNREADABLE when it was sealed for another place, with another key, or is damaged. */
Status secret_open (void *owner, const DataKey *key, const char *column, const char *row, Bytes sealed,
                    Bytes *plain) MUST_CHECK;

/* The blind index of a text of a kind, the same for equal texts of a federation. */
Bytes secret_index (void *owner, const DataKey *key, const char *column, const char *federation_id,
                    const char *text);

#endif
