/* Turns: the days on which a membership begins, ends or rests on something else, and the plans that make
 * them. */
#ifndef HIERARCHY_TURNS_H
#define HIERARCHY_TURNS_H

#include "compiled.h"

/* One day, and what may have changed on it. */
typedef struct Turn {
  Day day;
  const char **ids; /* organs and types; talloc array */
  size_t id_count;
  const char
      *plan_id; /* out: the latest plan that recorded a change of one of them on that day; "" for none */
  const char *plan_title;
} Turn;

/* A day on which nothing is known to have changed yet, on `call`. */
Turn turn_new (Call *call, Day day);

/* What may have changed: an organ with the organs above it on the day before and on the day, or a type. */
void turn_add_organ (Turn *turn, const Compiled *compiled, const char *organ_id);
void turn_add_type (Turn *turn, const char *type_id);

/* Finds the plans, with one query. Exceptions are those of the person. */
Status turns_find_plans (Call *call, const char *person_id, Turn *turns, size_t count) MUST_CHECK;

#endif
