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
      cmocka_unit_test (test_folder_that_cannot_be_made),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
