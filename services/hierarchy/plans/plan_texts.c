/* The changes of a plan in words. Names are those of today; an organ that the plan creates is named by the
 * change. */
#include "plans/plan_store.h"

#include "core/id.h"

#include <string.h>

/* Names of what changes refer to: organs by id and "code:…", types and persons by id. */
typedef struct Names {
  Call *call;
  WordsLanguage language;
  Symbols *symbols;
  const char **names; /* by symbol; talloc array */
} Names;

static void
note (Names *names, const char *reference, const char *name)
{
  Symbol symbol = symbols_intern (names->symbols, reference);
  size_t capacity = talloc_array_length (names->names);
  if (symbol >= capacity) {
    names->names = memory_must (talloc_realloc (names->call, names->names, const char *, 2 * symbol));
    memset (names->names + capacity, 0, (2 * (size_t)symbol - capacity) * sizeof *names->names);
  }
  if (symbol != SYMBOL_NONE)
    names->names[symbol] = name;
}

static const char *
name_of (const Names *names, const char *reference)
{
  Symbol symbol = symbols_find (names->symbols, reference);
  if (symbol != SYMBOL_NONE && symbol < talloc_array_length (names->names) && names->names[symbol] != NULL)
    return names->names[symbol];
  return strncmp (reference, "code:", 5) == 0 ? reference + 5 : reference;
}

/* Lists of what is asked for, without what is empty. */
typedef struct Wanted {
  const char **ids, **codes;
  size_t id_count, code_count;
} Wanted;

static void
want (Wanted *wanted, const char *reference)
{
  if (strncmp (reference, "code:", 5) == 0)
    wanted->codes[wanted->code_count++] = reference + 5;
  else if (strlen (reference) == ID_TEXT_SIZE - 1)
    wanted->ids[wanted->id_count++] = reference;
}

static Status
ask_organs (Names *names, const Plan *plan)
{
  Call *call = names->call;
  Wanted wanted = {.ids = memory_array (call, const char *, 3 * plan->n_changes + 1),
                   .codes = memory_array (call, const char *, 3 * plan->n_changes + 1)};
  for (size_t i = 0; i < plan->n_changes; i++) {
    want (&wanted, plan->changes[i]->organ);
    want (&wanted, plan->changes[i]->parent);
    want (&wanted, plan->changes[i]->target);
  }
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_plan_organ_names,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("organisation_id", plan->organisation_id),
                                     db_texts ("organ_ids", wanted.ids, wanted.id_count),
                                     db_texts ("codes", wanted.codes, wanted.code_count)),
                          &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++) {
    const char *name = db_value (rows, row, "name");
    note (names, db_value (rows, row, "organ_id"), name);
    note (names, memory_format (call, "code:%s", db_value (rows, row, "code")), name);
  }
  return status;
}

static Status
ask_others (Names *names, const Plan *plan)
{
  Call *call = names->call;
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_image_types,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("organisation_id", plan->organisation_id)),
                          &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++)
    note (names, db_value (rows, row, "type_id"), db_value (rows, row, "name"));
  if (status_failed (status))
    return status;
  const char **ids = memory_array (call, const char *, plan->n_changes + 1);
  size_t count = 0;
  for (size_t i = 0; i < plan->n_changes; i++)
    if (*plan->changes[i]->person_id != '\0')
      ids[count++] = plan->changes[i]->person_id;
  if (count == 0)
    return STATUS_SUCCESS;
  status = db_run (
      call->db, call, &sql_plan_person_names,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("person_ids", ids, count)), &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++)
    note (names, db_value (rows, row, "person_id"), db_value (rows, row, "name"));
  return status;
}

/* Organs that the plan itself creates. */
static void
note_created (Names *names, const Plan *plan)
{
  for (size_t i = 0; i < plan->n_changes; i++) {
    const OrganChange *change = plan->changes[i];
    if (change->kind == CHANGE_KIND__CHANGE_KIND_CREATE)
      note (names, memory_format (names->call, "code:%s", change->code), change->name);
    for (size_t j = 0; j < change->n_parts; j++)
      note (names, memory_format (names->call, "code:%s", change->parts[j]->code), change->parts[j]->name);
  }
}

static const char *
parts_text (const Names *names, const OrganChange *change)
{
  const char **parts = memory_array (names->call, const char *, change->n_parts + 1);
  for (size_t i = 0; i < change->n_parts; i++)
    parts[i] = change->parts[i]->name;
  return words_list (names->call, names->language, parts, change->n_parts, PHRASE_AND);
}

