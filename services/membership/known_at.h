/* "As known on": the instant up to which recorded rows are believed. */
#ifndef HEIMO_MEMBERSHIP_KNOWN_AT_H
#define HEIMO_MEMBERSHIP_KNOWN_AT_H

#include "membership.h"

/* The midnight that ends `day` in the federation's time zone, "infinity" for an empty text: now. What is
 * recorded before it and not superseded before it was believed. */
Status known_at_end_of (Call *call, const char *day, const char **known_at) MUST_CHECK;

#endif
