/* The table of symbols: texts one behind another in blocks that never move, and an open-addressing hash of
 * their numbers. A slot holds the hash beside the number, so that a text is looked at only when it is the
 * right one: it is far away in memory.
 */
#include "symbols.h"

#include "core/memory.h"

#include <string.h>

enum { FIRST_CHUNK = 256, CHUNKS = 23, BLOCK_BYTES = 1 << 16 };

typedef struct SymbolSlot {
  uint32_t hash;
  Symbol symbol; /* SYMBOL_NONE: empty */
} SymbolSlot;

/* Chunk k holds FIRST_CHUNK << k texts. */
struct Symbols {
  const char **chunks[CHUNKS];
  uint32_t count;
  SymbolSlot *slots; /* a power of two, at most half full */
  uint32_t slot_mask;
  char *block; /* room for more texts */
  size_t block_left;
};

/* Eight bytes at a time: identifiers are 36 bytes long. */
static uint32_t
hash_text (const char *text, size_t length)
{
  uint64_t hash = length * 0x9e3779b97f4a7c15ULL;
  for (; length > 0;) {
    uint64_t word = 0;
    size_t bytes = length < sizeof word ? length : sizeof word;
    if (bytes == sizeof word)
      memcpy (&word, text, sizeof word);
    else
      memcpy (&word, text, bytes);
    hash = (hash ^ word) * 0xff51afd7ed558ccdULL;
    hash ^= hash >> 32;
    text += bytes;
    length -= bytes;
  }
  return (uint32_t)((hash * 0xc4ceb9fe1a85ec53ULL) >> 32);
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

/* A copy of a text that lives as long as the table. */
static const char *
keep_text (Symbols *symbols, const char *text, size_t length)
{
  if (length >= symbols->block_left) {
    symbols->block_left = length >= BLOCK_BYTES ? length + 1 : BLOCK_BYTES;
    symbols->block = memory_must (talloc_size (symbols, symbols->block_left));
  }
  char *kept = symbols->block;
  memcpy (kept, text, length);
  kept[length] = '\0';
  symbols->block += length + 1;
  symbols->block_left -= length + 1;
  return kept;
}

Symbols *
symbols_new (void *owner)
{
  Symbols *symbols = memory_new (owner, Symbols);
  append (symbols, "");
  symbols->slot_mask = 2 * FIRST_CHUNK - 1;
  symbols->slots = memory_array (symbols, SymbolSlot, symbols->slot_mask + 1);
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
  symbols->slots = memory_copy (symbols, original->slots, (original->slot_mask + 1) * sizeof (SymbolSlot));
  return symbols;
}

/* The slot that holds `text`, or the empty one where it belongs. */
static SymbolSlot *
slot_of (const Symbols *symbols, const char *text, size_t length, uint32_t hash)
{
  for (uint32_t at = hash & symbols->slot_mask;; at = (at + 1) & symbols->slot_mask) {
    SymbolSlot *slot = &symbols->slots[at];
    if (slot->symbol == SYMBOL_NONE)
      return slot;
    if (slot->hash != hash)
      continue;
    const char *found = text_of (symbols, slot->symbol);
    if (strncmp (found, text, length) == 0 && found[length] == '\0')
      return slot;
  }
}

static void
grow (Symbols *symbols)
{
  SymbolSlot *old = symbols->slots;
  uint32_t old_mask = symbols->slot_mask;
  symbols->slot_mask = 2 * old_mask + 1;
  symbols->slots = memory_array (symbols, SymbolSlot, symbols->slot_mask + 1);
  for (uint32_t i = 0; i <= old_mask; i++) {
    uint32_t at = old[i].hash & symbols->slot_mask;
    if (old[i].symbol == SYMBOL_NONE)
      continue;
    while (symbols->slots[at].symbol != SYMBOL_NONE)
      at = (at + 1) & symbols->slot_mask;
    symbols->slots[at] = old[i];
  }
  talloc_free (old);
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
  uint32_t hash = hash_text (text, length);
  SymbolSlot *slot = slot_of (symbols, text, length, hash);
  if (slot->symbol != SYMBOL_NONE)
    return slot->symbol;
  if (2 * symbols->count > symbols->slot_mask) {
    grow (symbols);
    slot = slot_of (symbols, text, length, hash);
  }
  *slot = (SymbolSlot){hash, append (symbols, keep_text (symbols, text, length))};
  return slot->symbol;
}

Symbol
symbols_find (const Symbols *symbols, const char *text)
{
  if (text == NULL || *text == '\0')
    return SYMBOL_NONE;
  size_t length = strlen (text);
  return slot_of (symbols, text, length, hash_text (text, length))->symbol;
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
