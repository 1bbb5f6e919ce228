/* Checks of the machine that a process runs on: files that must be private, room on the disk. For those who
 * diagnose; each says in English what is wrong. */
#ifndef HEIMO_CORE_CHECKS_H
#define HEIMO_CORE_CHECKS_H

#include <stdint.h>

/* What a check came to. */
typedef enum CheckResult { CHECK_GOOD, CHECK_WARNING, CHECK_ERROR } CheckResult;

/* A file with a secret: there, readable, a regular file, and nobody else may read or change it. `*problem` is
 * set, on `owner`, unless it is good. */
CheckResult check_secret_file (void *owner, const char *path, const char **problem);

/* Room on the file system of a folder: a warning below a tenth or 2 GiB, an error below a fortieth or 512
 * MiB, whichever is less. */
CheckResult check_disk (void *owner, const char *path, const char **problem);

/* The same for a file system of `total` bytes with `left` bytes left. */
CheckResult check_room (uint64_t total, uint64_t left);

#endif
