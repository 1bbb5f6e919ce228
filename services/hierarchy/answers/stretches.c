/* Reading the stretches column; see derive_write.c for the writing. */
#include "answers/stretches.h"

#include <stddef.h>
#include <stdlib.h>

int
stretches_origin (const char *stretches, int first, Day day)
{
  int origin = first;
  if (stretches == NULL)
    return origin;
  while (*stretches == '{' || *stretches == ',') {
    char *end;
    long from = strtol (stretches + 1, &end, 10);
    if (*end != ',' || from > day)
      break;
    origin = (int)strtol (end + 1, &end, 10);
    stretches = end;
  }
  return origin;
}
