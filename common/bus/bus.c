/* Opening and closing the bus: context, keys, allow-list, key handler, self-test, resolver, lock files. */
#include "bus/internal.h"

#include "bus/allow.h"
#include "bus/resolver.h"
#include "bus/sanitizer.h"
#include "bus/selftest.h"
#include "bus/socket.h"
#include "bus/zap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

Status
bus_misconfigured (void *owner, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  Status status = status_errorv (owner, STATUS_FAILED_PRECONDITION, "BUS_CONFIGURATION", format, arguments);
  va_end (arguments);
  return status;
}

static bool
name_valid (const char *name)
{
  return name != NULL && *name != '\0' && strlen (name) < PRINCIPAL_SIZE &&
         strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen (name);
}

/* On ipc the directory is the fence: nobody else may enter it. */
static Status
check_directory (void *owner, const char *directory)
{
  struct stat properties;
  if (mkdir (directory, 0700) != 0 && errno != EEXIST)
    return bus_misconfigured (owner, "%s: %s", directory, strerror (errno));
  if (stat (directory, &properties) != 0 || !S_ISDIR (properties.st_mode))
    return bus_misconfigured (owner, "%s is not a directory", directory);
  if (properties.st_uid != geteuid () || (properties.st_mode & 077) != 0)
    return bus_misconfigured (owner, "%s must be ours and have mode 0700", directory);
  return STATUS_SUCCESS;
}

static Status
read_own_key (Bus *bus, void *owner)
{
  char *text = NULL;
  const char *path = memory_format (owner, "%s/%s.secret", bus->keys, bus->name);
  Status status = allow_read_file (owner, path, true, &text);
  if (status_failed (status))
    return status;
  size_t length = strcspn (text, " \t\r\n");
  if (!allow_key_valid (text, length))
    return bus_misconfigured (owner, "%s: not a key", path);
  memcpy (bus->secret_key, text, length);
  memset (text, 0, length);
  if (zmq_curve_public (bus->public_key, bus->secret_key) != 0)
    return bus_misconfigured (owner, "%s: not a secret key", path);
  return STATUS_SUCCESS;
}

static Status
start_keys (Bus *bus, void *owner)
{
  if (!zmq_has ("curve"))
    return bus_misconfigured (owner, "this libzmq has no CURVE");
  Status status = read_own_key (bus, owner);
  if (status_failed (status))
    return status;
  bus->allow = allow_book_new (bus);
  status = bus_reload (bus, owner);
  if (status_failed (status))
    return status;
  status = zap_start (bus, owner, &bus->zap);
  if (status_failed (status))
    return status;
  return selftest_strangers_are_refused (bus, owner);
}

Status
bus_reload (Bus *bus, void *owner)
{
  if (bus->allow == NULL)
    return STATUS_SUCCESS;
  return allow_book_load (bus->allow, owner, memory_format (owner, "%s/allow", bus->keys));
}

static int
bus_end (Bus *bus)
{
  resolver_stop (bus->resolver);
  zmq_ctx_shutdown (bus->zmq);
  if (bus->zap != NULL)
    zap_stop (bus->zap);
  zmq_ctx_term (bus->zmq);
  for (size_t i = 0; i < bus->lock_count; i++)
    close (bus->locks[i]);
  pthread_mutex_destroy (&bus->locks_mutex);
  explicit_bzero (bus->secret_key, sizeof bus->secret_key);
  return 0;
}

Status
bus_open (void *owner, const BusOptions *options, Bus **bus)
{
  if (!name_valid (options->name))
    return bus_misconfigured (owner, "the name of the process must be 1 to 63 of a-z, 0-9 and '-'");
  Status status = options->directory == NULL ? STATUS_SUCCESS : check_directory (owner, options->directory);
  if (status_failed (status))
    return status;
  Bus *made = memory_new (owner, Bus);
  made->name = memory_string (made, options->name);
  made->directory = options->directory == NULL ? NULL : memory_string (made, options->directory);
  made->keys = options->keys == NULL ? NULL : memory_string (made, options->keys);
  pthread_mutex_init (&made->locks_mutex, NULL);
  counters_start (made);
  made->zmq = memory_must (zmq_ctx_new ());
  zmq_ctx_set (made->zmq, ZMQ_IO_THREADS, 1);
  zmq_ctx_set (made->zmq, ZMQ_BLOCKY, 0);
  made->resolver = resolver_start (made);
  talloc_set_destructor (made, bus_end);
  if (made->keys != NULL)
    status = start_keys (made, owner);
  if (status_failed (status))
    talloc_free (made);
  else
    *bus = made;
  return status;
}

Status
bus_lock (Bus *bus, void *owner, const char *path)
{
  Status status = STATUS_SUCCESS;
  const char *lock_path = memory_format (owner, "%s.lock", path);
  int file = open (lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0)
    return bus_misconfigured (owner, "%s: %s", lock_path, strerror (errno));
  pthread_mutex_lock (&bus->locks_mutex);
  if (bus->lock_count == LOCKS_MAX)
    status = bus_misconfigured (owner, "too many sockets");
  else if (flock (file, LOCK_EX | LOCK_NB) != 0)
    status = status_error (owner, STATUS_FAILED_PRECONDITION, "ALREADY_RUNNING",
                           "Another process serves %s already", path);
  else
    bus->locks[bus->lock_count++] = file;
  pthread_mutex_unlock (&bus->locks_mutex);
  if (status_failed (status))
    close (file);
  return status;
}

/* A socket path that is too long is cut by nobody: say so. */
static Status
check_path (void *owner, const char *path)
{
  if (strlen (path) >= sizeof ((struct sockaddr_un *)NULL)->sun_path)
    return bus_misconfigured (owner, "%s is too long for a socket (%zu characters at most)", path,
                              sizeof ((struct sockaddr_un *)NULL)->sun_path - 1);
  return STATUS_SUCCESS;
}

Status
bus_bind_endpoint (Bus *bus, void *owner, const char *given, unsigned replica, const char *suffix,
                   const char **endpoint)
{
  if (given == NULL && bus->directory == NULL)
    return bus_misconfigured (owner, "neither an endpoint nor a directory for sockets is set");
  if (given == NULL && replica == 0)
    given = memory_format (owner, "ipc://%s/%s%s.sock", bus->directory, bus->name, suffix);
  else if (given == NULL)
    given = memory_format (owner, "ipc://%s/%s.%u%s.sock", bus->directory, bus->name, replica, suffix);
  *endpoint = given;
  if (strncmp (given, "ipc://", 6) == 0) {
    Status status = check_path (owner, given + 6);
    return status_failed (status) ? status : bus_lock (bus, owner, given + 6);
  }
  if (strncmp (given, "tcp://", 6) != 0)
    return bus_misconfigured (owner, "%s: an endpoint starts with ipc:// or tcp://", given);
  if (bus->keys == NULL)
    return bus_misconfigured (owner, "%s: tcp needs keys (./dev keys makes them)", given);
  return STATUS_SUCCESS;
}
