/* What is checked of every request before anything is done with it: that it is meant for us (Host, against
 * DNS rebinding), that no page of another site sent it (Origin, Sec-Fetch-Site), and that the headers we pass
 * on are well-formed. Pure functions over texts. */
#ifndef HEIMO_GATEWAY_GUARD_H
#define HEIMO_GATEWAY_GUARD_H

#include "core/status.h"
#include "gateway/http/head.h"

#include <stdint.h>

/* True when `authority` (host with an optional port) is localhost, a loopback address or one of `hosts`
 * ("register.example,10.0.0.5"; "*" allows all). */
bool guard_host_is_ours (const char *authority, const char *hosts);

/* True when a request that changes something may come from where it says it comes from. `origin` and
 * `fetch_site` may be NULL (not a browser). `origins` are further allowed ones, comma separated. */
bool guard_origin_is_ours (const char *origin, const char *fetch_site, const char *authority,
                           const char *origins);

/* True for 1 to 255 visible ASCII characters: an Idempotency-Key. */
bool guard_is_key (const char *text);

/* True for one strong or weak entity tag in quotes, or "*". */
bool guard_is_etag (const char *text);

/* True for 1 to 64 characters that are safe to log: an X-Request-Id. */
bool guard_is_request_id (const char *text);

/* True for a version 00 traceparent with ids that are not all zero. */
bool guard_is_traceparent (const char *text);

/* The address that counts as the client: `peer`, or, when that is one of `proxies` ("10.0.0.0/8,::1"), the
 * last address of `forwarded` (X-Forwarded-For, may be NULL) that is not one itself. The result is `peer` or
 * written to `buffer`. */
const char *guard_client (const char *peer, const char *forwarded, const char *proxies, char buffer[64]);

#endif
