/* Making key files: a CURVE key pair per workload and the allow-list that names them. Used by heimo-keys. */
#ifndef HEIMO_BUS_KEYS_H
#define HEIMO_BUS_KEYS_H

#include "core/status.h"

#include <stddef.h>

/* A process, and what it may call of others. */
typedef struct KeysWorkload {
  const char *name;
  const char *methods; /* globs, separated by spaces */
} KeysWorkload;

/* Makes what is missing in `folder` (0700): NAME.secret (0400) and NAME.public (0444) for each workload, and
 * a line of "allow" for each pair made. What is there stays as it is, so that calling it again is harmless.
 * Fails with FAILED_PRECONDITION / BUS_CONFIGURATION. */
Status keys_make (void *owner, const char *folder, const KeysWorkload *workloads, size_t count) MUST_CHECK;

/* Tells one fault of the keys: the file, and what is wrong with it. */
typedef void (*KeysFault) (void *arg, const char *path, const char *problem);

/* Looks a folder of keys over as the process `name` would use it: its secret is private and valid, its public
 * key belongs to it, the allow-list can be read and knows the keys of every NAME.public there. Tells every
 * fault; without one the function is not called. */
void keys_check (void *owner, const char *folder, const char *name, KeysFault function, void *arg);

#endif
