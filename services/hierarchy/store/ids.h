/* Identifiers as the database sends them, sixteen bytes, as small numbers: a map that counts them, and on top
 * of it their symbols. The texts are made once for each identifier and not once for each row.
 *
 * One thread adds; while nobody does, any number may look up.
 */
#ifndef HIERARCHY_STORE_IDS_H
#define HIERARCHY_STORE_IDS_H

#include "core/id.h"
#include "db/db.h"
#include "engine/symbols.h"

/* Identifiers numbered from 0 in the order in which they were added. */
typedef struct IdMap IdMap;

#define ID_UNKNOWN UINT32_MAX

/* An empty map on `owner`. */
IdMap *id_map_new (void *owner);

/* The number of an identifier, given out now if it is new. */
uint32_t id_map_add (IdMap *map, const Id *id);

/* The number of an identifier, or ID_UNKNOWN. */
uint32_t id_map_find (const IdMap *map, const Id *id);

/* How many there are, and the one of a number, valid until one is added. */
uint32_t id_map_count (const IdMap *map);
const Id *id_map_id (const IdMap *map, uint32_t number);

/* Symbols of identifiers. */
typedef struct IdSymbols IdSymbols;

/* An empty table over `symbols`, on `owner`. */
IdSymbols *id_symbols_new (void *owner, Symbols *symbols);

/* The symbol of an identifier; SYMBOL_NONE for SQL NULL. id_symbols_known adds nothing and has SYMBOL_NONE
 * for what has not been added, too. */
Symbol id_symbols_find (IdSymbols *ids, DbField field);
Symbol id_symbols_known (const IdSymbols *ids, DbField field);

/* Adds the identifier that a symbol is the text of. */
void id_symbols_add (IdSymbols *ids, Symbol symbol);

/* The identifier in a field of type uuid. */
Id field_id (DbField field);

#endif
