/* Federations for the figures of the evaluator: written straight into the database, and calls on them. */
#ifndef BENCH_HIERARCHY_BENCH_H
#define BENCH_HIERARCHY_BENCH_H

#include "services/hierarchy/compiled.h"

/* A service without its process. */
typedef struct Bench Bench;

Bench *bench_new (const char *conninfo);

/* Ends the program when something fails. */
void bench_must (Status status);

/* Seconds on the monotonic clock. */
double bench_now (void);

/* Seconds of CPU used by this process and by all of PostgreSQL: what time would be on a machine with nothing
 * else to do and one core. A call must have begun. */
double bench_cpu (Bench *bench);

/* The day on which everything is asked. */
Day bench_day (void);

/* A call in a transaction; bench_end rolls it back. */
Call *bench_call (Bench *bench, const char *federation);
void bench_end (Bench *bench, Call *call);

/* Writes a federation: 20 provinces, 340 municipalities, 3,040 local organs (times `factor`, without more
 * levels), three types, so many people with their facts and the memberships that follow, and gathers
 * statistics. */
void bench_federation (Bench *bench, const char *federation, uint32_t people, uint32_t factor);

/* The id of an organ by name, as the call's federation has it. */
const char *bench_organ (Call *call, const char *name);

/* Moves two provinces' municipalities below another province, in the call's transaction: a tenth of the
 * people. */
void bench_move (Bench *bench, Call *call);

/* Seconds that PostgreSQL needs to find all memberships on bench_day with sets: facts of the day pivoted
 * once, types recognised, then one hash join for each level of the tree. */
double bench_sql_day (Bench *bench, const char *federation, uint64_t *members);

#endif
