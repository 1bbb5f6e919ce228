/* runs: the list, one run, its outcomes, its end. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/validate.h"
#include "heimo/common/v1/run.pb-c.h"
#include "services/ctl/ctl.h"

enum { POLL_MS = 1000, PAGE = 200 };

/* ---- columns ---- */

static const char *
run_id (void *owner, const void *row)
{
  (void)owner;
  return ((const Run *)row)->run_id;
}

static const char *
run_service (void *owner, const void *row)
{
  (void)owner;
  return ((const Run *)row)->service;
}

static const char *
run_type (void *owner, const void *row)
{
  (void)owner;
  return ((const Run *)row)->type;
}

static const char *
run_state_word (void *owner, const void *row)
{
  return ctl_enum_word (owner, &run_state__descriptor, (int)((const Run *)row)->state);
}

static const char *
run_progress (void *owner, const void *row)
{
  const Run *run = row;
  if (run->total == 0)
    return memory_format (owner, "%" PRIu64, run->processed);
  return memory_format (owner, "%" PRIu64 "/%" PRIu64 " (%" PRIu64 " %%)", run->processed, run->total,
                        run->processed * 100 / run->total);
}

static const char *
run_failed (void *owner, const void *row)
{
  return memory_format (owner, "%" PRIu64, ((const Run *)row)->failed);
}

static const char *
run_created (void *owner, const void *row)
{
  return ctl_short_time (owner, ((const Run *)row)->create_time);
}

static const char *
run_took (void *owner, const void *row)
{
  const Run *run = row;
  int64_t begin, end = ctl_now ();
  if (*run->start_time == '\0' || !clock_parse (run->start_time, &begin) ||
      (*run->end_time != '\0' && !clock_parse (run->end_time, &end)))
    return NULL;
  return ctl_duration (owner, end > begin ? (uint64_t)(end - begin) / 1000 : 0);
}

static const char *
run_error (void *owner, const void *row)
{
  (void)owner;
  return ((const Run *)row)->error_reason;
}

static const Column run_columns[] = {
    {"RUN", SIDE_LEFT, run_id},
    {"SERVICE", SIDE_LEFT, run_service},
    {"TYPE", SIDE_LEFT, run_type},
    {"STATE", SIDE_LEFT, run_state_word},
    {"PROGRESS", SIDE_RIGHT, run_progress},
    {"FAILED", SIDE_RIGHT, run_failed},
    {"CREATED (UTC)", SIDE_LEFT, run_created},
    {"TOOK", SIDE_RIGHT, run_took},
    {"ERROR", SIDE_LEFT, run_error},
};
static const TableForm run_form = {run_columns, sizeof run_columns / sizeof *run_columns, NULL};

static const char *
outcome_position (void *owner, const void *row)
{
  return memory_format (owner, "%" PRIu64, ((const RunOutcome *)row)->position);
}

static const char *
outcome_subject (void *owner, const void *row)
{
  (void)owner;
  return ((const RunOutcome *)row)->subject;
}

static const char *
outcome_result (void *owner, const void *row)
{
  (void)owner;
  return ((const RunOutcome *)row)->result;
}

static const char *
outcome_field (void *owner, const void *row)
{
  (void)owner;
  return ((const RunOutcome *)row)->field;
}

static const char *
outcome_reason (void *owner, const void *row)
{
  (void)owner;
  return ((const RunOutcome *)row)->reason;
}

static const char *
outcome_description (void *owner, const void *row)
{
  (void)owner;
  return ((const RunOutcome *)row)->description;
}

static const Column outcome_columns[] = {
    {"POSITION", SIDE_RIGHT, outcome_position}, {"SUBJECT", SIDE_LEFT, outcome_subject},
    {"RESULT", SIDE_LEFT, outcome_result},      {"FIELD", SIDE_LEFT, outcome_field},
    {"REASON", SIDE_LEFT, outcome_reason},      {"DESCRIPTION", SIDE_LEFT, outcome_description},
};
static const TableForm outcome_form = {outcome_columns, sizeof outcome_columns / sizeof *outcome_columns,
                                       NULL};

/* ---- the list ---- */

/* Runs that have been gathered from services. */
typedef struct RunList {
  void *owner;
  Run **runs;
  size_t count;
} RunList;

static bool
is_wanted (const Ctl *ctl, void *owner, const Run *run)
{
  const char *state = ctl->arguments->state;
  return *state == '\0' || strcmp (state, run_state_word (owner, run)) == 0;
}

static void
keep (RunList *list, Run *run)
{
  list->runs = memory_must (talloc_realloc (list->owner, list->runs, Run *, (unsigned)(list->count + 1)));
  list->runs[list->count++] = run;
}

