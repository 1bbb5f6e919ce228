/* Listing and searching persons: queries find the ids in order, then the persons are read. */
#include "core/text.h"
#include "heimo_membership_handlers.h"
#include "membership_sql.h"
#include "persons.h"

#include <string.h>

static const char least_id[] = "00000000-0000-0000-0000-000000000000";
static const char greatest_id[] = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/* An order: its queries, and values before and behind all others. */
typedef struct Order {
  const char *name;
  const DbQuery *ascending;
  const DbQuery *descending;
  const char *least;
  const char *greatest;
} Order;

static const char no_key[] = "";
static const char last_key[] = "ffffffffffffffff"; /* sort keys begin with lower bytes */

static const Order orders[] = {
    {"name", &sql_person_list_by_name, &sql_person_list_by_name_descending, no_key, last_key},
    {"memberNumber", &sql_person_list_by_number, &sql_person_list_by_number_descending, "", "~"},
    {"birthDate", &sql_person_list_by_birth_date, &sql_person_list_by_birth_date_descending, "-infinity",
     "infinity"},
    {"createTime", &sql_person_list_by_create_time, &sql_person_list_by_create_time_descending, "", ""},
};

/* What a request asks for. */
typedef struct Listing {
  const Order *order;
  bool descending;
  bool filtered;
  size_t size;
  const char *const *after; /* {sort value, id}; NULL on the first page */
} Listing;

static Status
read_order (Call *call, const char *text, Listing *listing)
{
  listing->descending = text[0] == '-';
  const char *name = text + listing->descending;
  if (text[0] == '\0')
    name = "name";
  for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
    if (strcmp (name, orders[i].name) == 0) {
      listing->order = &orders[i];
      return STATUS_SUCCESS;
    }
  return status_field (call, "orderBy", "UNKNOWN_ORDER",
                       "The order is one of name, memberNumber, birthDate and createTime");
}

/* A pattern of LIKE that finds the text anywhere. */
static const char *
pattern_of (void *owner, const char *text)
{
  char *pattern = memory_array (owner, char, strlen (text) * 2 + 3), *at = pattern;
  *at++ = '%';
  for (; *text != '\0'; text++) {
    if (strchr ("%_\\", *text) != NULL)
      *at++ = '\\';
    *at++ = *text;
  }
  *at = '%';
  return pattern;
}

/* PAIR: a second word of three letters is in too many names to be worth its look-up. */
enum { WORDS_MAX = 8, TRIGRAM = 3, PAIR = 4 };

/* The words of a query: folded, as patterns; the longest is looked up by its trigrams. */
typedef struct Words {
  const char *folded;
  const char *patterns[WORDS_MAX];
  size_t count;
  const char *longest; /* pattern; "%" without words */
  const char *second;  /* the next */
  size_t longest_length;
  size_t second_length;
} Words;

/* Keeps the two longest words. */
static void
note_length (Words *words, const char *pattern, size_t length)
{
  if (length > words->longest_length) {
    words->second = words->longest;
    words->second_length = words->longest_length;
    words->longest = pattern;
    words->longest_length = length;
  } else if (length > words->second_length) {
    words->second = pattern;
    words->second_length = length;
  }
}

static Words
split_words (Call *call, const char *query)
{
  Words words = {.folded = text_fold (call, query), .longest = "%", .second = "%"};
  char *rest = memory_string (call, words.folded);
  for (char *word = strsep (&rest, " ,"); word != NULL && words.count < WORDS_MAX;
       word = strsep (&rest, " ,")) {
    if (word[0] == '\0')
      continue;
    words.patterns[words.count] = pattern_of (call, word);
    note_length (&words, words.patterns[words.count], strlen (word));
    words.count++;
  }
  return words;
}

static Status
check_query (Call *call, const char *query)
{
  if (text_length (query) >= 3)
    return STATUS_SUCCESS;
  return status_field (call, "query", "TOO_SHORT", "At least three characters are needed to search");
}

static Status
run_filter (Call *call, const ListPersonsRequest *request, const Listing *listing, DbResult **result)
{
  Words words = split_words (call, request->query);
  bool down = listing->descending;
  return db_run (
      call->db, call, down ? &sql_person_filter_descending : &sql_person_filter,
      DB_VALUES (
          db_text ("federation_id", call->federation_id), db_text ("today", call_today_text (call)),
          db_boolean ("include_ended", request->include_ended), db_text ("order", listing->order->name),
          db_text ("pattern", words.longest), db_texts ("patterns", words.patterns, words.count),
          db_text ("postal_code", request->postal_code), db_text ("municipality", request->municipality),
          db_text ("after_value", listing->after != NULL ? listing->after[0]
                                  : down                 ? last_key
                                                         : ""),
          db_text ("after_id", listing->after != NULL ? listing->after[1]
                               : down                 ? greatest_id
                                                      : least_id),
          db_integer ("limit", (int64_t)listing->size + 1)),
      result);
}

static Status
run_plain (Call *call, const ListPersonsRequest *request, const Listing *listing, DbResult **result)
{
  const Order *order = listing->order;
  bool down = listing->descending;
  const char *value = down ? order->greatest : order->least;
  return db_run (call->db, call, down ? order->descending : order->ascending,
                 DB_VALUES (db_text ("federation_id", call->federation_id),
                            db_text ("today", call_today_text (call)),
                            db_boolean ("include_ended", request->include_ended),
                            db_text ("after_value", listing->after != NULL ? listing->after[0] : value),
                            db_text ("after_id", listing->after != NULL ? listing->after[1]
                                                 : down                 ? greatest_id
                                                                        : least_id),
                            db_integer ("limit", (int64_t)listing->size + 1)),
                 result);
}

