/* A folder of small proto files for one case: written, read by protoc, loaded as a model, checked.
 *
 * Texts are bodies: the header (syntax, package, imports, options and one message that uses them) is put
 * before them. A "@" in a body marks a line on which a problem is expected and is not written.
 */
#ifndef HEIMO_TESTS_APIGEN_WORKBENCH_H
#define HEIMO_TESTS_APIGEN_WORKBENCH_H

#include "proto/apigen/model.h"
#include "proto/apigen/problem.h"

enum { MARKS_MAX = 4 };

typedef struct Workbench {
  void *owner;
  char *folder; /* removed by workbench_close */
  int marks[MARKS_MAX];
  size_t mark_count;
} Workbench;

/* A new folder. */
Workbench *workbench_open (void);
void workbench_close (Workbench *bench);

/* Writes heimo/NAME/v1/NAME.proto: header and body. With `whole` the body is the whole file. */
void workbench_write (Workbench *bench, const char *name, const char *body, bool whole);

/* Runs protoc over the files named and loads the result; also kept as folder/set.fds. */
const Model *workbench_load (Workbench *bench, const char *const *names);

/* Loads a good or bad single file "bad". */
const Model *workbench_model (Workbench *bench, const char *body);

/* The problems as printed, owned by the bench. */
const char *workbench_print (Workbench *bench, Problems *problems);

/* What is expected: one line "heimo/bad/v1/bad.proto:LINE: MESSAGE" for each message, in the order of marks.
 */
const char *workbench_expect (Workbench *bench, const char *const *messages);

/* Runs a program and waits; its exit status. What it writes to stderr goes to folder/stderr. */
int workbench_run (Workbench *bench, const char *const *arguments);

/* The text of a file in the folder. */
const char *workbench_read (Workbench *bench, const char *name);

#endif