/* The newest of one service, page by page until there are enough. */
static Status
gather (Ctl *ctl, const char *service, RunList *list)
{
  ListRunsRequest request = LIST_RUNS_REQUEST__INIT;
  size_t wanted = (size_t)ctl->arguments->limit, found = 0;
  request.type = ctl->arguments->type;
  request.page_size = *ctl->arguments->state == '\0' && wanted < PAGE ? (uint32_t)wanted : PAGE;
  do {
    Answer answer = ctl_ask (list->owner, ctl, service, "heimo.common.v1.RunService/ListRuns", &request.base);
    if (status_failed (answer.status))
      return answer.status;
    const ListRunsResponse *page = (const ListRunsResponse *)answer.reply;
    for (size_t i = 0; i < page->n_runs && found < wanted; i++)
      if (is_wanted (ctl, list->owner, page->runs[i])) {
        keep (list, page->runs[i]);
        found++;
      }
    request.page_token = page->next_page_token;
  } while (found < wanted && *request.page_token != '\0');
  return STATUS_SUCCESS;
}

static int
compare_runs (const void *left, const void *right)
{
  const Run *const *one = left, *const *other = right;
  return strcmp ((*other)->create_time, (*one)->create_time);
}

/* The newest of all services. */
static CtlExit
gather_all (Ctl *ctl, RunList *list)
{
  CtlExit code = CTL_GOOD;
  for (size_t i = 0; i < ctl->service_count; i++) {
    Status status = gather (ctl, ctl->services[i], list);
    if (status_failed (status))
      code = ctl_worse (code, ctl_complain (ctl->services[i], status));
  }
  if (list->count > 1)
    qsort (list->runs, list->count, sizeof (Run *), compare_runs);
  if (list->count > (size_t)ctl->arguments->limit)
    list->count = (size_t)ctl->arguments->limit;
  return code;
}

/* True when the list has the run in the same state as `run`. */
static bool
is_known (const RunList *list, const Run *run)
{
  for (size_t i = 0; i < list->count; i++)
    if (strcmp (list->runs[i]->run_id, run->run_id) == 0)
      return strcmp (list->runs[i]->etag, run->etag) == 0;
  return false;
}

/* Lists again and again, and tells what has changed, until interrupted or a service is gone. */
static CtlExit
follow_list (Ctl *ctl, Output *output, RunList before)
{
  CtlExit code = CTL_GOOD;
  while (code == CTL_GOOD) {
    ctl_wait (ctl, POLL_MS);
    RunList now = {.owner = memory_context (NULL)};
    code = gather_all (ctl, &now);
    for (size_t i = now.count; i > 0; i--)
      if (!is_known (&before, now.runs[i - 1]))
        ctl_output_row (output, now.runs[i - 1], &now.runs[i - 1]->base);
    ctl_output_end (output);
    talloc_free (before.owner);
    before = now;
  }
  talloc_free (before.owner);
  return code;
}

CtlExit
run_runs (Ctl *ctl)
{
  RunList list = {.owner = memory_context (NULL)};
  void *owner = memory_context (NULL);
  Output output = ctl_output (owner, ctl, &run_form);
  CtlExit code = gather_all (ctl, &list);
  for (size_t i = 0; i < list.count; i++)
    ctl_output_row (&output, list.runs[i], &list.runs[i]->base);
  ctl_output_end (&output);
  if (ctl->arguments->follow && code == CTL_GOOD)
    code = follow_list (ctl, &output, list);
  else
    talloc_free (list.owner);
  talloc_free (owner);
  return code;
}

/* ---- one run ---- */

static CtlExit
check_run_id (const Ctl *ctl)
{
  const char *id = ctl->arguments->operand;
  if (validate_text (API_FORMAT_UUID, id, strlen (id)) == NULL && *id != '\0')
    return CTL_GOOD;
  fprintf (stderr, "heimoctl: RUN '%s' %s\n", id, validate_text_wants (API_FORMAT_UUID));
  return CTL_USAGE;
}

/* Finds the run in the services of the verb; NULL, with complaints, when none has it. */
static const Run *
find_run (void *owner, Ctl *ctl, CtlExit *code)
{
  GetRunRequest request = GET_RUN_REQUEST__INIT;
  request.run_id = ctl->arguments->operand;
  const Answer *answers = ctl_ask_all (owner, ctl, "heimo.common.v1.RunService/GetRun", &request.base);
  for (size_t i = 0; i < ctl->service_count; i++)
    if (!status_failed (answers[i].status))
      return (const Run *)answers[i].reply;
  *code = CTL_GOOD;
  for (size_t i = 0; i < ctl->service_count; i++)
    if (answers[i].status.code != STATUS_NOT_FOUND)
      *code = ctl_worse (*code, ctl_complain (answers[i].service, answers[i].status));
  if (*code == CTL_GOOD) {
    fprintf (stderr, "heimoctl: RUN '%s' is no run of this federation\n", request.run_id);
    *code = CTL_FOUND;
  }
  return NULL;
}

