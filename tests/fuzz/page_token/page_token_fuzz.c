/* Any bytes as a page token: opened or refused, never a fault. The input is tried as it is, and sealed as the
 * plain text of a token so that what lies behind the lock is reached too. */
#include "service/page_token.h"

#include <sodium.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const uint8_t secret[] = "fuzz";
  if (sodium_init () < 0 || size > 600)
    return 0;
  void *context = memory_context (NULL);
  PageTokenKey key = page_token_key ((Bytes){secret, sizeof secret});
  PageScope scope = {{0}};
  const char *const *values;
  Status status = page_token_open (context, &key, scope, memory_string_n (context, (const char *)data, size),
                                   2, 0, &values);
  uint8_t sealed[700];
  char token[PAGE_TOKEN_LENGTH_MAX];
  memset (sealed, 7, crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy (sealed + crypto_secretbox_NONCEBYTES, data, size, sealed, key.bytes);
  sodium_bin2base64 (token, sizeof token, sealed,
                     size + crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES,
                     sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  if (!status_failed (status))
    status = page_token_open (context, &key, scope, token, 2, 0, &values);
  talloc_free (context);
  return 0;
}
