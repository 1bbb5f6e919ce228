/* Key files are written under their final mode with O_EXCL: a secret is never readable by others, not for a
 * moment, and never overwritten. The allow-list is replaced by rename, so that a reload never sees half of
 * it.
 */
#include "bus/keys.h"

#include "bus/allow.h"
#include "bus/internal.h"

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
