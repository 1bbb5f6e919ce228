/* The loop over persons: what is on record becomes Periods, the evaluator makes Periods, the difference is
 * noted. */
#include "derive_private.h"

#include <stdlib.h>

/* Fills compiled->before with the rows on record, in their order. */
static void
fill_before (Derivation *derivation, size_t person)
{
  Periods *before = derivation->compiled->before;
  const OnRecord *record = &derivation->on_record[person];
  periods_reset (before);
  for (size_t i = 0; i < record->row_count; i++) {
    const RecordedRow *row = &record->rows[i];
    periods_record (before, row->organ, row->type, row->valid, row->origin);
    if (row->stretches != NULL)
      periods_record_stretches (before, row->stretches);
  }
}

static void
derive_person (Derivation *derivation, size_t person, DeriveMode mode)
{
  Compiled *compiled = derivation->compiled;
  DerivePerson *derived = &derivation->persons[person];
  const OnRecord *record = &derivation->on_record[person];
  PersonRecord facts = {record->facts, record->fact_count, record->exceptions, record->exception_count};
  fill_before (derivation, person);
  periods_reset (compiled->after);
  if (!derived->withdrawn)
    evaluate (compiled->evaluator, &facts, EVALUATE_ALWAYS, compiled->after);
  void *scratch = memory_context (derivation->call);
  PeriodsDiff diff = periods_diff (scratch, compiled->before, compiled->after);
  derived->gone = diff.gone_count;
  derived->began = diff.added_count;
  if (mode == DERIVE_WRITE && diff.gone_count + diff.added_count > 0)
    derive_note (derivation, person, &diff);
  talloc_free (scratch);
}

Status
derive_begin (Call *call)
{
  return db_run (call->db, call, &sql_derive_begin,
                 DB_VALUES (db_text ("federation_id", call->federation_id)), NULL);
}

/* Takes the model, whose row also says for which day is counted. */
static Status
begin (Derivation *derivation)
{
  Call *call = derivation->call;
  Status status = compiled_take (call, &derivation->compiled);
  if (status_failed (status))
    return status;
  size_t organs = derivation->compiled->model->organ_count + 1;
  derivation->deltas = memory_array (call, int64_t, organs);
  derivation->counted_before = memory_array (call, uint32_t, organs);
  derivation->counted_after = memory_array (call, uint32_t, organs);
  return STATUS_SUCCESS;
}

Status
derive (Call *call, DerivePerson *persons, size_t count, int slot, DeriveMode mode)
{
  if (count == 0)
    return STATUS_SUCCESS;
  Derivation derivation = {.call = call, .persons = persons, .count = count, .slot = slot};
  derivation.on_record = memory_array (call, OnRecord, count);
  derivation.person_ids = memory_array (call, const char *, count);
  derivation.times = memory_array (call, const char *, count);
  for (size_t i = 0; i < count; i++)
    derivation.person_ids[i] = persons[i].person_id;
  Status status = begin (&derivation);
  if (!status_failed (status))
    status = derive_load (&derivation);
  if (status_failed (status))
    return status;
  derivation.id_of = memory_array (call, uint32_t, symbols_count (derivation.compiled->symbols));
  for (size_t i = 0; i < count; i++)
    derive_person (&derivation, i, mode);
  return mode == DERIVE_WRITE ? derive_write (&derivation) : STATUS_SUCCESS;
}
