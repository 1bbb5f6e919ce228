/* Reading imports and putting their rows on cards. */
#include "import_plan.h"

#include "membership_sql.h"

#include <stdlib.h>
#include <string.h>

Status
import_plan_load (Call *call, const char *import_id, ImportPlan *plan)
{
  DbResult *result;
  import__init (&plan->import);
  Status status = db_run (
      call->db, call, &sql_import_get,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("import_id", import_id)), &result);
  if (!status_failed (status))
    status = membership_found (call, result, "IMPORT_NOT_FOUND", "import");
  if (status_failed (status))
    return status;
  db_read_row (call, result, 0, &plan->import.base);
  plan->settings = (CreateImportRequest *)memory_unpack (call, &create_import_request__descriptor,
                                                         db_byte_value (call, result, 0, "settings"));
  if (plan->settings == NULL || !encoding_find (plan->settings->encoding, &plan->encoding))
    return status_error (call, STATUS_DATA_LOSS, "UNREADABLE", "The settings of the import cannot be read");
  return STATUS_SUCCESS;
}

Status
import_batch_load (Call *call, const char *import_id, int64_t after, int64_t limit, DbResult **rows)
{
  return db_run (call->db, call, &sql_import_rows,
                 DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("import_id", import_id),
                            db_integer ("after", after), db_integer ("limit", limit)),
                 rows);
}

Status
import_count (Call *call, const char *import_id, ImportCounts counts)
{
  return db_run (call->db, call, &sql_import_count,
                 DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("import_id", import_id),
                            db_integer ("created", counts.created), db_integer ("updated", counts.updated),
                            db_integer ("unchanged", counts.unchanged), db_integer ("errors", counts.errors)),
                 NULL);
}

static int
compare_texts (const void *a, const void *b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

Status
import_touch_others (Call *call, Card *const *saved, size_t saved_count, const char *const *person_ids,
                     size_t count)
{
  const char **known = memory_array (call, const char *, saved_count + 1);
  const char **others = memory_array (call, const char *, count + 1);
  size_t known_count = 0, other_count = 0;
  for (size_t i = 0; i < saved_count; i++)
    if (card_changed (saved[i]))
      known[known_count++] = saved[i]->person_id;
  qsort (known, known_count, sizeof *known, compare_texts);
  for (size_t i = 0; i < count; i++)
    if (bsearch (&person_ids[i], known, known_count, sizeof *known, compare_texts) == NULL)
      others[other_count++] = person_ids[i];
  qsort (others, other_count, sizeof *others, compare_texts);
  size_t once = 0;
  for (size_t i = 0; i < other_count; i++)
    if (i == 0 || strcmp (others[i], others[once - 1]) != 0)
      others[once++] = others[i];
  return persons_touch (call, others, once);
}

/* A row being put on a card. */
typedef struct Put {
  Card *card;
  const DbResult *rows;
  size_t row;
  const char *family_id;
  Day today;
} Put;

/* A cell; "" for none. */
static const char *
cell (const Put *put, const char *column)
{
  const char *text = db_value (put->rows, put->row, column);
  return text == NULL ? "" : memory_string (put->card, text);
}

/* A cell for a field that is left alone when the cell is empty: then NULL. */
static const char *
cell_or_null (const Put *put, const char *column)
{
  const char *text = db_value (put->rows, put->row, column);
  return text == NULL ? NULL : memory_string (put->card, text);
}

/* The code was sealed for the id that was proposed; here it is sealed for the person it turned out to be. */
static Status
seal_again (const Put *put, const char *values[OWN_COUNT])
{
  Card *card = put->card;
  const DataKey *key = &membership_state (card->call)->key;
  Bytes plain, sealed = db_byte_value (card, put->rows, put->row, "identity_cipher");
  Status status =
      secret_open (card->call, key, "person|personal_identity_code", cell (put, "seal_id"), sealed, &plain);
  if (!status_failed (status))
    card_seal_identity (card, (const char *)plain.data, values);
  return status;
}

static Status
put_own (const Put *put, bool identity)
{
  const char *values[OWN_COUNT] = {[OWN_KEY] = cell_or_null (put, "key"),
                                   [OWN_GIVEN_NAME] = cell_or_null (put, "given_name"),
                                   [OWN_FAMILY_NAME] = cell_or_null (put, "family_name"),
                                   [OWN_BIRTH_DATE] = cell_or_null (put, "birth_date"),
                                   [OWN_LANGUAGE] = cell_or_null (put, "language"),
                                   [OWN_EMAIL] = cell_or_null (put, "email"),
                                   [OWN_PHONE] = cell_or_null (put, "phone")};
  Status status = STATUS_SUCCESS;
  values[OWN_IDENTITY_INDEX] = cell_or_null (put, "identity_index");
  values[OWN_IDENTITY_CIPHER] = cell_or_null (put, "identity_cipher");
  if (values[OWN_IDENTITY_INDEX] != NULL && identity &&
      strcmp (cell (put, "seal_id"), put->card->person_id) != 0)
    status = seal_again (put, values);
  if (!status_failed (status))
    card_set_own (put->card, values, put->card->created ? DAY_MIN : put->today);
  return status;
}

/* The first day the row tells of: what the register the data came from knew, it knew since then. */
static Day
first_day (const Put *put)
{
  static const char *const columns[] = {"subscription_from", "admitted_from", "position_from"};
  Day first = put->today;
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
    Day day = db_day (put->rows, put->row, columns[i], put->today);
    first = day < first ? day : first;
  }
  return first;
}

