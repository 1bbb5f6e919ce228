#include "planning.h"

#include <stdio.h>
#include <stdlib.h>

/* The words of one change. */
typedef struct Words {
  void *owner;
  const Towns *towns;
  char *words[12];
  size_t count;
} Words;

static const char *
organ_reference (const Words *words, const char *code)
{
  if (strcmp (code, "org") == 0)
    return words->towns->organisation;
  return strlen (code) == 36 ? code : memory_format (words->owner, "code:%s", code);
}

static const char *
word (const Words *words, size_t at)
{
  return at < words->count ? words->words[at] : "";
}

static void
give_rule (const Words *words, size_t at, RuleNode ***rule, size_t *count)
{
  if (*word (words, at) == '\0')
    return;
  *rule = rule_list (words->owner, rule_of (words->owner, RULE_OP__RULE_OP_EQUALS,
                                            RULE_FIELD__RULE_FIELD_TOWN, word (words, at)));
  *count = 1;
}

/* "PART:CHILD,CHILD" */
static SplitPart *
split_part (const Words *words, char *text)
{
  SplitPart *part = memory_new (words->owner, SplitPart);
  split_part__init (part);
  char *children = strchr (text, ':'), *save = NULL;
  if (children != NULL)
    *children++ = '\0';
  part->code = part->name = text;
  part->children = memory_array (words->owner, const char *, 8);
  for (char *child = children == NULL ? NULL : strtok_r (children, ",", &save); child != NULL;
       child = strtok_r (NULL, ",", &save))
    part->children[part->n_children++] = organ_reference (words, child);
  return part;
}

static void
split (const Words *words, OrganChange *change)
{
  change->kind = CHANGE_KIND__CHANGE_KIND_SPLIT;
  change->organ = organ_reference (words, word (words, 1));
  change->on = word (words, 2);
  change->parts = memory_array (words->owner, SplitPart *, words->count);
  for (size_t i = 3; i < words->count; i++)
    if (words->words[i][0] == '>')
      change->exceptions_to = words->words[i] + 1;
    else
      change->parts[change->n_parts++] = split_part (words, words->words[i]);
}

/* Those that name an organ, perhaps another, and a day. */
typedef struct Verb {
  const char *name;
  ChangeKind kind;
  size_t organ, parent, target, on; /* places of the words; 0 for none */
} Verb;

static const Verb verbs[] = {
    {"create", CHANGE_KIND__CHANGE_KIND_CREATE, 0, 2, 0, 3},
    {"move", CHANGE_KIND__CHANGE_KIND_MOVE, 1, 2, 0, 3},
    {"end", CHANGE_KIND__CHANGE_KIND_END, 1, 0, 0, 2},
    {"reopen", CHANGE_KIND__CHANGE_KIND_REOPEN, 1, 0, 0, 2},
    {"merge", CHANGE_KIND__CHANGE_KIND_MERGE, 1, 0, 2, 3},
    {"rule", CHANGE_KIND__CHANGE_KIND_RULE, 1, 0, 0, 2},
    {"rulefor", CHANGE_KIND__CHANGE_KIND_RULE, 1, 0, 0, 2},
    {"typerule", CHANGE_KIND__CHANGE_KIND_RULE, 0, 0, 0, 1},
    {"except", CHANGE_KIND__CHANGE_KIND_ADD_EXCEPTION, 2, 0, 0, 3},
    {"endexcept", CHANGE_KIND__CHANGE_KIND_END_EXCEPTION, 0, 0, 0, 2},
};

static void
fill_rest (const Words *words, OrganChange *change)
{
  const char *verb = word (words, 0);
  if (strcmp (verb, "create") == 0) {
    change->code = change->name = word (words, 1);
    change->organ_kind = "association";
    give_rule (words, 4, &change->rule, &change->n_rule);
  } else if (change->kind == CHANGE_KIND__CHANGE_KIND_RULE) {
    give_rule (words, 3, &change->rule, &change->n_rule);
    change->type_id = strcmp (verb, "rule") == 0 ? "" : words->towns->type;
  } else if (strcmp (verb, "except") == 0) {
    change->person_id = word (words, 1);
    change->type_id = words->towns->type;
    change->valid_to = word (words, 4);
    change->reason = "asked for it";
  } else if (strcmp (verb, "endexcept") == 0)
    change->exception_id = word (words, 1);
}

static OrganChange *
change_of (void *owner, const Towns *towns, char *text)
{
  Words words = {.owner = owner, .towns = towns};
  char *save = NULL;
  for (char *at = strtok_r (text, " ", &save); at != NULL && words.count < 12;
       at = strtok_r (NULL, " ", &save))
    words.words[words.count++] = at;
  OrganChange *change = memory_new (owner, OrganChange);
  organ_change__init (change);
  if (strcmp (word (&words, 0), "split") == 0) {
    split (&words, change);
    return change;
  }
  const Verb *verb = verbs, *end = verbs + sizeof verbs / sizeof *verbs;
  while (verb < end && strcmp (verb->name, word (&words, 0)) != 0)
    verb++;
  if (verb == end)
    fail_msg ("no change %s", word (&words, 0));
  change->kind = verb->kind;
  change->on = word (&words, verb->on);
  change->organ = verb->organ == 0 ? "" : organ_reference (&words, word (&words, verb->organ));
  change->parent = verb->parent == 0 ? "" : organ_reference (&words, word (&words, verb->parent));
  change->target = verb->target == 0 ? "" : organ_reference (&words, word (&words, verb->target));
  fill_rest (&words, change);
  return change;
}

