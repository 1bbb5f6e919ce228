/* Keys made by keys_make open a bus, and are never overwritten. */
#include "world.h"

#include "bus/allow.h"
#include "bus/keys.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const KeysWorkload workloads[] = {{"echo", "test.v1.Echo/*"}, {"other", "test.v1.*"}, {"third", "*"}};

static void
test_made_keys_open_a_bus (void **state)
{
  World world;
  Bus *bus;
  Outcome outcome;
  struct stat properties;
  (void)state;
  world_open (&world);
  const char *folder = world_path (&world, "keys");
  assert_false (status_failed (keys_make (world.root, folder, workloads, 2)));
  const char *secret = world_path (&world, "keys/echo.secret");
  assert_int_equal (stat (secret, &properties), 0);
  assert_int_equal (properties.st_mode & 0777, 0400);
  char *before;
  char *after;
  assert_false (status_failed (allow_read_file (world.root, secret, true, &before)));
  assert_false (status_failed (keys_make (world.root, folder, workloads, 3))); /* a process more */
  assert_false (status_failed (allow_read_file (world.root, secret, true, &after)));
  assert_string_equal (before, after);
  char *list;
  assert_false (
      status_failed (allow_read_file (world.root, world_path (&world, "keys/allow"), false, &list)));
  assert_non_null (strstr (list, "third"));
  talloc_free (world.bus);
  const BusOptions options = {.name = "echo", .directory = world.folder, .keys = folder};
  Status status = bus_open (world.root, &options, &bus);
  if (status_failed (status))
    fail_msg ("%s", status.detail->message);
  world.bus = bus;
  Echo *echo = echo_start (&world, NULL);
  BusClient *client = client_start (&world, NULL, 1);
  call_and_wait (&world, client, "Echo", "x", &outcome);
  assert_int_equal (outcome.code, STATUS_OK);
  talloc_free (client);
  echo_stop (echo);
  world_close (&world);
}

static void
test_rotation_keeps_the_old_public_key (void **state)
{
  World world;
  char *before;
  char *after;
  char *list;
  (void)state;
  world_open (&world);
  const char *folder = world_path (&world, "keys");
  const char *public = world_path (&world, "keys/echo.public");
  assert_false (status_failed (keys_make (world.root, folder, workloads, 2)));
  assert_false (status_failed (allow_read_file (world.root, public, false, &before)));
  assert_int_equal (unlink (world_path (&world, "keys/echo.secret")), 0);
  assert_false (status_failed (keys_make (world.root, folder, workloads, 2)));
  assert_false (status_failed (allow_read_file (world.root, public, false, &after)));
  assert_int_equal (strlen (after), 2 * strlen (before));
  assert_string_equal (after + strlen (before), before); /* the new one comes first */
  AllowBook *book = allow_book_new (world.root);
  assert_false (status_failed (allow_book_load (book, world.root, world_path (&world, "keys/allow"))));
  assert_false (
      status_failed (allow_read_file (world.root, world_path (&world, "keys/allow"), false, &list)));
  before[strlen (before) - 1] = '\0';
  assert_non_null (strstr (list, before));
  world_close (&world);
}

/* What is done to a good folder, and the file that is then told. */
typedef struct Spoiling {
  const char *command; /* run in the folder */
  const char *file;    /* NULL: nothing is wrong; "": the folder */
  const char *problem; /* part of it */
} Spoiling;

static const Spoiling spoilings[] = {
    {"true", NULL, ""},
    {"chmod 0640 echo.secret", NULL, ""},
    {"chmod 0644 echo.secret", "echo.secret", "readable by others"},
    {"rm -f echo.secret", "echo.secret", "No such file"},
    {"chmod 0600 echo.secret; echo short >echo.secret", "echo.secret", "is not a key"},
    {"cp -f other.secret echo.secret; chmod 0400 echo.secret", "echo.public", "does not hold the public key"},
    {"chmod 0666 other.public", "other.public", "writable by others"},
    {"chmod 0644 other.public; echo nonsense >>other.public", "other.public", "not a key"},
    {"sed -i /^other/d allow", "other.public", "not in the allow-list"},
    {"sed -i s/^other/another/ allow", "other.public", "not in the allow-list"},
    {"rm allow", "allow", "No such file"},
    {"echo nonsense >>allow", "allow", "40 characters"},
    {"rm -r ../keys", "", "cannot be opened"},
};

typedef struct Faults {
  void *owner;
  unsigned count;
  const char *path;
  const char *problem;
} Faults;

static void
on_fault (void *arg, const char *path, const char *problem)
{
  Faults *faults = arg;
  faults->count++;
  faults->path = memory_string (faults->owner, path);
  faults->problem = memory_string (faults->owner, problem);
}

static void
test_what_is_wrong_with_a_folder_is_told (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof spoilings / sizeof *spoilings; i++) {
    World world;
    world_open (&world);
    const char *folder = world_path (&world, "keys");
    assert_false (status_failed (keys_make (world.root, folder, workloads, 2)));
    const char *command = memory_format (world.root, "cd %s && { %s; }", folder, spoilings[i].command);
    assert_int_equal (system (command), 0);
    Faults faults = {.owner = world.root};
    keys_check (world.root, folder, "echo", on_fault, &faults);
    assert_int_equal (faults.count, spoilings[i].file == NULL ? 0 : 1);
    if (faults.count == 1) {
      const char *file = *spoilings[i].file == '\0'
                             ? folder
                             : memory_format (world.root, "%s/%s", folder, spoilings[i].file);
      assert_string_equal (faults.path, file);
      if (strstr (faults.problem, spoilings[i].problem) == NULL)
        fail_msg ("%s: %s", spoilings[i].command, faults.problem);
    }
    world_close (&world);
  }
}

static void
test_folder_that_cannot_be_made (void **state)
{
  void *root = memory_context (NULL);
  (void)state;
  Status status = keys_make (root, "/nonexistent/keys", workloads, 1);
  assert_string_equal (status.detail->reason, "BUS_CONFIGURATION");
  talloc_free (root);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_made_keys_open_a_bus),
      cmocka_unit_test (test_rotation_keeps_the_old_public_key),
      cmocka_unit_test (test_what_is_wrong_with_a_folder_is_told),
      cmocka_unit_test (test_folder_that_cannot_be_made),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
