/* What a plan does, organ by organ and person by person. */
#include "plans/plan_persons.h"
#include "plans/plan_store.h"

#include <stdlib.h>
#include <string.h>

#include "heimo_hierarchy_handlers.h"

enum { EFFECTS_DEFAULT = 200, PERSONS_DEFAULT = 50 };

static Status
check_plan (Call *call, const char *plan_id)
{
  Plan plan;
  return plan_read (call, plan_id, &plan);
}

Status
list_plan_effects (Call *call, const ListPlanEffectsRequest *request, ListPlanEffectsResponse *reply)
{
  size_t size = request->page_size == 0 ? EFFECTS_DEFAULT : request->page_size;
  const char *const *after;
  DbResult *rows;
  Status status = call_open_page (call, &request->base, request->page_token, 1, &after);
  if (!status_failed (status))
    status = check_plan (call, request->plan_id);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_plan_effect_list,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("plan_id", request->plan_id),
                                db_integer ("after", after == NULL ? 0 : strtoll (after[0], NULL, 10)),
                                db_integer ("limit", (int64_t)size + 1)),
                     &rows);
  if (status_failed (status))
    return status;
  reply->effects = db_read_rows (call, rows, &plan_effect__descriptor, &reply->n_effects);
  if (reply->n_effects > size) {
    reply->n_effects = size;
    reply->next_page_token =
        call_seal_page (call, &request->base, &(const char *){db_value (rows, size - 1, "position")}, 1);
  }
  return STATUS_SUCCESS;
}

static const char *const effect_names[] = {"", "joins", "leaves", "changes"};

/* Where a list of persons goes on: an effect, and how many of its persons have been told. */
typedef struct PersonsPlace {
  int64_t position;
  size_t told;
} PersonsPlace;

/* A page that is being filled. */
typedef struct PersonsPage {
  Call *call;
  const ListPlanPersonsRequest *request;
  ListPlanPersonsResponse *reply;
  size_t size;
  PersonsPlace place;
  bool ended;
} PersonsPage;

static const char **
period_texts (Call *call, const Period *periods, size_t count)
{
  const char **texts = memory_array (call, const char *, count + 1);
  for (size_t i = 0; i < count; i++) {
    char from[DAY_TEXT_SIZE], to[DAY_TEXT_SIZE];
    texts[i] =
        memory_format (call, "%s/%s", day_format (periods[i].from, from), day_format (periods[i].to, to));
  }
  return texts;
}

static void
add_person (PersonsPage *page, const DbResult *effect, const PackedPerson *packed, const DbResult *rows,
            size_t row)
{
  PlanPerson *person = memory_new (page->call, PlanPerson);
  plan_person__init (person);
  db_read_row (page->call, effect, 0, &person->base);
  db_read_row (page->call, rows, row, &person->base);
  person->person_id = packed->id;
  person->effect = effect_names[packed->effect];
  person->before = period_texts (page->call, packed->periods, packed->before_count);
  person->n_before = packed->before_count;
  person->after = period_texts (page->call, packed->periods + packed->before_count, packed->after_count);
  person->n_after = packed->after_count;
  page->reply->persons[page->reply->n_persons++] = person;
}

/* Takes persons of one effect, by name, until the page is full. */
static Status
fill_from (PersonsPage *page, const DbResult *effect)
{
  Call *call = page->call;
  PackedPerson *all;
  size_t count, wanted = 0, left = page->size - page->reply->n_persons;
  if (!person_list_unpack (call, db_byte_value (call, effect, 0, "persons"), &all, &count))
    return status_error (call, STATUS_DATA_LOSS, "PLAN_UNREADABLE", "The stored persons cannot be read");
  const char **ids = memory_array (call, const char *, count + 1);
  for (size_t i = 0; i < count; i++)
    if (*page->request->effect == '\0' || strcmp (page->request->effect, effect_names[all[i].effect]) == 0) {
      all[wanted] = all[i];
      ids[wanted] = all[wanted].id;
      wanted++;
    }
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_plan_person_page,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("person_ids", ids, wanted),
                 db_integer ("limit", (int64_t)left), db_integer ("offset", (int64_t)page->place.told)),
      &rows);
  if (status_failed (status))
    return status;
  for (size_t row = 0; row < db_row_count (rows); row++)
    add_person (page, effect, &all[db_number (rows, row, "n") - 1], rows, row);
  page->place.told += db_row_count (rows);
  if (db_row_count (rows) < left)
    page->place = (PersonsPlace){db_number (effect, 0, "position") + 1, 0};
  return STATUS_SUCCESS;
}

static Status
fill_page (PersonsPage *page)
{
  Call *call = page->call;
  while (!page->ended && page->reply->n_persons < page->size) {
    DbResult *effect;
    Status status = db_run (call->db, call, &sql_plan_effect_next,
                            DB_VALUES (db_text ("federation_id", call->federation_id),
                                       db_text ("plan_id", page->request->plan_id),
                                       db_integer ("position", page->place.position),
                                       db_text ("organ_id", page->request->organ_id),
                                       db_text ("type_id", page->request->type_id)),
                            &effect);
    if (status_failed (status))
      return status;
    page->ended = db_row_count (effect) == 0;
    if (page->ended)
      break;
    if (db_number (effect, 0, "position") != page->place.position)
      page->place = (PersonsPlace){db_number (effect, 0, "position"), 0};
    status = fill_from (page, effect);
    if (status_failed (status))
      return status;
  }
  return STATUS_SUCCESS;
}

Status
list_plan_persons (Call *call, const ListPlanPersonsRequest *request, ListPlanPersonsResponse *reply)
{
  PersonsPage page = {.call = call, .request = request, .reply = reply, .place = {1, 0}};
  const char *const *after;
  page.size = request->page_size == 0 ? PERSONS_DEFAULT : request->page_size;
  Status status = call_open_page (call, &request->base, request->page_token, 2, &after);
  if (!status_failed (status))
    status = check_plan (call, request->plan_id);
  if (status_failed (status))
    return status;
  if (*request->effect != '\0' && strcmp (request->effect, "joins") != 0 &&
      strcmp (request->effect, "leaves") != 0 && strcmp (request->effect, "changes") != 0)
    return status_field (call, "effect", "UNKNOWN_VALUE", "An effect is joins, leaves or changes");
  if (after != NULL)
    page.place = (PersonsPlace){strtoll (after[0], NULL, 10), strtoull (after[1], NULL, 10)};
  reply->persons = memory_array (call, PlanPerson *, page.size);
  status = fill_page (&page);
  if (status_failed (status) || page.ended)
    return status;
  const char *const values[] = {memory_format (call, "%lld", (long long)page.place.position),
                                memory_format (call, "%zu", page.place.told)};
  reply->next_page_token = call_seal_page (call, &request->base, values, 2);
  return STATUS_SUCCESS;
}
