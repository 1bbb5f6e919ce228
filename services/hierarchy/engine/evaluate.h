/* Evaluate: from a model and the facts of one person, the periods of membership. A pure function of its
 * arguments.
 *
 * The timeline is walked in pieces: a day is judged, and everything that was looked at on the way says how
 * long it stays as it is; the next piece begins at the earliest change. So days are cut only where something
 * that matters to this person changes. A piece is judged by descending the tree from the root through the
 * model's index.
 */
#ifndef HIERARCHY_ENGINE_EVALUATE_H
#define HIERARCHY_ENGINE_EVALUATE_H

#include "model.h"
#include "periods.h"

/* Working memory for evaluating with one model; one thread. */
typedef struct Evaluator Evaluator;

/* `model` must live as long. */
Evaluator *evaluator_new (void *owner, const Model *model);

/* The model it works with. */
const Model *evaluator_model (const Evaluator *evaluator);

/* Every day, for what is known now. */
#define EVALUATE_ALWAYS ((Period){DAY_MIN, DAY_MAX})

/* Adds the person's memberships on the days of `window` in every organisation of the model, or in one.
 *
 * Days judged by what was known at the end of each (EVALUATION_DATED) are evaluated window by window in order
 * of days, each with the model and facts known then, by evaluate_in into the same `periods`: what touches is
 * joined. */
void evaluate (Evaluator *evaluator, const PersonRecord *person, Period window, Periods *periods);
void evaluate_in (Evaluator *evaluator, uint32_t organisation, const PersonRecord *person, Period window,
                  Periods *periods);

/* What one organ gives a person on the day last judged; masks of the types of the organisation. */
typedef struct Placement {
  OrganIndex organ;
  uint64_t rule;      /* by the organ's own rules */
  uint64_t below;     /* by the rules of an organ below */
  uint64_t exception; /* by an exception there or below */
} Placement;

/* Judges one day in one organisation. Returns the organs with anything to say (valid until the next call),
 * sets *count, and lowers *until to the first later day that must be judged anew. */
const Placement *evaluate_day (Evaluator *evaluator, uint32_t organisation, const PersonRecord *person,
                               Day day, uint32_t *count, Day *until);

/* Gathers the facts that hold on `day`; lowers *until. Owned by the evaluator until the next call. */
const DayFacts *evaluate_facts (Evaluator *evaluator, const PersonRecord *person, Day day, Day *until);

#endif
