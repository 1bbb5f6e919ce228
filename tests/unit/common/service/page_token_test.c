/* Page tokens: what is sealed comes back, and nothing else is accepted. */
#include "service/page_token.h"

#include "heimo/membership/v1/membership_service.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { NOW = 1800000000 };

static const char *const row[] = {"Virtanen", "", "0190a0b0-0000-7000-8000-000000000001"};

static PageTokenKey
key_of (const char *secret)
{
  return page_token_key ((Bytes){(const uint8_t *)secret, strlen (secret)});
}

static PageScope
scope_of (const char *subject, const char *query, uint32_t page_size, const char *token)
{
  ListPersonsRequest request = LIST_PERSONS_REQUEST__INIT;
  request.query = query;
  request.page_size = page_size;
  request.page_token = token;
  return page_token_scope (subject, &request.base);
}

static const char *
reason_of (Status status)
{
  return status_failed (status) ? status.detail->violations[0].reason : "OK";
}

static void
comes_back_as_sealed (void **state)
{
  (void)state;
  void *context = memory_context (NULL);
  PageTokenKey key = key_of ("secret");
  PageScope scope = scope_of ("anna", "virt", 50, "");
  char *token = page_token_seal (context, &key, scope, row, 3, NOW);
  const char *const *values;
  assert_true (strlen (token) <= PAGE_TOKEN_LENGTH_MAX);
  assert_null (strstr (token, "Virtanen"));
  assert_string_equal (reason_of (page_token_open (context, &key, scope, token, 3, NOW, &values)), "OK");
  for (size_t i = 0; i < 3; i++)
    assert_string_equal (values[i], row[i]);
  assert_string_equal (reason_of (page_token_open (context, &key, scope, "", 3, NOW, &values)), "OK");
  assert_null (values);
  talloc_free (context);
}

static void
page_size_and_token_do_not_bind (void **state)
{
  (void)state;
  PageScope first = scope_of ("anna", "virt", 50, "");
  PageScope second = scope_of ("anna", "virt", 100, "the token of the page before");
  assert_memory_equal (first.bytes, second.bytes, sizeof first.bytes);
}

typedef struct Refusal {
  const char *secret, *subject, *query;
  size_t expected;
  int64_t now;
  const char *reason;
} Refusal;

static void
everything_else_binds (void **state)
{
  (void)state;
  static const Refusal cases[] = {
      {"secret", "anna", "virt", 3, NOW + PAGE_TOKEN_LIFE_SECONDS, "OK"},
      {"secret", "anna", "virt", 3, NOW + PAGE_TOKEN_LIFE_SECONDS + 1, "PAGE_TOKEN_EXPIRED"},
      {"other", "anna", "virt", 3, NOW, "PAGE_TOKEN_INVALID"},
      {"secret", "bert", "virt", 3, NOW, "PAGE_TOKEN_INVALID"},
      {"secret", "anna", "korh", 3, NOW, "PAGE_TOKEN_INVALID"},
      {"secret", "anna", "virt", 2, NOW, "PAGE_TOKEN_INVALID"},
      {"secret", "anna", "virt", 4, NOW, "PAGE_TOKEN_INVALID"},
  };
  void *context = memory_context (NULL);
  PageTokenKey key = key_of ("secret");
  char *token = page_token_seal (context, &key, scope_of ("anna", "virt", 50, ""), row, 3, NOW);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const Refusal *c = &cases[i];
    PageTokenKey other = key_of (c->secret);
    const char *const *values;
    Status status = page_token_open (context, &other, scope_of (c->subject, c->query, 50, ""), token,
                                     c->expected, c->now, &values);
    assert_string_equal (reason_of (status), c->reason);
  }
  talloc_free (context);
}

static void
damage_is_refused (void **state)
{
  (void)state;
  void *context = memory_context (NULL);
  PageTokenKey key = key_of ("secret");
  PageScope scope = scope_of ("anna", "virt", 50, "");
  char *token = page_token_seal (context, &key, scope, row, 3, NOW);
  size_t length = strlen (token);
  const char *const *values;
  for (size_t i = 0; i < length; i++) {
    char *damaged = memory_string (context, token);
    damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
    assert_string_equal (reason_of (page_token_open (context, &key, scope, damaged, 3, NOW, &values)),
                         "PAGE_TOKEN_INVALID");
    damaged[i] = '\0';
    assert_string_equal (reason_of (page_token_open (context, &key, scope, damaged, 3, NOW, &values)),
                         i == 0 ? "OK" : "PAGE_TOKEN_INVALID");
  }
  talloc_free (context);
}

int
main (void)
{
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test (comes_back_as_sealed),
      cmocka_unit_test (page_size_and_token_do_not_bind),
      cmocka_unit_test (everything_else_binds),
      cmocka_unit_test (damage_is_refused),
  };
  return sodium_init () < 0 ? 1 : cmocka_run_group_tests (tests, NULL, NULL);
}
