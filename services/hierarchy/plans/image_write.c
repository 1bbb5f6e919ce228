/* Writing an image: organs, then for each kind what is superseded and what is inserted, then the constraints
 * and the events. */
#include "plans/image.h"

#include "heimo/hierarchy/v1/hierarchy_events.pb-c.h"

static Status
write_organs (const Image *image, const char *plan_id)
{
  RecordOrgan *organs = memory_array (image->call, RecordOrgan, image->organ_count);
  size_t count = 0;
  for (uint32_t i = 0; i < image->organ_count; i++)
    if (image->organs[i].created)
      organs[count++] = (RecordOrgan){image->organs[i].id, image->organs[i].code, image->organs[i].name,
                                      image->organs[i].kind};
  return count == 0 ? STATUS_SUCCESS
                    : record_organs (image->call, image->organisation_id, plan_id, organs, count);
}

/* An edge whose beginning a later change of the set has closed is on record all the same. */
static bool
begins_closed (const Image *image, const ImageRow *row)
{
  return image_row_on (image, image->organs[row->organ].first[RECORD_LIFE], row->valid.from, NULL) ==
             IMAGE_NONE ||
         image_way_up (image, row->other, row->valid.from, NULL, NULL) != WAY_TO_ROOT;
}

static RecordRow
record_of (const Image *image, const ImageRow *row, const char *plan_id)
{
  const char *other = NULL;
  if (row->other != IMAGE_NONE)
    other = row->kind == RECORD_EDGE ? image->organs[row->other].id : image->types[row->other].id;
  return (RecordRow){.organ_id = row->organ == IMAGE_NONE ? NULL : image->organs[row->organ].id,
                     .other_id = other,
                     .valid = row->valid,
                     .plan_id = row->plan_id == NULL    ? plan_id
                                : *row->plan_id == '\0' ? NULL
                                                        : row->plan_id,
                     .carried = row->carried || (row->kind == RECORD_EDGE && begins_closed (image, row)),
                     .ended = row->ended,
                     .content = row->content};
}

static Status
write_kind (const Image *image, RecordKind kind, const char *plan_id)
{
  Call *call = image->call;
  const char **gone = memory_array (call, const char *, image->row_count + 1);
  RecordRow *fresh = memory_array (call, RecordRow, image->row_count + 1);
  size_t gone_count = 0, fresh_count = 0;
  for (uint32_t i = 0; i < image->row_count; i++) {
    const ImageRow *row = &image->rows[i];
    if (row->kind != kind)
      continue;
    if (row->state == ROW_GONE)
      gone[gone_count++] = row->id;
    else if (row->state == ROW_NEW)
      fresh[fresh_count++] = record_of (image, row, plan_id);
  }
  Status status = record_supersede (call, kind, plan_id, gone, gone_count);
  return status_failed (status) ? status : record_insert (call, kind, fresh, fresh_count);
}

/* Organs that were there before, and of which a row is another one. */
static Status
touch_organs (const Image *image)
{
  const char **ids = memory_array (image->call, const char *, image->organ_count + 1);
  bool *touched = memory_array (image->call, bool, image->organ_count + 1);
  size_t count = 0;
  for (uint32_t i = 0; i < image->row_count; i++) {
    const ImageRow *row = &image->rows[i];
    if ((row->state != ROW_GONE && row->state != ROW_NEW) || row->kind == RECORD_EXCEPTION ||
        row->organ == IMAGE_NONE || image->organs[row->organ].created || touched[row->organ])
      continue;
    touched[row->organ] = true;
    ids[count++] = image->organs[row->organ].id;
  }
  return record_touch_organs (image->call, ids, count);
}

Status
image_write (Image *image, const char *plan_id)
{
  Status status = write_organs (image, plan_id);
  for (RecordKind kind = 0; kind < RECORD_KINDS && !status_failed (status); kind++)
    status = write_kind (image, kind, plan_id);
  if (!status_failed (status))
    status = touch_organs (image);
  if (!status_failed (status))
    status = db_run (image->call->db, image->call, &sql_record_check, NULL, 0, NULL);
  return status;
}

/* The life to tell of: the one that holds today, else the last; an empty one on the day for an organ that has
 * none any more. */
static Period
life_of (const Image *image, uint32_t organ, Day on)
{
  Period life = {on, on};
  bool found = false;
  uint32_t at;
  IMAGE_EACH (image, at, image->organs[organ].first[RECORD_LIFE])
  {
    Period valid = image->rows[at].valid;
    if (period_holds (valid, image->call->today))
      return valid;
    if (!found || valid.from > life.from)
      life = valid;
    found = true;
  }
  return life;
}

static OrganHappening *
happening_message (const Image *image, const Happening *happening)
{
  OrganHappening *message = memory_new (image->call, OrganHappening);
  organ_happening__init (message);
  message->kind = (OrganHappeningKind)happening->kind;
  message->on = hierarchy_sql_day (image->call, happening->on);
  if (happening->parent != IMAGE_NONE)
    message->parent_id = image->organs[happening->parent].id;
  return message;
}

static void
raise_event (const Image *image, uint32_t organ, OrganHappening **happenings, size_t count, Day on,
             const char *plan_id)
{
  Call *call = image->call;
  Period life = life_of (image, organ, on);
  OrganChanged event = ORGAN_CHANGED__INIT;
  event.organ_id = image->organs[organ].id;
  event.organisation_id = image->organisation_id;
  event.code = image->organs[organ].code;
  event.name = image->organs[organ].name;
  event.kind = image->organs[organ].kind;
  event.valid_from = life.from == DAY_MIN ? "" : hierarchy_sql_day (call, life.from);
  event.valid_to = life.to == DAY_MAX ? "" : hierarchy_sql_day (call, life.to);
  event.record_time = call_time_text (call);
  event.happenings = happenings;
  event.n_happenings = count;
  event.plan_id = plan_id;
  call_raise_event (call, event.organ_id, &event.base);
}

void
image_raise_events (const Image *image, const char *plan_id)
{
  uint32_t *counts = memory_array (image->call, uint32_t, image->organ_count + 1);
  for (uint32_t i = 0; i < image->happening_count; i++)
    counts[image->happenings[i].organ]++;
  for (uint32_t i = 0; i < image->happening_count; i++) {
    uint32_t organ = image->happenings[i].organ;
    if (counts[organ] == 0)
      continue; /* has been told of */
    OrganHappening **list = memory_array (image->call, OrganHappening *, counts[organ]);
    size_t count = 0;
    for (uint32_t j = i; count < counts[organ]; j++)
      if (image->happenings[j].organ == organ)
        list[count++] = happening_message (image, &image->happenings[j]);
    raise_event (image, organ, list, count, image->happenings[i].on, plan_id);
    counts[organ] = 0;
  }
}
