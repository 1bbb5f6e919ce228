/* The validators: a table of texts for every format, a table of values for every rule, a table of bytes for
 * the wire, and the way of outside bytes from end to end. */
#include "core/validate.h"
#include "fixture_api.h"
#include "heimo/fixture/v1/fixture.pb-c.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
// clang-format on

/* --- formats -----------------------------------------------------------------------------------------------
 */

typedef struct TextRow {
  ApiFormat format;
  const char *text;
  bool good;
} TextRow;

static const TextRow text_rows[] = {
    {API_FORMAT_TEXT, "", true},
    {API_FORMAT_TEXT, "Hämeenlinna\n\tÅ 😀", true},
    {API_FORMAT_TEXT, "a\r\n", false},
    {API_FORMAT_CSV, "a,b\r\n1,2\r\n", true},
    {API_FORMAT_CSV, "a\x01", false},
    {API_FORMAT_CSV, "\xff", false},
    {API_FORMAT_TEXT, "a\x01", false},
    {API_FORMAT_TEXT, "a\x7f", false},
    {API_FORMAT_TEXT, "a\xc2\x85", false},
    {API_FORMAT_TEXT, "a\xc2\xa0", true},
    {API_FORMAT_TEXT, "\xff", false},
    {API_FORMAT_TEXT, "\xc0\xaf", false},
    {API_FORMAT_TEXT, "\xe2\x82", false},
    {API_FORMAT_TEXT, "\xed\xa0\x80", false},
    {API_FORMAT_TEXT, "\xf4\x90\x80\x80", false},
    {API_FORMAT_DATE, "2026-03-01", true},
    {API_FORMAT_DATE, "2024-02-29", true},
    {API_FORMAT_DATE, "2000-02-29", true},
    {API_FORMAT_DATE, "0001-01-01", true},
    {API_FORMAT_DATE, "9999-12-31", true},
    {API_FORMAT_DATE, "2023-02-29", false},
    {API_FORMAT_DATE, "1900-02-29", false},
    {API_FORMAT_DATE, "0000-01-01", false},
    {API_FORMAT_DATE, "2026-13-01", false},
    {API_FORMAT_DATE, "2026-00-01", false},
    {API_FORMAT_DATE, "2026-01-00", false},
    {API_FORMAT_DATE, "2026-1-1", false},
    {API_FORMAT_DATE, "2026-03-01 ", false},
    {API_FORMAT_DATE, "01.03.2026", false},
    {API_FORMAT_DATE, "2026/03/01", false},
    {API_FORMAT_TIMESTAMP, "2026-03-01T12:00:00Z", true},
    {API_FORMAT_TIMESTAMP, "2026-03-01T23:59:59.123456Z", true},
    {API_FORMAT_TIMESTAMP, "2026-03-01T12:00:00.1234567Z", false},
    {API_FORMAT_TIMESTAMP, "2026-03-01T12:00:00.Z", false},
    {API_FORMAT_TIMESTAMP, "2026-03-01T24:00:00Z", false},
    {API_FORMAT_TIMESTAMP, "2026-03-01T12:60:00Z", false},
    {API_FORMAT_TIMESTAMP, "2026-03-01T12:00:60Z", false},
    {API_FORMAT_TIMESTAMP, "2026-03-01T12:00:00+02:00", false},
    {API_FORMAT_TIMESTAMP, "2026-03-01 12:00:00Z", false},
    {API_FORMAT_TIMESTAMP, "2026-02-30T12:00:00Z", false},
    {API_FORMAT_TIMESTAMP, "2026-03-01T12:00Z", false},
    {API_FORMAT_UUID, "0190a5b4-7c1e-7abc-8def-0123456789ab", true},
    {API_FORMAT_UUID, "0190A5B4-7c1e-7abc-8def-0123456789ab", false},
    {API_FORMAT_UUID, "0190a5b47c1e7abc8def0123456789ab", false},
    {API_FORMAT_UUID, "0190a5b4-7c1e-7abc-8def-0123456789a", false},
    {API_FORMAT_UUID, "0190a5b4-7c1e-7abc-8def-0123456789ag", false},
    {API_FORMAT_UUID, "0190a5b4-7c1e-7abc-8def+0123456789ab", false},
    {API_FORMAT_EMAIL, "maija.meikalainen@example.org", true},
    {API_FORMAT_EMAIL, "a+b_c'd@sub.example.fi", true},
    {API_FORMAT_EMAIL, "käyttäjä@esimerkki.fi", true},
    {API_FORMAT_EMAIL, "a@b", false},
    {API_FORMAT_EMAIL, "a@@b.fi", false},
    {API_FORMAT_EMAIL, "a b@c.fi", false},
    {API_FORMAT_EMAIL, "@c.fi", false},
    {API_FORMAT_EMAIL, "a@", false},
    {API_FORMAT_EMAIL, "a@.fi", false},
    {API_FORMAT_EMAIL, "a@b.fi.", false},
    {API_FORMAT_EMAIL, "a@b..fi", false},
    {API_FORMAT_EMAIL, "a@-b.fi", false},
    {API_FORMAT_EMAIL, "a@b-.fi", false},
    {API_FORMAT_EMAIL, "a..b@c.fi", false},
    {API_FORMAT_EMAIL, "a@b_c.fi", false},
    {API_FORMAT_EMAIL, "<a@b.fi>", false},
    {API_FORMAT_EMAIL, "a\n@b.fi", false},
    {API_FORMAT_PHONE, "+358401234567", true},
    {API_FORMAT_PHONE, "+3584012", true},
    {API_FORMAT_PHONE, "0401234567", false},
    {API_FORMAT_PHONE, "+0401234567", false},
    {API_FORMAT_PHONE, "+358 40 1234567", false},
    {API_FORMAT_PHONE, "+358401", false},
    {API_FORMAT_PHONE, "+1234567890123456", false},
    {API_FORMAT_COUNTRY, "FI", true},
    {API_FORMAT_COUNTRY, "ZW", true},
    {API_FORMAT_COUNTRY, "AX", true},
    {API_FORMAT_COUNTRY, "fi", false},
    {API_FORMAT_COUNTRY, "FIN", false},
    {API_FORMAT_COUNTRY, "XX", false},
    {API_FORMAT_COUNTRY, "D ", false},
    {API_FORMAT_LANGUAGE, "fi", true},
    {API_FORMAT_LANGUAGE, "nl", true},
    {API_FORMAT_LANGUAGE, "de", false},
    {API_FORMAT_LANGUAGE, "FI", false},
    {API_FORMAT_LANGUAGE, "fi-FI", false},
    {API_FORMAT_CODE, "a-B_9.x", true},
    {API_FORMAT_CODE, "ä", false},
    {API_FORMAT_CODE, "a b", false},
    {API_FORMAT_CODE, "a/b", false},
    {API_FORMAT_CODE, "0123456789012345678901234567890123456789012345678901234567890123", true},
    {API_FORMAT_CODE, "01234567890123456789012345678901234567890123456789012345678901234", false},
    {API_FORMAT_FIELD_PATH, "given_name", true},
    {API_FORMAT_FIELD_PATH, "address.postalCode", true},
    {API_FORMAT_FIELD_PATH, ".a", false},
    {API_FORMAT_FIELD_PATH, "a.", false},
    {API_FORMAT_FIELD_PATH, "a..b", false},
    {API_FORMAT_FIELD_PATH, "9a", false},
    {API_FORMAT_FIELD_PATH, "a.B", false},
    {API_FORMAT_FIELD_PATH, "a b", false},
};

