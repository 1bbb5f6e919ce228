/* The rows of the fault table. */
#include "gateway/http/fault.h"

const HttpFault http_faults[HTTP_FAULT_COUNT] = {
#define HTTP_FAULT_ROW(name, status, detail) [HTTP_##name] = {status, #name, detail},
    HTTP_FAULTS (HTTP_FAULT_ROW)
#undef HTTP_FAULT_ROW
};
