/* The ZAP handler: the thread that libzmq asks, for every CURVE connection, whether its key may come in. */
#ifndef HEIMO_BUS_ZAP_H
#define HEIMO_BUS_ZAP_H

#include "bus/internal.h"

/* The domain of our sockets; without one libzmq does not ask the handler at all. */
#define ZAP_DOMAIN "heimo"

/* Binds the handler and starts its thread. Must come before any other socket binds. */
Status zap_start (Bus *bus, void *owner, Zap **zap) MUST_CHECK;

/* Ends the thread; zmq_ctx_shutdown must have been called and all other sockets closed. */
void zap_stop (Zap *zap);

#endif
