/* Imports end to end: upload, dry run, apply, undo, each also with every step done twice as after a crash. */
#include "world.h"

#include "services/membership/member_number.h"

static World *world;

static int
set_up (void **state)
{
  (void)state;
  world = world_new (NULL);
  return 0;
}

static int
tear_down (void **state)
{
  (void)state;
  talloc_free (world);
  return 0;
}

static void
reset (void **state)
{
  world_day (world, "2026-11-21");
  test_query (
      *state, world->database,
      "SET client_min_messages = warning; TRUNCATE person, person_version, "
      "address, person_fact, relation, place, organ_ref, family, event_log, run, "
      "run_outcome, "
      "import_file, import_row, import_mapping CASCADE; INSERT INTO organ_ref (federation_id, organ_id, "
      "organisation_id, code, "
      "name) VALUES ('" FEDERATION "', '01890000-0000-7000-8000-00000000000a', '" FEDERATION
      "', 'G1', 'Group'), "
      "('" FEDERATION "', '01890000-0000-7000-8000-00000000000b', '" FEDERATION "', 'G2', 'Twin'), "
      "('" FEDERATION "', '01890000-0000-7000-8000-00000000000c', '" FEDERATION "', 'G2', 'Twin'); "
      "INSERT INTO place VALUES ('" FEDERATION "', 'FI', '00100', 'Helsinki', 'Helsinki', 'Uusimaa')");
}

static int
begin (void **state)
{
  *state = memory_context (NULL);
  reset (state);
  return 0;
}

static int
end (void **state)
{
  talloc_free (*state);
  return 0;
}

#define CALL(status, handler, request, reply)                                                                \
  do {                                                                                                       \
    Call *call_ = world_call (*state, world);                                                                \
    Status status_ = handler (call_, (request), (reply));                                                    \
    (status) = world_end (world, call_, status_);                                                            \
  } while (0)

#define FILE_ID "01890000-0000-7000-8000-0000000000f1"

/* Uploads bytes in parts of a size. */
static void
upload_bytes (void **state, const void *bytes, size_t length, size_t part_size)
{
  ImportFile reply = IMPORT_FILE__INIT;
  Status status;
  test_query (*state, world->database, "DELETE FROM import_row; DELETE FROM import; DELETE FROM import_file");
  for (size_t at = 0, part = 0; at == 0 || at < length; at += part_size, part++) {
    UploadPart request = UPLOAD_PART__INIT;
    size_t size = length - at < part_size ? length - at : part_size;
    request.upload_id = FILE_ID;
    request.part = (uint32_t)part;
    request.data = (ProtobufCBinaryData){size, (uint8_t *)(uintptr_t)bytes + at};
    request.last = at + size >= length;
    request.file_name = "people.csv";
    CALL (status, upload_import_file, &request, &reply);
    assert_success (status);
    CALL (status, upload_import_file, &request, &reply); /* sending it again has no effect */
    assert_success (status);
  }
  assert_true (reply.complete);
  assert_int_equal (reply.size, length);
}

static void
upload (void **state, const char *text)
{
  upload_bytes (state, text, strlen (text), 100000);
}

static Status
create (void **state, const char *encoding, const char *separator, Import *reply)
{
  CreateImportRequest request = CREATE_IMPORT_REQUEST__INIT;
  Status status;
  request.file_id = FILE_ID;
  request.encoding = encoding;
  request.separator = separator;
  import__init (reply);
  CALL (status, create_import, &request, reply);
  return status;
}

static Import
read_import (void **state, const char *import_id)
{
  GetImportRequest request = GET_IMPORT_REQUEST__INIT;
  Import reply = IMPORT__INIT;
  Status status;
  request.import_id = import_id;
  CALL (status, get_import, &request, &reply);
  assert_success (status);
  return reply;
}

static Import
check (void **state, const char *text, bool crash)
{
  Import import;
  upload (state, text);
  assert_success (create (state, "", "", &import));
  assert_success (world_run (world, import.check_run_id, crash, NULL));
  return read_import (state, import.import_id);
}

