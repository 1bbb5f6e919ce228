/* Putting an address of a request on a card. */
#ifndef HEIMO_MEMBERSHIP_ADDRESS_TEXT_H
#define HEIMO_MEMBERSHIP_ADDRESS_TEXT_H

#include "card.h"
#include "heimo/membership/v1/person.pb-c.h"

/* Checks an address, completes it from the gazetteer and records it on the card. `prefix` of violations'
 * fields ends with a dot. *address_id may be NULL. */
Status card_add_address (Card *card, const Address *address, const char *prefix,
                         const char **address_id) MUST_CHECK;

#endif
