/* Collecting the rows of a difference: two lists of periods side by side, organ by organ and type by type. */
#include "derive/difference_private.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

/* Makes room for `more` elements of a talloc array of the difference. */
#define RESERVE(difference, array, count, more, Type)                                                        \
  do {                                                                                                       \
    while ((count) + (more) > talloc_array_length (array))                                                   \
      (array) = memory_must (                                                                                \
          talloc_realloc ((difference), (array), Type, (unsigned)(2 * talloc_array_length (array))));        \
  } while (0)

Difference *
difference_new (void *owner, Compiled *compiled)
{
  Difference *difference = memory_new (owner, Difference);
  difference->symbols = compiled->symbols;
  difference->compiled = compiled;
  difference->person_ids = memory_array (difference, const char *, FIRST_CAPACITY);
  difference->rows = memory_array (difference, DifferenceRow, FIRST_CAPACITY);
  difference->periods = memory_array (difference, Period, FIRST_CAPACITY);
  difference->bases = memory_array (difference, DifferenceBasis, FIRST_CAPACITY);
  return difference;
}

/* A list and how far it has been read. */
typedef struct Side {
  const Periods *periods;
  const uint32_t *sorted;
  uint32_t at;
} Side;

static const MembershipPeriod *
peek (const Side *side, uint32_t ahead)
{
  uint32_t at = side->at + ahead;
  return at < side->periods->count ? &side->periods->rows[side->sorted[at]] : NULL;
}

/* How many of the next rows are of the organ and type. */
static uint32_t
run_of (const Side *side, Symbol organ, Symbol type)
{
  uint32_t length = 0;
  const MembershipPeriod *row;
  while ((row = peek (side, length)) != NULL && row->organ == organ && row->type == type)
    length++;
  return length;
}

static bool
runs_differ (const Side *before, uint32_t before_count, const Side *after, uint32_t after_count)
{
  if (before_count != after_count)
    return true;
  for (uint32_t i = 0; i < before_count; i++)
    if (!periods_same (before->periods, peek (before, i), after->periods, peek (after, i)))
      return true;
  return false;
}

/* The stretches after the first as they are stored; NULL for none. */
static const char *
stretches_text (Difference *difference, const Periods *periods, const MembershipPeriod *row)
{
  if (row->first_stretch == row->last_stretch)
    return NULL;
  char *text = memory_string (difference, "{");
  for (uint32_t at = periods->stretches[row->first_stretch].next; at != STRETCH_LAST;
       at = periods->stretches[at].next)
    text = memory_must (talloc_asprintf_append_buffer (text, "%s%d,%d", text[1] == '\0' ? "" : ",",
                                                       periods->stretches[at].valid.from,
                                                       (int)periods->stretches[at].origin));
  return memory_must (talloc_strdup_append_buffer (text, "}"));
}

static uint32_t
take_run (Difference *difference, Side *side, uint32_t count)
{
  uint32_t first = difference->period_count;
  RESERVE (difference, difference->periods, first, count, Period);
  RESERVE (difference, difference->bases, first, count, DifferenceBasis);
  for (uint32_t i = 0; i < count; i++) {
    const MembershipPeriod *row = peek (side, i);
    difference->periods[first + i] = row->valid;
    difference->bases[first + i] = (DifferenceBasis){side->periods->stretches[row->first_stretch].origin,
                                                     stretches_text (difference, side->periods, row)};
  }
  difference->period_count += count;
  side->at += count;
  return first;
}

static int
compare_rows (const void *left, const void *right, void *symbols)
{
  const DifferenceRow *a = left, *b = right;
  int order = strcmp (symbols_text (symbols, a->organ), symbols_text (symbols, b->organ));
  return order != 0 ? order : strcmp (symbols_text (symbols, a->type), symbols_text (symbols, b->type));
}

void
difference_add (Difference *difference, const char *person_id, const Periods *before, const Periods *after)
{
  void *scratch = memory_context (difference);
  Side old = {before, periods_sorted (scratch, before), 0}, new = {after, periods_sorted (scratch, after), 0};
  uint32_t first = difference->row_count;
  const MembershipPeriod *left, *right;
  while (left = peek (&old, 0), right = peek (&new, 0), left != NULL || right != NULL) {
    bool from_left =
        right == NULL || (left != NULL && (left->organ < right->organ ||
                                           (left->organ == right->organ && left->type <= right->type)));
    Symbol organ = from_left ? left->organ : right->organ, type = from_left ? left->type : right->type;
    uint32_t old_count = run_of (&old, organ, type), new_count = run_of (&new, organ, type);
    if (!runs_differ (&old, old_count, &new, new_count)) {
      old.at += old_count;
      new.at += new_count;
      continue;
    }
    RESERVE (difference, difference->rows, difference->row_count, 1, DifferenceRow);
    uint32_t old_first = take_run (difference, &old, old_count),
             new_first = take_run (difference, &new, new_count);
    difference->rows[difference->row_count++] =
        (DifferenceRow){difference->person_count, organ, type, old_first, old_count, new_first, new_count};
  }
  talloc_free (scratch);
  if (difference->row_count == first)
    return;
  qsort_r (difference->rows + first, difference->row_count - first, sizeof *difference->rows, compare_rows,
           (void *)(uintptr_t)difference->symbols);
  RESERVE (difference, difference->person_ids, difference->person_count, 1, const char *);
  difference->person_ids[difference->person_count++] = memory_string (difference, person_id);
}

void
difference_append (Difference *difference, const Difference *more)
{
  uint32_t persons = difference->person_count, periods = difference->period_count;
  RESERVE (difference, difference->person_ids, persons, more->person_count, const char *);
  RESERVE (difference, difference->periods, periods, more->period_count, Period);
  RESERVE (difference, difference->bases, periods, more->period_count, DifferenceBasis);
  RESERVE (difference, difference->rows, difference->row_count, more->row_count, DifferenceRow);
  memcpy (difference->person_ids + persons, more->person_ids, more->person_count * sizeof *more->person_ids);
  memcpy (difference->periods + periods, more->periods, more->period_count * sizeof *more->periods);
  memcpy (difference->bases + periods, more->bases, more->period_count * sizeof *more->bases);
  for (uint32_t i = 0; i < more->row_count; i++) {
    DifferenceRow row = more->rows[i];
    row.person += persons;
    row.before += periods;
    row.after += periods;
    difference->rows[difference->row_count++] = row;
  }
  difference->person_count += more->person_count;
  difference->period_count += more->period_count;
  difference->asked += more->asked;
}
