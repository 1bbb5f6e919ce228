/* hierarchy_figures CONNINFO PEOPLE: the figures of the evaluator, on a database with the schema of the
 * hierarchy service and nothing else in it.
 *
 * Writes federations of its own by COPY: one with PEOPLE, 3,400 organs and 3 types, one with ten times the
 * organs, one with twice the people. Measures each step on the wall clock, several times where it is short,
 * and prints one line of JSON: seconds, bytes and numbers by name. What stands beside what is hierarchy.mjs'
 * business.
 */
#include "hierarchy_bench.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <sodium.h>

#include "heimo_hierarchy_handlers.h"
#include "services/hierarchy/derive/difference.h"
#include "services/hierarchy/store/load.h"
#include "services/hierarchy/store/pass.h"
#include "services/hierarchy/store/store.h"

enum { ROUNDS = 3 };

/* Seconds of everything COPY gives, by whatever plan is quickest: facts and memberships, thrown away. */
static double
copy_away (Bench *bench, const char *federation)
{
  static const struct {
    const char *sql;
    size_t columns;
  } copies[] = {
      {"COPY (SELECT person_id, kind, value, organ_id, valid_from, valid_to FROM fact WHERE federation_id = "
       "'%s' "
       "AND superseded_at IS NULL) TO STDOUT (FORMAT binary)",
       6},
      {"COPY (SELECT person_id, organ_id, type_id, valid_from, valid_to, origin, stretches FROM membership "
       "WHERE federation_id = '%s' AND superseded_at IS NULL) TO STDOUT (FORMAT binary)",
       7},
  };
  Call *call = bench_call (bench, federation);
  bench_must (db_script (call->db, call, "SET LOCAL enable_seqscan = on"));
  double begin = bench_now ();
  for (size_t i = 0; i < 2; i++) {
    DbField row[7];
    bool more = true;
    bench_must (db_copy_out (call->db, call, memory_format (call, copies[i].sql, federation)));
    while (more)
      bench_must (db_copy_next (call->db, call, row, copies[i].columns, &more));
  }
  double seconds = bench_now () - begin;
  bench_end (bench, call);
  return seconds;
}

/* Seconds from the database to the difference, the model compiled anew. There is none to be found. */
static double
full_pass (Bench *bench, const char *federation)
{
  Call *call = bench_call (bench, federation);
  double begin = bench_now ();
  Compiled *compiled;
  bench_must (compiled_private (call, call, symbols_new (call), &compiled));
  const char *after = "";
  for (;;) {
    Pass *pass;
    bench_must (pass_over (call, compiled, after, ROSTER_PERSONS, &pass));
    if (pass->differing_count > 0) {
      fprintf (stderr, "%u persons differ, %s is the first\n", pass->differing_count, pass->differing[0]);
      exit (1);
    }
    if (pass->done)
      break;
    after = pass->last;
  }
  double seconds = bench_now () - begin;
  bench_end (bench, call);
  return seconds;
}

/* Bytes of memory for each person, and seconds until a store that was not there can be asked. */
static void
load_store (Bench *bench, const char *federation, double *bytes, double *seconds)
{
  Call *call = bench_call (bench, federation);
  double begin = bench_now ();
  const Store *store;
  bench_must (store_take (call, &store));
  *seconds = bench_now () - begin;
  *bytes = (double)population_bytes (store->population) / population_count (store->population);
  bench_end (bench, call);
}

/* A province's municipalities are moved below another one, and back by the rollback. */
static double
preview (Bench *bench, const char *federation, double *asked)
{
  Call *call = bench_call (bench, federation);
  bench_move (bench, call);
  double begin = bench_now ();
  Difference *difference;
  bench_must (difference_lock (call));
  bench_must (difference_of_changes (call, &difference));
  double seconds = bench_now () - begin;
  *asked = difference->asked;
  if (difference->person_count == 0) {
    fprintf (stderr, "the reorganisation touches nobody\n");
    exit (1);
  }
  bench_end (bench, call);
  return seconds;
}

/* A rule as somebody writes it: a municipality and an age. */
static double
count_matches (Bench *bench, const char *federation)
{
  Call *call = bench_call (bench, federation);
  RuleNode nodes[3], *list[3];
  const char *town[] = {"town 7"}, *ages[] = {"18", ""};
  for (size_t i = 0; i < 3; i++) {
    rule_node__init (&nodes[i]);
    list[i] = &nodes[i];
  }
  nodes[0].op = RULE_OP__RULE_OP_ALL;
  nodes[0].operands = 2;
  nodes[1] = (RuleNode){nodes[1].base, .op = RULE_OP__RULE_OP_EQUALS, .field = RULE_FIELD__RULE_FIELD_TOWN,
                        .n_values = 1, .values = town};
  nodes[2] = (RuleNode){nodes[2].base, .op = RULE_OP__RULE_OP_BETWEEN, .field = RULE_FIELD__RULE_FIELD_AGE,
                        .n_values = 2, .values = ages};
  CountRuleMatchesRequest request = COUNT_RULE_MATCHES_REQUEST__INIT;
  RuleMatches reply = RULE_MATCHES__INIT;
  request.organ_id = bench_organ (call, "local 7");
  request.nodes = list;
  request.n_nodes = 3;
  double begin = bench_now ();
  bench_must (count_rule_matches (call, &request, &reply));
  double seconds = bench_now () - begin;
  if (reply.match_count == 0) {
    fprintf (stderr, "the rule matches nobody\n");
    exit (1);
  }
  bench_end (bench, call);
  return seconds;
}

/* One thread's part of judging one day. */
typedef struct DayShare {
  pthread_t thread;
  void *memory;
  const Store *store;
  PersonIndex first, end;
  uint64_t members;
} DayShare;

