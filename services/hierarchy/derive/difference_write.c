/* Writing a difference: batches of persons, each written as a derivation would write it. What is on record of
 * a person is read once more: rows that are there already stay, and rows that should not have been there go.
 */
#include "derive/derive_private.h"
#include "derive/difference.h"

#include <stdlib.h>

enum { BATCH_PERSONS = 500 };

/* What one batch works with. */
typedef struct Writing {
  const Difference *difference;
  Compiled *compiled;
  uint32_t row; /* the first row not written */
} Writing;

/* True when the difference's rows from `first` on up to `end` tell about the organ and type. */
static bool
is_told (const DifferenceRow *rows, uint32_t first, uint32_t end, const MembershipPeriod *period)
{
  for (uint32_t i = first; i < end; i++)
    if (rows[i].organ == period->organ && rows[i].type == period->type)
      return true;
  return false;
}

/* Fills compiled->after: what is on record, but as the difference says for the organs and types it tells
 * about.
 */
static void
fill_after (Writing *writing, uint32_t first, uint32_t end)
{
  const Difference *difference = writing->difference;
  const Periods *before = writing->compiled->before;
  Periods *after = writing->compiled->after;
  periods_reset (after);
  for (uint32_t i = 0; i < before->count; i++) {
    const MembershipPeriod *row = &before->rows[i];
    if (is_told (difference->rows, first, end, row))
      continue;
    uint32_t at = row->first_stretch;
    periods_record (after, row->organ, row->type, row->valid, before->stretches[at].origin);
    while ((at = before->stretches[at].next) != STRETCH_LAST)
      periods_record_stretch (after, before->stretches[at].valid.from, before->stretches[at].origin);
  }
  for (uint32_t i = first; i < end; i++) {
    const DifferenceRow *row = &difference->rows[i];
    for (uint32_t at = row->after; at < row->after + row->after_count; at++) {
      periods_record (after, row->organ, row->type, difference->periods[at], difference->bases[at].origin);
      if (difference->bases[at].stretches != NULL)
        periods_record_stretches (after, difference->bases[at].stretches);
    }
  }
}

static Status
read_persons (Call *batch, const Difference *difference, uint32_t first, uint32_t count,
              DerivePerson *persons)
{
  DbResult *rows;
  Status status = db_run (batch->db, batch, &sql_difference_persons,
                          DB_VALUES (db_text ("federation_id", batch->federation_id),
                                     db_texts ("person_ids", difference->person_ids + first, count)),
                          &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++)
    persons[row] = (DerivePerson){.person_id = difference->person_ids[first + row],
                                  .sort_key = db_byte_value (batch, rows, row, "sort_key"),
                                  .recorded_at = batch->now};
  return status;
}

static Status
write_batch (Call *batch, Call *call, Writing *writing, uint32_t first, uint32_t count)
{
  const Difference *difference = writing->difference;
  DerivePerson *persons = memory_array (batch, DerivePerson, count);
  Status status = read_persons (batch, difference, first, count, persons);
  if (status_failed (status))
    return status;
  Derivation *derivation = derivation_new (batch, writing->compiled, persons, count, DERIVE_SLOT_RUNS);
  derivation->raises = call;
  status = derive_load_memberships (derivation);
  if (status_failed (status))
    return status;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t from = writing->row, to = from;
    while (to < difference->row_count && difference->rows[to].person == first + i)
      to++;
    derive_before (derivation, i);
    fill_after (writing, from, to);
    PeriodsDiff diff = periods_diff (batch, writing->compiled->before, writing->compiled->after);
    if (diff.gone_count + diff.added_count > 0)
      derive_note (derivation, i, &diff);
    writing->row = to;
  }
  return derive_write (derivation);
}

Status
difference_write (Call *call, const Difference *difference)
{
  Writing writing = {difference, difference->compiled, 0};
  Status status = STATUS_SUCCESS;
  for (uint32_t first = 0; first < difference->person_count && !status_failed (status);
       first += BATCH_PERSONS) {
    uint32_t left = difference->person_count - first;
    Call *batch = memory_copy (call, call, sizeof *call);
    status = status_copy (
        call, write_batch (batch, call, &writing, first, left < BATCH_PERSONS ? left : BATCH_PERSONS));
    talloc_free (batch);
  }
  return status;
}
