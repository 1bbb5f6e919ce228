/* The memory of request ids. */
#include "world.h"

#include "bus/recent.h"

#include <sodium.h>

static void
test_remembers (void **state)
{
  enum { MANY = 8192 };
  static uint8_t ids[MANY][BUS_REQUEST_ID_SIZE];
  void *root = memory_context (NULL);
  Recent *recent = recent_new (root);
  unsigned forgotten = 0;
  (void)state;
  randombytes_buf_deterministic (ids, sizeof ids, (const unsigned char[32]){1});
  for (unsigned i = 0; i < MANY; i++) {
    assert_false (recent_seen (recent, ids[i], 1));
    assert_true (recent_seen (recent, ids[i], 1));                    /* the duplicate */
    assert_true (i < 1000 || recent_seen (recent, ids[i - 1000], 1)); /* also after a thousand others */
  }
  for (unsigned i = 0; i < MANY; i++)
    forgotten += !recent_seen (recent, ids[i], 1);
  assert_true (forgotten < MANY / 20);
  assert_false (recent_seen (recent, ids[0], 2)); /* a retry is another attempt */
  talloc_free (root);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test (test_remembers)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
