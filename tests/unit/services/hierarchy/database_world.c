#include "database_world.h"

#include "core/id.h"
#include "core/memory.h"

#include <stdio.h>

const char *
database_world_person_id (void *owner, unsigned number)
{
  return memory_format (owner, "01890000-0000-7000-8000-0000000b%04x", number);
}

const char *
database_world_id (void *owner, const char *name)
{
  char text[ID_TEXT_SIZE];
  return memory_string (owner, id_format (id_of_name ("test world", name), text));
}

/* SQL that is built piece by piece. */
typedef struct Script {
  void *owner;
  char *text;
} Script;

__attribute__ ((format (printf, 2, 3))) static void
say (Script *script, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  script->text = memory_must (talloc_vasprintf_append_buffer (script->text, format, arguments));
  va_end (arguments);
}

static Script
script_new (void)
{
  void *owner = memory_context (NULL);
  return (Script){owner, memory_string (owner, "")};
}

static void
script_run (Script *script, Db *db)
{
  assert_success (db_script (db, script->owner, script->text));
  talloc_free (script->owner);
}

static const char *
day_text (Script *script, Day day)
{
  char buffer[DAY_TEXT_SIZE];
  return day == DAY_MIN   ? "-infinity"
         : day == DAY_MAX ? "infinity"
                          : memory_string (script->owner, day_format (day, buffer));
}

/* A daterange; open ends are no bounds. */
static const char *
range_text (Script *script, Period valid)
{
  return memory_format (
      script->owner, "daterange (%s, %s)",
      valid.from == DAY_MIN ? "NULL" : memory_format (script->owner, "'%s'", day_text (script, valid.from)),
      valid.to == DAY_MAX ? "NULL" : memory_format (script->owner, "'%s'", day_text (script, valid.to)));
}

static const char *
nodes_text (Script *script, const WorldRule *rule)
{
  RuleNode *pointers[WORLD_NODES];
  RuleNode copies[WORLD_NODES];
  Rule message = RULE__INIT;
  for (size_t i = 0; i < rule->count; i++) {
    copies[i] = rule->nodes[i];
    copies[i].values = (const char **)(uintptr_t)rule->values[i];
    pointers[i] = &copies[i];
  }
  message.nodes = pointers;
  message.n_nodes = rule->count;
  Bytes packed = memory_pack (script->owner, &message.base);
  char *text = memory_string (script->owner, "");
  for (size_t i = 0; i < packed.length; i++)
    text = talloc_asprintf_append_buffer (text, "%02x", packed.data[i]);
  return text;
}

static const char *
id_or_null (Script *script, const char *name)
{
  return name == NULL ? "NULL"
                      : memory_format (script->owner, "'%s'", database_world_id (script->owner, name));
}

#define NEW_ID "gen_random_uuid ()"
#define RECORDED "now (), 'user:test'"

void
database_world_model (ServiceWorld *service, Db *db, const World *world)
{
  Script script = script_new ();
  (void)service;
  say (&script, "UPDATE model SET version = version + 1;");
  static const char *const tables[] = {"organ_life", "organ_edge", "rule_version"};
  for (size_t i = 0; i < 3; i++)
    say (&script, "UPDATE %s SET superseded_at = now () WHERE superseded_at IS NULL;", tables[i]);
  for (size_t i = 0; i < world->life_count; i++)
    say (&script,
         "INSERT INTO organ_life (federation_id, life_id, organ_id, valid, recorded_at, recorded_by) VALUES "
         "('" FEDERATION "', " NEW_ID ", '%s', %s, " RECORDED ");",
         database_world_id (script.owner, world->lives[i].organ),
         range_text (&script, world->lives[i].valid));
  for (size_t i = 0; i < world->edge_count; i++)
    say (&script,
         "INSERT INTO organ_edge (federation_id, edge_id, organ_id, parent_id, valid, recorded_at, "
         "recorded_by) VALUES "
         "('" FEDERATION "', " NEW_ID ", '%s', '%s', %s, " RECORDED ");",
         database_world_id (script.owner, world->edges[i].child),
         database_world_id (script.owner, world->edges[i].parent),
         range_text (&script, world->edges[i].valid));
  for (size_t i = 0; i < world->version_count; i++)
    say (&script,
         "INSERT INTO rule_version (federation_id, rule_id, organ_id, type_id, valid, nodes, "
         "recorded_at, "
         "recorded_by) VALUES ('" FEDERATION "', " NEW_ID ", %s, %s, %s, '\\x%s', " RECORDED ");",
         id_or_null (&script, world->versions[i].organ), id_or_null (&script, world->versions[i].type),
         range_text (&script, world->versions[i].valid), nodes_text (&script, &world->versions[i].rule));
  script_run (&script, db);
}

