/* sqlgen: embeds the named queries of sql files in C.
 *
 *   sqlgen NAME out.h out.c file.sql …
 *
 * writes `extern const DbQuery sql_QUERY;` for every "-- name: QUERY" and the list NAME_queries[], ending
 * with NULL. Parameters :name and :name? become $1, $2 …; casts (::), string literals and comments are left
 * alone, but a cast of a parameter to an array is noted, for the array can then be sent in its binary form.
 * Runs at build time; a mistake names the file and the line and fails the build.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 64
#define PARAMETERS_MAX 64

typedef struct Query {
  char name[NAME_BYTES];
  char parameters[PARAMETERS_MAX][NAME_BYTES];
  const char *elements[PARAMETERS_MAX]; /* of arrays with a cast, as DbElement calls them; NULL: none */
  size_t parameter_count;
} Query;

typedef struct Output {
  const char *list;
  FILE *header;
  FILE *code;
  char *names; /* the rows of the list, grown */
  size_t names_length;
} Output;

static void
fail (const char *file, int line, const char *why)
{
  fprintf (stderr, "%s:%d: %s\n", file, line, why);
  exit (1);
}

static char *
read_file (const char *path)
{
  FILE *file = fopen (path, "re");
  if (file == NULL)
    fail (path, 1, strerror (errno));
  char *text = NULL;
  size_t length = 0, got;
  do {
    text = realloc (text, length + 65537);
    if (text == NULL)
      abort ();
    got = fread (text + length, 1, 65536, file);
    length += got;
  } while (got > 0);
  text[length] = '\0';
  fclose (file);
  return text;
}

static void
put_char (FILE *code, char c)
{
  if (c == '\n')
    fputs ("\\n\"\n  \"", code);
  else if (c == '"' || c == '\\')
    fprintf (code, "\\%c", c);
  else
    fputc (c, code);
}

static size_t
parameter_number (Query *query, const char *name, const char *file, int line)
{
  for (size_t i = 0; i < query->parameter_count; i++)
    if (strcmp (query->parameters[i], name) == 0)
      return i + 1;
  if (query->parameter_count == PARAMETERS_MAX)
    fail (file, line, "too many parameters");
  snprintf (query->parameters[query->parameter_count++], NAME_BYTES, "%s", name);
  return query->parameter_count;
}

/* Copies what is not to be touched: a literal, a quoted name, a comment. Returns where it ends. */
static const char *
skip_quoted (const char *at, FILE *code, int *line)
{
  char quote = *at;
  if (quote == '-') { /* a comment: dropped */
    while (*at != '\0' && *at != '\n')
      at++;
    return at;
  }
  put_char (code, *at++);
  while (*at != '\0' && *at != quote) {
    *line += *at == '\n';
    put_char (code, *at++);
  }
  if (*at == quote)
    put_char (code, *at++);
  return at;
}

/* The cast right behind a parameter, "::uuid[]", as DbElement calls it; NULL for none or another. */
static const char *
array_cast (const char *at)
{
  static const struct {
    const char *cast, *element;
  } casts[] = {{"::text[]", "TEXT"},       {"::uuid[]", "UUID"},     {"::smallint[]", "SMALLINT"},
               {"::integer[]", "INTEGER"}, {"::bigint[]", "BIGINT"}, {"::boolean[]", "BOOLEAN"},
               {"::bytea[]", "BYTEA"},     {"::date[]", "DATE"},     {"::timestamptz[]", "TIMESTAMPTZ"}};
  for (size_t i = 0; i < sizeof casts / sizeof *casts; i++)
    if (strncmp (at, casts[i].cast, strlen (casts[i].cast)) == 0)
      return casts[i].element;
  return NULL;
}

static const char *
put_parameter (Query *query, const char *at, FILE *code, const char *file, int line)
{
  char name[NAME_BYTES];
  size_t length = 0;
  at++;
  while ((isalnum ((unsigned char)*at) || *at == '_') && length < NAME_BYTES - 2)
    name[length++] = *at++;
  if (*at == '?')
    name[length++] = *at++;
  name[length] = '\0';
  size_t number = parameter_number (query, name, file, line);
  const char *element = array_cast (at), **noted = &query->elements[number - 1];
  if (element != NULL && *noted != NULL && strcmp (*noted, element) != 0)
    fail (file, line, "a parameter is cast to arrays of two types");
  if (element != NULL)
    *noted = element;
  fprintf (code, "$%zu", number);
  return at;
}

