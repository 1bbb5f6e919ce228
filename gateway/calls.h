/* The ordinary method: one HTTP request, one bus call, one JSON answer. */
#ifndef HEIMO_GATEWAY_CALLS_H
#define HEIMO_GATEWAY_CALLS_H

#include "gateway/gateway.h"

extern const VisitKind call_kind;

/* Binds the request of a visit to its message, on the visit; see bind.h. `reserved` are parameters of the
 * gateway itself. */
Status calls_bind (Visit *visit, const char *const *reserved, ProtobufCMessage **message) MUST_CHECK;

/* Answers with the JSON of a reply: 200, or 201 with Location for what was created; ETag, 304. Ends the
 * visit. */
void calls_answer (Visit *visit, const BusReply *reply, const ProtobufCMessage *message);

/* True when a Content-Type names that media type, whatever its parameters. */
bool calls_is_media_type (const char *content_type, const char *media_type);

/* The value of a string field of a message by its proto name; "" when there is none. */
const char *calls_text_field (const ApiMessage *table, const ProtobufCMessage *message, const char *name);

#endif