void
database_world_begin (ServiceWorld *service, const World *world)
{
  Script script = script_new ();
  say (&script,
       "TRUNCATE person, fact, membership, membership_exception, organ_count, rule_version, membership_type, "
       "organ_edge, organ_life, organ, organisation, run CASCADE;"
       "INSERT INTO model (federation_id, recorded_at, counted_on) VALUES ('" FEDERATION
       "', '-infinity', '2024-02-20') ON CONFLICT (federation_id) DO UPDATE SET counted_on = "
       "excluded.counted_on, version = model.version + 1;"
       "ALTER TABLE organ_edge DISABLE TRIGGER USER; ALTER TABLE organ_life DISABLE TRIGGER USER;");
  say (&script,
       "INSERT INTO organisation (federation_id, organisation_id, code, policy, recorded_at, recorded_by) "
       "VALUES ("
       "'" FEDERATION "', '%s', 'o0', 1, " RECORDED ");",
       database_world_id (script.owner, world->organs[0]));
  for (size_t i = 0; i < world->organ_count; i++)
    say (&script,
         "INSERT INTO organ (federation_id, organ_id, organisation_id, code, name, search_text, sort_key, "
         "recorded_at, "
         "recorded_by) VALUES ('" FEDERATION "', '%s', '%s', '%s', '%s', '', '', " RECORDED ");",
         database_world_id (script.owner, world->organs[i]),
         database_world_id (script.owner, world->organs[0]), world->organs[i], world->organs[i]);
  for (size_t i = 0; i < world->type_count; i++)
    say (&script,
         "INSERT INTO membership_type (federation_id, type_id, organisation_id, code, name, recorded_at, "
         "recorded_by) "
         "VALUES ('" FEDERATION "', '%s', '%s', '%s', '%s', " RECORDED ");",
         database_world_id (script.owner, world->types[i]),
         database_world_id (script.owner, world->organs[0]), world->types[i], world->types[i]);
  script_run (&script, service->db);
  database_world_model (service, service->db, world);
}

void
database_world_exceptions (ServiceWorld *service, Db *db, const World *world, unsigned number)
{
  Script script = script_new ();
  const char *person = database_world_person_id (script.owner, number);
  (void)service;
  say (&script,
       "UPDATE membership_exception SET superseded_at = now () WHERE superseded_at IS NULL AND person_id = "
       "'%s';",
       person);
  for (size_t i = 0; i < world->exception_count; i++)
    say (&script,
         "INSERT INTO membership_exception (federation_id, exception_id, person_id, organ_id, type_id, "
         "valid_from, "
         "valid_to, reason, recorded_at, recorded_by) VALUES ('" FEDERATION "', " NEW_ID
         ", '%s', '%s', '%s', '%s', '%s', 'a reason', " RECORDED ");",
         person, database_world_id (script.owner, world->exceptions[i].organ),
         database_world_id (script.owner, world->exceptions[i].type),
         day_text (&script, world->exceptions[i].valid.from),
         day_text (&script, world->exceptions[i].valid.to));
  script_run (&script, db);
}

void
database_world_person (ServiceWorld *service, Db *db, const World *world, unsigned number)
{
  Script script = script_new ();
  const char *person = database_world_person_id (script.owner, number);
  say (&script,
       "INSERT INTO person (federation_id, person_id, sort_key) VALUES ('" FEDERATION
       "', '%s', '\\x01') ON CONFLICT DO "
       "NOTHING; DELETE FROM fact WHERE person_id = '%s';"
       "INSERT INTO person_touched (federation_id, person_ids) VALUES ('" FEDERATION "', '{%s}');",
       person, person, person);
  for (size_t i = 0; i < world->fact_count; i++) {
    const WorldFact *fact = &world->facts[i];
    say (&script,
         "INSERT INTO fact (federation_id, person_id, fact_id, kind, value, organ_id, valid_from, valid_to, "
         "recorded_at) "
         "VALUES ('" FEDERATION "', '%s', " NEW_ID ", %d, '%s', %s, '%s', '%s', now ());",
         person, (int)fact->kind, fact->value, id_or_null (&script, fact->organ),
         day_text (&script, fact->valid.from), day_text (&script, fact->valid.to));
  }
  script_run (&script, db);
  database_world_exceptions (service, db, world, number);
}
