/* The command line by its tables: what is read, what is refused; documents that name everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/ctl/ctl.h"
#include "services/ctl/documents.h"

enum { WORDS_MAX = 8 };

static const char *const services[] = {"hierarchy", "membership"};

static Status
read_words (void *owner, const char *const *words, Arguments *arguments)
{
  char *argv[WORDS_MAX + 2] = {memory_string (owner, "heimoctl")};
  int argc = 1;
  for (; words[argc - 1] != NULL; argc++)
    argv[argc] = memory_string (owner, words[argc - 1]);
  return arguments_read (owner, argc, argv, services, 2, arguments);
}

typedef struct Refusal {
  const char *words[WORDS_MAX];
  const char *field;
  const char *reason;
} Refusal;

static const Refusal refusals[] = {
    {{NULL}, "VERB", "REQUIRED"},
    {{"nonsense"}, "VERB", "UNKNOWN_VERB"},
    {{"--json", "status"}, "VERB", "UNKNOWN_VERB"},
    {{"status", "more"}, "status", "OPERAND"},
    {{"runs", "more"}, "runs", "UNKNOWN_VERB"},
    {{"runs", "show"}, "RUN", "REQUIRED"},
    {{"runs", "show", "a", "b"}, "runs show", "OPERAND"},
    {{"status", "--nonsense"}, "--nonsense", "UNKNOWN"},
    {{"status", "--nonsense=x"}, "--nonsense", "UNKNOWN"},
    {{"status", "--tim", "3"}, "--tim", "UNKNOWN"},
    {{"status", "--follow"}, "--follow", "UNKNOWN"},
    {{"status", "-j"}, "-j", "UNKNOWN"},
    {{"status", "--json=1"}, "--json", "VALUE"},
    {{"status", "--timeout"}, "--timeout", "VALUE"},
    {{"status", "--timeout", ""}, "--timeout", "NUMBER"},
    {{"status", "--timeout="}, "--timeout", "NUMBER"},
    {{"status", "--timeout", "3 "}, "--timeout", "NUMBER"},
    {{"status", "--timeout", "0"}, "--timeout", "NUMBER"},
    {{"status", "--timeout", "601"}, "--timeout", "NUMBER"},
    {{"status", "--timeout", "99999999999999999999"}, "--timeout", "NUMBER"},
    {{"runs", "--limit", "10001"}, "--limit", "NUMBER"},
    {{"runs", "--limit", "-1"}, "--limit", "NUMBER"},
    {{"runs", "--state", "RUNNING"}, "--state", "CHOICE"},
    {{"status", "--service", "member"}, "--service", "SERVICE"},
    {{"status", "--service", ""}, "--service", "SERVICE"},
    {{"parked", "retry"}, "EVENT", "REQUIRED"},
    {{"parked", "retry", "--all", "x"}, "EVENT", "REQUIRED"},
    {{"parked", "drop", "x"}, "--reason", "REQUIRED"},
    {{"print"}, "DOCUMENT", "REQUIRED"},
    {{"print", "ps"}, "DOCUMENT", "CHOICE"},
};

static void
what_is_wrong_is_named (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    Arguments arguments;
    Status status = read_words (owner, refusals[i].words, &arguments);
    if (!status_failed (status))
      fail_msg ("case %zu is accepted", i);
    assert_int_equal (status.detail->violation_count, 1);
    assert_string_equal (status.detail->violations[0].field, refusals[i].field);
    assert_string_equal (status.detail->violations[0].reason, refusals[i].reason);
  }
  talloc_free (owner);
}

typedef struct Reading {
  const char *words[WORDS_MAX];
  const char *title;
  const char *operand;
  int64_t timeout_s;
  int64_t limit;
  const char *service;
} Reading;

static const Reading readings[] = {
    {{"status"}, "status", NULL, 3, 20, NULL},
    {{"status", "--timeout", "600"}, "status", NULL, 600, 20, NULL},
    {{"status", "--timeout=1", "--service=membership"}, "status", NULL, 1, 20, "membership"},
    {{"status", "--timeout", "1", "--timeout", "2"}, "status", NULL, 2, 20, NULL},
    {{"runs"}, "runs", NULL, 3, 20, NULL},
    {{"runs", "--limit", "1"}, "runs", NULL, 3, 1, NULL},
    {{"runs", "show", "x", "--service", "hierarchy"}, "runs show", "x", 3, 20, "hierarchy"},
    {{"runs", "show", "--service", "hierarchy", "x"}, "runs show", "x", 3, 20, "hierarchy"},
    {{"runs", "show", "--", "--json"}, "runs show", "--json", 3, 20, NULL},
    {{"parked", "retry", "--all"}, "parked retry", NULL, 3, 20, NULL},
    {{"parked", "drop", "x", "--reason", "--"}, "parked drop", "x", 3, 20, NULL},
    {{"runs", "show", "--help"}, "runs show", NULL, 3, 20, NULL},
    {{"print", "man"}, "print", "man", 3, 20, NULL},
};

static void
what_is_right_is_read (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
    const Reading *reading = &readings[i];
    Arguments arguments;
    Status status = read_words (owner, reading->words, &arguments);
    if (status_failed (status))
      fail_msg ("case %zu: %s %s", i, status.detail->violations[0].field,
                status.detail->violations[0].description);
    assert_string_equal (verb_title (owner, arguments.verb), reading->title);
    assert_int_equal (arguments.timeout_s, reading->timeout_s);
    assert_int_equal (arguments.limit, reading->limit);
    assert_int_equal (arguments.operand == NULL, reading->operand == NULL);
    if (reading->operand != NULL)
      assert_string_equal (arguments.operand, reading->operand);
    assert_int_equal (arguments.service == NULL, reading->service == NULL);
    if (reading->service != NULL)
      assert_string_equal (arguments.service, reading->service);
  }
  talloc_free (owner);
}

static void
help_and_version_need_no_verb (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  Arguments arguments;
  assert_false (status_failed (read_words (owner, (const char *[]){"--help", NULL}, &arguments)));
  assert_true (arguments.help && arguments.verb == NULL);
  assert_false (status_failed (read_words (owner, (const char *[]){"-h", NULL}, &arguments)));
  assert_true (arguments.help);
  assert_false (status_failed (read_words (owner, (const char *[]){"--version", NULL}, &arguments)));
  assert_true (arguments.version && !arguments.help);
  talloc_free (owner);
}

/* The tables themselves: a mistake in a row shows here. */
static void
the_tables_are_sound (void **state)
{
  (void)state;
  for (size_t i = 0; i < verb_count; i++) {
    const Verb *verb = &verbs[i];
    assert_non_null (verb->run);
    assert_true ((verb->rule == OPERAND_NONE) == (verb->operand == NULL));
    assert_true ((verb->options >> OPTION_ID_HELP & 1) != 0);
    assert_true (verb->need == NEED_NOTHING || (verb->options >> OPTION_ID_TIMEOUT & 1) != 0);
    assert_int_not_equal (verb->summary[strlen (verb->summary) - 1], '.');
    assert_int_equal (verb->description[strlen (verb->description) - 1], '.');
    for (size_t j = 0; j < i; j++)
      assert_false (strcmp (verbs[j].name, verb->name) == 0 &&
                    (verbs[j].sub == verb->sub ||
                     (verbs[j].sub != NULL && verb->sub != NULL && strcmp (verbs[j].sub, verb->sub) == 0)));
  }
  for (unsigned id = 0; id < OPTION_ID_COUNT; id++) {
    assert_memory_equal (options[id].name, "--", 2);
    assert_true ((options[id].kind == OPTION_FLAG) == (options[id].value == NULL));
    assert_true ((options[id].kind == OPTION_CHOICE) == (options[id].choices != NULL));
    assert_true (options[id].kind != OPTION_NUMBER || options[id].minimum < options[id].maximum);
  }
}

