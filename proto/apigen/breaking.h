/* Breaking: what a new set of proto files may not change against the last release, because clients, other
 * services and stored events were made with it. */
#ifndef HEIMO_APIGEN_BREAKING_H
#define HEIMO_APIGEN_BREAKING_H

#include "model.h"
#include "problem.h"
#include "routes.h"

/* Compares. Deletions are reported at the message, enum, service or file that lost something. */
void breaking (const Model *old, const Routes *old_routes, const Model *new, const Routes *new_routes,
               Problems *problems);

#endif
