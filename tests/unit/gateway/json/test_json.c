/* JSON to protobuf and back: what is accepted and how it comes out again, and every bad input with its
 * reason.
 */
#include "gateway/json/json.h"
#include "sample/v1/sample.pb-c.h"
#include "sample_api.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const ApiMessage *
sample_table (void)
{
  const ApiMessage *table = api_find_message (&sample_api, &sample__descriptor);
  assert_non_null (table);
  return table;
}

static Status
read_bytes (void *owner, const char *text, size_t length, Sample **sample)
{
  const ApiMessage *table = sample_table ();
  *sample = (Sample *)json_new_message (owner, table->descriptor);
  Bytes bytes = {(const uint8_t *)text, length};
  return json_read_message (owner, table, bytes, &(*sample)->base, NULL);
}

static char *
print (void *owner, const Sample *sample)
{
  JsonBuffer *buffer = json_buffer_new (owner, 16);
  json_append_message (buffer, sample_table (), &sample->base);
  return memory_string_n (owner, buffer->data, buffer->length);
}

#define DEFAULTS                                                                                             \
  "{\"givenName\":\"\",\"signedSmall\":0,\"unsignedSmall\":0,\"signedLarge\":\"0\","                         \
  "\"unsignedLarge\":\"0\",\"single\":0,\"real\":0,\"flag\":false,\"data\":\"\","                            \
  "\"color\":\"SAMPLE_COLOR_UNSPECIFIED\",\"tags\":[],\"numbers\":[],\"parts\":[],\"labels\":{},"            \
  "\"shelves\":{},\"etag\":\"\",\"colors\":[]}"

static void
test_defaults_are_printed (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  Sample *sample;
  assert_int_equal (read_bytes (owner, "{}", 2, &sample).code, STATUS_OK);
  assert_string_equal (print (owner, sample), DEFAULTS);
  talloc_free (owner);
}

/* Read, then printed: the part that must be found in the output. */
static const struct {
  const char *input;
  const char *output;
} good[] = {
    {"{\"givenName\":\"\xc3\x85ke\"}", "\"givenName\":\"\xc3\x85ke\""},
    {"{\"given_name\":\"x\"}", "\"givenName\":\"x\""},
    {"{\"givenName\":\"a\\\"b\\\\c\\n\\u0001\\u007f/\"}", "\"givenName\":\"a\\\"b\\\\c\\n\\u0001\\u007f/\""},
    {"{\"givenName\":null}", "\"givenName\":\"\""},
    {"{\"signedSmall\":-2147483648}", "\"signedSmall\":-2147483648"},
    {"{\"signedSmall\":\"2147483647\"}", "\"signedSmall\":2147483647"},
    {"{\"signedSmall\":1e3}", "\"signedSmall\":1000"},
    {"{\"signedSmall\":-2.0}", "\"signedSmall\":-2"},
    {"{\"unsignedSmall\":4294967295}", "\"unsignedSmall\":4294967295"},
    {"{\"signedLarge\":9223372036854775807}", "\"signedLarge\":\"9223372036854775807\""},
    {"{\"signedLarge\":\"-9223372036854775808\"}", "\"signedLarge\":\"-9223372036854775808\""},
    {"{\"signedLarge\":-9223372036854775808}", "\"signedLarge\":\"-9223372036854775808\""},
    {"{\"unsignedLarge\":\"18446744073709551615\"}", "\"unsignedLarge\":\"18446744073709551615\""},
    {"{\"single\":0.1}", "\"single\":0.1,"},
    {"{\"real\":0.1}", "\"real\":0.1,"},
    {"{\"real\":\"1e-7\"}", "\"real\":1e-07"},
    {"{\"real\":7}", "\"real\":7,"},
    {"{\"flag\":true}", "\"flag\":true"},
    {"{\"data\":\"+/8=\"}", "\"data\":\"+/8=\""},
    {"{\"data\":\"-_8\"}", "\"data\":\"+/8=\""},
    {"{\"data\":\"AA==\"}", "\"data\":\"AA==\""},
    {"{\"data\":\"AAEC\"}", "\"data\":\"AAEC\""},
    {"{\"color\":\"SAMPLE_COLOR_RED\"}", "\"color\":\"SAMPLE_COLOR_RED\""},
    {"{\"color\":2}", "\"color\":\"SAMPLE_COLOR_GREEN\""},
    {"{\"colors\":[1,\"SAMPLE_COLOR_GREEN\"]}", "\"colors\":[\"SAMPLE_COLOR_RED\",\"SAMPLE_COLOR_GREEN\"]"},
    {"{\"part\":{}}", "\"part\":{\"postCode\":\"\",\"weight\":0}"},
    {"{\"part\":{\"postCode\":\"00100\"}}", "\"part\":{\"postCode\":\"00100\",\"weight\":0}"},
    {"{\"tags\":[\"a\",\"b\",\"c\"]}", "\"tags\":[\"a\",\"b\",\"c\"]"},
    {"{\"numbers\":[1,\"2\",3,4,5]}", "\"numbers\":[\"1\",\"2\",\"3\",\"4\",\"5\"]"},
    {"{\"parts\":[{\"weight\":1},{\"weight\":2}]}",
     "\"parts\":[{\"postCode\":\"\",\"weight\":1},{\"postCode\":\"\",\"weight\":2}]"},
    {"{\"labels\":{\"k\":\"v\"}}", "\"labels\":{\"k\":\"v\"}"},
    {"{\"shelves\":{\"-7\":{\"weight\":1}}}", "\"shelves\":{\"-7\":{\"postCode\":\"\",\"weight\":1}}"},
    {"{\"limitCount\":0}", "\"limitCount\":0"},
    {"{\"limitPart\":{}}", "\"limitPart\":{\"postCode\":\"\",\"weight\":0}"},
    {"{\"limitCount\":null,\"limitPart\":{}}", "\"limitPart\":{"},
    {"{\"etag\":\"ignored\"}", "\"etag\":\"\""},
    {"{\"etag\":[{\"whatever\":1}]}", "\"etag\":\"\""},
    {" \r\n\t{} ", "\"givenName\":\"\""},
};

