/* Peers in an array sorted by id: found by bisection on every message, inserted rarely. */
#include "bus/peers.h"

#include <string.h>

typedef struct PeerRow {
  PeerId id;
  uint64_t heard_us;
} PeerRow;

struct Peers {
  PeerRow *rows; /* sorted; room for PEERS_MAX grows with need */
  size_t count;
};

bool
peer_from_bytes (PeerId *peer, Bytes bytes)
{
  if (bytes.length == 0 || bytes.length > PEER_ID_MAX)
    return false;
  memset (peer, 0, sizeof *peer);
  peer->length = (uint8_t)bytes.length;
  memcpy (peer->bytes, bytes.data, bytes.length);
  return true;
}

bool
peer_same (const PeerId *left, const PeerId *right)
{
  return memcmp (left, right, sizeof *left) == 0;
}

Peers *
peers_new (void *owner)
{
  return memory_new (owner, Peers);
}

/* The index of the first row that is not before `peer`. */
static size_t
place_of (const Peers *peers, const PeerId *peer)
{
  size_t low = 0;
  size_t high = peers->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (memcmp (&peers->rows[middle].id, peer, sizeof *peer) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static void
forget (Peers *peers, size_t index)
{
  peers->count--;
  memmove (&peers->rows[index], &peers->rows[index + 1], (peers->count - index) * sizeof *peers->rows);
}

static size_t
oldest (const Peers *peers)
{
  size_t found = 0;
  for (size_t i = 1; i < peers->count; i++)
    if (peers->rows[i].heard_us < peers->rows[found].heard_us)
      found = i;
  return found;
}

void
peers_seen (Peers *peers, const PeerId *peer, uint64_t now_us)
{
  size_t place = place_of (peers, peer);
  if (place < peers->count && peer_same (&peers->rows[place].id, peer)) {
    peers->rows[place].heard_us = now_us;
    return;
  }
  if (peers->count == PEERS_MAX) {
    forget (peers, oldest (peers));
    place = place_of (peers, peer);
  }
  peers->rows = memory_must (talloc_realloc (peers, peers->rows, PeerRow, (unsigned)(peers->count + 1)));
  memmove (&peers->rows[place + 1], &peers->rows[place], (peers->count - place) * sizeof *peers->rows);
  peers->rows[place] = (PeerRow){*peer, now_us};
  peers->count++;
}

void
peers_visit (const Peers *peers, uint64_t since_us, void (*visit) (void *arg, const PeerId *peer), void *arg)
{
  for (size_t i = 0; i < peers->count; i++)
    if (peers->rows[i].heard_us >= since_us)
      visit (arg, &peers->rows[i].id);
}
