/* A membership service without its process: a private PostgreSQL, a clock that stands, calls made by hand. */
#ifndef HEIMO_TESTS_MEMBERSHIP_WORLD_H
#define HEIMO_TESTS_MEMBERSHIP_WORLD_H

#include "heimo_membership_handlers.h"
#include "service/service.h"
#include "services/membership/membership.h"

#include "../../support/database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FEDERATION "01890000-0000-7000-8000-0000000000ff"

typedef struct World {
  TestDatabase *database;
  Db *db;
  Clock *clock;
  struct Process *process;
  Principal principal;
  size_t events; /* raised by the last call */
} World;

/* Makes the world; the clock stands at 2026-11-21 12:00 in Helsinki. */
World *world_new (void *owner);

/* Moves the clock to noon of a day. */
void world_day (World *world, const char *day);

/* A call inside a transaction, on `owner`. */
Call *world_call (void *owner, World *world);

/* Ends it: appends its events and commits, or rolls back after a failure. Returns the status, on the world.
 */
Status world_end (World *world, Call *call, Status status);

/* Runs a run to its end; steps that fail are not repeated. `crash`: every step is first done, rolled back and
 * done again, as after kill -9. Returns the status of the last step. Totals over all steps are added to
 * *total. */
Status world_run (World *world, const char *run_id, bool crash, RunStep *total);

/* The first value of a query. */
char *world_value (World *world, const char *sql);

/* The reason of a status or of its first violation; "OK". */
const char *reason_of (Status status);

#endif
