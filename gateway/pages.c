/* A table of paths and functions. */
#include "gateway/pages.h"

#include "gateway/json/json.h"
#include "gateway/problem.h"
#include "gateway/visit.h"

#include <string.h>

typedef struct Page {
  const char *path; /* a trailing slash: everything below it too */
  void (*answer) (Visit *visit);
} Page;

static void
answer_text (Visit *visit, unsigned status, const char *type, const char *text)
{
  visit_answer (visit, status, type, NULL, (Bytes){(const uint8_t *)text, strlen (text)});
}

/* Alive: the event loop turns. Nothing else is asked, so that a fault elsewhere does not get us restarted. */
static void
answer_health (Visit *visit)
{
  answer_text (visit, 200, "application/json", "{\"status\":\"alive\"}");
}

/* Ready: every service has a replica that answers, and we are not on our way out. */
static void
answer_ready (Visit *visit)
{
  const Gateway *gateway = visit->thread->gateway;
  bool ready = !gateway->draining;
  JsonBuffer *json = json_buffer_new (visit, 256);
  json_append_raw (json, gateway->draining ? "{\"draining\":true,\"replicas\":{"
                                           : "{\"draining\":false,\"replicas\":{");
  for (size_t i = 0; i < gateway->api->service_name_count; i++) {
    const char *name = gateway->api->service_names[i];
    unsigned up = bus_client_replicas_up (visit->thread->client, name);
    ready = ready && up > 0;
    json_append_raw (json, i == 0 ? "" : ",");
    json_append_string (json, name);
    json_append (json, ":", 1);
    json_append_unsigned (json, up);
  }
  json_append_raw (json, ready ? "},\"ready\":true}" : "},\"ready\":false}");
  visit_answer (visit, ready ? 200 : 503, "application/json", NULL, json_buffer_bytes (json));
}

static void
answer_openapi (Visit *visit)
{
  visit_answer (visit, 200, "application/json", NULL, visit->thread->gateway->openapi);
}

static void
answer_problems (Visit *visit)
{
  const char *reason = visit->http->target->path.data + strlen (PROBLEM_BASE);
  bool found;
  Bytes page = problem_page (visit, reason, &found);
  visit_answer (visit, found ? 200 : 404,
                reason[0] == '\0' ? "application/json" : "text/plain; charset=utf-8", NULL, page);
}

/* The codec's counts are those of this thread: the internal port is served by the first. */
static char *
print_http (char *text, const HttpCounts *counts)
{
  const struct {
    const char *name;
    const char *kind;
    uint64_t value;
  } rows[] = {{"connections_total", "counter", counts->connections},
              {"heads_total", "counter", counts->requests},
              {"gone_total", "counter", counts->gone},
              {"idle_evicted_total", "counter", counts->idle_evicted},
              {"accept_pauses_total", "counter", counts->accept_pauses},
              {"connections_open", "gauge", counts->connections_open},
              {"connections_idle", "gauge", counts->connections_idle},
              {"requests_in_flight", "gauge", counts->requests_in_flight}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    text = memory_must (
        talloc_asprintf_append (text, "# TYPE heimo_http_%s %s\nheimo_http_%s{thread=\"0\"} %llu\n",
                                rows[i].name, rows[i].kind, rows[i].name, (unsigned long long)rows[i].value));
  text = memory_must (talloc_asprintf_append (text, "# TYPE heimo_http_faults_total counter\n"));
  for (size_t i = 0; i < HTTP_FAULT_COUNT; i++) {
    if (counts->faults[i] != 0)
      text = memory_must (
          talloc_asprintf_append (text, "heimo_http_faults_total{thread=\"0\",reason=\"%s\"} %llu\n",
                                  http_faults[i].reason, (unsigned long long)counts->faults[i]));
  }
  return text;
}

static void
answer_metrics (Visit *visit)
{
  Gateway *gateway = visit->thread->gateway;
  size_t count;
  Metric *bus = bus_metrics (gateway->bus, &count);
  char *text = counts_print (gateway->counts, memory_string (visit, ""));
  text = metrics_print (text, bus, count);
  text = print_http (text, http_server_counts (visit->thread->server));
  answer_text (visit, 200, "text/plain; version=0.0.4; charset=utf-8", metrics_print_process (text));
}

static const Page pages[] = {{"/healthz", answer_health},
                             {"/readyz", answer_ready},
                             {"/openapi.json", answer_openapi},
                             {PROBLEM_BASE, answer_problems}};

static const Page internal_pages[] = {
    {"/healthz", answer_health}, {"/readyz", answer_ready}, {"/metrics", answer_metrics}};

static bool
answer_from (const Page *table, size_t count, Visit *visit)
{
  const char *path = visit->http->target->path.data;
  for (size_t i = 0; i < count; i++) {
    size_t length = strlen (table[i].path);
    bool below = table[i].path[length - 1] == '/' && strncmp (path, table[i].path, length) == 0;
    if (below || strcmp (path, table[i].path) == 0) {
      table[i].answer (visit);
      return true;
    }
  }
  return false;
}

bool
pages_answer (Visit *visit)
{
  return answer_from (pages, sizeof pages / sizeof pages[0], visit);
}

void
pages_answer_internal (Visit *visit)
{
  if (!answer_from (internal_pages, sizeof internal_pages / sizeof internal_pages[0], visit))
    visit_fail (visit,
                status_error (visit, STATUS_NOT_FOUND, "NO_SUCH_PATH", "There is nothing at this path"));
}
