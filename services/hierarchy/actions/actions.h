/* Actions: what an organisation wants to exist for every one of its organs. What the files here share.
 *
 * Groups and rights are open while their organ is in the tree, so they close with it and open again with it;
 * a run works that out anew after every change of the tree. Who is in a group is never stored: it is who is a
 * member, or who holds the position, on the day asked about.
 */
#ifndef HIERARCHY_ACTIONS_H
#define HIERARCHY_ACTIONS_H

#include "hierarchy.h"

#include "heimo/hierarchy/v1/action.pb-c.h"

/* Queues the run that opens and closes groups, unless one waits already. Call it in the transaction that
 * changes an action, or the lives or edges of organs. */
Status actions_start (Call *call) MUST_CHECK;

/* One step of that run, and of the daily run that awards jubilees. */
Status actions_step (Call *call, RunStep *step) MUST_CHECK;
Status jubilees_step (Call *call, RunStep *step) MUST_CHECK;

/* Reads the actions of an organisation, or one; the other is "". *actions is on the call. */
Status actions_read (Call *call, const char *organisation_id, const char *action_id, Action ***actions,
                     size_t *count) MUST_CHECK;

/* The words of a text separated by spaces, on the call. */
const char **actions_split (Call *call, const char *text, size_t *count);

#endif
