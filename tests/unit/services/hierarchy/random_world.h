/* Random small worlds: the same seed gives the same world. Dates lie in and just around a window of days that
 * holds a 29 February. */
#ifndef TEST_HIERARCHY_RANDOM_WORLD_H
#define TEST_HIERARCHY_RANDOM_WORLD_H

#include "world.h"

enum { RANDOM_WINDOW = 60 };

typedef struct Random {
  uint64_t state;
} Random;

/* A source of its own for each seed. */
Random random_of (uint64_t seed);

/* A number below `limit`. */
uint32_t random_below (Random *source, uint32_t limit);

/* The first day of the window, and any day in or just around it. */
Day random_window_start (void);
Day random_day (Random *source);

/* Organs, types, rules, lives, edges, and one person. */
World *random_world (Random *source, void *owner);

/* Other facts and exceptions for the person of a world. */
void random_person (Random *source, World *world);

/* Changes something: a few organs' lives, edges or rules are drawn anew, or those of a type. */
void random_change (Random *source, World *world);

#endif
