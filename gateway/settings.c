/* Every key, its default and what it is for. */
#include "gateway/settings.h"

#include <arpa/inet.h>
#include <string.h>

#define ROW(key, type, measure, preset, least, most, member, text)                                           \
  {                                                                                                          \
    .name = (key), .kind = (type), .unit = (measure), .fallback = (preset), .minimum = (least),              \
    .maximum = (most), .offset = offsetof (Settings, member), .comment = (text)                              \
  }

const ConfigKey settings_keys[] = {
    ROW ("HEIMO_BIND", CONFIG_TEXT, "", "127.0.0.1", 0, 0, bind, "address to listen on"),
    ROW ("HEIMO_PORT", CONFIG_NUMBER, "", "8080", 0, 65535, port, "port to listen on"),
    ROW ("HEIMO_ALLOW_UNAUTHENTICATED_BIND", CONFIG_FLAG, "", "no", 0, 0, allow_unauthenticated_bind,
         "listen beyond this machine although there is no sign-in: whoever reaches the port is a registrar"),
    ROW ("HEIMO_HEALTH", CONFIG_TEXT, "", "", 0, 0, health,
         "where /metrics, /healthz and /readyz are: unix:/path or 127.0.0.1:9000; empty: nowhere"),
    ROW ("HEIMO_FEDERATION", CONFIG_TEXT, "", NULL, 0, 0, federation,
         "UUID of the federation that is served"),
    ROW ("HEIMO_THREADS", CONFIG_NUMBER, "", "1", 1, 64, threads, "event loops"),
    ROW ("HEIMO_HOSTS", CONFIG_TEXT, "", "", 0, 0, hosts,
         "names besides localhost under which it serves, comma separated; \"*\": any"),
    ROW ("HEIMO_ORIGINS", CONFIG_TEXT, "", "", 0, 0, origins,
         "origins besides its own whose pages may change something, comma separated"),
    ROW ("HEIMO_TRUSTED_PROXIES", CONFIG_TEXT, "", "", 0, 0, trusted_proxies,
         "networks whose X-Forwarded-For is believed: \"10.0.0.0/8,::1\""),
    ROW ("HEIMO_WEB_DIR", CONFIG_TEXT, "", "", 0, 0, web_dir,
         "folder of the built web application; empty: none"),
    ROW ("HEIMO_BUS_DIR", CONFIG_TEXT, "", "", 0, 0, bus_directory,
         "folder of the ipc sockets; empty: tcp only"),
    ROW ("HEIMO_KEYS", CONFIG_TEXT, "", "", 0, 0, bus_keys, "folder of the CURVE keys; empty: none"),
    ROW ("HEIMO_PEERS", CONFIG_TEXT, "", "", 0, 0, peers,
         "where the services are, \"membership=tcp://membership:7001 hierarchy=...\"; the others: in "
         "HEIMO_BUS_DIR"),
    ROW ("HEIMO_LOG_LEVEL", CONFIG_TEXT, "", "info", 0, 0, log_level, "debug, info, warning or error"),
    ROW ("HEIMO_BODY_BYTES", CONFIG_NUMBER, "bytes", "1048576", 1024, 16777216, body_bytes,
         "largest JSON body"),
    ROW ("HEIMO_UPLOAD_BYTES", CONFIG_NUMBER, "bytes", "536870912", 1024, 1099511627776, upload_bytes,
         "largest uploaded file"),
    ROW ("HEIMO_CALLS", CONFIG_NUMBER, "", "512", 1, 100000, calls, "requests in flight per thread"),
    ROW ("HEIMO_CALLS_PER_CLIENT", CONFIG_NUMBER, "", "64", 0, 100000, calls_per_client,
         "requests in flight per client and thread; 0: no limit. This machine itself is not limited"),
    ROW ("HEIMO_RATE", CONFIG_NUMBER, "1/s", "100", 0, 1000000, rate,
         "requests per client and thread; 0: no limit. This machine itself is not limited"),
    ROW ("HEIMO_BURST", CONFIG_NUMBER, "", "300", 1, 1000000, burst, "requests at once after a pause"),
    ROW ("HEIMO_STREAMS", CONFIG_NUMBER, "", "1000", 1, 100000, streams,
         "event streams and exports per thread"),
    ROW ("HEIMO_STREAMS_PER_CLIENT", CONFIG_NUMBER, "", "20", 0, 100000, streams_per_client,
         "event streams and exports per client and thread; 0: no limit"),
    ROW ("HEIMO_DRAIN_MS", CONFIG_NUMBER, "ms", "0", 0, 60000, drain_ms,
         "how long it still takes requests after SIGTERM while it says that it is not ready"),
    ROW ("HEIMO_GRACE_MS", CONFIG_NUMBER, "ms", "10000", 0, 600000, grace_ms,
         "how long requests under way may take after that"),
};

const size_t settings_count = sizeof settings_keys / sizeof settings_keys[0];

bool
settings_is_loopback (const char *address)
{
  struct in_addr v4;
  struct in6_addr v6;
  if (inet_pton (AF_INET, address, &v4) == 1)
    return (ntohl (v4.s_addr) >> 24) == 127;
  return inet_pton (AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_LOOPBACK (&v6);
}

Status
settings_read (void *owner, const Settings **result)
{
  Settings *settings = memory_new (owner, Settings);
  *result = settings;
  Status status = config_read (owner, settings_keys, settings_count, settings);
  if (status_failed (status))
    return status;
  if (!settings_is_loopback (settings->bind) && !settings->allow_unauthenticated_bind)
    return status_error (
        owner, STATUS_FAILED_PRECONDITION, "UNAUTHENTICATED_BIND",
        "HEIMO_BIND=%s would let whoever reaches it change everything: there is no sign-in yet. Set "
        "HEIMO_ALLOW_UNAUTHENTICATED_BIND=yes if that is meant",
        settings->bind);
  return STATUS_SUCCESS;
}
