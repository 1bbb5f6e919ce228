/* One pass: who there is, then facts and rows on record beside each other, each on a connection and in a
 * thread of its own, then two threads that evaluate and compare. */
#include "store/pass.h"

#include "store/load.h"

#include <pthread.h>
#include <string.h>

enum { THREADS = 2, FIRST_CAPACITY = 4096, READ_MS = 60000 };

/* A membership on record. */
typedef struct PassRow {
  Symbol organ, type; /* SYMBOL_NONE: the model has none such */
  Period valid;
  uint16_t origin;
  uint16_t stretch_count; /* in Rows.stretches, from `stretches` on */
  uint32_t stretches;
} PassRow;

/* From a day on a period rests on another origin. */
typedef struct PassStretch {
  Day from;
  int32_t origin;
} PassStretch;

/* The rows on record. Their thread's alone until it has ended. */
typedef struct Rows {
  pthread_t thread;
  void *memory; /* the thread's */
  Call *call;   /* a copy with the other connection */
  const IdSymbols *ids;
  const Roster *roster;
  PassRow *rows;       /* talloc array */
  uint32_t *person_of; /* talloc array */
  uint32_t count;
  PassStretch *stretches; /* talloc array */
  uint32_t stretch_count;
  Bins of;
  Id last; /* whose the last row was, and the number */
  uint32_t last_number;
  Status status;
} Rows;

typedef struct Passing {
  Call *call; /* a copy for the length of the pass */
  Compiled *compiled;
  Roster *roster;
  Rows rows;
} Passing;

/* The persons of one thread. */
typedef struct Share {
  pthread_t thread;
  bool started;
  void *memory; /* the thread's */
  const Passing *passing;
  uint32_t first, end;
  uint32_t *differing; /* talloc array on memory */
  uint32_t differing_count;
} Share;

bool
pass_can_judge (const Model *model)
{
  for (uint32_t i = 0; i < model->organisation_count; i++)
    if (model->organisations[i].policy == MODEL_EVALUATION_DATED)
      return false;
  return true;
}

/* Adds the stretches of an integer[] as PostgreSQL sends it: dimensions, flags, type, length, lower bound,
 * then each element with its length. */
static void
take_stretches (Rows *rows, PassRow *row, DbField field)
{
  enum { HEADER = 5 * 4, ELEMENT = 8, PAIR = 2 * ELEMENT };
  row->stretches = rows->stretch_count;
  for (int32_t at = HEADER; at + PAIR <= field.length; at += PAIR) {
    if (rows->stretch_count == talloc_array_length (rows->stretches))
      rows->stretches = memory_must (
          talloc_realloc (rows->memory, rows->stretches, PassStretch, (unsigned)(2 * rows->stretch_count)));
    DbField day = {field.data + at + 4, 4}, origin = {field.data + at + ELEMENT + 4, 4};
    rows->stretches[rows->stretch_count++] =
        (PassStretch){(Day)db_field_number (day), (int32_t)db_field_number (origin)};
    row->stretch_count++;
  }
}

static void
take_row (void *data, const DbField *field)
{
  Rows *rows = data;
  Id id = field_id (field[0]);
  if (memcmp (&rows->last, &id, sizeof id) != 0) {
    rows->last = id;
    rows->last_number = id_map_find (rows->roster->persons, &id);
  }
  if (rows->last_number == ID_UNKNOWN)
    return; /* of nobody on record */
  if (rows->count == talloc_array_length (rows->rows)) {
    rows->rows = memory_must (talloc_realloc (rows->memory, rows->rows, PassRow, 2 * rows->count));
    rows->person_of = memory_must (talloc_realloc (rows->memory, rows->person_of, uint32_t, 2 * rows->count));
  }
  rows->person_of[rows->count] = rows->last_number;
  PassRow *row = &rows->rows[rows->count++];
  *row = (PassRow){.organ = id_symbols_known (rows->ids, field[1]),
                   .type = id_symbols_known (rows->ids, field[2]),
                   .valid = field_period (field + 3),
                   .origin = (uint16_t)db_field_number (field[5])};
  if (field[6].length > 0)
    take_stretches (rows, row, field[6]);
}

static Status
read_rows (Rows *rows)
{
  Call *call = rows->call;
  const char *sql =
      memory_format (rows->memory,
                     "COPY (SELECT person_id, organ_id, type_id, valid_from, valid_to, origin, stretches "
                     "FROM membership WHERE federation_id = '%s' AND superseded_at IS NULL %s) TO STDOUT "
                     "(FORMAT binary)",
                     call->federation_id, rows->roster->where);
  Status status = db_begin (call->db, call, READ_MS);
  if (!status_failed (status))
    status = load_by_pages (call);
  if (!status_failed (status))
    status = load_copy (call, sql, 7, take_row, rows);
  if (!status_failed (status))
    rows->of = bins_of (rows->memory, rows->person_of, rows->count, rows->roster->count);
  db_rollback (call->db);
  return status;
}

static void *
read_rows_thread (void *arg)
{
  Rows *rows = arg;
  rows->status = read_rows (rows);
  return NULL;
}

