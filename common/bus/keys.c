/* Key files are written under their final mode with O_EXCL: a secret is never readable by others, not for a
 * moment, and never overwritten. The allow-list is replaced by rename, so that a reload never sees half of
 * it.
 */
#include "bus/keys.h"

#include "bus/allow.h"
#include "bus/internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

static Status
failed (void *owner, const char *path)
{
  return bus_misconfigured (owner, "%s: %s", path, strerror (errno));
}

static Status
write_new (void *owner, const char *path, mode_t mode, const char *text)
{
  int file = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0)
    return failed (owner, path);
  size_t length = strlen (text);
  bool written = write (file, text, length) == (ssize_t)length && fsync (file) == 0;
  Status status = written ? STATUS_SUCCESS : failed (owner, path);
  close (file);
  return status;
}

/* Replaces a file at once. */
static Status
replace (void *owner, const char *path, mode_t mode, const char *text)
{
  const char *next = memory_format (owner, "%s.next", path);
  unlink (next);
  Status status = write_new (owner, next, mode, text);
  if (!status_failed (status) && rename (next, path) != 0)
    status = failed (owner, path);
  return status;
}

/* The text of a file that may be missing. */
static Status
read_if_there (void *owner, const char *path, char **text)
{
  return access (path, F_OK) == 0 ? allow_read_file (owner, path, false, text) : STATUS_SUCCESS;
}

/* Makes the pair of one workload, unless it has one, and adds its line to `list`. */
static Status
make_pair (void *owner, const char *folder, const KeysWorkload *workload, char **list)
{
  char public_key[KEY_TEXT_SIZE];
  char secret_key[KEY_TEXT_SIZE];
  const char *secret_path = memory_format (owner, "%s/%s.secret", folder, workload->name);
  const char *public_path = memory_format (owner, "%s/%s.public", folder, workload->name);
  if (access (secret_path, F_OK) == 0)
    return STATUS_SUCCESS;
  if (zmq_curve_keypair (public_key, secret_key) != 0)
    return bus_misconfigured (owner, "this libzmq makes no keys");
  Status status = write_new (owner, secret_path, 0400, memory_format (owner, "%s\n", secret_key));
  explicit_bzero (secret_key, sizeof secret_key);
  /* A rotated workload keeps its old public key for as long as a replica may still have it. */
  char *old = memory_string (owner, "");
  if (!status_failed (status))
    status = read_if_there (owner, public_path, &old);
  if (!status_failed (status))
    status = replace (owner, public_path, 0444, memory_format (owner, "%s\n%s", public_key, old));
  *list = memory_format (owner, "%s%-12s %s %s\n", *list, workload->name, public_key, workload->methods);
  return status;
}

Status
keys_make (void *owner, const char *folder, const KeysWorkload *workloads, size_t count)
{
  const char *path = memory_format (owner, "%s/allow", folder);
  char *list = memory_string (owner, "# principal  key (Z85)  methods it may call (globs)\n");
  if (mkdir (folder, 0700) != 0 && errno != EEXIST)
    return failed (owner, folder);
  Status status = read_if_there (owner, path, &list);
  for (size_t i = 0; !status_failed (status) && i < count; i++)
    status = make_pair (owner, folder, &workloads[i], &list);
  return status_failed (status) ? status : replace (owner, path, 0644, list);
}

/* One look over a folder. */
typedef struct KeysLook {
  void *owner;
  const char *folder;
  AllowBook *book; /* NULL: the allow-list cannot be read */
  KeysFault function;
  void *arg;
} KeysLook;

/* Tells what a status of allow_read_file or allow_book_load says, without the path it begins with. */
static void
tell_status (const KeysLook *look, const char *path, Status status)
{
  const char *message = status.detail->message;
  size_t length = strlen (path);
  bool begins = strncmp (message, path, length) == 0 && strncmp (message + length, ": ", 2) == 0;
  look->function (look->arg, path, begins ? message + length + 2 : message);
}

/* The secret of the process that looks, and the public key that belongs to it. */
static void
check_pair (const KeysLook *look, const char *name)
{
  char *secret = NULL, *keys = NULL;
  char public_key[KEY_TEXT_SIZE];
  const char *path = memory_format (look->owner, "%s/%s.secret", look->folder, name);
  const char *public_path = memory_format (look->owner, "%s/%s.public", look->folder, name);
  Status status = allow_read_file (look->owner, path, true, &secret);
  if (status_failed (status)) {
    tell_status (look, path, status);
    return;
  }
  secret[strcspn (secret, "\r\n")] = '\0';
  bool valid = allow_key_valid (secret, strlen (secret)) && zmq_curve_public (public_key, secret) == 0;
  explicit_bzero (secret, strlen (secret));
  if (!valid) {
    look->function (look->arg, path, "is not a key: 40 characters of Z85");
    return;
  }
  status = allow_read_file (look->owner, public_path, false, &keys);
  if (!status_failed (status) && strstr (keys, public_key) == NULL)
    look->function (look->arg, public_path, "does not hold the public key of the secret beside it");
}

/* Every key of one NAME.public is valid, and the allow-list knows it as NAME. */
static void
check_public (const KeysLook *look, const char *name)
{
  char *keys = NULL;
  char principal[PRINCIPAL_SIZE];
  const char *path = memory_format (look->owner, "%s/%s.public", look->folder, name);
  Status status = allow_read_file (look->owner, path, false, &keys);
  if (status_failed (status)) {
    tell_status (look, path, status);
    return;
  }
  for (char *line; (line = strsep (&keys, "\r\n")) != NULL;) {
    if (*line == '\0')
      continue;
    if (!allow_key_valid (line, strlen (line)))
      look->function (look->arg, path, "holds something that is not a key: 40 characters of Z85");
    else if (look->book != NULL && (allow_book_check (look->book, line, NULL, principal) == ALLOW_STRANGER ||
                                    strcmp (principal, name) != 0))
      look->function (look->arg, path, "holds a key that is not in the allow-list under this name");
  }
}

/* A name of "NAME.public", on the owner; NULL for other files. */
static const char *
name_of_public (void *owner, const char *file)
{
  static const char ending[] = ".public";
  size_t length = strlen (file);
  if (length < sizeof ending || strcmp (file + length - (sizeof ending - 1), ending) != 0)
    return NULL;
  return memory_string_n (owner, file, length - (sizeof ending - 1));
}

void
keys_check (void *owner, const char *folder, const char *name, KeysFault function, void *arg)
{
  KeysLook look = {.owner = memory_context (owner), .folder = folder, .function = function, .arg = arg};
  DIR *files = opendir (folder);
  if (files == NULL) {
    function (arg, folder, memory_format (owner, "cannot be opened: %s", strerror (errno)));
    return;
  }
  const char *path = memory_format (look.owner, "%s/allow", folder);
  AllowBook *book = allow_book_new (look.owner);
  Status status = allow_book_load (book, look.owner, path);
  if (status_failed (status))
    tell_status (&look, path, status);
  else
    look.book = book;
  check_pair (&look, name);
  for (const struct dirent *file; (file = readdir (files)) != NULL;) {
    const char *other = name_of_public (look.owner, file->d_name);
    if (other != NULL)
      check_public (&look, other);
  }
  closedir (files);
  talloc_free (look.owner);
}
