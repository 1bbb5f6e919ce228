/* Tables: the C sources that hold the run-time tables of core/api.h and the handler tables of the services.
 */
#ifndef HEIMO_APIGEN_TABLES_H
#define HEIMO_APIGEN_TABLES_H

#include "model.h"
#include "output.h"
#include "routes.h"

/* Writes NAME_api.h and NAME_api.c into the folder. False when a file cannot be written. */
bool tables_write (const Model *model, const Routes *routes, const char *name, const char *folder);

/* Writes NAME_SERVICE_handlers.h and .c for every service. */
bool handlers_write (const Model *model, const char *name, const char *folder);

/* True for messages and services that are part of the API: ours, and not the annotations themselves. */
bool in_api (const ModelFile *file);

/* The identifier of a service in generated names: "event_log" for EventLogService. Owned by `owner`. */
const char *service_identifier (void *owner, const ModelService *service);

/* The position of a message, a service or a method in the generated arrays. */
size_t message_position (const Model *model, const ModelMessage *message);
size_t method_position (const Model *model, const ModelMethod *method);

/* Prints #include lines for the messages of all files of the API. */
void print_includes (Output *output, const Model *model);

#endif
