/* Asking which plan recorded what begins or ends on a day. */
#include "answers/turns.h"

#include <string.h>

Turn
turn_new (Call *call, Day day)
{
  return (Turn){.day = day, .ids = memory_array (call, const char *, 4), .plan_id = "", .plan_title = ""};
}

static void
add_id (Turn *turn, const char *id)
{
  for (size_t i = 0; i < turn->id_count; i++)
    if (strcmp (turn->ids[i], id) == 0)
      return;
  if (turn->id_count == talloc_array_length (turn->ids))
    turn->ids = memory_must (talloc_realloc (NULL, turn->ids, const char *, (unsigned)(2 * turn->id_count)));
  turn->ids[turn->id_count++] = id;
}

static void
add_path (Turn *turn, const Compiled *compiled, OrganIndex organ, Day day)
{
  const Model *model = compiled->model;
  Day until = DAY_MAX;
  for (uint32_t steps = 0; organ != ORGAN_NONE && steps <= model->organ_count; steps++) {
    add_id (turn, symbols_text (compiled->symbols, model->organs[organ].id));
    organ = model_parent (model, organ, day, &until);
  }
}

void
turn_add_organ (Turn *turn, const Compiled *compiled, const char *organ_id)
{
  OrganIndex organ = model_organ (compiled->model, symbols_find (compiled->symbols, organ_id));
  add_path (turn, compiled, organ, turn->day - 1);
  add_path (turn, compiled, organ, turn->day);
}

void
turn_add_type (Turn *turn, const char *type_id)
{
  add_id (turn, type_id);
}

Status
turns_find_plans (Call *call, const char *person_id, Turn *turns, size_t count)
{
  size_t total = 0;
  for (size_t i = 0; i < count; i++)
    total += turns[i].id_count;
  if (total == 0)
    return STATUS_SUCCESS;
  int64_t *places = memory_array (call, int64_t, total);
  const char **days = memory_array (call, const char *, total),
             **ids = memory_array (call, const char *, total);
  size_t at = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < turns[i].id_count; j++, at++) {
      places[at] = (int64_t)i;
      days[at] = hierarchy_sql_day (call, turns[i].day);
      ids[at] = turns[i].ids[j];
    }
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_turn_plans,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("person_id", person_id), db_integers ("places", places, total),
                                     db_texts ("days", days, total), db_texts ("ids", ids, total)),
                          &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++) {
    Turn *turn = &turns[db_number (rows, row, "place")];
    turn->plan_id = db_value (rows, row, "plan_id");
    turn->plan_title = db_value (rows, row, "title");
  }
  return status;
}