static void
fill_before (const Rows *rows, uint32_t person, Periods *before)
{
  periods_reset (before);
  for (uint32_t i = rows->of.first[person]; i < rows->of.first[person + 1]; i++) {
    const PassRow *row = &rows->rows[rows->of.order[i]];
    periods_record (before, row->organ, row->type, row->valid, (Origin)row->origin);
    for (uint32_t at = row->stretches; at < row->stretches + row->stretch_count; at++)
      periods_record_stretch (before, rows->stretches[at].from, (Origin)rows->stretches[at].origin);
  }
}

static void *
compare_share (void *arg)
{
  Share *share = arg;
  const Passing *passing = share->passing;
  RosterReader *reader = roster_reader (share->memory);
  Evaluator *evaluator = evaluator_new (share->memory, passing->compiled->model);
  Periods *before = periods_new (share->memory), *after = periods_new (share->memory);
  share->differing = memory_array (share->memory, uint32_t, share->end - share->first + 1);
  for (uint32_t person = share->first; person < share->end; person++) {
    fill_before (&passing->rows, person, before);
    periods_reset (after);
    if (passing->roster->states[person] != ROSTER_WITHDRAWN) {
      PersonRecord record = roster_record (passing->roster, person, reader);
      evaluate (evaluator, &record, EVALUATE_ALWAYS, after);
    }
    if (!periods_equal (before, after))
      share->differing[share->differing_count++] = person;
  }
  return NULL;
}

static void
take_differing (const Share *share, Pass *pass)
{
  for (uint32_t i = 0; i < share->differing_count; i++) {
    char text[ID_TEXT_SIZE];
    id_format (*id_map_id (share->passing->roster->persons, share->differing[i]), text);
    pass->positions[pass->differing_count] = share->differing[i];
    pass->differing[pass->differing_count++] = memory_string (pass, text);
  }
}

static void
compare (const Passing *passing, Pass *pass)
{
  Share shares[THREADS];
  uint32_t persons = passing->roster->count;
  pass->differing = memory_array (pass, const char *, persons + 1);
  pass->positions = memory_array (pass, uint32_t, persons + 1);
  for (uint32_t i = 0; i < THREADS; i++) {
    shares[i] = (Share){.memory = memory_context (NULL),
                        .passing = passing,
                        .first = (uint32_t)((uint64_t)persons * i / THREADS),
                        .end = (uint32_t)((uint64_t)persons * (i + 1) / THREADS)};
    if (i + 1 < THREADS)
      shares[i].started = pthread_create (&shares[i].thread, NULL, compare_share, &shares[i]) == 0;
    if (!shares[i].started)
      compare_share (&shares[i]);
  }
  for (uint32_t i = 0; i < THREADS; i++) {
    if (shares[i].started)
      pthread_join (shares[i].thread, NULL);
    take_differing (&shares[i], pass);
    talloc_free (shares[i].memory);
  }
}

/* The kinds of facts that some rule asks about; others change nothing. */
static uint32_t
kinds_asked (const Model *model)
{
  uint32_t kinds = 0;
  for (uint32_t i = 0; i < model->book->condition_count; i++)
    kinds |= 1U << model->book->conditions[i].kind;
  return kinds;
}

/* Facts in this thread, rows on record in another one. */
static Status
read_both (Passing *passing)
{
  Call *call = passing->call;
  Rows *rows = &passing->rows;
  IdSymbols *ids = id_symbols_new (call, passing->compiled->symbols);
  rows->roster = passing->roster;
  rows->call = memory_copy (rows->memory, call, sizeof *call);
  rows->call->db = db_sibling (rows->memory, call->db);
  bool beside = pthread_create (&rows->thread, NULL, read_rows_thread, rows) == 0;
  Status status = roster_read_facts (call, passing->roster, kinds_asked (passing->compiled->model), ids,
                                     passing->compiled->symbols);
  if (beside)
    pthread_join (rows->thread, NULL);
  else
    read_rows_thread (rows);
  return status_failed (status) ? status : status_copy (call, rows->status);
}

static Status
pass_part (Passing *passing, RosterScope scope, Pass *pass)
{
  Status status = roster_read_persons (passing->call, passing->call, scope, &passing->roster);
  if (status_failed (status))
    return status;
  pass->count = passing->roster->count;
  pass->done = pass->count < scope.limit;
  if (pass->count == 0)
    return STATUS_SUCCESS;
  char last[ID_TEXT_SIZE];
  pass->last = memory_string (pass, id_format (*id_map_id (passing->roster->persons, pass->count - 1), last));
  status = read_both (passing);
  if (!status_failed (status))
    compare (passing, pass);
  return status;
}

Status
pass_over (Call *call, Compiled *compiled, const char *after, uint32_t limit, Pass **pass)
{
  Call *scratch = memory_copy (call, call, sizeof *call);
  Passing passing = {.call = scratch, .compiled = compiled};
  Rows *rows = &passing.rows;
  rows->memory = memory_context (NULL);
  rows->ids = compiled->ids;
  rows->rows = memory_array (rows->memory, PassRow, FIRST_CAPACITY);
  rows->person_of = memory_array (rows->memory, uint32_t, FIRST_CAPACITY);
  rows->stretches = memory_array (rows->memory, PassStretch, FIRST_CAPACITY);
  rows->last_number = ID_UNKNOWN;
  *pass = memory_new (call, Pass);
  Status status = pass_part (&passing, (RosterScope){.after = after, .limit = limit}, *pass);
  status = status_copy (call, status);
  talloc_free (rows->memory);
  talloc_free (scratch);
  return status;
}
