/* The resolver thread. Queries are copied under the mutex, looked up without it, and the result is left in
 * the watch (a talloc context without parent, so that it may change threads) with an eventfd to wake the
 * owner.
 */
#include "bus/resolver.h"

#include <dirent.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

enum { DIRECTORY_PERIOD_US = 1000000, NAME_PERIOD_US = 5000000, ADDRESSES_MAX = 64 };

struct ResolverWatch {
  TAILQ_ENTRY (ResolverWatch) entry;
  Resolver *resolver;
  ResolverQuery query;
  ResolverFunction function;
  void *arg;
  struct event *event;
  int wake;
  uint64_t id;
  uint64_t next_us;     /* when to look again; guarded, like the two below */
  AddressList *result;  /* not yet taken by the owner */
  AddressList *current; /* the last one handed over, to tell changes */
};

struct Resolver {
  Bus *bus;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  TAILQ_HEAD (, ResolverWatch) watches;
  uint64_t next_id;
  enum { RESOLVER_IDLE, RESOLVER_RUNNING, RESOLVER_STOPPING } state; /* idle: no thread yet */
  pthread_t thread;
};

/* ---- the look-up ---- */

static void
add_address (AddressList *list, const char *address)
{
  if (list->count == ADDRESSES_MAX)
    return;
  for (size_t i = 0; i < list->count; i++)
    if (strcmp (list->addresses[i], address) == 0)
      return;
  list->addresses[list->count++] = memory_string (list, address);
}

/* True for NAME.sock and NAME.7.sock (with the suffix before ".sock"). */
static bool
is_replica (const char *file, const char *service, const char *suffix)
{
  size_t length = strlen (service);
  if (strncmp (file, service, length) != 0)
    return false;
  file += length;
  if (*file == '.') {
    size_t digits = strspn (file + 1, "0123456789");
    if (digits > 0)
      file += 1 + digits;
  }
  length = strlen (suffix);
  return strncmp (file, suffix, length) == 0 && strcmp (file + length, ".sock") == 0;
}

static void
scan_directory (AddressList *list, const char *directory, const ResolverQuery *query)
{
  char *first = memory_format (list, "ipc://%s/%s%s.sock", directory, query->service, query->suffix);
  add_address (list, first); /* it may be about to start */
  DIR *folder = opendir (directory);
  if (folder == NULL)
    return;
  for (struct dirent *entry; (entry = readdir (folder)) != NULL;)
    if (is_replica (entry->d_name, query->service, query->suffix))
      add_address (list, memory_format (list, "ipc://%s/%s", directory, entry->d_name));
  closedir (folder);
}

/* All addresses of "HOST:PORT" or "[ADDRESS]:PORT". */
static void
look_up_name (AddressList *list, const char *host_port)
{
  const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
  struct addrinfo *found = NULL;
  char *host = memory_string (list, host_port);
  char *port = strrchr (host, ':');
  *port++ = '\0';
  if (*host == '[' && host[strlen (host) - 1] == ']') {
    host[strlen (host) - 1] = '\0';
    host++;
  }
  if (getaddrinfo (host, port, &hints, &found) != 0) {
    list->complete = false;
    return;
  }
  for (struct addrinfo *address = found; address != NULL; address = address->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo (address->ai_addr, address->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0)
      add_address (
          list,
          memory_format (list, address->ai_family == AF_INET6 ? "tcp://[%s]:%s" : "tcp://%s:%s", text, port));
  }
  freeaddrinfo (found);
}

static int
compare (const void *left, const void *right)
{
  return strcmp (*(char *const *)left, *(char *const *)right);
}

AddressList *
resolver_look_up (void *owner, const char *directory, const ResolverQuery *query)
{
  AddressList *list = memory_new (owner, AddressList);
  list->addresses = memory_array (list, char *, ADDRESSES_MAX);
  list->complete = true;
  if (query->endpoint == NULL) {
    scan_directory (list, directory, query);
  } else {
    char *rest = memory_string (list, query->endpoint);
    for (char *one; (one = strsep (&rest, ",")) != NULL;) {
      if (strncmp (one, "tcp://", 6) == 0)
        look_up_name (list, one + 6);
      else
        add_address (list, one);
    }
  }
  qsort (list->addresses, list->count, sizeof *list->addresses, compare);
  return list;
}

