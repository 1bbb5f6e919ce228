/* Frames and headers from a stranger: each kind of wrongness has its verdict, over the pure functions and on
 * a socket. */
#include "world.h"

#include "bus/frames.h"
#include "bus/socket.h"
#include "bus/wire.h"

#include <string.h>

static const uint8_t id[BUS_REQUEST_ID_SIZE] = "0123456789abcdef";

static Bytes
text (const char *string)
{
  return (Bytes){(const uint8_t *)string, strlen (string)};
}

static RequestHeader
good_header (void)
{
  RequestHeader header = REQUEST_HEADER__INIT;
  header.kind = REQUEST_KIND__REQUEST_KIND_CALL;
  header.request_id = (ProtobufCBinaryData){sizeof id, (uint8_t *)id};
  header.method = "test.v1.Echo/Echo";
  header.timeout_ms = 1000;
  header.attempt = 1;
  return header;
}

static WireVerdict
decode (void *root, const char *version, Bytes header, Bytes body, size_t count, Status *status)
{
  const Bytes frames[] = {text (version), header, body, text ("")};
  RequestHeader *decoded = NULL;
  *status = STATUS_SUCCESS;
  WireVerdict verdict = wire_decode_request (root, frames, count, &decoded, status);
  assert_true (verdict != WIRE_GOOD || decoded != NULL);
  return verdict;
}

static void
test_frames (void **state)
{
  void *root = memory_context (NULL);
  RequestHeader header = good_header ();
  Bytes good = memory_pack (root, &header.base);
  Bytes large = {memory_array (root, uint8_t, BUS_BODY_MAX + 1), BUS_BODY_MAX + 1};
  Bytes long_header = {large.data, BUS_HEADER_MAX + 1};
  const struct {
    const char *version;
    Bytes header;
    Bytes body;
    size_t count;
    WireVerdict verdict;
  } cases[] = {
      {"HB1", good, text (""), 3, WIRE_GOOD},
      {"HB1", good, text ("body"), 3, WIRE_GOOD},
      {"HB1", good, text (""), 0, WIRE_TRUNCATED},
      {"HB1", good, text (""), 1, WIRE_TRUNCATED},
      {"HB1", good, text (""), 2, WIRE_TRUNCATED},
      {"HB1", good, text (""), 4, WIRE_TRUNCATED},
      {"HB2", good, text (""), 3, WIRE_UNKNOWN_VERSION},
      {"HB", good, text (""), 3, WIRE_UNKNOWN_VERSION},
      {"HB11", good, text (""), 3, WIRE_UNKNOWN_VERSION},
      {"", good, text (""), 3, WIRE_UNKNOWN_VERSION},
      {"HB1", text (""), text (""), 3, WIRE_MALFORMED},
      {"HB1", text ("rubbish"), text (""), 3, WIRE_MALFORMED},
      {"HB1", (Bytes){good.data, good.length - 1}, text (""), 3, WIRE_MALFORMED},
      {"HB1", long_header, text (""), 3, WIRE_MALFORMED},
      {"HB1", good, large, 3, WIRE_MALFORMED},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Status status;
    WireVerdict verdict =
        decode (root, cases[i].version, cases[i].header, cases[i].body, cases[i].count, &status);
    if (verdict != cases[i].verdict)
      fail_msg ("case %zu: verdict %d", i, (int)verdict);
  }
  talloc_free (root);
}

/* One change to a good header, and what comes of it. */
typedef struct HeaderCase {
  const char *name;
  void (*change) (RequestHeader *header);
  WireVerdict verdict;
} HeaderCase;

static Principal principal = PROTOBUF_C_MESSAGE_INIT (&principal__descriptor);
static char long_text[300];

