/* The slow, obvious judgement of one day, straight from the rows: no index, no pieces, texts compared as
 * texts. */
#ifndef TEST_HIERARCHY_BRUTE_H
#define TEST_HIERARCHY_BRUTE_H

#include "world.h"

/* 0 when the person is no member of (organ, type) on the day, otherwise the Origin. */
int brute_member (const World *world, const char *organ, const char *type, Day day);

#endif
