/* Joining pieces to periods, and comparing lists of them. */
#include "periods.h"

#include "core/memory.h"

#include <stdlib.h>

#define GROW(owner, array, count, Type)                                                                      \
  do {                                                                                                       \
    if ((count) == talloc_array_length (array))                                                              \
      (array) = memory_must (talloc_realloc ((owner), (array), Type, (unsigned)(2 * (count))));              \
  } while (0)

enum { FIRST_CAPACITY = 32 };

Periods *
periods_new (void *owner)
{
  Periods *periods = memory_new (owner, Periods);
  periods->rows = memory_array (periods, MembershipPeriod, FIRST_CAPACITY);
  periods->stretches = memory_array (periods, Stretch, FIRST_CAPACITY);
  periods->ending = memory_array (periods, uint32_t, FIRST_CAPACITY);
  periods->current = memory_array (periods, uint32_t, FIRST_CAPACITY);
  periods_reset (periods);
  return periods;
}

void
periods_reset (Periods *periods)
{
  periods->count = 0;
  periods->stretch_count = 0;
  periods->ending_count = periods->ending_at = periods->current_count = 0;
  periods->ending_day = periods->current_day = DAY_MIN;
}

static uint32_t
add_stretch (Periods *periods, Period valid, Origin origin)
{
  GROW (periods, periods->stretches, periods->stretch_count, Stretch);
  periods->stretches[periods->stretch_count] = (Stretch){valid, origin, STRETCH_LAST};
  return periods->stretch_count++;
}

static void
append_stretch (Periods *periods, MembershipPeriod *row, Period valid, Origin origin)
{
  uint32_t stretch = add_stretch (periods, valid, origin);
  periods->stretches[row->last_stretch].next = stretch;
  row->last_stretch = stretch;
}

/* Pieces that begin on `day` follow: those that ended there may be continued. */
static void
turn_to (Periods *periods, Day day, Day to)
{
  if (to == periods->current_day && day == periods->ending_day)
    return;
  uint32_t *ended = periods->current;
  bool follows = day == periods->current_day;
  periods->current = periods->ending;
  periods->ending = ended;
  periods->ending_count = follows ? periods->current_count : 0;
  periods->ending_at = 0;
  periods->ending_day = day;
  periods->current_count = 0;
  periods->current_day = to;
}

/* The row of (organ, type) that ends where the piece begins, or NULL. */
static MembershipPeriod *
find_ending (Periods *periods, Symbol organ, Symbol type)
{
  for (uint32_t tried = 0; tried < periods->ending_count; tried++) {
    uint32_t at = (periods->ending_at + tried) % periods->ending_count;
    MembershipPeriod *row = &periods->rows[periods->ending[at]];
    if (row->organ == organ && row->type == type) {
      periods->ending_at = at + 1;
      return row;
    }
  }
  return NULL;
}

static MembershipPeriod *
append_row (Periods *periods, Symbol organ, Symbol type, Period valid, Origin origin)
{
  GROW (periods, periods->rows, periods->count, MembershipPeriod);
  uint32_t stretch = add_stretch (periods, valid, origin);
  MembershipPeriod *row = &periods->rows[periods->count++];
  *row = (MembershipPeriod){organ, type, valid, stretch, stretch};
  return row;
}

void
periods_add (Periods *periods, Symbol organ, Symbol type, Period valid, Origin origin)
{
  turn_to (periods, valid.from, valid.to);
  MembershipPeriod *row = find_ending (periods, organ, type);
  if (row == NULL) {
    row = append_row (periods, organ, type, valid, origin);
  } else {
    row->valid.to = valid.to;
    Stretch *last = &periods->stretches[row->last_stretch];
    if (last->origin == origin)
      last->valid.to = valid.to;
    else
      append_stretch (periods, row, valid, origin);
  }
  GROW (periods, periods->current, periods->current_count, uint32_t);
  periods->current[periods->current_count++] = (uint32_t)(row - periods->rows);
}

void
periods_record (Periods *periods, Symbol organ, Symbol type, Period valid, Origin origin)
{
  append_row (periods, organ, type, valid, origin);
}

void
periods_record_stretch (Periods *periods, Day from, Origin origin)
{
  MembershipPeriod *row = &periods->rows[periods->count - 1];
  Stretch *last = &periods->stretches[row->last_stretch];
  Day to = last->valid.to;
  last->valid.to = from;
  append_stretch (periods, row, (Period){from, to}, origin);
}

