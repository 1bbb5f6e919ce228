/* The built web application, served from memory.
 *
 * At start the folder is read once: each file with its compressed siblings (app.js, app.js.br, app.js.gz). A
 * request is a look-up in that table, never a path on disk, so there is nothing to traverse. Read-only after
 * the start; any thread.
 */
#ifndef HEIMO_GATEWAY_SITE_H
#define HEIMO_GATEWAY_SITE_H

#include "gateway/gateway.h"

/* Which form of a file is sent. */
typedef enum SiteCoding { SITE_IDENTITY, SITE_GZIP, SITE_BROTLI, SITE_CODINGS } SiteCoding;

/* A file. `bodies` without data are not there, except that of SITE_IDENTITY. */
typedef struct SiteFile {
  const char *path; /* "/assets/app-3f2a.js" */
  const char *type; /* media type */
  bool immutable;   /* its name changes with its content */
  Bytes bodies[SITE_CODINGS];
  const char *etags[SITE_CODINGS];
} SiteFile;

/* Reads the folder. FAILED_PRECONDITION / WEB_DIRECTORY when it cannot be read or has no index.html. */
Status site_load (void *owner, const char *directory, const Site **site) MUST_CHECK;

/* The file for a decoded path; "/" is /index.html. `page` says that the client would show a page: then paths
 * without a file and without a dot in the last segment are the application's own, and give /index.html. NULL
 * for none. */
const SiteFile *site_find (const Site *site, const char *path, bool page);

/* The best form that Accept-Encoding (NULL for absent) allows. */
SiteCoding site_choose (const SiteFile *file, const char *accept_encoding);

/* Answers a GET or HEAD; 404 when there is no such file. */
void site_answer (Visit *visit);

#endif
