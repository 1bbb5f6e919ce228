/* Area changes: checked whole when they are made, listed, handed to runs. */
#include "area.h"

#include "core/id.h"
#include "heimo_membership_handlers.h"
#include "membership_sql.h"

#include <assert.h>
#include <string.h>

enum { PAGE_DEFAULT = 50, PLACES_PAGE = 200 };

/* One request being checked. */
typedef struct Checking {
  Call *call;
  AreaRow *const *rows;
  size_t row_count;
  uint64_t *lines; /* of a file; NULL for rows of the request */
  const char *on;
  AreaPlace *places; /* talloc array */
  size_t place_count;
  uint64_t persons;
  Status status;
} Checking;

static void
add_bad (Checking *checking, size_t row, const char *field, const char *reason, const char *text)
{
  if (checking->lines != NULL)
    status_add_violation (&checking->status, checking->call, "csv", reason, "Line %llu, %s: %s",
                          (unsigned long long)checking->lines[row], field, text);
  else
    status_add_violation (&checking->status, checking->call,
                          memory_format (checking->call, "rows[%zu].%s", row, field), reason, "%s", text);
}

static const char *
country_of (const AreaRow *row)
{
  return row->country[0] == '\0' ? "FI" : row->country;
}

static void
check_rows (Checking *checking)
{
  for (size_t i = 0; i < checking->row_count; i++) {
    const AreaRow *row = checking->rows[i];
    bool code = row->postal_code[0] != '\0', from = row->from_municipality[0] != '\0';
    if (code == from)
      add_bad (checking, i, "postalCode", code ? "FIELD_NOT_ALLOWED" : "REQUIRED",
               "A row names a postal code or a municipality that moves, one of the two");
    if (row->town[0] == '\0' && row->municipality[0] == '\0' && row->province[0] == '\0')
      add_bad (checking, i, "municipality", "REQUIRED", "A row names a new town, municipality or province");
    const char *country = country_of (row);
    if (strlen (country) != 2 || country[0] < 'A' || country[0] > 'Z' || country[1] < 'A' || country[1] > 'Z')
      add_bad (checking, i, "country", "INVALID_COUNTRY", "A country is two capital letters");
  }
}

static const char *
choose (const char *wanted, const char *old)
{
  return wanted[0] == '\0' ? old : wanted;
}

static bool
is_named (const Checking *checking, const char *country, const char *postal_code)
{
  for (size_t i = 0; i < checking->place_count; i++)
    if (strcmp (checking->places[i].postal_code, postal_code) == 0 &&
        strcmp (checking->places[i].country, country) == 0)
      return true;
  return false;
}

/* Takes one place that a row names. */
static void
take_place (Checking *checking, const DbResult *result, size_t at, size_t row)
{
  const AreaRow *wanted = checking->rows[row];
  const char *country = db_value (result, at, "country");
  const char *postal_code = db_value (result, at, "postal_code");
  if (is_named (checking, country, postal_code)) {
    add_bad (checking, row, wanted->postal_code[0] == '\0' ? "fromMunicipality" : "postalCode", "DUPLICATE",
             memory_format (checking->call, "The postal code %s is named by an earlier row", postal_code));
    return;
  }
  AreaPlace *place = &checking->places[checking->place_count++];
  area_place__init (place);
  place->country = country;
  place->postal_code = postal_code;
  place->old_town = db_value (result, at, "old_town");
  place->old_municipality = db_value (result, at, "old_municipality");
  place->old_province = db_value (result, at, "old_province");
  place->town = choose (wanted->town, place->old_town);
  place->municipality = choose (wanted->municipality, place->old_municipality);
  place->province = choose (wanted->province, place->old_province);
}

/* Finds the postal codes of every row, as the gazetteer has them on the day. */
static Status
resolve (Checking *checking)
{
  Call *call = checking->call;
  size_t count = checking->row_count;
  const char **countries = memory_array (call, const char *, count),
             **codes = memory_array (call, const char *, count),
             **municipalities = memory_array (call, const char *, count);
  bool *found = memory_array (call, bool, count);
  for (size_t i = 0; i < count; i++) {
    countries[i] = country_of (checking->rows[i]);
    codes[i] = checking->rows[i]->postal_code;
    municipalities[i] = checking->rows[i]->from_municipality;
  }
  DbResult *result;
  Status status =
      db_run (call->db, call, &sql_area_resolve,
              DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("on", checking->on),
                         db_texts ("countries", countries, count), db_texts ("postal_codes", codes, count),
                         db_texts ("municipalities", municipalities, count)),
              &result);
  if (status_failed (status))
    return status;
  size_t places = db_row_count (result);
  if (places > AREA_PLACES_MAX)
    return status_field (call, checking->lines != NULL ? "csv" : "rows", "TOO_MANY_PLACES",
                         "The rows name more than %d postal codes", AREA_PLACES_MAX);
  checking->places = memory_array (call, AreaPlace, places + 1);
  for (size_t at = 0; at < places; at++) {
    size_t row = (size_t)db_number (result, at, "n") - 1;
    found[row] = true;
    take_place (checking, result, at, row);
  }
  for (size_t i = 0; i < count; i++)
    if (!found[i])
      add_bad (checking, i, codes[i][0] == '\0' ? "fromMunicipality" : "postalCode",
               codes[i][0] == '\0' ? "UNKNOWN_MUNICIPALITY" : "UNKNOWN_POSTAL_CODE",
               "The gazetteer does not know it");
  return checking->status;
}

