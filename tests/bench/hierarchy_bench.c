#include "hierarchy_bench.h"

#include "core/id.h"
#include "service/private.h"
#include "services/hierarchy/store/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { PROVINCES = 20, MUNICIPALITIES = 340, TOWNS = 3040, CODES = 10, PERIODS_TEXT = 600 };

struct Bench {
  Db *db;
  Process *process;
  Principal principal;
  uint64_t random;
  long session; /* the process of a session of the database */
};

void
bench_must (Status status)
{
  if (!status_failed (status))
    return;
  fprintf (stderr, "%s: %s\n", status.detail->reason, status.detail->message);
  exit (1);
}

double
bench_now (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A number of /proc/PID/stat: fields are counted from the one behind the name, the state, on. */
static unsigned long
process_number (long pid, int field)
{
  char path[64], line[1024] = "";
  snprintf (path, sizeof path, "/proc/%ld/stat", pid);
  FILE *file = fopen (path, "re");
  if (file == NULL)
    return 0;
  char *at = fgets (line, sizeof line, file) == NULL ? NULL : strrchr (line, ')');
  fclose (file);
  for (int i = 0; at != NULL && i <= field; i++)
    at = strchr (at + 1, ' ');
  return at == NULL ? 0 : strtoul (at, NULL, 10);
}

/* All of PostgreSQL: processes that run, and those that have ended, which the parent counts. */
static double
cluster_cpu (long session)
{
  enum { PARENT = 1, USER = 11, SYSTEM = 12, ENDED_USER = 13, ENDED_SYSTEM = 14 };
  long parent = (long)process_number (session, PARENT), child;
  unsigned long ticks = process_number (parent, ENDED_USER) + process_number (parent, ENDED_SYSTEM);
  char path[64];
  snprintf (path, sizeof path, "/proc/%ld/task/%ld/children", parent, parent);
  FILE *file = fopen (path, "re");
  if (file == NULL)
    return 0;
  while (fscanf (file, "%ld", &child) == 1)
    ticks += process_number (child, USER) + process_number (child, SYSTEM);
  fclose (file);
  return (double)ticks / (double)sysconf (_SC_CLK_TCK);
}

double
bench_cpu (Bench *bench)
{
  struct timespec own;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &own);
  return (double)own.tv_sec + (double)own.tv_nsec / 1e9 + cluster_cpu (bench->session);
}

static Day
day_at (int year, int month, int day_of_month)
{
  Day day = 0;
  (void)day_from_civil (year, month, day_of_month, &day);
  return day;
}

Day
bench_day (void)
{
  return day_at (2026, 11, 21);
}

Bench *
bench_new (const char *conninfo)
{
  static const HierarchyConfig config = {.language = "fi", .store_idle = 600};
  Bench *bench = memory_new (NULL, Bench);
  bench->db = db_new (bench, conninfo, NULL);
  bench->process = memory_new (bench, Process);
  bench_must (clock_manual (bench, "Europe/Helsinki", 0, &bench->process->clock));
  clock_set (bench->process->clock,
             clock_midnight (bench->process->clock, bench_day ()) + INT64_C (43200000000));
  bench->process->config = &config;
  bench_must (compiled_open (bench, &config, bench->process->clock, &bench->process->state));
  principal__init (&bench->principal);
  bench->principal.subject = "user:bench";
  return bench;
}

Call *
bench_call (Bench *bench, const char *federation)
{
  bench->principal.federation_id = federation;
  Call *call = call_new (bench, bench->process, bench->db, &bench->principal, 600000);
  bench_must (db_begin (bench->db, call, 600000));
  bench_must (db_script (bench->db, call, "SET LOCAL enable_seqscan = off"));
  static const DbQuery session = {"bench_session", "SELECT pg_backend_pid () AS pid", 0, NULL, NULL};
  DbResult *rows;
  bench_must (db_run (bench->db, call, &session, NULL, 0, &rows));
  bench->session = (long)db_number (rows, 0, "pid");
  return call;
}

void
bench_end (Bench *bench, Call *call)
{
  db_rollback (bench->db);
  talloc_free (call);
}

