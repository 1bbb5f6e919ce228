/* Judges the service by the slow model: reads the lines of generate.py on stdin, does to the service what
 * they say at the instants they say, and asks it for everybody's memberships where the lines expect some.
 *
 * What it knows by its own changes (incremental), after everybody was derived anew (full, which must find no
 * difference), and after what it keeps between calls is gone (restart) must all be the expected, day by day.
 * With
 * --why it must explain them, too.
 * A world ends at its first difference: what follows could only be wrong. Last line: "N worlds, M
 * memberships, D differences". */
#include "questions.h"

#include "core/memory.h"
#include "service/private.h"

/* What has been seen so far. */
typedef struct Judge {
  ServiceWorld *service;
  void *owner; /* of the world's */
  Played *played;
  json_int_t seed;
  json_t *final; /* array: expectations since the last operation */
  json_t *persons;
  bool why;      /* ExplainMembership is asked, too */
  bool given_up; /* a difference was found in this world, or it asks for what the service cannot do */
  unsigned long worlds, memberships, differences, unsupported;
} Judge;

/* Reasons of the model, and what the service says. */
static const char *const reasons[][5] = {
    {"ALIVE", "ALREADY_LIVES"},
    {"BEFORE_LIFE", "NOT_ENDED"},
    {"CHILD_NOT_ALIVE", "EDGE_OUTSIDE_LIFE"},
    {"CYCLE", "CYCLE"},
    {"EMPTY", "EMPTY", "TOO_FEW_OPERANDS", "OPERANDS", "VALUES"},
    {"FIRST_DAY", "END_ON_FIRST_DAY"},
    {"NAMED_TWICE", "CHILD_ASSIGNED_TWICE"},
    {"NOT_ALIVE", "NOT_ALIVE"},
    {"NOT_NAMED", "CHILD_UNASSIGNED", "NOT_A_CHILD"}, /* wrong twice: split before */
    {"OUTSIDE", "ALREADY_ENDED", "END_ON_FIRST_DAY"},
    {"PARENT_NOT_IN_TREE", "PARENT_NOT_IN_TREE", "EDGE_OUTSIDE_LIFE"},
    {"PAST_DATE", "PAST_DATE", "EMPTY_PERIOD"}, /* wrong twice: to before from */
    {"PERIOD_REVERSED", "EMPTY_PERIOD"},
    {"RELATED", "MERGE_WITH_RELATIVE", "MERGE_WITH_ITSELF"},
    {"ROOT", "ROOT_FIXED"},
    {"UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION"},
    {"UNKNOWN_ORGAN", "UNKNOWN_ORGAN", "PARENT_NOT_IN_TREE", "NOT_ALIVE",
     "ROOT_FIXED"}, /* undone; or wrong twice */
    {"UNKNOWN_PERSON", "UNKNOWN_PERSON"},
    {"UNKNOWN_PLACE", "UNKNOWN_TOWN", "UNKNOWN_MUNICIPALITY", "UNKNOWN_PROVINCE", "UNKNOWN_POSTAL_CODE"},
    {"UNKNOWN_TYPE", "UNKNOWN_TYPE"},
};

/* Whether the service's reason fits; the reasons of undos are the service's own affair. */
static bool
reason_fits (const char *expected, const char *found)
{
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (strcmp (reasons[i][0], expected) == 0) {
      for (size_t j = 1; j < 5 && reasons[i][j] != NULL; j++)
        if (strcmp (reasons[i][j], found) == 0)
          return true;
      return false;
    }
  return true;
}

static void
differ (Judge *judge)
{
  judge->differences++;
  judge->given_up = true;
}

/* Compares what an operation came to with what was expected. */
static void
judge_outcome (Judge *judge, const json_t *line, Outcome outcome)
{
  const json_t *expect = json_object_get (line, "expect"), *place = json_object_get (expect, "place");
  bool accepted = json_is_true (json_object_get (expect, "accepted"));
  if (outcome.status.code == STATUS_UNIMPLEMENTED || strcmp (outcome.reason, "NOT_SUPPORTED") == 0) {
    judge->unsupported++;
    judge->given_up = true;
    return;
  }
  const char *reason = lines_text_or_empty (expect, "reason");
  bool same = accepted == !status_failed (outcome.status) &&
              (place == NULL || json_integer_value (place) == outcome.place) &&
              (accepted || reason_fits (reason, outcome.reason));
  if (same)
    return;
  char *text = json_dumps (line, JSON_COMPACT);
  printf ("seed %" JSON_INTEGER_FORMAT ": %s\n  expected: %s\n  found: %s %ld %s\n", judge->seed, text,
          accepted ? "accepted" : reason, status_failed (outcome.status) ? outcome.reason : "accepted",
          outcome.place, status_failed (outcome.status) ? outcome.status.detail->message : "");
  free (text);
  differ (judge);
}

