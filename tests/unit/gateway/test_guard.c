/* Host, Origin, header values, and who counts as the client. */
#include "gateway/accept.h"
#include "gateway/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

static const struct {
  const char *authority;
  const char *hosts;
  bool ours;
} hosts[] = {
    {"localhost", "", true},
    {"LOCALHOST:8080", "", true},
    {"127.0.0.1:1", "", true},
    {"[::1]:8080", "", true},
    {"[::1]", "", true},
    {"register.example", "register.example", true},
    {"Register.Example:443", "other.example, register.example", true},
    {"anything.example", "*", true},
    {"register.example.evil", "register.example", false},
    {"evil.example", "", false},
    {"127.0.0.1.evil.example", "", false},
    {"localhost.evil.example", "", false},
    {"localhos", "", false},
    {"", "", false},
    {"[::1", "", false},
    {"[::2]:8080", "", false},
};

static void
test_hosts (void **state)
{
  (void)state;
  for (size_t i = 0; i < COUNT (hosts); i++) {
    if (guard_host_is_ours (hosts[i].authority, hosts[i].hosts) != hosts[i].ours)
      fail_msg ("%s of %s", hosts[i].authority, hosts[i].hosts);
  }
}

static const struct {
  const char *origin;
  const char *site;
  bool ours;
} origins[] = {
    {NULL, NULL, true},
    {NULL, "same-origin", true},
    {NULL, "none", true},
    {NULL, "same-site", false},
    {NULL, "cross-site", false},
    {"http://localhost:8080", NULL, true},
    {"https://localhost:8080", "same-origin", true},
    {"HTTP://LOCALHOST:8080", NULL, true},
    {"http://localhost", NULL, false},
    {"http://localhost:8081", NULL, false},
    {"http://evil.example", "same-origin", false},
    {"http://localhost:8080.evil.example", NULL, false},
    {"ftp://localhost:8080", NULL, false},
    {"localhost:8080", NULL, false},
    {"null", NULL, false},
    {"", NULL, false},
    {"http://localhost:8080", "cross-site", false},
    {"https://app.example", "cross-site", true},
};

static void
test_origins (void **state)
{
  (void)state;
  for (size_t i = 0; i < COUNT (origins); i++) {
    bool ours =
        guard_origin_is_ours (origins[i].origin, origins[i].site, "localhost:8080", "https://app.example");
    if (ours != origins[i].ours)
      fail_msg ("%s, %s", origins[i].origin, origins[i].site);
  }
}

static void
test_keys (void **state)
{
  (void)state;
  char text[257];
  memset (text, 'k', 256);
  text[256] = '\0';
  assert_false (guard_is_key (text));
  text[255] = '\0';
  assert_true (guard_is_key (text));
  assert_true (guard_is_key ("!~"));
  assert_false (guard_is_key (""));
  assert_false (guard_is_key ("a b"));
  assert_false (guard_is_key ("a\x7f"));
  assert_false (guard_is_key ("\xc3\xa4"));
}

static const struct {
  const char *text;
  bool valid;
} etags[] = {{"*", true},    {"\"1\"", true},        {"W/\"1\"", true},  {"\"\"", true},
             {"", false},    {"1", false},           {"\"", false},      {"\"1", false},
             {"1\"", false}, {"\"a\",\"b\"", false}, {"\"a b\"", false}, {"w/\"1\"", false},
             {"**", false}};

static void
test_etags (void **state)
{
  (void)state;
  for (size_t i = 0; i < COUNT (etags); i++) {
    if (guard_is_etag (etags[i].text) != etags[i].valid)
      fail_msg ("%s", etags[i].text);
  }
}

#define TRACE "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-"

