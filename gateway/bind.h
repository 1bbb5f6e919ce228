/* From an HTTP request to a request message: path variables, query parameters, JSON body, update mask. */
#ifndef HEIMO_GATEWAY_BIND_H
#define HEIMO_GATEWAY_BIND_H

#include "core/api.h"
#include "gateway/http/http.h"

/* What is needed of a request; all texts stay the caller's. */
typedef struct BindInput {
  const ApiMatch *match;
  const HttpParameter *parameters;
  size_t parameter_count;
  const char *const *reserved; /* parameters that are for the gateway itself; NULL-terminated, may be NULL */
  Bytes body;                  /* empty: no members */
} BindInput;

/* Makes the request message, on `owner`, and checks it by the rules of its fields. INVALID_ARGUMENT with the
 * paths of everything that is wrong. */
Status bind_request (const Api *api, void *owner, const BindInput *input,
                     ProtobufCMessage **message) MUST_CHECK;

#endif
