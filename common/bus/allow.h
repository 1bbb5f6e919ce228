/* The allow-list: which key is which workload, and which methods it may call.
 *
 *   # principal  key (Z85)                                 methods (globs)
 *   hierarchy    rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7  heimo.bus.v1.EventLogService*
 *
 * A principal may have several lines while its key is rotated. The book is read by the ZAP thread and by
 * front threads and replaced as a whole on reload.
 */
#ifndef HEIMO_BUS_ALLOW_H
#define HEIMO_BUS_ALLOW_H

#include "core/memory.h"
#include "core/status.h"

#include <stdbool.h>

enum { PRINCIPAL_SIZE = 64 /* with its NUL */ };

typedef struct AllowBook AllowBook;

/* What the book says about a key. */
typedef enum AllowVerdict {
  ALLOW_STRANGER, /* not in the book */
  ALLOW_REFUSED,  /* known, but not this method */
  ALLOW_GRANTED
} AllowVerdict;

/* An empty book: everybody is a stranger. */
AllowBook *allow_book_new (void *owner);

/* Replaces the contents by those of a file; leaves them as they are when the file is wrong. Any thread. */
Status allow_book_load (AllowBook *book, void *owner, const char *path) MUST_CHECK;

/* Replaces the contents by those of a text; `path` is for messages. */
Status allow_book_parse (AllowBook *book, void *owner, const char *path, const char *text) MUST_CHECK;

/* Looks a key (Z85) up and writes its principal's name. `method` NULL asks only whether it is known. Any
 * thread; no I/O, no allocation. */
AllowVerdict allow_book_check (AllowBook *book, const char *key, const char *method,
                               char principal[PRINCIPAL_SIZE]);

/* Reads a small text file of keys; refuses one that others may read (secret) or write. */
Status allow_read_file (void *owner, const char *path, bool secret, char **text) MUST_CHECK;

/* True for 40 characters of Z85. */
bool allow_key_valid (const char *key, size_t length);

#endif
