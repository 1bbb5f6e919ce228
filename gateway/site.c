/* Static files. */
#include "gateway/site.h"

#include "gateway/accept.h"
#include "gateway/visit.h"

#include <errno.h>
#include <fts.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 16 * 1024 * 1024 };

struct Site {
  SiteFile *files; /* sorted by path */
  size_t count;
};

static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

static const char permissions[] =
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), "
    "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), "
    "xr-spatial-tracking=()";

static const struct {
  const char *ending;
  const char *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".woff2", "font/woff2"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".txt", "text/plain; charset=utf-8"},
};

static bool
ends_with (const char *text, const char *ending)
{
  size_t length = strlen (text), tail = strlen (ending);
  return length >= tail && strcmp (text + length - tail, ending) == 0;
}

static const char *
type_of (const char *path)
{
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
    if (ends_with (path, types[i].ending))
      return types[i].type;
  }
  return "application/octet-stream";
}

static bool
read_whole (void *owner, const char *path, Bytes *bytes)
{
  FILE *file = fopen (path, "rb");
  if (file == NULL)
    return false;
  uint8_t *data = NULL;
  size_t length = 0, got;
  do {
    data = memory_must (talloc_realloc_size (owner, data, length + 65536));
    got = fread (data + length, 1, 65536, file);
    length += got;
  } while (got > 0 && length <= FILE_MAX);
  bool whole = ferror (file) == 0 && length <= FILE_MAX;
  fclose (file);
  *bytes = (Bytes){data, length};
  return whole;
}

/* A strong tag tells the forms apart: they are different bytes. */
static const char *
tag_of (void *owner, Bytes body)
{
  uint8_t hash[16];
  char text[33];
  crypto_generichash (hash, sizeof hash, body.data, body.length, NULL, 0);
  return memory_format (owner, "\"%s\"", sodium_bin2hex (text, sizeof text, hash, sizeof hash));
}

static bool
load_file (Site *site, const char *name, const char *path)
{
  static const char *const endings[SITE_CODINGS] = {"", ".gz", ".br"};
  if ((site->count & (site->count - 1)) == 0)
    site->files = memory_must (
        talloc_realloc (site, site->files, SiteFile, (unsigned)(site->count == 0 ? 1 : 2 * site->count)));
  SiteFile *file = &site->files[site->count];
  *file = (SiteFile){.path = memory_string (site, path), .type = type_of (path)};
  file->immutable = strncmp (path, "/assets/", 8) == 0;
  for (int i = 0; i < SITE_CODINGS; i++) {
    char *form = memory_format (site, "%s%s", name, endings[i]);
    if (read_whole (site, form, &file->bodies[i]))
      file->etags[i] = tag_of (site, file->bodies[i]);
    else if (i == SITE_IDENTITY)
      return false;
    else
      file->bodies[i] = (Bytes){NULL, 0};
  }
  site->count++;
  return true;
}

