/* Reading the command line by the tables. */
#include "services/ctl/verbs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The command line while it is read. */
typedef struct Reader {
  void *owner;
  char **words; /* ends with NULL */
  const char *const *services;
  size_t service_count;
  Arguments *arguments;
} Reader;

static const Verb *
find_verb (const char *name, const char *sub)
{
  for (size_t i = 0; i < verb_count; i++) {
    bool same_sub =
        sub == NULL ? verbs[i].sub == NULL : verbs[i].sub != NULL && strcmp (verbs[i].sub, sub) == 0;
    if (strcmp (verbs[i].name, name) == 0 && same_sub)
      return &verbs[i];
  }
  return NULL;
}

/* The names of all verbs, or of what follows one of them. */
static const char *
list_verbs (void *owner, const char *name)
{
  char *list = memory_string (owner, "");
  const char *last = "";
  for (size_t i = 0; i < verb_count; i++) {
    const char *word = name == NULL ? verbs[i].name : verbs[i].sub;
    if (word == NULL || strcmp (word, last) == 0 || (name != NULL && strcmp (name, verbs[i].name) != 0))
      continue;
    list = memory_format (owner, "%s%s%s", list, *list == '\0' ? "" : ", ", word);
    last = word;
  }
  return list;
}

static bool
is_choice (const char *const *choices, const char *text)
{
  for (; *choices != NULL; choices++)
    if (strcmp (*choices, text) == 0)
      return true;
  return false;
}

static const char *
join (void *owner, const char *const *words, size_t count)
{
  char *list = memory_string (owner, "");
  for (size_t i = 0; i < count && words[i] != NULL; i++)
    list = memory_format (owner, "%s%s%s", list, i == 0 ? "" : ", ", words[i]);
  return list;
}

static Status
read_number (const Reader *reader, const Option *option, const char *text, int64_t *value)
{
  char *end;
  errno = 0;
  *value = strtoll (text, &end, 10);
  if (errno == 0 && end != text && *end == '\0' && *value >= option->minimum && *value <= option->maximum)
    return STATUS_SUCCESS;
  return status_field (reader->owner, option->name, "NUMBER", "'%s' is not a whole number from %lld to %lld",
                       text, (long long)option->minimum, (long long)option->maximum);
}

static Status
read_service (const Reader *reader, const Option *option, const char *text, const char **value)
{
  for (size_t i = 0; i < reader->service_count; i++)
    if (strcmp (reader->services[i], text) == 0) {
      *value = reader->services[i];
      return STATUS_SUCCESS;
    }
  return status_field (reader->owner, option->name, "SERVICE", "'%s' is none of %s", text,
                       join (reader->owner, reader->services, reader->service_count));
}

/* Stores the value of an option. */
static Status
set_option (const Reader *reader, const Option *option, const char *text)
{
  void *member = (char *)reader->arguments + option->offset;
  switch (option->kind) {
  case OPTION_FLAG: *(bool *)member = true; return STATUS_SUCCESS;
  case OPTION_NUMBER: return read_number (reader, option, text, member);
  case OPTION_SERVICE: return read_service (reader, option, text, member);
  case OPTION_CHOICE:
    if (!is_choice (option->choices, text))
      return status_field (reader->owner, option->name, "CHOICE", "'%s' is none of %s", text,
                           join (reader->owner, option->choices, 100));
    break;
  case OPTION_TEXT: break;
  }
  *(const char **)member = text;
  return STATUS_SUCCESS;
}

/* An option of the verb; NULL when there is none of that name. */
static const Option *
find_option (const Verb *verb, const char *name, size_t length)
{
  for (unsigned id = 0; id < OPTION_ID_COUNT; id++)
    if ((verb->options >> id & 1) != 0 && strlen (options[id].name) == length &&
        strncmp (options[id].name, name, length) == 0)
      return &options[id];
  return NULL;
}