static void
test_formats (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof text_rows / sizeof *text_rows; i++) {
    const TextRow *row = &text_rows[i];
    /* An exact copy on the heap: reading one byte too far is seen by the sanitizer. */
    size_t length = strlen (row->text);
    char *exact = memory_copy (NULL, row->text, length);
    const char *reason = validate_text (row->format, exact, length);
    if ((reason == NULL) != row->good)
      fail_msg ("row %zu: \"%s\" gives %s", i, row->text, reason == NULL ? "nothing" : reason);
    talloc_free (exact);
  }
  assert_string_equal (validate_text (API_FORMAT_DATE, "x", 1), "INVALID_DATE");
  assert_string_equal (validate_text (API_FORMAT_DATE, "\x01", 1), "INVALID_TEXT");
}

static void
test_long_email (void **state)
{
  (void)state;
  char text[300];
  memset (text, 'a', sizeof text);
  text[64] = '@';
  text[250] = '.';
  assert_null (validate_text (API_FORMAT_EMAIL, text, 254));
  assert_string_equal (validate_text (API_FORMAT_EMAIL, text, 255), "INVALID_EMAIL");
  text[64] = 'a';
  text[65] = '@';
  assert_string_equal (validate_text (API_FORMAT_EMAIL, text, 254), "INVALID_EMAIL");
}