/* What a document prints, on `owner`. */
static char *
printed (void *owner, void (*print) (FILE *))
{
  char *text = NULL;
  size_t length;
  FILE *out = open_memstream (&text, &length);
  print (out);
  fclose (out);
  char *copy = memory_string (owner, text);
  free (text);
  return copy;
}

/* As roff writes it. */
static const char *
in_roff (void *owner, const char *text)
{
  char *copy = memory_string (owner, "");
  for (; *text != '\0'; text++)
    copy = memory_format (owner, *text == '-' ? "%s\\%c" : "%s%c", copy, *text);
  return copy;
}

static void
documents_name_everything (void **state)
{
  (void)state;
  void *owner = memory_context (NULL);
  const char *man = printed (owner, print_man);
  const char *bash = printed (owner, print_completion);
  for (size_t i = 0; i < verb_count; i++) {
    const char *title = verb_title (owner, &verbs[i]);
    assert_non_null (strstr (man, memory_format (owner, "\n.SS %s", in_roff (owner, title))));
    assert_non_null (strstr (bash, memory_format (owner, verbs[i].sub == NULL ? "%s*)" : "'%s'*)", title)));
  }
  for (unsigned id = 0; id < OPTION_ID_COUNT; id++) {
    assert_non_null (strstr (man, memory_format (owner, "\n.B %s", in_roff (owner, options[id].name))));
    assert_non_null (strstr (bash, options[id].name));
  }
  for (size_t i = 0; i < exit_text_count; i++)
    assert_non_null (strstr (man, in_roff (owner, exit_texts[i].meaning)));
  talloc_free (owner);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (what_is_wrong_is_named),        cmocka_unit_test (what_is_right_is_read),
      cmocka_unit_test (help_and_version_need_no_verb), cmocka_unit_test (the_tables_are_sound),
      cmocka_unit_test (documents_name_everything),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