void
periods_record_stretches (Periods *periods, const char *text)
{
  while (*text == '{' || *text == ',') {
    char *end;
    Day from = (Day)strtol (text + 1, &end, 10);
    if (*end != ',')
      return;
    Origin origin = (Origin)strtol (end + 1, &end, 10);
    periods_record_stretch (periods, from, origin);
    text = end;
  }
}

void
periods_resume (Periods *periods, Day day)
{
  periods->ending_count = periods->current_count = 0;
  periods->ending_day = DAY_MIN;
  periods->current_day = day;
  for (uint32_t i = 0; i < periods->count; i++) {
    if (periods->rows[i].valid.to != day)
      continue;
    GROW (periods, periods->current, periods->current_count, uint32_t);
    periods->current[periods->current_count++] = i;
  }
}

Origin
periods_origin (const Periods *periods, const MembershipPeriod *row, Day day)
{
  const Stretch *stretch = &periods->stretches[row->first_stretch];
  while (stretch->next != STRETCH_LAST && stretch->valid.to <= day)
    stretch = &periods->stretches[stretch->next];
  return stretch->origin;
}

static int
compare_rows (const MembershipPeriod *a, const MembershipPeriod *b)
{
  if (a->organ != b->organ)
    return a->organ < b->organ ? -1 : 1;
  if (a->type != b->type)
    return a->type < b->type ? -1 : 1;
  return (a->valid.from > b->valid.from) - (a->valid.from < b->valid.from);
}

static int
compare_positions (const void *left, const void *right, void *rows)
{
  const MembershipPeriod *all = rows;
  return compare_rows (&all[*(const uint32_t *)left], &all[*(const uint32_t *)right]);
}

uint32_t *
periods_sorted (void *owner, const Periods *periods)
{
  uint32_t *positions = memory_array (owner, uint32_t, periods->count + 1);
  for (uint32_t i = 0; i < periods->count; i++)
    positions[i] = i;
  qsort_r (positions, periods->count, sizeof *positions, compare_positions, periods->rows);
  return positions;
}

static bool
same_stretches (const Periods *before, uint32_t a, const Periods *after, uint32_t b)
{
  while (a != STRETCH_LAST && b != STRETCH_LAST) {
    const Stretch *left = &before->stretches[a], *right = &after->stretches[b];
    if (left->origin != right->origin || left->valid.from != right->valid.from ||
        left->valid.to != right->valid.to)
      return false;
    a = left->next;
    b = right->next;
  }
  return a == b;
}

bool
periods_same (const Periods *left, const MembershipPeriod *a, const Periods *right, const MembershipPeriod *b)
{
  return a->valid.from == b->valid.from && a->valid.to == b->valid.to &&
         same_stretches (left, a->first_stretch, right, b->first_stretch);
}

/* The lists are short and nearly in the same order, so each search begins behind the last find. */
bool
periods_equal (const Periods *left, const Periods *right)
{
  uint32_t at = 0;
  if (left->count != right->count)
    return false;
  for (uint32_t i = 0; i < left->count; i++) {
    const MembershipPeriod *row = &left->rows[i], *twin = NULL;
    for (uint32_t tried = 0; tried < right->count && twin == NULL;
         tried++, at = at + 1 < right->count ? at + 1 : 0)
      if (right->rows[at].organ == row->organ && right->rows[at].type == row->type &&
          right->rows[at].valid.from == row->valid.from)
        twin = &right->rows[at];
    if (twin == NULL || !periods_same (left, row, right, twin))
      return false;
  }
  return true;
}

PeriodsDiff
periods_diff (void *owner, const Periods *before, const Periods *after)
{
  PeriodsDiff diff = {.gone = periods_sorted (owner, before), .added = periods_sorted (owner, after)};
  uint32_t i = 0, j = 0;
  while (i < before->count || j < after->count) {
    const MembershipPeriod *left = i < before->count ? &before->rows[diff.gone[i]] : NULL;
    const MembershipPeriod *right = j < after->count ? &after->rows[diff.added[j]] : NULL;
    int order = left == NULL ? 1 : right == NULL ? -1 : compare_rows (left, right);
    bool same = order == 0 && periods_same (before, left, after, right);
    if (order <= 0) {
      if (!same)
        diff.gone[diff.gone_count++] = diff.gone[i];
      i++;
    }
    if (order >= 0) {
      if (!same)
        diff.added[diff.added_count++] = diff.added[j];
      j++;
    }
  }
  return diff;
}
