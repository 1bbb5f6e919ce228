/* The allow-list: parsed into an immutable table, swapped under a mutex that is held for a look-up only. */
#include "bus/allow.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

enum { FILE_MAX = 256 * 1024, KEY_LENGTH = 40 };

typedef struct AllowRow {
  const char *principal;
  const char *key;
  char **patterns;
  size_t pattern_count;
} AllowRow;

/* A top-level talloc context: it is made on one thread and freed on another. */
typedef struct AllowTable {
  AllowRow *rows;
  size_t count;
} AllowTable;

struct AllowBook {
  pthread_mutex_t mutex; /* guards `table` */
  AllowTable *table;
};

static int
book_end (AllowBook *book)
{
  talloc_free (book->table);
  pthread_mutex_destroy (&book->mutex);
  return 0;
}

AllowBook *
allow_book_new (void *owner)
{
  AllowBook *book = memory_new (owner, AllowBook);
  book->table = memory_new (NULL, AllowTable);
  pthread_mutex_init (&book->mutex, NULL);
  talloc_set_destructor (book, book_end);
  return book;
}

bool
allow_key_valid (const char *key, size_t length)
{
  uint8_t raw[32];
  if (length != KEY_LENGTH)
    return false;
  for (size_t i = 0; i < length; i++)
    if (key[i] <= ' ' || key[i] > '~')
      return false;
  char text[KEY_LENGTH + 1];
  memcpy (text, key, length);
  text[length] = '\0';
  return zmq_z85_decode (raw, text) != NULL;
}

static bool
principal_valid (const char *name)
{
  size_t length = strlen (name);
  return length > 0 && length < PRINCIPAL_SIZE &&
         strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static const AllowRow *
find_row (const AllowTable *table, const char *key)
{
  for (size_t i = 0; i < table->count; i++)
    if (strcmp (table->rows[i].key, key) == 0)
      return &table->rows[i];
  return NULL;
}

/* Parses one line into a new last row. `line` is cut up. */
static Status
parse_line (AllowTable *table, void *owner, const char *path, unsigned number, char *line)
{
  char *rest = NULL;
  const char *principal = strtok_r (line, " \t", &rest);
  const char *key = strtok_r (NULL, " \t", &rest);
  const char *problem = NULL;
  if (principal == NULL || !principal_valid (principal))
    problem = "the principal must be 1 to 63 of a-z, 0-9 and '-'";
  else if (key == NULL || !allow_key_valid (key, strlen (key)))
    problem = "the key must be 40 characters of Z85";
  else if (find_row (table, key) != NULL)
    problem = "the key occurs twice";
  AllowRow row = {0};
  if (problem == NULL) {
    row.principal = memory_string (table, principal);
    row.key = memory_string (table, key);
    for (char *pattern; (pattern = strtok_r (NULL, " \t", &rest)) != NULL;) {
      row.patterns =
          memory_must (talloc_realloc (table, row.patterns, char *, (unsigned)(row.pattern_count + 1)));
      row.patterns[row.pattern_count++] = memory_string (table, pattern);
    }
    if (row.pattern_count == 0)
      problem = "methods are missing";
  }
  if (problem != NULL)
    return status_error (owner, STATUS_FAILED_PRECONDITION, "BUS_CONFIGURATION", "%s:%u: %s", path, number,
                         problem);
  table->rows = memory_must (talloc_realloc (table, table->rows, AllowRow, (unsigned)(table->count + 1)));
  table->rows[table->count++] = row;
  return STATUS_SUCCESS;
}

Status
allow_book_parse (AllowBook *book, void *owner, const char *path, const char *text)
{
  AllowTable *table = memory_new (NULL, AllowTable);
  char *copy = memory_string (table, text);
  Status status = STATUS_SUCCESS;
  unsigned number = 0;
  for (char *line; !status_failed (status) && (line = strsep (&copy, "\n")) != NULL;) {
    number++;
    line += strspn (line, " \t\r");
    line[strcspn (line, "\r")] = '\0';
    if (*line != '\0' && *line != '#')
      status = parse_line (table, owner, path, number, line);
  }
  if (!status_failed (status)) {
    pthread_mutex_lock (&book->mutex);
    AllowTable *old = book->table;
    book->table = table;
    pthread_mutex_unlock (&book->mutex);
    table = old;
  }
  talloc_free (table);
  return status;
}

Status
allow_read_file (void *owner, const char *path, bool secret, char **text)
{
  struct stat properties;
  const char *problem = NULL;
  int file = open (path, O_RDONLY | O_CLOEXEC);
  char *bytes = NULL;
  if (file < 0 || fstat (file, &properties) != 0)
    problem = strerror (errno);
  else if (!S_ISREG (properties.st_mode) || properties.st_size > FILE_MAX)
    problem = "not a small regular file";
  else if ((properties.st_mode & (secret ? 027u : 022u)) != 0)
    problem = secret ? "must not be readable by others (chmod 0400)" : "must not be writable by others";
  else {
    size_t size = (size_t)properties.st_size;
    bytes = memory_array (owner, char, size + 1);
    ssize_t count = read (file, bytes, size);
    if (count < 0 || memchr (bytes, '\0', (size_t)count) != NULL)
      problem = "cannot be read as text";
  }
  if (file >= 0)
    close (file);
  if (problem != NULL)
    return status_error (owner, STATUS_FAILED_PRECONDITION, "BUS_CONFIGURATION", "%s: %s", path, problem);
  *text = bytes;
  return STATUS_SUCCESS;
}

Status
allow_book_load (AllowBook *book, void *owner, const char *path)
{
  char *text = NULL;
  Status status = allow_read_file (owner, path, false, &text);
  return status_failed (status) ? status : allow_book_parse (book, owner, path, text);
}

AllowVerdict
allow_book_check (AllowBook *book, const char *key, const char *method, char principal[PRINCIPAL_SIZE])
{
  AllowVerdict verdict = ALLOW_STRANGER;
  pthread_mutex_lock (&book->mutex);
  const AllowRow *row = find_row (book->table, key);
  if (row != NULL) {
    verdict = method == NULL ? ALLOW_GRANTED : ALLOW_REFUSED;
    strcpy (principal, row->principal); /* fits: checked when parsed */
    for (size_t i = 0; verdict == ALLOW_REFUSED && i < row->pattern_count; i++)
      if (fnmatch (row->patterns[i], method, FNM_NOESCAPE) == 0)
        verdict = ALLOW_GRANTED;
  }
  pthread_mutex_unlock (&book->mutex);
  return verdict;
}
