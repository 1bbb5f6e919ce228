/* Why a person is a member of an organ, or why not: the engine's explanation, put into words with names. */
#include "engine/explain.h"

#include "compiled.h"
#include "rules.h"

#include <string.h>

#include "heimo_hierarchy_handlers.h"

/* What one explanation has in hand. */
typedef struct Words {
  Call *call;
  Compiled *compiled;
  const ExplainMembershipRequest *request;
  Day on;
  const char *known_at;
  PersonRecord person;
  Fact **facts; /* as they are on record, in the order of person.facts */
  ExplainResult *result;
  Symbols *rule_ids; /* rule versions by number */
  Rule **rules;      /* by symbol of rule_ids */
  Symbols *organ_ids;
  const char **organ_names; /* by symbol of organ_ids */
} Words;

static Status
read_facts (Words *words)
{
  Call *call = words->call;
  DbResult *rows;
  size_t count;
  Status status = db_run (call->db, call, &sql_person_facts,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("person_id", words->request->person_id),
                                     db_text ("known_at", words->known_at)),
                          &rows);
  if (status_failed (status))
    return status;
  Fact **all = db_read_rows (call, rows, &fact__descriptor, &count);
  PersonFact *facts = memory_array (call, PersonFact, count + 1);
  words->facts = memory_array (call, Fact *, count + 1);
  words->person.facts = facts;
  for (size_t i = 0; i < count; i++) {
    Period valid = {hierarchy_day (all[i]->valid_from, DAY_MIN), hierarchy_day (all[i]->valid_to, DAY_MAX)};
    size_t at = words->person.fact_count;
    words->facts[at] = all[i];
    words->person.fact_count +=
        compiled_fact (words->compiled, all[i]->kind, all[i]->value, all[i]->organ_id, valid, &facts[at]);
  }
  return STATUS_SUCCESS;
}

static Status
read_exceptions (Words *words)
{
  Call *call = words->call;
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_person_exceptions,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("person_id", words->request->person_id),
                                     db_text ("known_at", words->known_at)),
                          &rows);
  if (status_failed (status))
    return status;
  PersonException *exceptions = memory_array (call, PersonException, db_row_count (rows) + 1);
  Symbols *symbols = words->compiled->symbols;
  for (size_t row = 0; row < db_row_count (rows); row++)
    exceptions[row] = (PersonException){
        symbols_intern (symbols, db_value (rows, row, "organ_id")),
        symbols_intern (symbols, db_value (rows, row, "type_id")),
        {db_day (rows, row, "valid_from", DAY_MIN), db_day (rows, row, "valid_to", DAY_MAX)}};
  words->person.exceptions = exceptions;
  words->person.exception_count = db_row_count (rows);
  return STATUS_SUCCESS;
}

/* A withdrawn person has no facts that count. */
static Status
read_person (Words *words)
{
  Call *call = words->call;
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_person_exists,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("person_id", words->request->person_id)),
                          &rows);
  if (status_failed (status))
    return status;
  if (db_row_count (rows) == 0 || *db_value (rows, 0, "withdrawn") == 't')
    return status_error (call, STATUS_NOT_FOUND, "PERSON_NOT_FOUND", "There is no such person");
  status = read_facts (words);
  return status_failed (status) ? status : read_exceptions (words);
}

/* The rules as written, of all versions in the explanation. */
static Status
read_rules (Words *words)
{
  Call *call = words->call;
  const Symbols *symbols = words->compiled->symbols;
  words->rule_ids = symbols_new (call);
  for (uint32_t i = 0; i < words->result->line_count; i++)
    symbols_intern (words->rule_ids, symbols_text (symbols, words->result->lines[i].version));
  uint32_t count = symbols_count (words->rule_ids);
  const char **ids = memory_array (call, const char *, count);
  for (Symbol rule = 1; rule < count; rule++)
    ids[rule - 1] = symbols_text (words->rule_ids, rule);
  words->rules = memory_array (call, Rule *, count);
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_rule_by_id,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("rule_ids", ids, count - 1)),
      &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++) {
    Rule *rule = rules_unpack (call, db_byte_value (call, rows, row, "nodes"));
    words->rules[symbols_find (words->rule_ids, db_value (rows, row, "rule_id"))] = rule;
  }
  return status;
}

