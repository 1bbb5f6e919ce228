/* The request target: form, path and query, decoded and normalised once, before anything is routed. Pure.
 *
 * The path is decoded segment by segment. An encoded slash, backslash, NUL or control character is refused,
 * so a "/" in the decoded path is always a separator and the decoded texts are C strings. Dot segments, also
 * encoded ones, are removed; a path that climbs above the root is refused. Empty segments stay ("//a" is not
 * "/a").
 */
#ifndef HEIMO_GATEWAY_HTTP_TARGET_H
#define HEIMO_GATEWAY_HTTP_TARGET_H

#include "gateway/http/head.h"

/* One name=value of the query, decoded ("+" is a space). Both are UTF-8 without NUL. */
typedef struct HttpParameter {
  HttpText name;
  HttpText value;
} HttpParameter;

typedef enum HttpTargetForm {
  HTTP_ORIGIN_FORM,   /* /path?query */
  HTTP_ABSOLUTE_FORM, /* http://host/path?query */
  HTTP_ASTERISK_FORM  /* * with OPTIONS */
} HttpTargetForm;

#define HTTP_PARAMETERS_MAX 100

typedef struct HttpTarget {
  HttpTargetForm form;
  HttpText authority; /* host[:port]: of the absolute form, else of the Host line */
  HttpText path;      /* begins with "/", or is "*" */
  HttpText query;     /* as sent, without the "?" */
  size_t parameter_count;
  const HttpParameter *parameters; /* in the order of the query, doubled names included */
} HttpTarget;

/* Decodes `raw` for `method` into *target, on the talloc `context`; `host` is the Host line. Returns NULL or
 * the fault. */
const HttpFault *http_target_parse (void *context, HttpTarget *target, HttpText raw, HttpMethod method,
                                    HttpText host);

/* The value of the first parameter of that name (exact case); NULL when there is none. */
const char *http_target_parameter (const HttpTarget *target, const char *name);

#endif
