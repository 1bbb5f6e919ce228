/* Noting differences column by column, then writing them with one statement of each kind, and raising the
 * events. */
#include "derive/derive_private.h"

#include "core/id.h"

#include <string.h>

#include "heimo/hierarchy/v1/hierarchy_events.pb-c.h"

enum { FIRST_CAPACITY = 64 };

/* Makes room for element `count` of a talloc array. */
#define RESERVE(owner, array, count, Type)                                                                   \
  ((array) = (array) == NULL ? memory_array ((owner), Type, FIRST_CAPACITY)                                  \
             : (count) < talloc_array_length (array)                                                         \
                 ? (array)                                                                                   \
                 : memory_must (talloc_realloc ((owner), (array), Type, (unsigned)(2 * (count)))))

#define APPEND(owner, array, count, Type, value) (RESERVE (owner, array, count, Type)[count] = (value))

static const char *
day_text (Call *call, Day day)
{
  char buffer[DAY_TEXT_SIZE];
  return day == DAY_MAX || day == DAY_MIN ? "" : memory_string (call, day_format (day, buffer));
}

/* The number of an organ's or type's id in the list that the statements get. */
static int64_t
number_of (Derivation *derivation, Symbol id)
{
  if (derivation->id_of == NULL)
    derivation->id_of =
        memory_array (derivation->call, uint32_t, symbols_count (derivation->compiled->symbols));
  if (derivation->id_of[id] == 0) {
    const char *text = symbols_text (derivation->compiled->symbols, id);
    APPEND (derivation->call, derivation->ids, derivation->id_count, const char *, text);
    derivation->id_of[id] = (uint32_t)++derivation->id_count;
  }
  return derivation->id_of[id];
}

/* The stretches after the first, "{day,origin,…}"; NULL for none. */
static const char *
stretches_text (Derivation *derivation, const MembershipPeriod *row)
{
  const Periods *after = derivation->compiled->after;
  if (row->first_stretch == row->last_stretch)
    return NULL;
  char *text = memory_string (derivation->call, "");
  uint32_t at = after->stretches[row->first_stretch].next;
  for (; at != STRETCH_LAST; at = after->stretches[at].next)
    text = memory_must (talloc_asprintf_append_buffer (text, "%s%d,%d", *text == '\0' ? "{" : ",",
                                                       after->stretches[at].valid.from,
                                                       (int)after->stretches[at].origin));
  return memory_must (talloc_strdup_append_buffer (text, "}"));
}

/* The recorded time of what is written for a person: not before anything it rests on. */
static const char *
time_of (Derivation *derivation, size_t person)
{
  int64_t time = derivation->persons[person].recorded_at;
  if (derivation->compiled->recorded_at > time)
    time = derivation->compiled->recorded_at;
  const OnRecord *record = &derivation->on_record[person];
  for (size_t i = 0; i < record->row_count; i++)
    if (record->rows[i].recorded_at > time)
      time = record->rows[i].recorded_at;
  char buffer[CLOCK_TEXT_SIZE];
  return memory_string (derivation->call, clock_format (time, buffer));
}

static void
note_gone (Derivation *derivation, size_t person, const RecordedRow *row)
{
  Changes *changes = &derivation->changes;
  Call *call = derivation->call;
  size_t at = changes->gone_count++;
  APPEND (call, changes->gone_persons, at, int64_t, (int64_t)person + 1);
  APPEND (call, changes->gone_ids, at, const char *, row->membership_id);
  APPEND (call, changes->gone_at, at, const char *, derivation->times[person]);
}

static const char *
note_new (Derivation *derivation, size_t person, const MembershipPeriod *row)
{
  Changes *changes = &derivation->changes;
  Call *call = derivation->call;
  size_t at = changes->new_count++;
  const char *id = id_new_text (call, call->now);
  int64_t origin = derivation->compiled->after->stretches[row->first_stretch].origin;
  APPEND (call, changes->new_persons, at, int64_t, (int64_t)person + 1);
  APPEND (call, changes->new_ids, at, const char *, id);
  APPEND (call, changes->new_organs, at, int64_t, number_of (derivation, row->organ));
  APPEND (call, changes->new_types, at, int64_t, number_of (derivation, row->type));
  APPEND (call, changes->new_from, at, const char *, hierarchy_sql_day (call, row->valid.from));
  APPEND (call, changes->new_to, at, const char *, hierarchy_sql_day (call, row->valid.to));
  APPEND (call, changes->new_origins, at, int64_t, origin);
  APPEND (call, changes->new_stretches, at, const char *, stretches_text (derivation, row));
  return id;
}

static void
fill_membership (Derivation *derivation, size_t person, const MembershipPeriod *row, const char *id,
                 Membership *membership)
{
  const Compiled *compiled = derivation->compiled;
  const Model *model = compiled->model;
  OrganIndex organ = model_organ (model, row->organ);
  membership__init (membership);
  membership->membership_id = id;
  membership->person_id = derivation->person_ids[person];
  membership->organ_id = symbols_text (compiled->symbols, row->organ);
  membership->organisation_id =
      symbols_text (compiled->symbols, model->organisations[model->organs[organ].organisation].id);
  membership->type_id = symbols_text (compiled->symbols, row->type);
  membership->valid_from = day_text (derivation->call, row->valid.from);
  membership->valid_to = day_text (derivation->call, row->valid.to);
  membership->origin = (MembershipOrigin)compiled->after->stretches[row->first_stretch].origin;
  membership->record_time = derivation->times[person];
}

