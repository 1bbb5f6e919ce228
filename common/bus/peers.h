/* The peers of a ROUTER: who they are and when they were last heard, so that GOAWAY can reach them. */
#ifndef HEIMO_BUS_PEERS_H
#define HEIMO_BUS_PEERS_H

#include "core/memory.h"

#include <stdbool.h>

enum { PEER_ID_MAX = 31, PEERS_MAX = 1024 };

/* The routing id of a connection; libzmq makes them with five bytes. */
typedef struct PeerId {
  uint8_t length;
  uint8_t bytes[PEER_ID_MAX];
} PeerId;

typedef struct Peers Peers;

/* False for an id that no client of ours has. */
bool peer_from_bytes (PeerId *peer, Bytes bytes);

bool peer_same (const PeerId *left, const PeerId *right);

Peers *peers_new (void *owner);

/* Notes that a peer was heard now. Of more than PEERS_MAX the one heard longest ago is forgotten. */
void peers_seen (Peers *peers, const PeerId *peer, uint64_t now_us);

/* Visits every peer heard at `since_us` or later. */
void peers_visit (const Peers *peers, uint64_t since_us, void (*visit) (void *arg, const PeerId *peer),
                  void *arg);

#endif
