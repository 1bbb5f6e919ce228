/* The process: threads, signals, drain. */
#ifndef HEIMO_GATEWAY_PROCESS_H
#define HEIMO_GATEWAY_PROCESS_H

#include "gateway/gateway.h"

#include <signal.h>

typedef struct Process Process;

/* Blocks the signals that process_wait takes, for this thread and those it starts. */
void process_block_signals (sigset_t *signals);

/* Opens everything and starts the threads. */
Status process_start (void *owner, const Settings *settings, Process **process) MUST_CHECK;

/* Waits for the end; returns the exit status. Afterwards the process is empty and may be freed. */
int process_wait (Process *process, const sigset_t *signals);

/* Asks a running gateway, configured like this process, whether it is ready: 0 when it is. */
int process_check (void *owner);

#endif
