/* Documents from the tables. */
#include "services/ctl/documents.h"

#include <string.h>

#include "heimo_api.h"
#include "services/ctl/ctl.h"

enum { WIDTH = 78 };

#define SUMMARY "looks after a set of Heimo's services"

const char *const document_names[] = {"man", "bash", NULL};

/* ---- help ---- */

/* Words up to WIDTH, each line behind `indent` spaces. */
static void
print_folded (FILE *out, unsigned indent, const char *text)
{
  size_t at = WIDTH;
  while (*text != '\0') {
    size_t length = strcspn (text, " ");
    if (at + 1 + length > WIDTH) {
      fprintf (out, "%s%*s", at == WIDTH ? "" : "\n", (int)indent, "");
      at = indent;
    } else {
      fputc (' ', out);
      at++;
    }
    fwrite (text, 1, length, out);
    at += length;
    text += length;
    text += strspn (text, " ");
  }
  fputc ('\n', out);
}

/* " RUN", " [EVENT]" or "". */
static const char *
operand_text (void *owner, const Verb *verb)
{
  if (verb->rule == OPERAND_NONE)
    return "";
  return verb->rule == OPERAND_OPTIONAL ? memory_format (owner, " [%s]", verb->operand)
                                        : memory_format (owner, " %s", verb->operand);
}

static const char *
option_text (void *owner, const Option *option)
{
  return option->value == NULL ? option->name : memory_format (owner, "%s %s", option->name, option->value);
}

static void
print_verb_help (FILE *out, void *owner, const Verb *verb)
{
  fprintf (out, "usage: heimoctl %s%s [OPTIONS]\n\n", verb_title (owner, verb), operand_text (owner, verb));
  fprintf (out, "%s.\n\n", verb->summary);
  print_folded (out, 0, verb->description);
  fputs ("\n", out);
  for (unsigned id = 0; id < OPTION_ID_COUNT; id++)
    if ((verb->options >> id & 1) != 0)
      fprintf (out, "  %-19s %s\n", option_text (owner, &options[id]), options[id].help);
}

static void
print_whole_help (FILE *out, void *owner)
{
  fprintf (out, "usage: heimoctl VERB [OPTIONS]\n\nheimoctl " SUMMARY ".\n\n");
  for (size_t i = 0; i < verb_count; i++)
    fprintf (out, "  %-22s %s\n",
             memory_format (owner, "%s%s", verb_title (owner, &verbs[i]), operand_text (owner, &verbs[i])),
             verbs[i].summary);
  fputs ("\n`heimoctl VERB --help` tells more. Exit status:\n\n", out);
  for (size_t i = 0; i < exit_text_count; i++)
    fprintf (out, "  %d  %s\n", (int)exit_texts[i].code, exit_texts[i].meaning);
  fputs ("\n", out);
  config_help (out, "heimoctl", ctl_keys, ctl_key_count);
}

void
print_help (FILE *out, const Verb *verb)
{
  void *owner = memory_context (NULL);
  if (verb == NULL)
    print_whole_help (out, owner);
  else
    print_verb_help (out, owner, verb);
  talloc_free (owner);
}

/* ---- the man page ---- */

/* Text for roff: hyphens stay hyphens, nothing begins a request. */
static void
print_roff (FILE *out, const char *text)
{
  if (*text == '.' || *text == '\'')
    fputs ("\\&", out);
  for (; *text != '\0'; text++) {
    if (*text == '-')
      fputs ("\\-", out);
    else if (*text == '\\')
      fputs ("\\e", out);
    else
      fputc (*text, out);
  }
}

static void
print_item (FILE *out, const char *head, const char *text)
{
  fputs (".TP\n.B ", out);
  print_roff (out, head);
  fputc ('\n', out);
  print_roff (out, text);
  fputc ('\n', out);
}

static void
print_man_verb (FILE *out, void *owner, const Verb *verb)
{
  fputs (".SS ", out);
  print_roff (out, memory_format (owner, "%s%s", verb_title (owner, verb), operand_text (owner, verb)));
  fputc ('\n', out);
  print_roff (out, memory_format (owner, "%s. %s", verb->summary, verb->description));
  fputc ('\n', out);
  for (unsigned id = 0; id < OPTION_ID_COUNT; id++)
    if ((verb->options >> id & 1) != 0)
      print_item (out, option_text (owner, &options[id]), options[id].help);
}

