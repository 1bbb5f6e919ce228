/* Three COPYs: persons, exceptions, facts. */
#include "store/load.h"

#include "core/day.h"

#include <string.h>

enum { FIRST_CAPACITY = 256, COLUMNS_MAX = 7 };

#define RESERVE(owner, array, count, Type)                                                                   \
  do {                                                                                                       \
    if ((count) == talloc_array_length (array))                                                              \
      (array) = memory_must (talloc_realloc ((owner), (array), Type, (unsigned)(2 * (count))));              \
  } while (0)

/* Facts and exceptions on their way into a roster. */
typedef struct Loader {
  Roster *roster;
  IdSymbols *ids;
  Symbols *symbols;
  uint32_t *person_of; /* of each fact or exception; talloc array */
  uint32_t count;
  Id last; /* whose the last row was, and the number: rows of a person mostly stand together */
  uint32_t last_number;
} Loader;

Status
load_by_pages (Call *call)
{
  return db_script (call->db, call, "SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off");
}

Status
load_by_rows (Call *call)
{
  return db_script (call->db, call, "SET LOCAL enable_indexscan = on");
}

Status
load_copy (Call *call, const char *sql, size_t columns, void (*take) (void *data, const DbField *row),
           void *data)
{
  DbField row[COLUMNS_MAX];
  bool more = true;
  Status status = db_copy_out (call->db, call, sql);
  while (!status_failed (status)) {
    status = db_copy_next (call->db, call, row, columns, &more);
    if (status_failed (status) || !more)
      break;
    take (data, row);
  }
  return status;
}

Period
field_period (const DbField *from)
{
  return (Period){db_field_day (from[0], DAY_MIN), db_field_day (from[1], DAY_MAX)};
}

static void
take_person (void *data, const DbField *row)
{
  Roster *roster = data;
  Id id = field_id (row[0]);
  uint32_t person = id_map_add (roster->persons, &id);
  RESERVE (roster, roster->states, person, uint8_t);
  roster->states[person] = db_field_number (row[1]) != 0 ? ROSTER_WITHDRAWN : ROSTER_PRESENT;
}

/* Ids go into SQL as text. */
static Status
check_id (Call *call, const char *text)
{
  Id id;
  if (id_parse (text, &id))
    return STATUS_SUCCESS;
  return status_error (call, STATUS_INVALID_ARGUMENT, "INVALID_ID", "The identifier is not a UUID");
}

static const char *
bounds_of (Roster *roster)
{
  char first[ID_TEXT_SIZE], last[ID_TEXT_SIZE];
  id_format (*id_map_id (roster->persons, 0), first);
  id_format (*id_map_id (roster->persons, roster->count - 1), last);
  return memory_format (roster, "AND person_id BETWEEN '%s' AND '%s'", first, last);
}

Status
roster_read_persons (Call *call, void *owner, RosterScope scope, Roster **made)
{
  bool after = scope.named == NULL && *scope.after != '\0';
  Status status = check_id (call, call->federation_id);
  if (!status_failed (status) && after)
    status = check_id (call, scope.after);
  if (status_failed (status))
    return status;
  Roster *roster = *made = memory_new (owner, Roster);
  roster->persons = id_map_new (roster);
  roster->states = memory_array (roster, uint8_t, FIRST_CAPACITY);
  const char *where = scope.named != NULL ? scope.named
                      : after             ? memory_format (roster, "AND person_id > '%s'", scope.after)
                                          : "";
  const char *limit = scope.named != NULL ? "" : memory_format (roster, "LIMIT %u", scope.limit);
  status = load_copy (call,
                      memory_format (roster,
                                     "COPY (SELECT person_id, withdrawn FROM person WHERE federation_id = "
                                     "'%s' %s ORDER BY person_id %s) TO STDOUT (FORMAT binary)",
                                     call->federation_id, where, limit),
                      2, take_person, roster);
  roster->count = id_map_count (roster->persons);
  roster->extent = scope.named == NULL ? ROSTER_RANGE : ROSTER_NAMED;
  if (!status_failed (status) && roster->count > 0)
    roster->where = scope.named != NULL ? scope.named : bounds_of (roster);
  return status;
}

/* Whose a row is: ID_UNKNOWN for somebody who is not on record. */
static uint32_t
whose (Loader *loader, DbField field)
{
  Id id = field_id (field);
  if (memcmp (&loader->last, &id, sizeof id) != 0) {
    loader->last = id;
    loader->last_number = id_map_find (loader->roster->persons, &id);
  }
  return loader->last_number;
}

static void
take_exception (void *data, const DbField *row)
{
  Loader *loader = data;
  Roster *roster = loader->roster;
  uint32_t person = whose (loader, row[0]);
  if (person == ID_UNKNOWN)
    return;
  RESERVE (roster, roster->exceptions, loader->count, PersonException);
  RESERVE (roster, loader->person_of, loader->count, uint32_t);
  roster->exceptions[loader->count] = (PersonException){
      id_symbols_find (loader->ids, row[1]), id_symbols_find (loader->ids, row[2]), field_period (row + 3)};
  loader->person_of[loader->count++] = person;
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
  Day birth = 0;
  if (length >= sizeof text)
    return false;
  memcpy (text, value, length);
  text[length] = '\0';
  bool is_day = day_parse (text, &birth) == DAY_OK;
  fact->value = (uint32_t)birth;
  return is_day;
}

static void
take_fact (void *data, const DbField *row)
{
  Loader *loader = data;
  Roster *roster = loader->roster;
  uint32_t person = whose (loader, row[0]);
  if (person == ID_UNKNOWN)
    return;
  RESERVE (roster, roster->facts, loader->count, PersonFact);
  RESERVE (roster, loader->person_of, loader->count, uint32_t);
  loader->person_of[loader->count] = person;
  loader->count += read_fact (loader, row, &roster->facts[loader->count]);
}

