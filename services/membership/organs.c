/* The projection of the hierarchy service's organs: names for cards, codes for imports. */
#include "heimo/hierarchy/v1/hierarchy_events.pb-c.h"
#include "membership.h"
#include "membership_sql.h"

Status
follow_organs (Call *call, EventRecord *const *events, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    const ProtobufCMessage *message = event_payload (call, events[i], &organ_changed__descriptor);
    if (message == NULL)
      return status_error (call, STATUS_INVALID_ARGUMENT, "EVENT_UNREADABLE", "The event is no OrganChanged");
    Status status =
        db_run (call->db, call, &sql_organ_put,
                DB_VALUES (db_text ("federation_id", call->federation_id), db_message (message)), NULL);
    if (status_failed (status))
      return status;
  }
  return STATUS_SUCCESS;
}
