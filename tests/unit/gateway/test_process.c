/* The real program: its configuration, its start, its pages for operators, its end. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define FEDERATION "HEIMO_FEDERATION=01936e00-0000-7000-8000-000000000001"

enum { SETTINGS_MAX = 16, OUTPUT_MAX = 524288 };

typedef struct Fixture {
  char directory[64];
  char bus[128];
  char health[128];
  char log[128];
} Fixture;

static int
set_up (void **state)
{
  static Fixture fixture;
  strcpy (fixture.directory, "/tmp/heimo-process-XXXXXX");
  assert_non_null (mkdtemp (fixture.directory));
  snprintf (fixture.bus, sizeof fixture.bus, "HEIMO_BUS_DIR=%s/bus", fixture.directory);
  snprintf (fixture.health, sizeof fixture.health, "HEIMO_HEALTH=unix:%s/health", fixture.directory);
  snprintf (fixture.log, sizeof fixture.log, "%s/log", fixture.directory);
  *state = &fixture;
  return 0;
}

static int
tear_down (void **state)
{
  Fixture *fixture = *state;
  char command[128];
  snprintf (command, sizeof command, "rm -rf %s", fixture->directory);
  return system (command);
}

/* Starts the program with nothing in its environment but `settings` (NULL-terminated); output goes to the
 * log. */
static pid_t
start (Fixture *fixture, const char *argument, const char *const *settings)
{
  char program[512];
  snprintf (program, sizeof program, "%s/bin/heimo-gateway", getenv ("HEIMO_BUILD_DIR"));
  char texts[SETTINGS_MAX][200];
  char *environment[SETTINGS_MAX] = {fixture->bus, fixture->health};
  for (int i = 0; settings[i] != NULL; i++) {
    snprintf (texts[i], sizeof texts[i], "%s", settings[i]);
    environment[2 + i] = texts[i];
  }
  pid_t child = fork ();
  if (child == 0) {
    int log = open (fixture->log, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    dup2 (log, 1);
    dup2 (log, 2);
    char option[64];
    snprintf (option, sizeof option, "%s", argument == NULL ? "" : argument);
    char *arguments[] = {program, argument == NULL ? NULL : option, NULL};
    execve (program, arguments, environment);
    _exit (127);
  }
  return child;
}

static int
wait_for (pid_t child)
{
  int status = 0;
  for (int i = 0; i < 1000; i++) {
    if (waitpid (child, &status, WNOHANG) == child)
      return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
    usleep (10000);
  }
  kill (child, SIGKILL);
  waitpid (child, &status, 0);
  fail_msg ("it does not end");
  return -1;
}

static void
read_log (Fixture *fixture, char text[OUTPUT_MAX])
{
  FILE *file = fopen (fixture->log, "r");
  size_t length = file == NULL ? 0 : fread (text, 1, OUTPUT_MAX - 1, file);
  text[length] = '\0';
  if (file != NULL)
    fclose (file);
}

static void
expect_log (Fixture *fixture, const char *part)
{
  char text[OUTPUT_MAX];
  for (int i = 0; i < 500; i++) {
    read_log (fixture, text);
    if (strstr (text, part) != NULL)
      return;
    usleep (10000);
  }
  fail_msg ("no %s in %s", part, text);
}

static void
test_help (void **state)
{
  const char *const none[] = {NULL};
  assert_int_equal (wait_for (start (*state, "--help", none)), 0);
  expect_log (*state, "HEIMO_ALLOW_UNAUTHENTICATED_BIND");
  assert_int_equal (wait_for (start (*state, "--nonsense", none)), 2);
}

static const struct {
  const char *settings[4];
  const char *told;
} refusals[] = {
    {{NULL}, "HEIMO_FEDERATION"},
    {{"HEIMO_FEDERATION=nonsense", NULL}, "HEIMO_FEDERATION"},
    {{FEDERATION, "HEIMO_PORT=x", NULL}, "HEIMO_PORT"},
    {{FEDERATION, "HEIMO_PORT=70000", NULL}, "HEIMO_PORT"},
    {{FEDERATION, "HEIMO_PORT=0", "HEIMO_BIND=0.0.0.0", NULL}, "HEIMO_ALLOW_UNAUTHENTICATED_BIND"},
    {{FEDERATION, "HEIMO_PORT=0", "HEIMO_BIND=::", NULL}, "HEIMO_ALLOW_UNAUTHENTICATED_BIND"},
    {{FEDERATION, "HEIMO_PORT=0", "HEIMO_BIND=nonsense", NULL}, "HEIMO_ALLOW_UNAUTHENTICATED_BIND"},
    {{FEDERATION, "HEIMO_PORT=0", "HEIMO_WEB_DIR=/nonexistent", NULL}, "/nonexistent"},
    {{FEDERATION, "HEIMO_PORT=0", "HEIMO_KEYS=/nonexistent", NULL}, "cannot start"},
};

static void
test_wrong_settings (void **state)
{
  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    assert_int_equal (wait_for (start (*state, NULL, refusals[i].settings)), 1);
    expect_log (*state, refusals[i].told);
  }
}

