/* Finnish personal identity codes: "131052-308T". Pure. Codes of other countries are not known here yet. */
#ifndef HEIMO_MEMBERSHIP_IDENTITY_CODE_H
#define HEIMO_MEMBERSHIP_IDENTITY_CODE_H

#include "core/day.h"

#include <stdbool.h>

enum { IDENTITY_CODE_SIZE = 12 /* with NUL */ };

typedef struct IdentityCode {
  char text[IDENTITY_CODE_SIZE]; /* upper case */
  Day birth_date;
} IdentityCode;

/* Reads a code; lower-case letters are accepted. All century signs, those of 2023 included. NULL when it is a
 * code, or the reason: IDENTITY_CODE_FORMAT (not DDMMYYCNNNT), IDENTITY_CODE_DATE (no such day),
 * IDENTITY_CODE_CHECK (the check character does not belong to the digits). */
const char *identity_code_read (const char *text, IdentityCode *code);

/* The form in which a code is shown: "131052-3***". */
void identity_code_mask (const char *code, char masked[IDENTITY_CODE_SIZE]);

/* True for a text that identity_code_mask could have written. */
bool identity_code_is_mask (const char *text);

/* An English sentence without a full stop for a reason of identity_code_read; static. */
const char *identity_code_reason_text (const char *reason);

#endif
