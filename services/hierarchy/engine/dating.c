/* Windows of knowledge, and evaluating them one after another. */
#include "dating.h"

#include "core/memory.h"

#include <stdlib.h>

static int
compare_days (const void *left, const void *right)
{
  Day a = *(const Day *)left, b = *(const Day *)right;
  return (a > b) - (a < b);
}

/* The days on which knowledge began to be another, in order, each once. */
typedef struct Turns {
  Day *days;
  size_t count;
} Turns;

static void
add_turn (Turns *turns, Day day, Day since, Day known)
{
  if (day > since && day <= known && day != DAY_MAX)
    turns->days[turns->count++] = day;
}

static Turns
turns_of (void *owner, const ModelOrganisation *organisation, const KnownPerson *person, Day since, Day known)
{
  size_t most = organisation->turn_count + 2 * (person->fact_count + person->exception_count) + 1;
  Turns turns = {memory_array (owner, Day, most), 0};
  for (uint32_t i = 0; i < organisation->turn_count; i++)
    add_turn (&turns, organisation->turns[i], since, known);
  for (size_t i = 0; i < person->fact_count; i++) {
    add_turn (&turns, person->facts[i].known.from, since, known);
    add_turn (&turns, person->facts[i].known.to, since, known);
  }
  for (size_t i = 0; i < person->exception_count; i++) {
    add_turn (&turns, person->exceptions[i].known.from, since, known);
    add_turn (&turns, person->exceptions[i].known.to, since, known);
  }
  qsort (turns.days, turns.count, sizeof *turns.days, compare_days);
  size_t count = 0;
  for (size_t i = 0; i < turns.count; i++)
    if (count == 0 || turns.days[count - 1] != turns.days[i])
      turns.days[count++] = turns.days[i];
  turns.count = count;
  return turns;
}

DatingWindow *
dating_windows (void *owner, const History *history, uint32_t organisation_index, const KnownPerson *person,
                Day since, Day known, size_t *count)
{
  const ModelOrganisation *organisation = &history->model->organisations[organisation_index];
  if (organisation->policy == MODEL_ATTRIBUTE_DATED) {
    DatingWindow *window = memory_array (owner, DatingWindow, 1);
    *window = (DatingWindow){{since, DAY_MAX}, known};
    *count = 1;
    return window;
  }
  Turns turns = turns_of (owner, organisation, person, since, known);
  DatingWindow *windows = memory_array (owner, DatingWindow, turns.count + 1);
  *count = 0;
  if (since != DAY_MIN)
    windows[(*count)++] = (DatingWindow){{since, DAY_MAX}, since < known ? since : known};
  for (size_t i = 0; i < turns.count; i++) {
    if (*count > 0)
      windows[*count - 1].days.to = turns.days[i];
    windows[(*count)++] = (DatingWindow){{turns.days[i], DAY_MAX}, turns.days[i]};
  }
  return windows;
}

PersonRecord
dating_person (void *owner, const KnownPerson *person, Day known)
{
  PersonFact *facts = memory_array (owner, PersonFact, person->fact_count + 1);
  PersonException *exceptions = memory_array (owner, PersonException, person->exception_count + 1);
  PersonRecord record = {.facts = facts, .exceptions = exceptions};
  for (size_t i = 0; i < person->fact_count; i++)
    if (period_holds (person->facts[i].known, known))
      facts[record.fact_count++] = person->facts[i].fact;
  for (size_t i = 0; i < person->exception_count; i++)
    if (period_holds (person->exceptions[i].known, known))
      exceptions[record.exception_count++] = person->exceptions[i].exception;
  return record;
}

void
dating_evaluate (const History *history, uint32_t organisation, const KnownPerson *person, Day since,
                 Day known, Periods *periods)
{
  void *scratch = memory_context (periods);
  size_t count;
  const DatingWindow *windows = dating_windows (scratch, history, organisation, person, since, known, &count);
  for (size_t i = 0; i < count; i++) {
    PersonRecord record = dating_person (scratch, person, windows[i].known);
    model_know (history->model, windows[i].known);
    evaluate_in (history->evaluator, organisation, &record, windows[i].days, periods);
  }
  model_know (history->model, MODEL_NOW);
  talloc_free (scratch);
}

/* The origins of a row, as far as they begin before `since`. */
static void
keep_row (const Periods *before, const MembershipPeriod *row, Day since, Periods *after)
{
  uint32_t at = row->first_stretch;
  Period valid = {row->valid.from, row->valid.to < since ? row->valid.to : since};
  periods_record (after, row->organ, row->type, valid, before->stretches[at].origin);
  for (at = before->stretches[at].next; at != STRETCH_LAST; at = before->stretches[at].next)
    if (before->stretches[at].valid.from < since)
      periods_record_stretch (after, before->stretches[at].valid.from, before->stretches[at].origin);
}

void
dating_keep (const Model *model, uint32_t organisation, const Periods *before, Day since, Periods *after)
{
  for (uint32_t i = 0; i < before->count; i++) {
    OrganIndex organ = model_organ (model, before->rows[i].organ);
    if (organ != ORGAN_NONE && model->organs[organ].organisation == organisation &&
        before->rows[i].valid.from < since)
      keep_row (before, &before->rows[i], since, after);
  }
  periods_resume (after, since);
}

void
dating_update (Evaluator *evaluator, const PersonRecord *person, const Periods *before, Day since,
               Periods *after)
{
  const Model *model = evaluator_model (evaluator);
  for (uint32_t organisation = 0; organisation < model->organisation_count; organisation++) {
    Period window = EVALUATE_ALWAYS;
    if (model->organisations[organisation].policy == MODEL_EVALUATION_DATED) {
      dating_keep (model, organisation, before, since, after);
      window.from = since;
    }
    evaluate_in (evaluator, organisation, person, window, after);
  }
}

bool
dating_matters (const Model *model)
{
  for (uint32_t i = 0; i < model->organisation_count; i++)
    if (model->organisations[i].policy == MODEL_EVALUATION_DATED)
      return true;
  return false;
}
