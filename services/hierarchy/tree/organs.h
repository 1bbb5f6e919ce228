/* Creating organs: what organisations.c and organs.c share. */
#ifndef HIERARCHY_ORGANS_H
#define HIERARCHY_ORGANS_H

#include "engine/rule.h"
#include "hierarchy.h"

#include "heimo/hierarchy/v1/organ.pb-c.h"

/* An organ that is about to be written. Everything has been checked. */
typedef struct OrganDraft {
  const char *organ_id;
  const char *code, *name, *kind;
  const char *parent_id; /* NULL: a root */
  Day valid_from;
  RuleNode **rule; /* general rule from its first day */
  size_t rule_count;
} OrganDraft;

/* Writes organs of one organisation with their lives, edges and rules, and raises OrganChanged for each. */
Status organs_write (Call *call, const char *organisation_id, const OrganDraft *drafts,
                     size_t count) MUST_CHECK;

/* Reads an organ as it is on a day; NOT_FOUND / ORGAN_NOT_FOUND. */
Status organs_read (Call *call, const char *organ_id, Day on, Organ *organ) MUST_CHECK;

/* Takes the lock under which organs, types and rules of the federation are changed, and stamps the call:
 * recorded times follow the order of changes. FAILED_PRECONDITION / NO_ORGANISATION without an organisation.
 */
Status organs_begin_change (Call *call) MUST_CHECK;

#endif
