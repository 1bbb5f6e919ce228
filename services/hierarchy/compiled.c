/* The pool of compiled models, and compiling one from rows. */
#include "compiled.h"
#include "store/store.h"

#include <pthread.h>
#include <string.h>

#include "heimo/hierarchy/v1/rule.pb-c.h"

enum { COMPILE_ATTEMPTS = 5 };

/* A model in the pool. Its talloc context has no parent, so whoever holds it may allocate on it. */
typedef struct PoolEntry {
  Compiled compiled;
  char federation_id[40];
  struct PoolEntry *next;
} PoolEntry;

struct CompiledPool {
  pthread_mutex_t mutex; /* guards idle */
  PoolEntry *idle;
  Stores *stores; /* has locks of its own */
};

/* What a call holds: gives the model back when the call is freed. */
typedef struct Hold {
  CompiledPool *pool;
  PoolEntry *entry;
} Hold;

/* Every call has given its model back by then. */
static int
close_pool (CompiledPool *pool)
{
  while (pool->idle != NULL) {
    PoolEntry *entry = pool->idle;
    pool->idle = entry->next;
    talloc_free (entry);
  }
  pthread_mutex_destroy (&pool->mutex);
  return 0;
}

Status
compiled_open (void *owner, const void *config, Clock *clock, void **state)
{
  (void)clock;
  const HierarchyConfig *settings = config;
  CompiledPool *pool = memory_new (owner, CompiledPool);
  pool->stores = stores_new (pool, settings->store_idle);
  pthread_mutex_init (&pool->mutex, NULL);
  talloc_set_destructor (pool, close_pool);
  *state = pool;
  return STATUS_SUCCESS;
}

Stores *
compiled_stores (Call *call)
{
  CompiledPool *pool = call->state;
  return pool->stores;
}

static int
give_back (Hold *hold)
{
  pthread_mutex_lock (&hold->pool->mutex);
  hold->entry->next = hold->pool->idle;
  hold->pool->idle = hold->entry;
  pthread_mutex_unlock (&hold->pool->mutex);
  return 0;
}

/* An idle model of the federation, or NULL. */
static PoolEntry *
take_idle (CompiledPool *pool, const char *federation_id)
{
  pthread_mutex_lock (&pool->mutex);
  PoolEntry **at = &pool->idle;
  while (*at != NULL && strcmp ((*at)->federation_id, federation_id) != 0)
    at = &(*at)->next;
  PoolEntry *entry = *at;
  if (entry != NULL)
    *at = entry->next;
  pthread_mutex_unlock (&pool->mutex);
  return entry;
}

static Period
row_period (const DbResult *rows, size_t row)
{
  return (Period){db_day (rows, row, "valid_from", DAY_MIN), db_day (rows, row, "valid_to", DAY_MAX)};
}

static Symbol
row_symbol (Compiled *compiled, const DbResult *rows, size_t row, const char *column)
{
  return symbols_intern (compiled->symbols, db_value (rows, row, column));
}

static Symbol
add_policy (Compiled *compiled, Model *model, const DbResult *rows, size_t row)
{
  Symbol organisation = row_symbol (compiled, rows, row, "organisation_id");
  model_set_policy (model, organisation, (ModelPolicy)db_number (rows, row, "policy"));
  return organisation;
}

static bool
add_organisation (Compiled *compiled, Model *model, const DbResult *rows, size_t row)
{
  return model_add_organisation (model, row_symbol (compiled, rows, row, "organisation_id")) &&
         add_policy (compiled, model, rows, row) != SYMBOL_NONE;
}

static bool
add_organ (Compiled *compiled, Model *model, const DbResult *rows, size_t row)
{
  return model_add_organ (model, row_symbol (compiled, rows, row, "organ_id"),
                          row_symbol (compiled, rows, row, "organisation_id"));
}

static bool
add_type (Compiled *compiled, Model *model, const DbResult *rows, size_t row)
{
  return model_add_type (model, row_symbol (compiled, rows, row, "type_id"),
                         row_symbol (compiled, rows, row, "organisation_id"));
}

static bool
add_life (Compiled *compiled, Model *model, const DbResult *rows, size_t row)
{
  return model_add_life (model, row_symbol (compiled, rows, row, "organ_id"), row_period (rows, row));
}

static bool
add_edge (Compiled *compiled, Model *model, const DbResult *rows, size_t row)
{
  return model_add_edge (model, row_symbol (compiled, rows, row, "organ_id"),
                         row_symbol (compiled, rows, row, "parent_id"), row_period (rows, row));
}

