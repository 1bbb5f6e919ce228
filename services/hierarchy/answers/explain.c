/* Why a person is a member of an organ, or why not: what the engine explains, with the rows it rests on. The
 * sentences are made in explain_words.c. */
#include "answers/explain_private.h"

#include "answers/turns.h"
#include "tree/rules.h"

#include <string.h>

static Status
read_facts (Why *why)
{
  Call *call = why->call;
  DbResult *rows;
  size_t count;
  Status status = db_run (call->db, call, &sql_person_facts,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("person_id", why->request->person_id)),
                          &rows);
  if (status_failed (status))
    return status;
  Fact **all = db_read_rows (call, rows, &fact__descriptor, &count);
  KnownFact *facts = memory_array (call, KnownFact, count + 1);
  why->facts = memory_array (call, Fact *, count + 1);
  why->person.facts = facts;
  for (size_t i = 0; i < count; i++) {
    KnownFact *fact = &facts[why->person.fact_count];
    Period valid = {hierarchy_day (all[i]->valid_from, DAY_MIN), hierarchy_day (all[i]->valid_to, DAY_MAX)};
    fact->known = compiled_known (call, rows, i);
    why->facts[why->person.fact_count] = all[i];
    why->person.fact_count +=
        fact->known.from < fact->known.to &&
        compiled_fact (why->compiled, all[i]->kind, all[i]->value, all[i]->organ_id, valid, &fact->fact);
  }
  return STATUS_SUCCESS;
}

static Status
read_exceptions (Why *why)
{
  Call *call = why->call;
  DbResult *rows;
  size_t count;
  Status status = db_run (call->db, call, &sql_person_exceptions,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("person_id", why->request->person_id)),
                          &rows);
  if (status_failed (status))
    return status;
  why->exceptions = db_read_rows (call, rows, &membership_exception__descriptor, &count);
  KnownException *exceptions = memory_array (call, KnownException, count + 1);
  Symbols *symbols = why->compiled->symbols;
  for (size_t i = 0; i < count; i++)
    exceptions[i] =
        (KnownException){{symbols_intern (symbols, why->exceptions[i]->organ_id),
                          symbols_intern (symbols, why->exceptions[i]->type_id),
                          {db_day (rows, i, "valid_from", DAY_MIN), db_day (rows, i, "valid_to", DAY_MAX)}},
                         compiled_known (call, rows, i)};
  why->person.exceptions = exceptions;
  why->person.exception_count = count;
  return STATUS_SUCCESS;
}

/* A withdrawn person is in no answer. */
static Status
read_person (Why *why)
{
  Call *call = why->call;
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_person_exists,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("person_id", why->request->person_id)),
                          &rows);
  if (status_failed (status))
    return status;
  if (db_row_count (rows) == 0 || *db_value (rows, 0, "withdrawn") == 't')
    return status_error (call, STATUS_NOT_FOUND, "PERSON_NOT_FOUND", "There is no such person");
  status = read_facts (why);
  return status_failed (status) ? status : read_exceptions (why);
}

/* The rules as written, of all versions in the explanation. */
static Status
read_rules (Why *why)
{
  Call *call = why->call;
  const ExplainResult *result = why->result;
  const Symbols *symbols = why->compiled->symbols;
  why->rule_ids = symbols_new (call);
  for (uint32_t i = 0; i < result->line_count; i++)
    symbols_intern (why->rule_ids, symbols_text (symbols, result->lines[i].version));
  for (uint32_t i = 0; i < result->stretch_count; i++)
    for (uint32_t j = 0; j < result->stretches[i].basis_count; j++)
      if (result->stretches[i].origin != ORIGIN_EXCEPTION)
        symbols_intern (why->rule_ids, symbols_text (symbols, result->bases[result->stretches[i].basis + j]));
  uint32_t count = symbols_count (why->rule_ids);
  const char **ids = memory_array (call, const char *, count);
  for (Symbol rule = 1; rule < count; rule++)
    ids[rule - 1] = symbols_text (why->rule_ids, rule);
  why->rules = memory_array (call, Rule *, count);
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_rule_by_id,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("rule_ids", ids, count - 1)),
      &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++) {
    Rule *rule = rules_unpack (call, db_byte_value (call, rows, row, "nodes"));
    Rule *whole = memory_new (call, Rule);
    rule__init (whole);
    db_read_row (call, rows, row, &whole->base);
    whole->nodes = rule->nodes;
    whole->n_nodes = rule->n_nodes;
    why->rules[symbols_find (why->rule_ids, whole->rule_id)] = whole;
  }
  return status;
}