static void
test_good_input (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    void *owner = memory_context (NULL);
    Sample *sample;
    Status status = read_bytes (owner, good[i].input, strlen (good[i].input), &sample);
    if (status_failed (status))
      fail_msg ("%s: %s", good[i].input, status.detail->reason);
    char *text = print (owner, sample);
    if (strstr (text, good[i].output) == NULL)
      fail_msg ("%s became %s", good[i].input, text);
    talloc_free (owner);
  }
}

/* What is printed can be read again, and prints the same. */
static void
test_round_trip (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    void *owner = memory_context (NULL);
    Sample *first, *second;
    assert_int_equal (read_bytes (owner, good[i].input, strlen (good[i].input), &first).code, STATUS_OK);
    char *text = print (owner, first);
    assert_int_equal (read_bytes (owner, text, strlen (text), &second).code, STATUS_OK);
    assert_string_equal (print (owner, second), text);
    talloc_free (owner);
  }
}

/* The whole body is refused. `length` 0: up to the NUL. */
static const struct {
  const char *input;
  size_t length;
  const char *reason;
} malformed[] = {
    {"", 0, "EMPTY_BODY"},
    {" \n\t\r", 0, "EMPTY_BODY"},
    {"{", 0, "INVALID_JSON"},
    {"{}x", 0, "INVALID_JSON"},
    {"{}{}", 0, "INVALID_JSON"},
    {"{'givenName':1}", 0, "INVALID_JSON"},
    {"{\"givenName\":}", 0, "INVALID_JSON"},
    {"{\"flag\":true,}", 0, "INVALID_JSON"},
    {"{\"signedSmall\":01}", 0, "INVALID_JSON"},
    {"{\"signedSmall\":+1}", 0, "INVALID_JSON"},
    {"{\"real\":NaN}", 0, "INVALID_JSON"},
    {"{\"real\":Infinity}", 0, "INVALID_JSON"},
    {"{\"real\":0x10}", 0, "INVALID_JSON"},
    {"// comment\n{}", 0, "INVALID_JSON"},
    {"\xef\xbb\xbf{}", 0, "INVALID_JSON"},
    {"{\"givenName\":\"a\nb\"}", 0, "INVALID_JSON"},
    {"{\"givenName\":\"\\ud800\"}", 0, "INVALID_JSON"},
    {"[]", 0, "NOT_AN_OBJECT"},
    {"null", 0, "NOT_AN_OBJECT"},
    {"\"x\"", 0, "NOT_AN_OBJECT"},
    {"5", 0, "NOT_AN_OBJECT"},
    {"{\"givenName\":\"a\0b\"}", 19, "NUL_CHARACTER"},
    {"{}\0", 3, "NUL_CHARACTER"},
    {"{\"givenName\":\"a\\u0000b\"}", 0, "NUL_CHARACTER"},
    {"{\"given\\u0000Name\":\"a\"}", 0, "NUL_CHARACTER"},
    {"{\"givenName\":\"\xff\"}", 0, "INVALID_UTF8"},
    {"{\"givenName\":\"\xc0\xaf\"}", 0, "INVALID_UTF8"},
    {"{\"givenName\":\"\xed\xa0\x80\"}", 0, "INVALID_UTF8"},
    {"{\"givenName\":\"\xf4\x90\x80\x80\"}", 0, "INVALID_UTF8"},
    {"{\"givenName\":\"a\",\"givenName\":\"b\"}", 0, "DUPLICATE_MEMBER"},
    {"{\"part\":{\"weight\":1,\"weight\":1}}", 0, "DUPLICATE_MEMBER"},
    {"{\"labels\":{\"k\":\"1\",\"k\":\"2\"}}", 0, "DUPLICATE_MEMBER"},
    {"{\"signedLarge\":9223372036854775808}", 0, "NUMBER_OUT_OF_RANGE"},
    {"{\"real\":1e999}", 0, "NUMBER_OUT_OF_RANGE"},
};

