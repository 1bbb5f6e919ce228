/* Asking the gazetteer about all places of a request at once, before its rules are checked one by one. */
#ifndef HIERARCHY_PLACES_H
#define HIERARCHY_PLACES_H

#include "engine/rule.h"
#include "hierarchy.h"

/* The places of one request, on its call. */
typedef struct PlaceCheck {
  Symbols *asked;
  Symbols *known;
} PlaceCheck;

PlaceCheck *place_check_new (Call *call);

/* Notes the places that a rule names. */
void place_check_add (PlaceCheck *check, RuleNode *const *nodes, size_t count);

/* Asks about all of them with one query. */
Status place_check_ask (PlaceCheck *check, Call *call) MUST_CHECK;

/* The scope to check a rule of the request in; `path` and the check must live as long. */
RuleScope place_check_scope (PlaceCheck *check, const char *path, bool on_organ);

#endif
