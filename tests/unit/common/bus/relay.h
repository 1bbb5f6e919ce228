/* A relay between one client connection and one server that loses, doubles and reorders messages by a seed.
 */
#ifndef HEIMO_TESTS_BUS_RELAY_H
#define HEIMO_TESTS_BUS_RELAY_H

#include "world.h"

/* Chances in per cent. */
typedef struct RelayScript {
  uint64_t seed;
  unsigned lose;
  unsigned twice;
  unsigned delay;    /* of a message being held back */
  unsigned delay_ms; /* at most so long; others overtake it */
} RelayScript;

typedef struct Relay Relay;

/* Listens on ipc://FOLDER/FRONT and passes everything to ipc://FOLDER/BACK and back. */
Relay *relay_start (World *world, const char *front, const char *back, const RelayScript *script);

/* The endpoint clients connect to. */
const char *relay_endpoint (const Relay *relay);

/* Messages lost and doubled so far. */
unsigned relay_lost (const Relay *relay);
unsigned relay_doubled (const Relay *relay);

#endif
