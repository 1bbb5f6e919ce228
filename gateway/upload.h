/* Uploads: a file passed on in parts while it arrives.
 *
 * The gateway holds two parts at most: one on its way to the service, one being filled; while both are full
 * it does not read. Parts go out one after another, so the service sees them in order. When the client
 * leaves, no further part is sent and the file never becomes complete.
 */
#ifndef HEIMO_GATEWAY_UPLOAD_H
#define HEIMO_GATEWAY_UPLOAD_H

#include "gateway/gateway.h"

extern const VisitKind upload_kind;

/* The name in a Content-Disposition, on `owner`: filename* (RFC 8187, UTF-8) before filename; NULL when there
 * is none or it is malformed. Folders are cut off. */
char *upload_file_name (void *owner, const char *content_disposition);

#endif
