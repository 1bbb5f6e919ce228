/* A small world written into the service's database row by row, with several people, so that what the service
 * makes of it can be asked. */
#ifndef TEST_HIERARCHY_DATABASE_WORLD_H
#define TEST_HIERARCHY_DATABASE_WORLD_H

#include "service_world.h"
#include "world.h"

/* Empties the database, writes the organisation with its organs and types, and the dated rows. */
void database_world_begin (ServiceWorld *service, const World *world);

/* Supersedes the dated rows (lives, edges, rules) and writes them anew, as a change of the model. */
void database_world_model (ServiceWorld *service, Db *db, const World *world);

/* Writes the person of `world` as person number `number`, in place of what there was. Marks who was touched.
 */
void database_world_person (ServiceWorld *service, Db *db, const World *world, unsigned number);

/* Supersedes a person's exceptions and writes those of `world`. */
void database_world_exceptions (ServiceWorld *service, Db *db, const World *world, unsigned number);

/* The identifier of a person, an organ or a type ("o3", "Member"), on `owner`. */
const char *database_world_person_id (void *owner, unsigned number);
const char *database_world_id (void *owner, const char *name);

#endif