static const char **
ids_of (Call *call, const DbResult *result, size_t most, size_t *count)
{
  *count = db_row_count (result) < most ? db_row_count (result) : most;
  const char **ids = memory_array (call, const char *, *count + 1);
  for (size_t i = 0; i < *count; i++)
    ids[i] = db_value (result, i, "person_id");
  return ids;
}

Status
list_persons (Call *call, const ListPersonsRequest *request, ListPersonsResponse *reply)
{
  Listing listing = {.size = request->page_size == 0 ? 50 : request->page_size};
  DbResult *result;
  size_t count;
  listing.filtered =
      request->query[0] != '\0' || request->postal_code[0] != '\0' || request->municipality[0] != '\0';
  Status status = read_order (call, request->order_by, &listing);
  if (!status_failed (status) && request->query[0] != '\0')
    status = check_query (call, request->query);
  if (!status_failed (status))
    status = call_open_page (call, &request->base, request->page_token, 2, &listing.after);
  if (!status_failed (status))
    status = listing.filtered ? run_filter (call, request, &listing, &result)
                              : run_plain (call, request, &listing, &result);
  if (status_failed (status))
    return status;
  const char **ids = ids_of (call, result, listing.size, &count);
  if (db_row_count (result) > listing.size)
    reply->next_page_token = call_seal_page (
        call, &request->base,
        (const char *[]){db_value (result, listing.size - 1, "sort_value"), ids[listing.size - 1]}, 2);
  return persons_read (call, ids, count, &reply->persons, &reply->n_persons);
}

/* The ids found so far, each once. */
typedef struct Found {
  const char **ids;
  size_t count;
  size_t most;
  bool incomplete; /* not all that match were looked at */
} Found;

static void
add_found (Call *call, Found *found, const DbResult *result)
{
  for (size_t i = 0; i < db_row_count (result) && found->count < found->most; i++) {
    const char *id = db_value (result, i, "person_id");
    bool known = false;
    for (size_t j = 0; j < found->count; j++)
      known |= strcmp (found->ids[j], id) == 0;
    if (!known)
      found->ids[found->count++] = memory_string (call, id);
  }
}

/* How many are looked at: in the order of names, for what is common and for what has no trigrams; and of
 * those that have the trigrams, in any order. Each of the latter two takes some 30 ms. */
enum { SHORT_WALK = 2000, LONG_WALK = 20000, CANDIDATES = 10000 };

static Status
look (Call *call, const Words *words, const DbQuery *query, int64_t walk, const Found *found,
      DbResult **result)
{
  return db_run (call->db, call, query,
                 DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("prefix", words->folded),
                            db_text ("pattern", words->longest), db_text ("pattern2", words->second),
                            db_texts ("patterns", words->patterns, words->count), db_integer ("walk", walk),
                            db_integer ("bound", CANDIDATES + 1), db_integer ("limit", (int64_t)found->most)),
                 result);
}

/* Words of two letters have no trigrams: what a long walk finds is all that is found. */
static Status
look_for_short (Call *call, const Words *words, Found *found)
{
  DbResult *result, *beyond;
  Status status = look (call, words, &sql_person_search_first, LONG_WALK, found, &result);
  if (!status_failed (status))
    status = look (call, words, &sql_person_search_beyond, LONG_WALK, found, &beyond);
  if (status_failed (status))
    return status;
  found->incomplete = db_row_count (result) < found->most && db_row_count (beyond) > 0;
  add_found (call, found, result);
  return status;
}

static Status
look_by_trigrams (Call *call, const Words *words, Found *found)
{
  DbResult *result;
  const DbQuery *query = words->second_length < PAIR ? &sql_person_search_rare : &sql_person_search_rare_pair;
  Status status = look (call, words, query, 0, found, &result);
  if (status_failed (status))
    return status;
  found->incomplete = db_row_count (result) > 0 && db_number (result, 0, "found") > CANDIDATES;
  add_found (call, found, result);
  return status;
}

/* Three ways in the order of their cost; a later one is gone only when those before have not found enough.
 * What each finds is in the order of names, so the whole is: names that begin with the query, then the rest.
 */
static Status
search (Call *call, const Words *words, Found *found)
{
  DbResult *result;
  Status status = look (call, words, &sql_person_search_prefix, 0, found, &result);
  if (status_failed (status))
    return status;
  add_found (call, found, result);
  if (found->count == found->most)
    return status;
  if (words->longest_length < TRIGRAM)
    return look_for_short (call, words, found);
  status = look (call, words, &sql_person_search_first, SHORT_WALK, found, &result);
  if (status_failed (status) || db_row_count (result) < found->most)
    return status_failed (status) ? status : look_by_trigrams (call, words, found);
  add_found (call, found, result);
  return status;
}

Status
search_persons (Call *call, const SearchPersonsRequest *request, SearchPersonsResponse *reply)
{
  size_t size = request->page_size == 0 ? 20 : request->page_size;
  Words words = split_words (call, request->query);
  Found found = {memory_array (call, const char *, size + 1), 0, size + 1, false};
  Status status = check_query (call, words.folded);
  if (!status_failed (status) && words.count > 0)
    status = search (call, &words, &found);
  if (status_failed (status))
    return status;
  reply->more = found.count > size;
  reply->incomplete = found.incomplete;
  return persons_read (call, found.ids, found.count < size ? found.count : size, &reply->persons,
                       &reply->n_persons);
}
