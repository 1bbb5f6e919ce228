/* apigen: reads the descriptor set of all proto files; checks it; writes everything that is derived from it.
 *
 *   apigen check    --set FILE [--baseline FILE] [--stamp FILE]   lint, routes and breaking; what the build
 * runs apigen lint     --set FILE                                    style and what protobuf-c cannot take
 *   apigen routes   --set FILE                                    checks the routes and prints them
 *   apigen breaking --set FILE --baseline FILE                    compares with the last release
 *   apigen tables   --set FILE --output FOLDER [--name NAME]      C tables, handler tables
 *   apigen openapi  --set FILE --output FOLDER [--name NAME]      openapi.json, and the same as a C constant
 *
 * --root TEXT is put before file names in messages ("proto/"). The descriptor set is written by
 * protoc --include_imports --include_source_info. Exit status: 0 fine, 1 problems found, 2 cannot work.
 */
#include "breaking.h"
#include "lint.h"
#include "model.h"
#include "openapi.h"
#include "problem.h"
#include "routes.h"
#include "tables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct Options {
  const char *set;
  const char *baseline;
  const char *root;
  const char *name;
  const char *output;
  const char *stamp;
} Options;

typedef struct Run {
  void *owner;
  const Options *options;
  const Model *model;
  const Model *baseline; /* NULL without one */
  Problems *problems;
} Run;

static bool
run_routes (Run *run)
{
  const Routes *routes = routes_load (run->owner, run->model, run->problems);
  static const char *const verbs[] = {"GET", "POST", "PATCH", "DELETE"};
  for (size_t i = 0; i < routes->count; i++)
    printf ("%-6s %-60s %s\n", verbs[routes->list[i].verb], routes->list[i].path,
            routes->list[i].method->full_name);
  return true;
}

static bool
write_stamp (const char *path)
{
  FILE *file = fopen (path, "w");
  return file != NULL && fclose (file) == 0;
}

static bool
run_lint (Run *run)
{
  lint (run->owner, run->model, run->problems);
  return true;
}

/* The baseline was checked when it was written; what is wrong with it by the rules of today does not matter.
 */
static void
compare_with_baseline (Run *run, const Routes *routes)
{
  Problems *ignored = problems_new (run->owner, "");
  const Routes *old_routes = routes_load (run->owner, run->baseline, ignored);
  breaking (run->baseline, old_routes, run->model, routes, run->problems);
}

static bool
run_breaking (Run *run)
{
  Problems *ignored = problems_new (run->owner, "");
  compare_with_baseline (run, routes_load (run->owner, run->model, ignored));
  return true;
}

static bool
run_check (Run *run)
{
  lint (run->owner, run->model, run->problems);
  const Routes *routes = routes_load (run->owner, run->model, run->problems);
  if (run->baseline != NULL)
    compare_with_baseline (run, routes);
  if (problems_count (run->problems) == 0 && run->options->stamp != NULL)
    return write_stamp (run->options->stamp);
  return true;
}

static bool
run_tables (Run *run)
{
  const Routes *routes = routes_load (run->owner, run->model, run->problems);
  return tables_write (run->model, routes, run->options->name, run->options->output) &&
         handlers_write (run->model, run->options->name, run->options->output);
}

static bool
run_openapi (Run *run)
{
  const Routes *routes = routes_load (run->owner, run->model, run->problems);
  return openapi_write (run->model, routes, run->options->name, run->options->output);
}

typedef struct Command {
  const char *name;
  bool (*run) (Run *run); /* false: a file cannot be written, see errno */
  bool needs_output;
  bool needs_baseline;
} Command;

static const Command commands[] = {
    {"check", run_check, false, false},   {"lint", run_lint, false, false},
    {"routes", run_routes, false, false}, {"breaking", run_breaking, false, true},
    {"tables", run_tables, true, false},  {"openapi", run_openapi, true, false},
};

static bool
read_file (void *owner, const char *path, Bytes *bytes)
{
  FILE *file = fopen (path, "rb");
  if (file == NULL)
    return false;
  uint8_t *data = NULL;
  size_t length = 0, got = 0;
  do {
    data = memory_must (talloc_realloc_size (owner, data, length + 65536));
    got = fread (data + length, 1, 65536, file);
    length += got;
  } while (got > 0);
  bool done = ferror (file) == 0;
  fclose (file);
  *bytes = (Bytes){data, length};
  return done;
}

static const Model *
load (void *owner, const char *path)
{
  Bytes bytes;
  if (!read_file (owner, path, &bytes)) {
    fprintf (stderr, "apigen: cannot read %s: %s\n", path, strerror (errno));
    return NULL;
  }
  const char *error = NULL;
  const Model *model = model_load (owner, bytes, &error);
  if (model == NULL)
    fprintf (stderr, "apigen: %s: %s\n", path, error);
  return model;
}

static const Command *
parse (int argc, char **argv, Options *options)
{
  const struct {
    const char *name;
    const char **value;
  } known[] = {{"--set", &options->set},   {"--baseline", &options->baseline}, {"--root", &options->root},
               {"--name", &options->name}, {"--output", &options->output},     {"--stamp", &options->stamp}};
  if (argc < 2 || argc % 2 != 0)
    return NULL;
  for (int i = 2; i < argc; i += 2) {
    const char **value = NULL;
    for (size_t j = 0; j < sizeof known / sizeof *known; j++)
      if (strcmp (known[j].name, argv[i]) == 0)
        value = known[j].value;
    if (value == NULL)
      return NULL;
    *value = argv[i + 1];
  }
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    const Command *command = &commands[i];
    if (strcmp (command->name, argv[1]) == 0 && options->set != NULL &&
        !(command->needs_output && options->output == NULL) &&
        !(command->needs_baseline && options->baseline == NULL))
      return command;
  }
  return NULL;
}

static int
work (void *owner, const Command *command, const Options *options)
{
  Run run = {.owner = owner, .options = options, .problems = problems_new (owner, options->root)};
  run.model = load (owner, options->set);
  if (run.model == NULL)
    return 2;
  if (options->baseline != NULL) {
    run.baseline = load (owner, options->baseline);
    if (run.baseline == NULL)
      return 2;
  }
  if (!command->run (&run)) {
    fprintf (stderr, "apigen: cannot write: %s\n", strerror (errno));
    return 2;
  }
  problems_print (run.problems, stderr);
  return problems_count (run.problems) == 0 ? 0 : 1;
}

int
main (int argc, char **argv)
{
  Options options = {.root = "", .name = "heimo"};
  const Command *command = parse (argc, argv, &options);
  if (command == NULL) {
    fprintf (stderr, "usage: apigen check|lint|routes|breaking|tables|openapi --set FILE [--baseline FILE]"
                     " [--output FOLDER] [--name NAME] [--root TEXT] [--stamp FILE]\n");
    return 2;
  }
  void *owner = memory_context (NULL);
  int result = work (owner, command, &options);
  talloc_free (owner);
  return result;
}
