/* Member numbers: a running number and a Luhn check digit, so that a mistyped one is noticed. Pure. */
#ifndef HEIMO_MEMBERSHIP_MEMBER_NUMBER_H
#define HEIMO_MEMBERSHIP_MEMBER_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

enum { MEMBER_NUMBER_SIZE = 24 };

/* Writes the number that the running number `sequence` (> 0) stands for. Returns `buffer`. */
const char *member_number_write (int64_t sequence, char buffer[MEMBER_NUMBER_SIZE]);

/* True when the text is digits whose last is the check digit of those before. */
bool member_number_is_valid (const char *text);

#endif
