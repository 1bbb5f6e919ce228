/* Exception memberships, beside the plans that make them. */
#ifndef HIERARCHY_EXCEPTIONS_H
#define HIERARCHY_EXCEPTIONS_H

#include "hierarchy.h"

/* A person ends: the exceptions on record then end that day, those that would begin later are gone. `time` is
 * when that was recorded, RFC 3339; exceptions recorded after it stay. In a transaction that derives the
 * person. */
Status exceptions_end (Call *call, const char *person_id, const char *end_date, const char *time) MUST_CHECK;

#endif
