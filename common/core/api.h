/* The run-time form of the contracts in proto/: what proto/apigen generates, and how to look things up in it.
 *
 * One constant, `heimo_api` (declared by the generated header "heimo_api.h", library heimo_proto), holds
 * every message, service, method and route. It is handed down as `const Api *`, so tests can bring tables of
 * their own. Everything here is read-only data: any thread may use it.
 *
 * The gateway matches requests against routes and walks JSON with the message tables; the service skeleton
 * runs handler tables (ServiceMethod); core/validate.h checks values against the same tables.
 */
#ifndef HEIMO_CORE_API_H
#define HEIMO_CORE_API_H

#include "core/status.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Call Call; /* service/service.h */
typedef struct ApiMessage ApiMessage;
typedef struct ApiService ApiService;

enum {
  API_DEPTH_MAX = 16,    /* levels of nested messages that are accepted from outside */
  API_SEGMENTS_MAX = 12, /* of a route's path */
  API_VARIABLES_MAX = 4, /* in a route's path */
  API_TEXT_MAX = 200,    /* default greatest length of a string, code points */
  API_BYTES_MAX = 65536, /* default greatest length of bytes */
  API_COUNT_MAX = 1000,  /* default greatest number of elements of a repeated field */
  API_TIMEOUT_MS = 5000  /* default deadline of a method */
};

/* The shape of a string; same numbers as heimo.Format in proto/heimo/options.proto, where each is described.
 */
typedef enum ApiFormat {
  API_FORMAT_TEXT = 0,
  API_FORMAT_DATE = 1,
  API_FORMAT_TIMESTAMP = 2,
  API_FORMAT_UUID = 3,
  API_FORMAT_EMAIL = 4,
  API_FORMAT_PHONE = 5,
  API_FORMAT_COUNTRY = 6,
  API_FORMAT_LANGUAGE = 7,
  API_FORMAT_CODE = 8,
  API_FORMAT_FIELD_PATH = 9,
  API_FORMAT_CSV = 10
} ApiFormat;

/* One field: what the protobuf-c descriptor does not know. Numbers are resolved: defaults are filled in. */
typedef struct ApiField {
  const char *json_name;     /* lowerCamelCase */
  const ApiMessage *message; /* the table of a message field, NULL for others */
  bool map;                  /* a map: repeated entries {key = 1, value = 2}, in JSON an object */
  bool required;             /* refused with REQUIRED when absent or default */
  bool output_only;          /* set by the service; what a client sends is ignored */
  bool immutable;            /* may be set at creation only */
  bool personal;             /* never in logs, metrics, error messages */
  bool bounded;              /* a number in [minimum, maximum] */
  ApiFormat format;          /* of a string, or of each string of a repeated field or map */
  uint32_t min_length; /* of each value: code points of a string, bytes of bytes; an empty value passes */
  uint32_t max_length; /* of each value: API_TEXT_MAX, API_BYTES_MAX by default */
  uint32_t min_count;  /* elements of a repeated field or map; none at all passes unless required */
  uint32_t max_count;  /* API_COUNT_MAX by default */
  int64_t minimum;
  int64_t maximum;
} ApiField;

/* One message. `fields` runs parallel to descriptor->fields (sorted by number, descriptor->n_fields of them).
 */
struct ApiMessage {
  const ProtobufCMessageDescriptor *descriptor;
  const ApiField *fields;
  const uint16_t *by_json_name; /* indexes into fields, sorted by json_name */
  bool event;                   /* may be appended to the event log; descriptor->name is the event type */
};

/* Who may call a method; the names in proto are "public", "member" … */
typedef enum ApiAccess {
  API_ACCESS_PUBLIC,
  API_ACCESS_MEMBER,
  API_ACCESS_REGISTRAR,
  API_ACCESS_OPERATOR,
  API_ACCESS_SERVICE /* other services only, never over HTTP */
} ApiAccess;

/* One method of a service. */
typedef struct ApiMethod {
  const char *full_name; /* "heimo.membership.v1.MembershipService/GetPerson", as on the bus */
  const char *name;      /* "GetPerson" */
  const ApiService *service;
  const ApiMessage *request;
  const ApiMessage *reply;
  bool read_only;        /* changes nothing */
  bool idempotent;       /* safe to send twice; only these are retried */
  bool own_transactions; /* the handler opens its transactions itself */
  ApiAccess access;
  uint32_t timeout_ms; /* resolved: never 0 */
} ApiMethod;

/* One service of a proto file. */
struct ApiService {
  const char *full_name; /* "heimo.membership.v1.MembershipService" */
  const char *name;      /* "membership", the process that implements it; NULL for common services */
  bool common;           /* implemented by every process: RunService, EventLogService */
  const ApiMethod *methods;
  size_t method_count;
};

