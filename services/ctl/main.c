/* heimoctl: what those who run Heimo see and do from a terminal. A client on the bus; see README.md and
 * heimoctl --help. */
#include "services/ctl/ctl.h"

int
main (int argc, char **argv)
{
  return (int)ctl_main (argc, argv, stdout);
}