/* Tells the run whenever it changes until it has ended. *state: how it ended. */
static CtlExit
follow_run (void *owner, Ctl *ctl, const char *service, RunState *state)
{
  GetRunRequest request = GET_RUN_REQUEST__INIT;
  Output output = ctl_output (owner, ctl, &run_form);
  char etag[64] = "";
  request.run_id = ctl->arguments->operand;
  for (;;) {
    void *scratch = memory_context (owner);
    Answer answer = ctl_ask (scratch, ctl, service, "heimo.common.v1.RunService/GetRun", &request.base);
    if (status_failed (answer.status))
      return ctl_complain (service, answer.status);
    const Run *run = (const Run *)answer.reply;
    if (strcmp (run->etag, etag) != 0)
      ctl_output_row (&output, run, &run->base);
    ctl_output_end (&output);
    snprintf (etag, sizeof etag, "%s", run->etag);
    *state = run->state;
    bool done = run->done;
    talloc_free (scratch);
    if (done)
      return CTL_GOOD;
    ctl_wait (ctl, POLL_MS);
  }
}

static CtlExit
show_outcomes (void *owner, Ctl *ctl, const Run *run)
{
  ListRunOutcomesRequest request = LIST_RUN_OUTCOMES_REQUEST__INIT;
  Output output = ctl_output (owner, ctl, &outcome_form);
  size_t wanted = (size_t)ctl->arguments->limit, found = 0;
  request.run_id = run->run_id;
  do {
    request.page_size = wanted - found < 1000 ? (uint32_t)(wanted - found) : 1000;
    Answer answer =
        ctl_ask (owner, ctl, run->service, "heimo.common.v1.RunService/ListRunOutcomes", &request.base);
    if (status_failed (answer.status))
      return ctl_complain (run->service, answer.status);
    const ListRunOutcomesResponse *page = (const ListRunOutcomesResponse *)answer.reply;
    for (size_t i = 0; i < page->n_outcomes; i++, found++)
      ctl_output_row (&output, page->outcomes[i], &page->outcomes[i]->base);
    request.page_token = page->next_page_token;
  } while (found < wanted && *request.page_token != '\0');
  ctl_output_end (&output);
  return CTL_GOOD;
}

static CtlExit
show_run (void *owner, Ctl *ctl, const Run *run)
{
  if (ctl->arguments->outcomes)
    return show_outcomes (owner, ctl, run);
  if (!ctl->arguments->follow) {
    ctl_output_message (ctl, &run->base);
    return CTL_GOOD;
  }
  RunState state = RUN_STATE__RUN_STATE_UNSPECIFIED;
  CtlExit code = follow_run (owner, ctl, run->service, &state);
  return code == CTL_GOOD && state != RUN_STATE__RUN_STATE_SUCCEEDED ? CTL_FOUND : code;
}

CtlExit
run_runs_show (Ctl *ctl)
{
  CtlExit code = check_run_id (ctl);
  if (code != CTL_GOOD)
    return code;
  void *owner = memory_context (NULL);
  const Run *run = find_run (owner, ctl, &code);
  if (run != NULL)
    code = show_run (owner, ctl, run);
  talloc_free (owner);
  return code;
}

static CtlExit
cancel (void *owner, Ctl *ctl, const Run *run)
{
  CancelRunRequest request = CANCEL_RUN_REQUEST__INIT;
  request.run_id = run->run_id;
  if (run->done) {
    fprintf (stderr, "heimoctl: RUN '%s' has ended already: %s\n", run->run_id, run_state_word (owner, run));
    return CTL_FOUND;
  }
  Answer answer = ctl_ask (owner, ctl, run->service, "heimo.common.v1.RunService/CancelRun", &request.base);
  if (status_failed (answer.status))
    return ctl_complain (run->service, answer.status);
  if (!ctl->arguments->follow) {
    ctl_output_message (ctl, answer.reply);
    return CTL_GOOD;
  }
  RunState state = RUN_STATE__RUN_STATE_UNSPECIFIED;
  CtlExit code = follow_run (owner, ctl, run->service, &state);
  return code == CTL_GOOD && state != RUN_STATE__RUN_STATE_CANCELLED ? CTL_FOUND : code;
}

CtlExit
run_runs_cancel (Ctl *ctl)
{
  CtlExit code = check_run_id (ctl);
  if (code != CTL_GOOD)
    return code;
  void *owner = memory_context (NULL);
  const Run *run = find_run (owner, ctl, &code);
  if (run != NULL)
    code = cancel (owner, ctl, run);
  talloc_free (owner);
  return code;
}
