/* The gazetteer. */
#include "heimo/membership/v1/membership_events.pb-c.h"
#include "heimo_membership_handlers.h"
#include "membership.h"
#include "membership_sql.h"
#include "persons.h"
#include "rows.h"

#include <string.h>

enum { EVENT_PLACES_MAX = 500 };

/* Publishes the places that are new or changed. */
static void
raise_places (Call *call, const DbResult *result)
{
  size_t count;
  Place **places = db_read_rows (call, result, &place__descriptor, &count);
  for (size_t i = 0; i < count; i += EVENT_PLACES_MAX) {
    PlacesRecorded event = PLACES_RECORDED__INIT;
    event.places = places + i;
    event.n_places = count - i < EVENT_PLACES_MAX ? count - i : EVENT_PLACES_MAX;
    call_raise_event (call, "gazetteer", &event.base);
  }
}

/* The same code twice in one request cannot be put in one statement. */
static Status
refuse_double (Call *call, const ImportPlacesRequest *request)
{
  for (size_t i = 0; i < request->n_places; i++)
    for (size_t j = 0; j < i; j++)
      if (strcmp (request->places[i]->postal_code, request->places[j]->postal_code) == 0 &&
          strcmp (request->places[i]->country, request->places[j]->country) == 0)
        return status_field (call, memory_format (call, "places[%zu].postalCode", i), "DUPLICATE",
                             "The postal code stands twice in the request");
  return STATUS_SUCCESS;
}

Status
import_places (Call *call, const ImportPlacesRequest *request, ImportPlacesResponse *reply)
{
  DbResult *result;
  size_t count = request->n_places;
  const char **columns[5];
  Status status = refuse_double (call, request);
  if (status_failed (status))
    return status;
  for (size_t i = 0; i < 5; i++)
    columns[i] = memory_array (call, const char *, count + 1);
  for (size_t i = 0; i < count; i++) {
    const Place *place = request->places[i];
    columns[0][i] = place->country;
    columns[1][i] = place->postal_code;
    columns[2][i] = place->town;
    columns[3][i] = place->municipality;
    columns[4][i] = place->province;
  }
  status = db_run (
      call->db, call, &sql_place_put,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("countries", columns[0], count),
                 db_texts ("postal_codes", columns[1], count), db_texts ("towns", columns[2], count),
                 db_texts ("municipalities", columns[3], count), db_texts ("provinces", columns[4], count)),
      &result);
  if (status_failed (status))
    return status;
  reply->recorded = (uint32_t)db_row_count (result);
  raise_places (call, result);
  return STATUS_SUCCESS;
}

Status
list_places (Call *call, const ListPlacesRequest *request, ListPlacesResponse *reply)
{
  const char *const *after;
  DbResult *result;
  size_t count, size = request->page_size == 0 ? 100 : request->page_size;
  Status status = call_open_page (call, &request->base, request->page_token, 2, &after);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_place_list,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("postal_code", request->postal_code),
                                db_text ("today", call_today_text (call)),
                                db_text ("after_country", after == NULL ? "" : after[0]),
                                db_text ("after_postal_code", after == NULL ? "" : after[1]),
                                db_integer ("limit", (int64_t)size + 1)),
                     &result);
  if (status_failed (status))
    return status;
  reply->places = db_read_rows (call, result, &place__descriptor, &count);
  reply->n_places = count > size ? size : count;
  if (count > size)
    reply->next_page_token = call_seal_page (
        call, &request->base,
        (const char *[]){reply->places[size - 1]->country, reply->places[size - 1]->postal_code}, 2);
  return STATUS_SUCCESS;
}
