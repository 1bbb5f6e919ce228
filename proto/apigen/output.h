/* Output: a text that grows, and files that are touched only when their content changes. */
#ifndef HEIMO_APIGEN_OUTPUT_H
#define HEIMO_APIGEN_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

/* A text being written; lives on its talloc context. */
typedef struct Output Output;

/* An empty text. */
Output *output_new (void *owner);

/* Appends printf text. */
void output_print (Output *output, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

/* Appends a C string literal with quotes and escapes. */
void output_quote (Output *output, const char *text);

/* The text so far, NUL-terminated. */
const char *output_text (const Output *output, size_t *length);

/* Writes the text to folder/name unless the file has it already, so that nothing is rebuilt without need.
 * False when the file cannot be written; errno says why. */
bool output_write (const Output *output, const char *folder, const char *name);

#endif
