/* The arrays of a population: identifiers, where each person's entries are, the entries, and two hashes. */
#include "population.h"

#include "core/memory.h"

#include <assert.h>
#include <string.h>

enum { FIRST_CAPACITY = 256, BIRTH_ZERO = 1 << (ENTRY_VALUE_BITS - 1), FACTS_FIRST = 32 };

/* Where a person's entries are. */
typedef struct PersonRun {
  uint32_t first;
  uint16_t count;
  uint16_t room; /* entries that fit there: a person whose facts change a little stays in place */
} PersonRun;

#define WITHDRAWN UINT16_MAX /* in PersonRun.count */

struct Population {
  Id *ids;         /* talloc array */
  PersonRun *runs; /* talloc array */
  uint32_t count;
  uint32_t withdrawn;
  uint32_t *slots; /* position + 1 or 0, by id; a power of two, at most two thirds full */
  uint32_t slot_mask;
  PopulationEntry *entries; /* talloc array */
  uint32_t entry_count;
  PopulationPlace *places; /* talloc array */
  uint32_t place_count;
  uint32_t *place_slots; /* position + 1 or 0 */
  uint32_t place_mask;
};

struct PopulationReader {
  PersonFact *facts; /* talloc array */
  PersonException *exceptions;
};

#define GROW(owner, array, needed, Type)                                                                     \
  do {                                                                                                       \
    if ((needed) > talloc_array_length (array))                                                              \
      (array) = memory_must (talloc_realloc ((owner), (array), Type, (unsigned)((needed) + (needed) / 4)));  \
  } while (0)

Population *
population_new (void *owner)
{
  Population *population = memory_new (owner, Population);
  population->ids = memory_array (population, Id, FIRST_CAPACITY);
  population->runs = memory_array (population, PersonRun, FIRST_CAPACITY);
  population->entries = memory_array (population, PopulationEntry, FIRST_CAPACITY);
  population->places = memory_array (population, PopulationPlace, FIRST_CAPACITY);
  population->slot_mask = population->place_mask = 2 * FIRST_CAPACITY - 1;
  population->slots = memory_array (population, uint32_t, population->slot_mask + 1);
  population->place_slots = memory_array (population, uint32_t, population->place_mask + 1);
  return population;
}

void
population_reset (Population *population)
{
  population->count = population->withdrawn = population->entry_count = 0;
  memset (population->slots, 0, (population->slot_mask + (size_t)1) * sizeof *population->slots);
}

static uint32_t *
slot_of (const Population *population, const Id *id)
{
  uint32_t at = id_hash (id) & population->slot_mask;
  for (;; at = (at + 1) & population->slot_mask) {
    uint32_t *slot = &population->slots[at];
    if (*slot == 0 || memcmp (&population->ids[*slot - 1], id, sizeof *id) == 0)
      return slot;
  }
}

static void
grow_slots (Population *population)
{
  talloc_free (population->slots);
  population->slot_mask = 2 * population->slot_mask + 1;
  population->slots = memory_array (population, uint32_t, population->slot_mask + 1);
  for (uint32_t i = 0; i < population->count; i++)
    *slot_of (population, &population->ids[i]) = i + 1;
}

static uint32_t *
place_slot (const Population *population, const PopulationPlace *place)
{
  uint64_t hash = 0;
  for (uint32_t i = 0; i < PLACE_VALUES; i++)
    hash = (hash ^ place->values[i]) * 0x9e3779b97f4a7c15ULL;
  uint32_t at = (uint32_t)(hash >> 32) & population->place_mask;
  for (;; at = (at + 1) & population->place_mask) {
    uint32_t *slot = &population->place_slots[at];
    if (*slot == 0 || memcmp (&population->places[*slot - 1], place, sizeof *place) == 0)
      return slot;
  }
}

/* The number of a combination, given out now if it is new. */
static uint32_t
place_number (Population *population, const PopulationPlace *place)
{
  uint32_t *slot = place_slot (population, place);
  if (*slot != 0)
    return *slot - 1;
  if (2 * population->place_count > population->place_mask) {
    talloc_free (population->place_slots);
    population->place_mask = 2 * population->place_mask + 1;
    population->place_slots = memory_array (population, uint32_t, population->place_mask + 1);
    for (uint32_t i = 0; i < population->place_count; i++)
      *place_slot (population, &population->places[i]) = i + 1;
    slot = place_slot (population, place);
  }
  GROW (population, population->places, population->place_count + 1, PopulationPlace);
  population->places[population->place_count] = *place;
  *slot = ++population->place_count;
  return population->place_count - 1;
}