void
print_man (FILE *out)
{
  void *owner = memory_context (NULL);
  fputs (".TH HEIMOCTL 1 \"\" \"Heimo " HEIMO_VERSION "\" \"Heimo\"\n.SH NAME\nheimoctl \\- " SUMMARY "\n",
         out);
  fputs (".SH SYNOPSIS\n.B heimoctl\n.I VERB\n[\\fIOPTIONS\\fR]\n.SH VERBS\n", out);
  for (size_t i = 0; i < verb_count; i++)
    print_man_verb (out, owner, &verbs[i]);
  fputs (".SH ENVIRONMENT\n", out);
  for (size_t i = 0; i < ctl_key_count; i++)
    print_item (out, ctl_keys[i].name, ctl_keys[i].comment);
  fputs (".SH EXIT STATUS\n", out);
  for (size_t i = 0; i < exit_text_count; i++)
    print_item (out, memory_format (owner, "%d", (int)exit_texts[i].code), exit_texts[i].meaning);
  talloc_free (owner);
}

/* ---- completion ---- */

static void
print_words (FILE *out, const char *const *words, size_t count)
{
  for (size_t i = 0; i < count && words[i] != NULL; i++)
    fprintf (out, "%s%s", i == 0 ? "" : " ", words[i]);
}

/* What may stand where the value of an option is typed. */
static void
print_values (FILE *out)
{
  for (unsigned id = 0; id < OPTION_ID_COUNT; id++) {
    const Option *option = &options[id];
    if (option->kind == OPTION_FLAG)
      continue;
    fprintf (out, "    %s) words='", option->name);
    if (option->kind == OPTION_SERVICE)
      print_words (out, heimo_api.service_names, heimo_api.service_name_count);
    else if (option->kind == OPTION_CHOICE)
      print_words (out, option->choices, 100);
    fputs ("' ;;\n", out);
  }
}

/* What may follow a verb: its subs, the choices of its operand, its options. */
static void
print_following (FILE *out, const Verb *verb)
{
  if (verb->sub == NULL)
    fprintf (out, "      %s*) words='", verb->name);
  else
    fprintf (out, "      '%s %s'*) words='", verb->name, verb->sub);
  for (size_t i = 0; verb->sub == NULL && i < verb_count; i++)
    if (verbs[i].sub != NULL && strcmp (verbs[i].name, verb->name) == 0)
      fprintf (out, "%s ", verbs[i].sub);
  if (verb->choices != NULL) {
    print_words (out, verb->choices, 100);
    fputc (' ', out);
  }
  for (unsigned id = 0; id < OPTION_ID_COUNT; id++)
    if ((verb->options >> id & 1) != 0)
      fprintf (out, "%s ", options[id].name);
  fputs ("' ;;\n", out);
}

void
print_completion (FILE *out)
{
  const char *last = "";
  fputs ("# Completion of heimoctl for bash; printed by `heimoctl print bash`.\n"
         "_heimoctl () {\n"
         "  local words='' verb=\"${COMP_WORDS[1]} ${COMP_WORDS[2]}\"\n"
         "  case ${COMP_WORDS[COMP_CWORD - 1]} in\n",
         out);
  print_values (out);
  fputs ("    *) if [ \"$COMP_CWORD\" -le 1 ]; then words='", out);
  for (size_t i = 0; i < verb_count; i++) {
    if (strcmp (verbs[i].name, last) != 0)
      fprintf (out, "%s ", verbs[i].name);
    last = verbs[i].name;
  }
  fputs ("--help --version'\n    else case $verb in\n", out);
  for (size_t i = 0; i < verb_count; i++)
    if (verbs[i].sub != NULL)
      print_following (out, &verbs[i]);
  for (size_t i = 0; i < verb_count; i++)
    if (verbs[i].sub == NULL)
      print_following (out, &verbs[i]);
  fputs ("    esac; fi ;;\n  esac\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
         "}\ncomplete -F _heimoctl heimoctl\n",
         out);
}

CtlExit
run_print (Ctl *ctl)
{
  static void (*const printers[]) (FILE *) = {print_man, print_completion}; /* as document_names */
  for (size_t i = 0; document_names[i] != NULL; i++)
    if (strcmp (document_names[i], ctl->arguments->operand) == 0)
      printers[i](ctl->out);
  return CTL_GOOD;
}
