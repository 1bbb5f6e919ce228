/* The tables and the state that main.c and the tests share. */
#include "membership.h"

#include "runs.h"

const DbConstraint membership_constraints[] = {
    {"person_key", STATUS_ALREADY_EXISTS, "person.key", "KEY_TAKEN", "Another person has this key"},
    {"person_identity", STATUS_ALREADY_EXISTS, "person.personalIdentityCode", "IDENTITY_CODE_TAKEN",
     "Another person has this personal identity code"},
    {"address_start", STATUS_ABORTED, NULL, "CONFLICT", "The addresses were changed in the meantime"},
    {"person_version_start", STATUS_ABORTED, NULL, "CONFLICT", "The person was changed in the meantime"},
    {NULL, STATUS_OK, NULL, NULL, NULL},
};

Status
membership_open (void *owner, const void *config, Clock *clock, void **state)
{
  const MembershipConfig *settings = config;
  MembershipState *opened = memory_new (owner, MembershipState);
  (void)clock;
  opened->collation = settings->collation;
  *state = opened;
  return data_key_derive (owner, settings->data_key, &opened->key);
}

const RunType membership_run_types[] = {
    {.name = "import-dry-run", .step = check_step, .ended = check_ended},
    {.name = "import-apply", .step = apply_step, .ended = apply_ended},
    {.name = "import-undo", .step = undo_step, .ended = undo_ended},
    {.name = "area-apply", .step = area_apply_step, .ended = area_apply_ended},
    {.name = "area-undo", .step = area_undo_step, .ended = area_undo_ended},
    {.name = "person-erase", .step = erase_step},
    {.name = "membership-day", .step = day_step},
    {.name = "republish", .step = republish_step},
    {.name = NULL},
};
