/* Conversions between the kinds of names, and the words that C and protobuf-c cannot take. */
#include "names.h"

#include "core/memory.h"

#include <ctype.h>
#include <string.h>

static char *
with_underscores (void *owner, const char *camel, int (*change) (int))
{
  char *result = memory_array (owner, char, 2 * strlen (camel) + 1);
  size_t length = 0;
  bool was_upper = true;
  for (const char *at = camel; *at != '\0'; at++) {
    bool upper = isupper ((unsigned char)*at) != 0;
    if (upper && !was_upper && result[length - 1] != '_')
      result[length++] = '_';
    result[length++] = (char)change ((unsigned char)*at);
    was_upper = upper;
  }
  return result;
}

char *
name_snake (void *owner, const char *camel)
{
  return with_underscores (owner, camel, tolower);
}

char *
name_upper (void *owner, const char *camel)
{
  return with_underscores (owner, camel, toupper);
}

char *
name_lower_camel (void *owner, const char *camel)
{
  char *result = memory_string (owner, camel);
  result[0] = (char)tolower ((unsigned char)result[0]);
  return result;
}

char *
name_json (void *owner, const char *snake)
{
  char *result = memory_string (owner, snake);
  size_t length = 0;
  bool capital = false;
  for (const char *at = snake; *at != '\0'; at++) {
    if (*at == '_') {
      capital = true;
      continue;
    }
    result[length++] = (char)(capital ? toupper ((unsigned char)*at) : *at);
    capital = false;
  }
  result[length] = '\0';
  return result;
}

bool
name_is_snake (const char *name)
{
  if (!islower ((unsigned char)name[0]))
    return false;
  for (const char *at = name; *at != '\0'; at++) {
    if (*at == '_' && (at[1] == '_' || at[1] == '\0'))
      return false;
    if (*at != '_' && !islower ((unsigned char)*at) && !isdigit ((unsigned char)*at))
      return false;
  }
  return true;
}

bool
name_is_camel (const char *name)
{
  if (!isupper ((unsigned char)name[0]))
    return false;
  for (const char *at = name; *at != '\0'; at++)
    if (!isalnum ((unsigned char)*at))
      return false;
  return true;
}

bool
name_is_upper (const char *name)
{
  if (!isupper ((unsigned char)name[0]))
    return false;
  for (const char *at = name; *at != '\0'; at++)
    if (*at != '_' && !isupper ((unsigned char)*at) && !isdigit ((unsigned char)*at))
      return false;
  return true;
}

typedef struct Refused {
  const char *name;
  const char *why;
} Refused;

#define C_WORD "a keyword of C or C++"
#define MEMBER "the name of a member that protobuf-c adds to every message"
#define OURS "the name of a type of common/"

static const Refused refused_fields[] = {
    {"base", MEMBER},
    {"descriptor", MEMBER},
    {"unknown_fields", MEMBER},
    {"n_unknown_fields", MEMBER},
    {"alignas", C_WORD},
    {"alignof", C_WORD},
    {"and", C_WORD},
    {"asm", C_WORD},
    {"auto", C_WORD},
    {"bool", C_WORD},
    {"break", C_WORD},
    {"case", C_WORD},
    {"catch", C_WORD},
    {"char", C_WORD},
    {"class", C_WORD},
    {"concept", C_WORD},
    {"const", C_WORD},
    {"constexpr", C_WORD},
    {"continue", C_WORD},
    {"decltype", C_WORD},
    {"default", C_WORD},
    {"delete", C_WORD},
    {"do", C_WORD},
    {"double", C_WORD},
    {"else", C_WORD},
    {"enum", C_WORD},
    {"errno", "a macro of C"},
    {"explicit", C_WORD},
    {"export", C_WORD},
    {"extern", C_WORD},
    {"false", C_WORD},
    {"float", C_WORD},
    {"for", C_WORD},
    {"friend", C_WORD},
    {"goto", C_WORD},
    {"if", C_WORD},
    {"inline", C_WORD},
    {"int", C_WORD},
    {"linux", "a macro of gcc"},
    {"long", C_WORD},
    {"mutable", C_WORD},
    {"namespace", C_WORD},
    {"new", C_WORD},
    {"noexcept", C_WORD},
    {"not", C_WORD},
    {"nullptr", C_WORD},
    {"operator", C_WORD},
    {"or", C_WORD},
    {"private", C_WORD},
    {"protected", C_WORD},
    {"public", C_WORD},
    {"register", C_WORD},
    {"requires", C_WORD},
    {"restrict", C_WORD},
    {"return", C_WORD},
    {"short", C_WORD},
    {"signed", C_WORD},
    {"sizeof", C_WORD},
    {"static", C_WORD},
    {"struct", C_WORD},
    {"switch", C_WORD},
    {"template", C_WORD},
    {"this", C_WORD},
    {"throw", C_WORD},
    {"true", C_WORD},
    {"try", C_WORD},
    {"typedef", C_WORD},
    {"typeid", C_WORD},
    {"typename", C_WORD},
    {"union", C_WORD},
    {"unix", "a macro of gcc"},
    {"unsigned", C_WORD},
    {"using", C_WORD},
    {"virtual", C_WORD},
    {"void", C_WORD},
    {"volatile", C_WORD},
    {"while", C_WORD},
    {"xor", C_WORD},
};

static const Refused refused_types[] = {
    {"Api", OURS},       {"ApiField", OURS},     {"ApiMatch", OURS},       {"ApiMessage", OURS},
    {"ApiMethod", OURS}, {"ApiRoute", OURS},     {"ApiService", OURS},     {"Bytes", OURS},
    {"Call", OURS},      {"Config", OURS},       {"FieldViolation", OURS}, {"ServiceMethod", OURS},
    {"Status", OURS},    {"StatusDetail", OURS},
};

static const char *
refused (const Refused *list, size_t count, const char *name)
{
  for (size_t i = 0; i < count; i++)
    if (strcmp (list[i].name, name) == 0)
      return list[i].why;
  return NULL;
}

const char *
name_refused_field (const char *name)
{
  return refused (refused_fields, sizeof refused_fields / sizeof *refused_fields, name);
}

const char *
name_refused_type (const char *name)
{
  return refused (refused_types, sizeof refused_types / sizeof *refused_types, name);
}

const char *
name_last (const char *full_name)
{
  const char *dot = strrchr (full_name, '.');
  return dot == NULL ? full_name : dot + 1;
}

bool
name_ends (const char *text, const char *end)
{
  size_t length = strlen (text), tail = strlen (end);
  return length >= tail && strcmp (text + length - tail, end) == 0;
}
