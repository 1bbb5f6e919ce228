/* Locking and loading cards. */
#include "card.h"
#include "card_event.h"
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
  return (CardRow){text_of (card, result, row, id), valid, CARD_ROW_STORED,
                   text_of (card, result, row, "run_id")};
}

/* Adds room for `count` rows to an array of the card; the first of them. */
static void *
room_for (Card *card, void *array, size_t size, size_t *used, size_t count)
{
  char *rows = memory_must (talloc_realloc_size (card, array, (*used + count + 1) * size));
  memset (rows + *used * size, 0, (count + 1) * size);
  *used += count;
  return rows;
}

#define ROOM(card, member, used, count)                                                                      \
  ((card)->member = room_for ((card), (card)->member, sizeof *(card)->member, &(card)->used, (count)),       \
   (card)->member + (card)->used - (count))

static void
read_versions (Card *card, const DbResult *result, size_t first, size_t count)
{
  static const char *const columns[OWN_COUNT] = {
      "key",           "given_name",      "family_name",    "birth_date",
      "birth_fact_id", "identity_cipher", "identity_index", "language",
      "email",         "phone",           "end_date",       "end_reason"};
  CardVersion *rows = ROOM (card, versions, version_count, count);
  for (size_t i = 0; i < count; i++) {
    rows[i].row = row_of (card, result, first + i, "version_id");
    for (int j = 0; j < OWN_COUNT; j++)
      rows[i].own[j] = text_of (card, result, first + i, columns[j]);
  }
}

static void
read_addresses (Card *card, const DbResult *result, size_t first, size_t count)
{
  CardAddress *rows = ROOM (card, addresses, address_count, count);
  for (size_t i = 0; i < count; i++)
    rows[i] = (CardAddress){.row = row_of (card, result, first + i, "address_id"),
                            .street = text_of (card, result, first + i, "street"),
                            .postal_code = text_of (card, result, first + i, "postal_code"),
                            .town = text_of (card, result, first + i, "town"),
                            .municipality = text_of (card, result, first + i, "municipality"),
                            .province = text_of (card, result, first + i, "province"),
                            .country = text_of (card, result, first + i, "country"),
                            .recorded_at = text_of (card, result, first + i, "recorded_at")};
}

static void
read_facts (Card *card, const DbResult *result, size_t first, size_t count)
{
  CardFact *rows = ROOM (card, facts, fact_count, count);
  for (size_t i = 0; i < count; i++)
    rows[i] = (CardFact){.row = row_of (card, result, first + i, "fact_id"),
                         .kind = (FactKind)db_number (result, first + i, "kind"),
                         .value = text_of (card, result, first + i, "value"),
                         .organ_id = text_of (card, result, first + i, "organ_id")};
}

static void
read_relations (Card *card, const DbResult *result, size_t first, size_t count)
{
  CardRelation *rows = ROOM (card, relations, relation_count, count);
  for (size_t i = 0; i < count; i++)
    rows[i] = (CardRelation){.row = row_of (card, result, first + i, "relation_id"),
                             .kind = (int)db_number (result, first + i, "kind"),
                             .other_id = text_of (card, result, first + i, "other_id")};
}

/* A part of the cards: its query, ordered by person, and what reads a person's rows. */
typedef struct CardPart {
  const DbQuery *query;
  const DbQuery *replaced; /* the rows that a run superseded */
  void (*read) (Card *card, const DbResult *result, size_t first, size_t count);
} CardPart;

static const CardPart parts[] = {{&sql_version_list, &sql_version_list_replaced, read_versions},
                                 {&sql_address_list, &sql_address_list_replaced, read_addresses},
                                 {&sql_fact_list, &sql_fact_list_replaced, read_facts},
                                 {&sql_relation_list_of, &sql_relation_list_replaced, read_relations}};

enum { PART_COUNT = sizeof parts / sizeof *parts };

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

/* Reads one part of all cards. */
static Status
load_part (Call *call, const CardPart *part, const DbQuery *query, const char *run_id, Card *const *cards,
           size_t count)
{
  DbResult *result;
  const char **ids = memory_array (call, const char *, count + 1);
  for (size_t i = 0; i < count; i++)
    ids[i] = cards[i]->person_id;
  Status status = db_run (call->db, call, query,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_texts ("person_ids", ids, count), db_text ("run_id", run_id)),
                          &result);
  if (status_failed (status))
    return status;
  distribute (part, result, cards, count);
  talloc_free (result);
  return status;
}

