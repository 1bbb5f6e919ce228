/* event_writes CONNINFO SECONDS WRITERS: the price of an event.
 *
 * Writers each store rows, one a transaction, first without and then with an event in one of the eight lanes,
 * in turns of a second, so that both see the same machine. Prints {"plain": transactions/s, "event": …,
 * "one_lane": …}. The database has the common schema; the table bench_thing is made.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "core/id.h"
#include "db/db.h"
#include "db_sql.h"

typedef enum Mode { MODE_PLAIN, MODE_EVENT, MODE_ONE_LANE, MODE_COUNT } Mode;

#define LANES 8

typedef struct Bench {
  const char *conninfo;
  atomic_int mode; /* a Mode, or -1: stop */
  atomic_ulong done[MODE_COUNT];
} Bench;

typedef struct Writer {
  pthread_t thread;
  Bench *bench;
  unsigned number;
} Writer;

static const char *const insert_parameters[] = {"number"};
static const DbQuery insert = {"bench_insert",
                               "INSERT INTO bench_thing (writer, note) VALUES ($1, 'a person was changed')",
                               1, insert_parameters};

static void
must (Status status)
{
  if (!status_failed (status))
    return;
  fprintf (stderr, "%s: %s\n", status.detail->reason, status.detail->message);
  exit (1);
}

static Status
append_and_commit (Db *db, void *owner, unsigned lane)
{
  static const uint8_t payload[200];
  const char *id = id_new_text (owner, (int64_t)time (NULL) * 1000000);
  const char *federation = "01890000-0000-7000-8000-000000000000",
             *type = "heimo.membership.v1.PersonChanged";
  Bytes bytes = {payload, sizeof payload};
  return db_run_and_commit (
      db, owner, &sql_event_append_one,
      DB_VALUES (db_integer ("log_id", lane), db_text ("event_id", id), db_text ("federation_id", federation),
                 db_text ("type", type), db_text ("aggregate_id", id), db_bytes ("payload", bytes),
                 db_text ("traceparent", ""), db_text ("record_time", "2026-01-01T00:00:00Z")),
      NULL);
}

static void *
write_rows (void *arg)
{
  Writer *writer = arg;
  Bench *bench = writer->bench;
  void *root = memory_context (NULL);
  Db *db = db_new (root, bench->conninfo, NULL);
  int mode;
  for (unsigned n = writer->number; (mode = atomic_load (&bench->mode)) >= 0; n++) {
    void *scratch = memory_context (root);
    must (db_begin (db, scratch, 10000));
    must (db_run (db, scratch, &insert, DB_VALUES (db_integer ("number", writer->number)), NULL));
    must (mode == MODE_PLAIN ? db_commit (db, scratch)
                             : append_and_commit (db, scratch, mode == MODE_EVENT ? n % LANES : 0));
    atomic_fetch_add (&bench->done[mode], 1);
    talloc_free (scratch);
  }
  talloc_free (root);
  return NULL;
}

int
main (int argc, char **argv)
{
  if (argc != 4 || sodium_init () < 0) {
    fprintf (stderr, "usage: event_writes CONNINFO SECONDS WRITERS\n");
    return 2;
  }
  unsigned seconds = (unsigned)atoi (argv[2]), writers = (unsigned)atoi (argv[3]);
  void *root = memory_context (NULL);
  Bench bench = {.conninfo = argv[1]};
  Db *db = db_new (root, argv[1], NULL);
  must (db_script (
      db, root, "CREATE TABLE IF NOT EXISTS bench_thing (id bigserial PRIMARY KEY, writer int, note text)"));
  Writer *threads = memory_array (root, Writer, writers);
  for (unsigned i = 0; i < writers; i++) {
    threads[i] = (Writer){.bench = &bench, .number = i};
    pthread_create (&threads[i].thread, NULL, write_rows, &threads[i]);
  }
  sleep (1); /* connections and plans; not counted */
  for (int mode = 0; mode < MODE_COUNT; mode++)
    atomic_store (&bench.done[mode], 0);
  for (unsigned second = 0; second < seconds * MODE_COUNT; second++) {
    atomic_store (&bench.mode, (int)(second % MODE_COUNT));
    sleep (1);
  }
  atomic_store (&bench.mode, -1);
  for (unsigned i = 0; i < writers; i++)
    pthread_join (threads[i].thread, NULL);
  printf ("{\"plain\": %lu, \"event\": %lu, \"one_lane\": %lu}\n", bench.done[MODE_PLAIN] / seconds,
          bench.done[MODE_EVENT] / seconds, bench.done[MODE_ONE_LANE] / seconds);
  talloc_free (root);
  return 0;
}
