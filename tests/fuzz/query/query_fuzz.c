/* Any bytes as the target of a request: through the codec, the routes and the binding of path and query. What
 * binds is a message that packs and unpacks. */
#include "core/validate.h"
#include "gateway/bind.h"
#include "heimo_api.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
bind (void *owner, const ApiMatch *match, const HttpTarget *target)
{
  BindInput input = {
      .match = match, .parameters = target->parameters, .parameter_count = target->parameter_count};
  ProtobufCMessage *message = NULL;
  if (status_failed (bind_request (&heimo_api, owner, &input, &message)))
    return;
  Bytes bytes = memory_pack (owner, message);
  ProtobufCMessage *again = NULL;
  Status status = validate_unpack (&heimo_api, owner, message->descriptor, bytes, VALIDATE_REQUEST, &again);
  if (status_failed (status))
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < 2)
    return 0;
  void *owner = memory_context (NULL);
  ApiVerb verb = (ApiVerb)(data[0] % API_VERB_COUNT);
  static const HttpMethod methods[] = {HTTP_GET, HTTP_POST, HTTP_PATCH, HTTP_DELETE};
  HttpText raw = {memory_string_n (owner, (const char *)data + 1, size - 1), 0};
  raw.length = strlen (raw.data);
  HttpTarget target;
  HttpText host = {"localhost", 9};
  ApiMatch match;
  if (http_target_parse (owner, &target, raw, methods[verb], host) == NULL &&
      api_find_route (&heimo_api, verb, raw.data, strcspn (raw.data, "?"), &match))
    bind (owner, &match, &target);
  talloc_free (owner);
  return 0;
}
