/* Between the files of ExplainMembership: what one explanation has in hand. */
#ifndef HIERARCHY_EXPLAIN_PRIVATE_H
#define HIERARCHY_EXPLAIN_PRIVATE_H

#include "compiled.h"
#include "engine/explain.h"

#include "heimo_hierarchy_handlers.h"

/* One explanation. Everything is on the call. */
typedef struct Why {
  Call *call;
  WordsLanguage language;
  Compiled *compiled;
  const ExplainMembershipRequest *request;
  Day on;
  Day known; /* MODEL_NOW: now */
  KnownPerson person;
  Fact **facts;                     /* as they are on record, in the order of person.facts */
  MembershipException **exceptions; /* in the order of person.exceptions */
  ExplainQuestion question;
  ExplainResult *result;
  Symbols *rule_ids; /* rule versions by number */
  Rule **rules;      /* by symbol of rule_ids, with their nodes */
  Symbols *organ_ids;
  const char **organ_names; /* by symbol of organ_ids */
  const char *type_name;
} Why;

/* The name of an organ; "" for none. */
const char *why_organ (const Why *why, const char *organ_id);
const char *why_organ_symbol (const Why *why, Symbol organ);

/* The rule version as written; NULL for SYMBOL_NONE. */
const Rule *why_rule (const Why *why, Symbol version);

/* A line in words. */
const char *why_line (const Why *why, const ExplainLine *line);

/* A stretch in words. */
const char *why_stretch (const Why *why, const ExplainStretch *stretch);

/* The whole in one sentence. */
const char *why_sentence (const Why *why);

#endif
