/* Two tables of metrics: single ones, and a histogram for each route. */
#include "gateway/counts.h"

#include "core/metrics.h"

struct Counts {
  const Api *api;
  Metric *routes; /* one for each route, and a last one for everything else */
  Metric singles[COUNT_NAMES];
};

#define ANSWERS "heimo_http_answers_total"
#define REFUSED "heimo_http_refused_total"

static const Metric rows[COUNT_NAMES] = {
    [COUNT_ANSWERS_2XX] = {.name = ANSWERS, .labels = "class=\"2xx\"", .help = "Requests answered"},
    [COUNT_ANSWERS_3XX] = {.name = ANSWERS, .labels = "class=\"3xx\"", .help = "Requests answered"},
    [COUNT_ANSWERS_4XX] = {.name = ANSWERS, .labels = "class=\"4xx\"", .help = "Requests answered"},
    [COUNT_ANSWERS_5XX] = {.name = ANSWERS, .labels = "class=\"5xx\"", .help = "Requests answered"},
    [COUNT_REFUSED_CLIENT] = {.name = REFUSED, .labels = "by=\"client\"", .help = "Requests over a limit"},
    [COUNT_REFUSED_LOAD] = {.name = REFUSED, .labels = "by=\"load\"", .help = "Requests over a limit"},
    [COUNT_EVENT_STREAMS] = {.name = "heimo_http_event_streams_total",
                             .labels = "",
                             .help = "Event streams begun"},
    [COUNT_UPLOAD_BYTES] = {.name = "heimo_http_upload_bytes_total",
                            .labels = "",
                            .help = "Bytes of files received"},
};

static Metric
histogram (const char *labels)
{
  return (Metric){.name = "heimo_http_request_duration_seconds",
                  .kind = METRIC_HISTOGRAM,
                  .labels = labels,
                  .help = "From the head of a request to its answer"};
}

Counts *
counts_new (void *owner, const Api *api)
{
  Counts *counts = memory_new (owner, Counts);
  counts->api = api;
  counts->routes = memory_array (counts, Metric, api->route_count + 1);
  for (size_t i = 0; i < api->route_count; i++) {
    const ApiRoute *route = &api->routes[i];
    counts->routes[i] = histogram (
        memory_format (counts, "method=\"%s\",route=\"%s\"", api_verb_name (route->verb), route->path));
  }
  counts->routes[api->route_count] = histogram ("method=\"GET\",route=\"other\"");
  for (int i = 0; i < COUNT_NAMES; i++)
    counts->singles[i] = rows[i];
  return counts;
}

void
counts_add (Counts *counts, CountName name, int64_t amount)
{
  metric_add (&counts->singles[name], amount);
}

void
counts_answer (Counts *counts, const ApiRoute *route, unsigned status, int64_t duration)
{
  static const CountName classes[] = {COUNT_ANSWERS_2XX, COUNT_ANSWERS_3XX, COUNT_ANSWERS_4XX,
                                      COUNT_ANSWERS_5XX};
  size_t index = route == NULL ? counts->api->route_count : (size_t)(route - counts->api->routes);
  counts_add (counts, classes[(status / 100 + 2) % 4], 1);
  metric_observe (&counts->routes[index], duration);
}

char *
counts_print (Counts *counts, char *text)
{
  text = metrics_print (text, counts->singles, COUNT_NAMES);
  return metrics_print (text, counts->routes, counts->api->route_count + 1);
}
