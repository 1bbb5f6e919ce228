/* Rooms, one for each federation: taking, refreshing and freeing them. */
#include "store/store.h"

#include "store/load.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

enum {
  WAIT_S = 15,         /* for another call */
  LOAD_MS = 120000,    /* for everyone's facts */
  STALE_S = 6 * 3600,  /* marks are kept for a day; a store that has not looked for so long begins anew */
  PERSONS_ANEW = 50000 /* that many touched: everyone is read again */
};

/* A federation's store. Its memory has no parent: only who holds the mutex touches it. */
typedef struct Room {
  struct Room *next;
  char federation_id[40];
  pthread_mutex_t mutex; /* held by the call that uses the store */
  void *memory;          /* everything below; NULL: not loaded */
  Db *db;
  Symbols *symbols;
  IdSymbols *ids;
  Population *population;
  Store store;
  const char *oldest; /* the oldest transaction that ran at the last look */
  time_t looked;      /* monotonic */
} Room;

struct Stores {
  pthread_mutex_t mutex; /* guards rooms (the list) and closing */
  pthread_cond_t wake;
  Room *rooms;
  int64_t idle_s;
  pthread_t reaper;
  enum { REAPER_NONE, REAPER_RUNS, REAPER_ENDS } state;
};

/* What a call holds. */
typedef struct Hold {
  Room *room;
} Hold;

static time_t
seconds_now (clockid_t clock)
{
  struct timespec now;
  clock_gettime (clock, &now);
  return now.tv_sec;
}

static void
empty (Room *room)
{
  talloc_free (room->memory);
  room->memory = NULL;
}

/* Frees stores that nobody has asked for a while. */
static void *
reap (void *arg)
{
  Stores *stores = arg;
  pthread_mutex_lock (&stores->mutex);
  while (stores->state == REAPER_RUNS) {
    struct timespec until = {.tv_sec = seconds_now (CLOCK_REALTIME) + stores->idle_s / 4 + 1};
    pthread_cond_timedwait (&stores->wake, &stores->mutex, &until);
    for (Room *room = stores->rooms; room != NULL; room = room->next) {
      if (pthread_mutex_trylock (&room->mutex) != 0)
        continue;
      if (room->memory != NULL && seconds_now (CLOCK_MONOTONIC) - room->looked >= stores->idle_s)
        empty (room);
      pthread_mutex_unlock (&room->mutex);
    }
  }
  pthread_mutex_unlock (&stores->mutex);
  return NULL;
}

/* Every call has ended by then. */
static int
close_stores (Stores *stores)
{
  pthread_mutex_lock (&stores->mutex);
  bool runs = stores->state == REAPER_RUNS;
  stores->state = REAPER_ENDS;
  pthread_cond_signal (&stores->wake);
  pthread_mutex_unlock (&stores->mutex);
  if (runs)
    pthread_join (stores->reaper, NULL);
  for (Room *room = stores->rooms; room != NULL; room = room->next) {
    empty (room);
    pthread_mutex_destroy (&room->mutex);
  }
  pthread_cond_destroy (&stores->wake);
  pthread_mutex_destroy (&stores->mutex);
  return 0;
}

Stores *
stores_new (void *owner, int64_t idle_s)
{
  Stores *stores = memory_new (owner, Stores);
  stores->idle_s = idle_s;
  pthread_mutex_init (&stores->mutex, NULL);
  pthread_cond_init (&stores->wake, NULL);
  talloc_set_destructor (stores, close_stores);
  return stores;
}

/* The federation's room, made now if there is none. The list only grows; talloc on it is guarded by the
 * mutex. */
static Room *
room_of (Stores *stores, const char *federation_id)
{
  pthread_mutex_lock (&stores->mutex);
  if (stores->state == REAPER_NONE && pthread_create (&stores->reaper, NULL, reap, stores) == 0)
    stores->state = REAPER_RUNS;
  Room *room = stores->rooms;
  while (room != NULL && strcmp (room->federation_id, federation_id) != 0)
    room = room->next;
  if (room == NULL) {
    room = memory_new (stores, Room);
    strncpy (room->federation_id, federation_id, sizeof room->federation_id - 1);
    pthread_mutex_init (&room->mutex, NULL);
    room->next = stores->rooms;
    stores->rooms = room;
  }
  pthread_mutex_unlock (&stores->mutex);
  return room;
}

/* Begins anew, with nobody. */
static void
furnish (Room *room, Call *call)
{
  empty (room);
  room->memory = memory_context (NULL);
  room->db = db_sibling (room->memory, call->db);
  room->symbols = symbols_new (room->memory);
  room->ids = id_symbols_new (room->memory, room->symbols);
  room->population = population_new (room->memory);
  room->store = (Store){.population = room->population};
  room->oldest = NULL;
}

