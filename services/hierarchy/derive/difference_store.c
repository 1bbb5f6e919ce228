/* The difference by the store: what is committed, in memory, evaluated with the model that is committed and
 * with the one of the transaction, for those whom the change can concern. Two threads share the persons;
 * models and store are only read. */
#include "derive/difference_private.h"

#include "engine/reach.h"
#include "store/store.h"

#include <pthread.h>
#include <stdlib.h>

enum { THREADS = 2 };

/* A person to ask. */
typedef struct Asked {
  PersonIndex person;
  bool excepted;                        /* the transaction has written exceptions of the person */
  uint32_t exceptions, exception_count; /* then: those that hold now, in Asking.exceptions */
} Asked;

typedef struct Asking {
  const Store *store;
  Compiled *after; /* the model of the transaction */
  Asked *asked;    /* by the person's id; talloc array */
  uint32_t asked_count;
  PersonException *exceptions;
} Asking;

/* A run of the persons for one thread. Its memory is the thread's until it has ended, then the call's. */
typedef struct Share {
  pthread_t thread;
  bool started;
  void *memory;
  const Asking *asking;
  uint32_t first, count;
  Difference *difference;
} Share;

static void *
evaluate_share (void *arg)
{
  Share *share = arg;
  const Asking *asking = share->asking;
  const Population *population = asking->store->population;
  void *scratch = memory_context (share->memory);
  PopulationReader *reader = population_reader (scratch);
  Evaluator *old = evaluator_new (scratch, asking->store->compiled->model),
            *new = evaluator_new (scratch, asking->after->model);
  Periods *before = periods_new (scratch), *after = periods_new (scratch);
  share->difference = difference_new (share->memory, asking->after);
  for (uint32_t i = share->first; i < share->first + share->count; i++) {
    const Asked *asked = &asking->asked[i];
    periods_reset (before);
    periods_reset (after);
    PersonRecord record = population_read (population, asked->person, reader);
    if (!population_withdrawn (population, asked->person)) {
      evaluate (old, &record, EVALUATE_ALWAYS, before);
      if (asked->excepted) {
        record.exceptions = asking->exceptions + asked->exceptions;
        record.exception_count = asked->exception_count;
      }
      evaluate (new, &record, EVALUATE_ALWAYS, after);
    }
    char text[ID_TEXT_SIZE];
    difference_add (share->difference, id_format (*population_id (population, asked->person), text), before,
                    after);
  }
  share->difference->asked = share->count;
  talloc_free (scratch);
  return NULL;
}

static Difference *
evaluate_asked (Call *call, const Asking *asking)
{
  Difference *difference = difference_new (call, asking->after);
  Share shares[THREADS];
  for (uint32_t i = 0; i < THREADS; i++) {
    uint32_t first = (uint32_t)((uint64_t)asking->asked_count * i / THREADS);
    uint32_t end = (uint32_t)((uint64_t)asking->asked_count * (i + 1) / THREADS);
    shares[i] =
        (Share){.memory = memory_context (NULL), .asking = asking, .first = first, .count = end - first};
    if (i + 1 < THREADS)
      shares[i].started = pthread_create (&shares[i].thread, NULL, evaluate_share, &shares[i]) == 0;
    if (!shares[i].started)
      evaluate_share (&shares[i]);
  }
  for (uint32_t i = 0; i < THREADS; i++) {
    if (shares[i].started)
      pthread_join (shares[i].thread, NULL);
    talloc_steal (difference, shares[i].memory);
    difference_append (difference, shares[i].difference);
  }
  return difference;
}

static int
compare_asked (const void *left, const void *right, void *population)
{
  const Asked *a = left, *b = right;
  int order =
      memcmp (population_id (population, a->person), population_id (population, b->person), sizeof (Id));
  return order != 0 ? order : b->excepted - a->excepted;
}

