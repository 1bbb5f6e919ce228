/* Memory: one talloc context per scope, and the protobuf-c allocator bound to it.
 *
 * Every thread has its own root; contexts are never shared or stolen across threads. Running out of memory
 * aborts the process (the supervisor restarts it), so none of these functions returns NULL.
 */
#ifndef HEIMO_CORE_MEMORY_H
#define HEIMO_CORE_MEMORY_H

#include <protobuf-c/protobuf-c.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <talloc.h>

/* An allocator that takes from `context`; freeing through it is a no-op until the context is freed. The value
 * lives on the context. Use it for every unpack. */
ProtobufCAllocator *memory_allocator (void *context);

/* Returns `pointer`, or aborts when it is NULL. */
void *memory_must (void *pointer);

/* talloc_new, talloc_strdup, talloc_strndup, talloc_memdup and talloc_asprintf that do not fail. */
void *memory_context (void *parent);
char *memory_string (void *context, const char *text);
char *memory_string_n (void *context, const char *text, size_t length);
void *memory_copy (void *context, const void *bytes, size_t length);
char *memory_format (void *context, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

/* talloc_zero of a type and talloc_zero_array that do not fail. */
#define memory_new(context, Type) ((Type *)memory_must (talloc_zero ((context), Type)))
#define memory_array(context, Type, count)                                                                   \
  ((Type *)memory_must (talloc_zero_array ((context), Type, (unsigned)(count))))

/* A context whose first `size` bytes of allocations need no malloc each: for scopes that come and go by the
 * thousand. Sanitized builds make a plain context, so that the sanitizer still sees every allocation. */
void *memory_pool (void *parent, size_t size);

/* memory_new of a type that is itself such a context. */
#ifdef __SANITIZE_ADDRESS__
#define memory_new_pool(context, Type, size) memory_new (context, Type)
#else
#define memory_new_pool(context, Type, size)                                                                 \
  ((Type *)memset (memory_must (talloc_pooled_object ((context), Type, 64, (size))), 0, sizeof (Type)))
#endif

/* Bytes with a length; not owned. */
typedef struct Bytes {
  const uint8_t *data;
  size_t length;
} Bytes;

/* Packs `message` into bytes owned by `context`. */
Bytes memory_pack (void *context, const ProtobufCMessage *message);

/* Unpacks bytes into a message owned by `context`; NULL when they are not that message. Outside bytes must be
 * validated afterwards. */
ProtobufCMessage *memory_unpack (void *context, const ProtobufCMessageDescriptor *descriptor, Bytes bytes);

/* A copy of a message with everything in it, owned by `context`. */
ProtobufCMessage *memory_copy_message (void *context, const ProtobufCMessage *message);

#endif