static void *
judge_share (void *arg)
{
  DayShare *share = arg;
  Evaluator *evaluator = evaluator_new (share->memory, share->store->compiled->model);
  PopulationReader *reader = population_reader (share->memory);
  for (PersonIndex i = share->first; i < share->end; i++) {
    PersonRecord record = population_read_day (share->store->population, i, bench_day (), reader);
    uint32_t count;
    Day until = DAY_MAX;
    const Placement *placements = evaluate_day (evaluator, 0, &record, bench_day (), &count, &until);
    for (uint32_t at = 0; at < count; at++)
      share->members += (uint64_t)__builtin_popcountll (placements[at].rule | placements[at].below);
  }
  return NULL;
}

/* Seconds to judge everyone on one day from the store; the number of memberships is to be that of SQL. */
static double
judge_day (Bench *bench, const char *federation, uint64_t *members)
{
  Call *call = bench_call (bench, federation);
  const Store *store;
  bench_must (store_take (call, &store));
  double begin = bench_now ();
  DayShare shares[2];
  uint32_t persons = population_count (store->population);
  for (uint32_t i = 0; i < 2; i++) {
    shares[i] = (DayShare){.memory = memory_context (NULL),
                           .store = store,
                           .first = persons / 2 * i,
                           .end = i == 0 ? persons / 2 : persons};
    pthread_create (&shares[i].thread, NULL, judge_share, &shares[i]);
  }
  *members = 0;
  for (uint32_t i = 0; i < 2; i++) {
    pthread_join (shares[i].thread, NULL);
    *members += shares[i].members;
    talloc_free (shares[i].memory);
  }
  double seconds = bench_now () - begin;
  bench_end (bench, call);
  return seconds;
}

static double
least (double a, double b)
{
  return a < b ? a : b;
}

/* A federation, and the seconds and seconds of CPU of the best round. */
typedef struct Measured {
  const char *name, *federation;
  double copy, pass, copy_cpu, pass_cpu;
} Measured;

/* The best of several rounds in turns: the machine may be busy with something else. All federations are there
 * by then, in the same tables: each is read from among as many rows as the others. */
static void
measure_passes (Bench *bench, Measured *measured, size_t count)
{
  for (size_t i = 0; i < count; i++)
    measured[i].copy = measured[i].pass = measured[i].copy_cpu = measured[i].pass_cpu = 1e9;
  for (int round = 0; round < ROUNDS; round++)
    for (size_t i = 0; i < count; i++) {
      Measured *it = &measured[i];
      double begin = bench_cpu (bench);
      it->copy = least (it->copy, copy_away (bench, it->federation));
      double middle = bench_cpu (bench);
      it->pass = least (it->pass, full_pass (bench, it->federation));
      it->copy_cpu = least (it->copy_cpu, middle - begin);
      it->pass_cpu = least (it->pass_cpu, bench_cpu (bench) - middle);
    }
  for (size_t i = 0; i < count; i++) {
    const Measured *it = &measured[i];
    printf ("\"copy_%s\": %.3f, \"pass_%s\": %.3f, \"copy_cpu_%s\": %.3f, \"pass_cpu_%s\": %.3f, ", it->name,
            it->copy, it->name, it->pass, it->name, it->copy_cpu, it->name, it->pass_cpu);
  }
  fflush (stdout);
}

static void
measure_store (Bench *bench, const char *federation)
{
  double bytes, load, asked = 0, change = 1e9, change_cpu = 1e9, matches = 1e9, day = 1e9;
  uint64_t members = 0;
  load_store (bench, federation, &bytes, &load);
  for (int round = 0; round < ROUNDS; round++) {
    double begin = bench_cpu (bench);
    change = least (change, preview (bench, federation, &asked));
    change_cpu = least (change_cpu, bench_cpu (bench) - begin);
    matches = least (matches, count_matches (bench, federation));
    day = least (day, judge_day (bench, federation, &members));
  }
  double sql = 1e9;
  uint64_t counted = 0;
  for (int round = 0; round < ROUNDS; round++)
    sql = least (sql, bench_sql_day (bench, federation, &counted));
  if (counted != members) {
    fprintf (stderr, "SQL finds %lu memberships on the day, the engine %lu\n", counted, members);
    exit (1);
  }
  printf ("\"bytes\": %.1f, \"load\": %.3f, \"preview\": %.3f, \"preview_cpu\": %.3f, \"asked\": %.0f, "
          "\"matches\": %.4f, \"day\": "
          "%.3f, \"sql_day\": %.3f, "
          "\"members\": %lu",
          bytes, load, change, change_cpu, asked, matches, day, sql, members);
}

int
main (int argc, char **argv)
{
  if (argc != 3 || sodium_init () < 0) {
    fprintf (stderr, "usage: hierarchy_figures CONNINFO PEOPLE\n");
    return 2;
  }
  uint32_t people = (uint32_t)atoi (argv[2]);
  static const char one[] = "01890000-0000-7000-8000-0000000000f1",
                    organs[] = "01890000-0000-7000-8000-0000000000f2",
                    twice[] = "01890000-0000-7000-8000-0000000000f3";
  Bench *bench = bench_new (argv[1]);
  printf ("{\"people\": %u, ", people);
  fflush (stdout);
  bench_federation (bench, one, people, 1);
  measure_store (bench, one);
  printf (", ");
  bench_federation (bench, organs, people, 10);
  bench_federation (bench, twice, 2 * people, 1);
  Measured measured[] = {{.name = "one", .federation = one},
                         {.name = "organs", .federation = organs},
                         {.name = "twice", .federation = twice}};
  measure_passes (bench, measured, sizeof measured / sizeof *measured);
  printf ("\"end\": true}\n");
  talloc_free (bench);
  return 0;
}