static const char *
day_text (const Names *names, const char *day)
{
  return words_day (names->call, names->language, hierarchy_day (day, DAY_MIN));
}

static const char *
rule_change_text (const Names *names, const OrganChange *change)
{
  Call *call = names->call;
  const char *whose = name_of (names, change->organ), *type = name_of (names, change->type_id);
  if (*change->organ == '\0')
    whose = WORDS (call, names->language, PHRASE_CHANGE_OF_TYPE, type);
  else if (*change->type_id != '\0')
    whose = WORDS (call, names->language, PHRASE_CHANGE_FOR_TYPE, whose, type);
  const char *on = day_text (names, change->on);
  return change->n_rule == 0 ? WORDS (call, names->language, PHRASE_CHANGE_NO_RULE, whose, on)
                             : WORDS (call, names->language, PHRASE_CHANGE_RULE, whose, on,
                                      words_rule (call, names->language, change->rule, change->n_rule));
}

/* The phrase of a kind, with the organ, what the second place names, and the day. */
static const struct {
  Phrase phrase;
  enum { SECOND_DAY, SECOND_PARENT, SECOND_TARGET, SECOND_PARTS } second;
} kind_texts[] = {
    [CHANGE_KIND__CHANGE_KIND_CREATE] = {PHRASE_CHANGE_CREATE, SECOND_PARENT},
    [CHANGE_KIND__CHANGE_KIND_MOVE] = {PHRASE_CHANGE_MOVE, SECOND_PARENT},
    [CHANGE_KIND__CHANGE_KIND_MERGE] = {PHRASE_CHANGE_MERGE, SECOND_TARGET},
    [CHANGE_KIND__CHANGE_KIND_SPLIT] = {PHRASE_CHANGE_SPLIT, SECOND_PARTS},
    [CHANGE_KIND__CHANGE_KIND_END] = {PHRASE_CHANGE_END, SECOND_DAY},
    [CHANGE_KIND__CHANGE_KIND_REOPEN] = {PHRASE_CHANGE_REOPEN, SECOND_DAY},
};

static const char *
tree_text (const Names *names, const OrganChange *change)
{
  const char *day = day_text (names, change->on), *second = day;
  const char *organ =
      change->kind == CHANGE_KIND__CHANGE_KIND_CREATE ? change->name : name_of (names, change->organ);
  switch (kind_texts[change->kind].second) {
  case SECOND_PARENT: second = name_of (names, change->parent); break;
  case SECOND_TARGET: second = name_of (names, change->target); break;
  case SECOND_PARTS: second = parts_text (names, change); break;
  case SECOND_DAY: break;
  }
  return WORDS (names->call, names->language, kind_texts[change->kind].phrase, organ, second, day);
}

static const char *
change_text (const Names *names, const OrganChange *change)
{
  const char *on = day_text (names, change->on);
  switch (change->kind) {
  case CHANGE_KIND__CHANGE_KIND_RULE: return rule_change_text (names, change);
  case CHANGE_KIND__CHANGE_KIND_ADD_EXCEPTION:
    return WORDS (names->call, names->language,
                  *change->valid_to == '\0' ? PHRASE_CHANGE_EXCEPTION : PHRASE_CHANGE_EXCEPTION_UNTIL,
                  name_of (names, change->person_id), name_of (names, change->organ),
                  name_of (names, change->type_id), on, day_text (names, change->valid_to));
  case CHANGE_KIND__CHANGE_KIND_END_EXCEPTION:
    return WORDS (names->call, names->language, PHRASE_CHANGE_EXCEPTION_END, on);
  default: return tree_text (names, change);
  }
}

Status
plan_texts (Call *call, const Plan *plan, const char ***texts)
{
  Names names = {.call = call,
                 .language = hierarchy_language (call),
                 .symbols = symbols_new (call),
                 .names = memory_array (call, const char *, 64)};
  Status status = ask_organs (&names, plan);
  if (!status_failed (status))
    status = ask_others (&names, plan);
  note_created (&names, plan);
  *texts = memory_array (call, const char *, plan->n_changes + 1);
  for (size_t i = 0; i < plan->n_changes && !status_failed (status); i++)
    (*texts)[i] = change_text (&names, plan->changes[i]);
  return status;
}
