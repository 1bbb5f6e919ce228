/* Files, services, methods, and names that must be unique over all packages. */
#include "lint.h"

#include "names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Field numbers of FileDescriptorProto that occur in source paths. */
enum { FILE_PACKAGE = 2, FILE_DEPENDENCY = 3, FILE_EXTENSION = 7, FILE_SYNTAX = 12 };

/* protobuf-c's extension of FileOptions, and two fields of it. */
enum { OPTION_PB_C_FILE = 1019, PB_C_CONST_STRINGS = 4, PB_C_PACKAGE = 6 };

enum { TIMEOUT_MS_MAX = 60000 };

static int
line_of (void *owner, const ModelFile *file, int number, int index)
{
  int path[] = {number, index};
  return model_place (owner, file, path, index < 0 ? 1 : 2).line;
}

/* --- files -------------------------------------------------------------------------------------------------
 */

static bool
good_version (const char *text)
{
  if (text[0] != 'v' || text[1] < '1' || text[1] > '9')
    return false;
  for (const char *at = text + 1; *at != '\0'; at++)
    if (!isdigit ((unsigned char)*at))
      return false;
  return true;
}

static void
lint_package (void *owner, const ModelFile *file, Problems *problems)
{
  int line = line_of (owner, file, FILE_PACKAGE, -1);
  char *folder = memory_string (owner, file->name);
  char *slash = strrchr (folder, '/');
  if (slash != NULL)
    *slash = '\0';
  for (char *at = folder; *at != '\0'; at++)
    if (*at == '/')
      *at = '.';
  if (slash == NULL || strcmp (folder, file->package) != 0)
    problem_add (problems, file->name, line, "package \"%s\" is not the folder of the file, \"%s\"",
                 file->package, slash == NULL ? "" : folder);
  const char *version = strrchr (file->package, '.');
  if (version == NULL || !good_version (version + 1))
    problem_add (problems, file->name, line, "package \"%s\" does not end with a version like \".v1\"",
                 file->package);
  const char *base = slash == NULL ? file->name : file->name + (slash - folder) + 1;
  char *stem = memory_string_n (owner, base, strlen (base) - strlen (".proto"));
  if (!name_is_snake (stem))
    problem_add (problems, file->name, 1, "file name \"%s\" is not lower_snake_case", base);
}

/* Reads the two options out of the packed ProtobufCFileOptions. */
static void
lint_c_options (void *owner, const ModelFile *file, Problems *problems)
{
  const ProtobufCMessage *options = file->proto->options == NULL ? NULL : &file->proto->options->base;
  Bytes bytes = model_option_bytes (owner, options, OPTION_PB_C_FILE);
  bool const_strings = false, no_package = false;
  for (size_t at = 0; at + 1 < bytes.length; at += 2) {
    int number = bytes.data[at] >> 3;
    bool has_length = (bytes.data[at] & 7) == 2;
    const_strings = const_strings || (number == PB_C_CONST_STRINGS && bytes.data[at + 1] == 1);
    no_package = no_package || (number == PB_C_PACKAGE && bytes.data[at + 1] == 0);
    if (has_length)
      at += bytes.data[at + 1];
  }
  if (!no_package)
    problem_add (problems, file->name, 1,
                 "option (pb_c_file).c_package = \"\" is missing: C names are short here");
  if (!const_strings)
    problem_add (problems, file->name, 1,
                 "option (pb_c_file).const_strings = true is missing: strings are not ours to change");
}

static bool
uses_our_options (const Model *model, const ModelFile *file)
{
  for (size_t i = 0; i < model->message_count; i++) {
    const ModelMessage *message = &model->messages[i];
    if (message->file != file)
      continue;
    if (message->proto->options != NULL && model_has_option (&message->proto->options->base, OPTION_MESSAGE))
      return true;
    for (size_t j = 0; j < message->field_count; j++)
      if (message->fields[j].proto->options != NULL &&
          model_has_option (&message->fields[j].proto->options->base, OPTION_FIELD))
        return true;
  }
  for (size_t i = 0; i < model->service_count; i++) {
    const ModelService *service = &model->services[i];
    if (service->file != file)
      continue;
    if (service->proto->options != NULL && model_has_option (&service->proto->options->base, OPTION_SERVICE))
      return true;
    for (size_t j = 0; j < service->method_count; j++)
      if (service->methods[j].http != NULL || service->methods[j].rule != NULL)
        return true;
  }
  return false;
}

