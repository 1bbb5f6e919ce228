/* Who is let in: the listener, the limits on connections, and the end of it all.
 *
 * A server lives on one event base and one thread. Threads share an address through SO_REUSEPORT, and nothing
 * else.
 */
#include "gateway/http/internal.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <search.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG 1024

/* Idle connections closed when descriptors run out, so that those who have something to ask get in. */
#define EVICTED_FOR_DESCRIPTORS 16

const HttpLimits http_default_limits = {
    .head = {.bytes = 16384, .target = 8192, .headers = 100},
    .body_bytes = 1048576,
    .discard_bytes = 65536,
    .output_bytes = 262144,
    .held_bytes = 134217728,
    .connections = 10000,
    .connections_per_client = 0,
    .requests = 1000,
    .requests_per_connection = 1000,
    .head_ms = 5000,
    .body_interval_ms = 5000,
    .body_rate = 1024,
    .idle_ms = 60000,
    .total_ms = 30000,
    .stall_ms = 30000,
    .linger_ms = 2000,
    .accept_pause_ms = 100,
};

const char *
server_date (HttpServer *server)
{
  struct timespec now;
  clock_gettime (CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec != server->date_second) {
    server->date_second = now.tv_sec;
    http_date (server->date, now.tv_sec);
  }
  return server->date;
}

/* Any address, without casts. */
typedef union Address {
  struct sockaddr any;
  struct sockaddr_in ip4;
  struct sockaddr_in6 ip6;
  struct sockaddr_storage storage;
} Address;

/* ---- clients ---- */

static int
compare_clients (const void *a, const void *b)
{
  return memcmp (((const Client *)a)->key, ((const Client *)b)->key, sizeof ((const Client *)a)->key);
}

/* The address that is counted: an IPv4 address as it is, of an IPv6 address the /64, which one customer owns.
 */
static void
client_key (uint8_t key[16], const Address *address)
{
  memset (key, 0, 16);
  if (address->any.sa_family == AF_INET6) {
    const struct in6_addr *ip = &address->ip6.sin6_addr;
    memcpy (key, ip, IN6_IS_ADDR_V4MAPPED (ip) ? 16 : 8);
  } else if (address->any.sa_family == AF_INET) {
    key[10] = key[11] = 0xff;
    memcpy (key + 12, &address->ip4.sin_addr, 4);
  }
}

static void
client_text (char text[INET6_ADDRSTRLEN], const Address *address)
{
  text[0] = 0;
  if (address->any.sa_family == AF_INET)
    inet_ntop (AF_INET, &address->ip4.sin_addr, text, INET6_ADDRSTRLEN);
  else if (address->any.sa_family == AF_INET6)
    inet_ntop (AF_INET6, &address->ip6.sin6_addr, text, INET6_ADDRSTRLEN);
}

/* Counts one more connection of that address; NULL when it has too many. */
static Client *
count_client (HttpServer *server, const Address *address)
{
  Client *wanted = memory_new (server, Client);
  client_key (wanted->key, address);
  Client *client = *(Client **)memory_must (tsearch (wanted, &server->clients, compare_clients));
  if (client != wanted)
    talloc_free (wanted);
  unsigned most = server->limits->connections_per_client;
  if (most != 0 && client->connections >= most)
    return NULL;
  client->connections++;
  return client;
}

static void
discount_client (HttpServer *server, Client *client)
{
  if (--client->connections > 0)
    return;
  tdelete (client, &server->clients, compare_clients);
  talloc_free (client);
}

/* ---- accepting ---- */

/* Makes room by closing the connection that was idle for longest. */
static bool
evict_idle (HttpServer *server)
{
  Connection *oldest = TAILQ_FIRST (&server->idle);
  if (oldest == NULL || oldest->activity == CONNECTION_RUNNING)
    return false;
  server->counts.idle_evicted++;
  connection_destroy (oldest);
  return true;
}

/* The connection with most unsent output; NULL when there is none. */
static Connection *
heaviest (const HttpServer *server)
{
  const struct ConnectionList *lists[] = {&server->busy,
                                          &server->idle}; /* one that runs may still be listed as idle */
  Connection *most = NULL, *connection;
  for (size_t i = 0; i < 2; i++)
    TAILQ_FOREACH (connection, lists[i], entry)
  if (connection->held > (most == NULL ? 0 : most->held))
    most = connection;
  return most;
}

void
server_bound_held (HttpServer *server)
{
  Connection *most;
  while (server->limits->held_bytes != 0 && server->held > server->limits->held_bytes &&
         (most = heaviest (server)) != NULL) {
    server->counts.held_cut++;
    connection_cut (most);
  }
}

