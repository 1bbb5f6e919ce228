/* The event of a changed card. */
#ifndef HEIMO_MEMBERSHIP_CARD_EVENT_H
#define HEIMO_MEMBERSHIP_CARD_EVENT_H

#include "card.h"

/* Raises PersonChanged for a card that is being saved. */
void card_raise_event (const Card *card);

/* Raises PersonChanged for a person of whom something changed that is not published: a relation. */
void person_raise_event (Call *call, const char *person_id);

#endif
