/* Small things that several parts of the service need. */
#include "hierarchy.h"

#include "core/text.h"

#include <string.h>

const DbConstraint hierarchy_constraints[] = {
    {"organisation_code", STATUS_ALREADY_EXISTS, "code", "CODE_TAKEN", "Another organisation has this code"},
    {"organ_code", STATUS_ALREADY_EXISTS, "code", "CODE_TAKEN",
     "Another organ of the organisation has this code"},
    {"membership_type_code", STATUS_ALREADY_EXISTS, "code", "CODE_TAKEN",
     "Another type of the organisation has this code"},
    {"organ_life_once", STATUS_FAILED_PRECONDITION, "validFrom", "LIVES_OVERLAP",
     "The organ lives on these days"},
    {"organ_edge_one_parent", STATUS_FAILED_PRECONDITION, "parentId", "TWO_PARENTS",
     "The organ has another parent on these days"},
    {"organ_edge_in_life", STATUS_FAILED_PRECONDITION, "validFrom", "EDGE_OUTSIDE_LIFE",
     "The organ does not live on the first day below its parent"},
    {"organ_edge_below_tree", STATUS_FAILED_PRECONDITION, "parentId", "PARENT_NOT_IN_TREE",
     "The organ above does not stand in the tree on this day"},
    {"organ_edge_no_cycle", STATUS_FAILED_PRECONDITION, "parentId", "CYCLE",
     "On some day an organ would stand below itself"},
    {"rule_version_one_a_day", STATUS_ABORTED, NULL, "CONFLICT", "The rule was changed at the same time"},
    {0},
};

Bytes
hierarchy_sort_key (Call *call, const char *name)
{
  const HierarchyConfig *config = call->config;
  return text_sort_key (call, name, config->language);
}

const char *
hierarchy_pattern (Call *call, const char *text)
{
  const char *folded = text_fold (call, text);
  if (*folded == '\0')
    return NULL;
  char *pattern = memory_must (talloc_size (call, 2 * strlen (folded) + 3)), *at = pattern;
  *at++ = '%';
  for (; *folded != '\0'; folded++) {
    if (*folded == '%' || *folded == '_' || *folded == '\\')
      *at++ = '\\';
    *at++ = *folded;
  }
  *at++ = '%';
  *at = '\0';
  return pattern;
}

WordsLanguage
hierarchy_language (const Call *call)
{
  return words_language (call->principal->locale);
}

Day
hierarchy_day (const char *text, Day fallback)
{
  Day day;
  return *text != '\0' && day_parse (text, &day) == DAY_OK ? day : fallback;
}

const char *
hierarchy_sql_day (Call *call, Day day)
{
  if (day == DAY_MIN)
    return "-infinity";
  if (day == DAY_MAX)
    return "infinity";
  char buffer[DAY_TEXT_SIZE];
  return memory_string (call, day_format (day, buffer));
}

const char *
hierarchy_known_at (Call *call, const char *as_known_on)
{
  Day day = hierarchy_day (as_known_on, DAY_MAX);
  if (day >= call->today)
    return "infinity";
  char buffer[CLOCK_TEXT_SIZE];
  return memory_string (call, clock_format (clock_midnight (call->clock, day + 1), buffer));
}