/* --- messages ----------------------------------------------------------------------------------------------
 */

/* Each row changes a good message in one way. */
typedef struct MessageRow {
  const char *name;
  void (*change) (void *owner, Everything *everything);
  const char *field; /* of the one violation expected; NULL: fine */
  const char *reason;
} MessageRow;

static Inner *
make_inner (void *owner, const char *postal_code)
{
  Inner *inner = memory_new (owner, Inner);
  inner__init (inner);
  inner->postal_code = postal_code;
  return inner;
}

static void
set_nodes (void *owner, Everything *everything, size_t count, const char *postal_code)
{
  everything->n_nodes = count;
  everything->nodes = memory_array (owner, Inner *, count);
  for (size_t i = 0; i < count; i++)
    everything->nodes[i] = make_inner (owner, i + 1 == count ? postal_code : "00100");
}

#define CHANGE(name, ...)                                                                                    \
  static void name (void *owner, Everything *e)                                                              \
  {                                                                                                          \
    (void)owner;                                                                                             \
    __VA_ARGS__                                                                                              \
  }

CHANGE (nothing, (void)e;)
CHANGE (no_name, e->name = "";)
CHANGE (null_name, e->name = NULL;)
CHANGE (short_text, e->text = "ä";)
CHANGE (text_of_two, e->text = "ää";)
CHANGE (text_of_ten, e->text = "ääääääääää";)
CHANGE (text_of_eleven, e->text = "ääääääääääa";)
CHANGE (text_control, e->text = "ab\x1b";)
CHANGE (name_of_201, char *text = memory_array (owner, char, 202); memset (text, 'a', 201); e->name = text;)
CHANGE (name_of_200, char *text = memory_array (owner, char, 201); memset (text, 'a', 200); e->name = text;)
CHANGE (bad_day, e->day = "2023-02-29";)
CHANGE (bad_instant, e->instant = "yesterday";)
CHANGE (bad_uuid, e->uuid = "1";)
CHANGE (bad_answer, e->answer = "ignored";)
CHANGE (small_low, e->small = -6;)
CHANGE (small_least, e->small = -5;)
CHANGE (small_high, e->small = 6;)
CHANGE (big_high, e->big = 21;)
CHANGE (big_huge, e->big = UINT64_MAX;)
CHANGE (any_least, e->any_number = INT64_MIN;)
CHANGE (real_high, e->real = 1.5;)
CHANGE (real_nan, e->real = 0.0 / 0.0;)
CHANGE (short_real_infinite, e->short_real = 1.0f / 0.0f;)
CHANGE (colour_unknown, e->colour = (Colour)2;)
CHANGE (colour_negative, e->colour = (Colour)-1;)
CHANGE (colours_unknown, Colour *colours = memory_array (owner, Colour, 2); colours[1] = (Colour)9;
        e->n_colours = 2; e->colours = colours;)
CHANGE (colours_many, e->n_colours = 5; e->colours = memory_array (owner, Colour, 5);)
CHANGE (data_long, e->data.len = 5; e->data.data = (uint8_t *)memory_string (owner, "12345");)
CHANGE (inner_empty, e->inner = make_inner (owner, "");)
CHANGE (inner_long, e->inner = make_inner (owner, "123456");)
CHANGE (one_node, set_nodes (owner, e, 1, "00100");)
CHANGE (two_nodes, set_nodes (owner, e, 2, "00100");)
CHANGE (four_nodes, set_nodes (owner, e, 4, "00100");)
CHANGE (bad_node, set_nodes (owner, e, 3, "123456");)
CHANGE (bad_value_in_node, set_nodes (owner, e, 2, "00100"); e->nodes[1]->n_values = 1;
        e->nodes[1]->values = memory_array (owner, const char *, 1); e->nodes[1]->values[0] = "a b";)
