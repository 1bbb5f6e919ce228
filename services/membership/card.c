/* Changing cards in memory: versions are split, addresses are cut, facts end. Nothing here touches the
 * database. */
#include "card.h"

#include "core/id.h"

#include <assert.h>
#include <string.h>

/* Makes room for one element more in a talloc array that grows by doubling, and clears it. */
static void *
grow (Card *card, void *array, size_t size, size_t *count)
{
  size_t room = array == NULL ? 0 : talloc_get_size (array) / size;
  if (*count == room) {
    room = room == 0 ? 4 : room * 2;
    array = memory_must (talloc_realloc_size (card, array, room * size));
  }
  assert (array != NULL);
  memset ((char *)array + *count * size, 0, size);
  ++*count;
  return array;
}

/* Adds an element to one of the card's arrays; its address. */
#define ADD_ROW(card, member, count)                                                                         \
  ((card)->member = grow ((card), (card)->member, sizeof *(card)->member, &(card)->count),                   \
   &(card)->member[(card)->count - 1])

CardRow
card_new_row (Card *card, Period valid)
{
  return (CardRow){id_new_text (card, card->call->now), valid, CARD_ROW_NEW, ""};
}

void
card_supersede (CardRow *row)
{
  row->state = row->state == CARD_ROW_NEW ? CARD_ROW_DROPPED : CARD_ROW_SUPERSEDED;
}

Card *
card_new (Call *call, const char *person_id)
{
  static const char *const empty[OWN_COUNT] = {"", "", "", "", "", "", "", "", "", "", "", ""};
  Card *card = memory_new (call, Card);
  card->call = call;
  card->person_id = memory_string (card, person_id);
  card->member_number = "";
  card->created = true;
  CardVersion *version = ADD_ROW (card, versions, version_count);
  version->row = card_new_row (card, (Period){DAY_MIN, DAY_MAX});
  memcpy (version->own, empty, sizeof empty);
  return card;
}

const char *const *
card_own (const Card *card, Day day)
{
  for (size_t i = 0; i < card->version_count; i++)
    if (card_row_holds (&card->versions[i].row) && period_contains (card->versions[i].row.valid, day))
      return card->versions[i].own;
  return card->versions[0].own;
}

/* Which fields are the same on all days. The others hold from a day on. */
static bool
is_timeless (OwnField field)
{
  return field == OWN_KEY || field == OWN_BIRTH_DATE || field == OWN_BIRTH_FACT ||
         field == OWN_IDENTITY_CIPHER || field == OWN_IDENTITY_INDEX;
}

/* Puts the given values in; true when one differs. A sealed code differs each time, so its index decides. */
static bool
put_own (const char *own[OWN_COUNT], const char *const values[OWN_COUNT], bool dated)
{
  bool changed = false;
  for (int i = 0; i < OWN_COUNT; i++) {
    if (values[i] == NULL || i == OWN_IDENTITY_CIPHER || (!dated && !is_timeless ((OwnField)i)) ||
        strcmp (own[i], values[i]) == 0)
      continue;
    own[i] = values[i];
    if (i == OWN_IDENTITY_INDEX)
      own[OWN_IDENTITY_CIPHER] = values[OWN_IDENTITY_CIPHER];
    changed = true;
  }
  return changed;
}

static bool
differ (const char *const before[OWN_COUNT], const char *const after[OWN_COUNT])
{
  bool differs = false;
  for (int i = 0; i < OWN_COUNT; i++)
    differs |= strcmp (before[i], after[i]) != 0;
  return differs;
}

/* One version: as it is before `from`, with the dated fields set after. */
static bool
set_version (Card *card, size_t index, const char *const values[OWN_COUNT], Day from)
{
  CardVersion before = card->versions[index], after = before;
  bool has_before = before.row.valid.from < from, has_after = from < before.row.valid.to;
  bool before_changed = put_own (before.own, values, false),
       after_changed = put_own (after.own, values, true);
  if (!(has_before && before_changed) && !(has_after && after_changed))
    return false;
  if (card->versions[index].row.state == CARD_ROW_NEW && !has_before) {
    memcpy (card->versions[index].own, after.own, sizeof after.own);
    return true;
  }
  Period valid = before.row.valid;
  bool apart = has_before && has_after && differ (before.own, after.own);
  card_supersede (&card->versions[index].row);
  if (has_before) {
    CardVersion *piece = ADD_ROW (card, versions, version_count);
    *piece = before;
    piece->row = card_new_row (card, (Period){valid.from, apart ? from : valid.to});
  }
  if (has_after && (apart || !has_before)) {
    CardVersion *piece = ADD_ROW (card, versions, version_count);
    *piece = after;
    piece->row = card_new_row (card, (Period){has_before ? from : valid.from, valid.to});
  }
  return true;
}

bool
card_set_own (Card *card, const char *const given[OWN_COUNT], Day from)
{
  const char *values[OWN_COUNT];
  memcpy (values, given, sizeof values);
  if (values[OWN_BIRTH_DATE] != NULL &&
      strcmp (values[OWN_BIRTH_DATE], card_own (card, from)[OWN_BIRTH_DATE]) != 0)
    values[OWN_BIRTH_FACT] = id_new_text (card, card->call->now);
  bool changed = false;
  size_t count = card->version_count; /* pieces that are added are set already */
  for (size_t i = 0; i < count; i++)
    if (card_row_holds (&card->versions[i].row))
      changed |= set_version (card, i, values, from);
  return changed;
}

static const char *
hex_text (void *owner, Bytes bytes)
{
  static const char digits[] = "0123456789abcdef";
  char *text = memory_array (owner, char, bytes.length * 2 + 3);
  text[0] = '\\';
  text[1] = 'x';
  for (size_t i = 0; i < bytes.length; i++) {
    text[2 + 2 * i] = digits[bytes.data[i] >> 4];
    text[3 + 2 * i] = digits[bytes.data[i] & 15];
  }
  return text;
}

