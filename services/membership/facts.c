/* Subscriptions, admissions, positions and tags: recorded, corrected, ended, withdrawn. */
#include "card.h"
#include "heimo_membership_handlers.h"
#include "known_at.h"
#include "membership_sql.h"
#include "persons.h"

#include <assert.h>
#include <string.h>

/* Whether a kind of fact has an organ and a value. */
typedef enum Need { NEED_NONE, NEED_MAYBE, NEED_ALWAYS } Need;

typedef struct KindRow {
  FactKind kind;
  Need value;
  Need organ;
} KindRow;

static const KindRow kinds[] = {
    {FACT_KIND__FACT_KIND_SUBSCRIPTION, NEED_ALWAYS, NEED_NONE},
    {FACT_KIND__FACT_KIND_ADMISSION, NEED_MAYBE, NEED_ALWAYS},
    {FACT_KIND__FACT_KIND_POSITION, NEED_ALWAYS, NEED_MAYBE},
    {FACT_KIND__FACT_KIND_TAG, NEED_ALWAYS, NEED_NONE},
};

static const KindRow *
find_kind (FactKind kind)
{
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (kinds[i].kind == kind)
      return &kinds[i];
  return NULL;
}

static void
check_need (Status *status, Call *call, Need need, const char *text, const char *field)
{
  if (need == NEED_ALWAYS && text[0] == '\0')
    status_add_violation (status, call, field, "REQUIRED", "A fact of this kind needs it");
  if (need == NEED_NONE && text[0] != '\0')
    status_add_violation (status, call, field, "NOT_ALLOWED", "A fact of this kind has none");
}

/* Reads a fact of a request; `kind` is that of a fact to be corrected, FACT_KIND_UNSPECIFIED for a new one.
 */
static Status
read_fact (Call *call, const PersonFact *fact, FactKind kind, CardFact *row)
{
  Status status = STATUS_SUCCESS;
  FactKind given = fact->kind;
  if (kind != FACT_KIND__FACT_KIND_UNSPECIFIED && given != kind)
    return status_field (call, "fact.kind", "KIND_CHANGED", "A correction leaves the kind as it is");
  const KindRow *rules = find_kind (given);
  if (rules == NULL)
    return status_field (call, "fact.kind", "WRONG_KIND",
                         "A subscription, an admission, a position or a tag can be recorded here");
  check_need (&status, call, rules->value, fact->value, "fact.value");
  check_need (&status, call, rules->organ, fact->organ_id, "fact.organId");
  if (status_failed (status))
    return status;
  *row = (CardFact){.kind = given,
                    .value = memory_string (call, fact->value),
                    .organ_id = memory_string (call, fact->organ_id)};
  return period_read (call, "fact.", fact->valid_from, fact->valid_to, call->today, &row->row.valid);
}

/* ALREADY_EXISTS when the same thing is on record for some of these days. */
static Status
refuse_double (const Card *card, const CardFact *fact)
{
  assert (fact->value != NULL && fact->organ_id != NULL);
  for (size_t i = 0; i < card->fact_count; i++) {
    const CardFact *other = &card->facts[i];
    if (card_row_holds (&other->row) && other->kind == fact->kind &&
        strcmp (other->value, fact->value) == 0 && strcmp (other->organ_id, fact->organ_id) == 0 &&
        period_overlaps (other->row.valid, fact->row.valid))
      return status_error (card->call, STATUS_ALREADY_EXISTS, "FACT_EXISTS",
                           "The same is on record for some of these days; correct or end that");
  }
  return STATUS_SUCCESS;
}

/* Loads the card and a fact on it. */
static Status
load_fact (Call *call, const char *person_id, const char *fact_id, Card **card, CardFact **fact)
{
  Status status = card_load (call, person_id, "", card);
  if (status_failed (status))
    return status;
  *fact = card_find_fact (*card, fact_id);
  return *fact != NULL ? STATUS_SUCCESS
                       : status_error (call, STATUS_NOT_FOUND, "FACT_NOT_FOUND",
                                       "The person has no such fact on record");
}

static Status
save_and_read (Call *call, Card *card, const char *fact_id, PersonFact *reply)
{
  Status status = cards_save (call, &card, 1, "");
  if (status_failed (status))
    return status;
  return db_run_one (call->db, call, &sql_fact_get,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("person_id", card->person_id), db_text ("fact_id", fact_id)),
                     "FACT_NOT_FOUND", &reply->base);
}

Status
create_person_fact (Call *call, const CreatePersonFactRequest *request, PersonFact *reply)
{
  Card *card;
  CardFact row;
  Status status = card_load (call, request->person_id, "", &card);
  if (!status_failed (status))
    status = read_fact (call, request->fact, FACT_KIND__FACT_KIND_UNSPECIFIED, &row);
  if (!status_failed (status))
    status = refuse_double (card, &row);
  return status_failed (status) ? status
                                : save_and_read (call, card, card_record_fact (card, &row)->row.id, reply);
}

Status
correct_person_fact (Call *call, const CorrectPersonFactRequest *request, PersonFact *reply)
{
  Card *card;
  CardFact *old = NULL, row = {0};
  Status status = load_fact (call, request->person_id, request->fact_id, &card, &old);
  if (!status_failed (status))
    status = read_fact (call, request->fact, old->kind, &row);
  if (status_failed (status))
    return status;
  if (request->fact->valid_from[0] == '\0') /* not said: the period begins as it did */
    row.row.valid.from = old->row.valid.from;
  if (row.row.valid.from >= row.row.valid.to)
    return status_field (call, "fact.validTo", "PERIOD_EMPTY", "The period must end after it begins");
  card_supersede (&old->row);
  status = refuse_double (card, &row);
  return status_failed (status) ? status
                                : save_and_read (call, card, card_record_fact (card, &row)->row.id, reply);
}

Status
end_person_fact (Call *call, const EndPersonFactRequest *request, PersonFact *reply)
{
  Card *card;
  CardFact *fact;
  Day day;
  Status status = period_read_day (call, "validTo", request->valid_to, call->today, &day);
  if (!status_failed (status))
    status = load_fact (call, request->person_id, request->fact_id, &card, &fact);
  if (status_failed (status))
    return status;
  if (day <= fact->row.valid.from)
    return status_field (call, "validTo", "PERIOD_EMPTY",
                         "The fact begins on that day or later; withdraw it if it was never true");
  if (fact->row.valid.to <= day)
    return status_field (call, "validTo", "ALREADY_ENDED",
                         "The fact has ended by then; correct it to make it longer");
  card_end_fact (card, fact, day);
  return save_and_read (call, card, card->facts[card->fact_count - 1].row.id, reply);
}

Status
withdraw_person_fact (Call *call, const WithdrawPersonFactRequest *request, WithdrawPersonFactResponse *reply)
{
  Card *card;
  CardFact *fact;
  (void)reply;
  Status status = load_fact (call, request->person_id, request->fact_id, &card, &fact);
  if (status_failed (status))
    return status;
  card_supersede (&fact->row);
  return cards_save (call, &card, 1, "");
}

Status
list_person_facts (Call *call, const ListPersonFactsRequest *request, ListPersonFactsResponse *reply)
{
  DbResult *result;
  const char *known_at;
  Status status = person_must_exist (call, request->person_id);
  if (!status_failed (status))
    status = known_at_end_of (call, request->as_known_on, &known_at);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_fact_history,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("person_id", request->person_id), db_text ("known_at", known_at)),
                     &result);
  if (!status_failed (status))
    reply->facts = db_read_rows (call, result, &person_fact__descriptor, &reply->n_facts);
  return status;
}
