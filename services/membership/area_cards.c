/* What the gazetteer says from days on, put on addresses, and taken from them again. Every address that is
 * about to be stored comes by here, so that one recorded before the day of an area change is right after it
 * too. */
#include "area.h"

#include "membership_sql.h"

#include <string.h>

/* One row of place_change. */
typedef struct PlaceChange {
  const char *country, *postal_code, *old_town, *town, *municipality, *province;
  Day from;
} PlaceChange;

static bool
is_concerned (const CardAddress *address, bool stored)
{
  return address->postal_code[0] != '\0' &&
         (address->row.state == CARD_ROW_NEW || (stored && address->row.state == CARD_ROW_STORED));
}

/* The postal codes of the addresses in question. */
static const char **
find_codes (Call *call, Card *const *cards, size_t count, bool stored, size_t *found)
{
  size_t most = 0;
  for (size_t i = 0; i < count; i++)
    most += cards[i]->address_count;
  const char **codes = memory_array (call, const char *, most + 1);
  *found = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < cards[i]->address_count; j++)
      if (is_concerned (&cards[i]->addresses[j], stored))
        codes[(*found)++] = cards[i]->addresses[j].postal_code;
  return codes;
}

static Status
read_changes (Call *call, const char *const *codes, size_t code_count, PlaceChange **changes, size_t *count)
{
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_area_changes,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_texts ("postal_codes", codes, code_count)),
                          &rows);
  *count = status_failed (status) ? 0 : db_row_count (rows);
  *changes = memory_array (call, PlaceChange, *count + 1);
  for (size_t row = 0; row < *count; row++)
    (*changes)[row] = (PlaceChange){
        .country = db_value (rows, row, "country"),
        .postal_code = db_value (rows, row, "postal_code"),
        .old_town = db_value (rows, row, "old_town"),
        .town = db_value (rows, row, "town"),
        .municipality = db_value (rows, row, "municipality"),
        .province = db_value (rows, row, "province"),
        .from = db_day (rows, row, "valid_from", DAY_MIN),
    };
  return status;
}

/* Records the address anew from the day of the change on, if that says anything new of it. */
static void
place_address (Card *card, size_t index, const PlaceChange *change)
{
  CardAddress address = card->addresses[index];
  bool named = strcmp (address.town, change->old_town) == 0 || address.town[0] == '\0';
  const char *town = named ? change->town : address.town;
  if (address.row.valid.to <= change->from || strcmp (address.country, change->country) != 0 ||
      strcmp (address.postal_code, change->postal_code) != 0 ||
      (strcmp (address.town, town) == 0 && strcmp (address.municipality, change->municipality) == 0 &&
       strcmp (address.province, change->province) == 0))
    return;
  address.town = memory_string (card, town);
  address.municipality = memory_string (card, change->municipality);
  address.province = memory_string (card, change->province);
  if (address.row.valid.from < change->from)
    address.row.valid.from = change->from;
  card_record_address (card, &address);
}

Status
area_place_cards (Call *call, Card *const *cards, size_t count, bool stored)
{
  size_t code_count, change_count;
  PlaceChange *changes;
  const char **codes = find_codes (call, cards, count, stored, &code_count);
  if (code_count == 0)
    return STATUS_SUCCESS;
  Status status = read_changes (call, codes, code_count, &changes, &change_count);
  /* In the order of days: a later change goes on from what an earlier one left. Addresses that are recorded
   * here are looked at as well, for the next change. */
  for (size_t at = 0; !status_failed (status) && at < change_count; at++)
    for (size_t i = 0; i < count; i++) {
      size_t addresses = cards[i]->address_count;
      for (size_t j = 0; j < addresses; j++)
        if (is_concerned (&cards[i]->addresses[j], stored))
          place_address (cards[i], j, &changes[at]);
    }
  return status;
}

/* A place of an area change that is undone. */
typedef struct UndonePlace {
  const char *country, *postal_code, *old_town, *old_municipality, *old_province, *town, *municipality,
      *province;
  Day from;
} UndonePlace;

static UndonePlace
read_undone (const DbResult *rows, size_t row)
{
  return (UndonePlace){
      .country = db_value (rows, row, "country"),
      .postal_code = db_value (rows, row, "postal_code"),
      .old_town = db_value (rows, row, "old_town"),
      .old_municipality = db_value (rows, row, "old_municipality"),
      .old_province = db_value (rows, row, "old_province"),
      .town = db_value (rows, row, "town"),
      .municipality = db_value (rows, row, "municipality"),
      .province = db_value (rows, row, "province"),
      .from = db_day (rows, row, "valid_from", DAY_MIN),
  };
}

static bool
is_same_address (const CardAddress *one, const CardAddress *other)
{
  return strcmp (one->street, other->street) == 0 && strcmp (one->postal_code, other->postal_code) == 0 &&
         strcmp (one->town, other->town) == 0 && strcmp (one->municipality, other->municipality) == 0 &&
         strcmp (one->province, other->province) == 0 && strcmp (one->country, other->country) == 0;
}

/* The first day of what the address goes on from, when that says the same; its own otherwise. */
static Day
first_day_of (const Card *card, const CardAddress *address)
{
  for (size_t i = 0; i < card->address_count; i++)
    if (card_row_holds (&card->addresses[i].row) &&
        card->addresses[i].row.valid.to == address->row.valid.from &&
        is_same_address (&card->addresses[i], address))
      return card->addresses[i].row.valid.from;
  return address->row.valid.from;
}

/* Records an address with the names of the place anew, from the day on with those of before. */
static void
replace_address (Card *card, size_t index, const UndonePlace *place)
{
  CardAddress address = card->addresses[index];
  if (!card_row_holds (&address.row) || address.row.valid.to <= place->from ||
      strcmp (address.country, place->country) != 0 ||
      strcmp (address.postal_code, place->postal_code) != 0 ||
      strcmp (address.municipality, place->municipality) != 0 ||
      strcmp (address.province, place->province) != 0)
    return;
  if (strcmp (address.town, place->town) == 0)
    address.town = memory_string (card, place->old_town);
  address.municipality = memory_string (card, place->old_municipality);
  address.province = memory_string (card, place->old_province);
  if (address.row.valid.from < place->from)
    address.row.valid.from = place->from;
  address.row.valid.from = first_day_of (card, &address);
  card_record_address (card, &address);
}

Status
area_replace_cards (Call *call, Card *const *cards, size_t count, const char *area_change_id)
{
  size_t code_count;
  DbResult *rows;
  const char **codes = find_codes (call, cards, count, true, &code_count);
  Status status = db_run (call->db, call, &sql_area_places_named,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("area_change_id", area_change_id),
                                     db_texts ("postal_codes", codes, code_count)),
                          &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++) {
    UndonePlace place = read_undone (rows, row);
    for (size_t i = 0; i < count; i++)
      for (size_t j = 0, addresses = cards[i]->address_count; j < addresses; j++)
        replace_address (cards[i], j, &place);
  }
  return status;
}
