/* Any bytes as a rule: refused with violations, or compiled, put into words and evaluated for a person with
 * facts. What passes the check must compile to exactly its nodes, and the index must not lose a person whom
 * the rule holds. */
#include "core/memory.h"
#include "core/validate.h"
#include "heimo_api.h"
#include "services/hierarchy/engine/evaluate.h"
#include "services/hierarchy/words/words.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
require (bool holds)
{
  if (!holds)
    abort ();
}

static PersonFact
fact (Symbols *symbols, FactKind kind, const char *value)
{
  return (PersonFact){
      kind, symbols_intern (symbols, value), symbols_intern (symbols, "organ"), {DAY_MIN, DAY_MAX}};
}

/* The root recognises everyone without the tag "nobody"; the organ below carries the rule. */
static void
evaluate_rule (void *context, const Rule *rule)
{
  RuleNode all = RULE_NODE__INIT, tag = RULE_NODE__INIT;
  const char *nobody = "nobody";
  RuleNode *everyone[] = {&all, &tag};
  all.op = RULE_OP__RULE_OP_NOT;
  all.operands = 1;
  tag.op = RULE_OP__RULE_OP_EQUALS;
  tag.field = RULE_FIELD__RULE_FIELD_TAG;
  tag.values = &nobody;
  tag.n_values = 1;

  Symbols *symbols = symbols_new (context);
  Model *model = model_new (context, symbols);
  Symbol root = symbols_intern (symbols, "root"), organ = symbols_intern (symbols, "organ"),
         type = symbols_intern (symbols, "type");
  require (model_add_organisation (model, root) && model_add_organ (model, organ, root) &&
           model_add_type (model, type, root));
  require (model_add_life (model, root, EVALUATE_ALWAYS) && model_add_life (model, organ, EVALUATE_ALWAYS) &&
           model_add_edge (model, organ, root, EVALUATE_ALWAYS));
  require (model_add_version (model, symbols_intern (symbols, "v1"), SYMBOL_NONE, type, EVALUATE_ALWAYS,
                              everyone, 2));
  require (model_add_version (model, symbols_intern (symbols, "v2"), organ, SYMBOL_NONE, EVALUATE_ALWAYS,
                              rule->nodes, rule->n_nodes));
  uint32_t first = model->versions[1].rule;
  require (model->book->conditions[first].end == first + rule->n_nodes);
  model_compile (model);

  PersonFact facts[] = {fact (symbols, FACT_KIND__FACT_KIND_POSTAL_CODE, "00100"),
                        fact (symbols, FACT_KIND__FACT_KIND_TOWN, "Aarla"),
                        fact (symbols, FACT_KIND__FACT_KIND_SUBSCRIPTION, "Member"),
                        fact (symbols, FACT_KIND__FACT_KIND_ADMISSION, "1"),
                        fact (symbols, FACT_KIND__FACT_KIND_POSITION, "chair"),
                        fact (symbols, FACT_KIND__FACT_KIND_BIRTH_DATE, "")};
  facts[5].value = 12000; /* 2002-11-09 */
  PersonRecord person = {facts, sizeof facts / sizeof *facts, NULL, 0};
  Evaluator *evaluator = evaluator_new (context, model);
  Periods *periods = periods_new (context);
  evaluate (evaluator, &person, EVALUATE_ALWAYS, periods);
  static const Day days[] = {-800000, 0, 12000, 15000, 20000, 90000};
  for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
    Day until = DAY_MAX;
    bool holds =
        rule_holds (model->book, first, evaluate_facts (evaluator, &person, days[i], &until), &until);
    bool member = false;
    for (uint32_t row = 0; row < periods->count; row++)
      member |= periods->rows[row].organ == organ && period_holds (periods->rows[row].valid, days[i]);
    require (holds == member);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  void *context = memory_context (NULL);
  ProtobufCMessage *message = NULL;
  Status status =
      validate_unpack (&heimo_api, context, &rule__descriptor, (Bytes){data, size}, VALIDATE_REPLY, &message);
  if (!status_failed (status)) {
    const Rule *rule = (const Rule *)message;
    const RuleScope scope = {.path = "nodes", .on_organ = true};
    status = rule_check (context, rule->nodes, rule->n_nodes, &scope);
    require (!status_failed (status) || status.detail->violation_count > 0);
    if (!status_failed (status) && rule->n_nodes > 0) {
      for (WordsLanguage language = 0; language < WORDS_LANGUAGES; language++)
        (void)words_rule (context, language, rule->nodes, rule->n_nodes);
      evaluate_rule (context, rule);
    }
  }
  talloc_free (context);
  return 0;
}
