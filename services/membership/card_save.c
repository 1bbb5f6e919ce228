/* Writing changed cards: a statement for each table, whatever the number of cards. */
#include "area.h"
#include "card.h"
#include "card_event.h"
#include "core/text.h"
#include "heimo/membership/v1/person.pb-c.h"
#include "member_number.h"
#include "membership_sql.h"
#include "rows.h"

#include <string.h>

enum { SORT_KEY_MAX = 120 }; /* bytes kept: the key travels in page tokens */

/* One dated table. */
typedef struct DatedTable {
  const DbQuery *supersede;
  const DbQuery *insert;
  const char *const *columns;
} DatedTable;

static const char *const version_columns[] = {"id",
                                              "person_id",
                                              "valid_from",
                                              "valid_to",
                                              "key",
                                              "given_name",
                                              "family_name",
                                              "birth_date",
                                              "birth_fact_id",
                                              "identity_cipher",
                                              "identity_index",
                                              "language",
                                              "email",
                                              "phone",
                                              "end_date",
                                              "end_reason",
                                              NULL};
static const char *const address_columns[] = {"id",       "person_id",   "valid_from", "valid_to",
                                              "street",   "postal_code", "town",       "municipality",
                                              "province", "country",     NULL};
static const char *const fact_columns[] = {"id",   "person_id", "valid_from", "valid_to",
                                           "kind", "value",     "organ_id",   NULL};
static const char *const relation_columns[] = {"id",   "person_id", "valid_from", "valid_to",
                                               "kind", "other_id",  NULL};
#define FACE_COLUMNS                                                                                         \
  "address_id", "address_street", "address_postal_code", "address_town", "address_municipality",             \
      "address_province", "address_country", "address_from", "address_to", "address_recorded_at",            \
      "family_id", "face_from", "face_to"

enum {
  FACE_COUNT = 13,
  OF_PERSON = 19 /* the columns before them */
};

static const char *const person_columns[] = {
    "person_id",       "member_number",  "key",       "given_name",  "family_name",  "birth_date",
    "identity_cipher", "identity_index", "language",  "email",       "phone",        "end_date",
    "end_reason",      "refresh_on",     "withdrawn", "search_name", "search_given", "search_text",
    "sort_key",        FACE_COLUMNS,     NULL};
static const char *const face_columns[] = {"person_id", FACE_COLUMNS, NULL};
static const char *const id_columns[] = {"ids", "person_ids", NULL};

typedef enum Table { TABLE_VERSION, TABLE_ADDRESS, TABLE_FACT, TABLE_RELATION, TABLE_COUNT } Table;

static const DatedTable tables[TABLE_COUNT] = {
    [TABLE_VERSION] = {&sql_version_supersede, &sql_version_insert, version_columns},
    [TABLE_ADDRESS] = {&sql_address_supersede, &sql_address_insert, address_columns},
    [TABLE_FACT] = {&sql_fact_supersede, &sql_fact_insert, fact_columns},
    [TABLE_RELATION] = {&sql_relation_supersede, &sql_relation_insert, relation_columns},
};

/* Everything one save writes. */
typedef struct Save {
  Call *call;
  const char *run_id;
  Rows superseded[TABLE_COUNT];
  Rows inserted[TABLE_COUNT];
  Rows created, updated, touched;
} Save;

/* Notes what must be done with a dated row; true when it is to be inserted, its four leading values filled
 * in. */
static bool
note_row (Save *save, Table table, const Card *card, const CardRow *row, const char **values)
{
  if (row->state == CARD_ROW_SUPERSEDED)
    rows_add (&save->superseded[table], (const char *const[]){row->id, card->person_id});
  if (row->state != CARD_ROW_NEW)
    return false;
  PeriodText text = period_text (row->valid);
  values[0] = row->id;
  values[1] = card->person_id;
  values[2] = memory_string (save->call, text.from);
  values[3] = memory_string (save->call, text.to);
  return true;
}

static void
note_versions (Save *save, const Card *card)
{
  for (size_t i = 0; i < card->version_count; i++) {
    const char *values[4 + OWN_COUNT];
    if (!note_row (save, TABLE_VERSION, card, &card->versions[i].row, values))
      continue;
    memcpy (values + 4, card->versions[i].own, sizeof card->versions[i].own);
    rows_add (&save->inserted[TABLE_VERSION], values);
  }
}

static void
note_addresses (Save *save, const Card *card)
{
  for (size_t i = 0; i < card->address_count; i++) {
    const CardAddress *address = &card->addresses[i];
    const char *values[10] = {[4] = address->street, address->postal_code, address->town,
                              address->municipality, address->province,    address->country};
    if (note_row (save, TABLE_ADDRESS, card, &address->row, values))
      rows_add (&save->inserted[TABLE_ADDRESS], values);
  }
}

