/* The public keys of services, as clients know them: KEYS/NAME.public, one key per line. */
#ifndef HEIMO_BUS_SERVER_KEY_H
#define HEIMO_BUS_SERVER_KEY_H

#include "bus/internal.h"

/* Reads the key to try next: while a service's key is rotated its file has several, tried in turn as
 * `attempt` grows. The file is read each time, so that a rotation needs no restart. True without CURVE; false
 * when there is no key. */
bool server_key_find (Bus *bus, const char *service, unsigned attempt, char key[KEY_TEXT_SIZE]);

#endif
