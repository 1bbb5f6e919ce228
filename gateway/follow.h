/* Server-sent events: a resource watched until it is done, or a list of changes followed from a cursor.
 *
 * The gateway asks the method again and again, quickly after a change and slower while nothing happens, and
 * sends an event when the answer is new. It keeps nothing: a client that comes back with Last-Event-ID goes
 * on where it was.
 */
#ifndef HEIMO_GATEWAY_FOLLOW_H
#define HEIMO_GATEWAY_FOLLOW_H

#include "gateway/gateway.h"

extern const VisitKind follow_kind;

/* Ends all event streams of a thread, at drain: clients come back, to another gateway. */
void follow_end_all (GatewayThread *thread);

#endif