static PersonIndex
person_of (Population *population, const Id *id)
{
  uint32_t *slot = slot_of (population, id);
  if (*slot != 0)
    return *slot - 1;
  if (3 * (population->count + 1) > 2 * population->slot_mask) {
    grow_slots (population);
    slot = slot_of (population, id);
  }
  GROW (population, population->ids, population->count + 1, Id);
  GROW (population, population->runs, population->count + 1, PersonRun);
  population->ids[population->count] = *id;
  population->runs[population->count] = (PersonRun){0};
  *slot = ++population->count;
  return population->count - 1;
}

static bool
is_place (FactKind kind)
{
  return kind >= FACT_KIND__FACT_KIND_POSTAL_CODE && kind <= FACT_KIND__FACT_KIND_COUNTRY;
}

static void
append (Population *population, uint32_t kind, uint32_t value, Period valid)
{
  assert (value >> ENTRY_VALUE_BITS == 0);
  GROW (population, population->entries, population->entry_count + 1, PopulationEntry);
  population->entries[population->entry_count++] =
      (PopulationEntry){kind << ENTRY_VALUE_BITS | value, valid.from, valid.to};
}

static bool
same_days (Period left, Period right)
{
  return left.from == right.from && left.to == right.to;
}

/* The combination that begins with fact `first`: with the facts behind it that are of a place, of the same
 * days and of another kind. Those taken are marked. */
static void
append_place (Population *population, const PersonRecord *record, size_t first, uint64_t *taken)
{
  PopulationPlace place = {0};
  Period valid = record->facts[first].valid;
  for (size_t i = first; i < record->fact_count && i < first + 64; i++) {
    const PersonFact *fact = &record->facts[i];
    if (!is_place (fact->kind) || !same_days (fact->valid, valid) || (i > first && *taken >> (i - first) & 1))
      continue;
    Symbol *value = &place.values[fact->kind - FACT_KIND__FACT_KIND_POSTAL_CODE];
    if (*value != SYMBOL_NONE)
      continue;
    *value = fact->value;
    *taken |= 1ULL << (i - first);
  }
  append (population, ENTRY_PLACE, place_number (population, &place), valid);
}

/* `taken` is a window over the facts from the one at hand on. */
static void
append_facts (Population *population, const PersonRecord *record)
{
  uint64_t taken = 0;
  for (size_t i = 0; i < record->fact_count; i++, taken >>= 1) {
    const PersonFact *fact = &record->facts[i];
    if (taken & 1)
      continue;
    if (is_place (fact->kind)) {
      append_place (population, record, i, &taken);
      continue;
    }
    bool birth = fact->kind == FACT_KIND__FACT_KIND_BIRTH_DATE;
    append (population, fact->kind, birth ? (uint32_t)((Day)fact->value + BIRTH_ZERO) : fact->value,
            fact->valid);
    if (fact->organ != SYMBOL_NONE)
      append (population, ENTRY_MORE, fact->organ, fact->valid);
  }
  for (size_t i = 0; i < record->exception_count; i++) {
    append (population, ENTRY_EXCEPTION, record->exceptions[i].organ, record->exceptions[i].valid);
    append (population, ENTRY_MORE, record->exceptions[i].type, record->exceptions[i].valid);
  }
}

/* A person's entries have been appended behind all others from `first` on: they take the old place if they
 * fit. */
static void
settle (Population *population, PersonIndex person, uint32_t first)
{
  PersonRun *run = &population->runs[person];
  uint32_t count = population->entry_count - first;
  assert (count < WITHDRAWN);
  if (count <= run->room && run->room > 0) {
    memcpy (&population->entries[run->first], &population->entries[first], count * sizeof (PopulationEntry));
    population->entry_count = first;
  } else {
    run->first = first;
    run->room = (uint16_t)count;
  }
  population->withdrawn -= run->count == WITHDRAWN;
  run->count = (uint16_t)count;
}

PersonIndex
population_put (Population *population, const Id *id, const PersonRecord *record)
{
  PersonIndex person = person_of (population, id);
  uint32_t first = population->entry_count;
  append_facts (population, record);
  settle (population, person, first);
  return person;
}

PersonIndex
population_withdraw (Population *population, const Id *id)
{
  PersonIndex person = person_of (population, id);
  population->withdrawn += population->runs[person].count != WITHDRAWN;
  population->runs[person].count = WITHDRAWN;
  return person;
}

