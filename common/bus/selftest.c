/* CURVE without a handler lets every stranger in, and so does an enforced empty domain (measured, see
 * README.md): the combination is too easy to get wrong to be taken on trust, so each start proves it on a
 * socket opened the same way.
 */
#include "bus/selftest.h"

#include "bus/socket.h"

#include <string.h>
#include <zmq.h>

enum { PATIENCE_MS = 3000, ENDPOINT_SIZE = 128 };

/* Opens a DEALER as a stranger would: right server key, own valid key pair that is on no list. */
static void *
open_stranger (Bus *bus)
{
  Bus stranger = {.zmq = bus->zmq, .keys = bus->keys};
  if (zmq_curve_keypair (stranger.public_key, stranger.secret_key) != 0)
    return NULL;
  return socket_open (&stranger, SOCKET_DEALER, bus->public_key);
}

/* True when the server's monitor reports the refusal before a message arrives. */
static bool
refused (void *server, void *monitor, void *stranger)
{
  uint64_t end = bus_now_us () + (uint64_t)PATIENCE_MS * 1000u;
  zmq_pollitem_t items[] = {
      {server, 0, ZMQ_POLLIN, 0}, {monitor, 0, ZMQ_POLLIN, 0}, {stranger, 0, ZMQ_POLLOUT, 0}};
  while (bus_now_us () < end && zmq_poll (items, 3, 100) >= 0) {
    if ((items[0].revents & ZMQ_POLLIN) != 0)
      return false;
    if ((items[2].revents & ZMQ_POLLOUT) != 0)
      zmq_send (stranger, "stranger", 8, ZMQ_DONTWAIT);
    if ((items[1].revents & ZMQ_POLLIN) != 0 &&
        (socket_monitor_event (monitor) & ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) != 0)
      return true;
  }
  return false;
}

Status
selftest_strangers_are_refused (Bus *bus, void *owner)
{
  char endpoint[ENDPOINT_SIZE];
  size_t size = sizeof endpoint;
  bool proven = false;
  void *server = socket_open (bus, SOCKET_ROUTER, NULL);
  void *stranger = open_stranger (bus);
  void *monitor = server == NULL ? NULL : socket_monitor (bus, server, socket_handshake_failures ());
  if (server != NULL && stranger != NULL && monitor != NULL && zmq_bind (server, "tcp://127.0.0.1:*") == 0 &&
      zmq_getsockopt (server, ZMQ_LAST_ENDPOINT, endpoint, &size) == 0 &&
      zmq_connect (stranger, endpoint) == 0)
    proven = refused (server, monitor, stranger);
  socket_close (stranger, 0);
  socket_close (server, 0);
  socket_close (monitor, 0);
  return proven
             ? STATUS_SUCCESS
             : bus_misconfigured (owner, "a stranger's key was not refused; not starting without protection");
}
