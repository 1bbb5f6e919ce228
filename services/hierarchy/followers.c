/* Following the membership service: persons, their facts, the gazetteer.
 *
 * A batch of events becomes a handful of statements. Several events of one person are folded into one: facts
 * recorded and superseded within the batch go in as superseded rows. A day's knowledge is a fold of its own,
 * for "who did we believe on that day" must stay answerable: a batch over a midnight is applied in two parts.
 */
#include "derive/derive.h"
#include "erase.h"
#include "store/store.h"
#include "tree/exceptions.h"

#include "core/text.h"

#include <stdlib.h>
#include <string.h>

#include "heimo/membership/v1/membership_events.pb-c.h"

/* A fact recorded in this batch. */
typedef struct NewFact {
  Fact *fact;
  size_t person;
  const char *recorded_at;
  const char *superseded_at; /* NULL: still believed */
} NewFact;

/* A fact of before that is no longer believed. */
typedef struct OldFact {
  const SupersededFact *fact;
  size_t person;
  const char *superseded_at;
} OldFact;

/* What the batch says about one person. */
typedef struct Incoming {
  const char *person_id;
  const PersonDisplay *display; /* the latest; NULL: unchanged */
  Bytes sort_key;
  Bytes old_sort_key;
  int64_t recorded_at; /* the latest */
  bool known;          /* was on record before */
  bool forget;         /* told completely: what was on record of the facts goes */
  bool withdrawn;
  bool erased; /* nothing of the person stays */
} Incoming;

typedef struct Fold {
  Call *call;
  Symbols *names; /* person ids, so that each has a number */
  Incoming *incoming;
  size_t count;
  NewFact *facts; /* talloc array */
  size_t fact_count;
  OldFact *old; /* talloc array */
  size_t old_count;
  const PersonChanged **ends; /* that tell of persons' ends */
  size_t end_count;
  const char **person_ids;
} Fold;

/* The person's place in the fold, made now if it has none. */
static size_t
place_of (Fold *fold, const char *person_id)
{
  Symbol symbol = symbols_intern (fold->names, person_id);
  if (symbol > fold->count) {
    fold->incoming[fold->count].person_id = person_id;
    fold->incoming[fold->count].recorded_at = INT64_MIN;
    fold->count++;
  }
  return symbol - 1;
}

/* Supersedes a fact recorded earlier in this batch; false when it is from before. */
static bool
supersede_new (Fold *fold, size_t person, const SupersededFact *superseded, const char *time)
{
  for (size_t i = fold->fact_count; i-- > 0;) {
    NewFact *fact = &fold->facts[i];
    if (fact->person == person && fact->fact->kind == superseded->kind && fact->superseded_at == NULL &&
        strcmp (fact->fact->fact_id, superseded->fact_id) == 0) {
      fact->superseded_at = time;
      return true;
    }
  }
  return false;
}

static void
fold_superseded (Fold *fold, size_t person, const PersonChanged *event)
{
  for (size_t i = 0; i < event->n_superseded; i++) {
    const SupersededFact *superseded = event->superseded[i];
    if (supersede_new (fold, person, superseded, event->record_time))
      continue;
    if (fold->old_count == talloc_array_length (fold->old))
      fold->old =
          memory_must (talloc_realloc (fold->call, fold->old, OldFact, (unsigned)(2 * fold->old_count)));
    fold->old[fold->old_count++] = (OldFact){superseded, person, event->record_time};
  }
}

static void
fold_recorded (Fold *fold, size_t person, const PersonChanged *event)
{
  for (size_t i = 0; i < event->n_recorded; i++) {
    if (fold->fact_count == talloc_array_length (fold->facts))
      fold->facts =
          memory_must (talloc_realloc (fold->call, fold->facts, NewFact, (unsigned)(2 * fold->fact_count)));
    Fact *fact = event->recorded[i];
    fold->facts[fold->fact_count++] = (NewFact){
        .fact = fact,
        .person = person,
        .recorded_at = *fact->record_time == '\0' ? event->record_time : fact->record_time,
        .superseded_at = *fact->supersede_time == '\0' ? NULL : fact->supersede_time,
    };
  }
}

