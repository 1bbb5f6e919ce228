/* Image: what is on record of one organisation, in memory, for carrying out change sets.
 *
 * Read once inside the call's transaction; changes are made here one after another, each on the result of
 * those before it; the difference of rows is written at the end by one statement for each kind. Everything
 * lives on the call.
 */
#ifndef HIERARCHY_IMAGE_H
#define HIERARCHY_IMAGE_H

#include "engine/symbols.h"
#include "tree/record.h"

#include "heimo/hierarchy/v1/organ.pb-c.h"

/* No organ, type or row. */
#define IMAGE_NONE UINT32_MAX

/* Where a row stands. */
typedef enum RowState {
  ROW_KEPT,   /* on record */
  ROW_GONE,   /* on record, to be superseded */
  ROW_NEW,    /* to be inserted */
  ROW_DROPPED /* was new, and is gone again */
} RowState;

/* A dated row. */
typedef struct ImageRow {
  RecordKind kind;
  RowState state;
  const char *id;      /* of a row on record */
  const char *plan_id; /* that recorded it, or shall; NULL for none */
  uint32_t organ;      /* IMAGE_NONE: the rule of a type */
  uint32_t other;      /* edge: the parent; rule and exception: the type, IMAGE_NONE for none */
  Period valid;
  bool carried; /* see RecordRow */
  bool ended;   /* see RecordRow */
  const RecordContent *content;
  uint32_t next;       /* of the same kind and organ (of the same type, for the rule of a type) */
  uint32_t next_below; /* edge: with the same parent */
} ImageRow;

/* What may have happened to an organ; same numbers as hierarchy.v1.OrganHappeningKind. */
typedef enum HappeningKind {
  HAPPENING_CREATED = 1,
  HAPPENING_MOVED = 2,
  HAPPENING_ENDED = 3,
  HAPPENING_REOPENED = 4,
  HAPPENING_UNDONE = 5
} HappeningKind;

/* Something that happened to an organ. */
typedef struct Happening {
  uint32_t organ;
  HappeningKind kind;
  Day on;
  uint32_t parent; /* moved and created: the organ above; else IMAGE_NONE */
} Happening;

typedef struct ImageOrgan {
  const char *id, *code, *name, *kind;
  bool created;                 /* by the change set */
  bool concerned;               /* named by a change */
  uint32_t first[RECORD_KINDS]; /* its rows */
  uint32_t first_below;         /* edges to it */
} ImageOrgan;

typedef struct ImageType {
  const char *id, *name;
  uint32_t first_rule;
} ImageType;

typedef struct Image {
  Call *call;
  const char *organisation_id;
  DatingPolicy policy;
  uint32_t root; /* position of the root organ */
  ImageOrgan *organs;
  uint32_t organ_count;
  ImageType *types;
  uint32_t type_count;
  ImageRow *rows;
  uint32_t row_count;
  Happening *happenings;
  uint32_t happening_count;
  Symbols *names;   /* ids of organs and types, and "code:…" */
  uint32_t *places; /* by symbol: position + 1 of the organ or type; 0 for none */
} Image;

/* Whether exceptions are read: there may be many, and few changes look at them. */
typedef enum ImageExtent { IMAGE_WITHOUT_EXCEPTIONS, IMAGE_WITH_EXCEPTIONS } ImageExtent;

/* Reads the image. NOT_FOUND / ORGANISATION_NOT_FOUND. */
Status image_load (Call *call, const char *organisation_id, ImageExtent extent, Image **image) MUST_CHECK;

/* The organ that an id or "code:XYZ" names, or IMAGE_NONE. Likewise the type. */
uint32_t image_organ (const Image *image, const char *reference);
uint32_t image_type (const Image *image, const char *type_id);

/* Adds an organ; it has no rows yet. */
uint32_t image_add_organ (Image *image, const char *id, const char *code, const char *name, const char *kind);

/* Adds a row; `row` without state and links. Returns its position. */
uint32_t image_add (Image *image, RowState state, ImageRow row);

/* Takes a row out. */
void image_drop (Image *image, uint32_t row);

/* Takes the days from `day` on out of a row: a shorter one takes its place, or none. */
void image_cut (Image *image, uint32_t row, Day day);

/* Notes what happened to an organ. */
void image_happened (Image *image, uint32_t organ, HappeningKind kind, Day on, uint32_t parent);

/* True for rows that count: those kept and the new ones. */
static inline bool
image_counts (const ImageRow *row)
{
  return row->state == ROW_KEPT || row->state == ROW_NEW;
}

/* Walks the rows of one kind that count, of an organ; `at` is a uint32_t. Rows may be added and dropped
 * meanwhile; those added are not met. */
#define IMAGE_EACH(image, at, first_row)                                                                     \
  for ((at) = (first_row); (at) != IMAGE_NONE; (at) = (image)->rows[at].next)                                \
    if (image_counts (&(image)->rows[at]))
#define IMAGE_EACH_BELOW(image, at, organ)                                                                   \
  for ((at) = (image)->organs[organ].first_below; (at) != IMAGE_NONE; (at) = (image)->rows[at].next_below)   \
    if (image_counts (&(image)->rows[at]))

/* The row of an organ that holds a day, or IMAGE_NONE; lowers `until` (may be NULL) to the first later day on
 * which that may change. */
uint32_t image_row_on (const Image *image, uint32_t first_row, Day day, Day *until);

/* The first day after `day` on which a row of the list begins; DAY_MAX for none. */
Day image_next_start (const Image *image, uint32_t first_row, Day day);

/* Where the way up from an organ leads on a day. */
typedef enum ImageWay {
  WAY_TO_ROOT, /* the organ is in the tree */
  WAY_CLOSED,  /* it or one above does not live, or has no organ above */
  WAY_IN_CYCLE /* back to the organ */
} ImageWay;

/* Walks up. Lowers `until`; sets *depth to the steps that were taken; both may be NULL. */
ImageWay image_way_up (const Image *image, uint32_t organ, Day day, Day *until, uint32_t *depth);

/* True when `above` is above the organ on the day: both and all between them live. */
bool image_is_above (const Image *image, uint32_t above, uint32_t organ, Day day);

/* Levels of living organs below one on a day, at most `most`. */
uint32_t image_height (const Image *image, uint32_t organ, Day day, uint32_t most);

/* Writes the difference to what is on record. Rows of a plan carry its id: `plan_id` for those superseded,
 * each its own for those inserted. Then asks the database's constraints. */
Status image_write (Image *image, const char *plan_id) MUST_CHECK;

/* Raises OrganChanged for each organ to which something happened. `plan_id` tells by what. */
void image_raise_events (const Image *image, const char *plan_id);

#endif
