/* The threads of the gateway: each an event loop with a listener, a bus client and a limiter of its own. */
#ifndef HEIMO_GATEWAY_THREAD_H
#define HEIMO_GATEWAY_THREAD_H

#include "gateway/gateway.h"

/* Makes a thread's parts on `owner` and listens. Fails with CANNOT_LISTEN, or what the bus says. */
Status gateway_thread_new (void *owner, Gateway *gateway, unsigned number, GatewayThread **thread) MUST_CHECK;

/* Frees it, on its own thread or after that has ended. */
void gateway_thread_free (GatewayThread *thread);

/* Ends its streams and lets requests under way finish; the loop ends when the last connection has closed. On
 * its own thread. */
void gateway_thread_drain (GatewayThread *thread);

/* The endpoint of a service in a list "membership=tcp://… hierarchy=…", on `owner`; NULL when it is not
 * there. */
char *gateway_endpoint (void *owner, const char *peers, const char *service);

#endif
