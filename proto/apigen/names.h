/* Names: how proto names become C names (the rules of protoc-c), JSON names and identifiers. */
#ifndef HEIMO_APIGEN_NAMES_H
#define HEIMO_APIGEN_NAMES_H

#include <stdbool.h>

/* "GetPerson" -> "get_person"; runs of capitals stay together, as protoc-c does. Owned by `owner`. */
char *name_snake (void *owner, const char *camel);

/* "GetPerson" -> "getPerson". */
char *name_lower_camel (void *owner, const char *camel);

/* "postal_code" -> "postalCode", the JSON name protoc gives. */
char *name_json (void *owner, const char *snake);

/* "PersonState" -> "PERSON_STATE". */
char *name_upper (void *owner, const char *camel);

/* True for lower_snake_case: letters, digits, single inner underscores. */
bool name_is_snake (const char *name);

/* True for CamelCase that starts with a capital. */
bool name_is_camel (const char *name);

/* True for UPPER_SNAKE. */
bool name_is_upper (const char *name);

/* Why a field may not have this name ("a C++ keyword"), or NULL. */
const char *name_refused_field (const char *name);

/* Why a message may not have this name, or NULL. */
const char *name_refused_type (const char *name);

/* The part after the last dot. */
const char *name_last (const char *full_name);

/* True when `text` ends with `end`. */
bool name_ends (const char *text, const char *end);

#endif
