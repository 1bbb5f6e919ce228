/* One request on its way: its identifiers, and the ways in which it ends. */
#ifndef HEIMO_GATEWAY_VISIT_H
#define HEIMO_GATEWAY_VISIT_H

#include "gateway/gateway.h"

/* More fields than any answer has. */
#define VISIT_FIELDS_MAX 24

/* The fields of an answer while they are gathered. */
typedef struct VisitFields {
  HttpField list[VISIT_FIELDS_MAX];
  size_t count;
} VisitFields;

/* Begins a visit: identifiers, trace context, what happens when the client goes away. */
Visit *visit_new (GatewayThread *thread, HttpRequest *http);

/* Adds a field; the value must live until the answer. */
void visit_add_field (VisitFields *fields, const char *name, const char *value);

/* Adds what every answer of the API carries: no-store, the identifiers, and headers that keep a browser from
 * doing anything with it but hand it to the page that asked. `type` NULL: no content. */
void visit_add_api_fields (Visit *visit, VisitFields *fields, const char *type);

/* Answers as the API does and ends the visit; `extra` may be NULL. */
void visit_answer (Visit *visit, unsigned status, const char *type, const VisitFields *extra, Bytes body);

/* Answers with a problem and ends the visit; a refusal for overload after a pause of 200 ms. */
void visit_fail (Visit *visit, Status status);

/* The same with fields of its own (Allow). */
void visit_fail_with (Visit *visit, Status status, const VisitFields *extra);

/* The problem of a failure as JSON, on the visit; for failures inside a stream. */
Bytes visit_problem (Visit *visit, Status status);

/* Counts an answer that was not given through visit_answer. */
void visit_count (Visit *visit, unsigned status);

/* Takes a place with the limiter, or fails the visit: false. Where all places are taken the visit becomes one
 * that is refused after a pause. */
bool visit_admit (Visit *visit, LimiterHold hold);

/* Starts a bus call of the visit's method. `key` and `if_match` may be NULL. The function is not called when
 * the client has gone: the visit is then over. */
void visit_call (Visit *visit, const ProtobufCMessage *message, const char *key, const char *if_match,
                 BusReplyFunction function);

/* Unpacks and checks a successful reply, on `owner`. Fails with the service's status, or INTERNAL. */
Status visit_reply (Visit *visit, void *owner, const BusReply *reply, ProtobufCMessage **message) MUST_CHECK;

#endif