static Import
apply (void **state, const char *import_id, bool crash)
{
  ApplyImportRequest request = APPLY_IMPORT_REQUEST__INIT;
  Import reply = IMPORT__INIT;
  Status status;
  request.import_id = import_id;
  CALL (status, apply_import, &request, &reply);
  assert_success (status);
  assert_success (world_run (world, reply.apply_run_id, crash, NULL));
  return read_import (state, import_id);
}

static Import
undo (void **state, const char *import_id, bool crash)
{
  UndoImportRequest request = UNDO_IMPORT_REQUEST__INIT;
  Import reply = IMPORT__INIT;
  Status status;
  request.import_id = import_id;
  CALL (status, undo_import, &request, &reply);
  assert_success (status);
  assert_success (world_run (world, reply.undo_run_id, crash, NULL));
  return read_import (state, import_id);
}

/* "line field REASON; …" of all outcomes. */
static const char *
outcomes (void)
{
  return world_value (
      world, "SELECT coalesce (string_agg (concat_ws (' ', subject, nullif (field, ''), reason), '; ' "
             "ORDER BY position, part), '') FROM run_outcome");
}

static const char family_csv[] =
    "key,given_name,family_name,birth_date,personal_identity_code,email,street,postal_code,family,guardian_"
    "keys,"
    "subscription,subscription_from,organ_code,admitted_from,member_type,position,position_from\n"
    "P2,Ville,Järvinen,9.5.2015,,,Katu 1,00100,F1,P1 P3,Member,2022-09-01,G1,2022-09-01,2,,\n"
    "P1,Anna,Järvinen,1952-10-13,131052-308T,anna@example.org,Katu 1,00100,F1,,,,,,,,\n"
    "P3,Bo,Ek,,,,,,,,Member,2020-01-01,G1,2020-01-01,1,secretary,2021-01-01\n";

static const char register_sql[] = "SELECT string_agg (line, ' | ' ORDER BY line) FROM ("
                                   "SELECT p.key || ' ' || p.given_name || ' ' || p.family_name AS line FROM "
                                   "person p WHERE NOT withdrawn UNION ALL "
                                   "SELECT p.key || ' at ' || a.postal_code || ' ' || a.municipality || "
                                   "a.valid FROM address a JOIN person p USING "
                                   "(person_id) WHERE superseded_at IS NULL UNION ALL "
                                   "SELECT p.key || ' is ' || f.kind || f.value || f.valid FROM person_fact "
                                   "f JOIN person p USING (person_id) WHERE "
                                   "superseded_at IS NULL UNION ALL "
                                   "SELECT p.key || ' guards ' || w.key FROM relation r JOIN person p USING "
                                   "(person_id) JOIN person w ON w.person_id = "
                                   "r.other_id WHERE superseded_at IS NULL UNION ALL "
                                   "SELECT p.key || ' in ' || f.key FROM relation r JOIN person p USING "
                                   "(person_id) JOIN family f ON f.family_id = "
                                   "r.other_id WHERE superseded_at IS NULL) lines";

static const char family_register[] =
    "P1 Anna Järvinen | P1 at 00100 Helsinki[2026-11-21,) | P1 guards P2 | P1 in F1 | P2 Ville Järvinen | "
    "P2 at 00100 Helsinki[2022-09-01,) | P2 in F1 | P2 is 7Member[2022-09-01,) | P2 is 82[2022-09-01,) | P3 "
    "Bo Ek | "
    "P3 guards P2 | P3 is 7Member[2020-01-01,) | P3 is 81[2020-01-01,) | P3 is 9secretary[2021-01-01,)";

