#include "lines.h"

#include "core/memory.h"

#include <stdarg.h>
#include <stdlib.h>

void
lines_fail (const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  vfprintf (stderr, format, arguments);
  va_end (arguments);
  fputc ('\n', stderr);
  exit (2);
}

static int
release_json (json_t **held)
{
  json_decref (*held);
  return 0;
}

json_t *
lines_next (void *owner, FILE *file)
{
  char *text = NULL;
  size_t size = 0;
  if (getline (&text, &size, file) < 0) {
    free (text);
    return NULL;
  }
  json_error_t error;
  json_t **held = memory_new (owner, json_t *);
  *held = json_loads (text, 0, &error);
  free (text);
  if (*held == NULL)
    lines_fail ("not JSON: %s", error.text);
  talloc_set_destructor (held, release_json);
  return *held;
}

const char *
lines_text (const json_t *object, const char *key)
{
  const char *text = json_string_value (json_object_get (object, key));
  if (text == NULL)
    lines_fail ("a line lacks \"%s\"", key);
  return text;
}

const char *
lines_text_or_empty (const json_t *object, const char *key)
{
  const char *text = json_string_value (json_object_get (object, key));
  return text == NULL ? "" : text;
}

const char *
lines_item (const json_t *array, size_t index)
{
  const char *text = json_string_value (json_array_get (array, index));
  return text == NULL ? "" : text;
}

Day
lines_day (const json_t *value, Day open)
{
  Day day;
  if (json_is_null (value))
    return open;
  const char *text = json_string_value (value);
  if (text == NULL || day_parse (text, &day) != DAY_OK)
    lines_fail ("not a day");
  return day;
}

FactKind
lines_kind (const char *kind)
{
  static const char *const kinds[] = {"",         "birth_date", "postal_code",  "town",      "municipality",
                                      "province", "country",    "subscription", "admission", "position",
                                      "tag"};
  for (size_t i = 1; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp (kind, kinds[i]) == 0)
      return (FactKind)i;
  lines_fail ("no fact %s", kind);
}

static RuleField
field_of (const char *field)
{
  static const char *const fields[] = {"",        "postal_code", "town", "municipality", "province",
                                       "country", "birth_date",  "age",  "tag"};
  for (size_t i = 1; i < sizeof fields / sizeof *fields; i++)
    if (strcmp (field, fields[i]) == 0)
      return (RuleField)i;
  lines_fail ("no field %s", field);
}

/* The list of nodes being written. */
typedef struct Nodes {
  RuleNode **nodes; /* talloc array */
  size_t count;
} Nodes;

static RuleNode *
append (Nodes *list, RuleOp op)
{
  if (list->count == talloc_array_length (list->nodes))
    list->nodes =
        memory_must (talloc_realloc (NULL, list->nodes, RuleNode *, (unsigned)(2 * list->count + 4)));
  RuleNode *node = list->nodes[list->count++] = memory_new (list->nodes, RuleNode);
  rule_node__init (node);
  node->op = op;
  return node;
}

static void
add_value (Nodes *list, RuleNode *node, const json_t *value)
{
  node->values =
      memory_must (talloc_realloc (list->nodes, node->values, const char *, (unsigned)(node->n_values + 1)));
  node->values[node->n_values++] =
      json_is_integer (value)
          ? memory_format (list->nodes, "%" JSON_INTEGER_FORMAT, json_integer_value (value))
          : memory_string (list->nodes, json_is_string (value) ? json_string_value (value) : "");
}

/* EQUALS, IN and BETWEEN: [field, value …] or [field, [value …]]. */
static void
append_comparison (Nodes *list, RuleOp op, const json_t *what)
{
  RuleNode *node = append (list, op);
  node->field = field_of (lines_item (what, 0));
  const json_t *values = op == RULE_OP__RULE_OP_IN ? json_array_get (what, 1) : what;
  for (size_t i = op == RULE_OP__RULE_OP_IN ? 0 : 1; i < json_array_size (values); i++)
    add_value (list, node, json_array_get (values, i));
}

static void append_condition (Nodes *list, const json_t *condition);

static void
append_operands (Nodes *list, RuleOp op, const json_t *operands)
{
  RuleNode *node = append (list, op);
  node->operands = json_is_array (operands) ? (uint32_t)json_array_size (operands) : 1;
  if (!json_is_array (operands))
    append_condition (list, operands);
  for (size_t i = 0; i < json_array_size (operands); i++)
    append_condition (list, json_array_get (operands, i));
}