static void
test_open_bind_is_announced (void **state)
{
  const char *const settings[] = {FEDERATION, "HEIMO_PORT=0", "HEIMO_BIND=0.0.0.0",
                                  "HEIMO_ALLOW_UNAUTHENTICATED_BIND=yes", NULL};
  pid_t child = start (*state, NULL, settings);
  expect_log (*state, "UNAUTHENTICATED: everybody");
  expect_log (*state, "WITHOUT SIGN-IN");
  kill (child, SIGTERM);
  assert_int_equal (wait_for (child), 0);
}

/* One request on the internal socket. */
static void
ask_internal (Fixture *fixture, const char *path, char text[OUTPUT_MAX])
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf (address.sun_path, sizeof address.sun_path, "%s/health", fixture->directory);
  int peer = socket (AF_UNIX, SOCK_STREAM, 0);
  assert_int_equal (connect (peer, (struct sockaddr *)&address, sizeof address), 0);
  char request[200];
  int length = snprintf (request, sizeof request,
                         "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
  assert_int_equal (write (peer, request, (size_t)length), length);
  size_t have = 0;
  for (ssize_t got = 1; got > 0 && have<OUTPUT_MAX - 1; have += got> 0 ? (size_t)got : 0)
    got = read (peer, text + have, OUTPUT_MAX - 1 - have);
  text[have] = '\0';
  close (peer);
}

static void
test_start_and_end (void **state)
{
  const char *const settings[] = {FEDERATION, "HEIMO_PORT=0", "HEIMO_THREADS=2", "HEIMO_DRAIN_MS=300", NULL};
  char text[OUTPUT_MAX];
  pid_t child = start (*state, NULL, settings);
  expect_log (*state, "listening");
  ask_internal (*state, "/healthz", text);
  assert_non_null (strstr (text, "200 OK"));
  ask_internal (*state, "/readyz", text);
  assert_non_null (strstr (text, " 503 "));
  ask_internal (*state, "/metrics", text);
  assert_non_null (strstr (text, "heimo_http_answers_total{class=\"5xx\"} 1"));
  assert_non_null (strstr (text, "process_resident_memory_bytes"));
  assert_non_null (strstr (text, "route=\"/v1/persons/{person_id}\""));
  ask_internal (*state, "/v1/persons", text);
  assert_non_null (strstr (text, " 404 "));
  kill (child, SIGHUP);
  kill (child, SIGTERM);
  expect_log (*state, "draining");
  ask_internal (*state, "/readyz", text);
  assert_non_null (strstr (text, "\"draining\":true"));
  assert_int_equal (wait_for (child), 0);
}

/* Threads share their port with each other, and with nobody else. */
static void
test_one_gateway_on_a_port (void **state)
{
  Fixture *fixture = *state;
  const char *const settings[] = {FEDERATION, "HEIMO_PORT=0", "HEIMO_THREADS=3", NULL};
  char text[OUTPUT_MAX];
  pid_t child = start (fixture, NULL, settings);
  expect_log (fixture, "listening");
  read_log (fixture, text);
  const char *port = strstr (text, "\"port\":\"");
  assert_non_null (port);
  char taken[32];
  snprintf (taken, sizeof taken, "HEIMO_PORT=%d", atoi (port + 8));
  strcat (fixture->log, "2");
  for (int threads = 1; threads <= 2; threads++) {
    const char *const again[] = {FEDERATION, taken, threads == 1 ? "HEIMO_THREADS=1" : "HEIMO_THREADS=2",
                                 NULL};
    assert_int_equal (wait_for (start (fixture, NULL, again)), 1);
    expect_log (fixture, "CANNOT_LISTEN");
  }
  kill (child, SIGTERM);
  assert_int_equal (wait_for (child), 0);
}

/* Without its services it is alive, but not ready. */
static void
test_health_check (void **state)
{
  const char *const settings[] = {FEDERATION, "HEIMO_PORT=0", NULL};
  Fixture *fixture = *state;
  assert_int_equal (wait_for (start (fixture, "--health-check", settings)), 1);
  pid_t child = start (fixture, NULL, settings);
  expect_log (fixture, "listening");
  strcat (fixture->log, "2");
  assert_int_equal (wait_for (start (fixture, "--health-check", settings)), 1);
  kill (child, SIGINT);
  assert_int_equal (wait_for (child), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown (name, set_up, tear_down)

int
main (void)
{
  const struct CMUnitTest tests[] = {
      TEST (test_help),          TEST (test_wrong_settings), TEST (test_open_bind_is_announced),
      TEST (test_start_and_end), TEST (test_health_check),   TEST (test_one_gateway_on_a_port),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