static void
a_family_is_imported_and_undone (void **state)
{
  for (int crash = 0; crash < 2; crash++) {
    reset (state);
    Import import = check (state, family_csv, crash);
    assert_string_equal (outcomes (), "");
    assert_int_equal (import.state, IMPORT_STATE__IMPORT_STATE_CHECKED);
    assert_int_equal (import.created, 3);
    assert_int_equal (strlen (import.plan_hash), 64);
    assert_string_equal (world_value (world, "SELECT count (*) FROM person"), "0");
    import = apply (state, import.import_id, crash);
    assert_int_equal (import.state, IMPORT_STATE__IMPORT_STATE_APPLIED);
    assert_string_equal (world_value (world, register_sql), family_register);
    assert_string_equal (world_value (world, "SELECT count (*) FROM event_log"), "3");
    assert_string_equal (outcomes (), "");
    import = undo (state, import.import_id, crash);
    assert_int_equal (import.state, IMPORT_STATE__IMPORT_STATE_UNDONE);
    assert_string_equal (world_value (world, register_sql), "");
    assert_string_equal (world_value (world, "SELECT count (*) FROM event_log"), "6");
    assert_string_equal (outcomes (), "");
  }
}

static void
the_same_file_again_changes_nothing (void **state)
{
  Import import = check (state, family_csv, false);
  apply (state, import.import_id, false);
  import = check (state, family_csv, false);
  assert_string_equal (outcomes (), "");
  assert_int_equal (import.created, 0);
  assert_int_equal (import.updated, 0);
  assert_int_equal (import.unchanged, 3);
  apply (state, import.import_id, false);
  assert_string_equal (world_value (world, register_sql), family_register);
  assert_string_equal (world_value (world, "SELECT count (*) FROM event_log"), "3");
}

static void
changes_are_applied_and_undone (void **state)
{
  Import import = check (state, family_csv, false);
  apply (state, import.import_id, false);
  world_day (world, "2026-12-01");
  import = check (state,
                  "key,given_name,family_name,personal_identity_code,postal_code,subscription,subscription_"
                  "from,organ_code,"
                  "member_type\n"
                  "P1,Anna,Virtanen,131052-308T,,,,,\n"
                  "P2,Ville,Järvinen,,00999,,,G1,1\n"
                  "P3,Bo,Ek,,,Member,2019-01-01,,\n"
                  "P4,New,One,,,,,,\n",
                  false);
  assert_string_equal (outcomes (), "3 postal_code UNKNOWN_POSTAL_CODE");
  assert_int_equal (import.created, 1);
  assert_int_equal (import.updated, 3);
  apply (state, import.import_id, true);
  assert_string_equal (
      world_value (world, register_sql),
      "P1 Anna Virtanen | P1 at 00100 Helsinki[2026-11-21,) | P1 guards P2 | P1 in F1 | P2 Ville Järvinen | "
      "P2 at 00100 Helsinki[2022-09-01,2026-12-01) | P2 at 00999 [2026-12-01,) | P2 in F1 | P2 is "
      "7Member[2022-09-01,) | "
      "P2 is 81[2026-12-01,) | P2 is 82[2022-09-01,2026-12-01) | P3 Bo Ek | P3 guards P2 | P3 is "
      "7Member[2019-01-01,) | "
      "P3 is 81[2020-01-01,) | P3 is 9secretary[2021-01-01,) | P4 New One");
  undo (state, import.import_id, true);
  assert_string_equal (outcomes (), "3 postal_code UNKNOWN_POSTAL_CODE");
  assert_string_equal (world_value (world, register_sql), family_register);
}

/* "key version events" of everyone. */
static const char told_sql[] =
    "SELECT string_agg (concat_ws (' ', key, version, (SELECT count (*) FROM event_log WHERE aggregate_id = "
    "person_id::text)), ', ' ORDER BY key) FROM person";

/* Both persons change, and it is told of both; the guardian is not in the file. */
static void
a_guardian_alone_is_imported_and_undone (void **state)
{
  for (int crash = 0; crash < 2; crash++) {
    reset (state);
    Import import = check (state, "key,given_name,family_name\nP1,Anna,Ek\nP2,Ville,Ek\nP3,Bo,Ek\n", crash);
    apply (state, import.import_id, crash);
    import = check (state, "key,given_name,family_name,guardian_keys\nP2,Ville,Ek,P3\n", crash);
    apply (state, import.import_id, crash);
    assert_string_equal (world_value (world, told_sql), "P1 1 1, P2 2 2, P3 2 2");
    assert_string_equal (world_value (world, register_sql),
                         "P1 Anna Ek | P2 Ville Ek | P3 Bo Ek | P3 guards P2");
    undo (state, import.import_id, crash);
    assert_string_equal (world_value (world, told_sql), "P1 1 1, P2 3 3, P3 3 3");
    assert_string_equal (world_value (world, register_sql), "P1 Anna Ek | P2 Ville Ek | P3 Bo Ek");
  }
}

