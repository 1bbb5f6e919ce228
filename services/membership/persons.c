/* Recording, changing and ending persons. */
#include "persons.h"

#include "address_text.h"
#include "card.h"
#include "core/id.h"
#include "core/text.h"
#include "heimo_membership_handlers.h"
#include "identity_code.h"
#include "membership_sql.h"

#include <string.h>

/* Reason and message, the same alone and in a batch. */
#define PERSON_NOT_FOUND "PERSON_NOT_FOUND", "There is no such person"

const char *
call_today_text (Call *call)
{
  char text[DAY_TEXT_SIZE];
  return memory_string (call, day_format (call->today, text));
}

/* The code of a row in the form in which it is shown. */
static Status
read_mask (Call *call, const DbResult *result, size_t row, Person *person)
{
  Bytes plain, sealed = db_byte_value (call, result, row, "identity_cipher");
  char masked[IDENTITY_CODE_SIZE];
  if (sealed.data == NULL)
    return STATUS_SUCCESS;
  Status status = secret_open (call, &membership_state (call)->key, "person|personal_identity_code",
                               person->person_id, sealed, &plain);
  if (status_failed (status))
    return status;
  identity_code_mask ((const char *)plain.data, masked);
  person->personal_identity_code = memory_string (call, masked);
  return STATUS_SUCCESS;
}

Status
person_read_row (Call *call, const DbResult *result, size_t row, Person *person)
{
  db_read_row (call, result, row, &person->base);
  return read_mask (call, result, row, person);
}

/* Rows of person_get_many: by the person's own row, or, when one of them tells of other days than today, all
 * of them by the tables where addresses and families are on record. */
static Status
find_persons (Call *call, const char *const *person_ids, size_t count, DbResult **result)
{
  const DbValue values[] = {db_text ("federation_id", call->federation_id),
                            db_text ("today", call_today_text (call)),
                            db_texts ("person_ids", person_ids, count)};
  const size_t value_count = sizeof values / sizeof *values;
  Status status = db_run (call->db, call, &sql_person_get_many, values, value_count, result);
  if (status_failed (status))
    return status;
  for (size_t row = 0; row < db_row_count (*result); row++)
    if (db_number (*result, row, "fresh") == 0)
      return db_run (call->db, call, &sql_person_get_many_dated, values, value_count, result);
  return STATUS_SUCCESS;
}

/* The place among the ids that a row answers. */
static size_t
place_of (const DbResult *result, size_t row)
{
  return (size_t)db_number (result, row, "position") - 1;
}

Status
persons_read (Call *call, const char *const *person_ids, size_t count, Person ***persons, size_t *found)
{
  DbResult *result;
  *found = 0;
  *persons = NULL;
  if (count == 0)
    return STATUS_SUCCESS;
  Status status = find_persons (call, person_ids, count, &result);
  if (status_failed (status))
    return status;
  Person **placed = *persons = memory_array (call, Person *, count);
  for (size_t i = 0; i < db_row_count (result) && !status_failed (status); i++) {
    Person *person = placed[place_of (result, i)] = memory_new (call, Person);
    person__init (person);
    status = person_read_row (call, result, i, person);
  }
  for (size_t i = 0; i < count; i++) /* those that are gone leave no gap */
    if (placed[i] != NULL)
      placed[(*found)++] = placed[i];
  return status;
}

Status
person_must_exist (Call *call, const char *person_id)
{
  DbResult *result;
  Status status = db_run (
      call->db, call, &sql_person_exists,
      DB_VALUES (db_text ("federation_id", call->federation_id), db_text ("person_id", person_id)), &result);
  return status_failed (status) ? status : membership_found (call, result, "PERSON_NOT_FOUND", "person");
}

static Status
read_person (Call *call, const char *person_id, Person *reply)
{
  DbResult *result;
  Status status = find_persons (call, &person_id, 1, &result);
  if (!status_failed (status) && db_row_count (result) == 0)
    status = status_error (call, STATUS_NOT_FOUND, PERSON_NOT_FOUND);
  return status_failed (status) ? status : person_read_row (call, result, 0, reply);
}

Status
get_person (Call *call, const GetPersonRequest *request, Person *reply)
{
  return read_person (call, request->person_id, reply);
}

