/* Which replicas are found: sockets in a folder, lists, all addresses of a name. */
#include "world.h"

#include "bus/resolver.h"

#include <string.h>

static void
touch (World *world, const char *name)
{
  FILE *file = fopen (world_path (world, name), "w");
  assert_non_null (file);
  fclose (file);
}

static void
test_directory (void **state)
{
  static const char *const files[] = {
      "echo.sock",        "echo.1.sock", "echo.12.sock",     "echo.x.sock",        "echo2.sock",
      "echo.1.sock.lock", "echo..sock",  "echo.events.sock", "echo.3.events.sock", "sock"};
  World world;
  (void)state;
  world_open (&world);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    touch (&world, files[i]);
  AddressList *list = resolver_look_up (world.root, world.folder, &(ResolverQuery){"echo", NULL, ""});
  assert_int_equal (list->count, 3);
  assert_string_equal (list->addresses[0], memory_format (world.root, "ipc://%s/echo.1.sock", world.folder));
  assert_string_equal (list->addresses[1], memory_format (world.root, "ipc://%s/echo.12.sock", world.folder));
  assert_string_equal (list->addresses[2], memory_format (world.root, "ipc://%s/echo.sock", world.folder));
  list = resolver_look_up (world.root, world.folder, &(ResolverQuery){"echo", NULL, ".events"});
  assert_int_equal (list->count, 2);
  /* One that is about to start is assumed. */
  list = resolver_look_up (world.root, world.folder, &(ResolverQuery){"later", NULL, ""});
  assert_int_equal (list->count, 1);
  list = resolver_look_up (world.root, "/nonexistent", &(ResolverQuery){"later", NULL, ""});
  assert_int_equal (list->count, 1);
  world_close (&world);
}

static void
test_names (void **state)
{
  static const struct {
    const char *endpoint;
    size_t count;
    bool complete;
    const char *first;
  } cases[] = {
      {"tcp://127.0.0.1:7001", 1, true, "tcp://127.0.0.1:7001"},
      {"tcp://[::1]:7001", 1, true, "tcp://[::1]:7001"},
      {"tcp://127.0.0.2:7001,tcp://127.0.0.1:7001,tcp://127.0.0.2:7001", 2, true, "tcp://127.0.0.1:7001"},
      {"ipc:///a/b.sock,ipc:///a/a.sock", 2, true, "ipc:///a/a.sock"},
      {"tcp://127.0.0.1:7001,tcp://does-not-exist.invalid:7001", 1, false, "tcp://127.0.0.1:7001"},
  };
  World world;
  (void)state;
  world_open (&world);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    AddressList *list = resolver_look_up (world.root, NULL, &(ResolverQuery){"x", cases[i].endpoint, ""});
    assert_int_equal (list->count, cases[i].count);
    assert_int_equal (list->complete, cases[i].complete);
    assert_string_equal (list->addresses[0], cases[i].first);
  }
  world_close (&world);
}

/* A replica whose socket vanishes is left; a new one is used. */
static void
test_replicas_come_and_go (void **state)
{
  World world;
  Outcome outcome;
  (void)state;
  world_open (&world);
  Echo *first = echo_start (&world, &(BusServerOptions){.replica = 1});
  BusClient *client = client_start (&world, NULL, 1);
  Echo *second = echo_start (&world, &(BusServerOptions){.replica = 2});
  client_wait_up (&world, client, 2);
  echo_stop (first); /* unbinds: the file vanishes */
  client_wait_up (&world, client, 1);
  for (unsigned i = 0; i < 10; i++) {
    call_and_wait (&world, client, "Echo", "x", &outcome);
    assert_int_equal (outcome.code, STATUS_OK);
  }
  assert_int_equal (second->executed, 10);
  talloc_free (client);
  echo_stop (second);
  world_close (&world);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_directory),
      cmocka_unit_test (test_names),
      cmocka_unit_test (test_replicas_come_and_go),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