static void
note_facts (Save *save, const Card *card)
{
  for (size_t i = 0; i < card->fact_count; i++) {
    const CardFact *fact = &card->facts[i];
    const char *values[7] = {[4] = NULL, fact->value, fact->organ_id};
    if (!note_row (save, TABLE_FACT, card, &fact->row, values))
      continue;
    values[4] = memory_format (save->call, "%d", (int)fact->kind);
    rows_add (&save->inserted[TABLE_FACT], values);
  }
}

static void
note_relations (Save *save, const Card *card)
{
  for (size_t i = 0; i < card->relation_count; i++) {
    const CardRelation *relation = &card->relations[i];
    const char *values[6] = {[5] = relation->other_id};
    if (!note_row (save, TABLE_RELATION, card, &relation->row, values))
      continue;
    values[4] = relation->kind == 1 ? "1" : "2";
    rows_add (&save->inserted[TABLE_RELATION], values);
  }
}

static const char *
sort_key (Call *call, const char *name)
{
  static const char digits[] = "0123456789abcdef";
  Bytes key = text_sort_key (call, name, membership_state (call)->collation);
  size_t length = key.length < SORT_KEY_MAX ? key.length : SORT_KEY_MAX;
  char *text = memory_array (call, char, 2 * length + 3);
  memcpy (text, "\\x", 2);
  for (size_t i = 0; i < length; i++) {
    text[2 + 2 * i] = digits[key.data[i] >> 4];
    text[3 + 2 * i] = digits[key.data[i] & 15];
  }
  return text;
}

/* The first day on which a later version begins, "" for none. */
static const char *
refresh_day (const Card *card)
{
  char text[DAY_TEXT_SIZE];
  Day day = DAY_MAX;
  for (size_t i = 0; i < card->version_count; i++) {
    const CardRow *row = &card->versions[i].row;
    if (card_row_holds (row) && row->valid.from > card->call->today && row->valid.from < day)
      day = row->valid.from;
  }
  return memory_string (card->call, day_format (day, text));
}

/* Narrows the days for which the face holds by a dated row; true when the row is part of it. */
static bool
part_of_face (const CardRow *row, Day today, Period *days)
{
  if (!card_row_holds (row))
    return false;
  bool contains = period_contains (row->valid, today);
  Day from = contains ? row->valid.from : row->valid.to <= today ? row->valid.to : days->from;
  Day to = contains ? row->valid.to : row->valid.from > today ? row->valid.from : days->to;
  days->from = from > days->from ? from : days->from;
  days->to = to < days->to ? to : days->to;
  return contains;
}

/* Today's address and family, and the days for which they are the same. */
static void
fill_face (Call *call, const Card *card, const char *values[FACE_COUNT])
{
  const CardAddress *address = NULL;
  const char *family = "";
  Period days = {DAY_MIN, DAY_MAX};
  for (size_t i = 0; i < card->address_count; i++)
    if (part_of_face (&card->addresses[i].row, call->today, &days) && address == NULL)
      address = &card->addresses[i];
  for (size_t i = 0; i < card->relation_count; i++)
    if (card->relations[i].kind == RELATION_KIND__RELATION_KIND_FAMILY &&
        part_of_face (&card->relations[i].row, call->today, &days) && *family == '\0')
      family = card->relations[i].other_id;
  for (size_t i = 0; i < FACE_COUNT; i++)
    values[i] = "";
  if (address != NULL) {
    PeriodText text = period_text (address->row.valid);
    const char *parts[] = {address->row.id,
                           address->street,
                           address->postal_code,
                           address->town,
                           address->municipality,
                           address->province,
                           address->country,
                           memory_string (call, text.from),
                           memory_string (call, text.to),
                           address->row.state == CARD_ROW_NEW ? "" : address->recorded_at};
    memcpy (values, parts, sizeof parts);
  }
  PeriodText text = period_text (days);
  values[10] = family;
  values[11] = days.from == DAY_MIN ? "-infinity" : memory_string (call, text.from);
  values[12] = days.to == DAY_MAX ? "infinity" : memory_string (call, text.to);
}

static void
note_face (Save *save, const Card *card)
{
  const char *values[1 + FACE_COUNT] = {card->person_id};
  fill_face (save->call, card, values + 1);
  rows_add (&save->touched, values);
}

