/* Area changes: postal codes belong elsewhere from a day on. What the files of it share. */
#ifndef HEIMO_MEMBERSHIP_AREA_H
#define HEIMO_MEMBERSHIP_AREA_H

#include "card.h"

#include "heimo/membership/v1/area.pb-c.h"

enum {
  AREA_ROWS_MAX = 5000,
  AREA_PLACES_MAX =
      10000 /* postal codes of one change: more than a country has municipal mergers in a decade */
};

/* Rows of a CSV text and the line of each. Every bad row is a violation of "csv" with its line and column in
 * the description. */
Status area_read_csv (Call *call, const char *csv, AreaRow ***rows, uint64_t **lines,
                      size_t *count) MUST_CHECK;

/* Brings addresses of cards to what the gazetteer says from days on: those about to be stored, or with
 * `stored` also those on record. A town that somebody wrote otherwise than the gazetteer stays. */
Status area_place_cards (Call *call, Card *const *cards, size_t count, bool stored) MUST_CHECK;

/* Gives addresses of cards with the names of an area change the names of before, from its day on. */
Status area_replace_cards (Call *call, Card *const *cards, size_t count,
                           const char *area_change_id) MUST_CHECK;

#endif