static void
test_malformed_input (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
    void *owner = memory_context (NULL);
    Sample *sample;
    size_t length = malformed[i].length != 0 ? malformed[i].length : strlen (malformed[i].input);
    Status status = read_bytes (owner, malformed[i].input, length, &sample);
    assert_int_equal (status.code, STATUS_INVALID_ARGUMENT);
    if (strcmp (status.detail->reason, malformed[i].reason) != 0)
      fail_msg ("%s: %s, not %s", malformed[i].input, status.detail->reason, malformed[i].reason);
    talloc_free (owner);
  }
}

/* One member is refused: its path and its reason. */
static const struct {
  const char *input;
  const char *field;
  const char *reason;
} refused[] = {
    {"{\"nope\":1}", "nope", "UNKNOWN_FIELD"},
    {"{\"GivenName\":\"x\"}", "GivenName", "UNKNOWN_FIELD"},
    {"{\"part\":{\"nope\":null}}", "part.nope", "UNKNOWN_FIELD"},
    {"{\"parts\":[{},{\"nope\":1}]}", "parts[1].nope", "UNKNOWN_FIELD"},
    {"{\"shelves\":{\"1\":{\"nope\":1}}}", "shelves.1.nope", "UNKNOWN_FIELD"},
    {"{\"givenName\":\"a\",\"given_name\":\"b\"}", "given_name", "DUPLICATE_MEMBER"},
    {"{\"givenName\":1}", "givenName", "WRONG_TYPE"},
    {"{\"givenName\":true}", "givenName", "WRONG_TYPE"},
    {"{\"givenName\":[\"a\"]}", "givenName", "WRONG_TYPE"},
    {"{\"givenName\":{}}", "givenName", "WRONG_TYPE"},
    {"{\"part\":\"x\"}", "part", "WRONG_TYPE"},
    {"{\"part\":[]}", "part", "WRONG_TYPE"},
    {"{\"tags\":\"x\"}", "tags", "WRONG_TYPE"},
    {"{\"tags\":[\"a\",null]}", "tags[1]", "WRONG_TYPE"},
    {"{\"tags\":[[\"a\"]]}", "tags[0]", "WRONG_TYPE"},
    {"{\"labels\":[]}", "labels", "WRONG_TYPE"},
    {"{\"labels\":{\"k\":1}}", "labels.k", "WRONG_TYPE"},
    {"{\"shelves\":{\"x\":{}}}", "shelves.x", "NOT_AN_INTEGER"},
    {"{\"flag\":\"true\"}", "flag", "WRONG_TYPE"},
    {"{\"flag\":1}", "flag", "WRONG_TYPE"},
    {"{\"color\":true}", "color", "WRONG_TYPE"},
    {"{\"color\":\"red\"}", "color", "UNKNOWN_VALUE"},
    {"{\"color\":\"\"}", "color", "UNKNOWN_VALUE"},
    {"{\"color\":3}", "color", "UNKNOWN_VALUE"},
    {"{\"color\":-1}", "color", "UNKNOWN_VALUE"},
    {"{\"color\":99999999999}", "color", "UNKNOWN_VALUE"},
    {"{\"signedSmall\":1.5}", "signedSmall", "NOT_AN_INTEGER"},
    {"{\"signedSmall\":\"1.5\"}", "signedSmall", "NOT_AN_INTEGER"},
    {"{\"signedSmall\":\"\"}", "signedSmall", "NOT_AN_INTEGER"},
    {"{\"signedSmall\":\"-\"}", "signedSmall", "NOT_AN_INTEGER"},
    {"{\"signedSmall\":\"01\"}", "signedSmall", "NOT_AN_INTEGER"},
    {"{\"signedSmall\":\" 1\"}", "signedSmall", "NOT_AN_INTEGER"},
    {"{\"signedSmall\":\"+1\"}", "signedSmall", "NOT_AN_INTEGER"},
    {"{\"signedSmall\":2147483648}", "signedSmall", "OUT_OF_RANGE"},
    {"{\"signedSmall\":-2147483649}", "signedSmall", "OUT_OF_RANGE"},
    {"{\"signedSmall\":1e300}", "signedSmall", "OUT_OF_RANGE"},
    {"{\"unsignedSmall\":-1}", "unsignedSmall", "OUT_OF_RANGE"},
    {"{\"unsignedSmall\":4294967296}", "unsignedSmall", "OUT_OF_RANGE"},
    {"{\"signedLarge\":\"9223372036854775808\"}", "signedLarge", "OUT_OF_RANGE"},
    {"{\"signedLarge\":\"99999999999999999999\"}", "signedLarge", "OUT_OF_RANGE"},
    {"{\"signedLarge\":1e18}", "signedLarge", "OUT_OF_RANGE"},
    {"{\"unsignedLarge\":\"18446744073709551616\"}", "unsignedLarge", "OUT_OF_RANGE"},
    {"{\"unsignedLarge\":\"-1\"}", "unsignedLarge", "OUT_OF_RANGE"},
    {"{\"single\":1e39}", "single", "OUT_OF_RANGE"},
    {"{\"real\":\"NaN\"}", "real", "NOT_A_NUMBER"},
    {"{\"real\":\"0x1p3\"}", "real", "NOT_A_NUMBER"},
    {"{\"real\":\"1e999\"}", "real", "OUT_OF_RANGE"},
    {"{\"data\":\"A\"}", "data", "INVALID_BASE64"},
    {"{\"data\":\"AB==\"}", "data", "INVALID_BASE64"},
    {"{\"data\":\"AAA\\n\"}", "data", "INVALID_BASE64"},
    {"{\"data\":\"AA=\"}", "data", "INVALID_BASE64"},
    {"{\"data\":\"====\"}", "data", "INVALID_BASE64"},
    {"{\"data\":7}", "data", "WRONG_TYPE"},
    {"{\"limitCount\":1,\"limitPart\":{}}", "limitPart", "ONEOF_CONFLICT"},
};

