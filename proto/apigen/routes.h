/* Routes: the HTTP bindings of all methods, parsed and checked.
 *
 * A route that is wrong is reported and left out. Two routes that can match one request are a problem,
 * because which of them answers must never depend on their order.
 */
#ifndef HEIMO_APIGEN_ROUTES_H
#define HEIMO_APIGEN_ROUTES_H

#include "core/api.h"
#include "model.h"
#include "problem.h"

enum { ROUTE_DEPTH_MAX = 3 }; /* steps of a variable like "person.person_id" */

typedef struct RouteSegment {
  const char *literal;  /* NULL for a variable */
  const char *variable; /* "person_id", "person.person_id" */
  const ModelField *fields[ROUTE_DEPTH_MAX];
  size_t depth;
} RouteSegment;

typedef struct Route {
  const ModelMethod *method;
  ApiVerb verb;
  const char *path;
  RouteSegment segments[API_SEGMENTS_MAX];
  size_t segment_count;
  const char *custom_verb; /* NULL without */
  ApiBody body;
  const ModelField *body_field;
  const ModelField *stream_field;
  const ModelField *watch_field;
  const ModelField *follow_field;
  const ModelField *cursor_field;
} Route;

typedef struct Routes {
  Route *list; /* by verb, number of segments, path */
  size_t count;
  const char **services; /* names of processes, sorted */
  size_t service_count;
} Routes;

/* Parses and checks all bindings. Problems go to `problems`. */
const Routes *routes_load (void *owner, const Model *model, Problems *problems);

/* True when the field at the top level of the request is bound by the path. */
bool route_in_path (const Route *route, const ModelField *field);

/* True when the field of the request is a query parameter of the route. What the gateway fills in while it
 * passes an upload on (upload_id, part, data, last) is none. */
bool route_in_query (const Route *route, const ModelField *field);

#endif
