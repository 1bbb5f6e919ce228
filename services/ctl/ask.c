/* Asking services: all at once, or one. */
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "core/validate.h"
#include "heimo_api.h"
#include "services/ctl/ctl.h"

/* Calls that are out. */
typedef struct Round {
  void *owner;
  const Ctl *ctl;
  const ApiMethod *method;
  size_t open;
} Round;

/* One of them. */
typedef struct Question {
  Round *round;
  Answer *answer;
} Question;

int64_t
ctl_now (void)
{
  struct timespec now;
  clock_gettime (CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
on_reply (void *arg, const BusReply *reply)
{
  const Question *question = arg;
  Round *round = question->round;
  Answer *answer = question->answer;
  answer->answered_us = ctl_now ();
  answer->status = status_failed (reply->status)
                       ? status_copy (round->owner, reply->status)
                       : validate_unpack (&heimo_api, round->owner, round->method->reply->descriptor,
                                          reply->body, VALIDATE_REPLY, &answer->reply);
  if (--round->open == 0)
    event_base_loopbreak (round->ctl->base);
}

/* The request's field "service", where it has one. */
static void
name_service (const ApiMethod *method, ProtobufCMessage *request, const char *service)
{
  int field = api_find_field (method->request, "service", strlen ("service"));
  if (field >= 0)
    *(const char **)((char *)request + request->descriptor->fields[field].offset) = service;
}

static void
ask_round (void *owner, const Ctl *ctl, const char *name, ProtobufCMessage *request, Answer *answers,
           size_t count)
{
  Round round = {.owner = owner, .ctl = ctl, .method = api_find_method (&heimo_api, name), .open = count};
  Question *questions = memory_array (owner, Question, count);
  for (size_t i = 0; i < count; i++) {
    questions[i] = (Question){&round, &answers[i]};
    answers[i].asked_us = ctl_now ();
    name_service (round.method, request, answers[i].service);
    bus_client_call (ctl->client,
                     &(BusRequest){.service = answers[i].service,
                                   .method = name,
                                   .message = request,
                                   .timeout_ms = (unsigned)ctl->arguments->timeout_s * 1000,
                                   .idempotent = round.method->idempotent,
                                   .principal = &ctl->principal},
                     on_reply, &questions[i]);
  }
  while (round.open > 0)
    event_base_loop (ctl->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

const Answer *
ctl_ask_all (void *owner, Ctl *ctl, const char *method, ProtobufCMessage *request)
{
  Answer *answers = memory_array (owner, Answer, ctl->service_count);
  for (size_t i = 0; i < ctl->service_count; i++)
    answers[i].service = ctl->services[i];
  ask_round (owner, ctl, method, request, answers, ctl->service_count);
  return answers;
}

Answer
ctl_ask (void *owner, Ctl *ctl, const char *service, const char *method, ProtobufCMessage *request)
{
  Answer answer = {.service = service};
  ask_round (owner, ctl, method, request, &answer, 1);
  return answer;
}

CtlExit
ctl_complain_all (const Ctl *ctl, const Answer *answers)
{
  CtlExit worst = CTL_GOOD;
  for (size_t i = 0; i < ctl->service_count; i++)
    if (status_failed (answers[i].status))
      worst = ctl_worse (worst, ctl_complain (answers[i].service, answers[i].status));
  return worst;
}

void
ctl_wait (const Ctl *ctl, unsigned ms)
{
  struct timeval time = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
  event_base_loopexit (ctl->base, &time);
  event_base_loop (ctl->base, EVLOOP_NO_EXIT_ON_EMPTY);
}
