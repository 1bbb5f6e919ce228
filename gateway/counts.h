/* What the gateway counts: answers by class of status, durations by route, refusals, streams, bytes. One set
 * for all threads; counting takes no lock. */
#ifndef HEIMO_GATEWAY_COUNTS_H
#define HEIMO_GATEWAY_COUNTS_H

#include "core/api.h"

typedef enum CountName {
  COUNT_ANSWERS_2XX,
  COUNT_ANSWERS_3XX,
  COUNT_ANSWERS_4XX,
  COUNT_ANSWERS_5XX,
  COUNT_REFUSED_CLIENT,
  COUNT_REFUSED_LOAD,
  COUNT_EVENT_STREAMS,
  COUNT_UPLOAD_BYTES,
  COUNT_NAMES
} CountName;

typedef struct Counts Counts;

/* All zero. `api` gives the routes, whose templates are labels: a label never holds what a client sent. */
Counts *counts_new (void *owner, const Api *api);

void counts_add (Counts *counts, CountName name, int64_t amount);

/* An answer and how long it took, in microseconds; `route` NULL for pages and files. */
void counts_answer (Counts *counts, const ApiRoute *route, unsigned status, int64_t duration);

/* Appends them to a talloc string in the Prometheus format and returns it. */
char *counts_print (Counts *counts, char *text);

#endif
