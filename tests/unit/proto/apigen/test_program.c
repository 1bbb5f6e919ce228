/* The program itself: its exit status, its stamp, its files, and that outputs are not touched without need.
 */
#include "workbench.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
// clang-format on

#define GOOD                                                                                                 \
  "// Q.\nmessage GetThingRequest {\n  // I.\n  string thing_id = 1;\n}\n// T.\nmessage Thing {\n  // N.\n"  \
  "  string name = 1;\n}\n// S.\nservice ThingService {\n  // Gets a thing. It must be there.\n"             \
  "  rpc GetThing(GetThingRequest) returns (Thing) {\n"                                                      \
  "    option (heimo.http) = { get: \"/v1/things/{thing_id}\" };\n"                                          \
  "    option (heimo.method) = { read_only: true, idempotent: true, access: \"member\" };\n  }\n}\n"

static int
run (Workbench *bench, const char *command, const char *first, const char *second)
{
  const char *build = getenv ("HEIMO_BUILD_DIR");
  const char *program = memory_format (bench, "%s/bin/apigen", build == NULL ? "build/debug" : build);
  const char *arguments[] = {program,  command,  "--set", memory_format (bench, "%s/set.fds", bench->folder),
                             "--root", "proto/", first,   second,
                             NULL};
  return workbench_run (bench, arguments);
}

static const char *
path (Workbench *bench, const char *name)
{
  return memory_format (bench, "%s/%s", bench->folder, name);
}

static void
test_check (void **state)
{
  (void)state;
  Workbench *bench = workbench_open ();
  assert_non_null (workbench_model (bench, GOOD));
  assert_int_equal (run (bench, "check", "--stamp", path (bench, "stamp")), 0);
  assert_string_equal (workbench_read (bench, "stderr"), "");
  assert_int_equal (access (path (bench, "stamp"), F_OK), 0);
  unlink (path (bench, "stamp"));
  assert_non_null (workbench_model (bench, GOOD "message Bad {}\n"));
  assert_int_equal (run (bench, "check", "--stamp", path (bench, "stamp")), 1);
  assert_string_equal (workbench_read (bench, "stderr"),
                       "proto/heimo/bad/v1/bad.proto:31: message Bad has no comment\n");
  assert_int_equal (access (path (bench, "stamp"), F_OK), -1);
  workbench_close (bench);
}

static void
test_baseline (void **state)
{
  (void)state;
  Workbench *bench = workbench_open ();
  assert_non_null (workbench_model (bench, GOOD "// M.\nmessage More {}\n"));
  assert_int_equal (rename (path (bench, "set.fds"), path (bench, "baseline.fds")), 0);
  assert_non_null (workbench_model (bench, GOOD));
  assert_int_equal (run (bench, "check", NULL, NULL), 0);
  assert_int_equal (run (bench, "check", "--baseline", path (bench, "baseline.fds")), 1);
  assert_string_equal (workbench_read (bench, "stderr"),
                       "proto/heimo/bad/v1/bad.proto:1: message heimo.bad.v1.More was deleted\n");
  assert_int_equal (run (bench, "breaking", "--baseline", path (bench, "baseline.fds")), 1);
  assert_int_equal (run (bench, "breaking", NULL, NULL), 2);
  assert_int_equal (run (bench, "check", "--baseline", path (bench, "nothing.fds")), 2);
  workbench_close (bench);
}

static void
test_usage (void **state)
{
  (void)state;
  Workbench *bench = workbench_open ();
  assert_int_equal (run (bench, "check", NULL, NULL), 2); /* no such set */
  assert_non_null (workbench_model (bench, GOOD));
  assert_int_equal (run (bench, "nothing", NULL, NULL), 2);
  assert_int_equal (run (bench, "tables", NULL, NULL), 2);
  assert_int_equal (run (bench, "check", "--strange", "x"), 2);
  assert_int_equal (run (bench, "check", "--stamp", NULL), 2);
  assert_int_equal (run (bench, "tables", "--output", path (bench, "nowhere/at/all")), 2);
  FILE *file = fopen (path (bench, "set.fds"), "w");
  assert_non_null (file);
  fputs ("this is no descriptor set", file);
  fclose (file);
  assert_int_equal (run (bench, "check", NULL, NULL), 2);
  workbench_close (bench);
}

static void
test_outputs (void **state)
{
  (void)state;
  Workbench *bench = workbench_open ();
  assert_non_null (workbench_model (bench, GOOD));
  assert_int_equal (run (bench, "routes", NULL, NULL), 0);
  assert_non_null (strstr (workbench_read (bench, "stdout"), "heimo.bad.v1.ThingService/GetThing"));
  assert_int_equal (run (bench, "tables", "--output", bench->folder), 0);
  assert_non_null (strstr (workbench_read (bench, "heimo_thing_handlers.h"),
                           "/* Gets a thing. It must be there. */\nStatus get_thing (Call *call, const "
                           "GetThingRequest *request, Thing *reply) MUST_CHECK;"));
  assert_non_null (strstr (workbench_read (bench, "heimo_thing_handlers.c"), ".handle = handle_get_thing}"));
  assert_non_null (strstr (workbench_read (bench, "heimo_api.c"), ".path = \"/v1/things/{thing_id}\""));
  /* A second run leaves the files alone, so that nothing is compiled again. */
  struct stat before, after;
  assert_int_equal (stat (path (bench, "heimo_api.c"), &before), 0);
  usleep (20000);
  assert_int_equal (run (bench, "tables", "--output", bench->folder), 0);
  assert_int_equal (stat (path (bench, "heimo_api.c"), &after), 0);
  assert_memory_equal (&before.st_mtim, &after.st_mtim, sizeof before.st_mtim);
  workbench_close (bench);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_check),
      cmocka_unit_test (test_baseline),
      cmocka_unit_test (test_usage),
      cmocka_unit_test (test_outputs),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