static uint32_t
below (Bench *bench, uint32_t limit)
{
  bench->random = bench->random * 6364136223846793005ULL + 1442695040888963407ULL;
  return (uint32_t)((bench->random >> 33) % limit);
}

const char *
bench_organ (Call *call, const char *name)
{
  char text[ID_TEXT_SIZE];
  return memory_string (call, id_format (id_of_name (call->federation_id, name), text));
}

/* Bytes as COPY wants them. */
static const char *
bytea_text (void *owner, Bytes bytes)
{
  char *text = memory_must (talloc_size (owner, 2 * bytes.length + 3));
  sprintf (text, "\\x");
  for (size_t i = 0; i < bytes.length; i++)
    sprintf (text + 2 + 2 * i, "%02x", bytes.data[i]);
  return text;
}

/* A rule of one node, or of two that are both asked. */
static const char *
rule_bytes (void *owner, RuleNode *first, RuleNode *second)
{
  RuleNode all = RULE_NODE__INIT, *list[] = {&all, first, second};
  Rule rule = RULE__INIT;
  all.op = RULE_OP__RULE_OP_ALL;
  all.operands = 2;
  rule.nodes = second == NULL ? list + 1 : list;
  rule.n_nodes = second == NULL ? 1 : 3;
  return bytea_text (owner, memory_pack (owner, &rule.base));
}

static RuleNode
node_of (RuleOp op, RuleField field, const char **values, size_t count)
{
  RuleNode node = RULE_NODE__INIT;
  node.op = op;
  node.field = field;
  node.values = values;
  node.n_values = count;
  return node;
}

static void
copy (Call *call, const char *sql)
{
  bench_must (db_copy_begin (call->db, call, sql));
}

static void
row (Call *call, const char *const *values, size_t count)
{
  bench_must (db_copy_row (call->db, call, values, count));
}

#define ROW(call, ...)                                                                                       \
  row ((call), (const char *const[]){__VA_ARGS__},                                                           \
       sizeof ((const char *const[]){__VA_ARGS__}) / sizeof (char *))

/* The organ above each organ, and what its rule asks for. */
typedef struct PlannedOrgan {
  const char *name, *parent, *nodes;
} PlannedOrgan;

static PlannedOrgan
planned (void *owner, const char *name, const char *parent, RuleField field, const char **values,
         size_t count)
{
  RuleNode node = node_of (RULE_OP__RULE_OP_IN, field, values, count);
  return (PlannedOrgan){name, parent, rule_bytes (owner, &node, NULL)};
}

/* Local organs are towns: ten postal codes each, or with ten times the organs one each. */
static PlannedOrgan *
plan_organs (void *owner, uint32_t factor, size_t *count)
{
  PlannedOrgan *organs = memory_array (owner, PlannedOrgan, PROVINCES + MUNICIPALITIES + TOWNS * factor);
  size_t n = 0;
  for (uint32_t i = 0; i < PROVINCES; i++) {
    const char *name = memory_format (owner, "province %u", i);
    organs[n++] = planned (owner, name, "root", RULE_FIELD__RULE_FIELD_PROVINCE, &name, 1);
  }
  for (uint32_t i = 0; i < MUNICIPALITIES; i++) {
    const char *name = memory_format (owner, "municipality %u", i);
    organs[n++] = planned (owner, name, memory_format (owner, "province %u", i % PROVINCES),
                           RULE_FIELD__RULE_FIELD_MUNICIPALITY, &name, 1);
  }
  for (uint32_t i = 0; i < TOWNS * factor; i++) {
    const char *codes[CODES];
    uint32_t town = i / factor, code_count = CODES / factor;
    for (uint32_t j = 0; j < code_count; j++)
      codes[j] = memory_format (owner, "%05u", town * CODES + i % factor * code_count + j);
    organs[n++] = planned (owner, memory_format (owner, "local %u", i),
                           memory_format (owner, "municipality %u", town % MUNICIPALITIES),
                           RULE_FIELD__RULE_FIELD_POSTAL_CODE, codes, code_count);
  }
  *count = n;
  return organs;
}

#define RECORDED "2020-01-01"