static bool
uses_types (const Model *model, const ModelFile *file, const ModelFile *imported)
{
  for (size_t i = 0; i < model->message_count; i++) {
    const ModelMessage *message = &model->messages[i];
    for (size_t j = 0; message->file == file && j < message->field_count; j++) {
      const ModelField *field = &message->fields[j];
      if ((field->message != NULL && field->message->file == imported) ||
          (field->enumeration != NULL && field->enumeration->file == imported))
        return true;
    }
  }
  for (size_t i = 0; i < model->service_count; i++) {
    const ModelService *service = &model->services[i];
    for (size_t j = 0; service->file == file && j < service->method_count; j++)
      if (service->methods[j].request->file == imported || service->methods[j].reply->file == imported)
        return true;
  }
  return false;
}

static void
lint_imports (void *owner, const Model *model, const ModelFile *file, Problems *problems)
{
  const FileProto *proto = file->proto;
  for (size_t i = 0; i < proto->n_dependency; i++) {
    const ModelFile *imported = model_file (model, proto->dependency[i]);
    int line = line_of (owner, file, FILE_DEPENDENCY, (int)i);
    bool used;
    if (imported == NULL || strcmp (imported->name, "protobuf-c/protobuf-c.proto") == 0)
      continue; /* without it the options that lint_c_options wants cannot be there */
    if (imported->options)
      used = uses_our_options (model, file);
    else
      used = uses_types (model, file, imported);
    if (!imported->ours)
      problem_add (problems, file->name, line,
                   "import \"%s\": types of google are not used; a string with a format is", imported->name);
    else if (!used)
      problem_add (problems, file->name, line, "import \"%s\" is not used", imported->name);
  }
  if (proto->n_public_dependency > 0 || proto->n_weak_dependency > 0)
    problem_add (problems, file->name, 1, "public and weak imports are not used here");
}

static void
lint_file (void *owner, const Model *model, const ModelFile *file, Problems *problems)
{
  if (file->proto->syntax == NULL || strcmp (file->proto->syntax, "proto3") != 0)
    problem_add (problems, file->name, line_of (owner, file, FILE_SYNTAX, -1),
                 "syntax = \"proto3\" is missing");
  lint_c_options (owner, file, problems);
  if (file->options)
    return;
  lint_package (owner, file, problems);
  lint_imports (owner, model, file, problems);
  if (file->proto->n_extension > 0)
    problem_add (problems, file->name, line_of (owner, file, FILE_EXTENSION, 0),
                 "extensions belong into heimo/options.proto only");
}

/* --- services and methods ----------------------------------------------------------------------------------
 */

static bool
known_access (const char *access)
{
  static const char *const names[] = {"public", "member", "registrar", "operator", "service"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp (names[i], access) == 0)
      return true;
  return false;
}

static void
lint_method_rule (const ModelMethod *method, Problems *problems)
{
  const char *file = method->place.file;
  int line = method->place.line;
  const MethodRule *rule = method->rule;
  if (rule == NULL) {
    problem_add (problems, file, line, "method %s has no option (heimo.method)", method->name);
    return;
  }
  if (!known_access (rule->access))
    problem_add (problems, file, line,
                 "method %s: access \"%s\" is none of public, member, registrar, operator, service",
                 method->name, rule->access);
  if (rule->timeout_ms > TIMEOUT_MS_MAX)
    problem_add (problems, file, line, "method %s: timeout_ms %u is more than %d", method->name,
                 rule->timeout_ms, TIMEOUT_MS_MAX);
  if (rule->read_only && !rule->idempotent)
    problem_add (problems, file, line, "method %s is read_only and so must be idempotent", method->name);
}

/* "EndPerson" takes EndPersonRequest; it answers a resource, or EndPersonResponse. Uploads take UploadPart.
 */
static void
lint_method_types (const ModelMethod *method, Problems *problems)
{
  const char *request = name_last (method->request->full_name), *reply = name_last (method->reply->full_name);
  size_t length = strlen (method->name);
  bool upload = method->http != NULL && method->http->n_upload > 0;
  if (!upload && (strncmp (request, method->name, length) != 0 || strcmp (request + length, "Request") != 0))
    problem_add (problems, method->place.file, method->place.line,
                 "method %s takes %s; it must take %sRequest", method->name, request, method->name);
  if (name_ends (reply, "Request") ||
      (name_ends (reply, "Response") &&
       (strncmp (reply, method->name, length) != 0 || strcmp (reply + length, "Response") != 0)))
    problem_add (problems, method->place.file, method->place.line,
                 "method %s returns %s; it must return a resource or %sResponse", method->name, reply,
                 method->name);
}

