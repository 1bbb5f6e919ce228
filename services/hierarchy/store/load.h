/* Loading a population from the database: persons, facts and exceptions as they are believed now, by COPY.
 *
 * Persons come in order of their ids, so positions in an empty population are in that order too.
 */
#ifndef HIERARCHY_STORE_LOAD_H
#define HIERARCHY_STORE_LOAD_H

#include "engine/population.h"
#include "hierarchy.h"

/* Symbols of identifiers as the database sends them. */
typedef struct IdSymbols IdSymbols;

/* An empty table over `symbols`, on `owner`. */
IdSymbols *id_symbols_new (void *owner, Symbols *symbols);

/* The symbol of an identifier's text; SYMBOL_NONE for SQL NULL. */
Symbol id_symbols_find (IdSymbols *ids, DbField field);

/* The identifier in a field of type uuid. */
Id field_id (DbField field);

/* Reads persons into the population, in place of what it has of them. `where` is SQL that narrows person_id
 * down, beginning with "AND", or "". call->db is in a transaction. */
Status population_load (Call *call, const char *where, IdSymbols *ids, Symbols *symbols,
                        Population *population) MUST_CHECK;

#endif
