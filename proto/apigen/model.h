/* The model: a descriptor set with names resolved, comments and line numbers attached, and our options
 * unpacked.
 *
 * Built once from the bytes that protoc writes; everything lives on the talloc context given and is read-only
 * afterwards. All outputs and checks read this, never the descriptor set itself.
 */
#ifndef HEIMO_APIGEN_MODEL_H
#define HEIMO_APIGEN_MODEL_H

#include "core/memory.h"

#include <google/protobuf/descriptor.pb-c.h>
#include <heimo/options.pb-c.h>
#include <stdbool.h>

typedef Google__Protobuf__FileDescriptorSet SetProto;
typedef Google__Protobuf__FileDescriptorProto FileProto;
typedef Google__Protobuf__DescriptorProto MessageProto;
typedef Google__Protobuf__FieldDescriptorProto FieldProto;
typedef Google__Protobuf__EnumDescriptorProto EnumProto;
typedef Google__Protobuf__EnumValueDescriptorProto ValueProto;
typedef Google__Protobuf__ServiceDescriptorProto ServiceProto;
typedef Google__Protobuf__MethodDescriptorProto MethodProto;
typedef Google__Protobuf__SourceCodeInfo__Location Location;

typedef struct ModelMessage ModelMessage;
typedef struct ModelService ModelService;

/* Where something stands. `comment` is the text without comment signs, "" without one. */
typedef struct Place {
  const char *file;
  int line;
  const char *comment;
} Place;

typedef struct ModelFile {
  const FileProto *proto;
  const char *name;
  const char *package;
  const char *domain; /* "membership" of "heimo.membership.v1"; "" when the package has another shape */
  bool ours;          /* not google's or protobuf-c's */
  bool options;       /* heimo/options.proto: the annotations themselves, no part of the API */
} ModelFile;

typedef struct ModelEnum {
  const EnumProto *proto;
  const ModelFile *file;
  const char *full_name;
  Place place;
  Place *values; /* parallel to proto->value */
} ModelEnum;

typedef struct ModelField {
  const FieldProto *proto;
  const char *name;
  const char *json_name;
  ModelMessage *owner;
  Place place;
  const FieldRule *rule;       /* the default instance without one */
  const ModelMessage *message; /* type of a message field */
  const ModelEnum *enumeration;
  bool repeated;
  bool map;
  bool explicit_json_name;
} ModelField;

struct ModelMessage {
  const MessageProto *proto;
  const ModelFile *file;
  const char *full_name; /* "heimo.membership.v1.Person" */
  const char *c_type;    /* "Person"; nested "Outer__Inner" */
  const char *c_name;    /* "person"; nested "outer__inner" */
  Place place;
  ModelField *fields; /* by number, as protobuf-c sorts them */
  size_t field_count;
  bool event;
  bool map_entry;
};

typedef struct ModelMethod {
  const MethodProto *proto;
  const ModelService *service;
  const char *name;
  const char *full_name; /* "heimo.membership.v1.MembershipService/GetPerson" */
  Place place;
  const ModelMessage *request;
  const ModelMessage *reply;
  const HttpRule *http;   /* NULL without the annotation */
  const MethodRule *rule; /* NULL without the annotation */
  int http_line;          /* where the annotation stands; the line of the method without one */
} ModelMethod;

struct ModelService {
  const ServiceProto *proto;
  const ModelFile *file;
  const char *full_name;
  Place place;
  ModelMethod *methods;
  size_t method_count;
  bool common;
};

/* Our extension numbers, see options.proto. */
enum {
  OPTION_HTTP = 50001,
  OPTION_METHOD = 50002,
  OPTION_SERVICE = 50003,
  OPTION_FIELD = 50004,
  OPTION_MESSAGE = 50005
};

typedef struct Model {
  ModelFile *files;
  size_t file_count;
  ModelMessage *messages; /* by full name; nested ones and map entries included */
  size_t message_count;
  ModelEnum *enums; /* by full name */
  size_t enum_count;
  ModelService *services; /* by full name */
  size_t service_count;
} Model;

/* Reads a descriptor set written with --include_imports --include_source_info. NULL when the bytes are none
 * or a type is missing in it; *error then says why. */
const Model *model_load (void *owner, Bytes bytes, const char **error);

/* Look-ups; NULL when there is none. */
const ModelMessage *model_message (const Model *model, const char *full_name);
const ModelEnum *model_enum (const Model *model, const char *full_name);
const ModelService *model_service (const Model *model, const char *full_name);
const ModelFile *model_file (const Model *model, const char *name);
const ModelField *model_field (const ModelMessage *message, const char *name);

/* True when the extension `number` is among the unknown fields of an options message (NULL: false). */
bool model_has_option (const ProtobufCMessage *options, uint32_t number);

/* The payload of an extension, all occurrences joined; empty when it is absent. */
Bytes model_option_bytes (void *owner, const ProtobufCMessage *options, uint32_t number);

/* The place of a path in a file's source info: descriptor field numbers and indexes, as in descriptor.proto.
 */
Place model_place (void *owner, const ModelFile *file, const int *path, size_t length);

/* The index of a field in its message. */
size_t model_field_index (const ModelField *field);

#endif