/* All organs that the explanation names. */
static void
gather_organs (Why *why)
{
  const Symbols *symbols = why->compiled->symbols;
  const ExplainResult *result = why->result;
  why->organ_ids = symbols_new (why->call);
  symbols_intern (why->organ_ids, why->request->organ_id);
  symbols_intern (why->organ_ids, symbols_text (symbols, result->below));
  symbols_intern (why->organ_ids, symbols_text (symbols, result->outside));
  for (uint32_t i = 0; i < result->line_count; i++)
    symbols_intern (why->organ_ids, symbols_text (symbols, result->lines[i].organ));
  for (uint32_t i = 0; i < result->stretch_count; i++)
    symbols_intern (why->organ_ids, symbols_text (symbols, result->stretches[i].below));
  for (uint32_t i = 0; i < result->fact_count; i++)
    symbols_intern (why->organ_ids, why->facts[result->facts[i]]->organ_id);
}

static Status
read_names (Why *why)
{
  Call *call = why->call;
  gather_organs (why);
  uint32_t count = symbols_count (why->organ_ids);
  const char **ids = memory_array (call, const char *, count);
  why->organ_names = memory_array (call, const char *, count);
  for (Symbol organ = 0; organ < count; organ++) {
    ids[organ] = symbols_text (why->organ_ids, organ);
    why->organ_names[organ] = "";
  }
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_organ_names,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("organ_ids", ids + 1, count - 1)),
      &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++)
    why->organ_names[symbols_find (why->organ_ids, db_value (rows, row, "organ_id"))] =
        db_value (rows, row, "name");
  const char *type_id = symbols_text (why->compiled->symbols, why->question.type);
  if (!status_failed (status))
    status = db_run (
        call->db, call, &sql_type_names,
        DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("type_ids", &type_id, 1)),
        &rows);
  if (!status_failed (status))
    why->type_name = db_row_count (rows) == 0 ? "" : db_value (rows, 0, "name");
  return status;
}

const char *
why_organ (const Why *why, const char *organ_id)
{
  return why->organ_names[symbols_find (why->organ_ids, organ_id)];
}

const char *
why_organ_symbol (const Why *why, Symbol organ)
{
  return why_organ (why, symbols_text (why->compiled->symbols, organ));
}

const Rule *
why_rule (const Why *why, Symbol version)
{
  if (version == SYMBOL_NONE)
    return NULL;
  return why->rules[symbols_find (why->rule_ids, symbols_text (why->compiled->symbols, version))];
}

static const char *
day_text (const Why *why, Day day)
{
  return day == DAY_MIN || day == DAY_MAX ? "" : hierarchy_sql_day (why->call, day);
}