/* The wards stand in one batch, their guardian in another. */
static void
a_guardian_in_another_batch_is_told_once (void **state)
{
  enum { WARDS = 2500 };
  char *text = memory_string (*state, "key,given_name,family_name,guardian_keys\n");
  for (int i = 0; i < WARDS; i++)
    text = talloc_asprintf_append_buffer (text, "P%d,Ville,Ek,%s\n", i, i % 500 == 499 ? "Q" : "");
  text = talloc_asprintf_append_buffer (text, "Q,Bo,Ek,\n");
  Import import = check (state, text, false);
  apply (state, import.import_id, true);
  assert_string_equal (world_value (world, "SELECT count (*) FROM relation"), "5");
  undo (state, import.import_id, true);
  assert_string_equal (world_value (world, "SELECT count (*) FROM relation WHERE superseded_at IS NULL"),
                       "0");
  assert_string_equal (world_value (world, "SELECT count (*) FROM person WHERE version <> (SELECT count (*) "
                                           "FROM event_log WHERE aggregate_id = person_id::text)"),
                       "0");
}

static void
what_was_changed_since_is_not_undone (void **state)
{
  Import import = check (state, family_csv, false);
  apply (state, import.import_id, false);
  UpdatePersonRequest request = UPDATE_PERSON_REQUEST__INIT;
  Person person = PERSON__INIT, reply = PERSON__INIT;
  Status status;
  person.phone = "+358501234567";
  request.person_id = world_value (world, "SELECT person_id FROM person WHERE key = 'P3'");
  request.person = &person;
  CALL (status, update_person, &request, &reply);
  assert_success (status);
  import = undo (state, import.import_id, false);
  assert_string_equal (outcomes (), "4 CHANGED_SINCE_IMPORT");
  assert_int_equal (import.state, IMPORT_STATE__IMPORT_STATE_UNDONE);
  assert_string_equal (world_value (world, "SELECT string_agg (key, ' ') FROM person WHERE NOT withdrawn"),
                       "P3");
}

static void
every_error_is_told_by_line_and_column (void **state)
{
  Import import = check (state, family_csv, false);
  apply (state, import.import_id, false);
  import = check (
      state,
      "key;given_name;family_name;birth_date;hetu;email;postal_code;guardian_keys;organ_code;member_type\n"
      "P9;;Ek;30.2.2011;;nobody;;;;\n"  /* 2 */
      ";Anna;Ek;5/5/2011;;;;;;\n"       /* 3 */
      "P10;Anna;Ek;;131052-308S;;;;;\n" /* 4 */
      "P11;Anna;Ek;;;;;P404;;\n"        /* 5 */
      "P12;Anna;Ek;;;;;P12;;\n"         /* 6 */
      "P13;Anna;Ek;;;;;P14 P1;G9;\n"    /* 7 */
      "P14;Anna;Ek;;;;;;G2;\n"          /* 8 */
      "P14;Anna;Ek;;;;99999;;;\n"       /* 9 */
      "P3;Anna;Ek;;131052-308T;;;;;\n"  /* 10 */
      "P15;An\"na;Ek;;;;;;;\n"          /* 11 */
      "P16;Anna;Ek;;;;;;;;;\n"          /* 12 */
      "P17;Anna;\"Ek\nEk\";;;;;;;1\n"   /* 13 */
      "\n;;;;;;;;;\n"                   /* 15 16 */
      "P18;Anna;\"Ek;;;;;;;\n",         /* 17 */
      false);
  assert_string_equal (outcomes (),
                       "2 birth_date IMPOSSIBLE_DATE; 2 email INVALID_EMAIL; 2 given_name REQUIRED; "
                       "3 birth_date INVALID_DATE; 4 hetu IDENTITY_CODE_CHECK; "
                       "5 guardian_keys UNKNOWN_GUARDIAN; 6 guardian_keys OWN_GUARDIAN; "
                       "7 organ_code UNKNOWN_ORGAN; 8 organ_code AMBIGUOUS_ORGAN; 9 key DUPLICATE_KEY; "
                       "9 postal_code UNKNOWN_POSTAL_CODE; 10 hetu KEY_AND_CODE_DIFFER; "
                       "11 column 2 QUOTE_IN_FIELD; 12 WRONG_COLUMN_COUNT; 13 member_type ORGAN_MISSING; "
                       "17 column 3 QUOTE_NOT_CLOSED");
  assert_int_equal (import.state, IMPORT_STATE__IMPORT_STATE_REFUSED);
  assert_int_equal (import.errors, 13);
  assert_int_equal (import.created, 0);
  ApplyImportRequest request = APPLY_IMPORT_REQUEST__INIT;
  Status status;
  request.import_id = import.import_id;
  CALL (status, apply_import, &request, &import);
  assert_string_equal (reason_of (status), "IMPORT_REFUSED");
}

