/* OpenAPI: the description of the HTTP interface, 3.1, for people, clients and the types of the web
 * application. */
#ifndef HEIMO_APIGEN_OPENAPI_H
#define HEIMO_APIGEN_OPENAPI_H

#include "model.h"
#include "routes.h"

#include <jansson.h>

/* Writes openapi.json, NAME_openapi.h and NAME_openapi.c (the same text as a constant) into the folder. False
 * when a file cannot be written. */
bool openapi_write (const Model *model, const Routes *routes, const char *name, const char *folder);

/* --- schemas (schema.c) --- */

/* Which side of a message a schema describes. */
typedef enum SchemaSide {
  SCHEMA_REPLY, /* as it is answered: every field is there, only messages that are not set are left out */
  SCHEMA_INPUT, /* as it is sent: limits, required fields, nothing unknown */
  SCHEMA_UPDATE /* as it is sent in a partial update: nothing is required */
} SchemaSide;

/* The schemas made so far. */
typedef struct Schemas {
  void *owner;
  const Model *model;
  bool *answered;  /* parallel to model->messages: occurs in a reply */
  json_t *by_name; /* components.schemas */
} Schemas;

/* Starts without schemas; `by_name` is a new reference. */
Schemas *schemas_new (void *owner, const Model *model);

/* {"$ref": …} to the schema of a message or an enum, which is made when it is not there yet. */
json_t *schema_ref (Schemas *schemas, const ModelMessage *message, SchemaSide side);
json_t *schema_enum_ref (Schemas *schemas, const ModelEnum *enumeration);

/* The schema of one field; of one element when `element` is set. */
json_t *schema_field (Schemas *schemas, const ModelField *field, SchemaSide side, bool element);

/* The schema of the body of a route whose body is the request: the fields that are not in the path. Named
 * after the method. */
json_t *schema_body_ref (Schemas *schemas, const Route *route);

/* Schemas that are the same in every interface: Problem and Violation. */
void schemas_add_problem (Schemas *schemas);

/* A comment as running text: line breaks inside a paragraph are spaces. Owned by `owner`. */
const char *schema_text (void *owner, const char *comment);

#endif