/* The event tells everything ever known of the person: what came before it in this batch is in it. */
static void
fold_complete (Fold *fold, size_t person)
{
  size_t kept = 0;
  for (size_t i = 0; i < fold->fact_count; i++)
    if (fold->facts[i].person != person)
      fold->facts[kept++] = fold->facts[i];
  fold->fact_count = kept;
  kept = 0;
  for (size_t i = 0; i < fold->old_count; i++)
    if (fold->old[i].person != person)
      fold->old[kept++] = fold->old[i];
  fold->old_count = kept;
  fold->incoming[person].forget = true;
}

static Status
fold_event (Fold *fold, const PersonChanged *event)
{
  int64_t recorded_at;
  if (!clock_parse (event->record_time, &recorded_at))
    return status_error (fold->call, STATUS_INVALID_ARGUMENT, "MALFORMED_EVENT",
                         "The event has no recorded time");
  size_t person = place_of (fold, event->person_id);
  Incoming *incoming = &fold->incoming[person];
  if (recorded_at > incoming->recorded_at)
    incoming->recorded_at = recorded_at;
  if (event->display != NULL)
    incoming->display = event->display;
  if (event->complete || event->erased)
    fold_complete (fold, person);
  incoming->erased |= event->erased;
  if (*event->end_date != '\0')
    fold->ends[fold->end_count++] = event;
  fold_superseded (fold, person, event);
  fold_recorded (fold, person, event);
  return STATUS_SUCCESS;
}

static void
fold_begin (Fold *fold, Call *call, size_t event_count)
{
  *fold = (Fold){.call = call};
  fold->names = symbols_new (call);
  fold->incoming = memory_array (call, Incoming, event_count);
  fold->facts = memory_array (call, NewFact, 16 * event_count);
  fold->old = memory_array (call, OldFact, 16);
  fold->ends = memory_array (call, const PersonChanged *, event_count);
}

static int
compare_ids (const void *left, const void *right)
{
  return strcmp (*(const char *const *)left, *(const char *const *)right);
}

/* Locks the persons that are on record, and learns which are. */
static Status
lock_persons (Fold *fold)
{
  Call *call = fold->call;
  fold->person_ids = memory_array (call, const char *, fold->count);
  for (size_t i = 0; i < fold->count; i++)
    fold->person_ids[i] = fold->incoming[i].person_id;
  const char **sorted = memory_copy (call, fold->person_ids, fold->count * sizeof *fold->person_ids);
  qsort (sorted, fold->count, sizeof *sorted, compare_ids);
  DbResult *rows;
  Status status = db_run (call->db, call, &sql_person_lock,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_texts ("person_ids", sorted, fold->count)),
                          &rows);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (rows); row++) {
    Incoming *incoming = &fold->incoming[place_of (fold, db_value (rows, row, "person_id"))];
    incoming->known = true;
    incoming->withdrawn = *db_value (rows, row, "withdrawn") == 't';
    incoming->sort_key = incoming->old_sort_key = db_byte_value (call, rows, row, "sort_key");
  }
  return status;
}

/* The columns of the persons that are new or are called otherwise now. */
typedef struct PersonColumns {
  size_t count;
  const char **ids, **numbers, **given, **family, **withdrawn, **search;
  Bytes *sort_keys;
} PersonColumns;

static void
add_person (Fold *fold, Incoming *incoming, PersonColumns *columns)
{
  static const PersonDisplay nobody = PERSON_DISPLAY__INIT;
  Call *call = fold->call;
  const PersonDisplay *display = incoming->display == NULL ? &nobody : incoming->display;
  const char *name = memory_format (call, "%s %s", display->family_name, display->given_name);
  incoming->sort_key = hierarchy_sort_key (call, name);
  incoming->withdrawn = display->withdrawn;
  size_t at = columns->count++;
  columns->ids[at] = incoming->person_id;
  columns->numbers[at] = display->member_number;
  columns->given[at] = display->given_name;
  columns->family[at] = display->family_name;
  columns->withdrawn[at] = display->withdrawn ? "t" : "f";
  columns->search[at] = text_fold (call, memory_format (call, "%s %s %s %s", name, display->given_name,
                                                        display->family_name, display->member_number));
  columns->sort_keys[at] = incoming->sort_key;
}

