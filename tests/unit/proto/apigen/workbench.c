/* Folders, protoc and comparison for the tests of apigen. */
#include "workbench.h"

#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char header[] = "// A test.\n"
                             "syntax = \"proto3\";\n"
                             "package heimo.%s.v1;\n"
                             "import \"heimo/options.proto\";\n"
                             "import \"protobuf-c/protobuf-c.proto\";\n"
                             "option (pb_c_file).c_package = \"\";\n"
                             "option (pb_c_file).const_strings = true;\n"
                             "// Uses the annotations.\n"
                             "message Used%s {\n"
                             "  // Used.\n"
                             "  string used = 1 [(heimo.field) = { required: true }];\n"
                             "}\n";

Workbench *
workbench_open (void)
{
  Workbench *bench = memory_new (NULL, Workbench);
  bench->owner = bench;
  bench->folder = memory_string (bench, "/tmp/heimo-apigen-XXXXXX");
  if (mkdtemp (bench->folder) == NULL)
    abort ();
  return bench;
}

static int
remove_one (const char *path, const struct stat *status, int type, struct FTW *where)
{
  (void)status;
  (void)type;
  (void)where;
  return remove (path);
}

void
workbench_close (Workbench *bench)
{
  nftw (bench->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  talloc_free (bench);
}

static void
make_folders (Workbench *bench, const char *name)
{
  const char *const parts[] = {"/heimo", "/heimo/%s", "/heimo/%s/v1"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    char *tail = i == 0 ? memory_string (bench, "/heimo")
                        : memory_format (bench, i == 1 ? "/heimo/%s" : "/heimo/%s/v1", name);
    (void)mkdir (memory_format (bench, "%s%s", bench->folder, tail), 0700);
  }
}

/* Copies the text without marks and notes the lines they stand on. */
static char *
take_marks (Workbench *bench, const char *text)
{
  char *clean = memory_string (bench, text);
  size_t length = 0;
  int line = 1;
  for (const char *at = text; *at != '\0'; at++) {
    line += *at == '\n';
    if (*at == '@' && bench->mark_count < MARKS_MAX)
      bench->marks[bench->mark_count++] = line;
    else
      clean[length++] = *at;
  }
  clean[length] = '\0';
  return clean;
}

void
workbench_write (Workbench *bench, const char *name, const char *body, bool whole)
{
  make_folders (bench, name);
  char *start = whole ? memory_string (bench, "") : memory_format (bench, header, name, name);
  if (!whole)
    start[strstr (start, "message Used") - start + 12] &= (char)~0x20; /* UsedBad */
  char *text = take_marks (bench, memory_format (bench, "%s%s", start, body));
  FILE *file = fopen (memory_format (bench, "%s/heimo/%s/v1/%s.proto", bench->folder, name, name), "w");
  if (file == NULL)
    abort ();
  fputs (text, file);
  fclose (file);
}

int
workbench_run (Workbench *bench, const char *const *arguments)
{
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_addopen (&actions, STDERR_FILENO,
                                    memory_format (bench, "%s/stderr", bench->folder),
                                    O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen (&actions, STDOUT_FILENO,
                                    memory_format (bench, "%s/stdout", bench->folder),
                                    O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t child;
  int status = -1;
  char **copy = memory_array (bench, char *, 32);
  for (size_t i = 0; i < 31 && arguments[i] != NULL; i++)
    copy[i] = memory_string (bench, arguments[i]);
  if (posix_spawnp (&child, copy[0], &actions, NULL, copy, environ) != 0 ||
      waitpid (child, &status, 0) != child)
    abort ();
  posix_spawn_file_actions_destroy (&actions);
  return WIFEXITED (status) ? WEXITSTATUS (status) : -1;
}

const char *
workbench_read (Workbench *bench, const char *name)
{
  FILE *file = fopen (memory_format (bench, "%s/%s", bench->folder, name), "rb");
  if (file == NULL)
    return "";
  char *text = memory_array (bench, char, 1 << 20);
  size_t length = fread (text, 1, (1 << 20) - 1, file);
  text[length] = '\0';
  fclose (file);
  return text;
}

const Model *
workbench_load (Workbench *bench, const char *const *names)
{
  const char *source = getenv ("HEIMO_SOURCE_DIR");
  const char *set = memory_format (bench, "%s/set.fds", bench->folder);
  const char *arguments[16] = {"protoc",
                               "-I",
                               bench->folder,
                               "-I",
                               memory_format (bench, "%s/proto", source == NULL ? "." : source),
                               "-I",
                               "/usr/include",
                               "--include_imports",
                               "--include_source_info",
                               memory_format (bench, "--descriptor_set_out=%s", set)};
  for (size_t i = 0, at = 10; names[i] != NULL && at < 15; i++, at++)
    arguments[at] = memory_format (bench, "heimo/%s/v1/%s.proto", names[i], names[i]);
  if (workbench_run (bench, arguments) != 0) {
    fprintf (stderr, "%s", workbench_read (bench, "stderr"));
    return NULL;
  }
  FILE *file = fopen (set, "rb");
  if (file == NULL)
    return NULL;
  uint8_t *data = memory_must (talloc_size (bench, 1 << 20));
  size_t length = fread (data, 1, 1 << 20, file);
  fclose (file);
  const char *error = NULL;
  const Model *model = model_load (bench, (Bytes){data, length}, &error);
  if (model == NULL)
    fprintf (stderr, "%s\n", error);
  return model;
}

const Model *
workbench_model (Workbench *bench, const char *body)
{
  const char *const names[] = {"bad", NULL};
  workbench_write (bench, "bad", body, false);
  return workbench_load (bench, names);
}

const char *
workbench_print (Workbench *bench, Problems *problems)
{
  char *text = NULL;
  size_t length = 0;
  FILE *stream = open_memstream (&text, &length);
  if (stream == NULL)
    abort ();
  problems_print (problems, stream);
  fclose (stream);
  const char *kept = memory_string (bench, text);
  free (text);
  return kept;
}

const char *
workbench_expect (Workbench *bench, const char *const *messages)
{
  char *text = memory_string (bench, "");
  for (size_t i = 0; i < MARKS_MAX && messages[i] != NULL; i++)
    text = memory_format (bench, "%sheimo/bad/v1/bad.proto:%d: %s\n", text,
                          i < bench->mark_count ? bench->marks[i] : 1, messages[i]);
  return text;
}