static void
no_kind (RequestHeader *h)
{
  h->kind = 0;
}
static void
odd_kind (RequestHeader *h)
{
  h->kind = 99;
}
static void
ping (RequestHeader *h)
{
  request_header__init (h);
  h->kind = REQUEST_KIND__REQUEST_KIND_PING;
}
static void
cancel (RequestHeader *h)
{
  h->kind = REQUEST_KIND__REQUEST_KIND_CANCEL;
  h->method = "";
}
static void
cancel_nothing (RequestHeader *h)
{
  cancel (h);
  h->request_id.len = 0;
}
static void
short_id (RequestHeader *h)
{
  h->request_id.len = 15;
}
static void
no_method (RequestHeader *h)
{
  h->method = "";
}
static void
method_without_slash (RequestHeader *h)
{
  h->method = "test.v1.Echo";
}
static void
method_ends_in_slash (RequestHeader *h)
{
  h->method = "test.v1.Echo/";
}
static void
method_with_newline (RequestHeader *h)
{
  h->method = "test.v1.Echo/E\ncho";
}
static void
long_method (RequestHeader *h)
{
  long_text[1] = '/';
  h->method = long_text;
}
static void
long_timeout (RequestHeader *h)
{
  h->timeout_ms = BUS_TIMEOUT_MAX_MS + 1;
}
static void
no_time (RequestHeader *h)
{
  h->timeout_ms = 0;
}
static void
third_attempt (RequestHeader *h)
{
  h->attempt = 3;
}
static void
no_attempt (RequestHeader *h)
{
  h->attempt = 0;
}
static void
long_key (RequestHeader *h)
{
  h->idempotency_key = long_text;
}
static void
key_with_space (RequestHeader *h)
{
  h->idempotency_key = "a b";
}
static void
odd_trace (RequestHeader *h)
{
  h->traceparent = "00-xyz";
}
static void
good_trace (RequestHeader *h)
{
  h->traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
}
static void
good_principal (RequestHeader *h)
{
  h->principal = &principal;
}
static void
odd_role (RequestHeader *h)
{
  static const char *roles[] = {"registrar", "not a role"};
  principal__init (&principal);
  principal.roles = roles;
  principal.n_roles = 2;
  h->principal = &principal;
}

static void
many_roles (RequestHeader *h)
{
  static const char *roles[65];
  for (size_t i = 0; i < 65; i++)
    roles[i] = "registrar";
  odd_role (h);
  principal.roles = roles;
  principal.n_roles = 65;
}

static void
odd_subject (RequestHeader *h)
{
  principal.subject = "user:\x7f";
  h->principal = &principal;
}
static void
long_match (RequestHeader *h)
{
  h->if_match = long_text;
}
static void
broken_utf8 (RequestHeader *h)
{
  h->idempotency_key = "\xc3\x28";
}

static void
test_headers (void **state)
{
  static const HeaderCase cases[] = {
      {"no kind", no_kind, WIRE_MALFORMED},
      {"odd kind", odd_kind, WIRE_MALFORMED},
      {"ping", ping, WIRE_GOOD},
      {"cancel", cancel, WIRE_GOOD},
      {"cancel nothing", cancel_nothing, WIRE_MALFORMED},
      {"short id", short_id, WIRE_MALFORMED},
      {"no method", no_method, WIRE_REFUSED},
      {"method without slash", method_without_slash, WIRE_REFUSED},
      {"method ends in slash", method_ends_in_slash, WIRE_REFUSED},
      {"method with newline", method_with_newline, WIRE_REFUSED},
      {"long method", long_method, WIRE_REFUSED},
      {"long timeout", long_timeout, WIRE_REFUSED},
      {"no time", no_time, WIRE_GOOD},
      {"third attempt", third_attempt, WIRE_REFUSED},
      {"no attempt", no_attempt, WIRE_REFUSED},
      {"long key", long_key, WIRE_REFUSED},
      {"key with space", key_with_space, WIRE_REFUSED},
      {"odd trace", odd_trace, WIRE_REFUSED},
      {"good trace", good_trace, WIRE_GOOD},
      {"good principal", good_principal, WIRE_GOOD},
      {"odd role", odd_role, WIRE_REFUSED},
      {"many roles", many_roles, WIRE_REFUSED},
      {"odd subject", odd_subject, WIRE_REFUSED},
      {"long if-match", long_match, WIRE_REFUSED},
      {"broken UTF-8", broken_utf8, WIRE_MALFORMED},
  };
  void *root = memory_context (NULL);
  (void)state;
  memset (long_text, 'a', sizeof long_text - 1);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Status status;
    RequestHeader header = good_header ();
    cases[i].change (&header);
    if (decode (root, "HB1", memory_pack (root, &header.base), text (""), 3, &status) != cases[i].verdict)
      fail_msg ("%s", cases[i].name);
    if (cases[i].verdict == WIRE_REFUSED)
      assert_string_equal (status.detail->reason, "BAD_HEADER");
  }
  talloc_free (root);
}

