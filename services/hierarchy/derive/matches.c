/* CountRuleMatches: how many persons a rule that is being written matches on a day, by itself and with the
 * rules above. Asked while somebody types, so from the store; two threads share the persons. */
#include "store/store.h"
#include "tree/places.h"

#include <pthread.h>

#include "heimo_hierarchy_handlers.h"

enum { THREADS = 2 };

/* A rule of one of the books. */
typedef struct AskedRule {
  const Rulebook *book;
  uint32_t first;
} AskedRule;

/* What a type asks for: its own rule and those of the organs above for it. */
typedef struct AskedType {
  AskedRule *rules; /* talloc array */
  uint32_t count;
} AskedType;

typedef struct Question {
  const Store *store;
  Day day;
  AskedRule rule;   /* the one that is being written */
  AskedRule *above; /* general rules of the organs above; talloc array */
  uint32_t above_count;
  AskedType *types; /* those with a rule in force; talloc array */
  uint32_t type_count;
  bool of_type; /* it is a type's rule: nothing stands above it */
} Question;

/* The persons of one thread, and what it has counted. */
typedef struct Share {
  pthread_t thread;
  bool started;
  void *memory; /* the thread's */
  const Question *question;
  PersonIndex first, end;
  uint64_t matches, eligible;
} Share;

static bool
holds (const AskedRule *rule, const DayFacts *facts)
{
  Day until = DAY_MAX;
  return rule_holds (rule->book, rule->first, facts, &until);
}

static bool
all_hold (const AskedRule *rules, uint32_t count, const DayFacts *facts)
{
  for (uint32_t i = 0; i < count; i++)
    if (!holds (&rules[i], facts))
      return false;
  return true;
}

static bool
is_eligible (const Question *question, const DayFacts *facts)
{
  if (question->of_type)
    return true;
  if (!all_hold (question->above, question->above_count, facts))
    return false;
  for (uint32_t i = 0; i < question->type_count; i++)
    if (all_hold (question->types[i].rules, question->types[i].count, facts))
      return true;
  return false;
}

static void *
count_share (void *arg)
{
  Share *share = arg;
  const Question *question = share->question;
  const Population *population = question->store->population;
  PopulationReader *reader = population_reader (share->memory);
  Evaluator *evaluator = evaluator_new (share->memory, question->store->compiled->model);
  for (PersonIndex i = share->first; i < share->end; i++) {
    if (population_withdrawn (population, i))
      continue;
    Day until = DAY_MAX;
    PersonRecord record = population_read_day (population, i, question->day, reader);
    const DayFacts *facts = evaluate_facts (evaluator, &record, question->day, &until);
    bool matches = holds (&question->rule, facts);
    share->matches += matches;
    share->eligible += matches && is_eligible (question, facts);
  }
  return NULL;
}

static void
count (const Question *question, RuleMatches *reply)
{
  Share shares[THREADS];
  uint32_t persons = population_count (question->store->population);
  for (uint32_t i = 0; i < THREADS; i++) {
    shares[i] = (Share){.memory = memory_context (NULL),
                        .question = question,
                        .first = (PersonIndex)((uint64_t)persons * i / THREADS),
                        .end = (PersonIndex)((uint64_t)persons * (i + 1) / THREADS)};
    if (i + 1 < THREADS)
      shares[i].started = pthread_create (&shares[i].thread, NULL, count_share, &shares[i]) == 0;
    if (!shares[i].started)
      count_share (&shares[i]);
  }
  for (uint32_t i = 0; i < THREADS; i++) {
    if (shares[i].started)
      pthread_join (shares[i].thread, NULL);
    talloc_free (shares[i].memory);
    reply->match_count += shares[i].matches;
    reply->eligible_count += shares[i].eligible;
  }
  reply->person_count = population_present (question->store->population);
}

