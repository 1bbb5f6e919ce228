/* The counters: a row each. Atomics, because the ZAP thread, the front thread and client threads all add. */
#include "bus/internal.h"

typedef struct CounterRow {
  const char *name;
  const char *help;
} CounterRow;

static const CounterRow rows[COUNTER_COUNT] = {
    [COUNTER_UNKNOWN_VERSION] = {"heimo_bus_unknown_version_total",
                                 "Messages with a protocol version we do not speak"},
    [COUNTER_TRUNCATED] = {"heimo_bus_truncated_total", "Messages with too few or too many frames"},
    [COUNTER_MALFORMED] = {"heimo_bus_malformed_total", "Messages whose header could not be decoded"},
    [COUNTER_UNAUTHORISED] = {"heimo_bus_unauthorised_total",
                              "Messages from a key that is not on the allow-list"},
    [COUNTER_NOT_ALLOWED] = {"heimo_bus_not_allowed_total", "Calls of a method the caller may not call"},
    [COUNTER_UNKNOWN_METHOD] = {"heimo_bus_unknown_method_total", "Calls of a method that does not exist"},
    [COUNTER_DUPLICATE] = {"heimo_bus_duplicate_total", "Requests seen before and not executed again"},
    [COUNTER_EXPIRED] = {"heimo_bus_expired_total",
                         "Calls answered after their deadline or refused because of it"},
    [COUNTER_OVERLOADED] = {"heimo_bus_overloaded_total", "Calls refused because too many were in hand"},
    [COUNTER_DRAINING] = {"heimo_bus_draining_total", "Calls refused because the server was draining"},
    [COUNTER_CALLS] = {"heimo_bus_calls_total", "Calls taken"},
    [COUNTER_CANCELLED] = {"heimo_bus_cancelled_total", "Calls cancelled by the caller"},
    [COUNTER_DROPPED_REPLIES] = {"heimo_bus_dropped_replies_total", "Replies whose caller had gone"},
    [COUNTER_GOAWAYS] = {"heimo_bus_goaways_total", "GOAWAY messages sent"},
    [COUNTER_HANDSHAKE_FAILED] = {"heimo_bus_handshake_failed_total",
                                  "Connections that failed in the handshake"},
    [COUNTER_ZAP_ACCEPTED] = {"heimo_bus_zap_accepted_total", "Connections admitted by the allow-list"},
    [COUNTER_ZAP_REFUSED] = {"heimo_bus_zap_refused_total", "Connections refused by the allow-list"},
    [COUNTER_CLIENT_CALLS] = {"heimo_bus_client_calls_total", "Calls made"},
    [COUNTER_CLIENT_RETRIES] = {"heimo_bus_client_retries_total", "Calls tried a second time"},
    [COUNTER_CLIENT_RETRIES_DENIED] = {"heimo_bus_client_retries_denied_total",
                                       "Retries refused by the retry budget"},
    [COUNTER_CLIENT_MOVED] = {"heimo_bus_client_moved_total", "Calls moved away from a draining replica"},
    [COUNTER_CLIENT_LATE_REPLIES] = {"heimo_bus_client_late_replies_total",
                                     "Replies nobody waited for any more"},
    [COUNTER_CLIENT_BAD_REPLIES] = {"heimo_bus_client_bad_replies_total",
                                    "Replies that could not be decoded"},
    [COUNTER_CLIENT_QUEUE_FULL] = {"heimo_bus_client_queue_full_total",
                                   "Calls refused because the wait queue was full"},
    [COUNTER_CLIENT_LOST_REPLICAS] = {"heimo_bus_client_lost_replicas_total",
                                      "Connections to replicas that were lost"},
    [COUNTER_NUDGES_SENT] = {"heimo_bus_nudges_sent_total", "Nudges published"},
    [COUNTER_NUDGES_HEARD] = {"heimo_bus_nudges_heard_total", "Nudges received"},
};

void
counters_start (Bus *bus)
{
  for (CounterId id = 0; id < COUNTER_COUNT; id++) {
    bus->counters[id].name = rows[id].name;
    bus->counters[id].kind = METRIC_COUNTER;
    bus->counters[id].labels = "";
    bus->counters[id].help = rows[id].help;
  }
}

void
counter_add (Bus *bus, CounterId id)
{
  metric_add (&bus->counters[id], 1);
}

int64_t
counter_value (Bus *bus, CounterId id)
{
  return atomic_load (&bus->counters[id].value);
}

Metric *
bus_metrics (Bus *bus, size_t *count)
{
  *count = COUNTER_COUNT;
  return bus->counters;
}