/* Counts the organs in which the person has any membership on the counted day. */
static void
count_rows (Derivation *derivation, size_t person, const Periods *periods, uint32_t *counted, int64_t step)
{
  const Compiled *compiled = derivation->compiled;
  for (uint32_t i = 0; i < periods->count; i++) {
    const MembershipPeriod *row = &periods->rows[i];
    OrganIndex organ = model_organ (compiled->model, row->organ);
    if (organ == ORGAN_NONE || !period_holds (row->valid, compiled->counted_on) ||
        counted[organ] == person + 1)
      continue;
    counted[organ] = (uint32_t)person + 1;
    derivation->deltas[organ] += step;
  }
}

void
derive_note (Derivation *derivation, size_t person, const PeriodsDiff *diff)
{
  Call *call = derivation->call;
  const Compiled *compiled = derivation->compiled;
  MembershipsChanged event = MEMBERSHIPS_CHANGED__INIT;
  derivation->times[person] = time_of (derivation, person);
  Membership *began = memory_array (call, Membership, diff->added_count + 1);
  event.began = memory_array (call, Membership *, diff->added_count + 1);
  event.ended_membership_ids = memory_array (call, const char *, diff->gone_count + 1);
  for (uint32_t i = 0; i < diff->gone_count; i++) {
    const RecordedRow *row = &derivation->on_record[person].rows[diff->gone[i]];
    note_gone (derivation, person, row);
    event.ended_membership_ids[event.n_ended_membership_ids++] = row->membership_id;
  }
  for (uint32_t i = 0; i < diff->added_count; i++) {
    const MembershipPeriod *row = &compiled->after->rows[diff->added[i]];
    fill_membership (derivation, person, row, note_new (derivation, person, row), &began[i]);
    event.began[event.n_began++] = &began[i];
  }
  event.person_id = derivation->person_ids[person];
  event.record_time = derivation->times[person];
  call_raise_event (derivation->raises, event.person_id, &event.base);
  count_rows (derivation, person, compiled->before, derivation->counted_before, -1);
  count_rows (derivation, person, compiled->after, derivation->counted_after, 1);
}

static Status
supersede (Derivation *derivation)
{
  Call *call = derivation->call;
  const Changes *changes = &derivation->changes;
  return db_run (call->db, call, &sql_derive_supersede,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_texts ("person_ids", derivation->person_ids, derivation->count),
                            db_integers ("persons", changes->gone_persons, changes->gone_count),
                            db_texts ("membership_ids", changes->gone_ids, changes->gone_count),
                            db_texts ("superseded_at", changes->gone_at, changes->gone_count)),
                 NULL);
}

static Status
insert (Derivation *derivation)
{
  Call *call = derivation->call;
  const Changes *changes = &derivation->changes;
  Bytes *sort_keys = memory_array (call, Bytes, derivation->count + 1);
  for (size_t i = 0; i < derivation->count; i++)
    sort_keys[i] = derivation->persons[i].sort_key;
  return db_run (call->db, call, &sql_derive_insert,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_texts ("person_ids", derivation->person_ids, derivation->count),
                            db_texts ("recorded_at", derivation->times, derivation->count),
                            db_byte_strings ("sort_keys", sort_keys, derivation->count),
                            db_texts ("ids", derivation->ids, derivation->id_count),
                            db_integers ("persons", changes->new_persons, changes->new_count),
                            db_texts ("membership_ids", changes->new_ids, changes->new_count),
                            db_integers ("organs", changes->new_organs, changes->new_count),
                            db_integers ("types", changes->new_types, changes->new_count),
                            db_texts ("valid_from", changes->new_from, changes->new_count),
                            db_texts ("valid_to", changes->new_to, changes->new_count),
                            db_integers ("origins", changes->new_origins, changes->new_count),
                            db_texts ("stretches", changes->new_stretches, changes->new_count)),
                 NULL);
}

static Status
write_counts (Derivation *derivation)
{
  Call *call = derivation->call;
  const Model *model = derivation->compiled->model;
  const char **organs = memory_array (call, const char *, model->organ_count + 1);
  int64_t *members = memory_array (call, int64_t, model->organ_count + 1);
  size_t count = 0;
  for (OrganIndex organ = 0; organ < model->organ_count; organ++) {
    if (derivation->deltas[organ] == 0)
      continue;
    organs[count] = symbols_text (derivation->compiled->symbols, model->organs[organ].id);
    members[count++] = derivation->deltas[organ];
  }
  if (count == 0)
    return STATUS_SUCCESS;
  return db_run (call->db, call, &sql_derive_count,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_integer ("slot", derivation->slot), db_texts ("organ_ids", organs, count),
                            db_integers ("members", members, count)),
                 NULL);
}

Status
derive_write (Derivation *derivation)
{
  Status status = STATUS_SUCCESS;
  if (derivation->changes.gone_count > 0)
    status = supersede (derivation);
  if (!status_failed (status) && derivation->changes.new_count > 0)
    status = insert (derivation);
  return status_failed (status) ? status : write_counts (derivation);
}
