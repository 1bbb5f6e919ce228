/* Persons, facts and exceptions as they are believed now, read from the database by COPY.
 *
 * A roster is some thousands of persons; the population is everyone. Facts are read in whatever order the
 * database finds quickest, which is that of its pages, and put in order here.
 */
#ifndef HIERARCHY_STORE_LOAD_H
#define HIERARCHY_STORE_LOAD_H

#include "engine/population.h"
#include "hierarchy.h"
#include "store/bins.h"
#include "store/ids.h"

enum { ROSTER_PERSONS = 50000 }; /* as many as are worth asking for at once */

typedef enum RosterState { ROSTER_PRESENT, ROSTER_WITHDRAWN } RosterState;
typedef enum RosterExtent { ROSTER_RANGE, ROSTER_NAMED } RosterExtent;

/* Some persons with their facts and exceptions. */
typedef struct Roster {
  IdMap *persons;  /* their numbers are in order of ids */
  uint8_t *states; /* RosterState, by person */
  uint32_t count;
  RosterExtent extent;
  const char *where; /* SQL that narrows person_id down to them, beginning with "AND" */
  PersonFact *facts;
  Bins facts_of;
  PersonException *exceptions;
  Bins exceptions_of;
} Roster;

/* What is to be read: the first `limit` persons after an id ("": from the first on), or those named. */
typedef struct RosterScope {
  const char *after;
  uint32_t limit;
  const char *named; /* SQL that narrows person_id down, beginning with "AND"; NULL: after and limit */
} RosterScope;

/* Reads who there is, without facts, on `owner`. call->db is in a transaction. */
Status roster_read_persons (Call *call, void *owner, RosterScope scope, Roster **roster) MUST_CHECK;

/* Reads their facts of some kinds, a bit for each, and their exceptions. */
Status roster_read_facts (Call *call, Roster *roster, uint32_t kinds, IdSymbols *ids,
                          Symbols *symbols) MUST_CHECK;

/* Everyone, as many at once as are worth it. */
#define ROSTER_EVERYONE ((RosterScope){.after = "", .limit = ROSTER_PERSONS})

enum { ROSTER_ALL_KINDS = (1 << FACT_KINDS) - 1 };

/* Working memory for asking about one person after the other; one thread. */
typedef struct RosterReader {
  PersonFact *facts; /* talloc array */
  PersonException *exceptions;
} RosterReader;

/* An empty one on `owner`. */
RosterReader *roster_reader (void *owner);

/* The person's facts and exceptions, valid until the next one is asked about. */
PersonRecord roster_record (const Roster *roster, uint32_t person, RosterReader *reader);

/* Tells the planner to read pages in their order, however many rows of them are asked for, and not to follow
 * an index row by row: a third less to do, and much less where a person's rows are far apart. Until the
 * transaction ends or the other is said. */
Status load_by_pages (Call *call) MUST_CHECK;
Status load_by_rows (Call *call) MUST_CHECK;

/* Hands each row of a COPY to `take`. */
Status load_copy (Call *call, const char *sql, size_t columns, void (*take) (void *data, const DbField *row),
                  void *data) MUST_CHECK;

/* The period in a field for its first day and the field behind. */
Period field_period (const DbField *from);

/* Reads persons into the population, in place of what it has of them: those that are named, or everyone after
 * `after`, `limit` at a time. call->db is in a transaction. */
Status population_load (Call *call, RosterScope scope, IdSymbols *ids, Symbols *symbols,
                        Population *population) MUST_CHECK;

#endif
