/* Multipart messages. A socket takes the first frame or refuses the whole; after that the rest is always
 * taken. */
#include "bus/frames.h"

#include "bus/wire.h"

#include <errno.h>
#include <string.h>

bool
frames_receive (void *socket, FrameSet *set)
{
  set->count = 0;
  for (int more = 1; more != 0;) {
    zmq_msg_t frame;
    zmq_msg_init (&frame);
    if (zmq_msg_recv (&frame, socket, ZMQ_DONTWAIT) < 0) {
      zmq_msg_close (&frame);
      break;
    }
    more = zmq_msg_more (&frame);
    if (set->count < FRAMES_MAX) {
      zmq_msg_init (&set->frames[set->count]);
      zmq_msg_move (&set->frames[set->count], &frame);
      set->count++;
    }
    zmq_msg_close (&frame);
  }
  return set->count > 0;
}

void
frames_close (FrameSet *set)
{
  for (size_t i = 0; i < set->count; i++)
    zmq_msg_close (&set->frames[i]);
  set->count = 0;
}

Bytes
frames_bytes (const FrameSet *set, size_t index)
{
  zmq_msg_t *frame = (zmq_msg_t *)&set->frames[index];
  return (Bytes){zmq_msg_data (frame), zmq_msg_size (frame)};
}

void
frames_from_bytes (zmq_msg_t *frame, Bytes bytes)
{
  if (zmq_msg_init_size (frame, bytes.length) != 0)
    memory_must (NULL);
  if (bytes.length != 0)
    memcpy (zmq_msg_data (frame), bytes.data, bytes.length);
}

void
frames_from_message (zmq_msg_t *frame, const ProtobufCMessage *message)
{
  if (zmq_msg_init_size (frame, protobuf_c_message_get_packed_size (message)) != 0)
    memory_must (NULL);
  protobuf_c_message_pack (message, zmq_msg_data (frame));
}

bool
frames_send (void *socket, const Bytes *peer, zmq_msg_t *header, zmq_msg_t *body)
{
  zmq_msg_t first;
  zmq_msg_t version;
  frames_from_bytes (&version, (Bytes){(const uint8_t *)WIRE_VERSION, strlen (WIRE_VERSION)});
  if (peer != NULL)
    frames_from_bytes (&first, *peer);
  zmq_msg_t *parts[] = {peer == NULL ? NULL : &first, &version, header, body};
  int error = 0;
  for (size_t i = 0; i < WIRE_FRAMES + 1; i++) {
    if (parts[i] == NULL)
      continue;
    if (error == 0 &&
        zmq_msg_send (parts[i], socket, ZMQ_DONTWAIT | (parts[i] == body ? 0 : ZMQ_SNDMORE)) >= 0)
      continue;
    error = error == 0 ? errno : error;
    zmq_msg_close (parts[i]);
  }
  errno = error;
  return error == 0;
}