static const char *
put_query (Output *output, Query *query, const char *at, const char *file, int *line)
{
  fprintf (output->code, "static const char %s_text[] =\n  \"", query->name);
  while (*at != '\0' && strncmp (at, "-- name:", 8) != 0) {
    *line += *at == '\n';
    if (*at == '\'' || *at == '"' || (at[0] == '-' && at[1] == '-'))
      at = skip_quoted (at, output->code, line);
    else if (at[0] == ':' && at[1] == ':') {
      fputs ("::", output->code);
      at += 2;
    } else if (at[0] == ':' && (isalpha ((unsigned char)at[1]) || at[1] == '_'))
      at = put_parameter (query, at, output->code, file, *line);
    else
      put_char (output->code, *at++);
  }
  fputs ("\";\n", output->code);

  fprintf (output->code, "static const char *const %s_parameters[] = {", query->name);
  for (size_t i = 0; i < query->parameter_count; i++)
    fprintf (output->code, "\"%s\", ", query->parameters[i]);
  fputs ("NULL};\n", output->code);
  fprintf (output->code, "static const DbElement %s_elements[] = {", query->name);
  for (size_t i = 0; i < query->parameter_count; i++)
    fprintf (output->code, "DB_ELEMENT_%s, ", query->elements[i] == NULL ? "NONE" : query->elements[i]);
  fputs ("DB_ELEMENT_NONE};\n", output->code);
  fprintf (output->code, "const DbQuery sql_%s = {\"%s\", %s_text, %zu, %s_parameters, %s_elements};\n\n",
           query->name, query->name, query->name, query->parameter_count, query->name, query->name);
  fprintf (output->header, "extern const DbQuery sql_%s;\n", query->name);
  size_t room = strlen (query->name) + 16;
  output->names = realloc (output->names, output->names_length + room);
  if (output->names == NULL)
    abort ();
  output->names_length +=
      (size_t)snprintf (output->names + output->names_length, room, "  &sql_%s,\n", query->name);
  return at;
}

static void
put_file (Output *output, const char *file)
{
  char *text = read_file (file);
  const char *at = text;
  int line = 1;
  while (*at != '\0' && strncmp (at, "-- name:", 8) != 0) {
    if (!isspace ((unsigned char)*at) && strncmp (at, "--", 2) != 0)
      fail (file, line, "a query without a line \"-- name: …\" before it");
    at = strchr (at, '\n') == NULL ? at + strlen (at) : strchr (at, '\n') + 1;
    line++;
  }
  while (*at != '\0') {
    Query query = {.parameter_count = 0};
    if (sscanf (at, "-- name: %63[a-z0-9_]", query.name) != 1)
      fail (file, line, "a name is lower case letters, digits and _");
    at += strcspn (at, "\n");
    at = put_query (output, &query, at, file, &line);
  }
  free (text);
}

int
main (int argc, char **argv)
{
  if (argc < 4) {
    fprintf (stderr, "usage: sqlgen NAME out.h out.c file.sql …\n");
    return 2;
  }
  Output output = {.list = argv[1], .header = fopen (argv[2], "we"), .code = fopen (argv[3], "we")};
  if (output.header == NULL || output.code == NULL)
    fail (argv[2], 1, strerror (errno));
  fprintf (output.header,
           "/* Generated by sqlgen from sql files. */\n#pragma once\n#include \"db/db.h\"\n\n");
  fprintf (output.code, "/* Generated by sqlgen from sql files. */\n#include \"%s_sql.h\"\n\n", argv[1]);
  for (int i = 4; i < argc; i++)
    put_file (&output, argv[i]);
  fprintf (output.header,
           "\n/* Every query, ending with NULL. */\nextern const DbQuery *const %s_queries[];\n", argv[1]);
  fprintf (output.code, "const DbQuery *const %s_queries[] = {\n%s  NULL,\n};\n", argv[1],
           output.names == NULL ? "" : output.names);
  free (output.names);
  return fclose (output.header) != 0 || fclose (output.code) != 0 ? 1 : 0;
}