CHANGE (numbers_low, e->n_numbers = 2; e->numbers = memory_array (owner, uint32_t, 2); e->numbers[0] = 1;)
CHANGE (choice_bad, e->choice_case = EVERYTHING__CHOICE_CHOSEN_NUMBER; e->chosen_number = 10;)
CHANGE (choice_zero, e->choice_case = EVERYTHING__CHOICE_CHOSEN_NUMBER; e->chosen_number = 0;)
CHANGE (choice_good, e->choice_case = EVERYTHING__CHOICE_CHOSEN_NUMBER; e->chosen_number = 9;)
CHANGE (choice_text, e->choice_case = EVERYTHING__CHOICE_CHOSEN_TEXT; e->chosen_text = "abcd";)
CHANGE (label_long, Everything__LabelsEntry *entry = memory_new (owner, Everything__LabelsEntry);
        everything__labels_entry__init (entry); entry->key = "k";
        char *text = memory_array (owner, char, 202); memset (text, 'a', 201); entry->value = text;
        e->n_labels = 1; e->labels = memory_array (owner, Everything__LabelsEntry *, 1);
        e->labels[0] = entry;)
CHANGE (named_bad, Everything__NamedEntry *entry = memory_new (owner, Everything__NamedEntry);
        everything__named_entry__init (entry); entry->key = "k"; entry->value = make_inner (owner, "");
        e->n_named = 1; e->named = memory_array (owner, Everything__NamedEntry *, 1); e->named[0] = entry;)

static const MessageRow message_rows[] = {
    {"nothing", nothing, NULL, NULL},
    {"no_name", no_name, "name", "REQUIRED"},
    {"null_name", null_name, "name", "REQUIRED"},
    {"short_text", short_text, "text", "TOO_SHORT"},
    {"text_of_two", text_of_two, NULL, NULL},
    {"text_of_ten", text_of_ten, NULL, NULL},
    {"text_of_eleven", text_of_eleven, "text", "TOO_LONG"},
    {"text_control", text_control, "text", "INVALID_TEXT"},
    {"name_of_200", name_of_200, NULL, NULL},
    {"name_of_201", name_of_201, "name", "TOO_LONG"},
    {"bad_day", bad_day, "day", "INVALID_DATE"},
    {"bad_instant", bad_instant, "instant", "INVALID_TIMESTAMP"},
    {"bad_uuid", bad_uuid, "uuid", "INVALID_UUID"},
    {"bad_answer", bad_answer, NULL, NULL},
    {"small_low", small_low, "small", "OUT_OF_RANGE"},
    {"small_least", small_least, NULL, NULL},
    {"small_high", small_high, "small", "OUT_OF_RANGE"},
    {"big_high", big_high, "big", "OUT_OF_RANGE"},
    {"big_huge", big_huge, "big", "OUT_OF_RANGE"},
    {"any_least", any_least, NULL, NULL},
    {"real_high", real_high, "real", "OUT_OF_RANGE"},
    {"real_nan", real_nan, "real", "OUT_OF_RANGE"},
    {"short_real_infinite", short_real_infinite, "shortReal", "OUT_OF_RANGE"},
    {"colour_unknown", colour_unknown, "colour", "UNKNOWN_VALUE"},
    {"colour_negative", colour_negative, "colour", "UNKNOWN_VALUE"},
    {"colours_unknown", colours_unknown, "colours[1]", "UNKNOWN_VALUE"},
    {"colours_many", colours_many, "colours", "TOO_MANY"},
    {"data_long", data_long, "data", "TOO_LONG"},
    {"inner_empty", inner_empty, "inner.postalCode", "REQUIRED"},
    {"inner_long", inner_long, "inner.postalCode", "TOO_LONG"},
    {"one_node", one_node, "nodes", "TOO_FEW"},
    {"two_nodes", two_nodes, NULL, NULL},
    {"four_nodes", four_nodes, "nodes", "TOO_MANY"},
    {"bad_node", bad_node, "nodes[2].postalCode", "TOO_LONG"},
    {"bad_value_in_node", bad_value_in_node, "nodes[1].values[0]", "INVALID_CODE"},
    {"numbers_low", numbers_low, "numbers[1]", "OUT_OF_RANGE"},
    {"choice_bad", choice_bad, "chosenNumber", "OUT_OF_RANGE"},
    {"choice_zero", choice_zero, "chosenNumber", "OUT_OF_RANGE"},
    {"choice_good", choice_good, NULL, NULL},
    {"choice_text", choice_text, "chosenText", "TOO_LONG"},
    {"label_long", label_long, "labels[0].value", "TOO_LONG"},
    {"named_bad", named_bad, "named[0].value.postalCode", "REQUIRED"},
};

