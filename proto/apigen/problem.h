/* Problems: everything wrong with the proto files, collected, then printed as "file:line: what".
 *
 * Owner: main. All checks run to the end, so one build shows every problem.
 */
#ifndef HEIMO_APIGEN_PROBLEM_H
#define HEIMO_APIGEN_PROBLEM_H

#include <stddef.h>
#include <stdio.h>

typedef struct Problems Problems;

/* `root` is put before every file name, e.g. "proto/" (kept by reference). */
Problems *problems_new (void *owner, const char *root);

/* Notes a problem; `file` is kept by reference, `line` counts from 1. */
void problem_add (Problems *problems, const char *file, int line, const char *format, ...)
    __attribute__ ((format (printf, 4, 5)));

/* How many there are. */
size_t problems_count (const Problems *problems);

/* Prints them in the order of files and lines. */
void problems_print (Problems *problems, FILE *stream);

#endif
