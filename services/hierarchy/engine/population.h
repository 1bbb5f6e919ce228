/* Population: the facts and exceptions of every person, in flat arrays.
 *
 * A person is an identifier and a run of small entries in one array. The five facts of an address, which
 * begin and end together, are one entry: the combination is a number in a table of places, of which there are
 * few. Everything is in symbols of one table, which the caller keeps beside it.
 *
 * One thread changes it; while nobody does, any number may read, each with a PopulationReader of its own.
 */
#ifndef HIERARCHY_ENGINE_POPULATION_H
#define HIERARCHY_ENGINE_POPULATION_H

#include "facts.h"

#include "core/id.h"

#include <string.h>

typedef struct Population Population;

/* A hash of an identifier that spreads whatever part of it varies: ids need not be random. */
static inline uint32_t
id_hash (const Id *id)
{
  uint64_t head, tail;
  memcpy (&head, id->bytes, sizeof head);
  memcpy (&tail, id->bytes + sizeof head, sizeof tail);
  uint64_t hash = head * 0x9e3779b97f4a7c15ULL ^ tail;
  hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdULL;
  hash = (hash ^ hash >> 29) * 0xc4ceb9fe1a85ec53ULL;
  return (uint32_t)(hash >> 32);
}

/* A person in a population; positions stay as they are until population_reset. */
typedef uint32_t PersonIndex;

#define PERSON_NONE UINT32_MAX

/* What PersonFact's kinds share an entry, as indexes of PopulationPlace.values. */
enum { PLACE_VALUES = FACT_KIND__FACT_KIND_COUNTRY - FACT_KIND__FACT_KIND_POSTAL_CODE + 1 };

/* One combination of postal code, town, municipality, province and country; SYMBOL_NONE: no such fact. */
typedef struct PopulationPlace {
  Symbol values[PLACE_VALUES];
} PopulationPlace;

/* An empty population on `owner`. */
Population *population_new (void *owner);

/* Forgets everyone, keeps the memory. */
void population_reset (Population *population);

/* Records a person in place of what was recorded before. */
PersonIndex population_put (Population *population, const Id *id, const PersonRecord *record);

/* Records that a person has been taken out of the register: has no memberships, whatever the facts. */
PersonIndex population_withdraw (Population *population, const Id *id);

/* The person's position, or PERSON_NONE. */
PersonIndex population_find (const Population *population, const Id *id);

/* Persons, those withdrawn among them. */
uint32_t population_count (const Population *population);

/* Persons that are not withdrawn. */
uint32_t population_present (const Population *population);

const Id *population_id (const Population *population, PersonIndex person);
bool population_withdrawn (const Population *population, PersonIndex person);

/* Bytes of all arrays. */
size_t population_bytes (const Population *population);

/* The table of places. */
const PopulationPlace *population_places (const Population *population, uint32_t *count);

/* Working memory for reading persons; one thread. */
typedef struct PopulationReader PopulationReader;

/* An empty one on `owner`. */
PopulationReader *population_reader (void *owner);

/* The person's facts and exceptions, valid until the next one is read. Nothing of a withdrawn person. */
PersonRecord population_read (const Population *population, PersonIndex person, PopulationReader *reader);

/* The same, only what holds on a day: no exceptions. */
PersonRecord population_read_day (const Population *population, PersonIndex person, Day day,
                                  PopulationReader *reader);

/* One entry of a person, for scans that need no more. */
typedef enum EntryKind {
  ENTRY_PLACE = 0,      /* value: position in the table of places */
  ENTRY_EXCEPTION = 14, /* value: the organ */
  ENTRY_MORE = 15       /* value: the organ of the fact, the type of the exception before it */
} EntryKind;            /* others are FactKinds */

enum { ENTRY_VALUE_BITS = 28 };

typedef struct PopulationEntry {
  uint32_t what; /* kind in the high bits, value below */
  Day from;
  Day to;
} PopulationEntry;

static inline uint32_t
entry_kind (const PopulationEntry *entry)
{
  return entry->what >> ENTRY_VALUE_BITS;
}

static inline uint32_t
entry_value (const PopulationEntry *entry)
{
  return entry->what & ((1U << ENTRY_VALUE_BITS) - 1);
}

/* All entries of a person; none of a withdrawn one. */
const PopulationEntry *population_entries (const Population *population, PersonIndex person, uint32_t *count);

#endif