/* "--name", "--name=value" or "--name value". */
static Status
read_option (Reader *reader)
{
  const char *word = *reader->words++;
  if (strcmp (word, "-h") == 0)
    word = "--help";
  size_t length = strcspn (word, "=");
  const Option *option = find_option (reader->arguments->verb, word, length);
  const char *value = word[length] == '=' ? word + length + 1 : NULL;
  if (option == NULL)
    return status_field (reader->owner, memory_string_n (reader->owner, word, length), "UNKNOWN",
                         "is no option of %s", verb_title (reader->owner, reader->arguments->verb));
  if (option->kind == OPTION_FLAG && value != NULL)
    return status_field (reader->owner, option->name, "VALUE", "takes no value");
  if (option->kind != OPTION_FLAG && value == NULL) {
    if (*reader->words == NULL)
      return status_field (reader->owner, option->name, "VALUE", "needs a value: %s", option->value);
    value = *reader->words++;
  }
  return set_option (reader, option, value);
}

static Status
read_operand (const Reader *reader, const char *word)
{
  Arguments *arguments = reader->arguments;
  const Verb *verb = arguments->verb;
  const char *title = verb_title (reader->owner, verb);
  const char *subs = list_verbs (reader->owner, verb->name);
  if (verb->rule == OPERAND_NONE && verb->sub == NULL && *subs != '\0')
    return status_field (reader->owner, title, "UNKNOWN_VERB", "'%s' is none of %s", word, subs);
  if (verb->rule == OPERAND_NONE || arguments->operand != NULL)
    return status_field (reader->owner, title, "OPERAND", "'%s' is one word too many", word);
  if (verb->choices != NULL && !is_choice (verb->choices, word))
    return status_field (reader->owner, verb->operand, "CHOICE", "'%s' is none of %s", word,
                         join (reader->owner, verb->choices, 100));
  arguments->operand = word;
  return STATUS_SUCCESS;
}

/* What the table says about the whole. */
static Status
check (const Reader *reader)
{
  const Arguments *arguments = reader->arguments;
  const Verb *verb = arguments->verb;
  if (arguments->help)
    return STATUS_SUCCESS;
  if (verb->rule == OPERAND_REQUIRED && arguments->operand == NULL)
    return status_field (reader->owner, verb->operand, "REQUIRED", "is missing: heimoctl %s %s",
                         verb_title (reader->owner, verb), verb->operand);
  if (verb->rule == OPERAND_OPTIONAL && (arguments->operand == NULL) == !arguments->all)
    return status_field (reader->owner, verb->operand, "REQUIRED", "name one %s, or say --all",
                         verb->operand);
  if ((verb->options >> OPTION_ID_REASON & 1) != 0 && arguments->reason == NULL)
    return status_field (reader->owner, "--reason", "REQUIRED", "is missing: say why");
  return STATUS_SUCCESS;
}

static Status
read_verb (Reader *reader)
{
  const char *word = *reader->words;
  if (word == NULL)
    return status_field (reader->owner, "VERB", "REQUIRED", "is missing: %s; see heimoctl --help",
                         list_verbs (reader->owner, NULL));
  reader->words++;
  const Verb *verb = find_verb (word, NULL);
  if (verb == NULL)
    return status_field (reader->owner, "VERB", "UNKNOWN_VERB", "'%s' is none of %s", word,
                         list_verbs (reader->owner, NULL));
  const Verb *sub = *reader->words == NULL ? NULL : find_verb (word, *reader->words);
  if (sub != NULL)
    reader->words++;
  reader->arguments->verb = sub == NULL ? verb : sub;
  return STATUS_SUCCESS;
}

Status
arguments_read (void *owner, int argc, char **argv, const char *const *services, size_t service_count,
                Arguments *arguments)
{
  Reader reader = {owner, argv + (argc > 0), services, service_count, arguments};
  const char *first = argc > 1 ? argv[1] : "";
  *arguments = (Arguments){.type = "", .state = "", .timeout_s = 3, .limit = 20};
  arguments->help = strcmp (first, "--help") == 0 || strcmp (first, "-h") == 0;
  arguments->version = strcmp (first, "--version") == 0;
  if (arguments->help || arguments->version)
    return STATUS_SUCCESS;
  Status status = read_verb (&reader);
  bool only_operands = false;
  while (!status_failed (status) && *reader.words != NULL) {
    if (!only_operands && strcmp (*reader.words, "--") == 0) {
      only_operands = true;
      reader.words++;
    } else if (!only_operands && (*reader.words)[0] == '-')
      status = read_option (&reader);
    else
      status = read_operand (&reader, *reader.words++);
  }
  return status_failed (status) ? status : check (&reader);
}