/* The names of all organs in the explanation. */
static Status
read_names (Words *words)
{
  Call *call = words->call;
  const Symbols *symbols = words->compiled->symbols;
  words->organ_ids = symbols_new (call);
  symbols_intern (words->organ_ids, words->request->organ_id);
  symbols_intern (words->organ_ids, symbols_text (symbols, words->result->below));
  for (uint32_t i = 0; i < words->result->line_count; i++)
    symbols_intern (words->organ_ids, symbols_text (symbols, words->result->lines[i].organ));
  uint32_t count = symbols_count (words->organ_ids);
  const char **ids = memory_array (call, const char *, count);
  words->organ_names = memory_array (call, const char *, count);
  for (Symbol organ = 0; organ < count; organ++) {
    ids[organ] = symbols_text (words->organ_ids, organ);
    words->organ_names[organ] = "";
  }
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_organ_names,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("organ_ids", ids + 1, count - 1)),
      &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++)
    words->organ_names[symbols_find (words->organ_ids, db_value (rows, row, "organ_id"))] =
        db_value (rows, row, "name");
  return status;
}

static const char *
name_of (const Words *words, const char *organ_id)
{
  return words->organ_names[symbols_find (words->organ_ids, organ_id)];
}

static const char *
day_text (Words *words, Day day)
{
  return day == DAY_MIN || day == DAY_MAX ? "" : hierarchy_sql_day (words->call, day);
}

static const Rule *
rule_of (const Words *words, const ExplainLine *line)
{
  const char *id = symbols_text (words->compiled->symbols, line->version);
  return words->rules[symbols_find (words->rule_ids, id)];
}

/* What a line says; a condition in the words of its node. */
static const char *
line_text (Words *words, const ExplainLine *line)
{
  const Rule *rule = line->version == SYMBOL_NONE ? NULL : rule_of (words, line);
  if (rule == NULL)
    return "no rule recognises this type on the day";
  if (line->kind == EXPLAIN_CONDITION && line->node < rule->n_nodes)
    return words_node (words->call, hierarchy_language (words->call), rule->nodes[line->node], NULL,
                       WORDS_SAID);
  return words_rule (words->call, hierarchy_language (words->call), rule->nodes, rule->n_nodes);
}

static ExplanationNode *
make_node (Words *words, const ExplainLine *line)
{
  static const char *const kinds[] = {
      [EXPLAIN_TYPE] = "type", [EXPLAIN_ORGAN] = "organ", [EXPLAIN_CONDITION] = "condition"};
  const Symbols *symbols = words->compiled->symbols;
  ExplanationNode *node = memory_new (words->call, ExplanationNode);
  explanation_node__init (node);
  node->depth = line->depth;
  node->kind = kinds[line->kind];
  node->holds = line->holds;
  node->text = line_text (words, line);
  node->organ_id = symbols_text (symbols, line->organ);
  node->organ_name = name_of (words, node->organ_id);
  node->rule_id = symbols_text (symbols, line->version);
  node->rule_valid_from = line->version == SYMBOL_NONE ? "" : day_text (words, line->version_valid.from);
  node->facts = memory_array (words->call, Fact *, line->fact_count + 1);
  node->n_facts = line->fact_count;
  for (uint32_t i = 0; i < line->fact_count; i++)
    node->facts[i] = words->facts[words->result->facts[line->fact + i]];
  return node;
}

