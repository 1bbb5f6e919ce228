/* Counting and printing metrics. */
#include "core/metrics.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const int64_t bucket_bounds[METRIC_BUCKETS] = {100,     250,     500,     1000,    2500,   5000,
                                                      10000,   20000,   50000,   100000,  250000, 500000,
                                                      1000000, 2500000, 5000000, 10000000};

static const char *const kind_names[] = {"counter", "gauge", "histogram"};

void
metric_add (Metric *metric, int64_t amount)
{
  atomic_fetch_add_explicit (&metric->value, amount, memory_order_relaxed);
}

void
metric_set (Metric *metric, int64_t value)
{
  atomic_store_explicit (&metric->value, value, memory_order_relaxed);
}

void
metric_observe (Metric *metric, int64_t microseconds)
{
  size_t bucket = 0;
  while (bucket < METRIC_BUCKETS && microseconds > bucket_bounds[bucket])
    bucket++;
  atomic_fetch_add_explicit (&metric->buckets[bucket], 1, memory_order_relaxed);
  metric_add (metric, microseconds);
}

static char *
print_histogram (char *text, Metric *metric)
{
  const char *comma = *metric->labels == '\0' ? "" : ",";
  int64_t total = 0;
  for (size_t i = 0; i <= METRIC_BUCKETS; i++) {
    total += atomic_load_explicit (&metric->buckets[i], memory_order_relaxed);
    char bound[32] = "+Inf";
    if (i < METRIC_BUCKETS)
      snprintf (bound, sizeof bound, "%g", (double)bucket_bounds[i] / 1e6);
    text = memory_must (talloc_asprintf_append_buffer (text, "%s_bucket{%s%sle=\"%s\"} %" PRId64 "\n",
                                                       metric->name, metric->labels, comma, bound, total));
  }
  double sum = (double)atomic_load_explicit (&metric->value, memory_order_relaxed) / 1e6;
  return memory_must (talloc_asprintf_append_buffer (text, "%s_sum{%s} %.6f\n%s_count{%s} %" PRId64 "\n",
                                                     metric->name, metric->labels, sum, metric->name,
                                                     metric->labels, total));
}

char *
metrics_print (char *text, Metric *metrics, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    Metric *metric = &metrics[i];
    if (i == 0 || strcmp (metrics[i - 1].name, metric->name) != 0)
      text =
          memory_must (talloc_asprintf_append_buffer (text, "# HELP %s %s\n# TYPE %s %s\n", metric->name,
                                                      metric->help, metric->name, kind_names[metric->kind]));
    if (metric->kind == METRIC_HISTOGRAM) {
      text = print_histogram (text, metric);
      continue;
    }
    int64_t value = atomic_load_explicit (&metric->value, memory_order_relaxed);
    text = memory_must (
        talloc_asprintf_append_buffer (text, "%s{%s} %" PRId64 "\n", metric->name, metric->labels, value));
  }
  return text;
}

static long
resident_bytes (void)
{
  long total = 0, resident = 0;
  FILE *file = fopen ("/proc/self/statm", "re");
  if (file == NULL)
    return 0;
  if (fscanf (file, "%ld %ld", &total, &resident) != 2)
    resident = 0;
  fclose (file);
  return resident * sysconf (_SC_PAGESIZE);
}

static long
open_files (void)
{
  long count = 0;
  DIR *folder = opendir ("/proc/self/fd");
  if (folder == NULL)
    return 0;
  while (readdir (folder) != NULL)
    count++;
  closedir (folder);
  return count - 3; /* ".", ".." and the folder itself */
}

char *
metrics_print_process (char *text)
{
  struct rusage usage;
  getrusage (RUSAGE_SELF, &usage);
  double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  return memory_must (talloc_asprintf_append_buffer (
      text,
      "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes %ld\n"
      "# TYPE process_open_fds gauge\nprocess_open_fds %ld\n"
      "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total %.3f\n",
      resident_bytes (), open_files (), cpu));
}