static void
test_status_round_trip (void **state)
{
  void *root = memory_context (NULL);
  (void)state;
  Status status = status_unavailable (root, 250, "DATABASE_AWAY", "away");
  status_add_violation (&status, root, "a.b", "TOO_LONG", "%s", "long");
  ReplyHeader header = REPLY_HEADER__INIT;
  header.code = status.code;
  header.retry_after_ms = status.detail->retry_after_ms;
  header.error = wire_error (root, status);
  Status copy = wire_status (root, &header);
  assert_int_equal (copy.code, STATUS_UNAVAILABLE);
  assert_int_equal (copy.detail->retry_after_ms, 250);
  assert_int_equal (copy.detail->violation_count, 1);
  assert_string_equal (copy.detail->violations[0].field, "a.b");
  header.code = 999; /* of a later version */
  assert_int_equal (wire_status (root, &header).code, STATUS_UNKNOWN);
  header.code = 0;
  assert_false (status_failed (wire_status (root, &header)));
  assert_null (wire_error (root, STATUS_SUCCESS));
  talloc_free (root);
}

static void
send_raw (void *socket, const Bytes *frames, size_t count)
{
  for (size_t i = 0; i < count; i++)
    zmq_send (socket, frames[i].data, frames[i].length, i + 1 < count ? ZMQ_SNDMORE : 0);
}

/* Rubbish on a real socket: counted, nothing executed, the next good call served. */
static void
test_rubbish_on_a_socket (void **state)
{
  enum { LEVELS = 5000 };
  World world;
  Outcome outcome;
  (void)state;
  world_open (&world);
  Echo *echo = echo_start (&world, NULL);
  void *socket = socket_open (world.bus, SOCKET_DEALER, NULL);
  zmq_connect (socket, bus_server_endpoint (echo->server));
  world_run_for (&world, 50);

  /* A nested bomb: field 7 (principal) inside itself, thousands deep. */
  uint8_t *bomb = memory_array (world.root, uint8_t, (size_t)LEVELS * 4);
  size_t size = 0;
  for (size_t level = 0; level < LEVELS && size < 16000; level++) {
    size_t left = (size_t)LEVELS * 3 - size;
    bomb[size++] = 7 << 3 | 2;
    bomb[size++] = (uint8_t)(0x80 | (left & 0x7f));
    bomb[size++] = (uint8_t)(left >> 7 & 0x7f);
  }
  const Bytes bomb_frames[] = {text ("HB1"), {bomb, size}, text ("")};
  send_raw (socket, bomb_frames, 3);
  world_wait_counter (&world, COUNTER_MALFORMED, 1);

  const Bytes truncated[] = {text ("HB1"), text ("x")};
  send_raw (socket, truncated, 1);
  send_raw (socket, truncated, 2);
  world_wait_counter (&world, COUNTER_TRUNCATED, 2);
  const Bytes many[] = {text ("HB1"), text (""), text (""), text (""), text (""), text (""), text ("")};
  send_raw (socket, many, 7);
  world_wait_counter (&world, COUNTER_TRUNCATED, 3);
  const Bytes version[] = {text ("XX9"), text (""), text ("")};
  send_raw (socket, version, 3);
  world_wait_counter (&world, COUNTER_UNKNOWN_VERSION, 1);

  /* No time left: answered, not executed. */
  RequestHeader header = good_header ();
  header.timeout_ms = 0;
  const Bytes expired[] = {text ("HB1"), memory_pack (world.root, &header.base), text ("")};
  send_raw (socket, expired, 3);
  world_wait_counter (&world, COUNTER_EXPIRED, 1);
  FrameSet set;
  ReplyHeader *reply = NULL;
  while (!frames_receive (socket, &set))
    world_run_for (&world, 2);
  const Bytes frames[] = {frames_bytes (&set, 0), frames_bytes (&set, 1), frames_bytes (&set, 2)};
  assert_int_equal (wire_decode_reply (world.root, frames, 3, &reply), WIRE_GOOD);
  assert_int_equal (reply->code, STATUS_DEADLINE_EXCEEDED);
  frames_close (&set);

  /* A frame above the limit closes its connection and nothing else. */
  size_t too_much = (size_t)BUS_BODY_MAX * 4;
  const Bytes large[] = {text ("HB1"), text (""), {memory_array (world.root, uint8_t, too_much), too_much}};
  int64_t malformed = counter_value (world.bus, COUNTER_MALFORMED);
  send_raw (socket, large, 3);
  world_run_for (&world, 50);
  assert_int_equal (counter_value (world.bus, COUNTER_MALFORMED), malformed); /* it never arrived */

  assert_int_equal (echo->executed, 0);
  BusClient *client = client_start (&world, NULL, 1);
  call_and_wait (&world, client, "Echo", "still here", &outcome);
  assert_string_equal (outcome.body, "still here");
  talloc_free (client);
  socket_close (socket, 0);
  echo_stop (echo);
  world_close (&world);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_frames),
      cmocka_unit_test (test_headers),
      cmocka_unit_test (test_status_round_trip),
      cmocka_unit_test (test_rubbish_on_a_socket),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
