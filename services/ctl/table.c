/* Tables for a terminal. */
#include "services/ctl/table.h"

#include <string.h>

#include "core/text.h"

enum { GAP = 2 };

struct Table {
  const TableForm *form;
  size_t *widths;
  char **cells; /* talloc array, by rows; each row has one for each column, and its note */
  size_t row_count;
  bool begun; /* the titles are written */
};

Table *
table_new (void *owner, const TableForm *form)
{
  Table *table = memory_new (owner, Table);
  table->form = form;
  table->widths = memory_array (table, size_t, form->count);
  for (size_t i = 0; i < form->count; i++)
    table->widths[i] = strlen (form->columns[i].title);
  return table;
}

/* A copy without control characters, C1 (U+0080 to U+009F) included; what is not UTF-8 becomes "?". */
static char *
plain (void *owner, const char *text)
{
  if (text == NULL || *text == '\0')
    return memory_string (owner, "-");
  if (!text_is_utf8 (text, strlen (text)))
    return memory_string (owner, "?");
  char *copy = memory_string (owner, text);
  char *to = copy;
  for (const char *from = text; *from != '\0'; from++) {
    unsigned char byte = (unsigned char)*from;
    bool c1 = byte == 0xc2 && (unsigned char)from[1] < 0xa0;
    *to++ = byte < ' ' || byte == 0x7f || c1 ? '?' : *from;
    from += c1;
  }
  *to = '\0';
  return copy;
}

void
table_add (Table *table, const void *row)
{
  size_t count = table->form->count, stride = count + 1;
  table->cells =
      memory_must (talloc_realloc (table, table->cells, char *, (unsigned)((table->row_count + 1) * stride)));
  char **cells = table->cells + table->row_count++ * stride;
  for (size_t i = 0; i < count; i++) {
    cells[i] = plain (table->cells, table->form->columns[i].value (table->cells, row));
    size_t length = text_length (cells[i]);
    if (length > table->widths[i])
      table->widths[i] = length;
  }
  cells[count] =
      table->form->note == NULL ? NULL : plain (table->cells, table->form->note (table->cells, row));
}

bool
table_is_empty (const Table *table)
{
  return table->row_count == 0;
}

/* One line; nothing is written behind the last text. */
static void
write_line (const Table *table, FILE *out, const char *const *cells)
{
  size_t owed = 0; /* spaces before the next text */
  for (size_t i = 0; i < table->form->count; i++) {
    size_t rest = table->widths[i] - text_length (cells[i]);
    bool right = table->form->columns[i].side == SIDE_RIGHT;
    fprintf (out, "%*s%s", (int)(owed + (right ? rest : 0)), "", cells[i]);
    owed = GAP + (right ? 0 : rest);
  }
  fputc ('\n', out);
}

static void
write_titles (Table *table, FILE *out)
{
  const char **titles = memory_array (table, const char *, table->form->count);
  for (size_t i = 0; i < table->form->count; i++)
    titles[i] = table->form->columns[i].title;
  write_line (table, out, titles);
  talloc_free (titles);
  table->begun = true;
}

void
table_write (Table *table, FILE *out)
{
  size_t stride = table->form->count + 1;
  if (table->row_count > 0 && !table->begun)
    write_titles (table, out);
  for (size_t row = 0; row < table->row_count; row++) {
    const char *const *cells = (const char *const *)table->cells + row * stride;
    write_line (table, out, cells);
    if (cells[stride - 1] != NULL)
      fprintf (out, "%*s-> %s\n", 2 * GAP, "", cells[stride - 1]);
  }
  talloc_free (table->cells);
  table->cells = NULL;
  table->row_count = 0;
  fflush (out);
}
