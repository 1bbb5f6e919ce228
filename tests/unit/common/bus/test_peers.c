/* The peers of a server: found again, aged, bounded. */
#include "world.h"

#include "bus/peers.h"

#include <string.h>

static PeerId
peer (unsigned number)
{
  PeerId id;
  const uint8_t bytes[5] = {0, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number, 7};
  assert_true (peer_from_bytes (&id, (Bytes){bytes, sizeof bytes}));
  return id;
}

static void
count (void *arg, const PeerId *id)
{
  (void)id;
  (*(unsigned *)arg)++;
}

static unsigned
heard_since (const Peers *peers, uint64_t since)
{
  unsigned number = 0;
  peers_visit (peers, since, count, &number);
  return number;
}

static void
test_ids (void **state)
{
  PeerId id;
  const uint8_t bytes[PEER_ID_MAX + 1] = {1};
  (void)state;
  assert_false (peer_from_bytes (&id, (Bytes){bytes, 0}));
  assert_false (peer_from_bytes (&id, (Bytes){bytes, PEER_ID_MAX + 1}));
  assert_true (peer_from_bytes (&id, (Bytes){bytes, PEER_ID_MAX}));
  PeerId shorter;
  assert_true (peer_from_bytes (&shorter, (Bytes){bytes, PEER_ID_MAX - 1})); /* zeros at the end count */
  assert_false (peer_same (&id, &shorter));
}

static void
test_memory (void **state)
{
  void *root = memory_context (NULL);
  Peers *peers = peers_new (root);
  (void)state;
  for (unsigned i = 0; i < 100; i++) {
    PeerId id = peer (i * 7919 % 100); /* in no order */
    peers_seen (peers, &id, 1000 + i);
  }
  assert_int_equal (heard_since (peers, 0), 100);
  assert_int_equal (heard_since (peers, 1050), 50);
  PeerId again = peer (0);
  peers_seen (peers, &again, 5000);
  assert_int_equal (heard_since (peers, 0), 100);
  assert_int_equal (heard_since (peers, 2000), 1);
  talloc_free (root);
}

static void
test_bound (void **state)
{
  void *root = memory_context (NULL);
  Peers *peers = peers_new (root);
  (void)state;
  for (unsigned i = 0; i < PEERS_MAX + 100; i++) {
    PeerId id = peer (i);
    peers_seen (peers, &id, 1000 + i);
  }
  assert_int_equal (heard_since (peers, 0), PEERS_MAX);
  assert_int_equal (heard_since (peers, 1000 + 100), PEERS_MAX); /* the oldest were forgotten */
  talloc_free (root);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_ids),
      cmocka_unit_test (test_memory),
      cmocka_unit_test (test_bound),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
