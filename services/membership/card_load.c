/* Locking and loading cards. */
#include "card.h"
#include "membership_sql.h"

#include <string.h>

Status
membership_found (Call *call, const DbResult *result, const char *reason, const char *what)
{
  if (db_row_count (result) > 0)
    return STATUS_SUCCESS;
  return status_error (call, STATUS_NOT_FOUND, reason, "There is no such %s", what);
}

/* Recorded times of one person follow the order of the changes, also when the clock is set back. */
static void
stamp_behind (Call *call, const DbResult *result)
{
  call_stamp (call);
  for (size_t i = 0; i < db_row_count (result); i++) {
    int64_t last = db_time (result, i, "update_time");
    if (call->now <= last)
      call->now = last + 1;
  }
}

static const char *
text_of (Card *card, const DbResult *result, size_t row, const char *column)
{
  const char *value = db_value (result, row, column);
  return value == NULL ? "" : memory_string (card, value);
}

static CardRow
row_of (Card *card, const DbResult *result, size_t row, const char *id)
{
  Period valid = {db_day (result, row, "valid_from", DAY_MIN), db_day (result, row, "valid_to", DAY_MAX)};
  return (CardRow){text_of (card, result, row, id), valid, CARD_ROW_STORED};
}

static void
read_versions (Card *card, const DbResult *result, size_t first, size_t count)
{
  static const char *const columns[OWN_COUNT] = {
      "key",           "given_name",      "family_name",    "birth_date",
      "birth_fact_id", "identity_cipher", "identity_index", "language",
      "email",         "phone",           "end_date",       "end_reason"};
  card->versions = memory_array (card, CardVersion, count);
  card->version_count = count;
  for (size_t i = 0; i < count; i++) {
    card->versions[i].row = row_of (card, result, first + i, "version_id");
    for (int j = 0; j < OWN_COUNT; j++)
      card->versions[i].own[j] = text_of (card, result, first + i, columns[j]);
  }
}

static void
read_addresses (Card *card, const DbResult *result, size_t first, size_t count)
{
  card->addresses = memory_array (card, CardAddress, count);
  card->address_count = count;
  for (size_t i = 0; i < count; i++)
    card->addresses[i] = (CardAddress){.row = row_of (card, result, first + i, "address_id"),
                                       .street = text_of (card, result, first + i, "street"),
                                       .postal_code = text_of (card, result, first + i, "postal_code"),
                                       .town = text_of (card, result, first + i, "town"),
                                       .municipality = text_of (card, result, first + i, "municipality"),
                                       .province = text_of (card, result, first + i, "province"),
                                       .country = text_of (card, result, first + i, "country")};
}

static void
read_facts (Card *card, const DbResult *result, size_t first, size_t count)
{
  card->facts = memory_array (card, CardFact, count);
  card->fact_count = count;
  for (size_t i = 0; i < count; i++)
    card->facts[i] = (CardFact){.row = row_of (card, result, first + i, "fact_id"),
                                .kind = (FactKind)db_number (result, first + i, "kind"),
                                .value = text_of (card, result, first + i, "value"),
                                .organ_id = text_of (card, result, first + i, "organ_id")};
}

static void
read_relations (Card *card, const DbResult *result, size_t first, size_t count)
{
  card->relations = memory_array (card, CardRelation, count);
  card->relation_count = count;
  for (size_t i = 0; i < count; i++)
    card->relations[i] = (CardRelation){.row = row_of (card, result, first + i, "relation_id"),
                                        .kind = (int)db_number (result, first + i, "kind"),
                                        .other_id = text_of (card, result, first + i, "other_id")};
}

/* A part of the cards: its query, ordered by person, and what reads a person's rows. */
typedef struct CardPart {
  const DbQuery *query;
  void (*read) (Card *card, const DbResult *result, size_t first, size_t count);
} CardPart;

static const CardPart parts[] = {{&sql_version_list, read_versions},
                                 {&sql_address_list, read_addresses},
                                 {&sql_fact_list, read_facts},
                                 {&sql_relation_list_of, read_relations}};

/* Both the cards and the rows come in the order of persons. */
static void
distribute (const CardPart *part, const DbResult *result, Card *const *cards, size_t count)
{
  size_t row = 0, rows = db_row_count (result);
  for (size_t i = 0; i < count; i++) {
    size_t first = row;
    while (row < rows && strcmp (db_value (result, row, "person_id"), cards[i]->person_id) == 0)
      row++;
    part->read (cards[i], result, first, row - first);
  }
}

Status
cards_load (Call *call, const char *const *person_ids, size_t count, Card ***cards, size_t *found)
{
  DbResult *result;
  *found = 0;
  *cards = NULL;
  if (count == 0)
    return STATUS_SUCCESS;
  const DbValue federation = db_text ("federation_id", call->federation_id);
  Status status = db_run (call->db, call, &sql_person_lock,
                          DB_VALUES (federation, db_texts ("person_ids", person_ids, count)), &result);
  if (status_failed (status))
    return status;
  stamp_behind (call, result);
  size_t rows = db_row_count (result);
  const char **ids = memory_array (call, const char *, rows + 1);
  *cards = memory_array (call, Card *, rows + 1);
  for (size_t i = 0; i < rows; i++) {
    Card *card = memory_new (call, Card);
    card->call = call;
    card->person_id = ids[i] = text_of (card, result, i, "person_id");
    card->member_number = text_of (card, result, i, "member_number");
    card->version = db_number (result, i, "version");
    card->withdrawn = card->was_withdrawn = db_number (result, i, "withdrawn") != 0;
    (*cards)[i] = card;
  }
  *found = rows;
  for (size_t i = 0; i < sizeof parts / sizeof *parts && rows > 0; i++) {
    status = db_run (call->db, call, parts[i].query,
                     DB_VALUES (federation, db_texts ("person_ids", ids, rows)), &result);
    if (status_failed (status))
      return status;
    distribute (&parts[i], result, *cards, rows);
    talloc_free (result);
  }
  return STATUS_SUCCESS;
}

Status
card_load (Call *call, const char *person_id, const char *etag, Card **card)
{
  Card **cards;
  size_t found;
  Status status = cards_load (call, &person_id, 1, &cards, &found);
  if (status_failed (status))
    return status;
  if (found == 0 || cards[0]->withdrawn)
    return status_error (call, STATUS_NOT_FOUND, "PERSON_NOT_FOUND", "There is no such person");
  *card = cards[0];
  return call_check_etag (call, etag, memory_format (call, "\"%lld\"", (long long)cards[0]->version));
}
