/* The steps of the service's runs. */
#ifndef HEIMO_MEMBERSHIP_RUNS_H
#define HEIMO_MEMBERSHIP_RUNS_H

#include "membership.h"

/* import_check.c: the dry run */
Status check_step (Call *call, RunStep *step) MUST_CHECK;
Status check_ended (Call *call, const Run *run, RunState state) MUST_CHECK;

/* import_apply.c */
Status apply_step (Call *call, RunStep *step) MUST_CHECK;
Status apply_ended (Call *call, const Run *run, RunState state) MUST_CHECK;

/* import_undo.c */
Status undo_step (Call *call, RunStep *step) MUST_CHECK;
Status undo_ended (Call *call, const Run *run, RunState state) MUST_CHECK;

/* area_run.c */
Status area_apply_step (Call *call, RunStep *step) MUST_CHECK;
Status area_apply_ended (Call *call, const Run *run, RunState state) MUST_CHECK;
Status area_undo_step (Call *call, RunStep *step) MUST_CHECK;
Status area_undo_ended (Call *call, const Run *run, RunState state) MUST_CHECK;

/* erase.c */
Status erase_step (Call *call, RunStep *step) MUST_CHECK;

/* Raises the event of a person who is erased. */
void erase_raise_event (Call *call, const char *person_id);

/* day_run.c */
Status day_step (Call *call, RunStep *step) MUST_CHECK;

/* republish.c: everything told again, for followers */
Status republish_step (Call *call, RunStep *step) MUST_CHECK;

#endif