/* A row of a generated handler table (gen/heimo_NAME_handlers.h): the method and a typed thunk to its
 * handler. */
typedef struct ServiceMethod {
  const ApiMethod *method;
  Status (*handle) (Call *call, const ProtobufCMessage *request, ProtobufCMessage *reply);
} ServiceMethod;

/* The verbs of HTTP that routes use. HEAD is answered from GET by the gateway. */
typedef enum ApiVerb { API_GET, API_POST, API_PATCH, API_DELETE, API_VERB_COUNT } ApiVerb;

/* A field inside the request: indexes into ApiMessage.fields, outermost first ("person.person_id" has two).
 */
typedef struct ApiFieldPath {
  const char *name; /* as in proto, "person.person_id" */
  uint8_t depth;
  uint16_t fields[3];
} ApiFieldPath;

/* One segment of a path: a literal, or a variable that takes exactly one segment. */
typedef struct ApiSegment {
  const char *literal; /* NULL for a variable */
  ApiFieldPath variable;
} ApiSegment;

/* What the body of an HTTP request is. */
typedef enum ApiBody {
  API_BODY_NONE,    /* none; everything not in the path is a query parameter */
  API_BODY_REQUEST, /* JSON of the whole request message */
  API_BODY_FIELD,   /* JSON of one message field; the rest are query parameters */
  API_BODY_UPLOAD   /* a file of one of `upload`; the rest are query parameters */
} ApiBody;

/* One HTTP binding. */
typedef struct ApiRoute {
  ApiVerb verb;
  const char *path; /* the template, "/v1/persons/{person_id}:end" */
  const ApiMethod *method;
  const char *service; /* the process to ask; NULL: the value of the path variable "service" */
  const ApiSegment *segments;
  size_t segment_count;
  const char *custom_verb; /* "end"; NULL without */
  ApiBody body;
  uint16_t body_field;       /* index in the request, for API_BODY_FIELD */
  const char *const *upload; /* media types, NULL-terminated; NULL unless API_BODY_UPLOAD */
  int stream_field;          /* index in the reply of the repeated field of rows, or -1 */
  int watch_field;           /* index in the reply of the boolean field that ends a watch, or -1 */
  int follow_field;          /* index in the request of the field that takes the cursor, or -1 */
  int cursor_field;          /* index in the reply of the cursor, when follow_field is set, or -1 */
} ApiRoute;

/* Everything, sorted for look-up. */
typedef struct Api {
  const ApiMessage *messages; /* by full name */
  size_t message_count;
  const ApiService *services; /* by full name */
  size_t service_count;
  const ApiMethod *methods; /* by full name */
  size_t method_count;
  const ApiRoute *routes; /* by verb, number of segments, path */
  size_t route_count;
  const char *const *service_names; /* processes that may stand for {service} in a path, sorted */
  size_t service_name_count;
} Api;

/* The table of a message type; NULL when the tables do not know it. */
const ApiMessage *api_find_message (const Api *api, const ProtobufCMessageDescriptor *descriptor);

/* The same by full name, "heimo.membership.v1.Person": for event types. */
const ApiMessage *api_find_message_by_name (const Api *api, const char *full_name);

/* A method by full name, "heimo.membership.v1.MembershipService/GetPerson"; NULL when unknown. */
const ApiMethod *api_find_method (const Api *api, const char *full_name);

/* The index of a field by JSON name or proto name (both forms are accepted in), or -1. The name need not end
 * in NUL. */
int api_find_field (const ApiMessage *message, const char *name, size_t length);

/* A piece of the path of a request; not owned, not terminated, still percent-encoded. */
typedef struct ApiText {
  const char *text;
  size_t length;
} ApiText;

/* What a path matched. */
typedef struct ApiMatch {
  const ApiRoute *route; /* NULL: no route with this verb */
  unsigned allowed;      /* bit mask of (1u << ApiVerb) that the path has routes for; 0: no such path */
  const char *service;   /* the process to ask, from the route or from {service} */
  size_t value_count;
  struct {
    const ApiFieldPath *field;
    ApiText value;
  } values[API_VARIABLES_MAX]; /* the variables, in the order of the path; never empty */
} ApiMatch;

/* Matches the path of a request (origin form without the query, still percent-encoded). A literal matches
 * itself only. After the last colon of the last segment comes the custom verb; a colon in a value is sent as
 * %3A. The variable {service} of a common service matches names of processes only. True when match->route is
 * set. */
bool api_find_route (const Api *api, ApiVerb verb, const char *path, size_t length, ApiMatch *match);

/* "GET" …; static. */
const char *api_verb_name (ApiVerb verb);

#endif
