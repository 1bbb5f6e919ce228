/* Where a request goes: to a method, a page of the gateway itself, or a file of the web application. */
#ifndef HEIMO_GATEWAY_ROUTER_H
#define HEIMO_GATEWAY_ROUTER_H

#include "gateway/gateway.h"

/* The handler of the public port; `data` is the GatewayThread. */
extern const HttpHandler router_handler;

/* The handler of the internal port: /healthz, /readyz, /metrics. */
extern const HttpHandler router_internal_handler;

/* The path of a request as sent, without the query: routes are matched before anything is decoded, so that an
 * encoded slash or colon is never taken for a separator. */
ApiText router_raw_path (const HttpRequest *request);

/* "GET, HEAD, POST, OPTIONS" from a mask of (1u << ApiVerb), on `owner`. */
const char *router_allow (void *owner, unsigned verbs);

#endif
