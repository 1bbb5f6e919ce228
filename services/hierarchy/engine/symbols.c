/* The table of symbols: texts in chunks that never move, and an open-addressing hash of their numbers. */
#include "symbols.h"

#include "core/memory.h"

#include <string.h>

enum { FIRST_CHUNK = 256, CHUNKS = 23 };

/* Chunk k holds FIRST_CHUNK << k texts. */
struct Symbols {
  const char **chunks[CHUNKS];
  uint32_t count;
  uint32_t *slots; /* symbol or 0; a power of two, at most half full */
  uint32_t slot_mask;
};

static uint32_t
hash_text (const char *text, size_t length)
{
  uint64_t hash = 1469598103934665603ULL;
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ (uint8_t)text[i]) * 1099511628211ULL;
  return (uint32_t)(hash ^ (hash >> 32));
}

static uint32_t
chunk_of (Symbol symbol)
{
  return 31U - (uint32_t)__builtin_clz (symbol / FIRST_CHUNK + 1);
}

static uint32_t
place_in (uint32_t chunk, Symbol symbol)
{
  return symbol - FIRST_CHUNK * ((1U << chunk) - 1);
}

static const char *
text_of (const Symbols *symbols, Symbol symbol)
{
  uint32_t chunk = chunk_of (symbol);
  return symbols->chunks[chunk][place_in (chunk, symbol)];
}

/* Takes a text, which lives as long as the table, as the next symbol. */
static Symbol
append (Symbols *symbols, const char *text)
{
  Symbol symbol = symbols->count++;
  uint32_t chunk = chunk_of (symbol);
  if (symbols->chunks[chunk] == NULL)
    symbols->chunks[chunk] = memory_array (symbols, const char *, (size_t)FIRST_CHUNK << chunk);
  symbols->chunks[chunk][place_in (chunk, symbol)] = text;
  return symbol;
}

Symbols *
symbols_new (void *owner)
{
  Symbols *symbols = memory_new (owner, Symbols);
  append (symbols, "");
  symbols->slot_mask = 2 * FIRST_CHUNK - 1;
  symbols->slots = memory_array (symbols, uint32_t, symbols->slot_mask + 1);
  return symbols;
}

Symbols *
symbols_copy (void *owner, const Symbols *original)
{
  Symbols *symbols = memory_new (owner, Symbols);
  size_t bytes = 0;
  for (Symbol symbol = 0; symbol < original->count; symbol++)
    bytes += strlen (text_of (original, symbol)) + 1;
  char *at = memory_must (talloc_size (symbols, bytes));
  for (Symbol symbol = 0; symbol < original->count; symbol++) {
    const char *text = text_of (original, symbol);
    size_t length = strlen (text) + 1;
    append (symbols, memcpy (at, text, length));
    at += length;
  }
  symbols->slot_mask = original->slot_mask;
  symbols->slots = memory_copy (symbols, original->slots, (original->slot_mask + 1) * sizeof (uint32_t));
  return symbols;
}

/* The slot that holds `text`, or the empty one where it belongs. */
static uint32_t
slot_of (const Symbols *symbols, const char *text, size_t length)
{
  uint32_t slot = hash_text (text, length) & symbols->slot_mask;
  for (; symbols->slots[slot] != 0; slot = (slot + 1) & symbols->slot_mask) {
    const char *found = text_of (symbols, symbols->slots[slot]);
    if (strncmp (found, text, length) == 0 && found[length] == '\0')
      break;
  }
  return slot;
}

static void
grow (Symbols *symbols)
{
  talloc_free (symbols->slots);
  symbols->slot_mask = 2 * symbols->slot_mask + 1;
  symbols->slots = memory_array (symbols, uint32_t, symbols->slot_mask + 1);
  for (uint32_t symbol = 1; symbol < symbols->count; symbol++)
    symbols->slots[slot_of (symbols, text_of (symbols, symbol), strlen (text_of (symbols, symbol)))] = symbol;
}

Symbol
symbols_intern (Symbols *symbols, const char *text)
{
  return text == NULL ? SYMBOL_NONE : symbols_intern_part (symbols, text, strlen (text));
}

Symbol
symbols_intern_part (Symbols *symbols, const char *text, size_t length)
{
  if (length == 0)
    return SYMBOL_NONE;
  uint32_t slot = slot_of (symbols, text, length);
  if (symbols->slots[slot] != 0)
    return symbols->slots[slot];
  if (2 * symbols->count > symbols->slot_mask) {
    grow (symbols);
    slot = slot_of (symbols, text, length);
  }
  return symbols->slots[slot] = append (symbols, memory_string_n (symbols, text, length));
}

Symbol
symbols_find (const Symbols *symbols, const char *text)
{
  return text == NULL || *text == '\0' ? SYMBOL_NONE : symbols->slots[slot_of (symbols, text, strlen (text))];
}

const char *
symbols_text (const Symbols *symbols, Symbol symbol)
{
  return symbol < symbols->count ? text_of (symbols, symbol) : "";
}

uint32_t
symbols_count (const Symbols *symbols)
{
  return symbols->count;
}
