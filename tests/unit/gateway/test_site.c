/* The table of static files: which file, which form; and the answers, through a socket. */
#include "gateway/site.h"
#include "world.h"

#include <sodium.h>

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void
put (const char *directory, const char *name, const char *text)
{
  char path[256];
  snprintf (path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen (path, "w");
  assert_non_null (file);
  fputs (text, file);
  fclose (file);
}

static const Site *
make_site (void *owner, char directory[64])
{
  char path[256];
  memcpy (directory, "/tmp/heimo-site-XXXXXX", sizeof "/tmp/heimo-site-XXXXXX");
  assert_non_null (mkdtemp (directory));
  snprintf (path, sizeof path, "%s/assets", directory);
  assert_int_equal (mkdir (path, 0700), 0);
  snprintf (path, sizeof path, "%s/.vite", directory);
  assert_int_equal (mkdir (path, 0700), 0);
  put (directory, "index.html", "<html>");
  put (directory, "index.html.br", "BR");
  put (directory, "favicon.svg", "<svg>");
  put (directory, ".vite/manifest.json", "{}");
  put (directory, "assets/app-1.js", "plain");
  put (directory, "assets/app-1.js.gz", "GZ");
  put (directory, "assets/app-1.js.br", "BR");
  const Site *site = NULL;
  assert_int_equal (site_load (owner, directory, &site).code, STATUS_OK);
  return site;
}

static void
remove_site (const char *directory)
{
  char command[128];
  snprintf (command, sizeof command, "rm -rf %s", directory);
  assert_int_equal (system (command), 0);
}

static const struct {
  const char *path;
  bool page;
  const char *file; /* NULL: none */
} paths[] = {
    {"/", false, "/index.html"},
    {"/index.html", false, "/index.html"},
    {"/assets/app-1.js", false, "/assets/app-1.js"},
    {"/favicon.svg", true, "/favicon.svg"},
    {"/organs/7", true, "/index.html"},
    {"/organs/7", false, NULL},
    {"/assets/app-2.js", true, NULL},
    {"/assets/app-1.js.br", true, NULL},
    {"/.vite/manifest.json", true, NULL},
    {"/../etc/passwd", false, NULL},
    {"/assets/../index.html", false, NULL},
    {"//index.html", false, NULL},
    {"/assets", false, NULL},
    {"", true, NULL},
};

static void
test_paths (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  char directory[64];
  const Site *site = make_site (owner, directory);
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
    const SiteFile *file = site_find (site, paths[i].path, paths[i].page);
    const char *found = file == NULL ? "none" : file->path;
    assert_string_equal (found, paths[i].file == NULL ? "none" : paths[i].file);
  }
  remove_site (directory);
  talloc_free (owner);
}

static const struct {
  const char *path;
  const char *accept;
  SiteCoding coding;
} codings[] = {
    {"/assets/app-1.js", NULL, SITE_IDENTITY},
    {"/assets/app-1.js", "", SITE_IDENTITY},
    {"/assets/app-1.js", "gzip, deflate, br", SITE_BROTLI},
    {"/assets/app-1.js", "gzip", SITE_GZIP},
    {"/assets/app-1.js", "gzip, br;q=0.5", SITE_GZIP},
    {"/assets/app-1.js", "br;q=0", SITE_IDENTITY},
    {"/assets/app-1.js", "*", SITE_BROTLI},
    {"/assets/app-1.js", "zstd", SITE_IDENTITY},
    {"/index.html", "gzip", SITE_IDENTITY},
    {"/favicon.svg", "br", SITE_IDENTITY},
};

static void
test_codings (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  char directory[64];
  const Site *site = make_site (owner, directory);
  for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++)
    assert_int_equal (site_choose (site_find (site, codings[i].path, false), codings[i].accept),
                      codings[i].coding);
  remove_site (directory);
  talloc_free (owner);
}

static void
test_bad_folders (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  const Site *site = NULL;
  assert_int_equal (site_load (owner, "/tmp/heimo-no-such-folder", &site).code, STATUS_FAILED_PRECONDITION);
  char directory[] = "/tmp/heimo-site-XXXXXX";
  assert_non_null (mkdtemp (directory));
  assert_int_equal (site_load (owner, directory, &site).code, STATUS_FAILED_PRECONDITION);
  remove_site (directory);
  talloc_free (owner);
}

static void
script (World *world, BusCall *call)
{
  world_refuse (world, call, STATUS_INTERNAL, "NOT_CALLED");
}

static void
test_answers (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  char directory[64];
  const Site *site = make_site (owner, directory);
  Settings settings = world_settings ();
  World *world = world_start (&settings, script, NULL);
  world_thread (world)->gateway->site = site;
  char *answer = world_ask (world, owner, "GET /assets/app-1.js", "Accept-Encoding: br\r\n", NULL);
  assert_int_equal (answer_status (answer), 200);
  assert_string_equal (answer_body (owner, answer), "BR");
  assert_string_equal (answer_field (owner, answer, "Content-Encoding"), "br");
  assert_string_equal (answer_field (owner, answer, "Cache-Control"), "public, max-age=31536000, immutable");
  assert_string_equal (answer_field (owner, answer, "Vary"), "Accept-Encoding");
  answer = world_ask (world, owner, "GET /organs/7", "Accept: text/html,*/*;q=0.8\r\n", NULL);
  assert_string_equal (answer_body (owner, answer), "<html>");
  assert_string_equal (answer_field (owner, answer, "Cache-Control"), "no-cache");
  assert_string_equal (answer_field (owner, answer, "Content-Type"), "text/html; charset=utf-8");
  assert_non_null (strstr (answer_field (owner, answer, "Content-Security-Policy"), "default-src 'none'"));
  assert_null (strstr (answer_field (owner, answer, "Content-Security-Policy"), "unsafe"));
  assert_string_equal (answer_field (owner, answer, "Cross-Origin-Opener-Policy"), "same-origin");
  char *fields = memory_format (owner, "If-None-Match: %s\r\n", answer_field (owner, answer, "ETag"));
  assert_int_equal (answer_status (world_ask (world, owner, "GET /", fields, NULL)), 304);
  assert_int_equal (answer_status (world_ask (world, owner, "GET /organs/7", "", NULL)), 404);
  assert_int_equal (
      answer_status (world_ask (world, owner, "GET /assets/%2e%2e/%2e%2e/etc/passwd", "", NULL)), 400);
  assert_int_equal (answer_status (world_ask (world, owner, "POST /", "", "x")), 405);
  assert_string_equal (answer_body (owner, world_ask (world, owner, "HEAD /", "", NULL)), "");
  world_stop (world);
  remove_site (directory);
  talloc_free (owner);
}

int
main (void)
{
  if (sodium_init () < 0)
    return 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_paths),
      cmocka_unit_test (test_codings),
      cmocka_unit_test (test_bad_folders),
      cmocka_unit_test (test_answers),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
