/* The difference by the record: everyone is derived anew from what the transaction sees, and compared with
 * the memberships on record. */
#include "derive_private.h"
#include "difference_private.h"

enum { BATCH_PERSONS = 500 };

Status
difference_lock (Call *call)
{
  return db_run (call->db, call, &sql_difference_lock,
                 DB_VALUES (db_text ("federation_id", call->federation_id)), NULL);
}

/* Persons of a batch, in order of their ids, on `batch`. */
static Status
read_batch (Call *batch, const char *after, DerivePerson **persons, size_t *count)
{
  DbResult *rows;
  Status status = db_run (batch->db, batch, &sql_evaluation_persons,
                          DB_VALUES (db_text ("federation_id", batch->federation_id),
                                     db_text_or_null ("after", after), db_integer ("limit", BATCH_PERSONS)),
                          &rows);
  if (status_failed (status))
    return status;
  *count = db_row_count (rows);
  *persons = memory_array (batch, DerivePerson, *count + 1);
  for (size_t row = 0; row < *count; row++)
    (*persons)[row] = (DerivePerson){.person_id = db_value (rows, row, "person_id"),
                                     .since = batch->today,
                                     .withdrawn = *db_value (rows, row, "withdrawn") == 't'};
  return STATUS_SUCCESS;
}

static void
compare_person (Derivation *derivation, size_t person, Difference *difference)
{
  Compiled *compiled = derivation->compiled;
  derive_before (derivation, person);
  derive_after (derivation, person);
  difference_add (difference, derivation->person_ids[person], compiled->before, compiled->after);
}

/* One batch; *last is the last id, "" after the last batch. On `batch`, which is a copy of the call for the
 * length of it. */
static Status
compare_batch (Call *batch, Compiled *compiled, Difference *difference, char *last, size_t last_size)
{
  DerivePerson *persons;
  size_t count;
  Status status = read_batch (batch, last, &persons, &count);
  if (status_failed (status))
    return status;
  Derivation *derivation = derivation_new (batch, compiled, persons, count, DERIVE_SLOT_RUNS);
  status = derive_load (derivation);
  if (status_failed (status))
    return status;
  for (size_t i = 0; i < count; i++)
    compare_person (derivation, i, difference);
  difference->asked += (uint32_t)count;
  snprintf (last, last_size, "%s", count < BATCH_PERSONS ? "" : persons[count - 1].person_id);
  return STATUS_SUCCESS;
}

Status
difference_by_record (Call *call, Difference **difference)
{
  Compiled *compiled;
  Status status = compiled_private (call, &compiled);
  if (status_failed (status))
    return status;
  *difference = difference_new (call, compiled);
  char last[40] = "";
  do {
    Call *batch = memory_copy (call, call, sizeof *call);
    status = status_copy (call, compare_batch (batch, compiled, *difference, last, sizeof last));
    talloc_free (batch);
  } while (!status_failed (status) && *last != '\0');
  return status;
}

Status
difference_of_changes (Call *call, Difference **difference)
{
  return difference_by_record (call, difference);
}
