/* The body of an upload to UploadPart calls. */
#include "gateway/upload.h"

#include "core/id.h"
#include "core/text.h"
#include "core/validate.h"
#include "gateway/calls.h"
#include "gateway/json/json.h"
#include "gateway/visit.h"
#include "heimo/common/v1/upload.pb-c.h"

#include <string.h>
#include <strings.h>

enum {
  PART_BYTES = 256 * 1024,
  ATTEMPTS = 30 /* of a part, a second apart, while the service is away */
};

/* Where the body stands. */
typedef enum UploadState {
  UPLOAD_RECEIVING, /* more may come */
  UPLOAD_PAUSED,    /* a whole part waits behind the one in flight; the client is not read */
  UPLOAD_RECEIVED   /* all of it is here */
} UploadState;

typedef struct Upload {
  UploadState state;
  char id[ID_TEXT_SIZE];
  char *file_name;
  JsonBuffer *waiting; /* bytes that are not on their way yet: a part and a piece at most */
  JsonBuffer *sending; /* the part on its way, kept until it is acknowledged; empty: none */
  uint32_t number;     /* of the part on its way, or of the next */
  bool on_its_way;
  bool last; /* the part on its way is the last */
  unsigned attempts;
  struct event *retry;
} Upload;

/* ---- the name of the file ---- */

