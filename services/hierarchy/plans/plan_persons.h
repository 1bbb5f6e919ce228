/* The persons of one effect of a plan, packed: in order of their ids, their number (4 bytes), their ids (16
 * bytes each), then for each of them what happens (1 byte), how many periods before and after (2 bytes each)
 * and those periods (4 bytes for each end, days since 1970-01-01). Numbers are little-endian. A plan may
 * concern everybody in several organs; as rows it would cost more to store than the change itself. */
#ifndef HIERARCHY_PLAN_PERSONS_H
#define HIERARCHY_PLAN_PERSONS_H

#include "core/id.h"
#include "core/memory.h"
#include "engine/facts.h"

/* What happens to one membership of one person. */
typedef enum PersonEffect {
  PERSON_JOINS = 1,  /* gains days */
  PERSON_LEAVES = 2, /* loses days */
  PERSON_CHANGES = 3 /* both */
} PersonEffect;

/* A list that is being packed: ids and details grow side by side. */
typedef struct PersonPacker {
  void *owner;
  uint8_t *ids, *details; /* talloc arrays */
  size_t count, length;
} PersonPacker;

void person_packer_begin (PersonPacker *packer, void *owner);

/* Adds a person; they come in order of their ids. */
void person_packer_add (PersonPacker *packer, const char *person_id, PersonEffect effect,
                        const Period *before, size_t before_count, const Period *after, size_t after_count);

/* The bytes, on the packer's owner. */
Bytes person_packer_end (PersonPacker *packer);

/* One person of a packed list. */
typedef struct PackedPerson {
  char id[ID_TEXT_SIZE];
  PersonEffect effect;
  size_t before_count, after_count;
  const Period *periods; /* before, then after */
} PackedPerson;

/* Unpacks a list on `owner`. False when the bytes are not that. */
bool person_list_unpack (void *owner, Bytes packed, PackedPerson **persons, size_t *count);

#endif
