/* The proof, at every start with keys, that strangers are refused. */
#ifndef HEIMO_BUS_SELFTEST_H
#define HEIMO_BUS_SELFTEST_H

#include "bus/internal.h"

/* Connects to itself over loopback with a key that nobody knows and fails unless the handshake is refused and
 * nothing is delivered. Takes a few milliseconds. */
Status selftest_strangers_are_refused (Bus *bus, void *owner) MUST_CHECK;

#endif
