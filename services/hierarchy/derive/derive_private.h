/* Between the files of derive: what one derivation has in hand. */
#ifndef HIERARCHY_DERIVE_PRIVATE_H
#define HIERARCHY_DERIVE_PRIVATE_H

#include "derive/derive.h"

/* A membership on record. */
typedef struct RecordedRow {
  const char *membership_id;
  Symbol organ, type;
  Period valid;
  Origin origin;
  const char *stretches; /* "{day,origin,…}" or NULL */
  int64_t recorded_at;
} RecordedRow;

/* What is on record about one person. */
typedef struct OnRecord {
  PersonFact *facts;
  size_t fact_count;
  PersonException *exceptions;
  size_t exception_count;
  KnownPerson ever; /* everything ever known; filled by derive_load_ever */
  RecordedRow *rows;
  size_t row_count;
} OnRecord;

/* Columns of the rows that are superseded and of those that are inserted; talloc arrays. Persons and ids are
 * numbered from 1. */
typedef struct Changes {
  size_t gone_count;
  int64_t *gone_persons;
  const char **gone_ids;
  const char **gone_at;
  size_t new_count;
  int64_t *new_persons, *new_organs, *new_types, *new_origins;
  const char **new_ids, **new_from, **new_to, **new_stretches;
} Changes;

/* One derivation. */
typedef struct Derivation {
  Call *call;
  Call *raises; /* whose events they are, when `call` is a copy that lives for one batch */
  Compiled *compiled;
  DerivePerson *persons;
  OnRecord *on_record;     /* by person */
  const char **person_ids; /* by person */
  const char **times;      /* by person: recorded time of what is written; NULL while nothing is */
  size_t count;
  int slot;
  Changes changes;
  const char **ids; /* organs and types that the changes name */
  size_t id_count;
  uint32_t *id_of;                          /* by symbol: number in ids, from 1; 0: not there yet. Made by the
                                             * first note, after everything has been read */
  int64_t *deltas;                          /* by organ: change of its number of members on the counted day */
  uint32_t *counted_before, *counted_after; /* by organ: the last person counted there, from 1 */
} Derivation;

/* Persons to derive with a model, on `call`: nothing read yet. */
Derivation *derivation_new (Call *call, Compiled *compiled, DerivePerson *persons, size_t count, int slot);

/* Reads facts, exceptions and memberships of the persons that are not fresh, and takes the fresh ones' facts.
 */
Status derive_load (Derivation *derivation) MUST_CHECK;

/* Reads everything ever known of the persons of whom something was recorded before today, and the model's
 * history; nothing where every organisation is ATTRIBUTE_DATED. */
Status derive_load_ever (Derivation *derivation) MUST_CHECK;

/* Fills compiled->after with a person's memberships, by each organisation's policy. compiled->before is
 * filled. */
void derive_after (Derivation *derivation, size_t person);

/* Reads the memberships alone. */
Status derive_load_memberships (Derivation *derivation) MUST_CHECK;

/* Fills compiled->before with a person's rows on record, in their order. */
void derive_before (Derivation *derivation, size_t person);

/* Notes one person's differences: compiled->before against compiled->after. */
void derive_note (Derivation *derivation, size_t person, const PeriodsDiff *diff);

/* Writes the changes and the counts. */
Status derive_write (Derivation *derivation) MUST_CHECK;

#endif
