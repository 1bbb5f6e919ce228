/* Reading configuration tables. */
#include "core/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_MAX 65536

static Status
read_number (void *owner, const ConfigKey *key, const char *text, int64_t *value)
{
  char *end;
  errno = 0;
  *value = strtoll (text, &end, 10);
  if (errno != 0 || end == text || *end != '\0')
    return status_field (owner, key->name, "NOT_A_NUMBER", "'%s' is not a whole number", text);
  if (*value < key->minimum || *value > key->maximum)
    return status_field (owner, key->name, "OUT_OF_RANGE", "%lld is not in %lld to %lld", (long long)*value,
                         (long long)key->minimum, (long long)key->maximum);
  return STATUS_SUCCESS;
}

static Status
read_flag (void *owner, const ConfigKey *key, const char *text, bool *value)
{
  *value = strcmp (text, "yes") == 0;
  if (!*value && strcmp (text, "no") != 0)
    return status_field (owner, key->name, "NOT_A_FLAG", "'%s' is neither 'yes' nor 'no'", text);
  return STATUS_SUCCESS;
}

static Status
read_secret (void *owner, const char *field, const char *path, Bytes *value)
{
  FILE *file = fopen (path, "re");
  if (file == NULL)
    return status_field (owner, field, "UNREADABLE", "cannot open '%s': %s", path, strerror (errno));
  char *buffer = memory_must (talloc_size (owner, SECRET_MAX));
  size_t length = fread (buffer, 1, SECRET_MAX, file);
  fclose (file);
  if (length == 0 || length == SECRET_MAX)
    return status_field (owner, field, "BAD_SECRET", "'%s' is empty or larger than 64 KiB", path);
  if (buffer[length - 1] == '\n')
    length--;
  *value = (Bytes){(const uint8_t *)buffer, length};
  return STATUS_SUCCESS;
}

static Status
read_key (void *owner, const ConfigKey *key, char *target)
{
  void *member = target + key->offset;
  const char *variable = key->name;
  if (key->kind == CONFIG_SECRET)
    variable = memory_format (owner, "%s_FILE", key->name);
  const char *text = getenv (variable);
  if (text == NULL || *text == '\0')
    text = key->fallback;
  if (text == NULL)
    return status_field (owner, variable, "REQUIRED", "is not set: %s", key->comment);

  switch (key->kind) {
  case CONFIG_TEXT: *(const char **)member = memory_string (owner, text); return STATUS_SUCCESS;
  case CONFIG_NUMBER: return read_number (owner, key, text, member);
  case CONFIG_FLAG: return read_flag (owner, key, text, member);
  case CONFIG_SECRET: return *text == '\0' ? STATUS_SUCCESS : read_secret (owner, variable, text, member);
  }
  return status_error (owner, STATUS_INTERNAL, "CONFIG", "The table of keys is wrong at %s", key->name);
}

Status
config_read (void *owner, const ConfigKey *keys, size_t count, void *target)
{
  Status all = STATUS_SUCCESS;
  for (size_t i = 0; i < count; i++) {
    Status one = read_key (owner, &keys[i], target);
    if (!status_failed (one))
      continue;
    if (one.detail->violation_count == 0)
      return one;
    const FieldViolation *violation = &one.detail->violations[0];
    status_add_violation (&all, owner, violation->field, violation->reason, "%s", violation->description);
  }
  return all;
}

void
config_help (FILE *out, const char *program, const ConfigKey *keys, size_t count)
{
  fprintf (out, "%s is configured by environment variables:\n\n", program);
  for (size_t i = 0; i < count; i++) {
    const ConfigKey *key = &keys[i];
    fprintf (out, "  %s%s", key->name, key->kind == CONFIG_SECRET ? "_FILE" : "");
    if (key->kind == CONFIG_NUMBER)
      fprintf (out, " (%lld to %lld%s%s)", (long long)key->minimum, (long long)key->maximum,
               *key->unit == '\0' ? "" : " ", key->unit);
    fprintf (out, key->fallback == NULL ? ", required" : ", default '%s'", key->fallback);
    fprintf (out, "\n      %s\n", key->comment);
  }
}