static int
compare_incoming (const void *left, const void *right, void *incoming)
{
  const Incoming *all = incoming;
  return strcmp (all[*(const size_t *)left].person_id, all[*(const size_t *)right].person_id);
}

static Status
save_persons (Fold *fold)
{
  Call *call = fold->call;
  PersonColumns columns = {0};
  columns.ids = memory_array (call, const char *, fold->count);
  columns.numbers = memory_array (call, const char *, fold->count);
  columns.given = memory_array (call, const char *, fold->count);
  columns.family = memory_array (call, const char *, fold->count);
  columns.withdrawn = memory_array (call, const char *, fold->count);
  columns.search = memory_array (call, const char *, fold->count);
  columns.sort_keys = memory_array (call, Bytes, fold->count);
  size_t *order = memory_array (call, size_t, fold->count);
  for (size_t i = 0; i < fold->count; i++)
    order[i] = i;
  qsort_r (order, fold->count, sizeof *order, compare_incoming, fold->incoming);
  for (size_t i = 0; i < fold->count; i++)
    if (fold->incoming[order[i]].display != NULL || !fold->incoming[order[i]].known)
      add_person (fold, &fold->incoming[order[i]], &columns);
  if (columns.count == 0)
    return STATUS_SUCCESS;
  return db_run (call->db, call, &sql_person_upsert,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_texts ("person_ids", columns.ids, columns.count),
                            db_texts ("member_numbers", columns.numbers, columns.count),
                            db_texts ("given_names", columns.given, columns.count),
                            db_texts ("family_names", columns.family, columns.count),
                            db_texts ("withdrawn", columns.withdrawn, columns.count),
                            db_texts ("search_texts", columns.search, columns.count),
                            db_byte_strings ("sort_keys", columns.sort_keys, columns.count)),
                 NULL);
}

/* Whose name has moved to another place in the alphabet takes the memberships along. */
static Status
resort (Fold *fold)
{
  Call *call = fold->call;
  const char **ids = memory_array (call, const char *, fold->count);
  Bytes *sort_keys = memory_array (call, Bytes, fold->count);
  size_t count = 0;
  for (size_t i = 0; i < fold->count; i++) {
    const Incoming *incoming = &fold->incoming[i];
    if (!incoming->known ||
        (incoming->sort_key.length == incoming->old_sort_key.length &&
         memcmp (incoming->sort_key.data, incoming->old_sort_key.data, incoming->sort_key.length) == 0))
      continue;
    ids[count] = incoming->person_id;
    sort_keys[count++] = incoming->sort_key;
  }
  if (count == 0)
    return STATUS_SUCCESS;
  return db_run (call->db, call, &sql_membership_resort,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_texts ("person_ids", ids, count),
                            db_byte_strings ("sort_keys", sort_keys, count)),
                 NULL);
}

/* The facts of persons that were told completely go; they come back from the event. */
static Status
forget_facts (Fold *fold)
{
  Call *call = fold->call;
  const char **ids = memory_array (call, const char *, fold->count);
  size_t count = 0;
  for (size_t i = 0; i < fold->count; i++)
    if (fold->incoming[i].forget)
      ids[count++] = fold->incoming[i].person_id;
  if (count == 0)
    return STATUS_SUCCESS;
  return db_run (
      call->db, call, &sql_fact_forget,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("person_ids", ids, count)), NULL);
}

static Status
supersede_facts (Fold *fold)
{
  Call *call = fold->call;
  int64_t *persons = memory_array (call, int64_t, fold->old_count + 1);
  int64_t *kinds = memory_array (call, int64_t, fold->old_count + 1);
  const char **ids = memory_array (call, const char *, fold->old_count + 1);
  const char **times = memory_array (call, const char *, fold->old_count + 1);
  for (size_t i = 0; i < fold->old_count; i++) {
    persons[i] = (int64_t)fold->old[i].person + 1;
    kinds[i] = fold->old[i].fact->kind;
    ids[i] = fold->old[i].fact->fact_id;
    times[i] = fold->old[i].superseded_at;
  }
  return db_run (call->db, call, &sql_fact_supersede,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_texts ("person_ids", fold->person_ids, fold->count),
                            db_integers ("persons", persons, fold->old_count),
                            db_texts ("fact_ids", ids, fold->old_count),
                            db_integers ("kinds", kinds, fold->old_count),
                            db_texts ("superseded_at", times, fold->old_count)),
                 NULL);
}

