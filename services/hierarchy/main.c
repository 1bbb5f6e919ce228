/* The hierarchy service: organisations, organs, rules, and the memberships they make of what the membership
 * service tells about persons. See README.md. */
#include "compiled.h"
#include "heimo_hierarchy_handlers.h"
#include "hierarchy_migrations.h"

static const char *const followed_types[] = {"heimo.membership.v1.PersonChanged",
                                             "heimo.membership.v1.PlacesRecorded", NULL};

static const Follower followers[] = {
    {.source = "membership", .types = followed_types, .batch = 500, .apply = followers_apply},
    {0},
};

/* The counts of a new day first, then the proof at a quiet hour. */
static const Schedule schedules[] = {
    {.name = "member-count", .run_type = "member-count", .hour = 0, .minute = 0},
    {.name = "jubilees", .run_type = "jubilees", .hour = 1, .minute = 0},
    {.name = "nightly-evaluation", .run_type = "nightly-evaluation", .hour = 2, .minute = 30},
    {0},
};

static const ConfigKey config_keys[] = {
    {.name = "HEIMO_COLLATION",
     .kind = CONFIG_TEXT,
     .unit = "",
     .fallback = "fi",
     .offset = offsetof (HierarchyConfig, language),
     .comment = "Locale of the order of names: fi, sv, en or nl."},
    {.name = "HEIMO_STORE_IDLE",
     .kind = CONFIG_NUMBER,
     .unit = "s",
     .fallback = "600",
     .minimum = 1,
     .maximum = 86400,
     .offset = offsetof (HierarchyConfig, store_idle),
     .comment = "Everyone's facts are kept in memory for previews; freed when not asked for this long."},
};

static const Service hierarchy = {
    .name = "hierarchy",
    .summary = "Organs, rules and memberships of a federation.",
    .methods = hierarchy_methods,
    .method_count = HIERARCHY_METHOD_COUNT,
    .queries = hierarchy_queries,
    .constraints = hierarchy_constraints,
    .migrations = hierarchy_migrations,
    .run_types = hierarchy_run_types,
    .schedules = schedules,
    .followers = followers,
    .config_keys = config_keys,
    .config_key_count = sizeof config_keys / sizeof *config_keys,
    .config_size = sizeof (HierarchyConfig),
    .open = compiled_open,
};

int
main (int argc, char **argv)
{
  return service_main (&hierarchy, argc, argv);
}
