/* Reading what is on record about many persons: three queries whose rows come person by person. */
#include "derive/derive_private.h"

/* The persons to read about; a fresh one is NULL in the array, which joins with nothing. */
static const char **
persons_to_read (Derivation *derivation)
{
  const char **ids = memory_array (derivation->call, const char *, derivation->count + 1);
  for (size_t i = 0; i < derivation->count; i++)
    ids[i] = derivation->persons[i].fresh ? NULL : derivation->persons[i].person_id;
  return ids;
}

static Status
read_rows (Derivation *derivation, const DbQuery *query, DbResult **rows)
{
  Call *call = derivation->call;
  return db_run (call->db, call, query,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_texts ("person_ids", persons_to_read (derivation), derivation->count)),
                 rows);
}

static OnRecord *
record_of (Derivation *derivation, const DbResult *rows, size_t row)
{
  return &derivation->on_record[db_number (rows, row, "n") - 1];
}

static Period
period_of (const DbResult *rows, size_t row)
{
  return (Period){db_day (rows, row, "valid_from", DAY_MIN), db_day (rows, row, "valid_to", DAY_MAX)};
}

static Status
load_facts (Derivation *derivation)
{
  DbResult *rows;
  Status status = read_rows (derivation, &sql_derive_facts, &rows);
  if (status_failed (status))
    return status;
  PersonFact *facts = memory_array (derivation->call, PersonFact, db_row_count (rows) + 1);
  for (size_t row = 0; row < db_row_count (rows); row++) {
    OnRecord *record = record_of (derivation, rows, row);
    if (record->fact_count == 0)
      record->facts = facts;
    bool taken = compiled_fact (derivation->compiled, (FactKind)db_number (rows, row, "kind"),
                                db_value (rows, row, "value"), db_value (rows, row, "organ_id"),
                                period_of (rows, row), facts);
    record->fact_count += taken;
    facts += taken;
  }
  talloc_free (rows);
  return STATUS_SUCCESS;
}

static Status
load_exceptions (Derivation *derivation)
{
  DbResult *rows;
  Status status = read_rows (derivation, &sql_derive_exceptions, &rows);
  if (status_failed (status))
    return status;
  Symbols *symbols = derivation->compiled->symbols;
  PersonException *exceptions = memory_array (derivation->call, PersonException, db_row_count (rows) + 1);
  for (size_t row = 0; row < db_row_count (rows); row++) {
    OnRecord *record = record_of (derivation, rows, row);
    if (record->exception_count++ == 0)
      record->exceptions = &exceptions[row];
    exceptions[row] =
        (PersonException){symbols_intern (symbols, db_value (rows, row, "organ_id")),
                          symbols_intern (symbols, db_value (rows, row, "type_id")), period_of (rows, row)};
  }
  return STATUS_SUCCESS;
}

/* The result stays: the rows point into it. */
Status
derive_load_memberships (Derivation *derivation)
{
  DbResult *rows;
  Status status = read_rows (derivation, &sql_derive_memberships, &rows);
  if (status_failed (status))
    return status;
  Symbols *symbols = derivation->compiled->symbols;
  RecordedRow *recorded = memory_array (derivation->call, RecordedRow, db_row_count (rows) + 1);
  for (size_t row = 0; row < db_row_count (rows); row++) {
    OnRecord *record = record_of (derivation, rows, row);
    if (record->row_count++ == 0)
      record->rows = &recorded[row];
    recorded[row] = (RecordedRow){
        .membership_id = db_value (rows, row, "membership_id"),
        .organ = symbols_intern (symbols, db_value (rows, row, "organ_id")),
        .type = symbols_intern (symbols, db_value (rows, row, "type_id")),
        .valid = period_of (rows, row),
        .origin = (Origin)db_number (rows, row, "origin"),
        .stretches = db_value (rows, row, "stretches"),
        .recorded_at = db_time (rows, row, "recorded_at"),
    };
  }
  return STATUS_SUCCESS;
}

static void
take_fresh_facts (Derivation *derivation, size_t person)
{
  const DerivePerson *fresh = &derivation->persons[person];
  OnRecord *record = &derivation->on_record[person];
  record->facts = memory_array (derivation->call, PersonFact, fresh->fact_count + 1);
  for (size_t i = 0; i < fresh->fact_count; i++) {
    const Fact *fact = fresh->facts[i].fact;
    if (fresh->facts[i].superseded_at != NULL)
      continue;
    Period valid = {hierarchy_day (fact->valid_from, DAY_MIN), hierarchy_day (fact->valid_to, DAY_MAX)};
    record->fact_count += compiled_fact (derivation->compiled, fact->kind, fact->value, fact->organ_id, valid,
                                         &record->facts[record->fact_count]);
  }
}