static ExplanationNode *
make_node (const Why *why, const ExplainLine *line)
{
  static const char *const kinds[] = {
      [EXPLAIN_TYPE] = "type", [EXPLAIN_ORGAN] = "organ", [EXPLAIN_CONDITION] = "condition"};
  const Symbols *symbols = why->compiled->symbols;
  const Rule *rule = why_rule (why, line->version);
  ExplanationNode *node = memory_new (why->call, ExplanationNode);
  explanation_node__init (node);
  node->depth = line->depth;
  node->kind = kinds[line->kind];
  node->holds = line->holds;
  node->text = why_line (why, line);
  node->organ_id = symbols_text (symbols, line->organ);
  node->organ_name = why_organ (why, node->organ_id);
  if (rule != NULL) {
    node->rule_id = rule->rule_id;
    node->rule_valid_from = rule->valid_from;
    node->rule_valid_to = rule->valid_to;
    node->rule_record_time = rule->record_time;
  }
  node->facts = memory_array (why->call, Fact *, line->fact_count + 1);
  node->n_facts = line->fact_count;
  for (uint32_t i = 0; i < line->fact_count; i++)
    node->facts[i] = why->facts[why->result->facts[line->fact + i]];
  return node;
}

static ExplanationStretch *
make_stretch (const Why *why, const ExplainStretch *stretch)
{
  const Symbols *symbols = why->compiled->symbols;
  const uint32_t *bases = why->result->bases + stretch->basis;
  ExplanationStretch *made = memory_new (why->call, ExplanationStretch);
  explanation_stretch__init (made);
  made->valid_from = day_text (why, stretch->valid.from);
  made->valid_to = day_text (why, stretch->valid.to);
  made->origin = (MembershipOrigin)stretch->origin;
  made->below_organ_id = symbols_text (symbols, stretch->below);
  made->below_organ_name = why_organ (why, made->below_organ_id);
  made->text = why_stretch (why, stretch);
  if (stretch->origin == ORIGIN_EXCEPTION) {
    made->exception_id = why->exceptions[bases[0]]->exception_id;
    return made;
  }
  made->rule_ids = memory_array (why->call, const char *, stretch->basis_count + 1);
  for (uint32_t i = 0; i < stretch->basis_count; i++)
    made->rule_ids[made->n_rule_ids++] = symbols_text (symbols, bases[i]);
  return made;
}

/* The type asked about; without one, that by which the person is a member on the day, else the first. */
static Status
choose_type (Why *why)
{
  const Model *model = why->question.history.model;
  OrganIndex organ = model_organ (model, why->question.organ);
  const ModelOrganisation *organisation = &model->organisations[model->organs[organ].organisation];
  Symbol *type = &why->question.type;
  *type = symbols_find (why->compiled->symbols, why->request->type_id);
  uint32_t index = model_type (model, *type);
  if (*why->request->type_id != '\0') {
    if (index == ORGAN_NONE || model->types[index].organisation != model->organs[organ].organisation)
      return status_field (why->call, "typeId", "UNKNOWN_TYPE",
                           "The organisation has no such membership type");
    return STATUS_SUCCESS;
  }
  if (organisation->type_count == 0)
    return status_error (why->call, STATUS_FAILED_PRECONDITION, "NO_TYPES",
                         "The organisation has no membership types yet");
  *type = explain_type (&why->question);
  if (*type == SYMBOL_NONE)
    *type = model->types[organisation->types[0]].id;
  return STATUS_SUCCESS;
}

static void
fill_member (const Why *why, Explanation *reply)
{
  const ExplainResult *result = why->result;
  reply->origin = (MembershipOrigin)result->origin;
  reply->valid_from = day_text (why, result->valid.from);
  reply->valid_to = day_text (why, result->valid.to);
  if (result->exception != EXPLAIN_NO_EXCEPTION)
    reply->exception = why->exceptions[result->exception];
  reply->stretches = memory_array (why->call, ExplanationStretch *, result->stretch_count + 1);
  reply->n_stretches = result->stretch_count;
  for (uint32_t i = 0; i < result->stretch_count; i++)
    reply->stretches[i] = make_stretch (why, &result->stretches[i]);
}

