/* What a changed card publishes: one PersonChanged with every fact that is no longer believed and every new
 * one. */
#include "card_event.h"

#include "heimo/membership/v1/membership_events.pb-c.h"

#include <string.h>

/* An event while it is put together. */
typedef struct Draft {
  const Card *card;
  PersonChanged *event;
} Draft;

static void
add_superseded (Draft *draft, const char *fact_id, FactKind kind)
{
  PersonChanged *event = draft->event;
  SupersededFact *fact = memory_new (event, SupersededFact);
  superseded_fact__init (fact);
  fact->fact_id = fact_id;
  fact->kind = kind;
  event->superseded = memory_must (
      talloc_realloc (event, event->superseded, SupersededFact *, (unsigned)event->n_superseded + 1));
  event->superseded[event->n_superseded++] = fact;
}

static void
add_recorded (Draft *draft, const char *fact_id, FactKind kind, const char *value, const char *organ_id,
              Period valid)
{
  PersonChanged *event = draft->event;
  PeriodText text = period_text (valid);
  Fact *fact = memory_new (event, Fact);
  fact__init (fact);
  fact->fact_id = fact_id;
  fact->kind = kind;
  fact->value = value;
  fact->organ_id = organ_id;
  fact->valid_from = memory_string (event, text.from);
  fact->valid_to = memory_string (event, text.to);
  event->recorded =
      memory_must (talloc_realloc (event, event->recorded, Fact *, (unsigned)event->n_recorded + 1));
  event->recorded[event->n_recorded++] = fact;
}

/* A row's fact, if the value is there. */
static void
add_fact (Draft *draft, const CardRow *row, FactKind kind, const char *value, const char *organ_id)
{
  if (row->state == CARD_ROW_SUPERSEDED)
    add_superseded (draft, row->id, kind);
  if (row->state == CARD_ROW_NEW)
    add_recorded (draft, row->id, kind, value, organ_id, row->valid);
}

static void
add_address (Draft *draft, const CardAddress *address)
{
  const struct {
    FactKind kind;
    const char *value;
  } facts[] = {{FACT_KIND__FACT_KIND_POSTAL_CODE, address->postal_code},
               {FACT_KIND__FACT_KIND_TOWN, address->town},
               {FACT_KIND__FACT_KIND_MUNICIPALITY, address->municipality},
               {FACT_KIND__FACT_KIND_PROVINCE, address->province},
               {FACT_KIND__FACT_KIND_COUNTRY, address->country}};
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
    if (facts[i].value[0] != '\0')
      add_fact (draft, &address->row, facts[i].kind, facts[i].value, "");
}

/* The own fields before and after the change, on the call's day. NULL before for a new person. */
static const char *const *
own_before (const Card *card)
{
  const CardVersion *found = NULL;
  for (size_t i = 0; i < card->version_count; i++) {
    const CardVersion *version = &card->versions[i];
    if ((version->row.state == CARD_ROW_STORED || version->row.state == CARD_ROW_SUPERSEDED) &&
        (found == NULL || period_contains (version->row.valid, card->call->today)))
      found = version;
  }
  return found == NULL ? NULL : found->own;
}

static bool
differ (const char *const *before, const char *const *after, OwnField field)
{
  return before == NULL || strcmp (before[field], after[field]) != 0;
}

static void
add_birth_date (Draft *draft, const char *const *before, const char *const *after)
{
  const Card *card = draft->card;
  bool held = before != NULL && before[OWN_BIRTH_DATE][0] != '\0' && !card->was_withdrawn;
  bool holds = after[OWN_BIRTH_DATE][0] != '\0' && !card->withdrawn;
  if (held == holds && !differ (before, after, OWN_BIRTH_FACT))
    return;
  if (held)
    add_superseded (draft, before[OWN_BIRTH_FACT], FACT_KIND__FACT_KIND_BIRTH_DATE);
  Period valid = {DAY_MIN, DAY_MAX};
  if (after[OWN_END_DATE][0] != '\0')
    (void)day_parse (after[OWN_END_DATE], &valid.to);
  if (holds)
    add_recorded (draft, after[OWN_BIRTH_FACT], FACT_KIND__FACT_KIND_BIRTH_DATE, after[OWN_BIRTH_DATE], "",
                  valid);
}

static void
add_display (Draft *draft, const char *const *before, const char *const *after)
{
  const Card *card = draft->card;
  if (!card->due && card->withdrawn == card->was_withdrawn && !differ (before, after, OWN_GIVEN_NAME) &&
      !differ (before, after, OWN_FAMILY_NAME))
    return;
  PersonDisplay *display = memory_new (draft->event, PersonDisplay);
  person_display__init (display);
  display->member_number = card->member_number;
  display->given_name = after[OWN_GIVEN_NAME];
  display->family_name = after[OWN_FAMILY_NAME];
  display->withdrawn = card->withdrawn;
  draft->event->display = display;
}

void
card_raise_event (const Card *card)
{
  Call *call = card->call;
  PersonChanged *event = memory_new (card, PersonChanged);
  person_changed__init (event);
  event->person_id = card->person_id;
  event->record_time = call_time_text (call);
  Draft draft = {card, event};
  const char *const *before = own_before (card), *const *after = card_own (card, call->today);
  add_display (&draft, before, after);
  if (after[OWN_END_DATE][0] != '\0' && differ (before, after, OWN_END_DATE))
    event->end_date = after[OWN_END_DATE];
  add_birth_date (&draft, before, after);
  for (size_t i = 0; i < card->address_count; i++)
    add_address (&draft, &card->addresses[i]);
  for (size_t i = 0; i < card->fact_count; i++)
    add_fact (&draft, &card->facts[i].row, card->facts[i].kind, card->facts[i].value,
              card->facts[i].organ_id);
  call_raise_event (call, card->person_id, &event->base);
  talloc_free (event);
}

void
person_raise_event (Call *call, const char *person_id)
{
  PersonChanged event = PERSON_CHANGED__INIT;
  event.person_id = person_id;
  event.record_time = call_time_text (call);
  call_raise_event (call, person_id, &event.base);
}