Status
derive_load (Derivation *derivation)
{
  size_t known = 0;
  for (size_t i = 0; i < derivation->count; i++) {
    if (derivation->persons[i].fresh)
      take_fresh_facts (derivation, i);
    else
      known++;
  }
  if (known == 0)
    return STATUS_SUCCESS;
  Status status = load_facts (derivation);
  if (!status_failed (status))
    status = load_exceptions (derivation);
  if (!status_failed (status))
    status = derive_load_memberships (derivation);
  return status;
}

/* ---- everything ever known ---- */

/* The persons of whom something was recorded before today: only for them the days since then may need to be
 * judged by several knowledges. */
static bool
is_late (const Derivation *derivation, size_t person)
{
  return derivation->persons[person].since < derivation->call->today;
}

static Status
read_ever (Derivation *derivation, const DbQuery *query, DbResult **rows)
{
  Call *call = derivation->call;
  const char **ids = memory_array (call, const char *, derivation->count + 1);
  for (size_t i = 0; i < derivation->count; i++)
    ids[i] = derivation->persons[i].fresh || !is_late (derivation, i) ? NULL : derivation->person_ids[i];
  return db_run (call->db, call, query,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_texts ("person_ids", ids, derivation->count)),
                 rows);
}

static Status
load_facts_ever (Derivation *derivation)
{
  DbResult *rows;
  Status status = read_ever (derivation, &sql_derive_facts_ever, &rows);
  if (status_failed (status))
    return status;
  KnownFact *facts = memory_array (derivation->call, KnownFact, db_row_count (rows) + 1);
  for (size_t row = 0; row < db_row_count (rows); row++) {
    KnownPerson *ever = &record_of (derivation, rows, row)->ever;
    if (ever->fact_count == 0)
      ever->facts = facts;
    facts->known = compiled_known (derivation->call, rows, row);
    bool taken = facts->known.from < facts->known.to &&
                 compiled_fact (derivation->compiled, (FactKind)db_number (rows, row, "kind"),
                                db_value (rows, row, "value"), db_value (rows, row, "organ_id"),
                                period_of (rows, row), &facts->fact);
    ever->fact_count += taken;
    facts += taken;
  }
  talloc_free (rows);
  return STATUS_SUCCESS;
}

static Status
load_exceptions_ever (Derivation *derivation)
{
  DbResult *rows;
  Status status = read_ever (derivation, &sql_derive_exceptions_ever, &rows);
  if (status_failed (status))
    return status;
  Symbols *symbols = derivation->compiled->symbols;
  KnownException *exceptions = memory_array (derivation->call, KnownException, db_row_count (rows) + 1);
  for (size_t row = 0; row < db_row_count (rows); row++) {
    KnownPerson *ever = &record_of (derivation, rows, row)->ever;
    if (ever->exception_count++ == 0)
      ever->exceptions = &exceptions[row];
    exceptions[row] =
        (KnownException){{symbols_intern (symbols, db_value (rows, row, "organ_id")),
                          symbols_intern (symbols, db_value (rows, row, "type_id")), period_of (rows, row)},
                         compiled_known (derivation->call, rows, row)};
  }
  return STATUS_SUCCESS;
}

static Day
day_of_time (const Call *call, const char *text, Day fallback)
{
  int64_t time;
  return text != NULL && clock_parse (text, &time) ? clock_day_of (call->clock, time) : fallback;
}

static void
take_fresh_ever (Derivation *derivation, size_t person)
{
  const Call *call = derivation->call;
  const DerivePerson *fresh = &derivation->persons[person];
  KnownPerson *ever = &derivation->on_record[person].ever;
  KnownFact *facts = memory_array (call, KnownFact, fresh->fact_count + 1);
  ever->facts = facts;
  for (size_t i = 0; i < fresh->fact_count; i++) {
    const DeriveFact *row = &fresh->facts[i];
    Period valid = {hierarchy_day (row->fact->valid_from, DAY_MIN),
                    hierarchy_day (row->fact->valid_to, DAY_MAX)};
    KnownFact *fact = &facts[ever->fact_count];
    fact->known = (Period){day_of_time (call, row->recorded_at, fresh->since),
                           day_of_time (call, row->superseded_at, DAY_MAX)};
    ever->fact_count += fact->known.from < fact->known.to &&
                        compiled_fact (derivation->compiled, row->fact->kind, row->fact->value,
                                       row->fact->organ_id, valid, &fact->fact);
  }
}

Status
derive_load_ever (Derivation *derivation)
{
  size_t late = 0;
  for (size_t i = 0; i < derivation->count; i++)
    late += is_late (derivation, i);
  if (late == 0 || !dating_matters (derivation->compiled->model))
    return STATUS_SUCCESS;
  Status status = compiled_history (derivation->call, derivation->compiled);
  if (!status_failed (status))
    status = load_facts_ever (derivation);
  if (!status_failed (status))
    status = load_exceptions_ever (derivation);
  for (size_t i = 0; i < derivation->count && !status_failed (status); i++)
    if (derivation->persons[i].fresh && is_late (derivation, i))
      take_fresh_ever (derivation, i);
  return status;
}