Status
get_person_batch (Call *call, BatchItem *items, size_t count)
{
  DbResult *result;
  const char **ids = memory_array (call, const char *, count);
  bool *found = memory_array (call, bool, count);
  for (size_t i = 0; i < count; i++)
    ids[i] = ((const GetPersonRequest *)items[i].request)->person_id;
  Status status = find_persons (call, ids, count, &result);
  if (status_failed (status))
    return status;
  for (size_t row = 0; row < db_row_count (result); row++) {
    size_t i = place_of (result, row);
    items[i].status = person_read_row (items[i].call, result, row, (Person *)items[i].reply);
    found[i] = true;
  }
  for (size_t i = 0; i < count; i++)
    if (!found[i])
      items[i].status = status_error (items[i].call, STATUS_NOT_FOUND, PERSON_NOT_FOUND);
  return STATUS_SUCCESS;
}

/* The fields a client may write: their place in the message, and whether they may be empty. */
typedef struct WritableField {
  OwnField own;
  const char *name;      /* in proto */
  const char *json_name; /* in a mask and in violations */
  size_t offset;
  bool required;
} WritableField;

static const WritableField writable[] = {
    {OWN_KEY, "key", "key", offsetof (Person, key), false},
    {OWN_GIVEN_NAME, "given_name", "givenName", offsetof (Person, given_name), true},
    {OWN_FAMILY_NAME, "family_name", "familyName", offsetof (Person, family_name), true},
    {OWN_BIRTH_DATE, "birth_date", "birthDate", offsetof (Person, birth_date), false},
    {OWN_IDENTITY_INDEX, "personal_identity_code", "personalIdentityCode",
     offsetof (Person, personal_identity_code), false},
    {OWN_LANGUAGE, "language", "language", offsetof (Person, language), false},
    {OWN_EMAIL, "email", "email", offsetof (Person, email), false},
    {OWN_PHONE, "phone", "phone", offsetof (Person, phone), false},
};

enum { WRITABLE_COUNT = sizeof writable / sizeof *writable };

static const char *
value_of (const Person *person, const WritableField *field)
{
  return *(const char *const *)(const void *)((const char *)person + field->offset);
}

/* Fields that exist but are not changed this way: passed over when output only, refused otherwise. */
static const char *const output_only[] = {"personId",   "person_id",   "memberNumber", "member_number",
                                          "familyId",   "family_id",   "endDate",      "end_date",
                                          "endReason",  "end_reason",  "createTime",   "create_time",
                                          "updateTime", "update_time", "etag"};

static Status
take_mask_name (Call *call, const char *name, bool chosen[WRITABLE_COUNT])
{
  for (size_t i = 0; i < WRITABLE_COUNT; i++)
    if (strcmp (name, writable[i].json_name) == 0 || strcmp (name, writable[i].name) == 0) {
      chosen[i] = true;
      return STATUS_SUCCESS;
    }
  for (size_t i = 0; i < sizeof output_only / sizeof *output_only; i++)
    if (strcmp (name, output_only[i]) == 0)
      return STATUS_SUCCESS;
  if (strcmp (name, "address") == 0)
    return status_field (call, "updateMask", "NOT_UPDATABLE", "An address is changed by recording a new one");
  return status_field (call, "updateMask", "UNKNOWN_FIELD",
                       "The update mask names a field that a person has not");
}

/* Which fields the request means: those of the mask, else those that are not empty. */
static Status
read_mask_of (Call *call, const UpdatePersonRequest *request, bool chosen[WRITABLE_COUNT])
{
  memset (chosen, 0, WRITABLE_COUNT * sizeof *chosen);
  if (request->update_mask[0] == '\0') {
    for (size_t i = 0; i < WRITABLE_COUNT; i++)
      chosen[i] = value_of (request->person, &writable[i])[0] != '\0';
    return STATUS_SUCCESS;
  }
  Status status = STATUS_SUCCESS;
  char *rest = memory_string (call, request->update_mask);
  for (char *name = strsep (&rest, ","); name != NULL && !status_failed (status);
       name = strsep (&rest, ",")) {
    name += strspn (name, " ");
    name[strcspn (name, " ")] = '\0';
    if (strncmp (name, "person.", 7) == 0)
      name += 7;
    status = take_mask_name (call, name, chosen);
  }
  return status;
}

static const char *
field_path (Call *call, const char *json_name)
{
  return memory_format (call, "person.%s", json_name);
}

