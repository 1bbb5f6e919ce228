/* A pass over many persons: facts and memberships streamed from the database, evaluated by two threads,
 * compared. Tells who differs; writes nothing and locks nothing, so whoever differs may have been changed in
 * between. */
#ifndef HIERARCHY_STORE_PASS_H
#define HIERARCHY_STORE_PASS_H

#include "compiled.h"

/* A part of the federation, in order of ids. On the call; everything hangs on the pass. */
typedef struct Pass {
  const char *last;       /* id of the last person looked at; NULL: there was none after `after` */
  uint32_t count;         /* persons looked at */
  bool done;              /* nobody comes after them */
  const char **differing; /* ids of those whose memberships on record are not what is derived; sorted */
  uint32_t *positions;    /* of each of them among the persons looked at */
  uint32_t differing_count;
} Pass;

/* Looks at up to `limit` persons after an id ("": the first). No organisation of the model is judged by what
 * was known then (EVALUATION_DATED): that needs more than is believed now. */
Status pass_over (Call *call, Compiled *compiled, const char *after, uint32_t limit, Pass **pass) MUST_CHECK;

/* True when a pass can judge every organisation of the model. */
bool pass_can_judge (const Model *model);

#endif