static Card *
read_card (Call *call, const DbResult *result, size_t row)
{
  Card *card = memory_new (call, Card);
  card->call = call;
  card->person_id = text_of (card, result, row, "person_id");
  card->member_number = text_of (card, result, row, "member_number");
  card->version = db_number (result, row, "version");
  card->withdrawn = card->was_withdrawn = db_number (result, row, "withdrawn") != 0;
  return card;
}

static Status
load (Call *call, const DbQuery *query, const char *const *person_ids, size_t count, Card ***cards,
      size_t *found)
{
  DbResult *result;
  *found = 0;
  *cards = NULL;
  if (count == 0)
    return STATUS_SUCCESS;
  Status status = db_run (
      call->db, call, query,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("person_ids", person_ids, count)),
      &result);
  if (status_failed (status))
    return status;
  if (query == &sql_person_lock)
    stamp_behind (call, result);
  *found = db_row_count (result);
  *cards = memory_array (call, Card *, *found + 1);
  for (size_t i = 0; i < *found; i++)
    (*cards)[i] = read_card (call, result, i);
  for (size_t i = 0; i<PART_COUNT && * found> 0 && !status_failed (status); i++)
    status = load_part (call, &parts[i], parts[i].query, NULL, *cards, *found);
  return status;
}

Status
cards_load (Call *call, const char *const *person_ids, size_t count, Card ***cards, size_t *found)
{
  return load (call, &sql_person_lock, person_ids, count, cards, found);
}

Status
cards_peek (Call *call, const char *const *person_ids, size_t count, Card ***cards, size_t *found)
{
  return load (call, &sql_person_peek, person_ids, count, cards, found);
}

Status
persons_touch (Call *call, const char *const *person_ids, size_t count)
{
  DbResult *result;
  const DbValue federation = db_text ("federation_id", call->federation_id);
  if (count == 0)
    return STATUS_SUCCESS;
  Status status = db_run (call->db, call, &sql_person_lock,
                          DB_VALUES (federation, db_texts ("person_ids", person_ids, count)), &result);
  if (status_failed (status))
    return status;
  stamp_behind (call, result);
  size_t found = db_row_count (result);
  const char **ids = memory_array (call, const char *, found + 1);
  for (size_t i = 0; i < found; i++) {
    ids[i] = db_value (result, i, "person_id");
    person_raise_event (call, ids[i]);
  }
  return db_run (call->db, call, &sql_person_touch,
                 DB_VALUES (federation, db_texts ("person_ids", ids, found),
                            db_text ("record_time", call_time_text (call))),
                 NULL);
}

/* Supersedes the believed rows of a run; the rows behind `before` are those it replaced: recorded anew. */
#define RESTORE(card, member, used, before, run_id)                                                          \
  do {                                                                                                       \
    for (size_t i_ = 0; i_ < (card)->used; i_++) {                                                           \
      CardRow *row_ = &(card)->member[i_].row;                                                               \
      if (i_ >= (before))                                                                                    \
        *row_ = card_new_row ((card), row_->valid);                                                          \
      else if (row_->state == CARD_ROW_STORED && strcmp (row_->run_id, (run_id)) == 0)                       \
        card_supersede (row_);                                                                               \
    }                                                                                                        \
  } while (0)

typedef struct Counts {
  size_t versions, addresses, facts, relations;
} Counts;

Status
cards_restore (Call *call, Card *const *cards, size_t count, const char *run_id)
{
  Status status = STATUS_SUCCESS;
  Counts *before = memory_array (call, Counts, count + 1);
  for (size_t i = 0; i < count; i++)
    before[i] = (Counts){cards[i]->version_count, cards[i]->address_count, cards[i]->fact_count,
                         cards[i]->relation_count};
  for (size_t i = 0; i < PART_COUNT && count > 0 && !status_failed (status); i++)
    status = load_part (call, &parts[i], parts[i].replaced, run_id, cards, count);
  for (size_t i = 0; i < count && !status_failed (status); i++) {
    RESTORE (cards[i], versions, version_count, before[i].versions, run_id);
    RESTORE (cards[i], addresses, address_count, before[i].addresses, run_id);
    RESTORE (cards[i], facts, fact_count, before[i].facts, run_id);
    RESTORE (cards[i], relations, relation_count, before[i].relations, run_id);
  }
  return status;
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