static void
lint_method (void *owner, const ModelMethod *method, Problems *problems)
{
  const char *file = method->place.file;
  int line = method->place.line;
  if (!name_is_camel (method->name))
    problem_add (problems, file, line, "method %s is not CamelCase", method->name);
  if (strchr (name_snake (owner, method->name), '_') == NULL)
    problem_add (problems, file, line, "method %s is one word; a verb and a noun are needed", method->name);
  if (method->place.comment[0] == '\0')
    problem_add (problems, file, line, "method %s has no comment", method->name);
  if (method->proto->client_streaming || method->proto->server_streaming)
    problem_add (problems, file, line, "method %s streams; the bus has no streams, page or upload instead",
                 method->name);
  lint_method_rule (method, problems);
  lint_method_types (method, problems);
}

static void
lint_service (void *owner, const ModelService *service, Problems *problems)
{
  const Place *place = &service->place;
  const char *name = service->proto->name;
  if (!name_is_camel (name) || !name_ends (name, "Service") || strcmp (name, "Service") == 0)
    problem_add (problems, place->file, place->line, "service %s is not CamelCase that ends with \"Service\"",
                 name);
  if (place->comment[0] == '\0')
    problem_add (problems, place->file, place->line, "service %s has no comment", name);
  if (service->method_count == 0)
    problem_add (problems, place->file, place->line, "service %s has no methods", name);
  for (size_t i = 0; i < service->method_count; i++)
    lint_method (owner, &service->methods[i], problems);
}

/* --- names over all packages -------------------------------------------------------------------------------
 */

typedef struct Name {
  const char *name; /* as C sees it, snake_case */
  const char *shown;
  const Place *place;
} Name;

typedef struct Names {
  Name *list;
  size_t count;
} Names;

static void
add_name (void *owner, Names *names, const char *shown, const Place *place)
{
  names->list = memory_must (talloc_realloc (owner, names->list, Name, (unsigned)(names->count + 1)));
  names->list[names->count++] = (Name){name_snake (owner, shown), shown, place};
}

static int
compare_names (const void *left, const void *right)
{
  const Name *a = left, *b = right;
  int order = strcmp (a->name, b->name);
  if (order == 0)
    order = strcmp (a->place->file, b->place->file);
  return order != 0 ? order : a->place->line - b->place->line;
}

static void
lint_unique (Names *names, const char *why, Problems *problems)
{
  if (names->count > 1)
    qsort (names->list, names->count, sizeof *names->list, compare_names);
  for (size_t i = 1; i < names->count; i++) {
    const Name *first = &names->list[i - 1], *second = &names->list[i];
    if (strcmp (first->name, second->name) == 0)
      problem_add (problems, second->place->file, second->place->line, "%s is also at %s:%d; %s",
                   second->shown, first->place->file, first->place->line, why);
  }
}

static void
lint_names (void *owner, const Model *model, Problems *problems)
{
  Names types = {0}, methods = {0};
  for (size_t i = 0; i < model->message_count; i++)
    if (model->messages[i].file->ours && !model->messages[i].map_entry)
      add_name (owner, &types, model->messages[i].proto->name, &model->messages[i].place);
  for (size_t i = 0; i < model->enum_count; i++)
    if (model->enums[i].file->ours)
      add_name (owner, &types, model->enums[i].proto->name, &model->enums[i].place);
  for (size_t i = 0; i < model->service_count; i++) {
    const ModelService *service = &model->services[i];
    add_name (owner, &types, service->proto->name, &service->place);
    for (size_t j = 0; j < service->method_count; j++)
      add_name (owner, &methods, service->methods[j].name, &service->methods[j].place);
  }
  lint_unique (&types, "C names have no package, so simple names are unique", problems);
  lint_unique (&methods, "handlers and operationIds have no package, so names of methods are unique",
               problems);
}

void
lint (void *owner, const Model *model, Problems *problems)
{
  for (size_t i = 0; i < model->file_count; i++)
    if (model->files[i].ours)
      lint_file (owner, model, &model->files[i], problems);
  lint_types (owner, model, problems);
  for (size_t i = 0; i < model->service_count; i++)
    lint_service (owner, &model->services[i], problems);
  lint_names (owner, model, problems);
}
