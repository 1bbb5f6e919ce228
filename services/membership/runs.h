/* The steps of the service's runs. */
#ifndef HEIMO_MEMBERSHIP_RUNS_H
#define HEIMO_MEMBERSHIP_RUNS_H

#include "membership.h"

/* day_run.c */
Status day_step (Call *call, RunStep *step) MUST_CHECK;

#endif