static void
write_organs (Call *call, const PlannedOrgan *organs, size_t count)
{
  const char *federation = call->federation_id, *root = bench_organ (call, "root");
  copy (
      call,
      "COPY organ (federation_id, organ_id, organisation_id, code, name, search_text, sort_key, recorded_at, "
      "recorded_by) FROM STDIN");
  ROW (call, federation, root, root, "root", "root", "root", "\\x01", RECORDED, "bench");
  for (size_t i = 0; i < count; i++)
    ROW (call, federation, bench_organ (call, organs[i].name), root, organs[i].name, organs[i].name,
         organs[i].name, "\\x01", RECORDED, "bench");
  bench_must (db_copy_end (call->db, call));
  copy (call,
        "COPY organ_life (federation_id, life_id, organ_id, valid, recorded_at, recorded_by) FROM STDIN");
  ROW (call, federation, root, root, "[2000-01-01,)", RECORDED, "bench");
  for (size_t i = 0; i < count; i++) {
    const char *id = bench_organ (call, organs[i].name);
    ROW (call, federation, id, id, "[2000-01-01,)", RECORDED, "bench");
  }
  bench_must (db_copy_end (call->db, call));
  copy (call, "COPY organ_edge (federation_id, edge_id, organ_id, parent_id, valid, recorded_at, "
              "recorded_by) FROM STDIN");
  for (size_t i = 0; i < count; i++) {
    const char *id = bench_organ (call, organs[i].name);
    ROW (call, federation, id, id, bench_organ (call, organs[i].parent), "[2000-01-01,)", RECORDED, "bench");
  }
  bench_must (db_copy_end (call->db, call));
  copy (call, "COPY rule_version (federation_id, rule_id, organ_id, type_id, valid, nodes, recorded_at, "
              "recorded_by) FROM STDIN");
  for (size_t i = 0; i < count; i++) {
    const char *id = bench_organ (call, organs[i].name);
    ROW (call, federation, id, id, NULL, "[2000-01-01,)", organs[i].nodes, RECORDED, "bench");
  }
  const char *member[] = {"Member"}, *volunteer[] = {"Volunteer"}, *ages[] = {"", "17"};
  RuleNode has_member = node_of (RULE_OP__RULE_OP_SUBSCRIPTION, 0, member, 1),
           has_volunteer = node_of (RULE_OP__RULE_OP_SUBSCRIPTION, 0, volunteer, 1),
           young = node_of (RULE_OP__RULE_OP_BETWEEN, RULE_FIELD__RULE_FIELD_AGE, ages, 2);
  const char *types[] = {"Member", "Volunteer", "Junior"},
             *nodes[] = {rule_bytes (call, &has_member, NULL), rule_bytes (call, &has_volunteer, NULL),
                         rule_bytes (call, &has_member, &young)};
  for (size_t i = 0; i < 3; i++) {
    const char *id = bench_organ (call, types[i]);
    ROW (call, federation, id, NULL, id, "[2000-01-01,)", nodes[i], RECORDED, "bench");
  }
  bench_must (db_copy_end (call->db, call));
}

static void
write_model (Call *call, uint32_t factor)
{
  size_t count;
  const char *root = bench_organ (call, "root");
  PlannedOrgan *organs = plan_organs (call, factor, &count);
  bench_must (db_script (
      call->db, call,
      memory_format (
          call,
          "INSERT INTO model (federation_id, recorded_at, counted_on) VALUES ('%1$s', '" RECORDED
          "', '2026-11-21');"
          "INSERT INTO organisation (federation_id, organisation_id, code, policy, recorded_at, recorded_by) "
          "VALUES ('%1$s', '%2$s', 'root', 1, '" RECORDED "', 'bench')",
          call->federation_id, root)));
  static const char *const types[] = {"Member", "Volunteer", "Junior"};
  for (size_t i = 0; i < 3; i++)
    bench_must (db_script (
        call->db, call,
        memory_format (
            call,
            "INSERT INTO membership_type (federation_id, type_id, organisation_id, code, name, recorded_at, "
            "recorded_by) VALUES ('%s', '%s', '%s', '%s', '%s', '" RECORDED "', 'bench')",
            call->federation_id, bench_organ (call, types[i]), root, types[i], types[i])));
  write_organs (call, organs, count);
  copy (call, "COPY place (federation_id, country, postal_code, town, municipality, province) FROM STDIN");
  for (uint32_t code = 0; code < TOWNS * CODES; code++) {
    uint32_t municipality = code / CODES % MUNICIPALITIES;
    void *scratch = memory_context (call);
    ROW (call, call->federation_id, "FI", memory_format (scratch, "%05u", code),
         memory_format (scratch, "town %u", code / CODES),
         memory_format (scratch, "municipality %u", municipality),
         memory_format (scratch, "province %u", municipality % PROVINCES));
    talloc_free (scratch);
  }
  bench_must (db_copy_end (call->db, call));
}

