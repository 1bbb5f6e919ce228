/* heimo-keys FOLDER: makes the bus keys of every process of the platform, and the list of who may call what.
 *
 * Existing keys stay. To rotate one: move NAME.secret away and run this again; "allow" and NAME.public then
 * hold both keys. Restart the replicas one after the other, then remove the old key from both files.
 */
#include "bus/keys.h"
#include "core/memory.h"

#include <stdio.h>
#include <stdlib.h>

/* One line for each process: whom it may call. The gateway speaks for users and never follows events;
 * services follow each other's events and ask each other; the operators' command line (services/ctl) is the
 * only one to ask what is for operators. */
static const KeysWorkload workloads[] = {
    {"gateway", "heimo.common.v1.* heimo.membership.v1.* heimo.hierarchy.v1.*"},
    {"membership", "heimo.bus.v1.EventLogService/* heimo.hierarchy.v1.*"},
    {"hierarchy", "heimo.bus.v1.EventLogService/* heimo.membership.v1.*"},
    {"ctl", "heimo.bus.v1.EventLogService/ListEvents heimo.common.v1.RunService/* heimo.operations.v1.*"},
};

int
main (int argc, char **argv)
{
  if (argc != 2 || argv[1][0] == '-') {
    fprintf (stderr, "usage: heimo-keys FOLDER\n");
    return EXIT_FAILURE;
  }
  void *root = memory_context (NULL);
  Status status = keys_make (root, argv[1], workloads, sizeof workloads / sizeof *workloads);
  if (status_failed (status))
    fprintf (stderr, "heimo-keys: %s\n", status.detail->message);
  int code = status_failed (status) ? EXIT_FAILURE : EXIT_SUCCESS;
  talloc_free (root);
  return code;
}
