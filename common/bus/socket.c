/* Every socket option of the bus, in one table and one function; a test greps that nobody else sets any.
 * Figures are measured or reasoned in README.md.
 */
#include "bus/socket.h"

#include "bus/zap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

/* Accepted by libzmq 4.3.4 at run time, but inside the DRAFT block of Debian's zmq.h. */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

enum { R = 1 << SOCKET_ROUTER, D = 1 << SOCKET_DEALER, P = 1 << SOCKET_PUB, S = 1 << SOCKET_SUB };
enum { Z = 1 << SOCKET_ZAP, M = 1 << SOCKET_MONITOR, WIRE = R | D | P | S, ALL = WIRE | Z | M };

static const int types[SOCKET_ROLES] = {
    [SOCKET_ROUTER] = ZMQ_ROUTER, [SOCKET_DEALER] = ZMQ_DEALER, [SOCKET_PUB] = ZMQ_PUB,
    [SOCKET_SUB] = ZMQ_SUB,       [SOCKET_ZAP] = ZMQ_REP,       [SOCKET_MONITOR] = ZMQ_PAIR,
};

typedef struct OptionRow {
  int option;
  int value;
  int roles;
} OptionRow;

static const OptionRow option_rows[] = {
    /* The default is to wait for ever at close; a drained server passes its own time to socket_close. */
    {ZMQ_LINGER, 0, ALL},
    /* 0 is the default and must stay: with ZMTP heartbeats a full queue and a dying peer abort the process.
     */
    {ZMQ_HEARTBEAT_IVL, 0, WIRE},
    /* Memory fuses, not flow control: the windows are. */
    {ZMQ_SNDHWM, 1000, R | D | P},
    {ZMQ_RCVHWM, 1000, R | D},
    /* Nudges are conflated at once; more than these would be stale. */
    {ZMQ_RCVHWM, 100, S},
    /* Without limit: a full monitor would block libzmq's I/O thread. Events are rare. */
    {ZMQ_RCVHWM, 0, M},
    /* Never queue for a peer that is not there: it would be delivered after the caller gave up. */
    {ZMQ_IMMEDIATE, 1, D},
    /* A reply to a client that has gone is an error to count, not a silent drop. */
    {ZMQ_ROUTER_MANDATORY, 1, R},
    /* Identities are automatic; nobody may take over another's. */
    {ZMQ_ROUTER_HANDOVER, 0, R},
    /* libzmq's own reconnects; a replica that stays away is closed and reopened by us, with jitter. */
    {ZMQ_RECONNECT_IVL, 50, D},
    {ZMQ_RECONNECT_IVL_MAX, 250, D},
    {ZMQ_RECONNECT_IVL, 100, S},
    {ZMQ_RECONNECT_IVL_MAX, 1000, S},
    /* Half-open connections: found by our PING first, by the kernel at last. */
    {ZMQ_TCP_KEEPALIVE, 1, WIRE},
    {ZMQ_TCP_KEEPALIVE_IDLE, 10, WIRE},
    {ZMQ_TCP_KEEPALIVE_INTVL, 5, WIRE},
    {ZMQ_TCP_KEEPALIVE_CNT, 3, WIRE},
    {ZMQ_TCP_MAXRT, 10000, WIRE},
    {ZMQ_CONNECT_TIMEOUT, 2000, D | S},
    /* A peer that connects and says nothing is let go. */
    {ZMQ_HANDSHAKE_IVL, 5000, WIRE},
    /* Clusters may have IPv6 only. */
    {ZMQ_IPV6, 1, WIRE},
};

/* CURVE: the binding side is the server, always. */
static int
set_keys (Bus *bus, void *socket, SocketRole role, const char *server_key)
{
  int on = 1;
  if (bus->keys == NULL || role == SOCKET_ZAP || role == SOCKET_MONITOR)
    return 0;
  if (zmq_setsockopt (socket, ZMQ_CURVE_SECRETKEY, bus->secret_key, KEY_TEXT_SIZE) != 0)
    return -1;
  if (role == SOCKET_ROUTER || role == SOCKET_PUB) {
    /* Only with a domain is the handler asked, and only with ENFORCE does its absence mean no. */
    if (zmq_setsockopt (socket, ZMQ_CURVE_SERVER, &on, sizeof on) != 0 ||
        zmq_setsockopt (socket, ZMQ_ZAP_DOMAIN, ZAP_DOMAIN, strlen (ZAP_DOMAIN)) != 0)
      return -1;
    return zmq_setsockopt (socket, ZMQ_ZAP_ENFORCE_DOMAIN, &on, sizeof on);
  }
  if (zmq_setsockopt (socket, ZMQ_CURVE_PUBLICKEY, bus->public_key, KEY_TEXT_SIZE) != 0)
    return -1;
  return zmq_setsockopt (socket, ZMQ_CURVE_SERVERKEY, server_key, KEY_TEXT_SIZE);
}

static int
set_options (Bus *bus, void *socket, SocketRole role, const char *server_key)
{
  int64_t largest = BUS_BODY_MAX;
  for (size_t i = 0; i < sizeof option_rows / sizeof *option_rows; i++) {
    const OptionRow *row = &option_rows[i];
    if ((row->roles & 1 << role) != 0 &&
        zmq_setsockopt (socket, row->option, &row->value, sizeof row->value) != 0)
      return -1;
  }
  /* The default is no limit; a larger frame closes its connection. */
  if (zmq_setsockopt (socket, ZMQ_MAXMSGSIZE, &largest, sizeof largest) != 0)
    return -1;
  /* One SUB per source, which wants everything from it. */
  if (role == SOCKET_SUB && zmq_setsockopt (socket, ZMQ_SUBSCRIBE, "", 0) != 0)
    return -1;
  return set_keys (bus, socket, role, server_key);
}

void *
socket_open (Bus *bus, SocketRole role, const char *server_key)
{
  void *socket = zmq_socket (bus->zmq, types[role]);
  if (socket == NULL || set_options (bus, socket, role, server_key) == 0)
    return socket;
  int error = errno;
  zmq_close (socket);
  errno = error;
  return NULL;
}

void
socket_close (void *socket, int linger_ms)
{
  if (socket == NULL)
    return;
  zmq_setsockopt (socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
  zmq_close (socket);
}

void *
socket_monitor (Bus *bus, void *socket, int events)
{
  char name[64];
  snprintf (name, sizeof name, "inproc://monitor-%u", atomic_fetch_add (&bus->monitors, 1));
  if (zmq_socket_monitor (socket, name, events) != 0)
    return NULL;
  void *monitor = socket_open (bus, SOCKET_MONITOR, NULL);
  if (monitor != NULL && zmq_connect (monitor, name) == 0)
    return monitor;
  socket_close (monitor, 0);
  return NULL;
}

int
socket_monitor_event (void *monitor)
{
  uint8_t first[6];
  uint16_t event = 0;
  if (zmq_recv (monitor, first, sizeof first, ZMQ_DONTWAIT) != (int)sizeof first)
    return 0;
  zmq_recv (monitor, NULL, 0, ZMQ_DONTWAIT); /* the address */
  memcpy (&event, first, sizeof event);
  return event;
}

int
socket_handshake_failures (void)
{
  return ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
         ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
}