static bool
same (const AddressList *left, const AddressList *right)
{
  if (left == NULL || left->count != right->count)
    return false;
  for (size_t i = 0; i < left->count; i++)
    if (strcmp (left->addresses[i], right->addresses[i]) != 0)
      return false;
  return true;
}

/* ---- the thread ---- */

static ResolverWatch *
find_watch (Resolver *resolver, uint64_t id)
{
  ResolverWatch *watch;
  TAILQ_FOREACH (watch, &resolver->watches, entry)
  if (watch->id == id)
    return watch;
  return NULL;
}

/* The watch whose time comes first, or NULL. */
static ResolverWatch *
next_watch (Resolver *resolver)
{
  ResolverWatch *first = NULL;
  ResolverWatch *watch;
  TAILQ_FOREACH (watch, &resolver->watches, entry)
  if (first == NULL || watch->next_us < first->next_us)
    first = watch;
  return first;
}

static AddressList *
copy_list (const AddressList *list)
{
  AddressList *copy = memory_new (NULL, AddressList);
  copy->addresses = memory_array (copy, char *, ADDRESSES_MAX);
  for (size_t i = 0; i < list->count; i++)
    add_address (copy, list->addresses[i]);
  copy->complete = list->complete;
  return copy;
}

/* Looks one watch up; called with the mutex held, gives it up meanwhile. */
static void
look_up_watch (Resolver *resolver, ResolverWatch *watch)
{
  uint64_t id = watch->id;
  bool names = watch->query.endpoint != NULL;
  watch->next_us = bus_now_us () + (names ? NAME_PERIOD_US : DIRECTORY_PERIOD_US);
  void *scratch = memory_context (NULL);
  ResolverQuery query = {
      .service = memory_string (scratch, watch->query.service),
      .endpoint = names ? memory_string (scratch, watch->query.endpoint) : NULL,
      .suffix = memory_string (scratch, watch->query.suffix),
  };
  pthread_mutex_unlock (&resolver->mutex);
  AddressList *list = resolver_look_up (scratch, resolver->bus->directory, &query);
  pthread_mutex_lock (&resolver->mutex);
  watch = find_watch (resolver, id);
  if (watch != NULL && (list->count > 0 || list->complete) && !same (watch->current, list)) {
    talloc_free (watch->result);
    talloc_free (watch->current);
    watch->result = copy_list (list);
    watch->current = copy_list (list);
    eventfd_write (watch->wake, 1);
  }
  talloc_free (scratch);
}

static void *
run (void *argument)
{
  Resolver *resolver = argument;
  pthread_mutex_lock (&resolver->mutex);
  while (resolver->state == RESOLVER_RUNNING) {
    ResolverWatch *watch = next_watch (resolver);
    if (watch == NULL) {
      pthread_cond_wait (&resolver->changed, &resolver->mutex);
    } else if (watch->next_us <= bus_now_us ()) {
      look_up_watch (resolver, watch);
    } else {
      struct timespec until = {(time_t)(watch->next_us / 1000000), (long)(watch->next_us % 1000000) * 1000};
      pthread_cond_timedwait (&resolver->changed, &resolver->mutex, &until);
    }
  }
  pthread_mutex_unlock (&resolver->mutex);
  return NULL;
}

Resolver *
resolver_start (Bus *bus)
{
  Resolver *resolver = memory_new (bus, Resolver);
  pthread_condattr_t attributes;
  resolver->bus = bus;
  TAILQ_INIT (&resolver->watches);
  pthread_mutex_init (&resolver->mutex, NULL);
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (&resolver->changed, &attributes);
  pthread_condattr_destroy (&attributes);
  return resolver;
}