/* Answers a socket that is not let in, as far as that goes without waiting for it. */
static void
turn_away (HttpServer *server, int socket, HttpFaultName name)
{
  static const HttpField fields[] = {{"Content-Type", "application/problem+json"}, {"Retry-After", "1"}};
  const HttpFault *fault = &http_faults[name];
  void *scratch = memory_context (server);
  Bytes body = http_problem (scratch, server->options.problem_base, fault);
  Bytes head = http_response_head (scratch, &(HttpResponse){.status = fault->status,
                                                            .fields = fields,
                                                            .field_count = 2,
                                                            .extent = HTTP_EXTENT_LENGTH,
                                                            .length = body.length,
                                                            .version = HTTP_1_1,
                                                            .persistence = HTTP_CLOSE,
                                                            .date = server_date (server)});
  server->counts.faults[name]++;
  (void)!send (socket, head.data, head.length, MSG_DONTWAIT | MSG_NOSIGNAL | MSG_MORE);
  (void)!send (socket, body.data, body.length, MSG_DONTWAIT | MSG_NOSIGNAL);
  talloc_free (scratch);
  close (socket);
}

/* Lets a new socket in, or not. */
static void
take_socket (HttpServer *server, int socket, const Address *address)
{
  const HttpLimits *limits = server->limits;
  char text[INET6_ADDRSTRLEN];
  server->counts.connections++;
  if (limits->connections != 0 && server->counts.connections_open >= limits->connections &&
      !evict_idle (server)) {
    turn_away (server, socket, HTTP_OVERLOADED);
    return;
  }
  Client *client = count_client (server, address);
  if (client == NULL) {
    turn_away (server, socket, HTTP_TOO_MANY_CONNECTIONS);
    return;
  }
  client_text (text, address);
  server->counts.connections_open++;
  connection_new (server, socket, client, text);
}

static void
take_accepted (HttpServer *server, int socket, const Address *address)
{
  setsockopt (socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof (int));
  take_socket (server, socket, address);
}

static void
on_accept (struct evconnlistener *listener, evutil_socket_t socket, struct sockaddr *from, int length,
           void *data)
{
  (void)listener;
  Address address = {.any.sa_family = AF_UNSPEC};
  memcpy (&address, from, (size_t)length < sizeof address ? (size_t)length : sizeof address);
  take_accepted (data, socket, &address);
}

static void
on_accept_timer (evutil_socket_t socket, short what, void *data)
{
  (void)socket, (void)what;
  HttpServer *server = data;
  if (server->listener != NULL)
    evconnlistener_enable (server->listener);
}

/* Without descriptors accept fails at once and the socket stays readable: without a pause the loop would
 * spin. */
static void
on_accept_error (struct evconnlistener *listener, void *data)
{
  HttpServer *server = data;
  struct timeval pause = {.tv_sec = server->limits->accept_pause_ms / 1000,
                          .tv_usec = (suseconds_t)(server->limits->accept_pause_ms % 1000 * 1000)};
  server->counts.accept_pauses++;
  for (int i = 0; i < EVICTED_FOR_DESCRIPTORS; i++)
    (void)evict_idle (server);
  evconnlistener_disable (listener);
  event_add (&server->accept_timer, &pause);
}

void
http_server_adopt (HttpServer *server, int socket)
{
  Address address = {.any.sa_family = AF_UNSPEC};
  socklen_t length = sizeof address;
  evutil_make_socket_nonblocking (socket);
  (void)getpeername (socket, &address.any, &length);
  take_socket (server, socket, &address);
}

/* ---- life ---- */

static void
on_drained_kick (evutil_socket_t socket, short what, void *data)
{
  (void)socket, (void)what;
  HttpServer *server = data;
  if (server->on_drained != NULL)
    server->on_drained (server->drained_data);
}

static void
note_drained (HttpServer *server)
{
  if (server->state != SERVER_DRAINING || server->counts.connections_open > 0)
    return;
  server->state = SERVER_DRAINED;
  event_active (&server->drained, EV_TIMEOUT, 0);
}

void
server_forget (HttpServer *server, Client *client)
{
  discount_client (server, client);
  server->counts.connections_open--;
  note_drained (server);
}

static int
destroy_server (HttpServer *server)
{
  Connection *connection;
  server->on_drained = NULL;
  while ((connection = TAILQ_FIRST (&server->idle)) != NULL ||
         (connection = TAILQ_FIRST (&server->busy)) != NULL) {
    assert (connection->activity == CONNECTION_RESTING);
    connection_destroy (connection);
  }
  event_del (&server->accept_timer);
  event_del (&server->drained);
  if (server->listener != NULL)
    evconnlistener_free (server->listener);
  return 0;
}

