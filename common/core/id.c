/* Identifiers. */
#include "core/id.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/random.h"

Id
id_new (int64_t now_us)
{
  Id id;
  uint64_t milliseconds = (uint64_t)(now_us / 1000);
  unsigned fraction = (unsigned)(now_us % 1000) * 4096 / 1000; /* 12 bits, RFC 9562 method 3 */
  random_bytes (id.bytes, sizeof id.bytes);
  for (int i = 0; i < 6; i++)
    id.bytes[i] = (uint8_t)(milliseconds >> (40 - 8 * i));
  id.bytes[6] = (uint8_t)(0x70 | ((fraction >> 8) & 0x0f));
  id.bytes[7] = (uint8_t)fraction;
  id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
  return id;
}

Id
id_of_name (const char *space, const char *name)
{
  Id id;
  uint8_t hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init (&state);
  crypto_hash_sha256_update (&state, (const uint8_t *)space, strlen (space) + 1);
  crypto_hash_sha256_update (&state, (const uint8_t *)name, strlen (name));
  crypto_hash_sha256_final (&state, hash);
  memcpy (id.bytes, hash, sizeof id.bytes);
  id.bytes[6] = (uint8_t)(0x80 | (id.bytes[6] & 0x0f));
  id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
  return id;
}

const char *
id_format (Id id, char buffer[ID_TEXT_SIZE])
{
  static const char digits[] = "0123456789abcdef";
  char *at = buffer;
  for (int i = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      *at++ = '-';
    *at++ = digits[id.bytes[i] >> 4];
    *at++ = digits[id.bytes[i] & 15];
  }
  *at = '\0';
  return buffer;
}

char *
id_new_text (void *context, int64_t now_us)
{
  char buffer[ID_TEXT_SIZE];
  return memory_string (context, id_format (id_new (now_us), buffer));
}

static int
hex_value (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
id_parse (const char *text, Id *id)
{
  const char *at = text;
  for (int i = 0; i < 16; i++) {
    if ((i == 4 || i == 6 || i == 8 || i == 10) && *at++ != '-')
      return false;
    int high = hex_value (at[0]);
    int low = high < 0 ? -1 : hex_value (at[1]);
    if (low < 0)
      return false;
    id->bytes[i] = (uint8_t)(high << 4 | low);
    at += 2;
  }
  return *at == '\0';
}
