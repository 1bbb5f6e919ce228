/* Room on disks by a table; files of secrets as they are found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/checks.h"
#include "core/memory.h"

#define MIB (UINT64_C (1) << 20)
#define GIB (UINT64_C (1) << 30)

typedef struct Room {
  uint64_t total, left;
  CheckResult result;
} Room;

static const Room rooms[] = {
    {100 * GIB, 50 * GIB, CHECK_GOOD},
    {100 * GIB, 2 * GIB, CHECK_GOOD},
    {100 * GIB, 2 * GIB - 1, CHECK_WARNING},
    {100 * GIB, 512 * MIB, CHECK_WARNING},
    {100 * GIB, 512 * MIB - 1, CHECK_ERROR},
    {10000 * GIB, 2 * GIB, CHECK_GOOD},
    {10 * GIB, GIB, CHECK_GOOD},
    {10 * GIB, GIB - 1, CHECK_WARNING},
    {10 * GIB, 256 * MIB - 1, CHECK_ERROR},
    {40 * MIB, 4 * MIB, CHECK_GOOD},
    {40 * MIB, 4 * MIB - 1, CHECK_WARNING},
    {40 * MIB, MIB - 1, CHECK_ERROR},
    {10 * GIB, 0, CHECK_ERROR},
};

static void
room_is_judged_by_what_is_left (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++)
    if (check_room (rooms[i].total, rooms[i].left) != rooms[i].result)
      fail_msg ("case %zu", i);
}

static void
a_folder_that_is_not_there_is_an_error (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  const char *problem = NULL;
  assert_int_equal (check_disk (owner, "/nonexistent", &problem), CHECK_ERROR);
  assert_non_null (strstr (problem, "No such file"));
  talloc_free (owner);
}

typedef struct Secret {
  const char *content; /* NULL: no file */
  mode_t mode;
  CheckResult result;
  const char *problem;
} Secret;

static const Secret secrets[] = {
    {"x", 0400, CHECK_GOOD, NULL},
    {"x", 0600, CHECK_GOOD, NULL},
    {"x", 0640, CHECK_ERROR, "mode is 0640"},
    {"x", 0604, CHECK_ERROR, "mode is 0604"},
    {"x", 0602, CHECK_ERROR, "mode is 0602"},
    {"", 0600, CHECK_ERROR, "is empty"},
    {NULL, 0, CHECK_ERROR, "No such file"},
};

static void
secrets_are_private (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  char *folder = memory_string (owner, "/tmp/heimo-checks.XXXXXX");
  assert_non_null (mkdtemp (folder));
  const char *path = memory_format (owner, "%s/secret", folder);
  for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
    const char *problem = NULL;
    unlink (path);
    if (secrets[i].content != NULL) {
      FILE *file = fopen (path, "w");
      fputs (secrets[i].content, file);
      fclose (file);
      chmod (path, secrets[i].mode);
    }
    assert_int_equal (check_secret_file (owner, path, &problem), secrets[i].result);
    assert_int_equal (problem == NULL, secrets[i].problem == NULL);
    if (problem != NULL && secrets[i].problem != NULL && strstr (problem, secrets[i].problem) == NULL)
      fail_msg ("case %zu: %s", i, problem);
  }
  const char *problem = NULL;
  assert_int_equal (check_secret_file (owner, folder, &problem), CHECK_ERROR);
  assert_string_equal (problem, "is not a file");
  rmdir (folder);
  talloc_free (owner);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (room_is_judged_by_what_is_left),
      cmocka_unit_test (a_folder_that_is_not_there_is_an_error),
      cmocka_unit_test (secrets_are_private),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
