/* The loop over persons: what is on record becomes Periods, the evaluator makes Periods, the difference is
 * noted. */
#include "derive/derive_private.h"

#include <stdlib.h>

void
derive_before (Derivation *derivation, size_t person)
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

/* In an EVALUATION_DATED organisation: only the days from the recording on, with what is known now if nothing
 * can have been recorded after it, else window by window. */
static void
judge_dated (Derivation *derivation, size_t person, uint32_t organisation)
{
  Compiled *compiled = derivation->compiled;
  const OnRecord *record = &derivation->on_record[person];
  PersonRecord facts = {record->facts, record->fact_count, record->exceptions, record->exception_count};
  Day since = derivation->persons[person].since;
  dating_keep (compiled->model, organisation, compiled->before, since, compiled->after);
  if (since >= derivation->call->today)
    evaluate_in (compiled->evaluator, organisation, &facts, (Period){since, DAY_MAX}, compiled->after);
  else
    dating_evaluate (compiled->history, organisation, &record->ever, since, MODEL_NOW, compiled->after);
}

void
derive_after (Derivation *derivation, size_t person)
{
  Compiled *compiled = derivation->compiled;
  const Model *model = compiled->model;
  const OnRecord *record = &derivation->on_record[person];
  PersonRecord facts = {record->facts, record->fact_count, record->exceptions, record->exception_count};
  periods_reset (compiled->after);
  for (uint32_t organisation = 0; organisation < model->organisation_count; organisation++) {
    if (model->organisations[organisation].policy == MODEL_EVALUATION_DATED)
      judge_dated (derivation, person, organisation);
    else if (!derivation->persons[person].withdrawn)
      evaluate_in (compiled->evaluator, organisation, &facts, EVALUATE_ALWAYS, compiled->after);
  }
}

static void
derive_person (Derivation *derivation, size_t person, DeriveMode mode)
{
  Compiled *compiled = derivation->compiled;
  DerivePerson *derived = &derivation->persons[person];
  derive_before (derivation, person);
  derive_after (derivation, person);
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

Derivation *
derivation_new (Call *call, Compiled *compiled, DerivePerson *persons, size_t count, int slot)
{
  Derivation *derivation = memory_new (call, Derivation);
  size_t organs = compiled->model->organ_count + 1;
  *derivation = (Derivation){
      .call = call,
      .raises = call,
      .compiled = compiled,
      .persons = persons,
      .count = count,
      .slot = slot,
      .on_record = memory_array (call, OnRecord, count + 1),
      .person_ids = memory_array (call, const char *, count + 1),
      .times = memory_array (call, const char *, count + 1),
      .deltas = memory_array (call, int64_t, organs),
      .counted_before = memory_array (call, uint32_t, organs),
      .counted_after = memory_array (call, uint32_t, organs),
  };
  for (size_t i = 0; i < count; i++)
    derivation->person_ids[i] = persons[i].person_id;
  return derivation;
}

Status
derive (Call *call, DerivePerson *persons, size_t count, int slot, DeriveMode mode)
{
  if (count == 0)
    return STATUS_SUCCESS;
  Compiled *compiled;
  Status status = compiled_take (call, &compiled);
  if (status_failed (status))
    return status;
  Derivation *derivation = derivation_new (call, compiled, persons, count, slot);
  status = derive_load (derivation);
  if (!status_failed (status))
    status = derive_load_ever (derivation);
  if (status_failed (status))
    return status;
  for (size_t i = 0; i < count; i++)
    derive_person (derivation, i, mode);
  return mode == DERIVE_WRITE ? derive_write (derivation) : STATUS_SUCCESS;
}
