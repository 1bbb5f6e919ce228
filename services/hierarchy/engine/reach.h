/* Reach: whom a change of the model can concern. What two models have in common gives the same answers, so
 * only persons whom a differing part of one or the other can hold need be asked.
 *
 * A person whose memberships differ is held, by rules on some day in one of the models, by an organ with a
 * differing organ above it (or being one), or is recognised by a type whose rule differs; so the person has a
 * fact that the differing part's guard asks for. Memberships by exception differ only where lives or edges
 * do.
 */
#ifndef HIERARCHY_ENGINE_REACH_H
#define HIERARCHY_ENGINE_REACH_H

#include "model.h"
#include "population.h"

typedef struct Reach Reach;

/* Whom the differences of two models can concern. The symbols of `before` are among those of `after`, under
 * the same numbers; so are the population's. On `owner`. */
Reach *reach_of_change (void *owner, Model *before, Model *after, const Population *population);

/* Whom a guard lets pass: for a rule that is asked by itself. */
Reach *reach_of_guard (void *owner, const Model *model, const ModelGuard *guard,
                       const Population *population);

/* True when nobody can be concerned. */
bool reach_is_empty (const Reach *reach);

/* True when the person can be. */
bool reach_holds (const Reach *reach, const Population *population, PersonIndex person);

#endif
