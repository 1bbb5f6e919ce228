/* Sealing, opening and indexing with libsodium. A sealed value is {format byte, nonce, ciphertext with tag}.
 */
#include "secret.h"

#include <sodium.h>
#include <string.h>

enum {
  FORMAT = 1,
  NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
  TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
  OVERHEAD = 1 + NONCE_SIZE + TAG_SIZE,
  INDEX_SIZE = 16,
  SECRET_LEAST = 32
};

static void
derive (Bytes secret, const char *label, uint8_t key[32])
{
  crypto_generichash_state state;
  crypto_generichash_init (&state, (const uint8_t *)label, strlen (label), 32);
  crypto_generichash_update (&state, secret.data, secret.length);
  crypto_generichash_final (&state, key, 32);
}

Status
data_key_derive (void *owner, Bytes secret, DataKey *key)
{
  if (secret.length < SECRET_LEAST)
    return status_error (owner, STATUS_FAILED_PRECONDITION, "DATA_KEY_TOO_SHORT",
                         "The data key must have at least %d bytes", SECRET_LEAST);
  derive (secret, "heimo data seal v1", key->seal);
  derive (secret, "heimo data index v1", key->index);
  return STATUS_SUCCESS;
}

Bytes
secret_seal (void *owner, const DataKey *key, const char *column, const char *row, Bytes plain)
{
  char *place = memory_format (owner, "%s|%s", column, row);
  uint8_t *sealed = memory_array (owner, uint8_t, plain.length + OVERHEAD);
  sealed[0] = FORMAT;
  randombytes_buf (sealed + 1, NONCE_SIZE);
  crypto_aead_xchacha20poly1305_ietf_encrypt (sealed + 1 + NONCE_SIZE, NULL, plain.data, plain.length,
                                              (const uint8_t *)place, strlen (place), NULL, sealed + 1,
                                              key->seal);
  return (Bytes){sealed, plain.length + OVERHEAD};
}

Status
secret_open (void *owner, const DataKey *key, const char *column, const char *row, Bytes sealed, Bytes *plain)
{
  char *place = memory_format (owner, "%s|%s", column, row);
  unsigned long long length = 0;
  uint8_t *opened = memory_array (owner, uint8_t, sealed.length + 1);
  if (sealed.length < OVERHEAD || sealed.data[0] != FORMAT ||
      crypto_aead_xchacha20poly1305_ietf_decrypt (opened, &length, NULL, sealed.data + 1 + NONCE_SIZE,
                                                  sealed.length - 1 - NONCE_SIZE, (const uint8_t *)place,
                                                  strlen (place), sealed.data + 1, key->seal) != 0)
    return status_error (owner, STATUS_DATA_LOSS, "UNREADABLE", "A sealed value of %s does not open", column);
  opened[length] = 0;
  *plain = (Bytes){opened, (size_t)length};
  return STATUS_SUCCESS;
}

Bytes
secret_index (void *owner, const DataKey *key, const char *column, const char *federation_id,
              const char *text)
{
  uint8_t *index = memory_array (owner, uint8_t, INDEX_SIZE);
  crypto_generichash_state state;
  crypto_generichash_init (&state, key->index, sizeof key->index, INDEX_SIZE);
  crypto_generichash_update (&state, (const uint8_t *)column, strlen (column) + 1);
  crypto_generichash_update (&state, (const uint8_t *)federation_id, strlen (federation_id) + 1);
  crypto_generichash_update (&state, (const uint8_t *)text, strlen (text));
  crypto_generichash_final (&state, index, INDEX_SIZE);
  return (Bytes){index, INDEX_SIZE};
}
