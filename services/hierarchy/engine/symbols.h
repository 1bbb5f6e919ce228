/* Symbols: texts and identifiers as small numbers, so that facts and rules are compared by one integer.
 *
 * A table only grows, and its texts never move. It belongs to one thread; facts and models made with it mean
 * something only with it. While that thread adds texts, others may ask for the texts of symbols they were
 * handed.
 */
#ifndef HIERARCHY_ENGINE_SYMBOLS_H
#define HIERARCHY_ENGINE_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

/* The number of a text. */
typedef uint32_t Symbol;

/* No text; also the number of "". */
#define SYMBOL_NONE 0U

typedef struct Symbols Symbols;

/* An empty table on `owner`. */
Symbols *symbols_new (void *owner);

/* A table of its own with the same texts under the same numbers. */
Symbols *symbols_copy (void *owner, const Symbols *original);

/* The number of a text, given out now if it is new. NULL and "" are SYMBOL_NONE. */
Symbol symbols_intern (Symbols *symbols, const char *text);

/* The same for a text that is not ended by NUL and holds none. */
Symbol symbols_intern_part (Symbols *symbols, const char *text, size_t length);

/* The number of a text, or SYMBOL_NONE when the table does not have it. */
Symbol symbols_find (const Symbols *symbols, const char *text);

/* The text of a number; "" for SYMBOL_NONE. Lives as long as the table. */
const char *symbols_text (const Symbols *symbols, Symbol symbol);

/* How many numbers are given out, SYMBOL_NONE included: every symbol is below. */
uint32_t symbols_count (const Symbols *symbols);

#endif
