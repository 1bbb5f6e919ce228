/* Moving whole messages (a set of frames) in and out of a ZeroMQ socket. */
#ifndef HEIMO_BUS_FRAMES_H
#define HEIMO_BUS_FRAMES_H

#include "core/memory.h"

#include <stdbool.h>
#include <zmq.h>

enum { FRAMES_MAX = 5 /* peer, version, header, body, and one to tell that there were too many */ };

/* A received message. */
typedef struct FrameSet {
  zmq_msg_t frames[FRAMES_MAX];
  size_t count; /* frames kept; FRAMES_MAX when there were at least so many */
} FrameSet;

/* Takes one message without waiting; false when there is none. Frames beyond FRAMES_MAX are dropped. End it
 * with frames_close. */
bool frames_receive (void *socket, FrameSet *set);

void frames_close (FrameSet *set);

/* A view of one frame, valid until frames_close. */
Bytes frames_bytes (const FrameSet *set, size_t index);

/* A frame with a copy of bytes, or with a packed message. */
void frames_from_bytes (zmq_msg_t *frame, Bytes bytes);
void frames_from_message (zmq_msg_t *frame, const ProtobufCMessage *message);

/* Sends version, header and body (behind `peer`, on a ROUTER) without waiting. Always consumes header and
 * body. False with errno EAGAIN or EHOSTUNREACH when the message was not taken. */
bool frames_send (void *socket, const Bytes *peer, zmq_msg_t *header, zmq_msg_t *body);

#endif