void
card_seal_identity (Card *card, const char *code, const char *values[OWN_COUNT])
{
  static const char column[] = "person|personal_identity_code";
  const DataKey *key = &membership_state (card->call)->key;
  values[OWN_IDENTITY_CIPHER] = values[OWN_IDENTITY_INDEX] = "";
  if (code[0] == '\0')
    return;
  Bytes plain = {(const uint8_t *)code, strlen (code)};
  values[OWN_IDENTITY_CIPHER] = hex_text (card, secret_seal (card, key, column, card->person_id, plain));
  values[OWN_IDENTITY_INDEX] =
      hex_text (card, secret_index (card, key, column, card->call->federation_id, code));
}

/* Supersedes the address and records again what is left of it outside `cut`. */
static void
cut_address (Card *card, size_t index, Period cut)
{
  CardAddress old = card->addresses[index];
  Period rest[2];
  if (!card_row_holds (&old.row) || !period_overlaps (old.row.valid, cut))
    return;
  size_t count = period_cut (old.row.valid, cut, rest);
  card_supersede (&card->addresses[index].row);
  for (size_t i = 0; i < count; i++) {
    CardAddress *piece = ADD_ROW (card, addresses, address_count);
    *piece = old;
    piece->row = card_new_row (card, rest[i]);
  }
}

static void
cut_addresses (Card *card, Period cut)
{
  size_t count = card->address_count;
  for (size_t i = 0; i < count; i++)
    cut_address (card, i, cut);
}

CardAddress *
card_record_address (Card *card, const CardAddress *address)
{
  CardAddress copy = *address;
  cut_addresses (card, copy.row.valid);
  CardAddress *added = ADD_ROW (card, addresses, address_count);
  *added = copy;
  added->row = card_new_row (card, copy.row.valid);
  return added;
}

CardFact *
card_record_fact (Card *card, const CardFact *fact)
{
  CardFact copy = *fact;
  CardFact *added = ADD_ROW (card, facts, fact_count);
  *added = copy;
  added->row = card_new_row (card, copy.row.valid);
  return added;
}

CardRelation *
card_record_relation (Card *card, const CardRelation *relation)
{
  CardRelation copy = *relation;
  CardRelation *added = ADD_ROW (card, relations, relation_count);
  *added = copy;
  added->row = card_new_row (card, copy.row.valid);
  return added;
}

CardFact *
card_find_fact (Card *card, const char *fact_id)
{
  for (size_t i = 0; i < card->fact_count; i++)
    if (card_row_holds (&card->facts[i].row) && strcmp (card->facts[i].row.id, fact_id) == 0)
      return &card->facts[i];
  return NULL;
}

bool
card_end_fact (Card *card, CardFact *fact, Day day)
{
  CardFact rest = *fact;
  if (!card_row_holds (&rest.row) || rest.row.valid.to <= day)
    return false;
  card_supersede (&fact->row);
  if (rest.row.valid.from < day) {
    rest.row.valid.to = day;
    card_record_fact (card, &rest);
  }
  return true;
}

bool
card_end_relation (Card *card, CardRelation *relation, Day day)
{
  CardRelation rest = *relation;
  if (!card_row_holds (&rest.row) || rest.row.valid.to <= day)
    return false;
  card_supersede (&relation->row);
  if (rest.row.valid.from < day) {
    rest.row.valid.to = day;
    card_record_relation (card, &rest);
  }
  return true;
}

void
card_end (Card *card, Day day, const char *reason)
{
  char text[DAY_TEXT_SIZE];
  const char *values[OWN_COUNT] = {0};
  values[OWN_END_DATE] = memory_string (card, day_format (day, text));
  values[OWN_END_REASON] = memory_string (card, reason);
  /* The published birth date ends that day too, so it is a fact of its own. */
  values[OWN_BIRTH_FACT] = id_new_text (card, card->call->now);
  card_set_own (card, values, DAY_MIN);
  cut_addresses (card, (Period){day, DAY_MAX});
  size_t facts = card->fact_count, relations = card->relation_count;
  for (size_t i = 0; i < facts; i++)
    card_end_fact (card, &card->facts[i], day);
  for (size_t i = 0; i < relations; i++)
    card_end_relation (card, &card->relations[i], day);
}

void
card_withdraw (Card *card)
{
  for (size_t i = 0; i < card->address_count; i++)
    if (card_row_holds (&card->addresses[i].row))
      card_supersede (&card->addresses[i].row);
  for (size_t i = 0; i < card->fact_count; i++)
    if (card_row_holds (&card->facts[i].row))
      card_supersede (&card->facts[i].row);
  for (size_t i = 0; i < card->relation_count; i++)
    if (card_row_holds (&card->relations[i].row))
      card_supersede (&card->relations[i].row);
  card->withdrawn = true;
}

static bool
is_written (const CardRow *row)
{
  return row->state == CARD_ROW_NEW || row->state == CARD_ROW_SUPERSEDED;
}

bool
card_changed (const Card *card)
{
  bool changed = card->created || card->due || card->withdrawn != card->was_withdrawn;
  for (size_t i = 0; i < card->version_count; i++)
    changed |= is_written (&card->versions[i].row);
  for (size_t i = 0; i < card->address_count; i++)
    changed |= is_written (&card->addresses[i].row);
  for (size_t i = 0; i < card->fact_count; i++)
    changed |= is_written (&card->facts[i].row);
  for (size_t i = 0; i < card->relation_count; i++)
    changed |= is_written (&card->relations[i].row);
  return changed;
}
