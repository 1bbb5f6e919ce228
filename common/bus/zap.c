/* The ZAP handler (RFC 27). Its thread owns one REP socket and only looks keys up: no I/O, nothing that
 * blocks, because every handshake of the process waits for it. It answers malformed requests too; an
 * unanswered one would block all later ones.
 *
 * The User-Id it hands to the connection is the key itself, not the principal: so a key that is taken off the
 * list is refused on its next message, and not only when it connects again.
 */
#include "bus/zap.h"

#include "bus/allow.h"
#include "bus/socket.h"

#include <string.h>
#include <zmq.h>

/* The frames of a request, RFC 27. */
enum {
  FRAME_VERSION,
  FRAME_REQUEST,
  FRAME_DOMAIN,
  FRAME_ADDRESS,
  FRAME_IDENTITY,
  FRAME_MECHANISM,
  FRAME_KEY,
  FRAMES
};

enum { FRAME_SIZE = 256, RAW_KEY_SIZE = 32 };

struct Zap {
  Bus *bus;
  void *socket;
  pthread_t thread;
};

typedef struct ZapFrame {
  uint8_t bytes[FRAME_SIZE];
  size_t length; /* of the frame as sent; more than FRAME_SIZE when it was cut */
} ZapFrame;

/* Reads one request whole. The number of frames, or -1 when the context has ended. */
static int
receive (void *socket, ZapFrame frames[FRAMES])
{
  int count = 0;
  int more = 1;
  size_t size = sizeof more;
  memset (frames, 0, sizeof (ZapFrame) * FRAMES);
  while (more) {
    ZapFrame spare;
    ZapFrame *frame = count < FRAMES ? &frames[count] : &spare;
    int length = zmq_recv (socket, frame->bytes, sizeof frame->bytes, 0);
    if (length < 0)
      return -1;
    frame->length = (size_t)length;
    count++;
    if (zmq_getsockopt (socket, ZMQ_RCVMORE, &more, &size) != 0)
      return -1;
  }
  return count;
}

static bool
is (const ZapFrame *frame, const char *text)
{
  return frame->length == strlen (text) && memcmp (frame->bytes, text, frame->length) == 0;
}

/* Decides; writes the key in Z85. */
static bool
admit (Bus *bus, const ZapFrame frames[FRAMES], int count, char key[KEY_TEXT_SIZE])
{
  char principal[PRINCIPAL_SIZE];
  *key = '\0';
  return count == FRAMES && is (&frames[FRAME_VERSION], "1.0") && is (&frames[FRAME_DOMAIN], ZAP_DOMAIN) &&
         is (&frames[FRAME_MECHANISM], "CURVE") && frames[FRAME_KEY].length == RAW_KEY_SIZE &&
         zmq_z85_encode (key, frames[FRAME_KEY].bytes, RAW_KEY_SIZE) != NULL &&
         allow_book_check (bus->allow, key, NULL, principal) == ALLOW_GRANTED;
}

static void
answer (void *socket, const ZapFrame *request, bool admitted, const char *key)
{
  size_t length = request->length < FRAME_SIZE ? request->length : FRAME_SIZE;
  const char *code = admitted ? "200" : "400";
  const char *text = admitted ? "OK" : "not on the allow-list";
  const char *user = admitted ? key : "";
  zmq_send (socket, "1.0", 3, ZMQ_SNDMORE);
  zmq_send (socket, request->bytes, length, ZMQ_SNDMORE);
  zmq_send (socket, code, strlen (code), ZMQ_SNDMORE);
  zmq_send (socket, text, strlen (text), ZMQ_SNDMORE);
  zmq_send (socket, user, strlen (user), ZMQ_SNDMORE);
  zmq_send (socket, "", 0, 0);
}

static void *
run (void *argument)
{
  Zap *zap = argument;
  ZapFrame frames[FRAMES];
  for (int count; (count = receive (zap->socket, frames)) >= 0;) {
    char key[KEY_TEXT_SIZE];
    bool admitted = admit (zap->bus, frames, count, key);
    counter_add (zap->bus, admitted ? COUNTER_ZAP_ACCEPTED : COUNTER_ZAP_REFUSED);
    answer (zap->socket, &frames[FRAME_REQUEST], admitted, key);
  }
  socket_close (zap->socket, 0);
  return NULL;
}

Status
zap_start (Bus *bus, void *owner, Zap **zap)
{
  Zap *made = memory_new (bus, Zap);
  made->bus = bus;
  made->socket = socket_open (bus, SOCKET_ZAP, NULL);
  if (made->socket == NULL || zmq_bind (made->socket, "inproc://zeromq.zap.01") != 0)
    return bus_misconfigured (owner, "the key handler cannot bind: %s", zmq_strerror (zmq_errno ()));
  if (pthread_create (&made->thread, NULL, run, made) != 0)
    return bus_misconfigured (owner, "the key handler's thread cannot start");
  *zap = made;
  return STATUS_SUCCESS;
}

void
zap_stop (Zap *zap)
{
  pthread_join (zap->thread, NULL);
}
