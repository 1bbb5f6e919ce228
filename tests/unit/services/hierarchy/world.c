#include "world.h"

#include "core/memory.h"

#include <assert.h>
#include <string.h>

Day
day_of (const char *text)
{
  Day day = 0;
  assert (day_parse (text, &day) == DAY_OK);
  return day;
}

Period
period_of (const char *from, const char *to)
{
  return (Period){from == NULL || *from == '\0' ? DAY_MIN : day_of (from),
                  to == NULL || *to == '\0' ? DAY_MAX : day_of (to)};
}

World *
world_new (void *owner)
{
  return memory_new (owner, World);
}

void
world_organ (World *world, const char *organ, const char *parent, const char *from, const char *to)
{
  world->organs[world->organ_count++] = organ;
  world->lives[world->life_count++] = (WorldLife){organ, period_of (from, to)};
  if (parent != NULL)
    world->edges[world->edge_count++] = (WorldEdge){organ, parent, period_of (from, NULL)};
}

void
world_type (World *world, const char *type)
{
  world->types[world->type_count++] = type;
}

void
world_fact (World *world, FactKind kind, const char *value, const char *organ, const char *from,
            const char *to)
{
  world->facts[world->fact_count++] = (WorldFact){kind, value, organ, period_of (from, to)};
}

void
world_exception (World *world, const char *organ, const char *type, const char *from, const char *to)
{
  world->exceptions[world->exception_count++] = (WorldException){organ, type, period_of (from, to)};
}

WorldRule *
world_rule (World *world, const char *organ, const char *type, const char *from, const char *to)
{
  WorldVersion *version = &world->versions[world->version_count++];
  *version = (WorldVersion){.organ = organ, .type = type, .valid = period_of (from, to)};
  return &version->rule;
}

void
rule_add (WorldRule *rule, RuleOp op, uint32_t operands, RuleField field, const char *first,
          const char *second)
{
  size_t index = rule->count++;
  RuleNode *node = &rule->nodes[index];
  rule_node__init (node);
  node->op = op;
  node->operands = operands;
  node->field = field;
  node->values = rule->values[index];
  rule->pointers[index] = node;
  if (first != NULL)
    rule_value (rule, first);
  if (second != NULL)
    rule_value (rule, second);
}

void
rule_value (WorldRule *rule, const char *value)
{
  RuleNode *node = &rule->nodes[rule->count - 1];
  rule->values[rule->count - 1][node->n_values++] = value;
}

static void
compile_model (CompiledWorld *compiled, const World *world)
{
  Symbols *symbols = compiled->symbols;
  Model *model = compiled->model;
  Symbol root = symbols_intern (symbols, world->organs[0]);
  assert (model_add_organisation (model, root));
  for (size_t i = 1; i < world->organ_count; i++)
    assert (model_add_organ (model, symbols_intern (symbols, world->organs[i]), root));
  for (size_t i = 0; i < world->type_count; i++)
    assert (model_add_type (model, symbols_intern (symbols, world->types[i]), root));
  for (size_t i = 0; i < world->life_count; i++)
    assert (model_add_life (model, symbols_intern (symbols, world->lives[i].organ), world->lives[i].valid));
  for (size_t i = 0; i < world->edge_count; i++)
    assert (model_add_edge (model, symbols_intern (symbols, world->edges[i].child),
                            symbols_intern (symbols, world->edges[i].parent), world->edges[i].valid));
  for (size_t i = 0; i < world->version_count; i++) {
    const WorldVersion *version = &world->versions[i];
    RuleNode *nodes[WORLD_NODES];
    for (size_t j = 0; j < version->rule.count; j++) {
      RuleNode *copy = memory_new (compiled, RuleNode);
      *copy = version->rule.nodes[j];
      nodes[j] = copy;
    }
    const char *name = memory_format (compiled, "v%zu", i);
    assert (model_add_version (
        model, symbols_intern (symbols, name), symbols_intern (symbols, version->organ),
        symbols_intern (symbols, version->type), version->valid, nodes, version->rule.count));
  }
  model_compile (model);
}

static void
compile_person (CompiledWorld *compiled, const World *world)
{
  PersonFact *facts = memory_array (compiled, PersonFact, world->fact_count + 1);
  for (size_t i = 0; i < world->fact_count; i++) {
    const WorldFact *fact = &world->facts[i];
    bool birth = fact->kind == FACT_KIND__FACT_KIND_BIRTH_DATE;
    facts[i] = (PersonFact){
        fact->kind, birth ? (uint32_t)day_of (fact->value) : symbols_intern (compiled->symbols, fact->value),
        symbols_intern (compiled->symbols, fact->organ), fact->valid};
  }
  PersonException *exceptions = memory_array (compiled, PersonException, world->exception_count + 1);
  for (size_t i = 0; i < world->exception_count; i++)
    exceptions[i] = (PersonException){symbols_intern (compiled->symbols, world->exceptions[i].organ),
                                      symbols_intern (compiled->symbols, world->exceptions[i].type),
                                      world->exceptions[i].valid};
  compiled->person = (PersonRecord){facts, world->fact_count, exceptions, world->exception_count};
}

CompiledWorld *
world_compile (void *owner, const World *world)
{
  CompiledWorld *compiled = memory_new (owner, CompiledWorld);
  compiled->symbols = symbols_new (compiled);
  compiled->model = model_new (compiled, compiled->symbols);
  compile_model (compiled, world);
  compile_person (compiled, world);
  compiled->evaluator = evaluator_new (compiled, compiled->model);
  compiled->periods = periods_new (compiled);
  evaluate (compiled->evaluator, &compiled->person, EVALUATE_ALWAYS, compiled->periods);
  return compiled;
}

const MembershipPeriod *
compiled_find (const CompiledWorld *compiled, const char *organ, const char *type, Day day)
{
  for (uint32_t i = 0; i < compiled->periods->count; i++) {
    const MembershipPeriod *row = &compiled->periods->rows[i];
    if (strcmp (symbols_text (compiled->symbols, row->organ), organ) == 0 &&
        strcmp (symbols_text (compiled->symbols, row->type), type) == 0 && period_holds (row->valid, day))
      return row;
  }
  return NULL;
}

ExplainResult *
compiled_explain (void *owner, const CompiledWorld *compiled, const char *organ, const char *type, Day day)
{
  const PersonRecord *person = &compiled->person;
  KnownFact *facts = memory_array (owner, KnownFact, person->fact_count + 1);
  KnownException *exceptions = memory_array (owner, KnownException, person->exception_count + 1);
  for (size_t i = 0; i < person->fact_count; i++)
    facts[i] = (KnownFact){person->facts[i], EVALUATE_ALWAYS};
  for (size_t i = 0; i < person->exception_count; i++)
    exceptions[i] = (KnownException){person->exceptions[i], EVALUATE_ALWAYS};
  KnownPerson known = {facts, person->fact_count, exceptions, person->exception_count};
  ExplainQuestion question = {.history = {compiled->model, compiled->evaluator},
                              .person = &known,
                              .organ = symbols_find (compiled->symbols, organ),
                              .type = symbols_find (compiled->symbols, type),
                              .day = day,
                              .known = MODEL_NOW};
  return explain (owner, &question);
}