/* The columns of the places. */
typedef struct PlaceColumns {
  const char **countries, **codes, **old_towns, **old_municipalities, **old_provinces, **towns,
      **municipalities, **provinces;
  int64_t *persons;
} PlaceColumns;

static PlaceColumns
columns_of (const Checking *checking)
{
  PlaceColumns columns;
  size_t count = checking->place_count;
  const char ***texts[] = {&columns.countries,          &columns.codes,         &columns.old_towns,
                           &columns.old_municipalities, &columns.old_provinces, &columns.towns,
                           &columns.municipalities,     &columns.provinces};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    *texts[i] = memory_array (checking->call, const char *, count + 1);
  columns.persons = memory_array (checking->call, int64_t, count + 1);
  for (size_t i = 0; i < count; i++) {
    const AreaPlace *place = &checking->places[i];
    columns.countries[i] = place->country;
    columns.codes[i] = place->postal_code;
    columns.old_towns[i] = place->old_town;
    columns.old_municipalities[i] = place->old_municipality;
    columns.old_provinces[i] = place->old_province;
    columns.towns[i] = place->town;
    columns.municipalities[i] = place->municipality;
    columns.provinces[i] = place->province;
    columns.persons[i] = (int64_t)place->person_count;
  }
  return columns;
}

static Status
count_persons (Checking *checking)
{
  Call *call = checking->call;
  DbResult *result;
  PlaceColumns columns = columns_of (checking);
  Status status =
      db_run (call->db, call, &sql_area_count,
              DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("on", checking->on),
                         db_texts ("countries", columns.countries, checking->place_count),
                         db_texts ("postal_codes", columns.codes, checking->place_count)),
              &result);
  for (size_t row = 0; !status_failed (status) && row < db_row_count (result); row++) {
    uint64_t persons = (uint64_t)db_number (result, row, "persons");
    assert (checking->places != NULL); /* a change that could not be resolved is not counted */
    checking->places[db_number (result, row, "n") - 1].person_count = persons;
    checking->persons += persons;
  }
  return status;
}

static Status
store (Checking *checking, const CreateAreaChangeRequest *request, const char *id)
{
  Call *call = checking->call;
  PlaceColumns columns = columns_of (checking);
  size_t count = checking->place_count;
  Status status =
      db_run (call->db, call, &sql_area_insert,
              DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("area_change_id", id),
                         db_text ("title", request->title), db_text ("reason", request->reason),
                         db_text ("on", request->on), db_integer ("place_count", (int64_t)count),
                         db_integer ("person_count", (int64_t)checking->persons),
                         db_text ("now", call_time_text (call)), db_text ("actor", call->principal->subject)),
              NULL);
  if (status_failed (status))
    return status;
  return db_run (
      call->db, call, &sql_area_place_insert,
      DB_VALUES (
          db_text ("federation_id", call->federation_id), db_text ("area_change_id", id),
          db_texts ("countries", columns.countries, count), db_texts ("postal_codes", columns.codes, count),
          db_texts ("old_towns", columns.old_towns, count),
          db_texts ("old_municipalities", columns.old_municipalities, count),
          db_texts ("old_provinces", columns.old_provinces, count), db_texts ("towns", columns.towns, count),
          db_texts ("municipalities", columns.municipalities, count),
          db_texts ("provinces", columns.provinces, count), db_integers ("persons", columns.persons, count)),
      NULL);
}

static Status
read_area (Call *call, const char *id, AreaChange *reply)
{
  return db_run_one (
      call->db, call, &sql_area_get,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("area_change_id", id)),
      "AREA_CHANGE_NOT_FOUND", &reply->base);
}

static Status
take_rows (Checking *checking, const CreateAreaChangeRequest *request)
{
  AreaRow **rows;
  checking->rows = request->rows;
  checking->row_count = request->n_rows;
  bool from_csv = request->csv[0] != '\0';
  if (from_csv == (request->n_rows > 0))
    return status_field (checking->call, "rows", from_csv ? "FIELD_NOT_ALLOWED" : "REQUIRED",
                         "An area change has rows or csv, one of the two");
  if (!from_csv)
    return STATUS_SUCCESS;
  Status status = area_read_csv (checking->call, request->csv, &rows, &checking->lines, &checking->row_count);
  checking->rows = rows;
  return status;
}