PersonIndex
population_find (const Population *population, const Id *id)
{
  uint32_t slot = *slot_of (population, id);
  return slot == 0 ? PERSON_NONE : slot - 1;
}

uint32_t
population_count (const Population *population)
{
  return population->count;
}

uint32_t
population_present (const Population *population)
{
  return population->count - population->withdrawn;
}

const Id *
population_id (const Population *population, PersonIndex person)
{
  return &population->ids[person];
}

bool
population_withdrawn (const Population *population, PersonIndex person)
{
  return population->runs[person].count == WITHDRAWN;
}

size_t
population_bytes (const Population *population)
{
  return talloc_get_size (population->ids) + talloc_get_size (population->runs) +
         talloc_get_size (population->slots) + talloc_get_size (population->entries) +
         talloc_get_size (population->places) + talloc_get_size (population->place_slots);
}

const PopulationPlace *
population_places (const Population *population, uint32_t *count)
{
  *count = population->place_count;
  return population->places;
}

const PopulationEntry *
population_entries (const Population *population, PersonIndex person, uint32_t *count)
{
  const PersonRun *run = &population->runs[person];
  *count = run->count == WITHDRAWN ? 0 : run->count;
  return &population->entries[run->first];
}

PopulationReader *
population_reader (void *owner)
{
  PopulationReader *reader = memory_new (owner, PopulationReader);
  reader->facts = memory_array (reader, PersonFact, FACTS_FIRST);
  reader->exceptions = memory_array (reader, PersonException, FACTS_FIRST);
  return reader;
}

/* Writes the facts of an entry at `facts`; returns how many. `more` is the entry behind it. */
static inline size_t
read_entry (const Population *population, const PopulationEntry *entry, const PopulationEntry *more,
            PersonFact *facts)
{
  Period valid = {entry->from, entry->to};
  uint32_t kind = entry_kind (entry), value = entry_value (entry);
  if (kind != ENTRY_PLACE) {
    bool birth = kind == FACT_KIND__FACT_KIND_BIRTH_DATE;
    *facts = (PersonFact){(FactKind)kind, birth ? (uint32_t)((Day)value - BIRTH_ZERO) : value,
                          more != NULL && entry_kind (more) == ENTRY_MORE ? entry_value (more) : SYMBOL_NONE,
                          valid};
    return 1;
  }
  const PopulationPlace *place = &population->places[value];
  size_t count = 0;
  for (uint32_t i = 0; i < PLACE_VALUES; i++)
    if (place->values[i] != SYMBOL_NONE)
      facts[count++] = (PersonFact){(FactKind)(i + FACT_KIND__FACT_KIND_POSTAL_CODE), place->values[i],
                                    SYMBOL_NONE, valid};
  return count;
}

PersonRecord
population_read (const Population *population, PersonIndex person, PopulationReader *reader)
{
  PersonRecord record = {0};
  uint32_t count;
  const PopulationEntry *entries = population_entries (population, person, &count);
  GROW (reader, reader->facts, (size_t)PLACE_VALUES * count, PersonFact);
  GROW (reader, reader->exceptions, count, PersonException);
  for (uint32_t i = 0; i < count; i++) {
    const PopulationEntry *entry = &entries[i], *more = i + 1 < count ? entry + 1 : NULL;
    switch (entry_kind (entry)) {
    case ENTRY_MORE: break;
    case ENTRY_EXCEPTION:
      reader->exceptions[record.exception_count++] = (PersonException){
          entry_value (entry), more == NULL ? SYMBOL_NONE : entry_value (more), {entry->from, entry->to}};
      break;
    default: record.fact_count += read_entry (population, entry, more, reader->facts + record.fact_count);
    }
  }
  record.facts = reader->facts;
  record.exceptions = reader->exceptions;
  return record;
}

PersonRecord
population_read_day (const Population *population, PersonIndex person, Day day, PopulationReader *reader)
{
  PersonRecord record = {0};
  uint32_t count;
  const PopulationEntry *entries = population_entries (population, person, &count);
  GROW (reader, reader->facts, (size_t)PLACE_VALUES * count, PersonFact);
  for (uint32_t i = 0; i < count; i++) {
    const PopulationEntry *entry = &entries[i];
    uint32_t kind = entry_kind (entry);
    if (entry->from <= day && day < entry->to && kind != ENTRY_MORE && kind != ENTRY_EXCEPTION)
      record.fact_count +=
          read_entry (population, entry, i + 1 < count ? entry + 1 : NULL, reader->facts + record.fact_count);
  }
  record.facts = reader->facts;
  return record;
}