/* `way`: how the service came to know what it answers. `closely`: some single days are asked for, too. */
static bool
judge_expectation (Judge *judge, const json_t *line, const char *way, bool closely)
{
  void *owner = memory_context (NULL);
  Stays *found = stays_new (owner);
  const char *known = lines_text_or_empty (line, "as_known_on");
  for (size_t i = 0; i < json_array_size (judge->persons); i++)
    questions_person (judge->played, owner, lines_item (judge->persons, i), known, found);
  const char *what =
      memory_format (owner, "seed %" JSON_INTEGER_FORMAT ", %s, at %s, as known on %s", judge->seed, way,
                     lines_text (line, "at"), *known == '\0' ? "now" : known);
  Stays *expected = lines_stays (owner, json_object_get (line, "memberships"));
  bool same = !closely || questions_days (judge->played, owner, expected, known, judge->why, what);
  same &= stays_same (expected, found, false, what);
  talloc_free (owner);
  return same;
}

/* All expectations since the last operation once more. */
static void
judge_again (Judge *judge, const char *way, bool closely)
{
  for (size_t i = 0; i < json_array_size (judge->final) && !judge->given_up; i++)
    if (!judge_expectation (judge, json_array_get (judge->final, i), way, closely))
      differ (judge);
}

/* Deriving everybody anew finds nothing to correct. */
static void
judge_full (Judge *judge)
{
  void *owner = memory_context (NULL);
  CreateEvaluationRequest request = CREATE_EVALUATION_REQUEST__INIT;
  Run run = RUN__INIT;
  assert_success (SERVICE_CALL (judge->service, owner, create_evaluation, &request, &run));
  uint64_t found = service_world_runs (judge->service, false);
  talloc_free (owner);
  if (found == 0)
    return;
  printf ("seed %" JSON_INTEGER_FORMAT ": the full evaluation finds %lu differences\n", judge->seed,
          (unsigned long)found);
  differ (judge);
}

static void
end_world (Judge *judge)
{
  if (!judge->given_up)
    judge_full (judge);
  judge_again (judge, "full", true);
  service_world_restart (judge->service);
  judge_again (judge, "restart", false);
  judge->worlds++;
}

static void
begin_world (Judge *judge, const json_t *line)
{
  talloc_free (judge->owner);
  judge->owner = memory_context (NULL);
  judge->played = played_begin (judge->owner, judge->service, line);
  judge->seed = judge->played->seed;
  judge->given_up = false;
  json_array_clear (judge->persons);
}

static void
judge_line (Judge *judge, void *owner, json_t *line)
{
  const char *op = lines_text (line, "op");
  if (strcmp (op, "world") == 0)
    begin_world (judge, line);
  else if (strcmp (op, "done") == 0)
    end_world (judge);
  else if (judge->given_up)
    return;
  else if (strcmp (op, "expect") == 0) {
    if (!judge_expectation (judge, line, "incremental", false))
      differ (judge);
    judge->memberships += json_array_size (json_object_get (line, "memberships"));
    json_array_append (judge->final, line);
  } else {
    if (strcmp (op, "person") == 0)
      json_array_append (judge->persons, json_object_get (line, "person"));
    json_array_clear (judge->final);
    judge_outcome (judge, line, orders_play (judge->played, owner, line));
  }
}

/* How the program was called, and the service it works with. */
typedef struct Setting {
  bool why;
  ServiceWorld *service;
} Setting;

/* As a test, so that an assertion that fails inside still stops the database. */
static void
judge_lines (void **state)
{
  const Setting *setting = *state;
  Judge judge = {
      .service = setting->service, .why = setting->why, .final = json_array (), .persons = json_array ()};
  void *line_owner = memory_context (NULL);
  for (json_t *line; (line = lines_next (line_owner, stdin)) != NULL;) {
    judge_line (&judge, line_owner, line);
    fflush (stdout);
    talloc_free_children (line_owner);
  }
  talloc_free (line_owner);
  talloc_free (judge.owner);
  json_decref (judge.final);
  json_decref (judge.persons);
  printf ("%lu worlds, %lu memberships, %lu differences, %lu worlds not supported\n", judge.worlds,
          judge.memberships, judge.differences, judge.unsupported);
  assert_int_equal (judge.differences, 0);
  assert_int_not_equal (judge.memberships, 0);
}

static int
start (void **state)
{
  Setting *setting = *state;
  setting->service = service_world_new (NULL);
  return 0;
}

static int
stop (void **state)
{
  Setting *setting = *state;
  return talloc_free (setting->service);
}

int
main (int argc, char **argv)
{
  Setting setting = {.why = argc > 1 && strcmp (argv[1], "--why") == 0};
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate_setup_teardown (judge_lines, start, stop, &setting)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