static void
fill_reply (const Why *why, Explanation *reply)
{
  const ExplainResult *result = why->result;
  reply->member = result->member;
  reply->below_organ_id = symbols_text (why->compiled->symbols, result->below);
  reply->type_id = symbols_text (why->compiled->symbols, why->question.type);
  reply->type_name = why->type_name;
  if (result->member)
    fill_member (why, reply);
  reply->nodes = memory_array (why->call, ExplanationNode *, result->line_count + 1);
  reply->n_nodes = result->line_count;
  for (uint32_t i = 0; i < result->line_count; i++)
    reply->nodes[i] = make_node (why, &result->lines[i]);
  reply->text = why_sentence (why);
}

/* The plans that end the period or change what it rests on after the day. */
static Status
fill_plans (const Why *why, Explanation *reply)
{
  const ExplainResult *result = why->result;
  const Symbols *symbols = why->compiled->symbols;
  if (why->known != MODEL_NOW)
    return STATUS_SUCCESS;
  Turn *turns = memory_array (why->call, Turn, result->stretch_count + 1);
  size_t count = 0;
  for (uint32_t i = 0; i < result->stretch_count; i++) {
    const ExplainStretch *stretch = &result->stretches[i];
    if (stretch->valid.to <= why->on || stretch->valid.to == DAY_MAX)
      continue;
    Turn *turn = &turns[count++];
    *turn = turn_new (why->call, stretch->valid.to);
    turn_add_organ (turn, why->compiled, why->request->organ_id);
    if (stretch->below != SYMBOL_NONE)
      turn_add_organ (turn, why->compiled, symbols_text (symbols, stretch->below));
    turn_add_type (turn, symbols_text (symbols, why->question.type));
  }
  Status status = turns_find_plans (why->call, why->request->person_id, turns, count);
  reply->plans = memory_array (why->call, ExplanationPlan *, count + 1);
  for (size_t i = 0; i < count && !status_failed (status); i++) {
    if (*turns[i].plan_id == '\0')
      continue;
    ExplanationPlan *plan = reply->plans[reply->n_plans++] = memory_new (why->call, ExplanationPlan);
    explanation_plan__init (plan);
    plan->plan_id = turns[i].plan_id;
    plan->title = turns[i].plan_title;
    plan->on = day_text (why, turns[i].day);
  }
  return status;
}

/* The model that answers: the current one where it can, else everything ever known. */
static Status
take_model (Why *why)
{
  Status status = compiled_take (why->call, &why->compiled);
  if (status_failed (status))
    return status;
  Compiled *compiled = why->compiled;
  why->question.organ = symbols_find (compiled->symbols, why->request->organ_id);
  OrganIndex organ = model_organ (compiled->model, why->question.organ);
  if (organ == ORGAN_NONE)
    return status_error (why->call, STATUS_NOT_FOUND, "ORGAN_NOT_FOUND", "There is no such organ");
  const ModelOrganisation *organisation =
      &compiled->model->organisations[compiled->model->organs[organ].organisation];
  why->question.history = (History){compiled->model, compiled->evaluator};
  if (why->known == MODEL_NOW && organisation->policy == MODEL_ATTRIBUTE_DATED)
    return STATUS_SUCCESS;
  status = compiled_history (why->call, compiled);
  if (!status_failed (status))
    why->question.history = *compiled->history;
  return status;
}

Status
explain_membership (Call *call, const ExplainMembershipRequest *request, Explanation *reply)
{
  Day known = hierarchy_day (request->as_known_on, MODEL_NOW);
  Why why = {.call = call,
             .language = hierarchy_language (call),
             .request = request,
             .on = hierarchy_day (request->on, call->today),
             .known = known >= call->today ? MODEL_NOW : known};
  Status status = take_model (&why);
  if (!status_failed (status))
    status = read_person (&why);
  why.question.person = &why.person;
  why.question.day = why.on;
  why.question.known = why.known;
  if (!status_failed (status))
    status = choose_type (&why);
  if (status_failed (status))
    return status;
  why.result = explain (call, &why.question);
  status = read_rules (&why);
  if (!status_failed (status))
    status = read_names (&why);
  if (status_failed (status))
    return status;
  fill_reply (&why, reply);
  return fill_plans (&why, reply);
}
