/* Log: one JSON object a line on standard output. Identifiers only, never personal data; a failure is logged
 * once, where the request or the step ends.
 */
#ifndef HEIMO_CORE_LOG_H
#define HEIMO_CORE_LOG_H

#include "core/status.h"

typedef enum LogLevel { LOG_DEBUG_LEVEL, LOG_INFO_LEVEL, LOG_WARNING_LEVEL, LOG_ERROR_LEVEL } LogLevel;

/* Names the program in every line and sets the least level ("debug", "info", "warning", "error"). Call once,
 * before any thread starts. */
void log_open (const char *service, const char *level);

/* Writes one line: a level, a fixed message ("call failed"), and pairs of key and text ending with NULL:
 * log_write (LOG_INFO_LEVEL, "run ended", "run", run_id, "state", "SUCCEEDED", NULL). A NULL value is left
 * out. */
void log_write (LogLevel level, const char *message, ...) __attribute__ ((sentinel));

/* A line for a failed status, with its code, reason and message, and further pairs. */
void log_status (LogLevel level, const char *message, Status status, ...) __attribute__ ((sentinel));

#endif
