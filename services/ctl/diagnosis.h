/* How services are: asked once, for status and for doctor. */
#ifndef HEIMO_CTL_DIAGNOSIS_H
#define HEIMO_CTL_DIAGNOSIS_H

#include "heimo/operations/v1/operations_service.pb-c.h"
#include "services/ctl/ctl.h"

/* What one service told, or that it could not be asked. */
typedef struct Told {
  Answer answer;
  ServiceDiagnosis *diagnosis; /* always there; SERVICE_STATE_UNREACHABLE when it did not answer */
} Told;

/* Asks all services of the verb; parallel to ctl->services, on `owner`. */
const Told *ask_diagnoses (void *owner, Ctl *ctl);

#endif