Status
create_area_change (Call *call, const CreateAreaChangeRequest *request, AreaChange *reply)
{
  Checking checking = {.call = call, .on = request->on, .status = STATUS_SUCCESS};
  Status status = take_rows (&checking, request);
  if (status_failed (status))
    return status;
  check_rows (&checking);
  status = checking.status;
  if (!status_failed (status))
    status = resolve (&checking);
  if (!status_failed (status))
    status = count_persons (&checking);
  if (status_failed (status))
    return status;
  const char *id = id_new_text (call, call->now);
  status = store (&checking, request, id);
  return status_failed (status) ? status : read_area (call, id, reply);
}

Status
get_area_change (Call *call, const GetAreaChangeRequest *request, AreaChange *reply)
{
  return read_area (call, request->area_change_id, reply);
}

Status
list_area_changes (Call *call, const ListAreaChangesRequest *request, ListAreaChangesResponse *reply)
{
  size_t size = request->page_size == 0 ? PAGE_DEFAULT : request->page_size;
  const char *const *after;
  DbResult *rows;
  Status status = call_open_page (call, &request->base, request->page_token, 1, &after);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_area_list,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("after", after == NULL ? NULL : after[0]),
                                db_integer ("limit", (int64_t)size + 1)),
                     &rows);
  if (status_failed (status))
    return status;
  reply->area_changes = db_read_rows (call, rows, &area_change__descriptor, &reply->n_area_changes);
  if (reply->n_area_changes > size) {
    reply->n_area_changes = size;
    const char *last = reply->area_changes[size - 1]->area_change_id;
    reply->next_page_token = call_seal_page (call, &request->base, &last, 1);
  }
  return STATUS_SUCCESS;
}

Status
list_area_places (Call *call, const ListAreaPlacesRequest *request, ListAreaPlacesResponse *reply)
{
  size_t size = request->page_size == 0 ? PLACES_PAGE : request->page_size;
  const char *const *after;
  DbResult *rows;
  AreaChange area = AREA_CHANGE__INIT;
  Status status = read_area (call, request->area_change_id, &area);
  if (!status_failed (status))
    status = call_open_page (call, &request->base, request->page_token, 2, &after);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_area_places,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("area_change_id", request->area_change_id),
                                db_text ("after_country", after == NULL ? "" : after[0]),
                                db_text ("after_postal_code", after == NULL ? "" : after[1]),
                                db_integer ("limit", (int64_t)size + 1)),
                     &rows);
  if (status_failed (status))
    return status;
  reply->places = db_read_rows (call, rows, &area_place__descriptor, &reply->n_places);
  if (reply->n_places > size) {
    reply->n_places = size;
    const AreaPlace *last = reply->places[size - 1];
    reply->next_page_token =
        call_seal_page (call, &request->base, (const char *[]){last->country, last->postal_code}, 2);
  }
  return STATUS_SUCCESS;
}

/* Locks the change, checks that it stands as it must, and starts the run. */
static Status
start (Call *call, const char *id, bool undo, AreaChange *reply)
{
  const char *run_id;
  DbResult *rows;
  Status status = db_run (
      call->db, call, &sql_area_lock,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("area_change_id", id)), &rows);
  AreaChange area = AREA_CHANGE__INIT;
  if (!status_failed (status))
    status = read_area (call, id, &area);
  if (!status_failed (status))
    status = call_check_etag (call, "", area.etag);
  if (status_failed (status))
    return status;
  bool fits = undo ? area.state == AREA_CHANGE_STATE__AREA_CHANGE_STATE_APPLIED ||
                         area.state == AREA_CHANGE_STATE__AREA_CHANGE_STATE_STOPPED
                   : area.state == AREA_CHANGE_STATE__AREA_CHANGE_STATE_CHECKED;
  if (!fits)
    return status_error (call, STATUS_FAILED_PRECONDITION, "WRONG_STATE",
                         undo ? "Only an area change that was applied can be undone"
                              : "Only an area change that is checked and not applied yet can be applied");
  status = call_start_run (call, undo ? "area-undo" : "area-apply", id, area.on, "", "", &run_id);
  if (!status_failed (status))
    status =
        db_run (call->db, call, &sql_area_state,
                DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("area_change_id", id),
                           db_integer ("state", undo ? AREA_CHANGE_STATE__AREA_CHANGE_STATE_UNDOING
                                                     : AREA_CHANGE_STATE__AREA_CHANGE_STATE_APPLYING),
                           db_text ("apply_run_id", undo ? NULL : run_id),
                           db_text ("undo_run_id", undo ? run_id : NULL)),
                NULL);
  return status_failed (status) ? status : read_area (call, id, reply);
}

Status
apply_area_change (Call *call, const ApplyAreaChangeRequest *request, AreaChange *reply)
{
  return start (call, request->area_change_id, false, reply);
}

Status
undo_area_change (Call *call, const UndoAreaChangeRequest *request, AreaChange *reply)
{
  return start (call, request->area_change_id, true, reply);
}
