/* Dating: which days are judged by what was known when, and the memberships that follow.
 *
 * In an ATTRIBUTE_DATED organisation every day is judged by what is known now, or was on the day of knowledge
 * asked about. In an EVALUATION_DATED one a day d, asked as known on k, is judged by what was known at the
 * end of min (d, k). Knowledge only changes on days of recording, so the days fall into windows with one
 * knowledge each; each window is evaluated by itself and what touches is joined. One evaluator serves both.
 */
#ifndef HIERARCHY_ENGINE_DATING_H
#define HIERARCHY_ENGINE_DATING_H

#include "evaluate.h"

/* A fact and an exception with the days at whose end they were believed. */
typedef struct KnownFact {
  PersonFact fact;
  Period known;
} KnownFact;

typedef struct KnownException {
  PersonException exception;
  Period known;
} KnownException;

/* Everything ever known of a person. */
typedef struct KnownPerson {
  const KnownFact *facts;
  size_t fact_count;
  const KnownException *exceptions;
  size_t exception_count;
} KnownPerson;

/* A model of everything ever known, with an evaluator on it. */
typedef struct History {
  Model *model;
  Evaluator *evaluator;
} History;

/* Days judged by what was known at the end of one day. */
typedef struct DatingWindow {
  Period days;
  Day known;
} DatingWindow;

/* The windows of an organisation from `since` on (DAY_MIN: all), as known on `known` (MODEL_NOW: now), in
 * order and without gaps; days before anything was known are in none. On `owner`. */
DatingWindow *dating_windows (void *owner, const History *history, uint32_t organisation,
                              const KnownPerson *person, Day since, Day known, size_t *count);

/* What was known of the person at the end of a day; the arrays are on `owner`. */
PersonRecord dating_person (void *owner, const KnownPerson *person, Day known);

/* Adds the memberships in one organisation by its policy, on days from `since` on, as known on `known`. */
void dating_evaluate (const History *history, uint32_t organisation, const KnownPerson *person, Day since,
                      Day known, Periods *periods);

/* What is on record of an organisation (in `before`) stays on the days before `since`; what is evaluated from
 * `since` on afterwards goes on from it. */
void dating_keep (const Model *model, uint32_t organisation, const Periods *before, Day since,
                  Periods *after);

/* The memberships in every organisation of a person of whom something new was recorded on the day `since`: by
 * what is known now in ATTRIBUTE_DATED organisations; in the others what is on record (`before`) stays before
 * `since`, and later days follow what is known now. Exact when nothing has been recorded on a later day. */
void dating_update (Evaluator *evaluator, const PersonRecord *person, const Periods *before, Day since,
                    Periods *after);

/* True when the model has an EVALUATION_DATED organisation. */
bool dating_matters (const Model *model);

#endif
