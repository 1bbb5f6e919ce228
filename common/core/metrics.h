/* Metrics in the Prometheus text format. A metric is a row of a static table owned by whoever counts; a set
 * of tables is printed on the internal port. Counting is lock-free and may happen on any thread.
 */
#ifndef HEIMO_CORE_METRICS_H
#define HEIMO_CORE_METRICS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "core/memory.h"

typedef enum MetricKind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM } MetricKind;

/* Upper bounds of the histogram buckets in microseconds: 100 µs … 10 s. */
#define METRIC_BUCKETS 16

/* One metric. Zero-initialised values; `labels` is "" or `method="GetPerson"`. */
typedef struct Metric {
  const char *name; /* "heimo_calls_total" */
  MetricKind kind;
  const char *labels;
  const char *help;
  atomic_int_fast64_t value; /* counter, gauge; of a histogram: the sum in microseconds */
  atomic_int_fast64_t buckets[METRIC_BUCKETS + 1]; /* histogram only; the last is +Inf */
} Metric;

/* Adds to a counter or a gauge. */
void metric_add (Metric *metric, int64_t amount);

/* Sets a gauge. */
void metric_set (Metric *metric, int64_t value);

/* Records a duration in microseconds in a histogram. */
void metric_observe (Metric *metric, int64_t microseconds);

/* Appends the table to `text` (a talloc string) and returns it. Rows of one name must stand together. */
char *metrics_print (char *text, Metric *metrics, size_t count);

/* Appends what the kernel knows of this process: resident memory, open files, CPU time. */
char *metrics_print_process (char *text);

#endif