static void
append_condition (Nodes *list, const json_t *condition)
{
  static const struct {
    const char *word;
    RuleOp op;
  } words[] = {{"all", RULE_OP__RULE_OP_ALL},
               {"any", RULE_OP__RULE_OP_ANY},
               {"not", RULE_OP__RULE_OP_NOT},
               {"equals", RULE_OP__RULE_OP_EQUALS},
               {"in", RULE_OP__RULE_OP_IN},
               {"between", RULE_OP__RULE_OP_BETWEEN},
               {"subscription", RULE_OP__RULE_OP_SUBSCRIPTION},
               {"admitted", RULE_OP__RULE_OP_ADMITTED},
               {"position", RULE_OP__RULE_OP_POSITION}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    const json_t *what = json_object_get (condition, words[i].word);
    if (what == NULL)
      continue;
    if (words[i].op <= RULE_OP__RULE_OP_NOT)
      append_operands (list, words[i].op, what);
    else if (words[i].op <= RULE_OP__RULE_OP_BETWEEN)
      append_comparison (list, words[i].op, what);
    else {
      RuleNode *node = append (list, words[i].op);
      if (!json_is_null (what))
        add_value (list, node, what);
    }
    return;
  }
  lines_fail ("not a condition");
}

RuleNode **
lines_rule (void *owner, const json_t *condition, size_t *count)
{
  Nodes list = {.nodes = memory_array (owner, RuleNode *, 4)};
  if (condition != NULL && !json_is_null (condition))
    append_condition (&list, condition);
  *count = list.count;
  return list.nodes;
}

Stays *
stays_new (void *owner)
{
  Stays *stays = memory_new (owner, Stays);
  stays->rows = memory_array (stays, Stay, 16);
  return stays;
}

void
stays_add (Stays *stays, Stay stay)
{
  if (stays->count == talloc_array_length (stays->rows))
    stays->rows = memory_must (talloc_realloc (stays, stays->rows, Stay, (unsigned)(2 * stays->count)));
  stays->rows[stays->count++] = stay;
}

Stays *
lines_stays (void *owner, const json_t *memberships)
{
  Stays *stays = stays_new (owner);
  for (size_t i = 0; i < json_array_size (memberships); i++) {
    const json_t *membership = json_array_get (memberships, i),
                 *stretches = json_object_get (membership, "stretches");
    for (size_t j = 0; j < json_array_size (stretches); j++) {
      const json_t *stretch = json_array_get (stretches, j);
      stays_add (stays, (Stay){.person = lines_text (membership, "person"),
                               .organ = lines_text (membership, "organ"),
                               .type = lines_text (membership, "type"),
                               .valid = {lines_day (json_array_get (stretch, 0), DAY_MIN),
                                         lines_day (json_array_get (stretch, 1), DAY_MAX)},
                               .exception = strcmp (lines_item (stretch, 2), "exception") == 0});
    }
  }
  return stays;
}

static int
compare_names (const Stay *left, const Stay *right)
{
  int order = strcmp (left->person, right->person);
  if (order == 0)
    order = strcmp (left->organ, right->organ);
  return order != 0 ? order : strcmp (left->type, right->type);
}

static int
compare_stays (const void *left, const void *right)
{
  const Stay *a = left, *b = right;
  int order = compare_names (a, b);
  return order != 0 ? order : (a->valid.from > b->valid.from) - (a->valid.from < b->valid.from);
}

/* Sorts, and joins what touches. */
static void
join (Stays *stays, bool origins)
{
  qsort (stays->rows, stays->count, sizeof *stays->rows, compare_stays);
  size_t kept = 0;
  for (size_t i = 0; i < stays->count; i++) {
    Stay *last = &stays->rows[kept > 0 ? kept - 1 : 0];
    if (kept > 0 && compare_names (last, &stays->rows[i]) == 0 &&
        last->valid.to == stays->rows[i].valid.from &&
        (!origins || last->exception == stays->rows[i].exception))
      last->valid.to = stays->rows[i].valid.to;
    else
      stays->rows[kept++] = stays->rows[i];
  }
  stays->count = kept;
}

static void
tell (const char *who, const Stays *stays, const Stay *about)
{
  char from[DAY_TEXT_SIZE], to[DAY_TEXT_SIZE];
  printf ("  %s:", who);
  for (size_t i = 0; i < stays->count; i++)
    if (compare_names (&stays->rows[i], about) == 0)
      printf (" %s/%s %s", day_format (stays->rows[i].valid.from, from),
              day_format (stays->rows[i].valid.to, to), stays->rows[i].exception ? "exception" : "rule");
  putchar ('\n');
}

/* True when two lists have the same in one place. */
static bool
same_stay (const Stay *a, const Stay *b, bool origins)
{
  return compare_stays (a, b) == 0 && a->valid.to == b->valid.to &&
         (!origins || a->exception == b->exception);
}

bool
stays_same (Stays *expected, Stays *found, bool origins, const char *what)
{
  join (expected, origins);
  join (found, origins);
  size_t at = 0, both = expected->count < found->count ? expected->count : found->count;
  while (at < both && same_stay (&expected->rows[at], &found->rows[at], origins))
    at++;
  if (at == expected->count && at == found->count)
    return true;
  const Stay *about = at < expected->count ? &expected->rows[at] : &found->rows[at];
  if (at < both && compare_stays (&found->rows[at], about) < 0)
    about = &found->rows[at];
  printf ("%s: %s in %s as %s\n", what, about->person, about->organ, about->type);
  tell ("expected", expected, about);
  tell ("found", found, about);
  return false;
}