/* SQL for one of the persons of a list. */
static const char *
among (Call *reader, const DbResult *persons)
{
  char *sql = memory_string (reader, "AND person_id = ANY ('{");
  for (size_t row = 0; row < db_row_count (persons); row++)
    sql = memory_must (talloc_asprintf_append_buffer (sql, "%s%s", row == 0 ? "" : ",",
                                                      db_value (persons, row, "person_id")));
  return memory_must (talloc_strdup_append_buffer (sql, "}'::uuid[])"));
}

static Status
read_again (Room *room, Call *reader, const DbResult *persons)
{
  for (size_t row = 0; row < db_row_count (persons); row++) {
    Id id;
    if (id_parse (db_value (persons, row, "person_id"), &id))
      population_withdraw (room->population, &id); /* unless it is found */
  }
  return population_load (reader, (RosterScope){.named = among (reader, persons)}, room->ids, room->symbols,
                          room->population);
}

static Status
read_everyone (Room *room, Call *reader)
{
  population_reset (room->population);
  return population_load (reader, ROSTER_EVERYONE, room->ids, room->symbols, room->population);
}

static Status
read_touched (Room *room, Call *reader)
{
  DbResult *rows;
  Status status = db_run (
      reader->db, reader, &sql_store_marks,
      DB_VALUES (db_text ("federation_id", reader->federation_id), db_text ("oldest", room->oldest)), &rows);
  if (status_failed (status) || db_row_count (rows) == 0)
    return status;
  bool everyone = db_row_count (rows) > PERSONS_ANEW;
  for (size_t row = 0; row < db_row_count (rows) && !everyone; row++)
    everyone = db_value (rows, row, "person_id") == NULL;
  return everyone ? read_everyone (room, reader) : read_again (room, reader, rows);
}

static Status
compile_again (Room *room, Call *reader)
{
  talloc_free (room->store.compiled);
  room->store.compiled = NULL;
  return compiled_private (reader, room->memory, room->symbols, &room->store.compiled);
}

/* In one snapshot: what is to be remembered for the next look, who has been touched, the model. */
static Status
look (Room *room, Call *reader)
{
  DbResult *rows;
  Status status = db_run (reader->db, reader, &sql_store_snapshot,
                          DB_VALUES (db_text ("federation_id", reader->federation_id)), &rows);
  if (status_failed (status))
    return status;
  status = room->oldest == NULL ? read_everyone (room, reader) : read_touched (room, reader);
  if (status_failed (status))
    return status;
  Compiled *compiled = room->store.compiled;
  if (compiled == NULL || compiled->version != db_number (rows, 0, "version"))
    status = compile_again (room, reader);
  if (status_failed (status))
    return status;
  talloc_free ((void *)(uintptr_t)room->oldest);
  room->oldest = memory_string (room->memory, db_value (rows, 0, "oldest"));
  room->looked = seconds_now (CLOCK_MONOTONIC);
  return status;
}

/* The caller holds the room. After a failure it is empty: what was half read is not to be used. */
static Status
refresh (Room *room, Call *call)
{
  if (room->memory == NULL || seconds_now (CLOCK_MONOTONIC) - room->looked > STALE_S)
    furnish (room, call);
  Call *reader = memory_copy (call, call, sizeof *call);
  reader->db = room->db;
  Status status = db_begin_snapshot (room->db, reader, LOAD_MS);
  if (status.code == STATUS_UNAVAILABLE) /* the session may have died while nobody asked */
    status = db_begin_snapshot (room->db, reader, LOAD_MS);
  if (!status_failed (status))
    status = look (room, reader);
  db_rollback (room->db);
  status = status_copy (call, status);
  talloc_free (reader);
  if (status_failed (status))
    empty (room);
  return status;
}

static int
leave (Hold *hold)
{
  pthread_mutex_unlock (&hold->room->mutex);
  return 0;
}

Status
store_take (Call *call, const Store **store)
{
  Room *room = room_of (compiled_stores (call), call->federation_id);
  struct timespec until = {.tv_sec = seconds_now (CLOCK_REALTIME) + WAIT_S};
  if (pthread_mutex_timedlock (&room->mutex, &until) != 0)
    return status_unavailable (call, 1000, "BUSY", "Another question about everyone is being answered");
  Status status = refresh (room, call);
  if (status_failed (status)) {
    pthread_mutex_unlock (&room->mutex);
    return status;
  }
  Hold *hold = memory_new (call, Hold);
  hold->room = room;
  talloc_set_destructor (hold, leave);
  room->store.hold = hold;
  *store = &room->store;
  return STATUS_SUCCESS;
}

void
store_release (const Store *store)
{
  talloc_free (store->hold);
}

Status
store_touch (Call *call, const char *const *person_ids, size_t count)
{
  return db_run (
      call->db, call, &sql_store_touch,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_texts ("person_ids", person_ids, count)),
      NULL);
}