static void
note_person (Save *save, const Card *card)
{
  Call *call = save->call;
  const char *const *own = card_own (card, call->today);
  const char *name = memory_format (call, "%s %s", own[OWN_FAMILY_NAME], own[OWN_GIVEN_NAME]);
  const char *given = text_fold (call, own[OWN_GIVEN_NAME]), *family = text_fold (call, own[OWN_FAMILY_NAME]);
  const char *rest = memory_format (call, "%s %s", own[OWN_KEY], own[OWN_EMAIL]);
  const char *values[OF_PERSON + FACE_COUNT] = {
      card->person_id,
      card->member_number,
      own[OWN_KEY],
      own[OWN_GIVEN_NAME],
      own[OWN_FAMILY_NAME],
      own[OWN_BIRTH_DATE],
      own[OWN_IDENTITY_CIPHER],
      own[OWN_IDENTITY_INDEX],
      own[OWN_LANGUAGE],
      own[OWN_EMAIL],
      own[OWN_PHONE],
      own[OWN_END_DATE],
      own[OWN_END_REASON],
      refresh_day (card),
      card->withdrawn ? "t" : "f",
      memory_format (call, "%s %s", family, given),
      memory_format (call, "%s %s", given, family),
      memory_format (call, "%s %s %s %s", family, given, card->member_number, text_fold (call, rest)),
      sort_key (call, name),
  };
  fill_face (call, card, values + OF_PERSON);
  rows_add (card->created ? &save->created : &save->updated, values);
}

static bool
has_new_version (const Card *card)
{
  for (size_t i = 0; i < card->version_count; i++)
    if (card->versions[i].row.state != CARD_ROW_STORED)
      return true;
  return false;
}

/* Draws member numbers for the new. */
static Status
draw_numbers (Call *call, Card *const *cards, size_t count)
{
  DbResult *result;
  size_t wanted = 0;
  for (size_t i = 0; i < count; i++)
    wanted += cards[i]->created;
  if (wanted == 0)
    return STATUS_SUCCESS;
  Status status = db_run (call->db, call, &sql_person_next_numbers,
                          DB_VALUES (db_integer ("count", (int64_t)wanted)), &result);
  if (status_failed (status))
    return status;
  for (size_t i = 0, next = 0; i < count; i++) {
    char number[MEMBER_NUMBER_SIZE];
    if (cards[i]->created)
      cards[i]->member_number =
          memory_string (cards[i], member_number_write (db_number (result, next++, "number"), number));
  }
  return STATUS_SUCCESS;
}

/* Supersedes before it inserts, so that no constraint meets a row that is no longer believed. */
static Status
write_all (const Save *save)
{
  Call *call = save->call;
  const DbValue extra[] = {db_text ("federation_id", call->federation_id),
                           db_text ("record_time", call_time_text (call)),
                           db_text ("actor", call->principal->subject), db_text ("run_id", save->run_id)};
  const size_t extras = sizeof extra / sizeof *extra;
  Status status = rows_run (&save->created, call->db, &sql_person_insert, extra, extras);
  for (int i = 0; i < TABLE_COUNT && !status_failed (status); i++)
    status = rows_run (&save->superseded[i], call->db, tables[i].supersede, extra, extras);
  if (!status_failed (status))
    status = rows_run (&save->updated, call->db, &sql_person_update, extra, extras);
  for (int i = 0; i < TABLE_COUNT && !status_failed (status); i++)
    status = rows_run (&save->inserted[i], call->db, tables[i].insert, extra, extras);
  if (!status_failed (status))
    status = rows_run (&save->touched, call->db, &sql_person_face, extra, extras);
  return status;
}

Status
cards_save (Call *call, Card *const *cards, size_t count, const char *run_id)
{
  Save save = {.call = call, .run_id = run_id};
  Status status = area_place_cards (call, cards, count, false);
  if (status_failed (status))
    return status;
  save.created = save.updated = rows_new (call, person_columns);
  save.touched = rows_new (call, face_columns);
  for (int i = 0; i < TABLE_COUNT; i++) {
    save.superseded[i] = rows_new (call, id_columns);
    save.inserted[i] = rows_new (call, tables[i].columns);
  }
  status = draw_numbers (call, cards, count);
  if (status_failed (status))
    return status;
  for (size_t i = 0; i < count; i++) {
    if (!card_changed (cards[i]))
      continue;
    note_versions (&save, cards[i]);
    note_addresses (&save, cards[i]);
    note_facts (&save, cards[i]);
    note_relations (&save, cards[i]);
    if (cards[i]->created || cards[i]->due || cards[i]->withdrawn != cards[i]->was_withdrawn ||
        has_new_version (cards[i]))
      note_person (&save, cards[i]);
    else
      note_face (&save, cards[i]);
    card_raise_event (cards[i]);
  }
  return write_all (&save);
}
