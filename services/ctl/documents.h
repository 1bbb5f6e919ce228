/* Help, man page and completion, all written from the tables of verbs and options. */
#ifndef HEIMO_CTL_DOCUMENTS_H
#define HEIMO_CTL_DOCUMENTS_H

#include <stdio.h>

#include "services/ctl/verbs.h"

/* What `heimoctl print` takes; ends with NULL. */
extern const char *const document_names[];

/* The help of a verb; of heimoctl for NULL. */
void print_help (FILE *out, const Verb *verb);

/* The man page, in man's macros. */
void print_man (FILE *out);

/* The completion for bash. */
void print_completion (FILE *out);

#endif
