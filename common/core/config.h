/* Configuration: a table of keys, read once from the environment at start; secrets come from files.
 *
 * A key NAME with a secret kind is given as NAME_FILE, the path of a file that holds the value; it never
 * stands in the environment itself. `--help` prints the table. The values are then a const struct handed
 * down.
 */
#ifndef HEIMO_CORE_CONFIG_H
#define HEIMO_CORE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/memory.h"
#include "core/status.h"

/* What a value is; says the type of the struct member that takes it. */
typedef enum ConfigKind {
  CONFIG_TEXT,   /* const char * */
  CONFIG_NUMBER, /* int64_t, within [minimum, maximum] */
  CONFIG_FLAG,   /* bool: "yes" or "no" */
  CONFIG_SECRET  /* Bytes: content of the file named by KEY_FILE, a trailing line feed removed */
} ConfigKind;

/* One row of a configuration table. */
typedef struct ConfigKey {
  const char *name; /* "HEIMO_PORT" */
  ConfigKind kind;
  const char *unit;     /* for people: "ms", "bytes", "" */
  const char *fallback; /* the default as text; NULL: the key is required */
  int64_t minimum, maximum;
  size_t offset; /* of the member in the struct */
  const char *comment;
} ConfigKey;

/* Fills `target` (a struct owned by `owner`, described by `keys`) from the environment. INVALID_ARGUMENT with
 * every wrong key as a violation. */
Status config_read (void *owner, const ConfigKey *keys, size_t count, void *target) MUST_CHECK;

/* Prints the table: name, unit, default, comment. */
void config_help (FILE *out, const char *program, const ConfigKey *keys, size_t count);

#endif
