/* The gazetteer's copy: recorded from events, asked when a rule names places. */
#include "tree/places.h"

#include "heimo/membership/v1/membership_events.pb-c.h"

Status
places_record (Call *call, const PlacesRecorded *event)
{
  size_t count = event->n_places;
  const char **columns[6];
  for (size_t i = 0; i < 6; i++)
    columns[i] = memory_array (call, const char *, count + 1);
  for (size_t i = 0; i < count; i++) {
    const Place *place = event->places[i];
    columns[0][i] = place->country;
    columns[1][i] = place->postal_code;
    columns[2][i] = place->town;
    columns[3][i] = place->municipality;
    columns[4][i] = place->province;
    columns[5][i] = *place->valid_from == '\0' ? "-infinity" : place->valid_from;
  }
  return db_run (
      call->db, call, &sql_place_upsert,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("countries", columns[0], count),
                 db_texts ("postal_codes", columns[1], count), db_texts ("towns", columns[2], count),
                 db_texts ("municipalities", columns[3], count), db_texts ("provinces", columns[4], count),
                 db_texts ("valid_from", columns[5], count)),
      NULL);
}

/* The key under which a place that was asked for is noted. */
static const char *
place_key (void *owner, RuleField field, const char *value)
{
  return memory_format (owner, "%d %s", (int)field, value);
}

static bool
is_known (void *context, RuleField field, const char *value)
{
  const PlaceCheck *check = context;
  return symbols_find (check->known, place_key (check->known, field, value)) != SYMBOL_NONE;
}

static bool
is_place (const RuleNode *node)
{
  return (node->op == RULE_OP__RULE_OP_EQUALS || node->op == RULE_OP__RULE_OP_IN) &&
         node->field >= RULE_FIELD__RULE_FIELD_POSTAL_CODE && node->field <= RULE_FIELD__RULE_FIELD_PROVINCE;
}

PlaceCheck *
place_check_new (Call *call)
{
  PlaceCheck *check = memory_new (call, PlaceCheck);
  check->asked = symbols_new (check);
  check->known = symbols_new (check);
  return check;
}

void
place_check_add (PlaceCheck *check, RuleNode *const *nodes, size_t count)
{
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; is_place (nodes[i]) && j < nodes[i]->n_values; j++)
      symbols_intern (check->asked, place_key (check, nodes[i]->field, nodes[i]->values[j]));
}

Status
place_check_ask (PlaceCheck *check, Call *call)
{
  size_t count = symbols_count (check->asked) - 1;
  if (count == 0)
    return STATUS_SUCCESS;
  int64_t *fields = memory_array (check, int64_t, count);
  const char **values = memory_array (check, const char *, count);
  for (size_t i = 0; i < count; i++) {
    const char *key = symbols_text (check->asked, (Symbol)i + 1);
    fields[i] = key[0] - '0'; /* fields of places are 1 to 4 */
    values[i] = key + 2;
  }
  DbResult *rows;
  Status status =
      db_run (call->db, call, &sql_place_known,
              DB_VALUES (db_text ("federation_id", call->federation_id),
                         db_integers ("fields", fields, count), db_texts ("values", values, count)),
              &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++)
    symbols_intern (check->known, place_key (check, (RuleField)db_number (rows, row, "field"),
                                             db_value (rows, row, "value")));
  return status;
}

RuleScope
place_check_scope (PlaceCheck *check, const char *path, bool on_organ)
{
  return (RuleScope){.path = path, .on_organ = on_organ, .place_known = is_known, .context = check};
}