/* The columns of the facts recorded. */
typedef struct FactColumns {
  int64_t *persons, *kinds;
  const char **ids, **values, **organs, **from, **to, **recorded, **superseded;
} FactColumns;

static void
fill_fact_columns (Fold *fold, FactColumns *columns)
{
  for (size_t i = 0; i < fold->fact_count; i++) {
    const NewFact *row = &fold->facts[i];
    columns->persons[i] = (int64_t)row->person + 1;
    columns->kinds[i] = row->fact->kind;
    columns->ids[i] = row->fact->fact_id;
    columns->values[i] = row->fact->value;
    columns->organs[i] = *row->fact->organ_id == '\0' ? NULL : row->fact->organ_id;
    columns->from[i] = *row->fact->valid_from == '\0' ? "-infinity" : row->fact->valid_from;
    columns->to[i] = *row->fact->valid_to == '\0' ? "infinity" : row->fact->valid_to;
    columns->recorded[i] = row->recorded_at;
    columns->superseded[i] = row->superseded_at;
  }
}

static Status
insert_facts (Fold *fold)
{
  Call *call = fold->call;
  size_t count = fold->fact_count;
  FactColumns columns = {
      .persons = memory_array (call, int64_t, count + 1),
      .kinds = memory_array (call, int64_t, count + 1),
      .ids = memory_array (call, const char *, count + 1),
      .values = memory_array (call, const char *, count + 1),
      .organs = memory_array (call, const char *, count + 1),
      .from = memory_array (call, const char *, count + 1),
      .to = memory_array (call, const char *, count + 1),
      .recorded = memory_array (call, const char *, count + 1),
      .superseded = memory_array (call, const char *, count + 1),
  };
  fill_fact_columns (fold, &columns);
  const DbQuery *query = &sql_fact_insert;
  for (size_t i = 0; i < fold->count; i++)
    if (fold->incoming[i].known)
      query = &sql_fact_insert_again;
  return db_run (
      call->db, call, query,
      DB_VALUES (db_text ("federation_id", call->federation_id),
                 db_texts ("person_ids", fold->person_ids, fold->count),
                 db_integers ("persons", columns.persons, count), db_texts ("fact_ids", columns.ids, count),
                 db_integers ("kinds", columns.kinds, count), db_texts ("values", columns.values, count),
                 db_texts ("organ_ids", columns.organs, count), db_texts ("valid_from", columns.from, count),
                 db_texts ("valid_to", columns.to, count), db_texts ("recorded_at", columns.recorded, count),
                 db_texts ("superseded_at", columns.superseded, count)),
      NULL);
}

/* Derives everyone in the fold whose facts or standing may have changed. */
static Status
derive_fold (Fold *fold, int slot)
{
  Call *call = fold->call;
  DerivePerson *persons = memory_array (call, DerivePerson, fold->count);
  for (size_t i = 0; i < fold->count; i++) {
    const Incoming *incoming = &fold->incoming[i];
    persons[i] = (DerivePerson){
        .person_id = incoming->person_id,
        .sort_key = incoming->sort_key,
        .withdrawn = incoming->withdrawn,
        .fresh = !incoming->known,
        .recorded_at = incoming->recorded_at,
        .since = incoming->forget ? DAY_MIN : clock_day_of (call->clock, incoming->recorded_at),
    };
  }
  for (size_t i = 0; i < fold->fact_count; i++)
    persons[fold->facts[i].person].fact_count++;
  for (size_t i = 0; i < fold->count; i++) {
    persons[i].facts = memory_array (call, DeriveFact, persons[i].fact_count + 1);
    persons[i].fact_count = 0;
  }
  for (size_t i = 0; i < fold->fact_count; i++) {
    const NewFact *fact = &fold->facts[i];
    DerivePerson *person = &persons[fact->person];
    person->facts[person->fact_count++] = (DeriveFact){fact->fact, fact->recorded_at, fact->superseded_at};
  }
  return derive (call, persons, fold->count, slot, DERIVE_WRITE);
}

