/* One pass: the bound, a population of the part, the rows on record in one array, then two threads. */
#include "store/pass.h"

#include "store/load.h"

#include <pthread.h>
#include <string.h>

enum { THREADS = 2, FIRST_CAPACITY = 4096 };

/* A membership on record. */
typedef struct PassRow {
  PersonIndex person;
  Symbol organ, type;
  Period valid;
  uint16_t origin;
  uint16_t stretch_count; /* in Passing.stretches, from `stretches` on */
  uint32_t stretches;
} PassRow;

/* From a day on a period rests on another origin. */
typedef struct PassStretch {
  Day from;
  int32_t origin;
} PassStretch;

typedef struct Passing {
  Call *call; /* a copy for the length of the pass */
  Compiled *compiled;
  IdSymbols *ids;
  Population *population;
  PassRow *rows; /* by person; talloc array */
  uint32_t row_count;
  PassStretch *stretches; /* talloc array */
  uint32_t stretch_count;
  PersonIndex at; /* of the last row read */
} Passing;

/* The persons of one thread. */
typedef struct Share {
  pthread_t thread;
  bool started;
  void *memory; /* the thread's */
  const Passing *passing;
  PersonIndex first, end;
  PersonIndex *differing; /* talloc array on memory */
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
take_stretches (Passing *passing, PassRow *row, DbField field)
{
  enum { HEADER = 5 * 4, ELEMENT = 8, PAIR = 2 * ELEMENT };
  row->stretches = passing->stretch_count;
  for (int32_t at = HEADER; at + PAIR <= field.length; at += PAIR) {
    if (passing->stretch_count == talloc_array_length (passing->stretches))
      passing->stretches = memory_must (talloc_realloc (passing->call, passing->stretches, PassStretch,
                                                        (unsigned)(2 * passing->stretch_count)));
    DbField day = {field.data + at + 4, 4}, origin = {field.data + at + ELEMENT + 4, 4};
    passing->stretches[passing->stretch_count++] =
        (PassStretch){(Day)db_field_number (day), (int32_t)db_field_number (origin)};
    row->stretch_count++;
  }
}

static void
take_row (Passing *passing, const DbField *field)
{
  uint32_t persons = population_count (passing->population);
  while (passing->at < persons &&
         memcmp (population_id (passing->population, passing->at), field[0].data, sizeof (Id)) < 0)
    passing->at++;
  if (passing->at == persons ||
      memcmp (population_id (passing->population, passing->at), field[0].data, sizeof (Id)) != 0)
    return; /* of nobody on record */
  if (passing->row_count == talloc_array_length (passing->rows))
    passing->rows = memory_must (
        talloc_realloc (passing->call, passing->rows, PassRow, (unsigned)(2 * passing->row_count)));
  PassRow *row = &passing->rows[passing->row_count++];
  *row = (PassRow){.person = passing->at,
                   .organ = id_symbols_find (passing->ids, field[1]),
                   .type = id_symbols_find (passing->ids, field[2]),
                   .valid = {db_field_day (field[3], DAY_MIN), db_field_day (field[4], DAY_MAX)},
                   .origin = (uint16_t)db_field_number (field[5])};
  if (field[6].length > 0)
    take_stretches (passing, row, field[6]);
}

static Status
read_rows (Passing *passing, const char *where)
{
  Call *call = passing->call;
  DbField row[7];
  bool more = true;
  const char *sql = memory_format (
      call,
      "COPY (SELECT person_id, organ_id, type_id, valid_from, valid_to, origin, stretches FROM membership "
      "WHERE federation_id = '%s' AND superseded_at IS NULL %s ORDER BY person_id) TO STDOUT (FORMAT binary)",
      call->federation_id, where);
  Status status = db_copy_out (call->db, call, sql);
  while (!status_failed (status)) {
    status = db_copy_next (call->db, call, row, 7, &more);
    if (status_failed (status) || !more)
      break;
    take_row (passing, row);
  }
  return status;
}

static void
fill_before (const Passing *passing, uint32_t first, uint32_t end, Periods *before)
{
  periods_reset (before);
  for (uint32_t i = first; i < end; i++) {
    const PassRow *row = &passing->rows[i];
    periods_record (before, row->organ, row->type, row->valid, (Origin)row->origin);
    for (uint32_t at = row->stretches; at < row->stretches + row->stretch_count; at++)
      periods_record_stretch (before, passing->stretches[at].from, (Origin)passing->stretches[at].origin);
  }
}

/* The first row of a person or a later one. */
static uint32_t
first_row (const Passing *passing, PersonIndex person)
{
  uint32_t low = 0, high = passing->row_count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (passing->rows[middle].person < person)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static void *
compare_share (void *arg)
{
  Share *share = arg;
  const Passing *passing = share->passing;
  PopulationReader *reader = population_reader (share->memory);
  Evaluator *evaluator = evaluator_new (share->memory, passing->compiled->model);
  Periods *before = periods_new (share->memory), *after = periods_new (share->memory);
  share->differing = memory_array (share->memory, PersonIndex, share->end - share->first + 1);
  uint32_t row = first_row (passing, share->first);
  for (PersonIndex i = share->first; i < share->end; i++) {
    uint32_t first = row;
    while (row < passing->row_count && passing->rows[row].person == i)
      row++;
    fill_before (passing, first, row, before);
    periods_reset (after);
    if (!population_withdrawn (passing->population, i)) {
      PersonRecord record = population_read (passing->population, i, reader);
      evaluate (evaluator, &record, EVALUATE_ALWAYS, after);
    }
    if (!periods_equal (before, after))
      share->differing[share->differing_count++] = i;
  }
  return NULL;
}

static void
take_differing (const Share *share, Pass *pass)
{
  for (uint32_t i = 0; i < share->differing_count; i++) {
    char text[ID_TEXT_SIZE];
    id_format (*population_id (share->passing->population, share->differing[i]), text);
    pass->positions[pass->differing_count] = share->differing[i];
    pass->differing[pass->differing_count++] = memory_string (pass, text);
  }
}

static void
compare (const Passing *passing, Pass *pass)
{
  Share shares[THREADS];
  uint32_t persons = population_count (passing->population);
  pass->differing = memory_array (pass, const char *, persons + 1);
  pass->positions = memory_array (pass, uint32_t, persons + 1);
  for (uint32_t i = 0; i < THREADS; i++) {
    shares[i] = (Share){.memory = memory_context (NULL),
                        .passing = passing,
                        .first = (PersonIndex)((uint64_t)persons * i / THREADS),
                        .end = (PersonIndex)((uint64_t)persons * (i + 1) / THREADS)};
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

/* The id of the last person of the part; "" when fewer than `limit` are left. */
static Status
find_bound (Call *call, const char *after, uint32_t limit, const char **bound)
{
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_pass_bound,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text_or_null ("after", after), db_integer ("before", limit - 1)),
                          &rows);
  if (!status_failed (status))
    *bound = db_row_count (rows) == 0 ? "" : db_value (rows, 0, "person_id");
  return status;
}

static Status
pass_part (Passing *passing, const char *after, uint32_t limit, Pass *pass)
{
  Call *call = passing->call;
  const char *bound = "";
  Status status = find_bound (call, after, limit, &bound);
  if (status_failed (status))
    return status;
  pass->done = *bound == '\0';
  const char *where =
      memory_format (call, "%s %s", *after == '\0' ? "" : memory_format (call, "AND person_id > '%s'", after),
                     *bound == '\0' ? "" : memory_format (call, "AND person_id <= '%s'", bound));
  status = population_load (call, where, passing->ids, passing->compiled->symbols, passing->population);
  return status_failed (status) ? status : read_rows (passing, where);
}

Status
pass_over (Call *call, Compiled *compiled, const char *after, uint32_t limit, Pass **pass)
{
  Call *scratch = memory_copy (call, call, sizeof *call);
  Passing passing = {.call = scratch, .compiled = compiled};
  *pass = memory_new (call, Pass);
  passing.ids = id_symbols_new (scratch, compiled->symbols);
  passing.population = population_new (scratch);
  passing.rows = memory_array (scratch, PassRow, FIRST_CAPACITY);
  passing.stretches = memory_array (scratch, PassStretch, FIRST_CAPACITY);
  Status status = status_copy (call, pass_part (&passing, after, limit, *pass));
  uint32_t persons = population_count (passing.population);
  if (!status_failed (status) && persons > 0) {
    char text[ID_TEXT_SIZE];
    (*pass)->count = persons;
    (*pass)->last = memory_string (*pass, id_format (*population_id (passing.population, persons - 1), text));
    compare (&passing, *pass);
  }
  talloc_free (scratch);
  return status;
}