static void
add_version (const Question *question, Span versions, AskedRule *rules, uint32_t *rule_count)
{
  const Model *model = question->store->compiled->model;
  Day until = DAY_MAX;
  const ModelVersion *version = model_version (model, versions, question->day, &until);
  if (version != NULL)
    rules[(*rule_count)++] = (AskedRule){model->book, version->rule};
}

/* The versions of an organ's rule for a type. */
static Span
typed_span (const Model *model, const ModelOrgan *organ, uint32_t bit)
{
  Span span = {organ->typed.first, 0};
  for (uint32_t at = organ->typed.first; at < organ->typed.first + organ->typed.count; at++) {
    if (model->versions[at].type != bit)
      continue;
    if (span.count++ == 0)
      span.first = at;
  }
  return span;
}

/* Gathers the rules in force on the day: of the types, and of the organs above from the nearest on. */
static void
gather (void *owner, Question *question, OrganIndex organ)
{
  const Model *model = question->store->compiled->model;
  const ModelOrganisation *organisation = &model->organisations[model->organs[organ].organisation];
  uint32_t depth = 0;
  Day until = DAY_MAX;
  OrganIndex *above = memory_array (owner, OrganIndex, model->organ_count + 1);
  while (depth < model->organ_count &&
         (organ = model_parent (model, organ, question->day, &until)) != ORGAN_NONE)
    above[depth++] = organ;
  question->above = memory_array (owner, AskedRule, depth + 1);
  for (uint32_t i = 0; i < depth; i++)
    add_version (question, model->organs[above[i]].general, question->above, &question->above_count);
  question->types = memory_array (owner, AskedType, organisation->type_count + 1);
  for (uint32_t bit = 0; bit < organisation->type_count; bit++) {
    AskedType *type = &question->types[question->type_count];
    *type = (AskedType){.rules = memory_array (owner, AskedRule, depth + 1)};
    add_version (question, model->types[organisation->types[bit]].versions, type->rules, &type->count);
    if (type->count == 0) /* recognises nobody */
      continue;
    question->type_count++;
    for (uint32_t i = 0; i < depth; i++)
      add_version (question, typed_span (model, &model->organs[above[i]], bit), type->rules, &type->count);
  }
}

static Status
answer (Call *call, const CountRuleMatchesRequest *request, const Store *store, RuleMatches *reply)
{
  void *scratch = memory_context (call);
  Question question = {.store = store, .day = hierarchy_day (request->on, call->today)};
  const Model *model = store->compiled->model;
  Symbols *symbols = symbols_copy (scratch, store->compiled->symbols); /* what is typed is not kept */
  Symbol organ_id = symbols_find (symbols, request->organ_id);
  OrganIndex organ = model_organ (model, organ_id);
  question.of_type = *request->organ_id == '\0';
  if (!question.of_type && organ == ORGAN_NONE)
    return status_field (call, "organId", "UNKNOWN_ORGAN", "There is no such organ");
  Rulebook *book = rulebook_new (scratch, symbols);
  question.rule = (AskedRule){book, rulebook_add (book, request->nodes, request->n_nodes, organ_id)};
  if (!question.of_type)
    gather (scratch, &question, organ);
  count (&question, reply);
  talloc_free (scratch);
  return STATUS_SUCCESS;
}

Status
count_rule_matches (Call *call, const CountRuleMatchesRequest *request, RuleMatches *reply)
{
  PlaceCheck *places = place_check_new (call);
  place_check_add (places, request->nodes, request->n_nodes);
  Status status = place_check_ask (places, call);
  if (status_failed (status))
    return status;
  RuleScope scope = place_check_scope (places, "nodes", *request->organ_id != '\0');
  status = rule_check (call, request->nodes, request->n_nodes, &scope);
  const Store *store = NULL;
  if (!status_failed (status))
    status = store_take (call, &store);
  if (status_failed (status))
    return status;
  status = answer (call, request, store, reply);
  store_release (store);
  reply->text = words_rule (call, hierarchy_language (call), request->nodes, request->n_nodes);
  return status;
}