static int
hex_value (char character)
{
  if (character >= '0' && character <= '9')
    return character - '0';
  character = (char)(character | 0x20);
  return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

/* RFC 8187: UTF-8''na%C3%AFve.csv, up to a semicolon. */
static char *
extended_name (void *owner, const char *value)
{
  const char *text = strncasecmp (value, "UTF-8'", 6) == 0 ? strchr (value + 6, '\'') : NULL;
  if (text == NULL)
    return NULL;
  char *name = memory_string_n (owner, text + 1, strcspn (text + 1, "; \t"));
  size_t length = 0;
  for (size_t i = 0; name[i] != '\0'; i++) {
    int high = name[i] == '%' ? hex_value (name[i + 1]) : -1;
    int low = high < 0 ? -1 : hex_value (name[i + 2]);
    if (name[i] == '%' && low < 0)
      return NULL;
    name[length++] = (char)(low < 0 ? name[i] : high << 4 | low);
    i += low < 0 ? 0 : 2;
  }
  name[length] = '\0';
  return strlen (name) == length ? name : NULL;
}

/* A token, or a string in quotes with backslash escapes. */
static char *
plain_name (void *owner, const char *value)
{
  if (value[0] != '"')
    return memory_string_n (owner, value, strcspn (value, "; \t"));
  char *name = memory_string (owner, value + 1);
  size_t length = 0;
  for (const char *at = value + 1; *at != '"'; at++) {
    if (*at == '\\' && at[1] != '\0')
      at++;
    if (*at == '\0')
      return NULL;
    name[length++] = *at;
  }
  name[length] = '\0';
  return name;
}

/* The value after "; NAME=" outside of quotes; NULL when there is none. */
static const char *
find_parameter (const char *header, const char *name)
{
  size_t length = strlen (name);
  bool quoted = false;
  for (const char *at = header; *at != '\0'; at++) {
    if (quoted && *at == '\\' && at[1] != '\0')
      at++;
    else if (*at == '"')
      quoted = !quoted;
    if (quoted || *at != ';')
      continue;
    const char *start = at + 1 + strspn (at + 1, " \t");
    if (strncasecmp (start, name, length) == 0 && start[length] == '=')
      return start + length + 1;
  }
  return NULL;
}

char *
upload_file_name (void *owner, const char *content_disposition)
{
  const char *extended = find_parameter (content_disposition, "filename*");
  const char *plain = find_parameter (content_disposition, "filename");
  char *name = extended == NULL ? NULL : extended_name (owner, extended);
  if (name == NULL && plain != NULL)
    name = plain_name (owner, plain);
  if (name == NULL || !text_is_utf8 (name, strlen (name)))
    return NULL;
  char *slash = strrchr (name, '/');
  name = slash == NULL ? name : slash + 1;
  char *backslash = strrchr (name, '\\');
  return memory_string (owner, backslash == NULL ? name : backslash + 1);
}

/* ---- parts ---- */

static void next_part (Visit *visit);
static void send_part (Visit *visit);

static void
on_retry (evutil_socket_t socket, short what, void *arg)
{
  (void)socket;
  (void)what;
  send_part (arg);
}

/* Parts may be sent twice, so a service that restarts only delays the upload; the client meanwhile waits
 * unread. */
static void
part_failed (Visit *visit, Status status)
{
  Upload *upload = visit->state;
  bool passes = status.code == STATUS_UNAVAILABLE || status.code == STATUS_RESOURCE_EXHAUSTED;
  if (!passes || ++upload->attempts > ATTEMPTS) {
    visit_fail (visit, status);
    return;
  }
  evtimer_add (upload->retry, &(struct timeval){.tv_sec = 1});
}

static void
on_reply (void *arg, const BusReply *reply)
{
  Visit *visit = arg;
  Upload *upload = visit->state;
  ProtobufCMessage *message = NULL;
  void *owner = memory_context (visit);
  Status status = visit_reply (visit, owner, reply, &message);
  if (status_failed (status)) {
    part_failed (visit, status);
    return;
  }
  if (upload->last) {
    calls_answer (visit, reply, message);
    return;
  }
  talloc_free (owner);
  upload->attempts = 0;
  upload->number++;
  upload->on_its_way = false;
  if (upload->state == UPLOAD_PAUSED) {
    upload->state = UPLOAD_RECEIVING;
    http_body_resume (visit->http);
  }
  next_part (visit);
}

static void
send_part (Visit *visit)
{
  Upload *upload = visit->state;
  UploadPart part = UPLOAD_PART__INIT;
  part.upload_id = upload->id;
  part.part = upload->number;
  part.data = (ProtobufCBinaryData){.len = upload->sending->length, .data = (uint8_t *)upload->sending->data};
  part.last = upload->last;
  part.file_name = upload->file_name;
  visit_call (visit, &part.base, NULL, NULL, on_reply);
}

/* Takes the next part when none is on its way and there is one: a full one with something behind it, or, when
 * all has been received, the rest, which is the last. */
static void
next_part (Visit *visit)
{
  Upload *upload = visit->state;
  JsonBuffer *waiting = upload->waiting;
  bool last = upload->state == UPLOAD_RECEIVED && waiting->length <= PART_BYTES;
  if (upload->on_its_way || (!last && waiting->length <= PART_BYTES))
    return;
  size_t size = last ? waiting->length : PART_BYTES;
  upload->on_its_way = true;
  upload->last = last;
  upload->sending->length = 0;
  json_append (upload->sending, waiting->data, size);
  waiting->length -= size;
  memmove (waiting->data, waiting->data + size, waiting->length);
  send_part (visit);
}

static void
on_piece (HttpRequest *http, Bytes piece)
{
  Visit *visit = http->data;
  Upload *upload = visit->state;
  counts_add (visit->thread->gateway->counts, COUNT_UPLOAD_BYTES, (int64_t)piece.length);
  json_append (upload->waiting, (const char *)piece.data, piece.length);
  next_part (visit);
  if (upload->waiting->length > PART_BYTES) {
    upload->state = UPLOAD_PAUSED;
    http_body_pause (http);
  }
}

static void
begin (Visit *visit)
{
  Upload *upload = visit->state;
  upload->state = UPLOAD_RECEIVED;
  next_part (visit);
}

/* ---- the head ---- */

static Status
check_type (Visit *visit)
{
  const char *type = http_request_header (visit->http, "Content-Type");
  const char *coding = http_request_header (visit->http, "Content-Encoding");
  const char *const *allowed = visit->match.route->upload;
  bool known = false;
  for (size_t i = 0; allowed[i] != NULL && type != NULL; i++)
    known = known || calls_is_media_type (type, allowed[i]);
  if (known && (coding == NULL || strcasecmp (coding, "identity") == 0))
    return STATUS_SUCCESS;
  return status_error (visit, STATUS_INVALID_ARGUMENT, "UNSUPPORTED_MEDIA_TYPE",
                       "The body must be a file of type %s without a content coding", allowed[0]);
}

static Status
read_name (Visit *visit, Upload *upload)
{
  const HttpTarget *target = visit->http->target;
  const char *disposition = http_request_header (visit->http, "Content-Disposition");
  upload->file_name = disposition == NULL ? NULL : upload_file_name (upload, disposition);
  for (size_t i = 0; i < target->parameter_count; i++) {
    const char *name = target->parameters[i].name.data;
    if (strcmp (name, "file_name") != 0 && strcmp (name, "fileName") != 0)
      return status_field (visit, name, "UNKNOWN_PARAMETER", "%s", json_reason_text ("UNKNOWN_PARAMETER"));
    upload->file_name = memory_string (upload, target->parameters[i].value.data);
  }
  if (upload->file_name == NULL)
    upload->file_name = memory_string (upload, "");
  return STATUS_SUCCESS;
}

/* The same Idempotency-Key is the same file, so an upload that was cut can simply be sent again. */
static void
choose_id (Visit *visit, Upload *upload)
{
  const Gateway *gateway = visit->thread->gateway;
  Id id = id_new (clock_now (gateway->clock));
  if (visit->idempotency_key != NULL) {
    const char *space = memory_format (visit, "%s %s %s", gateway->principal.federation_id,
                                       gateway->principal.subject, visit->match.route->method->full_name);
    id = id_of_name (space, visit->idempotency_key);
  }
  id_format (id, upload->id);
}

static Status
check_name (Visit *visit, Upload *upload)
{
  UploadPart part = UPLOAD_PART__INIT;
  part.upload_id = upload->id;
  part.file_name = upload->file_name;
  return validate_message (visit->thread->gateway->api, visit, &part.base);
}

static int
free_retry (Upload *upload)
{
  event_free (upload->retry);
  return 0;
}

static void
plan (Visit *visit, HttpPlan *http_plan)
{
  Upload *upload = memory_new (visit, Upload);
  visit->state = upload;
  Status status = check_type (visit);
  if (!status_failed (status))
    status = read_name (visit, upload);
  choose_id (visit, upload);
  if (!status_failed (status))
    status = check_name (visit, upload);
  if (status_failed (status)) {
    visit_fail (visit, status);
    return;
  }
  upload->waiting = json_buffer_new (upload, (size_t)2 * PART_BYTES);
  upload->sending = json_buffer_new (upload, PART_BYTES);
  upload->retry = evtimer_new (visit->thread->base, on_retry, visit);
  talloc_set_destructor (upload, free_retry);
  http_plan->on_piece = on_piece;
  http_plan->body_bytes = (uint64_t)visit->thread->gateway->settings->upload_bytes;
  http_plan->total_ms = HTTP_NO_DEADLINE;
}

const VisitKind upload_kind = {.name = "upload", .hold = LIMITER_CALL, .begin = begin, .plan = plan};