#define BYTES(literal) (literal), sizeof (literal) - 1

static void
bad_files_are_refused_at_the_door (void **state)
{
  static const struct {
    const char *name;
    const void *bytes;
    size_t length;
    const char *encoding, *separator, *reason;
  } cases[] = {
      {"empty", BYTES (""), "", "", "EMPTY_FILE"},
      {"only line ends", BYTES ("\n\r\n"), "", "", "EMPTY_FILE"},
      {"only a mark", BYTES ("\xef\xbb\xbf"), "", "", "EMPTY_FILE"},
      {"no rows", BYTES ("given_name,family_name\n"), "", "", "NO_ROWS"},
      {"cp1252", BYTES ("given_name,family_name\nAnna,J\xe4rvinen\n"), "", "", "ENCODING_NOT_UTF8"},
      {"cp1252 converted", BYTES ("given_name,family_name\nAnna,J\xe4rvinen\n"), "windows-1252", "", "OK"},
      {"utf-16", BYTES ("\xff\xfeg\0,\0"), "", "", "ENCODING_NOT_UTF8"},
      {"utf-8 as utf-16", BYTES ("given_name,family_name\nA,B\n"), "UTF-16LE", "", "WRONG_SEPARATOR"},
      {"unknown encoding", BYTES ("given_name,family_name\nA,B\n"), "latin9", "", "UNKNOWN_ENCODING"},
      {"bom", BYTES ("\xef\xbb\xbfgiven_name,family_name\nA,B\n"), "", "", "OK"},
      {"wrong separator", BYTES ("given_name;family_name\nA;B\n"), "", ",", "WRONG_SEPARATOR"},
      {"odd separator", BYTES ("given_name;family_name\nA;B\n"), "", "x", "WRONG_SEPARATOR"},
      {"no separator", BYTES ("given_name family_name\nA B\n"), "", "", "WRONG_SEPARATOR"},
      {"semicolons", BYTES ("given_name;family_name\nA;B\n"), "", "", "OK"},
      {"doubled column", BYTES ("given_name,family_name,given_name\nA,B,C\n"), "", "", "DUPLICATE_COLUMN"},
      {"missing column", BYTES ("given_name,surname of the family\nA,B\n"), "", "", "MISSING_COLUMN"},
      {"first line broken", BYTES ("given_name,fam\"ily_name\nA,B\n"), "", "", "QUOTE_IN_FIELD"},
  };
  Import import;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    upload_bytes (state, cases[i].bytes, cases[i].length, 1000);
    const char *reason = reason_of (create (state, cases[i].encoding, cases[i].separator, &import));
    if (strcmp (reason, cases[i].reason) != 0)
      print_error ("%s\n", cases[i].name);
    assert_string_equal (reason, cases[i].reason);
  }
}

