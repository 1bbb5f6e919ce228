/* The configuration table of the gateway. */
#ifndef HEIMO_GATEWAY_SETTINGS_H
#define HEIMO_GATEWAY_SETTINGS_H

#include "core/config.h"
#include "gateway/gateway.h"

extern const ConfigKey settings_keys[];
extern const size_t settings_count;

/* Reads the environment. Besides what config_read says: FAILED_PRECONDITION / UNAUTHENTICATED_BIND when it
 * would listen beyond this machine without being told to. Until there is sign-in, whoever reaches the port is
 * a registrar. */
Status settings_read (void *owner, const Settings **settings) MUST_CHECK;

/* True when an address can be reached from this machine only. */
bool settings_is_loopback (const char *address);

#endif