static void add (char **text, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

static void
add (char **text, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  *text = memory_must (talloc_vasprintf_append_buffer (*text, format, arguments));
  va_end (arguments);
}

/* A condition without operands: the next line is not deeper. */
static bool
is_leaf (const Explanation *reply, size_t index)
{
  const ExplanationNode *node = reply->nodes[index];
  return strcmp (node->kind, "condition") == 0 &&
         (index + 1 == reply->n_nodes || reply->nodes[index + 1]->depth <= node->depth);
}

static void
add_since (char **text, const ExplanationNode *node)
{
  if (node->n_facts > 0 && *node->facts[0]->valid_from != '\0')
    add (text, " (since %s)", node->facts[0]->valid_from);
}

/* The conditions that hold, each with the day its fact began. */
static void
add_reasons (Words *words, char **text, const Explanation *reply)
{
  const char *separator = ": ";
  for (size_t i = 0; i < reply->n_nodes; i++) {
    const ExplanationNode *node = reply->nodes[i];
    if (!is_leaf (reply, i) || !node->holds)
      continue;
    add (text, "%s%s", separator, node->text);
    add_since (text, node);
    if (*node->organ_id != '\0' && strcmp (node->organ_id, words->request->organ_id) != 0)
      add (text, ", inherited from %s", node->organ_name);
    separator = "; ";
  }
}

static void
add_failures (Words *words, char **text, const Explanation *reply)
{
  const char *separator = ": ";
  if (words->result->tree == EXPLAIN_NOT_IN_TREE)
    add (text, ": the organ, or one above it, does not live on this day");
  for (size_t i = 0; i < reply->n_nodes && words->result->tree == EXPLAIN_IN_TREE; i++) {
    const ExplanationNode *node = reply->nodes[i];
    if (node->holds || strcmp (node->kind, "condition") == 0)
      continue;
    add (text, "%sit does not hold that the person %s", separator,
         *node->text == '\0' ? "meets the rule" : node->text);
    if (*node->organ_id != '\0')
      add (text, " (rule of %s)", node->organ_name);
    separator = "; ";
  }
  if (*separator == ':' && words->result->tree == EXPLAIN_IN_TREE)
    add (text, ": the organ has no rule of its own, and no organ below it has the person");
}

static const char *
sentence (Words *words, const Explanation *reply)
{
  const ExplainResult *result = words->result;
  const char *name = name_of (words, words->request->organ_id);
  char *text = memory_format (words->call, result->member ? "Member of %s" : "Not a member of %s on ", name);
  if (!result->member) {
    add (&text, "%s", day_text (words, words->on));
    add_failures (words, &text, reply);
    return text;
  }
  if (*reply->valid_from != '\0')
    add (&text, " since %s", reply->valid_from);
  if (result->below != SYMBOL_NONE)
    add (&text, ": member of %s below it%s", name_of (words, reply->below_organ_id),
         result->origin == ORIGIN_EXCEPTION ? ", by an exception" : "");
  else if (result->origin == ORIGIN_EXCEPTION)
    add (&text, ": by an exception");
  else
    add_reasons (words, &text, reply);
  return text;
}

/* The type asked about; without one, that by which the person is a member on the day, else the first. */
static Status
choose_type (Words *words, OrganIndex organ, Symbol *type)
{
  const Model *model = words->compiled->model;
  const ModelOrganisation *organisation = &model->organisations[model->organs[organ].organisation];
  *type = symbols_find (words->compiled->symbols, words->request->type_id);
  uint32_t index = model_type (model, *type);
  if (*words->request->type_id != '\0') {
    if (index == ORGAN_NONE || model->types[index].organisation != model->organs[organ].organisation)
      return status_field (words->call, "typeId", "UNKNOWN_TYPE",
                           "The organisation has no such membership type");
    return STATUS_SUCCESS;
  }
  if (organisation->type_count == 0)
    return status_error (words->call, STATUS_FAILED_PRECONDITION, "NO_TYPES",
                         "The organisation has no membership types yet");
  *type = model->types[organisation->types[0]].id;
  uint32_t count;
  Day until = DAY_MAX;
  const Placement *placements = evaluate_day (words->compiled->evaluator, model->organs[organ].organisation,
                                              &words->person, words->on, &count, &until);
  for (uint32_t i = 0; i < count; i++) {
    uint64_t types = placements[i].rule | placements[i].below | placements[i].exception;
    if (placements[i].organ == organ && types != 0)
      *type = model->types[organisation->types[__builtin_ctzll (types)]].id;
  }
  return STATUS_SUCCESS;
}

static void
fill_reply (Words *words, Explanation *reply)
{
  const ExplainResult *result = words->result;
  reply->member = result->member;
  reply->origin =
      result->member ? (MembershipOrigin)result->origin : MEMBERSHIP_ORIGIN__MEMBERSHIP_ORIGIN_UNSPECIFIED;
  reply->below_organ_id = symbols_text (words->compiled->symbols, result->below);
  if (result->member) {
    reply->valid_from = day_text (words, result->valid.from);
    reply->valid_to = day_text (words, result->valid.to);
  }
  reply->nodes = memory_array (words->call, ExplanationNode *, result->line_count + 1);
  reply->n_nodes = result->line_count;
  for (uint32_t i = 0; i < result->line_count; i++)
    reply->nodes[i] = make_node (words, &result->lines[i]);
  reply->text = sentence (words, reply);
}

Status
explain_membership (Call *call, const ExplainMembershipRequest *request, Explanation *reply)
{
  Words words = {.call = call, .request = request, .on = hierarchy_day (request->on, call->today)};
  Symbol type = SYMBOL_NONE;
  words.known_at = hierarchy_known_at (call, request->as_known_on);
  Status status = compiled_take (call, &words.compiled);
  if (status_failed (status))
    return status;
  Symbol organ = symbols_find (words.compiled->symbols, request->organ_id);
  OrganIndex index = model_organ (words.compiled->model, organ);
  if (index == ORGAN_NONE)
    return status_error (call, STATUS_NOT_FOUND, "ORGAN_NOT_FOUND", "There is no such organ");
  status = read_person (&words);
  if (!status_failed (status))
    status = choose_type (&words, index, &type);
  if (status_failed (status))
    return status;
  words.result = explain (call, words.compiled->evaluator, &words.person, organ, type, words.on);
  status = read_rules (&words);
  if (!status_failed (status))
    status = read_names (&words);
  if (!status_failed (status))
    fill_reply (&words, reply);
  return status;
}
