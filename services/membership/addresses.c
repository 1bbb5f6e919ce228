/* Recording and listing addresses. */
#include "address_text.h"
#include "heimo_membership_handlers.h"
#include "known_at.h"
#include "membership_sql.h"
#include "persons.h"

#include <string.h>

/* Town, municipality and province of the postal code, as far as the gazetteer knows it. */
static Status
complete (Call *call, CardAddress *address)
{
  DbResult *result;
  if (address->postal_code[0] == '\0')
    return STATUS_SUCCESS;
  Status status = db_run (call->db, call, &sql_place_find,
                          DB_VALUES (db_text ("federation_id", call->federation_id),
                                     db_text ("country", address->country),
                                     db_text ("postal_code", address->postal_code)),
                          &result);
  if (status_failed (status) || db_row_count (result) == 0)
    return status;
  if (address->town[0] == '\0')
    address->town = db_value (result, 0, "town");
  address->municipality = db_value (result, 0, "municipality");
  address->province = db_value (result, 0, "province");
  return STATUS_SUCCESS;
}

Status
card_add_address (Card *card, const Address *address, const char *prefix, const char **address_id)
{
  Call *call = card->call;
  CardAddress row = {.street = memory_string (card, address->street),
                     .postal_code = memory_string (card, address->postal_code),
                     .town = memory_string (card, address->town),
                     .municipality = "",
                     .province = "",
                     .country = memory_string (card, address->country[0] == '\0' ? "FI" : address->country)};
  Status status =
      period_read (call, prefix, address->valid_from, address->valid_to, call->today, &row.row.valid);
  if (!status_failed (status))
    status = complete (call, &row);
  if (status_failed (status))
    return status;
  const CardAddress *added = card_record_address (card, &row);
  if (address_id != NULL)
    *address_id = added->row.id;
  return STATUS_SUCCESS;
}

Status
create_address (Call *call, const CreateAddressRequest *request, Address *reply)
{
  Card *card;
  const char *address_id = "";
  Status status = card_load (call, request->person_id, "", &card);
  if (!status_failed (status))
    status = card_add_address (card, request->address, "address.", &address_id);
  if (!status_failed (status))
    status = cards_save (call, &card, 1, "");
  if (status_failed (status))
    return status;
  return db_run_one (call->db, call, &sql_address_get,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("person_id", card->person_id), db_text ("address_id", address_id)),
                     "ADDRESS_NOT_FOUND", &reply->base);
}

Status
list_addresses (Call *call, const ListAddressesRequest *request, ListAddressesResponse *reply)
{
  DbResult *result;
  const char *known_at;
  Status status = person_must_exist (call, request->person_id);
  if (!status_failed (status))
    status = known_at_end_of (call, request->as_known_on, &known_at);
  if (!status_failed (status))
    status = db_run (call->db, call, &sql_address_history,
                     DB_VALUES (db_text ("federation_id", call->federation_id),
                                db_text ("person_id", request->person_id), db_text ("known_at", known_at)),
                     &result);
  if (!status_failed (status))
    reply->addresses = db_read_rows (call, result, &address__descriptor, &reply->n_addresses);
  return status;
}
