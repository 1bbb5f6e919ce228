/* The monotonic clock of deadlines and liveness; the time of day plays no part on the bus. */
#include "bus/bus.h"

#include <time.h>

uint64_t
bus_now_us (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}
