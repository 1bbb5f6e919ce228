/* Rates, places and forgetting, on a clock of our own. */
#include "core/memory.h"
#include "gateway/limiter.h"

#include <sodium.h>
#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SECOND = 1000000 };

static LimiterVerdict
ask (Limiter *limiter, const char *address, int64_t now, LimiterClient **client)
{
  unsigned retry;
  return limiter_admit (limiter, address, LIMITER_CALL, now, client, &retry);
}

/* Asks and gives back at once. */
static LimiterVerdict
pass (Limiter *limiter, const char *address, int64_t now)
{
  LimiterClient *client = NULL;
  LimiterVerdict verdict = ask (limiter, address, now, &client);
  if (verdict == LIMITER_ADMITTED)
    limiter_release (limiter, client, LIMITER_CALL);
  return verdict;
}

static void
test_rate (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  Limiter *limiter = limiter_new (owner, &(LimiterRules){.rate = 10, .burst = 3});
  for (int i = 0; i < 3; i++)
    assert_int_equal (pass (limiter, "192.0.2.1", SECOND), LIMITER_ADMITTED);
  assert_int_equal (pass (limiter, "192.0.2.1", SECOND), LIMITER_TOO_FAST);
  assert_int_equal (pass (limiter, "192.0.2.2", SECOND), LIMITER_ADMITTED);
  assert_int_equal (pass (limiter, "192.0.2.1", SECOND + SECOND / 20), LIMITER_TOO_FAST);
  assert_int_equal (pass (limiter, "192.0.2.1", SECOND + SECOND / 10), LIMITER_ADMITTED);
  assert_int_equal (pass (limiter, "192.0.2.1", SECOND + SECOND / 10), LIMITER_TOO_FAST);
  for (int i = 0; i < 3; i++)
    assert_int_equal (pass (limiter, "192.0.2.1", 100 * (int64_t)SECOND), LIMITER_ADMITTED);
  assert_int_equal (pass (limiter, "192.0.2.1", 100 * (int64_t)SECOND), LIMITER_TOO_FAST);
  talloc_free (owner);
}

static void
test_retry_says_when (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  Limiter *limiter = limiter_new (owner, &(LimiterRules){.rate = 2, .burst = 1});
  LimiterClient *client;
  unsigned retry;
  assert_int_equal (limiter_admit (limiter, "192.0.2.1", LIMITER_CALL, 0, &client, &retry), LIMITER_ADMITTED);
  assert_int_equal (limiter_admit (limiter, "192.0.2.1", LIMITER_CALL, 0, &client, &retry), LIMITER_TOO_FAST);
  assert_in_range (retry, 500, 501);
  talloc_free (owner);
}

/* Addresses of one IPv6 network are one client; the machine itself is none. */
static void
test_who_is_one_client (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  Limiter *limiter = limiter_new (owner, &(LimiterRules){.rate = 1, .burst = 1});
  assert_int_equal (pass (limiter, "2001:db8::1", 0), LIMITER_ADMITTED);
  assert_int_equal (pass (limiter, "2001:db8::ffff:2", 0), LIMITER_TOO_FAST);
  assert_int_equal (pass (limiter, "2001:db8:0:1::1", 0), LIMITER_ADMITTED);
  static const char *const own[] = {"127.0.0.1", "::1", "", "::ffff:127.0.0.1"};
  for (size_t i = 0; i < 4; i++) {
    for (int j = 0; j < 5; j++)
      assert_int_equal (pass (limiter, own[i], 0), i == 2 ? pass (limiter, own[i], 0) : LIMITER_ADMITTED);
  }
  talloc_free (owner);
}

static void
test_places (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  LimiterRules rules = {.calls = 3, .calls_per_client = 2, .streams = 10, .streams_per_client = 1};
  Limiter *limiter = limiter_new (owner, &rules);
  LimiterClient *one, *other, *stream;
  unsigned retry;
  assert_int_equal (ask (limiter, "192.0.2.1", 0, &one), LIMITER_ADMITTED);
  assert_int_equal (ask (limiter, "192.0.2.1", 0, &one), LIMITER_ADMITTED);
  assert_int_equal (ask (limiter, "192.0.2.1", 0, &one), LIMITER_TOO_MANY_CALLS);
  assert_int_equal (ask (limiter, "192.0.2.2", 0, &other), LIMITER_ADMITTED);
  assert_int_equal (ask (limiter, "192.0.2.2", 0, &other), LIMITER_FULL);
  assert_int_equal (ask (limiter, "127.0.0.1", 0, &other), LIMITER_FULL);
  assert_int_equal (limiter_admit (limiter, "192.0.2.1", LIMITER_STREAM, 0, &stream, &retry),
                    LIMITER_ADMITTED);
  assert_int_equal (limiter_admit (limiter, "192.0.2.1", LIMITER_STREAM, 0, &stream, &retry),
                    LIMITER_TOO_MANY_STREAMS);
  limiter_release (limiter, one, LIMITER_CALL);
  assert_int_equal (ask (limiter, "192.0.2.1", 0, &one), LIMITER_ADMITTED);
  talloc_free (owner);
}

static void
test_quiet_clients_are_forgotten (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  Limiter *limiter = limiter_new (owner, &(LimiterRules){.rate = 100, .burst = 10});
  LimiterClient *held = NULL;
  assert_int_equal (ask (limiter, "198.51.100.1", 0, &held), LIMITER_ADMITTED);
  for (int i = 0; i < 70000; i++) {
    char address[32];
    snprintf (address, sizeof address, "10.%d.%d.1", i >> 8 & 255, i & 255);
    (void)pass (limiter, address, 0);
  }
  assert_in_range (limiter_clients (limiter), 60000, 65536);
  (void)pass (limiter, "192.0.2.1", 60 * (int64_t)SECOND);
  assert_int_equal (limiter_clients (limiter), 2);
  limiter_release (limiter, held, LIMITER_CALL);
  talloc_free (owner);
}

int
main (void)
{
  if (sodium_init () < 0)
    return 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_rate),
      cmocka_unit_test (test_retry_says_when),
      cmocka_unit_test (test_who_is_one_client),
      cmocka_unit_test (test_places),
      cmocka_unit_test (test_quiet_clients_are_forgotten),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
