/* Text: UTF-8 and what is compared in it. ICU does the work. */
#ifndef HEIMO_CORE_TEXT_H
#define HEIMO_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/memory.h"

/* True when the bytes are valid UTF-8 without NUL. */
bool text_is_utf8 (const char *bytes, size_t length);

/* Code points in valid UTF-8. */
size_t text_length (const char *text);

/* What is compared when people search: compatibility-decomposed, marks removed (å ä ö become a a o), case
 * folded, runs of white space one space, trimmed. Owned by `context`. Valid for any UTF-8; "" for what is not
 * UTF-8. */
char *text_fold (void *context, const char *text);

/* Bytes whose order is the order of the texts in a language's alphabet (Finnish: z å ä ö). `locale`: "fi",
 * "sv" … Owned by `context`. At most 400 bytes: longer keys are cut, which only makes very long names tie. */
Bytes text_sort_key (void *context, const char *text, const char *locale);

/* The name of a country, ISO 3166-1 alpha-2, in a language: "FI" in "sv" is "Finland"; the code itself when
 * it has none. Owned by `context`. */
char *text_country (void *context, const char *code, const char *locale);

#endif
