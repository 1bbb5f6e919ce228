/* The table of symbols: an array of texts, and an open-addressing hash of their numbers. */
#include "symbols.h"

#include "core/memory.h"

#include <string.h>

struct Symbols {
  const char **texts;
  uint32_t count;
  uint32_t capacity;
  uint32_t *slots; /* symbol or 0; a power of two, at most half full */
  uint32_t slot_mask;
};

enum { FIRST_CAPACITY = 256 };

static uint32_t
hash_text (const char *text)
{
  uint64_t hash = 1469598103934665603ULL;
  for (; *text != '\0'; text++)
    hash = (hash ^ (uint8_t)*text) * 1099511628211ULL;
  return (uint32_t)(hash ^ (hash >> 32));
}

Symbols *
symbols_new (void *owner)
{
  Symbols *symbols = memory_new (owner, Symbols);
  symbols->capacity = FIRST_CAPACITY;
  symbols->texts = memory_array (symbols, const char *, symbols->capacity);
  symbols->texts[0] = "";
  symbols->count = 1;
  symbols->slot_mask = 2 * FIRST_CAPACITY - 1;
  symbols->slots = memory_array (symbols, uint32_t, symbols->slot_mask + 1);
  return symbols;
}

/* The slot that holds `text`, or the empty one where it belongs. */
static uint32_t
slot_of (const Symbols *symbols, const char *text)
{
  uint32_t slot = hash_text (text) & symbols->slot_mask;
  while (symbols->slots[slot] != 0 && strcmp (symbols->texts[symbols->slots[slot]], text) != 0)
    slot = (slot + 1) & symbols->slot_mask;
  return slot;
}

static void
grow (Symbols *symbols)
{
  symbols->capacity *= 2;
  symbols->texts =
      memory_must (talloc_realloc (symbols, symbols->texts, const char *, (unsigned)symbols->capacity));
  talloc_free (symbols->slots);
  symbols->slot_mask = 2 * symbols->capacity - 1;
  symbols->slots = memory_array (symbols, uint32_t, symbols->slot_mask + 1);
  for (uint32_t symbol = 1; symbol < symbols->count; symbol++)
    symbols->slots[slot_of (symbols, symbols->texts[symbol])] = symbol;
}

Symbol
symbols_intern (Symbols *symbols, const char *text)
{
  if (text == NULL || *text == '\0')
    return SYMBOL_NONE;
  uint32_t slot = slot_of (symbols, text);
  if (symbols->slots[slot] != 0)
    return symbols->slots[slot];
  if (symbols->count == symbols->capacity) {
    grow (symbols);
    slot = slot_of (symbols, text);
  }
  symbols->texts[symbols->count] = memory_string (symbols, text);
  symbols->slots[slot] = symbols->count;
  return symbols->count++;
}

Symbol
symbols_find (const Symbols *symbols, const char *text)
{
  return text == NULL || *text == '\0' ? SYMBOL_NONE : symbols->slots[slot_of (symbols, text)];
}

const char *
symbols_text (const Symbols *symbols, Symbol symbol)
{
  return symbol < symbols->count ? symbols->texts[symbol] : "";
}

uint32_t
symbols_count (const Symbols *symbols)
{
  return symbols->count;
}