static bool
add_version (Compiled *compiled, Model *model, const DbResult *rows, size_t row)
{
  void *scratch = memory_context (model);
  Bytes nodes = db_byte_value (scratch, rows, row, "nodes");
  Rule *rule = (Rule *)memory_unpack (scratch, &rule__descriptor, nodes);
  bool added = rule != NULL && model_add_version (model, row_symbol (compiled, rows, row, "rule_id"),
                                                  row_symbol (compiled, rows, row, "organ_id"),
                                                  row_symbol (compiled, rows, row, "type_id"),
                                                  row_period (rows, row), rule->nodes, rule->n_nodes);
  talloc_free (scratch);
  return added;
}

/* How much of the record a model holds. */
typedef enum Reach {
  REACH_NOW, /* what is believed now */
  REACH_EVER /* everything ever believed, each row with its days */
} Reach;

/* In the order in which the model wants them. */
static const struct {
  const DbQuery *query;
  bool dated; /* the rows can be superseded */
  bool (*add) (Compiled *compiled, Model *model, const DbResult *rows, size_t row);
} parts[] = {
    {&sql_model_organisations, false, add_organisation},
    {&sql_model_organs, false, add_organ},
    {&sql_model_types, false, add_type},
    {&sql_model_lives, true, add_life},
    {&sql_model_edges, true, add_edge},
    {&sql_model_versions, true, add_version},
};

Period
compiled_known (const Call *call, const DbResult *rows, size_t row)
{
  Period known = {clock_day_of (call->clock, db_time (rows, row, "recorded_at")), DAY_MAX};
  if (db_value (rows, row, "superseded_at") != NULL)
    known.to = clock_day_of (call->clock, db_time (rows, row, "superseded_at"));
  return known;
}

/* Adds one row; what was recorded and superseded on one day was never believed. */
static bool
add_row (Call *call, Compiled *compiled, Model *model, size_t part, Reach reach, const DbResult *rows,
         size_t row)
{
  if (reach == REACH_EVER && parts[part].dated) {
    Period known = compiled_known (call, rows, row);
    if (known.from >= known.to)
      return true;
    model_believed (model, known);
  }
  return parts[part].add (compiled, model, rows, row);
}

/* Compiles rows into a new model on `owner`. ABORTED when the rows of several statements, being of different
 * moments, do not fit together. */
static Status
compile_model (Call *call, void *owner, Compiled *compiled, Reach reach, Model **model)
{
  *model = model_new (owner, compiled->symbols);
  for (size_t part = 0; part < sizeof parts / sizeof *parts; part++) {
    void *scratch = memory_context (call);
    DbResult *rows;
    Status status = db_run (
        call->db, scratch, parts[part].query,
        DB_VALUES (db_text ("federation_id", call->federation_id), db_boolean ("ever", reach == REACH_EVER)),
        &rows);
    if (status_failed (status)) /* the detail lives on scratch, which lives as long as the call */
      return status;
    for (size_t row = 0; row < db_row_count (rows); row++)
      if (!add_row (call, compiled, *model, part, reach, rows, row))
        return status_error (call, STATUS_ABORTED, "CONFLICT", "The organs were changed at the same time");
    talloc_free (scratch);
  }
  model_compile (*model);
  return STATUS_SUCCESS;
}

/* Organs and types by what the database calls them. */
static const IdSymbols *
compile_ids (void *owner, const Model *model)
{
  IdSymbols *ids = id_symbols_new (owner, model->symbols);
  for (uint32_t i = 0; i < model->organ_count; i++)
    id_symbols_add (ids, model->organs[i].id);
  for (uint32_t i = 0; i < model->type_count; i++)
    id_symbols_add (ids, model->types[i].id);
  return ids;
}

static Status
compile (Call *call, void *owner, Symbols *symbols, Compiled *compiled)
{
  compiled->owner = owner;
  compiled->symbols = symbols;
  Status status = compile_model (call, owner, compiled, REACH_NOW, &compiled->model);
  if (status_failed (status))
    return status;
  compiled->ids = compile_ids (owner, compiled->model);
  compiled->evaluator = evaluator_new (owner, compiled->model);
  compiled->before = periods_new (owner);
  compiled->after = periods_new (owner);
  return STATUS_SUCCESS;
}