static const char *
person_id (void *owner, uint32_t number)
{
  return memory_format (owner, "01890000-%04x-7000-8000-%08x%04x", number >> 16, number * 2654435761U,
                        number & 0xffff);
}

static const char *
day_text (void *owner, Day day)
{
  char buffer[DAY_TEXT_SIZE];
  return day == DAY_MAX   ? "infinity"
         : day == DAY_MIN ? "-infinity"
                          : memory_string (owner, day_format (day, buffer));
}

static void
write_fact (Call *call, void *scratch, const char *person, int kind, const char *value, const char *from,
            const char *to)
{
  char text[ID_TEXT_SIZE], number[12];
  snprintf (number, sizeof number, "%d", kind);
  static uint64_t made;
  Id id = {{0}};
  made++;
  memcpy (id.bytes, &made, sizeof made);
  (void)scratch;
  ROW (call, call->federation_id, person, id_format (id, text), number, value, from, to, RECORDED);
}

static void
write_address (Call *call, void *scratch, const char *person, uint32_t code, const char *from, const char *to)
{
  uint32_t town = code / CODES, municipality = town % MUNICIPALITIES;
  write_fact (call, scratch, person, 2, memory_format (scratch, "%05u", code), from, to);
  write_fact (call, scratch, person, 3, memory_format (scratch, "town %u", town), from, to);
  write_fact (call, scratch, person, 4, memory_format (scratch, "municipality %u", municipality), from, to);
  write_fact (call, scratch, person, 5, memory_format (scratch, "province %u", municipality % PROVINCES),
              from, to);
  write_fact (call, scratch, person, 6, "FI", from, to);
}

/* One person: a birth date, an address, one in five another one before it, subscriptions. */
static void
write_person_facts (Bench *bench, Call *call, uint32_t number)
{
  void *scratch = memory_context (call);
  const char *person = person_id (scratch, number);
  Day birth = day_at (1940, 1, 1) + (Day)below (bench, 28000),
      moved = day_at (2005, 1, 1) + (Day)below (bench, 7000);
  const char *since = day_text (scratch, moved);
  write_fact (call, scratch, person, 1, day_text (scratch, birth), "-infinity", "infinity");
  if (below (bench, 5) == 0)
    write_address (call, scratch, person, below (bench, TOWNS * CODES), day_text (scratch, moved - 1000),
                   since);
  write_address (call, scratch, person, below (bench, TOWNS * CODES), since, "infinity");
  if (below (bench, 10) > 0)
    write_fact (call, scratch, person, 7, "Member",
                day_text (scratch, day_at (2010, 1, 1) + (Day)below (bench, 5000)), "infinity");
  if (below (bench, 5) == 0)
    write_fact (call, scratch, person, 7, "Volunteer",
                day_text (scratch, day_at (2015, 1, 1) + (Day)below (bench, 3000)), "2028-01-01");
  talloc_free (scratch);
}

static void
write_people (Bench *bench, Call *call, uint32_t people)
{
  copy (call, "COPY person (federation_id, person_id, sort_key) FROM STDIN");
  for (uint32_t i = 0; i < people; i++) {
    void *scratch = memory_context (call);
    ROW (call, call->federation_id, person_id (scratch, i),
         memory_format (scratch, "\\x%08x", i * 2654435761U));
    talloc_free (scratch);
  }
  bench_must (db_copy_end (call->db, call));
  copy (call, "COPY fact (federation_id, person_id, fact_id, kind, value, valid_from, valid_to, recorded_at) "
              "FROM STDIN");
  for (uint32_t i = 0; i < people; i++)
    write_person_facts (bench, call, i);
  bench_must (db_copy_end (call->db, call));
}

