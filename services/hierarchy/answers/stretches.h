/* The origin of a membership on a day, from the row as it is stored. */
#ifndef HIERARCHY_STRETCHES_H
#define HIERARCHY_STRETCHES_H

#include "core/day.h"

/* `stretches` is "{day,origin,day,origin,…}" or NULL; `first` the origin on the first day. */
int stretches_origin (const char *stretches, int first, Day day);

#endif