Status
compiled_history (Call *call, Compiled *compiled)
{
  if (compiled->history != NULL)
    return STATUS_SUCCESS;
  History *history = memory_new (compiled->owner, History);
  Status status = compile_model (call, history, compiled, REACH_EVER, &history->model);
  if (status_failed (status)) {
    talloc_free (history);
    return status;
  }
  history->evaluator = evaluator_new (history, history->model);
  compiled->history = history;
  return STATUS_SUCCESS;
}

/* Compiles the model known now into a fresh entry; *entry is set on success only. */
static Status
compile_entry (Call *call, const Compiled *state, PoolEntry **entry)
{
  PoolEntry *fresh = memory_new (NULL, PoolEntry);
  fresh->compiled = *state;
  strncpy (fresh->federation_id, call->federation_id, sizeof fresh->federation_id - 1);
  Status status = compile (call, fresh, symbols_new (fresh), &fresh->compiled);
  if (status_failed (status))
    talloc_free (fresh);
  else
    *entry = fresh;
  return status;
}

/* Reads the version row; all zero before the first organisation. */
static Status
read_state (Call *call, Compiled *state)
{
  DbResult *rows;
  *state = (Compiled){.recorded_at = INT64_MIN, .counted_on = DAY_MIN};
  Status status = db_run (call->db, call, &sql_model_state,
                          DB_VALUES (db_text ("federation_id", call->federation_id)), &rows);
  if (status_failed (status) || db_row_count (rows) == 0)
    return status;
  state->version = db_number (rows, 0, "version");
  state->recorded_at = db_time (rows, 0, "recorded_at");
  state->counted_on = db_day (rows, 0, "counted_on", DAY_MIN);
  return STATUS_SUCCESS;
}

/* Compiles until the version is the same before and after: every change of the rows changes it too, so they
 * are of one moment then. */
static Status
compile_current (Call *call, Compiled *state, PoolEntry **entry)
{
  Status status = STATUS_SUCCESS;
  for (int attempt = 0; attempt < COMPILE_ATTEMPTS; attempt++) {
    Compiled before = *state;
    PoolEntry *compiled = NULL;
    status = compile_entry (call, state, &compiled);
    bool raced = status.code == STATUS_ABORTED;
    if (status_failed (status) && !raced)
      return status;
    Status again = read_state (call, state);
    if (!status_failed (again) && !raced && state->version == before.version) {
      *entry = compiled;
      return STATUS_SUCCESS;
    }
    talloc_free (compiled);
    if (status_failed (again))
      return again;
    status = status_error (call, STATUS_ABORTED, "CONFLICT", "The organs were changed at the same time");
  }
  return status;
}

Status
compiled_take (Call *call, Compiled **compiled)
{
  CompiledPool *pool = call->state;
  Compiled state;
  Status status = read_state (call, &state);
  if (status_failed (status))
    return status;
  PoolEntry *entry = take_idle (pool, call->federation_id);
  if (entry != NULL && entry->compiled.version != state.version) {
    talloc_free (entry);
    entry = NULL;
  }
  if (entry == NULL)
    status = compile_current (call, &state, &entry);
  if (status_failed (status))
    return status;
  entry->compiled.counted_on = state.counted_on;
  Hold *hold = memory_new (call, Hold);
  *hold = (Hold){pool, entry};
  talloc_set_destructor (hold, give_back);
  *compiled = &entry->compiled;
  return STATUS_SUCCESS;
}

Status
compiled_private (Call *call, void *owner, Symbols *symbols, Compiled **compiled)
{
  *compiled = memory_new (owner, Compiled);
  Status status = read_state (call, *compiled);
  return status_failed (status) ? status : compile (call, *compiled, symbols, *compiled);
}

bool
compiled_fact (Compiled *compiled, FactKind kind, const char *value, const char *organ_id, Period valid,
               PersonFact *fact)
{
  *fact = (PersonFact){.kind = kind, .organ = symbols_intern (compiled->symbols, organ_id), .valid = valid};
  Day birth;
  switch (kind) {
  case FACT_KIND__FACT_KIND_BIRTH_DATE:
    if (day_parse (value, &birth) != DAY_OK)
      return false;
    fact->value = (uint32_t)birth;
    break;
  case FACT_KIND__FACT_KIND_ADMISSION: fact->value = symbols_intern (compiled->symbols, value); break;
  default:
    fact->value = symbols_intern (compiled->symbols, value);
    if (fact->value == SYMBOL_NONE)
      return false;
  }
  return (size_t)kind < FACT_KINDS && valid.from < valid.to;
}