static const char *
stretches_of (void *owner, const Periods *periods, const MembershipPeriod *period)
{
  char *text = NULL;
  for (uint32_t at = periods->stretches[period->first_stretch].next; at != STRETCH_LAST;
       at = periods->stretches[at].next)
    text = text == NULL ? memory_format (owner, "{%d,%d", periods->stretches[at].valid.from,
                                         (int)periods->stretches[at].origin)
                        : talloc_asprintf_append (text, ",%d,%d", periods->stretches[at].valid.from,
                                                  (int)periods->stretches[at].origin);
  return text == NULL ? NULL : talloc_asprintf_append (text, "}");
}

static void
write_membership (Call *call, void *scratch, const char *person, const Symbols *symbols,
                  const Periods *periods, const MembershipPeriod *period)
{
  static const char *const origins[] = {"0", "1", "2", "3"};
  ROW (call, call->federation_id, person, id_new_text (scratch, call->now),
       symbols_text (symbols, period->organ), symbols_text (symbols, period->type),
       day_text (scratch, period->valid.from), day_text (scratch, period->valid.to),
       origins[periods->stretches[period->first_stretch].origin], stretches_of (scratch, periods, period),
       RECORDED, "\\x01");
}

/* What the engine derives is put on record. */
static void
write_memberships (Call *call)
{
  Compiled *compiled;
  bench_must (compiled_private (call, call, symbols_new (call), &compiled));
  Population *population = population_new (call);
  bench_must (population_load (call, ROSTER_EVERYONE, id_symbols_new (call, compiled->symbols),
                               compiled->symbols, population));
  PopulationReader *reader = population_reader (call);
  copy (call, "COPY membership (federation_id, person_id, membership_id, organ_id, type_id, valid_from, "
              "valid_to, origin, "
              "stretches, recorded_at, sort_key) FROM STDIN");
  for (PersonIndex i = 0; i < population_count (population); i++) {
    void *scratch = memory_context (call);
    char text[ID_TEXT_SIZE];
    PersonRecord record = population_read (population, i, reader);
    periods_reset (compiled->after);
    evaluate (compiled->evaluator, &record, EVALUATE_ALWAYS, compiled->after);
    id_format (*population_id (population, i), text);
    for (uint32_t at = 0; at < compiled->after->count; at++)
      write_membership (call, scratch, text, compiled->symbols, compiled->after, &compiled->after->rows[at]);
    talloc_free (scratch);
  }
  bench_must (db_copy_end (call->db, call));
}

void
bench_federation (Bench *bench, const char *federation, uint32_t people, uint32_t factor)
{
  Call *call = bench_call (bench, federation);
  bench->random = 7;
  write_model (call, factor);
  write_people (bench, call, people);
  write_memberships (call);
  bench_must (db_commit (bench->db, call));
  bench_must (db_script (bench->db, call, "VACUUM (ANALYZE)"));
  talloc_free (call);
}

void
bench_move (Bench *bench, Call *call)
{
  (void)bench;
  bench_must (db_script (
      call->db, call,
      memory_format (
          call,
          "UPDATE model SET version = version + 1 WHERE federation_id = '%1$s';"
          "WITH moved AS (UPDATE organ_edge SET superseded_at = now () WHERE federation_id = '%1$s' AND "
          "parent_id IN "
          "('%2$s', '%3$s') RETURNING organ_id) "
          "INSERT INTO organ_edge (federation_id, edge_id, organ_id, parent_id, valid, recorded_at, "
          "recorded_by) "
          "SELECT '%1$s', gen_random_uuid (), organ_id, '%4$s', '[2000-01-01,)', now (), 'bench' FROM moved;"
          "UPDATE rule_version SET superseded_at = now () WHERE federation_id = '%1$s' AND organ_id = '%4$s'",
          call->federation_id, bench_organ (call, "province 1"), bench_organ (call, "province 2"),
          bench_organ (call, "province 3"))));
}

