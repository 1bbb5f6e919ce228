/* Exports: a list method answered whole, as CSV or newline-delimited JSON. The gateway walks its pages, one
 * at a time and only as fast as the client reads, so memory does not grow with the list. */
#ifndef HEIMO_GATEWAY_EXPORT_H
#define HEIMO_GATEWAY_EXPORT_H

#include "gateway/gateway.h"

typedef enum ExportFormat { EXPORT_NONE, EXPORT_CSV, EXPORT_NDJSON } ExportFormat;

/* What the request asks for: by the parameter alt=csv or alt=ndjson (a link cannot choose an Accept), else by
 * Accept.
 */
ExportFormat export_format (const HttpRequest *request);

extern const VisitKind export_kind;

#endif