static const CardAddress *
current_address (const Card *card, Day day)
{
  for (size_t i = 0; i < card->address_count; i++)
    if (card_row_holds (&card->addresses[i].row) && period_contains (card->addresses[i].row.valid, day))
      return &card->addresses[i];
  return NULL;
}

static bool
same_address (const CardAddress *a, const CardAddress *b)
{
  return strcmp (a->street, b->street) == 0 && strcmp (a->postal_code, b->postal_code) == 0 &&
         strcmp (a->town, b->town) == 0 && strcmp (a->country, b->country) == 0;
}

static void
put_address (const Put *put)
{
  CardAddress address = {.street = cell (put, "street"),
                         .postal_code = cell (put, "postal_code"),
                         .town = cell (put, "town"),
                         .municipality = cell (put, "municipality"),
                         .province = cell (put, "province"),
                         .country = cell (put, "country")};
  if (address.street[0] == '\0' && address.postal_code[0] == '\0' && address.town[0] == '\0')
    return;
  if (address.country[0] == '\0')
    address.country = "FI";
  const CardAddress *old = current_address (put->card, put->today);
  if (old != NULL && same_address (old, &address))
    return;
  address.row.valid = (Period){put->card->created ? first_day (put) : put->today, DAY_MAX};
  card_record_address (put->card, &address);
}

/* A family named in the file: a new one has no id before the import is applied, so it counts as a change. */
static void
put_family (const Put *put)
{
  Card *card = put->card;
  const char *family_id = put->family_id;
  if (db_value (put->rows, put->row, "family") == NULL)
    return;
  size_t count = card->relation_count;
  for (size_t i = 0; i < count; i++) {
    CardRelation *relation = &card->relations[i];
    if (relation->kind != 2 || !card_row_holds (&relation->row) || relation->row.valid.to <= put->today)
      continue;
    if (strcmp (relation->other_id, family_id) == 0)
      return;
    card_end_relation (card, relation, put->today);
  }
  CardRelation row = {.row = {.valid = {put->today, DAY_MAX}}, .kind = 2, .other_id = family_id};
  card_record_relation (card, &row);
}

/* The fact of this kind that the row is about: the same organ, and the same value unless the organ decides.
 */
static CardFact *
find_held (Card *card, FactKind kind, const char *value, const char *organ_id, Day today)
{
  for (size_t i = 0; i < card->fact_count; i++) {
    CardFact *fact = &card->facts[i];
    if (card_row_holds (&fact->row) && fact->kind == kind && fact->row.valid.to > today &&
        strcmp (fact->organ_id, organ_id) == 0 &&
        (kind == FACT_KIND__FACT_KIND_ADMISSION || strcmp (fact->value, value) == 0))
      return fact;
  }
  return NULL;
}

/* Recorded when it is not held; when it is: another first day corrects it, another value (the member type of
 * an admission) takes its place from today on. */
static void
put_fact (const Put *put, FactKind kind, const char *value, const char *organ_id, const char *from_column)
{
  Card *card = put->card;
  bool has_day = db_value (put->rows, put->row, from_column) != NULL;
  Day from = db_day (put->rows, put->row, from_column, put->today);
  CardFact row = {.row = {.valid = {from, DAY_MAX}}, .kind = kind, .value = value, .organ_id = organ_id};
  CardFact *held = find_held (card, kind, value, organ_id, put->today);
  if (held == NULL) {
    card_record_fact (card, &row);
    return;
  }
  bool other_value = value[0] != '\0' && strcmp (held->value, value) != 0;
  bool other_day = has_day && held->row.valid.from != from;
  row.row.valid.to = held->row.valid.to;
  if (!other_value && !other_day)
    return;
  if (other_value && !other_day && held->row.valid.from < put->today) {
    row.row.valid.from = put->today;
    card_end_fact (card, held, put->today);
  } else {
    row.value = value[0] != '\0' ? value : held->value;
    row.row.valid.from = has_day ? from : held->row.valid.from;
    card_supersede (&held->row);
  }
  if (row.row.valid.from < row.row.valid.to)
    card_record_fact (card, &row);
}

static void
put_facts (const Put *put)
{
  const char *subscription = cell (put, "subscription"), *organ_id = cell (put, "organ_id");
  const char *position = cell (put, "position_held");
  if (subscription[0] != '\0')
    put_fact (put, FACT_KIND__FACT_KIND_SUBSCRIPTION, subscription, "", "subscription_from");
  if (organ_id[0] != '\0')
    put_fact (put, FACT_KIND__FACT_KIND_ADMISSION, cell (put, "member_type"), organ_id, "admitted_from");
  if (position[0] != '\0')
    put_fact (put, FACT_KIND__FACT_KIND_POSITION, position, organ_id, "position_from");
}

Status
import_row_put (Card *card, const DbResult *rows, size_t row, const char *family_id, bool identity)
{
  const Put put = {card, rows, row, family_id, card->call->today};
  Status status = put_own (&put, identity);
  if (status_failed (status))
    return status;
  put_address (&put);
  put_family (&put);
  put_facts (&put);
  return STATUS_SUCCESS;
}
