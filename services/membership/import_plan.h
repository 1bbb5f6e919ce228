/* An import while it is worked on, and what one of its rows means for a card. */
#ifndef HEIMO_MEMBERSHIP_IMPORT_PLAN_H
#define HEIMO_MEMBERSHIP_IMPORT_PLAN_H

#include "card.h"
#include "encoding.h"
#include "heimo/membership/v1/import.pb-c.h"
#include "heimo/membership/v1/membership_service.pb-c.h"
#include "row.h"

/* Days for which an import can be applied or undone; a day later its file and rows are removed. */
enum { IMPORT_DAYS = 30 };

/* What the dry run decides for a row; the numbers of import_row.action. */
typedef enum RowAction {
  ROW_UNDECIDED = 0,
  ROW_CREATE = 1,
  ROW_UPDATE = 2,
  ROW_UNCHANGED = 3,
  ROW_ERROR = 4
} RowAction;

/* The import and its settings: file, mapping, encoding and separator, all resolved. */
typedef struct ImportPlan {
  Import import;
  CreateImportRequest *settings;
  Encoding encoding;
} ImportPlan;

/* NOT_FOUND / IMPORT_NOT_FOUND. */
Status import_plan_load (Call *call, const char *import_id, ImportPlan *plan) MUST_CHECK;

/* Loads what the query import_rows answers for: a batch of rows behind a position. */
Status import_batch_load (Call *call, const char *import_id, int64_t after, int64_t limit,
                          DbResult **rows) MUST_CHECK;

/* Puts a row of import_rows on a card: own fields, address, family, facts. Whether that changes anything is
 * card_changed. `family_id` is that of the row's family, "" for one that is not made yet. `identity`: seal
 * the code for this person (not needed to see whether something changes). */
Status import_row_put (Card *card, const DbResult *rows, size_t row, const char *family_id,
                       bool identity) MUST_CHECK;

/* Counts found while a batch is worked on. */
typedef struct ImportCounts {
  int64_t created, updated, unchanged, errors;
} ImportCounts;

/* persons_touch for those of the persons whose cards have not just been saved; ids may come several times. */
Status import_touch_others (Call *call, Card *const *saved, size_t saved_count, const char *const *person_ids,
                            size_t count) MUST_CHECK;

/* Adds to the import's counts. */
Status import_count (Call *call, const char *import_id, ImportCounts counts) MUST_CHECK;

#endif
