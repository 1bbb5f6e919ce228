/* Operations of the lines as calls of the hierarchy service and events of the membership service.
 *
 * A world is a federation of its own. Names of the lines are the service's codes and names; persons, facts
 * and the federation have ids made of the world's seed, types and plans those that the service gave. */
#ifndef TEST_MODEL_ORDERS_H
#define TEST_MODEL_ORDERS_H

#include "lines.h"

#include "../unit/services/hierarchy/service_world.h"

/* The world being played. */
typedef struct Played {
  void *owner; /* the world's */
  ServiceWorld *service;
  json_int_t seed;
  json_t *ids; /* object: name of an organisation, a type or a plan -> id */
} Played;

/* What an operation came to. */
typedef struct Outcome {
  Status status;
  const char *reason; /* "" when accepted */
  long place;         /* of the change that is refused; -1 for none */
} Outcome;

/* Begins a world by its first line: an empty federation with a gazetteer. */
Played *played_begin (void *owner, ServiceWorld *service, const json_t *line);

/* Carries out an operation at its instant, with every run that it starts. */
Outcome orders_play (Played *played, void *owner, const json_t *line);

/* The clock at an instant of a line. */
void orders_at (Played *played, const char *instant);

/* The ids of a person, of an organ whatever became of it, of a type. */
const char *orders_person (const Played *played, void *owner, const char *name);
const char *orders_organ (Played *played, void *owner, const char *name);
const char *orders_type (const Played *played, const char *name);

#endif
