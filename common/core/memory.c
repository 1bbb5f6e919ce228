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

/* A message is dozens of small texts that live and die together, so they are cut from a few blocks. */
typedef struct Blocks {
  ProtobufCAllocator allocator;
  void *context;
  char *at; /* the free part of the last block */
  size_t left;
  size_t next_size;
} Blocks;

enum { BLOCK_FIRST = 512, BLOCK_MAX = 8192, BLOCK_ALIGNMENT = 16 };

static void *
allocate (void *data, size_t size)
{
  Blocks *blocks = data;
  size_t rounded = (size + BLOCK_ALIGNMENT - 1) & ~(size_t)(BLOCK_ALIGNMENT - 1);
#ifndef __SANITIZE_ADDRESS__ /* the sanitizer must see every allocation */
  if (size < BLOCK_FIRST && rounded > blocks->left) {
    blocks->at = memory_must (talloc_size (blocks->context, blocks->next_size));
    blocks->left = blocks->next_size;
    blocks->next_size = blocks->next_size * 2 > BLOCK_MAX ? BLOCK_MAX : blocks->next_size * 2;
  }
#endif
  if (rounded > blocks->left)
    return memory_must (talloc_size (blocks->context, size == 0 ? 1 : size));
  void *taken = blocks->at;
  blocks->at += rounded;
  blocks->left -= rounded;
  return taken;
}

static void
release (void *data, void *pointer)
{
  (void)data;
  (void)pointer;
}

ProtobufCAllocator *
memory_allocator (void *context)
{
  Blocks *blocks = memory_new (context, Blocks);
  *blocks = (Blocks){.allocator = {.alloc = allocate, .free = release, .allocator_data = blocks},
                     .context = context,
                     .next_size = BLOCK_FIRST};
  return &blocks->allocator;
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