static void
test_refused_members (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    void *owner = memory_context (NULL);
    Sample *sample;
    Status status = read_bytes (owner, refused[i].input, strlen (refused[i].input), &sample);
    if (status.code != STATUS_INVALID_ARGUMENT)
      fail_msg ("%s is accepted", refused[i].input);
    assert_string_equal (status.detail->reason, "INVALID_FIELD");
    assert_int_equal (status.detail->violation_count, 1);
    const FieldViolation *violation = &status.detail->violations[0];
    if (strcmp (violation->reason, refused[i].reason) != 0 ||
        strcmp (violation->field, refused[i].field) != 0)
      fail_msg ("%s: %s %s", refused[i].input, violation->field, violation->reason);
    talloc_free (owner);
  }
}

static void
test_every_violation_is_told (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  Sample *sample;
  const char *input = "{\"nope\":1,\"flag\":2,\"part\":{\"weight\":\"x\"}}";
  Status status = read_bytes (owner, input, strlen (input), &sample);
  assert_int_equal (status.detail->violation_count, 3);
  char *many = memory_string (owner, "{\"a0\":0");
  for (int i = 1; i < 1000; i++)
    many = talloc_asprintf_append (many, ",\"a%d\":0", i);
  many = talloc_asprintf_append (many, "}");
  status = read_bytes (owner, many, strlen (many), &sample);
  assert_int_equal (status.detail->violation_count, JSON_VIOLATION_LIMIT);
  talloc_free (owner);
}

/* `levels` of nesting in all, inside a member that is ignored, so that only the depth can be refused. */
static const char *
reason_at_depth (void *owner, size_t levels)
{
  char *text = memory_string (owner, "{\"etag\":");
  char *inner = memory_must (talloc_zero_size (owner, 2 * levels));
  memset (inner, '[', levels - 1);
  memset (inner + levels - 1, ']', levels - 1);
  text = talloc_asprintf_append (text, "%s}", inner);
  Sample *sample;
  Status status = read_bytes (owner, text, strlen (text), &sample);
  return status_failed (status) ? status.detail->reason : "";
}

