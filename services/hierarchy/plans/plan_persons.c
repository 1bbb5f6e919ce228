/* Packing and unpacking the persons of an effect. */
#include "plans/plan_persons.h"

#include <endian.h>
#include <string.h>

enum { FIRST_IDS = 16 * 16, FIRST_DETAILS = 512, DETAIL_HEAD = 5, PERIOD_SIZE = 8 };

/* Makes room for `more` bytes behind `length`. */
static uint8_t *
reserve (PersonPacker *packer, uint8_t *bytes, size_t length, size_t more)
{
  size_t capacity = talloc_array_length (bytes);
  while (capacity < length + more)
    capacity *= 2;
  return capacity == talloc_array_length (bytes)
             ? bytes
             : memory_must (talloc_realloc (packer->owner, bytes, uint8_t, (unsigned)capacity));
}

void
person_packer_begin (PersonPacker *packer, void *owner)
{
  *packer = (PersonPacker){.owner = owner,
                           .ids = memory_array (owner, uint8_t, FIRST_IDS),
                           .details = memory_array (owner, uint8_t, FIRST_DETAILS)};
}

static void
put_number (uint8_t *at, uint32_t number)
{
  number = htole32 (number);
  memcpy (at, &number, sizeof number);
}

static uint32_t
get_number (const uint8_t *at)
{
  uint32_t number;
  memcpy (&number, at, sizeof number);
  return le32toh (number);
}

static void
put_periods (PersonPacker *packer, const Period *periods, size_t count)
{
  for (size_t i = 0; i < count; i++, packer->length += PERIOD_SIZE) {
    put_number (packer->details + packer->length, (uint32_t)periods[i].from);
    put_number (packer->details + packer->length + 4, (uint32_t)periods[i].to);
  }
}

void
person_packer_add (PersonPacker *packer, const char *person_id, PersonEffect effect, const Period *before,
                   size_t before_count, const Period *after, size_t after_count)
{
  Id id = {{0}};
  (void)id_parse (person_id, &id);
  packer->ids = reserve (packer, packer->ids, packer->count * sizeof id, sizeof id);
  memcpy (packer->ids + packer->count++ * sizeof id, id.bytes, sizeof id);
  packer->details = reserve (packer, packer->details, packer->length,
                             DETAIL_HEAD + (before_count + after_count) * PERIOD_SIZE);
  uint8_t *head = packer->details + packer->length;
  head[0] = (uint8_t)effect;
  head[1] = (uint8_t)(before_count & 255);
  head[2] = (uint8_t)(before_count >> 8);
  head[3] = (uint8_t)(after_count & 255);
  head[4] = (uint8_t)(after_count >> 8);
  packer->length += DETAIL_HEAD;
  put_periods (packer, before, before_count);
  put_periods (packer, after, after_count);
}

Bytes
person_packer_end (PersonPacker *packer)
{
  size_t ids = packer->count * sizeof (Id), length = 4 + ids + packer->length;
  uint8_t *bytes = memory_must (talloc_size (packer->owner, length));
  put_number (bytes, (uint32_t)packer->count);
  memcpy (bytes + 4, packer->ids, ids);
  memcpy (bytes + 4 + ids, packer->details, packer->length);
  return (Bytes){bytes, length};
}

/* Reads what is told of one person; the bytes used, 0 when they are not that. */
static size_t
unpack_detail (void *owner, const uint8_t *at, size_t left, PackedPerson *person)
{
  if (left < DETAIL_HEAD || at[0] < PERSON_JOINS || at[0] > PERSON_CHANGES)
    return 0;
  person->effect = (PersonEffect)at[0];
  person->before_count = (size_t)at[1] | (size_t)at[2] << 8;
  person->after_count = (size_t)at[3] | (size_t)at[4] << 8;
  size_t count = person->before_count + person->after_count;
  if (left - DETAIL_HEAD < count * PERIOD_SIZE)
    return 0;
  Period *periods = memory_array (owner, Period, count + 1);
  for (size_t i = 0; i < count; i++) {
    periods[i].from = (Day)get_number (at + DETAIL_HEAD + i * PERIOD_SIZE);
    periods[i].to = (Day)get_number (at + DETAIL_HEAD + i * PERIOD_SIZE + 4);
  }
  person->periods = periods;
  return DETAIL_HEAD + count * PERIOD_SIZE;
}

bool
person_list_unpack (void *owner, Bytes packed, PackedPerson **persons, size_t *count)
{
  if (packed.length < 4)
    return false;
  *count = get_number (packed.data);
  if (*count > (packed.length - 4) / sizeof (Id))
    return false;
  *persons = memory_array (owner, PackedPerson, *count + 1);
  size_t at = 4 + *count * sizeof (Id);
  for (size_t i = 0; i < *count; i++) {
    Id id;
    memcpy (id.bytes, packed.data + 4 + i * sizeof id, sizeof id);
    id_format (id, (*persons)[i].id);
    size_t used = unpack_detail (*persons, packed.data + at, packed.length - at, &(*persons)[i]);
    if (used == 0)
      return false;
    at += used;
  }
  return at == packed.length;
}
