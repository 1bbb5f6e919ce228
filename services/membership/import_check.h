/* The two passes of the dry run; import_check.c says when each has its turn. */
#ifndef HEIMO_MEMBERSHIP_IMPORT_CHECK_H
#define HEIMO_MEMBERSHIP_IMPORT_CHECK_H

#include "import_plan.h"

/* The dry run goes over every row twice; a row counts half when it is read and half when it is compared.
 * Halves of so many rows, whole ones only: those read and those compared add up to the number of rows. */
static inline uint64_t
import_half_read (int64_t rows)
{
  return (uint64_t)rows / 2;
}

static inline uint64_t
import_half_compared (int64_t rows)
{
  return ((uint64_t)rows + 1) / 2;
}

/* Where the reading of the file goes on; all zero at the beginning. */
typedef struct ReadPlace {
  uint64_t offset;  /* of the next row, in bytes of the file */
  uint64_t line;    /* of the next row */
  int64_t position; /* of the last row read */
} ReadPlace;

/* import_read.c: reads on and stages rows. The cursor becomes "read OFFSET LINE POSITION", or "match 0" at
 * the end. */
Status import_read_step (Call *call, RunStep *step, const ImportPlan *plan, ReadPlace place) MUST_CHECK;

/* import_match.c: compares the rows behind a position with the others and the register. The cursor becomes
 * "match POSITION". */
Status import_match_step (Call *call, RunStep *step, const ImportPlan *plan, int64_t after) MUST_CHECK;

/* What the columns of the file are called, by field; on the call. */
const char *const *import_column_names (Call *call, const CreateImportRequest *settings);

#endif
