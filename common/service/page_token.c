/* Seals and opens page tokens: {expiry, scope, values} in a libsodium secretbox. */
#include "service/page_token.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
  NONCE_SIZE = crypto_secretbox_NONCEBYTES,
  SEAL_SIZE = NONCE_SIZE + crypto_secretbox_MACBYTES,
  EXPIRY_SIZE = 8,
  HEAD_SIZE = EXPIRY_SIZE + PAGE_TOKEN_SCOPE_SIZE,
  LENGTH_SIZE = 2
};

static const int base64_variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

_Static_assert((int)PAGE_TOKEN_KEY_SIZE == crypto_secretbox_KEYBYTES, "the key is a secretbox key");

PageTokenKey
page_token_key (Bytes secret)
{
  static const char label[] = "heimo page token key v1";
  PageTokenKey key;
  crypto_generichash_state state;
  crypto_generichash_init (&state, (const uint8_t *)label, sizeof label - 1, sizeof key.bytes);
  crypto_generichash_update (&state, secret.data, secret.length);
  crypto_generichash_final (&state, key.bytes, sizeof key.bytes);
  return key;
}

/* Gives the fields of the page their default, so that they do not take part in the scope. */
static void
clear_page (ProtobufCMessage *message)
{
  const ProtobufCFieldDescriptor *size =
      protobuf_c_message_descriptor_get_field_by_name (message->descriptor, "page_size");
  if (size != NULL && (size->type == PROTOBUF_C_TYPE_UINT32 || size->type == PROTOBUF_C_TYPE_INT32))
    memset ((char *)message + size->offset, 0, sizeof (uint32_t));
  const ProtobufCFieldDescriptor *token =
      protobuf_c_message_descriptor_get_field_by_name (message->descriptor, "page_token");
  if (token != NULL && token->type == PROTOBUF_C_TYPE_STRING) {
    const char *empty = "";
    memcpy ((char *)message + token->offset, &empty, sizeof empty);
  }
}

PageScope
page_token_scope (const char *subject, const ProtobufCMessage *request)
{
  void *context = memory_context (NULL);
  ProtobufCMessage *copy = memory_copy (context, request, request->descriptor->sizeof_message);
  clear_page (copy);
  Bytes packed = memory_pack (context, copy);
  const char *name = request->descriptor->name;
  const char *who = subject == NULL ? "" : subject;
  PageScope scope;
  crypto_generichash_state state;
  crypto_generichash_init (&state, NULL, 0, sizeof scope.bytes);
  crypto_generichash_update (&state, (const uint8_t *)name, strlen (name) + 1);
  crypto_generichash_update (&state, (const uint8_t *)who, strlen (who) + 1);
  crypto_generichash_update (&state, packed.data, packed.length);
  crypto_generichash_final (&state, scope.bytes, sizeof scope.bytes);
  talloc_free (context);
  return scope;
}

static void
put_number (uint8_t *bytes, size_t size, uint64_t number)
{
  for (size_t i = 0; i < size; i++)
    bytes[i] = (uint8_t)(number >> (8 * (size - 1 - i)));
}

static uint64_t
get_number (const uint8_t *bytes, size_t size)
{
  uint64_t number = 0;
  for (size_t i = 0; i < size; i++)
    number = number << 8 | bytes[i];
  return number;
}

char *
page_token_seal (void *owner, const PageTokenKey *key, PageScope scope, const char *const *values,
                 size_t count, int64_t now)
{
  uint8_t plain[PAGE_TOKEN_LENGTH_MAX];
  uint8_t sealed[SEAL_SIZE + sizeof plain];
  size_t length = HEAD_SIZE;
  put_number (plain, EXPIRY_SIZE, (uint64_t)now + PAGE_TOKEN_LIFE_SECONDS);
  memcpy (plain + EXPIRY_SIZE, scope.bytes, sizeof scope.bytes);
  for (size_t i = 0; i < count; i++) {
    size_t size = strlen (values[i]);
    if (count > PAGE_TOKEN_VALUES_MAX || size > UINT16_MAX || length + LENGTH_SIZE + size > sizeof plain)
      abort ();
    put_number (plain + length, LENGTH_SIZE, size);
    memcpy (plain + length + LENGTH_SIZE, values[i], size);
    length += LENGTH_SIZE + size;
  }
  randombytes_buf (sealed, NONCE_SIZE);
  crypto_secretbox_easy (sealed + NONCE_SIZE, plain, length, sealed, key->bytes);
  size_t room = sodium_base64_encoded_len (SEAL_SIZE + length, base64_variant);
  if (room > PAGE_TOKEN_LENGTH_MAX + 1)
    abort ();
  char *token = memory_array (owner, char, room);
  return sodium_bin2base64 (token, room, sealed, SEAL_SIZE + length, base64_variant);
}

static Status
refuse (void *owner)
{
  return status_field (owner, "pageToken", "PAGE_TOKEN_INVALID",
                       "The page token does not belong to this request; begin with the first page");
}

/* The values after the head; NULL when there are not exactly `expected` well-formed ones. */
static const char *const *
read_values (void *owner, const uint8_t *bytes, size_t length, size_t expected)
{
  const char **values = memory_array (owner, const char *, expected + 1);
  size_t at = 0;
  for (size_t i = 0; i < expected; i++) {
    if (length - at < LENGTH_SIZE)
      return NULL;
    size_t size = (size_t)get_number (bytes + at, LENGTH_SIZE);
    at += LENGTH_SIZE;
    if (length - at < size || memchr (bytes + at, '\0', size) != NULL)
      return NULL;
    values[i] = memory_string_n (owner, (const char *)bytes + at, size);
    at += size;
  }
  return at == length ? values : NULL;
}

Status
page_token_open (void *owner, const PageTokenKey *key, PageScope scope, const char *token, size_t expected,
                 int64_t now, const char *const **values)
{
  uint8_t sealed[PAGE_TOKEN_LENGTH_MAX];
  uint8_t plain[PAGE_TOKEN_LENGTH_MAX];
  size_t length = 0;
  *values = NULL;
  if (token == NULL || token[0] == '\0')
    return STATUS_SUCCESS;
  if (sodium_base642bin (sealed, sizeof sealed, token, strlen (token), NULL, &length, NULL, base64_variant) !=
          0 ||
      length < SEAL_SIZE + HEAD_SIZE)
    return refuse (owner);
  if (crypto_secretbox_open_easy (plain, sealed + NONCE_SIZE, length - NONCE_SIZE, sealed, key->bytes) != 0)
    return refuse (owner);
  length -= SEAL_SIZE;
  if (sodium_memcmp (plain + EXPIRY_SIZE, scope.bytes, sizeof scope.bytes) != 0)
    return refuse (owner);
  if ((int64_t)get_number (plain, EXPIRY_SIZE) < now)
    return status_field (owner, "pageToken", "PAGE_TOKEN_EXPIRED",
                         "The page token is older than a day; begin with the first page");
  const char *const *read = read_values (owner, plain + HEAD_SIZE, length - HEAD_SIZE, expected);
  if (read == NULL)
    return refuse (owner);
  *values = read;
  return STATUS_SUCCESS;
}