PreviewChangeRequest *
planning_request (void *owner, const Towns *towns, const char *text)
{
  PreviewChangeRequest *request = memory_new (owner, PreviewChangeRequest);
  preview_change_request__init (request);
  request->organisation_id = towns->organisation;
  request->changes = memory_array (owner, OrganChange *, 64);
  char *copy = memory_string (owner, text), *save = NULL;
  for (char *at = strtok_r (copy, ";", &save); at != NULL; at = strtok_r (NULL, ";", &save))
    request->changes[request->n_changes++] = change_of (owner, towns, at);
  return request;
}

static Plan *
empty_plan (void *owner)
{
  Plan *plan = memory_new (owner, Plan);
  plan__init (plan);
  return plan;
}

Status
planning_try (ServiceWorld *world, void *owner, const Towns *towns, const char *text, Plan **plan)
{
  *plan = empty_plan (owner);
  return SERVICE_CALL (world, owner, preview_change, planning_request (owner, towns, text), *plan);
}

Plan *
planning_preview (ServiceWorld *world, void *owner, const Towns *towns, const char *text)
{
  Plan *plan;
  assert_success (planning_try (world, owner, towns, text, &plan));
  assert_int_equal (plan->state, PLAN_STATE__PLAN_STATE_PREVIEWED);
  assert_int_equal (world->events, 0);
  return plan;
}

Status
planning_apply_try (ServiceWorld *world, void *owner, const Plan *plan)
{
  ApplyPlanRequest request = APPLY_PLAN_REQUEST__INIT;
  request.plan_id = plan->plan_id;
  request.hash = plan->hash;
  return SERVICE_CALL (world, owner, apply_plan, &request, empty_plan (owner));
}

Status
planning_undo_try (ServiceWorld *world, void *owner, const Plan *plan)
{
  UndoPlanRequest request = UNDO_PLAN_REQUEST__INIT;
  request.plan_id = plan->plan_id;
  return SERVICE_CALL (world, owner, undo_plan, &request, empty_plan (owner));
}

Plan *
planning_get (ServiceWorld *world, void *owner, const char *plan_id)
{
  GetPlanRequest request = GET_PLAN_REQUEST__INIT;
  Plan *plan = empty_plan (owner);
  request.plan_id = plan_id;
  assert_success (SERVICE_CALL (world, owner, get_plan, &request, plan));
  return plan;
}

Plan *
planning_do (ServiceWorld *world, void *owner, const Towns *towns, const char *text)
{
  Plan *plan = planning_preview (world, owner, towns, text);
  assert_success (planning_apply_try (world, owner, plan));
  service_world_runs (world, false);
  plan = planning_get (world, owner, plan->plan_id);
  if (plan->state != PLAN_STATE__PLAN_STATE_APPLIED)
    fail_msg ("%s: %s %s", text, plan->error_reason, plan->error);
  return plan;
}

void
planning_undo (ServiceWorld *world, void *owner, const Plan *plan)
{
  assert_success (planning_undo_try (world, owner, plan));
  service_world_runs (world, false);
  plan = planning_get (world, owner, plan->plan_id);
  assert_string_equal (plan->error, "");
  assert_int_equal (plan->state, PLAN_STATE__PLAN_STATE_UNDONE);
}

const char *
planning_effects (ServiceWorld *world, void *owner, const Plan *plan)
{
  ListPlanEffectsRequest request = LIST_PLAN_EFFECTS_REQUEST__INIT;
  ListPlanEffectsResponse *reply = memory_new (owner, ListPlanEffectsResponse);
  list_plan_effects_response__init (reply);
  request.plan_id = plan->plan_id;
  assert_success (SERVICE_CALL (world, owner, list_plan_effects, &request, reply));
  char *text = memory_string (owner, "");
  for (size_t i = 0; i < reply->n_effects; i++) {
    const PlanEffect *effect = reply->effects[i];
    text = memory_must (talloc_asprintf_append_buffer (
        text, "%s%s +%d -%d %d>%d", i == 0 ? "" : "; ", effect->organ_code, (int)effect->joins,
        (int)effect->leaves, (int)effect->before, (int)effect->after));
  }
  return text;
}

void
planning_prove (ServiceWorld *world, void *owner)
{
  CreateEvaluationRequest request = CREATE_EVALUATION_REQUEST__INIT;
  Run *run = memory_new (owner, Run);
  run__init (run);
  assert_success (SERVICE_CALL (world, owner, create_evaluation, &request, run));
  assert_int_equal (service_world_runs (world, false), 0);
}
