/* The lines of generate.py, read: conditions as RuleNodes, periods as days, and the comparison of what was
 * expected with what was found. Everything lives on the context given; a line that is not as README.md says
 * ends the program, for then nothing is proven. */
#ifndef TEST_MODEL_LINES_H
#define TEST_MODEL_LINES_H

#include "services/hierarchy/engine/facts.h"

#include "heimo/hierarchy/v1/rule.pb-c.h"

#include <jansson.h>
#include <stdio.h>

/* The next line, owned by `owner`; NULL at the end of the file. */
json_t *lines_next (void *owner, FILE *file);

/* Ends the program with a message. */
_Noreturn void lines_fail (const char *format, ...) __attribute__ ((format (printf, 1, 2)));

/* A member that must be a text; lines_text_or "" when it is null or not there. */
const char *lines_text (const json_t *object, const char *key);
const char *lines_text_or_empty (const json_t *object, const char *key);

/* Element `index` of an array as text; "" for null. */
const char *lines_item (const json_t *array, size_t index);

/* A date; `open` for null. */
Day lines_day (const json_t *value, Day open);

/* The number of a fact's kind. */
FactKind lines_kind (const char *kind);

/* A condition in preorder; null gives no nodes. */
RuleNode **lines_rule (void *owner, const json_t *condition, size_t *count);

/* Days on which a person is a member of an organ as a type by one origin. */
typedef struct Stay {
  const char *person, *organ, *type;
  Period valid;
  bool exception;
} Stay;

typedef struct Stays {
  Stay *rows; /* talloc array */
  size_t count;
} Stays;

Stays *stays_new (void *owner);
void stays_add (Stays *stays, Stay stay);

/* The memberships of an `expect` line. */
Stays *lines_stays (void *owner, const json_t *memberships);

/* Compares day by day; tells the first difference on stdout, after `what`, and returns false when there is
 * one. `origins`: the origin of each day counts too. */
bool stays_same (Stays *expected, Stays *found, bool origins, const char *what);

#endif