/* SQL for the kinds of facts asked for. */
static const char *
kinds_text (void *owner, uint32_t kinds)
{
  if ((kinds & ROSTER_ALL_KINDS) == ROSTER_ALL_KINDS)
    return "";
  char *text = memory_string (owner, "AND kind = ANY ('{0");
  for (unsigned kind = 1; kind < FACT_KINDS; kind++)
    if ((kinds >> kind & 1) != 0)
      text = memory_must (talloc_asprintf_append (text, ",%u", kind));
  return memory_must (talloc_asprintf_append (text, "}'::smallint[])"));
}

/* One of the two COPYs of things that belong to persons. */
static Status
read_things (Call *call, Roster *roster, Loader *loader, const char *columns, size_t column_count,
             const char *table, const char *condition, void (*take) (void *data, const DbField *row))
{
  const char *sql = memory_format (roster,
                                   "COPY (SELECT %s FROM %s WHERE federation_id = '%s' AND superseded_at IS "
                                   "NULL %s %s) TO STDOUT (FORMAT binary)",
                                   columns, table, call->federation_id, condition, roster->where);
  loader->count = 0;
  loader->last = (Id){0};
  loader->last_number = ID_UNKNOWN;
  return load_copy (call, sql, column_count, take, loader);
}

Status
roster_read_facts (Call *call, Roster *roster, uint32_t kinds, IdSymbols *ids, Symbols *symbols)
{
  Loader loader = {.roster = roster, .ids = ids, .symbols = symbols};
  roster->facts = memory_array (roster, PersonFact, FIRST_CAPACITY);
  roster->exceptions = memory_array (roster, PersonException, FIRST_CAPACITY);
  loader.person_of = memory_array (roster, uint32_t, FIRST_CAPACITY);
  if (roster->count == 0)
    return STATUS_SUCCESS;
  Status status = read_things (call, roster, &loader, "person_id, organ_id, type_id, valid_from, valid_to", 5,
                               "membership_exception", "", take_exception);
  roster->exceptions_of = bins_of (roster, loader.person_of, loader.count, roster->count);
  if (!status_failed (status) && roster->extent == ROSTER_RANGE)
    status = load_by_pages (call);
  if (!status_failed (status))
    status = read_things (call, roster, &loader, "person_id, kind, value, organ_id, valid_from, valid_to", 6,
                          "fact", kinds_text (roster, kinds), take_fact);
  roster->facts_of = bins_of (roster, loader.person_of, loader.count, roster->count);
  talloc_free (loader.person_of);
  return status_failed (status) || roster->extent == ROSTER_NAMED ? status : load_by_rows (call);
}

RosterReader *
roster_reader (void *owner)
{
  RosterReader *reader = memory_new (owner, RosterReader);
  reader->facts = memory_array (reader, PersonFact, FIRST_CAPACITY);
  reader->exceptions = memory_array (reader, PersonException, FIRST_CAPACITY);
  return reader;
}

PersonRecord
roster_record (const Roster *roster, uint32_t person, RosterReader *reader)
{
  const uint32_t *facts = roster->facts_of.first + person, *exceptions = roster->exceptions_of.first + person;
  PersonRecord record = {.fact_count = facts[1] - facts[0], .exception_count = exceptions[1] - exceptions[0]};
  if (record.fact_count > talloc_array_length (reader->facts))
    reader->facts =
        memory_must (talloc_realloc (reader, reader->facts, PersonFact, (unsigned)record.fact_count));
  if (record.exception_count > talloc_array_length (reader->exceptions))
    reader->exceptions = memory_must (
        talloc_realloc (reader, reader->exceptions, PersonException, (unsigned)record.exception_count));
  for (size_t i = 0; i < record.fact_count; i++)
    reader->facts[i] = roster->facts[roster->facts_of.order[facts[0] + i]];
  for (size_t i = 0; i < record.exception_count; i++)
    reader->exceptions[i] = roster->exceptions[roster->exceptions_of.order[exceptions[0] + i]];
  record.facts = reader->facts;
  record.exceptions = reader->exceptions;
  return record;
}

static void
put_persons (const Roster *roster, RosterReader *reader, Population *population)
{
  for (uint32_t person = 0; person < roster->count; person++) {
    const Id *id = id_map_id (roster->persons, person);
    PersonRecord record = roster_record (roster, person, reader);
    if (roster->states[person] == ROSTER_WITHDRAWN)
      population_withdraw (population, id);
    else
      population_put (population, id, &record);
  }
}

Status
population_load (Call *call, RosterScope scope, IdSymbols *ids, Symbols *symbols, Population *population)
{
  Call *scratch = memory_copy (call, call, sizeof *call);
  RosterReader *reader = roster_reader (scratch);
  Status status = STATUS_SUCCESS;
  for (bool more = true; more;) {
    Roster *roster = NULL;
    char last[ID_TEXT_SIZE];
    status = roster_read_persons (scratch, scratch, scope, &roster);
    if (!status_failed (status))
      status = roster_read_facts (scratch, roster, ROSTER_ALL_KINDS, ids, symbols);
    if (status_failed (status))
      break;
    put_persons (roster, reader, population);
    more = scope.named == NULL && roster->count == scope.limit;
    if (more)
      scope.after =
          memory_string (scratch, id_format (*id_map_id (roster->persons, roster->count - 1), last));
    talloc_free (roster);
  }
  status = status_copy (call, status);
  talloc_free (scratch);
  return status;
}
