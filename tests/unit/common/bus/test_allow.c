/* The allow-list: what is a list, and what it allows. */
#include "world.h"

#include "bus/allow.h"

#include <string.h>

#define KEY_A "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
#define KEY_B "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"

static void
test_good_list (void **state)
{
  static const struct {
    const char *key;
    const char *method;
    AllowVerdict verdict;
    const char *principal;
  } cases[] = {
      {KEY_A, NULL, ALLOW_GRANTED, "gateway"},
      {KEY_A, "heimo.membership.v1.MembershipService/GetPerson", ALLOW_GRANTED, "gateway"},
      {KEY_A, "heimo.bus.v1.EventLogService/ListEvents", ALLOW_REFUSED, "gateway"},
      {KEY_A, "heimo.common.v1.RunService/GetRun", ALLOW_GRANTED, "gateway"},
      {KEY_A, "heimo.common.v1.RunService/GetRunX", ALLOW_REFUSED, "gateway"},
      {KEY_B, "heimo.bus.v1.EventLogService/ListEvents", ALLOW_GRANTED, "hierarchy"},
      {KEY_B, "heimo.bus.v1.EventLogService", ALLOW_REFUSED, "hierarchy"},
      {"", NULL, ALLOW_STRANGER, ""},
      {"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hIE", NULL, ALLOW_STRANGER, ""},
  };
  void *root = memory_context (NULL);
  AllowBook *book = allow_book_new (root);
  (void)state;
  Status status =
      allow_book_parse (book, root, "allow",
                        "# who  key  methods\r\n"
                        "\n"
                        "  gateway " KEY_A " heimo.membership.v1.*  heimo.common.v1.RunService/GetRun\r\n"
                        "hierarchy\t" KEY_B "\theimo.bus.v1.EventLogService/*");
  assert_false (status_failed (status));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char principal[PRINCIPAL_SIZE] = "";
    assert_int_equal (allow_book_check (book, cases[i].key, cases[i].method, principal), cases[i].verdict);
    assert_string_equal (principal, cases[i].principal);
  }
  talloc_free (root);
}

static void
test_bad_lists (void **state)
{
  static const struct {
    const char *text;
    const char *message;
  } cases[] = {
      {"gateway\n", "list:1: the key"},
      {"\n\nGateway " KEY_A " *\n", "list:3: the principal"},
      {"gateway " KEY_A "\n", "list:1: methods are missing"},
      {"gateway short *\n", "list:1: the key"},
      {"gateway " KEY_A "x *\n", "list:1: the key"},
      {"gateway rq:rM>}U?@Lns47E1~kR.o@n%FcmmsL/@{H8]yf7 *\n", "list:1: the key"},
      {"a " KEY_A " *\nb " KEY_A " *\n", "list:2: the key occurs twice"},
  };
  void *root = memory_context (NULL);
  AllowBook *book = allow_book_new (root);
  char principal[PRINCIPAL_SIZE];
  (void)state;
  assert_false (status_failed (allow_book_parse (book, root, "list", "old " KEY_B " *")));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Status status = allow_book_parse (book, root, "list", cases[i].text);
    assert_string_equal (status.detail->reason, "BUS_CONFIGURATION");
    assert_non_null (strstr (status.detail->message, cases[i].message));
    assert_int_equal (allow_book_check (book, KEY_B, NULL, principal), ALLOW_GRANTED); /* the old one stays */
  }
  talloc_free (root);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test (test_good_list), cmocka_unit_test (test_bad_lists)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