static Everything *
make_good (void *owner)
{
  Everything *everything = memory_new (owner, Everything);
  everything__init (everything);
  everything->name = "Maija";
  return everything;
}

static void
test_messages (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof message_rows / sizeof *message_rows; i++) {
    const MessageRow *row = &message_rows[i];
    void *owner = memory_context (NULL);
    Everything *everything = make_good (owner);
    row->change (owner, everything);
    Status status = validate_message (&fixture_api, owner, &everything->base);
    if (row->field == NULL && status_failed (status))
      fail_msg ("%s: %s %s", row->name, status.detail->violations[0].field,
                status.detail->violations[0].reason);
    if (row->field != NULL) {
      if (!status_failed (status))
        fail_msg ("%s: passes", row->name);
      assert_int_equal (status.code, STATUS_INVALID_ARGUMENT);
      assert_int_equal (status.detail->violation_count, 1);
      assert_string_equal (status.detail->violations[0].field, row->field);
      assert_string_equal (status.detail->violations[0].reason, row->reason);
    }
    talloc_free (owner);
  }
}

/* All violations are collected, and values never reach a description. */
static void
test_all_violations (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  Everything *everything = make_good (owner);
  everything->name = "";
  everything->day = "canary-value";
  everything->small = 99;
  Status status = validate_message (&fixture_api, owner, &everything->base);
  assert_true (status_failed (status));
  assert_int_equal (status.detail->violation_count, 3);
  assert_string_equal (status.detail->violations[0].field, "name");
  assert_string_equal (status.detail->violations[1].field, "day");
  assert_string_equal (status.detail->violations[2].field, "small");
  for (size_t i = 0; i < 3; i++)
    assert_null (strstr (status.detail->violations[i].description, "canary"));
  talloc_free (owner);
}

static void
test_violations_are_bounded (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  Everything *everything = make_good (owner);
  everything->n_numbers = 1000;
  everything->numbers = memory_array (owner, uint32_t, 1000);
  Status status = validate_message (&fixture_api, owner, &everything->base);
  assert_true (status_failed (status));
  assert_int_equal (status.detail->violation_count, VALIDATE_VIOLATIONS_MAX);
  talloc_free (owner);
}

typedef struct MaskRow {
  const char *mask;
  const char *name;
  bool good;
} MaskRow;

static void
test_update_mask (void **state)
{
  (void)state;
  static const MaskRow rows[] = {{"", "", true},           {"text", "", true},       {"name", "", false},
                                 {"text,name", "", false}, {"*", "", false},         {"name", "Maija", true},
                                 {"named", "", true},      {"name,text", "", false}, {"xname", "", true}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    void *owner = memory_context (NULL);
    UpdateEverythingRequest request = UPDATE_EVERYTHING_REQUEST__INIT;
    request.everything_id = "0190a5b4-7c1e-7abc-8def-0123456789ab";
    request.everything = make_good (owner);
    request.everything->name = rows[i].name;
    request.everything->inner = make_inner (owner, "00100");
    request.update_mask = rows[i].mask;
    Status status = validate_message (&fixture_api, owner, &request.base);
    if (status_failed (status) == rows[i].good)
      fail_msg ("row %zu: mask \"%s\"", i, rows[i].mask);
    if (status_failed (status))
      assert_string_equal (status.detail->violations[0].field, "everything.name");
    /* What is inside the resource is whole: its required fields are missed whatever the mask says. */
    request.everything->name = "Maija";
    request.everything->inner->postal_code = "";
    status = validate_message (&fixture_api, owner, &request.base);
    assert_true (status_failed (status));
    assert_string_equal (status.detail->violations[0].field, "everything.inner.postalCode");
    request.everything = NULL;
    status = validate_message (&fixture_api, owner, &request.base);
    assert_true (status_failed (status));
    assert_string_equal (status.detail->violations[0].field, "everything");
    talloc_free (owner);
  }
}

/* --- bytes -------------------------------------------------------------------------------------------------
 */

