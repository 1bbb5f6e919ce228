/* Making ZeroMQ sockets: the only place where their options are set. */
#ifndef HEIMO_BUS_SOCKET_H
#define HEIMO_BUS_SOCKET_H

#include "bus/internal.h"

/* What a socket is for; decides its type and its options. */
typedef enum SocketRole {
  SOCKET_ROUTER,  /* a server's; binds */
  SOCKET_DEALER,  /* a client's, one per replica; connects */
  SOCKET_PUB,     /* a publisher's; binds */
  SOCKET_SUB,     /* a subscriber's, one per source; connects, hears everything */
  SOCKET_ZAP,     /* the key handler's */
  SOCKET_MONITOR, /* hears what happens to another socket */
  SOCKET_ROLES
} SocketRole;

enum { SOCKET_DRAIN_LINGER_MS = 2000 };

/* Opens a socket with every option set. `server_key` (Z85) is needed by DEALER and SUB under CURVE. NULL,
 * with errno set, on failure. The thread that uses it closes it. */
void *socket_open (Bus *bus, SocketRole role, const char *server_key);

/* Closes a socket; what has not gone out in `linger_ms` is dropped. NULL is allowed. */
void socket_close (void *socket, int linger_ms);

/* A MONITOR socket that hears `events` (ZMQ_EVENT_…) of `socket`; NULL on failure. Close it after `socket`.
 */
void *socket_monitor (Bus *bus, void *socket, int events);

/* Takes one event off a monitor without waiting; 0 when there is none. */
int socket_monitor_event (void *monitor);

/* The failed handshakes of ZMQ_EVENT_…: without a monitor a wrong key is invisible. */
int socket_handshake_failures (void);

#endif