/* Who is taken out of the register takes the exceptions along. */
static Status
withdraw_exceptions (Fold *fold)
{
  Call *call = fold->call;
  const char **ids = memory_array (call, const char *, fold->count);
  const char **times = memory_array (call, const char *, fold->count);
  size_t count = 0;
  for (size_t i = 0; i < fold->count; i++) {
    const Incoming *incoming = &fold->incoming[i];
    if (!incoming->known || incoming->display == NULL || !incoming->withdrawn)
      continue;
    char buffer[CLOCK_TEXT_SIZE];
    times[count] = memory_string (call, clock_format (incoming->recorded_at, buffer));
    ids[count++] = incoming->person_id;
  }
  if (count == 0)
    return STATUS_SUCCESS;
  return db_run (call->db, call, &sql_exception_withdraw,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_texts ("person_ids", ids, count), db_texts ("superseded_at", times, count)),
                 NULL);
}

/* Whoever is erased. An event of before that comes again, or facts told beside the erasure, find nothing to
 * stay with. */
static Erasure
erased_of (Fold *fold)
{
  Erasure erasure = {.call = fold->call, .person_ids = memory_array (fold->call, const char *, fold->count)};
  for (size_t i = 0; i < fold->count; i++)
    if (fold->incoming[i].erased)
      erasure.person_ids[erasure.count++] = fold->incoming[i].person_id;
  return erasure;
}

static Status
apply_fold (Fold *fold, int slot)
{
  if (fold->count == 0)
    return STATUS_SUCCESS;
  Status status = derive_begin (fold->call);
  if (!status_failed (status))
    status = lock_persons (fold);
  Erasure erasure = erased_of (fold);
  if (!status_failed (status))
    status = save_persons (fold);
  if (!status_failed (status))
    status = resort (fold);
  if (!status_failed (status))
    status = store_touch (fold->call, fold->person_ids, fold->count);
  if (!status_failed (status))
    status = withdraw_exceptions (fold);
  if (!status_failed (status))
    status = forget_facts (fold);
  if (!status_failed (status) && fold->old_count > 0)
    status = supersede_facts (fold);
  if (!status_failed (status) && fold->fact_count > 0)
    status = insert_facts (fold);
  for (size_t i = 0; i < fold->end_count && !status_failed (status); i++)
    status = exceptions_end (fold->call, fold->ends[i]->person_id, fold->ends[i]->end_date,
                             fold->ends[i]->record_time);
  if (!status_failed (status))
    status = erase_begin (&erasure);
  if (!status_failed (status))
    status = derive_fold (fold, slot);
  return status_failed (status) ? status : erase_end (&erasure);
}

/* One event: into the fold, or applied at once when it is about places. */
static Status
take_event (Fold *fold, const EventRecord *event)
{
  Call *call = fold->call;
  const PersonChanged *person =
      (const PersonChanged *)event_payload (call, event, &person_changed__descriptor);
  if (person != NULL)
    return fold_event (fold, person);
  const PlacesRecorded *places =
      (const PlacesRecorded *)event_payload (call, event, &places_recorded__descriptor);
  if (places != NULL)
    return places_record (call, places);
  return status_error (call, STATUS_INVALID_ARGUMENT, "MALFORMED_EVENT", "The event %s cannot be read",
                       event->event_id);
}

/* The day on which an event was recorded, by the federation's clock. */
static Day
record_day (Call *call, const EventRecord *event)
{
  int64_t time;
  return clock_parse (event->record_time, &time) ? clock_day_of (call->clock, time) : DAY_MIN;
}

Status
followers_apply (Call *call, EventRecord *const *events, size_t count)
{
  for (size_t first = 0; first < count;) {
    Fold fold;
    fold_begin (&fold, call, count - first);
    Day day = record_day (call, events[first]);
    size_t next = first;
    Status status = STATUS_SUCCESS;
    while (next < count && !status_failed (status) && record_day (call, events[next]) == day)
      status = take_event (&fold, events[next++]);
    if (!status_failed (status))
      status = apply_fold (&fold, (int)events[first]->log_id);
    if (status_failed (status))
      return status;
    first = next;
  }
  return STATUS_SUCCESS;
}
