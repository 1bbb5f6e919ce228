/* A hierarchy service without its process: a private PostgreSQL, a clock that stands, calls made by hand,
 * events handed over by hand. */
#ifndef TEST_HIERARCHY_SERVICE_WORLD_H
#define TEST_HIERARCHY_SERVICE_WORLD_H

#include "heimo_hierarchy_handlers.h"
#include "services/hierarchy/compiled.h"

#include "../../support/database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "heimo/membership/v1/membership_events.pb-c.h"

#define FEDERATION "01890000-0000-7000-8000-0000000000ff"

typedef struct ServiceWorld {
  TestDatabase *database;
  Db *db;
  Clock *clock;
  struct Process *process;
  Principal principal;
  const char *federation; /* FEDERATION, unless set otherwise with the principal's */
  uint64_t seq;
  size_t events; /* raised by the last call */
} ServiceWorld;

/* Makes the world; the clock stands at 2026-11-21 12:00 in Helsinki. */
ServiceWorld *service_world_new (void *owner);

/* Goes on with an empty federation. */
void service_world_federation (ServiceWorld *world, const char *federation);

/* Forgets what the process keeps between calls, as a restart does. */
void service_world_restart (ServiceWorld *world);

/* Moves the clock to noon of a day. */
void service_world_day (ServiceWorld *world, const char *day);

/* A call inside a transaction, on `owner`. */
Call *service_world_call (void *owner, ServiceWorld *world);

/* Ends it: appends its events and commits, or rolls back after a failure. */
Status service_world_end (ServiceWorld *world, Call *call, Status status);

/* Runs a call of a handler: SERVICE_CALL (world, owner, create_organ, &request, &reply). */
#define SERVICE_CALL(world, owner, handler, request, reply)                                                  \
  __extension__({                                                                                            \
    Call *call_ = service_world_call ((owner), (world));                                                     \
    service_world_end ((world), call_, handler (call_, (request), (reply)));                                 \
  })

/* Runs every queued run to its end. `crash`: every step is first done, rolled back and done again. Returns
 * the number of differences reported. */
uint64_t service_world_runs (ServiceWorld *world, bool crash);

/* Hands over PersonChanged events of one lane, in one batch. */
Status service_world_follow (ServiceWorld *world, PersonChanged *const *events, size_t count);
Status service_world_places (ServiceWorld *world, PlacesRecorded *event);

/* The first value of a query. */
char *service_world_value (ServiceWorld *world, const char *sql);

#endif
