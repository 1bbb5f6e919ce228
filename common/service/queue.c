/* Calls on their way from the front thread to the workers.
 *
 * The front thread gathers what one turn of its loop brings and hands it over at once: one lock, one wake-up.
 * A worker takes the oldest call, and with it those that may be answered together with it. Nobody waits for
 * more to come, so an idle service answers as fast as without batches, and a busy one finds batches by
 * itself: methods with a batch have half of the workers, and what comes while these are busy goes together
 * when the first of them is done. Who leaves calls behind wakes the next worker.
 */
#include <string.h>

#include "service/private.h"

const char *
job_federation (const Job *job)
{
  const Principal *principal = job->call->header->principal;
  return principal == NULL ? "" : principal->federation_id;
}

static void
append (JobList *list, const JobList *more)
{
  if (more->first == NULL)
    return;
  if (list->first == NULL)
    list->first = more->first;
  else
    list->last->next = more->first;
  list->last = more->last;
}

/* The oldest job that may be begun now, with the one before it (NULL: it is the first); NULL: none. */
static Job *
find_next (const JobQueue *queue, Job **before)
{
  *before = NULL;
  for (Job *job = queue->waiting.first; job != NULL; *before = job, job = job->next)
    if (job->batch == NULL || queue->batching < queue->batching_max || queue->closed)
      return job;
  return NULL;
}

/* Takes the job behind `before` (NULL: the first) out. */
static Job *
take_out (JobList *list, Job *before)
{
  Job *job = before == NULL ? list->first : before->next;
  if (before == NULL)
    list->first = job->next;
  else
    before->next = job->next;
  if (list->last == job)
    list->last = before;
  job->next = NULL;
  return job;
}

/* Wakes one worker, under the mutex. One at a time: it wakes the next when it leaves something behind. */
static void
wake_next (JobQueue *queue)
{
  Job *before;
  if (queue->idle == 0 || queue->waking || find_next (queue, &before) == NULL)
    return;
  queue->waking = true;
  pthread_cond_signal (&queue->filled);
}

/* Front thread: the end of the turn. */
static void
on_turn_end (evutil_socket_t fd, short what, void *arg)
{
  JobQueue *queue = arg;
  (void)fd;
  (void)what;
  pthread_mutex_lock (&queue->mutex);
  append (&queue->waiting, &queue->gathered);
  wake_next (queue);
  pthread_mutex_unlock (&queue->mutex);
  queue->gathered = (JobList){NULL, NULL};
}

static int
queue_end (JobQueue *queue)
{
  event_free (queue->turn_end);
  pthread_cond_destroy (&queue->filled);
  pthread_mutex_destroy (&queue->mutex);
  return 0;
}

JobQueue *
queue_new (void *owner, struct event_base *base, unsigned workers)
{
  JobQueue *queue = memory_new (owner, JobQueue);
  pthread_mutex_init (&queue->mutex, NULL);
  pthread_cond_init (&queue->filled, NULL);
  queue->batching_max = workers < 2 ? 1 : workers / 2;
  queue->turn_end = memory_must (event_new (base, -1, 0, on_turn_end, queue));
  talloc_set_destructor (queue, queue_end);
  return queue;
}

void
queue_add (JobQueue *queue, Job *job)
{
  append (&queue->gathered, &(JobList){job, job});
  event_active (queue->turn_end, EV_TIMEOUT, 0);
}

static bool
may_join (const Job *first, const Job *other)
{
  return other->method == first->method && strcmp (job_federation (other), job_federation (first)) == 0;
}

/* Takes those that may be answered together with jobs[0]; returns how many there are then. */
static size_t
take_company (JobQueue *queue, Job **jobs)
{
  size_t count = 1;
  Job *before = NULL;
  for (Job *next = queue->waiting.first; next != NULL && count < BATCH_MAX;
       next = before == NULL ? queue->waiting.first : before->next)
    if (may_join (jobs[0], next))
      jobs[count++] = take_out (&queue->waiting, before);
    else
      before = next;
  return count;
}

size_t
queue_take (JobQueue *queue, WorkerTask *task, Job *jobs[BATCH_MAX])
{
  size_t count = 0;
  Job *before;
  pthread_mutex_lock (&queue->mutex);
  queue->batching -= *task == TASK_BATCH;
  *task = TASK_NONE;
  queue->idle++;
  while (find_next (queue, &before) == NULL && !queue->closed) {
    pthread_cond_wait (&queue->filled, &queue->mutex);
    queue->waking = false;
  }
  queue->idle--;
  if (queue->waiting.first != NULL) {
    jobs[0] = take_out (&queue->waiting, before);
    *task = jobs[0]->batch == NULL ? TASK_SINGLE : TASK_BATCH;
    count = *task == TASK_SINGLE ? 1 : take_company (queue, jobs);
    queue->batching += *task == TASK_BATCH;
  }
  wake_next (queue);
  pthread_mutex_unlock (&queue->mutex);
  return count;
}

void
queue_measure (JobQueue *queue, unsigned *idle_workers, unsigned *waiting_calls)
{
  pthread_mutex_lock (&queue->mutex);
  *idle_workers = queue->idle;
  *waiting_calls = 0;
  for (const Job *job = queue->waiting.first; job != NULL; job = job->next)
    ++*waiting_calls;
  pthread_mutex_unlock (&queue->mutex);
}

void
queue_close (JobQueue *queue)
{
  pthread_mutex_lock (&queue->mutex);
  queue->closed = true;
  pthread_cond_broadcast (&queue->filled);
  pthread_mutex_unlock (&queue->mutex);
}
