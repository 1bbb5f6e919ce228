/* Identifiers: UUIDv7 (RFC 9562), so that rows made one after another lie next to each other in the index. */
#ifndef HEIMO_CORE_ID_H
#define HEIMO_CORE_ID_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of the text form, the terminating NUL included. */
#define ID_TEXT_SIZE 37

/* The sixteen bytes of a UUID. */
typedef struct Id {
  uint8_t bytes[16];
} Id;

/* A new UUIDv7 for an instant in microseconds since 1970. The sub-millisecond part keeps the order of ids
 * made within a millisecond by one thread nearly monotonic; the rest is random. */
Id id_new (int64_t now_us);

/* The UUID (version 8) that a name stands for, in a space of names: the same for ever. */
Id id_of_name (const char *space, const char *name);

/* Writes lower-case hexadecimal with hyphens. Returns `buffer`. */
const char *id_format (Id id, char buffer[ID_TEXT_SIZE]);

/* A new UUIDv7 as text on a talloc context. */
char *id_new_text (void *context, int64_t now_us);

/* Reads the lower-case text form; false when it is not that. */
bool id_parse (const char *text, Id *id);

#endif