static const struct {
  const char *text;
  bool valid;
} traces[] = {{TRACE "01", true},
              {TRACE "00", true},
              {TRACE "0g", false},
              {TRACE "1", false},
              {TRACE "011", false},
              {"", false},
              {"01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false},
              {"00-00000000000000000000000000000000-b7ad6b7169203331-01", false},
              {"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false},
              {"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false},
              {"00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01", false}};

static void
test_traces_and_ids (void **state)
{
  (void)state;
  for (size_t i = 0; i < COUNT (traces); i++) {
    if (guard_is_traceparent (traces[i].text) != traces[i].valid)
      fail_msg ("%s", traces[i].text);
  }
  assert_true (guard_is_request_id ("aZ0-_."));
  assert_false (guard_is_request_id (""));
  assert_false (guard_is_request_id ("a\"b"));
  assert_false (guard_is_request_id ("a b"));
}

static const struct {
  const char *peer;
  const char *forwarded;
  const char *proxies;
  const char *client;
} clients[] = {
    {"192.0.2.1", NULL, "", "192.0.2.1"},
    {"192.0.2.1", "198.51.100.1", "", "192.0.2.1"},
    {"10.1.2.3", "198.51.100.1", "10.0.0.0/8", "198.51.100.1"},
    {"10.1.2.3", "203.0.113.9, 198.51.100.1", "10.0.0.0/8", "198.51.100.1"},
    {"10.1.2.3", "203.0.113.9, 10.9.9.9", "10.0.0.0/8", "203.0.113.9"},
    {"11.1.2.3", "198.51.100.1", "10.0.0.0/8", "11.1.2.3"},
    {"10.1.2.3", "nonsense", "10.0.0.0/8", "10.1.2.3"},
    {"10.1.2.3", "", "10.0.0.0/8", "10.1.2.3"},
    {"10.1.2.3", NULL, "10.0.0.0/8", "10.1.2.3"},
    {"::1", "2001:db8::7", "10.0.0.0/8, ::1", "2001:db8::7"},
    {"2001:db8::1", "198.51.100.1", "2001:db8::/32", "198.51.100.1"},
    {"127.0.0.1", "198.51.100.1", "127.0.0.1", "198.51.100.1"},
    {"127.0.0.2", "198.51.100.1", "127.0.0.1", "127.0.0.2"},
};

static void
test_clients (void **state)
{
  (void)state;
  for (size_t i = 0; i < COUNT (clients); i++) {
    char buffer[64];
    assert_string_equal (guard_client (clients[i].peer, clients[i].forwarded, clients[i].proxies, buffer),
                         clients[i].client);
  }
}

static const struct {
  const char *header;
  const char *value;
  int weight;
} weights[] = {
    {NULL, "text/csv", 1000},
    {"", "text/csv", 0},
    {"text/csv", "text/csv", 1000},
    {"TEXT/CSV", "text/csv", 1000},
    {"text/*", "text/csv", 1000},
    {"*/*", "text/csv", 1000},
    {"application/json, text/csv;q=0.5", "text/csv", 500},
    {"text/csv ; q=0.25 , */*", "text/csv", 250},
    {"text/csv;header=present;q=0.125", "text/csv", 125},
    {"*/*;q=0.1, text/*;q=0.2, text/csv;q=0.3", "text/csv", 300},
    {"*/*;q=0.1, text/*;q=0.2, text/csv;q=0.3", "text/html", 200},
    {"*/*;q=0.1, text/*;q=0.2, text/csv;q=0.3", "image/png", 100},
    {"text/csv;q=0", "text/csv", 0},
    {"text/csv;q=nonsense", "text/csv", 0},
    {"text/csvx", "text/csv", 0},
    {"gzip, deflate, br", "br", 1000},
    {"gzip;q=1.0, *;q=0", "br", 0},
    {"*", "br", 1000},
    {"identity", "br", 0},
};

static void
test_weights (void **state)
{
  (void)state;
  for (size_t i = 0; i < COUNT (weights); i++) {
    if (accept_weight (weights[i].header, weights[i].value) != weights[i].weight)
      fail_msg ("%s of %s: %d", weights[i].value, weights[i].header,
                accept_weight (weights[i].header, weights[i].value));
  }
}

static const struct {
  const char *header;
  const char *language;
} wanted[] = {
    {NULL, "en"},
    {"", "en"},
    {"fi", "fi"},
    {"FI", "fi"},
    {"sv-FI", "sv"},
    {"sv-FI,sv;q=0.9,en;q=0.8", "sv"},
    {"nl;q=0.5, fi;q=0.9", "fi"},
    {"fi;q=0.9, sv;q=0.90", "fi"},
    {"de-DE, de;q=0.9, nl;q=0.2", "nl"},
    {"de, fr", "en"},
    {"*", "en"},
    {"fi;q=0, *;q=0.5", "en"},
    {"fi;q=0", "en"},
    {"fin", "en"},
    {"f", "en"},
    {"fi_FI", "en"},
    {"sv;q=1.5", "sv"},
    {"sv;q=x", "en"},
    {", ,fi", "fi"},
    {"nl ; q=0.3,\tsv; level=1; q=0.4", "sv"},
};

static void
test_languages (void **state)
{
  (void)state;
  static const char *const languages[] = {"en", "fi", "sv", "nl", NULL};
  for (size_t i = 0; i < COUNT (wanted); i++) {
    const char *language = accept_language (wanted[i].header, languages);
    if (strcmp (language, wanted[i].language) != 0)
      fail_msg ("%s: %s", wanted[i].header, language);
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_hosts),          cmocka_unit_test (test_origins),
      cmocka_unit_test (test_keys),           cmocka_unit_test (test_etags),
      cmocka_unit_test (test_traces_and_ids), cmocka_unit_test (test_clients),
      cmocka_unit_test (test_weights),        cmocka_unit_test (test_languages),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
