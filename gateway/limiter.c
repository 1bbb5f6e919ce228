/* Clients in a hash table with a secret key, so that nobody can choose addresses that collide; swept of
 * clients that have been quiet, and bounded: when it is full, strangers share one bucket. */
#include "gateway/limiter.h"

#include "core/memory.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <string.h>

enum {
  SLOTS = 4096, /* a power of two */
  CLIENTS_MAX = 65536,
  SWEEP_US = 10000000
};

typedef struct Address {
  uint8_t bytes[16]; /* IPv4 mapped into IPv6; IPv6 cut to /64 */
} Address;

struct LimiterClient {
  LimiterClient *next; /* in the slot */
  Address address;
  double tokens;
  int64_t filled; /* when `tokens` was right */
  unsigned held[2];
  bool limited; /* false for the machine itself */
};

struct Limiter {
  LimiterRules rules;
  uint8_t key[crypto_shorthash_KEYBYTES];
  LimiterClient *slots[SLOTS];
  LimiterClient *strangers; /* all that found the table full */
  unsigned clients;
  unsigned held[2];
  int64_t swept;
};

Limiter *
limiter_new (void *owner, const LimiterRules *rules)
{
  Limiter *limiter = memory_new (owner, Limiter);
  limiter->rules = *rules;
  limiter->strangers = memory_new (limiter, LimiterClient);
  limiter->strangers->limited = true;
  limiter->strangers->tokens = rules->burst;
  crypto_shorthash_keygen (limiter->key);
  return limiter;
}

/* False when the text is no address: a local socket. */
static bool
parse_address (const char *text, Address *address)
{
  static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  *address = (Address){0};
  if (inet_pton (AF_INET, text, address->bytes + 12) == 1) {
    memcpy (address->bytes, mapped, sizeof mapped);
    return true;
  }
  if (inet_pton (AF_INET6, text, address->bytes) != 1)
    return false;
  static const uint8_t loopback[16] = {[15] = 1};
  bool whole = memcmp (address->bytes, mapped, 12) == 0 || memcmp (address->bytes, loopback, 16) == 0;
  if (!whole)
    memset (address->bytes + 8, 0, 8);
  return true;
}

static bool
is_loopback (const Address *address)
{
  static const uint8_t v6[16] = {[15] = 1};
  bool v4 = address->bytes[10] == 0xff && address->bytes[11] == 0xff && address->bytes[12] == 127;
  return v4 || memcmp (address->bytes, v6, sizeof v6) == 0;
}

static LimiterClient **
slot_of (Limiter *limiter, const Address *address)
{
  uint64_t hash;
  crypto_shorthash ((uint8_t *)&hash, address->bytes, sizeof address->bytes, limiter->key);
  return &limiter->slots[hash & (SLOTS - 1)];
}

static void
refill (const LimiterRules *rules, LimiterClient *client, int64_t now)
{
  if (now <= client->filled)
    return;
  client->tokens += (double)(now - client->filled) * rules->rate / 1e6;
  if (client->tokens > rules->burst)
    client->tokens = rules->burst;
  client->filled = now;
}

/* Forgets the clients that would start afresh anyway. */
static void
sweep (Limiter *limiter, int64_t now)
{
  if (now - limiter->swept < SWEEP_US)
    return;
  limiter->swept = now;
  for (unsigned i = 0; i < SLOTS; i++) {
    LimiterClient **at = &limiter->slots[i];
    while (*at != NULL) {
      LimiterClient *client = *at;
      refill (&limiter->rules, client, now);
      bool idle = client->held[0] + client->held[1] == 0;
      if (!idle || client->tokens < limiter->rules.burst) {
        at = &client->next;
        continue;
      }
      *at = client->next;
      talloc_free (client);
      limiter->clients--;
    }
  }
}

static LimiterClient *
find_client (Limiter *limiter, const char *text, int64_t now)
{
  Address address;
  bool limited = parse_address (text, &address) && !is_loopback (&address);
  LimiterClient **slot = slot_of (limiter, &address);
  for (LimiterClient *client = *slot; client != NULL; client = client->next) {
    if (memcmp (&client->address, &address, sizeof address) == 0)
      return client;
  }
  if (limiter->clients >= CLIENTS_MAX)
    return limiter->strangers;
  LimiterClient *client = memory_new (limiter, LimiterClient);
  *client = (LimiterClient){
      .next = *slot, .address = address, .tokens = limiter->rules.burst, .filled = now, .limited = limited};
  *slot = client;
  limiter->clients++;
  return client;
}

static bool
take_token (const LimiterRules *rules, LimiterClient *client, int64_t now, unsigned *retry_ms)
{
  if (rules->rate == 0)
    return true;
  refill (rules, client, now);
  if (client->tokens < 1) {
    *retry_ms = (unsigned)((1 - client->tokens) * 1000 / rules->rate) + 1;
    return false;
  }
  client->tokens -= 1;
  return true;
}

LimiterVerdict
limiter_admit (Limiter *limiter, const char *address, LimiterHold hold, int64_t now_us, LimiterClient **out,
               unsigned *retry_ms)
{
  const LimiterRules *rules = &limiter->rules;
  unsigned total = hold == LIMITER_CALL ? rules->calls : rules->streams;
  unsigned each = hold == LIMITER_CALL ? rules->calls_per_client : rules->streams_per_client;
  *retry_ms = 0;
  sweep (limiter, now_us);
  LimiterClient *client = find_client (limiter, address, now_us);
  if (client->limited && !take_token (rules, client, now_us, retry_ms))
    return LIMITER_TOO_FAST;
  if (client->limited && each != 0 && client->held[hold] >= each)
    return hold == LIMITER_CALL ? LIMITER_TOO_MANY_CALLS : LIMITER_TOO_MANY_STREAMS;
  if (total != 0 && limiter->held[hold] >= total)
    return LIMITER_FULL;
  client->held[hold]++;
  limiter->held[hold]++;
  *out = client;
  return LIMITER_ADMITTED;
}

void
limiter_release (Limiter *limiter, LimiterClient *client, LimiterHold hold)
{
  client->held[hold]--;
  limiter->held[hold]--;
}

unsigned
limiter_clients (const Limiter *limiter)
{
  return limiter->clients;
}
