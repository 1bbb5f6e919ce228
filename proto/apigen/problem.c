/* Collecting problems and printing them in order. */
#include "problem.h"

#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

typedef struct Problem {
  const char *file;
  int line;
  size_t order; /* of discovery, so that sorting is stable */
  char *text;
} Problem;

struct Problems {
  const char *root;
  Problem *list;
  size_t count;
};

Problems *
problems_new (void *owner, const char *root)
{
  Problems *problems = memory_new (owner, Problems);
  problems->root = root;
  return problems;
}

void
problem_add (Problems *problems, const char *file, int line, const char *format, ...)
{
  problems->list =
      memory_must (talloc_realloc (problems, problems->list, Problem, (unsigned)(problems->count + 1)));
  va_list arguments;
  va_start (arguments, format);
  char *text = memory_must (talloc_vasprintf (problems, format, arguments));
  va_end (arguments);
  problems->list[problems->count] =
      (Problem){.file = file, .line = line, .order = problems->count, .text = text};
  problems->count++;
}

size_t
problems_count (const Problems *problems)
{
  return problems->count;
}

static int
compare (const void *left, const void *right)
{
  const Problem *a = left, *b = right;
  int files = strcmp (a->file, b->file);
  if (files != 0)
    return files;
  if (a->line != b->line)
    return a->line < b->line ? -1 : 1;
  return a->order < b->order ? -1 : 1;
}

void
problems_print (Problems *problems, FILE *stream)
{
  if (problems->count == 0)
    return;
  qsort (problems->list, problems->count, sizeof *problems->list, compare);
  for (size_t i = 0; i < problems->count; i++)
    fprintf (stream, "%s%s:%d: %s\n", problems->root, problems->list[i].file, problems->list[i].line,
             problems->list[i].text);
}