void
resolver_stop (Resolver *resolver)
{
  pthread_mutex_lock (&resolver->mutex);
  bool running = resolver->state == RESOLVER_RUNNING;
  resolver->state = RESOLVER_STOPPING;
  pthread_cond_signal (&resolver->changed);
  pthread_mutex_unlock (&resolver->mutex);
  if (running)
    pthread_join (resolver->thread, NULL);
  pthread_cond_destroy (&resolver->changed);
  pthread_mutex_destroy (&resolver->mutex);
}

/* ---- watches, on their owner's thread ---- */

static void
take_result (evutil_socket_t fd, short what, void *argument)
{
  ResolverWatch *watch = argument;
  eventfd_t ignored;
  (void)what;
  eventfd_read (fd, &ignored);
  pthread_mutex_lock (&watch->resolver->mutex);
  AddressList *result = watch->result;
  watch->result = NULL;
  pthread_mutex_unlock (&watch->resolver->mutex);
  if (result != NULL)
    watch->function (watch->arg, result);
  talloc_free (result);
}

static int
watch_end (ResolverWatch *watch)
{
  pthread_mutex_lock (&watch->resolver->mutex);
  TAILQ_REMOVE (&watch->resolver->watches, watch, entry);
  pthread_mutex_unlock (&watch->resolver->mutex);
  event_free (watch->event);
  close (watch->wake);
  talloc_free (watch->result);
  talloc_free (watch->current);
  return 0;
}

/* Every part of a list must be ipc://PATH or, with keys, tcp://HOST:PORT. */
static Status
check_endpoint (Bus *bus, void *owner, const ResolverQuery *query)
{
  if (query->endpoint == NULL && bus->directory == NULL)
    return bus_misconfigured (owner, "%s: neither an endpoint nor a directory is set", query->service);
  char *rest = query->endpoint == NULL ? NULL : memory_string (owner, query->endpoint);
  for (const char *one; (one = strsep (&rest, ",")) != NULL;) {
    const char *colon = strlen (one) > 6 ? strrchr (one + 6, ':') : NULL;
    bool tcp = strncmp (one, "tcp://", 6) == 0 && colon != NULL && colon > one + 6 && colon[1] != '\0';
    if (!tcp && (strncmp (one, "ipc:///", 7) != 0 || one[7] == '\0'))
      return bus_misconfigured (owner, "%s: \"%s\" is neither ipc:///PATH nor tcp://HOST:PORT",
                                query->service, one);
    if (tcp && bus->keys == NULL)
      return bus_misconfigured (owner, "%s: tcp needs keys (./dev keys makes them)", query->service);
  }
  return STATUS_SUCCESS;
}

Status
resolver_watch_new (void *owner, Bus *bus, struct event_base *base, const ResolverQuery *query,
                    ResolverFunction function, void *arg)
{
  Resolver *resolver = bus->resolver;
  Status status = check_endpoint (bus, owner, query);
  if (status_failed (status))
    return status;
  ResolverWatch *watch = memory_new (owner, ResolverWatch);
  watch->resolver = resolver;
  watch->query.service = memory_string (watch, query->service);
  watch->query.endpoint = query->endpoint == NULL ? NULL : memory_string (watch, query->endpoint);
  watch->query.suffix = memory_string (watch, query->suffix);
  watch->function = function;
  watch->arg = arg;
  watch->wake = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (watch->wake < 0)
    return bus_misconfigured (owner, "no more file descriptors");
  watch->event = memory_must (event_new (base, watch->wake, EV_READ | EV_PERSIST, take_result, watch));
  event_add (watch->event, NULL);
  pthread_mutex_lock (&resolver->mutex);
  watch->id = ++resolver->next_id;
  TAILQ_INSERT_TAIL (&resolver->watches, watch, entry);
  if (resolver->state == RESOLVER_IDLE && pthread_create (&resolver->thread, NULL, run, resolver) == 0)
    resolver->state = RESOLVER_RUNNING;
  pthread_cond_signal (&resolver->changed);
  pthread_mutex_unlock (&resolver->mutex);
  talloc_set_destructor (watch, watch_end);
  return STATUS_SUCCESS;
}
