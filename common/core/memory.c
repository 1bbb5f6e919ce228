/* The talloc helpers and the allocator that binds protobuf-c to a talloc context. */
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

void *
memory_must (void *pointer)
{
  if (pointer == NULL)
    abort ();
  return pointer;
}

void *
memory_context (void *parent)
{
  return memory_must (talloc_new (parent));
}

void *
memory_pool (void *parent, size_t size)
{
#ifdef __SANITIZE_ADDRESS__
  (void)size;
  return memory_context (parent);
#else
  return memory_must (talloc_pool (parent, size));
#endif
}

char *
memory_string (void *context, const char *text)
{
  return memory_must (talloc_strdup (context, text == NULL ? "" : text));
}

char *
memory_string_n (void *context, const char *text, size_t length)
{
  return memory_must (talloc_strndup (context, text, length));
}

void *
memory_copy (void *context, const void *bytes, size_t length)
{
  void *copy = memory_must (talloc_size (context, length == 0 ? 1 : length));
  if (length != 0)
    memcpy (copy, bytes, length);
  return copy;
}

char *
memory_format (void *context, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  char *text = memory_must (talloc_vasprintf (context, format, arguments));
  va_end (arguments);
  return text;
}

static void *
allocate (void *context, size_t size)
{
  return memory_must (talloc_size (context, size == 0 ? 1 : size));
}

static void
release (void *context, void *pointer)
{
  (void)context;
  talloc_free (pointer);
}

ProtobufCAllocator *
memory_allocator (void *context)
{
  ProtobufCAllocator *allocator = memory_new (context, ProtobufCAllocator);
  *allocator = (ProtobufCAllocator){.alloc = allocate, .free = release, .allocator_data = context};
  return allocator;
}

Bytes
memory_pack (void *context, const ProtobufCMessage *message)
{
  size_t length = protobuf_c_message_get_packed_size (message);
  uint8_t *data = memory_must (talloc_size (context, length == 0 ? 1 : length));
  protobuf_c_message_pack (message, data);
  return (Bytes){data, length};
}

ProtobufCMessage *
memory_unpack (void *context, const ProtobufCMessageDescriptor *descriptor, Bytes bytes)
{
  return protobuf_c_message_unpack (descriptor, memory_allocator (context), bytes.length, bytes.data);
}

ProtobufCMessage *
memory_copy_message (void *context, const ProtobufCMessage *message)
{
  return memory_must (memory_unpack (context, message->descriptor, memory_pack (context, message)));
}
