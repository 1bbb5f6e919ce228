/* membership: the register of persons of a federation.
 *
 * Owns persons, their addresses, what they subscribe to, are admitted to and hold, guardians and families;
 * imports them from CSV; publishes every change as facts. See README.md; --help prints the configuration.
 */
#include "heimo_membership_handlers.h"
#include "membership.h"
#include "membership_migrations.h"
#include "membership_sql.h"
#include "persons.h"

static const ConfigKey keys[] = {
    {"HEIMO_DATA_KEY", CONFIG_SECRET, "", NULL, 0, 0, offsetof (MembershipConfig, data_key),
     "Seals personal identity codes and uploaded files; at least 32 bytes. Lost with it: those data."},
    {"HEIMO_COLLATION", CONFIG_TEXT, "", "fi", 0, 0, offsetof (MembershipConfig, collation),
     "Locale of the order of names. After a change the sort keys must be made anew."},
};

static const char *const organ_events[] = {"heimo.hierarchy.v1.OrganChanged", NULL};

static const Follower followers[] = {
    {.source = "hierarchy", .types = organ_events, .batch = 100, .apply = follow_organs},
    {.source = NULL},
};

static const BatchMethod batches[] = {
    {.method = "heimo.membership.v1.MembershipService/GetPerson", .handle = get_person_batch},
    {.method = NULL},
};

static const Schedule schedules[] = {
    {.name = "membership-day", .run_type = "membership-day", .hour = 0, .minute = 5},
    {.name = NULL},
};

int
main (int argc, char **argv)
{
  const Service membership = {
      .name = "membership",
      .summary = "The register of persons: what is true of them over time, and where it came from",
      .methods = membership_methods,
      .method_count = MEMBERSHIP_METHOD_COUNT,
      .batches = batches,
      .queries = membership_queries,
      .constraints = membership_constraints,
      .migrations = membership_migrations,
      .run_types = membership_run_types,
      .republish_run = "republish",
      .schedules = schedules,
      .followers = followers,
      .config_keys = keys,
      .config_key_count = sizeof keys / sizeof *keys,
      .config_size = sizeof (MembershipConfig),
      .open = membership_open,
  };
  return service_main (&membership, argc, argv);
}
