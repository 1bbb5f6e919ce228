/* The difference by the record: everyone is derived anew from what the transaction sees, and compared with
 * the memberships on record. */
#include "derive/derive_private.h"
#include "derive/difference_private.h"

enum { BATCH_PERSONS = 500 };

Status
difference_lock (Call *call)
{
  return db_run (call->db, call, &sql_difference_lock,
                 DB_VALUES (db_text ("federation_id", call->federation_id)), NULL);
}

/* Whom a record is asked about, and how far it has come. */
typedef struct Walk {
  const char *const *ids; /* those to ask, sorted; NULL: everyone */
  uint32_t id_count;
  uint32_t next;  /* of the ids */
  char after[40]; /* everyone: the last asked */
  bool done;
} Walk;

static Status
next_rows (Call *batch, Walk *walk, DbResult **rows)
{
  if (walk->ids == NULL)
    return db_run (batch->db, batch, &sql_evaluation_persons,
                   DB_VALUES (db_text ("federation_id", batch->federation_id),
                              db_text_or_null ("after", walk->after), db_integer ("limit", BATCH_PERSONS)),
                   rows);
  uint32_t left = walk->id_count - walk->next, count = left < BATCH_PERSONS ? left : BATCH_PERSONS;
  Status status = db_run (batch->db, batch, &sql_difference_some,
                          DB_VALUES (db_text ("federation_id", batch->federation_id),
                                     db_texts ("person_ids", walk->ids + walk->next, count)),
                          rows);
  walk->next += count;
  walk->done = walk->next == walk->id_count;
  return status;
}

/* Persons of a batch, in order of their ids, on `batch`. */
static Status
read_batch (Call *batch, Walk *walk, DerivePerson **persons, size_t *count)
{
  DbResult *rows;
  Status status = next_rows (batch, walk, &rows);
  if (status_failed (status))
    return status;
  *count = db_row_count (rows);
  *persons = memory_array (batch, DerivePerson, *count + 1);
  for (size_t row = 0; row < *count; row++)
    (*persons)[row] = (DerivePerson){.person_id = db_value (rows, row, "person_id"),
                                     .since = batch->today,
                                     .withdrawn = *db_value (rows, row, "withdrawn") == 't'};
  if (walk->ids == NULL) {
    walk->done = *count < BATCH_PERSONS;
    snprintf (walk->after, sizeof walk->after, "%s", *count == 0 ? "" : (*persons)[*count - 1].person_id);
  }
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

/* One batch, on `batch`, which is a copy of the call for the length of it. */
static Status
compare_batch (Call *batch, Compiled *compiled, Difference *difference, Walk *walk)
{
  DerivePerson *persons;
  size_t count;
  Status status = read_batch (batch, walk, &persons, &count);
  if (status_failed (status))
    return status;
  Derivation *derivation = derivation_new (batch, compiled, persons, count, DERIVE_SLOT_RUNS);
  status = derive_load (derivation);
  if (status_failed (status))
    return status;
  for (size_t i = 0; i < count; i++)
    compare_person (derivation, i, difference);
  difference->asked += (uint32_t)count;
  return STATUS_SUCCESS;
}

Status
difference_by_record (Call *call, const char *const *person_ids, uint32_t count, Difference **difference)
{
  Compiled *compiled;
  Status status = compiled_private (call, call, symbols_new (call), &compiled);
  if (status_failed (status))
    return status;
  *difference = difference_new (call, compiled);
  Walk walk = {.ids = person_ids, .id_count = count, .done = person_ids != NULL && count == 0};
  while (!status_failed (status) && !walk.done) {
    Call *batch = memory_copy (call, call, sizeof *call);
    status = status_copy (call, compare_batch (batch, compiled, *difference, &walk));
    talloc_free (batch);
  }
  return status;
}
