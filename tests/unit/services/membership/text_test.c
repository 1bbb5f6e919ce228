/* Small pure pieces: identity codes, member numbers, periods, encodings, sealed values. */
#include "services/membership/encoding.h"
#include "services/membership/identity_code.h"
#include "services/membership/member_number.h"
#include "services/membership/period.h"
#include "services/membership/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static void
identity_codes (void **state)
{
  (void)state;
  static const struct {
    const char *text, *reason, *birth_date;
  } cases[] = {
      {"131052-308T", NULL, "1952-10-13"},          {"131052-308t", NULL, "1952-10-13"},
      {"010594Y9032", NULL, "1994-05-01"},          {"020516C903K", NULL, "2016-05-02"},
      {"010190-900P", NULL, "1990-01-01"},          {"131052+308T", NULL, "1852-10-13"},
      {"131052-308S", "IDENTITY_CODE_CHECK", ""},   {"310252-308T", "IDENTITY_CODE_DATE", ""},
      {"290201-9001", "IDENTITY_CODE_DATE", ""},    {"131052G308T", "IDENTITY_CODE_FORMAT", ""},
      {"131052-001T", "IDENTITY_CODE_FORMAT", ""},  {"131052-308", "IDENTITY_CODE_FORMAT", ""},
      {"131052-308TT", "IDENTITY_CODE_FORMAT", ""}, {"13105a-308T", "IDENTITY_CODE_FORMAT", ""},
      {"131052-308I", "IDENTITY_CODE_FORMAT", ""},  {"", "IDENTITY_CODE_FORMAT", ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    IdentityCode code;
    const char *reason = identity_code_read (cases[i].text, &code);
    assert_string_equal (reason == NULL ? "fine" : reason,
                         cases[i].reason == NULL ? "fine" : cases[i].reason);
    char day[DAY_TEXT_SIZE];
    if (reason == NULL)
      assert_string_equal (day_format (code.birth_date, day), cases[i].birth_date);
  }
  char masked[IDENTITY_CODE_SIZE];
  identity_code_mask ("131052-308T", masked);
  assert_string_equal (masked, "131052-3***");
  assert_true (identity_code_is_mask (masked));
  assert_false (identity_code_is_mask ("131052-308T"));
}

static void
member_numbers (void **state)
{
  (void)state;
  char buffer[MEMBER_NUMBER_SIZE];
  assert_string_equal (member_number_write (7992739871, buffer), "79927398713");
  assert_string_equal (member_number_write (1000001, buffer), "10000016");
  assert_true (member_number_is_valid ("79927398713"));
  static const char *const wrong[] = {"79927398710", "79927398731", "", "0", "7992739871a"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_false (member_number_is_valid (wrong[i]));
}

static void
periods_are_cut (void **state)
{
  (void)state;
  static const struct {
    Period old, cut;
    size_t count;
    Period rest[2];
  } cases[] = {
      {{10, 20}, {20, 30}, 1, {{10, 20}}},
      {{10, 20}, {0, 10}, 1, {{10, 20}}},
      {{10, 20}, {15, 30}, 1, {{10, 15}}},
      {{10, 20}, {5, 15}, 1, {{15, 20}}},
      {{10, 20}, {12, 15}, 2, {{10, 12}, {15, 20}}},
      {{10, 20}, {10, 20}, 0, {{0, 0}}},
      {{10, 20}, {DAY_MIN, DAY_MAX}, 0, {{0, 0}}},
      {{DAY_MIN, DAY_MAX}, {12, DAY_MAX}, 1, {{DAY_MIN, 12}}},
      {{DAY_MIN, DAY_MAX}, {12, 13}, 2, {{DAY_MIN, 12}, {13, DAY_MAX}}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Period rest[2] = {{0, 0}, {0, 0}};
    assert_int_equal (period_cut (cases[i].old, cases[i].cut, rest), cases[i].count);
    assert_memory_equal (rest, cases[i].rest, cases[i].count * sizeof *rest);
    assert_int_equal (period_overlaps (cases[i].old, cases[i].cut), i >= 2);
  }
}

static void
periods_are_read (void **state)
{
  (void)state;
  static const struct {
    const char *from, *to, *field, *reason;
  } cases[] = {
      {"", "", "", ""},
      {"2026-01-01", "2026-01-02", "", ""},
      {"2026-02-30", "", "address.validFrom", "INVALID_DATE"},
      {"", "yesterday", "address.validTo", "INVALID_DATE"},
      {"2026-01-02", "2026-01-02", "address.validTo", "PERIOD_EMPTY"},
      {"2026-01-02", "2026-01-01", "address.validTo", "PERIOD_EMPTY"},
  };
  void *context = memory_context (NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Period period;
    Status status = period_read (context, "address.", cases[i].from, cases[i].to, 100, &period);
    FieldViolation none = {"", "", ""};
    const FieldViolation *violation = status_failed (status) ? status.detail->violations : &none;
    assert_string_equal (violation->field, cases[i].field);
    assert_string_equal (violation->reason, cases[i].reason);
  }
  talloc_free (context);
}

#define BYTES(literal) ((Bytes){(const uint8_t *)(literal), sizeof (literal) - 1})

static void
encodings_are_told_apart (void **state)
{
  (void)state;
  static const struct {
    Bytes head;
    bool whole;
    const char *name;
  } cases[] = {
      {BYTES (""), true, "UTF-8"},
      {BYTES ("name,town\n"), true, "UTF-8"},
      {BYTES ("J\xc3\xa4rvinen"), true, "UTF-8"},
      {BYTES ("J\xc3"), false, "UTF-8"},
      {BYTES ("J\xc3"), true, "WINDOWS-1252"},
      {BYTES ("J\xe4rvinen"), true, "WINDOWS-1252"},
      {BYTES ("\xef\xbb\xbfname"), true, "UTF-8-BOM"},
      {BYTES ("\xff\xfen\0a\0"), true, "UTF-16LE"},
      {BYTES ("\xfe\xff\0n\0a"), true, "UTF-16BE"},
      {BYTES ("n\0a\0m\0e\0"), true, "UTF-16LE"},
      {BYTES ("\0n\0a\0m\0e"), true, "UTF-16BE"},
      {BYTES ("name,town\nAnna,\0\n"), true, "UTF-8"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_string_equal (encoding_name (encoding_detect (cases[i].head, cases[i].whole)), cases[i].name);
}

static void
encodings_are_converted (void **state)
{
  (void)state;
  static const struct {
    Encoding encoding;
    Bytes raw;
    const char *text;
    size_t used;
  } cases[] = {
      {ENCODING_UTF8, BYTES ("J\xc3\xa4"), "J\xc3\xa4", 3},
      {ENCODING_WINDOWS_1252, BYTES ("J\xe4 \x80"), "J\xc3\xa4 \xe2\x82\xac", 4},
      {ENCODING_UTF16LE, BYTES ("J\0\xe4\0\x3d\xd8\x00\xde"), "J\xc3\xa4\xf0\x9f\x98\x80", 8},
      {ENCODING_UTF16BE, BYTES ("\0J\0\xe4\0"), "J\xc3\xa4", 4},
      {ENCODING_WINDOWS_1252, BYTES ("\x81"), NULL, 0},
      {ENCODING_UTF16LE,
       BYTES ("\x00\xde"
              "a\0"),
       NULL, 0},
  };
  void *context = memory_context (NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Bytes utf8;
    size_t used;
    Status status = encoding_convert (context, cases[i].encoding, cases[i].raw, &utf8, &used);
    assert_int_equal (status_failed (status), cases[i].text == NULL);
    if (status_failed (status))
      continue;
    assert_int_equal (utf8.length, strlen (cases[i].text));
    assert_memory_equal (utf8.data, cases[i].text, utf8.length);
    assert_int_equal (used, cases[i].used);
    assert_int_equal (encoding_raw_length (cases[i].encoding, utf8), used);
  }
  talloc_free (context);
}

static void
secrets_open_only_in_their_place (void **state)
{
  (void)state;
  void *context = memory_context (NULL);
  DataKey key, other;
  uint8_t secret[32] = {1};
  assert_false (status_failed (data_key_derive (context, (Bytes){secret, sizeof secret}, &key)));
  secret[0] = 2;
  assert_false (status_failed (data_key_derive (context, (Bytes){secret, sizeof secret}, &other)));
  assert_true (status_failed (data_key_derive (context, (Bytes){secret, 31}, &other)));
  Bytes sealed = secret_seal (context, &key, "person|code", "row 1", BYTES ("131052-308T"));
  Bytes plain;
  assert_false (status_failed (secret_open (context, &key, "person|code", "row 1", sealed, &plain)));
  assert_string_equal ((const char *)plain.data, "131052-308T");
  assert_true (status_failed (secret_open (context, &key, "person|code", "row 2", sealed, &plain)));
  assert_true (status_failed (secret_open (context, &key, "person|mail", "row 1", sealed, &plain)));
  assert_true (status_failed (secret_open (context, &other, "person|code", "row 1", sealed, &plain)));
  assert_true (
      status_failed (secret_open (context, &key, "person|code", "row 1", (Bytes){sealed.data, 20}, &plain)));
  Bytes index = secret_index (context, &key, "person|code", "federation", "131052-308T");
  assert_memory_equal (index.data,
                       secret_index (context, &key, "person|code", "federation", "131052-308T").data, 16);
  assert_memory_not_equal (index.data,
                           secret_index (context, &key, "person|code", "another", "131052-308T").data, 16);
  talloc_free (context);
}

int
main (void)
{
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test (identity_codes),
      cmocka_unit_test (member_numbers),
      cmocka_unit_test (periods_are_cut),
      cmocka_unit_test (periods_are_read),
      cmocka_unit_test (encodings_are_told_apart),
      cmocka_unit_test (encodings_are_converted),
      cmocka_unit_test (secrets_open_only_in_their_place),
  };
  return sodium_init () < 0 ? 1 : cmocka_run_group_tests (tests, NULL, NULL);
}