/* What the rules ask for as rows, so that SQL has as good a start as it can have. */
static const char prepare[] =
    "CREATE TEMP TABLE IF NOT EXISTS asks (level int, organ_id uuid, parent_id uuid, value text); TRUNCATE "
    "asks;"
    "INSERT INTO asks SELECT 1, o.organ_id, e.parent_id, o.name FROM organ o JOIN organ_edge e USING "
    "(federation_id, organ_id) "
    "WHERE federation_id = '%1$s' AND o.name LIKE 'province %%';"
    "INSERT INTO asks SELECT 2, o.organ_id, e.parent_id, o.name FROM organ o JOIN organ_edge e USING "
    "(federation_id, organ_id) "
    "WHERE federation_id = '%1$s' AND o.name LIKE 'municipality %%';"
    "INSERT INTO asks SELECT 3, o.organ_id, e.parent_id, lpad ((split_part (o.name, ' ', 2)::int * 10 + "
    "n)::text, 5, '0') "
    "FROM organ o JOIN organ_edge e USING (federation_id, organ_id), generate_series (0, 9) AS n "
    "WHERE federation_id = '%1$s' AND o.name LIKE 'local %%'; ANALYZE asks;"
    "SET work_mem = '512MB'; SET enable_seqscan = on; SET max_parallel_workers_per_gather = 2; SET jit = off";

static const char day_sql[] =
    "WITH day AS MATERIALIZED ("
    " SELECT person_id, max (value) FILTER (WHERE kind = 1) AS birth, max (value) FILTER (WHERE kind = 2) AS "
    "code,"
    "  max (value) FILTER (WHERE kind = 4) AS municipality, max (value) FILTER (WHERE kind = 5) AS province,"
    "  bool_or (kind = 7 AND value = 'Member') AS member, bool_or (kind = 7 AND value = 'Volunteer') AS "
    "volunteer"
    " FROM fact WHERE federation_id = '%1$s' AND superseded_at IS NULL AND valid_from <= '2026-11-21' AND "
    "valid_to > '2026-11-21'"
    "  AND kind IN (1, 2, 4, 5, 7) GROUP BY person_id),"
    " typed AS MATERIALIZED ("
    " SELECT person_id, code, municipality, province, array_remove (ARRAY[CASE WHEN member THEN 1 END, CASE "
    "WHEN volunteer THEN 2 END,"
    "  CASE WHEN member AND birth::date > date '2026-11-21' - interval '18 years' THEN 3 END], NULL) AS types"
    " FROM day WHERE member OR volunteer),"
    " one AS MATERIALIZED (SELECT t.*, a.organ_id FROM typed t JOIN asks a ON a.level = 1 AND a.value = "
    "t.province),"
    " two AS MATERIALIZED (SELECT t.person_id, t.code, t.types, a.organ_id FROM one t JOIN asks a ON a.level "
    "= 2 AND a.value = t.municipality"
    "  AND a.parent_id = t.organ_id),"
    " three AS MATERIALIZED (SELECT t.person_id, t.types, a.organ_id FROM two t JOIN asks a ON a.level = 3 "
    "AND a.value = t.code"
    "  AND a.parent_id = t.organ_id),"
    " found AS (SELECT person_id, organ_id, types FROM three UNION ALL SELECT person_id, organ_id, types "
    "FROM two"
    "  UNION ALL SELECT person_id, organ_id, types FROM one UNION ALL SELECT person_id, '%2$s'::uuid, types "
    "FROM one)"
    "SELECT count (*) FROM found CROSS JOIN LATERAL unnest (types) AS type";

double
bench_sql_day (Bench *bench, const char *federation, uint64_t *members)
{
  Call *call = bench_call (bench, federation);
  bench_must (db_script (bench->db, call, memory_format (call, prepare, federation)));
  const DbQuery query = {
      "bench_sql_day", memory_format (call, day_sql, federation, bench_organ (call, "root")), 0, NULL, NULL};
  DbResult *rows;
  double begin = bench_now ();
  bench_must (db_run (bench->db, call, &query, NULL, 0, &rows));
  double seconds = bench_now () - begin;
  *members = (uint64_t)strtoull (db_value (rows, 0, "count"), NULL, 10);
  bench_end (bench, call);
  return seconds;
}
