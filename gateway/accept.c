/* Weights of media, coding and language ranges (RFC 9110 12.5). */
#include "gateway/accept.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* How well a range fits: 0 not at all, 1 everything, 2 the type, 3 the value itself. */
static int
fit (const char *range, size_t length, const char *value)
{
  if (strlen (value) == length && strncasecmp (range, value, length) == 0)
    return 3;
  if ((length == 3 && strncmp (range, "*/*", 3) == 0) || (length == 1 && range[0] == '*'))
    return 1;
  const char *slash = strchr (value, '/');
  size_t type = slash == NULL ? 0 : (size_t)(slash - value) + 1;
  bool same = type != 0 && length == type + 1 && range[type] == '*' && strncasecmp (range, value, type) == 0;
  return same ? 2 : 0;
}

/* "0.25" is 250; what is no weight counts as 0. */
static int
parse_weight (const char *text)
{
  int weight = text[0] == '1' ? 1000 : 0;
  if (weight == 1000 || text[0] != '0' || text[1] != '.')
    return weight;
  int place = 100;
  for (const char *at = text + 2; *at >= '0' && *at <= '9' && place > 0; at++, place /= 10)
    weight += (*at - '0') * place;
  return weight;
}

/* The q among the parameters of one element. */
static int
element_weight (const char *parameters, size_t length)
{
  const char *end = parameters + length;
  for (const char *at = parameters; at < end; at++) {
    if (*at != ';')
      continue;
    do
      at++;
    while (at < end && (*at == ' ' || *at == '\t'));
    if (end - at > 2 && (at[0] == 'q' || at[0] == 'Q') && at[1] == '=')
      return parse_weight (at + 2);
    at--;
  }
  return 1000;
}

int
accept_weight (const char *header, const char *value)
{
  if (header == NULL)
    return 1000;
  int best = 0, weight = 0;
  for (const char *at = header; *at != '\0';) {
    at += strspn (at, ", \t");
    size_t element = strcspn (at, ",");
    size_t range = strcspn (at, ",; \t");
    int how = fit (at, range, value);
    if (how > best) {
      best = how;
      weight = element_weight (at + range, element - range);
    }
    at += element;
  }
  return weight;
}

const char *
accept_language (const char *header, const char *const *languages)
{
  const char *best = languages[0];
  int most = 0;
  for (const char *at = header == NULL ? "" : header; *at != '\0';) {
    at += strspn (at, ", \t");
    size_t element = strcspn (at, ",");
    size_t range = strcspn (at, ",; \t");
    size_t primary = strcspn (at, "-,; \t");
    int weight = element_weight (at + range, element - range);
    for (size_t i = 0; languages[i] != NULL && weight > most; i++)
      if (strlen (languages[i]) == primary && strncasecmp (at, languages[i], primary) == 0) {
        best = languages[i];
        most = weight;
      }
    at += element;
  }
  return best;
}