static void
test_depth (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  assert_string_equal (reason_at_depth (owner, JSON_DEPTH_LIMIT), "");
  assert_string_equal (reason_at_depth (owner, JSON_DEPTH_LIMIT + 1), "TOO_DEEP");
  assert_string_equal (reason_at_depth (owner, 1000), "TOO_DEEP");
  assert_string_equal (reason_at_depth (owner, 400000), "TOO_DEEP");
  const char *brackets = "{\"givenName\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"}";
  Sample *sample;
  assert_int_equal (read_bytes (owner, brackets, strlen (brackets), &sample).code, STATUS_OK);
  talloc_free (owner);
}

static void
test_presence (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  const ApiMessage *table = sample_table ();
  ProtobufCMessage *message = json_new_message (owner, table->descriptor);
  const char *text = "{\"givenName\":null,\"flag\":false,\"etag\":\"x\"}";
  JsonPresence present = 0;
  Bytes bytes = {(const uint8_t *)text, strlen (text)};
  assert_int_equal (json_read_message (owner, table, bytes, message, &present).code, STATUS_OK);
  JsonPresence name = (JsonPresence)1 << api_find_field (table, "givenName", 9);
  JsonPresence flag = (JsonPresence)1 << api_find_field (table, "flag", 4);
  assert_true (present == (name | flag));
  talloc_free (owner);
}

/* Text as in a query. */
static const struct {
  const char *field;
  const char *text;
  const char *reason; /* "" when it is fine */
} texts[] = {
    {"givenName", "x", ""},
    {"flag", "true", ""},
    {"flag", "1", "NOT_A_BOOLEAN"},
    {"signedSmall", "-5", ""},
    {"signedSmall", "", "NOT_AN_INTEGER"},
    {"real", "1.5", ""},
    {"real", "abc", "NOT_A_NUMBER"},
    {"color", "SAMPLE_COLOR_RED", ""},
    {"color", "1", "UNKNOWN_VALUE"},
    {"part", "x", "WRONG_TYPE"},
    {"tags", "a", ""},
    {"data", "AA", ""},
};

static void
test_text_setter (void **state)
{
  (void)state;
  const ApiMessage *table = sample_table ();
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    void *owner = memory_context (NULL);
    ProtobufCMessage *message = json_new_message (owner, table->descriptor);
    int field = api_find_field (table, texts[i].field, strlen (texts[i].field));
    const char *reason =
        json_set_text (owner, table, message, (unsigned)field, texts[i].text, strlen (texts[i].text));
    assert_string_equal (reason == NULL ? "" : reason, texts[i].reason);
    talloc_free (owner);
  }
}

static void
test_unknown_enum_is_printed_as_number (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  Sample sample = SAMPLE__INIT;
  sample.color = (SampleColor)77;
  assert_non_null (strstr (print (owner, &sample), "\"color\":77"));
  talloc_free (owner);
}

/* What JSON has no number for, and floats that are printed no longer than they need be. */
static void
test_special_numbers (void **state)
{
  (void)state;
  static const struct {
    double number;
    const char *part;
  } numbers[] = {{INFINITY, "\"real\":\"Infinity\""},
                 {-INFINITY, "\"real\":\"-Infinity\""},
                 {NAN, "\"real\":\"NaN\""},
                 {1.0 / 3, "\"real\":0.3333333333333333,"},
                 {5e-324, "\"real\":4.94065645841247e-324"},
                 {1e22, "\"real\":1e+22"}};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    void *owner = memory_context (NULL);
    Sample sample = SAMPLE__INIT;
    sample.real = numbers[i].number;
    sample.single = 16777217.0f / 3;
    char *text = print (owner, &sample);
    if (strstr (text, numbers[i].part) == NULL)
      fail_msg ("no %s in %s", numbers[i].part, text);
    talloc_free (owner);
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_defaults_are_printed),
      cmocka_unit_test (test_good_input),
      cmocka_unit_test (test_round_trip),
      cmocka_unit_test (test_malformed_input),
      cmocka_unit_test (test_refused_members),
      cmocka_unit_test (test_every_violation_is_told),
      cmocka_unit_test (test_depth),
      cmocka_unit_test (test_presence),
      cmocka_unit_test (test_text_setter),
      cmocka_unit_test (test_unknown_enum_is_printed_as_number),
      cmocka_unit_test (test_special_numbers),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
