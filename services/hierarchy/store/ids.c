/* An open-addressing hash of numbers beside the array of what they stand for. */
#include "store/ids.h"

#include "core/memory.h"
#include "engine/population.h"

#include <string.h>

enum { FIRST_CAPACITY = 256 };

struct IdMap {
  Id *ids;         /* talloc array, by number */
  uint32_t *slots; /* number + 1 or 0; a power of two, at most half full */
  uint32_t count;
  uint32_t mask;
};

struct IdSymbols {
  Symbols *symbols;
  IdMap *map;
  Symbol *numbers; /* talloc array, by number in the map */
};

Id
field_id (DbField field)
{
  Id id = {0};
  if (field.length == (int32_t)sizeof id)
    memcpy (&id, field.data, sizeof id);
  return id;
}

IdMap *
id_map_new (void *owner)
{
  IdMap *map = memory_new (owner, IdMap);
  map->ids = memory_array (map, Id, FIRST_CAPACITY);
  map->mask = 2 * FIRST_CAPACITY - 1;
  map->slots = memory_array (map, uint32_t, map->mask + 1);
  return map;
}

static uint32_t *
slot_of (const IdMap *map, const Id *id)
{
  for (uint32_t at = id_hash (id) & map->mask;; at = (at + 1) & map->mask)
    if (map->slots[at] == 0 || memcmp (&map->ids[map->slots[at] - 1], id, sizeof *id) == 0)
      return &map->slots[at];
}

static void
grow (IdMap *map)
{
  talloc_free (map->slots);
  map->mask = 2 * map->mask + 1;
  map->slots = memory_array (map, uint32_t, map->mask + 1);
  map->ids = memory_must (talloc_realloc (map, map->ids, Id, 2 * map->count));
  for (uint32_t i = 0; i < map->count; i++)
    *slot_of (map, &map->ids[i]) = i + 1;
}

uint32_t
id_map_add (IdMap *map, const Id *id)
{
  uint32_t *slot = slot_of (map, id);
  if (*slot != 0)
    return *slot - 1;
  if (map->count == talloc_array_length (map->ids)) {
    grow (map);
    slot = slot_of (map, id);
  }
  map->ids[map->count] = *id;
  *slot = ++map->count;
  return map->count - 1;
}

uint32_t
id_map_find (const IdMap *map, const Id *id)
{
  return *slot_of (map, id) - 1; /* 0 - 1 is ID_UNKNOWN */
}

uint32_t
id_map_count (const IdMap *map)
{
  return map->count;
}

const Id *
id_map_id (const IdMap *map, uint32_t number)
{
  return &map->ids[number];
}

IdSymbols *
id_symbols_new (void *owner, Symbols *symbols)
{
  IdSymbols *ids = memory_new (owner, IdSymbols);
  ids->symbols = symbols;
  ids->map = id_map_new (ids);
  ids->numbers = memory_array (ids, Symbol, FIRST_CAPACITY);
  return ids;
}

static Symbol *
number_of (IdSymbols *ids, const Id *id)
{
  uint32_t number = id_map_add (ids->map, id);
  size_t capacity = talloc_array_length (ids->numbers);
  if (number == capacity) {
    ids->numbers = memory_must (talloc_realloc (ids, ids->numbers, Symbol, (unsigned)(2 * capacity)));
    memset (ids->numbers + capacity, 0, capacity * sizeof (Symbol));
  }
  return &ids->numbers[number];
}

Symbol
id_symbols_find (IdSymbols *ids, DbField field)
{
  if (field.length < 0)
    return SYMBOL_NONE;
  Id id = field_id (field);
  Symbol *symbol = number_of (ids, &id);
  char text[ID_TEXT_SIZE];
  if (*symbol == SYMBOL_NONE)
    *symbol = symbols_intern (ids->symbols, id_format (id, text));
  return *symbol;
}

Symbol
id_symbols_known (const IdSymbols *ids, DbField field)
{
  Id id = field_id (field);
  uint32_t number = id_map_find (ids->map, &id);
  return field.length < 0 || number == ID_UNKNOWN ? SYMBOL_NONE : ids->numbers[number];
}

void
id_symbols_add (IdSymbols *ids, Symbol symbol)
{
  Id id;
  if (id_parse (symbols_text (ids->symbols, symbol), &id))
    *number_of (ids, &id) = symbol;
}
