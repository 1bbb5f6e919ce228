/* The few resources of the gateway itself: /healthz, /readyz, /openapi.json, /problems/REASON; and on the
 * internal port /metrics. */
#ifndef HEIMO_GATEWAY_PAGES_H
#define HEIMO_GATEWAY_PAGES_H

#include "gateway/gateway.h"

/* Answers a GET or HEAD of one of our own pages on the public port; false when the path is none of them. */
bool pages_answer (Visit *visit);

/* Answers a GET or HEAD on the internal port. */
void pages_answer_internal (Visit *visit);

#endif
