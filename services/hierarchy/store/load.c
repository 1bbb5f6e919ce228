/* Three COPYs: persons, exceptions, facts. A person is put when the next one's facts begin. */
#include "store/load.h"

#include "core/day.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

struct IdSymbols {
  Symbols *symbols;
  Id *ids;         /* talloc array, by slot */
  Symbol *numbers; /* by slot; SYMBOL_NONE: empty */
  uint32_t count;
  uint32_t mask;
};

/* An exception and whose it is. */
typedef struct LoadedException {
  Id person;
  PersonException exception;
} LoadedException;

typedef struct Loader {
  Call *call;
  const char *where;
  IdSymbols *ids;
  Symbols *symbols;
  Population *population;
  LoadedException *exceptions; /* talloc array, by person */
  size_t exception_count;
  PersonException *held; /* of the person at hand; talloc array */
  PersonFact *facts;     /* of the person at hand; talloc array */
  size_t fact_count;
  Id person;
} Loader;

Id
field_id (DbField field)
{
  Id id = {0};
  if (field.length == (int32_t)sizeof id)
    memcpy (&id, field.data, sizeof id);
  return id;
}

IdSymbols *
id_symbols_new (void *owner, Symbols *symbols)
{
  IdSymbols *ids = memory_new (owner, IdSymbols);
  ids->symbols = symbols;
  ids->mask = FIRST_CAPACITY - 1;
  ids->ids = memory_array (ids, Id, FIRST_CAPACITY);
  ids->numbers = memory_array (ids, Symbol, FIRST_CAPACITY);
  return ids;
}

static uint32_t
slot_of (const IdSymbols *ids, const Id *id)
{
  uint32_t at = id_hash (id) & ids->mask;
  while (ids->numbers[at] != SYMBOL_NONE && memcmp (&ids->ids[at], id, sizeof *id) != 0)
    at = (at + 1) & ids->mask;
  return at;
}

static void
grow (IdSymbols *ids)
{
  IdSymbols old = *ids;
  ids->mask = 2 * ids->mask + 1;
  ids->ids = memory_array (ids, Id, ids->mask + 1);
  ids->numbers = memory_array (ids, Symbol, ids->mask + 1);
  for (uint32_t i = 0; i <= old.mask; i++) {
    if (old.numbers[i] == SYMBOL_NONE)
      continue;
    uint32_t slot = slot_of (ids, &old.ids[i]);
    ids->ids[slot] = old.ids[i];
    ids->numbers[slot] = old.numbers[i];
  }
  talloc_free (old.ids);
  talloc_free (old.numbers);
}

Symbol
id_symbols_find (IdSymbols *ids, DbField field)
{
  if (field.length < 0)
    return SYMBOL_NONE;
  Id id = field_id (field);
  uint32_t slot = slot_of (ids, &id);
  if (ids->numbers[slot] != SYMBOL_NONE)
    return ids->numbers[slot];
  if (2 * ++ids->count > ids->mask) {
    grow (ids);
    slot = slot_of (ids, &id);
  }
  char text[ID_TEXT_SIZE];
  ids->ids[slot] = id;
  return ids->numbers[slot] = symbols_intern (ids->symbols, id_format (id, text));
}

/* Hands each row of a COPY to `take`. */
static Status
copy_rows (Loader *loader, const char *sql, size_t columns, void (*take) (Loader *loader, const DbField *row))
{
  Call *call = loader->call;
  DbField row[6];
  bool more = true;
  Status status = db_copy_out (call->db, call, sql);
  while (!status_failed (status)) {
    status = db_copy_next (call->db, call, row, columns, &more);
    if (status_failed (status) || !more)
      break;
    take (loader, row);
  }
  return status;
}

static const char *
copy_of (Loader *loader, const char *columns, const char *table, const char *condition)
{
  return memory_format (loader->call,
                        "COPY (SELECT %s FROM %s WHERE federation_id = '%s' %s %s ORDER BY person_id) "
                        "TO STDOUT (FORMAT binary)",
                        columns, table, loader->call->federation_id, condition, loader->where);
}

static void
take_person (Loader *loader, const DbField *row)
{
  Id id = field_id (row[0]);
  if (db_field_number (row[1]) != 0)
    population_withdraw (loader->population, &id);
  else
    population_put (loader->population, &id, &(PersonRecord){0});
}

static Period
field_period (const DbField *from)
{
  return (Period){db_field_day (from[0], DAY_MIN), db_field_day (from[1], DAY_MAX)};
}

static void
take_exception (Loader *loader, const DbField *row)
{
  if (loader->exception_count == talloc_array_length (loader->exceptions))
    loader->exceptions = memory_must (talloc_realloc (loader->call, loader->exceptions, LoadedException,
                                                      (unsigned)(2 * loader->exception_count)));
  loader->exceptions[loader->exception_count++] = (LoadedException){
      field_id (row[0]),
      {id_symbols_find (loader->ids, row[1]), id_symbols_find (loader->ids, row[2]), field_period (row + 3)}};
}

