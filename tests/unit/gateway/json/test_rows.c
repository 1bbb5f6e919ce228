/* Rows as CSV and NDJSON. */
#include "gateway/rows.h"
#include "sample/v1/sample.pb-c.h"
#include "sample_api.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADER                                                                                               \
  "givenName,signedSmall,unsignedSmall,signedLarge,unsignedLarge,single,real,flag,data,color,"               \
  "part.postCode,part.weight,tags,numbers,parts,labels,shelves,limitCount,limitPart.postCode,limitPart."     \
  "weight,etag,colors\r\n"

static const ApiMessage *
table (void)
{
  return api_find_message (&sample_api, &sample__descriptor);
}

static char *
csv (void *owner, const char *json, char separator)
{
  ProtobufCMessage *row = json_new_message (owner, &sample__descriptor);
  Bytes bytes = {(const uint8_t *)json, strlen (json)};
  assert_int_equal (json_read_message (owner, table (), bytes, row, NULL).code, STATUS_OK);
  JsonBuffer *out = json_buffer_new (owner, 16);
  rows_append_csv (out, table (), row, separator);
  return memory_string_n (owner, out->data, out->length);
}

static void
test_header (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  JsonBuffer *out = json_buffer_new (owner, 16);
  rows_append_csv_header (out, table (), ',', false);
  assert_string_equal (memory_string_n (owner, out->data, out->length), HEADER);
  out->length = 0;
  rows_append_csv_header (out, table (), ';', true);
  assert_memory_equal (out->data, "\xef\xbb\xbfgivenName;signedSmall;", 25);
  talloc_free (owner);
}

/* The first cell of a row with that name. */
static const struct {
  const char *name; /* in JSON */
  const char *cell;
} cells[] = {
    {"plain", "plain"},
    {"", ""},
    {"a,b", "\"a,b\""},
    {"a;b", "a;b"},
    {"say \\\"hi\\\"", "\"say \"\"hi\"\"\""},
    {"two\\nlines", "\"two\nlines\""},
    {"cr\\rx", "\"cr\rx\""},
    {" padded", "\" padded\""},
    {"=1+1", "'=1+1"},
    {"+358401234567", "'+358401234567"},
    {"-1", "'-1"},
    {"@SUM(A1)", "'@SUM(A1)"},
    {"\\tx", "'\tx"},
    {"\\rx", "\"'\rx\""},
    {"=HYPERLINK(\\\"a\\\",1)", "\"'=HYPERLINK(\"\"a\"\",1)\""},
    {"a=b", "a=b"},
    {"\xc3\x84iti", "\xc3\x84iti"},
};

static void
test_cells (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
    void *owner = memory_context (NULL);
    char *line = csv (owner, memory_format (owner, "{\"givenName\":\"%s\"}", cells[i].name), ',');
    char *expected = memory_format (owner, "%s,0,0,0,0,0,0,false,,SAMPLE_COLOR_UNSPECIFIED,", cells[i].cell);
    if (strncmp (line, expected, strlen (expected)) != 0)
      fail_msg ("%s became %s", cells[i].name, line);
    talloc_free (owner);
  }
}

static const struct {
  const char *json;
  const char *part;
} values[] = {
    {"{\"signedLarge\":\"-5\",\"unsignedLarge\":\"18446744073709551615\"}", ",-5,18446744073709551615,"},
    {"{\"part\":{\"postCode\":\"00100\",\"weight\":-2}}", ",SAMPLE_COLOR_UNSPECIFIED,00100,-2,"},
    {"{}", ",SAMPLE_COLOR_UNSPECIFIED,,,,,,,,,,,,\r\n"},
    {"{\"tags\":[\"a\",\"b\"]}", ",a; b,"},
    {"{\"tags\":[\"=a\",\"=b\"]}", ",'=a; =b,"},
    {"{\"numbers\":[1,2]}", ",1; 2,"},
    {"{\"parts\":[{\"weight\":1}]}", ",\"[{\"\"postCode\"\":\"\"\"\",\"\"weight\"\":1}]\","},
    {"{\"limitCount\":0}", ",0,,,,\r\n"},
    {"{\"limitPart\":{\"weight\":3}}", ",,,3,,\r\n"},
    {"{\"colors\":[1,2]}", ",SAMPLE_COLOR_RED; SAMPLE_COLOR_GREEN\r\n"},
    {"{\"data\":\"AAEC\"}", ",AAEC,"},
};

static void
test_values (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    void *owner = memory_context (NULL);
    char *line = csv (owner, values[i].json, ',');
    if (strstr (line, values[i].part) == NULL)
      fail_msg ("no %s in %s", values[i].part, line);
    talloc_free (owner);
  }
}

static void
test_separator (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  assert_memory_equal (csv (owner, "{\"givenName\":\"a;b\"}", ';'), "\"a;b\";0;", 8);
  assert_memory_equal (csv (owner, "{\"givenName\":\"a,b\"}", ';'), "a,b;0;", 6);
  talloc_free (owner);
}

static void
test_ndjson (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  Sample sample = SAMPLE__INIT;
  sample.given_name = "two\nlines";
  JsonBuffer *out = json_buffer_new (owner, 16);
  rows_append_ndjson (out, table (), &sample.base);
  assert_int_equal (out->data[out->length - 1], '\n');
  assert_null (memchr (out->data, '\n', out->length - 1));
  talloc_free (owner);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_header),    cmocka_unit_test (test_cells),  cmocka_unit_test (test_values),
      cmocka_unit_test (test_separator), cmocka_unit_test (test_ndjson),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
