/* heimoctl while it carries out one verb: the configuration, the bus, the output. One thread. */
#ifndef HEIMO_CTL_CTL_H
#define HEIMO_CTL_CTL_H

#include <stdio.h>

#include "bus/bus.h"
#include "core/config.h"
#include "services/ctl/table.h"
#include "services/ctl/verbs.h"

/* The configuration, read from the environment. */
typedef struct CtlSettings {
  const char *bus_directory;
  const char *keys;
  const char *peers;
  const char *federation;
  const char *disks;
} CtlSettings;

extern const ConfigKey ctl_keys[];
extern const size_t ctl_key_count;

struct Ctl {
  const Arguments *arguments;
  const CtlSettings *settings;
  const char *const *services; /* those that the verb is about */
  size_t service_count;
  FILE *out;
  struct event_base *base;
  Bus *bus;          /* NULL: it could not be had (NEED_DOCTOR), `bus_status` says why */
  BusClient *client; /* likewise */
  Status bus_status;
  Principal principal;
};

/* Carries out what the arguments say, and prints it to `out`; faults go to standard error. */
CtlExit ctl_main (int argc, char **argv, FILE *out);

/* Prints a failure to standard error: what it is about (a service, a file; NULL: nothing), the reason, the
 * fields that are wrong. Returns what the process ends with because of it. */
CtlExit ctl_complain (const char *about, Status status);

/* The worse of two ends: unreachable, usage, found, good. */
CtlExit ctl_worse (CtlExit one, CtlExit other);

/* ---- asking services ---- */

/* What came of asking one service. */
typedef struct Answer {
  const char *service;
  Status status;
  ProtobufCMessage *reply; /* NULL when the status is a failure */
  int64_t asked_us;        /* by this machine's clock */
  int64_t answered_us;
} Answer;

/* Asks all services of the verb at once, each with its own name in the request's field "service" where it has
 * one. Waits for all; the answers are parallel to ctl->services, on `owner`. */
const Answer *ctl_ask_all (void *owner, Ctl *ctl, const char *method, ProtobufCMessage *request);

/* Asks one service. */
Answer ctl_ask (void *owner, Ctl *ctl, const char *service, const char *method, ProtobufCMessage *request);

/* Complains about those that failed; the worst end. */
CtlExit ctl_complain_all (const Ctl *ctl, const Answer *answers);

/* The times of day, microseconds since 1970; only for what is compared and shown. */
int64_t ctl_now (void);

/* Waits `ms` milliseconds while what comes is dealt with. */
void ctl_wait (const Ctl *ctl, unsigned ms);

/* ---- writing ---- */

/* What a verb writes: a table, or with --json its messages. */
typedef struct Output {
  FILE *out;
  Table *table; /* NULL: JSON */
} Output;

Output ctl_output (void *owner, const Ctl *ctl, const TableForm *form);

/* One row: `row` is what the form's functions take, `message` what is written as JSON. */
void ctl_output_row (Output *output, const void *row, const ProtobufCMessage *message);

/* Writes what has been gathered. */
void ctl_output_end (Output *output);

/* One message: a line for each of its fields, or one JSON object. */
void ctl_output_message (Ctl *ctl, const ProtobufCMessage *message);

/* Writes a message as one line of JSON. */
void ctl_write_json (FILE *out, const ProtobufCMessage *message);

/* The name of a value of an enum without its prefix, in lower case: "running". On `owner`. */
const char *ctl_enum_word (void *owner, const ProtobufCEnumDescriptor *type, int value);

/* "2026-11-22 03:04:05", UTC, of RFC 3339; NULL for none. On `owner`. */
const char *ctl_short_time (void *owner, const char *time);

/* "12 s", "3 min", "5 h", "9 d" of milliseconds. On `owner`. */
const char *ctl_duration (void *owner, uint64_t ms);

/* ---- the verbs ---- */

CtlExit run_status (Ctl *ctl);
CtlExit run_doctor (Ctl *ctl);
CtlExit run_runs (Ctl *ctl);
CtlExit run_runs_show (Ctl *ctl);
CtlExit run_runs_cancel (Ctl *ctl);
CtlExit run_parked (Ctl *ctl);
CtlExit run_parked_show (Ctl *ctl);
CtlExit run_parked_retry (Ctl *ctl);
CtlExit run_parked_drop (Ctl *ctl);
CtlExit run_events (Ctl *ctl);
CtlExit run_print (Ctl *ctl);

#endif