/* The code of the request: read, sealed, compared with the date of birth. */
static Status
set_identity (Card *card, const char *text, const char *birth_date, const char *values[OWN_COUNT])
{
  Call *call = card->call;
  const char *path = field_path (call, "personalIdentityCode");
  IdentityCode code = {"", 0};
  Day day;
  values[OWN_IDENTITY_INDEX] = NULL;
  if (!card->created && identity_code_is_mask (text))
    return STATUS_SUCCESS;
  const char *reason = text[0] == '\0' ? NULL : identity_code_read (text, &code);
  if (reason != NULL)
    return status_field (call, path, reason, "%s", identity_code_reason_text (reason));
  if (text[0] != '\0' && day_parse (birth_date, &day) == DAY_OK && day != code.birth_date)
    return status_field (call, field_path (call, "birthDate"), "BIRTH_DATE_MISMATCH",
                         "The day of birth is not that of the personal identity code");
  card_seal_identity (card, code.text, values);
  return STATUS_SUCCESS;
}

/* Checks and sets the chosen fields from a day on. */
static Status
set_fields (Card *card, const Person *person, const bool chosen[WRITABLE_COUNT], Day from)
{
  Call *call = card->call;
  const char *values[OWN_COUNT] = {0};
  Status status = STATUS_SUCCESS;
  Day birth_date;
  for (size_t i = 0; i < WRITABLE_COUNT; i++) {
    const char *value = value_of (person, &writable[i]);
    if (!chosen[i])
      continue;
    values[writable[i].own] = memory_string (card, value);
    if (writable[i].required && value[strspn (value, " ")] == '\0')
      status_add_violation (&status, call, field_path (call, writable[i].json_name), "REQUIRED",
                            "Every person has a name");
  }
  const char *born =
      values[OWN_BIRTH_DATE] != NULL ? values[OWN_BIRTH_DATE] : card_own (card, from)[OWN_BIRTH_DATE];
  if (day_parse (born, &birth_date) == DAY_OK && birth_date > call->today)
    status_add_violation (&status, call, field_path (call, "birthDate"), "FUTURE_DATE",
                          "The day of birth is in the future");
  if (!status_failed (status) && values[OWN_IDENTITY_INDEX] != NULL)
    status = set_identity (card, values[OWN_IDENTITY_INDEX], born, values);
  if (!status_failed (status))
    card_set_own (card, values, from);
  return status;
}

Status
create_person (Call *call, const CreatePersonRequest *request, Person *reply)
{
  static const bool all[WRITABLE_COUNT] = {true, true, true, true, true, true, true, true};
  const Person *person = request->person;
  Card *card = card_new (call, id_new_text (call, call->now));
  Status status = set_fields (card, person, all, DAY_MIN);
  if (!status_failed (status) && person->address != NULL)
    status = card_add_address (card, person->address, "person.address.", NULL);
  if (!status_failed (status))
    status = cards_save (call, &card, 1, "");
  return status_failed (status) ? status : read_person (call, card->person_id, reply);
}

Status
update_person (Call *call, const UpdatePersonRequest *request, Person *reply)
{
  bool chosen[WRITABLE_COUNT];
  Card *card;
  Day from;
  Status status = read_mask_of (call, request, chosen);
  if (!status_failed (status))
    status = period_read_day (call, "validFrom", request->valid_from, call->today, &from);
  if (!status_failed (status))
    status = card_load (call, request->person_id, request->person->etag, &card);
  if (!status_failed (status))
    status = set_fields (card, request->person, chosen, from);
  if (!status_failed (status) && card_changed (card))
    status = cards_save (call, &card, 1, "");
  return status_failed (status) ? status : read_person (call, request->person_id, reply);
}

Status
end_person (Call *call, const EndPersonRequest *request, Person *reply)
{
  Card *card;
  Day day, born;
  Status status = period_read_day (call, "endDate", request->end_date, call->today, &day);
  if (!status_failed (status))
    status = card_load (call, request->person_id, request->etag, &card);
  if (status_failed (status))
    return status;
  if (day_parse (card_own (card, day)[OWN_BIRTH_DATE], &born) == DAY_OK && day <= born)
    return status_field (call, "endDate", "BEFORE_BIRTH", "A person cannot end before they are born");
  card_end (card, day, request->reason);
  status = cards_save (call, &card, 1, "");
  return status_failed (status) ? status : read_person (call, request->person_id, reply);
}