HttpServer *
http_server_new (void *parent, struct event_base *base, const HttpOptions *options)
{
  HttpServer *server = memory_new (parent, HttpServer);
  server->base = base;
  server->options = *options;
  server->limits = options->limits != NULL ? options->limits : &http_default_limits;
  TAILQ_INIT (&server->idle);
  TAILQ_INIT (&server->busy);
  event_assign (&server->accept_timer, base, -1, 0, on_accept_timer, server);
  event_assign (&server->drained, base, -1, 0, on_drained_kick, server);
  /* libevent writes with writev, which cannot say MSG_NOSIGNAL: a client that goes away would end the
   * process. */
  signal (SIGPIPE, SIG_IGN);
  talloc_set_destructor (server, destroy_server);
  return server;
}

/* "ADDRESS:PORT"; libevent's parser refuses port 0, so the port is ours. */
static bool
parse_address (const char *text, Address *address, int *length)
{
  char host[INET6_ADDRSTRLEN + 2];
  const char *colon = strrchr (text, ':');
  if (colon == NULL || (size_t)(colon - text) >= sizeof host || strspn (colon + 1, "0123456789") > 5)
    return false;
  unsigned long port = strtoul (colon + 1, NULL, 10);
  memcpy (host, text, (size_t)(colon - text));
  host[colon - text] = 0;
  *length = sizeof *address;
  if (port > 65535 || colon[1] == 0 || colon[1 + strspn (colon + 1, "0123456789")] != 0 ||
      evutil_parse_sockaddr_port (host, &address->any, length) != 0)
    return false;
  *(address->any.sa_family == AF_INET6 ? &address->ip6.sin6_port : &address->ip4.sin_port) =
      htons ((uint16_t)port);
  return true;
}

Status
http_server_listen (HttpServer *server, const char *address, bool reuse_port)
{
  Address parsed = {.any.sa_family = AF_UNSPEC};
  int length = 0;
  unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
  if (reuse_port)
    flags |= LEV_OPT_REUSEABLE_PORT;
  if (!parse_address (address, &parsed, &length))
    return status_error (server, STATUS_INVALID_ARGUMENT, "BAD_ADDRESS", "%s is not ADDRESS:PORT", address);
  server->listener =
      evconnlistener_new_bind (server->base, on_accept, server, flags, BACKLOG, &parsed.any, length);
  if (server->listener == NULL)
    return status_error (server, STATUS_UNAVAILABLE, "CANNOT_LISTEN", "Cannot listen on %s: %s", address,
                         strerror (errno));
  evconnlistener_set_error_cb (server->listener, on_accept_error);
  return STATUS_SUCCESS;
}

unsigned
http_server_port (const HttpServer *server)
{
  Address address = {.storage = {0}};
  socklen_t length = sizeof address;
  if (server->listener == NULL ||
      getsockname (evconnlistener_get_fd (server->listener), &address.any, &length) != 0)
    return 0;
  return ntohs (address.any.sa_family == AF_INET6 ? address.ip6.sin6_port : address.ip4.sin_port);
}

/* Takes in what the kernel has already accepted for us: closing the listener would reset it. */
static void
accept_rest (HttpServer *server)
{
  int listener = evconnlistener_get_fd (server->listener);
  for (;;) {
    Address address = {.any.sa_family = AF_UNSPEC};
    socklen_t length = sizeof address;
    int socket = accept4 (listener, &address.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0 && errno == EINTR)
      continue;
    if (socket < 0)
      return;
    take_accepted (server, socket, &address);
  }
}

void
http_server_drain (HttpServer *server, void (*on_drained) (void *data), void *data)
{
  if (server->state != SERVER_SERVING)
    return;
  if (server->listener != NULL) {
    accept_rest (server);
    evconnlistener_free (server->listener);
    server->listener = NULL;
  }
  server->state = SERVER_DRAINING;
  server->on_drained = on_drained;
  server->drained_data = data;
  Connection *next;
  for (Connection *connection = TAILQ_FIRST (&server->idle); connection != NULL; connection = next) {
    next = TAILQ_NEXT (connection, entry);
    /* One that has not asked anything yet may have its first request on the way: it gets the time of one
     * head. */
    if (connection->requests == 0)
      connection->phase_at = connection_now () + server->limits->head_ms;
    connection_kick (connection);
  }
  note_drained (server);
}

const HttpCounts *
http_server_counts (const HttpServer *server)
{
  return &server->counts;
}
