/* Cards: everything on record of a person, loaded whole, changed in memory, saved at once.
 *
 * Every command is: lock and load the cards, change them, save them. Saving supersedes and inserts in sets,
 * brings the person's row of today up to date and raises one PersonChanged for each card that changed, so
 * handlers and imports share one way of writing. A card lives on the call.
 */
#ifndef HEIMO_MEMBERSHIP_CARD_H
#define HEIMO_MEMBERSHIP_CARD_H

#include "heimo/common/v1/fact.pb-c.h"
#include "membership.h"
#include "period.h"

#include <stdbool.h>

/* A person's own fields. */
typedef enum OwnField {
  OWN_KEY,
  OWN_GIVEN_NAME,
  OWN_FAMILY_NAME,
  OWN_BIRTH_DATE,
  OWN_BIRTH_FACT,
  OWN_IDENTITY_CIPHER, /* "\x…", see secret.h */
  OWN_IDENTITY_INDEX,
  OWN_LANGUAGE,
  OWN_EMAIL,
  OWN_PHONE,
  OWN_END_DATE,
  OWN_END_REASON,
  OWN_COUNT
} OwnField;

/* Whether a row of a card must be written. */
typedef enum CardRowState {
  CARD_ROW_STORED,     /* as it is in the database */
  CARD_ROW_NEW,        /* to be inserted */
  CARD_ROW_SUPERSEDED, /* in the database, no longer believed */
  CARD_ROW_DROPPED     /* was new, and superseded before it was stored */
} CardRowState;

/* The row head of everything dated. */
typedef struct CardRow {
  const char *id;
  Period valid;
  CardRowState state;
  const char *run_id; /* that recorded it; "" for none */
} CardRow;

typedef struct CardVersion {
  CardRow row;
  const char *own[OWN_COUNT]; /* "" for none */
} CardVersion;

typedef struct CardAddress {
  CardRow row;
  const char *street, *postal_code, *town, *municipality, *province, *country;
  const char *recorded_at; /* of a stored row, as PostgreSQL writes it */
} CardAddress;

typedef struct CardFact {
  CardRow row;
  FactKind kind;
  const char *value;
  const char *organ_id; /* "" for none */
} CardFact;

typedef struct CardRelation {
  CardRow row;
  int kind; /* RelationKind */
  const char *other_id;
} CardRelation;

typedef struct Card {
  Call *call;
  const char *person_id;
  const char *member_number;
  int64_t version;
  bool created;   /* not in the database yet */
  bool withdrawn; /* out of every list */
  bool was_withdrawn;
  bool taken; /* by a row of an import: a second row about the same person is refused */
  bool due;   /* the day of a future-dated change has come: the row of today must be written */
  size_t version_count, address_count, fact_count, relation_count;
  CardVersion *versions; /* talloc arrays; superseded rows included */
  CardAddress *addresses;
  CardFact *facts;
  CardRelation *relations;
} Card;

/* Locks persons and loads their cards, in the order of ids; those that are not there are left out. Moves the
 * call's recorded time behind everything recorded of them before. */
Status cards_load (Call *call, const char *const *person_ids, size_t count, Card ***cards,
                   size_t *found) MUST_CHECK;

/* The same without locks, for those who do not save. */
Status cards_peek (Call *call, const char *const *person_ids, size_t count, Card ***cards,
                   size_t *found) MUST_CHECK;

/* Takes back on loaded cards what a run recorded, and records again what it superseded. */
Status cards_restore (Call *call, Card *const *cards, size_t count, const char *run_id) MUST_CHECK;

/* One card; NOT_FOUND / PERSON_NOT_FOUND when there is no such person or it was withdrawn. Checks `etag` and
 * If-Match against the card's version. */
Status card_load (Call *call, const char *person_id, const char *etag, Card **card) MUST_CHECK;

/* A new person with an id and no fields yet; the member number is drawn when it is saved. */
Card *card_new (Call *call, const char *person_id);

/* The card's own fields on a day. */
const char *const *card_own (const Card *card, Day day);

/* Sets fields (NULL: leave) from a day on; key, birth date and identity code hold for all days. True when
 * something changes. */
bool card_set_own (Card *card, const char *const values[OWN_COUNT], Day from);

/* The values for OWN_IDENTITY_CIPHER and OWN_IDENTITY_INDEX of a code ("" clears). */
void card_seal_identity (Card *card, const char *code, const char *values[OWN_COUNT]);

/* Records an address: cuts what was on record for those days. Only what is in `address` beside row.id and
 * row.state is read. */
CardAddress *card_record_address (Card *card, const CardAddress *address);

/* Adds a fact as it is. */
CardFact *card_record_fact (Card *card, const CardFact *fact);

/* Adds a relation as it is. */
CardRelation *card_record_relation (Card *card, const CardRelation *relation);

/* A believed fact by id; NULL when there is none. */
CardFact *card_find_fact (Card *card, const char *fact_id);

/* True for rows that are believed after the change. */
static inline bool
card_row_holds (const CardRow *row)
{
  return row->state == CARD_ROW_STORED || row->state == CARD_ROW_NEW;
}

/* Takes a row out of what is believed. */
void card_supersede (CardRow *row);

/* Ends a dated row on a day: it is superseded, and what lies before the day is recorded again. True when it
 * was cut. */
bool card_end_fact (Card *card, CardFact *fact, Day day);
bool card_end_relation (Card *card, CardRelation *relation, Day day);

/* The person ends: addresses, facts and relations end that day, what would begin later is superseded. */
void card_end (Card *card, Day day, const char *reason);

/* Takes the person out of the register: everything is superseded. */
void card_withdraw (Card *card);

/* The head of a new row, with a new id. */
CardRow card_new_row (Card *card, Period valid);

/* True when anything is to be written. */
bool card_changed (const Card *card);

/* Writes all cards that changed, on behalf of the call's principal; `run_id` is "" outside runs. */
Status cards_save (Call *call, Card *const *cards, size_t count, const char *run_id) MUST_CHECK;

/* For what is recorded of persons without their cards being loaded, before it is recorded: locks them, moves
 * the call's recorded time behind everything recorded of them, raises their versions and publishes that they
 * changed. Each id once, and none that was saved in this call. */
Status persons_touch (Call *call, const char *const *person_ids, size_t count) MUST_CHECK;

#endif
