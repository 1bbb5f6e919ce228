/* Lint: the rules that every proto file keeps. Each is there because protobuf-c, the tables or the readers of
 * the interface need it; README.md has the list with the reasons. */
#ifndef HEIMO_APIGEN_LINT_H
#define HEIMO_APIGEN_LINT_H

#include "model.h"
#include "problem.h"

/* Checks everything that is ours. */
void lint (void *owner, const Model *model, Problems *problems);

/* Messages, fields and enums (lint_types.c); called by lint. */
void lint_types (void *owner, const Model *model, Problems *problems);

#endif
