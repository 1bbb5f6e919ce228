/* The columns of dated rows, and the statements that take them. */
#include "tree/record.h"

#include "core/id.h"
#include "core/text.h"

const char *
record_search_text (Call *call, const char *name, const char *code)
{
  return text_fold (call, memory_format (call, "%s %s", name, code));
}

Status
record_organs (Call *call, const char *organisation_id, const char *plan_id, const RecordOrgan *organs,
               size_t count)
{
  const char **columns[5];
  Bytes *sort_keys = memory_array (call, Bytes, count);
  for (size_t i = 0; i < 5; i++)
    columns[i] = memory_array (call, const char *, count);
  for (size_t i = 0; i < count; i++) {
    columns[0][i] = organs[i].organ_id;
    columns[1][i] = organs[i].code;
    columns[2][i] = organs[i].name;
    columns[3][i] = organs[i].kind;
    columns[4][i] = record_search_text (call, organs[i].name, organs[i].code);
    sort_keys[i] = hierarchy_sort_key (call, organs[i].name);
  }
  return db_run (call->db, call, &sql_organ_insert,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_text ("organisation_id", organisation_id),
                            db_text ("recorded_at", call_time_text (call)),
                            db_text ("recorded_by", call->principal->subject), db_text ("plan_id", plan_id),
                            db_texts ("organ_ids", columns[0], count), db_texts ("codes", columns[1], count),
                            db_texts ("names", columns[2], count), db_texts ("kinds", columns[3], count),
                            db_texts ("search_texts", columns[4], count),
                            db_byte_strings ("sort_keys", sort_keys, count)),
                 NULL);
}

/* The columns of all kinds; a statement takes those it names. */
typedef struct RecordColumns {
  const char **ids, **organs, **others, **from, **to, **plans, **carried, **ended, **persons, **reasons,
      **authors;
  Bytes *nodes;
} RecordColumns;

static RecordColumns
columns_of (Call *call, const RecordRow *rows, size_t count)
{
  static const RecordContent nothing = {.nodes = {(const uint8_t *)"", 0}};
  RecordColumns columns = {.nodes = memory_array (call, Bytes, count)};
  const char ***texts[] = {&columns.ids,     &columns.organs,  &columns.others,  &columns.from,
                           &columns.to,      &columns.plans,   &columns.carried, &columns.ended,
                           &columns.persons, &columns.reasons, &columns.authors};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    *texts[i] = memory_array (call, const char *, count);
  for (size_t i = 0; i < count; i++) {
    const RecordRow *row = &rows[i];
    const RecordContent *content = row->content == NULL ? &nothing : row->content;
    columns.ids[i] = row->id == NULL ? id_new_text (call, call->now) : row->id;
    columns.organs[i] = row->organ_id;
    columns.others[i] = row->other_id;
    columns.from[i] = row->valid.from == DAY_MIN ? NULL : hierarchy_sql_day (call, row->valid.from);
    columns.to[i] = row->valid.to == DAY_MAX ? NULL : hierarchy_sql_day (call, row->valid.to);
    columns.plans[i] = row->plan_id;
    columns.carried[i] = row->carried ? "t" : "f";
    columns.ended[i] = row->ended ? "t" : "f";
    columns.nodes[i] = content->nodes.data == NULL ? nothing.nodes : content->nodes;
    columns.persons[i] = content->person_id;
    columns.reasons[i] = content->reason;
    columns.authors[i] = content->author;
  }
  return columns;
}

Status
record_insert (Call *call, RecordKind kind, const RecordRow *rows, size_t count)
{
  static const DbQuery *const queries[] = {&sql_life_insert, &sql_edge_insert, &sql_rule_insert,
                                           &sql_exception_insert};
  if (count == 0)
    return STATUS_SUCCESS;
  RecordColumns columns = columns_of (call, rows, count);
  return db_run (
      call->db, call, queries[kind],
      DB_VALUES (db_text ("federation_id", call->federation_id),
                 db_text ("recorded_at", call_time_text (call)),
                 db_text ("recorded_by", call->principal->subject), db_texts ("ids", columns.ids, count),
                 db_texts ("organ_ids", columns.organs, count), db_texts ("other_ids", columns.others, count),
                 db_texts ("valid_from", columns.from, count), db_texts ("valid_to", columns.to, count),
                 db_texts ("plan_ids", columns.plans, count), db_texts ("carried", columns.carried, count),
                 db_texts ("ended", columns.ended, count), db_byte_strings ("nodes", columns.nodes, count),
                 db_texts ("person_ids", columns.persons, count),
                 db_texts ("reasons", columns.reasons, count), db_texts ("authors", columns.authors, count)),
      NULL);
}

Status
record_supersede (Call *call, RecordKind kind, const char *plan_id, const char *const *ids, size_t count)
{
  static const DbQuery *const queries[] = {&sql_life_supersede, &sql_edge_supersede, &sql_rule_supersede,
                                           &sql_exception_supersede};
  if (count == 0)
    return STATUS_SUCCESS;
  return db_run (call->db, call, queries[kind],
                 DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("plan_id", plan_id),
                            db_text ("superseded_at", call_time_text (call)), db_texts ("ids", ids, count)),
                 NULL);
}

Status
record_touch_organs (Call *call, const char *const *organ_ids, size_t count)
{
  if (count == 0)
    return STATUS_SUCCESS;
  return db_run (
      call->db, call, &sql_record_touch_organs,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("organ_ids", organ_ids, count)),
      NULL);
}
