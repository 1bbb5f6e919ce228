/* The checks of every request. */
#include "gateway/guard.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Calls up `*rest` to the next entry of a comma-separated list; false at its end. White space is cut. */
static bool
next_entry (const char **rest, const char **entry, size_t *length)
{
  while (**rest == ',' || **rest == ' ' || **rest == '\t')
    *rest += 1;
  if (**rest == '\0')
    return false;
  *entry = *rest;
  *length = strcspn (*rest, ",");
  *rest += *length;
  while (*length > 0 && ((*entry)[*length - 1] == ' ' || (*entry)[*length - 1] == '\t'))
    *length -= 1;
  return true;
}

static bool
list_has (const char *list, const char *text, size_t length)
{
  const char *entry;
  size_t entry_length;
  while (next_entry (&list, &entry, &entry_length)) {
    if (entry_length == length && strncasecmp (entry, text, length) == 0)
      return true;
  }
  return false;
}

/* The length of the host in host[:port]. */
static size_t
host_length (const char *authority)
{
  if (authority[0] == '[')
    return strcspn (authority, "]") + 1;
  return strcspn (authority, ":");
}

bool
guard_host_is_ours (const char *authority, const char *hosts)
{
  size_t length = host_length (authority);
  return list_has ("localhost,127.0.0.1,[::1]", authority, length) || list_has (hosts, authority, length) ||
         strcmp (hosts, "*") == 0;
}

/* Sec-Fetch-Site "none" is the user's own doing (address bar, bookmark). */
bool
guard_origin_is_ours (const char *origin, const char *fetch_site, const char *authority, const char *origins)
{
  if (origin != NULL && list_has (origins, origin, strlen (origin)))
    return true;
  bool site =
      fetch_site == NULL || strcmp (fetch_site, "same-origin") == 0 || strcmp (fetch_site, "none") == 0;
  if (origin == NULL || !site)
    return site;
  const char *rest = strncasecmp (origin, "http://", 7) == 0    ? origin + 7
                     : strncasecmp (origin, "https://", 8) == 0 ? origin + 8
                                                                : NULL;
  return rest != NULL && strcasecmp (rest, authority) == 0;
}

bool
guard_is_key (const char *text)
{
  size_t length = strlen (text);
  for (size_t i = 0; i < length; i++) {
    if (text[i] < 0x21 || text[i] > 0x7e)
      return false;
  }
  return length >= 1 && length <= 255;
}

bool
guard_is_etag (const char *text)
{
  if (strcmp (text, "*") == 0)
    return true;
  if (strncmp (text, "W/", 2) == 0)
    text += 2;
  size_t length = strlen (text);
  if (length < 2 || length > 102 || text[0] != '"' || text[length - 1] != '"')
    return false;
  for (size_t i = 1; i + 1 < length; i++) {
    if (text[i] < 0x21 || text[i] > 0x7e || text[i] == '"')
      return false;
  }
  return true;
}

bool
guard_is_request_id (const char *text)
{
  size_t length = strlen (text);
  for (size_t i = 0; i < length; i++) {
    if (!isalnum ((unsigned char)text[i]) && strchr ("-_.", text[i]) == NULL)
      return false;
  }
  return length >= 1 && length <= 64;
}

/* `count` lower-case hexadecimal digits, not all zero. */
static bool
is_trace_part (const char *text, size_t count)
{
  bool zero = true;
  for (size_t i = 0; i < count; i++) {
    if (!isdigit ((unsigned char)text[i]) && (text[i] < 'a' || text[i] > 'f'))
      return false;
    zero = zero && text[i] == '0';
  }
  return !zero;
}

bool
guard_is_traceparent (const char *text)
{
  return strlen (text) == 55 && strncmp (text, "00-", 3) == 0 && text[35] == '-' && text[52] == '-' &&
         is_trace_part (text + 3, 32) && is_trace_part (text + 36, 16) &&
         (strcmp (text + 53, "00") == 0 || is_trace_part (text + 53, 2));
}

/* An address of either family as 16 bytes. */
static bool
parse_address (const char *text, uint8_t bytes[16])
{
  memset (bytes, 0, 16);
  if (inet_pton (AF_INET6, text, bytes) == 1)
    return true;
  bytes[10] = bytes[11] = 0xff;
  return inet_pton (AF_INET, text, bytes + 12) == 1;
}

/* `network` is "ADDRESS" or "ADDRESS/BITS". */
static bool
is_in_network (const uint8_t address[16], const char *network, size_t length)
{
  char text[64];
  uint8_t base[16];
  if (length >= sizeof text)
    return false;
  memcpy (text, network, length);
  text[length] = '\0';
  char *slash = strchr (text, '/');
  if (slash != NULL)
    *slash = '\0';
  if (!parse_address (text, base))
    return false;
  bool v4 = strchr (text, ':') == NULL;
  long given = slash == NULL ? 128 : strtol (slash + 1, NULL, 10);
  long bits = (given < 0 || given > 128 ? 128 : given) + (v4 ? 96 : 0);
  for (long i = 0; i < bits && i < 128; i++) {
    unsigned mask = 0x80u >> (i % 8);
    if ((address[i / 8] & mask) != (base[i / 8] & mask))
      return false;
  }
  return true;
}

static bool
is_proxy (const char *text, const char *proxies)
{
  uint8_t address[16];
  if (!parse_address (text, address))
    return false;
  const char *entry;
  size_t length;
  while (next_entry (&proxies, &entry, &length)) {
    if (is_in_network (address, entry, length))
      return true;
  }
  return false;
}

/* Every proxy appends the address it saw, so the list is believed from its end, as far as proxies of ours go.
 */
const char *
guard_client (const char *peer, const char *forwarded, const char *proxies, char buffer[64])
{
  const char *client = peer;
  const char *end = forwarded == NULL ? NULL : forwarded + strlen (forwarded);
  while (end != NULL && end > forwarded && is_proxy (client, proxies)) {
    const char *start = end;
    while (start > forwarded && start[-1] != ',')
      start--;
    const char *entry;
    const char *rest = start;
    size_t length = 0;
    uint8_t address[16];
    if (!next_entry (&rest, &entry, &length) || length >= 64 || entry >= end)
      break;
    char text[64];
    memcpy (text, entry, length);
    text[length] = '\0';
    if (!parse_address (text, address))
      break;
    memcpy (buffer, text, length + 1);
    client = buffer;
    end = start > forwarded ? start - 1 : forwarded;
  }
  return client;
}
