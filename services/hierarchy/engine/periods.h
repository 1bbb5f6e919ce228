/* Memberships over time as the engine gives them: maximal runs of days, and what differs between two such
 * lists.
 *
 * The evaluator adds pieces in the order of days; a piece that continues the one before becomes one period
 * with it. The same container holds what is on record, so the difference is a comparison of equals.
 */
#ifndef HIERARCHY_ENGINE_PERIODS_H
#define HIERARCHY_ENGINE_PERIODS_H

#include "facts.h"

/* Why someone is a member; same numbers as hierarchy.v1.MembershipOrigin. Where several apply, the first of
 * RULE, BELOW, EXCEPTION. */
typedef enum Origin {
  ORIGIN_RULE = 1,      /* the organ's own rules hold */
  ORIGIN_EXCEPTION = 2, /* an exception places the person in the organ or below it, and no rule does */
  ORIGIN_BELOW = 3      /* an organ below has the person by its own rules */
} Origin;

/* Days of one membership period with one origin. */
typedef struct Stretch {
  Period valid;
  Origin origin;
  uint32_t next; /* the stretch after it in the same period, or STRETCH_LAST */
} Stretch;

#define STRETCH_LAST UINT32_MAX

/* One maximal run of days of membership. */
typedef struct MembershipPeriod {
  Symbol organ;
  Symbol type;
  Period valid;
  uint32_t first_stretch;
  uint32_t last_stretch;
} MembershipPeriod;

/* A list of periods; reset and used again for the next person. */
typedef struct Periods {
  MembershipPeriod *rows; /* talloc array */
  uint32_t count;
  Stretch *stretches; /* talloc array */
  uint32_t stretch_count;
  uint32_t *ending; /* rows that end on the last day on which a piece began or ended; talloc array */
  uint32_t ending_count;
  uint32_t ending_at; /* where the next search in `ending` begins: pieces come in nearly the same order */
  Day ending_day;
  uint32_t *current; /* rows that the pieces now added make end later; talloc array */
  uint32_t current_count;
  Day current_day;
} Periods;

/* An empty list on `owner`. */
Periods *periods_new (void *owner);

/* Empties a list, keeps its memory. */
void periods_reset (Periods *periods);

/* Adds days of membership: pieces come in order of valid.from, all pieces of one `from` together and with one
 * `to` for an organisation, one organisation after another. */
void periods_add (Periods *periods, Symbol organ, Symbol type, Period valid, Origin origin);

/* Adds a period as it is on record, with one stretch; periods_add_stretch gives it more. */
void periods_record (Periods *periods, Symbol organ, Symbol type, Period valid, Origin origin);

/* From `from` on the last period recorded rests on another origin. */
void periods_record_stretch (Periods *periods, Day from, Origin origin);

/* The same, several at once, as written: "{day,origin,day,origin,…}". */
void periods_record_stretches (Periods *periods, const char *text);

/* Pieces that begin on `day` go on from the rows that end there. */
void periods_resume (Periods *periods, Day day);

/* The origin on a day that the period holds. */
Origin periods_origin (const Periods *periods, const MembershipPeriod *row, Day day);

/* Positions of the rows in order of organ, type and first day. Owned by `owner`. */
uint32_t *periods_sorted (void *owner, const Periods *periods);

/* True when two rows are of the same days and their stretches too. */
bool periods_same (const Periods *left, const MembershipPeriod *a, const Periods *right,
                   const MembershipPeriod *b);

/* True when two lists hold the same rows, in whatever order: what periods_diff would find nothing in. */
bool periods_equal (const Periods *left, const Periods *right);

/* What changes from `old` to `new`: positions of rows that are gone, and of rows that are new. */
typedef struct PeriodsDiff {
  uint32_t *gone; /* talloc array */
  uint32_t gone_count;
  uint32_t *added; /* talloc array */
  uint32_t added_count;
} PeriodsDiff;

/* Compares organ, type, period and stretches. Arrays are owned by `owner`. */
PeriodsDiff periods_diff (void *owner, const Periods *before, const Periods *after);

#endif