typedef struct WireRow {
  const char *name;
  const char *bytes;
  size_t length;
  const char *reason; /* NULL: fine */
} WireRow;

#define WIRE(name, bytes, reason)                                                                            \
  {                                                                                                          \
    name, bytes, sizeof (bytes) - 1, reason                                                                  \
  }

static const WireRow wire_rows[] = {
    WIRE ("empty", "", NULL),
    WIRE ("a string", "\x12\x02hi", NULL),
    WIRE ("a tag cut", "\x92", "MALFORMED"),
    WIRE ("a length cut", "\x12", "MALFORMED"),
    WIRE ("a string cut", "\x12\x03hi", "MALFORMED"),
    WIRE ("a length that wraps", "\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "MALFORMED"),
    WIRE ("a varint of eleven bytes", "\x38\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "MALFORMED"),
    WIRE ("a varint over 64 bits", "\x38\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "MALFORMED"),
    WIRE ("the greatest varint", "\x48\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", NULL),
    WIRE ("field number 0", "\x02\x00", "MALFORMED"),
    WIRE ("a tag over 32 bits", "\xf8\xff\xff\xff\xff\x01\x00", "MALFORMED"),
    WIRE ("a group", "\x0b\x0c", "MALFORMED"),
    WIRE ("wire type 7", "\x0f", "MALFORMED"),
    WIRE ("a string as varint", "\x10\x01", "MALFORMED"),
    WIRE ("a number as string", "\x3a\x01x", "MALFORMED"),
    WIRE ("a number as fixed", "\x3d\x01\x00\x00\x00", "MALFORMED"),
    WIRE ("fixed cut", "\xb5\x01\x01\x00\x00", "MALFORMED"),
    WIRE ("fixed", "\xb5\x01\x01\x00\x00\x00", NULL),
    WIRE ("a NUL inside", "\x12\x03h\0i", "INVALID_TEXT"),
    WIRE ("a NUL alone", "\x12\x01\0", "INVALID_TEXT"),
    WIRE ("not UTF-8", "\x12\x02\xc0\xaf", "INVALID_TEXT"),
    WIRE ("UTF-8 cut", "\x12\x01\xc3", "INVALID_TEXT"),
    WIRE ("not UTF-8 in a message", "\x7a\x03\x0a\x01\xff", "INVALID_TEXT"),
    WIRE ("NUL in a map key", "\x8a\x01\x03\x0a\x01\0", "INVALID_TEXT"),
    WIRE ("NUL in bytes", "\x72\x01\0", NULL),
    WIRE ("a string twice", "\x12\x01x\x12\x01y", "MALFORMED"),
    WIRE ("a message twice", "\x7a\x00\x7a\x00", "MALFORMED"),
    WIRE ("a repeated message twice", "\x82\x01\x00\x82\x01\x00", NULL),
    WIRE ("packed", "\xaa\x01\x03\x01\x02\x03", NULL),
    WIRE ("packed, cut", "\xaa\x01\x02\x01\x82", "MALFORMED"),
    WIRE ("packed fixed", "\xba\x01\x08\x01\x00\x00\x00\x00\x00\x00\x00", NULL),
    WIRE ("packed fixed, cut", "\xba\x01\x07\x01\x00\x00\x00\x00\x00\x00", "MALFORMED"),
    WIRE ("not packed", "\xa8\x01\x01\xa8\x01\x02", NULL),
    WIRE ("unknown varint", "\xc0\x3e\x05", NULL),
    WIRE ("unknown bytes", "\xc2\x3e\x02\xff\x00", NULL),
    WIRE ("unknown bytes, cut", "\xc2\x3e\x03\xff\x00", "MALFORMED"),
    WIRE ("a message cut inside", "\x7a\x02\x0a\x05", "MALFORMED"),
};

static void
test_wire (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof wire_rows / sizeof *wire_rows; i++) {
    const WireRow *row = &wire_rows[i];
    void *owner = memory_context (NULL);
    Bytes bytes = {memory_copy (owner, row->bytes, row->length), row->length};
    Status status = validate_wire (owner, &everything__descriptor, bytes);
    const char *reason = status_failed (status) ? status.detail->reason : NULL;
    if ((reason == NULL) != (row->reason == NULL) || (reason != NULL && strcmp (reason, row->reason) != 0))
      fail_msg ("%s: %s", row->name, reason == NULL ? "passes" : reason);
    talloc_free (owner);
  }
}

/* Recursive types do not occur in our protos; google's descriptor.proto has one, so a bomb can be built of
 * it. */
static Bytes
make_bomb (void *owner, size_t levels)
{
  uint8_t *bytes = memory_must (talloc_size (owner, levels * 4 + 16));
  uint8_t *end = bytes + levels * 4 + 16, *at = end;
  for (size_t i = 0; i < levels; i++) {
    size_t length = (size_t)(end - at);
    if (length >= 128)
      *--at = (uint8_t)(length >> 7);
    *--at = (uint8_t)((length & 0x7f) | (length >= 128 ? 0x80 : 0));
    *--at = 0x1a; /* DescriptorProto.nested_type */
  }
  return (Bytes){at, (size_t)(end - at)};
}

static void
test_bomb (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  extern const ProtobufCMessageDescriptor google__protobuf__descriptor_proto__descriptor;
  const ProtobufCMessageDescriptor *descriptor = &google__protobuf__descriptor_proto__descriptor;
  ProtobufCMessage *message = NULL;
  assert_false (status_failed (validate_wire (owner, descriptor, make_bomb (owner, API_DEPTH_MAX - 1))));
  Status status = validate_wire (owner, descriptor, make_bomb (owner, API_DEPTH_MAX));
  assert_true (status_failed (status));
  assert_string_equal (status.detail->reason, "TOO_DEEP");
  status =
      validate_unpack (&fixture_api, owner, descriptor, make_bomb (owner, 4000), VALIDATE_REPLY, &message);
  assert_true (status_failed (status));
  assert_string_equal (status.detail->reason, "TOO_DEEP");
  assert_null (message);
  talloc_free (owner);
}

/* A megabyte of empty elements would become a hundred megabytes of messages. */
static void
test_too_many_values (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  size_t count = VALIDATE_VALUES_MAX + 1;
  uint8_t *bytes = memory_must (talloc_size (owner, 3 * count));
  static const uint8_t empty_node[] = {0x82, 0x01, 0x00};
  for (size_t i = 0; i < 3 * count; i++)
    bytes[i] = empty_node[i % 3];
  assert_false (
      status_failed (validate_wire (owner, &everything__descriptor, (Bytes){bytes, 3 * (count - 1)})));
  Status status = validate_wire (owner, &everything__descriptor, (Bytes){bytes, 3 * count});
  assert_true (status_failed (status));
  assert_string_equal (status.detail->reason, "TOO_MANY_VALUES");
  talloc_free (owner);
}

static void
test_unpack (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  ProtobufCMessage *message = NULL;
  Everything *everything = make_good (owner);
  everything->small = 99;
  Bytes bytes = memory_pack (owner, &everything->base);
  Status status =
      validate_unpack (&fixture_api, owner, &everything__descriptor, bytes, VALIDATE_REQUEST, &message);
  assert_true (status_failed (status));
  assert_null (message);
  status = validate_unpack (&fixture_api, owner, &everything__descriptor, bytes, VALIDATE_REPLY, &message);
  assert_false (status_failed (status));
  assert_int_equal (((Everything *)message)->small, 99);
  assert_string_equal (((Everything *)message)->name, "Maija");
  talloc_free (owner);
}

static void
test_unknown_message (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  extern const ProtobufCMessageDescriptor field_rule__descriptor;
  ProtobufCMessage *foreign = NULL;
  Status status = validate_unpack (&fixture_api, owner, &field_rule__descriptor, (Bytes){NULL, 0},
                                   VALIDATE_REQUEST, &foreign);
  assert_true (status_failed (status));
  assert_string_equal (status.detail->reason, "UNKNOWN_MESSAGE");
  talloc_free (owner);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_formats),
      cmocka_unit_test (test_long_email),
      cmocka_unit_test (test_messages),
      cmocka_unit_test (test_all_violations),
      cmocka_unit_test (test_violations_are_bounded),
      cmocka_unit_test (test_update_mask),
      cmocka_unit_test (test_wire),
      cmocka_unit_test (test_bomb),
      cmocka_unit_test (test_too_many_values),
      cmocka_unit_test (test_unpack),
      cmocka_unit_test (test_unknown_message),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