/* Gathers the exceptions of a person; returns how many. */
static size_t
exceptions_of (Loader *loader, const Id *person)
{
  size_t low = 0, high = loader->exception_count, count = 0;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (memcmp (&loader->exceptions[middle].person, person, sizeof *person) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  for (;
       low < loader->exception_count && memcmp (&loader->exceptions[low].person, person, sizeof *person) == 0;
       low++) {
    if (count == talloc_array_length (loader->held))
      loader->held =
          memory_must (talloc_realloc (loader->call, loader->held, PersonException, (unsigned)(2 * count)));
    loader->held[count++] = loader->exceptions[low].exception;
  }
  return count;
}

/* Puts the person at hand, who is on record unless all is told of somebody unknown. */
static void
put_person (Loader *loader, const Id *person, size_t fact_count)
{
  PersonIndex index = population_find (loader->population, person);
  if (index == PERSON_NONE || population_withdrawn (loader->population, index))
    return;
  size_t exceptions = exceptions_of (loader, person);
  PersonRecord record = {loader->facts, fact_count, loader->held, exceptions};
  population_put (loader->population, person, &record);
}

/* What compiled_fact does with texts. */
static bool
read_fact (Loader *loader, const DbField *row, PersonFact *fact)
{
  *fact = (PersonFact){.kind = (FactKind)db_field_number (row[1]), .valid = field_period (row + 4)};
  const char *value = (const char *)row[2].data;
  size_t length = row[2].length < 0 ? 0 : (size_t)row[2].length;
  if ((size_t)fact->kind >= FACT_KINDS || fact->valid.from >= fact->valid.to)
    return false;
  fact->organ = id_symbols_find (loader->ids, row[3]);
  if (fact->kind != FACT_KIND__FACT_KIND_BIRTH_DATE) {
    fact->value = symbols_intern_part (loader->symbols, value, length);
    return fact->value != SYMBOL_NONE || fact->kind == FACT_KIND__FACT_KIND_ADMISSION;
  }
  char text[DAY_TEXT_SIZE];
  Day birth;
  if (length >= sizeof text)
    return false;
  memcpy (text, value, length);
  text[length] = '\0';
  fact->value = day_parse (text, &birth) == DAY_OK ? (uint32_t)birth : 0;
  return day_parse (text, &birth) == DAY_OK;
}

static void
take_fact (Loader *loader, const DbField *row)
{
  if (memcmp (&loader->person, row[0].data, sizeof loader->person) != 0) {
    if (loader->fact_count > 0)
      put_person (loader, &loader->person, loader->fact_count);
    loader->person = field_id (row[0]);
    loader->fact_count = 0;
  }
  if (loader->fact_count == talloc_array_length (loader->facts))
    loader->facts = memory_must (
        talloc_realloc (loader->call, loader->facts, PersonFact, (unsigned)(2 * loader->fact_count)));
  loader->fact_count += read_fact (loader, row, &loader->facts[loader->fact_count]);
}

Status
population_load (Call *call, const char *where, IdSymbols *ids, Symbols *symbols, Population *population)
{
  Id federation; /* it goes into SQL as text */
  if (!id_parse (call->federation_id, &federation))
    return status_error (call, STATUS_INVALID_ARGUMENT, "INVALID_ID", "The federation's id is not a UUID");
  Call *scratch = memory_copy (call, call, sizeof *call);
  Loader loader = {.call = scratch, .where = where, .ids = ids, .symbols = symbols, .population = population};
  loader.exceptions = memory_array (scratch, LoadedException, FIRST_CAPACITY);
  loader.held = memory_array (scratch, PersonException, FIRST_CAPACITY);
  loader.facts = memory_array (scratch, PersonFact, FIRST_CAPACITY);
  Status status =
      copy_rows (&loader, copy_of (&loader, "person_id, withdrawn", "person", ""), 2, take_person);
  if (!status_failed (status))
    status = copy_rows (&loader,
                        copy_of (&loader, "person_id, organ_id, type_id, valid_from, valid_to",
                                 "membership_exception", "AND superseded_at IS NULL"),
                        5, take_exception);
  for (size_t i = 0; i < loader.exception_count; i++)
    if (i == 0 || memcmp (&loader.exceptions[i].person, &loader.exceptions[i - 1].person, sizeof (Id)) != 0)
      put_person (&loader, &loader.exceptions[i].person, 0);
  if (!status_failed (status))
    status = copy_rows (&loader,
                        copy_of (&loader, "person_id, kind, value, organ_id, valid_from, valid_to", "fact",
                                 "AND superseded_at IS NULL"),
                        6, take_fact);
  if (loader.fact_count > 0)
    put_person (&loader, &loader.person, loader.fact_count);
  status = status_copy (call, status);
  talloc_free (scratch);
  return status;
}