/* Sorts, and keeps of a person asked for two reasons the one with exceptions. */
static void
sort_asked (Asking *asking)
{
  qsort_r (asking->asked, asking->asked_count, sizeof *asking->asked, compare_asked,
           (void *)(uintptr_t)asking->store->population);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < asking->asked_count; i++)
    if (kept == 0 || asking->asked[kept - 1].person != asking->asked[i].person)
      asking->asked[kept++] = asking->asked[i];
  asking->asked_count = kept;
}

/* Asks everyone within reach. */
static void
add_reached (Asking *asking, const Reach *reach)
{
  uint32_t persons = population_count (asking->store->population);
  for (PersonIndex i = 0; i < persons && !reach_is_empty (reach); i++)
    if (reach_holds (reach, asking->store->population, i))
      asking->asked[asking->asked_count++] = (Asked){.person = i};
}

/* Adds those whose exceptions the transaction has written. */
static void
add_excepted (Asking *asking, const DbResult *rows)
{
  Symbols *symbols = asking->after->symbols;
  Asked *asked = NULL;
  for (size_t row = 0; row < db_row_count (rows); row++) {
    Id id;
    PersonIndex person = id_parse (db_value (rows, row, "person_id"), &id)
                             ? population_find (asking->store->population, &id)
                             : PERSON_NONE;
    if (person == PERSON_NONE)
      continue;
    if (asked == NULL || asked->person != person) {
      asked = &asking->asked[asking->asked_count++];
      *asked = (Asked){.person = person, .excepted = true, .exceptions = (uint32_t)row};
    }
    if (db_value (rows, row, "organ_id") == NULL)
      continue;
    asking->exceptions[row] = (PersonException){
        symbols_intern (symbols, db_value (rows, row, "organ_id")),
        symbols_intern (symbols, db_value (rows, row, "type_id")),
        {db_day (rows, row, "valid_from", DAY_MIN), db_day (rows, row, "valid_to", DAY_MAX)}};
    asked->exception_count++;
  }
}

/* An organisation whose past is what was believed then: it is on record, not in the store. */
static bool
has_dated (const Model *model)
{
  for (uint32_t i = 0; i < model->organisation_count; i++)
    if (model->organisations[i].policy == MODEL_EVALUATION_DATED)
      return true;
  return false;
}

static Status
record_of_asked (Call *call, const Asking *asking, Difference **difference)
{
  const char **ids = memory_array (call, const char *, asking->asked_count + 1);
  for (uint32_t i = 0; i < asking->asked_count; i++) {
    char text[ID_TEXT_SIZE];
    ids[i] = memory_string (
        call, id_format (*population_id (asking->store->population, asking->asked[i].person), text));
  }
  return difference_by_record (call, ids, asking->asked_count, difference);
}

static Status
difference_by (Call *call, const Store *store, Difference **difference)
{
  void *scratch = memory_context (call);
  Asking asking = {.store = store};
  Symbols *symbols = symbols_copy (call, store->compiled->symbols);
  Status status = compiled_private (call, call, symbols, &asking.after);
  if (status_failed (status))
    return status;
  DbResult *rows;
  status = db_run (call->db, scratch, &sql_difference_exceptions,
                   DB_VALUES (db_text ("federation_id", call->federation_id)), &rows);
  if (status_failed (status)) /* its detail is on scratch */
    return status;
  asking.asked =
      memory_array (scratch, Asked, population_count (store->population) + db_row_count (rows) + 1);
  asking.exceptions = memory_array (scratch, PersonException, db_row_count (rows) + 1);
  add_excepted (&asking, rows);
  add_reached (&asking,
               reach_of_change (scratch, store->compiled->model, asking.after->model, store->population));
  sort_asked (&asking);
  if (has_dated (asking.after->model))
    status = record_of_asked (call, &asking, difference);
  else
    *difference = evaluate_asked (call, &asking);
  talloc_free (scratch);
  return status;
}

Status
difference_of_changes (Call *call, Difference **difference)
{
  const Store *store;
  Status status = store_take (call, &store);
  if (status_failed (status))
    return status;
  status = difference_by (call, store, difference);
  store_release (store);
  return status;
}