static void
encodings_are_converted_across_parts (void **state)
{
  static const char utf16[] = "g\0i\0v\0e\0n\0_\0n\0a\0m\0e\0;\0f\0a\0m\0i\0l\0y\0_\0n\0a\0m\0e\0\n\0"
                              "A\0n\0n\0a\0;\0J\0\xe4\0r\0v\0i\0n\0e\0n\0\r\0\n\0\x3d\xd8\x00\xde;\0E\0k\0";
  static const char utf8[] =
      "\xef\xbb\xbfgiven_name;family_name\nAnna;J\xc3\xa4rvinen\r\n\xf0\x9f\x98\x80;Ek";
  static const char cp1252[] = "given_name;family_name\nAnna;J\xe4rvinen\r\nBo;Ek";
  static const struct {
    const void *bytes;
    size_t length;
    const char *encoding;
  } cases[] = {{BYTES (utf16), "UTF-16LE"}, {BYTES (utf8), ""}, {BYTES (cp1252), "CP1252"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (size_t part = 1; part < 100; part += 7) {
      Import import;
      reset (state);
      upload_bytes (state, cases[i].bytes, cases[i].length, part < 60 ? 60 + part : part);
      assert_success (create (state, cases[i].encoding, "", &import));
      assert_success (world_run (world, import.check_run_id, false, NULL));
      import = read_import (state, import.import_id);
      assert_string_equal (outcomes (), "");
      assert_int_equal (import.created, 2);
      assert_string_equal (world_value (world, "SELECT family_name FROM import_row WHERE position = 1"),
                           "Järvinen");
    }
}

static void
columns_are_proposed_and_remembered (void **state)
{
  GetImportFileRequest get = GET_IMPORT_FILE_REQUEST__INIT;
  ImportFile file = IMPORT_FILE__INIT;
  CreateImportRequest request = CREATE_IMPORT_REQUEST__INIT;
  Import import = IMPORT__INIT;
  Status status;
  upload (state, "Etunimi;Sukunimi;Kengännumero\nAnna;Ek;40\nBo;Ek;45\n");
  get.file_id = FILE_ID;
  CALL (status, get_import_file, &get, &file);
  assert_success (status);
  assert_string_equal (file.separator, ";");
  assert_string_equal (file.encoding, "UTF-8");
  assert_int_equal (file.n_sample, 2);
  assert_string_equal (file.sample[1]->values[2], "45");
  assert_int_equal (file.n_mapping, 3);
  assert_string_equal (file.mapping[0]->field, "given_name");
  assert_string_equal (file.mapping[2]->field, "ignore");
  assert_int_equal (strlen (file.sha256), 64);
  file.mapping[2]->field = "key";
  request.file_id = FILE_ID;
  request.mapping = file.mapping;
  request.n_mapping = 3;
  CALL (status, create_import, &request, &import);
  assert_success (status);
  CALL (status, get_import_file, &get, &file);
  assert_string_equal (file.mapping[2]->field, "key");
  request.mapping[2]->field = "given_name";
  CALL (status, create_import, &request, &import);
  assert_string_equal (reason_of (status), "DUPLICATE_FIELD");
  request.mapping[2]->field = "shoe_size";
  CALL (status, create_import, &request, &import);
  assert_string_equal (reason_of (status), "UNKNOWN_FIELD");
  request.mapping[2]->column = "Hatunkoko";
  CALL (status, create_import, &request, &import);
  assert_string_equal (reason_of (status), "UNKNOWN_COLUMN");
}

/* A file of many rows, some with a fault, in parts; every step crashes once. */
static void
many_rows_survive_crashes (void **state)
{
  enum { ROWS = 9001 };
  char *text = memory_string (*state, "key,given_name,family_name,email,guardian_keys\n");
  for (int i = 0; i < ROWS; i++)
    text = talloc_asprintf_append_buffer (text, "P%d,Anna%d,\"Ek, %d\",a%d@example.org,%s\n", i, i, i, i,
                                          i % 3 == 0 ? "P9000" : "");
  for (int crash = 0; crash < 2; crash++) {
    RunStep total = {0};
    Import import;
    reset (state);
    upload_bytes (state, text, strlen (text), 65536);
    assert_success (create (state, "", "", &import));
    assert_success (world_run (world, import.check_run_id, crash, &total));
    assert_int_equal (total.processed, ROWS);
    assert_int_equal (total.total, ROWS);
    assert_int_equal (total.succeeded + total.failed, ROWS);
    import = read_import (state, import.import_id);
    assert_string_equal (outcomes (), "9002 guardian_keys OWN_GUARDIAN");
    test_query (*state, world->database,
                "UPDATE import SET state = 2; UPDATE import_row SET guardian_keys = NULL, "
                "action = 1 WHERE action = 4");
    apply (state, import.import_id, crash);
    assert_string_equal (world_value (world, "SELECT count (*) FROM person"), "9001");
    assert_string_equal (world_value (world, "SELECT count (*) FROM relation"), "3000");
    assert_string_equal (
        world_value (world, "SELECT count (DISTINCT aggregate_id) || ' ' || count (*) FROM event_log"),
        "9001 12006"); /* all made; then 3000 wards, and their guardian in each of five steps */
    assert_string_equal (world_value (world, "SELECT sum (version) FROM person"), "12006");
    assert_string_equal (world_value (world, "SELECT count (*) FROM (SELECT person_id FROM person_version "
                                             "UNION ALL SELECT person_id FROM address "
                                             "UNION ALL SELECT person_id FROM person_fact "
                                             "UNION ALL SELECT person_id FROM relation) AS held "
                                             "WHERE person_id NOT IN (SELECT person_id FROM person)"),
                         "0");
    undo (state, import.import_id, crash);
    assert_string_equal (world_value (world, "SELECT count (*) FROM person WHERE NOT withdrawn"), "0");
    assert_string_equal (world_value (world, "SELECT count (*) FROM relation WHERE superseded_at IS NULL"),
                         "0");
  }
}

static void
a_taken_key_is_told_not_fatal (void **state)
{
  Import import = check (state, family_csv, false);
  CreatePersonRequest request = CREATE_PERSON_REQUEST__INIT;
  Person person = PERSON__INIT, reply = PERSON__INIT;
  Status status;
  person.given_name = "Other";
  person.family_name = "One";
  person.key = "P3";
  request.person = &person;
  CALL (status, create_person, &request, &reply);
  assert_success (status);
  apply (state, import.import_id, false);
  assert_string_equal (outcomes (), "4 CHANGED_SINCE_CHECK");
  assert_string_equal (world_value (world, "SELECT count (*) FROM person"), "3");
}

static void
steps_have_an_order (void **state)
{
  Import import;
  Status status;
  upload (state, family_csv);
  assert_success (create (state, "", "", &import));
  ApplyImportRequest request = APPLY_IMPORT_REQUEST__INIT;
  UndoImportRequest undoing = UNDO_IMPORT_REQUEST__INIT;
  const char *import_id = memory_string (*state, import.import_id);
  request.import_id = undoing.import_id = import_id;
  CALL (status, apply_import, &request, &import);
  assert_string_equal (reason_of (status), "IMPORT_NOT_CHECKED");
  CALL (status, undo_import, &undoing, &import);
  assert_string_equal (reason_of (status), "NOT_APPLIED");
  assert_success (world_run (world, read_import (state, import_id).check_run_id, false, NULL));
  request.plan_hash = "0";
  CALL (status, apply_import, &request, &import);
  assert_string_equal (reason_of (status), "PLAN_CHANGED");
  request.plan_hash = "";
  apply (state, import_id, false);
  CALL (status, apply_import, &request, &import);
  assert_string_equal (reason_of (status), "ALREADY_APPLIED");
  undo (state, import_id, false);
  CALL (status, undo_import, &undoing, &import);
  assert_string_equal (reason_of (status), "ALREADY_UNDONE");

  ListImportsRequest list = LIST_IMPORTS_REQUEST__INIT;
  ListImportsResponse imports = LIST_IMPORTS_RESPONSE__INIT;
  CALL (status, list_imports, &list, &imports);
  assert_success (status);
  assert_int_equal (imports.n_imports, 1);
  assert_string_equal (imports.imports[0]->file_name, "people.csv");
}

static void
parts_come_in_order (void **state)
{
  UploadPart request = UPLOAD_PART__INIT;
  ImportFile reply = IMPORT_FILE__INIT;
  Import import;
  Status status;
  request.upload_id = FILE_ID;
  request.part = 1;
  CALL (status, upload_import_file, &request, &reply);
  assert_string_equal (reason_of (status), "FILE_NOT_FOUND");
  request.part = 0;
  CALL (status, upload_import_file, &request, &reply);
  assert_success (status);
  request.part = 2;
  CALL (status, upload_import_file, &request, &reply);
  assert_string_equal (reason_of (status), "PART_MISSING");
  assert_string_equal (reason_of (create (state, "", "", &import)), "FILE_INCOMPLETE");
  request.part = 1;
  request.last = true;
  CALL (status, upload_import_file, &request, &reply);
  assert_success (status);
  request.part = 2;
  CALL (status, upload_import_file, &request, &reply);
  assert_string_equal (reason_of (status), "FILE_COMPLETE");
}

static void
uploads_are_sealed (void **state)
{
  upload (state, family_csv);
  assert_string_equal (
      world_value (world, "SELECT position ('131052' IN encode (cipher, 'escape')) FROM import_file_part"),
      "0");
  check (state, family_csv, false);
  assert_string_equal (
      world_value (world, "SELECT count (*) FROM import_row AS r WHERE r::text LIKE '%308T%'"), "0");
}

static void
old_imports_are_removed (void **state)
{
  static const char run_id[] = "01890000-0000-7000-8000-000000000001";
  Import import = check (state, family_csv, false);
  ApplyImportRequest request = APPLY_IMPORT_REQUEST__INIT;
  GetImportFileRequest get = GET_IMPORT_FILE_REQUEST__INIT;
  ImportFile file = IMPORT_FILE__INIT;
  Status status;
  test_query (*state, world->database,
              "INSERT INTO run (federation_id, run_id, type, actor) VALUES ('" FEDERATION
              "', '01890000-0000-7000-8000-000000000001', 'membership-day', 'automatic')");
  world_day (world, "2026-12-20");
  assert_success (world_run (world, run_id, false, NULL));
  assert_string_equal (world_value (world, "SELECT count (*) FROM import_row"), "3");
  world_day (world, "2026-12-23");
  assert_success (world_run (world, run_id, false, NULL));
  assert_string_equal (world_value (world, "SELECT count (*) FROM import_row"), "0");
  assert_string_equal (world_value (world, "SELECT count (*) FROM import_file_part"), "0");
  request.import_id = import.import_id;
  CALL (status, apply_import, &request, &import);
  assert_string_equal (reason_of (status), "IMPORT_EXPIRED");
  get.file_id = FILE_ID;
  CALL (status, get_import_file, &get, &file);
  assert_string_equal (reason_of (status), "FILE_EXPIRED");
}

int
main (void)
{
#define TEST(function) cmocka_unit_test_setup_teardown (function, begin, end)
  static const struct CMUnitTest tests[] = {
      TEST (a_family_is_imported_and_undone),
      TEST (the_same_file_again_changes_nothing),
      TEST (changes_are_applied_and_undone),
      TEST (a_guardian_alone_is_imported_and_undone),
      TEST (a_guardian_in_another_batch_is_told_once),
      TEST (what_was_changed_since_is_not_undone),
      TEST (every_error_is_told_by_line_and_column),
      TEST (bad_files_are_refused_at_the_door),
      TEST (encodings_are_converted_across_parts),
      TEST (columns_are_proposed_and_remembered),
      TEST (many_rows_survive_crashes),
      TEST (a_taken_key_is_told_not_fatal),
      TEST (steps_have_an_order),
      TEST (parts_come_in_order),
      TEST (uploads_are_sealed),
      TEST (old_imports_are_removed),
  };
  return cmocka_run_group_tests (tests, set_up, tear_down);
}
