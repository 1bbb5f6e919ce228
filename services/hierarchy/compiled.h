/* Compiled models: the evaluator's model of a federation, kept from call to call.
 *
 * A model belongs to one call at a time. The process keeps as many as calls have needed at once and gives a
 * call one that is up to date: a version row in the database, read in the call's transaction, tells. A call
 * that derives memberships locks its persons first and then takes a model, so that a change of the model
 * committed after that is followed by a run that waits for those persons.
 */
#ifndef HIERARCHY_COMPILED_H
#define HIERARCHY_COMPILED_H

#include "engine/dating.h"
#include "hierarchy.h"
#include "store/ids.h"

/* A model with what is needed to work with it. All of it belongs to one call until the call is freed. */
typedef struct Compiled {
  Symbols *symbols;
  Model *model;
  const IdSymbols *ids; /* of organs and types */
  Evaluator *evaluator;
  Periods *before; /* for the user's comparing */
  Periods *after;
  const History *history; /* NULL until compiled_history */
  void *owner;            /* what lives as long as the model */
  int64_t version;
  int64_t recorded_at; /* of the newest change in it, microseconds */
  Day counted_on;      /* the day for which organ_count holds */
} Compiled;

/* The shared state of the service: the models that no call uses. */
typedef struct CompiledPool CompiledPool;

/* Service.open. */
Status compiled_open (void *owner, const void *config, Clock *clock, void **state) MUST_CHECK;

/* The model as it is known now, up to date. Valid as long as the call. */
Status compiled_take (Call *call, Compiled **compiled) MUST_CHECK;

/* The model as the call's transaction sees it, its own changes included, on `owner` and with its symbols in a
 * table of the caller's. compiled_take must not be asked for that: what a transaction has not committed yet
 * may be taken back, but the pool would keep it. The caller holds the lock of the model's row, or has a
 * snapshot. */
Status compiled_private (Call *call, void *owner, Symbols *symbols, Compiled **compiled) MUST_CHECK;

/* The service's stores; see store/store.h. */
struct Stores *compiled_stores (Call *call);

/* Everything ever known of the model, with the symbols of `compiled`, as compiled->history: made when it is
 * first asked for, and kept as long as the model. */
Status compiled_history (Call *call, Compiled *compiled) MUST_CHECK;

/* The days at whose end a row was believed: from `recorded_at` to `superseded_at`, columns of the row. */
Period compiled_known (const Call *call, const DbResult *rows, size_t row);

/* The facts of a person read from text as the engine wants them. False when a value makes no sense (an empty
 * value, a birth date that is no date): such a fact is not there. */
bool compiled_fact (Compiled *compiled, FactKind kind, const char *value, const char *organ_id, Period valid,
                    PersonFact *fact);

#endif