/* Everything but hidden files and the compressed siblings. */
static bool
load_tree (Site *site, const char *directory)
{
  char *paths[] = {memory_string (site, directory), NULL};
  size_t root = strlen (directory);
  FTS *tree = fts_open (paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
  if (tree == NULL)
    return false;
  bool fine = true;
  for (FTSENT *entry = fts_read (tree); entry != NULL && fine; entry = fts_read (tree)) {
    if (entry->fts_level > 0 && entry->fts_name[0] == '.') {
      fts_set (tree, entry, FTS_SKIP);
      continue;
    }
    bool sibling = ends_with (entry->fts_name, ".br") || ends_with (entry->fts_name, ".gz");
    if (entry->fts_info == FTS_F && !sibling)
      fine = load_file (site, entry->fts_path, entry->fts_path + root);
    else if (entry->fts_info == FTS_ERR || entry->fts_info == FTS_DNR || entry->fts_info == FTS_NS)
      fine = false;
  }
  fts_close (tree);
  return fine;
}

static int
compare_files (const void *one, const void *other)
{
  return strcmp (((const SiteFile *)one)->path, ((const SiteFile *)other)->path);
}

Status
site_load (void *owner, const char *directory, const Site **result)
{
  Site *site = memory_new (owner, Site);
  char *root = memory_string (site, directory);
  while (strlen (root) > 1 && ends_with (root, "/"))
    root[strlen (root) - 1] = '\0';
  if (!load_tree (site, root))
    return status_error (owner, STATUS_FAILED_PRECONDITION, "WEB_DIRECTORY", "Cannot read %s: %s", directory,
                         strerror (errno));
  if (site->count != 0)
    qsort (site->files, site->count, sizeof *site->files, compare_files);
  if (site->count == 0 || site_find (site, "/", false) == NULL)
    return status_error (owner, STATUS_FAILED_PRECONDITION, "WEB_DIRECTORY", "%s has no index.html",
                         directory);
  *result = site;
  return STATUS_SUCCESS;
}

const SiteFile *
site_find (const Site *site, const char *path, bool page)
{
  static const char home[] = "/index.html";
  SiteFile key = {.path = strcmp (path, "/") == 0 ? home : path};
  const SiteFile *file = bsearch (&key, site->files, site->count, sizeof key, compare_files);
  if (file != NULL || !page || path[0] != '/' || strchr (strrchr (path, '/'), '.') != NULL)
    return file;
  key.path = home;
  return bsearch (&key, site->files, site->count, sizeof key, compare_files);
}

SiteCoding
site_choose (const SiteFile *file, const char *accept_encoding)
{
  static const char *const names[SITE_CODINGS] = {"identity", "gzip", "br"};
  SiteCoding best = SITE_IDENTITY;
  int weight = 0;
  for (int i = SITE_CODINGS - 1; i > SITE_IDENTITY && accept_encoding != NULL; i--) {
    int mine = file->bodies[i].data == NULL ? 0 : accept_weight (accept_encoding, names[i]);
    if (mine > weight) {
      best = (SiteCoding)i;
      weight = mine;
    }
  }
  return best;
}

static void
add_fields (VisitFields *fields, const SiteFile *file, SiteCoding coding)
{
  static const char *const names[SITE_CODINGS] = {NULL, "gzip", "br"};
  visit_add_field (fields, "Content-Type", file->type);
  visit_add_field (fields, "ETag", file->etags[coding]);
  visit_add_field (fields, "Cache-Control",
                   file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  visit_add_field (fields, "Vary", "Accept-Encoding");
  if (names[coding] != NULL)
    visit_add_field (fields, "Content-Encoding", names[coding]);
  visit_add_field (fields, "Content-Security-Policy", policy);
  visit_add_field (fields, "Cross-Origin-Opener-Policy", "same-origin");
  visit_add_field (fields, "Cross-Origin-Resource-Policy", "same-origin");
  visit_add_field (fields, "X-Content-Type-Options", "nosniff");
  visit_add_field (fields, "Referrer-Policy", "no-referrer");
  visit_add_field (fields, "Permissions-Policy", permissions);
}

void
site_answer (Visit *visit)
{
  const Site *site = visit->thread->gateway->site;
  const char *accept = http_request_header (visit->http, "Accept");
  bool page = accept != NULL && strstr (accept, "text/html") != NULL;
  const SiteFile *file = site == NULL ? NULL : site_find (site, visit->http->target->path.data, page);
  if (file == NULL) {
    visit_fail (visit,
                status_error (visit, STATUS_NOT_FOUND, "NO_SUCH_PATH", "There is nothing at this path"));
    return;
  }
  SiteCoding coding = site_choose (file, http_request_header (visit->http, "Accept-Encoding"));
  VisitFields fields = {.count = 0};
  add_fields (&fields, file, coding);
  const char *known = http_request_header (visit->http, "If-None-Match");
  bool fresh = known != NULL && strstr (known, file->etags[coding]) != NULL;
  visit_count (visit, fresh ? 304 : 200);
  if (fresh)
    http_respond (visit->http, 304, fields.list, fields.count, (Bytes){NULL, 0});
  else
    http_respond_static (visit->http, 200, fields.list, fields.count, file->bodies[coding]);
}
